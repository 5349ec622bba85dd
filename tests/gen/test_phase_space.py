"""Phase space: Dalitz densities and many-body spectra against independent integrals and closed forms.

Statistical tests: fixed seeds, failure rate 1e-6 each; one million events, fewer of unweighted four and five bodies.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import stats

from darkpair.gen.errors import ClosedChannelError, InputError
from darkpair.gen.many_bodies import ManyBody
from darkpair.gen.phase_space import ThreeBody
from darkpair.gen.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Callable

    from darkpair.gen.kinematics import Array
    from darkpair.gen.three_bodies import FourVectors

N = 10**6
K_L, PI0 = 0.497611, 0.1349768


@dataclass(frozen=True)
class Dalitz:
    """A three-body decay, with its matrix element written a second time."""

    mass: float
    masses: tuple[float, float, float]
    squared: Callable[[Array, Array], Array] | None


def neutrinos(q2: Array, cosine: Array) -> Array:
    # f+² lambda sin², with the form factor of arXiv:1602.04113 to second order in t = q²/m_pi+²
    t = q2 / 0.13957039**2
    f = 1.0 + 24.22e-3 * t + 0.5 * (24.22e-3**2 + 5.79e-4) * t * t
    lam = (K_L**2 - (PI0 + np.sqrt(q2)) ** 2) * (K_L**2 - (PI0 - np.sqrt(q2)) ** 2)
    return np.asarray(f**2 * lam * (1.0 - cosine**2))


def polynomial(q2: Array, cosine: Array) -> Array:
    return np.asarray((0.1 + q2) * (1.0 + 0.3 * cosine - 0.4 * cosine**2 + 0.25 * cosine**3))


DALITZ = {
    "flat": Dalitz(1.0, (0.2, 0.1, 0.3), None),
    "flat, massless": Dalitz(1.0, (0.0, 0.0, 0.0), None),
    "pi0 nu nubar": Dalitz(K_L, (PI0, 0.0, 0.0), neutrinos),
    "polynomial": Dalitz(0.8, (0.135, 0.05, 0.2), polynomial),
}


def invariants(decay: Dalitz, p: FourVectors) -> tuple[Array, Array]:
    """q² of particles 1 and 2 and the cosine of 2 to 0 in their frame, from the other invariant mass."""
    (q2, s02) = (
        (p[i][3] + p[j][3]) ** 2 - sum((p[i][k] + p[j][k]) ** 2 for k in range(3))
        for i, j in ((1, 2), (0, 2))
    )
    m0, m1, m2 = decay.masses
    q = np.sqrt(q2)
    e0, e2 = (decay.mass**2 - q2 - m0**2) / (2 * q), (q2 + m2**2 - m1**2) / (2 * q)
    return q2, (m0**2 + m2**2 + 2 * e0 * e2 - s02) / (2 * np.sqrt((e0**2 - m0**2) * (e2**2 - m2**2)))


def expected(decay: Dalitz, q_edges: Array, c_edges: Array) -> Array:
    """Integral of dGamma/dq dcos over bins, by Gauss-Legendre in each."""
    x, w = np.polynomial.legendre.leggauss(24)
    half_q, half_c = np.diff(q_edges)[:, None] / 2, np.diff(c_edges)[:, None] / 2
    q = (q_edges[:-1, None] + half_q * (1 + x))[:, None, :, None]
    c = (c_edges[:-1, None] + half_c * (1 + x))[None, :, None, :]
    m0, m1, m2 = decay.masses
    p = np.sqrt((decay.mass**2 - (m0 + q) ** 2) * (decay.mass**2 - (m0 - q) ** 2))
    k = np.sqrt((q**2 - (m1 + m2) ** 2) * (q**2 - (m1 - m2) ** 2)) / q
    values = p * k * (decay.squared(q**2, c) if decay.squared else 1.0 + 0.0 * c)
    out: Array = np.einsum("abqc,q,c->ab", values, w, w) * half_q * half_c.T
    return out


@pytest.mark.parametrize("name", DALITZ)
def test_dalitz_density(name: str) -> None:
    decay = DALITZ[name]
    sampler = ThreeBody(decay.mass, decay.masses, decay.squared)
    vectors = sampler.sample(Streams(21).rng(name), N)
    q2, cosine = invariants(decay, vectors)
    q_edges = np.linspace(decay.masses[1] + decay.masses[2], decay.mass - decay.masses[0], 31)
    c_edges = np.linspace(-1.0, 1.0, 21)
    counts, _, _ = np.histogram2d(np.sqrt(q2), cosine.clip(-1.0, 1.0), (q_edges, c_edges))
    theory = expected(decay, q_edges, c_edges)
    theory *= N / theory.sum()
    dense = theory > 10.0
    assert dense.mean() > 0.85
    assert (
        stats.chisquare(
            np.append(counts[dense], counts[~dense].sum() + 1),
            np.append(theory[dense], theory[~dense].sum() + 1),
        ).pvalue
        > 1e-6
    )
    # the sampler's own density is the same function
    middle = 0.5 * (q_edges[1:] + q_edges[:-1])[:, None], 0.5 * (c_edges[1:] + c_edges[:-1])[None, :]
    own = sampler.density((middle[0] ** 2 + 0.0 * middle[1]).ravel(), (middle[1] + 0.0 * middle[0]).ravel())
    fine = expected(
        decay, *(np.array([[m - 1e-4, m + 1e-4] for m in (0.5 * (q_edges[14] + q_edges[15]), 0.05)]))
    )
    here = own.reshape(30, 20)[14, 10] * 2 * middle[0][14, 0] * 4e-8  # dq² = 2 q dq
    assert here == pytest.approx(fine[0, 0] / expected(decay, q_edges, c_edges).sum(), rel=1e-4)
    # no direction is preferred
    x, y, z, _ = vectors[0]
    assert stats.kstest(z / np.sqrt(x * x + y * y + z * z), "uniform", args=(-1, 2)).pvalue > 1e-6
    assert stats.kstest(np.arctan2(y, x), "uniform", args=(-np.pi, 2 * np.pi)).pvalue > 1e-6


@pytest.mark.parametrize("name", DALITZ)
def test_three_body_closes_on_shell(name: str) -> None:
    decay = DALITZ[name]
    vectors = ThreeBody(decay.mass, decay.masses, decay.squared).sample(Streams(22).rng(name), 10**5)
    assert_closes(vectors, decay.mass, decay.masses)


@pytest.mark.parametrize("masses", [(0.1, 0.2, 0.3), (0.0, 0.0, 0.0, 0.0), (0.1, 0.0, 0.3, 0.0, 0.2)])
@pytest.mark.parametrize("unweighted", [False, True])
def test_many_body_closes_on_shell(masses: tuple[float, ...], *, unweighted: bool) -> None:
    vectors, weight = ManyBody(1.0, masses, unweighted=unweighted).sample(Streams(23).rng("closure"), 20_000)
    assert_closes(vectors, 1.0, masses)
    assert weight.shape == (20_000,)
    assert ((weight == 1.0) if unweighted else (weight > 0.0) & (weight <= 1.0)).all()


def assert_closes(vectors: FourVectors, mass: float, masses: tuple[float, ...]) -> None:
    total = np.sum(vectors, axis=0)
    np.testing.assert_allclose(
        total, np.array([0.0, 0.0, 0.0, mass])[:, None] + 0.0 * total, atol=1e-12 * mass
    )
    for (x, y, z, e), m in zip(vectors, masses, strict=True):
        np.testing.assert_allclose(e * e - x * x - y * y - z * z, m * m, atol=1e-12 * mass**2)


def test_many_body_of_three_is_the_three_body_decay() -> None:
    masses = (0.2, 0.1, 0.3)
    many, _ = ManyBody(1.0, masses).sample(Streams(24).rng("many"), N)
    three = ThreeBody(1.0, masses).sample(Streams(24).rng("three"), N)
    for i in range(3):
        assert stats.ks_2samp(many[i][3], three[i][3]).pvalue > 1e-6


def test_weighted_and_unweighted_agree() -> None:
    masses = (0.1, 0.0, 0.3, 0.05)
    n = N // 4
    flat, _ = ManyBody(1.0, masses).sample(Streams(25).rng("flat"), n)
    biased, weight = ManyBody(1.0, masses, unweighted=False).sample(Streams(25).rng("biased"), N)
    for i in range(4):
        edges = np.quantile(flat[i][3], np.linspace(0.0, 1.0, 31))
        edges[0], edges[-1] = 0.0, 1.0
        ours = np.histogram(flat[i][3], edges)[0] / n
        theirs = np.histogram(biased[i][3], edges, weights=weight)[0] / weight.sum()
        variance = ours / n + np.histogram(biased[i][3], edges, weights=weight**2)[0] / weight.sum() ** 2
        assert stats.chi2.sf(((ours - theirs) ** 2 / variance).sum(), 29) > 1e-6


@pytest.mark.parametrize("n", [3, 4, 5])
def test_massless_phase_space(n: int) -> None:
    # R_n = (pi/2)^(n-1) M^(2n-4) / ((n-1)! (n-2)!), in units of the bound that the weights are divided by
    _, weight = ManyBody(2.0, (0.0,) * n, unweighted=False).sample(Streams(26).rng(f"volume {n}"), N)
    volume = 2.0 ** (2 - n) / factorial(n - 1)
    assert abs(weight.mean() - volume) < 4.89 * weight.std() / np.sqrt(N)
    # each energy: dR/dx ∝ x (1 - x)^(n-3), x = 2E/M
    vectors, _ = ManyBody(2.0, (0.0,) * n).sample(Streams(26).rng(f"energy {n}"), N // 10 ** (n - 3))
    for vector in vectors:
        assert stats.kstest(vector[3], stats.beta(2, n - 2).cdf).pvalue > 1e-6


def test_closed_and_impossible() -> None:
    with pytest.raises(
        ClosedChannelError, match=r"the daughters weigh 0.5 \+ 0.3 \+ 0.2 = 1 GeV, the parent 1 GeV"
    ):
        ThreeBody(1.0, (0.5, 0.3, 0.2))
    with pytest.raises(ClosedChannelError, match="lower the daughters' masses"):
        ManyBody(1.0, (0.5, 0.3, 0.2, 0.1))
    with pytest.raises(InputError, match="phase space of 2 bodies; allowed: three or more"):
        ManyBody(1.0, (0.5, 0.3))


def test_a_negative_matrix_element_is_refused() -> None:
    with pytest.raises(InputError, match=r"negative, infinite or NaN at q² = .* GeV², cosine = -1"):
        ThreeBody(1.0, (0.1, 0.1, 0.1), lambda _, c: 1.0 + 1.5 * c)


def test_a_matrix_element_that_its_table_does_not_see_is_refused() -> None:
    sampler = ThreeBody(1.0, (0.1, 0.1, 0.1), lambda _, c: 1.0 + 1e3 * np.exp(-(((c - 0.011) / 1e-3) ** 2)))
    with pytest.raises(InputError, match="exceeds its tabulated bound"):
        sampler.sample(Streams(27).rng("spike"), N)
