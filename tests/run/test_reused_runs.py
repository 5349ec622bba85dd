"""Runs of parents that are used several times: parts, sums and lines count parents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uproot
from click.testing import CliRunner

from darkpair.cli import main
from darkpair.gen.errors import InputError
from darkpair.gen.output.reader import read_rows
from darkpair.job.job import Job
from darkpair.run.joined import joined_rows, provenance_at
from darkpair.run.merge import merge
from darkpair.run.runner import run_job
from darkpair.run.tally import Tally
from tests.shared.eta_files import eta_job, write_eta

USES = 64  # three blocks, the last one cut


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    write_eta(folder / "eta.root", 600)
    return folder


def job(folder: Path, out: str, *, seed: int = 480, **source: Any) -> Job:
    settings = {"uses": USES, "azimuth": "free"} | source
    return Job.model_validate(eta_job(folder / "eta.root", folder / out, seed=seed, **settings))


def test_parts_are_the_run(folder: Path) -> None:
    whole = run_job(job(folder, "whole.root"))
    for k in (1, 2, 3):
        run_job(job(folder, f"part{k}.root"), part=(k, 3))
    merge(folder / "joined.root", [folder / f"part{k}.root" for k in (2, 3, 1)])
    rows = [read_rows(folder / name) for name in ("whole.root", "joined.root")]
    results = [joined_rows(row, "rows").provenance["result"] for row in rows]
    assert results[0] == results[1] == whole.provenance["result"]
    tallies = [Tally.from_bytes(row[0].tally).flow for row in rows]
    assert tallies[0] == tallies[1]
    with uproot.open(folder / "whole.root") as file:
        tree, runs = file["Events"], file["Runs"].arrays(library="np")
        flow = file["histograms/cutflow"]
        w, entry = (tree[name].array(library="np") for name in ("genWeight", "File_entry"))
    # the error by hand, from what the file has of each parent
    sums, n = np.bincount(entry, w), 600 * USES
    result = results[0]
    error = np.sqrt((sums @ sums) - USES * sums.sum() ** 2 / n) / n
    assert result["acceptance"] == pytest.approx(w.sum() / n, rel=1e-12)
    assert result["acceptance_error"] == pytest.approx(error, rel=1e-9)
    assert result["effective_sample_size"] == pytest.approx(sums.sum() ** 2 / (sums @ sums))
    assert result["cutflow"][-1]["parents"] == np.count_nonzero(sums)
    assert (result["parents"], result["generated"]) == (600, n)
    assert flow.variances()[-1] == pytest.approx(sums @ sums)
    assert runs["genEventSumw2"][0] == result["cutflow"][0]["sum_w2"]


def test_lines_say_what_errors_count(folder: Path) -> None:
    run_job(job(folder, "lines.root"))
    shown = CliRunner().invoke(main, ["inspect", str(folder / "lines.root")]).output
    assert "uses                   64 of each parent, at an azimuth of its own each time; errors" in shown
    assert "parents" in shown.splitlines()[1]
    result = provenance_at(folder / "lines.root")["result"]
    assert f"accepted events of {result['cutflow'][-1]['parents']} parents" in shown


def test_uses_multiply_no_expected_event(folder: Path) -> None:
    numbers = []
    for out, uses in (("one.root", 1), ("many.root", 64)):
        run_job(job(folder, out, uses=uses, azimuth="kept"))
        words = ["inspect", str(folder / out), "--exposure", "1e9", "--branching-ratio", "1e-6", "--json"]
        numbers.append(json.loads(CliRunner().invoke(main, words).output)["result"]["expected"])
    once, many = numbers
    assert many["normalisation"] == once["normalisation"]
    assert many["value"] == pytest.approx(once["value"], abs=4.0 * once["statistical"])
    assert 0.4 < many["statistical"] / once["statistical"] < 1.0  # by use it would be an eighth


def test_the_same_parents_by_two_seeds_do_not_add(folder: Path) -> None:
    """As hadd joins them: rows of both."""
    for seed in (1, 2):
        run_job(job(folder, f"seed{seed}.root", seed=seed, uses=1, azimuth="kept"))
    rows = [row for seed in (1, 2) for row in read_rows(folder / f"seed{seed}.root")]
    with pytest.raises(
        InputError, match="runs of the same parents of an event file with several seeds.*source.uses"
    ):
        joined_rows(rows, "both.root")


def test_a_flow_of_half_parents_is_refused(folder: Path) -> None:
    run_job(job(folder, "edited.root"))
    (row,) = read_rows(folder / "edited.root")
    from darkpair.gen.output.row_check import fault_of_tables

    flow = row.provenance["result"]["cutflow"]
    assert fault_of_tables(row.provenance) == ""
    for value, words in (
        (None, "are no numbers"),
        (599, "not as many of each"),
        (-1, "no numbers"),
        (10**9, "no numbers"),
    ):
        flow[0]["parents"] = value
        assert words in fault_of_tables(row.provenance)
