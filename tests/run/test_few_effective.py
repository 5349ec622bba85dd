"""Too few effective events are a warning in Python, as on the command line."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from darkpair import DarkpairWarning, run_job
from darkpair.gen.cutflow import Cutflow, Stage
from darkpair.job.job import load_job
from darkpair.run.summary import few_effective

CHARM = Path(__file__).parents[2] / "examples" / "charm.toml"


def test_a_run_says_so(tmp_path: Path) -> None:
    """Eta that are not aimed, and X2 of a short life: those that are fast carry the sum."""
    path = tmp_path / "charm.root"
    short = "chain.parameters.G_X=0.3 GF"
    settings = ["run.n=20000", "source.aim=false", short, f"output.path={path}", "output.picture=false"]
    job = load_job(CHARM, settings)
    with pytest.warns(
        DarkpairWarning, match=r"accepted events are worth \d.* of equal weight, less than 100"
    ):
        result = run_job(job)
    assert 0.0 < result.efficiency.effective < 100.0
    with warnings.catch_warnings():  # (a share of a sample says nothing of the whole)
        warnings.simplefilter("error")
        run_job(job, part=(1, 1), replace_other=True)


@pytest.mark.parametrize(
    ("n", "sum_w", "sum_w2", "said"),
    [
        (1000, 1.0, 0.1, True),
        (20, 20.0, 20.0, False),
        (0, 0.0, 0.0, False),
        (5000, 1.0, 1e-3, False),
        (24, 1.0, 1 / 17.7, False),
        (24, 1.0, 1 / 11.0, True),
    ],
)
def test_what_is_too_few(n: int, sum_w: float, sum_w2: float, said: bool) -> None:
    flow = Cutflow((Stage("generated", 10_000, 1e4, 1e4), Stage("all", n, sum_w, sum_w2)))
    line = few_effective(flow)
    assert (line is not None) == said
    assert line is None or "\n" not in line
