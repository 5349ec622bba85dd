"""The joint law of an event's forced particles: a mixture that covers every way in which an event can be seen.

One particle that is forced into a region, with the probability p to decay there as its weight, is the exponential law
wherever it is seen inside.  Of several, "all inside" and "at least one inside" are different targets, and the product
of such laws has the first only.  Here each event draws one of up to three components:

- *all*: every particle decays inside, where its flight meets the region;
- *one*: a single one does, chosen by its p among sisters, the others decay anywhere;
- *none*: all decay anywhere; only where the event may be seen although none of them decays inside.

With shares a, b, c and r = (inside)/p of each particle, the ratio of its two densities, the weight is
1/(a prod r + b sum s r + c), s the probability to choose that particle.  It is exact, event by event, also where the
p of a later particle follows from where an earlier one decayed, and 0 where none is inside and c = 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.confined import Confined
from darkpair.gen.flight import Flight
from darkpair.gen.kinematics import Array
from darkpair.gen.lifetime import Forced
from darkpair.gen.streams import Streams

__all__ = ["Draw", "JointLaw", "Member"]

#: Probabilities below this count as none: the product of six inverses is still a number.
_LEAST = 1e-50


@dataclass(frozen=True, kw_only=True)
class Member:
    """A particle of the joint law.

    Parameters
    ----------
    role : str
        Name of the particle in the provenance.
    position : int
        Position of the particle in the topology.
    origin : int
        Index of the vertex where it is made.
    stage : str
        Name of its random stream.
    mass : float [GeV]
        Mass of the particle.
    law : Confined
        Its own law of lifetime, with the region.
    seen : bool
        Whether something visible is made where it decays.
    """

    role: str
    position: int
    origin: int
    stage: str
    mass: float
    law: Confined
    seen: bool


@dataclass(frozen=True, kw_only=True)
class JointLaw:
    """A mixture for the forced particles of a topology.

    Parameters
    ----------
    groups : tuple of tuples of Member
        Particles in the order of their decays; those of a group are all made before the first of them decays.
    elsewhere : tuple of int or None
        Vertices of visible particles that come from none of the members; None stands for one that is not known
        before the first of them decays.
    """

    groups: tuple[tuple[Member, ...], ...]
    elsewhere: tuple[int | None, ...] = ()

    @cached_property
    def members(self) -> dict[int, Member]:
        """By position."""
        return {member.position: member for group in self.groups for member in group}

    @property
    def seen(self) -> int:
        """Number of members at whose decay something visible is made."""
        return sum(member.seen for member in self.members.values())

    @property
    def free_share(self) -> float:
        """Share of *none* where an event may be seen so: as large as those of the other components."""
        return 1.0 / 2.0 if len(self.members) == 1 else 1.0 / 3.0

    @property
    def max_weight(self) -> float:
        """Greatest weight; infinite for laws whose weight has a unit."""
        if not all(isinstance(member.law, Forced) for member in self.members.values()):
            return math.inf
        confined = 1.0 if len(self.members) == 1 else 2.0 * self.seen
        return max(confined, 1.0 / self.free_share) if self.elsewhere else confined

    def provenance(self) -> dict[str, Any]:
        """Who takes part, with what law, and the shares of the components."""
        free = self.free_share if self.elsewhere else 0.0
        rest = 0.5 * (1.0 - free)
        return {
            "forced": {member.role: member.law for member in self.members.values()},
            "seen_where_they_decay": [member.role for member in self.members.values() if member.seen],
            "shares": {"all": rest, "one": rest, "none": free},
            "none": "only where visible particles of other origin may be made in the region"
            if free
            else "never",
            "max_weight": self.max_weight,
        }

    def start(self, n: int, streams: Streams, suffix: str) -> Draw:
        """The law's lengths of n events."""
        return Draw(law=self, n=n, streams=streams, suffix=suffix)


