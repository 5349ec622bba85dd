"""Expected events by hand, of what is not alike, and of wrong input."""

from __future__ import annotations

import json
import math
import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import darkpair
from darkpair.cli import main
from darkpair.detectors.data_file import read_data
from darkpair.detectors.expected_events import ERRORS
from darkpair.detectors.koto_results import run as run_of_koto
from darkpair.gen.data_files import altered
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.sources.event_file import EventFile
from darkpair.job.job import Job
from darkpair.report.expected import expected_lines
from darkpair.run.expected import expected_rows
from darkpair.run.normalisation import normalisations
from darkpair.run.runner import run_job
from darkpair.run.standard_acceptance import MADE_OF, made_of
from tests.shared.event_files import b_event, write_nano
from tests.shared.expected_samples import (
    MASS,
    RATE,
    done,
    dump,
    every_sample,
    koto,
    koto_kept,
    pairs,
)

DATA = Path(darkpair.detectors.__file__).parent / "data"


def by_hand(told: dict[str, Any]) -> float:
    """Events per unit branching ratio of the first decay from the numbers in the files, none of our objects asked."""
    source, result = told["source"].get("source", told["source"]), told["result"]
    detector = told["detector"]["type"]
    name = "koto" if detector == "Koto" else told["detector"]["experiment"]
    data = tomllib.loads((DATA / f"{name}.toml").read_text())
    if name == "koto":
        run = data["runs"][told["detector"]["selection"]]
        parents = source["decay_probability"] / run["single_event_sensitivity"]["value"]
        # pi0 -> gamma gamma is in both
        return float(parents * result["acceptance"] / run["standard_acceptance"]["value"])
    if detector == "Belle2":
        charged = source["parent"] in ("B+", "B-")
        share = data["normalisation"]["charged" if charged else "neutral"]["value"]
        below = 1.0 if charged else 0.692  # K_S -> pi+ pi-
        return float(2.0 * data["normalisation"]["pairs"]["value"] * share * below * result["acceptance"])
    factors = math.prod(
        data["factors"][flat]["value"] for flat in next(iter(data["selections"].values())).get("factors", ())
    )
    return float(
        data["run"]["pot"]["value"] * source["multiplicity"] * 0.98823 * factors * result["acceptance"]
    )


def printed(lines: list[str], acceptance: float) -> float:
    """Product of the numbers that a terminal shows of the first way, each as it is printed."""
    value = acceptance
    for line in lines[1:]:
        if line.startswith("by "):
            break
        if found := re.match(r"  for +(\S+) .*, (\S+) \S.* each$", line):
            value *= float(found[1]) * float(found[2])
        elif found := re.match(r"  in it +([\d.e+-]+), |  with +\S+ ([\d.e+-]+)$", line):
            value *= float(found[1] or found[2])
        elif found := re.match(r"  by sensitivity +(\S+) for one event", line):
            value /= float(found[1])
    return value


@pytest.mark.parametrize("name", every_sample())
def test_every_sample_by_hand(name: str, tmp_path: Path) -> None:
    """N is what the files' numbers give, and what the printed numbers give: a factor that one of them misses is seen."""
    told = every_sample()[name](tmp_path, 5_000)
    found = darkpair.expected_events(told)
    assert found.value == pytest.approx(by_hand(told), rel=1e-9)
    rows = told["result"]["expected"]
    assert {key: rows[key] for key in ("value", *ERRORS, "total", "upper_limit")} == {
        key: getattr(found, key) for key in ("value", *ERRORS, "total", "upper_limit")
    }
    value = printed(expected_lines(rows), told["result"]["acceptance"])
    if told["source"].get("type") == "KotoKL":
        standard = run_of_koto(told["detector"]["selection"]).standard_acceptance.value
        value *= told["source"]["decay_probability"] / (0.98823 * standard)
    assert value == pytest.approx(found.value, rel=2e-3)
    once = darkpair.expected_events(told, exposure=3e15)
    lines = expected_lines(expected_rows(told, exposure=3e15))
    if told["source"].get("type") == "KotoKL":
        assert "of the exposure that was given" in "\n".join(lines)
        counted = rows["beside"]["kaons"]["normalisation"]["exposure"]
    else:
        assert printed(lines, told["result"]["acceptance"]) == pytest.approx(once.value, rel=2e-3)
        counted = rows["normalisation"]["exposure"]
    assert once.value == pytest.approx(found.value * 3e15 / counted, rel=1e-9)


