"""Each width a second way: the squared amplitude over the Dalitz plane, with a phase space written here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from darkpair.chains.models import (
    Dipole,
    HiggsPortalFermion,
    HiggsPortalTrilinear,
    Impostor,
    TwoHiggsDoublet,
    VirtualMeson,
    ZPrimeDirac,
    ZPrimeMajorana,
    ZPrimeScalar,
)
from darkpair.chains.widths import three_body_width, three_body_window, two_body_width
from darkpair.gen.particles import particle

GF = 1.166e-5
NODES, WEIGHTS = np.polynomial.legendre.leggauss(80)
FEW = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])

masses = st.tuples(st.floats(0.0, 0.6), st.floats(0.01, 0.9)).map(lambda x: (x[0] * x[1], x[1]))  # m1 < m2
couplings = st.floats(-2.0, 2.0)


def near(value: Any, rel: float = 1e-6) -> Any:
    """Relative comparison alone: pytest.approx would let 1e-12 pass, and widths are far smaller."""
    return pytest.approx(value, rel=rel, abs=0.0)


def dalitz(amplitude: Any, mass: float, spectator: float, m1: float, m2: float) -> float:
    """Integral of |M|^2 / ((2 pi)^3 32 M^3) over m12^2 and m_s2^2, bounded by the Dalitz curve (PDG, eq. 49.22)."""
    low, high = (m1 + m2) ** 2, (mass - spectator) ** 2
    angle = 0.25 * np.pi * (NODES + 1)
    s12 = low + (high - low) * np.sin(angle) ** 2
    ds12 = (high - low) * np.sin(2 * angle) * 0.25 * np.pi * WEIGHTS
    root = np.sqrt(s12)
    # energies of the spectator and of daughter 2 in the rest frame of (1, 2)
    e_s = (mass**2 - s12 - spectator**2) / (2 * root)
    e_2 = (s12 - m1**2 + m2**2) / (2 * root)
    p_s, p_2 = np.sqrt(np.maximum(e_s**2 - spectator**2, 0)), np.sqrt(np.maximum(e_2**2 - m2**2, 0))
    top, bottom = (e_s + e_2) ** 2 - (p_s - p_2) ** 2, (e_s + e_2) ** 2 - (p_s + p_2) ** 2
    total = 0.0
    for x, w in zip(NODES, WEIGHTS, strict=True):
        s_s2 = 0.5 * (top + bottom) + 0.5 * (top - bottom) * x
        cos = (2 * e_s * e_2 + spectator**2 + m2**2 - s_s2) / np.maximum(2 * p_s * p_2, 1e-300)
        total += w * float(np.sum(ds12 * 0.5 * (top - bottom) * amplitude(s12, np.clip(cos, -1, 1))))
    return total / ((2 * np.pi) ** 3 * 32 * mass**3)


X2_PAIRS = {
    "nu nubar": 0.0,
    "e+ e-": particle("e-").mass,
    "mu+ mu-": particle("mu-").mass,
    "pi+ pi-": particle("pi+").mass,
}


@FEW
@given(masses, couplings, couplings, couplings)
@example((0.0, 0.43), 1.0, 1.0, 0.0)
@example((0.0, 0.2115), 0.5, 1.0, 0.3)  # just above two muons
@example((0.3, 0.3 + 1.05e-3), 1.0, 0.5, 0.0)  # just above two electrons
def test_three_body_decays_of_x2(m: tuple[float, float], c_v: float, c_a: float, phase: float) -> None:
    m1, m2 = m
    assume(abs(c_v) + abs(c_a) > 1e-3)
    mediator = m2 - m1 + 0.5
    models: list[Any] = [
        ZPrimeScalar(m1=m1, m2=m2, G_X=GF, m_Zprime=mediator),
        ZPrimeDirac(m1=m1, m2=m2, G_X=GF, c_V=c_v * np.exp(1j * phase), c_A=c_a, m_Zprime=mediator),
        ZPrimeMajorana(m1=m1, m2=m2, G_X=GF, c_V=c_v, c_A=c_a),
    ]
    for model in models:
        for name, mf in X2_PAIRS.items():
            width = model.partial_width("X2", f"X1 {name}")
            if m2 - m1 <= 2 * mf:
                assert width == 0.0
            else:
                other = dalitz(model.matrix_element("X2", f"X1 {name}"), m2, m1, mf, mf)
                assert width == near(other, rel=1e-4)


@FEW
@given(st.floats(0, 2.2), st.floats(0, 2.2), couplings, couplings)
@example(0.0, 0.4, 1.0, 1.0)
def test_meson_to_meson_and_dark_pair(a: float, b: float, c_v: float, c_a: float) -> None:
    assume(abs(c_v) + abs(c_a) > 1e-3)
    m1, m2 = sorted((a, b + 1e-3))
    models: list[Any] = [
        ZPrimeScalar(m1=m1, m2=m2, G_X=GF, m_Zprime=6.0),
        ZPrimeDirac(m1=m1, m2=m2, G_X=GF, c_V=c_v, c_A=c_a),
        HiggsPortalTrilinear(m1=m1, m2=m2, A_3=1.0, B=1.0, m_S3=10.0),
    ]
    for model in models:
        for parent, mode in model.modes():
            daughter = mode.removesuffix(" X1 X2")
            if daughter == mode:
                continue
            heavy, light = particle(parent).mass, particle(daughter).mass
            width = model.partial_width(parent, mode)
            if heavy <= light + m1 + m2:
                assert width == 0.0
            else:
                other = dalitz(model.matrix_element(parent, mode), heavy, light, m1, m2)
                assert width == near(other, rel=1e-4)


@FEW
@given(masses, couplings, couplings)
def test_dark_three_body_decays(m: tuple[float, float], c_v: float, c_a: float) -> None:
    m1, m2 = m
    assume(abs(c_v) + abs(c_a) > 1e-3)
    extra: dict[str, Any] = {"m1": m1, "m2": m2, "G_X": GF}
    fermion: dict[str, Any] = {"c_V": c_v, "c_A": c_a, "c_A11": 0.3, "g_X_over_eps_Z": 10.0}
    models: list[Any] = [
        ZPrimeScalar(lambda_2111=1e-4, **extra),
        ZPrimeDirac(**extra, **fermion),
        ZPrimeMajorana(**extra, **fermion),
    ]
    for model in models:
        width = model.partial_width("X2", "X1 X1 X1")
        if m2 <= 3 * m1:
            assert width == 0.0
        else:
            assert width == near(dalitz(model.matrix_element("X2", "X1 X1 X1"), m2, m1, m1, m1), rel=1e-4)


@FEW
@given(masses)
def test_decays_of_x2_by_the_higgs(m: tuple[float, float]) -> None:
    m1, m2 = m
    model = HiggsPortalTrilinear(m1=m1, m2=m2, A_3=1.0, B=100.0, m_S3=10.0)
    for name, mf in (("gamma gamma", 0.0), ("e+ e-", particle("e-").mass), ("mu+ mu-", particle("mu-").mass)):
        width = model.partial_width("X2", f"X1 {name}")
        if m2 - m1 <= 2 * mf:
            assert width == 0.0
        else:
            other = dalitz(model.matrix_element("X2", f"X1 {name}"), m2, m1, mf, mf)
            assert width == near(other, rel=1e-4)


def solid_angle(mass: float, m1: float, m2: float, squared: float) -> float:
    """Two-body width as an integral of |M|^2 p / (32 pi^2 M^2) over the sphere, with p from the energies."""
    energy = (mass**2 + m1**2 - m2**2) / (2 * mass)
    sphere = 2 * np.pi * quad(lambda _: 1.0, -1, 1)[0]
    return float(squared * np.sqrt(energy**2 - m1**2) / (32 * np.pi**2 * mass**2) * sphere)


@FEW
@given(masses, couplings, couplings)
@example((0.0, 0.14), 1.0, 1.0)
def test_two_body_widths(m: tuple[float, float], c_v: float, c_a: float) -> None:
    """Against the printed brackets of eqs. 46, 48 to 51, whose amplitudes test_matrix_elements checks."""
    m1, m2 = m
    common: dict[str, Any] = {"m1": m1, "m2": m2, "G_X": GF}
    dirac, scalar = ZPrimeDirac(c_V=c_v, c_A=c_a, **common), ZPrimeScalar(**common)
    for meson in ("K_L0", "eta"):
        mass = particle(meson).mass
        c2 = float(dirac.meson_coupling(meson)) ** 2
        d, s = m2 - m1, m2 + m1
        for model, squared in (
            (scalar, c2 * (d * s) ** 2),
            (dirac, 2 * 2 * c2 * (c_v**2 * d**2 * (mass**2 - s**2) + c_a**2 * s**2 * (mass**2 - d**2))),
        ):
            width = model.partial_width(meson, "X1 X2")
            if mass <= s:
                assert width == 0.0
            else:
                assert width == near(solid_angle(mass, m1, m2, squared), rel=1e-6)
    pion = particle("pi0").mass
    c2 = 2 * GF**2 * dirac.inputs["F_pi"] ** 2
    y1, ypi = m1 / m2, pion / m2
    for model, squared in (
        (scalar, c2 * (m2**2 - m1**2) ** 2),
        (
            dirac,
            c2
            * m2**4
            * (
                c_v**2 * (1 - y1) ** 2 * ((1 + y1) ** 2 - ypi**2)
                + c_a**2 * (1 + y1) ** 2 * ((1 - y1) ** 2 - ypi**2)
            ),
        ),
    ):
        width = model.partial_width("X2", "X1 pi0")
        if m2 <= m1 + pion:
            assert width == 0.0
        else:
            assert width == near(solid_angle(m2, m1, pion, squared), rel=1e-6)


@FEW
@given(masses)
def test_two_body_widths_of_the_other_portals(m: tuple[float, float]) -> None:
    m1, m2 = m
    cases: list[tuple[Any, str, str, float, float, float]] = []
    meson = VirtualMeson(m1=m1, m2=m2, m_eff=1e-7)
    doublet = TwoHiggsDoublet(m1=m1, m2=m2, y_lambda=1e-3)
    pion, kaon = particle("pi0").mass, particle("K_L0").mass
    for model in (meson, doublet):
        squared = float(model.effective_mass()) ** 2
        cases.append((model, "X2", "X1 pi0", m1, pion, squared))
        cases.append((model, "K_L0", "X1 X2", m1, m2, float(model.amplitude("K_L0")) ** 2))
    photon = Impostor(m1=m1, m2=m2)
    cases.append((photon, "X2", "gamma gamma", 0.0, 0.0, float(photon.photon_coupling()) ** 2 * m2**4 / 4))
    dipole = Dipole(m1=m1, m2=m2, mu=1e-5, d=2e-5j)
    cases.append((dipole, "X2", "X1 gamma", m1, 0.0, 2 * 5e-10 * (m2**2 - m1**2) ** 2))
    fermion = HiggsPortalFermion(m1=m1, m2=m2, A_3=1.0, y_X=0.3, m_S3=10.0)
    higgs = fermion.inputs["m_h"]
    vev2 = 1 / (np.sqrt(2) * fermion.inputs["G_F"])
    amplitude = vev2 * 0.09 / (100.0 - higgs**2) ** 2 * 2 * (higgs**2 - 4 * m2**2)
    cases.append((fermion, "h", "X2 X2", m2, m2, amplitude))
    for model, parent, mode, a, b, squared in cases:
        mass = {"X2": m2, "K_L0": kaon, "h": higgs}[parent]
        width = model.partial_width(parent, mode)
        if mass <= a + b:
            assert width == 0.0
        else:
            assert width == near(solid_angle(mass, a, b, squared), rel=1e-6)


def test_kstar_against_its_helicities() -> None:
    """B -> K* psi psi: q^2 spectrum from a contraction of the hadronic tensor written with polarisations."""
    from darkpair.chains.form_factors import KstarForm

    heavy, light = particle("B+").mass, particle("K*+").mass
    form = KstarForm(parent="B+")
    model = ZPrimeDirac(m1=0.0, m2=1e-6, G_X=GF, c_V=1.0, c_A=1.0)
    g2 = sum(x**2 for x in model.flavour_coupling("bs"))

    def spectrum(q2: float) -> float:
        helicities = form.helicities(heavy, light, q2)[:3]
        p = np.sqrt((heavy**2 - light**2 - q2) ** 2 - 4 * light**2 * q2) / (2 * heavy)
        # massless pair: sum |H|^2 q^2 p / (96 pi^3 M^2) times the rate of P_L quarks and both channels
        return float(g2 / 4 * 2 * 2 * q2 * p / (96 * np.pi**3 * heavy**2) * sum(h**2 for h in helicities))

    total = quad(spectrum, 1e-9, (heavy - light) ** 2, epsrel=1e-9)[0]
    assert model.partial_width("B+", "K*+ X1 X2") == near(total, rel=1e-4)


def test_kstar_helicities_at_the_ends() -> None:
    from darkpair.chains.form_factors import KstarForm

    heavy, light = 5.28, 0.89
    form = KstarForm(parent="B+")
    plus, minus, zero, _ = form.helicities(heavy, light, (heavy - light) ** 2 - 1e-12)
    np.testing.assert_allclose([minus, zero], [plus, plus], rtol=1e-5)  # one amplitude at rest
    *_, zero, time = form.helicities(heavy, light, 1e-8)
    assert zero == near(time, rel=0.03)  # A_0(0) from A_1, A_2: kinematic constraint, fitted to 3 %


def test_quadrature_against_an_adaptive_one() -> None:
    for m1, m2 in ((0.0, 0.02), (0.0, 0.43), (0.1, 0.106), (0.2, 0.2012)):
        model = ZPrimeDirac(m1=m1, m2=m2, G_X=GF, c_V=0.5)
        amplitude = model.matrix_element("X2", "X1 e+ e-")
        mf = particle("e-").mass

        def integrand(
            q2: float, m1: float = m1, m2: float = m2, mf: float = mf, amplitude: Any = amplitude
        ) -> float:
            outer = np.sqrt(((m2 - m1) ** 2 - q2) * ((m2 + m1) ** 2 - q2)) / m2**2
            return float(outer * np.sqrt(1 - 4 * mf**2 / q2) * amplitude.averaged(q2) / (256 * np.pi**3 * m2))

        ends = 4 * mf**2, (m2 - m1) ** 2
        points = [x for x in (2e-6, 1e-5, 1e-4) if ends[0] < x < ends[1]]
        total = quad(integrand, *ends, points=points, epsrel=1e-10, epsabs=0, limit=400)[0]
        assert model.partial_width("X2", "X1 e+ e-") == near(total, rel=2e-5)


def test_thresholds_are_exact() -> None:
    gap = np.array([-1e-9, 0.0, 1e-9])
    pion = 0.1349768
    two = two_body_width(0.25 + pion + gap, 0.25, pion, 1.0)
    three = three_body_width(0.5 + gap, 0.25, 0.125, 0.125, np.ones_like)
    for widths in (two, three):
        assert widths[0] == 0.0
        assert widths[2] > 0.0
    assert three[1] == 0.0
    assert two_body_width(0.5, 0.25, 0.25, 1.0) == 0.0
    assert two_body_width(0.2, 0.5, 0.1, 1.0) == 0.0  # the momentum's product is positive again there


@pytest.mark.parametrize("pole", [0.3, 0.5, 0.86, 1.0, 2.0])
@pytest.mark.parametrize("window", [False, True])
def test_a_closed_channel_is_zero_wherever_its_amplitude_has_a_pole(pole: float, window: bool) -> None:
    """Beside an open point of the same array, too, which still says its own division by zero."""

    def averaged(q2: Any) -> Any:
        return 1.0 / np.square(pole**2 - q2)

    def width(pairs: Any) -> Any:
        # the parent 0.5 GeV, a spectator of 0.1: pairs from 0.4 on are closed
        given = (0.5, 0.1, 0.5 * np.asarray(pairs), 0.5 * np.asarray(pairs), averaged)
        return three_body_window(*given, 0.0, 10.0) if window else three_body_width(*given)

    with np.errstate(all="raise"):
        assert width(0.86) == 0.0
        both = width([0.2, 0.86])
    assert both[1] == 0.0
    assert both[0] == width(0.2) > 0.0
