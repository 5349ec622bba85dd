"""Sums that are exact: whatever the order and the grouping, the bits of the rational number correctly rounded."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkpair.gen.cutflow import Cutflow, Stage
from darkpair.gen.exact_sums import expansion, expansions

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")

#: Anything finite; numbers beside each other by whole mantissas, whose sums are ties; and what cancels.
wild = st.floats(-1e300, 1e300)
ties = st.builds(
    math.ldexp, st.sampled_from([-3.0, -1.0, 0.0, 1.0, 3.0]), st.sampled_from([-107, -53, -1, 0, 1, 52])
)
sums = st.lists(st.one_of(wild, ties, ties.map(lambda x: 1e16 * x)), min_size=1, max_size=12)


def exact(terms: list[float]) -> tuple[float, ...]:
    """The same by rational numbers."""
    left, out = sum(map(Fraction, terms), Fraction(0)), list[float]()
    while left or not out:
        out.append(float(left))
        left -= Fraction(out[-1])
    return tuple(out)


@given(st.lists(sums, min_size=1, max_size=5))
def test_any_terms(columns: list[list[float]]) -> None:
    """One sum, and several at once in an array."""
    width = max(map(len, columns))
    terms = np.array([column + [0.0] * (width - len(column)) for column in columns]).T
    rows = expansions(terms)
    for column, row in zip(columns, rows.T.tolist(), strict=True):
        right = exact(column)
        assert expansion(column) == right
        assert tuple(row[: len(right)]) == right
        assert not any(row[len(right) :])


@given(sums, st.data())
def test_any_grouping(terms: list[float], data: st.DataObject) -> None:
    """Sums of parts, in any order, add to the same bits, and nothing of them is lost on the way."""
    order = data.draw(st.permutations(terms))
    at = data.draw(st.integers(0, len(terms)))
    both = [*expansion(order[:at]), *expansion(order[at:])]
    assert expansion(both) == exact(terms)
    assert math.copysign(1.0, expansion([0.0, *both])[0]) == (-1.0 if exact(terms)[0] < 0.0 else 1.0)


@pytest.mark.parametrize(
    ("terms", "right"),
    [
        ([], 0.0),
        ([-0.0], 0.0),
        ([1e308, 1e308, -1e308], 1e308),
        ([1e308, 1e308], math.inf),
        ([math.inf, -1.0], math.inf),
        ([math.inf, -math.inf], math.nan),
        ([math.nan, 1.0], math.nan),
    ],
    ids=str,
)
def test_beyond_floats(terms: list[float], right: float) -> None:
    for out in (expansion(terms), expansions(np.array([[*terms, 0.0]]).T)[:, 0]):
        assert np.array_equal(out, [right], equal_nan=True)
        assert math.copysign(1.0, out[0]) == 1.0


@given(st.permutations(range(6)), st.integers(1, 5))
def test_cut_flows(order: list[int], at: int) -> None:
    """Every sum of a stage, through the rows of a file too."""
    rng = np.random.default_rng(1)
    flows = []
    for i in range(6):
        weight = rng.exponential(size=50) * 10.0 ** (9 * i - 20)
        flows.append(Cutflow.of(weight, [("cut", rng.random(50) < 0.5)]))
    whole = Cutflow.total(flows)
    for i, stage in enumerate(whole.stages):
        assert (stage.sum_w, *stage.rest_w) == exact([flow.stages[i].sum_w for flow in flows])
        assert (stage.sum_w2, *stage.rest_w2) == exact([flow.stages[i].sum_w2 for flow in flows])
    parts = [Cutflow.total([flows[i] for i in group]) for group in (order[:at], order[at:])]
    assert parts[1] + parts[0] == whole
    read = [Cutflow.from_dict(part.to_dict()) for part in parts]
    assert (read[0] + read[1]).to_dict() == whole.to_dict()


def test_a_sum_that_is_a_float_has_no_rest() -> None:
    flow = Cutflow.of(np.ones(9), [("cut", np.arange(9) < 4)])
    assert (flow + flow).to_dict()[1] == {"cut": "cut", "n": 8, "sum_w": 8.0, "sum_w2": 8.0}
    assert (flow + flow).stages[0] == Stage("generated", 18, 18.0, 18.0, 1.0, 18)
