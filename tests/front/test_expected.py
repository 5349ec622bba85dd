"""Expected events of jobs: KOTO's published sensitivities, spectra of dumps, and laws for every detector that has a number."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import darkpair
from darkpair.chains.models.rates import build_model
from darkpair.cli import main
from darkpair.detectors.belle2 import EXPERIMENTS
from darkpair.detectors.data_file import read_data
from darkpair.detectors.expected_events import ERRORS
from darkpair.detectors.fixed_target import experiments
from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_results import run as run_of_koto
from darkpair.expected import expected_rows, normalisations
from darkpair.expected_report import expected_lines
from darkpair.gen.data_files import altered
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.sources.event_file import EventFile
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.sources.meson_spectra import generators
from darkpair.job import Job
from darkpair.run import run_job
from darkpair.standard_acceptance import MADE_OF, StandardAcceptance, made_of, standard_acceptance
from tests.event_files import b_event, write_nano

RUNS = ("2015", "2016-18", "2021")
RATE = 2.94e-11  # of K_L -> pi0 nu nubar, about the Standard Model's; any would do
SM = "K_L0 -> (pi0 -> gamma gamma) nu nubar"
PAIR = "eta -> X1 (X2 -> X1 (pi0 -> gamma gamma))"
MASS = {"X1": 0.04, "X2": 0.4}


def done(folder: Path, n: int, seed: int = 7, **tables: Any) -> dict[str, Any]:
    """Provenance of a job with its result."""
    output = {"path": str(folder / "events.root"), "picture": False}
    job = Job.model_validate({"run": {"n": n, "seed": seed}, "output": output} | tables)
    return dict(run_job(job).provenance)


def koto(folder: Path, selection: str, n: int, decay: str = SM, **detector: Any) -> dict[str, Any]:
    return done(
        folder,
        n,
        source={"name": "koto_kl"},
        chain={"decay": decay},
        detector={"name": "koto", "selection": selection} | detector,
    )


def dump(folder: Path, experiment: str, n: int, ctau: float, **source: Any) -> dict[str, Any]:
    beam = experiments()[experiment]().beam_energy
    generator = {"generator": generators("eta", beam, None if beam < 1e3 else "collider")[0]}
    return done(
        folder,
        n,
        source={"name": "dump_mesons", "meson": "eta", "beam_energy": beam, "aim": True} | generator | source,
        chain={"decay": PAIR, "mass": MASS, "ctau": {"X2": ctau}, "lifetime": {"X2": "forced"}},
        detector={"name": experiment},
    )


@pytest.mark.parametrize("name", RUNS)
def test_the_standard_model_gives_br_over_ses(name: str, tmp_path: Path) -> None:
    """A sample of the search's own mode: four standard errors of the sample, 1.9e-4 for the three runs."""
    told = koto(tmp_path, name, 150_000)
    found = darkpair.expected_events(told, branching_ratio=RATE)
    published = run_of_koto(name).single_event_sensitivity
    assert found.statistical is not None
    assert abs(found.value - RATE / published.value) < 4.0 * found.statistical
    assert found.statistical < 0.025 * found.value
    assert published.error is not None
    assert found.efficiency == pytest.approx(found.value * published.error / published.value)
    beside = darkpair.expected_events(told, branching_ratio=RATE, way="kaons")
    factor = {"2015": 13.4, "2016-18": 12.1, "2021": 15.7}[name]  # of the kinematic way, without flat factors
    assert beside.value / found.value == pytest.approx(factor, rel=0.01)
    rows = expected_rows(told, branching_ratio=RATE)
    assert rows is not None
    assert rows["beside"]["kaons"]["ratio"] == pytest.approx(beside.value / found.value)


@pytest.mark.parametrize("name", ["2015", "2016-18"])
def test_the_shipped_acceptance_is_todays(name: str) -> None:
    """Four standard errors, once in 16 000: what the data file has is what the code still gives."""
    made = StandardAcceptance(detector=Koto(selection=name), n=300_000, seed=3)({})
    shipped = run_of_koto(name).standard_acceptance
    assert shipped.error is not None
    assert abs(made["value"] - shipped.value) < 4.0 * math.hypot(made["error"], shipped.error)
    assert standard_acceptance(Koto(selection=name, without=("pt",)), KotoKL(z_min=0.0)) is not None
    assert run_of_koto("2021").standard_acceptance.value == run_of_koto("2016-18").standard_acceptance.value


def test_another_beam_has_its_own_acceptance(tmp_path: Path) -> None:
    """Made once, kept in the cache."""
    beam = KotoKL(spectrum="shiomi")
    found = standard_acceptance(Koto(), beam, folder=tmp_path, n=40_000)
    assert found.value != run_of_koto("2016-18").standard_acceptance.value
    assert found.value == pytest.approx(run_of_koto("2016-18").standard_acceptance.value, rel=0.3)
    assert list(tmp_path.rglob("*.json"))
    assert standard_acceptance(Koto(), beam, folder=tmp_path, n=40_000) == found


