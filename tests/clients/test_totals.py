"""What the comparisons of this folder see: a number too few, another sum, a number that is not finite."""

from __future__ import annotations

import math

import awkward as ak
import numpy as np
import pytest

from tests.shared.clients import Total, compare


def test_whole_numbers_are_exact() -> None:
    total = Total.of([ak.Array([[2**53, 1], [], [7]]), np.array([True, False])])
    assert (total.n, total.value) == (5, 2**53 + 9)
    assert total.agrees([5, 0, 2**53 + 9])
    assert not total.agrees([5, 0, 2**53 + 8], ordered=True)
    assert not total.agrees([4, 0, 2**53 + 9])


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_real_numbers_in_any_order(kind: type[np.floating]) -> None:
    rng = np.random.default_rng(3)
    values = (rng.normal(size=2000) * 10.0 ** rng.integers(-6, 6, 2000)).astype(kind)
    total = Total.of([np.append(values, [math.nan, math.inf]).astype(kind)])
    assert (total.n, total.odd) == (2002, 2)
    for _ in range(20):
        added = 0.0
        for value in rng.permutation(values).tolist():
            added += value
        assert total.agrees([2002, 2, added], ordered=True)
    assert total.agrees([2002, 2, math.fsum(values)])
    assert not total.agrees([2002, 2, math.nextafter(math.fsum(values), math.inf)])
    assert not total.agrees([2002, 2, added + 1e-12 * total.spread], ordered=True)
    assert not total.agrees([2002, 1, added], ordered=True)


def test_a_column_too_many_or_too_few() -> None:
    expected = {"a": Total.of([np.arange(3)])}
    compare({"a": [3, 0, 3]}, expected)
    for said in ({}, {"a": [3, 0, 3], "b": [3, 0, 3]}, {"a": [3, 0, 4]}):
        with pytest.raises(AssertionError):
            compare(said, expected)
