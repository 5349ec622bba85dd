"""Cuts, lines and selections on candidates written by hand; the cut flow against a sum over events one by one."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from darkpair.detectors.selection import CONFIDENCES, Cut, Line, Selection
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.streams import Streams

INFINITY = float("inf")


def cut(name: str, variable: str = "x", **more: Any) -> Cut:
    return Cut(
        **{"name": name, "variable": variable, "unit": "mm", "source": "here", "confidence": "choice"} | more
    )


def test_a_range_holds_its_ends() -> None:
    values = {"x": np.array([0.9, 1.0, 1.5, 2.0, 2.1])}
    assert cut("c", low=1.0)(values).tolist() == [False, True, True, True, True]
    assert cut("c", high=2.0)(values).tolist() == [True, True, True, True, False]
    assert cut("c", low=1.0, high=2.0)(values).tolist() == [False, True, True, True, False]


def test_a_line_is_straight_and_constant_beyond_its_points() -> None:
    line = Line("y", ((1.0, 10.0), (3.0, 20.0), (5.0, 0.0)))
    y = np.array([-7.0, 1.0, 1.5, 3.0, 4.0, 5.0, 9.0])
    expected = [10.0, 10.0, 12.5, 20.0, 10.0, 0.0, 0.0]
    assert line({"y": y}).tolist() == expected
    at_limit = {"x": np.array(expected), "y": y}
    above = {"x": np.array(expected) + 1e-9, "y": y}
    lower, upper = cut("c", low=line), cut("c", high=line)
    assert lower(at_limit).all()
    assert lower(above).all()
    assert upper(at_limit).all()
    assert not upper(above).any()


def test_limits_in_words() -> None:
    line = Line("y", ((1.0, 2.5), (3.0, 4.0)))
    assert cut("c", low=1.0).limits() == "x >= 1 mm"
    assert cut("c", high=2.25, unit="").limits() == "x <= 2.25"
    assert cut("c", low=1.0, high=line).limits() == "x >= 1 and <= a line against y mm"
    assert (
        cut("c", low=1.0, high=line).limits(whole=True)
        == "x >= 1 and <= a line against y (2.5 at 1, 4 at 3) mm"
    )


def test_cuts_that_make_no_sense() -> None:
    with pytest.raises(InputError, match="^cut 'c' has no limit; give min, max or both$"):
        cut("c")
    with pytest.raises(
        InputError, match="^confidence of cut 'c' = 'sure'; allowed: read, derived, choice, memory$"
    ):
        cut("c", low=0.0, confidence="sure")
    for confidence in CONFIDENCES:
        assert cut("c", low=0.0, confidence=confidence).confidence == confidence


LAST = Selection("s", (cut("a", low=0.0), cut("b", "y", high=1.0), cut("c", "z", low=0.0)), box=("b", "c"))


def test_the_box_comes_last() -> None:
    assert LAST.box == ("b", "c")
    for box in (("a",), ("a", "c")):
        with pytest.raises(
            InputError, match=f"^selection s: .* signal box, {', '.join(box)}, have to come last$"
        ):
            dataclasses.replace(LAST, box=box)


def test_without_leaves_the_rest_in_order() -> None:
    assert [c.name for c in LAST.without("b").cuts] == ["a", "c"]
    assert LAST.without("a", "c").cuts == (LAST.cuts[1],)
    assert LAST.without() == LAST
    with pytest.raises(UnknownNameError, match="cut of the selection s.*'d'.*a, b, c"):
        LAST.without("a", "d")


def test_table_of_a_selection() -> None:
    changed = dataclasses.replace(LAST.cuts[0], changed="by hand")
    table = dataclasses.replace(LAST, cuts=(changed, *LAST.cuts[1:])).table()
    assert table.title == "selection s"
    assert table.columns == ("cut", "passes", "from")
    assert table.fold == ("passes", "from")
    assert list(table.rows) == [
        ("a", "x >= 0 mm", "by hand"),
        ("b", "y <= 1 mm", "here (choice)"),
        ("c", "z >= 0 mm", "here (choice)"),
    ]


@pytest.mark.parametrize("most", [1, 2, 5])
def test_every_stage_counts_events_once(most: int) -> None:
    """n, sum w and sum w^2 of the events with a candidate left, for weights of every size and sign."""
    rng = np.random.default_rng(17)
    counts = rng.integers(0, most + 1, 400) * (np.arange(400) % 2 == 0)
    event = np.repeat(np.arange(400), counts)
    weight = rng.normal(size=400) * 10.0 ** rng.integers(-2, 2, 400)
    values = {name: rng.normal(size=len(event)) + 0.5 for name in "xyz"}
    before = [("half", np.arange(400) % 2 == 0), ("candidate", counts > 0)]
    for box in (("b", "c"), ("c",), ()):
        accepted, outside, flow = dataclasses.replace(LAST, box=box).apply(values, event, weight, before)
        passes = [values["x"] >= 0.0, values["y"] <= 1.0, values["z"] >= 0.0]
        left = [np.logical_and.reduce(passes[:k]) for k in (1, 2, 3)]
        assert accepted.tolist() == np.flatnonzero(left[-1]).tolist()
        open_cuts = 3 - len(box)
        wanted = np.logical_and.reduce(passes[:open_cuts])
        assert outside.tolist() == np.flatnonzero(wanted).tolist()
        assert [stage.name for stage in flow.stages] == ["generated", "half", "candidate", "a", "b", "c"]
        events: list[Any] = [range(400), range(0, 400, 2)]
        events += [
            [i for i in range(0, 400, 2) if counts[i]],
            *(sorted(set(event[rows].tolist())) for rows in left),
        ]
        for stage, alive in zip(flow.stages, events, strict=True):
            w = [weight[i] for i in alive]
            assert stage.n == len(w), stage.name
            assert type(stage.n) is int
            assert stage.sum_w == pytest.approx(sum(w), rel=1e-12), stage.name
            assert stage.sum_w2 == pytest.approx(sum(x * x for x in w), rel=1e-12), stage.name


def test_the_box_is_left_whole_before_its_first_cut() -> None:
    """All that passes "a" is outside or inside of the box of b and c, whatever b and c do."""
    values = {
        "x": np.array([1.0, 1.0, -1.0, 1.0]),
        "y": np.array([0.0, 2.0, 0.0, 0.0]),
        "z": np.array([-1.0, 1.0, 1.0, 1.0]),
    }
    accepted, outside, _ = LAST.apply(values, np.arange(4), np.ones(4), [])
    assert (accepted.tolist(), outside.tolist()) == ([3], [0, 1, 3])


X, Y = cut("x", low=1.0, high=3.0), cut("y", "y", low=5.0, high=9.0)


def corners(*cuts: Cut) -> list[tuple[float, float]]:
    return Selection("s", cuts).corners("x", "y")


def test_corners_of_a_rectangle() -> None:
    """Clockwise with x to the right: the top from left to right, the bottom back."""
    assert corners(X, Y) == [(1.0, 9.0), (3.0, 9.0), (3.0, 5.0), (1.0, 5.0)]
    assert all(type(end) is float for corner in corners(X, Y) for end in corner)
    assert Selection("s", (Y, cut("p", high=0.0), X)).corners("y", "x") == [
        (5.0, 3.0),
        (9.0, 3.0),
        (9.0, 1.0),
        (5.0, 1.0),
    ]


def test_corners_follow_the_bends_of_the_bottom() -> None:
    """Bends between the ends of x are corners; those beyond them only tilt the line."""
    bottom = Line("x", ((0.0, 4.0), (2.0, 6.0), (4.0, 2.0)))
    top = Line("x", ((0.0, 8.0), (4.0, 12.0)))
    box = corners(X, dataclasses.replace(Y, low=bottom, high=top))
    assert box == [(1.0, 9.0), (3.0, 11.0), (3.0, 4.0), (2.0, 6.0), (1.0, 5.0)]


def test_boxes_without_corners() -> None:
    against_z = Line("z", ((0.0, 4.0), (2.0, 6.0)))
    against_x = Line("x", ((0.0, 4.0), (2.0, 6.0)))
    for cuts in (
        (X,),
        (Y,),
        (dataclasses.replace(X, low=None), Y),
        (dataclasses.replace(X, high=None), Y),
        (dataclasses.replace(X, low=Line("y", ((0.0, 1.0), (1.0, 2.0)))), Y),
        (dataclasses.replace(X, high=Line("y", ((0.0, 1.0), (1.0, 2.0)))), Y),
        (X, dataclasses.replace(Y, low=None)),
        (X, dataclasses.replace(Y, high=None)),
        (X, dataclasses.replace(Y, low=against_z)),
        (X, dataclasses.replace(Y, high=against_z)),
        (X, dataclasses.replace(Y, low=against_x, high=against_z)),
    ):
        assert corners(*cuts) == []
    assert corners(X, dataclasses.replace(Y, low=against_x)) != []


def test_no_limit_is_no_number() -> None:
    """A side that is not there cannot be mistaken for a limit: it compares false with everything."""
    from darkpair.detectors.selection import _limit_at

    assert np.isnan(_limit_at(None, {}))
    assert _limit_at(INFINITY, {}) == INFINITY


@pytest.mark.parametrize("kind", ["one", "positive", "of either sign", "none or one"])
def test_sums_are_those_of_masks_to_the_bit(kind: str) -> None:
    """Of several candidates an event counts with one, and a cut's sums are NumPy's of all candidates, those that fail at 0."""
    rng = Streams(9).rng("sums")
    event = np.repeat(np.arange(3000), rng.integers(0, 4, 3000))
    values = {name: rng.random(len(event)) for name in "xyz"}
    weight = {
        "one": np.ones(3000),
        "positive": rng.exponential(size=3000),
        "of either sign": rng.standard_normal(3000) ** 3,
        "none or one": rng.integers(0, 2, 3000).astype(float),
    }[kind]
    falling = Line("z", ((0.0, 0.1), (1.0, 0.5)))
    cuts = (
        cut("all pass", low=-1.0),
        cut("some", low=0.2),
        cut("a line", "y", low=falling),
        cut("nothing more", low=0.1),
        cut("box", "z", high=0.7),
        cut("none pass", "y", low=2.0),
    )
    accepted, outside, flow = Selection("s", cuts, box=("box", "none pass")).apply(
        values, event, weight, [("even", np.arange(3000) % 2 == 0)]
    )
    assert len(accepted) == 0
    alive = np.ones(len(event), dtype=bool)
    for each, stage in zip(cuts, flow.stages[2:], strict=True):
        if each.name == "box":
            assert outside.tolist() == np.flatnonzero(alive).tolist()
        alive &= each(values)
        rows = np.flatnonzero(alive)
        again = rows[1:][event[rows[1:]] == event[rows[:-1]]]
        sums = [
            float(np.add.reduce(w * alive) - np.add.reduce(w[again]))
            for w in (weight[event], weight[event] * weight[event])
        ]
        assert (stage.name, stage.n, stage.sum_w, stage.sum_w2) == (
            each.name,
            len(set(event[rows].tolist())),
            *sums,
        )
    even = weight[::2]
    assert flow.stages[1].sum_w == float(np.add.reduce(even))
    assert flow.stages[0].sum_w2 == float(np.add.reduce(weight * weight))
    assert flow.stages[1].largest == float(np.abs(even).max())
    assert flow.stages[1].nonzero == int(np.count_nonzero(even))
