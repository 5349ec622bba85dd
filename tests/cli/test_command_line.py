"""What every command does alike: found when named, the help, one line for a mistake, a user's text as it is."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import darkpair.cli
from darkpair.cli import COMMANDS, main
from darkpair.job.job import load_job

KOTO = Path(__file__).parents[2] / "examples" / "koto_pi0.toml"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_stands_in_the_module_of_its_name(name: str) -> None:
    command = import_module(f"darkpair.cli.{name}").command
    assert isinstance(command, click.Command)
    assert command.name == name
    done = CliRunner().invoke(main, [name, "--help"])
    assert done.exit_code == 0
    assert done.output.startswith(f"Usage: darkpair {name} ")


def test_no_module_of_a_command_is_left_out() -> None:
    folder = Path(darkpair.cli.__file__).parent
    commands = {p.stem for p in folder.glob("*.py") if "@click.command(" in p.read_text(encoding="utf-8")}
    assert commands == set(COMMANDS)


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"]])
def test_the_help(words: list[str]) -> None:
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, done.stderr) == (0, "")
    for name in COMMANDS:
        assert f"\n  {name}  " in done.output


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["lst"], "No such command 'lst' (did you mean 'list'?). See darkpair --help."),
        (["run"], "Missing argument 'JOB'. See darkpair run --help."),
        (["run", "--sed", "1", "x"], "No such option '--sed'. (did you mean '--seed'?)"),
        (
            ["run", "-n", "many", "x"],
            "Invalid value for '-n': 'many' is not a valid float. See darkpair run --help.",
        ),
    ],
)
def test_a_mistake_is_one_line(words: list[str], line: str) -> None:
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"darkpair: {line}\n")


@pytest.mark.parametrize(
    "words",
    [
        ["x" * 3000],
        ["run", "x" * 3000],
        ["run", str(KOTO), "-n", "9" * 3000 + "x"],
        ["run", str(KOTO), "--set", "x" * 3000],
        ["run", str(KOTO), "--set", "chain.mass.X2=" + "y" * 3000],
        ["run", str(KOTO), "-o", "nowhere/" + "z" * 3000],
        ["run", str(KOTO), "--" + "x" * 3000],
        ["list", "x" * 3000],
        ["inspect", "x" * 3000],
        ["rates", "x" * 3000],
        ["rates", "zprime-scalar", "x" * 3000],
        ["rates", "zprime-scalar", "m1=" + "x" * 3000],
        ["limits", "zprime-scalar", "m1=" + "x" * 3000],
        ["study", "x" * 3000],
        ["check", "x" * 3000],
        ["doctor", "x" * 3000],
    ],
    ids=lambda words: " ".join(words)[:60],
)
def test_a_message_does_not_repeat_a_page(words: list[str]) -> None:
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2
    (line,) = done.stderr.splitlines()
    assert len(line) < 1000
    assert not any(letter * 100 in line for letter in "xyz9")


@pytest.mark.parametrize("name", ["[red]x", "[/]", "[link=a]b", ":smile:", "[bold", "a[0]"])
def test_a_user_s_text_is_printed_as_it_is(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    stem = name.replace("/", "")
    words = ["run", str(KOTO), "-n", "1000", "-o", f"{stem}.root", "--set", "output.picture=false"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[-1] == f"events                 {stem}.root"
    assert Path(f"{stem}.root").is_file()
    assert f"{stem}.root" in CliRunner().invoke(main, ["inspect", f"{stem}.root", "--json"]).output
    assert f"{stem}.toml: cannot be read" in CliRunner().invoke(main, ["run", f"{stem}.toml"]).output


def test_a_job_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "job.toml"
    path.write_bytes(b"\xef\xbb\xbf" + KOTO.read_bytes())
    assert load_job(path) == load_job(KOTO)
