"""Lifetimes: the exponential law, forced decays and their weight, the scan mixture and its re-weighting.

Statistical tests: one million particles, fixed seeds, failure rate 1e-6 each (4.89 sigma for a mean).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import stats

from darkpair.gen.directions import isotropic
from darkpair.gen.errors import InputError
from darkpair.gen.lifetime import (
    Exponential,
    Forced,
    Lifetime,
    Scan,
    decay_probability,
    truncated_exponential,
)
from darkpair.gen.region import Cylinder, Slab
from darkpair.gen.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Callable

    from darkpair.gen.directions import Vector3
    from darkpair.gen.kinematics import Array

N = 10**6
MASS = 0.3


def beam(n: int) -> tuple[Vector3, Vector3]:
    """Momenta in any direction and origins about z = 0."""
    rng = Streams(41).rng("beam")
    p = 0.05 + 2.0 * rng.random(n)
    x, y, z = isotropic(rng, n)
    origin = tuple(200.0 * rng.random(n) - 100.0 for _ in range(3))
    return (p * x, p * y, p * z), (origin[0], origin[1], origin[2])


def assert_mean(values: Array, expected: float) -> None:
    assert abs(values.mean() - expected) < 4.89 * values.std() / math.sqrt(len(values))


def test_exponential_law() -> None:
    length, weights = Exponential(30.0).sample(Streams(42).rng("x"), *_args(*beam(N)))
    assert weights == {}
    assert stats.kstest(length, "expon", args=(0.0, 30.0)).pvalue > 1e-6


def _args(momentum: Vector3, origin: Vector3) -> tuple[Vector3, float, Vector3]:
    return momentum, MASS, origin


def test_prompt_decays_at_once() -> None:
    length, weights = Exponential(0.0).sample(Streams(42).rng("x"), *_args(*beam(10)))
    assert (length == 0.0).all()
    assert weights == {}


@pytest.mark.parametrize("ctau", [0.1, 50.0, 1e6])
def test_forced_decays_follow_the_law_inside_the_region(ctau: float) -> None:
    region = Cylinder(radius=400.0, z_min=-50.0, z_max=300.0)
    momentum, origin = beam(N)
    length, weights = Forced(region=region, ctau=ctau).sample(Streams(43).rng("x"), momentum, MASS, origin)
    weight = weights["decay_region"]
    p = np.sqrt(sum(c * c for c in momentum))
    direction = (momentum[0] / p, momentum[1] / p, momentum[2] / p)
    d_in, d_out = region.path(origin, direction)
    flight = p / MASS * ctau
    # the weight is the analytic probability, for each and in the mean of an unforced sample
    np.testing.assert_allclose(
        weight, np.exp(-d_in / flight) - np.exp(-d_out / flight), rtol=1e-9, atol=1e-12
    )
    free, _ = Exponential(ctau).sample(Streams(43).rng("free"), momentum, MASS, origin)
    points = [o + free / MASS * c for o, c in zip(origin, momentum, strict=True)]
    assert_mean(region.contains(*points) - weight, 0.0)
    # every forced decay is inside, and its place follows the truncated exponential
    hit = d_out > d_in
    depth = length * p / (MASS * 1.0)
    assert (length[~hit] == 0.0).all()
    assert (weight[~hit] == 0.0).all()
    possible = weight > 0.0
    assert ((depth >= d_in * (1 - 1e-12)) & (depth <= d_out * (1 + 1e-12)))[possible].all()
    u = np.expm1(-(depth - d_in) / flight) / np.expm1(-np.where(hit, d_out - d_in, 1.0) / flight)
    assert stats.kstest(u[possible], "uniform").pvalue > 1e-6


def test_forced_decays_at_rest() -> None:
    zero = np.zeros(N)
    z = np.where(np.arange(N) % 2, 1.0, 9.0)
    forced = Forced(region=Slab(z_min=0.0, z_max=5.0), ctau=7.0)
    length, weights = forced.sample(Streams(44).rng("x"), (zero, zero, zero), MASS, (zero, zero, z))
    assert (weights["decay_region"] == (z == 1.0)).all()
    assert stats.kstest(length[z == 1.0], "expon", args=(0.0, 7.0)).pvalue > 1e-6
    assert (length[z == 9.0] == 0.0).all()


def test_decay_probability_keeps_its_digits() -> None:
    one = np.ones(1)
    assert decay_probability(0.0 * one, 1e-3 * one, 1e9)[0] == pytest.approx(1e-12, rel=1e-9)
    assert decay_probability(0.0 * one, math.inf * one, 1.0)[0] == 1.0


SCAN = Scan(shortest=1e-3, longest=1e7)


def test_scan_is_its_mixture() -> None:
    length, weights = SCAN.sample(Streams(45).rng("x"), *_args(*beam(N)))
    assert weights == {}
    grid = SCAN.grid
    assert len(grid) == 41
    assert (
        stats.kstest(length, lambda x: np.mean([-np.expm1(-x / mean) for mean in grid], axis=0)).pvalue > 1e-6
    )
    # its density is the derivative of that
    x = np.geomspace(1e-4, 1e7, 50)
    np.testing.assert_allclose(
        SCAN.density(x), np.mean([np.exp(-x / m) / m for m in grid], axis=0), rtol=1e-12
    )


@pytest.mark.parametrize("ctau", [1e-3, 1.0, 160.0, 1e7])
def test_scan_reweighted_to_a_lifetime(ctau: float) -> None:
    length, _ = SCAN.sample(Streams(46).rng("x"), *_args(*beam(N)))
    weight = SCAN.weight(length, ctau)
    some = length[:1000]
    np.testing.assert_allclose(weight[:1000], np.exp(-some / ctau) / ctau / SCAN.density(some), rtol=1e-12)
    assert (
        weight.max() <= len(SCAN.grid) * 1.2
    )  # bounded: the nearest component alone covers the target so far
    assert_mean(weight, 1.0)
    assert_mean(weight * length, ctau)
    # chi-square in 30 bins of equal probability, with the variance of the weights
    bins = np.minimum((-np.expm1(-length / ctau) * 30).astype(int), 29)
    found = np.bincount(bins, weight, 30) / N
    variance = np.bincount(bins, weight**2, 30) / N**2
    assert stats.chi2.sf(((found - 1.0 / 30) ** 2 / variance).sum(), 30) > 1e-6


def test_scan_with_a_lifetime_carries_its_weight() -> None:
    scan = Scan(ctau=12.0, shortest=1.0, longest=100.0, per_decade=3)
    length, weights = scan.sample(Streams(47).rng("x"), *_args(*beam(1000)))
    np.testing.assert_array_equal(weights["lifetime"], scan.weight(length, 12.0))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Exponential(-1.0),
            r"ctau = -1.0; allowed: a length of 0 mm or more \(nm",
        ),
        (lambda: Exponential(math.inf), "ctau = inf; allowed: a length"),
        (lambda: Exponential(math.nan), "ctau = nan; allowed: a length"),
        (
            lambda: Forced(region=Slab(z_min=0, z_max=1), ctau=0.0),
            "ctau = 0.0; allowed: a length above 0 mm",
        ),
        (lambda: Scan(shortest=2.0, longest=1.0), "scan from 2.0 to 1.0 mm; allowed"),
        (lambda: Scan(per_decade=0), "per_decade = 0; allowed: a whole number of 1 or more"),
        (lambda: SCAN.weight(np.ones(1), 1e9), "c tau = 1000000000.0 mm is outside the scan sample"),
    ],
    ids=["negative", "infinite", "NaN", "forced prompt", "scan ends", "scan points", "scan range"],
)
def test_bad_lifetimes(make: Callable[[], Lifetime], message: str) -> None:
    with pytest.raises(InputError, match=message):
        make()


@pytest.mark.parametrize("ratio", [1e-9, 1e-3, 0.5, 3.0, 40.0, math.inf])
def test_truncated_exponential(ratio: float) -> None:
    """Both ways to draw it follow the law; failure rate 1e-6 each."""
    length = 7.0
    width = np.full(1_000_000, ratio * length)
    drawn = truncated_exponential(Streams(61).rng(f"truncated {ratio}"), width, length)
    assert drawn.min() >= 0.0
    assert (drawn <= width).all()
    flat, bent = stats.uniform(0.0, ratio * length), stats.truncexpon(b=min(ratio, 1e3), scale=length)
    assert stats.kstest(drawn, flat.cdf if ratio < 1e-6 else bent.cdf).pvalue > 1e-6
