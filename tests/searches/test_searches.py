"""Constraints against the numbers that follow from the amplitudes, generated events, and the paper's statements."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair import Streams
from darkpair.chains.models import Inputs, VirtualMeson, ZPrimeDirac, ZPrimeMajorana, ZPrimeScalar
from darkpair.chains.models.electroweak import higgs_vev
from darkpair.chains.models.zprime import mixing_from_vev, mixing_product
from darkpair.chains.models.zprime_mixing import charged_vev_mass, higgs_couplings, higgs_width
from darkpair.chains.widths import three_body_width, three_body_window
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.particles import particle
from darkpair.gen.sources.gun import Gun
from darkpair.searches import (
    DATA,
    SEARCHES,
    AtomicParity,
    BToKNuNu,
    HiggsDecay,
    KotoBand,
    KotoLimit,
    KPlusToPiNuNu,
    NeutrinoElectron,
    PionToInvisible,
    searches,
    strongest,
)
from darkpair.searches.escape import escape_fraction, invisible_branching_ratio, invisible_fraction
from darkpair.searches.measurements import measurement

G_F = Inputs()["G_F"]
MODELS = {"dirac": ZPrimeDirac, "majorana": ZPrimeMajorana, "scalar": ZPrimeScalar}


def point(name: str = "dirac", m1: float = 0.04, m2: float = 0.4, **more: Any) -> Any:
    return MODELS[name](**{"m1": m1, "m2": m2, "G_X": G_F, **more})


@pytest.mark.parametrize(
    ("name", "subtracted", "whole"),
    [("dirac", 2.14, 2.47), ("majorana", 1.52, 1.75), ("scalar", 6.35, 7.33)],
)
def test_coupling_that_belle_allows(name: str, subtracted: float, whole: float) -> None:
    """(400, 40) MeV, m_UV = 500 GeV, contact, Ali-Ball, X2 never seen: G_X/G_F to 3 %."""
    for subtract, expected in ((True, subtracted), (False, whole)):
        belle = BToKNuNu(subtract=subtract, invisible="always")
        assert 1.0 / math.sqrt(belle.ratio(point(name))) == pytest.approx(expected, rel=0.03)


def test_every_assumption_of_b_to_k_is_a_switch() -> None:
    """The propagator adds a fifth at 10 GeV, other form factors change it, an X2 that is seen takes most away."""
    always = BToKNuNu(invisible="always")
    light = point(m_Zprime=10.0)
    assert always.value(light) / always.value(point()) == pytest.approx(1.215, abs=0.005)
    assert replace(always, propagator=False).value(light) == pytest.approx(always.value(point()), rel=1e-12)
    other = replace(always, form_factors="bcl").value(point())
    assert other == pytest.approx(always.value(point(b_to_k="bcl")), rel=1e-12)
    assert other != pytest.approx(always.value(point()), rel=1e-3)
    seen = BToKNuNu().value(point()) / always.value(point())
    assert invisible_branching_ratio(point()) < seen < 0.5
    limits = {search: BToKNuNu(search=search).limit for search in BToKNuNu.SEARCHES}
    assert limits["belle"] == pytest.approx(1.2e-5)
    assert limits["belle2-precision"] == pytest.approx(4.0e-7)
    assert limits["red-line"] == pytest.approx(4.8e-6)
    assert limits["red-line-total"] == pytest.approx(2.0 * limits["belle2-precision"])
    assert limits["belle2-2023"] == pytest.approx(2.3e-5 + 1.28155 * 0.707e-5 - 4.97e-6, rel=1e-4)


@pytest.mark.parametrize(("boost", "length"), [(0.0, 2000.0), (0.425, 500.0)])
def test_escape_against_events(boost: float, length: float) -> None:
    """Fraction that flies further, by 16 384 generated B+ -> K+ X1 X2; five standard errors of its spread."""
    model = point("scalar", m1=0.1, m2=0.35)
    mass = particle("B+").mass
    chain = model.chain("B+", "K+ X1 X2", modes=["X1 pi0"])
    streams = Streams(seed=7)
    gun = Gun(parent="B+", momentum=max(mass * boost, 1e-9))
    events = chain.generate(gun.sample(16_384, streams.rng("source")), streams)
    momentum = np.asarray(events.X2.p)
    flight = np.exp(-length * 0.35 / (momentum * float(model.ctau("X2"))))
    found = escape_fraction(model, "B+", "K+", length=length, boost=boost)
    assert flight.mean() == pytest.approx(float(found), abs=5.0 * flight.std() / 128.0)
    assert 0.02 < found < 0.9


def test_escape_tends_to_all_and_nothing() -> None:
    free = point(G_X=1e-3 * G_F)
    stuck = point(G_X=1e3 * G_F)
    assert escape_fraction(free, "B+", "K+", length=2000.0, boost=0.3) == pytest.approx(1.0, abs=1e-4)
    assert escape_fraction(stuck, "B+", "K+", length=2000.0, boost=0.3) < 1e-6
    # what flies out and decays unseen counts once
    assert invisible_fraction(free, "B+", "K+", length=2000.0, boost=0.3) == pytest.approx(1.0, abs=1e-4)
    unseen = invisible_fraction(stuck, "B+", "K+", length=2000.0, boost=0.3)
    assert unseen == pytest.approx(float(stuck.branching_ratio("X2", "X1 nu nubar")), rel=1e-4)


def test_windows_of_missing_mass_add_up() -> None:
    """The parts of a width in three ranges make the whole, also where a range covers a limit."""
    model = point("scalar", m1=0.02, m2=0.2)
    kaon, pion = particle("K+").mass, particle("pi+").mass
    averaged = model.matrix_element("K+", "pi+ X1 X2").averaged
    whole = three_body_width(kaon, pion, 0.02, 0.2, averaged)
    edges = [(-1.0, 0.06), (0.06, 0.09), (0.09, 1.0)]
    parts = [three_body_window(kaon, pion, 0.02, 0.2, averaged, *ends) for ends in edges]
    assert sum(parts) / whole == pytest.approx(1.0, rel=1e-5)
    assert three_body_window(kaon, pion, 0.02, 0.2, averaged, 0.0, 0.04) == 0.0


def test_charged_kaons() -> None:
    """Open below 354 MeV of pair mass, and seen by the searches below 261 MeV only."""
    everywhere = KPlusToPiNuNu(shape=False, invisible="always")
    assert everywhere.value(point("scalar", 0.04, 0.4)) == 0.0
    assert everywhere.value(point("scalar", 0.02, 0.25)) > 0.0
    in_regions = KPlusToPiNuNu(invisible="always")
    assert in_regions.value(point("scalar", 0.02, 0.25)) == 0.0
    light = point(m1=0.0, m2=1e-4)  # massless fermions have the neutrinos' shape
    assert in_regions.value(light) / everywhere.value(light) == pytest.approx(1.0, rel=1e-3)
    assert KPlusToPiNuNu(subtract=False).limit - KPlusToPiNuNu().limit == pytest.approx(8.6e-11, abs=0.0)
    with pytest.raises(UnknownNameError, match="na62"):
        KPlusToPiNuNu(experiment="na6")


def test_pion_to_nothing() -> None:
    """arXiv:2005.07102, eq. 67 with the corrected phase space, against 4.4e-9."""
    constraint = PionToInvisible()
    m = particle("pi0").mass
    model = ZPrimeMajorana(
        m1=0.25 * m, m2=0.4, G_X=G_F, c_A11=1.0, g_X_over_eps_Z=100.0, inputs=Inputs("paper")
    )
    expected = 3.61e-9 * math.sqrt(1.0 - 4.0 * 0.25**2)
    assert constraint.value(model) == pytest.approx(expected, rel=0.01)
    assert not constraint.excluded(model)
    assert constraint.excluded(replace(model, G_X=2.0 * G_F))
    assert constraint.value(point("scalar")) == 0.0  # m1 + m2 above the pion's mass
    assert constraint.value(VirtualMeson(m1=0.01, m2=0.05, m_eff=1e-6, a_211=1e-6)) > 0.0


def test_pion_to_a_pair_that_stays() -> None:
    """An X2 that decays to nothing at all is never seen; one of the Z' to neutrinos and electrons."""
    stable = VirtualMeson(m1=0.01, m2=0.05, m_eff=1e-7)
    assert invisible_branching_ratio(stable) == 1.0
    assert PionToInvisible().value(stable) == stable.branching_ratio("pi0", "X1 X2") > 1e-8
    pair = point("majorana", 0.01, 0.08)
    unseen = PionToInvisible().value(pair) / pair.branching_ratio("pi0", "X1 X2")
    assert unseen == pytest.approx(1.5 / (1.5 + 0.2516), rel=0.02)


