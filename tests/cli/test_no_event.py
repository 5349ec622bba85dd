"""No accepted event, or every one: an upper limit or an interval in every place that speaks, and no error of zero."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from darkpair import InputError, Pipeline, Streams, build, chunks
from darkpair.cli import main
from darkpair.detectors.efficiency import LIMIT_LEVEL, efficiency_of, estimate
from darkpair.detectors.koto import Koto
from darkpair.detectors.lifetime_scan import ScanSample
from darkpair.export.hepdata import Table
from darkpair.gen.cutflow import Cutflow, Stage
from darkpair.gen.lifetime import Scan, ScanInside
from darkpair.gen.output.reader import read_provenance
from darkpair.gen.output.root import RootWriter
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.job.job import Job
from darkpair.limits.koto_samples import EfficiencyAgainstCtau
from darkpair.report.run import result_lines
from darkpair.run.runner import run_job
from darkpair.run.summary import completed, summary
from darkpair.statistics import Counting, rate_limit
from darkpair.studies.samples import bin_columns, efficiency_columns, efficiency_ratio, ratio_columns

#: One photon a K_L: no pi0 is ever reconstructed.
NONE: dict[str, Any] = {
    "run": {"n": 2000, "seed": 1},
    "source": {"name": "koto_kl"},
    "chain": {"decay": "K_L0 -> X1 gamma", "mass": {"X1": 0.1}},
    "detector": {"name": "koto", "factors": ["cluster_shape"]},
    "output": {"picture": False},
}

LIMIT = 1.0 - (1.0 - LIMIT_LEVEL) ** (1.0 / 2000)


def flow(accepted: int, generated: int = 1000, weight: float = 1.0) -> Cutflow:
    mask = np.arange(generated) < accepted
    return Cutflow.of(np.full(generated, weight), [("cut", mask)])


@pytest.mark.parametrize("name", ["out.root", "out.hepmc3"])
def test_result_file_and_inspect(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    job = Job.model_validate({**NONE, "output": {"path": name, "picture": False}})
    made = run_job(job)
    assert made.efficiency.error is None
    assert made.cutflow.acceptance_error is None
    assert made.efficiency.upper_limit == pytest.approx(LIMIT, rel=1e-9)
    stored = read_provenance(Path(name))["result"]
    said = CliRunner().invoke(main, ["inspect", name, "--json"])
    for result in (made.provenance["result"], stored, json.loads(said.output)["result"]):
        assert result["acceptance"] == 0.0
        assert result["acceptance_error"] is None
        assert result["acceptance_upper_limit"] == pytest.approx(LIMIT, rel=1e-9)
        assert result["acceptance_upper_limit_level"] == LIMIT_LEVEL
        assert result["acceptance_low"] == 0.0
        assert result["acceptance_high"] == pytest.approx(made.efficiency.high)
        assert result["upper_limit_with_factors"] < result["acceptance_upper_limit"]
        assert result["largest_weight"] == 1.0
    text = CliRunner().invoke(main, ["inspect", name]).output
    assert f"upper limit            {LIMIT:.3g} at 90 % confidence" in text
    assert "±" not in text


def test_picture_of_nothing(tmp_path: Path) -> None:
    job = Job.model_validate({**NONE, "output": {"path": str(tmp_path / "out.root")}})
    assert all(path.stat().st_size > 0 for path in run_job(job).pictures)


def test_a_file_of_before_says_what_is_assumed(tmp_path: Path) -> None:
    """Rows without the largest weight and an error of zero: read as today's, with one for the largest weight."""
    rows = [
        {"cut": "generated", "n": 500, "sum_w": 5.0, "sum_w2": 0.05},
        {"cut": "cut", "n": 0, "sum_w": 0.0, "sum_w2": 0.0},
    ]
    old = {"generated": 500, "accepted": 0, "acceptance": 0.0, "acceptance_error": 0.0, "cutflow": rows}
    with RootWriter(tmp_path / "old.root", provenance={"result": old}) as file:
        pipeline = Pipeline(source=KotoKL(), chain=build("K_L0 -> X1 gamma", mass={"X1": 0.1}))
        file.write(next(iter(chunks(pipeline, 500))).record())
    said = CliRunner().invoke(main, ["inspect", str(tmp_path / "old.root"), "--json"])
    result = json.loads(said.output)["result"]
    assert result["acceptance_error"] is None
    assert result["largest_weight"] is None
    assert result["largest_weight_assumed"] == 1.0
    assert result["acceptance_upper_limit"] == pytest.approx(-math.log(0.1) / 500, rel=0.01)
    text = CliRunner().invoke(main, ["inspect", str(tmp_path / "old.root")]).output
    assert "assumed                weights of at most 1" in text


@pytest.mark.parametrize("accepted", [0, 1, 2, 40, 999, 1000])
@pytest.mark.parametrize("weight", [1.0, 1e-6, 30.0])
def test_every_summary_is_honest(accepted: int, weight: float) -> None:
    """Whatever is accepted: an error is above zero or null, the interval holds the value and has a length."""
    result = summary(flow(accepted, weight=weight), {"flat": 0.5})
    json.dumps(result, allow_nan=False)
    assert result["acceptance_error"] is None or result["acceptance_error"] > 0.0
    assert (result["acceptance_error"] is None) == (accepted in (0, 1000))
    assert result["acceptance_low"] <= result["acceptance"] <= result["acceptance_high"] * (1.0 + 1e-12)
    assert (
        result["acceptance_low"]
        < result["acceptance_high"]
        <= result["acceptance_upper_limit"] * (1.0 + 1e-12)
    )
    assert completed(result) == result
    lines = "\n".join(result_lines(result))
    assert ("upper limit" in lines) == (accepted == 0)
    assert ("interval" in lines) == (accepted in (1, 2, 40, 1000))
    assert "± 0 " not in lines


