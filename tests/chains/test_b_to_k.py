"""B -> K and a pair in the lab: q2 against the differential width, the kaon's momentum against an integral.

Statistical tests: fixed seeds, failure rate 1e-6 each.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from darkpair.chains.chain import Chain
from darkpair.chains.descriptor import build
from darkpair.chains.form_factors import form_factor
from darkpair.chains.models import ZPrimeDirac, ZPrimeScalar
from darkpair.gen.particles import particle
from darkpair.gen.sources.upsilon4s import Upsilon4S
from darkpair.gen.streams import BLOCK, Streams
from darkpair.testing import check_closure, check_on_shell
from tests.shared.b_reference import k_momentum_cdf

B, K = particle("B+").mass, particle("K+").mass
M1, M2 = 0.04, 0.4
BLOCKS = 12


def density(case: str, q2: Any) -> Any:
    """dGamma/dq2 by the helicity amplitudes of arXiv:2005.07102, appendix B, averaged by hand over the angle."""
    lam = ((B - K) ** 2 - q2) * ((B + K) ** 2 - q2)
    if case == "nu nubar":
        return form_factor("B -> K", "bcl").plus(q2) ** 2 * lam**1.5
    form = form_factor("B -> K", "ali-ball")
    hz = form.plus(q2) * np.sqrt(lam / q2)
    ht = form.zero(q2) * (B**2 - K**2) / np.sqrt(q2)
    k = np.sqrt((q2 - (M1 + M2) ** 2) * (q2 - (M2 - M1) ** 2)) / (2.0 * np.sqrt(q2))
    e1, e2 = np.hypot(k, M1), np.hypot(k, M2)
    dot = 0.5 * (q2 - M1**2 - M2**2)
    if case == "axial":
        squared = hz**2 * (-2.0 * k**2 / 3.0 + dot - M1 * M2) + ht**2 * (2.0 * e1 * e2 - dot + M1 * M2)
    else:
        squared = 4.0 / 3.0 * hz**2 * k**2 + ht**2 * (e1 - e2) ** 2
    return squared * np.sqrt(lam) * k / np.sqrt(q2)


def chain(case: str) -> Chain:
    if case == "nu nubar":
        return build("B+ -> K+ nu nubar")
    if case == "axial":
        return ZPrimeDirac(m1=M1, m2=M2, G_X=1.17e-5).chain("B+", "K+ X1 X2", modes=["X1 pi0"])
    return ZPrimeScalar(m1=M1, m2=M2, G_X=1.17e-5).chain("B+", "K+ X1 X2", modes=["X1 pi0"])


def grid(case: str, n: int) -> tuple[Any, Any]:
    """Cell edges of q2 and the probability of each cell, by Gauss-Legendre quadrature."""
    low = 0.0 if case == "nu nubar" else (M1 + M2) ** 2
    edges = low + ((B - K) ** 2 - low) * np.sin(0.5 * np.pi * np.linspace(0.0, 1.0, n + 1)) ** 2
    x, w = np.polynomial.legendre.leggauss(6)
    half = 0.5 * np.diff(edges)[:, None]
    at = 0.5 * (edges[1:] + edges[:-1])[:, None] + half * x
    share = (density(case, at) * half * w).sum(axis=1)
    return edges, share / share.sum()


@pytest.mark.parametrize("case", ["nu nubar", "axial", "scalar"])
def test_spectra(case: str) -> None:
    events, source = chain(case), Upsilon4S()
    q2, kaon = [], []
    for block in range(BLOCKS):
        streams = Streams(21, block)
        batch = events.batch(source.sample(BLOCK, streams.rng("source")), streams)
        for part in batch.parts:
            check_closure(part)
            check_on_shell(part)
            x, y, z, e = part.momentum[:, 0] - part.momentum[:, 1]
            q2.append(e * e - x * x - y * y - z * z)
            kaon.append(np.sqrt(np.sum(part.momentum[:3, 1] ** 2, axis=0)))
    edges, share = grid(case, 2000)
    cdf = np.concatenate([[0.0], np.cumsum(share)])
    assert stats.kstest(np.concatenate(q2), lambda x: np.interp(x, edges, cdf)).pvalue > 1e-6
    coarse, weight = grid(case, 120)
    middle = 0.5 * (coarse[1:] + coarse[:-1])
    p = np.linspace(0.0, 5.0, 1001)
    reference = k_momentum_cdf(p, "belle2", B, middle, weight, K)
    assert reference[-1] == pytest.approx(1.0, abs=1e-9)
    assert stats.kstest(np.concatenate(kaon), lambda x: np.interp(x, p, reference)).pvalue > 1e-6


@pytest.mark.parametrize("fermions", [True, False])
def test_neutral_kaon_is_half_short_half_long(fermions: bool) -> None:
    model = (ZPrimeDirac if fermions else ZPrimeScalar)(m1=M1, m2=M2, G_X=1.17e-5)
    events = model.chain("B0", "K0 X1 X2", modes=["X1 pi0"])
    streams = Streams(5)
    batch = events.batch(Upsilon4S(parent="B0").sample(BLOCK, streams.rng("source")), streams)
    counts = {"K_S0": 0, "K_L0": 0}
    for part in batch.parts:
        counts[part.topology.names[1]] += len(part)
    # of the K_S, 69.20 % + 30.69 % .98823² are in the listed modes
    visible = 0.6920 + 0.3069 * 0.98823**2
    expected = visible / (1.0 + visible)
    assert sum(counts.values()) == BLOCK
    assert stats.binomtest(counts["K_S0"], BLOCK, expected).pvalue > 1e-6
    pions = sum(len(p) for p in batch.parts if "pi+" in p.topology.names)
    assert stats.binomtest(pions, counts["K_S0"], 0.6920 / visible).pvalue > 1e-6
    share = 0.5 * (1.0 + visible) * float(model.branching_ratio("X2", "X1 pi0")) * 0.98823
    assert events.generated_branching_ratio == pytest.approx(share, rel=1e-12)


def test_standard_model_of_b_mesons_is_found() -> None:
    for text in ("B+ -> K+ nu nubar", "anti-B0 -> K_S0 nu nubar", "B0 -> (K_S0 -> pi+ pi-) nu nubar"):
        element = build(text).decay.modes[0].matrix_element
        assert element is not None
        kallen = ((B - K) ** 2 - 4.0) * ((B + K) ** 2 - 4.0)
        expected = form_factor("B -> K", "bcl").plus(4.0) ** 2 * kallen * 0.75
        assert element(np.array([4.0]), np.array([0.5]))[0] == pytest.approx(expected, rel=2e-3)
    assert build("B+ -> K+ e+ e-").decay.modes[0].matrix_element is None
