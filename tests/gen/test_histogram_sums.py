"""Histograms add exactly: every storage whose bins are sums, every axis, any order and grouping."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from typing import Any

import hist
import numpy as np
import pytest

from darkpair.gen.errors import InputError
from darkpair.gen.histogram_sums import ADDITIVE, Pictures, numbers

Axes = tuple[list[Any], ...]


def lines() -> list[Any]:
    return [
        hist.axis.Regular(5, 1e-3, 1e3, transform=hist.axis.transform.log, name="x"),
        hist.axis.Variable([0.0, 1.0, 3.0], circular=True, name="y"),
        hist.axis.Boolean(name="z"),
    ]


def filled(storage: str, axes: list[Any], seed: int) -> hist.Hist[Any]:
    """A sample's histogram, with weights of many sizes where there are weights."""
    rng = np.random.default_rng(seed)
    out: hist.Hist[Any] = hist.Hist(*axes, storage=getattr(hist.storage, storage)())
    values: list[Any] = []
    for axis in axes:
        if isinstance(axis, hist.axis.StrCategory):
            values.append(rng.choice(["b", "a", "d", "c"][seed % 3 :], 200).tolist())
        elif isinstance(axis, hist.axis.Boolean):
            values.append(rng.integers(0, 2, 200))
        elif isinstance(axis, hist.axis.IntCategory | hist.axis.Integer):
            values.append(rng.integers(-3 * seed, 4, 200))
        else:
            values.append(10.0 ** rng.uniform(-4.0, 4.0, 200))
    weight = None if storage in ("Int64", "AtomicInt64") else 10.0 ** rng.uniform(-30.0, 30.0, 200)
    return out.fill(*values, weight=weight)


def pictures(*histograms: hist.Hist[Any]) -> list[Pictures]:
    return [Pictures(histograms={"h": histogram}) for histogram in histograms]


def same(a: Pictures, b: Pictures) -> None:
    """To the bit, what is beyond the rounded numbers too."""
    for name, histogram in a.histograms.items():
        assert histogram.axes == b.histograms[name].axes
        assert numbers(histogram).tobytes() == numbers(b.histograms[name]).tobytes()
    assert list(a.histograms) == list(b.histograms)
    assert list(a.rests) == list(b.rests)
    for name, rest in a.rests.items():
        assert np.array_equal(rest.at, b.rests[name].at)
        assert rest.values.tobytes() == b.rests[name].values.tobytes()


GROWING = {
    "words": lambda: [hist.axis.StrCategory([], growth=True, name="w"), *lines()[:1]],
    "numbers": lambda: [*lines()[1:], hist.axis.IntCategory([], growth=True)],
    "range": lambda: [hist.axis.Integer(0, 2, growth=True), hist.axis.StrCategory([], growth=True)],
}


@pytest.mark.parametrize("storage", ADDITIVE)
@pytest.mark.parametrize("axes", [lines, *GROWING.values()], ids=["lines", *GROWING])
def test_any_order_and_grouping(storage: str, axes: Any) -> None:
    parts = pictures(*(filled(storage, axes(), seed) for seed in range(4)))
    whole = Pictures.total(parts)
    for order in permutations(parts):
        for at in range(1, 4):
            same(Pictures.total([Pictures.total(order[at:]), Pictures.total(order[:at])]), whole)
    (histogram,) = whole.histograms.values()
    plain = sum((part.histograms["h"] for part in parts[1:]), parts[0].histograms["h"])
    view: Any = np.asarray(plain.view(flow=True))
    for i, (axis, own) in enumerate(zip(histogram.axes, plain.axes, strict=True)):
        if not own.traits.ordered:
            assert list(axis) == sorted(own)
            view = np.take(view, [own.index(word) for word in axis], axis=i)
    for name in view.dtype.names or (...,):
        assert histogram.view(flow=True)[name] == pytest.approx(view[name], rel=1e-12)


def test_bins_are_correctly_rounded() -> None:
    """Value and variance, by rational numbers."""
    parts = pictures(*(filled("Weight", lines(), seed) for seed in range(5)))
    whole = Pictures.total([Pictures.total(parts[:2]), Pictures.total(parts[2:])])
    rows = np.array([numbers(part.histograms["h"]) for part in parts]).T
    assert numbers(whole.histograms["h"]).tolist() == [
        float(sum(map(Fraction, row))) for row in rows.tolist()
    ]
    assert whole.rests["h"].values.size


def test_unit_weights_have_no_rest() -> None:
    parts = pictures(*(hist.Hist(*lines(), storage=hist.storage.Weight()).fill(1, 1, True) for _ in range(3)))
    assert not Pictures.total(parts).rests


def test_a_histogram_that_not_every_block_has() -> None:
    a, b = (filled("Weight", lines(), seed) for seed in (1, 2))
    parts = [Pictures(histograms=h) for h in ({"q": a, "p": b}, {}, {"r": a}, {"q": b})]
    whole = Pictures.total(parts)
    for order in permutations(parts):
        same(Pictures.total([Pictures.total(order[:2]), Pictures.total(order[2:])]), whole)
    assert list(whole.histograms) == ["p", "q", "r"]
    assert list(Pictures.total(parts[:2]).histograms) == ["q", "p"]  # as the detector has them


def test_what_does_not_add() -> None:
    base = filled("Weight", lines(), 1)
    others = {
        "axes": filled("Weight", [*lines()[:2], hist.axis.Regular(2, 0.0, 1.0)], 1),
        "kinds": filled("Double", lines(), 1),
        "edges": filled("Weight", [hist.axis.Regular(5, 1.0, 1e3), *lines()[1:]], 1),
        "dimensions": filled("Weight", lines()[:2], 1),
    }
    for name, other in others.items():
        with pytest.raises(InputError, match="'h' (have different axes|are of different kinds)"):
            Pictures.total(pictures(base, other))
        assert name
    means: hist.Hist[Any] = hist.Hist(*lines(), storage=hist.storage.Mean())
    with pytest.raises(InputError, match="Mean bins does not add exactly; allowed: Weight, Double"):
        Pictures.total(pictures(means, means))
