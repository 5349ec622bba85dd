"""What a hostile user found in maps and limits: each is said in one line with its true reason, or refused."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from click.testing import CliRunner

from darkpair.chains.models.combined import Combined
from darkpair.chains.models.owned import parameter, with_parameter
from darkpair.chains.models.rates import build_model, unit_of
from darkpair.cli import main
from darkpair.gen.errors import DarkpairError
from darkpair.limits.choice import choose
from darkpair.limits.silent import production_line, silent_lines
from darkpair.studies.experiments.inelastic_picture import picture

X, Y = "x='m2: 150 .. 450 MeV, 4'", "y='G_X: 0.1 .. 10 GF, 4 log'"
POINT = "m1=0 m2='430 MeV' G_X='1 GF'"
BOTH = "zprime-scalar+impostor m1=0 m2='430 MeV' G_X='1 GF' lambda_Psi=1 m_Psi='1 TeV'"
MIXING = "kinetic-mixing m1=10MeV m2='30 MeV' m_Aprime='100 MeV' eps=1e-4 alpha_D=0.1"

#: Commands, their exit status, and what they say.
SAID = {
    f"reach zprime-scalar {X} {Y} m1='0.1*m2*m2' --only atomic-parity-2021": (2, "m1 = '0.1*m2*m2' is in GeV^2, and m1 in GeV"),
    f"reach zprime-scalar {X} {Y} m1='0.1*G_X*m2' --only atomic-parity-2021": (2, "is in GeV^-1, and m1 in GeV"),
    f"reach zprime-scalar {X} {Y} m1='1/m2' --only atomic-parity-2021": (2, "is in GeV^-1, and m1 in GeV"),
    f"reach zprime-scalar {X} {Y} m1='0.1*m3' --only atomic-parity-2021": (2, "'m3' is neither a number nor one of m2, G_X, m1"),
    f"reach zprime-scalar x='m2: 150 MeV .. 450, 4' {Y} m1=0 --only atomic-parity-2021": (2, "the first end is in MeV, and the last has no unit"),
    f"reach zprime-scalar {X} {Y} m1=0 --only higgs-z-zprime": (2, "higgs-z-zprime needs the mass of the Z'"),
    f"limits zprime-scalar {POINT} --only higgs-z-zprime": (0, "higgs-z-zprime needs the mass of the Z', which the point leaves open"),
    f"limits zprime-scalar {POINT} --only higgs-z-zprime --only pi0-invisible": (0, "higgs-z-zprime needs the mass of the Z'"),
    f"limits {BOTH} impostor.a_211='1 MeV' --only pi0-invisible --along impostor.a_211": (0, "range of impostor.a_211"),
    f"limits {BOTH} impostor.a_211='1 MeV' --only pi0-invisible --along a_211": (2, "say whose it is: zprime-scalar.a_211 or impostor.a_211"),
    f"limits zprime-scalar {POINT} --only pi0-invisible --along impostor.a_211": (2, "unknown parameter of ZPrimeScalar"),
    f"limits {MIXING} --only k-to-pi-na62": (0, "k-to-pi-na62"),
    f"limits zprime-scalar {POINT} --only pi0-invisible --production nuisance": (0, "production enters none of these limits"),
    f"reach zprime-scalar {X} {Y} m1=0 m_Zprime='10 GeV' --only atomic-parity-2021 --production nuisance": (0, "production enters none of these limits"),
    f"reach zprime-scalar {X} {Y} m1=0 m_Zprime='10 GeV' --only atomic-parity-2021 --production profile": (2, "allowed"),
}  # fmt: skip


@pytest.mark.parametrize("command", SAID)
def test_it_is_said_in_one_line(command: str) -> None:
    status, words = SAID[command]
    done = CliRunner().invoke(main, shlex.split(command))
    said = " ".join(done.output.split())
    if "--production profile" in command:
        assert done.exit_code == 2
        assert "unknown way of the production uncertainty 'profile'" in said
        return
    assert done.exit_code == status, done.output
    assert words in said
    if status == 2:
        assert done.output.count("darkpair:") == 1
    for wrong in ("none of the decays that these", "says nothing", "say nothing"):
        assert wrong not in said


def test_who_is_silent_is_who_was_asked() -> None:
    """The pi0 that X2 -> X1 pi0 would want is no reason for a model without it, and nobody else is said to be silent."""
    mixing = build_model(
        "kinetic-mixing", {"m1": "10 MeV", "m2": "30 MeV", "m_Aprime": "100 MeV", "eps": 1e-4, "alpha_D": 0.1}
    )
    choice = choose(only=["koto-2021", "k-to-pi-na62"])
    nothing = "KOTO says nothing: kinetic-mixing has no decay here that it looks for"
    assert silent_lines("kinetic-mixing", mixing, {"k-to-pi-na62"}, choice) == [nothing]
    assert silent_lines("kinetic-mixing", mixing, {"koto-2021"}, choice) == []
    assert silent_lines("kinetic-mixing", mixing, set(), choose(only=["k-to-pi-na62"])) == []
    dumps = choose(only=["charm"])
    assert silent_lines("kinetic-mixing", mixing, {"charm"}, dumps) == []
    assert [line[:22] for line in silent_lines("kinetic-mixing", mixing, set(), dumps)] == [
        "beam dumps say nothing"
    ]
    light = build_model("zprime-scalar", {"m1": "0", "m2": "100 MeV", "G_X": "1 GF"})
    (line,) = silent_lines("zprime-scalar", light, set(), choice)
    assert line.startswith("KOTO says nothing: X2 -> X1 pi0 is closed")
    (line,) = silent_lines("zprime-scalar", light, set(), choose())
    assert line.startswith("KOTO and beam dumps say nothing: X2 -> X1 pi0 is closed")


def test_a_parameter_of_one_of_two_owners() -> None:
    given = {"m1": "0", "m2": "430 MeV", "G_X": "1 GF", "lambda_Psi": "1", "m_Psi": "1 TeV"}
    own = {"zprime-scalar.a_211": "0", "impostor.a_211": "3 MeV"}
    model = build_model("zprime-scalar+impostor", given | own)
    assert isinstance(model, Combined)
    assert [parameter(model, key) for key in own] == pytest.approx([0.0, 3e-3])
    assert unit_of(model, "impostor.a_211") == "GeV"
    moved = with_parameter(model, "impostor.a_211", 0.5)
    assert [parameter(moved, key) for key in own] == pytest.approx([0.0, 0.5])
    assert parameter(model, "m2") == 0.43
    for wrong in ("a_211", "dipole.a_211", "impostor.nothing"):
        with pytest.raises(DarkpairError):
            with_parameter(model, wrong, 1.0)


def test_a_nuisance_that_enters_is_not_said_to_enter_nothing() -> None:
    note = "its limit is averaged over production, 0.8 to 1.2 times the central one at one sigma"
    assert production_line("nuisance", ["", note]) == ""
    assert production_line("ends", [""]) == ""
    assert "changes nothing" in production_line("nuisance", ["", ""])


def test_a_quick_study_has_a_legend_of_what_is_drawn() -> None:
    """One mass: the published line is a point, which has a mark; what has no edge has no entry."""
    pytest.importorskip("matplotlib")
    own: dict[str, Any] = {
        "m1 [MeV]": 20.0,
        "published": 7e-5,
        "eps": 5e-5,
        "ratio": 0.7,
        "ratio error": 0.01,
    }
    rows = [own | {"counted": "X2"}, own | {"counted": "both electrons", "eps": None}]
    top = picture(rows).axes[0]
    labels = [text.get_text() for text in top.get_legend().get_texts()]
    assert labels == ["arXiv:1908.07525", "X2 above 3 GeV"]
    assert all(line.get_marker() not in ("", "None") for line in top.get_lines())