@pytest.mark.parametrize(("preset", "coupling"), [("paper", 1.080), ("paper-10tev", 0.409)])
def test_arithmetic_of_figure_3(preset: str, coupling: float) -> None:
    """(430, 0) MeV, three events, prompt, BR(X2 -> X1 pi0) = 1, efficiency ratio 1.167: G_X/G_F to 1 %."""
    band = KotoBand(efficiency_ratio=1.167, decay="included", branching_ratio=1.0)
    assert band.central == pytest.approx(2.07e-9)
    model = point("scalar", 0.0, 0.43, inputs=Inputs(preset))
    assert math.sqrt(band.central / band.value(model)) == pytest.approx(coupling, rel=0.01)
    assert band.interval() == pytest.approx((0.94e-9, 4.08e-9), rel=0.01)
    assert band.interval(0.95) == pytest.approx((0.43e-9, 6.05e-9), rel=0.01)
    assert band.inside(replace(model, G_X=coupling * G_F))
    assert not band.inside(replace(model, G_X=0.4 * coupling * G_F), 0.95)


def test_koto_limits() -> None:
    """Equation 66 factor by factor, with the efficiency as a function of the model, over a grid of masses."""
    m2 = np.array([[0.3], [0.43]])
    m1 = np.array([0.0, 0.05, 0.1])
    model = ZPrimeScalar(m1=m1, m2=m2, G_X=G_F)
    limit = KotoLimit(run="2015", efficiency_ratio=lambda of: np.asarray(of.m2) / 0.4)
    expected = model.branching_ratio("K_L0", "X1 X2") * m2 / 0.4
    momentum = np.sqrt(1.0 - m2**2)
    expected = expected * (1.0 - np.exp(-1500.0 * m2 / (momentum * model.ctau("X2"))))
    expected = expected * model.branching_ratio("X2", "X1 pi0")
    assert 1e9 * limit.value(model) == pytest.approx(1e9 * expected, rel=1e-11)  # zero where m1 + m2 > m_K
    assert limit.value(model).shape == (2, 3)
    assert limit.limit == 3.0e-9
    assert np.array_equal(limit.excluded(model), expected > 3.0e-9)
    with pytest.raises(InputError, match="no limit"):
        KotoLimit(efficiency_ratio=0.0)
    with pytest.raises(UnknownNameError, match="2016-18"):
        KotoLimit(run="2016", efficiency_ratio=1.0)


