"""Angular correlations of whole chains, from explicit spinors."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from darkpair.gen.kinematics import two_body_momentum
from tests.shared.spinors import (
    G5,
    N,
    Real,
    bar,
    chiral,
    polarisations,
    slash,
    spinors,
    squared,
)


@pytest.mark.parametrize("conjugate", [False, True])
@pytest.mark.parametrize(
    ("c_v", "c_a"), [(1.0, 1.0), (1.0, -1.0), (0.4, 1.0), (1j, 1.0), (1.0, 0.0), (0.0, 1.0)]
)
def test_slope_of_the_pion_from_the_whole_chain(c_v: complex, c_a: complex, conjugate: bool) -> None:
    """K_L -> psi2 psi1-bar, psi2 -> psi1 pi0 as one amplitude: the density of cos* is (1 + kappa cos*)/2."""
    from darkpair.chains.models import ZPrimeDirac
    from darkpair.gen.particles import particle

    m1, m2 = 0.05, 0.35
    kaon, pion = particle("K_L0").mass, particle("pi0").mass
    cos = np.linspace(-1, 1, N)
    p = np.full(N, two_body_momentum(kaon, m2, m1))
    k = np.full(N, two_body_momentum(m2, m1, pion))
    zero, sin = np.zeros(N), np.sqrt(1 - cos**2)
    p2 = np.column_stack([np.hypot(p, m2), zero, zero, p])
    other = np.column_stack([np.hypot(p, m1), zero, zero, -p])

    def fly(v: Real) -> Real:  # from the rest frame of psi2 along its flight
        gamma, eta = p2[:, 0] / m2, p / m2
        energy = gamma * v[:, 0] + eta * v[:, 3]
        return np.column_stack([energy, v[:, 1], v[:, 2], gamma * v[:, 3] + eta * v[:, 0]])

    pi0 = fly(np.column_stack([np.hypot(k, pion), k * sin, zero, k * cos]))
    last = p2 - pi0
    q = p2 + other
    first, second = chiral(c_v, c_a), chiral(np.conj(c_v), np.conj(c_a))
    total = np.zeros(N)
    if not conjugate:
        chain = np.einsum(
            "nab,nbc,ncd->nad", slash(pi0) @ second, slash(p2) + m2 * np.eye(4), slash(q) @ first
        )
        for u, v in product(spinors(last, m1), spinors(other, m1, anti=True)):
            total += squared(np.einsum("na,nab,nb->n", bar(u), chain, v))
    else:
        chain = np.einsum(
            "nab,nbc,ncd->nad", slash(q) @ second, m2 * np.eye(4) - slash(p2), slash(pi0) @ first
        )
        for u, v in product(spinors(other, m1), spinors(last, m1, anti=True)):
            total += squared(np.einsum("na,nab,nb->n", bar(u), chain, v))
    spin = ZPrimeDirac(m1=m1, m2=m2, G_X=1e-5, c_V=c_v, c_A=c_a).spin("K_L0", "X1 X2", "X1 pi0")
    np.testing.assert_allclose(total / np.mean(total[[0, -1]]), 1 + float(spin.slope) * cos, atol=1e-9)
    if c_v in {1j, 0.0} or c_a == 0.0:
        assert spin.slope == 0.0
    if abs(c_v) == abs(c_a) == 1.0 and c_v != 1j:
        assert float(spin.slope) == pytest.approx(0.851, abs=1e-3)


@pytest.mark.parametrize("d", [0.0, 1.0, 1j, 0.5])
def test_photons_of_a_dipole_pair_from_the_whole_chain(d: complex) -> None:
    """K_L -> psi2 psi2-bar by an axial current, both to psi1 gamma: 1 + alpha^2 n.n'."""
    from darkpair.chains.models import Dipole, ZPrimeDirac, combine

    rng = np.random.default_rng(21)
    kaon, m2, m1 = 0.4976, 0.2, 0.0
    p = float(two_body_momentum(kaon, m2, m2))
    energy = np.hypot(p, m2)
    k = (m2**2 - m1**2) / (2 * m2)
    n = rng.normal(size=(2, N, 3))
    n /= np.linalg.norm(n, axis=2)[:, :, None]
    photons, parents = [], []
    for sign, direction in zip((1.0, -1.0), n, strict=True):
        gamma, eta = energy / m2, sign * p / m2
        e, z = k * (gamma + eta * direction[:, 2]), k * (gamma * direction[:, 2] + eta)
        photons.append(np.column_stack([e, k * direction[:, 0], k * direction[:, 1], z]))
        parents.append(np.tile([energy, 0.0, 0.0, sign * p], (N, 1)))
    q = parents[0] + parents[1]
    lasts = [parents[i] - photons[i] for i in range(2)]
    down, up = chiral(1.0, d), chiral(1.0, -np.conj(d))
    total = np.zeros(N)
    for e1, e2 in product(polarisations(photons[0]), polarisations(photons[1])):
        s1 = slash(photons[0]) @ slash(e1) @ down
        s2 = up @ slash(photons[1]) @ slash(e2)
        chain = (
            s1
            @ (slash(parents[0]) + m2 * np.eye(4))
            @ slash(q)
            @ G5
            @ (m2 * np.eye(4) - slash(parents[1]))
            @ s2
        )
        for u, v in product(spinors(lasts[0], m1), spinors(lasts[1], m1, anti=True)):
            total += squared(np.einsum("na,nab,nb->n", bar(u), chain, v))
    portal = ZPrimeDirac(m1=m1, m2=m2, G_X=1e-5, c_A22=1.0)
    spin = combine(portal, Dipole(m1=m1, m2=m2, mu=1.0, d=d)).spin("K_L0", "X2 X2", "X1 gamma")
    expected = 1 + float(spin.slope) * np.sum(n[0] * n[1], axis=1)
    np.testing.assert_allclose(total / np.mean(total) * np.mean(expected), expected, atol=1e-9)
    assert float(spin.slope) == pytest.approx({0.0: 0.0, 1.0: 1.0, 1j: 0.0, 0.5: 0.64}[d])
