"""Tables of a map: what each search covers, for the terminal, and rows and contours for files."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from darkpair.gen.digits import apart
from darkpair.gen.tables import Table
from darkpair.limits.reach_contours import EDGE, UNKNOWN
from darkpair.limits.reach_samples import beside

if TYPE_CHECKING:
    from darkpair.limits.reach import ReachMap
    from darkpair.limits.reach_axes import Axis
    from darkpair.limits.reach_contours import Branch
    from darkpair.limits.reach_regions import Region

__all__ = [
    "contour_rows",
    "covered",
    "polylines",
    "reach_lines",
    "reach_rows",
    "reach_table",
    "region_rows",
]


def reach_table(of_map: ReachMap, title: str) -> Table:
    """Table of the part of the map that each region covers, and its ranges of both axes, the largest first.

    Parameters
    ----------
    of_map : ReachMap
        The map.
    title : str
        Above it.
    """
    x, y = of_map.plane.x, of_map.plane.y
    lines = []
    for region in sorted(of_map.regions, key=lambda each: -each.area):
        if beside(region.search):
            continue
        unknown = _unknown(of_map, region.search)
        lines.append(
            [
                region.name,
                _percent(region.area),
                _percent(unknown) if unknown else "",
                _range(of_map, region, x),
                _range(of_map, region, y),
                {"excluded": "excluded", "line": "line", "band": "explained"}[region.said.kind],
            ]
        )
    heads = ["region", "covers", "unknown", x.title, y.title, "kind"]
    return Table(title=title, columns=heads, rows=lines, right=("covers", "unknown"), fold=tuple(heads[3:5]))


def _percent(part: float) -> str:
    return "-" if part <= 0.0 else "< 0.1 %" if part < 1e-3 else f"{part:.1%}".replace("%", " %")


def _unknown(of_map: ReachMap, name: str) -> float:
    """Part of the grid's points of which a search says that it does not know."""
    return float(np.mean(np.isnan(of_map.ratio(name))))


def _range(of_map: ReachMap, region: Region, axis: Axis) -> str:
    """Least and greatest number of an axis inside a region; a sign where it goes on."""
    if not region.branches:
        return "-"
    spans = [span for branch in region.branches for span in branch.spans]
    if axis is of_map.across:
        ends = min(s.across for s in spans), max(s.across for s in spans)
        opened = (
            any(b.before in (EDGE, UNKNOWN) for b in region.branches if b.spans[0].across == ends[0]),
            any(b.after in (EDGE, UNKNOWN) for b in region.branches if b.spans[-1].across == ends[1]),
        )
    else:
        ends = min(s.low for s in spans), max(s.high for s in spans)
        opened = (
            any(s.low_open for s in spans if s.low == ends[0]),
            any(s.high_open for s in spans if s.high == ends[1]),
        )
    low, high = apart(*(float(axis.exact(end)) for end in ends), digits=3)
    return f"{'<= ' * opened[0]}{low} to {'>= ' * opened[1]}{high}"


def covered(of_map: ReachMap) -> float:
    """Part of the map that any measurement excludes [1]."""
    parts = []
    for number in of_map.across.numbers:
        place = float(of_map.across.place(number))
        spans = sorted(
            (span.low, span.high)
            for region in of_map.regions
            if region.said.kind == "excluded" and not beside(region.search) and place in region.lines
            for span in region.lines[place].spans.get(region.name.removeprefix(region.search), [])
        )
        total, end = 0.0, 0.0
        for low, high in spans:
            total += max(0.0, high - max(low, end))
            end = max(end, high)
        parts.append(total)
    return float(np.trapezoid(parts, of_map.across.place(np.array(of_map.across.numbers))))


def reach_lines(of_map: ReachMap) -> list[str]:
    """What the map says in words: what is excluded of it, where samples are, how far interpolation is trusted, what is closed."""
    lines = [f"measurements exclude {covered(of_map):.1%} of the map, by the lines of its grid"]
    if of_map.sampled:
        axis = of_map.across
        worst = [
            float(np.nanmax(of_map.interpolation(name), initial=0.0))
            for name in of_map.names
            if not beside(name)
        ]
        edges = max(
            (
                span.bent
                for region in of_map.regions
                for b in region.branches
                for span in b.spans
                if not beside(region.search)
            ),
            default=0.0,
        )
        lines.append(
            f"samples at {len(of_map.sampled)} values of {axis.name}; interpolation moves an edge by {edges:.2%} of the axis at most "
            f"(a ratio by {max(worst, default=0.0):.0%})"
        )
    lines += list(of_map.notes)
    ends = {
        region.name: [side for branch in region.branches for side in (branch.before, branch.after)]
        for region in of_map.regions
        if not beside(region.search)
    }
    blind = [name for name, sides in ends.items() if UNKNOWN in sides]
    if blind:
        lines.append(f"not known how far: {', '.join(blind)}")
    return lines


