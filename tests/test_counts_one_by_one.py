"""Means of an array are worked out each by itself: what stands beside one changes nothing of it."""

from __future__ import annotations

import numpy as np
import pytest

from darkpair import Streams
from darkpair.statistics import Counting

#: No signal, one that nobody could tell from none, and others.
SIGNALS = (0.0, 1e-300, 0.3, 5.0, 200.0)


@pytest.mark.parametrize("error", [0.0, 1e-8, 0.2, 1.5])
@pytest.mark.parametrize("background", [(0.0, 0.0), (1.5, 0.0), (1.5, 0.6)])
@pytest.mark.parametrize("observed", [0, 3])
def test_means_beside_one_change_nothing_of_it(
    observed: int, background: tuple[float, float], error: float
) -> None:
    experiment = Counting(
        observed=observed, background=background[0], background_error=background[1], efficiency_error=error
    )
    alone = {signal: experiment.at_most(signal) for signal in SIGNALS}
    rng = Streams(5).rng("signals")
    for _ in range(20):
        signals = rng.choice(SIGNALS, size=(rng.integers(1, 4), rng.integers(1, 6)))
        expected = np.vectorize(alone.__getitem__)(signals)
        assert experiment.at_most_of(signals) == pytest.approx(expected, rel=1e-14)


def test_no_signal_beside_others_leaves_their_error_in_force() -> None:
    """(1 + 5 / 4)^-4, a negative binomial of relative error 1/2; without it exp(-5)."""
    experiment = Counting(observed=0, efficiency_error=0.5)
    assert experiment.at_most_of(np.array([0.0, 5.0])) == pytest.approx([1.0, 2.25**-4], rel=1e-12)
