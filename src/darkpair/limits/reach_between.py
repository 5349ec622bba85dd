"""Lines of a map between those that have samples of their own, where both axes change masses: acceptances interpolated across, ends as roots."""

from __future__ import annotations

import bisect
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

import numpy as np

from darkpair.gen.errors import DarkpairError
from darkpair.limits.reach_blend import Between, rests_on_samples
from darkpair.limits.reach_contours import Look
from darkpair.limits.reach_lines import curves_at, line_of, remembered
from darkpair.limits.reach_nodes import Asked, thresholds
from darkpair.limits.reach_regions import Lines, Rows
from darkpair.limits.reach_regions import _blank as blank_of
from darkpair.limits.reach_regions import _joined as joined
from darkpair.limits.reach_roots import spans_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array
    from darkpair.limits.reach_axes import Axis
    from darkpair.limits.reach_grid import Plane
    from darkpair.limits.reach_lines import Said
    from darkpair.limits.reach_nodes import Nodes
    from darkpair.limits.reach_roots import Curve

__all__ = ["FinerRows"]

#: Parts into which the distance of two lines of samples is cut at most.
_PARTS: Final = 4


class FinerRows(Rows):
    """Lines that each have samples of their own, and lines between them where a region begins, ends or turns.

    Between two of them the model is that of the point, and the acceptances of a search are interpolated as along a line
    (`darkpair.limits.reach_blend.Between`).  Thresholds run across the lines: each line is asked at the place that lies between its
    thresholds as the point lies between those of its own line.  Where one of the two lines knows nothing, nothing is known between.
    """

    finer = True

    def __init__(self, plane: Plane, across: Axis, along: Axis, nodes: Mapping[float, Nodes]) -> None:
        super().__init__(plane, across, along, nodes)
        # (as many places along them as other lines have)
        whole = Lines(plane, across, along, next(iter(nodes.values())))
        self.numbers, self.places = whole.numbers, whole.places
        self._points: dict[tuple[float, float], Model | None] = {}

    def near(self, place: float) -> float:
        """Place of the line next to one, of the few that may lie between two with samples."""
        rows = self._places
        after = min(max(bisect.bisect_left(rows, place), 1), len(rows) - 1)
        low, high = rows[after - 1], rows[after]
        return low + (high - low) * round(_PARTS * (place - low) / (high - low)) / _PARTS

    @property
    def _places(self) -> list[float]:
        return sorted(self.rows)

    def said(self, place: float, names: Sequence[str] | None = None) -> dict[str, Said]:
        """As `Rows.said`; between the lines of samples of the searches that are wanted alone."""
        if place in self.rows:
            return super().said(place, names)
        kept = self._between.setdefault(place, {})
        if names is None or any(name not in kept for name in names):
            kept |= self._said_between(place, names)
        return {name: kept[name] for name in (kept if names is None else names) if name in kept}

    @cached_property
    def _between(self) -> dict[float, dict[str, Said]]:
        return {}

    def _said_between(self, place: float, names: Sequence[str] | None) -> dict[str, Said]:
        points = [self._point(place, number) for number in self.numbers]
        at = [
            self.asked(place, float(own), point, names) if point is not None else {}
            for own, point in zip(self.places, points, strict=True)
        ]
        return {
            name: joined(
                [
                    line_of(name, asked[name], point, point, ())
                    if point is not None and name in asked
                    else None
                    for asked, point in zip(at, points, strict=True)
                ]
            )
            for name in dict.fromkeys(name for asked in at for name in asked)
        }

    def looks(
        self, place: float, names: Sequence[str] | None = None, *, exact: bool = True
    ) -> dict[str, Look]:
        """As `Lines.looks`."""
        said = self.said(place, names)
        spans = spans_of(place, self.places, said, partial(self._curves, place) if exact else None)
        return {name: Look(spans=spans[name], blank=blank_of(self.places, said[name].ratio)) for name in said}

    def _curves(self, row: float, names: Sequence[str], places: Array) -> dict[Curve, Array]:
        """What exceeds 1 inside each region at places of a line; NaN where a search is not there."""
        out: dict[Curve, Array] = {}
        for k, place in enumerate(places):
            point = self._point(row, float(self.along.exact(place)))
            asked = {} if point is None else self.asked(row, float(place), point, names)
            for name, each in asked.items():
                assert point is not None
                for suffix, inside in curves_at(name, each, point, point, 1).items():
                    out.setdefault((name, suffix), np.full(len(places), np.nan))[k] = inside[0]
        for name, own in self.said(row, names).items():
            for suffix in own.curves:
                out.setdefault((name, suffix), np.full(len(places), np.nan))
        return out

    def _point(self, row: float, number: float) -> Model | None:
        """Model at a point; None where there is none, as with m1 above m2."""
        if (row, number) not in self._points:
            try:
                point = remembered(self.plane.point(*self.xy(self._across(row), number)))
            except DarkpairError:
                point = None
            self._points[row, number] = point
        return self._points[row, number]

    def _across(self, row: float) -> float:
        """Number of a line."""
        return self.across.number(row) if row in self.rows else float(self.across.exact(row))

    def asked(
        self, row: float, place: float, point: Model, names: Sequence[str] | None
    ) -> Mapping[str, Asked]:
        """Searches at a place of a line by name.

        Parameters
        ----------
        row, place : float
            Of the line across, and along it.
        point : Model
            There.
        names : sequence of str, optional
            Those that are wanted; all unless given.
        """
        if row in self.rows:
            return self.rows[row].at(place, point, names)
        rows = self._places
        after = min(max(bisect.bisect_left(rows, row), 1), len(rows) - 1)
        around = [rows[i] if 0 <= i < len(rows) else None for i in range(after - 2, after + 2)]
        tables = [{} if each is None else self._of_row(each, row, place, names) for each in around]
        mass = float(np.asarray(point.m2))
        both = Between(places=tuple(around), place=row, mass=mass)  # type: ignore[arg-type]
        out = {}
        for name in dict.fromkeys((*tables[1], *tables[2])):
            asked = _between([table.get(name) for table in tables], both)
            if asked.search.applies(point):
                out[name] = asked
        return out

    def _of_row(
        self, row: float, line: float, place: float, names: Sequence[str] | None
    ) -> Mapping[str, Asked]:
        """Searches of a line of samples where it is as another line is at a place."""
        at = self._alike(line, row, place)
        point = self._point(row, float(self.along.exact(at)))
        return {} if point is None else self.rows[row].at(at, point, names)

    def _alike(self, line: float, row: float, place: float) -> float:
        """Place of a row that lies between its thresholds as a place of a line lies between those of the line."""
        own, others = self._thresholds(line), self._thresholds(row)
        pairs = [(0.0, 0.0)]
        for pair in sorted((own[key], others[key]) for key in own.keys() & others.keys()):
            if pair[0] > pairs[-1][0] and pair[1] > pairs[-1][1]:  # (two that cross are no help)
                pairs.append(pair)
        xs, ys = zip(*pairs, (1.0, 1.0), strict=True)
        return float(np.interp(place, xs, ys))

    def _thresholds(self, line: float) -> dict[tuple[str, str, bool], float]:
        """Places of thresholds along a line, by what opens or closes."""
        if line not in self._opening:
            at = thresholds(self.plane, self.along, self._across(line))
            self._opening[line] = {(each.parent, each.mode, each.above): each.place for each in at}
        return self._opening[line]

    @cached_property
    def _opening(self) -> dict[float, dict[tuple[str, str, bool], float]]:
        return {}


def _between(parts: Sequence[Asked | None], both: Between) -> Asked:
    """A search between two lines, of those of four."""
    low, high = parts[1], parts[2]
    first = low or high
    assert first is not None
    if not rests_on_samples(first.search):
        return first
    searches = [None if part is None or part.silent else part.search for part in parts]
    mixed = None if searches[1] is None or searches[2] is None else both.search(searches)
    if mixed is None:
        return Asked(kind=first.kind, search=first.search, silent=True)
    own = Between(places=both.places, place=both.place, mass=both.mass, samples=False)
    inner = [None if part is None or part.silent else part.interpolated or part.search for part in parts]
    return Asked(kind=first.kind, search=mixed, interpolated=own.search(inner))
