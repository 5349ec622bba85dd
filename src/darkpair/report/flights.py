"""Particles of an event as straight flights: from where each is made to where it decays, or to the end of the detector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import awkward as ak
import numpy as np

from darkpair.gen.dark_states import chains_of
from darkpair.gen.kinematics import Array
from darkpair.gen.particles import DARK_IDS
from darkpair.gen.region import Region
from darkpair.report.outlines import leaves

__all__ = ["STYLES", "Flight", "Names", "flights_of"]

#: How a particle is drawn: the parent; what is seen, by charge; what is not.
STYLES: Final = ("beam", "photon", "charged", "neutral", "decaying", "escaping")

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


def flights_of(event: ak.Record, solids: Mapping[str, Region], box: Array, names: Names) -> list[Flight]:
    """Flights of an event of `darkpair.gen.output.any_layout.read_some`.

    Parameters
    ----------
    event : awkward.Record
        The event.
    solids : mapping of str to Region
        Parts of the detector, at whose end what can be seen ends.
    box : ndarray, (3, 2) [mm]
        What the picture has room for: there the rest ends.
    names : Names
        Names of the particles.
    """
    particles = event.particles
    px, py, pz, energy, *vertex = (
        np.asarray(particles[name], np.float64) for name in ("px", "py", "pz", "E", "vx", "vy", "vz")
    )
    pdgid, mother = (np.asarray(particles[name], np.int64) for name in ("pdgid", "mother"))
    rows = _of_chain(event, mother)
    start, momentum = np.stack(vertex), np.stack([px, py, pz])
    size = np.sqrt((momentum**2).sum(axis=0))
    direction = momentum / np.where(size > 0.0, size, 1.0)
    detector, outside = leaves(solids, box, start, direction)
    far = np.sqrt(((box[:, 1] - box[:, 0]) ** 2).sum())
    place = {int(row): i for i, row in enumerate(rows)}
    flights = []
    for row in rows:
        daughters = [i for i in rows if mother[i] == row]
        style = _style(int(pdgid[row]), place.get(int(mother[row]), -1), bool(daughters))
        if daughters:
            end, fate = start[:, daughters[0]], "decays"
        else:
            stops = detector[row] > 0.0 and style != "escaping"
            length = detector[row] if stops else outside[row] or far
            end = start[:, row] + length * direction[:, row]
            fate = (
                "ends in the detector"
                if stops
                else "unseen"
                if style == "escaping"
                else "misses the detector"
            )
        flights.append(
            Flight(
                index=int(row),
                name=names[int(pdgid[row])],
                pdgid=int(pdgid[row]),
                style=style,
                mother=place.get(int(mother[row]), -1),
                energy=float(energy[row]),
                start=tuple(map(float, start[:, row])),  # type: ignore[arg-type]
                end=tuple(map(float, end)),  # type: ignore[arg-type]
                fate=fate,
            )
        )
    return flights


def _of_chain(event: ak.Record, mother: Array) -> list[int]:
    """Places of the particles that are shown: of a file's event those that the chain made, and their parent."""
    if "parent" not in event.fields:
        return list(range(len(mother)))
    parent, replaced = int(event.parent), np.asarray(event.particles.replaced, bool)
    inside = {parent}
    for i in range(len(mother)):  # (mothers stand before their daughters)
        if int(mother[i]) in inside and not replaced[i]:
            inside.add(i)
    return sorted(inside)