def test_weights_of_both_signs() -> None:
    rng = Streams(8).rng("signs")
    weight = np.where(rng.random(10_000) < 0.5, -2.0, 1.0)
    found = estimate(Cutflow.of(weight, [("cut", rng.random(10_000) < 0.01)]))
    assert found.low < found.value < found.high
    assert found.low < -0.5 * 0.01 < found.high


def test_without_a_detector() -> None:
    """Nothing was asked of plain events: exactly one.  One forced event says nothing of the others."""
    assert summary(Cutflow.of(np.ones(50), []))["acceptance_error"] == 0.0
    one = summary(Cutflow.of(np.array([0.3]), []))
    assert one["acceptance_error"] is None
    assert one["acceptance_low"] < one["acceptance_high"]
    none = summary(Cutflow.of(np.zeros(50), []))
    assert none["acceptance_error"] is None
    assert none["acceptance_upper_limit"] > 0.0


def test_ratios() -> None:
    some, none = flow(100), flow(0, weight=3.0)
    value, error = efficiency_ratio(none, some)
    assert value == 0.0
    assert error == pytest.approx(10.0 * estimate(none).high)
    columns = ratio_columns(none, some)
    assert columns["ratio error"] is None
    assert columns["ratio below, 90 %"] == pytest.approx(10.0 * 3.0 * -math.log(0.1) / 1000, rel=0.01)
    assert ratio_columns(some, some)["ratio below, 90 %"] is None
    assert ratio_columns(some, flow(1000))["ratio error"] > 0.0
    with pytest.raises(InputError, match="none of the 1000 events of the denominator"):
        efficiency_ratio(some, none)
    told = efficiency_columns(none)
    assert told["efficiency error"] is None
    assert told["efficiency below, 90 %"] > 0.0


def test_empty_bins_and_tables() -> None:
    edges, counts = np.array([0.0, 1.0, 2.0, 4.0]), np.array([30.0, 0.0, 10.0])
    area = counts.sum() * np.diff(edges)
    rows = bin_columns(edges, counts / area, np.sqrt(counts) / area)
    assert [row["error [1/MeV]"] is None for row in rows] == [False, True, False]
    assert rows[1]["below, 90 % [1/MeV]"] == pytest.approx(-math.log(0.1) / 40.0)
    empty = bin_columns(edges, np.zeros(3), np.zeros(3))
    assert {
        value for row in empty for name, value in row.items() if "density" not in name and "p_T" not in name
    } == {None}
    columns = {"name": "t", "description": "t", "independent": ("m",), "errors": {"y": "e"}}
    (y,) = Table(rows=[{"m": 1.0, "y": 0.0, "e": None}], **columns).data()["dependent_variables"]  # type: ignore[arg-type]
    assert y["values"] == [{"value": 0.0}]
    with pytest.raises(InputError, match="allowed: above 0, or None"):
        Table(rows=[{"m": 1.0, "y": 0.0, "e": 0.0}], **columns)  # type: ignore[arg-type]


def test_limits_on_rates() -> None:
    whole = efficiency_of(Stage.of("all", np.ones(10)), 10)
    worse = rate_limit(Counting(observed=0), parents=1e9, efficiency=whole)
    assert worse > 1.001 * -math.log(0.1) / 1e9  # ten of ten are no certainty
    with pytest.raises(InputError, match=r"efficiency below 0\.0023 at 0\.9 confidence"):
        rate_limit(Counting(observed=0), parents=1.0, efficiency=estimate(flow(0)))


def test_a_reference_without_events_is_refused() -> None:
    with pytest.raises(InputError, match="none of 1 K_L -> pi0 nu nubar was accepted"):
        EfficiencyAgainstCtau(events=1)({})


@pytest.mark.parametrize("law", [Scan(), Scan(shortest=0.5, longest=70.0, per_decade=1)])
def test_no_weight_of_a_scan_exceeds_its_bound(law: Scan) -> None:
    length = np.concatenate([[0.0], np.geomspace(1e-6, 300.0 * law.longest, 4000)])
    for ctau in np.geomspace(law.shortest, law.longest, 57):
        weight = law.weight(length, float(ctau))
        assert 0.05 * law.bound(float(ctau)) < weight.max() <= law.bound(float(ctau)) * (1.0 + 1e-12)


def test_a_scan_without_events_has_the_limit_of_its_law() -> None:
    law = Scan(shortest=1.0, longest=1e4)
    chain = build("K_L0 -> X1 (X2 -> X1 gamma)", mass={"X1": 0.1, "X2": 0.2}, lifetimes={"X2": law})
    sample = ScanSample.of(chunks(Pipeline(source=KotoKL(), chain=chain, detector=Koto()), 3000), law=law)
    assert sample.largest == 1.0
    found = sample.efficiency(100.0, effective_min=0.0)
    assert found.error is None
    assert found.upper_limit == pytest.approx(-math.log(0.1) * law.bound(100.0) / 3000, rel=0.02)
    inside = ScanInside(region=Koto().region)
    assert inside.weight(np.zeros(1), 30.0)[0] == inside.bound(30.0)
