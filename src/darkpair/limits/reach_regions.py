"""Lines of a map with what searches say on them, and the regions that they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.gen.errors import DarkpairError
from darkpair.limits.reach_contours import Branch, Look, branches_of, refined
from darkpair.limits.reach_lines import Said, curves_at, line_of, remembered
from darkpair.limits.reach_roots import spans_of
from darkpair.limits.reach_shared import Crew

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array
    from darkpair.limits.reach_axes import Axis
    from darkpair.limits.reach_grid import Plane
    from darkpair.limits.reach_nodes import Nodes
    from darkpair.limits.reach_roots import Curve, Evaluate

__all__ = ["Lines", "Region", "Rows", "regions_of"]

#: Places along a line at which a search is asked, at least.
_LOOKED: Final = 39


@dataclass(frozen=True, kw_only=True)
class Region:
    """What a search excludes, would see or explains, as an area with contours.

    Parameters
    ----------
    name : str
        Of the curve: the search's, and a part of it, as ", 1 sigma".
    search : str
        Name of the search.
    said : Said
        What it says of the first line, whose kind and level are those of all.
    branches : tuple of Branch
        Parts that do not touch.
    lines : mapping of float to Look
        Every line that was looked at, by place.
    """

    name: str
    search: str
    said: Said
    branches: tuple[Branch, ...]
    lines: Mapping[float, Look]

    @property
    def area(self) -> float:
        """Part of the map that it covers [1]."""
        return sum(branch.area for branch in self.branches)


class Lines:
    """Lines of a map on which samples do not change, across the axis on which they do.

    Parameters
    ----------
    plane : Plane
        The plane.
    across, along : Axis
        From line to line, and along each.
    nodes : Nodes
        Searches with their samples, across.
    """

    #: Whether there may be more lines than those of the grid.
    finer = True

    def __init__(self, plane: Plane, across: Axis, along: Axis, nodes: Nodes) -> None:
        self.plane, self.across, self.along, self.nodes = plane, across, along, nodes
        # the grid, and places between where it is coarse
        finer = max(1, round(_LOOKED / (along.points - 1)))
        grid = along.place(np.array(along.numbers))
        at = np.interp(np.arange(finer * (along.points - 1) + 1) / finer, np.arange(along.points), grid)
        numbers = np.array([along.number(float(place)) for place in at])
        numbers[::finer] = along.numbers
        self.numbers, self.places = numbers, np.asarray(along.place(numbers))
        self._models: dict[float, tuple[Model, Model] | None] = {}
        self._said: dict[tuple[float, str], tuple[object, Said]] = {}
        self._whole: dict[float, tuple[object, dict[str, Said]]] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Without models, which hold what they were asked: other processes make their own."""
        return {**self.__dict__, "_models": {}}

    @property
    def sampled(self) -> list[float]:
        """Places of lines with samples of their own; none where the same serve all."""
        return self.nodes.places if len(self.nodes.places) > 1 else []

    def _at(self, place: float) -> tuple[Model, Model] | None:
        """Model in the middle of a line and along all of it; None where there is none."""
        if place not in self._models:
            number, middle = self.across.number(place), self.along.numbers[self.along.points // 2]
            try:
                point, over = (
                    self.plane.point(*self.xy(number, middle)),
                    self.plane.over(*self.xy(number, self.numbers)),
                )
                self._models[place] = remembered(point), remembered(over)
            except DarkpairError:
                self._models[place] = None
        return self._models[place]

    def xy(self, across: Any, along: Any) -> tuple[Any, Any]:
        """Numbers of x and y."""
        return (across, along) if self.across is self.plane.x else (along, across)

    def said(self, place: float, names: Sequence[str] | None = None) -> dict[str, Said]:
        """What searches say on a line by name; what rests on the same samples as before is kept.

        Parameters
        ----------
        place : float
            Of the line, across.
        names : sequence of str, optional
            Searches that are wanted; all unless given.
        """
        if (whole := self._whole_said(place)) is not None:
            return {name: own for name, own in whole.items() if names is None or name in names}
        models = self._at(place)
        if models is None:
            return {}
        out = {}
        for name, asked in self.nodes.at(place, models[0], names).items():
            key, kept = self._said.get((place, name), (None, None))
            if kept is None or key != asked.rests_on:
                kept = line_of(name, asked, *models, self.places.shape)
                self._said[place, name] = asked.rests_on, kept
            out[name] = kept
        if names is None:
            self.learn(place, out)
        return out

    def learn(self, place: float, said: dict[str, Said]) -> None:
        """Keep what all searches say on a line, by whoever worked it out, as long as it rests on the same samples.

        Parameters
        ----------
        place : float
            Of the line.
        said : dict of str to Said
            As of `said`.
        """
        self._whole[place] = self.nodes.around(place), said

    def knows(self, place: float) -> bool:
        """Whether what all searches say on a line is kept."""
        return self._whole_said(place) is not None

    def _whole_said(self, place: float) -> dict[str, Said] | None:
        around, whole = self._whole.get(place, (None, None))
        return whole if whole is not None and around == self.nodes.around(place) else None

    def looks(
        self, place: float, names: Sequence[str] | None = None, *, exact: bool = True
    ) -> dict[str, Look]:
        """Regions of searches on a line by name.

        Parameters
        ----------
        place, names
            As of `said`.
        exact : bool
            Whether their ends are roots, or logarithms are joined by straight lines.
        """
        said = self.said(place, names)
        if not said:
            return {}
        models = self._at(place) if exact else None
        if models is None:
            return self._looks(place, said, None)
        asked = self.nodes.at(place, models[0], names)

        def evaluate(wanted: Sequence[str], places: Array) -> dict[Curve, Array]:
            over = remembered(self.plane.over(*self.xy(self.across.number(place), self.along.exact(places))))
            return {
                (name, suffix): inside
                for name in wanted
                for suffix, inside in curves_at(name, asked[name], models[0], over, len(places)).items()
            }

        return self._looks(place, said, evaluate)

    def _looks(self, place: float, said: Mapping[str, Said], evaluate: Evaluate | None) -> dict[str, Look]:
        spans = spans_of(place, self.places, said, evaluate)
        return {name: Look(spans=spans[name], blank=_blank(self.places, said[name].ratio)) for name in said}

    def near(self, place: float) -> float:
        """Place of the line next to one: numbers have few digits."""
        return float(self.across.place(self.across.number(place)))


class Rows(Lines):
    """Lines along which samples change too: each has its own, and there are no others between.

    Parameters
    ----------
    plane : Plane
        The plane.
    across, along : Axis
        From line to line, and along each.
    nodes : mapping of float to Nodes
        Of each line, by its place; along it.
    """

    finer = False

    def __init__(self, plane: Plane, across: Axis, along: Axis, nodes: Mapping[float, Nodes]) -> None:
        self.plane, self.across, self.along, self.rows = plane, across, along, nodes
        self.numbers = np.array(along.numbers)
        self.places = np.asarray(along.place(self.numbers))
        self._kept: dict[float, dict[str, Said]] = {}

    @property
    def sampled(self) -> list[float]:
        """None but those of the grid."""
        return []

    def learn(self, place: float, said: dict[str, Said]) -> None:
        """As `Lines.learn`."""
        self._kept[place] = said

    def knows(self, place: float) -> bool:
        """As `Lines.knows`."""
        return place in self._kept

    def said(self, place: float, names: Sequence[str] | None = None) -> dict[str, Said]:
        """As `Lines.said`, from one point to the next."""
        if place not in self._kept:
            at = [self._of_point(place, *own) for own in zip(self.numbers, self.places, strict=True)]
            every = dict.fromkeys(name for each in at for name in each)
            self._kept[place] = {name: _joined([each.get(name) for each in at]) for name in every}
        return {name: own for name, own in self._kept[place].items() if names is None or name in names}

    def _of_point(self, row: float, number: float, place: float) -> dict[str, Said]:
        try:
            point = remembered(self.plane.point(*self.xy(self.across.number(row), float(number))))
        except DarkpairError:  # (there is no such model, as with m1 above m2)
            return {}
        asked = self.rows[row].at(float(place), point)
        return {name: line_of(name, each, point, point, ()) for name, each in asked.items()}

    def looks(
        self, place: float, names: Sequence[str] | None = None, *, exact: bool = True
    ) -> dict[str, Look]:
        """As `Lines.looks`, with ends between points of the grid."""
        said = self.said(place, names)
        spans = spans_of(place, self.places, said, None)
        return {name: Look(spans=spans[name], blank=_blank(self.places, said[name].ratio)) for name in said}


def _joined(parts: Sequence[Said | None]) -> Said:
    """What a search says along a line, from what it says at each point; nothing where it is not there."""
    first = next(part for part in parts if part is not None)

    def column(name: str) -> Array:
        return np.array([0.0 if part is None else float(getattr(part, name)) for part in parts])

    curves = {
        key: np.array([0.0 if part is None else float(part.curves[key]) for part in parts])
        for key in first.curves
    }
    return Said(
        kind=first.kind,
        ratio=column("ratio"),
        error=column("error"),
        interpolation=column("interpolation"),
        curves=curves,
        limit=first.limit,
        least=first.least,
        confidence_level=first.confidence_level,
        unit=first.unit,
        note=first.note,
        there=np.array([part is not None for part in parts]),
    )


def _blank(places: Array, ratio: Array) -> list[tuple[float, float]]:
    """Ranges of which nothing is known."""
    unknown = np.concatenate([[0], np.isnan(ratio).astype(int), [0]])
    edges = np.flatnonzero(np.diff(unknown))
    last = len(places) - 1
    return [
        (float(places[max(low - 1, 0)]), float(places[min(high, last)]))
        for low, high in zip(edges[::2], edges[1::2], strict=True)
    ]


def regions_of(
    lines: Lines, places: Sequence[float], closing: Sequence[float], crew: Crew[Lines] | None = None
) -> list[Region]:
    """Regions of every search, with closer lines where they end.

    Parameters
    ----------
    lines : Lines
        The map's.
    places : sequence of float
        Where lines are looked at first, growing.
    closing : sequence of float
        Places at which a decay opens or closes.
    crew : Crew, optional
        Who works out its lines; this process unless given.
    """
    every = (crew or Crew(lines)).every
    of_lines = dict(zip(places, every(_looks_at, [(place,) for place in places]), strict=True))
    names = list(dict.fromkeys(name for of_line in of_lines.values() for name in of_line))
    asks = [
        (name, {place: of_line.get(name, Look()) for place, of_line in of_lines.items()}) for name in names
    ]
    closer = every(_closer, asks) if lines.finer else [looks for _, looks in asks]
    out = []
    for name, looks in zip(names, closer, strict=True):
        first = next(lines.said(place, [name])[name] for place in places if name in of_lines[place])
        for suffix in first.curves:
            branches = tuple(branches_of(looks, suffix, closing))
            out.append(
                Region(name=f"{name}{suffix}", search=name, said=first, branches=branches, lines=looks)
            )
    return out


def _looks_at(lines: Lines, place: float) -> dict[str, Look]:
    return lines.looks(place)


def _closer(lines: Lines, name: str, looks: dict[float, Look]) -> dict[float, Look]:
    return refined(looks, partial(_look, lines, name))


def _look(lines: Lines, name: str, place: float) -> tuple[float, Look]:
    near = lines.near(place)
    return near, lines.looks(near, [name]).get(name, Look())
