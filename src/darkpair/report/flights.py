"""Particles of an event as straight flights: from where each is made to where it decays, or to the end of the detector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Final

import awkward as ak
import numpy as np

from darkpair.gen.dark_states import chains_of
from darkpair.gen.kinematics import Array
from darkpair.gen.output.file_particles import of_chain
from darkpair.gen.particles import DARK_IDS
from darkpair.gen.region import Region
from darkpair.report.outlines import leaves

__all__ = ["REACHES", "STYLES", "Flight", "Names", "flights_of"]

#: How a particle is drawn: the parent; what is seen, by charge; what is not.
STYLES: Final = ("beam", "photon", "charged", "neutral", "decaying", "escaping")

#: Fate of what may have been seen.
REACHES: Final = "to the end of the detector"

_PHOTON, _NEUTRINOS = 22, (12, 14, 16)
_DARK: Final = frozenset(map(abs, DARK_IDS.values()))


@dataclass(frozen=True, kw_only=True)
class Flight:
    """A particle.

    Parameters
    ----------
    index : int
        Its place in the event's list of particles.
    name : str
        Its name, as the chain spells it.
    pdgid : int
        Its PDG id.
    style : str
        How it is drawn, of `STYLES`.
    mother : int
        Place of its mother among the flights, -1 without one.
    energy : float [GeV]
        Its energy.
    start, end : tuple of float [mm]
        Where it is made, and where its line ends.
    fate : str
        Why it ends there.
    """

    index: int
    name: str
    pdgid: int
    style: str
    mother: int
    energy: float
    start: tuple[float, float, float]
    end: tuple[float, float, float]
    fate: str


class Names:
    """Names of particles: the sample's own, then the PDG's.

    Parameters
    ----------
    provenance : mapping
        What the file says of itself.
    """

    def __init__(self, provenance: Mapping[str, Any]) -> None:
        self._own: dict[int, str] = {}
        for table in chains_of(provenance):
            for name, said in (table.get("particles") or {}).items():
                if isinstance(said, Mapping) and isinstance(said.get("pdgid"), int):
                    self._own.setdefault(said["pdgid"], str(name))

    def __getitem__(self, pdgid: int) -> str:
        return self._own.get(pdgid) or _name(pdgid)


@cache
def _entry(pdgid: int) -> Any | None:
    """What the PDG says of a particle, if it has it."""
    from particle import InvalidParticle, Particle, ParticleNotFound

    try:
        return Particle.from_pdgid(pdgid)
    except (InvalidParticle, ParticleNotFound):
        return None


def _name(pdgid: int) -> str:
    entry = _entry(pdgid)
    return str(pdgid) if entry is None else str(entry.name)


def _style(pdgid: int, mother: int, decays: bool) -> str:
    if mother < 0:
        return "beam"
    if abs(pdgid) in _DARK:
        return "decaying" if decays else "escaping"
    if abs(pdgid) in _NEUTRINOS:
        return "escaping"
    if pdgid == _PHOTON:
        return "photon"
    entry = _entry(pdgid)
    return "charged" if entry is not None and entry.charge else "neutral"


def flights_of(
    events: ak.Array, solids: Mapping[str, Region], box: Array, names: Names
) -> list[list[Flight]]:
    """Flights of each event of `darkpair.gen.output.any_layout.read_some`.

    Parameters
    ----------
    events : awkward.Array, (n,)
        The events.
    solids : mapping of str to Region
        Parts of the detector, at whose end what can be seen ends.
    box : ndarray, (3, 2) [mm]
        What the picture has room for: there the rest ends.
    names : Names
        Names of the particles.
    """
    particles = events.particles
    flat = {name: np.asarray(ak.flatten(particles[name])) for name in particles.fields}
    start = np.stack([flat[name].astype(np.float64) for name in ("vx", "vy", "vz")])
    momentum = np.stack([flat[name].astype(np.float64) for name in ("px", "py", "pz")])
    size = np.sqrt((momentum**2).sum(axis=0))
    direction = momentum / np.where(size > 0.0, size, 1.0)
    detector, outside = leaves(solids, box, start, direction)
    far = float(np.sqrt(((box[:, 1] - box[:, 0]) ** 2).sum()))
    columns = {
        "start": start.T,
        "seen_end": (start + detector * direction).T,
        "unseen_end": (start + np.where(outside > 0.0, outside, far) * direction).T,
        "stops": detector > 0.0,
        "energy": flat["E"],
        "pdgid": flat["pdgid"],
        "mother": flat["mother"],
    }
    offsets = np.cumsum([0, *ak.num(particles).to_list()])
    parent = np.asarray(events.parent) if "parent" in events.fields else None
    columns["shown"] = of_chain(offsets, flat["mother"], flat.get("replaced"), parent)
    lists = {name: column.tolist() for name, column in columns.items()}
    ends = offsets.tolist()
    return [
        _event({name: column[first:last] for name, column in lists.items()}, names)
        for first, last in pairwise(ends)
    ]


def _event(columns: Mapping[str, list[Any]], names: Names) -> list[Flight]:
    """Flights of an event, of the columns of its particles; of a file's event those that the chain made, and their parent."""
    mother, start = columns["mother"], columns["start"]
    rows = [row for row, shown in enumerate(columns["shown"]) if shown]
    place = {row: i for i, row in enumerate(rows)}
    first: dict[int, int] = {}
    for row in rows:
        first.setdefault(mother[row], row)
    flights = []
    for row in rows:
        pdgid, above = columns["pdgid"][row], place.get(mother[row], -1)
        style = _style(pdgid, above, row in first)
        if row in first:
            end, fate = start[first[row]], "decays"
        elif style == "escaping":
            end, fate = columns["unseen_end"][row], "unseen"
        elif columns["stops"][row]:
            end, fate = columns["seen_end"][row], REACHES
        else:
            end, fate = columns["unseen_end"][row], "misses the detector"
        flights.append(
            Flight(
                index=row,
                name=names[pdgid],
                pdgid=pdgid,
                style=style,
                mother=above,
                energy=columns["energy"][row],
                start=tuple(start[row]),
                end=tuple(end),
                fate=fate,
            )
        )
    return flights
