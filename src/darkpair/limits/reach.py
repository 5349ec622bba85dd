"""Maps: every search as a contour in the plane of two parameters of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.limits.choice import choose
from darkpair.limits.reach_grid import plane_of
from darkpair.limits.reach_regions import Lines, Region, regions_of
from darkpair.limits.reach_sampled import sampled_points
from darkpair.limits.reach_samples import Sampler
from darkpair.limits.reach_shared import working
from darkpair.limits.samples import Size
from darkpair.searches import load_search

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array
    from darkpair.limits.reach_axes import Axis
    from darkpair.limits.reach_grid import Plane
    from darkpair.limits.reach_lines import Said
    from darkpair.limits.reach_sampled import Sampled
    from darkpair.limits.reach_shared import Crew

__all__ = ["MASSES", "ReachMap", "reach_map"]

#: Masses along an axis that have samples first.
MASSES: Final = 14

#: How many may be added where an interpolation moves a contour by more than a part of the grid's step, in how many rounds.
_MORE: Final = 8
_ROUNDS: Final = 2
_QUARTER: Final = 0.25


@dataclass(frozen=True, kw_only=True)
class ReachMap:
    """A map: what every search says at the points of a grid, and the contours of its regions.

    Parameters
    ----------
    plane : Plane
        Model, settings and both axes.
    transposed : bool
        Whether lines run along x, from one y to the next; otherwise along y.
    said : mapping of float to mapping
        What searches say on each line of the grid and of samples, by place.
    regions : tuple of Region
        Of every search.
    sampled : tuple of float
        Numbers of the axis from line to line that have samples of their own; empty where the samples serve all points.
    notes : tuple of str
        What is closed, and where.
    provenance : mapping
        What was asked, for files.
    samples : tuple of (Model, mapping)
        Sampled points, and the searches there with their acceptances.
    """

    plane: Plane
    transposed: bool
    said: Mapping[float, Mapping[str, Said]]
    regions: tuple[Region, ...]
    sampled: tuple[float, ...]
    notes: tuple[str, ...]
    provenance: Mapping[str, Any]
    samples: tuple[Sampled, ...] = ()

    @property
    def across(self) -> Axis:
        """From line to line."""
        return self.plane.y if self.transposed else self.plane.x

    @property
    def along(self) -> Axis:
        """Of each line."""
        return self.plane.x if self.transposed else self.plane.y

    @property
    def x(self) -> Array:
        """Numbers of the first axis, in its unit, (nx,)."""
        return np.array(self.plane.x.numbers)

    @property
    def y(self) -> Array:
        """Numbers of the second axis, in its unit, (ny,)."""
        return np.array(self.plane.y.numbers)

    @property
    def names(self) -> tuple[str, ...]:
        """Searches that say something anywhere."""
        return tuple(dict.fromkeys(name for of_line in self.said.values() for name in of_line))

    @property
    def lines(self) -> list[Mapping[str, Said]]:
        """What was said on each line of the grid."""
        return [self.said[float(self.across.place(number))] for number in self.across.numbers]

    def ratio(self, name: str) -> Array:
        """Observable over limit of a search, (nx, ny); NaN where it is not known, 0 where it is closed [1]."""
        return self._column(name, "ratio")

    def error(self, name: str) -> Array:
        """Relative standard error of it by samples and their interpolation, (nx, ny) [1]."""
        return self._column(name, "error")

    def interpolation(self, name: str) -> Array:
        """Part of that error that interpolation between masses makes, (nx, ny) [1]."""
        return self._column(name, "interpolation")

    def verdict(self, name: str) -> Any:
        """What each ratio means, (nx, ny), as of `LimitRow`; "closed" where the search says nothing."""
        rows = [of_line[name].verdicts(name) if name in of_line else None for of_line in self.lines]
        step = self._step
        words = [["closed"] * self.along.points if row is None else row[::step] for row in rows]
        return np.array(words).T if self.transposed else np.array(words)

    @property
    def _step(self) -> int:
        """Places of a line for each of the grid."""
        some = next((said for of_line in self.lines for said in of_line.values()), None)
        return 1 if some is None else (len(some.ratio) - 1) // (self.along.points - 1)

    def _column(self, name: str, column: str) -> Array:
        if name not in self.names:
            raise UnknownNameError("search of the map", name, self.names)
        none, step = np.zeros(self.along.points), self._step
        rows = [getattr(of[name], column)[::step] if name in of else none for of in self.lines]
        return np.array(rows).T if self.transposed else np.array(rows)


def reach_map(
    model: str,
    *,
    x: str,
    y: str,
    settings: Mapping[str, str] | None = None,
    preset: str = "pdg",
    data: str = "today",
    size: Size | None = None,
    masses: int = MASSES,
    folder: Path | None = None,
    workers: int = 2,
    only: Sequence[str] = (),
    without: Sequence[str] = (),
    files: Sequence[str | Path] = (),
    executor: Executor | None = None,
    planned: bool = False,
    production: bool | str = False,
) -> ReachMap:
    """Every search over a grid of two parameters, and its contours.

    Samples are made at some masses; between them acceptances are interpolated (`darkpair.limits.reach_blend.Between`), and where that moves
    a contour by more than a quarter of a step of the grid more samples are made.  One set of samples serves all couplings.  Where
    both axes change masses every line of y is sampled by itself.

    Parameters
    ----------
    model : str
        Name of a model, or several with plus signs between them.
    x, y : str
        Axes: ``"m2: 150 MeV .. 450 MeV, 40"``, ``"G_X: 0.01 .. 10 GF, 40 log"``.
    settings : mapping of str to str
        Other parameters, each with its unit, or a product of axes and numbers: ``{"m1": "0.1*m2"}``.
    preset : {"pdg", "paper", "paper-10tev"}
        Table of inputs.
    data : {"2020", "today"}
        Of `darkpair.searches.DATA`.
    size : Size, optional
        Of the samples; small ones unless given.
    masses : int
        How many masses along an axis have samples first, with both ends.
    production : {"ends", "nuisance", "none"} or bool
        Of searches behind a target: "ends" of the production uncertainty have regions too, and so have other selections; a limit is
        averaged over it; or none of both.  True is "ends", False "none".
    folder, workers, only, without, files, executor, planned
        As of `darkpair.limits.limit_rows`.

    Raises
    ------
    InputError, UnknownNameError
        As `darkpair.limits.reach_grid.plane_of` and `darkpair.limits.choose`.
    """
    if masses < 2:
        raise InputError(f"masses = {masses}; allowed: 2 or more, both ends of the axis among them")
    plane = plane_of(model, x, y, settings or {}, preset)
    way = production if isinstance(production, str) else ("ends" if production else "none")
    choice = choose(data, only=only, without=without, files=files, planned=planned, production=way)
    sampler = Sampler(
        plane=plane,
        choice=choice,
        size=_size(size or Size.of(quick=True), production=way != "none"),
        folder=folder,
        workers=workers,
        executor=executor,
        production=way == "ends",
    )
    lines, closing = sampler.lines(masses)
    with working(lines, workers) as crew:
        places = _places(crew)
        seen: set[tuple[float, ...]] = set()
        for _ in range(_ROUNDS):
            more = _bent(lines, places, seen)
            if more:
                lines.nodes.add(more)
                places = _places(crew)
        regions = regions_of(lines, places, [each.place for each in closing], crew)
    if not regions:
        raise InputError(f"nothing that was asked knows a point of this map: {sampler.why()}")
    asked = {"data": data, "size": sampler.size, "masses": masses, "only": only, "without": without}
    return ReachMap(
        plane=plane,
        transposed=lines.across is plane.y,
        said={place: lines.said(place) for place in places},
        regions=tuple(regions),
        sampled=tuple(lines.across.number(place) for place in lines.sampled),
        notes=(*dict.fromkeys(each.line(lines.across) for each in closing), *_reversed_masses(plane)),
        provenance=_provenance(
            plane, asked | {"planned": planned, "production": "" if way == "none" else way}, files
        ),
        samples=sampled_points(lines),
    )


def _size(size: Size, *, production: bool) -> Size:
    """Of the samples: the ends of production are those of all spectra."""
    return replace(size, spectra="all") if production else size


def _reversed_masses(plane: Plane) -> list[str]:
    """A line where X1 is heavier than X2: there is no such point."""
    m1, m2 = plane.masses(np.array(plane.x.numbers)[:, None], np.array(plane.y.numbers)[None, :])
    share = float(np.mean(np.broadcast_to(m1 > m2, (plane.x.points, plane.y.points))))
    return (
        [f"m1 > m2 at {share:.0%} of the grid's points: there is nothing there to look for"] if share else []
    )


def _places(crew: Crew[Lines]) -> list[float]:
    """Places of the lines of the grid, and of those of samples, where there may be others; all searches are asked there."""
    lines = crew.lines
    grid = [float(lines.across.place(number)) for number in lines.across.numbers]
    places = sorted({*grid, *lines.sampled})
    new = [place for place in places if not lines.knows(place)]
    for place, said in zip(new, crew.every(_said_at, [(place,) for place in new], "lines"), strict=True):
        lines.learn(place, said)
    return places


def _said_at(lines: Lines, place: float) -> dict[str, Said]:
    return lines.said(place)


def _bent(lines: Lines, places: Sequence[float], seen: set[tuple[float, ...]]) -> list[float]:
    """Places of more samples: between two of which interpolation moves an edge by too much, or makes a ratio unknown."""
    much = _QUARTER / (lines.along.points - 1)
    worst: dict[float, float] = {}
    for i, (low, high) in enumerate(pairwise(lines.sampled)):
        around = tuple(lines.sampled[max(i - 1, 0) : i + 3])
        inner = [place for place in places if low < place < high]
        if around in seen or not inner:
            continue
        seen.add(around)
        bent = max(
            (
                span.bent
                for place in inner
                for look in lines.looks(place, exact=False).values()
                for spans in look.spans.values()
                for span in spans
            ),
            default=0.0,
        )
        if bent > much or _lost(lines, low, high, inner):
            worst[lines.near(0.5 * (low + high))] = bent
    return sorted(sorted(worst, key=lambda place: -worst[place])[:_MORE])


def _lost(lines: Lines, low: float, high: float, inner: Sequence[float]) -> bool:
    """Whether something is unknown between two lines that is known on both."""
    below, above = lines.said(low), lines.said(high)
    between = [lines.said(place) for place in inner]
    for name in below.keys() & above.keys():
        ends = np.isfinite(below[name].ratio) & np.isfinite(above[name].ratio)
        if any(np.any(ends & np.isnan(said[name].ratio)) for said in between if name in said):
            return True
    return False


def _provenance(plane: Plane, asked: Mapping[str, Any], files: Sequence[str | Path]) -> dict[str, Any]:
    """What was asked, without what was not."""
    axes = {
        name: f"{axis.title}: {axis.low:.7g} to {axis.high:.7g}, {axis.points} points, {'log' if axis.log else 'linear'}"
        for name, axis in (("x", plane.x), ("y", plane.y))
    }
    own = {"model": plane.model, **axes, "settings": dict(plane.settings), "inputs": plane.preset}
    own |= {key: value for key, value in asked.items() if value}
    return own | ({"files": [load_search(path) for path in files]} if files else {})
