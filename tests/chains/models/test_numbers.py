"""The numbers that the amplitudes give, with the inputs that the paper prints unless said otherwise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from darkpair.chains.models import (
    Dipole,
    HiggsPortalFermion,
    HiggsPortalQuartic,
    HiggsPortalTrilinear,
    Impostor,
    Inputs,
    TwoHiggsDoublet,
    VirtualMeson,
    ZPrimeScalar,
)
from darkpair.chains.models.electroweak import higgs_vev, lambda_c, lambda_t, z_penguin
from darkpair.chains.models.higgs_portal import flavour_coefficient
from darkpair.chains.models.virtual_meson import effective_scale, eta_coupling, mixing_amplitude
from darkpair.chains.standard_model_rates import (
    b_to_k_nunu,
    grossman_nir_factor,
    k_long_to_pi_nunu,
    k_long_to_pi_nunu_amplitude,
    k_plus_to_pi_nunu,
    relevant_part,
)
from tests.shared.model_coefficients import (
    ETA,
    GF,
    HIGH,
    KAON,
    NEAR_ZERO,
    PAPER,
    PDG,
    PION,
    coefficient,
    length,
    near,
    root,
)


def test_electroweak() -> None:
    assert higgs_vev(PDG) == near(246.22, rel=1e-4)
    assert flavour_coefficient(PDG) == near(5.98e-7, rel=0.01)  # GeV^-2; 5.98e-13 MeV^-2
    assert lambda_t(PDG).real == near(-3.11e-4, rel=0.005)
    assert lambda_t(PDG).imag == near(1.362e-4, rel=0.005)
    assert lambda_c(PDG).real == near(-0.2203, rel=0.005)
    assert lambda_c(PDG).imag == near(-1.4e-4, rel=0.05)
    assert lambda_t(PAPER).imag == 1.4e-4


def test_flavour_changing_coupling_of_the_zprime() -> None:
    real, imag = z_penguin("sd", PDG)
    assert real == near(1.372e-6, rel=0.005)
    assert imag == near(0.578e-6, rel=0.005)
    assert np.hypot(*z_penguin("bs", PDG)) == near(1.69e-4, rel=0.005)
    assert z_penguin("sd", PAPER)[0] == near(1.45e-6, rel=1e-12)
    logs = z_penguin("sd", HIGH)[0] / z_penguin("sd", PAPER)[0]
    assert logs**2 == near(6.96, rel=0.005)
    assert z_penguin("sd", PDG, np.array([500.0, 1e4])).__len__() == 2


def test_standard_model_rates() -> None:
    assert k_plus_to_pi_nunu(PDG) == near(0.80e-10, rel=0.01)
    assert k_long_to_pi_nunu(PDG) == near(0.269e-10, rel=0.005)
    assert k_long_to_pi_nunu_amplitude(PDG) == near(2.9e-11, rel=0.1)
    assert k_long_to_pi_nunu_amplitude(PDG) == near(0.288e-10, rel=0.01)
    assert b_to_k_nunu(PDG) == near(3.92e-6, rel=0.005)
    assert grossman_nir_factor(PDG) == near(4.33, rel=0.005)


def test_selection_rules() -> None:
    rules = {
        (operator, pion): relevant_part(operator, with_pion=pion)
        for operator in ("vector", "scalar")
        for pion in (False, True)
    }
    assert rules == {
        ("vector", False): "real",
        ("vector", True): "imag",
        ("scalar", False): "imag",
        ("scalar", True): "real",
    }


def test_models_follow_the_selection_rules() -> None:
    real, imag = z_penguin("sd", PDG)
    light = {"m1": 0.0, "m2": 0.01, "inputs": PDG}
    vector = ZPrimeScalar(G_X=GF, **light)  # type: ignore[arg-type]
    ratio = vector.partial_width("K_L0", "pi0 X1 X2") / vector.partial_width("K+", "pi+ X1 X2")
    assert ratio == near(imag**2 / (real**2 + imag**2), rel=0.15)  # up to the masses
    scalar = HiggsPortalQuartic(lambda_12=1.0, **light)  # type: ignore[arg-type]
    ratio = scalar.partial_width("K_L0", "pi0 X1 X2") / scalar.partial_width("K+", "pi+ X1 X2")
    assert ratio == near((lambda_t(PDG).real / abs(lambda_t(PDG))) ** 2, rel=0.15)


# -- Higgs portal ------------------------------------------------------------------------------------------


def higgs_cases(inputs: Inputs) -> tuple[float, float, float]:
    """K_L branching ratios of the three cases with h -> dark at a tenth of the Higgs width, massless pairs."""
    quartic = HiggsPortalQuartic(m1=0.0, m2=NEAR_ZERO, lambda_12=1.0, inputs=inputs).saturating(0.1)
    fermion = HiggsPortalFermion(m1=0.0, m2=NEAR_ZERO, A_3=1.0, y_X=1.0, m_S3=10.0, inputs=inputs).saturating(
        0.1
    )
    trilinear = HiggsPortalTrilinear(
        m1=0.0, m2=NEAR_ZERO, A_3=1.0, B=1.0, m_S3=10.0, inputs=inputs
    ).saturating(0.1)
    models = (quartic, fermion, trilinear)
    for model in models:
        assert model.branching_ratio("h", model.PAIR) == near(0.1, rel=1e-9)
    return tuple(float(m.branching_ratio("K_L0", m.PAIR)) for m in models)  # type: ignore[return-value]


def test_higgs_portal() -> None:
    one, two, three = higgs_cases(PAPER)
    assert one == near(7.58e-13, rel=0.02)
    assert two == near(2.94e-13, rel=0.02)
    assert three == near(1.855e-8, rel=0.02)
    one, two, three = higgs_cases(PDG)
    assert one == near(6.5e-13, rel=0.02)
    assert two == near(2.5e-13, rel=0.02)
    assert three == near(1.58e-8, rel=0.02)


def test_identical_scalars() -> None:
    """lambda_22 v h S2^2: amplitude 2 lambda_22 v, half of phase space; the kaon goes with the Higgs boson."""
    m2 = 0.2
    model = HiggsPortalQuartic(m1=0.0, m2=m2, lambda_12=0.0, lambda_22=0.01)
    higgs = PDG["m_h"]
    expected = 0.5 * (2 * 0.01 * higgs_vev(PDG)) ** 2 * root(higgs, m2, m2) / (16 * np.pi * higgs**3)
    assert model.partial_width("h", "X2 X2") == near(expected, rel=1e-9)
    other = HiggsPortalQuartic(m1=m2, m2=m2, lambda_12=np.sqrt(2) * 0.01)
    assert model.partial_width("K_L0", "X2 X2") == near(other.partial_width("K_L0", "X1 X2"), rel=1e-12)
    assert model.partial_width("K_L0", "X1 X2") == 0.0
    heavy = HiggsPortalTrilinear(m1=0.0, m2=m2, A_3=2.0, B=0.0, B_22=3.0, m_S3=10.0)
    ratio = heavy.partial_width("K_L0", "X2 X2") / model.partial_width("K_L0", "X2 X2")
    assert ratio == near((6.0 / (100.0 - KAON**2) / 0.01) ** 2, rel=1e-9)


def test_mediator_enhances_by_its_propagators() -> None:
    one, _, three = higgs_cases(PAPER)
    assert (PAPER["m_h"] / 10.0) ** 4 == near(2.449e4, rel=0.01)
    assert three / one == near(2.449e4, rel=0.012)  # full propagators: .8 % below
    assert three / one == near(((125.10**2 - 100.0) / (100.0 - KAON**2)) ** 2, rel=1e-6)


# -- second doublet, impostor, dipole, virtual mesons ---------------------------------------------------------


def test_two_higgs_doublet() -> None:
    model = TwoHiggsDoublet(m1=0.0, m2=0.3, y_lambda=1e-3, m_A=1000.0, inputs=PAPER)
    assert model.effective_mass() == near(29.57e-9, rel=0.005)
    assert length(model, "X1 pi0", root(1, 0, PION / 0.3)) == near(3400.0, rel=0.01)
    assert coefficient(model, "eta", "X1 X2", root(1, 0, 0.3 / ETA)) == near(1.17e-8, rel=0.02)


def test_impostor() -> None:
    model = Impostor(m1=0.0, m2=PION, lambda_Psi=1.0, m_Psi=1000.0)
    assert model.ctau("X2") == near(2990.0, rel=0.01)
    heavier = replace(model, m2=2 * PION)
    assert model.ctau("X2") / heavier.ctau("X2") == near(8.0, rel=1e-9)


def test_dipole() -> None:
    model = Dipole(m1=0.0, m2=0.1, mu=1e-5)
    assert model.ctau("X2") == near(49.6, rel=0.005)
    y = np.array([0.9, 0.99, 0.999])
    widths = Dipole(m1=0.1 * y, m2=0.1, mu=1e-5).partial_width("X2", "X1 gamma")
    np.testing.assert_allclose(widths, model.partial_width("X2", "X1 gamma") * (1 - y**2) ** 3, rtol=1e-9)
    majorana = replace(model, majorana=True)
    assert majorana.width("X2") == near(4 * model.width("X2"), rel=1e-12)
    chiral = replace(model, d=1e-5)
    assert chiral.width("X2") == near(2 * model.width("X2"), rel=1e-12)


def test_virtual_mesons() -> None:
    unrounded = PAPER.replace(eta_coupling=2 * 19 / np.sqrt(3))
    assert unrounded["eta_coupling"] == near(21.94, rel=1e-4)
    assert eta_coupling(PAPER.replace(ms_over_md=19.0)) == 22.0
    assert eta_coupling(PDG.replace(ms_over_md=19.0)) == near(21.36, rel=1e-3)
    assert mixing_amplitude(unrounded) == near(1.657e-5, rel=0.005)
    pion_alone = mixing_amplitude(PAPER.replace(eta_coupling=0.0))
    assert pion_alone == near(-3.05e-7, rel=0.005)
    model = VirtualMeson(m1=0.0, m2=0.3, m_eff=1e-7, inputs=unrounded)
    assert 8.5e-9 < coefficient(model, "K_L0", "X1 X2", root(1, 0, 0.3 / KAON)) < 9.0e-9
    model = replace(model, inputs=PAPER)
    assert 8.5e-9 < coefficient(model, "K_L0", "X1 X2", root(1, 0, 0.3 / KAON)) < 9.0e-9
    assert coefficient(model, "eta", "X1 X2", root(1, 0, 0.3 / ETA)) == near(1.34e-7, rel=0.01)
    assert length(model, "X1 pi0", root(1, 0, PION / 0.3)) == near(297.6, rel=0.005)


def test_down_quark_alone() -> None:
    model = VirtualMeson(m1=0.0, m2=0.3, m_eff=1e-6, flavour="d-only", inputs=PAPER)
    assert coefficient(model, "K_L0", "X1 X2", root(1, 0, 0.3 / KAON)) == near(1.74e-9, rel=0.005)
    assert length(model, "X1 pi0", root(1, 0, PION / 0.3)) == near(2.976, rel=0.005)
    assert effective_scale(1e-6, PAPER) == near(169.8e3, rel=0.005)