def test_fermion_bounds_differ_as_the_text_says() -> None:
    """B decays matter more for fermions than for scalars at the coupling that KOTO prefers (section IV.C)."""
    koto = KotoBand(efficiency_ratio=1.167, decay="included")
    relative = {}
    for name in MODELS:
        model = point(name, 0.0, 0.43)
        relative[name] = BToKNuNu(invisible="always").ratio(model) / koto.ratio(model)
    assert relative["dirac"] == pytest.approx(
        relative["majorana"], rel=1e-9
    )  # the same factor 2 in both decays
    assert relative["dirac"] > 5.0 * relative["scalar"]


def test_an_invisible_width_sharpens_b_decays() -> None:
    """X2 appears as missing energy more often (section IV.D)."""
    plain, dark = point("majorana"), point("majorana", invisible_branching_ratio=0.5)
    assert BToKNuNu().value(dark) > 2.0 * BToKNuNu().value(plain)
    assert BToKNuNu(invisible="always").value(dark) == BToKNuNu(invisible="always").value(plain)


def test_weak_charges() -> None:
    """delta^2 = (eps_Z m_Z / m_Z')^2: 1.6e-3 at G_X = G_F, 10 GeV and g_X = 1, for any contact model."""
    model = point(m_Zprime=10.0)
    eps = 4.43e-3
    assert AtomicParity().value(model) == pytest.approx((eps * 91.19 / 10.0) ** 2, rel=0.01)
    assert NeutrinoElectron().value(model) == pytest.approx(AtomicParity().value(model), rel=2e-4)
    assert AtomicParity(g_X=2.0).value(model) == pytest.approx(AtomicParity().value(model) / 4.0)
    assert AtomicParity(evaluation="2009").limit == pytest.approx(1.28155 * 0.3533 / 73.16, rel=1e-3)
    assert NeutrinoElectron().limit > AtomicParity().limit
    with pytest.raises(InputError, match="m_Zprime"):
        AtomicParity().value(point())
    assert not AtomicParity().applies(point())


@pytest.mark.parametrize("completion", ["independent", "aligned"])
@pytest.mark.parametrize("charged", [0.0, 20.0])
def test_higgs_couplings_from_the_mass_matrix(completion: str, charged: float) -> None:
    """The same couplings by diagonalising the mass matrix and moving the Higgs field."""
    inputs, eps, m_x = Inputs(), 1e-3, 12.0
    m_Z2, v = particle("Z0").mass ** 2, higgs_vev(inputs)

    def matrix(h: float) -> Any:
        move = (1.0 + h / v) ** 2
        rest = move if completion == "aligned" else 1.0
        off = -eps * m_Z2 * rest
        return np.array([[m_Z2 * move, off], [off, m_x**2 - charged + charged * rest]])

    _, states = np.linalg.eigh(matrix(0.0))
    slope = states.T @ (matrix(1e-3) - matrix(-1e-3)) @ states / 2e-3
    one, two = higgs_couplings(eps, m_x, inputs, completion=completion, charged=charged)
    assert abs(slope[0, 1]) == pytest.approx(abs(float(one)), rel=1e-3)
    assert slope[0, 0] == pytest.approx(float(two), rel=1e-3)


