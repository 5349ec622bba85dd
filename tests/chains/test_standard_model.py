"""Known matrix elements: form factors as published, and the events of the chains that use them.

Statistical tests: one million events, fixed seeds, failure rate 1e-6 each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import stats

from darkpair.chains.descriptor import build
from darkpair.chains.form_factors import kaon_pion_scalar, kaon_pion_vector
from darkpair.gen.particles import particle
from darkpair.gen.sources.gun import Gun
from darkpair.gen.streams import BLOCK, Streams

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array

K_L, PI0, PI = (particle(name).mass for name in ("K_L0", "pi0", "pi+"))


def vector(q2: Array) -> Array:
    t = q2 / PI**2  # arXiv:1602.04113: Lambda+ = 24.22e-3, quadratic term Lambda+² + 5.79e-4
    return np.asarray(0.9709 * (1.0 + 24.22e-3 * t + 0.5 * (24.22e-3**2 + 5.79e-4) * t**2))


def scalar(q2: Array) -> Array:
    slope = PI**2 / (K_L**2 - PI**2) * (0.1998 - 0.0398)  # ln C and G(0)
    t = q2 / PI**2
    return np.asarray(0.9709 * (1.0 + slope * t + 0.5 * (slope**2 + 4.16e-4) * t**2))


def test_form_factors() -> None:
    q2 = np.linspace(0.0, (K_L - PI0) ** 2, 20)
    np.testing.assert_allclose(kaon_pion_vector(q2), vector(q2), rtol=1e-12)
    np.testing.assert_allclose(kaon_pion_scalar(q2), scalar(q2), rtol=1e-12)


def spectrum(case: str, q: Array) -> Array:
    """dGamma/dq of the pair, from the massless and the scalar closed forms."""
    p = np.sqrt((K_L**2 - (PI0 + q) ** 2) * (K_L**2 - (PI0 - q) ** 2))
    if case == "nu nubar":  # f+² lambda^(3/2) in q², so times q
        return np.asarray(vector(q**2) ** 2 * p**3 * q)
    return np.asarray(scalar(q**2) ** 2 * p * np.sqrt(q**2 - 4 * 0.06**2))


@pytest.mark.parametrize("case", ["nu nubar", "Y Y"])
def test_events_follow_the_form_factor(case: str) -> None:
    chain = build(f"K_L0 -> pi0 {case}", mass={"Y": 0.06} if case == "Y Y" else {})
    energy, cosine = [], []
    for block in range(-(-(10**6) // BLOCK)):
        streams = Streams(111, block)
        (part,) = chain.batch(Gun(momentum=0.0).sample(BLOCK, streams.rng("source")), streams).parts
        _, pi0, one, two = np.moveaxis(part.momentum, 1, 0)
        energy.append(pi0[3])
        # the cosine in the pair's frame from the energies: E2 - E1 = 2 gamma beta k c, towards the pi0 is slow
        k = np.sqrt(
            ((one + two)[3] ** 2 - ((one + two)[:3] ** 2).sum(axis=0)) / 4 - part.topology.mass[2] ** 2
        )
        q = 2 * np.sqrt(k**2 + part.topology.mass[2] ** 2)
        cosine.append((one[3] - two[3]) * q / (2 * k * np.sqrt((pi0[:3] ** 2).sum(axis=0))))
    q = np.sqrt(K_L**2 + PI0**2 - 2 * K_L * np.concatenate(energy))
    edges = np.linspace(0.0 if case == "nu nubar" else 0.12, K_L - PI0, 41)
    x, w = np.polynomial.legendre.leggauss(24)
    half = np.diff(edges)[:, None] / 2
    theory = (spectrum(case, edges[:-1, None] + half * (1 + x)) * w).sum(axis=1)
    counts, _ = np.histogram(q, edges)
    assert counts.sum() == len(q)
    assert stats.chisquare(counts, len(q) * theory / theory.sum()).pvalue > 1e-6
    # sin² for neutrinos of a vector current, flat for scalars of a scalar operator
    law = stats.beta(2, 2, -1, 2) if case == "nu nubar" else stats.uniform(-1, 2)
    assert stats.kstest(np.concatenate(cosine), law.cdf).pvalue > 1e-6