@dataclass(kw_only=True)
class Draw:
    """Lengths of the members in one batch, asked for in the order of the decays."""

    law: JointLaw
    n: int
    streams: Streams
    suffix: str
    _flights: dict[int, Flight] = field(default_factory=dict)
    _chances: dict[int, Array] = field(default_factory=dict)
    _forced: dict[int, NDArray[np.bool_]] = field(default_factory=dict)  # decays inside, by its component
    _ratios: dict[int, Array] = field(default_factory=dict)
    _shares: dict[int, Array] = field(default_factory=dict)  # of *one*: that this particle is the one

    def __post_init__(self) -> None:
        self._rng = self.streams.rng(f"joint lifetimes{self.suffix}")
        self._rest = np.ones(self.n)  # of *one*: that none of the particles so far is the one

    def sample(
        self, position: int, rng: np.random.Generator, momentum: Array, vertices: Array
    ) -> tuple[Array, dict[str, Array]]:
        """Proper lengths of a member, (n,) [mm], and the weights of its own law where it is free.

        Parameters
        ----------
        position : int
            Position of the member in the topology.
        rng : numpy.random.Generator
            Generator of the member's own stream.
        momentum : ndarray, (4, particles, n) [GeV]
            Momenta and energies px, py, pz, E of the particles made so far.
        vertices : ndarray, (4, vertices, n) [mm]
            Places x, y, z, t of the vertices made so far.
        """
        if not self._flights:
            self._components(vertices)
        if position not in self._flights:
            group = next(g for g in self.law.groups if position in {m.position for m in g})
            self._open(group, momentum, vertices)
        member, flight = self.law.members[position], self._flights[position]
        forced, possible = self._forced[position], self._chances[position] > 0.0
        free = member.law.free(self.streams.rng(f"{member.stage} anywhere{self.suffix}"), self.n)
        length = np.where(forced, member.law.inside(rng, flight), free)
        hit = np.flatnonzero(forced | (possible & flight.contains(length)))
        there = Flight(d_in=flight.d_in[hit], d_out=flight.d_out[hit], boost=flight.boost[hit])
        self._ratios[position] = ratio = np.zeros(self.n)
        ratio[hit] = member.law.gain(there, length[hit])
        base = member.law.base(length)
        return length, {} if base is None else {member.law.factor: base}

    def weights(self) -> dict[str, Array]:
        """The law's weight, under the name of its members' own; call it when every member has its lengths."""
        every, single, seen = np.ones(self.n), self._rest.copy(), self._elsewhere.copy()
        for position, member in self.law.members.items():
            ratio = self._ratios[position]
            every *= np.where(self._chances[position] > 0.0, ratio, 1.0)
            if member.seen:
                single += self._shares[position] * ratio
                seen |= ratio > 0.0
        total = (
            self._limits[0] * every + (self._limits[1] - self._limits[0]) * single + (1.0 - self._limits[1])
        )
        first = next(iter(self.law.members.values()))
        return {first.law.factor: np.divide(1.0, total, out=np.zeros(self.n), where=seen)}

    def _components(self, vertices: Array) -> None:
        """The component of each event: below the first limit *all*, below the second *one*, else *none*."""
        regions = {id(member.law.region): member.law.region for member in self.law.members.values()}
        self._elsewhere = np.full(self.n, None in self.law.elsewhere)
        for vertex in self.law.elsewhere:
            if vertex is not None:
                for region in regions.values():
                    self._elsewhere |= region.contains(*vertices[:3, vertex])
        confined = np.where(self._elsewhere, 1.0 - self.law.free_share, 1.0)
        self._limits = 0.5 * confined, confined
        lot = self._rng.random(self.n)
        self._all = lot < self._limits[0]
        self._single = ~self._all & (lot < self._limits[1])

    def _open(self, group: Sequence[Member], momentum: Array, vertices: Array) -> None:
        """Flights of a group, and who of it decays inside."""
        for member in group:
            i = member.position
            vector, origin = momentum[:3, i], vertices[:3, member.origin]
            self._flights[i] = Flight.through(
                member.law.region,
                (vector[0], vector[1], vector[2]),
                member.mass,
                (origin[0], origin[1], origin[2]),
            )
            chance = member.law.chance(self._flights[i])
            self._chances[i] = np.where(chance > _LEAST, chance, 0.0)
        seen = [member.position for member in group if member.seen]
        later = self.law.seen - sum(
            member.seen for member in self.law.members.values() if member.position in self._flights
        )
        total = sum((self._chances[i] for i in seen), start=np.zeros(self.n))
        share = len(seen) / max(len(seen) + later, 1)
        here = np.where(total > 0.0, share, 0.0)
        lot = self._rng.random(self.n)
        edge = np.zeros(self.n)
        for member in group:
            i = member.position
            self._forced[i] = self._all & (self._chances[i] > 0.0)
            if member.seen:
                part = here * np.divide(self._chances[i], total, out=np.zeros(self.n), where=total > 0.0)
                self._forced[i] |= self._single & (lot >= edge) & (lot < edge + part)
                edge = edge + part
                self._shares[i] = self._rest * part
        self._single &= lot >= edge
        self._rest = self._rest * (1.0 - here)
