"""The Z' mode by mode: widths against integrals written here, couplings, propagators, thresholds and spin laws."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from darkpair.chains.dark_currents import FermionCurrent
from darkpair.chains.form_factors import form_factor
from darkpair.chains.matrix_elements import CurrentDecay, TripleDecay
from darkpair.chains.models import Inputs, ZPrimeDirac, ZPrimeMajorana, ZPrimeScalar, zprime, zprime_fermions
from darkpair.chains.models.electroweak import fermion_couplings, z_penguin
from darkpair.chains.spin import DecaySpin, KstarCurrent, LightPair, MesonCurrent, PairSpin, TripleSpin
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.particles import particle
from tests.shared.model_coefficients import ETA, GF, HIGH, KAON, NEAR_ZERO, PAPER, PDG, PION, near

HEAVY: dict[str, Any] = {"m1": 0.04, "m2": 0.62, "G_X": GF}  # every decay of X2 is open
LIGHT: dict[str, Any] = {"m1": 0.02, "m2": 0.09, "G_X": GF}  # every parent but the B decays to the pair
MIXED: dict[str, Any] = {"c_V": 0.6, "c_A": 0.8 + 0.3j}

PAIRS = {("K_L0", "X1 X2"): "44-46", ("eta", "X1 X2"): "49, 51", ("pi0", "X1 X2"): "47, 50 crossed"}
PAIRS |= {("B0", "X1 X2"): "44-46 with f_B", ("X2", "X1 pi0"): "47, 48, 50", ("X2", "X1 eta"): "49 crossed"}
PAIRS |= {("X2", f"X1 {pair}"): "B5, B6" for pair in ("nu nubar", "e+ e-", "mu+ mu-", "pi+ pi-")}
THREE = [("K+", "pi+"), ("K_L0", "pi0"), ("B+", "K+"), ("B0", "K0"), ("B+", "pi+"), ("B0", "pi0")]
THREE += [("B+", "K*+"), ("B0", "K*0")]
PAIRS |= {(parent, f"{meson} X1 X2"): "B1-B4" for parent, meson in THREE}
PAIRS |= {("K_S0", "X1 X2"): "44-46, imaginary part", ("K_S0", "pi0 X1 X2"): "B1-B4"}
DIAGONAL = {(m, f"{x} {x}"): "46, 67" for m in ("K_L0", "K_S0", "eta", "pi0", "B0") for x in ("X1", "X2")}


def same(ours: Any, expected: Any, rtol: float = 1e-12) -> None:
    np.testing.assert_allclose(ours, expected, rtol=rtol, atol=0.0)


@pytest.mark.parametrize("module", [zprime, zprime_fermions], ids=["pairs", "fermions"])
def test_modes_and_their_equations(module: Any) -> None:
    """Which there are; a table made anew has the width and the amplitude of the model under each name."""
    expected = PAIRS if module is zprime else {**PAIRS, **DIAGONAL, ("X2", "X1 X1 X1"): "text below 67"}
    table = module._modes()
    assert {key: mode.equation for key, mode in table.items()} == expected
    for point in (HEAVY, LIGHT):
        fermion: dict[str, Any] = {**MIXED, "c_A11": 0.3, "c_A22": 0.7, "g_X_over_eps_Z": 50.0}
        model = ZPrimeScalar(**point) if module is zprime else ZPrimeDirac(**point, **fermion)
        for (parent, words), mode in table.items():
            same(mode.width(model), model.partial_width(parent, words), rtol=1e-15)
            if len(words.split()) == 3:
                assert mode.amplitude is not None
                assert mode.amplitude(model) == model.matrix_element(parent, words)
            else:
                assert mode.amplitude is None


def lam(a: Any, b: Any, c: Any) -> Any:
    return np.sqrt(np.maximum((a - b - c) ** 2 - 4.0 * b * c, 0.0))


NODE, WEIGHT = np.polynomial.legendre.leggauss(48)


def integral(amplitude: Any, mass: float, spectator: float, one: float, two: float) -> float:
    """Two two-body phase spaces in a row: dq^2 / 2 pi, each p / (4 pi m) and the mean over the cosine, over 2 M."""
    low, high = (one + two) ** 2, (mass - spectator) ** 2
    angle = 0.25 * np.pi * (NODE + 1.0)
    q2 = low + (high - low) * np.sin(angle) ** 2
    dq2 = (high - low) * np.sin(2.0 * angle) * 0.25 * np.pi * WEIGHT
    first, second = lam(mass**2, spectator**2, q2) / mass**2, lam(q2, one**2, two**2) / q2
    mean = np.array([0.5 * np.sum(WEIGHT * amplitude(np.full(48, x), NODE)) for x in q2])
    return float(np.sum(dq2 / (2.0 * np.pi) * first * second / (8.0 * np.pi) ** 2 * mean) / (2.0 * mass))


def test_three_psi1() -> None:
    """Identical or not, the width is the integral of the squared amplitude over all of phase space."""
    for make in (ZPrimeDirac, ZPrimeMajorana):
        model = make(m1=0.1, m2=0.5, G_X=GF, c_A11=0.3, g_X_over_eps_Z=50.0, c_A=0.8, c_V=0.6)
        whole = integral(model.matrix_element("X2", "X1 X1 X1"), 0.5, 0.1, 0.1, 0.1)
        assert model.partial_width("X2", "X1 X1 X1") == near(whole, rel=1e-5)
    masses = np.array([[0.1], [0.11]]), np.array([0.4, 0.5, 0.6])
    dirac = ZPrimeDirac(m1=masses[0], m2=masses[1], G_X=GF)
    assert dirac.partial_width("X2", "X1 X1 X1").tolist() == np.zeros((2, 3)).tolist()
    assert zprime_fermions._triple(dirac).shape == (2, 3)
    opened = replace(dirac, c_A11=np.array([0.0, 0.1, 0.2]), g_X_over_eps_Z=50.0)
    assert (opened.partial_width("X2", "X1 X1 X1") > 0.0).tolist() == [[False, True, True]] * 2


FORMS: dict[str, tuple[Any, str]] = {
    "B -> pi": (lambda q2, _: 0.744 / (1.0 - q2 / 5.32**2) - 0.486 / (1.0 - q2 / 40.73), "bd"),
    "B -> K": (
        lambda q2, m: 0.319 * np.exp(1.465 * q2 / m**2 + 0.372 * (q2 / m**2) ** 2 + 0.782 * (q2 / m**2) ** 3),
        "bs",
    ),
    "K -> pi": (
        lambda q2, _: 0.9709 * (1.0 + 24.22e-3 * q2 / 0.13957**2 + 1.17e-3 * (q2 / 0.13957**2) ** 2 / 2),
        "sd",
    ),
}


@pytest.mark.parametrize(
    ("parent", "daughter", "transition", "isospin"),
    [
        ("B+", "pi+", "B -> pi", 1.0),
        ("B0", "pi0", "B -> pi", 0.5),
        ("B+", "K+", "B -> K", 1.0),
        ("B0", "K0", "B -> K", 1.0),
        ("K+", "pi+", "K -> pi", 1.0),
        ("K_L0", "pi0", "K -> pi", 1.0),
    ],
)
def test_a_light_meson_and_a_massless_pair(
    parent: str, daughter: str, transition: str, isospin: float
) -> None:
    """g^2 f_+^2 lambda^(3/2) / (384 pi^3 M^3) dq^2 for the two channels of a Dirac pair, with f_+ of the publications."""
    f_plus, quarks = FORMS[transition]
    model = ZPrimeDirac(m1=0.0, m2=NEAR_ZERO, G_X=GF, inputs=PDG)
    mass, light = particle(parent).mass, particle(daughter).mass
    q2 = 0.5 * (mass - light) ** 2 * (NODE + 1.0)
    total = (
        np.sum(WEIGHT * f_plus(q2, mass) ** 2 * lam(mass**2, light**2, q2) ** 3) * 0.5 * (mass - light) ** 2
    )
    real, imag = z_penguin(quarks, PDG)
    coupling = (imag**2 if parent == "K_L0" else real**2 + imag**2) * (GF / float(model.unit_contact())) ** 2
    expected = isospin * coupling * total / (384.0 * np.pi**3 * mass**3)
    assert model.partial_width(parent, f"{daughter} X1 X2") == near(expected, rel=2e-4)


def test_size_of_the_coupling_of_b_to_d() -> None:
    """|V_td / V_ts| = lambda |1 - rho - i eta| to the next order, PDG's CKM review; the loop is the same."""
    ratio = np.hypot(*z_penguin("bd", PDG)) / np.hypot(*z_penguin("bs", PDG))
    lam_c, rho, eta = (PDG[f"ckm_{name}"] for name in ("lambda", "rho", "eta"))
    wolfenstein = lam_c * math.hypot(1.0 - rho, eta) * (1.0 + 0.5 * lam_c**2 * (1.0 - 2.0 * rho))
    assert ratio == near(wolfenstein, rel=5e-3)


