"""Decays whose masses differ from event to event: the masses of the resonances of a chain, drawn together.

Resonances that share an available energy (B -> K* rho; phi -> rho pi, rho -> pi pi) are a cluster: the decay of a
particle of fixed mass, and below it those of the resonances.  The density of all its masses, and of what the decays to
three and more bodies have inside, is the product of W of each decay and of 2 m / |D(m)|² of each resonance
(`darkpair.gen.resonances`), zero outside the kinematic edges.  Draws propose masses from each line alone and
are accepted with the ratio: weight 1, exact, one check of the bound a draw.  Units: GeV.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from darkpair.gen.alignment import AlignedPair, Alignment, alignment
from darkpair.gen.decay import ManyBodyThrow, TwoBody
from darkpair.gen.digits import apart
from darkpair.gen.errors import ClosedChannelError
from darkpair.gen.kept_samplers import made_once
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.nodes import Node, element_at_masses, open_from, ordered
from darkpair.gen.phase_space import MatrixElement
from darkpair.gen.proposals import Proposal, climbed, even_points
from darkpair.gen.resonances import line_shape, two_body_rate
from darkpair.gen.sampling import check_envelope
from darkpair.gen.varying_masses import (
    Inside,
    momenta_at,
    momentum_at,
    step_momenta,
    sub_masses,
)

__all__ = ["LineMasses"]

Throw: TypeAlias = "TwoBody | ManyBodyThrow | AlignedPair"

#: Least part of a line that its decay has to leave open: below it the tail of a law that is known at the peak.
LEAST_OPEN = 0.01

_PROBES = 1 << 14  # points at which a density's greatest value is looked for
_MARGIN = 1.05
_MOST = 1 << 18  # tries at a time
#: Of a proposal: edges of each of four kinds, samples at each, and its flat part.
_EDGES, _AT_EDGE, _ALONE, _SHARED = 48, 64, 1e-2, 0.5

_AT_REST = 1e-12  # of a mass: kinetic energy below which nothing is left after roundings
_PEAK_TABLE, _AT_MASS = 200, 512  # masses above a peak, and points of phase space at each


class LineMasses:
    """Masses and decays of the resonances of a topology.

    Parameters
    ----------
    nodes : sequence of Node
        The topology's particles, mothers first; the first has its own mass whatever it is.
    bounds : dict, optional
        Proposals and bounds of the densities of the same decays in other topologies of a chain, which share them.

    Raises
    ------
    ClosedChannelError
        Where less than 1 % of a line lies between its decay's threshold and what its mother leaves.
    """

    def __init__(self, nodes: Sequence[Node], bounds: dict[Any, Any] | None = None) -> None:
        self.nodes, self._bounds = tuple(nodes), {} if bounds is None else bounds
        roots = [i for i, node in enumerate(nodes) if not self.varies(i) and self._involved(i)]
        self.clusters = tuple(_Cluster(self, root) for root in roots)

    @property
    def decays(self) -> frozenset[int]:
        """Positions of the particles whose decays have masses that differ from event to event."""
        return frozenset(i for cluster in self.clusters for i in cluster.decays)

    @property
    def descriptions(self) -> dict[str, dict[str, Any]]:
        """Law of each resonance, by its name."""
        varying = [node.particle for i, node in enumerate(self.nodes) if self.varies(i)]
        return {p.name: line_shape(p).description() for p in varying}

    def __bool__(self) -> bool:
        return bool(self.clusters)

    def varies(self, position: int) -> bool:
        """Whether the particle there has another mass in each event."""
        node = self.nodes[position]
        return node.mother >= 0 and node.particle.width > 0.0

    def _involved(self, position: int) -> bool:
        return any(self.varies(child) for child in self.nodes[position].children)

    def draw(self, rng: np.random.Generator, n: int) -> tuple[dict[int, Array], dict[int, Throw]]:
        """Masses (n,) [GeV] by position, and by position how those decay that take part.

        Parameters
        ----------
        rng : numpy.random.Generator
            Generator of the masses.
        n : int
            Number of events.
        """
        masses: dict[int, Array] = {}
        throws: dict[int, Throw] = {}
        for cluster in self.clusters:
            point = cluster.draw(rng, n)
            masses |= point.masses
            throws |= {i: cluster.throw(i, point) for i in cluster.decays}
        return masses, throws


@dataclass(frozen=True)
class _Point:
    """Masses by position, and what decays to many bodies have inside: sub-masses as fractions, a cosine."""

    masses: dict[int, Array]
    inside: dict[int, Array] = field(default_factory=dict)  # (variables, n) by position

    def take(self, keep: Any) -> _Point:
        return _Point(
            {i: m[keep] for i, m in self.masses.items()}, {i: v[:, keep] for i, v in self.inside.items()}
        )


class _Cluster:
    def __init__(self, owner: LineMasses, root: int) -> None:
        self.nodes, self.root = owner.nodes, root
        self._proposals: dict[int, Proposal] = {}
        self.lines, decays = self._below(owner, root)
        self.decays = tuple(decays)
        self._elements = {i: element_at_masses(self.nodes, i) for i in self.decays}
        self._tables: dict[int, tuple[Array, Array]] = {}
        least = {i: open_from(self.nodes, i) for i in range(len(self.nodes))}
        self._low = {i: least[i] for i in self.lines}
        self._high: dict[int, float] = {}
        for i in self.lines:  # mothers come first
            mother = self.nodes[i].mother
            most = self._high.get(mother, self.nodes[mother].particle.mass)
            self._high[i] = most - sum(least[j] for j in self.nodes[mother].children if j != i)
            self._require_open(i)
        self._variables = len(self.lines) + sum(self._inside(i) for i in self.decays)
        modes = (self.nodes[i].mode for i in self.decays)
        elements = [
            mode.matrix_element for mode in modes if mode is not None and mode.matrix_element is not None
        ]
        key, bounds = self._key(root, id), owner._bounds
        if key not in bounds:
            bounds[key] = made_once(self._searched, self._key(root, lambda element: element), elements)
        proposals, self._bound, self._acceptance = bounds[key]
        self._proposals = dict(zip(self.lines, proposals.values(), strict=True))

    def _searched(self) -> tuple[dict[int, Proposal], float, float]:
        """Proposals, the bound over them, and the part of them that is accepted."""
        self._adapt()
        return self._proposals, *self._greatest()

    def _key(self, position: int, named: Callable[[MatrixElement | None], Any]) -> Any:
        """What the density depends on, the same in every topology that has the same decays; elements as a function says."""
        node = self.nodes[position]
        kind = abs(node.particle.pdgid), node.particle.mass, node.particle.width
        if node.mode is None or position not in self.decays:
            return kind
        return kind, named(node.mode.matrix_element), tuple(self._key(i, named) for i in ordered(node))

    def _below(self, owner: LineMasses, position: int) -> tuple[list[int], list[int]]:
        """Positions of the resonances below, and of the decays that they take part in."""
        lines, decays = [], [position]
        for child in self.nodes[position].children:
            if owner.varies(child):
                lines.append(child)
                if self.nodes[child].mode is not None:
                    more, further = self._below(owner, child)
                    lines += more
                    decays += further
        return lines, decays

    def _require_open(self, position: int) -> None:
        low, high, p = self._low[position], self._high[position], self.nodes[position].particle
        part = line_shape(p).fraction(low, high) if high > low else 0.0
        if part < LEAST_OPEN:
            mother = self.nodes[self.nodes[position].mother].particle
            has, least = apart(part, LEAST_OPEN, digits=2)
            raise ClosedChannelError(
                f"{mother.name} leaves {p.name} masses from {low:.6g} to {high:.6g} GeV, {has} of its line at "
                f"{p.mass:.6g} GeV (width {p.width:.4g} GeV); allowed: {least} or more; lower its sisters' masses"
            )

    def _edges(self, position: int) -> Array:
        """Steps for the proposals of a resonance.

        Even in the angle; in powers of the distance from the peak, for narrow ones; and in the mass, finer towards
        both ends, where a rate may rise as a root.
        """
        p, low, high = self.nodes[position].particle, self._low[position], self._high[position]
        line = line_shape(p)
        least, most = line.angle_of(np.array([low, high]))
        ends = np.sin(np.linspace(0.0, math.pi / 2.0, _EDGES)) ** 2
        masses = line.angle_of(low + (high - low) * ends)
        tails = np.arctan(np.geomspace(1.0, max(high, p.mass) ** 2 / (p.mass * p.width) + 1.0, _EDGES))
        angles = np.concatenate([np.linspace(least, most, _EDGES), masses, tails, -tails])
        return np.unique(np.clip(angles, least, most))

    def _adapt(self) -> None:
        """Make each proposal the density of its mass alone, the others averaged over theirs: found by sampling.

        Masses that share an energy are not independent: a flat part covers what the product of theirs does not.
        """
        edges = {i: self._edges(i) for i in self.lines}
        several = len(self.lines) > 1
        self._proposals = {i: Proposal(e, np.ones(len(e)), 0.0) for i, e in edges.items()}
        for _ in range(2 if several else 1):
            for row, i in enumerate(self.lines):
                old = self._proposals[i]
                u = even_points(len(edges[i]) * _AT_EDGE, self._variables)
                u[row] = old.at_edges(_AT_EDGE)
                _, values = self._place(u)
                heights = values.reshape(-1, _AT_EDGE).mean(axis=1) * old.heights
                self._proposals[i] = Proposal(edges[i], heights, _SHARED if several else _ALONE)

    def _inside(self, position: int) -> int:
        """Variables inside a decay: n - 2 sub-masses, and a cosine where a matrix element asks for it."""
        bodies = len(self.nodes[position].children)
        return bodies - 2 + (self._elements[position] is not None)

    def _mass(self, point: _Point, position: int) -> Real:
        return point.masses.get(position, self.nodes[position].particle.mass)

    def _masses(self, point: _Point, position: int) -> tuple[Real, list[Real]]:
        """Of the decaying particle, and of its daughters, three of them in the matrix element's order."""
        return self._mass(point, position), [self._mass(point, j) for j in ordered(self.nodes[position])]

    def _place(self, u: Array) -> tuple[_Point, Array]:
        """Point of the unit cube, (variables, n), as masses; and the density over the proposal there."""
        value = np.ones(u.shape[1])
        masses: dict[int, Array] = {}
        for row, i in enumerate(self.lines):
            angle, weight = self._proposals[i](u[row])
            value *= weight
            masses[i] = np.clip(
                line_shape(self.nodes[i].particle).mass_of(angle), self._low[i], self._high[i]
            )
        point, row = _Point(masses), len(self.lines)
        for i in self.decays:
            extra = self._inside(i)
            if extra:
                point.inside[i] = u[row : row + extra]
                row += extra
        # what the edges forbid is left out before anything is a root of a negative number
        allowed = np.ones(u.shape[1], dtype=bool)
        for i in self.decays:
            mass, daughters = self._masses(point, i)
            allowed &= mass - sum(daughters) > _AT_REST * mass
        keep = np.flatnonzero(allowed)
        value[~allowed] = 0.0
        value[keep] *= self._density(point.take(keep))
        return point, value

    def _density(self, point: _Point) -> Array:
        value: Any = 1.0
        for i in self.lines:
            line = line_shape(self.nodes[i].particle)
            value = value * line.flatness(point.masses[i])
            if self.nodes[i].mode is None:
                value = value * line.total(point.masses[i])
        for i in self.decays:
            value = value * self._rate(point, i)
        return np.asarray(value)

    def _rate(self, point: _Point, position: int) -> Array:
        """W of a decay at the point [any normalisation]."""
        node = self.nodes[position]
        mass, daughters = self._masses(point, position)
        if len(daughters) == 2:
            first, second = (self.nodes[j].particle for j in node.children)
            return np.asarray(two_body_rate(node.particle, (first, second), mass, *daughters))
        whole = self._many(position, mass, daughters, point.inside[position])
        return np.asarray(whole * self._peak(position, mass))

    def _many(self, position: int, mass: Real, daughters: list[Real], inside: Array) -> Array:
        """W of a decay to three or more bodies, per step of what it has inside."""
        free = mass - sum(daughters)
        if len(daughters) > 3:
            steps = step_momenta(sub_masses(mass, daughters, inside), daughters)
            return np.asarray(free ** (len(daughters) - 2) * np.prod(steps, axis=0) / mass)
        with np.errstate(invalid="ignore", divide="ignore"):
            q, p, k = momenta_at(mass, *daughters, inside[0])
        flat = np.asarray(free * p * k / mass)
        element = self._elements[position]
        if element is None:
            return flat
        q2 = np.maximum(q * q, np.square(1e-9 * mass))  # matrix elements divide by q²
        return np.asarray(flat * np.maximum(element(mass, daughters, q2, 2.0 * inside[1] - 1.0), 0.0))

    def _peak(self, position: int, mass: Real) -> Real:
        """Factor that keeps W of a resonance to three or more bodies above its peak what it is there."""
        if position not in self.lines:
            return 1.0
        if position not in self._tables:
            self._tables[position] = self._table(position)
        return np.asarray(np.interp(mass, *self._tables[position]))

    def _table(self, position: int) -> tuple[Array, Array]:
        """Masses from the peak up, and the factor of `_peak`: by W at the daughters' least masses."""
        node = self.nodes[position]
        peak, low, high = node.particle.mass, self._low[position], self._high[position]
        if not low < peak < high:
            return np.array([low, high]), np.ones(2)
        masses = np.linspace(peak, high, _PEAK_TABLE)
        inside = even_points(_AT_MASS, self._inside(position))
        daughters = [open_from(self.nodes, j) for j in ordered(node)]
        mass = np.repeat(masses, _AT_MASS)
        rates = self._many(position, mass, daughters, np.tile(inside, _PEAK_TABLE))
        whole = rates.reshape(_PEAK_TABLE, _AT_MASS).mean(axis=1)
        return masses, whole[0] / np.maximum(whole, whole[0])

    def _greatest(self) -> tuple[float, float]:
        """Bound of the density over the proposal, and the part of the proposals that is accepted."""
        typical = even_points(_PROBES, self._variables)
        tails = (
            typical.copy()
        )  # as often in one step of a proposal as in another, however rarely it is proposed
        for row, i in enumerate(self.lines):
            reached = self._proposals[i].reached
            tails[row] = np.interp(tails[row] * (len(reached) - 1), np.arange(len(reached)), reached)
        u = np.concatenate([typical, tails], axis=1)
        _, values = self._place(u)
        bound = _MARGIN * climbed(lambda u: self._place(u)[1], u, values, _PROBES ** (-1.0 / self._variables))
        return bound, max(float(values[:_PROBES].mean()) / bound, 1e-4)

    def draw(self, rng: np.random.Generator, n: int) -> _Point:
        """Points at weight 1, as many as asked for."""
        parts: list[_Point] = []
        filled = 0
        while filled < n or not parts:
            tries = min(int(1.05 * (n - filled) / self._acceptance) + 64, _MOST)
            point, value = self._place(rng.random((self._variables, tries)))
            check_envelope(value, np.asarray(self._bound))
            keep = np.flatnonzero(rng.random(tries) * self._bound < value)[: n - filled]
            parts.append(point.take(keep))
            filled += len(keep)
        return _Point(
            {i: np.concatenate([p.masses[i] for p in parts]) for i in self.lines},
            {i: np.concatenate([p.inside[i] for p in parts], axis=1) for i in parts[0].inside},
        )

    def throw(self, position: int, point: _Point) -> Throw:
        """How the particle there decays in these events."""
        node = self.nodes[position]
        mass, daughters = self._masses(point, position)
        mode = node.mode
        assert mode is not None  # (decays holds the decaying ones only)
        if len(daughters) == 2:
            momentum = momentum_at(mass, *daughters)
            e1, e2 = (np.hypot(momentum, m) for m in daughters)
            pair = TwoBody(mass=mass, momentum=momentum, e1=e1, e2=e2, slope=mode.slope, axis=mode.axis)
            law = self._alignment(position)
            return pair if law is None or mode.slope else AlignedPair(pair, law(mass))
        places = mode.order if len(daughters) == 3 else tuple(range(len(daughters)))
        return ManyBodyThrow(sampler=Inside(mass, daughters, point.inside[position]), places=places)

    def _alignment(self, position: int) -> Alignment | None:
        node = self.nodes[position]
        if position == self.root:
            return None
        mother = self.nodes[node.mother]
        assert node.mode is not None
        assert mother.mode is not None
        return alignment(mother.particle, node.particle, mother.mode.particles, node.mode.particles)
