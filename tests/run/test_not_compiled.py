"""Who wants formulas compiled where nothing compiles hears of it, in Python, in a check and on the command line."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from darkpair import DarkpairWarning, run_job
from darkpair.gen.compiled import loops
from darkpair.job.job import Job, load_job
from darkpair.run.check import check_job

KOTO = Path(__file__).parents[2] / "examples" / "koto_pi0.toml"


@pytest.fixture
def _nothing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(loops, "find_spec", lambda _: None)
    for asked in (loops.at_hand, loops.compiler_at_hand):
        asked.cache_clear()
    yield
    for asked in (loops.at_hand, loops.compiler_at_hand):
        asked.cache_clear()


def _job(path: Path, compiled: str) -> Job:
    return load_job(
        KOTO, ["run.n=100", f"run.compiled={compiled}", f"output.path={path}", "output.picture=false"]
    )


@pytest.mark.usefixtures("_nothing")
def test_it_is_said(tmp_path: Path) -> None:
    job = _job(tmp_path / "a.root", "true")
    with pytest.warns(DarkpairWarning, match=r"^run.compiled = true, and numba is not installed: .*NumPy.*$"):
        run_job(job)
    assert any(line.startswith("run.compiled = true") for line in check_job(job).warnings)


@pytest.mark.usefixtures("_nothing")
def test_it_is_said_to_nobody_else(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run_job(_job(tmp_path / "a.root", "false"))
