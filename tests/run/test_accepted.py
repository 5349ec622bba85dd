"""Which events and which candidates a selection took, said in the file itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import uproot

from darkpair.job.job import load_job
from darkpair.run.runner import run_job

EXAMPLE = Path(__file__).parents[2] / "examples" / "koto_pi0.toml"


def events(folder: Path, kept: str) -> Any:
    path = folder / f"{kept}.root"
    settings = {
        "run.n": 50_000,
        "output.path": str(path),
        "output.events": kept,
        "output.picture": False,
    }
    run_job(load_job(EXAMPLE, overrides=settings))
    with uproot.open(path) as file:
        tree = file["Events"]
        return tree.arrays(
            [*tree.keys(filter_name="accepted"), "nPi0", "Pi0_pt", "Pi0_z_vtx", "Pi0_accepted"]
        )


def test_the_file_says_what_passed(tmp_path: Path) -> None:
    every, passed = events(tmp_path, "all"), events(tmp_path, "accepted")
    assert len(every) == 50_000
    assert "accepted" not in passed.fields  # all of them are
    chosen = every[every.accepted]
    assert len(chosen) == len(passed)
    assert ak.array_equal(chosen.Pi0_pt, passed.Pi0_pt)
    assert ak.array_equal(every.accepted, ak.any(every.Pi0_accepted, axis=1))
    assert np.any(np.asarray(passed.nPi0) == 2)  # pairs of photons with two vertices, else this tests nothing
    one = passed.Pi0_accepted[np.asarray(passed.nPi0) == 1]
    assert ak.all(one)
    inside = (passed.Pi0_z_vtx > 3200.0) & (passed.Pi0_z_vtx < 5000.0)
    assert ak.all(inside[passed.Pi0_accepted])
    assert not ak.all(inside)
