"""Points that are asked for on the command line: what is no point, no model or no search's is one clear line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from darkpair.chains.models import Combined
from darkpair.chains.models.rates import build_model
from darkpair.cli import main
from darkpair.gen.errors import InputError
from darkpair.limits.rows import models_of, parameter
from darkpair.searches import SEARCHES

PAIR = "X1 (X2 -> X1 gamma)"
KAON = f"K_L0 -> {PAIR}"
BOTH = {"m1": "0", "m2": "50 MeV", "G_X": "1e-5", "impostor.a_211": "0.1"}


def said(*words: str) -> tuple[int, list[str]]:
    done = CliRunner().invoke(main, ["limits", *words], env={"COLUMNS": "100"})
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.output.splitlines()


@pytest.mark.parametrize("length", ["0", "inf", "-1 m"])
def test_one_rule_for_lengths(length: str) -> None:
    status, (line,) = said(KAON, "m2=100 MeV", f"ctau={length}")
    assert status == 2
    assert line == (
        f"darkpair: ctau = {length} of X2, which decays in the chain; allowed: a length above 0, as in ctau='10 cm' (1 um is prompt)"
    )


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ((KAON, "m2=100 MeV,,200 MeV"), "m2 = '100 MeV,,200 MeV' has nothing beside a comma"),
        (("zprime-scalar", "m1=0,", "m2=0.1", "G_X=1 GF"), "m1 = '0,' has nothing beside a comma"),
        ((KAON, "m2=100 MeV", "ctau=1 m, 2 m, 1 m"), "ctau = '1 m, 2 m, 1 m' has 1 m twice"),
        ((KAON, "m2=100 MeV", "ctau=1 m, 100 cm"), "ctau = 1 m and ctau = 100 cm are the same point"),
        (("zprime-scalar", "m1=0", "m2=0.1", "G_X=1 GF, 1 GF"), "G_X = '1 GF, 1 GF' has 1 GF twice"),
        (("K_L0", "m2=0.1"), "K_L0 is a particle: a chain says what it decays to"),
        (("B+",), "B+ is a particle: a chain says what it decays to"),
        (("X2",), "X2 is a dark particle: a chain begins with a meson"),
        (("kl_x1x2_gamma", "m2=0.1"), f"kl_x1x2_gamma is a chain: give its descriptor, '{KAON}'"),
        (
            ("pi0 -> X1 (X2 -> X1 gamma [1.5])", "m2=0.1", "ctau=1 m"),
            "X2 -> X1 gamma: branching ratio = 1.5; allowed",
        ),
        (("pi0 -> X1 (X2 -> X1 e+)", "m2=0.1", "ctau=1 m"), "allowed: the same before and after; change the particles"),
        ((f"D0 -> {PAIR}", "m2=0.1", "ctau=1 m"), "no search looks for decays of D0; looked for: those of B+, B0, K+, K_L0, eta"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(words: tuple[str, ...], text: str) -> None:
    status, (line,) = said(*words)
    assert status == 2
    assert text in line
    assert "conserve = false" not in line


def test_nothing_is_written_for_what_nobody_looks_for(tmp_path: Path) -> None:
    status, _ = said("D0 -> X1 X2", "m2=0.1", "-o", str(tmp_path / "out"))
    assert status == 2
    assert not list(tmp_path.rglob("*.*"))


def test_a_parent_that_is_looked_for_otherwise() -> None:
    """Which searches look for it, and of whom those that were asked."""
    status, lines = said("pi0 -> X1 X2", "m2=0.1", "--only", "atomic-parity-2021")
    assert status == 0
    assert lines[0] == "none of these searches looks for pi0 -> X1 X2: see darkpair list searches"
    assert "pi0-invisible" in " ".join(lines[1:])
    status, lines = said("pi0 -> X1 X2", "m2=0.1", "--only", "charm")
    assert status == 0
    assert lines[1] == "for other decays of pi0, or with other masses: charm"


def test_a_length_is_spelled_once() -> None:
    _, lines = said(
        KAON.replace("K_L0", "pi0").replace("gamma", "nu nubar"),
        "m2=0.1",
        "ctau=1 cm, 2e6 km",
        "--only",
        "pi0-invisible",
    )
    assert lines[1].split() == ["constraint", "1", "cm", "2e6", "km", "kind"]
    assert lines[-1].endswith(("c tau = 1 cm", "c tau = 2e6 km"))
    rows = json.loads(
        "\n".join(
            said(KAON.replace("K_L0", "pi0"), "m2=0.1", "ctau=1 cm", "--only", "pi0-invisible", "--json")[1]
        )
    )
    assert [row["c tau [mm]"] for row in rows] == [10.0]


def test_a_parameter_of_two_models_has_an_owner() -> None:
    """In a model's name, in a table as a job has it, and in a grid of `limits`; without one it is refused."""
    built = build_model("zprime-scalar+impostor", BOTH)
    plain = {key: text for key, text in BOTH.items() if "." not in key}
    assert isinstance(built, Combined)
    assert [parameter(part, "a_211") for part in built.parts] == [0.0, 0.1]
    assert build_model("zprime-scalar+impostor", plain | {"impostor": {"a_211": 0.1}}) == built
    points = models_of("zprime-scalar+impostor", BOTH | {"impostor.a_211": "0.1, 0.2"})
    assert [varied for varied, _ in points] == [{"impostor.a_211": "0.1"}, {"impostor.a_211": "0.2"}]
    assert points[0][1] == built
    for where, before in (("", ""), ("chain.parameters", "chain.parameters.")):
        with pytest.raises(InputError) as raised:
            build_model("zprime-scalar+impostor", plain | {"a_211": "0.1"}, where=where)
        assert str(raised.value) == (
            f"{before}a_211 is a parameter of zprime-scalar and of impostor; say whose it is: "
            "zprime-scalar.a_211 or impostor.a_211"
        )


def test_summaries_say_that_other_channels_count() -> None:
    for name in ("koto-2015", "charm"):
        assert "other channels" in SEARCHES.ours[name].summary
