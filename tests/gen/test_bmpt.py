"""The BMPT parametrisation against the same formula written in laboratory momentum and angle, with invariants."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate

from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.particles import particle
from darkpair.gen.sources import bmpt
from darkpair.gen.sources.meson_table import meson_table, momentum_angle

PROTON, PI0 = particle("p+").mass, particle("pi0").mass


def pi0_in_the_laboratory(p: float, theta: float, beam: float = 400.0) -> float:
    """E d³sigma/dp³ [mb/GeV²] of pi0 on beryllium; x from the recoil's invariant mass."""
    energy, pt = math.hypot(p, PI0), p * math.sin(theta)
    along = math.sqrt(beam**2 - PROTON**2)
    s = 2.0 * PROTON**2 + 2.0 * PROTON * beam
    recoil2 = (beam + PROTON - energy) ** 2 - (along - p * math.cos(theta)) ** 2 - pt**2
    x = (s + PI0**2 - recoil2) / (s + PI0**2 - 1.88**2)
    if x >= 1.0:
        return 0.0
    a, b = 6.10 / x**0.153, 6.10**2 / (2.0 * x**0.478)
    plus = 62.3 * (1.0 - x) ** 3.45 * (1.0 + 1.57 * x) * x**-0.517
    plus *= (1.0 + a * pt + b * pt**2) * math.exp(-a * pt)
    return float(plus * 0.5 * (1.0 + 1.0 / (1.05 * (1.0 + x) ** 2.65)))


@pytest.mark.parametrize(
    ("p", "theta"), [(2.0, 0.2), (20.0, 0.005), (60.0, 0.01), (150.0, 0.004), (0.5, 1.2)]
)
def test_the_cross_section(p: float, theta: float) -> None:
    energy, pz = math.hypot(p, PI0), p * math.cos(theta)
    y = np.array([0.5 * math.log((energy + pz) / (energy - pz))])
    pt = np.array([p * math.sin(theta)])
    found = bmpt.invariant_cross_section("pi0", y, pt, beam_energy=400.0)
    assert found[0] == pytest.approx(pi0_in_the_laboratory(p, theta), rel=1e-9)


def test_the_table_is_the_formula_at_its_nodes() -> None:
    table = meson_table("pi0", beam_energy=400.0, generator="bmpt")
    i, j = 90, 12
    p, theta = momentum_angle(table.y_nodes[[i]], table.pt_nodes[[j]], PI0)
    expected = 2.0 * math.pi * table.pt_nodes[j] * pi0_in_the_laboratory(float(p[0]), float(theta[0]))
    i2, j2 = 70, 30
    p, theta = momentum_angle(table.y_nodes[[i2]], table.pt_nodes[[j2]], PI0)
    other = 2.0 * math.pi * table.pt_nodes[j2] * pi0_in_the_laboratory(float(p[0]), float(theta[0]))
    assert table.values[i, j] / table.values[i2, j2] == pytest.approx(expected / other, rel=1e-9)


def test_the_multiplicity_is_the_integral_over_momentum_and_angle() -> None:
    table = meson_table("pi0", beam_energy=400.0, generator="bmpt")

    def integrand(log_angle: float, log_p: float) -> float:
        p, theta = math.exp(log_p), math.exp(log_angle)
        jacobian = 2.0 * math.pi * math.sin(theta) * p**2 / math.hypot(p, PI0) * p * theta
        return jacobian * pi0_in_the_laboratory(p, theta)

    total, _ = integrate.dblquad(
        integrand,
        math.log(1e-2),
        math.log(400.0),
        math.log(1e-5),
        math.log(math.pi),
        epsrel=1e-4,
        epsabs=1e-2,
    )
    sigma = 9.012 / (6.022e23 * 77.8) * 1e27
    assert table.generator_multiplicity == pytest.approx(total / sigma, rel=3e-3)


def test_transverse_mass_scaling_of_eta() -> None:
    """Same transverse mass and same x: .48 of the pi0's."""
    eta = particle("eta").mass
    s = 2.0 * PROTON * (PROTON + 400.0)
    scale = (s + PI0**2 - 1.88**2) / (s + eta**2 - 1.88**2)
    pt = 0.4
    mt_eta = math.hypot(pt, eta)
    centre = bmpt.rapidity_of_centre(400.0)
    y_eta = centre + 1.2
    energy_pi = mt_eta * math.cosh(1.2) * scale  # of the pi0 with the same x
    y_pi = centre + math.acosh(energy_pi / mt_eta)
    pt_pi = math.sqrt(mt_eta**2 - PI0**2)
    ours = bmpt.invariant_cross_section("eta", np.array([y_eta]), np.array([pt]), beam_energy=400.0)
    pion = bmpt.invariant_cross_section("pi0", np.array([y_pi]), np.array([pt_pi]), beam_energy=400.0)
    assert ours[0] == pytest.approx(0.48 * pion[0], rel=1e-9)


def test_kaons_and_targets() -> None:
    centre = bmpt.rapidity_of_centre(400.0)
    y, pt = centre + np.linspace(0.0, 2.8, 6), np.full(6, 0.3)
    plus, minus, neutral = (
        bmpt.invariant_cross_section(m, y, pt, beam_energy=400.0) for m in ("K+", "K-", "K_L0")
    )
    assert np.all(np.diff(plus / minus) > 0.0)
    assert np.allclose(neutral, (plus + 3.0 * minus) / 4.0, rtol=2e-2)  # their masses differ
    # at xF = 0 and pT = .3 the power is .74 (.98 + .21 .09)
    copper = bmpt.invariant_cross_section("K+", y[:1], pt[:1], beam_energy=400.0, target="Cu")
    assert copper[0] / plus[0] == pytest.approx((63.546 / 9.012) ** (0.74 * 0.9989), rel=1e-9)
    shape = [meson_table("eta", beam_energy=400.0, generator="bmpt", target=t) for t in ("Be", "Cu")]
    means = [float((t.cell_integrals.sum(axis=1) * t.y_nodes[:-1]).sum()) for t in shape]
    assert means[1] < means[0]  # heavy targets make slower mesons


def test_bad_requests() -> None:
    with pytest.raises(InputError, match="BMPT for a beam of 5 GeV; allowed: 20 GeV or more"):
        meson_table("pi0", beam_energy=5.0, generator="bmpt")
    with pytest.raises(UnknownNameError, match="unknown target of bmpt 'Unobtainium'; known: Be, C"):
        meson_table("pi0", beam_energy=400.0, generator="bmpt", target="Unobtainium")
    with pytest.raises(InputError, match="no multiplicity of pi0 for a beam of 300 GeV; there are"):
        meson_table("pi0", beam_energy=300.0, generator="bmpt")
