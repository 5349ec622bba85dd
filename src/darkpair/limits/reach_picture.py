"""Picture of a map in the style of `darkpair.limits.region_style`: of each kind of experiment the newest filled, others as lines."""

from __future__ import annotations

from dataclasses import replace
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.limits.panels import _LEVELS as LEVELS
from darkpair.limits.panels import draw_legend, figure_and_axes
from darkpair.limits.production import PRODUCTION
from darkpair.limits.reach_samples import beside
from darkpair.limits.reach_table import polylines
from darkpair.limits.reach_unphysical import draw_unphysical
from darkpair.limits.region_rows import region_of
from darkpair.limits.region_style import draw_band, draw_ends, draw_regions
from darkpair.limits.regions import Region as Drawable
from darkpair.report.picture_style import in_style

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array
    from darkpair.limits.reach import ReachMap
    from darkpair.limits.reach_contours import Branch
    from darkpair.limits.reach_regions import Region

__all__ = ["reach_picture"]

#: Part of the map below which a region is not drawn.
_LEAST: Final = 1e-3

#: Letters of a line of the title.
_LINE: Final = 80

#: How a parameter is written; others as they are.
_SYMBOLS: Final = {"m1": "$m_1$", "m2": "$m_2$", "G_X": "$G_X$", "m_Zprime": "$m_{Z'}$", "GF": "$G_F$"}


@in_style()
def reach_picture(of_map: ReachMap, title: str) -> Any:
    """Figure of a map.

    Parameters
    ----------
    of_map : ReachMap
        The map.
    title : str
        Above it.
    """
    x, y = of_map.plane.x, of_map.plane.y
    figure, (ax,) = figure_and_axes(1, 1, (9.5, 6.0))
    labels = {f"{name}label": _label(axis.name, axis.unit) for name, axis in (("x", x), ("y", y))}
    scales = {f"{name}scale": "log" if axis.log else "linear" for name, axis in (("x", x), ("y", y))}
    ax.set(xlim=(x.low, x.high), ylim=(y.low, y.high), **labels, **scales)
    shown = [region for region in of_map.regions if region.area > _LEAST and not beside(region.search)]
    drawn = draw_regions(ax, [_drawable(of_map, each) for each in shown if each.said.kind != "band"])
    drawn.legend.update(draw_ends(ax, [_drawable(of_map, each) for each in _ends(of_map)]).legend)
    band = sorted((each for each in shown if each.said.kind == "band"), key=lambda each: -each.area)
    if band:
        words = dict(LEVELS)
        levels = [(_drawable(of_map, each), words.get(each.name, each.name)) for each in band]
        drawn.legend.update(draw_band(ax, levels).legend)
    drawn.legend.update(draw_unphysical(ax, of_map).legend)
    ax.set_title("\n".join(wrap(title, _LINE)), fontsize="medium")
    draw_legend(figure, [ax], [drawn])
    return figure


def _ends(of_map: ReachMap) -> list[Region]:
    """Regions of what excludes with its production at an end of its uncertainty; projections are uncertain by more."""
    excluding = {region.search for region in of_map.regions if region.said.kind == "excluded"}
    return [
        region
        for region in of_map.regions
        if PRODUCTION in region.search and region.search.partition(PRODUCTION)[0] in excluding
    ]


def _label(name: str, unit: str) -> str:
    symbol = _SYMBOLS.get(name, name)
    return f"{symbol} [{_SYMBOLS.get(unit, unit)}]" if unit else symbol


def _drawable(of_map: ReachMap, region: Region) -> Drawable:
    """The region as the style draws it."""
    row = {"curve": region.name, "kind": region.said.kind, "across": 0.0, "low": 1.0, "high": 2.0}
    named = region_of([row | {"low open": True, "high open": True}], region.name, "across")
    x, y = of_map.plane.x.title, of_map.plane.y.title
    return replace(
        named,
        areas=[(_outline(of_map, branch), None) for branch in region.branches],
        edges=[
            np.array([line[x], line[y]]).T for branch in region.branches for line in polylines(of_map, branch)
        ],
        unknown=_blank(of_map, region) if named.kind != "dump" else [],
    )


def _points(of_map: ReachMap, across: Any, along: Any) -> Array:
    """Numbers of x and y of places, (n, 2)."""
    numbers = of_map.across.exact(np.asarray(across)), of_map.along.exact(np.asarray(along))
    return np.array(numbers[::-1] if of_map.transposed else numbers).T


def _outline(of_map: ReachMap, branch: Branch) -> Array:
    """Corners of a part of a region."""
    across = [span.across for span in branch.spans]
    low, high = ([getattr(span, side) for span in branch.spans] for side in ("low", "high"))
    return _points(of_map, across + across[::-1], low + high[::-1])


def _blank(of_map: ReachMap, region: Region) -> list[Array]:
    """Where nothing is known, a strip for each line, half way to its neighbours."""
    places = list(region.lines)
    middles = [0.0, *(0.5 * np.add(places[1:], places[:-1])).tolist(), 1.0]
    return [
        _points(of_map, [left, right, right, left], [low, low, high, high])
        for place, left, right in zip(places, middles, middles[1:], strict=False)
        for low, high in region.lines[place].blank
    ]
