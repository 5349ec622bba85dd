"""Names at curves of a picture: on the line or beside it, over no other name and over as few other lines as can be.

matplotlib's ``clabel`` knows the lines of one contour set alone, and names of several lie over each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array

__all__ = ["CurveLabel", "place_labels"]

#: Size of a name [points], and distances from its line at which it is tried [of its height].
_SIZE: Final = 8.0
_BESIDE: Final = (0.0, 1.1, -1.1, 2.2, -2.2, 3.4, -3.4)

#: Places along a line that are tried.
_TRIED: Final = 25

#: How near another line has to be to a name, over its own, for a leader that says which one is meant.
_DOUBTFUL: Final = 1.8
#: Distance from its line beyond which a name has a leader [of its height].
_FAR: Final = 1.5
#: Least distance of a name from another one, and of a name from a leader [of its height].
_NAME_GAP, _LEADER_GAP = 1.4, 0.9
#: Free room above and below the middle of a name, up to the frame of the axes [of its height].
_ROOM: Final = 0.75


@dataclass(frozen=True, kw_only=True)
class CurveLabel:
    """A name and the lines that it belongs to.

    Parameters
    ----------
    text : str
    colour : str
    lines : sequence of ndarray, (n, 2)
        In the axes' data units.
    """

    text: str
    colour: str
    lines: Sequence[Array]


def place_labels(figure: Any, wanted: Iterable[tuple[Any, Sequence[CurveLabel]]]) -> None:
    """Write names at the curves of axes; the layout is found first and stays, and a name that has no free place is left out.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    wanted : iterable of (matplotlib.axes.Axes, sequence of CurveLabel)
        Those of each axes, the ones with the least choice are placed first.
    """
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine(None)
    for ax, labels in wanted:
        _place(figure, ax, labels)


def _place(figure: Any, ax: Any, labels: Sequence[CurveLabel]) -> None:
    pixels = [[_in_pixels(ax, line) for line in label.lines] for label in labels]
    own = [np.concatenate([_inside(ax, line) for line in lines] or [_NONE]) for lines in pixels]
    taken: list[tuple[Array, float]] = []
    height = _SIZE * figure.dpi / 72.0
    for i in sorted(range(len(labels)), key=lambda i: len(own[i])):
        others = np.concatenate([*(own[j] for j in range(len(own)) if j != i), _NONE])
        width = _width(labels[i].text, height)
        best: tuple[float, Array, Array, float] | None = None
        for line in pixels[i]:
            for start, middle, angle in _candidates(_inside(ax, line), height):
                least = _by_place((start, middle, angle), height)
                if best is not None and least >= best[0]:  # (what lies below can make it no better)
                    continue
                cost = _cost(ax, (start, middle, angle), width, height, others, taken)
                if cost is not None and (best is None or cost < best[0]):
                    best = cost, start, middle, angle
        if best is not None:
            _, start, middle, angle = best
            body = _body(middle, angle, width)
            away = float(np.hypot(*(middle - start)))
            doubtful = away > 0.0 and len(others) > 0 and _nearest(body, others) < _DOUBTFUL * away
            leader = _leader(start, middle, height) if doubtful or away > _FAR * height else _NONE
            taken += [(body, _NAME_GAP), (leader, _LEADER_GAP)]
            _write(ax, labels[i], middle, angle, leader)


_NONE: Final = np.empty((0, 2))


def _in_pixels(ax: Any, line: Array) -> Array:
    """Points of a line, not more than some pixels apart, in pixels."""
    with np.errstate(divide="ignore", invalid="ignore"):
        at = ax.transData.transform(line)
    at = at[np.isfinite(at).all(axis=1)]
    if len(at) < 2:
        return _NONE
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(at, axis=0).T))])
    steps = np.linspace(0.0, along[-1], max(2, int(along[-1] / 3.0)))
    return np.stack([np.interp(steps, along, column) for column in at.T], axis=1)


def _inside(ax: Any, line: Array) -> Array:
    box = ax.bbox
    inside = (line[:, 0] > box.x0) & (line[:, 0] < box.x1) & (line[:, 1] > box.y0) & (line[:, 1] < box.y1)
    kept: Array = line[inside]
    return kept


def _width(text: str, height: float) -> float:
    """Width of a text in pixels."""
    from matplotlib.textpath import TextPath

    extents = TextPath((0.0, 0.0), text, size=height).get_extents()
    return float(extents.width)


def _candidates(line: Array, height: float) -> Iterable[tuple[Array, Array, float]]:
    """Points of a line, a middle of a name on it or beside it, and its slope there [radians]."""
    if len(line) < 8:
        return
    for k in np.unique(np.linspace(3, len(line) - 4, _TRIED).astype(int)):
        before, after = line[max(0, k - 6)], line[min(len(line) - 1, k + 6)]
        dx, dy = after - before
        if dx < 0.0:
            dx, dy = -dx, -dy
        angle = float(np.arctan2(dy, dx))
        across = np.array([-np.sin(angle), np.cos(angle)])
        for beside in _BESIDE:
            yield line[k], line[k] + beside * height * across, angle


def _body(middle: Array, angle: float, width: float) -> Array:
    """Points along the middle of a name."""
    steps = np.linspace(-0.5, 0.5, max(3, int(width / 4.0)))
    body: Array = middle + width * np.outer(steps, [np.cos(angle), np.sin(angle)])
    return body


def _cost(
    ax: Any,
    place: tuple[Array, Array, float],
    width: float,
    height: float,
    others: Array,
    taken: Sequence[tuple[Array, float]],
) -> float | None:
    """How bad a place is: points of other lines below the name, its distance from its own; None where it cannot be."""
    start, middle, angle = place
    body = _body(middle, angle, width + height)
    across = _ROOM * height * np.array([-np.sin(angle), np.cos(angle)])
    if any(len(_inside(ax, edge)) < len(body) for edge in (body + across, body - across)):
        return None
    away = float(np.hypot(*(middle - start))) / height
    leader = _leader(start, middle, height) if away > _FAR else _NONE
    for other, gap in taken:
        if len(other) and (
            _nearest(body, other) < gap * height
            or (len(leader) and _nearest(leader, other) < _LEADER_GAP * height)
        ):
            return None
    near = np.abs(others - middle).max(axis=1) < width
    below = np.hypot(*(others[near][:, None, :] - body[None, :, :]).T).min(axis=0) if near.any() else _NONE
    return float(np.count_nonzero(below < 0.8 * height)) + _by_place(place, height)


def _by_place(place: tuple[Array, Array, float], height: float) -> float:
    """How bad a place is for its distance from its line and its slope."""
    start, middle, angle = place
    return 2.0 * float(np.hypot(*(middle - start))) / height + 2.0 * abs(float(np.sin(angle)))


def _nearest(body: Array, other: Array) -> float:
    return float(np.hypot(*(body[:, None, :] - other[None, :, :]).T).min())


def _leader(start: Array, middle: Array, height: float) -> Array:
    """Points from a name's edge to its line, (n, 2); none for a name on its line."""
    away = float(np.hypot(*(middle - start)))
    if away < height:
        return _NONE
    edge = middle + _ROOM * height / away * (start - middle)
    steps = np.linspace(0.0, 1.0, max(2, int(away / 4.0)))[:, None]
    points: Array = edge + steps * (start - edge)
    return points


def _write(ax: Any, label: CurveLabel, middle: Array, angle: float, leader: Array) -> None:
    from matplotlib.patheffects import withStroke

    to_data = ax.transData.inverted()
    x, y = to_data.transform(middle)
    halo = [withStroke(linewidth=2.8, foreground="white")]
    if len(leader):  # (with a dot on its own line)
        ends = to_data.transform(leader[[0, -1]]).T
        ax.plot(*ends, color=label.colour, lw=0.6, marker=".", ms=5.0, markevery=[1], zorder=8.0)
    text = ax.text(x, y, label.text, color=label.colour, fontsize=_SIZE, ha="center", va="center")
    text.set(rotation=np.degrees(angle), rotation_mode="anchor", path_effects=halo, zorder=9.0)
    text.set_in_layout(False)
