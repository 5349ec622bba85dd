"""Decays uniform inside a region: the weight to any c tau, against the forced law; the aim for many c tau.

Fixed seeds; the failure rate of each bound is 1e-6 (4.89 standard errors).
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest

from darkpair import Batch, Chain, InputError, Streams, build
from darkpair.gen.importance import Aimed, Bias, aim
from darkpair.gen.kinematics import Array
from darkpair.gen.lifetime import Forced, Lifetime, ScanInside
from darkpair.gen.region import Box, Slab
from darkpair.gen.reweighting import proper_lengths, weights_at
from tests.shared.toy_mesons import ToyMesons

MASS, N, SIGMAS = 0.3, 400_000, 4.89
AHEAD = Box(x_min=-300.0, x_max=500.0, y_min=-200.0, y_max=200.0, z_min=400.0, z_max=900.0)
WINDOW = Box(x_min=-6500.0, x_max=-3500.0, y_min=-1500.0, y_max=1500.0, z_min=480e3, z_max=515e3)
#: c tau [mm] from decays before the window to decays behind it, of a sample aimed for them.
CTAU = (300.0, 1e3, 1e4, 1e6)


def beam(seed: int) -> tuple[tuple[Array, Array, Array], float, tuple[Array, Array, Array]]:
    rng = Streams(seed).rng("beam")
    p = [0.4 * rng.standard_normal(N), 0.4 * rng.standard_normal(N), 0.2 + 2.0 * rng.random(N)]
    return (p[0], p[1], p[2]), MASS, (100.0 * rng.random(N), 100.0 * rng.random(N), np.zeros(N))


@pytest.mark.parametrize("ctau", [5.0, 100.0, 1e4])
def test_weighted_lengths_are_those_of_the_forced_law(ctau: float) -> None:
    momentum, mass, origin = beam(3)
    law = ScanInside(region=AHEAD)
    length, weights = law.sample(Streams(4).rng("x"), momentum, mass, origin)
    weight = weights["path"] * law.weight(length, ctau)
    own, forced = Forced(region=AHEAD, ctau=ctau).sample(Streams(5).rng("x"), momentum, mass, origin)
    probability = forced["decay_region"]
    hit = probability > 0.0
    assert 0.1 < hit.mean() < 0.9
    assert (weights["path"][~hit & (weights["path"] > 0.0)] <= 0.0).all() or ctau < 10.0  # or underflow
    # the probability, and the mean place of the decay, flight by flight: same momenta, other draws
    for ours, theirs in ((weight, probability), (weight * length, probability * own)):
        difference = ours - theirs
        assert abs(difference.mean()) < SIGMAS * difference.std() / math.sqrt(N)
    inside = AHEAD.contains(*(o + length / mass * p for o, p in zip(origin, momentum, strict=True)))
    assert inside[weights["path"] > 1e-6].all()
    # bounded: e times the length before the region, as the docstring says
    entry = length[hit].min()
    assert weight.max() <= weights["path"].max() / (math.e * entry)


def test_a_path_without_end_is_refused() -> None:
    zero = np.zeros(10)
    law, at_rest = ScanInside(region=Slab(z_min=-1.0, z_max=5.0)), (zero, zero, zero)
    with pytest.raises(InputError, match="bounded region"):
        law.sample(Streams(4).rng("x"), at_rest, MASS, at_rest)
    with pytest.raises(InputError, match="more than 0"):
        ScanInside(region=AHEAD).weight(np.ones(1), 0.0)
    with pytest.raises(InputError, match="shortest"):
        ScanInside(region=AHEAD, shortest=5.0, longest=1.0)


def into(law: Lifetime) -> Chain:
    return build(
        "eta -> X1 (X2 -> X1 (pi0 -> gamma gamma))",
        mass={"X1": 0.04, "X2": 0.4},
        ctau={"X2": 1.0},
        lifetimes={"X2": law},
    )


def relative_variance(weight: Array) -> float:
    return float(np.mean(weight**2) / np.mean(weight) ** 2)


@pytest.fixture(scope="module")
def scanned() -> Array:
    """Weights of one sample at every c tau, (c tau, n)."""
    law = ScanInside(region=WINDOW, shortest=300.0, longest=1e6)
    chain = into(law)
    at = partial(weights_at, law=law)
    aimed = aim(
        ToyMesons(), chain, seed=5, cells=(24, 16, 16), throws=(8, 8), weights=partial(at, ctau=law.grid)
    )
    return np.concatenate([at(batch(aimed, chain, block), ctau=CTAU) for block in range(8)], axis=1)


def batch(source: Aimed, chain: Chain, block: int) -> Batch:
    streams = Streams(11, block)
    return chain.batch(source.sample(16384, streams.rng("source")), streams)


@pytest.mark.parametrize("index", range(len(CTAU)))
def test_one_sample_serves_every_lifetime(scanned: Array, index: int) -> None:
    """The rate of decays in the window agrees with a sample aimed for that c tau alone, at a like cost."""
    chain = into(Forced(region=WINDOW, ctau=CTAU[index]))
    aimed = aim(ToyMesons(), chain, seed=6, cells=(24, 16, 16), throws=(8, 8))
    own = np.concatenate([batch(aimed, chain, block).weight for block in range(8)])
    ours = scanned[index]
    error = math.hypot(*(w.std() / math.sqrt(len(w)) for w in (own, ours)))
    assert abs(ours.mean() - own.mean()) < SIGMAS * error
    assert error < 0.05 * own.mean()
    assert relative_variance(ours) < 12.0 * relative_variance(own)


def test_lengths_of_what_does_not_decay_are_missing() -> None:
    chain = into(ScanInside(region=WINDOW))
    made = batch(Aimed(source=ToyMesons(), bias=_whole()), chain, 0)
    assert proper_lengths(made.parts[0], "X2").shape == (1, 16384)
    with pytest.raises(InputError, match="X1"):
        proper_lengths(made.parts[0], "X1")


def _whole() -> Bias:
    edges = (np.array([0.0, 7.0]), np.array([0.0, 5.0]), np.array([-math.pi, math.pi]))
    return Bias(edges=edges, probability=np.ones((1, 1, 1)))
