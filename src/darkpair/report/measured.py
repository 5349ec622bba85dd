"""What a detector measured of an event, where a picture shows it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import awkward as ak

from darkpair.report.flights import Flight
from darkpair.report.outlines import Outline

__all__ = ["Measured", "measured_of"]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A cluster, a shower, a track or a particle that was seen.

    Parameters
    ----------
    name : str
        Name of the detector's list in which it stands.
    energy : float [GeV]
        Measured energy; the true one where the detector's list has none.
    place : tuple of float [mm]
        Where it is.
    index : int
        Place of its particle in the event's list, -1 where it is of none.
    """

    name: str
    energy: float
    place: tuple[float, float, float]
    index: int


def measured_of(event: ak.Record, parts: Sequence[Outline], flights: Sequence[Flight]) -> list[Measured]:
    """What was measured of an event.

    An entry with an energy and a place on a plane is drawn on the detector's flat part; another one of which the particle is
    said is drawn where that one's line ends, unless it was not seen.

    Parameters
    ----------
    event : awkward.Record
        Event of `darkpair.gen.output.any_layout.read_some`.
    parts : sequence of Outline
        The detector's parts.
    flights : sequence of Flight
        The event's particles.
    """
    if "reco" not in event.fields:
        return []
    plane = next((part.rings[0][0] for part in parts if part.flat), None)
    of = {flight.index: flight for flight in flights}
    entries = [entry for name in event.reco.fields for entry in _entries(event.reco, name, plane, of)]
    return [entry for entry in entries if all(map(math.isfinite, (entry.energy, *entry.place)))]


def _entries(reco: ak.Record, name: str, plane: float | None, of: dict[int, Flight]) -> Iterator[Measured]:
    """Entries of one of the detector's lists."""
    column = reco[name]
    if not isinstance(column, ak.Array) or not column.fields:
        return
    for entry in column.to_list():
        index = int(entry.get("genPartIdx", -1))
        energy = entry.get("energy")
        if plane is not None and energy is not None and {"x", "y"} <= set(entry):
            yield Measured(name=name, energy=energy, place=(entry["x"], entry["y"], plane), index=index)
        elif index in of and entry.get("seen", True):
            flight = of[index]
            if flight.fate == "ends in the detector":
                yield Measured(name=name, energy=energy or flight.energy, place=flight.end, index=index)
