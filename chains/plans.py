"""What a chain does for the events of one topology: its decays in order, and the columns that they fill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from darkpair.chains.spin_steps import SpinStep
from darkpair.gen.decay import ManyBodyThrow, TwoBody
from darkpair.gen.events import Parents
from darkpair.gen.flight import flown
from darkpair.gen.joint_lifetime import Draw, JointLaw
from darkpair.gen.kinematics import Array
from darkpair.gen.lifetime import Lifetime
from darkpair.gen.line_masses import LineMasses
from darkpair.gen.space import columns, placed
from darkpair.gen.steering import Directions, FreeDecay
from darkpair.gen.streams import Streams
from darkpair.gen.topology import Columns, Topology

__all__ = ["Plan", "Step", "fill"]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One decay of a topology: which position decays, where, into which positions, and how."""

    stage: str
    position: int
    mother: int
    vertex: int
    children: tuple[int, ...]
    throw: TwoBody | ManyBodyThrow | None  # None: of masses that differ from event to event
    lifetime: Lifetime
    mass: float
    keeps_length: str | None
    sister: tuple[int, int] | None  # and its last daughter, where the two directions are correlated
    spin: SpinStep | None

    def relatives(self, momentum: Array) -> tuple[Any, Any]:
        """Four-momenta of its mother, and of the sister that it looks at with her last daughter."""
        mother = tuple(momentum[:, self.mother]) if self.mother >= 0 else None
        if self.sister is None:
            return mother, None
        return mother, (tuple(momentum[:, self.sister[0]]), tuple(momentum[:, self.sister[1]]))

    def density(self, momentum: Array) -> Array:
        """Density of its angles over that of an isotropic decay, (n,), of the momenta (4, particles, n)."""
        if self.spin is not None:
            return self.spin.density(momentum)
        if not isinstance(self.throw, TwoBody):
            return np.ones(momentum.shape[2])
        last, parent = (tuple(momentum[:, i]) for i in (self.children[-1], self.position))
        return self.throw.density(last, parent, *self.relatives(momentum))


@dataclass(frozen=True)
class Plan:
    """A topology with its probability and its decays in order."""

    probability: float
    topology: Topology
    steps: tuple[Step, ...]
    joint: JointLaw | None
    lines: LineMasses
    aim: tuple[Directions, tuple[FreeDecay, ...]] | None = None  # (of `darkpair.chains.aimed`)


def fill(
    plan: Plan,
    parents: Parents,
    rows: np.ndarray[Any, Any],
    streams: Streams,
    suffix: str,
) -> Columns:
    """Events of one topology, decay by decay."""
    n = len(parents)
    momentum, vertices = columns(plan.topology, n)
    _put(momentum[:, 0], parents.momentum)
    _put(vertices[:, 0], parents.vertex)
    weights = dict(parents.weights)
    lengths: dict[str, Array] = {}
    joint = None if plan.joint is None else plan.joint.start(n, streams, suffix)
    masses, throws = plan.lines.draw(streams.rng(f"line shapes{suffix}"), n) if plan.lines else ({}, {})
    aim = plan.aim and plan.aim[0].start(plan.aim[1], parents, streams.rng(f"aim{suffix}"), vertices)
    for step in plan.steps:
        rng = streams.rng(step.stage + suffix)
        parent = tuple(momentum[:, step.position])
        if step.mother < 0 and parents.decay_vertex is not None:
            _put(vertices[:, step.vertex], parents.decay_vertex)
        else:
            mass, origin = masses.get(step.position, step.mass), plan.topology.vertex[step.position]
            length, factors = _fly(step, mass, origin, joint, rng, momentum, vertices)
            _multiply(weights, factors)
            if step.keeps_length is not None:
                lengths[step.keeps_length] = length
        throw = (aim and aim.throws.get(step.position)) or step.throw or throws[step.position]
        daughters = [momentum[:, child] for child in step.children]
        _, factors = throw.throw(rng, parent, *step.relatives(momentum), out=daughters)
        _multiply(weights, factors)
        if step.spin is not None and step.spin.turns:
            step.spin.turn(rng, momentum)
    for draw in (joint, aim):
        _multiply(weights, {} if draw is None else draw.weights())
    return Columns(
        topology=plan.topology,
        rows=rows,
        momentum=momentum,
        vertices=vertices,
        weights=weights,
        proper_length=lengths,
        masses=masses,
    )


def _fly(
    step: Step,
    mass: float | Array,
    origin: int,
    joint: Draw | None,
    rng: np.random.Generator,
    momentum: Array,
    vertices: Array,
) -> tuple[Array, Mapping[str, Array]]:
    """Write where a particle of that mass [GeV] decays, from the vertex of number `origin` on: its proper length [mm], (n,), and weights."""
    parent, start = tuple(momentum[:, step.position]), vertices[:, origin]
    if joint is not None and step.position in joint.law.members:
        length, factors = joint.sample(step.position, rng, momentum, vertices)
    else:
        length, factors = step.lifetime.sample(rng, parent[:3], mass, tuple(start[:3]))
    if length.any():
        flown.into(vertices[:, step.vertex], *parent, length, mass, *start)
    else:  # prompt
        vertices[:, step.vertex] = start
    return length, factors


def _put(place: Array, array: Array) -> None:
    """Write an array where it should be, unless it is there."""
    if not placed(array, place):
        place[...] = array


def _multiply(weights: dict[str, Array], factors: Mapping[str, Array]) -> None:
    for name, factor in factors.items():
        weights[name] = weights[name] * factor if name in weights else factor
