"""Histograms of every kind of detector are sums of weights with variances of their squares, to the last bin."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from darkpair import Streams
from darkpair.gen.shared_parents import shared
from tests.shared.own_files import CLASSES, truth


@pytest.mark.parametrize("kind", CLASSES)
def test_values_are_linear_and_variances_quadratic(kind: str) -> None:
    """h(u + 2 v) = h(u) + 2 h(v); the variances obey the parallelogram's law, and nothing is both."""
    made, file = CLASSES[kind]
    detector = made() if kind != "fixed_target" else made(experiment=file)
    reco = detector.observe(truth(kind), Streams(1).rng("detector"))
    rng = np.random.default_rng(3)
    u, v = rng.exponential(size=reco.n), rng.exponential(size=reco.n) ** 2

    def filled(weight: Any) -> dict[str, Any]:
        return {name: h.view(flow=True) for name, h in detector.select(reco, weight).histograms.items()}

    one, two, both, less = (filled(w) for w in (u, v, u + 2.0 * v, u - 2.0 * v))
    assert any(x["value"].sum() > 0.0 for x in one.values())
    for name in one:
        a, b, c, d = (x[name] for x in (one, two, both, less))
        assert c["value"] == pytest.approx(a["value"] + 2.0 * b["value"], rel=1e-9, abs=1e-12), name
        parallelogram = 2.0 * (a["variance"] + 4.0 * b["variance"])
        assert c["variance"] + d["variance"] == pytest.approx(parallelogram, rel=1e-9, abs=1e-12), name
        ones = filled(np.ones(reco.n))[name]  # every entry counts one, and its square
        assert (ones["value"] == ones["variance"]).all(), name
        assert (ones["value"] == np.round(ones["value"])).all(), name


@pytest.mark.parametrize("kind", CLASSES)
def test_a_parents_entries_of_a_bin_are_one(kind: str) -> None:
    """Where all events have one parent, each bin is one entry; where two do, two samples of such parents add."""
    made, file = CLASSES[kind]
    detector = made() if kind != "fixed_target" else made(experiment=file)
    reco = detector.observe(truth(kind), Streams(1).rng("detector"))
    n = reco.n // 2 * 2
    reco, weight = reco.take(np.arange(reco.n) < n), np.random.default_rng(3).exponential(size=n)
    with shared(n):
        for name, h in detector.select(reco, weight).histograms.items():
            view: Any = h.view(flow=True)
            assert view["variance"] == pytest.approx(view["value"] ** 2, rel=1e-9, abs=1e-12), name
    pairs = np.arange(n // 2)
    halves = [reco.take(np.isin(np.arange(n) // 2, pairs[i::2])) for i in (0, 1)]
    weights = [weight.reshape(-1, 2)[i::2].ravel() for i in (0, 1)]
    with shared(2):
        whole = detector.select(reco, weight).histograms
        parts = [detector.select(*half).histograms for half in zip(halves, weights, strict=True)]
    for name in whole:
        both, one, two = (x[name].view(flow=True)["variance"] for x in (whole, *parts))
        assert both == pytest.approx(one + two, rel=1e-9, abs=1e-12), name
