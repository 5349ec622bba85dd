"""Which particles of a topology share a joint law of their lifetimes, and what else of it may be seen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from darkpair.chains.decay_tree import particles_of
from darkpair.gen.confined import Confined
from darkpair.gen.decay import Decay
from darkpair.gen.joint_lifetime import JointLaw, Member
from darkpair.gen.lifetime import Exponential, Forced, Lifetime
from darkpair.gen.particles import DARK_IDS
from darkpair.gen.topology import FINAL, Topology

__all__ = ["INVISIBLE", "Step", "greatest_weight", "joint_law", "laws_of_others"]

#: A particle of shorter c tau [mm] decays where it is made: pi0 (25 nm) and eta, but not tau, D and B (.09 mm on).
_PROMPT = 1e-3

#: What no detector sees: the dark states and neutrinos, by the id without its sign.
INVISIBLE: Final = frozenset(abs(i) for i in DARK_IDS.values()) | {12, 14, 16}


class Step(Protocol):
    """One decay of a topology, as the chain has it."""

    @property
    def stage(self) -> str:
        """Name of its random stream."""
        ...

    @property
    def position(self) -> int:
        """Which particle decays."""
        ...

    @property
    def mother(self) -> int:
        """Position of its mother, -1 for the first."""
        ...

    @property
    def vertex(self) -> int:
        """Where it decays."""
        ...

    @property
    def lifetime(self) -> Lifetime:
        """Its law."""
        ...


def joint_law(topology: Topology, steps: Sequence[Step]) -> JointLaw | None:
    """Joint law of a topology's forced particles; None without any, and for one alone that all else comes from.

    A particle that is forced is so where its daughters matter: one that comes from it, has the exponential law
    with a length of its own, and makes something visible, is forced with it.  What is visible and comes from no
    such particle is left to the event: where it is made in the region, the event may be seen without them.
    Visible is what the laws say that their detector needs (`Forced.needs`).

    Parameters
    ----------
    topology : Topology
        Particles of the events, mothers before daughters.
    steps : sequence of Step
        Decays of the topology, mothers before daughters.
    """
    laws = {step.position: step.lifetime for step in steps if isinstance(step.lifetime, Confined)}
    if not laws:
        return None
    by_position = {step.position: step for step in steps}
    needs = [law.needs for law in laws.values()]
    kinds = None if None in needs else frozenset(kind for some in needs for kind in some or ())
    seen = {_place(step, by_position) for step in steps if _makes(topology, step, kinds)}
    forced: dict[int, Confined] = {}
    for step in steps:
        law = step.lifetime
        if isinstance(law, Confined):
            forced[step.position] = law
        elif step.position in seen and isinstance(law, Exponential):
            ancestor = _forced_ancestor(step, by_position, forced)
            if ancestor is not None:
                forced[step.position] = Forced(region=forced[ancestor].region, ctau=law.ctau)
    first = next(i for i, step in enumerate(steps) if step.position in forced)
    vertices = {step.position: step.vertex for step in steps[:first]}
    elsewhere = tuple(vertices.get(position) for position in sorted(seen - forced.keys()))
    if len(forced) == 1 and not elsewhere:
        return None
    roles = {position: role for role, position in topology.roles.items()}
    members = {
        step.position: Member(
            role=roles[step.position],
            position=step.position,
            origin=topology.vertex[step.position],
            stage=step.stage,
            mass=topology.mass[step.position],
            law=forced[step.position],
            seen=step.position in seen or not seen & forced.keys(),
        )
        for step in steps
        if step.position in forced
    }
    return JointLaw(groups=_groups(steps, members), elsewhere=elsewhere)


def greatest_weight(steps: Sequence[Step], joint: JointLaw | None) -> float:
    """Greatest product of the weights of a topology's lifetimes; infinite where one of them has no bound."""
    alone = [step for step in steps if joint is None or step.position not in joint.members]
    own: list[float] = [getattr(step.lifetime, "max_weight", math.inf) for step in alone]
    return math.prod(own) * (1.0 if joint is None else joint.max_weight)


def _makes(topology: Topology, step: Step, kinds: frozenset[int] | None) -> bool:
    """Whether a decay makes a final particle of those kinds, or a visible one where there are none."""
    return any(
        mother == step.position
        and status == FINAL
        and (abs(pdgid) not in INVISIBLE if kinds is None else pdgid in kinds)
        for mother, status, pdgid in zip(topology.mother, topology.status, topology.pdgid, strict=True)
    )


def _place(step: Step, by_position: Mapping[int, Step]) -> int:
    """Position of the last particle on the way that decides where the step's daughters are made."""
    while step.mother >= 0 and isinstance(step.lifetime, Exponential) and step.lifetime.ctau < _PROMPT:
        step = by_position[step.mother]
    return step.position


def _forced_ancestor(
    step: Step, by_position: Mapping[int, Step], forced: Mapping[int, Confined]
) -> int | None:
    while step.mother >= 0:
        step = by_position[step.mother]
        if step.position in forced:
            return step.position
    return None


def _groups(steps: Sequence[Step], members: Mapping[int, Member]) -> tuple[tuple[Member, ...], ...]:
    """Members in the order of their decays, together where all of them are made before the first decays."""
    order = {step.position: i for i, step in enumerate(steps)}
    groups: list[list[Member]] = []
    left = sorted(members, key=order.__getitem__)
    while left:
        lead = order[left[0]]
        ready = [
            i
            for i in left
            if i == left[0] or steps[order[i]].mother < 0 or order[steps[order[i]].mother] < lead
        ]
        groups.append([members[i] for i in ready])
        left = [i for i in left if i not in ready]
    return tuple(tuple(group) for group in groups)


def laws_of_others(decay: Decay, lifetimes: Mapping[str, Lifetime]) -> dict[str, Lifetime]:
    """Laws of lifetimes, by particle, without those that say what the particle would do anyhow."""
    own = {(p.name, p.ctau, p.width) for p in particles_of(decay)}
    return {
        name: law
        for name, law in lifetimes.items()
        if not isinstance(law, Exponential) or {p for p in own if p[0] == name} != {(name, law.ctau, 0.0)}
    }
