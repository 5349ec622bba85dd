"""One decay: what a particle decays to, how often, and how its daughters are thrown."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np

from darkpair.gen.boosts import PAIR_ALONG, PAIR_FROM_DISC, away, boosted, pair
from darkpair.gen.conservation import Vertex, require_allowed, require_fermion_number
from darkpair.gen.directions import Vector3, direction, disc
from darkpair.gen.errors import InputError, shown
from darkpair.gen.frozen import freeze
from darkpair.gen.kept_samplers import three_body_sampler
from darkpair.gen.kinematics import Array, Real, invariant_mass, two_body_momentum
from darkpair.gen.many_bodies import ManyBody
from darkpair.gen.particles import Particle
from darkpair.gen.phase_space import MatrixElement, require_open
from darkpair.gen.polarisation import Analyser, FourVector, Polariser, at_rest
from darkpair.gen.ranges import ENERGIES, require_within
from darkpair.gen.recipe import recipe, summary_of
from darkpair.gen.resonances import line_shape
from darkpair.gen.three_bodies import FourVectors

__all__ = ["Daughter", "Decay", "FourVector", "ManyBodyThrow", "Mode", "TwoBody", "least_mass"]


@dataclass(frozen=True)
class Mode:
    """One way to decay, of a chain: daughters and a branching ratio. A decay of a model, with its width, is a `darkpair.ModelMode`.

    Parameters
    ----------
    daughters : tuple of Particle or Decay
        What the particle decays to; a `Decay` is a daughter that decays further.
    branching_ratio : float
        Branching ratio, 0 to 1.
    matrix_element : callable, optional
        Squared matrix element of a three-body mode (`darkpair.gen.phase_space.MatrixElement`); the daughters in its
        order, or in `order`.
    order : tuple of int
        The places among the daughters of the matrix element's particles 0, 1 and 2.
    slope : float
        Slope of a two-body mode: density (1 + slope c)/2 in the cosine of the *last* daughter, in the rest frame of
        the decaying particle, to `axis`.
    axis : {"flight", "sister"}
        The direction in which the decaying particle flies in its mother's rest frame; or that of the last
        daughter of its sister, which decays likewise, in the sister's rest frame.  The two rest frames are
        those reached from the mother's.  The law holds for the pair: the sister that is thrown first is
        isotropic, and both have to carry the same slope.
    polariser : Polariser, optional
        How the mode polarises its daughters.
    analyser : Analyser, optional
        What the mode says of the spin of the particle that decays. Where its mother's mode has a polariser, decays
        follow the two, unless a slope says the same in closed form.

    Raises
    ------
    InputError
        For daughters that are no particles, for one daughter, a branching ratio or slope out of range, a matrix element of another than three bodies,
        an order that is none of three.
    """

    daughters: tuple[Daughter, ...]
    branching_ratio: float = 1.0
    matrix_element: MatrixElement | None = None
    order: tuple[int, ...] = (0, 1, 2)
    slope: float = 0.0
    axis: Literal["flight", "sister"] = "flight"
    polariser: Polariser | None = None
    analyser: Analyser | None = None

    def __post_init__(self) -> None:
        freeze(self)
        _require_kind(
            "daughters of a Mode",
            self.daughters,
            (Particle, Decay),
            "a decay in the table of a model is a darkpair.ModelMode",
        )
        if len(self.daughters) < 2:
            raise InputError(f"a decay to {len(self.daughters)} particle; allowed: two or more daughters")
        if not 0.0 <= self.branching_ratio <= 1.0:
            raise InputError(f"branching ratio = {self.branching_ratio}; allowed: 0 to 1")
        if not abs(self.slope) <= 1.0:
            raise InputError(f"slope = {self.slope} of an angular distribution; allowed: -1 to 1")
        if self.matrix_element is not None and len(self.daughters) != 3:
            raise InputError(f"a matrix element with {len(self.daughters)} daughters; allowed: three")
        if sorted(self.order) != [0, 1, 2]:
            raise InputError(f"order = {self.order} of a matrix element; allowed: 0, 1 and 2, each once")
        if self.slope and len(self.daughters) != 2:
            raise InputError(f"a slope with {len(self.daughters)} daughters; allowed: two")

    @property
    def particles(self) -> tuple[Particle, ...]:
        """The daughters themselves."""
        return tuple(d.parent if isinstance(d, Decay) else d for d in self.daughters)

    @property
    def recipe(self) -> str:
        """How the daughters are made, in a line; see `darkpair.gen.recipe`."""
        summary = None if self.matrix_element is None else summary_of(self.matrix_element)
        spin = self.analyser is not None
        return recipe(len(self.daughters), summary=summary, slope=self.slope, axis=self.axis, spin=spin)


@dataclass(frozen=True)
class Decay:
    """A particle and its modes.

    Parameters
    ----------
    parent : Particle
        The particle that decays.
    modes : tuple of Mode
        How it decays; the branching ratios may add up to less than 1: the rest is not generated.
    conserve : bool
        Whether the laws of `darkpair.gen.conservation` are asked of these modes; False for who wants otherwise.

    Raises
    ------
    InputError
        Without modes, for a mode of a model, for branching ratios that add up to more than 1 or to 0, for a mode that changes the charge,
        has an odd number of half-integer spins, or changes the fermion number of Dirac states; for a parent lighter
        than 1e-20 GeV.
    ClosedChannelError
        For a mode whose daughters are too heavy: resonances count with the least mass of their lines.
    """

    parent: Particle
    modes: tuple[Mode, ...]
    conserve: bool = True
    #: None where masses differ from event to event (`darkpair.gen.line_masses`).
    generators: tuple[TwoBody | ManyBodyThrow | None, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        freeze(self)
        name = self.parent.name
        _require_kind(
            f"modes of {name}", self.modes, (Mode,), "a ModelMode belongs into the table MODES of a model"
        )
        require_within(self.parent.mass, ENERGIES, f"mass of {name}, which decays,", "GeV")
        total = math.fsum(mode.branching_ratio for mode in self.modes)
        if not 0.0 < total <= 1.0 + 1e-9:
            raise InputError(
                f"the branching ratios of {name} add up to {total:.11g}; allowed: more than 0, at most 1"
            )
        if self.conserve:
            for mode in self.modes:
                require_allowed(self.parent, mode.particles)
        require_fermion_number(self.vertices(conserved=True))
        object.__setattr__(self, "generators", tuple(_generator(self.parent, mode) for mode in self.modes))

    def sample_identity(self) -> dict[str, Any]:
        """What decides about the events: how often each mode is generated, and how; lifetimes only of what decays."""
        share = [
            mode.branching_ratio
            * math.prod(d.generated_branching_ratio for d in mode.daughters if isinstance(d, Decay))
            for mode in self.modes
        ]
        return {
            "parent": self.parent,
            "modes": [
                {entry.name: getattr(mode, entry.name) for entry in fields(mode)}
                | {
                    "branching_ratio": part / math.fsum(share),
                    "daughters": [
                        d if isinstance(d, Decay) else (d.name, d.pdgid, d.mass, d.width)
                        for d in mode.daughters
                    ],
                }
                for mode, part in zip(self.modes, share, strict=True)
            ],
        }

    def vertices(self, *, conserved: bool = False) -> Iterator[Vertex]:
        """Every decay here and below; of `conserved` ones only, those of which the laws are asked."""
        for mode in self.modes:
            if self.conserve or not conserved:
                yield self.parent, mode.particles
            for daughter in mode.daughters:
                if isinstance(daughter, Decay):
                    yield from daughter.vertices(conserved=conserved)

    @cached_property
    def generated_branching_ratio(self) -> float:
        """Probability of the listed modes, here and in the decays below: events are generated in these only."""
        return math.fsum(
            mode.branching_ratio
            * math.prod(d.generated_branching_ratio for d in mode.daughters if isinstance(d, Decay))
            for mode in self.modes
        )

    @property
    def decaying(self) -> dict[str, Particle]:
        """The particles that decay, here and in the decays below, by name."""
        below = [d for mode in self.modes for d in mode.daughters if isinstance(d, Decay)]
        return {self.parent.name: self.parent} | {k: v for d in below for k, v in d.decaying.items()}


def _require_kind(what: str, values: Any, kinds: tuple[type, ...], other: str) -> None:
    """Refuse what is no sequence of these kinds, with what it may have been taken for."""
    several = isinstance(values, tuple)
    for value in values if several else (values,):
        if not (several and isinstance(value, kinds)):
            allowed = " and ".join(f"darkpair.{kind.__name__}" for kind in kinds)
            raise InputError(f"{shown(value)} is among the {what}; allowed: a list of {allowed}; {other}")


Daughter: TypeAlias = "Particle | Decay"


@dataclass(frozen=True, kw_only=True)
class TwoBody:
    """Two daughters back to back in the parent's rest frame, boosted to the parent's frame.

    Numbers, or arrays (n,) where masses differ from event to event.
    """

    mass: Real
    momentum: Real
    e1: Real
    e2: Real
    slope: float
    axis: Literal["flight", "sister"]

    def throw(
        self,
        rng: np.random.Generator,
        parent: FourVector,
        mother: FourVector | None,
        sister: tuple[FourVector, FourVector] | None = None,
        out: Sequence[Array] | None = None,
    ) -> tuple[FourVectors, dict[str, Array]]:
        """Daughters' four-momenta [GeV], and no weights.

        Parameters
        ----------
        rng : numpy.random.Generator
            Generator of the directions.
        parent : four ndarrays, (n,) [GeV]
            Four-momentum x, y, z, E of the decaying particle.
        mother : four ndarrays, (n,) [GeV], or None
            Four-momentum of the particle that it came from.
        sister : pair of four ndarrays, (n,) [GeV], or None
            Four-momenta of its sister and of the sister's last daughter, if the slope is about that one's
            direction.
        out : sequence of ndarrays, (4, n), optional
            Where each daughter's four-momentum goes.
        """
        if self.slope == 0.0 or (self.axis == "sister" and sister is None):
            point = disc(rng, len(parent[0]))
            return pair(out, PAIR_FROM_DISC, *parent, self.mass, *point, self.momentum, self.e1, self.e2), {}
        if mother is None:
            raise InputError(
                f"a slope about the {self.axis} axis needs a mother; the first particle of a chain has none"
            )
        if sister is None:
            axis = self.flight(parent, mother)
            return self._boosted(parent, direction(rng, axis, self.slope), -1.0, out), {}
        m = invariant_mass(*mother)
        here, axis = at_rest(mother, m, parent), self._look(mother, m, sister)
        inner = self._boosted(here, direction(rng, axis, self.slope), -1.0)
        return boosted(mother, m, inner, out), {}

    def along(self, parent: FourVector, unit: Vector3, out: Sequence[Array] | None = None) -> FourVectors:
        """Daughters' four-momenta [GeV]; the first flies along the unit vector in the parent's rest frame."""
        return self._boosted(parent, unit, 1.0, out)

    def density(
        self,
        last: FourVector,
        parent: FourVector,
        mother: FourVector | None,
        sister: tuple[FourVector, FourVector] | None = None,
    ) -> Array:
        """1 + slope cosine of the last daughter, (n,); the others as `throw` takes them."""
        if self.slope == 0.0 or mother is None or (self.axis == "sister" and sister is None):
            return np.ones(len(parent[0]))
        if sister is None:
            here, axis = parent, self.flight(parent, mother)
        else:
            m = invariant_mass(*mother)
            here, last = at_rest(mother, m, parent), at_rest(mother, m, last)
            axis = self._look(mother, m, sister)
        x, y, z = _unit(at_rest(here, self.mass, last))
        return np.asarray(1.0 + self.slope * (axis[0] * x + axis[1] * y + axis[2] * z))

    def flight(self, parent: FourVector, mother: FourVector) -> Vector3:
        """Where the particle flies in its mother's frame, seen from its own: away from the mother.

        For one at rest in that frame, whose law has no axis, it is that of z.
        """
        axis: Vector3 = away(*at_rest(parent, self.mass, mother)[:3])
        return axis

    @staticmethod
    def _look(mother: FourVector, mass: Array, sister: tuple[FourVector, FourVector]) -> Vector3:
        """Where the sister's last daughter flies in the sister's frame, as reached from the mother's."""
        there, daughter = (at_rest(mother, mass, vector) for vector in sister)
        return _unit(at_rest(there, invariant_mass(*there), daughter))

    def _boosted(
        self, parent: FourVector, unit: Vector3, sign: float, out: Sequence[Array] | None = None
    ) -> FourVectors:
        """Daughters in the parent's frame; the first flies along sign times the unit vector."""
        return pair(out, PAIR_ALONG, *parent, self.mass, *unit, sign * self.momentum, self.e1, self.e2)


