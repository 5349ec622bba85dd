"""A file and its report say whose plug-ins made it, in which version and module, and that their numbers have no source."""

from __future__ import annotations

from importlib.metadata import EntryPoint, PathDistribution
from pathlib import Path
from typing import Any

import pytest

import darkpair
from darkpair.detectors.data_entry import unsourced
from darkpair.gen.registry import Entry, Registry
from darkpair.gen.sources import SOURCES
from darkpair.job.job import job_of
from darkpair.job.strangers import plugins_of_job
from darkpair.report.html.page import page
from darkpair.run.report import gathered
from darkpair.run.runner import run_job
from tests.shared.own_files import based
from tests.shared.report_pages import parsed

pytest.importorskip("matplotlib", reason="a report has pictures, which matplotlib draws")

JOB: dict[str, Any] = {
    "run": {"n": 300},
    "source": {"name": "somebodys_gun"},
    "chain": {"decay": "eta -> gamma gamma"},
    "output": {"path": "x.root", "picture": False},
}
SAID = {
    "name": "somebodys_gun",
    "package": "somebodys-guns",
    "version": "3.1.4",
    "module": "somebodys_guns",
}
MODULE = """
import numpy as np
from darkpair.gen.events import Parents

class Still:
    \"\"\"Eta at rest.\"\"\"
    pdgid = 221

    def sample(self, n, rng):
        momentum = np.zeros((4, n))
        momentum[3] = 0.547862
        return Parents(pdgid=221, momentum=momentum, vertex=np.zeros((4, n)))
"""


@pytest.fixture
def somebody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of somebody's is installed, with a source that cites nothing."""
    (tmp_path / "somebodys_guns.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / "somebodys_guns-3.1.4.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: somebodys-guns\nVersion: 3.1.4\n")
    (folder / "entry_points.txt").write_text("[darkpair.sources]\nsomebodys_gun = somebodys_guns:Still\n")
    (point,) = PathDistribution(folder).entry_points
    monkeypatch.setitem(vars(SOURCES), "_theirs", {"somebodys_gun": [point]})


@pytest.mark.usefixtures("somebody")
def test_a_file_and_its_report_name_whose_plugins_made_it(tmp_path: Path) -> None:
    path = tmp_path / "events.root"
    run_job(job_of(JOB, overrides={"output.path": str(path)}, where="here"))
    assert darkpair.read_provenance(path)["plugins"] == {"source": SAID}
    shown = parsed(page(gathered(path, display=False)))
    rows = {row["what"]: row["value"] for row in shown.table("How the file was made")}
    assert rows["plug-in, source"] == "somebodys_gun of somebodys-guns 3.1.4 (somebodys_guns)"
    rests = {row["part"]: row["rests on"] for row in shown.table("What the numbers rest on")}
    assert rests["source"] == "declares no references; ask who made it: its numbers are unsourced"
    assert "unsourced" not in rests["chain"]


def test_ours_are_nobody_elses(tmp_path: Path) -> None:
    path = tmp_path / "events.root"
    ours = JOB | {"source": {"name": "gun", "parent": "eta", "momentum": "50 GeV"}}
    job = job_of(ours, overrides={"output.path": str(path)}, where="here")
    assert plugins_of_job(job) == {}
    run_job(job)
    assert "plugins" not in darkpair.read_provenance(path)
    assert "unsourced" not in page(gathered(path, display=False))


def test_a_name_of_two_is_nobodys() -> None:
    registry = Registry("sources", {"gun": Entry("darkpair.gen.sources.gun:Gun", "")})
    point = EntryPoint(name="other", value="some.where:Thing", group="darkpair.sources")
    vars(registry)["_theirs"] = {"gun": [point], "other": [point, point], "bare": [point]}
    assert [registry.package(name) for name in ("gun", "other", "none")] == [{}, {}, {}]
    assert registry.package("bare") == {"module": "some.where"}


def test_numbers_of_ones_own_file_without_a_source_are_said(tmp_path: Path) -> None:
    own = '[geometry]\nradius = "94 cm"\n[[cuts]]\nname = "slow"\nvariable = "pt"\nmax = "250 MeV"\n'
    job = {
        "run": {"n": 2000},
        "source": {"name": "koto_kl"},
        "chain": {"decay": "K_L0 -> (pi0 -> gamma gamma) nu nubar"},
        "detector": {"name": "koto", "experiment": str(based(tmp_path, "koto", own))},
        "output": {"path": str(tmp_path / "events.root"), "picture": False},
    }
    run_job(job_of(job, where="here"))
    shown = parsed(page(gathered(tmp_path / "events.root", display=False)))
    rows = {row["what"]: row["value"] for row in shown.table("How the file was made")}
    assert rows["unsourced"] == "2 numbers of the detector's file: geometry.radius, cuts.slow"


def test_keys_of_what_is_unsourced() -> None:
    bare, read = {"value": 1.0, "confidence": "unsourced"}, {"value": 1.0, "confidence": "read"}
    data = {"a": {"b": bare, "c": read}, "list": [{"name": "x", **bare}, {"name": "y", **read}, 1.0], "z": 2}
    assert list(unsourced(data)) == ["a.b", "list.x"]
