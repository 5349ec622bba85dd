"""The numbers of the Z' portal and of diagonal couplings, cascades and endpoints."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

from darkpair.chains.matrix_elements import TripleDecay
from darkpair.chains.models import (
    HiggsPortalQuartic,
    Inputs,
    ZPrimeDirac,
    ZPrimeMajorana,
    ZPrimeScalar,
)
from darkpair.chains.models.electroweak import higgs_vev
from darkpair.chains.models.zprime import contact_coupling, mixing_product
from darkpair.chains.rate_polynomials import fermion_rate_polynomial, scalar_rate_polynomial
from darkpair.gen.endpoints import max_pt
from darkpair.gen.particles import particle
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

SPLIT = {"m1": 0.0, "m2": 0.3, "G_X": GF}  # m2^2 - m1^2 = (300 MeV)^2


def test_contact_coupling_and_mixing() -> None:
    assert mixing_product(GF, 10.0, PDG) == near(4.43e-3, rel=0.01)
    product = mixing_product(2e-5, 8.0, PDG)
    assert contact_coupling(product, 1.0, 8.0, PDG) == near(2e-5, rel=1e-12)


def test_amplitudes_of_the_scalar_pair() -> None:
    model = ZPrimeScalar(inputs=PAPER, **SPLIT)  # type: ignore[arg-type]
    assert model.meson_coupling("K_L0") * 0.3**2 == near(6.76e-13, rel=0.01)  # 6.76e-4 eV
    assert model.meson_coupling("pi0") * 0.3**2 == near(136.6e-9, rel=0.005)
    pdg = replace(model, inputs=PDG)
    assert pdg.meson_coupling("K_L0") * 0.3**2 == near(6.02e-13, rel=0.01)


@pytest.mark.parametrize(
    ("inputs", "scalar", "dirac"),
    [(PAPER, 1.42e-9, 4.31e-8), (PDG, 1.13e-9, 3.41e-8), (HIGH, 9.90e-9, 3.00e-7)],
)
def test_kaon_to_pairs(inputs: Inputs, scalar: float, dirac: float) -> None:
    r2 = 0.3 / KAON
    phase = root(1, 0, r2)
    ours = coefficient(ZPrimeScalar(inputs=inputs, **SPLIT), "K_L0", "X1 X2", phase)  # type: ignore[arg-type]
    assert ours == near(scalar, rel=0.005)
    model = ZPrimeDirac(inputs=inputs, **SPLIT)  # type: ignore[arg-type]
    bracket = r2**2 * (1 - r2**2)
    fermions = coefficient(model, "K_L0", "X1 X2", bracket, phase)
    assert fermions == near(dirac, rel=0.005)
    assert fermions / ours == near(4 * KAON**4 / 0.3**4, rel=1e-9)
    majorana = ZPrimeMajorana(inputs=inputs, **SPLIT)  # type: ignore[arg-type]
    assert majorana.width("K_L0") == model.width("K_L0")
    assert majorana.partial_width("K_L0", "X1 X2") == near(2 * model.partial_width("K_L0", "X1 X2"))


def test_pion_from_x2() -> None:
    y = PION / 0.3
    model = ZPrimeScalar(inputs=PAPER, **SPLIT)  # type: ignore[arg-type]
    assert length(model, "X1 pi0", root(1, 0, y)) == near(159.5, rel=0.005)
    axial = ZPrimeDirac(inputs=PAPER, **SPLIT)  # type: ignore[arg-type]
    assert length(axial, "X1 pi0", root(1, 0, y), 1 - y**2) == near(159.5, rel=0.005)
    vector = replace(axial, c_V=1.0, c_A=0.0)
    assert vector.partial_width("X2", "X1 pi0") == near(axial.partial_width("X2", "X1 pi0"), rel=1e-12)
    point = {"m1": 0.1, "m2": 0.43}
    widths = [replace(model, **point).partial_width("X2", "X1 pi0") for model in (axial, vector)]  # type: ignore[arg-type]
    assert widths[0] / widths[1] == near(0.8905, rel=1e-3)


def test_eta_to_pairs() -> None:
    z = 0.3 / ETA
    model = ZPrimeScalar(inputs=PAPER, **SPLIT)  # type: ignore[arg-type]
    assert coefficient(model, "eta", "X1 X2", z**4, root(1, 0, z)) == near(1.917e-9, rel=0.01)
    dirac = ZPrimeDirac(inputs=PAPER, **SPLIT)  # type: ignore[arg-type]
    shape = z**2 * (1 - z**2)
    assert coefficient(dirac, "eta", "X1 X2", shape, root(1, 0, z)) == near(7.67e-9, rel=0.01)


@pytest.mark.parametrize(
    ("convention", "production", "decay"), [("literal", 2.0, 4.0), ("printed", 2.0, 2.0)]
)
def test_majorana_conventions(convention: str, production: float, decay: float) -> None:
    common = {"m1": 0.04, "m2": 0.45, "G_X": GF, "c_V": 0.3, "c_A": 0.8}
    dirac = ZPrimeDirac(**common)  # type: ignore[arg-type]
    majorana = ZPrimeMajorana(convention=convention, **common)  # type: ignore[arg-type]
    for parent, mode in dirac.modes():
        ours, theirs = majorana.partial_width(parent, mode), dirac.partial_width(parent, mode)
        if theirs > 0.0:
            assert ours / theirs == near(decay if parent == "X2" else production, rel=1e-9), mode


@pytest.mark.parametrize(
    ("model", "masses", "couplings", "percent"),
    [
        (ZPrimeScalar, (0.0, 0.43), {}, (91.1, 7.0, 1.2, 0.7)),
        (ZPrimeScalar, (0.04, 0.40), {}, (92.5, 6.0, 1.0, 0.5)),
        (ZPrimeDirac, (0.0, 0.43), {}, (82.8, 14.1, 2.4, 0.7)),
        (ZPrimeDirac, (0.04, 0.40), {}, (82.5, 14.6, 2.4, 0.5)),
        (ZPrimeDirac, (0.04, 0.40), {"c_V": 1.0, "c_A": 0.0}, (87.5, 10.3, 1.7, 0.4)),
        (ZPrimeDirac, (0.0, 0.30), {}, (88.9, 9.4, 1.6, 0.1)),
    ],
)
def test_branching_ratios_of_x2(
    model: Any, masses: tuple[float, float], couplings: dict[str, float], percent: tuple[float, ...]
) -> None:
    m1, m2 = masses
    point = model(m1=m1, m2=m2, G_X=GF, inputs=PAPER, **couplings)
    for mode, expected in zip(("pi0", "nu nubar", "e+ e-", "mu+ mu-"), percent, strict=True):
        assert 100 * point.branching_ratio("X2", f"X1 {mode}") == pytest.approx(expected, abs=0.06)
    assert point.branching_ratio("X2", "X1 pi+ pi-") < 3e-4
    ratio = point.partial_width("X2", "X1 nu nubar") / point.partial_width("X2", "X1 e+ e-")
    assert ratio == near(5.96, rel=0.01)


def test_polynomials() -> None:
    assert fermion_rate_polynomial(0.5) == pytest.approx(0.2333876, abs=1e-6)
    assert fermion_rate_polynomial(-0.5) == pytest.approx(0.0882414, abs=1e-6)
    assert scalar_rate_polynomial(0.5) == pytest.approx(0.1608145, abs=1e-6)
    assert fermion_rate_polynomial(0.0) == 1.0


@pytest.mark.parametrize(
    ("model", "number"), [(ZPrimeDirac, 1536), (ZPrimeScalar, 12288), (ZPrimeMajorana, 768)]
)
def test_b_to_k_without_masses(model: Any, number: float) -> None:
    """Neglecting masses, with a constant form factor: M^5 f^2 / (number pi^3)."""
    from darkpair.chains.form_factors import ConstantForm
    from darkpair.chains.matrix_elements import VectorTransition
    from darkpair.chains.widths import three_body_width

    point = model(m1=0.0, m2=NEAR_ZERO, G_X=GF)
    real, imag = point.flavour_coupling("bs")
    strength = (real**2 + imag**2) / 4 * point.channels(decay=False)
    amplitude = VectorTransition(
        mass=5.28,
        daughter_mass=0.0,
        form=ConstantForm(value=0.33),
        current=point.current(),
        strength=strength,
    )
    width = three_body_width(5.28, 0.0, 0.0, NEAR_ZERO, amplitude.averaged)
    expected = (real**2 + imag**2) * 5.28**5 * 0.33**2 / (number * np.pi**3)
    assert width == near(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("parent", "daughter", "quarks", "f_plus", "crude", "full"),
    [("B+", "K+", "bs", 0.33, 1.30e-6, 2.67e-6), ("K+", "pi+", "sd", 0.97, 4.74e-11, 2.89e-11)],
)
def test_neglecting_masses_and_slopes(
    parent: str, daughter: str, quarks: str, f_plus: float, crude: float, full: float
) -> None:
    """The approximation of eq. B3 against the whole form factor: wrong by two in both directions."""
    model = ZPrimeDirac(m1=0.0, m2=NEAR_ZERO, G_X=GF)
    g2 = sum(x**2 for x in model.flavour_coupling(quarks))
    width = g2 * particle(parent).mass ** 5 * f_plus**2 / (1536 * np.pi**3)
    assert width / model.width(parent) == near(crude, rel=0.005)
    assert model.branching_ratio(parent, f"{daughter} X1 X2") == near(full, rel=0.005)


def test_b_rates_and_their_propagator() -> None:
    point = {"m1": 0.04, "m2": 0.40, "G_X": GF}
    dirac = ZPrimeDirac(**point)  # type: ignore[arg-type]
    assert dirac.branching_ratio("B+", "K+ X1 X2") == near(2.6e-6, rel=0.02)
    majorana, scalar = ZPrimeMajorana(**point), ZPrimeScalar(**point)  # type: ignore[arg-type]
    assert majorana.branching_ratio("B+", "K+ X1 X2") == near(5.2e-6, rel=0.02)
    assert scalar.branching_ratio("B+", "K+ X1 X2") == near(3.0e-7, rel=0.02)
    heavier = replace(dirac, m_Zprime=10.0)
    ratio = heavier.partial_width("B+", "K+ X1 X2") / dirac.partial_width("B+", "K+ X1 X2")
    assert ratio == near(1.215, rel=0.005)
    assert heavier.partial_width("K_L0", "X1 X2") == dirac.partial_width("K_L0", "X1 X2")
    assert dirac.branching_ratio("B0", "X1 X2") == near(4e-9, rel=0.1)
    assert dirac.branching_ratio("B0", "X1 X2") < 1e-2 * dirac.branching_ratio("B0", "K0 X1 X2")


def test_diagonal_pairs() -> None:
    r = 0.25
    point = {"m1": r * PION, "m2": 0.3, "G_X": GF, "c_A11": 1.0, "g_X_over_eps_Z": 100.0, "inputs": PAPER}
    model = ZPrimeMajorana(**point)  # type: ignore[arg-type]
    ours = coefficient(model, "pi0", "X1 X1", np.sqrt(1 - 4 * r**2))
    assert ours == near(3.61e-9, rel=0.01)
    masses = PION * np.array([0.499, 0.5, 0.501])
    widths = replace(model, m1=masses).partial_width("pi0", "X1 X1")
    assert widths[0] > 0.0
    assert np.all(widths[1:] == 0.0)
    dirac = ZPrimeDirac(**point)  # type: ignore[arg-type]
    assert dirac.partial_width("pi0", "X1 X1") == near(2 * model.partial_width("pi0", "X1 X1"))
    pair = ZPrimeDirac(m1=0.0, m2=0.2, G_X=GF, c_A22=0.7)
    c = pair.meson_coupling("K_L0")
    closed = c**2 * 0.7**2 * 0.2**2 * KAON * np.sqrt(1 - 4 * 0.2**2 / KAON**2) / (2 * np.pi)
    assert pair.partial_width("K_L0", "X2 X2") == near(closed, rel=1e-9)


def test_scalar_cascades() -> None:
    model = ZPrimeScalar(m1=0.0, m2=0.4, G_X=0.0, a_211=1e-6, lambda_2111=1e-5)
    assert model.partial_width("X2", "X1 X1") == near(1e-12 / (8 * np.pi * 0.4), rel=1e-9)
    flat = 6 * 1e-10 * 0.4 / (512 * np.pi**3)  # |M|^2 / (2 m) times m^2 / (256 pi^3)
    assert model.partial_width("X2", "X1 X1 X1") == near(flat, rel=1e-6)


def test_x2_by_an_off_shell_higgs() -> None:
    """Factorised: dGamma/dq^2 = Gamma(S2 -> S1 h*) sqrt(q^2) Gamma(h* -> f f-bar, gamma gamma) / (pi m_h^4)."""
    m1, m2, strength = 0.05, 0.43, 0.02
    model = HiggsPortalQuartic(m1=m1, m2=m2, lambda_12=strength, inputs=PDG)
    vev, higgs, heavy = higgs_vev(PDG), PDG["m_h"], 7 - 16 / 3

    def photons(m: float) -> float:
        return float(PDG["alpha"] ** 2 * heavy**2 * m**3 / (256 * np.pi**3 * vev**2))

    def leptons(m: float, mf: float) -> float:
        return float(mf**2 * m * (1 - 4 * mf**2 / m**2) ** 1.5 / (8 * np.pi * vev**2))

    electron, muon = particle("e-").mass, particle("mu-").mass
    cases = {
        "gamma gamma": (0.0, photons),
        "e+ e-": (2 * electron, lambda m: leptons(m, electron)),
        "mu+ mu-": (2 * muon, lambda m: leptons(m, muon)),
    }
    for mode, (low, width) in cases.items():

        def spectrum(q2: float, width: Any = width) -> float:
            q = np.sqrt(q2)
            production = (strength * vev) ** 2 * root(m2, m1, q) / (16 * np.pi * m2**3)
            return float(production * q * width(q) / (np.pi * higgs**4))

        total = quad(spectrum, low**2, (m2 - m1) ** 2, epsabs=0, epsrel=1e-9)[0]
        assert model.partial_width("X2", f"X1 {mode}") == near(total, rel=1e-4), mode


def test_higgs_portal_transition_by_hand() -> None:
    """B -> K S1 S2 with massless scalars: half of eq. B2 (the projector), and a form factor put constant."""
    inputs = PDG.replace(m_h=125.1)
    model = HiggsPortalQuartic(m1=0.0, m2=NEAR_ZERO, lambda_12=0.01, inputs=inputs)
    amplitude = model.matrix_element("B+", "K+ X1 X2")
    b_mass, k_mass = particle("B+").mass, particle("K+").mass
    v_tb_v_ts = np.sqrt(1 - 0.0405**2) * 0.0398
    m_s, m_b = 1.0, 53.94
    hadron = 0.5 * m_b / (m_b - m_s) * (b_mass**2 - k_mass**2) * 0.319  # f_0(0)
    y_t2 = 2 * 172.76**2 / 246.22**2
    expected = (3 * y_t2 / (32 * np.pi**2 * 125.1**2) * v_tb_v_ts * hadron * 0.01) ** 2
    assert float(amplitude(1e-9, 0.0)) == near(expected, rel=0.01)


def test_coupling_of_three_psi1() -> None:
    """psi2 -> 3 psi1 from eps_Z, g_X and m_Z' given one by one."""
    eps_z, g_x, m_z, c_11 = 2e-3, 0.7, 12.0, 0.4
    g_contact = float(contact_coupling(eps_z, g_x, m_z, PDG))
    point: dict[str, Any] = {
        "m1": 0.05,
        "m2": 0.4,
        "G_X": g_contact,
        "c_A11": c_11,
        "g_X_over_eps_Z": g_x / eps_z,
    }
    off: dict[str, Any] = {"c_V": 0.3, "c_A": 0.8}
    q2, cos = np.linspace(0.02, 0.1, 5), 0.3
    for model, factor, majorana in (
        (ZPrimeDirac(**point, **off), 1 / 2, False),  # two identical psi1
        (ZPrimeMajorana(**point, **off), 4 / 6, True),  # amplitude doubled, three identical psi1
        (ZPrimeMajorana(convention="printed", **point, **off), 2 / 6, True),
    ):
        unit = TripleDecay(current=model.current(), strength=1.0, majorana=majorana)
        expected = factor * (g_x**2 / m_z**2 * c_11) ** 2 * unit(q2, cos)
        np.testing.assert_allclose(model.matrix_element("X2", "X1 X1 X1")(q2, cos), expected, rtol=1e-9)


def test_endpoints_of_transverse_momentum() -> None:
    charged = particle("pi+").mass
    ends = [
        max_pt(KAON, PION, 0.0),
        max_pt(KAON, PION, 2 * charged),
        max_pt(KAON, PION, PION),
        max_pt(KAON, PION, 2 * PION),
    ]
    np.testing.assert_allclose(np.array(ends) * 1e3, [230.50, 132.04, 209.01, 139.19], atol=0.01)
