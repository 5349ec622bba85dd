"""What a detector measured of an event, where a picture shows it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import awkward as ak

from darkpair.report.flights import REACHES, Flight
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
        Place of its particle in the event's list.
    """

    name: str
    energy: float
    place: tuple[float, float, float]
    index: int


def measured_of(
    events: ak.Array, parts: Sequence[Outline], flights: Sequence[Sequence[Flight]]
) -> list[list[Measured]]:
    """What was measured of each event.

    These are entries of lists that say of which particle each is.  One with an energy and a place on a plane is drawn on the
    detector's flat part, another one where the particle's line ends, unless it was not seen.

    Parameters
    ----------
    events : awkward.Array, (n,)
        Events of `darkpair.gen.output.any_layout.read_some`.
    parts : sequence of Outline
        The detector's parts.
    flights : sequence of sequences of Flight, (n,)
        The events' particles.
    """
    if "reco" not in events.fields:
        return [[] for _ in flights]
    plane = next((part.rings[0][0] for part in parts if part.flat), None)
    lists = {name: events.reco[name].to_list() for name in events.reco.fields if events.reco[name].fields}
    out = []
    for i, own in enumerate(flights):
        of = {flight.index: flight for flight in own}
        every = (entry for name, rows in lists.items() for entry in _entries(rows[i], name, plane, of))
        out.append([entry for entry in every if all(map(math.isfinite, (entry.energy, *entry.place)))])
    return out


def _entries(
    rows: Sequence[Mapping[str, Any]], name: str, plane: float | None, of: Mapping[int, Flight]
) -> Iterator[Measured]:
    """Entries of an event in one of the detector's lists."""
    for entry in rows:
        if "genPartIdx" not in entry:  # (no measurement but what was made of some: a candidate)
            continue
        index, energy = int(entry["genPartIdx"]), entry.get("energy")
        if plane is not None and energy is not None and {"x", "y"} <= set(entry):
            yield Measured(name=name, energy=energy, place=(entry["x"], entry["y"], plane), index=index)
        elif index in of and entry.get("seen", True) and of[index].fate == REACHES:
            flight = of[index]
            yield Measured(name=name, energy=energy or flight.energy, place=flight.end, index=index)
