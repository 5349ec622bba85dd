"""Every number of docs/*.md and README.md that a run made is the stored output's, and a quick run gives that output again.

Both as `darkpair.pages` says; how to mend what fails stands at its top.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from darkpair.pages import page_files, problems
from darkpair.pages.runs import Run, differences, read_runs
from tests.laws.size import FULL

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "results"
RUNS = read_runs(FOLDER)

#: Standard errors; some hundreds of comparisons fail by chance once in 3000 suites.
SIGMAS = 5.0


def stored(name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.name)
def test_a_stored_output_names_no_place_of_a_machine(path: Path) -> None:
    """Whoever made it has other folders than its reader: a path is one from the folder of the project."""
    texts = re.findall(r'"((?:[A-Za-z]:)?[/\\\\]\w+[/\\\\][^"]*)"', path.read_text(encoding="utf-8"))
    assert not texts, texts


def test_every_number_of_every_page_has_its_source() -> None:
    names = [name for run in RUNS for name in run.outputs]
    lines = problems(page_files(ROOT), FOLDER, with_command=names)
    assert not lines, "\n".join(lines)


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.outputs[0])
def test_an_output_says_how_it_was_made(run: Run) -> None:
    for name in run.outputs:
        output = stored(name)
        assert str(output.get("command", run.command)).startswith(run.command)
        assert output["provenance"]
        assert (FOLDER / f"{name}.json").stat().st_size < 400_000


@pytest.mark.parametrize("run", [run for run in RUNS if run.quick], ids=lambda run: run.outputs[0])
def test_a_quick_run_agrees(run: Run) -> None:
    """Every number that has an error, within five of both; those of runs that draw nothing to 1e-6."""
    if run.slow and not FULL:
        pytest.skip("half a minute and more: nox -s laws")
    compared = 0
    for name, fresh in run.made(ROOT, quick=True).items():
        for place, difference in differences(stored(name), fresh, run):
            assert difference < (1.0 if run.exact else SIGMAS), f"{name}: {place} differs by {difference:.1f}"
            compared += 1
    assert compared > 0