class Bodies(Protocol):
    """What throws three or more daughters: `darkpair.gen.phase_space.ThreeBody` and its like."""

    @property
    def mass(self) -> Real:
        """Mass of the parent [GeV]."""
        ...

    def throw(
        self,
        rng: np.random.Generator,
        parent: FourVector,
        places: tuple[int, ...],
        out: Sequence[Array] | None = None,
    ) -> FourVectors:
        """Daughters' four-momenta [GeV]; its particles stand at the places."""
        ...


@dataclass(frozen=True, kw_only=True)
class ManyBodyThrow:
    """Three or more daughters, thrown in the parent's rest frame and boosted to the parent's frame.

    Parameters
    ----------
    sampler : Bodies
        What throws them.
    places : tuple of int
        Places of the sampler's particles among the daughters.
    """

    sampler: Bodies
    places: tuple[int, ...]

    def throw(
        self,
        rng: np.random.Generator,
        parent: FourVector,
        mother: FourVector | None,
        sister: tuple[FourVector, FourVector] | None = None,
        out: Sequence[Array] | None = None,
    ) -> tuple[FourVectors, dict[str, Array]]:
        """Daughters' four-momenta [GeV], and no weights; as `TwoBody.throw`."""
        return self.sampler.throw(rng, parent, self.places, out), {}

    def sample(self, rng: np.random.Generator, n: int) -> tuple[FourVectors, dict[str, Array]]:
        """Daughters' four-momenta (n,) in the parent's rest frame [GeV], and no weights."""
        still = np.zeros(n)
        return self.throw(rng, (still, still, still, np.zeros(n) + self.sampler.mass), None)


