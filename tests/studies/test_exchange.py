"""What limits leave for others: workspaces that give the package's limits, tables whose numbers are the rows'."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.optimize import brentq
from scipy.stats import poisson

from darkpair.chains.models import Model, ZPrimeScalar
from darkpair.cli import main
from darkpair.detectors.koto_results import run
from darkpair.export.search_counts import counting_of
from darkpair.limits import limit_rows
from darkpair.limits.choice import choose, searches_of
from darkpair.limits.rows import LimitRow
from darkpair.limits.samples import Size
from darkpair.scan.acceptance import Acceptance
from darkpair.searches import KotoLimit
from darkpair.searches.beam_dump import BeamDump
from darkpair.searches.koto_ii import KotoProjection
from darkpair.searches.rate import Counts, RateSearch, Stated
from darkpair.statistics import Counting, upper_limit
from darkpair.studies.exchange import exchange_contents
from darkpair.studies.exchange_likelihoods import workspaces_of

SIZE = Size(kaons=120_000, etas=6_000, spectra="central", cells=(16, 12, 8), throws=(6, 6))
ASKED = {"model": "zprime-scalar", "inputs": "pdg", "data": "today"}
WHICH: dict[str, Any] = {
    "only": ["nucal", "ship", "darkquest", "koto-2016-18", "koto-2021", "koto-ii", "eta-invisible"]
}
FLAT = Acceptance(ctau=(1e1, 1e7), value=(1e-3, 1e-3), error=(1e-5, 1e-5))


def counting_in(workspace: dict[str, Any]) -> tuple[Counting, float]:
    """The experiment and the signal at mu = 1, read out of HistFactory's JSON by hand."""
    (channel,), (observed,) = workspace["channels"], workspace["observations"]
    samples = {sample["name"]: sample for sample in channel["samples"]}
    errors = {
        m["name"]: m["data"] for s in samples.values() for m in s["modifiers"] if m["type"] != "normfactor"
    }
    background = samples["background"]["data"][0] if "background" in samples else 0.0
    own = Counting(
        observed=int(observed["data"][0]),
        background=background,
        background_error=errors.get("background", [0.0])[0],
        efficiency_error=errors["efficiency"]["hi"] - 1.0 if "efficiency" in errors else 0.0,
    )
    return own, samples["signal"]["data"][0]


def digits(number: float) -> float:
    """Relative half unit of the second digit, with which limits are published."""
    return 0.5 * 10.0 ** (math.floor(math.log10(number)) - 1) / number


@pytest.mark.parametrize("period", ["2015", "2016-18", "2021"])
def test_a_run_gives_its_published_limit(period: str) -> None:
    search = KotoLimit(run=period, efficiency_ratio=1.0, decay="included")
    counted = counting_of(search)
    assert isinstance(counted, Counting)
    limit = upper_limit(counted) * run(period).single_event_sensitivity.value
    assert limit == pytest.approx(search.limit, rel=digits(search.limit))


@pytest.mark.parametrize("name", sorted(choose(planned=True).behind_targets))
def test_a_dump_gives_its_limit_or_says_why_not(name: str) -> None:
    """Of every search behind a target."""
    stated = choose(planned=True).behind_targets[name]
    search = BeamDump(
        experiment=stated.experiment,
        multiplicity=1.0,
        acceptance=FLAT,
        daughters=1.0,
        signal_limit=stated.stated_limit,
    )
    counted = counting_of(search, stated)
    if isinstance(counted, str):
        assert name == "darkquest"
        assert counted == "10 signal events are asked for, and no counts are stated"
    else:
        assert upper_limit(counted) == pytest.approx(search.limit, rel=max(0.01, digits(search.limit)))


def test_a_plan_gives_its_expected_limit() -> None:
    search = KotoProjection(efficiency_ratio=1.0, decay="included")
    counted = counting_of(search)
    assert isinstance(counted, Counting)
    events = search.events(np.asarray(search.limit))
    assert upper_limit(counted) == pytest.approx(float(events), rel=0.01)


