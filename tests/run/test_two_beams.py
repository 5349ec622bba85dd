"""A source with protons of another energy than the detector's is one line before the run, aimed or not."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

from darkpair import DarkpairWarning, run_job
from darkpair.job.job import job_of


def job(folder: Path, energy: str, **source: Any) -> dict[str, Any]:
    return {
        "run": {"n": 300},
        "source": {"name": "dump_mesons", "meson": "eta", "beam_energy": energy, **source},
        "chain": {
            "decay": "eta -> X1 (X2 -> X1 gamma)",
            "mass": {"X1": 0.02, "X2": 0.3},
            "ctau": {"X2": "10 m"},
            "lifetime": {"X2": "forced"},
        },
        "detector": {"name": "charm"},
        "output": {"path": str(folder / f"{energy[:3]}.root"), "picture": False},
    }


@pytest.mark.parametrize("source", [{}, {"aim": True}], ids=["plain", "aimed"])
def test_another_beam_is_said(tmp_path: Path, source: dict[str, Any]) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DarkpairWarning)
        run_job(job_of(job(tmp_path, "70 GeV", **source), where="here"))
    lines = [str(w.message) for w in caught if "protons" in str(w.message)]
    assert len(lines) == 1
    assert "protons have 70 GeV, the detector's 400 GeV" in lines[0]
    assert 'give source.beam_energy = "400 GeV"' in lines[0]


def test_the_same_beam_is_not(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("error", "the source's protons")
        run_job(job_of(job(tmp_path, "0.4 TeV"), where="here"))
        own = {"name": "gun", "parent": "eta", "momentum": "50 GeV"}  # (which has no beam)
        run_job(job_of(job(tmp_path, "gun") | {"source": own}, where="here"))
