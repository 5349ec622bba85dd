"""The K_L beam of KOTO: spectrum, profile, decays along the beam line, and the fit of the simple profile.

Statistical tests: one million kaons, fixed seeds, failure rate 1e-6 each.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pytest
from scipy import integrate, stats

from darkpair.gen.data import fit_koto_beam
from darkpair.gen.errors import InputError
from darkpair.gen.particles import particle
from darkpair.gen.sources import koto_kl
from darkpair.gen.sources.koto_kl import KotoKL, momentum_spectrum
from darkpair.gen.streams import Streams

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array

N = 10**6
KAON = particle("K_L0")


def absolute(momentum: Array) -> Array:
    out: Array = np.sqrt((momentum[:3] ** 2).sum(axis=0))
    return out


def test_decay_probability_in_the_volume() -> None:
    assert KotoKL().decay_probability == pytest.approx(0.0784, abs=0.0008)
    # and by another integral
    flight = KAON.ctau / KAON.mass

    def decaying(p: float) -> float:
        return beam(p) * (math.exp(-3000.0 / p / flight) - math.exp(-7148.0 / p / flight))

    def beam(p: float) -> float:
        return float(momentum_spectrum(np.array(p)))

    share = integrate.quad(decaying, 0.05, 10.0)[0] / integrate.quad(beam, 0.05, 10.0)[0]
    assert KotoKL().decay_probability == pytest.approx(share, rel=1e-6)


def test_means_at_the_exit() -> None:
    parents = KotoKL(decay="free").sample(N, Streams(61).rng("source"))
    x, y, *_ = parents.momentum
    assert absolute(parents.momentum).mean() == pytest.approx(2.00, abs=0.01)
    assert 1e3 * np.hypot(x, y).mean() == pytest.approx(2.6, abs=0.1)
    assert (parents.vertex[2] == -1000.0).all()


@pytest.mark.parametrize("decay", ["free", "region"])
def test_spectrum(decay: Literal["free", "region"]) -> None:
    p = absolute(KotoKL(decay=decay).sample(N, Streams(62).rng("source")).momentum)
    edges = np.concatenate([np.linspace(0.05, 6.0, 60), [10.0]])

    def density(q: float) -> float:
        flight = q * KAON.ctau / KAON.mass
        shape = math.exp(-3000.0 / flight) - math.exp(-7148.0 / flight) if decay == "region" else 1.0
        return float(momentum_spectrum(np.array(q))) * shape

    theory = np.array([integrate.quad(density, a, b)[0] for a, b in pairwise(edges)])
    counts, _ = np.histogram(p, edges)
    assert counts.sum() == N
    assert stats.chisquare(counts, N * theory / theory.sum()).pvalue > 1e-6


def test_decays_in_the_volume_follow_the_law() -> None:
    parents = KotoKL().sample(N, Streams(63).rng("source"))
    assert parents.decay_vertex is not None
    z = parents.decay_vertex[2]
    assert z.min() >= 2000.0
    assert z.max() <= 6148.0
    flight = parents.momentum[2] / KAON.mass * KAON.ctau  # along z
    u = np.expm1(-(z - 2000.0) / flight) / np.expm1(-4148.0 / flight)
    assert stats.kstest(u, "uniform").pvalue > 1e-6
    # straight lines at the kaon's own speed
    step = parents.decay_vertex - parents.vertex
    np.testing.assert_allclose(step * parents.momentum[2], parents.momentum * step[2], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(
        parents.momentum[3] ** 2, absolute(parents.momentum) ** 2 + KAON.mass**2, rtol=1e-12
    )


def test_free_decays_follow_the_law() -> None:
    parents = KotoKL(decay="free").sample(N, Streams(64).rng("source"))
    assert parents.decay_vertex is not None
    path = np.sqrt(((parents.decay_vertex - parents.vertex)[:3] ** 2).sum(axis=0))
    proper = path * KAON.mass / absolute(parents.momentum)
    assert stats.kstest(proper, "expon", args=(0.0, KAON.ctau)).pvalue > 1e-6


@pytest.mark.parametrize("image", ["uniform", "2015-04"])
def test_lines_pass_the_collimator(image: Literal["uniform", "2015-04"]) -> None:
    parents = KotoKL(image=image).sample(N, Streams(65).rng("source"))
    (x, y, _, _), (px, py, pz, _) = parents.vertex, parents.momentum
    for position, slope, half, width in ((x, px / pz, 7.6, 9.1), (y, py / pz, 12.5, 1.0)):
        hole = position - 13000.0 * slope
        assert stats.kstest(hole, "uniform", args=(-half, 2 * half)).pvalue > 1e-6
        target = position - 20000.0 * slope
        if image == "uniform":
            assert stats.kstest(target, "uniform", args=(-width, 2 * width)).pvalue > 1e-6
    assert image != "uniform" or abs(y).max() <= 37.6


def test_fitted_profile_is_what_it_says() -> None:
    parents = KotoKL(profile="fitted", decay="free").sample(N, Streams(66).rng("source"))
    for position, width, power in zip(
        parents.vertex[:2], koto_kl._FIT_WIDTH, koto_kl._FIT_POWER, strict=True
    ):
        assert stats.kstest(position[: N // 10], stats.gennorm(power, scale=width).cdf).pvalue > 1e-6
    mu, sigma, s = koto_kl._FIT_PT
    pt = 1e3 * np.hypot(parents.momentum[0], parents.momentum[1])
    law = stats.lognorm(sigma, loc=-mu, scale=s)
    assert stats.kstest(pt, lambda x: (law.cdf(x) - law.cdf(0)) / law.sf(0)).pvalue > 1e-6
    assert pt.mean() == pytest.approx(2.6, abs=0.1)


def test_the_fit_is_what_its_script_finds() -> None:
    width, power, pt = fit_koto_beam.fit()
    assert tuple(round(w, 2) for w in width) == koto_kl._FIT_WIDTH
    assert tuple(round(k, 2) for k in power) == koto_kl._FIT_POWER
    assert tuple(round(v, 3) for v in pt) == koto_kl._FIT_PT


@pytest.mark.parametrize(
    "ends", [{"z_min": 5.0, "z_max": 1.0}, {"z_min": -2000.0}, {"z_max": math.inf}, {"z_max": math.nan}],
    ids=["reversed", "upstream", "endless", "NaN"],
)  # fmt: skip
def test_bad_volumes(ends: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"mm; allowed: growing order, from the exit at -1000\.0 mm on$"):
        KotoKL(**ends)