def test_a_search_of_a_data_file_gives_the_limit_of_its_counts() -> None:
    def stated(value: float, unit: str, error: float = 0.0) -> Stated:
        return Stated(value=value, unit=unit, error=error, source="made up", confidence="choice")

    counts = Counts(
        parents=stated(1e9, "1"),
        observed=stated(7.0, "events"),
        background=stated(4.5, "events", 1.5),
        sensitivity_error=0.1,
    )
    search = RateSearch(parent="K+", mode="pi+ X1 X2", counts=counts)
    counted = counting_of(search)
    assert counted == Counting(observed=7, background=4.5, background_error=1.5, efficiency_error=0.1)
    assert upper_limit(counted) == search.limit
    published = RateSearch(parent="K+", mode="pi+ X1 X2", upper_limit=stated(1e-10, "1"))
    assert counting_of(published) == "limits that count no events"


@cache
def kept(folder: Path) -> tuple[list[tuple[dict[str, str], Model]], list[list[LimitRow]]]:
    points: list[tuple[dict[str, str], Model]] = [
        ({"G_X": f"{g} GF"}, ZPrimeScalar(m1=0.0, m2=0.43, G_X=g * 1.1663788e-5, m_Zprime=10.0))
        for g in (0.2, 0.4)
    ]
    return points, limit_rows([model for _, model in points], size=SIZE, folder=folder, **WHICH)


@pytest.fixture(scope="module")
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("samples")


@pytest.fixture(scope="module")
def contents(cache_folder: Path) -> dict[str, str]:
    points, rows = kept(cache_folder)
    asked = ASKED | {"settings": {"m1": "0", "m2": "430 MeV", "G_X": "0.2 GF, 0.4 GF"}}
    made, lines = exchange_contents(Path("left"), points, rows, asked, WHICH, size=SIZE, cache=cache_folder)
    assert lines == [
        "no likelihood, limits that count no events: eta-invisible",
        "no likelihood, 10 signal events are asked for, and no counts are stated: darkquest",
    ]
    return {path.as_posix(): text for path, text in made.items()}


@pytest.mark.filterwarnings("ignore:jsonschema.RefResolver:DeprecationWarning")
def test_workspaces_give_the_limits_of_the_rows(contents: dict[str, str], cache_folder: Path) -> None:
    """A limit on mu is one over the row's ratio: to 1 %, or the two digits of published limits; pyhf expects what it has to."""
    pyhf = pytest.importorskip("pyhf")
    _, rows = kept(cache_folder)
    counted = 0
    for number, at_point in enumerate(rows, start=1):
        for row in at_point:
            path = f"left/pyhf/{row.constraint}-point{number}.json"
            if path not in contents:
                assert "production" in row.constraint or row.constraint in ("darkquest", "eta-invisible")
                continue
            workspace = json.loads(contents[path])
            own, signal = counting_in(workspace)
            precision = 0.01 if row.constraint == "koto-ii" else max(0.01, digits(row.limit))
            assert upper_limit(own) / signal == pytest.approx(1.0 / row.ratio, rel=precision)
            model = pyhf.Workspace(workspace).model()
            start = model.config.suggested_init()
            expected = [_expected(model, start, mu) for mu in (0.0, 1.0)]
            assert expected == pytest.approx([own.background, own.background + signal])
            if own.efficiency_error == own.background_error == 0.0:
                assert _limit(model, own) == pytest.approx(1.0 / row.ratio, rel=precision)
                counted += 1
    assert counted >= 4  # of nucal, ship and koto-ii


def _limit(model: Any, own: Counting) -> float:
    """CLs of the count, by the Poisson law of what pyhf expects."""
    start = model.config.suggested_init()
    target = 0.1 * poisson.cdf(own.observed, own.background)

    def above(log: float) -> float:
        return float(poisson.cdf(own.observed, _expected(model, start, math.exp(log))) - target)

    return math.exp(brentq(above, -30.0, 30.0))


def _expected(model: Any, start: list[float], mu: float) -> float:
    parameters = list(start)
    parameters[model.config.poi_index] = mu
    return float(model.expected_actualdata(parameters)[0])


def test_production_is_a_nuisance_where_the_limit_is_averaged_over_it(cache_folder: Path) -> None:
    """One standard deviation either way are the search's own ends, around the same expected events."""
    points, _ = kept(cache_folder)
    models = [model for _, model in points]
    choice = choose(only=["nucal"], production="nuisance")
    at_point = searches_of(choice, [(model, model) for model in models], SIZE, cache_folder)[0]
    made, _ = workspaces_of(models[0], at_point, choice.behind_targets)
    plain, _ = workspaces_of(
        models[0],
        searches_of(choose(only=["nucal"]), [(models[0], models[0])], SIZE, cache_folder)[0],
        choice.behind_targets,
    )
    (signal, *_), (before, *_) = (own["nucal"]["channels"][0]["samples"] for own in (made, plain))
    assert signal["data"] == pytest.approx(before["data"])
    (spread,) = [m["data"] for m in signal["modifiers"] if m["name"] == "production"]
    assert spread["lo"] < 1.0 < spread["hi"]
    assert not [m for m in before["modifiers"] if m["name"] == "production"]


