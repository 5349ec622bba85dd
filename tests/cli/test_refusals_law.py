"""Refusals that hold for every command that takes an option: what is walked is the commands themselves, so that a new one is asked too."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from darkpair.cli import main

CONTEXT = click.Context(main)
COMMANDS = {
    name: command
    for name in main.list_commands(CONTEXT)
    if (command := main.get_command(CONTEXT, name)) is not None
}


def having(option: str) -> list[str]:
    """Commands that take an option, or an argument of a name."""
    return [
        name
        for name, command in COMMANDS.items()
        if any(option in (*parameter.opts, parameter.name) for parameter in command.params)
    ]


#: What is before an option that is looked at, of commands whose arguments are asked for first; and a model's settings.
MODEL = "zprime-scalar m2='430 MeV' G_X='1 GF'"
SETTINGS = {
    "limits": f"limits {MODEL} --only pi0-invisible",
    "rates": f"rates {MODEL}",
    "reach": "reach zprime-scalar x='m2: 330 .. 430 MeV, 3' y='G_X: 0.1 .. 5 GF, 3 log' m_Zprime='10 GeV' --only atomic-parity-2021",
}

#: A command that leaves files in "out", with whatever it needs, and the name of a file that somebody might have there.
JOB = Path(__file__).parents[2] / "examples" / "koto_pi0.toml"
EVENTS = f"run {JOB} -n 20 -o events.root"
LEAVES = {
    "run": (f"run {JOB} -n 20 -o out", "mine.txt"),
    "report": ("report events.root -o out/report.html", "report.html"),
    "display": ("display events.root -o out/display.json", "display.json"),
    "particles": (f"particles {JOB} --for pythia8 -o out/particles.txt", "particles.txt"),
    "limits": (f"limits {MODEL} m1=0 --only pi0-invisible -o out", "limits.csv"),
    "reach": (SETTINGS["reach"] + " m1=0 -o out", "reach.csv"),
    "study": ("study table1 -o out", "table1.csv"),
}


def invoke(command: str) -> Result:
    result = CliRunner().invoke(main, shlex.split(command))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def refused(command: str) -> str:
    """What a command says that is refused: status 2, and one line."""
    result = invoke(command)
    said = " ".join(result.output.split())
    assert result.exit_code == 2, said
    assert result.output.count("darkpair: ") == 1, result.output
    assert "Traceback" not in result.output
    return said


@pytest.mark.parametrize("name", having("settings") and sorted({*having("settings")} - {*having("--set")}))
def test_settings_of_a_model(name: str) -> None:
    """One that is given twice, an expression that divides by zero, and one that is none."""
    assert "m1 is given twice, '0' and '1 MeV'; give it once" in refused(f"{SETTINGS[name]} m1=0 m1='1 MeV'")
    assert "m1 = " in refused(f"{SETTINGS[name]} m1=m2/0")
    assert "m1 = " in refused(f"{SETTINGS[name]} m1='0.1*m3'")
    assert "allowed: key=value" in refused(f"{SETTINGS[name]} m1=0 nothing")


@pytest.mark.parametrize("option", ["--only", "--without"])
def test_an_unknown_search(option: str) -> None:
    names = having(option)
    assert {"limits", "reach"} <= {*names}
    for name in names:
        said = refused(f"{SETTINGS[name]} m1=0 {option} koto-2022")
        assert "unknown search 'koto-2022' (did you mean 'koto-2021'?)" in said


def test_a_set_of_data_and_a_way_that_are_none() -> None:
    for name in having("--planned"):
        assert "unknown set of data 'tomorrow'" in refused(f"{SETTINGS[name]} m1=0 --data tomorrow")
    for name in having("--production"):
        assert "unknown way of the production uncertainty" in refused(
            f"{SETTINGS[name]} m1=0 --production maybe"
        )


def test_every_command_with_an_output_is_asked() -> None:
    assert {*having("--output")} - {"check"} == {*LEAVES}


@pytest.mark.parametrize("name", LEAVES)
def test_what_somebody_has_there_stays(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    command, file = LEAVES[name]
    if "events.root" in command:
        assert invoke(EVENTS).exit_code == 0
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / file).write_text("mine", encoding="utf-8")
    said = refused(command)
    assert ("out" if name == "run" else file) in said.replace(" ", "")
    assert [path.name for path in (tmp_path / "out").iterdir()] == [file]
    assert (tmp_path / "out" / file).read_text(encoding="utf-8") == "mine"
