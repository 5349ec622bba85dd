"""Several chains, one for each kind of parent, with the conjugate ones made of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from darkpair.chains.chain import Chain
from darkpair.chains.descriptor import build
from darkpair.chains.given_elements import Given, canonical, decay_of
from darkpair.chains.settings import Quantities, read_settings, require_used
from darkpair.chains.spelling import Spelled, parse
from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.events import Batch, Parents
from darkpair.gen.frozen import freeze
from darkpair.gen.half_made import of_half_made
from darkpair.gen.lifetime import Lifetime
from darkpair.gen.particles import Particle, particle, spoken
from darkpair.gen.streams import Streams, require_streams
from darkpair.gen.tables import as_html
from darkpair.gen.topology import Columns

__all__ = ["ChainSet", "build_chains"]

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class ChainSet:
    """Chains of several parents; each event goes through that of its parent.

    Parameters
    ----------
    chains : tuple of Chain
        Chains, each of another parent.

    Raises
    ------
    InputError
        For two chains of one parent.
    """

    chains: tuple[Chain, ...]

    def __post_init__(self) -> None:
        freeze(self)
        names: dict[int, str] = {}
        for chain in self.chains:
            if chain.parent.pdgid in names:
                raise InputError(
                    f"two chains start with {chain.parent.name}; give one, with its modes separated by |"
                )
            names[chain.parent.pdgid] = chain.parent.name

    @of_half_made
    def __repr__(self) -> str:
        return "\n".join(map(repr, self.chains))

    _repr_html_ = as_html

    @classmethod
    def covering(cls, chains: Sequence[Chain], masses: Mapping[int, float]) -> ChainSet:
        """The chains that parents of those masses [GeV], by PDG id, need.

        A parent without a chain gets the conjugate of its antiparticle's.

        Raises
        ------
        InputError
            For a parent that no chain starts with, for a chain that no parent starts, and for a chain that gives
            the parent another mass.
        """
        given = {chain.parent.pdgid: chain for chain in cls(chains=tuple(chains)).chains}
        made = {chain.parent.pdgid: chain for chain in (c.conjugate() for c in chains)}
        for pdgid in masses:
            if pdgid not in given and pdgid not in made:
                starts = ", ".join(f"{c.parent.name} ({c.parent.pdgid})" for c in chains)
                raise InputError(
                    f"the source supplies PDG id {pdgid}, the chains start with {starts}; add a chain of it, or leave "
                    "it out of the source's parents"
                )
        for pdgid, chain in given.items():
            if pdgid not in masses and chain.conjugate().parent.pdgid not in masses:
                raise InputError(
                    f"a chain starts with {chain.parent.name} ({pdgid}), which the source does not supply; allowed: "
                    f"PDG ids {', '.join(map(str, masses))}; add it to the source's parents or leave the chain out"
                )
        return cls(
            chains=tuple(
                _of_mass(given[pdgid] if pdgid in given else made[pdgid], mass)
                for pdgid, mass in masses.items()
            )
        )

    def sample_identity(self) -> dict[int, Chain]:
        """Chains by their parents' PDG ids: their order decides about no event."""
        return {chain.parent.pdgid: chain for chain in self.chains}

    @property
    def parents(self) -> dict[int, Particle]:
        """The particles that a source has to supply, by PDG id."""
        return {chain.parent.pdgid: chain.parent for chain in self.chains}

    @property
    def lifetimes(self) -> dict[str, Lifetime]:
        """Laws of all the chains, by particle name."""
        return {name: law for chain in self.chains for name, law in chain.lifetimes.items()}

    @property
    def generated_branching_ratio(self) -> float:
        """Probability that the listed modes are taken, where it is the same for all.

        Raises
        ------
        InputError
            Where it differs.
        """
        ratios = [chain.generated_branching_ratio for chain in self.chains]
        if not all(math.isclose(x, ratios[0], rel_tol=1e-9) for x in ratios):
            raise InputError(
                "the chains' visible branching ratios differ; ask each of the chains for its own"
            )
        return ratios[0]

    def provenance(self) -> dict[str, Any]:
        """What the chains are, each as `Chain.provenance` tells."""
        provenances = [chain.provenance() for chain in self.chains]
        return {
            "decay": "; ".join(str(provenance["decay"]) for provenance in provenances),
            "chains": provenances,
        }

    def generate(self, parents: Parents, streams: Streams) -> Any:
        """Events as an awkward array; as `Chain.generate`."""
        return self.batch(parents, streams).record()

    def batch(self, parents: Parents, streams: Streams) -> Batch:
        """Events as columns; as `Chain.batch`, for parents of any of the kinds.

        Raises
        ------
        InputError
            For a parent that no chain starts with.
        """
        require_streams(streams)
        kinds = (
            np.full(len(parents), parents.pdgid, dtype=np.int32) if parents.pdgids is None else parents.pdgids
        )
        bare = replace(parents, originals=None, pdgids=None)
        parts: list[Columns] = []
        done = 0
        for chain in self.chains:
            rows = np.flatnonzero(kinds == chain.parent.pdgid)
            own = replace(bare.take(rows), pdgid=chain.parent.pdgid)
            made = chain.batch(own, replace(streams, prefix=f"{streams.prefix}{chain.parent.name}:"))
            parts += [replace(part, rows=rows[part.rows]) for part in made.parts]
            done += len(rows)
        if done < len(parents):
            left = sorted(set(kinds.tolist()) - {chain.parent.pdgid for chain in self.chains})
            raise InputError(
                f"the source supplies PDG ids {left}, the chains start with "
                f"{', '.join(c.parent.name for c in self.chains)}; add chains of them"
            )
        return Batch(tuple(parts), parents.originals)


