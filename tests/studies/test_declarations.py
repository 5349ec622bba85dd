"""Studies as they are declared: each one's function, sizes and seed, what it takes and refuses, its help, what it leaves."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from click.testing import CliRunner

from darkpair.cli import main
from darkpair.gen.errors import InputError
from darkpair.gen.registry import Entry
from darkpair.studies import STUDIES
from darkpair.studies.outputs import Output, Page, Run, Table
from darkpair.studies.runner import options_for
from darkpair.studies.study import OPTIONS, Sizes, Study

DECLARED = {name: study for name, study in STUDIES.ours.items() if isinstance(study, Study)}

#: A word that each option may be.
WORDS = {"inputs": "paper", "data": "2020", "convention": "printed", "cache": "samples"}

every_study = pytest.mark.parametrize("study", DECLARED.values(), ids=list(DECLARED))


def answer(*words: str) -> tuple[int, str]:
    """Exit status and output of the command, in one line of single spaces."""
    result = CliRunner().invoke(main, words)
    return result.exit_code, " ".join(result.output.split())


def closed(text: str) -> str:
    """The text without spaces: the help breaks lines at them, and at hyphens."""
    return "".join(text.split())


def test_every_study_of_ours_is_declared() -> None:
    assert list(DECLARED) == list(STUDIES.ours)
    assert set(WORDS) == set(OPTIONS)


@every_study
def test_it_is_a_function_of_a_run(study: Study) -> None:
    (parameter,) = inspect.signature(study.outputs).parameters.values()
    assert parameter.annotation in (Run, "Run")
    assert study.summary.endswith(".")
    assert set(study.uses) <= set(OPTIONS)
    if study.sizes is not None:
        assert 0 < study.sizes.quick < study.sizes.full
        assert study.sizes.of


def test_seeds_are_different() -> None:
    """Equal ones would make the samples of two studies the same events."""
    seeds = [study.seed for study in DECLARED.values() if study.seed is not None]
    assert len(set(seeds)) == len(seeds) > 8


@every_study
def test_it_takes_what_it_uses(study: Study) -> None:
    for option in study.uses:
        assert options_for(study.name, {option: WORDS[option]})[option] is not None
    assert options_for(study.name, {"quick": True})["quick"] is True
    if study.sizes is not None:
        assert options_for(study.name, {}, {"events": 1000})["events"] == 1000


@every_study
def test_it_refuses_what_it_does_not_use(study: Study, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    refused = [(f"--{option}", word) for option, word in WORDS.items() if option not in study.uses]
    refused += [] if study.sizes else [("--set", "events=1000")]
    for words in refused:
        status, text = answer("study", study.name, *words, "-o", str(folder))
        assert status == 2
        assert f"would change nothing in study {study.name}, which takes" in text
        assert text.endswith("leave it out")
        assert not folder.exists()


@every_study
def test_its_help_is_its_declaration(study: Study) -> None:
    status, text = answer("study", study.name, "--help")
    assert status == 0
    own = closed(text[text.index(f"{study.name}: shows") : text.index("Options:")])
    assert closed(study.summary) in own
    for option, meaning in OPTIONS.items():
        assert (closed(f"--{option} {meaning}") in own) == (option in study.uses)
    assert ("--setevents=N" in own) == (study.sizes is not None)
    if study.sizes is not None:
        sizes = f"{study.sizes.full:,} {study.sizes.of}; {study.sizes.quick:,} with --quick"
        assert closed(sizes) in own
    for file in ("koto", "belle", "belle2", "charm", "nucal"):
        assert (f"detectors/data/{file}.toml" in own) == (file in study.detectors)


def test_the_list_has_every_title() -> None:
    result = CliRunner().invoke(main, ["list", "studies", "--json"])
    titles = {row["name"]: row["summary"] for row in json.loads(result.output)["studies"]}
    assert titles == {name: study.summary for name, study in DECLARED.items()}
    status, text = answer("list", "studies")
    assert status == 0
    assert all(name in text for name in DECLARED)


def stopped(run: Run) -> Iterator[Output]:
    """A table, a page, and an error."""
    yield Table(rows=[{"events": run.events}])
    yield Page(text="so far")
    raise InputError("no more; allowed: less; stop")


def whole(run: Run) -> Iterator[Output]:
    """A table, and another of its own name and provenance."""
    yield Table(rows=[{"events": run.events}])
    yield Table(rows=[{"quick": run.quick}], name="other", provenance={"seed": "its own"}, more={"extra": 1})
    yield Page(text="all")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, and two studies beside ours."""
    for function in (stopped, whole):
        name = function.__name__
        sizes = Sizes(full=20, quick=10, of="of nothing")
        ours = cast(dict[str, Entry], STUDIES.ours)
        monkeypatch.setitem(ours, name, Study(function, "A study.", name=name, sizes=sizes, seed=7))
    return tmp_path / "out"


def test_what_stops_in_the_middle_leaves_nothing(folder: Path) -> None:
    status, text = answer("study", "stopped", "-o", str(folder))
    assert (status, text) == (2, "darkpair: no more; allowed: less; stop")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "events"), [((), 20), (("--quick",), 10), (("--quick", "--set", "events=3"), 3)]
)
def test_what_it_leaves_says_what_it_rests_on(folder: Path, words: tuple[str, ...], events: int) -> None:
    status, _ = answer("study", "whole", "-o", str(folder), *words)
    assert status == 0
    assert {path.name for path in folder.iterdir()} == {
        "whole.csv", "whole.json", "whole.md", "other.csv", "other.json"
    }  # fmt: skip
    assert (folder / "whole.csv").read_text() == f"events\n{events}\n"
    tables = {name: json.loads((folder / f"{name}.json").read_text()) for name in ("whole", "other")}
    assert [tables["whole"]["provenance"][key] for key in ("seed", "events")] == [7, events]
    assert [tables["other"]["provenance"][key] for key in ("seed", "events")] == ["its own", events]
    assert tables["other"]["extra"] == 1
    assert tables["other"]["rows"] == [{"quick": bool(words)}]


def test_heavy_libraries_wait_until_they_are_needed() -> None:
    """Whoever imports every study has neither rich nor matplotlib."""
    modules = sorted({str(study.target).partition(":")[0] for study in DECLARED.values()})
    code = f"import sys, {', '.join(modules)}; print(sorted(sys.modules.keys() & {{'rich', 'matplotlib'}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
