"""In a map's picture: where m1 is above m2, and an older limit that excludes more than the filled one of its kind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from darkpair.limits.panels import draw_legend, figure_and_axes
from darkpair.limits.reach import reach_map
from darkpair.limits.reach_picture import reach_picture
from darkpair.limits.reach_unphysical import WORDS, heavier_x1
from darkpair.limits.region_style import draw_regions
from darkpair.limits.regions import Region

pytest.importorskip("matplotlib")


def words(figure: Any) -> list[str]:
    return [text.get_text() for text in figure.legends[0].get_texts()]


@pytest.mark.parametrize(("scale", "turned"), [("", False), ("log", False), ("", True)])
def test_where_x1_is_heavier_is_hatched(scale: str, *, turned: bool) -> None:
    """Half of a square of two masses, below its diagonal; a point is inside where m1 > m2, on either scale."""
    from matplotlib.path import Path

    axes = [f"m2: 100 .. 400 MeV, 4 {scale}", f"m1: 100 .. 400 MeV, 4 {scale}"]
    x, y = axes[::-1] if turned else axes
    of = reach_map(
        "zprime-scalar",
        x=x,
        y=y,
        settings={"G_X": "1 GF", "m_Zprime": "10 GeV"},
        only=("atomic-parity-2021",),
    )
    ((vertices, codes),) = heavier_x1(of)
    points = np.random.default_rng(1).uniform(100.0, 400.0, (200, 2))
    points = points[np.abs(points[:, 0] - points[:, 1]) > 5.0]
    m2, m1 = points.T[::-1] if turned else points.T
    assert np.array_equal(Path(vertices, codes).contains_points(points), m1 > m2)
    assert WORDS in words(reach_picture(of, "a map"))


def test_a_map_without_such_points_does_not_say_it() -> None:
    of = reach_map(
        "zprime-scalar", x="m2: 100 .. 400 MeV, 3", y="G_X: 0.1 .. 9 GF, 4 log",
        settings={"m1": "0.1*m2", "m_Zprime": "10 GeV"}, only=("atomic-parity-2021",),
    )  # fmt: skip
    assert heavier_x1(of) == []
    assert WORDS not in words(reach_picture(of, "a map"))


def rectangle(left: float, low: float, right: float, high: float, **what: Any) -> Region:
    corners = np.array([[left, low], [right, low], [right, high], [left, high]])
    inside = [line for line in (corners[[0, 1]], corners[[2, 3]]) if 1.0 < line[0, 1] < 100.0]
    return Region(areas=[(corners, None)], edges=inside, kind="koto", **what)


@pytest.mark.parametrize(
    ("older", "striped", "names"),
    [
        ((0.0, 5.0, 1.0, 50.0), False, ["new", "old"]),  # inside of the new one
        ((0.0, 1.5, 1.0, 50.0), True, ["new", "old"]),  # goes further down
        ((0.0, 1.0, 1.0, 100.0), True, ["new", "old, everywhere"]),  # excludes all that is drawn
    ],
)
def test_an_older_limit_that_excludes_more_is_seen(older: Any, names: list[str], *, striped: bool) -> None:
    regions = [
        rectangle(0.0, 4.0, 1.0, 60.0, name="new", year=2021),
        rectangle(*older, name="old", year=2015),
    ]
    figure, (ax,) = figure_and_axes(1, 1, (9.5, 6.0))
    ax.set(xlim=(0.0, 1.0), ylim=(1.0, 100.0), yscale="log")
    drawn = draw_regions(ax, regions)
    draw_legend(figure, [ax], [drawn])
    assert ("striped: excluded by an older limit alone" in drawn.legend) == striped
    assert len(ax.collections) == 1 + striped
    assert sorted(text.get_text() for text in ax.texts) == names
