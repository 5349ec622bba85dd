"""HEPData's layout, read back by a YAML library and checked with HEPData's rules; a point as a pyhf workspace."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from darkpair.chains.models import ZPrimeScalar
from darkpair.detectors.koto_results import run
from darkpair.export.hepdata import Table, write_submission
from darkpair.export.workspace import counting_workspace, koto_counting, koto_workspace
from darkpair.gen.errors import InputError
from darkpair.searches import KotoLimit
from darkpair.statistics import Counting

RUNS = ("2015", "2016-18", "2021")

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


def workspaces() -> list[dict[str, object]]:
    """Of every run of KOTO, with and without its background, of a model point, and of a counting of one's own."""
    own = Counting(observed=1, background=2.0, background_error=0.5, efficiency_error=0.2)
    point = ZPrimeScalar(m1=0.0, m2=0.43, G_X=1.2e-5)
    return [
        counting_workspace(own),
        counting_workspace(own, production=(0.7, 1.4)),
        *(counting_workspace(koto_counting(name, subtract=yes)) for name in RUNS for yes in (True, False)),
        *(koto_workspace(KotoLimit(run=name, efficiency_ratio=1.0), point) for name in RUNS),
    ]


def modifiers(specification: dict[str, object]) -> set[tuple[str, str]]:
    return {
        (modifier["name"], modifier["type"])
        for channel in specification["channels"]  # type: ignore[attr-defined]
        for sample in channel["samples"]
        for modifier in sample["modifiers"]
    }


def test_every_modifier_is_named_in_the_page_and_no_other() -> None:
    page = (Path(__file__).parents[2] / "docs" / "limits.md").read_text(encoding="utf-8")
    table = page[page.index("| modifier | type |") :].split("\n\n")[0].splitlines()[2:]
    said = {tuple(cell.strip(" `").split(",")[0] for cell in row.split("|")[1:3]) for row in table}
    assert set().union(*(modifiers(one) for one in workspaces())) == said
    for name in RUNS:  # the errors that the page quotes
        error = 100.0 * koto_counting(name).efficiency_error
        assert f"{error:.0f} %" in " ".join(table), name
    latest = run("2021").background
    assert f"{latest.value} ± {latest.error} for 2021" in " ".join(table)


@pytest.mark.filterwarnings("ignore:jsonschema.RefResolver:DeprecationWarning")
@pytest.mark.parametrize("seed", range(4))
def test_errors_of_a_workspace_are_the_experiment_s(seed: int) -> None:
    """In pyhf's own words: one standard error of each parameter moves the events by the error of the counting."""
    pyhf = pytest.importorskip("pyhf")
    rng = np.random.default_rng(seed)
    background, signal = rng.uniform(0.3, 9.0), rng.uniform(0.5, 5.0)
    experiment = Counting(
        observed=int(rng.integers(0, 9)),
        background=background,
        background_error=background * rng.uniform(0.05, 0.6),
        efficiency_error=rng.uniform(0.02, 0.4),
    )
    model = pyhf.Workspace(counting_workspace(experiment, signal=signal)).model()
    start = np.array(model.config.suggested_init())
    at = {name: part["slice"].start for name, part in model.config.par_map.items()}

    def events(**moved: float) -> float:
        parameters = start.copy()
        for name, by in moved.items():
            parameters[at[name]] += by
        return float(model.expected_actualdata(parameters)[0])

    assert events() == pytest.approx(signal + background)
    width = {name: model.config.param_set(name).width()[0] for name in ("background", "efficiency")}
    assert events(background=width["background"]) - events() == pytest.approx(experiment.background_error)
    up, down = events(efficiency=width["efficiency"]), events(efficiency=-width["efficiency"])
    assert up - background == pytest.approx(signal * (1.0 + experiment.efficiency_error))
    assert down - background == pytest.approx(signal / (1.0 + experiment.efficiency_error))


def test_a_run_s_errors_are_the_published_ones() -> None:
    for name in RUNS:
        published, counting = run(name), koto_counting(name)
        sensitivity = published.single_event_sensitivity
        assert sensitivity.error
        assert counting.efficiency_error * sensitivity.value == pytest.approx(sensitivity.error)
        assert (counting.background, counting.background_error) == (
            published.background.value,
            published.background.error,
        )
        without = koto_counting(name, subtract=False)
        assert (without.background, without.background_error) == (0.0, 0.0)
