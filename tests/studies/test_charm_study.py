"""The study of CHARM: its files, what it refuses to state, its model column."""

from __future__ import annotations

import csv
import json
import math
from typing import TYPE_CHECKING

import pytest

from darkpair.chains.models.inputs import Inputs
from darkpair.chains.models.rates import build_model
from darkpair.studies import STUDIES
from darkpair.studies.experiments import charm, charm_samples

if TYPE_CHECKING:
    from pathlib import Path


def test_leaves_its_tables_and_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charm_samples, "_CELLS", (16, 12, 8))
    monkeypatch.setattr(charm_samples, "_THROWS", (8,))
    paths = STUDIES["charm"](folder=tmp_path, quick=True, events=16_384)
    assert {p.name for p in paths} == {
        "charm.csv", "charm.json", "charm.png", "charm.pdf", "charm-where.png", "charm-where.pdf"
    }  # fmt: skip
    told = json.loads((tmp_path / "charm.json").read_text())
    with (tmp_path / "charm.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(told["rows"]) > 20
    for row in told["rows"]:
        assert (row["acceptance"] is None) == (row["effective sample size"] < 100.0)
    stated = [row for row in told["rows"] if row["acceptance"] is not None]
    assert {row["experiment"] for row in stated} == {"charm", "nucal"}
    for entry in told["production_uncertainty"]:
        assert len(entry["events"]) >= 2
        assert entry["production uncertainty, relative"] >= entry["multiplicity, relative"]


def test_the_coupling_of_a_lifetime_is_the_models_own() -> None:
    inputs = Inputs.of("pdg")
    coupling, rate = charm._zprime(1234.0, inputs)
    point = build_model("zprime-scalar", {"m1": 0.04, "m2": 0.4, "G_X": f"{coupling} GF"}, "pdg")
    assert float(point.ctau("X2")) == pytest.approx(1234.0, rel=1e-9)
    ours = float(point.branching_ratio("eta", "X1 X2")) * float(point.branching_ratio("X2", "X1 pi0"))
    assert rate == pytest.approx(ours, rel=1e-9)
    assert math.isfinite(rate)
