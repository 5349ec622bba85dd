"""Expected events of jobs: KOTO's published sensitivities, spectra of dumps, and laws for every detector that has a number."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from click.testing import CliRunner

import darkpair
from darkpair.chains.models.rates import build_model
from darkpair.cli import main
from darkpair.detectors.expected_events import ERRORS
from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_results import run as run_of_koto
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.sources.meson_spectra import generators
from darkpair.job.job import Job
from darkpair.run.expected import expected_rows
from darkpair.run.normalisation import normalisations
from darkpair.run.runner import run_job
from darkpair.run.standard_acceptance import StandardAcceptance, standard_acceptance
from tests.shared.event_files import b_event, write_nano
from tests.shared.expected_samples import (
    MASS,
    RATE,
    RUNS,
    SM,
    done,
    dump,
    every_sample,
    koto,
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
    made = StandardAcceptance(detector=Koto(experiment="koto", selection=name), n=300_000, seed=3)({})
    shipped = run_of_koto(name).standard_acceptance
    assert shipped.error is not None
    assert abs(made["value"] - shipped.value) < 4.0 * math.hypot(made["error"], shipped.error)
    assert (
        standard_acceptance(Koto(experiment="koto", selection=name, without=("pt",)), KotoKL(z_min=0.0))
        == shipped
    )
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
    error = 0.5 * math.hypot(*(result["acceptance_error"] for result in made.values())) / min(accepted)
    assert abs(first["spectrum"] / first["value"] - half) < 4.0 * error  # (one in 1e4)


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
        output = {"path": str(tmp_path / "out.root"), "picture": False, "replace": True}
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
