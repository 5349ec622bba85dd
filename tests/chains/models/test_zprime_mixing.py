"""Neutral currents and Higgs decays of the mixing: closed forms with numbers written here, limits, and what is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from darkpair.chains.models.zprime_mixing import (
    charged_vev_mass,
    higgs_couplings,
    higgs_width,
    neutral_current_excess,
)
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.particles import particle
from tests.shared.model_coefficients import GF, PAPER, PDG, near

EPS, M_X, M_Z = 2e-3, 12.0, particle("Z0").mass
VEV2 = 1.0 / (math.sqrt(2.0) * PDG["G_F"])
V, ANGLE = math.sqrt(VEV2), EPS * M_Z**2 / (M_Z**2 - M_X**2)


def test_exchange_of_the_zprime() -> None:
    """eps^2 m_Z^2 / (m_Z'^2 + q^2): delta^2 at rest, half of it at q^2 = m_Z'^2, broadcast over masses."""
    assert neutral_current_excess(EPS, M_X) == near((EPS * 91.1876 / M_X) ** 2, rel=1e-4)
    assert neutral_current_excess(EPS, M_X) == near((EPS * M_Z / M_X) ** 2, rel=1e-12)
    assert neutral_current_excess(EPS, M_X, M_X**2) == near(0.5 * (EPS * M_Z / M_X) ** 2, rel=1e-12)
    grid = neutral_current_excess(EPS, np.array([5.0, M_X]), np.array([[1.0], [2.0], [30.0]]))
    assert grid.shape == (3, 2)
    assert grid[2, 1] == near(EPS**2 * M_Z**2 / (M_X**2 + 30.0), rel=1e-12)


@pytest.mark.parametrize("inputs", [PDG, PAPER])
def test_mass_of_the_doublet_behind_the_mixing(inputs: Any) -> None:
    """q eps g_X g v^2 / (2 c_W), with c_W and g = 2 M_W / v from s_W^2 and M_W of the inputs."""
    v2 = 1.0 / (math.sqrt(2.0) * inputs["G_F"])
    g, c = 2.0 * inputs["M_W"] / math.sqrt(v2), math.sqrt(1.0 - inputs["sin2_theta_W"])
    for charge in (1.0, 0.25):
        ours = charged_vev_mass(EPS, 0.7, charge, inputs)
        assert ours == near(charge * EPS * 0.7 * g * v2 / (2.0 * c), rel=1e-9)
    assert charged_vev_mass(EPS, np.array([0.7, 1.4]), 1.0, inputs).tolist()[1] == near(
        2.0 * float(charged_vev_mass(EPS, 0.7, 1.0, inputs)), rel=1e-12
    )


def test_couplings_of_the_higgs_boson() -> None:
    """Independent: 2 m_Z^2 theta / v and theta times that; aligned: less what moves with the field, 0.5 GeV^2 of it charged."""
    one, two = higgs_couplings(EPS, M_X, PDG)
    assert one == near(2.0 * M_Z**2 * ANGLE / V, rel=1e-9)
    assert two == near(2.0 * M_Z**2 * ANGLE**2 / V, rel=1e-9)
    assert higgs_couplings(EPS, M_X, PDG, charged=0.5) == (one, two)
    for charged in (0.0, 0.5):
        one, two = higgs_couplings(EPS, M_X, PDG, completion="aligned", charged=charged)
        # theta m_Z^2 - eps m_Z^2 = eps m_Z^2 m_Z'^2 / (m_Z^2 - m_Z'^2)
        assert one == near((2.0 / V) * (ANGLE * M_X**2 - ANGLE * charged), rel=1e-9)
        assert two == near((2.0 / V) * (M_Z**2 * ANGLE**2 - 2.0 * EPS * M_Z**2 * ANGLE + charged), rel=1e-9)
    plain = higgs_couplings(EPS, M_X, PDG, completion="aligned")
    for ours, other in zip(
        plain, higgs_couplings(EPS, M_X, PDG, completion="aligned", charged=0.0), strict=True
    ):
        assert ours == other
    assert all(type(x) is np.ndarray for x in plain)
    grid = higgs_couplings(np.array([EPS, 2.0 * EPS]), np.array([[5.0], [M_X]]), PDG)
    assert [x.shape for x in grid] == [(2, 2), (2, 2)]
    assert grid[1][1, 1] == near(4.0 * 2.0 * M_Z**2 * ANGLE**2 / V, rel=1e-9)


@pytest.mark.parametrize("completion", ["independent", "aligned"])
@pytest.mark.parametrize("charged", [0.0, 0.5])
def test_higgs_widths(completion: str, charged: float) -> None:
    """|a|^2 (2 + (pair's p1.p2 / m1 m2)^2) p / (8 pi m_h^2), and half of that where the two are alike."""
    a, b = higgs_couplings(EPS, M_X, PDG, completion=completion, charged=charged)
    m_h = PDG["m_h"]
    for final, coupling, other, share in (("Z Z'", a, M_Z, 1.0), ("Z' Z'", b, M_X, 0.5)):
        product = 0.5 * (m_h**2 - other**2 - M_X**2)
        p = math.sqrt((m_h**2 - other**2 - M_X**2) ** 2 - 4.0 * (other * M_X) ** 2) / (2.0 * m_h)
        spins = 2.0 + (product / (other * M_X)) ** 2
        expected = share * float(coupling) ** 2 * spins * p / (8.0 * math.pi * m_h**2)
        ours = higgs_width(final, EPS, M_X, PDG, completion=completion, charged=charged)
        assert ours == near(expected, rel=1e-9), final
    assert higgs_width("Z Z'", EPS, 40.0, PDG) == 0.0
    assert higgs_width("Z' Z'", EPS, np.array([5.0, 70.0]), PDG)[1] == 0.0


def test_defaults_are_the_independent_completion() -> None:
    for final in ("Z Z'", "Z' Z'"):
        plain = higgs_width(final, EPS, M_X, PDG)
        assert plain == higgs_width(final, EPS, M_X, PDG, completion="independent", charged=3.0)
        aligned = higgs_width(final, EPS, M_X, PDG, completion="aligned")
        assert aligned == higgs_width(final, EPS, M_X, PDG, completion="aligned", charged=0.0)
        assert aligned != plain


def test_the_mixing_is_small_below_the_mass_of_the_z() -> None:
    for mass in (0.0, M_Z, 200.0, math.nan, np.array([5.0, M_Z])):
        with pytest.raises(
            InputError, match=r"allowed: above 0 and below m_Z = 91.19 GeV, where the mixing is small$"
        ):
            higgs_couplings(EPS, mass, PDG)
    for mass in (1e-3, 0.5, M_Z - 0.01, 3):  # whole numbers are squared as numbers too
        assert np.isfinite(higgs_couplings(EPS, mass, PDG)).all()


def test_words_that_are_not_known() -> None:
    with pytest.raises(UnknownNameError, match="completion of the mixing 'heavy'.*independent, aligned"):
        higgs_couplings(EPS, M_X, PDG, completion="heavy")
    with pytest.raises(UnknownNameError, match="final state of h 'Z Z'.*Z' Z', Z Z'"):
        higgs_width("Z Z", EPS, M_X, PDG)
    with pytest.raises(UnknownNameError, match="completion of the mixing"):
        higgs_width("Z Z'", EPS, M_X, PDG, completion="heavy")


def test_mixing_of_a_vacuum_expectation_value() -> None:
    """A doublet of unit charge gives m_Z'^2 = (g_X v_X)^2 by itself; eps_Z = 2 g_X (c_W / g) (v_X / v)^2."""
    from darkpair.chains.models.zprime import mixing_from_vev

    g, c = 2.0 * PDG["M_W"] / V, math.sqrt(1.0 - PDG["sin2_theta_W"])
    v_x = np.array([2.0, 5.0])
    mixing = mixing_from_vev(0.7, v_x, PDG)
    np.testing.assert_allclose(mixing, 2.0 * 0.7 * c / g * (v_x / V) ** 2, rtol=1e-9)
    np.testing.assert_allclose(charged_vev_mass(mixing, 0.7, 1.0, PDG), (0.7 * v_x) ** 2, rtol=1e-9)


def test_unit_charge_is_the_fermi_constant() -> None:
    """The doublet's part of m_Z'^2 is G_X / G_F of it (the Notes), whatever the mixing."""
    from darkpair.chains.models.zprime import contact_coupling

    for g_x in (0.1, 1.3):
        ratio = float(contact_coupling(EPS, g_x, M_X, PDG)) / GF
        assert charged_vev_mass(EPS, g_x, 1.0, PDG) / M_X**2 == near(ratio, rel=1e-9)