@pytest.mark.parametrize("pair", ["nu", "e", "mu", "pi"])
def test_a_light_pair(pair: str) -> None:
    """Contact coupling squared 2 G^2, three neutrinos, the pions' isovector current 1 - 2 s_W^2."""
    words = {"nu": "nu nubar", "e": "e+ e-", "mu": "mu+ mu-", "pi": "pi+ pi-"}[pair]
    for model, factor in (
        (ZPrimeScalar(**HEAVY), 1.0),
        (ZPrimeDirac(**HEAVY, **MIXED), 1.0),
        (ZPrimeMajorana(**HEAVY), 4.0),
    ):
        expected: dict[str, Any] = {"strength": 2.0 * GF**2 * factor, "mf": 0.0, "current": model.current()}
        if pair == "pi":
            square = (1.0 - 2.0 * PDG["sin2_theta_W"]) ** 2
            expected |= {
                "scalar": True,
                "mf": particle("pi+").mass,
                "strength": expected["strength"] * square,
            }
        else:
            g_v, g_a = fermion_couplings(pair, PDG)
            expected |= {"g_v": g_v, "g_a": g_a, "fermion_last": pair != "nu"}
            expected["mf"] = 0.0 if pair == "nu" else particle(f"{pair}-").mass
            expected["strength"] *= 3.0 if pair == "nu" else 1.0
        ours = model.matrix_element("X2", f"X1 {words}")
        wanted = CurrentDecay(**expected)
        assert type(ours) is CurrentDecay
        q2 = np.array([0.1, 0.2, 0.3])
        same(ours(q2, 0.3), wanted(q2, 0.3))
        same(ours(q2, -0.8), wanted(q2, -0.8))
        assert ours.scalar == wanted.scalar
        whole = integral(ours, 0.62, 0.04, expected["mf"], expected["mf"])
        assert model.partial_width("X2", f"X1 {words}") == near(whole, rel=1e-4)