def test_a_forced_pi0_counts_as_it_is_measured(tmp_path: Path) -> None:
    """Written with or without its branching ratio, the same events come out."""
    plain, said = (
        darkpair.expected_events(koto(tmp_path, "2016-18", 50_000, decay=text), branching_ratio=RATE, way=way)
        for way in ("kaons",)
        for text in (SM, SM.replace("gamma gamma", "gamma gamma [0.98823]"))
    )
    assert plain.value == pytest.approx(said.value, rel=1e-9)


def test_a_cut_left_out_gives_more_events(tmp_path: Path) -> None:
    """The sensitivity belongs to all cuts: events of a looser selection are more, by its acceptance."""
    tight, loose = (
        koto(tmp_path, "2016-18", 50_000),
        koto(tmp_path, "2016-18", 50_000, without=["pt", "z_vtx"]),
    )
    one, two = (darkpair.expected_events(told, branching_ratio=RATE).value for told in (tight, loose))
    ratio = loose["result"]["acceptance"] / tight["result"]["acceptance"]
    assert ratio > 1.5
    assert two / one == pytest.approx(ratio, rel=1e-9)


@pytest.mark.parametrize("ctau", [300.0, 1e5])
def test_the_spectra_are_what_each_generator_gives(ctau: float, tmp_path: Path) -> None:
    """DUNE's near detector, three generators, each against the weighted samples of the others: four standard errors of
    twelve comparisons at most, 7e-4. At 30 cm the fastest eta count, and the spread is as large as the number."""
    made = {
        name: dump(tmp_path, "dune_nd", 60_000, ctau, generator=name)["result"]
        for name in generators("eta", 120.0)
    }
    compared = 0
    for own, result in made.items():
        for name, row in result["spectra"].items():
            if "acceptance" not in row:
                assert ctau == 300.0, (own, name, row)
                continue
            other = made[name]
            error = math.hypot(row["error"], other["acceptance_error"])
            if name == own:
                assert row["acceptance"] == pytest.approx(other["acceptance"], rel=1e-9)
            else:
                assert abs(row["acceptance"] - other["acceptance"]) < 4.0 * error, (own, name)
                compared += 1
    assert compared >= 4
    accepted = [result["acceptance"] for result in made.values()]
    if ctau == 300.0:  # docs/analysis.md
        assert 8.0 < made["pythia6"]["acceptance"] / made["sibyll23d"]["acceptance"] < 10.5
    first = made["pythia6"]["expected"]
    half = 0.5 * (max(accepted) - min(accepted)) / made["pythia6"]["acceptance"]
    assert first["spectrum"] / first["value"] == pytest.approx(half, rel=0.1)


def pairs(folder: Path, n: int, machine: str, parent: str, kaon: str) -> dict[str, Any]:
    return done(
        folder,
        n,
        source={"name": "upsilon4s", "parent": parent, "machine": machine},
        chain={"decay": f"{parent} -> {kaon} X1 X2", "mass": MASS},
        detector={"name": "belle2", "experiment": machine, "selection": "acceptance"},
    )


def every_sample() -> dict[str, Callable[[Path, int], dict[str, Any]]]:
    """Samples of every detector that has a number of parents, by name: of a folder and events."""
    lengths = {"nucal": 3e3, "dune_nd": 1e5}
    out: dict[str, Callable[[Path, int], dict[str, Any]]] = {}
    for name in RUNS:
        out[f"koto {name}"] = partial(_koto, name)
    for name in experiments():
        out[name] = partial(_dump, name, lengths.get(name, 1e4))
    for machine in EXPERIMENTS:
        for parent, kaon in (("B+", "K+"), ("B0", "(K_S0 -> pi+ pi-)")):
            out[f"{machine} {parent}"] = partial(pairs, machine=machine, parent=parent, kaon=kaon)
    return out


def _koto(selection: str, folder: Path, n: int) -> dict[str, Any]:
    return koto(folder, selection, 4 * n)


def _dump(experiment: str, ctau: float, folder: Path, n: int) -> dict[str, Any]:
    return dump(folder, experiment, n, ctau)


