"""Lines about a mistake name the key as it was typed, the file that was given twice, and where an option belongs."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from darkpair.cli import main
from darkpair.detectors.koto import Koto
from darkpair.gen.errors import InputError, UnknownNameError

KOTO = str(Path(__file__).parents[2] / "examples" / "koto_pi0.toml")
GUN = """
[run]
n = 100
[source]
name = "gun"
parent = "K_L0"
momentum = 2
[chain]
decay = "K_L0 -> pi+ pi- pi0"
[output]
path = "out.root"
"""


def line(*words: str) -> str:
    """What a command that is refused says."""
    done = CliRunner().invoke(main, list(words))
    assert done.exit_code == 2, done.output
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


@pytest.fixture
def gun(tmp_path: Path) -> str:
    path = tmp_path / "gun.toml"
    path.write_text(GUN, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("setting", "start"),
    [
        ("source.parent=130", "source.parent: unknown particle '130' (did you mean 'K_L0'?)"),
        ("chain.decay=130 -> pi+ pi- pi0", "chain.decay: unknown particle '130' (did you mean 'K_L0'?)"),
        ("source.momentum=[3, 2]", "source.momentum = (3.0, 2.0) GeV; allowed: "),
    ],
)
def test_of_a_gun(gun: str, setting: str, start: str) -> None:
    assert line("check", gun, "--set", setting).startswith(f"darkpair: {start}")


@pytest.mark.parametrize(
    ("settings", "start"),
    [
        (
            ["source.z_min=3 m", "source.z_max=1 m"],
            "source.z_min: decays between z_min = 3000.0 and z_max = 1000.0 mm",
        ),
        (
            ["detector.numbers.geometry.radius=5 GeV"],
            "detector.numbers.geometry.radius = '5 GeV' is an energy",
        ),
        (
            ["detector.numbers.geometry.radius=true"],
            "detector.numbers.geometry.radius = True; allowed: a number",
        ),
    ],
)
def test_of_koto(settings: list[str], start: str) -> None:
    words = [word for setting in settings for word in ("--set", setting)]
    assert line("check", KOTO, "-n", "100", *words).startswith(f"darkpair: {start}")


def test_a_number_of_a_file_has_its_key_in_python() -> None:
    with pytest.raises(
        InputError, match=r"^numbers\.geometry\.radius = '5 GeV' is an energy; allowed: a length"
    ):
        Koto(numbers={"geometry.radius": "5 GeV"})


def test_the_nearest_name_is_kept() -> None:
    error = UnknownNameError("particle", "130", ["pi0"], near="K_L0").at("source.parent")
    assert str(error) == "source.parent: unknown particle '130' (did you mean 'K_L0'?); known: pi0"


def test_the_same_part_twice(tmp_path: Path, gun: str) -> None:
    path = tmp_path / "part.root"
    assert (
        CliRunner().invoke(main, ["run", gun, "-o", str(path), "--set", "output.picture=false"]).exit_code
        == 0
    )
    said = line("merge", str(tmp_path / "all.root"), str(path), str(path))
    assert (
        said
        == f"darkpair: {str(path)!r} is given twice, and both hold the same events; give each part once\n"
    )
    assert not (tmp_path / "all.root").exists()
    copy = tmp_path / "copy.root"
    copy.write_bytes(path.read_bytes())
    assert "hold the same events; give each part once" in line(
        "merge", str(tmp_path / "all.root"), str(path), str(copy)
    )


def test_an_option_of_another_command_is_said() -> None:
    said = line("run", KOTO, "--quick")
    assert said.startswith("darkpair: No such option '--quick'.")
    assert "It is an option of darkpair limits, darkpair study." in said
    assert said.endswith("See darkpair run --help.\n")
    assert "It is an option" not in line("run", KOTO, "--nonsense")
    assert "did you mean '--seed'" in line("run", KOTO, "--sed", "1")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (
            ["limits", "zprime-scalar", "m1=0", "m2=1 MeV", "m2=2 MeV"],
            "m2 is given twice, '1 MeV' and '2 MeV'; give it once",
        ),
        (
            ["rates", "zprime-dirac+", "m1=0"],
            "'zprime-dirac+' has a plus sign with no model beside it; write one on both sides",
        ),
        (
            ["limits", "K_L0 -> X1 (X2 -> X1 pi0)", "m1=0", "m2=430 MeV", "G_X=1 GF"],
            "unknown setting of a chain 'G_X'; known: m1, m2, ctau, mass.X1, mass.X2, ctau.X2, matrix_elements.DECAY",
        ),
    ],
)
def test_what_limits_and_rates_are_given(words: list[str], line: str) -> None:
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, done.stderr) == (2, f"darkpair: {line}\n")
