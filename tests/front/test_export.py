"""HEPData's layout, read back by a YAML library and checked with HEPData's rules; a point as a pyhf workspace."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from darkpair.chains.models import ZPrimeScalar
from darkpair.constraints import KotoLimit
from darkpair.export.hepdata import Table, write_submission
from darkpair.export.workspace import counting_workspace, koto_workspace
from darkpair.gen.errors import InputError
from darkpair.statistics import Counting

ROWS = [
    {"m1 [MeV]": 0.0, "m2 [MeV]": 430.0, "G_X / G_F": 1e-9, "error": 1e20},
    {"m1 [MeV]": np.float64(40.0), "m2 [MeV]": 400.0, "G_X / G_F": math.inf, "error": 0.02},
]


def table(**more: object) -> Table:
    settings = {
        "name": "Figure 3, left: three events",
        "description": "Band of κ and G_X",
        "rows": ROWS,
        "independent": ("m1 [MeV]", "m2 [MeV]"),
        "errors": {"G_X / G_F": "error"},
        "qualifiers": {"inputs": "paper"},
        "keywords": {"observables": ["BR"], "reactions": ["K0L --> X X"]},
    }
    return Table(**{**settings, **more})  # type: ignore[arg-type]


def test_submission(tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    paths = write_submission(tmp_path, "Limits", [table(), table(name="Other")])
    assert [path.name for path in paths] == [
        "submission.yaml",
        "figure_3_left_three_events.yaml",
        "other.yaml",
    ]
    comment, first, second = yaml.safe_load_all(paths[0].read_text(encoding="utf-8"))
    assert comment == {"comment": "Limits"}
    assert set(first) == {"name", "description", "keywords", "data_file"}
    assert first["description"] == "Band of κ and G_X"
    assert second["data_file"] == "other.yaml"
    assert {k["name"] for k in first["keywords"]} == {"observables", "reactions"}
    data = yaml.safe_load(paths[1].read_text(encoding="utf-8"))
    assert set(data) == {"independent_variables", "dependent_variables"}
    assert [v["header"] for v in data["independent_variables"]] == [
        {"name": "m1", "units": "MeV"},
        {"name": "m2", "units": "MeV"},
    ]
    (band,) = data["dependent_variables"]
    assert band["header"] == {"name": "G_X / G_F"}
    assert band["qualifiers"] == [{"name": "inputs", "value": "paper"}]
    assert band["values"][0] == {"value": 1e-9, "errors": [{"symerror": 1e20, "label": "stat"}]}
    assert band["values"][1]["value"] == "-"  # no coupling reaches it
    assert json.loads(paths[1].read_text(encoding="utf-8")) == data
    lengths = {len(v["values"]) for v in (*data["independent_variables"], band)}
    assert lengths == {2}


def test_refusals(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no rows"):
        table(rows=[])
    with pytest.raises(InputError, match="no column 'm3'"):
        table(independent=("m3",))
    with pytest.raises(InputError, match="allowed: the same"):
        table(rows=[ROWS[0], {"m1 [MeV]": 0.0}])
    with pytest.raises(InputError, match="64"):
        table(name="x" * 65)
    with pytest.raises(InputError, match="same file"):
        write_submission(tmp_path, "Limits", [table(), table()])


@pytest.mark.filterwarnings("ignore:jsonschema.RefResolver:DeprecationWarning")
def test_workspace() -> None:
    """pyhf takes it; its expectation is background plus strength times signal, and JSON keeps it."""
    pyhf = pytest.importorskip("pyhf")
    experiment = Counting(observed=3, background=1.22, background_error=0.26, efficiency_error=0.09)
    specification = json.loads(json.dumps(counting_workspace(experiment, signal=2.5)))
    workspace = pyhf.Workspace(specification)  # validates against the schema
    model = workspace.model()
    assert model.config.poi_name == "mu"
    start = list(model.config.suggested_init())
    start[model.config.poi_index] = 2.0
    assert model.expected_actualdata(start)[0] == pytest.approx(1.22 + 2.0 * 2.5)
    start[model.config.par_map["efficiency"]["slice"].start] = 1.0
    assert model.expected_actualdata(start)[0] == pytest.approx(1.22 + 2.0 * 2.5 * 1.09)
    assert workspace.data(model)[0] == 3.0


def test_workspace_of_a_model_point() -> None:
    """Expected events are the equivalent branching ratio over the run's sensitivity; 3 candidates over 1.22."""
    koto = KotoLimit(run="2016-18", efficiency_ratio=1.167)
    model = ZPrimeScalar(m1=0.0, m2=0.43, G_X=1.2e-5)
    told = koto_workspace(koto, model)
    signal, background = told["channels"][0]["samples"]
    assert signal["data"] == [pytest.approx(float(koto.value(model)) / 7.2e-10)]
    assert signal["data"][0] > 1.0
    assert background["data"] == [1.22]
    assert told["observations"][0]["data"] == [3.0]
    with pytest.raises(InputError, match="2 model points"):
        koto_workspace(koto, ZPrimeScalar(m1=0.0, m2=np.array([0.3, 0.43]), G_X=1.2e-5))
    with pytest.raises(InputError, match="no signal"):
        koto_workspace(koto, ZPrimeScalar(m1=0.2, m2=0.43, G_X=1.2e-5))
