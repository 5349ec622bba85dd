"""As its c tau grows, what is accepted of an unstable particle tends to what is accepted of a stable one.

For every detector and every chain that its source can start, and for every law of the lifetime.  The bound is a law too:
the two differ by no more than the probability that one of the particles decays where the detector sees or vetoes
something, which is known in closed form from the sample of stable ones.  Small samples of fixed seed; `nox -s laws` runs
them at full size.  Each comparison fails by chance once in a million, all of them together once in a thousand.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from darkpair.detectors.fixed_target import experiments
from darkpair.gen.kinematics import Array
from darkpair.gen.lifetime import Exponential, Forced, Lifetime, Scan, decay_probability
from darkpair.gen.pipeline import Chunk
from darkpair.gen.region import Region
from darkpair.gen.streams import BLOCK
from darkpair.testing import check_long_lived, undecayed
from tests.laws.figures import compared
from tests.laws.pairs import PAIRS, Pair
from tests.laws.size import FULL

#: Blocks of 16384 events each.
BLOCKS = 8 if FULL else 1

#: Standard errors whose two tails are one in a million.
SIGMAS = 4.89

#: c tau [mm], from where some decay in the detector to where few do; the last is the scan's longest.
LENGTHS = (1e5, 1e6, 1e7) if FULL else (1e6,)
SCANNED = 1e7


def _some() -> list[Pair]:
    """All pairs at full size; else each chain behind one of the dumps, which differ in numbers alone."""
    dumps = sorted(experiments())
    chains = sorted({pair.chain for pair in PAIRS})
    return [
        pair
        for pair in PAIRS
        if FULL or pair.detector not in dumps or pair.detector == dumps[chains.index(pair.chain) % len(dumps)]
    ]


SOME = _some()


@dataclass(frozen=True)
class Stable:
    """A sample of stable particles: what is accepted, and how each of them flies through the detector."""

    accepted: float
    error: float
    weight: Array
    inside: tuple[tuple[NDArray[np.int64], Array, Array, Array], ...]  # event, d_in, d_out [mm], beta gamma

    def decays(self, ctau: float) -> float:
        """Probability that one of them decays where the detector sees or vetoes something, at most."""
        total = 0.0
        for event, d_in, d_out, boost in self.inside:
            total += float(self.weight[event] @ decay_probability(d_in, d_out, boost * ctau))
        return total / len(self.weight)


def accepted(chunk: Chunk, expected: float = 0.0) -> tuple[float, float]:
    """Acceptance, and its standard error with that of none or one event at the least.

    Few accepted events of a wide law do not know the heavy ones: where an acceptance is expected that does not ask
    for the weight, the error is at least that of so large a part of all.
    """
    assert chunk.reco is not None
    every = chunk.events.weight
    weight = every * chunk.reco.flat["accepted"]
    n = len(weight)
    square = max(float(weight @ weight), expected * float(every @ every), 1.0)
    return float(weight.sum()) / n, math.sqrt(square) / n


@cache
def stable(pair: Pair) -> Stable:
    """The pair's sample with all its unstable particles stable."""
    names = pair.unstable
    made = pair.pipeline(undecayed(pair.made(0.0), *names)).chunk(0, BLOCKS, BLOCKS * BLOCK)
    volume: Region = pair.apparatus().veto_volume
    inside = []
    for part in made.events.parts:
        for i, name in enumerate(part.topology.names):
            if name not in names:
                continue
            momentum = part.momentum[:3, i]
            size = np.sqrt((momentum**2).sum(axis=0))
            origin = part.vertices[:3, part.topology.vertex[i]]
            d_in, d_out = volume.path(tuple(origin), tuple(momentum / size))
            meets = d_out > d_in  # (all that has no path inside would fill a worker's memory)
            boost = size / part.topology.mass[i]
            inside.append((part.rows[meets], d_in[meets], d_out[meets], boost[meets]))
    value, error = accepted(made)
    return Stable(value, error, made.events.weight, tuple(inside))


def differs(pair: Pair, laws: Mapping[str, Lifetime], ctau: float) -> None:
    """Hold what a law accepts at a c tau [mm] against the stable particles."""
    one = stable(pair)
    made = pair.pipeline(pair.made(ctau, lifetimes=laws), seed=2)
    value, error = accepted(made.chunk(0, BLOCKS, BLOCKS * BLOCK), one.accepted)
    room, error = one.decays(ctau), math.hypot(error, one.error)
    compared(max(abs(value - one.accepted) - room, 0.0), error)
    assert abs(value - one.accepted) < room + SIGMAS * error, (
        f"{pair} at c tau {ctau:g} mm: {value:.3e}, stable {one.accepted:.3e}, {room:.2e} decay inside"
    )


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_without_end_it_is_stable(pair: Pair) -> None:
    """Event by event: all the particles together, and each alone beside prompt ones."""
    names = pair.unstable
    for far in [names, *((name,) for name in names if len(names) > 1)]:
        check_long_lived(pair.pipeline(pair.made(0.0)), *far, blocks=BLOCKS)


@pytest.mark.parametrize("pair", SOME, ids=str)
def test_the_exponential_law_tends_to_stable(pair: Pair) -> None:
    for ctau in LENGTHS:
        differs(pair, dict.fromkeys(pair.unstable, Exponential(ctau)), ctau)


@pytest.mark.parametrize("pair", SOME, ids=str)
def test_the_scan_tends_to_stable(pair: Pair) -> None:
    differs(pair, dict.fromkeys(pair.unstable, Scan(ctau=SCANNED, longest=SCANNED)), SCANNED)


@pytest.mark.parametrize("pair", SOME, ids=str)
def test_the_forced_law_tends_to_stable(pair: Pair) -> None:
    """Forced decays leave room for none inside, where an event may be accepted without."""
    region = pair.apparatus().region
    for ctau in (*LENGTHS, 1e12):
        differs(pair, dict.fromkeys(pair.unstable, Forced(region=region, ctau=ctau)), ctau)
