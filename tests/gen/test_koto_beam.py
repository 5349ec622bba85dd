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
    "ends", [{"z_min": 5.0, "z_max": 1.0}, {"z_min": -21001.0}, {"z_max": math.inf}, {"z_max": math.nan}],
    ids=["reversed", "upstream", "endless", "NaN"],
)  # fmt: skip
def test_bad_volumes(ends: dict[str, Any]) -> None:
    order = r"mm; allowed: growing order, from the target at -21000\.0 mm on$"
    with pytest.raises(InputError, match=f"{order}|z_max = nan; allowed: a length"):
        KotoKL(**ends)


FAR = KotoKL(z_min=-21_000.0, p_min=0.4)


def test_upstream_decays_follow_the_law() -> None:
    """From the target on: the flux grows upstream by the decay law, on straight lines through the collimator."""
    parents = FAR.sample(N, Streams(67).rng("source"))
    assert parents.decay_vertex is not None
    assert (parents.vertex[2] == -21_000.0).all()
    assert (parents.vertex[3] == 0.0).all()
    p, z = absolute(parents.momentum), parents.decay_vertex[2]
    assert z.min() >= -21_000.0
    assert z.max() <= 6148.0
    flight = parents.momentum[2] / KAON.mass * KAON.ctau
    u = np.expm1(-(z + 21_000.0) / flight) / np.expm1(-27_148.0 / flight)
    assert stats.kstest(u, "uniform").pvalue > 1e-6
    step = parents.decay_vertex - parents.vertex
    assert (step[3] >= 0.0).all()
    np.testing.assert_allclose(step * parents.momentum[2], parents.momentum * step[2], rtol=1e-9, atol=1e-8)
    (x, y, _, _), (px, py, pz, _) = parents.vertex, parents.momentum
    for position, slope, half, width in ((x, px / pz, 7.6, 9.1), (y, py / pz, 12.5, 1.0)):
        assert stats.kstest(position, "uniform", args=(-width, 2 * width)).pvalue > 1e-6
        assert stats.kstest(position + 7000.0 * slope, "uniform", args=(-half, 2 * half)).pvalue > 1e-6
    # by momentum

    def density(q: float) -> float:
        flight = q * KAON.ctau / KAON.mass
        return float(momentum_spectrum(np.array(q))) * (
            math.exp(20_000.0 / flight) - math.exp(-7148.0 / flight)
        )

    edges = np.concatenate([np.linspace(0.4, 6.0, 60), [10.0]])
    theory = np.array([integrate.quad(density, a, b)[0] for a, b in pairwise(edges)])
    assert stats.chisquare(np.histogram(p, edges)[0], N * theory / theory.sum()).pvalue > 1e-6
    # decays in 4.148 m from the target on, over those of the default, by momentum: exp(23 m/(beta gamma c tau))
    early, late = z < -21_000.0 + 4148.0, z > 2000.0
    for low, high in pairwise((0.4, 0.8, 1.2, 2.0, 3.0, 5.0)):
        bin_ = (p >= low) & (p < high)

        def law(q: float) -> float:
            return float(momentum_spectrum(np.array(q))) * math.exp(20_000.0 / (q * KAON.ctau / KAON.mass))

        def default(q: float) -> float:
            return float(momentum_spectrum(np.array(q))) * math.exp(-3000.0 / (q * KAON.ctau / KAON.mass))

        def decays(weight: Any, a: float, b: float) -> float:
            return float(
                integrate.quad(
                    lambda q: weight(q) * -math.expm1(-4148.0 / (q * KAON.ctau / KAON.mass)), a, b
                )[0]
            )

        expected = decays(law, low, high) / decays(default, low, high)
        n, k = np.count_nonzero(bin_ & early), np.count_nonzero(bin_ & late)
        assert abs(n / k / expected - 1.0) < 4.9 * math.sqrt(1.0 / n + 1.0 / k)


def test_more_decays_than_kaons_at_the_exit() -> None:
    flight = KAON.ctau / KAON.mass

    def decaying(p: float) -> float:
        return beam(p) * (math.exp(20_000.0 / p / flight) - math.exp(-7148.0 / p / flight))

    def beam(p: float) -> float:
        return float(momentum_spectrum(np.array(p)))

    share = integrate.quad(decaying, 0.4, 10.0)[0] / integrate.quad(beam, 0.05, 10.0)[0]
    assert FAR.decay_probability == pytest.approx(share, rel=1e-6)
    assert KotoKL(z_min=-21_000.0).decay_probability > 1.0


def test_a_share_of_the_events_near_is_weighted_exactly() -> None:
    source = KotoKL(z_min=-5000.0, p_min=0.4, share=0.7)
    parents = source.sample(N, Streams(68).rng("source"))
    assert parents.decay_vertex is not None
    z, weight = parents.decay_vertex[2], parents.weights["source"]
    near = z >= 2000.0
    assert abs(near.mean() - 0.7) < 5.0 * math.sqrt(0.21 / N)
    for rows, low, high in ((near, 2000.0, 6148.0), (~near, -5000.0, 2000.0)):
        own = KotoKL(p_min=0.4, z_min=low, z_max=high).decay_probability / source.decay_probability
        np.testing.assert_allclose(weight[rows], own / rows.mean(), rtol=5e-3)
    assert abs(weight.mean() - 1.0) < 5.0 * weight.std() / math.sqrt(N)
    plain = KotoKL(z_min=-5000.0, p_min=0.4).sample(N, Streams(69).rng("source"))
    assert plain.decay_vertex is not None
    edges = np.linspace(-5000.0, 6148.0, 12)
    one, two = np.histogram(z, edges, weights=weight)[0], np.histogram(plain.decay_vertex[2], edges)[0]
    error = np.sqrt(np.histogram(z, edges, weights=weight**2)[0] + two)
    assert (np.abs(one - two) < 5.0 * error).all()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"p_min": 0.01}, r"K_L from p_min = 0\.01 GeV on; allowed: 0\.05 to less than 10"),
        ({"z_min": -5000.0, "profile": "fitted"}, r"holds from the exit on; allowed: -1000\.0 mm or more"),
        ({"share": 0.5}, r"share = 0\.5 of the events from z = 2000\.0 mm on"),
        ({"z_min": 0.0, "share": 1.0}, "more than 0, less than 1"),
        ({"z_min": 0.0, "share": 0.5, "decay": "free"}, "'free'"),
    ],
)
def test_bad_settings(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        KotoKL(**settings)


@pytest.mark.parametrize("p_min", [0.05, 0.5, 2.0])
@pytest.mark.parametrize("spectrum", ["sato", "shiomi"])
def test_free_kaons_are_counted_from_p_min_on(p_min: float, spectrum: Literal["sato", "shiomi"]) -> None:
    """Of the built-in spectra as of a file's: the part of the K_L at the exit that is generated."""
    source = KotoKL(decay="free", p_min=p_min, spectrum=spectrum)
    parts = [
        integrate.quad(
            lambda p: float(momentum_spectrum(np.array([p]), spectrum)[0]), low, source.p_max, limit=200
        )[0]
        for low in (p_min, koto_kl.P_RANGE[0])
    ]
    assert source.provenance()["decay_probability"] == pytest.approx(parts[0] / parts[1], rel=2e-4)
