"""Where a map has no points because X1 would be heavier than X2: drawn as such, apart from what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.limits.region_style import Drawn

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array
    from darkpair.limits.reach import ReachMap

__all__ = ["draw_unphysical", "heavier_x1"]

#: Places along each axis between which the border is a straight line.
_PLACES: Final = 201

#: In the legend.
WORDS: Final = "$m_1 > m_2$: no such particles"


def heavier_x1(of_map: ReachMap) -> list[tuple[Array, Array]]:
    """Areas of a map in which m1 is above m2: vertices in numbers of x and y, (n, 2), and codes of matplotlib's paths.

    Parameters
    ----------
    of_map : ReachMap
        The map.
    """
    from contourpy import FillType, contour_generator

    x, y = of_map.plane.x, of_map.plane.y
    places = np.linspace(0.0, 1.0, _PLACES)
    m1, m2 = of_map.plane.masses(x.exact(places)[None, :], y.exact(places)[:, None])
    above = np.broadcast_to(m1 - m2, (_PLACES, _PLACES))
    if not np.any(above > 0.0):
        return []
    made: Any = contour_generator(places, places, above, fill_type=FillType.OuterCode)
    points, codes = made.filled(0.0, 2.0 * float(above.max()))
    return [
        (np.stack([x.exact(p[:, 0]), y.exact(p[:, 1])], axis=1), np.asarray(c))
        for p, c in zip(points, codes, strict=True)
    ]


def draw_unphysical(ax: Any, of_map: ReachMap) -> Drawn:
    """Hatch where m1 is above m2, and say what a legend has of it.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    of_map : ReachMap
        The map.
    """
    from matplotlib.collections import PathCollection
    from matplotlib.patches import Patch
    from matplotlib.path import Path

    areas = heavier_x1(of_map)
    if not areas:
        return Drawn()
    look: dict[str, Any] = {"facecolor": "0.93", "edgecolor": "0.62", "hatch": "xx", "lw": 0.8}
    for vertices, codes in areas:
        path = Path(vertices, codes, closed=False)
        ax.add_collection(PathCollection([path], transform=ax.transData, zorder=0.7, **look), autolim=False)
    return Drawn(legend={WORDS: Patch(label=WORDS, **look)})
