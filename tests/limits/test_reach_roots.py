"""Ends of regions on a line: roots of what searches say, ranges that are open, and branches with their ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from darkpair.limits.reach_contours import CLOSED, EDGE, ENDS, UNKNOWN, Look, branches_of, refined
from darkpair.limits.reach_lines import Said
from darkpair.limits.reach_roots import Span, spans_of

ASKED: list[int] = []
PLACES = np.linspace(0.0, 1.0, 21)


def said(ratio: np.ndarray, error: float = 0.1, bent: float = 0.0) -> Said:
    whole = np.full(ratio.shape, error)
    return Said(
        kind="excluded", ratio=ratio, error=whole, interpolation=np.full(ratio.shape, bent), curves={"": ratio},
        limit=1.0, least=0.0, confidence_level=0.9, unit="1",
    )  # fmt: skip


def law(place: np.ndarray) -> np.ndarray:
    """Above 1 between two places, neither of the grid; far from straight."""
    return np.asarray(np.exp(30.0 * (place - 0.137) * (0.7713 - place) * (1.0 + place**2)))


def spans(function: Callable[[np.ndarray], np.ndarray], **how: float) -> list[Span]:
    asked: list[int] = []

    def evaluate(names: Sequence[str], places: np.ndarray) -> Mapping[tuple[str, str], np.ndarray]:
        asked.append(len(places))
        return {(name, ""): function(places) for name in names}

    out = spans_of(0.5, PLACES, {"a": said(function(PLACES), **how)}, evaluate)["a"][""]
    ASKED[:] = asked
    return out


def test_ends_are_roots() -> None:
    (span,) = spans(law)
    assert (span.low, span.high) == pytest.approx((0.137, 0.7713), abs=1e-7)
    assert np.log(law(np.array([span.low, span.high]))) == pytest.approx([0.0, 0.0], abs=1e-6)
    assert len(ASKED) <= 5
    (plain,) = spans_of(0.5, PLACES, {"a": said(law(PLACES))}, None)["a"][""]
    assert abs(plain.high - 0.7713) > 1e-4  # (straight lines are not enough)


def test_an_error_of_the_ratio_moves_an_end_by_its_slope() -> None:
    (span,) = spans(lambda place: np.asarray(np.exp(4.0 * (place - 0.3))), error=0.2, bent=0.1)
    assert (span.low, span.low_error, span.bent) == pytest.approx((0.3, 0.05, 0.025))
    assert span.high_open
    assert span.high_error == 0.0


def test_a_ratio_that_falls_to_nothing_has_an_end_too() -> None:
    (span,) = spans(lambda place: np.where(place < 0.52, 5.0, 0.0))
    assert span.high == pytest.approx(0.52, abs=1e-6) or span.high < 0.55
    (beside,) = spans(lambda place: np.where(place < 0.52, 5.0, np.nan))
    assert beside.high_open
    assert beside.unknown == "above"


def look(low: float, high: float, at: float) -> Look:
    return Look(spans={"": [Span(across=at, low=low, high=high)]})


def ellipse(at: float) -> Look:
    """A region that begins and ends within the map, between lines."""
    half = 0.3**2 - (at - 0.52) ** 2
    return look(0.5 - np.sqrt(half), 0.5 + np.sqrt(half), at) if half > 0.0 else Look(spans={"": []})


def test_a_region_that_ends_between_two_lines_is_closed_by_closer_ones() -> None:
    coarse = {float(at): ellipse(float(at)) for at in np.linspace(0.0, 1.0, 11)}
    fine = refined(coarse, lambda at: (at, ellipse(at)))
    (branch,) = branches_of(fine, "", [])
    assert (branch.before, branch.after) == (ENDS, ENDS)
    assert (branch.spans[0].across, branch.spans[-1].across) == pytest.approx((0.22, 0.82), abs=4e-3)
    assert branch.area == pytest.approx(np.pi * 0.3**2, rel=0.02)
    (without,) = branches_of(coarse, "", [])
    assert without.area < 0.97 * branch.area


@pytest.mark.parametrize("end", [CLOSED, UNKNOWN, EDGE])
def test_a_region_says_how_it_ends(end: str) -> None:
    blank = [(0.0, 1.0)] if end == UNKNOWN else []
    beyond = look(0.2, 0.8, 1.0) if end == EDGE else Look(spans={"": []}, blank=blank)
    looks = {0.0: look(0.2, 0.8, 0.0), 0.5: look(0.2, 0.8, 0.5), 1.0: beyond}
    (branch,) = branches_of(looks, "", [0.75] if end == CLOSED else [])
    assert (branch.before, branch.after) == (EDGE, end)


def test_two_parts_that_join() -> None:
    fork = {0.0: Look(spans={"": [Span(across=0.0, low=0.1, high=0.3), Span(across=0.0, low=0.6, high=0.8)]})}
    branches = branches_of(fork | {1.0: look(0.2, 0.7, 1.0)}, "", [])
    assert sorted(len(branch.spans) for branch in branches) == [1, 2]
