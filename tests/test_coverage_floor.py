"""The check that CI makes of a coverage report: the whole, each file, and that processes of workers are counted."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[1] / ".ci" / "coverage_floor.py"

pytestmark = pytest.mark.skipif(not SCRIPT.is_file(), reason="no source tree")

GOOD: dict[str, Any] = {
    "totals": {"percent_statements_covered": 98.0, "percent_branches_covered": 95.0},
    "files": {
        "src/darkpair/workers.py": {
            "summary": {"percent_covered": 90.0},
            "missing_lines": [],
            "functions": {"_begin": {"summary": {"covered_lines": 2}}},
        },
        "gen/events.py": {"summary": {"percent_covered": 100.0}, "missing_lines": []},
    },
}


def verdict(folder: Path, *path: str, value: float | None = None) -> tuple[int, list[str]]:
    """Exit status and lines for the good report, with one number of it replaced."""
    report = copy.deepcopy(GOOD)
    if path:
        table = report
        for key in path[:-1]:
            table = table[key]
        table[path[-1]] = value
    (folder / "report.json").write_text(json.dumps(report))
    words = [sys.executable, str(SCRIPT), str(folder / "report.json")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert not done.stderr
    return done.returncode, done.stdout.splitlines()


def test_what_reaches_the_floors_passes(tmp_path: Path) -> None:
    assert verdict(tmp_path) == (0, ["coverage: lines 98.00 %, branches 95.00 % of 2 files"])


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (("totals", "percent_statements_covered"), 97.9, "lines 97.90 %; at least 98 %"),
        (("totals", "percent_branches_covered"), 94.9, "branches 94.90 %; at least 95 %"),
        (
            ("files", "gen/events.py", "summary", "percent_covered"),
            89.9,
            "gen/events.py 89.9 %; at least 90 %",
        ),
        (
            ("files", "src/darkpair/workers.py", "functions", "_begin", "summary", "covered_lines"),
            0,
            "processes of workers are not counted",
        ),
    ],
)
def test_what_lies_below_one_is_refused(
    tmp_path: Path, path: tuple[str, ...], value: float, line: str
) -> None:
    status, (_, told) = verdict(tmp_path, *path, value=value)
    assert status == 1
    assert line in told
