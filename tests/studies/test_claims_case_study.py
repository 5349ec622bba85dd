"""Values of the claims of sections III.D, IV.C and VI, each by another way: numbers of the PDG and formulas in this file."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pytest

from darkpair.chains.standard_model_rates import k_long_to_pi_nunu
from darkpair.studies.paper.claim import Claim
from darkpair.studies.paper.claims import audit_claims

# PDG 2020 [GeV], [s]; the paper's F_pi, condensate, m_s/m_d, eta coupling, M_K_pi
M_K, M_KPLUS, M_PI, M_ETA, M_B = 0.497611, 0.493677, 0.1349768, 0.547862, 5.27934
M_PIPLUS = 0.13957039
TAU_K, TAU_KPLUS, HBAR, HBAR_C_M = 5.116e-8, 1.238e-8, 6.582120e-25, 1.973270e-16
G_F, V, M_Z, M_W = 1.1663787e-5, 246.22, 91.1876, 80.379
A_PI, A_ETA = (-7e-8 / (M_K**2 - M_PI**2), -7e-8 / math.sqrt(3.0) / (M_K**2 - M_ETA**2))


@cache
def claims() -> list[Claim]:
    """Made by the tests, not by whoever collects them: a second."""
    return audit_claims()


def kallen(a: Any, b: Any, c: Any) -> Any:
    return (a - b - c) ** 2 - 4.0 * b * c


def row(words: str) -> Claim:
    (found,) = (claim for claim in claims() if words in claim.claim)
    return found


def two_body(m: float, a: float, b: float, amplitude: float) -> float:
    return math.sqrt(float(kallen(m**2, a**2, b**2))) / (2.0 * m) * amplitude**2 / (8.0 * math.pi * m**2)


def test_virtual_meson_at_100_ev() -> None:
    amplitude = 1e-7 * (A_PI + 22.0 * A_ETA)
    ratio = two_body(M_K, 0.0, 0.3, amplitude) * TAU_K / HBAR
    length = 100.0 * HBAR_C_M / two_body(0.3, 0.0, M_PI, 1e-7)
    values = row("m_eff of 100 eV gives").values
    assert values[0] == pytest.approx(ratio, rel=2e-3)
    assert values[1] == pytest.approx(ratio / 2.85e-11, rel=0.03)
    assert values[2] == pytest.approx(length, rel=2e-3)


def test_eta_beside_pi0() -> None:
    assert row("the eta's part").values[0] == pytest.approx(22.0 * A_ETA / -A_PI, rel=1e-3)


def test_effective_mass_of_a_yukawa() -> None:
    mass = 1e9 * 1e-3 * V * 0.015625 / (math.sqrt(2.0) * 0.092 * 1e6)
    low, high, heavy = row("Yukawa couplings of 1e-3").values
    assert (low, high) == pytest.approx((mass, 10.0 * mass), rel=1e-3)
    assert heavy == pytest.approx(1e-3 * 100.0 / mass * 53.94 * 19.0, rel=1e-3)


def test_strange_quark_of_the_down_model() -> None:
    def amplitude(ratio: float) -> float:
        return A_PI + A_ETA * (2.0 * ratio - 1.0) / math.sqrt(3.0)

    fall, zero = row("extremely sensitive").values
    assert fall == pytest.approx((amplitude(0.0) / amplitude(1.0)) ** 2, rel=5e-3)
    assert amplitude(zero) == pytest.approx(0.0, abs=1e-3 * abs(A_PI))


def test_ckm_is_the_inverse_of_v_td() -> None:
    assert row("V_tb^* V_ts").values[0] == pytest.approx(1.0 / 8.54e-3, rel=0.01)  # PDG 2020's fit


def test_missing_mass_of_b_decays() -> None:
    closed, moved = row("missing mass in B decays").values
    assert closed == pytest.approx((M_K / (M_B - M_KPLUS)) ** 2, rel=1e-3)

    def mean(m1: float, m2: float) -> float:
        # poles of f_+ and f_0 at the B_s* and its scalar partner; q_mu sees the splitting of the masses
        q2 = np.linspace((m1 + m2) ** 2 + 1e-9, (M_B - M_KPLUS) ** 2, 20_000)
        plus, zero = (1.0 / (1.0 - q2 / pole2) for pole2 in (5.415**2, 38.8))
        big = np.sqrt(np.maximum(kallen(M_B**2, M_KPLUS**2, q2), 0.0))
        k = np.sqrt(np.maximum(kallen(q2, m1**2, m2**2), 0.0) / q2) / 2.0
        across = (M_B**2 - M_KPLUS**2) * (m2**2 - m1**2) / q2
        squared = (zero * across) ** 2 + (plus * 2.0 * k * big / np.sqrt(q2)) ** 2 / 3.0
        weight = squared * big * k / np.sqrt(q2)
        return math.sqrt(float(np.sum(q2 * weight) / np.sum(weight)))

    assert 1.0 + moved == pytest.approx(mean(0.0476, 0.45) / mean(0.0, 1e-4), abs=0.015)


def test_dirac_curves() -> None:
    # twice the axial current of eq. 42 between Majorana fields: amplitude 2 and identical-field factor 1/2 from a meson
    assert row("Fig. 4").values == pytest.approx((math.sqrt(2.0), math.sqrt(2.0), 2.0), rel=1e-9)


def test_leptons_of_the_zprime() -> None:
    g_z = 2.0 * M_Z / V
    leptons = 2.0 * (0.01 * g_z / 2.0) ** 2 * (0.25 + 0.0376**2) / (12.0 * math.pi)
    assert row("Z' -> l+ l-").values[0] == pytest.approx(
        leptons * 48.0 * math.pi, rel=0.02
    )  # m_Z^2 is not M_W^2 / c_W^2


def test_portals_beat_the_standard_model() -> None:
    from darkpair.chains.models import Inputs

    background = k_long_to_pi_nunu(Inputs("paper"))
    phase = math.sqrt(kallen(1.0, 0.0, (0.24 / M_K) ** 2))
    r2 = (0.24 / M_K) ** 2
    # eq. 46 with the logarithm to 500 GeV in place of 10 TeV; eq. 29 as it is printed
    vector = 3e-7 * (math.log(500.0 / M_W) / math.log(1e4 / M_W)) ** 2 * r2 * (1.0 - r2) * phase
    values = row("exceeds pi0 nu nubar").values
    assert values[0] == pytest.approx(0.9 * vector / background, rel=0.15)  # nine in ten X2 give a pi0
    assert values[1] == pytest.approx(2e-8 * phase / background, rel=0.15)


@pytest.mark.parametrize(("index", "m2"), [(0, 0.1), (1, 0.3)])
def test_k_long_over_k_plus(index: int, m2: float) -> None:
    """K+ by its amplitude with the linear form factors of K_e3, summed over q^2; K_L by its two bodies."""
    coupling = G_F * 4.0 * (M_W / M_Z) / (math.sqrt(2.0) * 2.0 * M_W / V)  # eps_Z g_X / m_Z'^2, eq. 43
    log = math.log(500.0 / M_W) * 2.0
    top = (172.76 / M_W) ** 2 * log / 4.0 * (2.0 * M_W / V) ** 3 / (32.0 * math.pi**2 * M_W / M_Z)
    real, imag = 1.45e-6, 1.40e-4 * top
    q2 = np.linspace(m2**2, (M_KPLUS - M_PIPLUS) ** 2, 20_002)[1:-1]
    big = np.sqrt(kallen(M_KPLUS**2, M_PIPLUS**2, q2))
    k = (q2 - m2**2) / (2.0 * np.sqrt(q2))
    across = (M_KPLUS**2 - M_PIPLUS**2) / np.sqrt(q2) * m2**2 / np.sqrt(q2)
    plus, zero = (0.97 * (1.0 + slope * q2 / M_PIPLUS**2) for slope in (0.0297, 0.0140))
    squared = (zero * across) ** 2 + (plus * 2.0 * k * big / np.sqrt(q2)) ** 2 / 3.0
    weight = big / (2.0 * M_KPLUS) * k / np.sqrt(q2)  # p k / sqrt(q^2)
    three = float(np.sum(squared * weight)) * (q2[1] - q2[0]) / (64.0 * math.pi**3 * M_KPLUS**2)
    charged = three * 0.25 * coupling**2 * (real**2 + imag**2) * TAU_KPLUS  # P_L: half the vector current
    long = two_body(M_K, 0.0, m2, coupling * real * 0.117 * m2**2) * TAU_K
    assert row("more sensitive to the pair than K+").values[index] == pytest.approx(long / charged, rel=0.05)
