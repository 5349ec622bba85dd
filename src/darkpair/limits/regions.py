"""Regions of a plane in which a search excludes: their areas, the edges that are true ones, and where nothing is known.

An area that reaches the end of what was computed, or of what is known, has no edge there: it is open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array

__all__ = ["Region", "region_of_grid", "region_of_ranges"]

#: Least and largest decimal logarithm of a ratio that a contour is sought with.
_CLIP: Final = 30.0


@dataclass(frozen=True, kw_only=True)
class Region:
    """What a search says in a plane.

    Parameters
    ----------
    name : str
        At its curve.
    kind : str
        Kind of experiment, of `darkpair.limits.region_style.KINDS`.
    status : str
        "excluded", "projection" or "estimate".
    year : int
        Of the data or the publication: the newest of a kind is filled.
    areas : sequence of (ndarray, ndarray or None)
        Vertices, (n, 2), and codes of matplotlib's paths, in data units; None for a polygon.
    edges, unknown : sequence of ndarray, (n, 2)
        Lines, and polygons.
    """

    name: str
    kind: str
    status: str = "excluded"
    year: int = 0
    areas: Sequence[tuple[Array, Array | None]] = field(default=())
    edges: Sequence[Array] = field(default=())
    unknown: Sequence[Array] = field(default=())


def region_of_grid(x: Array, y: Array, ratio: Array, *, log: str = "xy", **what: Any) -> Region:
    """Region where a ratio is above one, from its values on a grid; between its points its logarithm is linear.

    Parameters
    ----------
    x : ndarray, (n,)
        Growing.
    y : ndarray, (m,)
        Growing.
    ratio : ndarray, (m, n)
        Observable over limit, NaN where nothing is known.
    log : str
        Axes along which "linear" means in the logarithm: "x", "y", both or none.
    **what
        Name, kind, status and year of the `Region`.
    """
    from contourpy import FillType, LineType, contour_generator

    with np.errstate(divide="ignore"):
        z = np.ma.masked_invalid(np.clip(np.log10(ratio), -_CLIP, _CLIP))
    x_axis, y_axis = (np.log(axis) if name in log else axis for name, axis in (("x", x), ("y", y)))

    def back(points: Array) -> Array:
        columns = np.asarray(points, dtype=np.float64).T
        return np.stack(
            [np.exp(columns[i]) if name in log else columns[i] for i, name in enumerate("xy")], axis=1
        )

    made: Any = contour_generator(
        x_axis, y_axis, z, fill_type=FillType.OuterCode, line_type=LineType.Separate
    )
    points, codes = made.filled(0.0, 2.0 * _CLIP)
    blind: Any = contour_generator(
        x_axis, y_axis, np.isnan(ratio).astype(float), fill_type=FillType.OuterCode
    )
    areas = [(back(p), np.asarray(c)) for p, c in zip(points, codes, strict=True)]
    unknown = [back(p) for p in blind.filled(0.5, 2.0)[0]]
    return Region(areas=areas, edges=[back(line) for line in made.lines(0.0)], unknown=unknown, **what)


def region_of_ranges(
    ranges: Mapping[float, Sequence[Mapping[str, Any]]],
    unknown: Mapping[float, Sequence[Mapping[str, Any]]],
    abscissas: Sequence[float],
    **what: Any,
) -> Region:
    """Region of ranges of an ordinate at each abscissa.

    Ranges that overlap are joined, or that are alone. One that shrinks and is gone at the next abscissa, where all is known,
    ends in a tip between both, where the square of its width [in the logarithm] goes to zero in a straight line; one that is
    open on one side leaves the ordinates that were computed at the next abscissa.

    Parameters
    ----------
    ranges, unknown : mapping of float to sequence of mapping
        By abscissa the columns of `darkpair.limits.ranges.Range`: what is excluded, and where nothing is known.
    abscissas : sequence of float
        All that were computed.
    **what
        Name, kind, status and year of the `Region`.
    """
    every = sorted(set(abscissas))
    areas: list[tuple[Array, Array | None]] = []
    edges = _holes(ranges, every)
    for branch in branches(ranges):
        right = _tip(branch, every, ranges, unknown)
        left = _tip(branch[::-1], every, ranges, unknown)[::-1]
        whole = [*left, *branch, *right]
        lines = []
        for end in ("low", "high"):
            lines.append(np.array([(x, row[end]) for x, row in whole]))
            drawn = np.array([(x, np.nan if row[f"{end} open"] else row[end]) for x, row in whole])
            edges += _parts(drawn)
        areas.append((np.concatenate([lines[0], lines[1][::-1]]), None))
    return Region(areas=areas, edges=edges, unknown=_blind(unknown, every), **what)


_Branch = list[tuple[float, Mapping[str, Any]]]


def branches(ranges: Mapping[float, Sequence[Mapping[str, Any]]]) -> list[_Branch]:
    """Ranges that go on from one abscissa to the next: joined where they overlap, or where there is but one."""
    done: list[_Branch] = []
    growing: list[_Branch] = []
    for x in sorted(ranges):
        going: list[_Branch] = []
        alone = len(ranges[x]) == len(growing) == 1
        for row in ranges[x]:
            joined = (b for b in growing if alone or _overlap(b[-1][1], row))
            before: _Branch = next(joined, [])
            growing = [branch for branch in growing if branch is not before]
            going.append([*before, (x, row)])
        done += growing
        growing = going
    return done + growing


def _overlap(row: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(row["low"] <= other["high"] and other["low"] <= row["high"])


def _tip(
    branch: _Branch,
    every: Sequence[float],
    ranges: Mapping[float, Sequence[Mapping[str, Any]]],
    unknown: Mapping[float, Sequence[Mapping[str, Any]]],
) -> _Branch:
    """How a branch that ends goes on towards the next abscissa; nothing where it is open, joins another, or none is next."""
    if len(branch) < 2:
        return []
    (before, wide), (x, last) = branch[-2:]
    at = every.index(x) + (1 if x > before else -1)
    if not 0 <= at < len(every) or (last["low open"] and last["high open"]):
        return []
    if any(_overlap(last, row) for rows in (unknown, ranges) for row in rows.get(every[at], ())):
        return []
    if last["low open"] or last["high open"]:  # (out of the grid of ordinates)
        end = last["high"] if last["high open"] else last["low"]
        return [
            (every[at], {"low": end, "high": end} | {key: last[key] for key in ("low open", "high open")})
        ]
    return _closing((before, wide), (x, last), every[at])


def _closing(
    before: tuple[float, Mapping[str, Any]], last: tuple[float, Mapping[str, Any]], next_x: float
) -> _Branch:
    """A parabola behind the last of two ranges, up to the next abscissa at most."""
    x, (squares, middles) = (
        last[0],
        np.array(
            [
                (np.log(row["high"] / row["low"]) ** 2, np.log(row["high"] * row["low"]) / 2.0)
                for _, row in (before, last)
            ]
        ).T,
    )
    step, far = x - before[0], abs(next_x - x)
    if squares[0] > squares[1]:
        far = min(far, abs(step) * squares[1] / (squares[0] - squares[1]))
    tip: _Branch = []
    for part in (0.3, 0.6, 0.8, 0.9, 0.97, 1.0):
        place = float(x + np.sign(step) * part * far)
        middle = middles[1] + (middles[1] - middles[0]) / step * (place - x)
        half = 0.5 * np.sqrt(squares[1] * (1.0 - part))
        ends = {"low": float(np.exp(middle - half)), "high": float(np.exp(middle + half))}
        tip.append((place, {**ends, "low open": False, "high open": False}))
    return tip


def _holes(ranges: Mapping[float, Sequence[Mapping[str, Any]]], every: Sequence[float]) -> list[Array]:
    """Edges of a gap between two ranges that have become one at the next abscissa."""
    edges = []
    for way in (every, every[::-1]):
        for before, x, after in zip(way, way[1:], way[2:], strict=False):
            for whole in ranges.get(after, ()):
                parts = sorted(
                    (row for row in ranges.get(x, ()) if _overlap(row, whole)),
                    key=lambda row: float(row["low"]),
                )
                for below, above in pairwise(parts):
                    if below["high open"] or above["low open"]:
                        continue
                    gap = {"low": below["high"], "high": above["low"]}
                    wide = _gap(ranges.get(before, ()), below, above) or gap
                    tip = [(x, gap), *_closing((before, wide), (x, gap), after)]
                    edges += [np.array([(place, row[end]) for place, row in tip]) for end in ("low", "high")]
    return edges


def _gap(
    rows: Sequence[Mapping[str, Any]], below: Mapping[str, Any], above: Mapping[str, Any]
) -> dict[str, Any] | None:
    """The gap between the ranges that go on as two others; none where they are one."""
    first = next((row for row in rows if _overlap(row, below)), None)
    second = next((row for row in rows if _overlap(row, above)), None)
    if first is None or second is None or first is second:
        return None
    return {"low": first["high"], "high": second["low"]}


def _parts(line: Array) -> list[Array]:
    """Parts of a line of two points or more, without what is NaN."""
    gaps = np.flatnonzero(np.isnan(line[:, 1]))
    pieces = np.split(line, gaps)
    kept = [piece[~np.isnan(piece[:, 1])] for piece in pieces]
    return [piece for piece in kept if len(piece) > 1]


def _blind(unknown: Mapping[float, Sequence[Mapping[str, Any]]], every: Sequence[float]) -> list[Array]:
    """Polygons of where nothing is known, from the last abscissa on at which something was."""
    polygons = []
    for branch in branches(unknown):
        first, last = every.index(branch[0][0]), every.index(branch[-1][0])
        wider = [(every[max(first - 1, 0)], branch[0][1]), *branch]
        wider.append((every[min(last + 1, len(every) - 1)], branch[-1][1]))
        low, high = ([(x, row[end]) for x, row in wider] for end in ("low", "high"))
        polygons.append(np.array([*low, *high[::-1]]))
    return polygons
