"""Sampling: draws follow the density exactly, its integral is right, and a bad table is refused.

Statistical tests: one million draws, fixed seeds, failure rate 1e-6 each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import special, stats

from darkpair.gen.errors import InputError
from darkpair.gen.sampling import Density
from darkpair.gen.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Callable

    from darkpair.gen.kinematics import Array

N = 10**6

# density, cumulative (not normalised), interval
SHAPES: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array], float, float]] = {
    "flat": (lambda x: 1.0 + 0.0 * x, lambda x: x, 1.0, 3.0),
    "line from zero": (lambda x: x, lambda x: x * x / 2.0, 0.0, 2.0),
    "threshold": (np.sqrt, lambda x: x**1.5 / 1.5, 0.0, 1.0),
    "steep tail": (lambda x: np.exp(-x), lambda x: -np.exp(-x), 0.0, 40.0),
    "narrow": (lambda x: np.exp(-0.5 * (x / 0.01) ** 2), lambda x: 0.01 * np.sqrt(np.pi / 2.0) * special.erf(x / 0.01 / np.sqrt(2.0)), -1.0, 1.0),
    "oscillating": (lambda x: np.sin(x) ** 2, lambda x: x / 2.0 - np.sin(2.0 * x) / 4.0, 0.0, 20.0),
    "zero for a while": (lambda x: np.maximum(x - 1.0, 0.0), lambda x: np.maximum(x - 1.0, 0.0) ** 2 / 2.0, -50.0, 2.0),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_draws_follow_the_density(shape: str) -> None:
    function, cumulative, low, high = SHAPES[shape]
    density = Density(function, low, high, cells=100)
    first, last = cumulative(np.array([low, high]))
    drawn = density.sample(Streams(11).rng(shape), N)
    assert len(drawn) == N
    assert drawn.min() >= low
    assert drawn.max() <= high
    law: Any = lambda x: (cumulative(x) - first) / (last - first)
    assert stats.kstest(drawn, law).pvalue > 1e-6
    assert density.integral == pytest.approx(last - first, rel=2e-4)


@pytest.mark.parametrize("shape", ["steep tail", "line from zero", "oscillating"])
def test_few_draws_are_wasted(shape: str) -> None:
    function, _, low, high = SHAPES[shape]
    rng = Streams(1).rng("count")
    Density(function, low, high).sample(rng, N)
    drawn = int(rng.bit_generator.state["state"]["state"][3])  # SFC64 counts its own steps
    assert drawn < 2 * N * 1.1


def test_density_is_normalised_and_zero_outside() -> None:
    density = Density(np.sqrt, 0.0, 1.0)
    assert density(np.array([-0.1, 0.25, 1.1])) == pytest.approx([0.0, 0.75, 0.0], rel=1e-5)


def test_a_density_through_its_table_is_refused() -> None:
    # ten steps do not see the crests of sixty waves: the sample would lack them, so it must not be made
    density = Density(lambda x: np.sin(200.0 * x) ** 2, 0.0, 1.0, cells=10)
    with pytest.raises(InputError, match=r"exceeds its tabulated bound by a factor .*use more cells"):
        density.sample(Streams(1).rng("waves"), N)


@pytest.mark.parametrize(
    ("function", "low", "high", "message"),
    [
        (np.sqrt, 1.0, 1.0, "needs an interval of positive length; got 1.0 to 1.0"),
        (np.sqrt, 0.0, float("nan"), "needs an interval of positive length"),
        (lambda x: 0.0 * x, 0.0, 1.0, "vanishes everywhere"),
        (lambda x: x - 0.5, 0.0, 1.0, "is negative, infinite or NaN somewhere"),
        (lambda x: np.where(x > 0.5, np.inf, 1.0), 0.0, 1.0, "is negative, infinite or NaN somewhere"),
        (lambda x: np.where(x > 0.5, np.nan, 1.0), 0.0, 1.0, "is negative, infinite or NaN somewhere"),
    ],
    ids=["empty", "no end", "zero", "negative", "infinite", "NaN"],
)
def test_what_is_no_density(
    function: Callable[[Array], Array], low: float, high: float, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        Density(function, low, high)
