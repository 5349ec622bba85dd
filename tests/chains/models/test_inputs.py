"""The table of inputs: presets, overrides, sources."""

from __future__ import annotations

import pickle

import pytest

from darkpair.chains.models.inputs import PRESETS, Inputs
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.particles import particle


def test_every_line_has_a_source() -> None:
    for preset in PRESETS:
        for name, line in Inputs(preset).lines().items():
            assert line.source, name
            assert line.unit, name
            assert line.uncertainty >= 0.0, name
            assert line.confidence in {"read", "memory", "derived", "choice", "print"}, name


def test_what_was_read_says_where_and_what_was_not_says_where_it_was_looked_for() -> None:
    for preset in PRESETS:
        for name, line in Inputs(preset).lines().items():
            assert bool(line.place) == (line.confidence == "read"), name
            assert bool(line.searched) == (line.confidence == "memory"), name
            assert line.alternative != line.value, name


def test_two_ways_to_the_isospin_breaking_of_kaons() -> None:
    """K+ -> pi+ nu nubar against K_L -> pi0: Marciano and Parsa, and the kappa of arXiv:0705.2025 with the lifetimes."""
    line = Inputs("pdg").lines()["isospin_breaking"]
    inputs = Inputs("pdg")
    other = inputs["kappa_plus"] * particle("K_L0").ctau / (inputs["kappa_L"] * particle("K+").ctau)
    assert line.alternative == pytest.approx(other, abs=5e-4)
    assert line.value == pytest.approx(
        other, rel=0.008
    )  # the uncertainty of kappa_L / kappa_+ and of 0.954(3)


def test_printed_values_stand_only_in_the_presets_of_the_paper() -> None:
    assert all(line.confidence != "print" for line in Inputs("pdg").lines().values())
    printed = {
        name: line.value for name, line in Inputs("paper").lines().items() if line.confidence == "print"
    }
    assert printed == {
        "Gamma_h": 4.0e-3,
        "F_K": 0.117,
        "F_pi": 0.092,
        "im_VtsVtd": 1.4e-4,
        "re_g_sdX": 1.45e-6,
        "ms_over_md": 19.0,
        "eta_coupling": 22.0,
        "M_K_pi": -7.0e-8,
    }


def test_presets_extend() -> None:
    paper, high = Inputs("paper"), Inputs("paper-10tev")
    assert (paper["m_UV"], high["m_UV"]) == (500.0, 1e4)
    assert high["F_K"] == paper["F_K"]
    assert Inputs()["G_F"] == paper["G_F"]
    assert Inputs().get("re_g_sdX") is None
    assert Inputs.of("pdg", re_g_sdX=2e-6)["re_g_sdX"] == 2e-6


def test_overrides_and_their_record() -> None:
    inputs = Inputs.of("pdg", F_K=0.11).replace(F_pi=0.09)
    assert inputs.provenance() == {"preset": "pdg", "overrides": {"F_K": 0.11, "F_pi": 0.09}}
    assert inputs.lines()["F_K"].source == "given by the user"
    assert inputs.lines()["F_K"].unit == "GeV"
    assert pickle.loads(pickle.dumps(inputs)) == inputs
    assert hash(inputs) == hash(Inputs.of("pdg", F_pi=0.09, F_K=0.11))


def test_unknown_names() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'F_K'"):
        Inputs.of("pdg", F_k=0.1)
    with pytest.raises(UnknownNameError, match="preset"):
        Inputs("today")
    with pytest.raises(UnknownNameError):
        Inputs()["F_Q"]
    with pytest.raises(UnknownNameError):
        Inputs().get("F_Q")
    with pytest.raises(UnknownNameError):
        Inputs()["re_g_sdX"]  # derived in this preset
    with pytest.raises(InputError, match="inputs.F_K = nan; allowed: an energy"):
        Inputs.of("pdg", F_K=float("nan"))
    with pytest.raises(InputError, match="inputs.alpha = '1 GeV' has a unit"):
        Inputs.of("pdg", alpha="1 GeV")
    with pytest.raises(InputError, match="inputs.M_K_pi = '1 GeV' is an energy; allowed: an energy squared"):
        Inputs.of("pdg", M_K_pi="1 GeV")
    with pytest.raises(InputError, match="inputs.x_freeze_out = True"):
        Inputs.of("pdg", x_freeze_out=True)


def test_texts_with_units() -> None:
    given = {
        "F_K": "117 MeV",
        "alpha": "0.0073",
        "M_K_pi": "-0.07 MeV^2",
        "sigma_v_relic": "2 pb",
        "G_F": "11.6 /TeV^2",
    }
    inputs = Inputs.of("paper", **given)
    assert [inputs[name] for name in given] == pytest.approx([0.117, 0.0073, -7e-8, 2.0, 1.16e-5], rel=1e-15)
    assert inputs.replace(m_t="0.17 TeV")["m_t"] == 170.0
    assert inputs == Inputs.of("paper", **{name: inputs[name] for name in given})
