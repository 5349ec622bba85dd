"""Regions of a plane: their edges are true ones, the newest of a kind is filled, names lie over no other name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from darkpair.limits.panels import draw_legend, draw_panel, figure_and_axes
from darkpair.limits.region_rows import kind_of, regions_of
from darkpair.limits.region_style import KINDS, draw_regions, newest
from darkpair.limits.regions import Region, region_of_grid, region_of_ranges
from darkpair.report.curve_labels import CurveLabel, place_labels
from darkpair.report.picture_style import in_style
from darkpair.searches import SEARCHES

pytest.importorskip("matplotlib")


def span(low: float, high: float, *, low_open: bool = False, high_open: bool = False) -> dict[str, Any]:
    return {"low": low, "high": high, "low open": low_open, "high open": high_open}


def test_a_contour_of_a_grid() -> None:
    """A power law's edge is a straight line in logarithms, and the region's end at the grid's no edge."""
    x, y = np.geomspace(0.1, 10.0, 9), np.geomspace(0.01, 100.0, 11)
    region = region_of_grid(x, y, y[:, None] ** 2 * x[None, :], name="a", kind="koto")
    (edge,) = region.edges
    assert edge[:, 1] ** 2 * edge[:, 0] == pytest.approx(1.0)
    assert sorted((edge[0, 0], edge[-1, 0])) == pytest.approx([0.1, 10.0])
    ((area, _),) = region.areas
    assert area[:, 1].max() == pytest.approx(100.0)
    assert not region.unknown


def test_what_a_grid_does_not_know_has_no_edge() -> None:
    x, y = np.linspace(0.0, 3.0, 4), np.geomspace(0.1, 10.0, 5)
    ratio = np.broadcast_to(y[:, None], (5, 4)).copy()
    ratio[:, 2:] = np.nan
    region = region_of_grid(x, y, ratio, log="y", name="a", kind="koto")
    (edge,) = region.edges
    assert edge[:, 0].max() == pytest.approx(1.0)
    assert edge[:, 1] == pytest.approx(1.0)
    (unknown,) = region.unknown
    assert unknown[:, 0].max() == pytest.approx(3.0)


def test_an_open_end_is_no_edge() -> None:
    ranges = {x: [span(1.0 + x, 1e3, high_open=True)] for x in (0.0, 1.0, 2.0)}
    region = region_of_ranges(ranges, {3.0: [span(0.5, 1e3)]}, (0.0, 1.0, 2.0, 3.0), name="a", kind="koto")
    (edge,) = region.edges
    assert edge.tolist() == [[0.0, 1.0], [1.0, 2.0], [2.0, 3.0]]
    (unknown,) = region.unknown
    assert unknown[:, 0].min() == 2.0  # from where something was known on


def test_what_shrinks_ends_in_a_tip() -> None:
    """The square of the width falls in a line: a parabola ends where it ends, before the next point."""

    def width(x: float) -> float:
        return float(np.exp(np.sqrt(2.3 - x)))

    ranges: Mapping[float, list[dict[str, Any]]] = {x: [span(1.0, width(x))] for x in (0.0, 1.0, 2.0)}
    region = region_of_ranges(ranges, {}, (0.0, 1.0, 2.0, 3.0), name="a", kind="dump")
    for edge in region.edges:
        assert edge[-1, 0] == pytest.approx(2.3)
    assert region.edges[0][-1] == pytest.approx(region.edges[1][-1])


def test_what_leaves_the_ordinates_ends_at_the_next_abscissa() -> None:
    ranges = {0.0: [span(1.0, 1e3, high_open=True)], 1.0: [span(10.0, 1e3, high_open=True)]}
    region = region_of_ranges(ranges, {}, (0.0, 1.0, 2.0), name="a", kind="k-plus")
    (edge,) = region.edges
    assert edge.tolist() == [[0.0, 1.0], [1.0, 10.0], [2.0, 1e3]]


def test_a_gap_that_closes_has_an_end() -> None:
    """Two ranges that become one: no line runs out of the grid, and the gap's edges meet."""
    ranges = {
        x: [span(1.0, 4.0 - 0.5 * x), span(16.0 / (4.0 - 0.5 * x) * 1.2**-x, 1e3, high_open=True)]
        for x in (0.0, 1.0)
    } | {2.0: [span(1.0, 1e3, high_open=True)]}
    region = region_of_ranges(ranges, {}, (0.0, 1.0, 2.0), name="a", kind="b-to-k")
    ends = [edge[-1] for edge in region.edges[:2]]
    assert ends[0] == pytest.approx(ends[1])
    assert 1.0 < ends[0][0] <= 2.0
    assert max(edge[:, 1].max() for edge in region.edges) < 20.0


def test_the_newest_of_a_kind_is_filled() -> None:
    def of(name: str, kind: str, year: int, status: str = "excluded") -> Region:
        square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, year / 2e3]])
        return Region(
            name=name, kind=kind, year=year, status=status, areas=[(square, None)], edges=[square[1:]]
        )

    every = [of("old", "koto", 2015), of("new", "koto", 2021), of("next", "koto", 2030, "projection")]
    assert [region.name for region in newest([*every, of("dump", "dump", 1991)])] == ["new", "dump"]
    figure, (ax,) = figure_and_axes(1, 1, (5.0, 4.0))
    drawn = draw_regions(ax, every)
    assert len(ax.collections) == 1
    assert [label.text for label in drawn.labels] == ["old", "new", "next"]
    assert set(drawn.legend) == {
        "KOTO: excluded",
        "thin line: another limit of its colour's kind",
        "dashed: projection",
    }
    draw_legend(figure, [ax], [drawn])


def test_every_search_has_a_kind() -> None:
    assert {kind_of(name) for name in SEARCHES.ours} == set(KINDS) - {"other"}
    assert kind_of("somebody's") == "other"


def test_names_at_curves_lie_apart() -> None:
    """Ten lines a few pixels apart: each name that is there has its place, and none is outside."""
    with in_style():
        figure, (ax,) = figure_and_axes(1, 1, (6.0, 5.0))
        x = np.linspace(0.0, 1.0, 30)
        ax.set(xlim=(0.0, 1.0), ylim=(0.0, 1.0))
        lines = [np.stack([x, 0.3 + 0.02 * i + 0.1 * x], axis=1) for i in range(10)]
        labels = [
            CurveLabel(text=f"search {i}", colour="#000000", lines=[line]) for i, line in enumerate(lines)
        ]
        place_labels(figure, [(ax, labels)])
        figure.canvas.draw()
        boxes = [text.get_window_extent() for text in ax.texts]
    assert len(boxes) >= 8
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert all(ax.bbox.contains(*corner) for box in boxes for corner in (box.min, box.max))


def test_the_legend_says_what_is_drawn() -> None:
    """A search of a stranger too; nothing of what is not there."""
    rows = [
        {"curve": curve, "kind": kind, "x": x, **span(low, 100.0, high_open=True)}
        for curve, kind, low in (
            ("koto-2021", "excluded", 1.0),
            ("ship", "line", 0.1),
            ("mine", "excluded", 5.0),
        )
        for x in (0.0, 1.0)
    ]
    assert [(r.kind, r.status) for r in regions_of(rows, "x")] == [
        ("koto", "excluded"),
        ("dump", "projection"),
        ("other", "excluded"),
    ]
    _, (ax,) = figure_and_axes(1, 1, (5.0, 4.0))
    drawn = draw_panel(ax, rows, "x", (0.01, 100.0))
    assert set(drawn.legend) == {"KOTO: excluded", "others: excluded", "dashed: projection"}
