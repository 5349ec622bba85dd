"""Everything that a command prints for people fits a terminal of 80 letters, and nothing is cut."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from darkpair.cli import COMMANDS, main, terminal
from darkpair.limits.ranges import Range
from darkpair.limits.rows import LimitRow
from darkpair.limits.tables import limits_table, strongest_table
from darkpair.plugins.registries import REGISTRIES
from tests.shared.model_points import EXAMPLES

WIDTH = 80

#: Where a run is shown; the second has an event without an accepted one, the third no detector.
RUNS = ("", " --set detector.selection=2015", " --set chain.name=kl_2pi0")

#: What is printed as it is: files, BibTeX, schemas, and what is to be copied whole.
AS_IT_IS = {"cite", "schema", "particles", "new"}

SHOWN = [
    *(f"list {kind}" for kind in ("", "keys", *REGISTRIES)),
    *(f"list {kind} --show {REGISTRIES[kind].plugins[0].name}" for kind in REGISTRIES if kind != "detectors"),
    *(f"run job/job.toml -n 300 --force -v{words}" for words in RUNS),
    *(f"check job/job.toml -n 300{words}" for words in RUNS),
    "run job/job.toml -n 300 --scan chain.mass.X2='200 MeV, 300 MeV' -o scan/",
    "run job/job.toml -n 300 --scan chain.mass.X2='200 MeV' --scan chain.ctau.X2='1 m' --branching-ratio 1e-9 -o other/",
    "inspect kept.root",
    "report kept.root",
    "display kept.root",
    "run job/job.toml -n 300 -o parts/",
    "merge joined.root parts --force",
    "limits zprime-scalar m1=0 m2='430 MeV' G_X='1 GF' --only pi0-invisible",
    "reach zprime-scalar x='m2: 200 MeV .. 300 MeV, 3' y='G_X: 1 .. 9 GF, 3 log' m1=0.1*m2 --only pi0-invisible",
    "study fig6 --help",
    "doctor",
    "examples",
    *(f"{name} --help" for name in COMMANDS),
]


def at_terminal(command: str, width: int) -> Result:
    """A command whose standard output is a terminal of that width."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(terminal, "is_terminal", lambda: True)
        return CliRunner(env={"COLUMNS": str(width)}).invoke(main, shlex.split(command))


def narrow(command: str, words: list[str]) -> list[str]:
    """Lines that are wider than the terminal, but for a word that is: a path stays whole."""
    done = at_terminal(command, WIDTH)
    assert done.exit_code == 0 or command == "doctor", f"{command}: {done.output}"
    words += re.findall(r"[^\s─│├└]+", done.stdout)
    return [line for line in done.stdout.splitlines() if len(line) > WIDTH and not re.match(r"\s*\S+$", line)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("narrow")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(path)
        assert CliRunner().invoke(main, ["new", "job", "job"]).exit_code == 0
        assert (
            CliRunner().invoke(main, ["run", "job/job.toml", "-n", "300", "-o", "kept.root"]).exit_code == 0
        )
    return path


@pytest.mark.parametrize("command", SHOWN)
def test_what_is_printed_fits(command: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    words: list[str] = []
    assert narrow(command, words) == []
    assert not [word for word in words if "…" in word]


@pytest.mark.parametrize("name", EXAMPLES)
def test_rates_fit(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    settings = " ".join(f"{key}={value}" for key, value in EXAMPLES[name].items())
    words: list[str] = []
    assert narrow(f"rates {name} m1=0.05 m2=0.35 {settings}", words) == []
    assert words.count("decay") == 1  # (one block: its equations give way)


def test_every_command_is_looked_at() -> None:
    looked_at = {line.split()[0] for line in SHOWN if not re.fullmatch(r"\w+ --help", line)}
    assert looked_at | {"rates"} | AS_IT_IS == {*COMMANDS}


def test_no_word_is_lost_on_the_way(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same words as in a file, whose lines are longer."""
    monkeypatch.chdir(folder)
    for command in ("list keys", "inspect kept.root", "list chains"):
        wide = at_terminal(command, 1000).stdout
        words: list[str] = []
        narrow(command, words)
        whole = "".join(re.findall(r"[^\s─│├└]+", wide))
        assert sorted("".join(words)) == sorted(whole), command


def row(name: str, curves: dict[str, tuple[Range, ...]] | None = None) -> LimitRow:
    return LimitRow(
        constraint=name,
        kind="excluded",
        value=1.234e-11,
        limit=2.345e-12,
        unit="",
        events=12345.6,
        curves=curves or {},
    )


def test_limits_of_many_ranges_fit() -> None:
    ranges = tuple(Range(low=1.234e-5 * 10**i, high=2.345e-5 * 10**i) for i in range(6))
    rows = [row("K+ -> pi+ nu nubar (NA62)", {"": ranges}), row("CHARM, 2 photons")]
    for along in (None, "lambda_prime"):
        text = limits_table(rows, "a title " * 20, along, ("1 MeV", 1e-3)).text(WIDTH)
        assert max(map(len, text.splitlines())) <= WIDTH
        assert text.count("K+ -> pi+ nu nubar (NA62)") >= 1
        assert text.count(" to") == (0 if along is None else 6)
    varied = {f"parameter_{i}": "123.456 MeV" for i in range(6)}
    text = strongest_table([(varied, None)], [rows], "grid").text(WIDTH)
    assert max(map(len, text.splitlines())) <= WIDTH
    assert all(f"parameter_{i}" in text for i in range(6))


def test_lines_of_a_file_stay_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever COLUMNS says, which other programs set too: who searches a log finds a sentence in one line."""
    monkeypatch.chdir(folder)
    texts = {
        CliRunner(env={"COLUMNS": columns}).invoke(main, ["inspect", "kept.root"]).stdout
        for columns in ("40", "80", "")
    }
    assert len(texts) == 1
    assert any(len(line) > 80 for line in texts.pop().splitlines())
