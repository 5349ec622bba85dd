"""A sweep: each point is the run that --set would make, in a folder of its own, with a table of all; wrong points run nothing."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import darkpair
import darkpair.run.sweep
from darkpair.cli import main
from darkpair.gen.errors import DarkpairWarning, InputError, UnknownNameError
from darkpair.job.job import load_job
from darkpair.report.sweep import sweep_table
from darkpair.run.runner import run_job
from darkpair.run.sweep_axes import axes_of, point_names, values_of
from darkpair.run.sweep_picture import sweep_picture

#: File of a point of one block.
PART = "events-0000000000-0000000001.root"

JOB = """
[run]
n = 500
[source]
name = "koto_kl"
[chain]
decay = "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"
mass = { X1 = 0, X2 = "430 MeV" }
ctau = { X2 = 0 }
[detector]
name = "koto"
[output]
path = "mine.root"
picture = false
"""


@pytest.fixture
def job(tmp_path: Path) -> Path:
    path = tmp_path / "job.toml"
    path.write_text(JOB, encoding="utf-8")
    return path


def stamps(folder: Path) -> dict[str, int]:
    """When each point's file was made."""
    return {path.parent.name: path.stat().st_mtime_ns for path in folder.glob("*/events-*.root")}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("200 MeV, 300 MeV", ["200 MeV", "300 MeV"]),
        ("0.2,1e-3 , 7", [0.2, 0.001, 7]),
        ("true, false", [True, False]),
        ("2015, 2016-18", [2015, "2016-18"]),
        ('"a, b", c', ["a, b", "c"]),
        ("['X1 pi0', 'X1 eta'], []", [["X1 pi0", "X1 eta"], []]),
        ("{ X1 = 0, X2 = '1 GeV' }, { X1 = 1 }", [{"X1": 0, "X2": "1 GeV"}, {"X1": 1}]),
        ("eta' -> gamma X1, K_L0 -> X1 (X2 -> X1 pi0)", ["eta' -> gamma X1", "K_L0 -> X1 (X2 -> X1 pi0)"]),
        ('"a \\", b", c', ['a ", b', "c"]),
    ],
)
def test_values_are_split_outside_of_texts_and_brackets(text: str, values: list[Any]) -> None:
    assert values_of("a.b", text) == values


@pytest.mark.parametrize(
    ("scans", "words"),
    [
        (["chain.mass.X2"], "allowed: section.key=value"),
        (["=1, 2"], "allowed: section.key=value"),
        (["run.seed=1,,2"], "empty value"),
        (["run.seed="], "empty value"),
        (["run.seed=1, 2, 1"], "given twice"),
        (["chain.modes=[1, 2"], "']' is missing"),
        (["chain.modes=1], 2"], "closes nothing"),
        (["chain.name='a, b"], "is missing"),
        (["run.seed=1", "run.seed=2"], "one sets the other"),
        (['chain.mass."X2"=1', "chain.mass={ X2 = 1 }"], "one sets the other"),
        ([], "needs a key"),
        ({"run.seed": []}, "no value"),
        ({"run.seed": 3}, "a list of values"),
    ],
)
def test_what_is_no_scan(scans: Any, words: str) -> None:
    with pytest.raises(InputError, match=words.replace("[", r"\[")):
        axes_of(scans)


def test_names_of_points_are_safe_and_differ() -> None:
    values = [
        *(
            "200 MeV",
            "1 MeV",
            "1 meV",
            "../../etc/x",
            "a/b",
            "a_b",
            "a b",
            "ab",
            "*?$(x)",
            "é",
            ".",
            "x" * 400,
            "x" * 401,
        ),
        *('K_L0 -> X1 "S"', "a\nb", "-rf", True, 1, 0.5, -0.5, ["a", "b"], {"a": 1}),
    ]
    names = point_names([{"chain.mass.X2": value} for value in values])
    assert names[0] == "chain.mass.X2=200MeV"
    assert len({name.lower() for name in names}) == len(values)
    for name in names:
        assert len(name) < 140
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-=,")
    assert point_names([{"a.b": "1 m", "a.c": 2}]) == ["a.b=1m,a.c=2"]


