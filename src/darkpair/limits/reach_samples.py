"""Samples of a map: at which masses, for all couplings, made in few calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.gen.errors import DarkpairError
from darkpair.limits.choice import PRODUCTION, SELECTION, Choice, searches_of
from darkpair.limits.reach_between import FinerRows
from darkpair.limits.reach_foresight import foresee
from darkpair.limits.reach_kept import Kept
from darkpair.limits.reach_lines import remembered
from darkpair.limits.reach_nodes import Nodes, first_places, thresholds
from darkpair.limits.reach_regions import Lines
from darkpair.limits.silent import open_lines

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.limits.reach_axes import Axis
    from darkpair.limits.reach_grid import Plane
    from darkpair.limits.reach_nodes import Threshold
    from darkpair.limits.samples import Size
    from darkpair.searches.search import Search

    _Pair = tuple[Model, Model]
    _Searches = list[dict[str, tuple[str, Search]]]

__all__ = ["Sampler", "beside"]

#: Places across at which a model is asked which channels count, where samples are the same everywhere.
_ASKED: Final = 9


def beside(name: str) -> bool:
    """Whether a curve is an end of a production uncertainty, or another selection."""
    return PRODUCTION in name or SELECTION in name


@dataclass(frozen=True, kw_only=True)
class Sampler:
    """Where a map's samples come from.

    Parameters
    ----------
    plane : Plane
        The plane.
    choice : Choice
        Searches that are asked.
    size : Size
        Of the samples.
    folder : Path, optional
        Cache of the samples.
    workers : int
        Processes.
    executor : concurrent.futures.Executor, optional
        What makes them instead.
    production : bool
        Whether ends of a production uncertainty, and other selections, are kept too.
    """

    plane: Plane
    choice: Choice
    size: Size
    folder: Path | None
    workers: int = 2
    executor: Executor | None = None
    production: bool = False

    def lines(self, masses: int) -> tuple[Lines, list[Threshold]]:
        """Lines of the map with their first samples, and where decays open across them.

        Parameters
        ----------
        masses : int
            How many masses have samples first.
        """
        x, y = self.plane.x, self.plane.y
        moving = [axis for axis in (x, y) if self.plane.moves_samples(axis)]
        if len(moving) == 2:
            return self._rows(masses), []
        across = moving[0] if moving else x
        along = y if across is x else x
        if not moving:
            nodes = Nodes(self._everywhere)
            nodes.add([float(across.place(across.numbers[across.points // 2]))])
            return Lines(self.plane, across, along, nodes), []
        closing = thresholds(self.plane, across, along.number(0.5))
        nodes = Nodes(partial(self._along, across, along))
        nodes.add(first_places(across, masses, closing))
        return Lines(self.plane, across, along, nodes), closing

    def _rows(self, masses: int) -> FinerRows:
        """Lines along x, each with samples of its own."""
        x, y = self.plane.x, self.plane.y
        wanted = {}
        for number in y.numbers:
            at = first_places(x, masses, thresholds(self.plane, x, number))
            wanted[float(y.place(number))] = at
        points = [(x.number(place), y.number(row)) for row, at in wanted.items() for place in at]
        made = iter(self._searches([self._model(self.plane.point, *point) for point in points]))
        rows = {}
        for row, at in wanted.items():
            own = [next(made) for _ in at]
            rows[row] = Nodes(lambda _, own=own: own)  # type: ignore[misc]
            rows[row].add(at)
        return FinerRows(self.plane, y, x, rows)

    def _along(self, across: Axis, along: Axis, places: Sequence[float]) -> _Searches:
        """Searches of lines."""
        grid, middle = np.array(along.numbers), along.numbers[along.points // 2]
        over, points = [], []
        x: Any
        y: Any
        for place in places:
            number = across.number(place)
            x, y = (number, grid) if across is self.plane.x else (grid, number)
            over.append(self._model(self.plane.over, x, y))
            x, y = (number, middle) if across is self.plane.x else (middle, number)
            points.append(self._model(self.plane.point, x, y))
        return self._searches(points, over)

    def _everywhere(self, _: Sequence[float]) -> _Searches:
        """Searches with samples that serve every point."""
        x, y = self.plane.x, self.plane.y
        few = [x.number(place) for place in np.linspace(0.0, 1.0, _ASKED)]
        every = np.array([(a, b) for a in few for b in y.numbers])
        over = self._model(self.plane.over, every[:, 0], every[:, 1])
        return self._searches([self._model(self.plane.point, few[_ASKED // 2], y.number(0.5))], [over])

    def _model(self, make: Callable[..., Model], *at: object) -> Model | None:
        """A model; None where there is none, as with m1 above m2."""
        try:
            return make(*at)
        except DarkpairError:
            return None

    def _searches(self, points: Sequence[Model | None], over: Sequence[Model | None] = ()) -> _Searches:
        """Searches of models by name, empty where there is none."""
        pairs = [
            (remembered(p), remembered(o))
            for p, o in zip(points, over or points, strict=True)
            if p is not None and o is not None
        ]
        every = self._kept_or_made(pairs)
        made = iter({n: e for n, e in at.items() if self.production or not beside(n)} for at in every)
        both = zip(points, over or points, strict=True)
        return [{} if p is None or o is None else next(made) for p, o in both]

    def _kept_or_made(self, pairs: Sequence[_Pair]) -> _Searches:
        """Searches of each pair of models: those that are kept whole, and the others with their samples."""
        kept = Kept(choice=self.choice, size=self.size, folder=self.folder)
        at = {i: searches for i, pair in enumerate(pairs) if (searches := kept.read(pair)) is not None}
        missing = [i for i in range(len(pairs)) if i not in at]

        def make(numbers: Sequence[int], workers: int) -> _Searches:
            return searches_of(
                self.choice,
                [pairs[i] for i in numbers],
                self.size,
                self.folder,
                workers=workers,
                executor=self.executor,
            )

        if self.folder is not None:  # (nothing of it would be kept)
            foresee(make, missing, self.workers)
        made = (
            make(missing, self.workers) if missing else []
        )  # (all at once: the order of channels stands on it)
        for i, searches in zip(missing, made, strict=True):
            kept.write(pairs[i], searches)
            at[i] = searches
        return [at[i] for i in range(len(pairs))]

    def why(self) -> str:
        """Why nothing is known."""
        try:
            middle = self.plane.point(self.plane.x.number(0.5), self.plane.y.number(0.5))
        except DarkpairError as error:
            return str(error)
        if lines := open_lines(sorted(self.choice.asked), [middle]):
            return "; ".join(lines.values())
        return "see darkpair list searches, and darkpair rates for what the model decays to"