def test_a_models_modes_are_in_what_is_printed(tmp_path: Path) -> None:
    """Branching ratio of the first decay, and of the modes below that are generated alone."""
    model = {"model": "zprime-scalar", "parameters": {"m1": 0.04, "m2": 0.4, "G_X": "0.15 GF"}}
    told = done(
        tmp_path,
        3000,
        source={"name": "dump_mesons", "meson": "eta", "beam_energy": 400.0, "aim": True},
        chain=model | {"parent": "eta", "modes": ["X1 pi0"], "lifetime": {"X2": "forced"}},
        detector={"name": "charm"},
    )
    rows = told["result"]["expected"]
    assert rows["daughters"] == pytest.approx(told["chain"]["generated_branching_ratio"], rel=1e-9)
    assert rows["daughters"] < 0.95
    value = printed(expected_lines(rows), told["result"]["acceptance"]) * rows["branching_ratio"]
    assert value == pytest.approx(rows["value"], rel=2e-3)
    assert rows["value"] == darkpair.expected_events(told).value


def test_another_resolution_of_koto(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job's table of it has its own acceptance, kept or, where no cache can be, made: BR/SES again; a text is no resolution."""
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/none")
    table = {"constant": 0.05, "stochastic": 0.08, "position": 15.0}
    told = koto(tmp_path, "2016-18", 60_000, resolution=table)
    found = darkpair.expected_events(told, branching_ratio=RATE)
    assert found.statistical is not None
    assert abs(found.value - RATE / 7.20e-10) < 4.0 * found.statistical
    for wrong in ("none", 3, {"constant": "1 %"}, {"constant": -0.1}, {"energy": 0.1}, {"constant": True}):
        with pytest.raises((InputError, UnknownNameError), match=r"resolution.*(allowed|known): "):
            koto(tmp_path, "2016-18", 100, resolution=wrong)
    told["detector"]["resolution"] = "stranger.Smearing"
    assert list(normalisations(told)) == ["kaons"]


def test_all_that_is_generated_counts_as_often(tmp_path: Path) -> None:
    """Events that a file keeps, both charges of a B, and how a pi0's decay is written change no number."""
    some, every = (koto_kept(tmp_path, kept)["result"]["expected"]["value"] for kept in ("accepted", "all"))
    assert some == every
    for one, other, kaons_ in (("B+", "B-", ("K+", "K-")), ("B0", "anti-B0", ("(K_S0 -> pi+ pi-)",) * 2)):
        first, second = (
            darkpair.expected_events(pairs(tmp_path, 20_000, "belle2", parent, kaon))
            for parent, kaon in zip((one, other), kaons_, strict=True)
        )
        assert first.statistical is not None
        assert abs(first.value - second.value) < 6.0 * first.statistical


def test_units_and_errors_of_exposures(tmp_path: Path) -> None:
    """Collisions are no protons, the luminosity's error counts; without a detector no efficiency is anybody's."""
    told = dump(tmp_path, "faser2", 5_000, 1e4)
    rows = told["result"]["expected"]
    assert any("inelastic collisions" in line for line in expected_lines(rows))
    source = told["source"]["source"]
    own = source["multiplicity_error"] / source["multiplicity"]
    assert rows["multiplicity"] / rows["value"] == pytest.approx(math.hypot(own, 0.054 / 2.385))
    given = darkpair.expected_events(told, exposure=1e17)
    assert given.multiplicity is not None
    assert given.multiplicity / given.value == pytest.approx(own)
    year = dump(tmp_path, "dune_nd", 5_000, 1e5)["result"]["expected"]
    assert any("protons on target in a year" in line for line in expected_lines(year))
    alone: dict[str, Any] = {"source": {"name": "upsilon4s", "parent": "B+"}}
    alone["chain"] = {"decay": "B+ -> K+ X1 X1", "mass": {"X1": 0.04}}
    found = done(tmp_path, 1000, **alone)["result"]["expected"]
    assert found["efficiency"] is None
    assert found["multiplicity"] > 0.0
    tagged = pairs(tmp_path, 1000, "belle2", "B+", "K+")
    assert normalisations(tagged)["pairs"].efficiency is None
    tagged["detector"]["selection"] = "inclusive"
    published = read_data("belle2")["normalisation"]["efficiency"]["inclusive"]["value"]
    assert normalisations(tagged)["pairs"].efficiency == published
    alone["source"]["machine"] = "babar"
    other = done(tmp_path, 1000, **alone, normalisation={"exposure": 4.71e8})["result"]["expected"]
    assert other["value"] == pytest.approx(found["value"] * 4.71e8 / found["normalisation"]["exposure"])


def test_other_cuts_have_their_own_acceptance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """BR/SES of the search's own mode whatever its cut on pT is: the shipped acceptance belongs to the shipped numbers.

    Four standard errors of 60 000 K_L and of the 1e6 of the acceptance that is made anew."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    selection = read_data("koto")["selections"]["2016-18"]["pt"]
    line = {"against": "z_vtx", "points": [[z, pt + 0.06] for z, pt in selection["min"]["points"]]}
    changes = {"koto.toml": {"selections.2016-18.pt.min": line}}
    with altered(changes):
        told = koto(tmp_path, "2016-18", 60_000)
        inside = darkpair.expected_events(told, branching_ratio=RATE)
    usual = koto(tmp_path, "2016-18", 60_000)["result"]["acceptance"]
    assert told["result"]["acceptance"] < 0.85 * usual
    assert inside.statistical is not None
    assert abs(inside.value - RATE / 7.20e-10) < 4.0 * inside.statistical
    after = darkpair.expected_events(json.loads(json.dumps(told)), branching_ratio=RATE)
    assert after == inside  # the file says what it was made with


def test_the_shipped_acceptance_is_of_todays_numbers() -> None:
    """Where this fails, cuts or geometry were changed: make the acceptances of the data file anew, with 2e7 K_L."""
    assert made_of() == MADE_OF
    for key, value, same in (
        ("runs.2016-18.single_event_sensitivity", 1e-9, True),
        ("factors.cluster_shape", 0.4, True),
        ("geometry.hole_half", 80.0, False),
        ("veto.z_min", -900.0, False),
        ("resolution.position", 4.0, False),
    ):
        with altered({"koto.toml": {key: value}}):
            assert (made_of() == MADE_OF) == same, key
    for cut in read_data("koto")["cuts"]:
        end = "min" if isinstance(cut.get("min"), float) else "max" if "max" in cut else None
        if isinstance(cut.get(end), float):
            with altered({"koto.toml": {f"cuts.{cut['name']}.{end}": 1.01 * cut[end] + 1e-3}}):
                assert made_of() != MADE_OF, cut["name"]


def test_chains_that_differ_have_no_common_number(tmp_path: Path) -> None:
    """Of two parents with branching ratios of their own the first one's is not that of both."""
    path = write_nano(tmp_path / "b.root", [b_event(), b_event(-511), b_event(521)])

    def run(*decays: str) -> dict[str, Any]:
        source = {"name": "event_file", "path": str(path), "parents": ["B0", "B+"]}
        output = {"path": str(tmp_path / "out.root"), "picture": False, "replace": True}
        tables = {"source": source, "chain": {"decay": list(decays), "mass": MASS}, "output": output}
        return dict(run_job(Job.model_validate({"run": {}} | tables)).provenance)

    for decays, where in (
        (("B0 -> K0 X1 X2 [1e-6]", "B+ -> K+ X1 X2 [3e-6]"), "of the first decay"),
        (("B0 -> K0 X1 X2", "B+ -> K+ X1 X2 [3e-6]"), "of the first decay"),
        (("B0 -> (K_S0 -> pi+ pi-) X1 X2 [1e-6]", "B+ -> K+ X1 X2 [1e-6]"), "below the first decay"),
    ):
        told = run(*decays)
        assert where in told["result"]["expected"]["reason"]
        if "of" in where:
            assert darkpair.expected_events(told, branching_ratio=2e-6).value == pytest.approx(2e-6)
    both = run("B0 -> K0 X1 X2 [1e-6]", "B+ -> (K*+ -> K0 pi+) X1 X2 [1e-6]")["result"]["expected"]
    assert any("K*+" in name or "K*(892)+" in name for name in both["taken_as_one"]), both["taken_as_one"]


def test_parents_per_event_have_the_error_of_the_file(tmp_path: Path) -> None:
    """Against the jackknife over events, which the linear formula meets to a few per cent in 60 events."""
    rng = np.random.default_rng(8)
    kinds = rng.choice([511, 521, 531, 541], 60)
    listed = [b_event(int(kind)) for kind in kinds]
    for weights in (None, [float(w) for w in rng.exponential(1.0, 60)]):
        path = write_nano(tmp_path / "b.root", listed, weights=weights)
        told = EventFile(path=str(path), parents=("B0", "B+")).provenance()
        w, k = np.array(weights or [1.0] * 60), np.isin(kinds, (511, 521)).astype(float)
        assert told["parents_per_event"] == pytest.approx((w * k).sum() / w.sum())
        left = ((w * k).sum() - w * k) / (w.sum() - w)
        jackknife = math.sqrt(59.0 / 60.0 * ((left - left.mean()) ** 2).sum())
        assert told["parents_per_event_error"] == pytest.approx(jackknife, rel=0.05)


def test_results_of_before_are_completed(tmp_path: Path) -> None:
    """Files of earlier versions have no upper limit in their result: Python reads them as `inspect` does."""
    told = json.loads(json.dumps(koto(tmp_path, "2016-18", 20_000)))
    today = darkpair.expected_events(told)
    old = {key: told["result"][key] for key in ("generated", "accepted", "acceptance", "cutflow")}
    found = darkpair.expected_events(told | {"result": old})
    assert found.value == pytest.approx(today.value)
    assert found.statistical == pytest.approx(today.statistical)


def test_where_an_error_is_none_the_interval_counts(tmp_path: Path) -> None:
    """The longer side of it: below, where every event was accepted; above, where few were."""
    told = json.loads(json.dumps(koto(tmp_path, "2016-18", 20_000)))
    unit = darkpair.expected_events(told, way="kaons").value / told["result"]["acceptance"]
    for value, low, high, error in ((1.0, 0.9, 1.0, 0.1), (0.1, 0.07, 0.18, 0.08)):
        of = {"acceptance": value, "acceptance_low": low, "acceptance_high": high, "acceptance_error": None}
        found = darkpair.expected_events(told | {"result": told["result"] | of}, way="kaons")
        assert found.statistical == pytest.approx(unit * error)


@pytest.mark.parametrize("wrong", ["1e-9 GeV", True, [1e-9], math.nan, -1.0, 0.0, 10**400])
def test_wrong_numbers_are_one_line(wrong: Any, tmp_path: Path) -> None:
    told = koto(tmp_path, "2015", 1000)
    for key in ("branching_ratio", "exposure"):
        with pytest.raises(InputError, match="allowed") as raised:
            darkpair.expected_events(told, **{key: wrong})
        assert "\n" not in str(raised.value)
        text = {True: "true", math.nan: "nan"}.get(wrong) if not isinstance(wrong, list) else str(wrong)
        if not isinstance(wrong, int) or isinstance(wrong, bool):
            value = f"normalisation.{key}={text or wrong!r}".replace("'", '"')
            shown = CliRunner().invoke(main, ["run", "examples/koto_pi0.toml", "-n", "10", "--set", value])
            assert (shown.exit_code, len(shown.output.splitlines())) == (2, 1), shown.output


@pytest.mark.parametrize(
    ("key", "entry"),
    [
        ("pot", "1e18"),
        ("pot", "{ value = 1e18 }"),
        ("pot", '{ value = "many", unit = "protons on target", source = "", confidence = "read" }'),
        ("pot", '{ value = -1.0, unit = "protons on target", source = "", confidence = "read" }'),
        ("pot", '{ value = 0.0, error = 1.0, unit = "protons on target", source = "", confidence = "read" }'),
        ("photons", '{ value = 0.0, unit = "", source = "", confidence = "read" }'),
        ("photons", '{ value = -0.5, unit = "", source = "", confidence = "read" }'),
        ("photons", '{ value = "half", unit = "", source = "", confidence = "read" }'),
    ],
)
def test_a_wrong_number_of_an_own_data_file_takes_no_run(key: str, entry: str, tmp_path: Path) -> None:
    """The events stay, and the reason stands in one line; or nothing is run where the detector cannot be made."""
    path = tmp_path / "mine.toml"
    path.write_text(re.sub(rf"(?m)^{key} = .*$", f"{key} = {entry}", (DATA / "charm.toml").read_text()))
    detector = {"name": "fixed_target", "experiment": str(path)}
    source = {"name": "dump_mesons", "meson": "eta", "beam_energy": 400.0}
    try:
        told = done(tmp_path, 100, source=source, chain={"decay": "eta -> gamma gamma"}, detector=detector)
        reason = told["result"]["expected"]["reason"]
    except InputError as error:
        reason = str(error)
    assert "\n" not in reason
    assert "allowed" in reason or "write it as" in reason


@pytest.mark.parametrize("sample", [3, None, 1.5])
def test_what_is_no_sample(sample: Any) -> None:
    with pytest.raises(InputError, match="allowed: a file"):
        darkpair.expected_events(sample)
