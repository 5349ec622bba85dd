"""Samples of a study: pipelines run side by side in two processes, only their tallies kept."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from darkpair.chains.descriptor import build
from darkpair.detectors.efficiency import LIMIT_LEVEL, Efficiency, estimate
from darkpair.detectors.koto import Koto
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array
from darkpair.gen.pipeline import Chunk, EventDetector, Pipeline
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.sources.koto_range import followed
from darkpair.gen.streams import BLOCK
from darkpair.studies.outputs import Run
from darkpair.workers import leave_if_imported, worker_pool

__all__ = [
    "Sample",
    "bin_columns",
    "efficiency_columns",
    "efficiency_ratio",
    "generate",
    "generate_parts",
    "ratio_columns",
]

#: Below this many events in all, processes take longer to start than the events to make.
_ALONE = 300_000

#: Confidence level of upper limits, as columns have it.
_LEVEL = f"{100.0 * LIMIT_LEVEL:.0f} %"

#: Blocks that travel together.
_SPAN = 16


@dataclass(frozen=True, kw_only=True)
class Sample:
    """K_L of KOTO's beam that decay in one way.

    Parameters
    ----------
    descriptor : str
        Of the decay.
    mass, ctau : mapping of str to float [GeV], [mm]
        Of dark particles; what decays without a c tau is prompt.
    detector : EventDetector
        KOTO's default selection unless given.
    source : KotoKL, optional
        The default one with the range that chain and detector accept (`followed`) unless given.
    n : int
        K_L that decay.
    seed : int
        Of their random numbers.
    """

    descriptor: str
    mass: Mapping[str, float] = field(default_factory=dict)
    ctau: Mapping[str, float] = field(default_factory=dict)
    detector: EventDetector = field(default_factory=Koto)
    source: KotoKL | None = None
    n: int
    seed: int

    @cached_property
    def pipeline(self) -> Pipeline:
        """What makes it."""
        chain = build(self.descriptor, mass=self.mass, ctau=self.ctau)
        source = self.source or followed(KotoKL(), chain, self.detector)
        return Pipeline(source=source, chain=chain, detector=self.detector, seed=self.seed)

    @property
    def decays(self) -> float:
        """Generated events for each K_L at the beam exit: what an acceptance is multiplied with."""
        source = self.pipeline.source
        assert isinstance(source, KotoKL)  # (no other is given)
        return source.decay_probability


def generate(samples: Sequence[Sample]) -> list[Chunk]:
    """Cut flow and histograms of each sample, with a progress bar on a terminal."""
    return [Chunk.concatenate(parts) for parts in generate_parts(samples)]


def generate_parts(samples: Sequence[Sample], span: int = _SPAN) -> list[list[Chunk]]:
    """The same, in parts of so many blocks: the part of a number has the same random numbers in every sample of a seed.

    Parameters
    ----------
    samples : sequence of Sample
    span : int
        Blocks of a part.
    """
    tasks = [(i, *at) for i, sample in enumerate(samples) for at in _spans(sample.n, span)]
    leave_if_imported()
    pipelines = [sample.pipeline for sample in samples]
    parts: list[list[Chunk]] = [[] for _ in samples]
    with worker_pool(1 if sum(sample.n for sample in samples) < _ALONE else 2) as executor:
        work = [(pipelines[i], first, last, samples[i].n) for i, first, last in tasks]
        tallies = map(_tally, work) if executor is None else executor.map(_tally, work)
        for (i, _, _), part in Run.track(zip(tasks, tallies, strict=True), "samples", len(tasks)):
            parts[i].append(part)
    return parts


def efficiency_ratio(numerator: Cutflow, denominator: Cutflow, decays: float = 1.0) -> tuple[float, float]:
    """Ratio of the efficiencies of two independent samples, per K_L at the beam exit, and its standard error.

    A ratio of zero has none: its error is the upper end of the 68 % interval, see `ratio_columns` for the limit.

    Parameters
    ----------
    numerator, denominator : Cutflow
        Of the two samples.
    decays : float
        `Sample.decays` of the numerator over that of the denominator; 1 where both have the same source.

    Raises
    ------
    InputError
        Where the denominator has no accepted event.
    """
    below = estimate(denominator)
    if below.value <= 0.0:
        raise InputError(
            f"none of the {below.generated} events of the denominator was accepted: a ratio to it means nothing; "
            "generate more"
        )
    above = estimate(numerator)
    ratio = decays * above.value / below.value
    if ratio == 0.0:
        return 0.0, decays * above.high / below.value
    return ratio, ratio * math.hypot(_relative(above), _relative(below))


def efficiency_columns(flow: Cutflow, decays: float = 1.0) -> dict[str, Any]:
    """An efficiency per K_L at the beam exit as columns of a table: its error, or of nothing accepted its upper limit.

    Parameters
    ----------
    flow : Cutflow
        Of the sample.
    decays : float
        See `Sample.decays`; a column of its own.
    """
    efficiency = estimate(flow)
    return {
        "decays per K_L at the exit": decays,
        "efficiency": decays * efficiency.value,
        "efficiency error": None if efficiency.error is None else decays * efficiency.error,
        f"efficiency below, {_LEVEL}": decays * efficiency.upper_limit if efficiency.value <= 0.0 else None,
    }


def ratio_columns(numerator: Cutflow, denominator: Cutflow, decays: float = 1.0) -> dict[str, Any]:
    """A ratio of efficiencies as columns of a table, see `efficiency_ratio`: its error, or of zero its upper limit."""
    ratio, error = efficiency_ratio(numerator, denominator, decays)
    limit = decays * estimate(numerator).upper_limit / denominator.acceptance
    none = ratio == 0.0
    return {
        "ratio": ratio,
        "ratio error": None if none else error,
        f"ratio below, {_LEVEL}": limit if none else None,
    }


def bin_columns(edges: Array, density: Array, error: Array) -> list[dict[str, Any]]:
    """Columns of each bin of a spectrum in p_T: its edges, its density, and its error or, where it is empty, its upper limit.

    Parameters
    ----------
    edges : ndarray, (k + 1,) [MeV]
    density, error : ndarray, (k,) [1/MeV]
        Of area 1, and the root of the sum of squared weights.

    Notes
    -----
    The limit on an empty bin is that of no event, each of the filled bins' mean weight in proportion to weight.
    """
    width = np.diff(edges)
    filled = float(np.sum(density * width))
    weight = float(np.sum(np.square(error * width))) / filled if filled > 0.0 else math.nan
    limits = -math.log(1.0 - LIMIT_LEVEL) * weight / width
    return [
        {
            "p_T low [MeV]": float(low),
            "p_T high [MeV]": float(high),
            "density [1/MeV]": float(value),
            "error [1/MeV]": float(spread) if spread > 0.0 else None,
            f"below, {_LEVEL} [1/MeV]": float(limit) if spread == 0.0 and filled > 0.0 else None,
        }
        for low, high, value, spread, limit in zip(edges[:-1], edges[1:], density, error, limits, strict=True)
    ]


def _relative(e: Efficiency) -> float:
    """Relative error; of a sample that has none, by the interval."""
    return (max(e.high - e.value, e.value - e.low) if e.error is None else e.error) / e.value


def _spans(n: int, span: int) -> Iterator[tuple[int, int]]:
    blocks = -(-n // BLOCK)
    return ((first, min(first + span, blocks)) for first in range(0, blocks, span))


def _tally(work: tuple[Pipeline, int, int, int]) -> Chunk:
    pipeline, first, last, n = work
    return pipeline.chunk(first, last, n).tally()
