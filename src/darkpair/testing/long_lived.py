"""Whether a detector sees what decays far away as it sees what does not decay at all."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import numpy as np
from scipy import stats

from darkpair.chains.chain import Chain
from darkpair.gen.decay import Daughter, Decay
from darkpair.gen.errors import UnknownNameError
from darkpair.gen.lifetime import Exponential
from darkpair.gen.pipeline import Chunk, Pipeline
from darkpair.gen.streams import BLOCK
from darkpair.testing.failure import FAILURE_RATE

__all__ = ["FAR", "check_long_lived", "undecayed"]

#: A c tau [mm] of which no event of a sample decays within a planet of where it is made.
FAR: Final = 1e18


def undecayed(chain: Chain, *names: str) -> Chain:
    """The chain with some particles stable, which decay in it.

    Parameters
    ----------
    chain : Chain
        The chain; it is not changed.
    *names : str
        Names of the particles that are to be stable.

    Raises
    ------
    UnknownNameError
        For a particle that does not decay below the first.
    """
    kept = {name: law for name, law in chain.lifetimes.items() if name not in names}
    decaying = {topology.names[i] for topology in chain.topologies for i in topology.mother if i > 0}
    for name in names:
        if name not in decaying:
            raise UnknownNameError("decaying daughter", name, sorted(decaying))
    return Chain(decay=_undecayed(chain.decay, names), lifetimes=kept)


def check_long_lived(pipeline: Pipeline, *names: str, blocks: int = 1) -> None:
    """As the c tau of particles grows, a detector's cut flow becomes that of the stable particles.

    Both samples have the same seed, so their events differ by what the detector draws alone; a detector that lets
    something kilometres away veto or be seen fails.

    Parameters
    ----------
    pipeline : Pipeline
        A pipeline with a detector, and a chain of one topology or several.
    *names : str
        Names of particles that decay in the chain.
    blocks : int
        Number of blocks of 16384 events each.
    """
    assert isinstance(pipeline.chain, Chain), "the chain is not a Chain: nothing says how to make it stable"
    far = {**pipeline.chain.lifetimes, **{name: Exponential(FAR) for name in names}}
    flows = []
    for chain in (undecayed(pipeline.chain, *names), replace(pipeline.chain, lifetimes=far)):
        made = replace(pipeline, chain=chain, keep="all")
        flows.append(made.chunk(0, blocks, blocks * BLOCK))
    stable, long = flows
    bound = float(stats.norm.isf(0.5 * FAILURE_RATE))
    for first, second in zip(stable.cutflow.stages, long.cutflow.stages, strict=True):
        # (of two independent samples: the bound is generous where the events are the same)
        error = math.sqrt(first.sum_w2 + second.sum_w2)
        assert abs(first.sum_w - second.sum_w) <= bound * error, (
            f"{first.name}: {first.sum_w:.6g} of stable {', '.join(names)}, {second.sum_w:.6g} of a c tau of {FAR:g} mm"
        )
    gained, error = _gained(stable, long)
    assert abs(gained) <= bound * error, (
        f"the accepted differ by {gained:.6g} ± {error:.2g} between stable {', '.join(names)} and a c tau of {FAR:g} mm"
    )


def _undecayed(decay: Decay, names: tuple[str, ...]) -> Decay:
    def daughter(particle: Daughter) -> Daughter:
        if not isinstance(particle, Decay):
            return particle
        return (
            replace(particle.parent, ctau=math.inf)
            if particle.parent.name in names
            else _undecayed(particle, names)
        )

    modes = tuple(replace(mode, daughters=tuple(daughter(d) for d in mode.daughters)) for mode in decay.modes)
    return Decay(decay.parent, modes)


def _gained(stable: Chunk, long: Chunk) -> tuple[float, float]:
    """Sum of weights that is accepted in the second and not in the first, less the converse, and its error."""
    assert stable.reco is not None
    assert long.reco is not None
    a, b = (chunk.events.weight * chunk.reco.flat["accepted"] for chunk in (stable, long) if chunk.reco)
    return float((b - a).sum()), float(np.sqrt(((b - a) ** 2).sum()))