@pytest.mark.parametrize("name", every_sample())
def test_laws_of_every_sample(name: str, tmp_path: Path) -> None:
    """Positive, linear in the branching ratio and the exposure, errors apart that add up, and a statistical error that falls
    as the root of the events: by 2 within a quarter for four times as many."""
    make = every_sample()[name]
    few, many = make(tmp_path, 10_000), make(tmp_path, 40_000)
    for told in (few, many):
        ways = normalisations(told)
        assert ways
        for way in ways:
            unit, some = (
                darkpair.expected_events(told, way=way, branching_ratio=ratio) for ratio in (None, 1e-9)
            )
            assert some.value > 0.0
            assert some.upper_limit > some.value
            assert some.value == pytest.approx(1e-9 * unit.value, rel=1e-12)
            assert some.total == pytest.approx(math.hypot(*some.errors.values()))
            assert all(error > 0.0 for error in some.errors.values())
            assert set(some.errors) <= set(ERRORS)
            twice = darkpair.expected_events(told, way=way, branching_ratio=1e-9, exposure=2e12)
            once = darkpair.expected_events(told, way=way, branching_ratio=1e-9, exposure=1e12)
            assert twice.value == pytest.approx(2.0 * once.value, rel=1e-12)
    way = next(iter(normalisations(few)))
    one, two = (darkpair.expected_events(told, way=way) for told in (few, many))
    assert one.statistical is not None
    assert two.statistical is not None
    reference = (
        normalisations(few)[way].reference or 0.0
    ) * one.value  # of KOTO's own mode, which does not fall
    fall = math.sqrt(one.statistical**2 - reference**2) / math.sqrt(two.statistical**2 - reference**2)
    assert 1.5 < fall < 2.5
    assert abs(one.value - two.value) < 5.0 * math.hypot(one.statistical, two.statistical)


def test_nothing_accepted_is_a_limit_everywhere(tmp_path: Path) -> None:
    told = koto(tmp_path, "2016-18", 2000, decay="K_L0 -> nu nubar gamma")
    found = darkpair.expected_events(told, branching_ratio=1e-9)
    assert (found.value, found.errors) == (0.0, {})
    assert found.upper_limit > 0.0
    out = CliRunner().invoke(main, ["inspect", str(tmp_path / "events.root")]).output
    assert "expected events        below" in out


def test_who_says_the_branching_ratio(tmp_path: Path) -> None:
    """The command line before the job, the job before the model, the model before nobody."""
    parameters = {"m1": "40 MeV", "m2": "400 MeV", "G_X": "0.15 GF"}
    chain = {"model": "zprime-scalar", "parameters": parameters, "parent": "eta", "modes": ["X1 pi0"]}
    source = {"name": "dump_mesons", "meson": "eta", "beam_energy": 400.0}
    detector = {"name": "charm"}
    point = build_model("zprime-scalar", parameters, "pdg")
    own = float(point.branching_ratio("eta", "X1 X2"))
    told = done(tmp_path, 1000, source=source, chain=chain, detector=detector)
    assert told["branching_ratio"]["value"] == own
    assert darkpair.expected_events(told).branching_ratio == own
    below = float(point.branching_ratio("X2", "X1 pi0")) * 0.98823
    assert told["result"]["expected"]["daughters"] == pytest.approx(below, rel=1e-9)
    number = {"branching_ratio": 1e-6, "exposure": 1e10}
    given = done(tmp_path, 1000, source=source, chain=chain, detector=detector, normalisation=number)
    assert darkpair.expected_events(given).branching_ratio == 1e-6
    assert given["result"]["expected"]["normalisation"]["exposure"] == 1e10
    path = str(tmp_path / "events.root")
    shown = CliRunner().invoke(
        main, ["inspect", path, "--json", "--branching-ratio", "1e-3", "--exposure", "1e20"]
    )
    expected = json.loads(shown.output)["result"]["expected"]
    assert (expected["branching_ratio"], expected["normalisation"]["exposure"]) == (1e-3, 1e20)


def test_an_event_file_by_its_parents_per_event(tmp_path: Path) -> None:
    """Three B in four events; with weights, those of the events count."""
    listed = [b_event(), b_event(-511), b_event(531), b_event(521)]
    chain = {"decay": ["B0 -> K0 X1 X2", "B+ -> K+ X1 X2"], "mass": MASS}
    for weights, parents in ((None, 0.75), ([1.0, 2.0, 4.0, 1.0], 0.5)):
        path = write_nano(tmp_path / "b.root", listed, weights=weights)
        source = {"name": "event_file", "path": str(path), "parents": ["B0", "B+"]}
        output = {"path": str(tmp_path / "out.root"), "picture": False}
        job = Job.model_validate({"run": {}, "source": source, "chain": chain, "output": output})
        told = dict(run_job(job).provenance)
        assert told["source"]["parents_per_event"] == pytest.approx(parents)
        found = darkpair.expected_events(told, branching_ratio=1e-6, exposure=1e9)
        assert found.value == pytest.approx(1e9 * parents * 1e-6)


