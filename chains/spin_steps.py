"""Spin along a chain: which decay polarises a particle, what its own says, and what its sisters' said before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array, boost
from darkpair.gen.polarisation import Analyser, FourVector, Polariser, at_rest, reoriented

if TYPE_CHECKING:
    from darkpair.chains.combinations import Entry

__all__ = ["Analysed", "SpinStep", "correlated_sister", "spin_step"]


@dataclass(frozen=True, kw_only=True)
class Analysed:
    """A particle whose decay says something of its spin: positions in the topology, and its place among its sisters."""

    position: int
    place: int
    mass: float
    children: tuple[int, ...]
    analyser: Analyser

    def vector(self, momentum: Array) -> Array:
        """Its analysing vector in its rest frame, (3, n), of the momenta (4, particles, n)."""
        return self.analyser.vector(self.inside(momentum, self.children))

    def inside(self, momentum: Array, positions: Sequence[int]) -> list[FourVector]:
        """Four-momenta of some positions in its rest frame."""
        frame = _at(momentum, self.position)
        return [at_rest(frame, self.mass, _at(momentum, i)) for i in positions]


@dataclass(frozen=True, kw_only=True)
class SpinStep:
    """The spin of one decaying particle.

    Parameters
    ----------
    own : Analysed
        Place, daughters and analyser of the particle's own decay.
    polariser : Polariser
        How its mother's decay polarises it.
    mother : int
        Place of its mother among the particles.
    daughters : tuple of int
        Places of its mother's daughters, itself among them.
    earlier : tuple of Analysed
        Decays of its sisters that come before its own.
    turns : bool
        Whether the decay is thrown isotropically, so that `turn` has to give it its angles.
    """

    own: Analysed
    polariser: Polariser
    mother: int
    daughters: tuple[int, ...]
    earlier: tuple[Analysed, ...]
    turns: bool

    def density(self, momentum: Array) -> Array:
        """1 + P.A of the momenta (4, particles, n), P given how the earlier sisters decayed, (n,)."""
        return self._density(momentum)[0]

    def turn(self, rng: np.random.Generator, momentum: Array) -> None:
        """Turn the decay in place, from isotropic to the density."""
        density, axis = self._density(momentum)
        first, last = self.own.children[0], self.own.children[-1]  # sisters stand together
        frame = _at(momentum, self.own.position)
        reoriented(rng, density, axis, frame, self.own.mass, momentum[:, first : last + 1])

    def _density(self, momentum: Array) -> tuple[Array, Array]:
        analysed = {}
        for sister in self.earlier:
            x, y, z = sister.vector(momentum)
            there = boost(*_at(momentum, sister.position), sister.mass, x, y, z, np.zeros_like(x))
            analysed[sister.place] = at_rest(_at(momentum, self.own.position), self.own.mass, there)
        mother, *daughters = self.own.inside(momentum, (self.mother, *self.daughters))
        p = self.polariser.vector(self.own.place, mother, daughters, analysed)
        a = self.own.vector(momentum)
        return 1.0 + (p * a).sum(axis=0), a


def _at(momentum: Array, position: int) -> FourVector:
    x, y, z, e = momentum[:, position]
    return x, y, z, e


def correlated_sister(entries: Sequence[Entry], i: int) -> tuple[int, int] | None:
    """An earlier sister whose direction that of entry i follows by a slope, and her last daughter.

    Raises
    ------
    InputError
        For two slopes where one law is meant.
    """
    mode = entries[i].taken
    for j, other in enumerate(entries[:i]):
        if other.mother != entries[i].mother or other.decay is None:
            continue
        hers = other.taken
        if mode.axis == hers.axis == "sister" and mode.slope and hers.slope:
            if mode.slope == hers.slope:
                return j, max(k for k, e in enumerate(entries) if e.mother == j)
            if mode.analyser is None or hers.analyser is None:
                raise InputError(
                    f"{other.particle.name} and {entries[i].particle.name} look at each other with the slopes "
                    f"{hers.slope} and {mode.slope}; give both the same"
                )
    return None


def spin_step(entries: Sequence[Entry], i: int) -> SpinStep | None:
    """The spin of entry i, which decays; None where nothing polarises it, or where its decay does not say."""
    own = _analysed(entries, i)
    mother = entries[i].mother
    if own is None or mother < 0:
        return None
    polariser = entries[mother].taken.polariser
    if polariser is None:
        return None
    sisters = tuple(j for j, e in enumerate(entries) if e.mother == mother)
    earlier = tuple(a for j in sisters if j < i and (a := _analysed(entries, j)) is not None)
    mode = entries[i].taken
    closed = mode.slope != 0.0 and (
        mode.axis == "flight" or not earlier or correlated_sister(entries, i) is not None
    )
    return SpinStep(
        own=own, polariser=polariser, mother=mother, daughters=sisters, earlier=earlier, turns=not closed
    )


def _analysed(entries: Sequence[Entry], i: int) -> Analysed | None:
    entry = entries[i]
    analyser = None if entry.decay is None else entry.taken.analyser
    if analyser is None:
        return None
    sisters = [j for j, e in enumerate(entries) if e.mother == entry.mother]
    return Analysed(
        position=i,
        place=sisters.index(i),
        mass=entry.particle.mass,
        children=tuple(j for j, e in enumerate(entries) if e.mother == i),
        analyser=analyser,
    )