def test_hs3_has_the_same_numbers(contents: dict[str, str]) -> None:
    names = [path for path in contents if path.startswith("left/pyhf/")]
    assert len(names) == 10
    for path in names:
        ours, theirs = json.loads(contents[path]), json.loads(contents[path.replace("/pyhf/", "/hs3/")])
        (distribution,) = theirs["distributions"]
        assert [sample["data"]["contents"] for sample in distribution["samples"]] == [
            sample["data"] for sample in ours["channels"][0]["samples"]
        ]
        assert theirs["data"][0]["contents"] == ours["observations"][0]["data"]


def test_tables_have_the_rows(contents: dict[str, str], cache_folder: Path) -> None:
    _, rows = kept(cache_folder)
    table = json.loads(contents["left/hepdata/nucal_limit.yaml"])
    columns = {c["header"]["name"]: [v["value"] for v in c["values"]] for c in _columns(table)}
    own = [row for at_point in rows for row in at_point if row.constraint == "nucal"]
    assert columns["value / limit"] == [row.ratio for row in own]
    assert columns["m2"] == [430.0, 430.0]
    assert columns["G_X"] == pytest.approx([0.2 * 1.1663788e-5, 0.4 * 1.1663788e-5])
    assert columns["c tau of X2"][0] > 3.9 * columns["c tau of X2"][1]


def test_tables_have_the_efficiencies(contents: dict[str, str], cache_folder: Path) -> None:
    """Each number is the one of the search's own sample, once for equal masses."""
    points, _ = kept(cache_folder)
    models = [(model, model) for _, model in points]
    at_point = searches_of(choose(**WHICH), models, SIZE, cache_folder)[0]
    search = at_point["nucal"][1]
    assert isinstance(search, BeamDump)
    table = json.loads(contents["left/hepdata/nucal_1_eta_x1_x2_x2_x1_pi0.yaml"])
    columns = {c["header"]["name"]: c["values"] for c in _columns(table)}
    lengths = np.array([v["value"] for v in columns["c tau of X2"]])
    assert len(lengths) > 20
    assert len(set(lengths)) == len(lengths)
    values = [v["value"] for v in columns["efficiency"]]
    multiplicity = search.acceptance.samples[0].multiplicity  # type: ignore[attr-defined]
    assert np.array(values) * multiplicity == pytest.approx(search.acceptance.at(lengths), rel=1e-12)
    assert all(v["errors"][0]["symerror"] > 0.0 for v in columns["efficiency"])


def _columns(table: dict[str, Any]) -> list[dict[str, Any]]:
    return [*table["independent_variables"], *table["dependent_variables"]]


@pytest.mark.parametrize("option", ["--hepdata", "--likelihoods"])
def test_options_want_a_folder_and_a_model(option: str, tmp_path: Path) -> None:
    said = CliRunner().invoke(main, ["limits", "zprime-scalar", "m1=0", "m2=430 MeV", "G_X=1 GF", option])
    assert said.exit_code == 2
    assert f"{option} without a folder for its files; give -o FOLDER" in said.output
    words = [
        "limits",
        "K_L0 -> X1 (X2 -> X1 pi0)",
        "m2=430 MeV",
        "ctau=1 cm",
        option,
        "-o",
        f"{tmp_path / 'out'}",
    ]
    said = CliRunner().invoke(main, words)
    assert f"{option} beside a chain" in said.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("option", "name"), [("--hepdata", "hepdata"), ("--likelihoods", "pyhf"), ("--likelihoods", "hs3")]
)
def test_folders_of_somebody_else_are_left_alone(option: str, name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "nucal.json").write_text("mine")
    words = ["limits", "zprime-scalar", "m1=0", "m2=430 MeV", "G_X=1 GF", "--only", "eta-invisible"]
    said = CliRunner().invoke(main, [*words, option, "-o", str(tmp_path)])
    assert said.exit_code == 2
    assert "is there, and no limits.json of darkpair beside it says that it is ours" in said.output.replace(
        "\n", " "
    )
    assert [path.name for path in tmp_path.rglob("*")] == [name, "nucal.json"]
