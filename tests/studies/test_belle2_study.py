"""The study of Belle and Belle II with few events: its files, and its numbers where they are known otherwise."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair.chains.models import ZPrimeScalar
from darkpair.detectors.belle2 import Belle2
from darkpair.gen.lifetime import Exponential
from darkpair.gen.sources.upsilon4s import Upsilon4S
from darkpair.gen.streams import BLOCK, Streams
from darkpair.limits.ranges import excluded_in_table
from darkpair.studies import STUDIES
from darkpair.studies.experiments.belle2_recast import escape_chain, escape_sample, measurements

#: Smallest G_X/G_F of Belle's 1.6e-5 less 4.0e-6 with an X2 that is always missing, and without the subtraction:
#: computed from the amplitudes at m_UV = 500 GeV, independently of this code.
EXPECTED = {"Dirac": (2.14, 2.47), "Majorana": (1.52, 1.75), "scalar": (6.35, 7.33)}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("belle2")
    paths: list[Path] = STUDIES["belle2"](folder=folder, quick=True, events=BLOCK)
    names = {
        f"belle2-{part}.{kind}"
        for part in ("efficiency", "escape", "limits", "q2rec")
        for kind in ("csv", "json", "png", "pdf")
    }
    assert {path.name for path in paths} == names
    assert all(path.stat().st_size > 0 for path in paths)
    out = {
        part: json.loads((folder / f"belle2-{part}.json").read_text())
        for part in ("efficiency", "escape", "limits", "q2rec")
    }
    for part, table in out.items():
        with (folder / f"belle2-{part}.csv").open() as file:
            assert len(list(csv.DictReader(file))) == len(table["rows"])
    return out


@pytest.mark.parametrize("model", list(EXPECTED))
def test_limits_of_a_missing_pair(told: dict[str, Any], model: str) -> None:
    rows = [
        row
        for row in told["limits"]["rows"]
        if (row["experiment"], row["measurement"], row["model"]) == ("belle", "combined", model)
        and row["treatment"] == "always missing, Standard Model's efficiency"
    ]
    subtracted, whole = (row["smallest excluded G_X/G_F"] for row in rows)
    assert (subtracted, whole) == pytest.approx(EXPECTED[model], rel=0.03)


def test_limits_are_ordered(told: dict[str, Any]) -> None:
    """A pair that may be seen is excluded less than one that is always missing, and a 2 m detector sees more."""
    by = {
        (r["experiment"], r["measurement"], r["model"], r["treatment"], r["BR subtracted"] > 0.0): r[
            "smallest excluded G_X/G_F"
        ]
        or 50.0  # where the study's couplings end
        for r in told["limits"]["rows"]
    }
    for (*case, treatment, subtracted), value in by.items():
        if treatment == "always missing":
            assert value < by[(*case, "detector", subtracted)] <= by[(*case, "escape of 2 m", subtracted)]
        if subtracted:
            assert value < by[(*case, treatment, False)] or value == 50.0


def test_mean_efficiencies(told: dict[str, Any]) -> None:
    means = {(row["spectrum"], row["tag"]): row for row in told["efficiency"]["means"]}
    assert means["nu nubar", "inclusive"]["integral"] == pytest.approx(0.062, abs=0.003)
    assert means["nu nubar, Ali-Ball", "inclusive"]["integral"] == pytest.approx(0.062, abs=0.003)
    for (spectrum, _), row in means.items():
        if row["simulated error"] is not None:
            assert abs(row["simulated"] - row["integral"]) < 5.0 * row["simulated error"]
        elif "Ali-Ball" not in spectrum:
            assert row["simulated"] == pytest.approx(row["integral"], rel=0.03)


def test_escape_grows_with_the_lifetime(told: dict[str, Any]) -> None:
    rows = told["escape"]["rows"]
    simple = np.array([row["missing, 2 m"] for row in rows])
    assert simple[0] < 1e-4
    assert simple[-1] > 0.9
    assert all(row["missing, detector"] > row["missing, 2 m"] - 3.0 * row["error, detector"] for row in rows)


def test_one_sample_for_every_lifetime() -> None:
    """Events weighted to a lifetime against events that have it, with the detector's geometry; five errors."""
    model = ZPrimeScalar(m1=0.04, m2=0.4, G_X=1.17e-5)
    scan = escape_sample(escape_chain(model, ["X1 pi0"]), "belle2", 6 * BLOCK, 77)
    for ctau in (20.0, 300.0):
        chain = model.chain("B+", "K+ X1 X2", modes=["X1 pi0"], lifetimes={"X2": Exponential(ctau)})
        detector, passed = Belle2(selection="acceptance", without=["q2_rec"]), 0
        for block in range(4):
            streams = Streams(78, block)
            truth = chain.batch(Upsilon4S().sample(BLOCK, streams.rng("source")), streams)
            passed += int(
                detector.select(detector.observe(truth, streams.rng("d")), np.ones(BLOCK)).mask.sum()
            )
        value, error = scan.acceptance(ctau, "detector", "none")
        p = passed / (4 * BLOCK)
        assert abs(value - p) < 5.0 * math.hypot(error, math.sqrt(p / (4 * BLOCK)))


def test_intervals() -> None:
    g = np.geomspace(0.1, 10.0, 41)
    ((low, high),) = excluded_in_table(g, g**2, 4.0)
    assert low == pytest.approx(2.0)
    assert high == math.inf
    assert excluded_in_table(g, g**2, 1e4) == []
    hump = g**2 * np.exp(-((g / 2.0) ** 4))
    ((low, high),) = excluded_in_table(g, hump, 1.0)
    assert 1.0 < low < high < 3.0


def test_measurements() -> None:
    """Excess plus 1.2816 upper errors; the published limits less the Standard Model."""
    found = {(m.experiment, m.name): m for m in measurements()}
    assert found["belle", "combined"].limit == pytest.approx(1.2e-5)
    assert found["belle", "combined"].unsubtracted().limit == pytest.approx(1.6e-5)
    two = found["belle2", "combined"]
    assert two.limit == pytest.approx(2.3e-5 - 4.97e-6 + 1.28155 * math.hypot(0.5e-5, 0.5e-5), rel=1e-3)
    assert two.low == pytest.approx(2.3e-5 - 4.97e-6 - math.hypot(0.5e-5, 0.4e-5), rel=1e-3)
    assert two.unsubtracted().central == pytest.approx(2.3e-5)