def build_chains(
    decays: Sequence[str],
    *,
    mass: Quantities | None = None,
    ctau: Quantities | None = None,
    width: Quantities | None = None,
    lifetimes: Mapping[str, Lifetime] | None = None,
    matrix_elements: Mapping[str, Given] | None = None,
    conserve: bool = True,
) -> list[Chain]:
    """Chains of several descriptors, which share their settings.

    Parameters
    ----------
    decays : sequence of str
        Descriptors, one for each chain.
    mass, ctau, width, lifetimes : mappings, optional
        Masses [GeV], c tau [mm], widths [GeV] and laws by particle, as in `darkpair.chains.descriptor.build`, or by
        another name of a dark state (`darkpair.gen.particles.spoken`); each chain takes those of its own particles.
    matrix_elements : mapping, optional
        Matrix elements by decay, as in `build`; each chain takes those of its own decays.
    conserve : bool
        Whether decays that break a conservation law are refused, as in `build`; for all chains.

    Raises
    ------
    UnknownNameError
        For settings of a particle that none of the chains has; the rest as `build`.
    """
    trees = [parse(text) for text in decays]
    own = [set(_names(tree)) for tree in trees]
    particles = sorted(set().union(*own))
    elements = {text: (decay_of(text), given) for text, given in (matrix_elements or {}).items()}
    spelled = [set(_modes(tree)) for tree in trees]
    every = set().union(*spelled)
    for text, ((parent, daughters), _) in elements.items():
        if (parent, tuple(sorted(daughters))) not in every:
            raise UnknownNameError(
                "mode of the chain",
                text,
                sorted(f"{p} -> {' '.join(d)}" for p, d in every),
                "matrix_elements",
            )
    settings = read_settings({"mass": mass, "ctau": ctau, "width": width})
    settings |= {key: spoken(settings[key], particles) for key in ("mass", "ctau")}
    require_used({**settings, "lifetimes": lifetimes or {}}, particles)
    decaying = {parent for modes in spelled for parent, _ in modes}
    return [
        build(
            tree,
            mass=_of(settings["mass"], names),
            ctau=_of(settings["ctau"], names),
            width=_of(settings["width"], names),
            lifetimes=_of(lifetimes, names),
            matrix_elements={
                text: given
                for text, ((parent, daughters), given) in elements.items()
                if (parent, tuple(sorted(daughters))) in decays_here
            },
            conserve=conserve,
            decaying=decaying,
        )
        for tree, names, decays_here in zip(trees, own, spelled, strict=True)
    ]


def _of(table: Mapping[str, T] | None, names: set[str]) -> dict[str, T]:
    return {name: value for name, value in (table or {}).items() if name in names}


def _names(tree: Spelled) -> Iterator[str]:
    yield tree.name
    for _, daughters in tree.modes:
        for daughter in daughters:
            if isinstance(daughter, Spelled):
                yield from _names(daughter)
            else:
                yield daughter


def _modes(tree: Spelled) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every decay of a tree: the particle, and its daughters in alphabetical order, as chains call them."""
    for _, daughters in tree.modes:
        names = (d.name if isinstance(d, Spelled) else d for d in daughters)
        yield canonical(tree.name), tuple(sorted(map(canonical, names)))
        for daughter in daughters:
            if isinstance(daughter, Spelled):
                yield from _modes(daughter)


def _of_mass(chain: Chain, mass: float) -> Chain:
    parent = chain.parent
    if math.isclose(parent.mass, mass, rel_tol=1e-12):
        return chain
    if parent.mass != particle(parent.name).mass:
        own, source = apart(parent.mass, mass, digits=9)
        raise InputError(
            f"the chain gives {parent.name} the mass {own} GeV, the source {source} GeV; leave "
            f"{parent.name} out of the chain's masses"
        )
    return chain.with_parent_mass(mass)
