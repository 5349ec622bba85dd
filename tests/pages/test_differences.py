"""Two outputs that differ where no number has an error: words, rows that are not stored, parts of one of them."""

from __future__ import annotations

import math
from typing import Any

import pytest

from darkpair.pages.runs import Run, differences

STORED: dict[str, Any] = {"rows": [{"name": "a", "kind": "x", "value": 2.0, "flag": True}], "other": 3}


def compared(fresh: dict[str, Any], *, exact: bool) -> dict[str, float]:
    run = Run(command="darkpair", outputs=["mine"], minutes=0.1, keys=["name"], exact=exact)
    return dict(differences(STORED, fresh, run))


def test_a_row_that_is_not_stored_counts_where_nothing_is_drawn() -> None:
    fresh = {"rows": [{"name": "b", "value": 2.0}]}
    assert compared(fresh, exact=True) == {"rows, ('b',), which is not stored": math.inf}
    assert compared(fresh, exact=False) == {}


@pytest.mark.parametrize(
    ("column", "value", "difference"),
    [("kind", "x", 0.0), ("kind", "y", math.inf), ("flag", True, 0.0), ("flag", False, math.inf)],
)
def test_words_are_the_same_where_nothing_is_drawn(column: str, value: Any, difference: float) -> None:
    fresh = {"rows": [{"name": "a", column: value}]}
    assert compared(fresh, exact=True)[f"rows, ('a',), {column}"] == difference
    assert compared(fresh, exact=False) == {}


def test_a_number_without_an_error() -> None:
    fresh = {"rows": [{"name": "a", "value": 2.0 + 4e-6}]}
    assert compared(fresh, exact=True)["rows, ('a',), value"] == pytest.approx(2.0, rel=1e-5)
    assert compared(fresh, exact=False) == {}


@pytest.mark.parametrize("fresh", [{"other": 4}, {"rows": []}, {"more": [{"name": "a", "value": 1.0}]}])
def test_what_both_do_not_have_is_not_compared(fresh: dict[str, Any]) -> None:
    assert compared(fresh, exact=True) == {}


def test_an_error_of_zero_compares_nothing() -> None:
    row = {"name": "a", "value": 2.0, "value error": 0.0}
    run = Run(command="darkpair", outputs=["mine"], minutes=0.1, keys=["name"])
    places = [place for place, _ in differences({"rows": [row]}, {"rows": [row]}, run)]
    assert "rows, ('a',), value" not in places