def test_what_has_no_number(tmp_path: Path) -> None:
    gun = {"name": "gun", "parent": "K_L0", "momentum": 2.0}
    told = done(tmp_path, 100, source=gun, chain={"decay": SM})
    assert "expected" not in told["result"]
    with pytest.raises(InputError, match="no normalisation"):
        darkpair.expected_events(told)
    told = koto(tmp_path, "2015", 1000)
    with pytest.raises(UnknownNameError, match="kaons"):
        darkpair.expected_events(told, way="kaon")
    scanned = done(
        tmp_path,
        1000,
        source={"name": "koto_kl"},
        chain={"decay": "K_L0 -> X1 (X2 -> X1 gamma)", "mass": MASS, "lifetime": {"X2": "scan"}},
        detector={"name": "koto"},
    )
    assert "scanned" in scanned["result"]["expected"]["reason"]
    with pytest.raises(InputError, match="scanned"):
        darkpair.expected_events(scanned)
    for wrong in ("0", "2", "nan", "-1e-9"):
        run = CliRunner().invoke(main, ["run", "examples/koto_pi0.toml", "--branching-ratio", wrong])
        shown = CliRunner().invoke(
            main, ["inspect", str(tmp_path / "events.root"), "--branching-ratio", wrong]
        )
        exposed = CliRunner().invoke(main, ["inspect", str(tmp_path / "events.root"), "--exposure", wrong])
        assert (run.exit_code, shown.exit_code) == (2, 2), wrong
        assert exposed.exit_code == (0 if wrong == "2" else 2)
        assert max(len(run.output.splitlines()), len(shown.output.splitlines())) == 1


def test_files_of_before(tmp_path: Path) -> None:
    """What they call visible is what was generated; their spectra are not known."""
    told = dump(tmp_path, "charm", 10_000, 1e4)
    whole = darkpair.expected_events(told, branching_ratio=1e-9)
    old = json.loads(json.dumps(told))
    old["chain"]["visible_branching_ratio"] = old["chain"].pop("generated_branching_ratio")
    del (
        old["result"]["spectra"],
        old["result"]["expected"],
        old["job"]["normalisation"],
        old["branching_ratio"],
    )
    found = darkpair.expected_events(old, branching_ratio=1e-9)
    assert found.value == whole.value
    assert whole.spectrum is not None
    assert found.spectrum is None


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
        return (
            parents * result["acceptance"] / run["standard_acceptance"]["value"]
        )  # pi0 -> gamma gamma in both
    if detector == "Belle2":
        charged = source["parent"] in ("B+", "B-")
        share = data["normalisation"]["charged" if charged else "neutral"]["value"]
        below = 1.0 if charged else 0.692  # K_S -> pi+ pi-
        return 2.0 * data["normalisation"]["pairs"]["value"] * share * below * result["acceptance"]
    factors = math.prod(
        data["factors"][flat]["value"] for flat in next(iter(data["selections"].values())).get("factors", ())
    )
    return data["run"]["pot"]["value"] * source["multiplicity"] * 0.98823 * factors * result["acceptance"]


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
    value = printed(expected_lines(rows), told["result"]["acceptance"])
    if told["source"].get("type") == "KotoKL":
        standard = run_of_koto(told["detector"]["selection"]).standard_acceptance.value
        value *= told["source"]["decay_probability"] / (0.98823 * standard)
    assert value == pytest.approx(found.value, rel=2e-3)
    once = darkpair.expected_events(told, exposure=3e15)
    lines = expected_lines(expected_rows(told, exposure=3e15))
    if told["source"].get("type") == "KotoKL":
        assert "of the exposure that was given" in "\n".join(lines)
    else:
        assert printed(lines, told["result"]["acceptance"]) == pytest.approx(once.value, rel=2e-3)
        assert once.value == pytest.approx(found.value * 3e15 / rows["normalisation"]["exposure"], rel=1e-9)


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


def koto_kept(folder: Path, kept: str) -> dict[str, Any]:
    output = {"path": str(folder / "events.root"), "picture": False, "events": kept}
    tables = {"source": {"name": "koto_kl"}, "chain": {"decay": SM}, "detector": {"name": "koto"}}
    return done(folder, 20_000, output=output, **tables)


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
    alone = {"source": {"name": "upsilon4s", "parent": "B+"}, "chain": {"decay": "B+ -> K+ X1 X1"}}
    alone["chain"]["mass"] = {"X1": 0.04}  # type: ignore[index]
    found = done(tmp_path, 1000, **alone)["result"]["expected"]
    assert found["efficiency"] is None
    assert found["multiplicity"] > 0.0
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
        output = {"path": str(tmp_path / "out.root"), "picture": False}
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
    assert (found.value, found.statistical) == (pytest.approx(today.value), pytest.approx(today.statistical))


@pytest.mark.parametrize("wrong", ["1e-9", True, [1e-9], math.nan, -1.0, 0.0, 10**400])
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


@pytest.mark.parametrize("sample", [3, None, 1.5])
def test_what_is_no_sample(sample: Any) -> None:
    with pytest.raises(InputError, match="allowed: a file"):
        darkpair.expected_events(sample)
