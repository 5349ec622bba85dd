"""Whether an older limit excludes what the filled region of its kind does not, and where a region without an edge has its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from darkpair.gen.kinematics import Array
    from darkpair.limits.regions import Region

__all__ = ["goes_beyond", "name_lines", "seen_below"]

#: Points of a raster over the older region, along each axis, and the part of those in it that has to be outside of the filled one.
_RASTER: Final = 60
_PART: Final = 0.01

#: Points of the line at whose middle a name stands.
_POINTS: Final = 60


def goes_beyond(ax: Any, region: Region, filled: Sequence[Region]) -> bool:
    """Whether a region that is not filled excludes points that the filled one of its kind does not.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Whose scales say what is evenly apart.
    region : Region
        The older one.
    filled : sequence of Region
        Of `darkpair.limits.region_style.newest`.
    """
    newer = next((each for each in filled if each.kind == region.kind), None)
    if newer is None or newer is region or region.status != "excluded" or not region.areas:
        return False
    own, others = (_paths(ax, each) for each in (region, newer))
    corners = np.concatenate([path.vertices for path in own])
    columns = [
        np.linspace(*ends, _RASTER + 2)[1:-1] for ends in zip(corners.min(0), corners.max(0), strict=True)
    ]
    raster = np.stack([each.ravel() for each in np.meshgrid(*columns)], axis=1)
    inside, covered = _within(own, raster), _within(others, raster)
    return bool(np.count_nonzero(inside > covered) > _PART * np.count_nonzero(inside))


def seen_below(ax: Any, polygons: Sequence[Array], height: float) -> bool:
    """Whether something of polygons is seen in axes, below what fills them already.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        With the limits of its ordinates.
    polygons : sequence of ndarray, (n, 2)
        In data units.
    height : float
        Order in which they are drawn (matplotlib's ``zorder``).
    """
    from matplotlib.path import Path

    ends = ax.transScale.transform([(1.0, y) for y in ax.get_ylim()])[:, 1]
    above = _filling(ax, height)
    for polygon in polygons:
        corners = np.asarray(ax.transScale.transform(polygon))
        (left, low), (right, high) = corners.min(0), corners.max(0)
        across = np.linspace(left, right, _RASTER + 2)[1:-1]
        along = np.linspace(max(low, ends.min()), min(high, ends.max()), _RASTER + 2)[1:-1]
        raster = np.stack([each.ravel() for each in np.meshgrid(across, along)], axis=1)
        inside = (
            Path(corners).contains_points(raster) & (raster[:, 1] < ends.max()) & (raster[:, 1] > ends.min())
        )
        if np.count_nonzero(inside > _within(above, raster)) > _PART * len(raster):
            return True
    return False


def name_lines(ax: Any, region: Region) -> Sequence[Array]:
    """Lines at which a region's name may stand: its edges, or without one a line through the middle of its largest area.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    region : Region
    """
    if region.edges or not region.areas:
        return region.edges
    path = max(_paths(ax, region), key=lambda each: float(np.prod(np.ptp(each.vertices, axis=0))))
    (left, low), (right, high) = path.vertices.min(0), path.vertices.max(0)
    line = np.stack([np.linspace(left, right, _POINTS), np.full(_POINTS, 0.5 * (low + high))], axis=1)
    return [np.asarray(ax.transScale.inverted().transform(line))]


def _paths(ax: Any, region: Region) -> list[Any]:
    """Areas as paths on the scales of the axes."""
    from matplotlib.path import Path

    return [Path(ax.transScale.transform(vertices), codes) for vertices, codes in region.areas]


def _within(paths: Sequence[Any], points: Array) -> Array:
    inside = np.zeros(len(points), dtype=bool)
    for path in paths:
        inside |= path.contains_points(points)
    return inside


def _filling(ax: Any, height: float) -> list[Any]:
    """Paths, on the scales of the axes, of the areas that hide what is drawn at a height."""
    from matplotlib.path import Path

    return [
        Path(ax.transScale.transform(path.vertices), path.codes)
        for collection in ax.collections
        if collection.get_zorder() > height and (collection.get_facecolor()[:, 3] == 1.0).any()
        for path in collection.get_paths()
    ]
