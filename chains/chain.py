"""A decay chain: which particle decays to what, and the events of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from darkpair.chains.combinations import Entry, combinations
from darkpair.chains.decay_tree import antiparticle, conjugate_decay, decays_of, particles_of, spell
from darkpair.chains.joint import INVISIBLE, greatest_weight, joint_law, laws_of_others
from darkpair.chains.plans import Plan, Step, fill
from darkpair.chains.recipes import recipes
from darkpair.chains.spin_steps import correlated_sister, spin_step
from darkpair.chains.tree_text import chain_text
from darkpair.gen.agreement import require_parent, require_shell
from darkpair.gen.compiled.mode import count
from darkpair.gen.conservation import majorana
from darkpair.gen.decay import Decay
from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError, UnknownNameError, shown
from darkpair.gen.events import Batch, Parents
from darkpair.gen.frozen import freeze
from darkpair.gen.half_made import of_half_made
from darkpair.gen.kinematics import Array
from darkpair.gen.lifetime import Exponential, Lifetime
from darkpair.gen.line_masses import LineMasses
from darkpair.gen.listed import counting
from darkpair.gen.nodes import Node
from darkpair.gen.particles import Particle, published
from darkpair.gen.phase_space import require_open
from darkpair.gen.streams import Streams, require_streams
from darkpair.gen.tables import as_html
from darkpair.gen.topology import BEAM, DECAYED, FINAL, Topology

__all__ = ["Chain"]


@dataclass(frozen=True, kw_only=True)
class Chain:
    """A decay chain.

    Parameters
    ----------
    decay : Decay
        The first particle and, nested, everything below it.
    lifetimes : mapping of str to Lifetime
        Laws by the names of the particles, in place of the exponential one with the particle's own c tau.

    Raises
    ------
    UnknownNameError
        For a lifetime of a particle that does not decay in the chain.
    InputError
        For a decaying particle that is stable, or for more than 4096 combinations of modes.
    """

    decay: Decay
    lifetimes: Mapping[str, Lifetime] = field(default_factory=dict)
    _plans: tuple[Plan, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        freeze(self)
        for name, law in self.lifetimes.items():
            if not callable(getattr(law, "sample", None)):
                raise InputError(
                    f"lifetime of {name} = {shown(law)}; allowed: a law, as Exponential(5.0) or Scan()"
                )
        bounds: dict[Any, Any] = {}
        plans = tuple(self._plan(combination, bounds) for combination in combinations(self.decay))
        object.__setattr__(self, "_plans", plans)
        for name in self.lifetimes:
            if name not in self.decay.decaying:
                raise UnknownNameError("decaying particle", name, sorted(self.decay.decaying))

    @of_half_made
    def __repr__(self) -> str:
        return chain_text(self.decay, self.lifetimes)

    _repr_html_ = as_html

    @property
    def parent(self) -> Particle:
        """The particle that a source has to supply."""
        return self.decay.parent

    @property
    def parents(self) -> dict[int, Particle]:
        """The particle that a source has to supply, by its PDG id."""
        return {self.parent.pdgid: self.parent}

    @property
    def topologies(self) -> tuple[Topology, ...]:
        """The topologies of the chain's events."""
        return tuple(plan.topology for plan in self._plans)

    @property
    def generated_branching_ratio(self) -> float:
        """Probability that the listed modes are taken; events are generated in these only."""
        return self.decay.generated_branching_ratio

    @property
    def visible_branching_ratio(self) -> float:
        """The part of it in which any final particle is one that a detector may see: no neutrino, no dark state."""
        return math.fsum(
            plan.probability
            for plan in self._plans
            if any(
                status == FINAL and abs(pdgid) not in INVISIBLE
                for status, pdgid in zip(plan.topology.status, plan.topology.pdgid, strict=True)
            )
        )

    @property
    def max_weight(self) -> float:
        """Greatest weight that the lifetimes give an event; infinite where one of them has no bound."""
        return max(greatest_weight(plan.steps, plan.joint) for plan in self._plans)

    def sample_identity(self) -> dict[str, Any]:
        """The decays, and the laws of lifetimes that are not the particles' own."""
        return {"decay": self.decay, "lifetimes": laws_of_others(self.decay, self.lifetimes)}

    def provenance(self) -> dict[str, Any]:
        """What the chain is: its decays and how each is made, its particles, the roles of each topology's positions."""
        return {
            "decay": spell(self.decay),
            "generated_branching_ratio": self.generated_branching_ratio,
            "visible_branching_ratio": self.visible_branching_ratio,
            "conserve": all(decay.conserve for decay in decays_of(self.decay)),
            "particles": {
                p.name: {"pdgid": p.pdgid, "mass": p.mass, "ctau": p.ctau} for p in particles_of(self.decay)
            },
            "lifetimes": dict(self.lifetimes),
            "modes": recipes(self.decay),
            "topologies": [
                {"roles": plan.topology.roles, "pdgid": plan.topology.pdgid}
                | ({"joint_lifetimes": plan.joint} if plan.joint else {})
                for plan in self._plans
            ],
        } | ({"line_shapes": self.line_shapes} if self.line_shapes else {})

    @property
    def line_shapes(self) -> dict[str, dict[str, Any]]:
        """Law of each particle whose mass differs from event to event, by name; all others are lines."""
        return {name: law for plan in self._plans for name, law in plan.lines.descriptions.items()}

    def generate(self, parents: Parents, streams: Streams) -> Any:
        """Events as an awkward array; see `darkpair.gen.record`.

        Parameters
        ----------
        parents : Parents, (n,)
            Momenta [GeV] and vertices [mm] of the chain's parent, one for each event.
        streams : Streams
            Random numbers of the block of events.
        """
        return self.batch(parents, streams).record()

    def batch(self, parents: Parents, streams: Streams) -> Batch:
        """Events as columns, for a pipeline that cuts before it builds the record.

        Parameters
        ----------
        parents : Parents, (n,)
            Momenta [GeV] and vertices [mm] of the chain's parent, one for each event.
        streams : Streams
            Random numbers of the block of events.

        Raises
        ------
        InputError
            For another thing than `Streams`; if the source supplies another particle than the chain's parent, or decides where it decays although
            the chain has a lifetime for it.
        """
        require_streams(streams)
        count(len(parents))
        require_parent(parents.pdgid, self.parents)
        require_shell(self.parent, parents.momentum)
        if parents.decay_vertex is not None and self.parent.name in self.lifetimes:
            raise InputError(
                f"the source decides where {self.parent.name} decays, and so does the chain; "
                f"leave {self.parent.name} out of the chain's lifetimes"
            )
        if (
            parents.decay_vertex is not None
            and (pdg := published(self.parent.name))
            and self.parent.ctau != pdg.ctau
        ):
            raise InputError(
                f"ctau.{self.parent.name} = {self.parent.ctau:g} mm, and the source decides where {self.parent.name} decays: it would "
                "do nothing; leave it out of the chain's c tau"
            )
        if (originals := parents.originals) is not None:
            parents = replace(parents, originals=None)
        if len(self._plans) == 1:
            rows = counting(len(parents))
            return Batch((fill(self._plans[0], parents, rows, streams, ""),), originals)
        total = math.fsum(plan.probability for plan in self._plans)
        edges = np.cumsum([plan.probability / total for plan in self._plans])
        choice = np.searchsorted(edges[:-1], streams.rng("topology").random(len(parents)), side="right")
        parts = []
        for i, plan in enumerate(self._plans):
            rows = np.flatnonzero(choice == i)
            parts.append(fill(plan, parents.take(rows), rows, streams, f"@{i}"))
        return Batch(tuple(parts), originals)

    def density(self, topology: Topology, momentum: Array) -> Array:
        """Angular density of events of one topology, (n,), for momenta (4, particles, n); see `darkpair.angular_density`."""
        plan = next(plan for plan in self._plans if plan.topology == topology)
        out = np.ones(momentum.shape[2])
        for step in plan.steps:
            out *= step.density(momentum)
        return out

    def conjugate(self) -> Chain:
        """The chain of the antiparticles: K+ for K-, psi2~ for psi2, in the same places.

        Matrix elements and slopes stay with the places of the daughters, as CP conservation has it.  Fermions that
        can only be Majorana states, as in K+ -> pi+ psi1 psi2, stay what they are.
        """
        own = majorana(self.decay.vertices())
        names = {p.name: antiparticle(p, own).name for p in particles_of(self.decay)}
        lifetimes = {names.get(name, name): law for name, law in self.lifetimes.items()}
        return Chain(decay=conjugate_decay(self.decay, own), lifetimes=lifetimes)

    def with_parent_mass(self, mass: float) -> Chain:
        """The chain of a parent of another mass [GeV].

        Raises
        ------
        InputError
            If the parent's decay has a matrix element that holds the parent's mass and knows no other.
        """
        modes = []
        for mode in self.decay.modes:
            element = mode.matrix_element
            if element is not None and not hasattr(element, "at_mass"):
                own, source = apart(self.parent.mass, mass, digits=9)
                raise InputError(
                    f"the matrix element of {spell(self.decay)} holds the mass {own} GeV of "
                    f'{self.parent.name}, the source says {source} GeV; take mass = "pdg" in the source'
                )
            modes.append(mode if element is None else replace(mode, matrix_element=element.at_mass(mass)))
        decay = replace(self.decay, parent=replace(self.parent, mass=mass), modes=tuple(modes))
        return Chain(decay=decay, lifetimes=self.lifetimes)

    def _plan(self, combination: tuple[float, list[Entry]], bounds: dict[Any, Any]) -> Plan:
        probability, entries = combination
        vertex_of = {
            i: v for v, i in enumerate((i for i, e in enumerate(entries) if e.decay is not None), start=1)
        }
        topology = Topology(
            names=tuple(e.particle.name for e in entries),
            paths=tuple(e.path for e in entries),
            pdgid=tuple(e.particle.pdgid for e in entries),
            status=tuple(BEAM if e.mother < 0 else FINAL if e.decay is None else DECAYED for e in entries),
            mother=tuple(e.mother for e in entries),
            mass=tuple(e.particle.mass for e in entries),
            vertex=tuple(0 if e.mother < 0 else vertex_of[e.mother] for e in entries),
        )
        roles = {position: role for role, position in topology.roles.items()}
        lines = LineMasses([_node(entry, i, entries) for i, entry in enumerate(entries)], bounds)
        steps = []
        for i, vertex in vertex_of.items():
            entry = entries[i]
            assert entry.decay is not None  # (vertex_of holds the decaying ones only)
            throw = entry.decay.generators[entry.mode]
            if throw is None and i not in lines.decays:
                daughters = [p.mass for p in entry.decay.modes[entry.mode].particles]
                require_open(entry.particle.mass, daughters, entry.particle.name)
            steps.append(
                Step(
                    stage=entry.path,
                    position=i,
                    mother=entry.mother,
                    vertex=vertex,
                    children=tuple(j for j, e in enumerate(entries) if e.mother == i),
                    throw=None if i in lines.decays else throw,
                    lifetime=self.lifetimes.get(entry.particle.name)
                    or (_at_once(entry.particle) if lines.varies(i) else _own_lifetime(entry.particle)),
                    mass=entry.particle.mass,
                    keeps_length=roles[i] if entry.particle.dark else None,
                    sister=correlated_sister(entries, i),
                    spin=spin_step(entries, i),
                )
            )
        return Plan(probability, topology, tuple(steps), joint_law(topology, steps), lines)


def _node(entry: Entry, i: int, entries: list[Entry]) -> Node:
    """What the line shapes have to know of entry i."""
    children = tuple(j for j, e in enumerate(entries) if e.mother == i)
    mode = entry.decay.modes[entry.mode] if entry.decay is not None else None
    return Node(particle=entry.particle, mother=entry.mother, mode=mode, children=children)


def _own_lifetime(particle: Particle) -> Lifetime:
    if math.isinf(particle.ctau):
        raise InputError(f"{particle.name} decays in the chain, but is stable; give it a c tau (0 is prompt)")
    return Exponential(particle.ctau)


def _at_once(particle: Particle) -> Lifetime:
    """Law of a particle of a natural width, which decays where it is made; a c tau of its own contradicts the width."""
    pdg = published(particle.name)
    if pdg is not None and particle.ctau not in (pdg.ctau, 0.0):
        raise InputError(
            f"ctau.{particle.name} = {particle.ctau:g} mm beside a natural width of {particle.width:g} GeV, which says how long it "
            f"lives; leave the c tau out, or give width.{particle.name} = 0"
        )
    return Exponential(0.0)
