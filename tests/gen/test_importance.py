"""The aim of a source: exact weights, bounded, reproducible, and many times fewer events."""

from __future__ import annotations

import math
import pickle
from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from darkpair import Chain, InputError, Streams, build
from darkpair.gen.importance import Aimed, Bias, aim
from darkpair.gen.kinematics import Array
from darkpair.gen.lifetime import Forced
from darkpair.gen.region import Box, Region
from tests.shared.toy_mesons import ToyMesons

#: Every statistical test here fails by chance once in a million.
RATE = 1e-6
WINDOW = Box(x_min=-6500.0, x_max=-3500.0, y_min=-1500.0, y_max=1500.0, z_min=480e3, z_max=515e3)


def chain_into(region: Region, ctau: float) -> Chain:
    return build(
        "eta -> X1 (X2 -> X1 (pi0 -> gamma gamma))",
        mass={"X1": 0.04, "X2": 0.4},
        ctau={"X2": ctau},
        lifetimes={"X2": Forced(region=region, ctau=ctau)},
    )


def small_aim(chain: Chain, seed: int, source: ToyMesons | None = None) -> Aimed:
    return aim(source or ToyMesons(), chain, seed=seed, cells=(16, 12, 12), throws=(8, 8))


def weights(source: ToyMesons | Aimed, chain: Chain, blocks: int, seed: int = 11) -> Array:
    out = []
    for block in range(blocks):
        streams = Streams(seed, block)
        out.append(chain.batch(source.sample(16384, streams.rng("source")), streams).weight)
    return np.concatenate(out)


def test_a_bias_draws_from_the_density_that_it_states() -> None:
    rng = Streams(3).rng("bias")
    edges = (np.array([0.0, 1.0, 4.0]), np.array([0.0, 0.5, 2.0]), np.array([-math.pi, 0.3, math.pi]))
    probability = rng.random((2, 2, 2))
    bias = Bias(edges=edges, probability=probability / probability.sum())
    y, pt, phi = bias.sample(rng, 200_000)
    # the mean of 1/density over the draws is the volume, cell by cell
    middle = [0.5 * (e[1:] + e[:-1]) for e in edges]
    for i, j, k in np.ndindex(2, 2, 2):
        inside = (
            (y >= edges[0][i]) & (y < edges[0][i + 1]) & (pt >= edges[1][j]) & (pt < edges[1][j + 1])
            & (phi >= edges[2][k]) & (phi < edges[2][k + 1])
        )  # fmt: skip
        at = bias.density(*(np.array([m[c]]) for m, c in zip(middle, (i, j, k), strict=True)))[0]
        volume = math.prod(e[c + 1] - e[c] for e, c in zip(edges, (i, j, k), strict=True))
        assert stats.binomtest(int(inside.sum()), len(y), at * volume).pvalue > RATE
    outside = bias.density(np.array([-1.0, 2.0]), np.array([1.0, 9.0]), np.zeros(2))
    assert (outside == 0.0).all()


def test_the_weighted_spectrum_is_the_physical_one() -> None:
    source = ToyMesons()
    aimed = small_aim(chain_into(WINDOW, 1e4), 5)
    made = [aimed.sample(16384, Streams(6, block).rng("source")) for block in range(12)]
    px, py, pz, e = np.concatenate([m.momentum for m in made], axis=1)
    weight = np.concatenate([m.weights["source"] for m in made])
    physical = source.draw(Streams(8).rng("physical"), 2_000_000)
    values = np.arctanh(pz / e), np.hypot(px, py), np.arctan2(py, px)
    steps = np.linspace(0.5, 6.5, 9), np.array([0.0, 0.2, 0.4, 0.7, 1.0, 2.0]), np.linspace(-3.0, 3.0, 9)
    for value, compared, edges in zip(values, physical, steps, strict=True):
        for low, high in pairwise(edges):
            ours = weight * ((value >= low) & (value < high))
            share = np.mean((compared >= low) & (compared < high))
            error = math.hypot(ours.std() / math.sqrt(len(ours)), math.sqrt(share / len(compared)))
            assert abs(ours.mean() - share) < stats.norm.isf(RATE / 2) * error, (low, high)
    assert weight.max() <= 1.0 / aimed.share


def test_aimed_and_analog_agree_and_aimed_is_many_times_better() -> None:
    chain = chain_into(WINDOW, 1e4)
    source = ToyMesons()
    analog = weights(source, chain, 40)
    aimed = weights(aim(source, chain, seed=5), chain, 6)
    (a, ea), (b, eb) = ((w.mean(), w.std() / math.sqrt(len(w))) for w in (analog, aimed))
    assert abs(a - b) < stats.norm.isf(RATE / 2) * math.hypot(ea, eb)
    assert (eb / b) ** 2 * len(aimed) < 0.1 * (ea / a) ** 2 * len(analog)


def test_a_share_of_one_is_analog() -> None:
    aimed = Aimed(source=ToyMesons(), bias=_flat(), share=1.0)
    assert (aimed.sample(1000, Streams(1).rng("source")).weights["source"] == 1.0).all()
    with pytest.raises(InputError, match="defensive share"):
        Aimed(source=ToyMesons(), bias=_flat(), share=0.0)


def test_the_pilot_belongs_to_the_seed() -> None:
    chain = chain_into(WINDOW, 1e5)
    one, two, other = (small_aim(chain, seed) for seed in (1, 1, 2))
    assert one.provenance()["digest"] == two.provenance()["digest"] != other.provenance()["digest"]
    again = pickle.loads(pickle.dumps(one))
    assert np.array_equal(
        again.sample(100, Streams(1).rng("source")).momentum,
        one.sample(100, Streams(1).rng("source")).momentum,
    )


def test_out_of_reach_is_said() -> None:
    behind = Box(x_min=-1.0, x_max=1.0, y_min=-1.0, y_max=1.0, z_min=-2e6, z_max=-1.9e6)
    with pytest.raises(InputError, match="out of reach"):
        small_aim(chain_into(behind, 10.0), 1, ToyMesons(middle=5.0))


def _flat() -> Bias:
    edges = (np.array([0.0, 7.0]), np.array([0.0, 5.0]), np.array([-math.pi, math.pi]))
    return Bias(edges=edges, probability=np.ones((1, 1, 1)))
