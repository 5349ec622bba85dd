"""Speed of the rates: 1e5 points (m1, m2, G_X) with K_L and eta rates and everything about X2, under 5 s."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from darkpair.chains.models import ZPrimeDirac, ZPrimeMajorana, ZPrimeScalar

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

POINTS = 100_000
X2_MODES = ("X1 pi0", "X1 nu nubar", "X1 e+ e-", "X1 mu+ mu-", "X1 pi+ pi-")


def everything(model: Any) -> float:
    """Rates of K_L and eta, partial widths, c tau and branching ratios of X2."""
    total = float(np.sum(model.branching_ratio("K_L0", "X1 X2") + model.branching_ratio("eta", "X1 X2")))
    for mode in X2_MODES:
        total += float(np.sum(model.partial_width("X2", mode)) + np.sum(model.branching_ratio("X2", mode)))
    return total + float(np.sum(model.ctau("X2")))


@pytest.mark.parametrize(
    ("model", "couplings"), [(ZPrimeScalar, {}), (ZPrimeDirac, {"c_V": 1.0}), (ZPrimeMajorana, {"c_V": 0.5})]
)
def test_rates_of_a_plane(benchmark: BenchmarkFixture, model: Any, couplings: dict[str, float]) -> None:
    rng = np.random.default_rng(1)
    m1 = rng.uniform(0.0, 0.2, POINTS)
    m2 = m1 + rng.uniform(0.01, 0.4, POINTS)
    strength = 1.166e-5 * rng.uniform(0.1, 10.0, POINTS)

    def run() -> float:
        return everything(model(m1=m1, m2=m2, G_X=strength, **couplings))

    assert np.isfinite(benchmark.pedantic(run, rounds=2, iterations=1))
