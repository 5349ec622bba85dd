"""The interface of the models: arrays, edges, errors, invisible decays, combinations, rows."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pytest

from darkpair.chains.models import (
    MODELS,
    Dipole,
    HiggsPortalTrilinear,
    Impostor,
    Inputs,
    Model,
    TwoHiggsDoublet,
    ZPrimeDirac,
    ZPrimeMajorana,
    ZPrimeScalar,
    combine,
)
from darkpair.chains.models.electroweak import cos_theta_W, fermion_couplings, higgs_vev, weak_coupling
from darkpair.chains.models.rates import build_model, rate_table
from darkpair.chains.models.zprime import contact_coupling, mixing_from_vev
from darkpair.gen.constants import HBAR_C
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.particles import particle
from tests.shared.model_points import EXAMPLES, GF

PION = particle("pi0").mass


def near(value: Any, rel: float = 1e-6) -> Any:
    """Relative comparison alone: pytest.approx would let 1e-12 pass, and widths are far smaller."""
    return pytest.approx(value, rel=rel, abs=0.0)


def example(name: str, **changes: Any) -> Model:
    model: Model = MODELS[name](**{"m1": 0.02, "m2": 0.43, **EXAMPLES[name], **changes})
    return model


@pytest.mark.parametrize("name", MODELS)
def test_every_mode_of_every_model(name: str) -> None:
    model = example(name)
    for parent, mode in model.modes():
        width = model.partial_width(parent, mode)
        assert np.isfinite(width)
        assert width >= 0.0
        assert model.equation(parent, mode)
    total = sum(model.partial_width(*key) for key in model.modes("X2"))
    assert model.width("X2") == near(total, rel=1e-12)
    if total > 0.0:
        assert model.ctau("X2") == near(HBAR_C / total)
        assert sum(model.branching_ratio(*key) for key in model.modes("X2")) == near(1.0)
    assert model.ctau("X1") == np.inf


@pytest.mark.parametrize("name", MODELS)
def test_arrays_equal_points(name: str) -> None:
    m1, m2 = np.array([0.0, 0.05, 0.1])[:, None], np.array([0.11, 0.2, 0.3, 0.45])
    grid = example(name, m1=m1, m2=m2)
    for key in grid.modes():
        widths = np.broadcast_to(grid.partial_width(*key), (3, 4))
        assert np.all(np.isfinite(widths))
        for i, j in ((0, 0), (1, 2), (2, 3)):
            point = example(name, m1=m1[i, 0], m2=m2[j])
            assert widths[i, j] == near(float(point.partial_width(*key)), rel=1e-12), key


@pytest.mark.parametrize("name", MODELS)
def test_models_and_amplitudes_pickle(name: str) -> None:
    model = example(name)
    again = pickle.loads(pickle.dumps(model))
    assert again.width("X2") == model.width("X2")
    for key in model.modes():
        try:
            amplitude = model.matrix_element(*key)
        except InputError:
            continue
        q2 = np.linspace(0.01, 0.02, 3)
        np.testing.assert_array_equal(pickle.loads(pickle.dumps(amplitude))(q2, 0.3), amplitude(q2, 0.3))


def test_couplings_broadcast() -> None:
    model = ZPrimeDirac(m1=0.0, m2=np.array([0.2, 0.4]), G_X=np.array([[GF], [2 * GF]]), c_V=1.0)
    assert model.ctau("X2").shape == (2, 2)
    np.testing.assert_allclose(model.width("X2")[1], 4 * model.width("X2")[0], rtol=1e-12)


def test_closed_channels_are_exactly_zero() -> None:
    m1 = 0.25
    for m2 in (m1, m1 + 0.5 * PION, m1 + PION):
        for name in ("zprime-scalar", "zprime-dirac", "virtual-meson"):
            assert example(name, m1=m1, m2=m2).partial_width("X2", "X1 pi0") == 0.0
    assert example("zprime-dirac", m1=m1, m2=m1 + PION + 1e-6).partial_width("X2", "X1 pi0") > 0.0
    assert example("zprime-scalar", m1=0.0).partial_width("X2", "X1 pi0") > 0.0  # m1 = 0 is allowed
    degenerate = example("zprime-dirac", m1=m1, m2=m1)
    assert degenerate.ctau("X2") == np.inf


def test_no_coupling() -> None:
    model = ZPrimeScalar(m1=0.0, m2=0.4, G_X=0.0)
    assert model.ctau("X2") == np.inf
    assert model.branching_ratio("K_L0", "X1 X2") == 0.0
    with pytest.raises(InputError, match="no branching ratios"):
        model.branching_ratio("X2", "X1 pi0")
    grid = ZPrimeScalar(m1=0.0, m2=0.4, G_X=np.array([0.0, GF]))
    assert grid.ctau("X2")[0] == np.inf
    assert np.isfinite(grid.ctau("X2")[1])
    with pytest.raises(InputError, match="no branching ratios"):
        grid.branching_ratio("X2", "X1 pi0")


def test_mediator_on_its_mass_shell() -> None:
    model = ZPrimeDirac(m1=0.04, m2=0.4, G_X=GF, m_Zprime=4.0)
    with pytest.raises(InputError, match="mass shell"):
        model.partial_width("B+", "K+ X1 X2")
    with pytest.raises(InputError, match="mass shell"):
        model.matrix_element("B0", "K0 X1 X2")
    contact = replace(model, m_Zprime=None)
    light = replace(model, m_Zprime=0.3)
    assert light.partial_width("K_L0", "X1 X2") == contact.partial_width("K_L0", "X1 X2")
    assert light.partial_width("X2", "X1 pi0") == contact.partial_width("X2", "X1 pi0")
    with pytest.raises(InputError, match="mass shell"):
        light.partial_width("X2", "X1 nu nubar")
    with pytest.raises(InputError, match="mass shell"):
        HiggsPortalTrilinear(m1=0.04, m2=0.4, A_3=1.0, B=1.0, m_S3=0.2).width("X2")
    with pytest.raises(InputError, match="mass shell"):
        HiggsPortalTrilinear(m1=0.04, m2=0.4, A_3=1.0, B=1.0, m_S3=particle("K_L0").mass).partial_width(
            "K_L0", "X1 X2"
        )
    scalar = HiggsPortalTrilinear(m1=0.04, m2=0.4, A_3=1.0, B=1.0, m_S3=3.0)
    with pytest.raises(InputError, match="mass shell"):
        scalar.partial_width("B+", "K+ X1 X2")


def test_invisible_decays() -> None:
    model = ZPrimeDirac(m1=0.04, m2=0.4, G_X=GF)
    half = replace(model, invisible_branching_ratio=0.5)
    assert half.width("X2") == near(2 * model.width("X2"))
    assert half.branching_ratio("X2", "invisible") == near(0.5)
    assert half.branching_ratio("X2", "X1 pi0") == near(0.5 * model.branching_ratio("X2", "X1 pi0"))
    assert half.ctau("X2") == near(0.5 * model.ctau("X2"))
    fixed = replace(model, invisible_width=3 * float(model.width("X2")))
    assert fixed.branching_ratio("X2", "invisible") == near(0.75)
    assert model.partial_width("X2", "invisible") == 0.0
    with pytest.raises(InputError, match="give one"):
        replace(half, invisible_width=1e-20)
    with pytest.raises(InputError, match="allowed"):
        replace(model, invisible_branching_ratio=1.0)
    with pytest.raises(InputError, match="allowed"):
        replace(model, invisible_width=-1.0)


def test_unknown_names() -> None:
    model = ZPrimeScalar(m1=0.0, m2=0.4, G_X=GF)
    with pytest.raises(UnknownNameError, match=r"mode of X2.*X1 pi0"):
        model.partial_width("X2", "X1 pi1")
    with pytest.raises(UnknownNameError, match="parent"):
        model.partial_width("D0", "X1 X2")
    with pytest.raises(UnknownNameError, match="parent"):
        model.width("D0")
    with pytest.raises(InputError, match="no three-body matrix element"):
        model.matrix_element("X2", "X1 pi0")
    with pytest.raises(InputError, match="b_to_k = 'lattice'; allowed: ali-ball or bcl"):
        replace(model, b_to_k="lattice")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="convention = 'paper'; allowed: literal or printed"):
        ZPrimeMajorana(m1=0.0, m2=0.4, G_X=GF, convention="paper")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="flavour = 'up'; allowed: mfv or d-only"):
        TwoHiggsDoublet(m1=0.0, m2=0.4, y_lambda=1e-3, flavour="up")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"m1": -0.1},
        {"m2": np.nan},
        {"m1": 0.5},
        {"m1": 0.0, "m2": 0.0},
        {"G_X": -1.0},
        {"G_X": np.nan},
        {"m_UV": 50.0},
        {"c_A": np.inf},
        {"c_A11": 0.1},
    ],
)
def test_values_that_make_no_sense(changes: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        example("zprime-dirac", **changes)
    with pytest.raises(InputError):
        ZPrimeMajorana(m1=0.0, m2=0.4, G_X=GF, c_V=1j)
    with pytest.raises(InputError, match="real sizes"):
        Dipole(m1=0.0, m2=0.4, mu=1e-5j, majorana=True)
    with pytest.raises(InputError, match="mu = nan; allowed: a dipole moment"):
        Dipole(m1=0.0, m2=0.4, mu=np.nan)


@pytest.mark.parametrize("name", MODELS)
def test_no_number_may_be_nan(name: str) -> None:
    for parameter, value in EXAMPLES[name].items():
        if isinstance(value, float):
            with pytest.raises(InputError, match=rf"{parameter} = "):
                example(name, **{parameter: np.nan})
            with pytest.raises(InputError, match=rf"{parameter} = "):
                example(name, **{parameter: np.array([value, np.inf])})


def test_models_are_frozen_and_remember_their_inputs() -> None:
    model = ZPrimeScalar(m1=0.0, m2=0.4, G_X=GF, inputs=Inputs.of("paper", F_pi=0.1))
    with pytest.raises(FrozenInstanceError):
        model.m1 = 0.1  # type: ignore[misc]
    assert model.inputs.provenance() == {"preset": "paper", "overrides": {"F_pi": 0.1}}
    with pytest.raises(ValueError, match="read-only"):
        model.partial_width("X2", "X1 pi0")[...] = 0.0
    assert ZPrimeScalar(m1=0.0, m2=0.4, G_X=GF).inputs.preset == "pdg"


def test_portals_combine() -> None:
    point: dict[str, Any] = {"m1": 0.0, "m2": 0.2}
    portal = ZPrimeDirac(G_X=GF, c_A=0.0, c_A22=1.0, **point)
    dipole = Dipole(mu=1e-5, d=1e-5, **point)
    both = combine(portal, dipole)
    assert both.branching_ratio("K_L0", "X2 X2") == portal.branching_ratio("K_L0", "X2 X2")
    assert both.width("X2") == near(portal.width("X2") + dipole.width("X2"))
    spin = both.spin("K_L0", "X2 X2", "X1 gamma")
    assert (spin.axis, spin.slope, spin.asymmetry) == ("sister", near(1.0), near(-1.0))
    assert both.spin("K_L0", "X1 X2", "X1 gamma").axis == "none"
    polarised = combine(replace(portal, c_V=1.0, c_A=1.0), dipole)
    assert polarised.spin("K_L0", "X1 X2", "X1 gamma").axis == "flight"
    assert polarised.spin("K_L0", "X2 X2", "X1 gamma").axis == "sister"
    assert polarised.spin("B+", "K+ X1 X2", "X1 gamma").axis == "event"
    unspun = combine(replace(portal, c_V=1.0, c_A=1.0), replace(dipole, d=0.0))
    assert unspun.spin("K_L0", "X1 X2", "X1 gamma").axis == "none"
    assert replace(dipole, d=0.5e-5).analyser("X1 gamma").asymmetry == near(-0.8)  # type: ignore[union-attr]
    assert replace(dipole, majorana=True).analyser("X1 gamma") is None
    assert pickle.loads(pickle.dumps(both)).ctau("X2") == both.ctau("X2")
    np.testing.assert_allclose(both.matrix_element("X2", "X1 e+ e-")(0.01, 0.2), 0.0)
    assert combine(portal, dipole, invisible_branching_ratio=0.5).width("X2") == near(2 * both.width("X2"))
    production = HiggsPortalTrilinear(A_3=1.0, B=1.0, m_S3=10.0, **point).saturating(0.1)
    photons = combine(production, Impostor(**point))
    assert photons.branching_ratio("X2", "gamma gamma") > 0.999
    assert photons.partial_width("K_L0", "X1 X2") == production.partial_width("K_L0", "X1 X2")
    with pytest.raises(InputError, match="interfere"):
        combine(production, TwoHiggsDoublet(y_lambda=1e-3, **point))
    with pytest.raises(InputError, match="other masses"):
        combine(portal, Dipole(m1=0.0, m2=0.21, mu=1e-5))
    with pytest.raises(InputError, match="to the combination"):
        combine(replace(portal, invisible_branching_ratio=0.5), dipole)
    with pytest.raises(InputError, match="one or more"):
        combine()


def test_order_of_the_daughters() -> None:
    """ "X1 e+ e-" has the electron last, "X1 nu nubar" the antineutrino: the asymmetry knows."""
    model = ZPrimeDirac(m1=0.05, m2=0.4, G_X=GF, c_V=1.0, c_A=0.7, inputs=Inputs.of("pdg", sin2_theta_W=0.1))
    electron, neutrino = model.matrix_element("X2", "X1 e+ e-"), model.matrix_element("X2", "X1 nu nubar")

    def tilt(amplitude: Any) -> float:
        return float(amplitude(0.05, 0.5) - amplitude(0.05, -0.5))

    def unit(fermion: str) -> float:
        g_v, g_a = fermion_couplings(fermion, model.inputs)
        dark = model.current()
        odd = dark.decay(0.05, 0.5, 0.0, g_v, g_a) - dark.decay(0.05, -0.5, 0.0, g_v, g_a)
        return float(odd * 2 * GF**2 * (3 if fermion == "nu" else 1))

    assert tilt(neutrino) == near(unit("nu"), rel=1e-9)
    assert tilt(electron) == near(-unit("e"), rel=1e-4)


def test_model_from_mixing() -> None:
    model = ZPrimeScalar.from_mixing(eps_Z=4e-3, g_X=1.1, m_Zprime=10.0, inputs=Inputs(), m1=0.0, m2=0.4)
    assert model.m_Zprime == 10.0
    contact = float(contact_coupling(4e-3, 1.1, 10.0, Inputs()))
    assert float(model.G_X) == near(contact, rel=1e-12)
    # Delta^2 = g g_X v_X^2 / (2 c_W) over m_Z^2 = g^2 v^2 / (4 c_W^2)
    g, c, v = weak_coupling(Inputs()), cos_theta_W(Inputs()), higgs_vev(Inputs())
    expected = (g * 0.9 * 4.0 / (2 * c)) / (g**2 * v**2 / (4 * c**2))
    assert mixing_from_vev(0.9, 2.0, Inputs()) == near(expected, rel=1e-12)


def test_what_the_dark_states_are() -> None:
    kinds = {
        name: (example(name).fermions(), example(name).self_conjugate(), example(name).stable())
        for name in MODELS
    }
    assert kinds["zprime-scalar"] == (False, True, True)
    assert kinds["zprime-dirac"] == kinds["dipole"] == kinds["higgs-portal-fermion"] == (True, False, True)
    assert kinds["zprime-majorana"] == (True, True, True)
    assert kinds["impostor"] == (False, True, False)
    point: dict[str, Any] = {"m1": 0.0, "m2": 0.2}
    both = combine(ZPrimeScalar(G_X=GF, **point), Impostor(**point))
    assert (both.fermions(), both.self_conjugate(), both.stable()) == (False, True, False)
    with pytest.raises(InputError, match="like with like"):
        combine(ZPrimeScalar(G_X=GF, **point), Dipole(mu=1e-5, **point))
    with pytest.raises(InputError, match="like with like"):
        combine(ZPrimeMajorana(G_X=GF, **point), Dipole(mu=1e-5, **point))


def test_rows_of_the_rates() -> None:
    settings: dict[str, str | float] = {"m1": "0", "m2": "430 MeV", "G_X": "1 GF", "inputs.F_K": "117 MeV"}
    model = build_model("zprime-scalar", settings)
    assert model.inputs["F_K"] == 0.117
    rows = {(row.parent, row.mode): row for row in rate_table(model)}
    assert set(rows) == {*model.modes(), ("X2", "invisible")}
    pion = rows["X2", "X1 pi0"]
    assert pion.branching_ratio == pytest.approx(0.911, abs=1e-3)
    assert pion.ctau == model.ctau("X2")
    assert not pion.closed
    assert rows["K+", "pi+ X1 X2"].closed
    rows_off = rate_table(build_model("zprime-scalar", {**settings, "G_X": 0.0}))
    assert {row.branching_ratio for row in rows_off if row.parent == "X2"} == {None}
    words = build_model("zprime-majorana", {**settings, "convention": "printed", "c_V": "0.5"}, "paper")
    assert words.inputs.preset == "paper"
    dipole = build_model("dipole", {"m1": 0, "m2": 0.1, "mu": "1e-2 /TeV", "d": "1e-5", "majorana": "true"})
    assert dipole.width("X2") == near(8 * Dipole(m1=0.0, m2=0.1, mu=1e-5).width("X2"))


@pytest.mark.parametrize(
    ("name", "settings", "error"),
    [
        ("zprime", {}, UnknownNameError),
        ("dipole", {"m3": 1.0}, UnknownNameError),
        ("dipole", {"inputs": 1.0}, UnknownNameError),
        ("dipole", {"m1": 0.0}, InputError),
        ("dipole", {"m1": "x", "m2": 1.0, "mu": 1.0}, InputError),
        ("dipole", {"m1": 0.0, "m2": 1.0, "mu": "x"}, InputError),
        ("dipole", {"m1": 0.0, "m2": 1.0, "mu": 1.0, "majorana": "perhaps"}, InputError),
        ("dipole", {"inputs.F_Q": 1.0}, UnknownNameError),
    ],
)
def test_bad_requests_for_rates(name: str, settings: dict[str, str | float], error: type[Exception]) -> None:
    with pytest.raises(error):
        build_model(name, settings)
    with pytest.raises(InputError, match="one point"):
        rate_table(ZPrimeScalar(m1=0.0, m2=np.array([0.3, 0.4]), G_X=GF))
