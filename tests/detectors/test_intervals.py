"""Coverage and length of the intervals of few weighted events, in toys of given laws and of biased jobs.

A toy is a sample of its own, its largest weight and all; five hundred for each line, of fixed seeds.  With another
seed the rarest line (a true coverage of 70 %, five standard errors above 60 %) would fail once in 1e6, one at the
upper bound (88 %, under 92 %) once in 300: none of what follows depends on the luck of a seed but for that.
The table of docs/analysis.md has 4000 toys a line (`tests.pages.make_places`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import gammaincinv

from darkpair import Pipeline, Streams, build, chunks
from darkpair.detectors.efficiency import LIMIT_LEVEL, ONE_SIGMA, efficiency, estimate
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.detectors.koto import Koto
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.importance import aim
from darkpair.gen.kinematics import Array
from darkpair.gen.lifetime import Forced
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.sources.koto_kl import KotoKL

TOYS = 500
PI0 = "(pi0 -> gamma gamma)"

#: Weights of n events by each law; the selection does not look at them.
LAWS: dict[str, Callable[[np.random.Generator, int], Array]] = {
    "one": lambda _, n: np.ones(n),
    "ten": lambda _, n: np.full(n, 10.0),
    ".1, 1, 10": lambda rng, n: rng.choice([0.1, 1.0, 10.0], n),
    ".1, 1, 10 as 85, 10, 5": lambda rng, n: rng.choice([0.1, 1.0, 10.0], n, p=[0.85, 0.10, 0.05]),
    "1, 100 as 9, 1": lambda rng, n: rng.choice([1.0, 100.0], n, p=[0.9, 0.1]),
    "half are zero": lambda rng, n: rng.choice([0.0, 0.3, 1.0], n, p=[0.5, 0.25, 0.25]),
    "uniform": lambda rng, n: rng.random(n),
    "exponential": lambda rng, n: rng.standard_exponential(n),
    "exp(-d), d to 6": lambda rng, n: np.exp(-6.0 * rng.random(n)),
    "w^-2.5 to 100": lambda rng, n: np.minimum((1.0 - rng.random(n)) ** (-1.0 / 1.5), 100.0),
    "w^-2 to 100": lambda rng, n: np.minimum(1.0 / (1.0 - rng.random(n)), 100.0),
}

#: Jobs: forced, and forced and aimed.
JOBS = ("NuCal, forced", "NuCal, aimed", "CHARM, aimed", "CHARM, aimed, long", "KOTO, forced")


@cache
def job(name: str) -> tuple[Array, NDArray[np.bool_]]:
    """Weights of a job's events (n,), and which of them are accepted."""
    if name.startswith("KOTO"):
        detector, source, n, ctau = Koto(), KotoKL(), 100_000, 1e4
        law = Forced(region=detector.region, ctau=ctau)
        mass, decay = {"X1": 0.0, "X2": 0.43}, f"K_L0 -> X1 (X2 -> X1 {PI0})"
        made = Pipeline(
            source=source,
            chain=build(decay, mass=mass, ctau={"X2": ctau}, lifetimes={"X2": law}),
            detector=detector,
            keep="all",
        )
    else:
        ctau = 1e5 if "long" in name else 30.0 if "short" in name else 3e3
        return dump_job(name.split(",", maxsplit=1)[0].lower(), ctau, aimed="aimed" in name)
    return _run(made, n)


def dump_job(experiment: str, ctau: float, *, aimed: bool) -> tuple[Array, NDArray[np.bool_]]:
    """The same of eta at a dump, X2 of (400, 40) MeV forced into its volume; c tau in mm."""
    dump, n = FixedTarget(experiment=experiment), 50_000 if aimed else 200_000
    law = Forced(region=dump.region, ctau=ctau)
    chain = build(
        f"eta -> X1 (X2 -> X1 {PI0})",
        mass={"X1": 0.04, "X2": 0.4},
        ctau={"X2": ctau},
        lifetimes={"X2": law},
    )
    eta = DumpMesons(meson="eta", beam_energy=dump.beam_energy)
    source = aim(eta, chain, seed=1, cells=(32, 24, 16), throws=(8, 8)) if aimed else eta
    return _run(Pipeline(source=source, chain=chain, detector=dump, keep="all"), n)


def _run(made: Pipeline, n: int) -> tuple[Array, NDArray[np.bool_]]:
    weight, accepted = [], []
    for chunk in chunks(made, n):
        assert chunk.reco is not None
        weight.append(chunk.events.weight)
        accepted.append(np.asarray(chunk.reco.record()["accepted"]))
    return np.concatenate(weight), np.concatenate(accepted)


def toys(name: str, expected: float, count: int) -> tuple[list[Cutflow], float]:
    """Cut flows of so many toys with that mean number of accepted events, and the true efficiency."""
    rng = Streams(1997).rng(f"{name} {expected}")
    flows = []
    if name in LAWS:
        n = 2000
        for _ in range(count):
            weight = LAWS[name](rng, n)
            flows.append(Cutflow.of(weight, [("accepted", rng.random(n) < expected / n)]))
        truth = float(LAWS[name](rng, 4_000_000).mean()) * expected / n
        return flows, truth
    return toys_of(*job(name), expected, count, f"{name} {expected}")


def toys_of(
    weight: Array, mask: NDArray[np.bool_], expected: float, count: int, seed: str
) -> tuple[list[Cutflow], float]:
    """Cut flows of toys drawn from a job's events, and its efficiency."""
    rng, flows = Streams(1997).rng(seed), []
    n = round(expected * len(weight) / np.count_nonzero(mask))
    for _ in range(count):
        chosen = rng.integers(len(weight), size=n)
        flows.append(Cutflow.of(weight[chosen], [("accepted", mask[chosen])]))
    return flows, float(weight[mask].sum()) / len(weight)


