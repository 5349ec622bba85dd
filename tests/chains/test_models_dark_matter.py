"""Dark matter: cross sections, thermal averages, relic couplings, mediator, CMB."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import kn

from darkpair.chains.dark_currents import FermionCurrent
from darkpair.chains.matrix_elements import CurrentDecay
from darkpair.chains.models import Inputs
from darkpair.chains.models.dark_matter import (
    PICOBARN,
    coannihilation_ratio,
    energy_injection,
    fermion_sigma_v,
    largest_mass_gap,
    mediator_lifetime,
    mediator_width,
    p_wave_average,
    relic_quartic,
    relic_yukawa,
    scalar_sigma_v,
    thermal_average,
    velocity_average,
)
from darkpair.gen.errors import InputError

PDG = Inputs()


def near(value: Any, rel: float = 1e-6) -> Any:
    """Relative comparison alone: pytest.approx would let 1e-12 pass, and widths are far smaller."""
    return pytest.approx(value, rel=rel, abs=0.0)


def test_p_wave_annihilation() -> None:
    rate = fermion_sigma_v(0.3, y=0.01, m=0.1, m_phi=0.0)
    assert rate == near(0.09 * 3 * 1e-8 / (128 * np.pi * 0.01), rel=1e-12)
    # the paper's point: v^2 = .1 of one particle, and sigma times that velocity
    printed = fermion_sigma_v(2 * np.sqrt(0.1), y=0.01, m=0.1, m_phi=0.0) / 2
    assert printed / PICOBARN == near(0.581, rel=0.005)
    assert fermion_sigma_v(0.3, y=0.01, m=0.1, m_phi=0.1) == 0.0
    x = 0.36
    shape = (1 - x / 2) ** -4 * (1 - 8 / 9 * x + 2 / 9 * x**2) * np.sqrt(1 - x)
    assert fermion_sigma_v(0.3, y=0.01, m=0.1, m_phi=0.06) == near(rate * shape, rel=1e-12)


def test_p_wave_from_explicit_spinors() -> None:
    """Leading order in velocity of the t- and u-channel amplitude, summed over spins numerically."""
    g0 = np.diag([1.0, 1, -1, -1]).astype(complex)
    pauli = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
    gamma = [g0] + [np.block([[np.zeros((2, 2)), s], [-s, np.zeros((2, 2))]]) for s in pauli]

    def slash(p: np.ndarray) -> np.ndarray:
        return np.asarray(p[0] * gamma[0] - p[1] * gamma[1] - p[2] * gamma[2] - p[3] * gamma[3])

    m, m_phi, v = 1.0, 0.4, 1e-3
    energy = m / np.sqrt(1 - v**2)
    p1, p2 = np.array([energy, 0, 0, energy * v]), np.array([energy, 0, 0, -energy * v])
    k = np.sqrt(energy**2 - m_phi**2)
    nodes, weights = np.polynomial.legendre.leggauss(12)
    total = 0.0
    for cos, weight in zip(nodes, weights, strict=True):
        k1 = np.array([energy, k * np.sqrt(1 - cos**2), 0, k * cos])
        chain = np.zeros((4, 4), complex)
        for q in (p1 - k1, k1 - p2):
            chain += (slash(q) + m * np.eye(4)) / (q[0] ** 2 - np.sum(q[1:] ** 2) - m**2)
        trace = (slash(p2) - m * np.eye(4)) @ chain @ (slash(p1) + m * np.eye(4)) @ g0 @ chain.conj().T @ g0
        total += weight * np.real(np.trace(trace)) / 4  # spin average
    # sigma v_rel = |M|^2 / (4 E^2) * beta / (8 pi) * 1/2 * (1/2 int dcos)
    rate = total / 2 / (4 * energy**2) * (k / energy) / (8 * np.pi) / 2
    assert fermion_sigma_v(2 * v, y=1.0, m=m, m_phi=m_phi) == near(rate, rel=1e-4)


def test_s_wave_annihilation() -> None:
    energy, m_phi = 0.12, 0.05
    # M = 4 lambda; |M|^2 / (4 E^2) * beta / (8 pi) * 1/2
    beta = np.sqrt(1 - (m_phi / energy) ** 2)
    expected = (4 * 0.1) ** 2 / (4 * energy**2) * beta / (8 * np.pi) / 2
    assert scalar_sigma_v(energy, coupling=0.1, m_phi=m_phi) == near(expected, rel=1e-12)
    assert scalar_sigma_v(0.04, coupling=0.1, m_phi=m_phi) == 0.0


def test_velocity_average() -> None:
    ours = velocity_average(lambda v: 3.0 * v**2, 20.0)
    assert ours == near(float(p_wave_average(3.0, 20.0)), rel=1e-12)
    assert velocity_average(np.ones_like, 20.0) == near(1.0, rel=1e-12)


@pytest.mark.parametrize("m_phi", [0.05, 0.1, 0.13])
def test_relativistic_average_against_two_energies(m_phi: float) -> None:
    """The same average as an integral over both Boltzmann distributions and the angle between them."""
    m, x = 0.1, 20.0
    temperature = m / x
    nodes, weights = np.polynomial.legendre.leggauss(120)
    p, wp = 1.5 * m * (1 + nodes), 1.5 * m * weights
    e = np.hypot(p, m)
    p1, p2, cos = np.meshgrid(p, p, nodes, indexing="ij")
    w = np.einsum("i,j,k->ijk", wp, wp, weights)
    e1, e2 = np.hypot(p1, m), np.hypot(p2, m)
    s = 2 * m**2 + 2 * e1 * e2 - 2 * p1 * p2 * cos
    # sigma v_Moller = sigma v_rel(cm) (s/4) / (E1 E2)
    rate = scalar_sigma_v(np.sqrt(s) / 2, coupling=1.0, m_phi=m_phi) * s / (4 * e1 * e2)
    boltzmann = np.exp(-(e1 + e2 - 2 * m) / temperature) * p1**2 * p2**2
    brute = np.sum(w * boltzmann * rate) / np.sum(w * boltzmann)
    ours = thermal_average(
        lambda energy: scalar_sigma_v(energy, coupling=1.0, m_phi=m_phi), m=m, m_final=m_phi, x=x
    )
    assert ours == near(brute, rel=2e-3)
    assert np.sum(wp * p**2 * np.exp(-e / temperature)) == near(m**2 * temperature * kn(2, x), rel=1e-6)


def test_relic_yukawa() -> None:
    y = relic_yukawa(0.1, 0.02, PDG)
    closed = p_wave_average(fermion_sigma_v(1.0, y=y, m=0.1, m_phi=0.02), 20.0)
    assert closed / PICOBARN == near(1.0, rel=1e-3)
    assert y == near(0.0103, rel=0.02)
    assert relic_yukawa(0.1, 0.02, PDG.replace(sigma_v_relic=16.0)) == near(2 * y, rel=1e-9)
    with pytest.raises(InputError, match="closed"):
        relic_yukawa(0.1, 0.1, PDG)


def test_relic_quartic_secluded_and_forbidden() -> None:
    secluded = relic_quartic(0.1, 0.01, PDG)
    rate = scalar_sigma_v(0.1, coupling=secluded, m_phi=0.01)  # at rest
    assert rate / PICOBARN == near(1.0, rel=0.2)  # up to relativistic corrections of 3/x
    gaps = np.array([0.1, 0.2, 0.3])
    needed = [relic_quartic(0.1, 0.1 * (1 + gap), PDG) for gap in gaps]
    slopes = np.diff(np.log(np.array(needed) ** 2)) / np.diff(gaps)
    np.testing.assert_allclose(slopes, 40.0, rtol=0.1)  # exp(-2 Delta m / T) at x = 20


@pytest.mark.parametrize("m", [0.01, 0.03, 0.1, 0.2])
def test_largest_gap_of_forbidden_annihilation(m: float) -> None:
    gap = largest_mass_gap(m, PDG)
    assert gap == pytest.approx(0.6, abs=0.1)
    assert relic_quartic(m, m * (1 + gap), PDG) == near(1.0, rel=1e-6)


def test_mediator_decays_before_nucleosynthesis() -> None:
    for theta2 in (1e-9, 1e-8):
        assert np.all(mediator_lifetime(np.array([0.01, 0.05, 0.25]), np.sqrt(theta2), PDG) < 1.0)
    electron, vev = 0.51099895e-3, 246.22
    expected = 1e-8 * electron**2 * 0.05 / (8 * np.pi * vev**2) * (1 - 4 * electron**2 / 0.05**2) ** 1.5
    assert mediator_width(0.05, 1e-4, PDG) == near(expected, rel=1e-4)
    assert mediator_lifetime(0.001, 1e-4, PDG) == np.inf


def test_cosmic_microwave_background() -> None:
    # an s-wave picobarn of 100 MeV is excluded; a p-wave one with v ~ 1e-6 at recombination is not
    assert energy_injection(PICOBARN, 0.1, PDG) > 100.0
    y = relic_yukawa(0.1, 0.02, PDG)
    late = fermion_sigma_v(1e-6, y=y, m=0.1, m_phi=0.02)
    assert energy_injection(late, 0.1, PDG) < 1e-6
    # 1 pb c = 2.998e-26 cm^3/s
    assert energy_injection(PICOBARN, 1.0, PDG) * PDG["cmb_limit"] == near(2.998e-26, rel=1e-3)


def test_the_meson_vertex_is_too_weak_to_freeze_out() -> None:
    assert coannihilation_ratio(0.05, 0.35, PDG["G_F"], PDG) < 1e-6
    assert coannihilation_ratio(0.2, 0.2001, PDG["G_F"], PDG) < 0.01  # even when degenerate


def test_coannihilation_at_threshold_from_the_decay_tensors() -> None:
    """psi1 psi2-bar -> f f-bar at rest: the spin-averaged amplitude is the crossed one of psi2 -> psi1 f f-bar."""
    m1, m2 = 0.2, 0.21
    sm = [(0.5, 0.5, 3.0), (-0.5 + 2 * PDG["sin2_theta_W"], -0.5, 1.0)]
    rate = 0.0
    for g_v, g_a, families in sm:
        dark = FermionCurrent(m1=m1, m2=m2, c_V=1.0, c_A=0.0)
        strength = families * 2.0 * PDG["G_F"] ** 2
        amplitude = CurrentDecay(current=dark, strength=strength, mf=0.0, g_v=g_v, g_a=g_a)
        # the decay averages over the 2 spins of psi2; annihilation over 4: half of it
        rate += float(amplitude.averaged((m1 + m2) ** 2 * (1 + 1e-12))) / 2 / (4 * m1 * m2) / (8 * np.pi)
    rarity = (m2 / m1) ** 1.5 * np.exp(-20.0 * (m2 - m1) / m1)
    assert coannihilation_ratio(m1, m2, PDG["G_F"], PDG) == near(rate * rarity / PICOBARN, rel=1e-6)
