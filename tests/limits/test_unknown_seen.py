"""A legend has the word of where nothing is known if and only if its dots are seen: inside of the axes, and not below a region."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from darkpair.limits.panels import draw_panel, figure_and_axes
from darkpair.limits.region_style import draw_band, draw_regions
from darkpair.limits.regions import Region
from darkpair.report.picture_style import in_style

pytest.importorskip("matplotlib")

LIMITS = (0.01, 100.0)
WORD = "KOTO: unknown, too few simulated events"


def square(low: float, high: float, left: float = 0.0, right: float = 1.0) -> Any:
    return np.array([[left, low], [right, low], [right, high], [left, high]])


def region(kind: str, low: float, high: float, unknown: tuple[float, float] | None = None) -> Region:
    """A region from one ordinate to another, which knows nothing between two more."""
    blind = [] if unknown is None else [square(*unknown)]
    return Region(name=kind, kind=kind, year=2020, areas=[(square(low, high), None)], unknown=blind)


def dots_are_seen(figure: Any, ax: Any) -> bool:
    """Whether the picture is another one with the dots in it, pixel by pixel."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas: Any = FigureCanvasAgg(figure)

    def pixels() -> Any:
        canvas.draw()
        return np.asarray(canvas.buffer_rgba()).copy()

    before = pixels()
    for each in ax.collections:
        each.set_visible(each.get_hatch() != "..")
    return bool((pixels() != before).any())


@pytest.mark.parametrize("kind", ["other", "b-to-k", "dump"])
@pytest.mark.parametrize(
    ("low", "high", "seen"),
    [
        (0.5, 50.0, False),
        (0.005, 500.0, False),
        (5.0, 50.0, True),
        (1.0, 8.0, True),
        (0.01, 1.0, True),
        (9.0, 11.0, True),
    ],
)
@pytest.mark.parametrize("of", ["search", "band"])
def test_the_word_stands_where_dots_are_seen(kind: str, low: float, high: float, seen: bool, of: str) -> None:
    """KOTO knows nothing from 1 to 10, and another search excludes from low to high."""
    with in_style():
        figure, (ax,) = figure_and_axes(1, 1, (4.0, 3.0))
        ax.set(xlim=(0.0, 1.0), yscale="log", ylim=LIMITS)
        other, own = region(kind, low, high), region("koto", 20.0, 30.0, (1.0, 10.0))
        if of == "search":
            drawn = draw_regions(ax, [own, other])
        else:
            drawn = draw_regions(ax, [other])
            drawn.legend.update(draw_band(ax, [(own, "2 sigma")]).legend)
        assert (WORD in drawn.legend) == seen
        assert dots_are_seen(figure, ax) == seen


@pytest.mark.parametrize(
    ("low", "high", "seen"), [(200.0, 900.0, False), (1e-4, 0.005, False), (50.0, 900.0, True)]
)
def test_dots_beyond_the_axes_have_no_word(low: float, high: float, seen: bool) -> None:
    _, (ax,) = figure_and_axes(1, 1, (4.0, 3.0))
    ax.set(xlim=(0.0, 1.0), yscale="log", ylim=LIMITS)
    assert (WORD in draw_regions(ax, [region("koto", 1.0, 2.0, (low, high))]).legend) == seen


def test_a_panel_of_rows() -> None:
    """Of the tables of the figures: a dump that excludes all hides what KOTO does not know, and one that excludes less does not."""

    def row(curve: str, kind: str, x: float, low: float) -> dict[str, Any]:
        return {
            "curve": curve,
            "kind": kind,
            "x": x,
            "low": low,
            "high": 100.0,
            "low open": False,
            "high open": True,
        }

    for low, seen in ((0.5, False), (20.0, True)):
        rows = [
            row("koto-2021", kind, x, 2.0)
            for kind, x in (("excluded", 0.0), ("excluded", 1.0), ("unknown", 2.0))
        ]
        rows += [row("nucal", "excluded", x, low) for x in (0.0, 1.0, 2.0)]
        _, (ax,) = figure_and_axes(1, 1, (4.0, 3.0))
        assert (WORD in draw_panel(ax, rows, "x", LIMITS).legend) == seen