def scaled_poisson(flow: Cutflow) -> float:
    """Length of the scaled Poisson interval, arXiv:1309.1287, section 4, with Garwood's ends."""
    last, tail = flow.stages[-1], 0.5 * (1.0 - ONE_SIGMA)
    scale = last.sum_w2 / last.sum_w
    low, high = gammaincinv(last.effective, tail), gammaincinv(last.effective + 1.0, 1.0 - tail)
    return scale * float(high - low) / flow.generated


def measured(name: str, expected: float, count: int = TOYS) -> tuple[float, float, float]:
    """Coverage of the 68 % interval, length over the scaled Poisson's from three events on, coverage of the limit."""
    flows, truth = toys(name, expected, count)
    found = [estimate(flow) for flow in flows]
    many = [i for i, flow in enumerate(flows) if (flow.stages[-1].nonzero or 0) >= 3]
    length = sum(found[i].high - found[i].low for i in many)
    reference = sum(scaled_poisson(flows[i]) for i in many)
    return (
        float(np.mean([e.low <= truth <= e.high for e in found])),
        length / reference if many else 1.0,
        float(np.mean([truth <= e.upper_limit for e in found])),
    )


@pytest.mark.parametrize("expected", [0.2, 1.0, 3.0, 4.0, 10.0])
@pytest.mark.parametrize("name", [*LAWS, *JOBS])
def test_coverage_and_length(name: str, expected: float) -> None:
    covered, length, limited = measured(name, expected)
    assert covered >= 0.60
    assert limited >= 0.80  # of 90 %
    if expected == 10.0:
        assert covered <= 0.92
    if expected > 1.0:  # at one, too few toys have three events: see the test below
        assert length <= 1.5


@pytest.mark.parametrize("name", [*LAWS, *JOBS])
def test_length_at_one_expected_event(name: str) -> None:
    """Three events or more are in 8 % of the toys, and a few of them carry what the scaled Poisson interval has."""
    assert measured(name, 1.0, 4 * TOYS)[1] <= 1.5


def test_one_or_two_events_of_a_steep_job() -> None:
    """2000 decay lengths before the volume: what one or two accepted events weigh says nothing of the heaviest."""
    assert measured("NuCal, forced, short", 1.0)[0] >= 0.70


def test_many_events_need_no_largest_weight() -> None:
    """With a thousand events the interval is the scaled Poisson one, and the normal one."""
    rng = Streams(5).rng("many")
    weight = rng.standard_exponential(100_000)
    flow = Cutflow.of(weight, [("accepted", rng.random(100_000) < 0.01)])
    found = efficiency(flow)
    assert found.error is not None
    assert found.high - found.low == pytest.approx(2.0 * found.error, rel=0.04)
    assert found.high - found.low == pytest.approx(scaled_poisson(flow), rel=0.02)


@pytest.mark.parametrize("scale", [1e-100, 1e-15, 1e-12, 1e-9, 1e-6, 1e-3, 0.3, 1.0])
def test_a_common_weight_scales_every_number(scale: float) -> None:
    rng = Streams(6).rng("scale")
    weight, mask = rng.random(50_000), rng.random(50_000) < 1e-4
    one, other = (efficiency(Cutflow.of(f * weight, [("accepted", mask)])) for f in (1.0, scale))
    for name in ("value", "error", "low", "high", "upper_limit", "largest"):
        assert getattr(other, name) == pytest.approx(scale * getattr(one, name), rel=3e-4)


@pytest.mark.parametrize("largest", [1e-9, 0.05, 1.0, 20.0, 4e4])
def test_nothing_accepted_is_a_limit_of_the_largest_weight(largest: float) -> None:
    """-ln(1 - level) events of the largest weight, whatever law gave it: a bias, or cross sections."""
    weight = np.concatenate([[largest], np.full(999_999, 1e-3 * largest)])
    found = estimate(Cutflow.of(weight, [("accepted", weight < 0.0)]))
    assert found.value == found.low == 0.0
    assert found.error is None
    assert found.upper_limit == pytest.approx(
        -np.log(1.0 - LIMIT_LEVEL) * largest * 1e-6, rel=0.01 + 1e-6 * largest
    )


@pytest.mark.parametrize("n", [1, 5, 1000])
def test_no_weight_at_all_is_no_limit_of_zero(n: int) -> None:
    """Not one forced decay reaches its region: the law's bound of one counts."""
    found = estimate(Cutflow.of(np.zeros(n), [("accepted", np.zeros(n, dtype=bool))]))
    assert found.error is None
    assert found.upper_limit == pytest.approx(1.0 - (1.0 - LIMIT_LEVEL) ** (1.0 / n), rel=1e-9)


def test_the_largest_weight_does_not_depend_on_parts() -> None:
    rng = Streams(7).rng("parts")
    weight, mask = rng.standard_normal(1000), rng.random(1000) < 0.1
    whole = Cutflow.of(weight, [("accepted", mask)])
    for cut in (1, 400, 999):
        parts = [Cutflow.of(weight[s], [("accepted", mask[s])]) for s in (slice(cut), slice(cut, None))]
        first, total = whole.stages[0], (parts[0] + parts[1]).stages[0]
        assert (
            (total.largest, total.nonzero) == (first.largest, first.nonzero) == (np.abs(weight).max(), 1000)
        )
