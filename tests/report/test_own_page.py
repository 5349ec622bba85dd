"""A report takes the place of an earlier report, and of nobody's file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from darkpair.cli import main
from darkpair.gen.errors import InputError
from darkpair.job.job import job_of
from darkpair.run.beside import require_own_page
from darkpair.run.report import write_report
from darkpair.run.runner import run_job

pytest.importorskip("matplotlib", reason="a report has pictures, which matplotlib draws")

JOB: dict[str, Any] = {
    "run": {"n": 50},
    "source": {"name": "gun", "parent": "K_L0", "momentum": 2.0},
    "chain": {"decay": "K_L0 -> pi+ pi- (pi0 -> gamma gamma)"},
    "output": {"path": "x.root", "picture": False},
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    run_job(job_of(JOB, overrides={"output.path": str(tmp_path / "events.root")}, where="here"))
    return tmp_path / "events.root"


def test_nobodys_page_is_lost(path: Path) -> None:
    page = path.with_name("events.report.html")
    page.write_text("<html><title>my own</title></html>", encoding="utf-8")
    refused = CliRunner().invoke(main, ["report", str(path)])
    assert refused.exit_code == 2
    assert "events.report.html" in refused.output
    assert "--force" in refused.output
    assert len(refused.output.strip().splitlines()) == 1
    assert page.read_text(encoding="utf-8") == "<html><title>my own</title></html>"
    with pytest.raises(InputError, match="no report of darkpair"):
        write_report(path)
    named = CliRunner().invoke(main, ["report", str(path), "-o", str(page)])
    assert named.exit_code == 2
    assert "--force" in named.output
    forced = CliRunner().invoke(main, ["report", str(path), "--force"])
    assert forced.exit_code == 0, forced.output
    text = page.read_text(encoding="utf-8")
    assert "my own" not in text


def test_an_earlier_report_is_replaced(path: Path) -> None:
    page = write_report(path)
    page.write_text(page.read_text(encoding="utf-8") + "<!-- old -->", encoding="utf-8")
    assert write_report(path) == page
    assert "<!-- old -->" not in page.read_text(encoding="utf-8")


def test_reports_of_before_and_empty_files_are_ours(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    require_own_page(page)
    for text in ("", "<!DOCTYPE html>\n<html lang='en'><head><title>a.root: report of a run</title>"):
        page.write_text(text, encoding="utf-8")
        require_own_page(page)
    page.write_text("notes", encoding="utf-8")
    require_own_page(page, replace=True)
    with pytest.raises(InputError):
        require_own_page(page)
