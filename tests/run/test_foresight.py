"""A long run says before it starts that its file does not fit, or that it takes longer than a week; a short run says nothing."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
from click.testing import CliRunner

from darkpair.cli import main
from darkpair.gen.errors import EarlyWarning
from darkpair.job.job import Job, job_of
from darkpair.report.amounts import bytes_text, time_text
from darkpair.run import foresight, runner
from darkpair.run.check import check_job
from darkpair.run.foresight import warn_of_long_run
from darkpair.run.part import write_part
from darkpair.run.runner import run_job

KOTO = str(Path(__file__).parents[2] / "examples" / "koto_pi0.toml")
GUN: dict[str, Any] = {
    "run": {"n": 16384},
    "source": {"name": "gun", "parent": "K_L0", "momentum": 2.0},
    "chain": {"decay": "K_L0 -> pi+ pi- (pi0 -> gamma gamma)"},
    "output": {"path": "x.root", "picture": False},
}


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return job_of(GUN, overrides={"output.path": str(tmp_path / "x.root")}, where="here")


def room(monkeypatch: pytest.MonkeyPatch, free: float) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=int(free)))


def test_a_file_that_does_not_fit_is_said(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """As much as `check` says; with twice the room nothing is said."""
    n = 20_000_000
    size = check_job(job).size
    assert size is not None
    wanted = size * n / 16384
    room(monkeypatch, 0.5 * wanted)
    with pytest.warns(
        EarlyWarning, match="20,000,000 events would take about .* free; the run begins"
    ) as caught:
        warn_of_long_run(job, job.pipeline(), n)
    assert len(caught) == 1
    assert "\n" not in str(caught[0].message)
    room(monkeypatch, 2.0 * wanted)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_long_run(job, job.pipeline(), n)
        room(monkeypatch, 0.0)
        warn_of_long_run(job, job.pipeline(), n // 4)  # (short)


def test_a_run_of_more_than_a_week_is_said(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    room(monkeypatch, 1e30)
    with pytest.warns(EarlyWarning, match="days and a file of about .*; the run begins") as caught:
        warn_of_long_run(job, job.pipeline(), 10**14)
    assert "free" not in str(caught[0].message)


def test_it_is_said_once_before_the_events(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a run that starts, not of one whose file is there already; the line changes no event and no exit status."""
    monkeypatch.setattr(foresight, "_SHORT", 10_000)
    room(monkeypatch, 1000)
    with pytest.warns(EarlyWarning, match="events would take"):
        first = run_job(job)
    again = run_job(job)
    assert first.made == 16384
    assert again.made == 0


def test_the_command_prints_it_before_anything_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foresight, "_SHORT", 10_000)
    room(monkeypatch, 1)
    plain = write_part

    def write(*args: Any, **more: Any) -> Any:
        click.echo("events are made", err=True)
        return plain(*args, **more)

    monkeypatch.setattr(runner, "write_part", write)
    words = ["run", KOTO, "-n", "2e4", "-o", str(tmp_path / "x.root"), "--set", "output.picture=false"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    first, *rest = done.stderr.splitlines()
    assert first.startswith("darkpair: 20,000 events would take about")
    assert rest == ["events are made"]


def test_times_and_sizes_are_read() -> None:
    assert time_text(500 * 86400.0) == "500 days"
    assert time_text(3.0 * 3600.0) == "3 hours"
    assert time_text(0.099) == "0.099 s"
    assert bytes_text(4_890_000_000_000_000) == "4.89 PB"
