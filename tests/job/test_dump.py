"""Beam dumps from the front door: jobs that aim, aimed against analog, the laws in c tau, a dark photon at CHARM."""

from __future__ import annotations

import json
import math
import os
import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from benchmarks.dump_bias import analog_events, pull, sample
from darkpair import DarkpairWarning, InputError, Pipeline, build, particle
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.kinematics import boost, two_body_momentum
from darkpair.gen.lifetime import Forced
from darkpair.gen.output.reader import read_provenance
from darkpair.gen.sources.gun import Gun
from darkpair.job.job import load_job
from darkpair.run.runner import run_job
from examples.dark_photon_charm import edge

#: Statistical tests fail by chance once in a million.
RATE = 1e-6
EXAMPLES = Path(__file__).parents[2] / "examples"
CONTOUR = Path(os.environ["DARKPAIR_REFERENCE"]) / "contours" / "DP_CHARM_Tsai.txt"
SIGMAS = float(stats.norm.isf(RATE / 2.0))


@pytest.mark.parametrize("name", ["charm", "nucal"])
def test_the_example_runs(name: str, tmp_path: Path) -> None:
    job = load_job(
        EXAMPLES / f"{name}.toml", overrides={"run.n": 20_000, "output.path": str(tmp_path / "o.root")}
    )
    result = run_job(job)
    assert result.cutflow.stages[-1].effective > 500.0
    assert {path.name for path in result.pictures} == {"o.png", "o_impact.png", "o_energy.png"}
    told = read_provenance(result.path)["source"]
    assert told["source"]["multiplicity_error"] > 0.0
    assert len(json.dumps(told["most_draws_within"])) < 500
    assert told["digest"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["chain.lifetime.X2=exponential"], "add chain.lifetime.X2 = 'forced'"),
        (["source.name=gun", "source.parent=eta"], "a Gun cannot be aimed"),
        (["source.aim=1"], "allowed: true, false"),
    ],
)
def test_what_cannot_be_aimed_says_what_to_do(settings: list[str], message: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DarkpairWarning)  # (keys of the file's source are dropped)
        job = load_job(EXAMPLES / "charm.toml", settings)
    with pytest.raises(InputError, match=message) as raised:
        job.pipeline()
    assert "\n" not in str(raised.value)


def test_workers_and_chunks_change_no_aimed_event(tmp_path: Path) -> None:
    flows = []
    for workers, chunk in ((1, 16384), (2, 65536)):
        job = load_job(
            EXAMPLES / "charm.toml",
            overrides={
                "run.n": 40_000, "run.workers": workers, "run.chunk": chunk,
                "output.path": str(tmp_path / "o.root"), "output.picture": False,
            },
        )  # fmt: skip
        flows.append(run_job(job).cutflow)
    assert flows[0].stages[-1].n == flows[1].stages[-1].n
    assert flows[0].acceptance == pytest.approx(flows[1].acceptance, rel=1e-12)


@pytest.mark.parametrize(("experiment", "ctau"), [("charm", 1e4), ("nucal", 3e3)])
def test_aimed_agrees_with_analog(experiment: str, ctau: float) -> None:
    """Unbiased eta with plain exponential decays; benchmarks/dump_bias.py has 5e6 eta a point."""
    aimed = sample(experiment, ctau, 65_536, 1, aimed=True)
    analog = sample(experiment, ctau, 1_000_000, 2, aimed=False)
    assert analog.stages[-1].n > 50
    assert abs(pull(aimed, analog)) < SIGMAS


@pytest.mark.parametrize("ctau", [1e2, 1e6])
def test_a_tiny_acceptance_is_cheap(ctau: float) -> None:
    """An error of 1 % and an effective sample size of 1e4 scale from a tenth of the events."""
    flow = sample("charm", ctau, 200_000, 3, aimed=True)
    last = flow.stages[-1]
    wanted = 1e4 * flow.generated / last.effective  # events for an effective sample size of 1e4
    assert last.effective > 1000.0
    assert wanted < 0.01 * analog_events(flow.acceptance)


def pencil_acceptance(detector: FixedTarget, momentum: float, ctau: float, points: int = 1200) -> float:
    """Probability that X2 of a pencil of eta decays in the volume: a midpoint sum over its two decay angles."""
    eta, m1, m2 = particle("eta").mass, 0.04, 0.4
    p = two_body_momentum(eta, m1, m2)
    cosine = (np.arange(points) + 0.5) / points * 2.0 - 1.0
    phi = (np.arange(points) + 0.5) / points * 2.0 * math.pi
    c, f = (a.ravel() for a in np.meshgrid(cosine, phi))
    s = np.sqrt(1.0 - c * c)
    e2 = np.full_like(c, math.hypot(p, m2))
    zero = np.zeros_like(c)
    px, py, pz, _ = boost(
        zero,
        zero,
        zero + momentum,
        zero + math.hypot(momentum, eta),
        eta,
        p * s * np.cos(f),
        p * s * np.sin(f),
        p * c,
        e2,
    )
    size = np.sqrt(px * px + py * py + pz * pz)
    d_in, d_out = detector.region.path((zero, zero, zero), (px / size, py / size, pz / size))
    flight = ctau * size / m2
    return float(np.mean(np.exp(-d_in / flight) - np.exp(-d_out / flight)))


