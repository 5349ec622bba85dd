"""Picture of ``edges``: a bar that is cut is broken at that end and says how long it is, and no other bar is."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from matplotlib.patches import Polygon

from darkpair.studies.experiments.edges import CAUSES, EDGES
from darkpair.studies.experiments.edges_picture import picture

STORED = Path(__file__).parents[2] / "docs" / "results" / "edges.json"
#: Ends of bars [%], and where they are cut.
DOWN, UP, CUT = (-300.0, -61.0, -25.1, -24.9, 0.0), (0.0, 24.9, 25.1, 60.9, 300.0), 25.0


def row(down: float, up: float, number: int) -> dict[str, Any]:
    """A row of the study, of the bar of that number."""
    (search, end), cause = EDGES[number // len(CAUSES) % len(EDGES)], list(CAUSES)[number % len(CAUSES)]
    shifts = {"down [%]": down, "up [%]": up, "largest": "chains/models/data/inputs.toml.m_UV"}
    return {"search": search, "end": end, "cause": cause, "edge [G_F]": 1.0, **shifts}


def breaks_and_words(rows: list[dict[str, Any]]) -> tuple[list[float], list[str]]:
    """Where bars are broken [%], and what stands beside them."""
    (axes,) = picture(rows).axes
    broken = [patch for patch in axes.patches if isinstance(patch, Polygon) and patch.get_gid() == "break"]
    return [float(patch.get_xy()[:, 0].mean()) for patch in broken], [text.get_text() for text in axes.texts]


@pytest.mark.parametrize(("down", "up"), list(product(DOWN, UP)))
def test_each_cut_end_is_broken_and_said(down: float, up: float) -> None:
    at, words = breaks_and_words([row(down, up, 0), row(-1.0, 1.0, 1)])
    assert sorted(x > 0.0 for x in at) == [False] * (down < -CUT) + [True] * (up > CUT)
    assert all(0.8 * CUT < abs(x) < CUT for x in at)
    said = " ".join(words)
    for end in (value for value in (down, up) if abs(value) > CUT):
        assert f"{abs(end):.0f} %" in said
    alike = len(at) == 2 and abs(down + up) < 1.0
    assert len(words) == (1 if alike else len(at))
    assert ("±" in said) == alike


def test_the_axis_says_what_a_break_is_where_there_is_one() -> None:
    for up, wanted in ((20.0, False), (30.0, True)):
        (axes,) = picture([row(-1.0, up, 0)]).axes
        assert ("// : cut" in axes.get_xlabel().replace("//:", "// :")) == wanted


@pytest.mark.skipif(not STORED.is_file(), reason="no source tree")
def test_every_cut_end_of_the_page() -> None:
    rows = json.loads(STORED.read_text(encoding="utf-8"))["rows"]
    at, _ = breaks_and_words(rows)
    assert len(at) == sum((each["down [%]"] < -CUT) + (each["up [%]"] > CUT) for each in rows) > 0
