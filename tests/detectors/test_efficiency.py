"""Efficiencies and their intervals: against scipy's exact ones, and their coverage, weighted and not.

Coverage is of fixed seeds: the bounds of 58 to 78 % are three standard deviations of 200 trials.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from darkpair import InputError, Streams
from darkpair.detectors.efficiency import ONE_SIGMA, Efficiency, efficiency
from darkpair.detectors.lifetime_scan import ScanSample, estimated_decay_probability
from darkpair.gen.cutflow import Cutflow, Stage
from darkpair.gen.lifetime import Scan


def flow(accepted: np.ndarray, generated: int) -> Cutflow:
    """Cut flow of events of those weights, accepted of so many."""
    return Cutflow((Stage("generated", generated, generated, generated), Stage.of("accepted", accepted)))


@pytest.mark.parametrize(("accepted", "generated"), [(0, 50), (1, 50), (37, 1000), (49, 50), (50, 50)])
@pytest.mark.parametrize("level", [ONE_SIGMA, 0.9])
def test_unweighted_is_clopper_and_pearson(accepted: int, generated: int, level: float) -> None:
    found = efficiency(flow(np.ones(accepted), generated), confidence_level=level)
    exact = binomtest(accepted, generated).proportion_ci(level, method="exact")
    assert found.value == accepted / generated
    assert found.low == pytest.approx(exact.low, abs=1e-12)
    assert found.high == pytest.approx(exact.high, abs=1e-12)
    assert found.effective == accepted


def test_a_common_weight_scales_and_keeps_the_relative_error() -> None:
    one = efficiency(flow(np.ones(100), 10**6))
    half = efficiency(flow(np.full(100, 0.5), 10**6))
    assert half.value == pytest.approx(0.5 * one.value)
    assert half.error == pytest.approx(0.5 * one.error, rel=1e-4)
    assert half.high == pytest.approx(0.5 * one.high, rel=1e-4)


@pytest.mark.parametrize(("probability", "n"), [(3e-2, 100_000), (1e-4, 2_000_000)])
@pytest.mark.parametrize("weighted", [False, True])
def test_coverage(probability: float, n: int, weighted: bool) -> None:
    """The 68 % interval contains the truth in 58 to 78 % of 200 samples; weights as those of forced decays."""
    rng = Streams(68).rng("coverage")
    found: list[Efficiency] = []
    for _ in range(200):
        k = rng.binomial(n, probability)
        found.append(efficiency(flow(rng.random(k) ** 2 if weighted else np.ones(k), n)))
    truth = probability / 3.0 if weighted else probability  # the mean of the square is a third
    covered = np.mean([e.low <= truth <= e.high for e in found])
    assert 0.58 <= covered <= 0.78


def test_estimated_decay_probability() -> None:
    """Eq 66 of arXiv:2005.07102 with its typical 1.5 m and 1 GeV, worked out by hand at 430 MeV and 30 cm."""
    one = estimated_decay_probability(0.430, 300.0, path=1500.0, energy=1.0)
    assert one == pytest.approx(0.9076, abs=1e-4)
    two = estimated_decay_probability(0.430, 300.0, path=1500.0, energy=1.0, particles=2)
    assert two == pytest.approx(one**2)
    assert estimated_decay_probability(0.430, 0.0, path=1500.0, energy=1.0) == 1.0
    assert estimated_decay_probability(0.430, 1e12, path=1500.0, energy=1.0) < 1e-8
    with pytest.raises(InputError, match="between 0 and the energy"):
        estimated_decay_probability(1.2, 1.0, path=1500.0, energy=1.0)
    with pytest.raises(InputError, match="0 or more"):
        estimated_decay_probability(0.4, -1.0, path=1500.0, energy=1.0)


def test_refusals() -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        efficiency(flow(np.ones(3), 10), confidence_level=1.0)
    with pytest.raises(InputError, match="mean one or less"):
        efficiency(flow(np.full(3, 5.0), 10))
    few = ScanSample(law=Scan(), length=np.full((1, 99), 30.0), weight=np.ones(99), generated=10**5)
    with pytest.raises(InputError, match="a few events dominate"):
        few.efficiency(30.0)
    assert few.efficiency(30.0, effective_min=50.0).effective == pytest.approx(99.0)
    with pytest.raises(InputError, match="outside the scan"):
        few.efficiency(1e9)
    with pytest.raises(InputError, match="no events"):
        ScanSample.of([])
