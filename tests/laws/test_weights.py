"""Sums and histograms of every detector are linear in the weights, and their variances in the squares.

For every detector and every chain that its source can start, with random weights of one fixed sample.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from darkpair.gen.streams import Streams
from tests.laws.pairs import PAIRS, Pair

N = 4096


def _one_of_each() -> list[Pair]:
    """For each detector the first three chains."""
    seen: dict[str, int] = {}
    out = []
    for pair in PAIRS:
        name = f"{pair.detector}{pair.settings}"
        seen[name] = seen.get(name, 0) + 1
        if seen[name] <= 3:
            out.append(pair)
    return out


def _selected(pair: Pair) -> tuple[Any, Any]:
    """The detector, and what it reconstructs."""
    source, streams, detector = pair.source(), Streams(7), pair.apparatus()
    assert source is not None
    parents = source.sample(N, streams.rng("source"))
    truth = pair.made(1e3).batch(parents, streams)
    return detector, detector.observe(truth, streams.rng("detector"))


@pytest.mark.parametrize("pair", _one_of_each(), ids=str)
def test_linear_in_the_weights(pair: Pair) -> None:
    detector, reco = _selected(pair)
    rng = np.random.default_rng(1)
    first, second = rng.exponential(size=N), rng.exponential(size=N) ** 3
    one, two, both = (detector.select(reco, w) for w in (first, second, first + 2.0 * second))
    assert np.array_equal(one.mask, two.mask)
    assert np.array_equal(one.mask, both.mask)
    for a, b, c in zip(one.cutflow.stages, two.cutflow.stages, both.cutflow.stages, strict=True):
        assert c.sum_w == pytest.approx(a.sum_w + 2.0 * b.sum_w, rel=1e-9), c.name
        assert a.n == b.n == c.n
    last = both.cutflow.stages[-1]
    weight = (first + 2.0 * second)[both.mask]
    assert (last.sum_w, last.sum_w2) == pytest.approx((weight.sum(), (weight**2).sum()), rel=1e-9)
    assert one.histograms
    for name in one.histograms:
        a, b, c = (chosen.histograms[name].view(flow=True) for chosen in (one, two, both))
        assert c["value"] == pytest.approx(a["value"] + 2.0 * b["value"], rel=1e-9, abs=1e-9), name
    twice = detector.select(reco, 2.0 * first)
    for name, histogram in twice.histograms.items():
        a, c = one.histograms[name].view(flow=True), histogram.view(flow=True)
        assert c["variance"] == pytest.approx(4.0 * a["variance"], rel=1e-9, abs=1e-12), name
        # no bin has more than the sum over the histogram's entries allows: weights, not their squares
        assert np.all(a["variance"] <= a["value"] ** 2 * (1.0 + 1e-9)), name


@pytest.mark.parametrize("pair", _one_of_each(), ids=str)
def test_stages_are_sums_over_masks(pair: Pair) -> None:
    """Each stage's events by weights that tell the events apart: a bit of the event's number at a time."""
    detector, reco = _selected(pair)
    flow = detector.select(reco, np.ones(N)).cutflow
    parts = [detector.select(reco, np.where(np.arange(N) % 8 == k, 1.0, 0.0)).cutflow for k in range(8)]
    for i, stage in enumerate(flow.stages):
        assert sum(part.stages[i].sum_w for part in parts) == pytest.approx(stage.sum_w, rel=1e-12), (
            stage.name
        )
        assert stage.sum_w == stage.sum_w2 == stage.n