def test_higgs_width_is_the_known_one() -> None:
    """h -> V V with the coupling 2 m_V^2 / v is m_h^3 / (32 pi v^2) (1 - 4x + 12x^2) sqrt(1 - 4x)."""
    inputs, m = Inputs(), 30.0
    _, unit = higgs_couplings(1e-3, m, inputs)
    scale = (2.0 * m**2 / higgs_vev(inputs) / unit) ** 2
    x = (m / inputs["m_h"]) ** 2
    known = inputs["m_h"] ** 3 / (32.0 * math.pi * higgs_vev(inputs) ** 2)
    known *= (1.0 - 4.0 * x + 12.0 * x**2) * math.sqrt(1.0 - 4.0 * x)
    assert scale * higgs_width("Z' Z'", 1e-3, m, inputs) == pytest.approx(known, rel=1e-9)


def test_higgs_decays() -> None:
    """Z Z' is the stronger one and neither excludes G_X = G_F at 10 GeV; a doublet of unit charge would."""
    model = point(m_Zprime=10.0)
    pair, one = HiggsDecay(), HiggsDecay(final="Z Z'")
    assert pair.ratio(model) < 0.1 * one.ratio(model) < 0.1
    assert HiggsDecay(completion="aligned").ratio(model) > 100.0
    assert HiggsDecay(completion="aligned", charge=1e-2).ratio(model) < 1.0
    # the doublet's own part of m_Z'^2 is G_X / G_F of it
    eps = mixing_product(G_F, 10.0, Inputs())
    assert charged_vev_mass(eps, 1.0, 1.0, Inputs()) == pytest.approx(100.0, rel=1e-9)
    # and the same from a vacuum expectation value
    v_X = 3.0
    assert charged_vev_mass(mixing_from_vev(0.5, v_X, Inputs()), 0.5, 1.0, Inputs()) == pytest.approx(2.25)


def test_sets_of_data_and_switches() -> None:
    for names in DATA.values():
        assert set(names) <= set(SEARCHES)
    chosen = searches("today", without=["b-to-k-belle"])
    assert not any(name.startswith("koto") for name in chosen)
    assert "b-to-k-belle" not in chosen
    assert "koto-2021" in searches("today", efficiency_ratio=1.0)
    assert set(searches("2020")) < set(searches("today")) | {"atomic-parity-2009"}
    model = point("majorana", 0.04, 0.4, m_Zprime=10.0)
    name, ratio = strongest(searches(["b-to-k-belle", "higgs-z-zprime"]), model) or ("", 0.0)
    assert name == "higgs-z-zprime"
    assert ratio == pytest.approx(HiggsDecay(final="Z Z'").ratio(model))
    with pytest.raises(InputError, match="charm needs"):
        searches(SEARCHES, efficiency_ratio=1.0)
    for made in searches(SEARCHES.keys() - {"charm", "nucal"}, efficiency_ratio=1.0).values():
        assert made.limit > 0.0
        for found in made.measurements:
            assert found.source
            assert found.confidence in {"read", "memory", "derived", "print", "choice"}
    for wrong in (["b-to-k"], "2021"):
        with pytest.raises(UnknownNameError):
            searches(wrong)


def test_the_page_names_every_constraint() -> None:
    """docs/limits.md; its numbers are those of a run (`tests.pages`)."""
    page = (Path(__file__).parents[2] / "docs" / "limits.md").read_text(encoding="utf-8")
    named = {name for name in SEARCHES if f"`{name}`" in page}
    assert named | {"atomic-parity-2021"} == set(SEARCHES) - {
        "koto-three-events"
    }  # one line for both evaluations


@pytest.mark.parametrize("constraint", [AtomicParity(), NeutrinoElectron()])
def test_a_light_mediator_saturates_at_the_momentum_transfer(
    constraint: AtomicParity | NeutrinoElectron,
) -> None:
    """At fixed eps_Z the excess goes as 1/(m_Z'^2 + Q^2): no longer as 1/m_Z'^2 once the Z' is lighter than Q."""
    square = measurement(constraint.TOPIC, "momentum_transfer").value
    light, heavy = 0.1 * math.sqrt(square), 10.0
    point: dict[str, Any] = {"m1": 0.04, "m2": 0.4, "eps_Z": 1e-6, "g_X": 1.0, "inputs": Inputs("paper")}
    models = [ZPrimeScalar.from_mixing(m_Zprime=mass, **point) for mass in (light, heavy)]
    found = [float(constraint.value(model)) for model in models]
    assert found[0] / found[1] == pytest.approx((heavy**2 + square) / (1.01 * square), rel=1e-6)