def reach_rows(of_map: ReachMap) -> list[dict[str, Any]]:
    """A row for each point of the grid and each search; what is not known is None.

    Parameters
    ----------
    of_map : ReachMap
        The map.
    """
    x, y = of_map.plane.x, of_map.plane.y
    sampled = set(of_map.sampled)
    rows = []
    for name in of_map.names:
        columns = [of_map.ratio(name), of_map.error(name), of_map.interpolation(name), of_map.verdict(name)]
        for i, at_x in enumerate(x.numbers):
            for j, at_y in enumerate(y.numbers):
                ratio, error, bent, verdict = (column[i, j] for column in columns)
                own = at_y if of_map.transposed else at_x
                rows.append(
                    {
                        x.title: at_x,
                        y.title: at_y,
                        "constraint": name,
                        "ratio": _or_none(ratio),
                        "relative error": _or_none(error),
                        "of it interpolation": _or_none(bent),
                        "sampled": not sampled or own in sampled,
                        "verdict": str(verdict),
                    }
                )
    return rows


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def region_rows(of_map: ReachMap) -> list[dict[str, Any]]:
    """A row for each region: the parts of the map that it covers, and of which its search knows nothing [1].

    Parameters
    ----------
    of_map : ReachMap
        The map.
    """
    return [
        {
            "region": region.name,
            "constraint": region.search,
            "kind": region.said.kind,
            "confidence level": region.said.confidence_level,
            "part of the map": region.area,
            "part unknown": _unknown(of_map, region.search),
            "note": region.said.note,
        }
        for region in of_map.regions
    ]


def contour_rows(of_map: ReachMap) -> list[dict[str, Any]]:
    """Contours of every region, its parts as columns of numbers in the units of the axes.

    Parameters
    ----------
    of_map : ReachMap
        The map.
    """
    return [
        {
            "region": region.name,
            "constraint": region.search,
            "kind": region.said.kind,
            "confidence level": region.said.confidence_level,
            "branches": [_branch(of_map, branch) for branch in region.branches],
            "contours": [line for branch in region.branches for line in polylines(of_map, branch)],
        }
        for region in of_map.regions
    ]


def _branch(of_map: ReachMap, branch: Branch) -> dict[str, Any]:
    """A part of a region: its ranges line by line."""
    across, along = of_map.across, of_map.along
    columns: dict[str, Any] = {across.title: [_number(across, span.across) for span in branch.spans]}
    for side in ("low", "high"):
        places = [getattr(span, side) for span in branch.spans]
        errors = [getattr(span, f"{side}_error") for span in branch.spans]
        columns[f"{along.title} {side}"] = [_number(along, place) for place in places]
        columns[f"{along.title} {side} error"] = [
            abs(_number(along, place + error) - _number(along, place))
            for place, error in zip(places, errors, strict=True)
        ]
        columns[f"{side} open"] = [getattr(span, f"{side}_open") for span in branch.spans]
    return columns | {"before": branch.before, "after": branch.after}


def _number(axis: Axis, place: float) -> float:
    return float(f"{float(axis.exact(place)):.8g}")


def polylines(of_map: ReachMap, branch: Branch) -> list[dict[str, list[float]]]:
    """Where the ratio is 1 around a part of a region: its edges, and a straight line where it ends between two lines."""
    lines: list[list[tuple[float, float]]] = []
    edges = {
        side: [(s.across, getattr(s, side), getattr(s, f"{side}_open")) for s in branch.spans]
        for side in ("low", "high")
    }
    closed = {EDGE: False, UNKNOWN: False}
    path: list[tuple[float, float, bool]] = [*edges["low"]]
    if closed.get(branch.after, True):
        path += edges["high"][::-1]
    else:
        path += [(math.nan, math.nan, True), *edges["high"][::-1]]
    if closed.get(branch.before, True):
        path.append(edges["low"][0])
    piece: list[tuple[float, float]] = []
    for across, along, opened in path:
        if opened:
            lines, piece = ([*lines, piece] if len(piece) > 1 else lines), []
        else:
            piece.append((across, along))
    lines = [*lines, piece] if len(piece) > 1 else lines
    names = (of_map.across, of_map.along)
    return [
        {axis.title: [_number(axis, point[i]) for point in line] for i, axis in enumerate(names)}
        for line in lines
    ]
