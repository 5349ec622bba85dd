"""What a file's events have to obey: four-momentum at each vertex, and the mass shell of each particle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from darkpair.gen.sources.written import Written

__all__ = ["Closure", "Shell", "closures", "largest_allowed", "shells"]

#: Largest violation of a file whose numbers are right, in parts of the energy: some hundred roundings of its numbers.
_ALLOWED: Final = {False: 1e-11, True: 1e-5}


def largest_allowed(events: Written) -> float:
    """Violation, in parts of the energy, that the numbers of the file cannot tell from none: by their bits."""
    return _ALLOWED[events.single]


@dataclass(frozen=True, kw_only=True)
class Closure:
    """How well four-momentum is conserved where particles of a kind decay.

    Parameters
    ----------
    pdgid : int
        PDG id of what decays.
    vertices : int
        Decays of it.
    largest : float
        Largest difference of a component of the daughters' sum from the mother's, in parts of the mother's energy.
    """

    pdgid: int
    vertices: int
    largest: float


@dataclass(frozen=True, kw_only=True)
class Shell:
    """How well particles of a kind are on their mass shell.

    Parameters
    ----------
    pdgid : int
        PDG id.
    particles : int
        How many there are.
    low, high : float or None [GeV]
        Smallest and largest mass that the file says; None where it says none.
    largest : float or None
        Largest difference of the energy from that of momentum and mass, in parts of the energy; None where the file does not
        hold both.
    """

    pdgid: int
    particles: int
    low: float | None
    high: float | None
    largest: float | None


def closures(events: Written) -> Iterator[Closure]:
    """Conservation at the vertices of the chain, by what decays, in the order of their first decays.

    What an event file had beside the chain is not looked at: its record may leave out what came of a vertex.

    Parameters
    ----------
    events : Written
        Events whose chain is known.
    """
    chain = np.ones(len(events.pdgid), dtype=bool) if events.chain is None else events.chain
    rows = np.flatnonzero((events.mother >= 0) & chain & chain[events.mother])
    mothers, turn = np.unique(events.mother[rows], return_inverse=True)
    energy = events.momentum[3][mothers]
    worst = np.zeros(len(mothers))
    for component in events.momentum:
        total = np.bincount(turn, component[rows], len(mothers))
        worst = np.maximum(worst, np.abs(total - component[mothers]) / energy)
    for pdgid, mask in _kinds(events.pdgid[mothers]):
        yield Closure(pdgid=pdgid, vertices=int(mask.sum()), largest=float(worst[mask].max()))


def shells(events: Written) -> Iterator[Shell]:
    """Mass shells of the chain's particles, by kind, in the order in which they come."""
    rows = slice(None) if events.chain is None else np.flatnonzero(events.chain)
    momentum, mass = events.momentum[:, rows], events.mass[rows]
    away = np.abs(momentum[3] - np.sqrt((momentum[:3] ** 2).sum(axis=0) + mass * mass)) / momentum[3]
    for pdgid, mask in _kinds(events.pdgid[rows]):
        stated = np.isfinite(mass[mask]).all()
        yield Shell(
            pdgid=pdgid,
            particles=int(mask.sum()),
            low=float(mass[mask].min()) if stated else None,
            high=float(mass[mask].max()) if stated else None,
            largest=float(away[mask].max()) if stated and events.energies else None,
        )


def _kinds(pdgid: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.bool_]]]:
    """Each kind with where it is, in the order of first places."""
    kinds, first = np.unique(pdgid, return_index=True)
    for kind in kinds[np.argsort(first)].tolist():
        yield kind, pdgid == kind