def least_mass(daughter: Daughter) -> float:
    """Least mass that a daughter can have [GeV]: a resonance that of its lightest mode, or channel."""
    particle = daughter.parent if isinstance(daughter, Decay) else daughter
    if particle.width == 0.0:
        return particle.mass
    if isinstance(daughter, Decay):
        return min(sum(map(least_mass, mode.daughters)) for mode in daughter.modes)
    return line_shape(particle).threshold


def _generator(parent: Particle, mode: Mode) -> TwoBody | ManyBodyThrow | None:
    masses = [p.mass for p in mode.particles]
    what = f"{parent.name} -> {' '.join(p.name for p in mode.particles)}"
    if any(p.width > 0.0 for p in mode.particles):
        if parent.width == 0.0:
            require_open(parent.mass, list(map(least_mass, mode.daughters)), what)
        return None
    if parent.width > 0.0 and not parent.mass > sum(masses):
        return None  # a tail of its line may be open
    require_open(parent.mass, masses, what)
    if len(masses) == 2:
        momentum = float(two_body_momentum(parent.mass, *masses))
        e1, e2 = (math.hypot(momentum, m) for m in masses)
        return TwoBody(mass=parent.mass, momentum=momentum, e1=e1, e2=e2, slope=mode.slope, axis=mode.axis)
    if len(masses) == 3:
        own = [masses[i] for i in mode.order]
        return ManyBodyThrow(
            sampler=three_body_sampler(parent.mass, tuple(own), mode.matrix_element), places=mode.order
        )
    return ManyBodyThrow(sampler=ManyBody(parent.mass, masses), places=tuple(range(len(masses))))


def _unit(vector: FourVector) -> Vector3:
    x, y, z, _ = vector
    norm = np.sqrt(x * x + y * y + z * z)
    return x / norm, y / norm, z / norm