def pencil_flow(detector: FixedTarget, momentum: float, ctau: float, blocks: int = 8) -> Cutflow:
    """The generator's for the same pencil."""
    chain = build(
        "eta -> X1 (X2 -> X1 (pi0 -> gamma gamma))",
        mass={"X1": 0.04, "X2": 0.4},
        ctau={"X2": ctau},
        lifetimes={"X2": Forced(region=detector.region, ctau=ctau)},
    )
    pipeline = Pipeline(source=Gun(parent="eta", momentum=momentum), chain=chain, detector=detector, seed=17)
    return pipeline.chunk(0, blocks, blocks * 16384).cutflow


@pytest.mark.parametrize(("name", "momentum"), [("charm", 12.0), ("nucal", 30.0)])
def test_a_pencil_of_eta_follows_the_analytic_law(name: str, momentum: float) -> None:
    detector = FixedTarget(experiment=name)
    short = (0.02 if name == "nucal" else 0.4) * 1e3 * np.array([1.0, 1.5])
    flows = [pencil_flow(detector, momentum, float(ctau)) for ctau in short]
    exact = [pencil_acceptance(detector, momentum, float(ctau)) for ctau in short]
    for flow, value in zip(flows, exact, strict=True):
        made = flow.stages[1]  # decays in the volume
        error = math.sqrt(made.sum_w2) / flow.generated
        assert (
            abs(made.sum_w / flow.generated - value) < SIGMAS * error + 0.01 * value
        )  # (the sum's own step)
    lengths = 1.0 / short[0] - 1.0 / short[1]
    slope = math.log(flows[1].acceptance / flows[0].acceptance) / lengths
    made_slope = math.log(flows[1].stages[1].sum_w / flows[0].stages[1].sum_w) / lengths
    analytic = math.log(exact[1] / exact[0]) / lengths
    assert made_slope == pytest.approx(analytic, rel=0.02)
    assert slope == pytest.approx(analytic, rel=0.1)  # the cuts on energies prefer other flights
    long = [pencil_flow(detector, momentum, ctau) for ctau in (1e8, 1e9)]
    decays = [flow.stages[1].sum_w * ctau for flow, ctau in zip(long, (1e8, 1e9), strict=True)]
    assert decays[0] == pytest.approx(decays[1], rel=1e-3)  # as 1/(c tau), but for 515 m over 20 c tau
    one, other = (flow.acceptance * ctau for flow, ctau in zip(long, (1e8, 1e9), strict=True))
    error = math.hypot(long[0].acceptance_error * 1e8, long[1].acceptance_error * 1e9)
    assert abs(one - other) < SIGMAS * error
    exact_long = pencil_acceptance(detector, momentum, 1e9)
    error = math.sqrt(long[1].stages[1].sum_w2) / long[1].generated
    assert abs(decays[1] / 1e9 / long[1].generated - exact_long) < SIGMAS * error + 0.01 * exact_long


def test_a_collinear_decay_has_the_closed_form() -> None:
    """At threshold X2 keeps the direction and the speed of the eta: exp(-L m/(p c tau)) and nothing else."""
    eta = particle("eta").mass
    detector = FixedTarget(experiment="nucal")
    m1 = 0.1
    m2 = eta - m1 - 1e-9
    ctau, momentum = 50.0, 40.0
    chain = build(
        "eta -> X1 (X2 -> X1 (pi0 -> gamma gamma))",
        mass={"X1": m1, "X2": m2},
        ctau={"X2": ctau},
        lifetimes={"X2": Forced(region=detector.region, ctau=ctau)},
    )
    pipeline = Pipeline(source=Gun(parent="eta", momentum=momentum), chain=chain, detector=detector, seed=17)
    made = pipeline.chunk(0, 1, 16384).cutflow.stages[1]
    flight = ctau * momentum / eta
    exact = math.exp(-64e3 / flight) - math.exp(-87e3 / flight)
    assert made.sum_w / 16384 == pytest.approx(exact, rel=0.02)


@pytest.mark.reference
@pytest.mark.skipif(not CONTOUR.is_file(), reason="no reference data beside the repository")
@pytest.mark.parametrize(
    ("mass", "generator"), [(0.03, "bmpt"), (0.06, "bmpt"), (0.11, "bmpt"), (0.06, "pythia6")]
)
def test_dark_photon_edge(mass: float, generator: str) -> None:
    """The large-coupling edge of arXiv:1908.07525, within 20 % in eps; its spectrum is BMPT's, its cut on the least energy only.

    That cut is on true energies, and its e+ and e- are never one shower: so the resolution is off here.
    """
    m, square = np.loadtxt(CONTOUR).T
    upper = np.argsort(m[23:])
    published = math.sqrt(
        math.exp(np.interp(math.log(mass), np.log(m[23:][upper]), np.log(square[23:][upper])))
    )
    charm = FixedTarget(experiment="charm", without=("shower_energy_max",), resolution="none")
    ours = edge(mass, charm, rounds=3, n=32_768, cells=(32, 24, 16), generator=generator)
    assert ours == pytest.approx(published, rel=0.2)