RELEASE = [("X2", "X1 nu nubar"), ("X2", "X1 e+ e-"), ("X2", "X1 pi+ pi-")]
RELEASE += [(parent, f"{meson} X1 X2") for parent, meson in THREE]


@pytest.mark.parametrize(("parent", "words"), RELEASE, ids=" ".join)
def test_propagator_and_mass_shell_of_every_mode(parent: str, words: str) -> None:
    """The part of spin one carries [m^2 / (m^2 - q^2)]^2; a Z' that the pair can reach is refused, one above is not."""
    model = ZPrimeDirac(**(LIGHT if parent.startswith("K") else HEAVY), **MIXED)
    mass, first = (
        (0.62, 0.04) if parent == "X2" else (particle(p).mass for p in (parent, words.split(maxsplit=1)[0]))
    )
    release, q2 = mass - first, np.array([0.3, 0.9]) * (mass - first) ** 2
    masses = release * np.array([1.01, 1.5])

    def amplitude(m: float | None) -> Any:
        return replace(model, m_Zprime=m).matrix_element(parent, words)

    def shape(m: float) -> Any:
        return (1.0 - q2 / m**2) ** -2 - 1.0

    one, two = (amplitude(m).averaged(q2) - amplitude(None).averaged(q2) for m in masses)
    same(one / two, shape(masses[0]) / shape(masses[1]), rtol=1e-9)
    assert replace(model, m_Zprime=1.001 * release).partial_width(parent, words) > model.partial_width(
        parent, words
    )
    for m in (release, 0.999 * release):
        with pytest.raises(
            InputError,
            match=r"not above the largest pair mass .* GeV: the Z' is on its mass shell; allowed: larger",
        ):
            replace(model, m_Zprime=m).partial_width(parent, words)
    grid = replace(model, m_Zprime=release * np.array([1.2, 1.0]))
    with pytest.raises(InputError, match="mass shell"):
        grid.mediator(release)


