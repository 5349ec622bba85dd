"""Strangers' plug-ins that raise or end the program, at every method: one line that names them, and nothing left behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from darkpair.cli import main
from darkpair.plugins import REGISTRIES

MODULE = '''
import sys
from pathlib import Path
import numpy as np
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.observed import Observed
from darkpair.gen.output.target import EventWriter
from darkpair.gen.pipeline import Selected
from darkpair.gen.sources.gun import Gun

print("printed at import")

def die(how, here):
    if how == here:
        raise LookupError("second line\\nof a mistake")
    if how == here + " exits":
        sys.exit(0)
    if how == here + " is full":
        raise OSError(28, "No space left")

class Source:
    """A class that is no dataclass."""
    pdgid = 130
    def __init__(self, how: str = ""):
        self.how = how
        die(how, "__init__")
    def sample(self, n, rng):
        die(self.how, "sample")
        return Gun(momentum=(1.0, 3.0)).sample(n, rng)
    def provenance(self):
        return 3 if self.how == "provenance" else {"beam_energy": "many", "decay_probability": "half", "source": "me"}

class Plain:
    pdgid = 130
    def sample(self, n, rng):
        return Gun(momentum=(1.0, 3.0)).sample(n, rng)

class Detector:
    def __init__(self, how: str = ""):
        self.how = how
    def observe(self, truth, rng):
        die(self.how, "observe")
        return Observed(n=len(truth), flat={"a": np.ones(len(truth))})
    def select(self, reco, weight):
        die(self.how, "select")
        if self.how == "writes weights":
            weight[:] = 2.0
        mask = reco.flat["a"] > 0
        more = {"histograms": {"h": 3}} if self.how == "histogram" else {}
        return Selected(mask=mask, cutflow=Cutflow.of(weight, [("x", mask)]), **more)

class Lines(EventWriter):
    """Lines, .blame."""
    ENDINGS = (".blame",)
    def __init__(self, path, *, provenance, how: str = ""):
        super().__init__(path, provenance)
        self.how = how
        die(how, "__init__")
    def open_file(self):
        die(self.how, "open_file")
        return self.partial.open("w")
    def write(self, events):
        self.file.write("x")
        die(self.how, "write")
    def finish(self):
        die(self.how, "finish")

def chain(**settings):
    die("chain", "chain")

def study(folder: Path, how: str = "study") -> list:
    die(how, "study")
    return [None]
'''

POINTS = """
[darkpair.sources]
blamed = blamed_plugin:Source
plain = blamed_plugin:Plain
[darkpair.detectors]
blamed = blamed_plugin:Detector
[darkpair.formats]
blamed = blamed_plugin:Lines
[darkpair.chains]
blamed = blamed_plugin:chain
[darkpair.studies]
blamed = blamed_plugin:study
"""

JOB = """
[run]
n = 200
[source]
name = "gun"
[chain]
decay = "K_L0 -> gamma gamma"
[output]
path = "out.root"
picture = false
"""

#: What is set, and words of the line.
DIES = [
    *(
        (["source.name=blamed", f"source.how={how}"], words)
        for how, words in {
            "__init__": "[source] blamed: LookupError: second line of a mistake",
            "sample": "failed with LookupError: second line of a mistake in die",
            "__init__ exits": "failed with SystemExit: 0",
            "sample exits": "failed with SystemExit: 0",
            "sample is full": "failed with OSError: [Errno 28]",
            "provenance": "Source.provenance() gave 3; allowed: a mapping",
        }.items()
    ),
    *(
        (["detector.name=blamed", f"detector.how={how}"], words)
        for how, words in {
            "observe": "LookupError",
            "select": "LookupError",
            "select exits": "SystemExit",
            "writes weights": "ValueError: assignment destination is read-only",
            "histogram": "has the histograms {'h': 3}; allowed: hist.Hist",
        }.items()
    ),
    *(
        (["output.path=out.blame", f"output.how={how}"], "the plug-in blamed_plugin")
        for how in ("__init__", "open_file", "write", "write exits", "write is full", "finish")
    ),
    (["chain.name=blamed"], "LookupError"),
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package with all of them, laid out as an installer lays it out, and a folder to run in."""
    site, info, work = tmp_path / "site", tmp_path / "site" / "blamed-1.0.dist-info", tmp_path / "work"
    info.mkdir(parents=True)
    work.mkdir()
    (site / "blamed_plugin.py").write_text(MODULE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: blamed\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(POINTS)
    (work / "job.toml").write_text(JOB)
    monkeypatch.syspath_prepend(site)
    monkeypatch.chdir(work)
    _forget()
    yield work
    _forget()


def _forget() -> None:
    """Registries that look for entry points again."""
    for registry in REGISTRIES.values():
        registry.__dict__.pop("_theirs", None)


def _run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.mark.parametrize(("settings", "words"), DIES, ids=[" ".join(settings) for settings, _ in DIES])
def test_a_plugin_that_dies_is_one_line(folder: Path, settings: list[str], words: str) -> None:
    asked = [word for setting in settings for word in ("--set", setting)]
    result = _run("run", "job.toml", *asked)
    lines = [line for line in result.stderr.splitlines() if line != "printed at import"]
    lines = [line for line in lines if "is replaced by" not in line]
    assert result.exit_code == 2, (result.exception, result.output)
    assert len(lines) == 1
    assert lines[0].startswith("darkpair: ")
    assert words in lines[0]
    assert {path.name for path in folder.iterdir()} == {"job.toml"}


@pytest.mark.parametrize("how", ["study", "study exits", "none"])
def test_a_study_that_dies_is_one_line(how: str) -> None:
    result = _run("study", "blamed", "-o", "there", "--set", f"how={how}")
    assert result.exit_code == 2
    line = result.stderr.splitlines()[-1]
    assert "the plug-in blamed_plugin of blamed failed" in line or "gave None among its paths" in line


def test_the_traceback_is_there_for_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DARKPAIR_TRACEBACK", "1")
    result = _run("run", "job.toml", "--set", "source.name=blamed", "--set", "source.how=sample")
    assert isinstance(result.exception, LookupError)


def test_what_is_ours_to_mend_stays_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise LookupError("ours")

    monkeypatch.setattr("darkpair.run.tally.summary", broken)
    assert isinstance(_run("run", "job.toml").exception, LookupError)


@pytest.mark.parametrize("source", ["blamed", "plain"])
@pytest.mark.parametrize("detector", ["", "blamed", "charm"])
def test_classes_that_are_no_dataclasses_run(source: str, detector: str) -> None:
    more = ["--set", f"detector.name={detector}"] if detector else []
    for command in ("run", "check"):
        result = _run(command, "job.toml", "--set", f"source.name={source}", *more)
        assert result.exit_code == 0, result.output
    made = json.loads(_run("inspect", "out.root", "--json").stdout)
    assert made["source"]["type"] == {"blamed": "Source", "plain": "Plain"}[source]


def test_what_a_plugin_prints_is_not_in_the_json() -> None:
    assert json.loads(_run("list", "sources", "--json").stdout)
