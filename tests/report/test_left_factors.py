"""An efficiency of a user's detector file that no selection names is said to count nowhere: in a run, and behind a search."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from darkpair.cli.factor_notes import factor_notes
from darkpair.cli.limits import command
from darkpair.detectors.data_file import data_files, detector_data
from darkpair.job.job import Job, load_job
from darkpair.report.left_factors import left_factors
from darkpair.report.run import sample_lines
from darkpair.run.expected import expected_rows
from darkpair.run.part import provenance
from darkpair.run.runner import run_job

CHARM = Path(__file__).parents[2] / "examples" / "charm.toml"
KOTO = Path(__file__).parents[2] / "examples" / "koto_pi0.toml"

FACTOR = '[factors]\nguess = { value = 0.8, unit = "", source = "of a test", confidence = "choice" }\n'
PLAIN = '[selections.showers]\nfactors = ["photons"]\n'
NAMED = '[selections.showers]\nfactors = ["photons", "guess"]\n'
ENTRY = 'unit = "", source = "of a test", confidence = "choice" }'
_AREA = (
    'x_min = "-5 m"\nx_max = "5 m"\ny_min = "-5 m"\ny_max = "5 m"\n'  # (so that a small sample has events)
)
WIDE = f'[decay_volume]\nz_min = "40 m"\n{_AREA}[calorimeter]\n{_AREA}'
RUN = f"{WIDE}[run]\npot = {{ value = 1e18, {ENTRY}\nn_90 = {{ value = 3, {ENTRY}\n"

Write = Callable[[str], str]


@pytest.fixture
def written(tmp_path: Path) -> Write:
    def write(text: str) -> str:
        path = tmp_path / "own.toml"
        path.write_text(text)
        return str(path)

    return write


def a_job(example: Path, experiment: str, **more: Any) -> Job:
    settings = {"run.n": 2000, "output.picture": False, "detector.experiment": experiment, **more}
    if example == CHARM:
        settings |= {"source.aim": False, "detector.name": "fixed_target"}
    return load_job(example, overrides=settings)


def lines(job: Job) -> list[str]:
    return [line for line in sample_lines(provenance(job, job.pipeline())) if line.startswith("not counted ")]


def test_the_number_moves_or_a_line_says_that_it_does_not(written: Write, tmp_path: Path) -> None:
    """Whatever a file says of factors: expected events have it, or the line is there, and never both."""
    numbers = {}
    for name, text in (("none", PLAIN), ("left", FACTOR + PLAIN), ("named", FACTOR + NAMED)):
        file = written(f'based_on = "charm"\n{RUN}{text}')
        job = a_job(CHARM, file, **{"output.path": str(tmp_path / f"{name}.root")})
        rows = expected_rows(run_job(job).provenance)
        assert rows is not None
        numbers[name] = rows["value"]
        assert len(lines(job)) == (name == "left"), name
    assert numbers["none"] > 0.0
    assert np.isclose(numbers["left"], numbers["none"], rtol=1e-12)
    assert np.isclose(numbers["named"], 0.8 * numbers["none"], rtol=1e-12)


def test_the_line_can_be_followed(written: Write) -> None:
    file = written(f'based_on = "charm"\n{RUN}{FACTOR}{PLAIN}')
    (line,) = lines(a_job(CHARM, file))
    assert line.startswith("not counted            guess 0.8 of [factors]: no selection of ")
    assert 'factors = ["guess"] in [selections.showers]' in line
    given = a_job(CHARM, file, **{"detector.factors": ["photons", "guess"]})
    assert lines(given) == []


def test_what_is_inherited_is_a_jobs_to_name(written: Write) -> None:
    assert lines(a_job(KOTO, written('based_on = "koto"\n[[cuts]]\nname = "pt"\nmax = "200 MeV"\n'))) == []
    (line,) = lines(a_job(KOTO, written(f'based_on = "koto"\n{FACTOR}')))
    assert "guess 0.8 of" in line


@pytest.mark.parametrize("name", data_files())
def test_no_built_in_file_has_one(name: str) -> None:
    assert left_factors(detector_data(name)) == {}


def test_a_search_says_it_too(written: Write, tmp_path: Path) -> None:
    written(f'based_on = "charm"\n{RUN}{FACTOR}{PLAIN}')
    search = tmp_path / "search.toml"
    text = 'kind = "dump"\nexperiment = "own.toml"\nparents = ["eta"]\n[selections]\nshowers = ["X1 pi0"]\n'
    search.write_text(text)
    (note,) = factor_notes([search])
    assert f"{search}: guess 0.8 of [factors] counts nowhere" in note
    chain = ["eta -> X1 (X2 -> X1 pi0)", "m1=40 MeV", "m2=400 MeV", "ctau=10 m", "--search", str(search)]
    out = CliRunner().invoke(command, [*chain, "--only", "search", "--quick", "--cache", str(tmp_path)])
    assert out.exit_code == 0, out.output
    assert "counts nowhere" in " ".join(out.output.split())
    counted = '[efficiencies.guess]\nvalue = 0.8\nunit = "1"\nsource = "of a test"\nconfidence = "choice"\n'
    search.write_text(text + counted)
    assert factor_notes([search]) == []