def test_form_factors_of_b_to_k_alone_have_a_choice() -> None:
    for name in ("ali-ball", "bcl"):
        model = ZPrimeScalar(**HEAVY, b_to_k=name)
        for parent, meson, transition in (
            ("B+", "K+", "B -> K"),
            ("B0", "K0", "B -> K"),
            ("B+", "pi+", "B -> pi"),
        ):
            form = model.matrix_element(parent, f"{meson} X1 X2").form  # type: ignore[attr-defined]
            assert form == form_factor(transition, name if transition == "B -> K" else None)
    assert form_factor("B -> K", "bcl") != form_factor("B -> K")


def test_scale_of_the_loop_and_inputs_reach_the_coupling() -> None:
    for inputs in (PDG, HIGH):
        for scale in (None, 300.0, 2e4, np.array([300.0, 2e4])):
            model = ZPrimeScalar(**HEAVY, inputs=inputs, m_UV=scale)
            for quarks in ("sd", "bs", "bd"):
                wanted = z_penguin(quarks, inputs, scale)
                for ours, expected in zip(model.flavour_coupling(quarks), wanted, strict=True):
                    same(ours, np.asarray(expected) * GF / model.unit_contact())
    for scale in (PDG["M_W"], 0.99 * PDG["M_W"], np.array([300.0, 1.0])):
        with pytest.raises(
            InputError, match=r"m_UV = .* GeV; allowed: above M_W, where the logarithm of eq. 40 holds"
        ):
            ZPrimeScalar(**HEAVY, m_UV=scale)


def test_from_mixing_reads_units_and_keeps_its_inputs() -> None:
    model = ZPrimeScalar.from_mixing(eps_Z=1e-3, g_X=0.5, m_Zprime="9 GeV", inputs=PAPER, m1=0.0, m2=0.4)
    assert model.inputs == PAPER != Inputs()
    assert model.m_Zprime == 9.0
    same(model.G_X, zprime.contact_coupling(1e-3, 0.5, 9.0, PAPER))
    with pytest.raises(InputError, match="^m_Zprime = '9 cm'"):
        ZPrimeScalar.from_mixing(eps_Z=1e-3, g_X=0.5, m_Zprime="9 cm", inputs=PAPER, m1=0.0, m2=0.4)


def test_what_the_couplings_need_is_said() -> None:
    said = r"c_A11 = 0.1 opens X2 -> X1 X1 X1, whose rate needs g_X_over_eps_Z; give it \(for example 100\)"
    with pytest.raises(InputError, match=said):
        ZPrimeDirac(**HEAVY, c_A11=0.1)
    with pytest.raises(
        InputError, match=r"^X2 -> X1 X1 X1 needs g_X_over_eps_Z; give it \(for example 100\)$"
    ):
        ZPrimeDirac(**HEAVY).matrix_element("X2", "X1 X1 X1")
    for name in ("c_V", "c_A"):
        imaginary: dict[str, Any] = {name: 0.5j}
        with pytest.raises(
            InputError, match=f"{name} = .*; allowed: real sizes, the phase of c_V is put here"
        ):
            ZPrimeMajorana(**HEAVY, **imaginary)


SPINNING = ZPrimeDirac(
    m1=0.02, m2=0.2, G_X=GF, c_V=0.6, c_A=0.8 + 0.3j, c_A22=0.5, c_A11=0.2, g_X_over_eps_Z=50.0
)
REAL = replace(SPINNING, c_V=0.6j, c_A=0.8)  # no interference
SELF = ZPrimeMajorana(m1=0.02, m2=0.2, G_X=GF, c_V=0.6, c_A=0.8, c_A22=0.5, c_A11=0.2, g_X_over_eps_Z=50.0)