def test_each_point_is_the_run_of_its_settings(job: Path, tmp_path: Path) -> None:
    scans = {"chain.mass.X2": ["200 MeV", 0.43], "chain.ctau.X2": np.array([0.0, 3.0])}
    done = darkpair.sweep(job, scans, tmp_path / "out", settings=["run.seed=7"], overrides={"run.n": 400})
    assert [row["point"] for row in done.rows] == [
        f"chain.mass.X2={mass},chain.ctau.X2={ctau}" for mass in ("200MeV", "0.43") for ctau in (0, 3)
    ]
    for point, row in zip(done.plan.points, done.rows, strict=True):
        alone = run_job(
            load_job(
                job,
                ["run.seed=7"],
                {"run.n": 400, "output.path": str(tmp_path / f"{point.name}.root"), **point.values},
            )
        )
        here = darkpair.read_events(Path(point.job.output.path) / PART)
        assert here.particles.px.tolist() == darkpair.read_events(alone.path).particles.px.tolist()
        assert row["generated"] == 400
        assert row["acceptance"] == alone.provenance["result"]["acceptance"]
        assert row["accepted"] == len(here)
    assert [row["chain.mass.X2 [GeV]"] for row in done.rows] == [0.2, 0.2, 0.43, 0.43]
    assert str(done).count("\n") == 6
    assert len({row["sample"] for row in done.rows}) == len({row["run"] for row in done.rows}) == 4
    with (tmp_path / "out" / "points.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["acceptance"]) for row in rows] == [row["acceptance"] for row in done.rows]
    whole = json.loads((tmp_path / "out" / "points.json").read_text(encoding="utf-8"))
    assert whole["rows"] == done.rows
    assert whole["provenance"]["axes"]["chain.ctau.X2"]["numbers"] == [0.0, 3.0]
    assert whole["provenance"]["versions"]


def test_what_is_complete_is_not_made_again(job: Path, tmp_path: Path) -> None:
    def again(values: str, **overrides: Any) -> tuple[Any, Mapping[str, int]]:
        out = tmp_path / "out"
        return darkpair.sweep(job, {"run.seed": values}, out, overrides=overrides), stamps(out)

    first, before = again("1, 2, 3")
    (tmp_path / "out" / "run.seed=2" / PART).unlink()
    (tmp_path / "out" / "run.seed=3" / PART).write_bytes(b"root, but half of it")
    second, after = again("1, 2, 3")
    assert (first.made, second.made) == (3, 2)
    assert before["run.seed=1"] == after["run.seed=1"]
    assert second.rows == first.rows
    more, _ = again("3, 4", **{"run.workers": 1, "run.chunk": 16384})
    assert (more.made, more.rows[0]) == (1, first.rows[2])


@pytest.mark.parametrize(
    ("scans", "error", "words"),
    [
        ({"chain.mass.X2": ["200 MeV", "600 MeV"]}, InputError, "point chain.mass.X2=600MeV: .*600 MeV|0.6"),
        ({"run.seed": [1, 2, -1]}, InputError, "point run.seed=-1: .*seed"),
        (
            {"detector.selection": ["2015", "2014"]},
            (UnknownNameError, InputError),
            "point detector.selection=2014: ",
        ),
        (
            {"detector.name": ["koto", "cotto"]},
            UnknownNameError,
            "point detector.name=cotto: .*did you mean 'koto'",
        ),
        ({"chain.masses.X2": [1]}, InputError, "point chain.masses.X2=1: .*did you mean 'chain.mass'"),
        ({"output.path": ["a.root"]}, InputError, "output.path is scanned, and named by the sweep"),
        ({"output": [{"path": "b.root"}]}, InputError, "output.path is scanned"),
        ({"run.n": [1000, 2000]}, InputError, "run.n is scanned, and given by an option of its own too"),
        ({"chain.mass": [{"X1": 0, "X2": 0.2}]}, InputError, "chain.mass.X1 is scanned, and set too"),
    ],
)
def test_a_wrong_point_is_named_before_any_runs(
    job: Path, tmp_path: Path, scans: Any, error: Any, words: str
) -> None:
    with pytest.raises(error, match=words):
        darkpair.sweep(
            job, scans, tmp_path / "out", settings=["chain.mass.X1=0.001"], overrides={"run.n": 500}
        )
    assert not list(tmp_path.glob("out/*"))


def test_a_point_that_fails_later_is_named(
    job: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(point: Any, **settings: Any) -> Any:
        if point.run.seed == 2:
            raise InputError("no event has a mass that is allowed")
        return run_job(point, **settings)

    monkeypatch.setattr(darkpair.run.sweep, "run_job", fails)
    with pytest.raises(InputError, match=r"^point run\.seed=2: no event has"):
        darkpair.sweep(job, {"run.seed": [1, 2, 3]}, tmp_path / "out")
    assert set(stamps(tmp_path / "out")) == {"run.seed=1"}


def test_an_executor_s_points_are_the_same(job: Path, tmp_path: Path) -> None:
    scans = {"run.seed": [1, 2]}
    alone = darkpair.sweep(job, scans, tmp_path / "alone")
    with ThreadPoolExecutor(2) as executor:
        assert darkpair.sweep(job, scans, tmp_path / "shared", executor=executor).rows == alone.rows


def test_nothing_accepted_is_a_limit(job: Path, tmp_path: Path) -> None:
    beam = ["source.name=gun", "source.parent=K_L0"]
    done = darkpair.sweep(job, {"source.momentum": ["1 GeV", "1 TeV"]}, tmp_path / "out", settings=beam)
    assert [row["acceptance"] for row in done.rows] == [0.0, 0.0]
    assert all(row["acceptance_upper_limit"] > 0.0 for row in done.rows)
    assert "below" in str(done)


def test_the_command(job: Path, tmp_path: Path) -> None:
    words = [
        "run",
        str(job),
        "-n",
        "300",
        "--scan",
        "chain.mass.X2=200 MeV, 300 MeV",
        "-o",
        f"{tmp_path}/out/",
    ]
    words += ["--set", "output.picture=true", "--set", "output.path=x.hepmc3.gz"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert "chain.mass.X2   generated" in done.output
    assert "made                   2 points" in done.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        *(
            "chain.mass.X2=200MeV",
            "chain.mass.X2=300MeV",
            "points.csv",
            "points.json",
            "points.pdf",
            "points.png",
        )
    ]
    assert (tmp_path / "out" / "chain.mass.X2=300MeV" / PART.replace("root", "hepmc3.gz")).is_file()
    for place in ([], ["-o", "x.root"]):
        done = CliRunner().invoke(main, [*words[:6], *place])
        assert (done.exit_code, done.stdout) == (2, "")
        assert "a sweep writes a folder" in done.stderr


def test_a_job_of_python_and_one_warning_for_all(job: Path, tmp_path: Path) -> None:
    with pytest.warns(DarkpairWarning) as caught:
        done = darkpair.sweep(
            load_job(job), {"run.seed": range(1, 3)}, tmp_path / "out", settings=["chain.name=kl_2pi0"]
        )
    assert len(caught) == 1
    assert done.made == 2


def test_pictures_of_sweeps(job: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Points with and without accepted events, wide axes, a line for each value of another key; none of too many lines."""
    scans = {"chain.ctau.X2": ["1 mm", "1 m", "100 km"], "chain.mass.X2": ["300 MeV", "430 MeV"]}
    done = darkpair.sweep(job, scans, tmp_path / "out", overrides={"run.n": 300})
    figure = sweep_picture(done)
    (axes,) = figure.axes
    assert (axes.get_xscale(), axes.get_xlabel()) == ("log", "chain.ctau.X2 [mm]")
    words = [text.get_text() for text in axes.get_legend().get_texts()]
    assert words == ["chain.mass.X2 = 300 MeV", "chain.mass.X2 = 430 MeV"]
    arrows = [line for line in axes.lines if line.get_marker() == r"$\downarrow$"]
    assert [x for line in arrows for x in line.get_xdata()].count(1e8) == 2
    monkeypatch.setattr("darkpair.run.sweep_picture._LINES", 1)
    assert sweep_picture(done) is None
    monkeypatch.undo()
    seeds = darkpair.sweep(job, {"output.layout": "nano, flat"}, tmp_path / "words", overrides={"run.n": 300})
    assert sweep_picture(seeds) is None
    text = done.table().text(160)
    assert "below" in text
    assert "±" in text


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ({"acceptance": None}, ("-", "")),
        (
            {"acceptance": 0.0, "acceptance_upper_limit": 0.02, "acceptance_upper_limit_level": 0.9},
            ("below 0.02 (90 %)", ""),
        ),
        (
            {
                "acceptance": 1.0,
                "acceptance_error": None,
                "acceptance_low": 0.98,
                "acceptance_high": 1.0,
                "acceptance_interval_level": 0.68,
                "expected_events": None,
                "expected_not_told": "why",
            },
            ("1 (0.98 to 1, 68 %)", "not told"),
        ),
        (
            {
                "acceptance": 0.5,
                "acceptance_error": 0.01,
                "expected_events": 3.0,
                "expected_error": None,
                "branching_ratio": None,
            },
            ("0.5 ± 0.01", "3 x BR"),
        ),
        (
            {
                "acceptance": 0.5,
                "acceptance_error": 0.01,
                "expected_events": 0.0,
                "expected_upper_limit": 2.3,
                "branching_ratio": 0.1,
            },
            ("0.5 ± 0.01", "below 2.3"),
        ),
    ],
)
def test_cells_of_a_sweeps_table(row: dict[str, Any], cells: tuple[str, str]) -> None:
    first = {"key": "a", "generated": 10, "accepted": 1, "expected_events": 1.0}
    table = sweep_table([first | {"expected_events": None} | row], ["key"])
    assert table.rows[0][-2:] == list(cells)