def test_how_a_production_polarises() -> None:
    """psi1~ is the antiparticle beside psi2; of X2 X2 the second; none for Majorana states; P-even currents leave nothing."""
    masses, singlet = (0.02, 0.2), FermionCurrent(m1=0.2, m2=0.2, c_V=0.0, c_A=1.0)
    for model, dirac in ((SPINNING, True), (REAL, True), (SELF, False)):
        current, has = model.current(), model is SPINNING
        for meson, mass in (("K_L0", KAON), ("eta", ETA)):
            pair = PairSpin(
                amplitude=MesonCurrent(current=current),
                pair=(0, 1),
                masses=masses,
                anti=(True, False),
                polarisation=-current.asymmetry(mass),
            )
            assert model.polariser(meson, "X1 X2") == (pair if has else None)
            assert model.polariser(meson, "X1 X1") is None
            both = PairSpin(
                amplitude=MesonCurrent(current=singlet),
                pair=(0, 1),
                masses=(0.2, 0.2),
                anti=(False, dirac),
                singlet=True,
            )
            assert model.polariser(meson, "X2 X2") == both
        transition = model.matrix_element("B+", "K+ X1 X2")
        after: dict[str, Any] = {"pair": (1, 2), "masses": masses, "anti": (dirac, False)}
        law = PairSpin(amplitude=MesonCurrent(current=current, transition=transition), **after)  # type: ignore[arg-type]
        assert model.polariser("B+", "K+ X1 X2") == (law if has else None)
        kstar = KstarCurrent(transition=model.matrix_element("B0", "K*0 X1 X2"))  # type: ignore[arg-type]
        assert model.polariser("B0", "K*0 X1 X2") == PairSpin(amplitude=kstar, **after)
    with pytest.raises(UnknownNameError):
        SPINNING.polariser("K_L0", "X1 X3")


def test_how_a_decay_analyses() -> None:
    heavy = replace(SPINNING, m2=0.62)
    for model, has in (
        (heavy, True),
        (replace(heavy, c_V=0.6j, c_A=0.8), False),
        (replace(SELF, m2=0.62), False),
    ):
        current = model.current()
        for meson, mass in (("pi0", PION), ("eta", ETA)):
            law = DecaySpin(
                amplitude=MesonCurrent(current=current, place=1),
                mass=0.02,
                asymmetry=-current.asymmetry(mass),
            )
            assert model.analyser(f"X1 {meson}") == (law if has else None)
        # a pair of pions has one current, that of fermions a second to interfere with, unless g_V g_A = 0
        for words, second in (("pi+ pi-", False), ("e+ e-", True), ("mu+ mu-", True), ("nu nubar", True)):
            decay = model.matrix_element("X2", f"X1 {words}")
            law = DecaySpin(amplitude=LightPair(decay=decay), mass=0.02)  # type: ignore[arg-type]
            assert model.analyser(f"X1 {words}") == (law if has or second else None), words
        triple = model.matrix_element("X2", "X1 X1 X1")
        assert isinstance(triple, TripleDecay)
        three = None if isinstance(model, ZPrimeMajorana) else TripleSpin(decay=triple)
        assert model.analyser("X1 X1 X1") == three
    quarter = replace(
        heavy, c_V=0.6j, c_A=0.8, inputs=Inputs.of("pdg", sin2_theta_W=0.25)
    )  # g_V of the electron is 0
    assert quarter.analyser("X1 e+ e-") is None
    assert quarter.analyser("X1 nu nubar") is not None


def test_vectors_are_the_polarisation_and_the_asymmetry() -> None:
    """At rest psi2's polarisation lies along its flight, the analysing vector along the pion, of the sizes given."""
    model, along = replace(SPINNING, m2=0.35), np.array([0.6, 0.0, 0.8])

    def four(mass: float, momentum: float) -> Any:
        return tuple(np.array([x]) for x in (*(momentum * along), math.hypot(mass, momentum)))

    k = float(lam(KAON**2, 0.02**2, 0.35**2)) / 0.7  # of the kaon, and of psi1 with it
    pair, decay = model.polariser("K_L0", "X1 X2"), model.analyser("X1 pi0")
    assert pair is not None
    assert isinstance(decay, DecaySpin)
    vector = np.ravel(pair.vector(1, four(KAON, -k), (four(0.02, -k), four(0.35, 0.0)), {}))
    np.testing.assert_allclose(vector, float(pair.polarisation) * along, atol=1e-9)  # type: ignore[arg-type]
    q = float(lam(0.35**2, 0.02**2, PION**2)) / 0.7
    vector = np.ravel(decay.vector((four(0.02, -q), four(PION, q))))
    np.testing.assert_allclose(vector, float(decay.asymmetry) * along, atol=1e-9)  # type: ignore[arg-type]
