"""Selections as data: named cuts in order, each a range of one reconstructed number, each removable.

A limit is a number or a line through points against another reconstructed number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from darkpair.detectors.narrowing import events_left, first_failed
from darkpair.gen.cutflow import Cutflow, Stage, all_one
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.frozen import FrozenMapping, freeze
from darkpair.gen.kinematics import Array
from darkpair.gen.shared_parents import parents_of, uses_in_force
from darkpair.gen.tables import Shown, Table

__all__ = ["CONFIDENCES", "UNSOURCED", "Cut", "Line", "Selection"]

#: How a number of a data file is known: read in its source, computed from numbers that were, a decision of ours, recalled.
CONFIDENCES = ("read", "derived", "choice", "memory")

#: What a number of a user's file is that stands there plainly, "3 GeV": nobody says where it is from. No file of ours has one.
UNSOURCED = "unsourced"

#: Reconstructed numbers of the candidates by name, each (k,).
Values: TypeAlias = Mapping[str, Array]


@dataclass(frozen=True)
class Line:
    """A limit that varies: straight between points (x, y), constant beyond the first and the last.

    Parameters
    ----------
    against : str
        Name of the reconstructed number x.
    points : tuple of (x, y)
        Points of the line, in growing x, in the variables' units.
    """

    against: str
    points: tuple[tuple[float, float], ...]

    def __call__(self, values: Values) -> Array:
        """The limit of each candidate, (k,)."""
        limit: Array = np.interp(values[self.against], *_columns(tuple(map(tuple, self.points))))
        return limit


@lru_cache(maxsize=256)
def _columns(points: tuple[tuple[float, float], ...]) -> Array:
    """X and y of points."""
    return np.array(points).T.copy()


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A range of one reconstructed number, its ends included.

    Parameters
    ----------
    name, variable, unit, source, confidence : str
        Name of the cut, the number that it looks at with its unit, and where the limits come from; confidence is one
        of `CONFIDENCES`, or `UNSOURCED`.
    low, high : float, Line or None
        Least and largest value that passes, in the cut's unit; None for no limit.
    changed : str
        How the limits were changed, where they are not the data file's.
    """

    name: str
    variable: str
    unit: str
    source: str
    confidence: str
    low: float | Line | None = None
    high: float | Line | None = None
    changed: str = ""

    def __post_init__(self) -> None:
        if self.low is None and self.high is None:
            raise InputError(f"cut {self.name!r} has no limit; give min, max or both")
        if self.confidence not in (*CONFIDENCES, UNSOURCED):
            raise InputError(
                f"confidence of cut {self.name!r} = {self.confidence!r}; allowed: {', '.join(CONFIDENCES)}"
            )

    def __call__(self, values: Values) -> NDArray[np.bool_]:
        """Which candidates (k,) pass."""
        x, passed = values[self.variable], None
        if self.low is not None:
            passed = x >= _limit_at(self.low, values)
        if self.high is not None:
            below = x <= _limit_at(self.high, values)
            passed = below if passed is None else passed & below
        assert passed is not None
        return passed

    def passed(self, values: Values, alive: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which candidates (k,) of those that are left pass; a line is looked up for them alone."""
        lines = [end for end in (self.low, self.high) if isinstance(end, Line)]
        if not lines:
            return alive & self(values)
        rows = np.flatnonzero(alive)
        passed = np.zeros(len(alive), dtype=bool)
        passed[rows] = self(
            {name: values[name][rows] for name in (self.variable, *(line.against for line in lines))}
        )
        return passed

    def limits(self, *, whole: bool = False) -> str:
        """The range in words; of a line its points where the whole is wanted."""

        def words(end: float | Line) -> str:
            if not isinstance(end, Line):
                return f"{end:g}"
            points = ", ".join(f"{y:g} at {x:g}" for x, y in end.points)
            return f"a line against {end.against}{f' ({points})' if whole else ''}"

        ends = [
            f"{sign} {words(end)}" for sign, end in ((">=", self.low), ("<=", self.high)) if end is not None
        ]
        return f"{self.variable} {' and '.join(ends)} {self.unit}".rstrip()


@dataclass(frozen=True)
class Selection(Shown):
    """Cuts in order.

    Parameters
    ----------
    name : str
        Name of the selection.
    cuts : tuple of Cut
        Cuts in the order in which they are applied.
    box : tuple of str
        Names of the cuts that make the signal box; they come last.
    given : mapping
        Limits that were given in place of a data file's, as they were given.

    Raises
    ------
    InputError
        If another cut follows one of the box.
    """

    name: str
    cuts: tuple[Cut, ...]
    box: tuple[str, ...] = ()
    given: Mapping[str, Any] = field(default_factory=FrozenMapping, compare=False)

    def __post_init__(self) -> None:
        freeze(self)
        inside = [cut.name in self.box for cut in self.cuts]
        if inside != sorted(inside):
            raise InputError(
                f"selection {self.name}: the cuts of the signal box, {', '.join(self.box)}, have to come last"
            )

    def table(self) -> Table:
        """Each cut with its limits, and where they come from."""
        rows = [
            (cut.name, cut.limits(), cut.changed or f"{cut.source} ({cut.confidence})") for cut in self.cuts
        ]
        columns = ("cut", "passes", "from")
        return Table(title=f"selection {self.name}", columns=columns, rows=rows, fold=columns[1:])

    def without(self, *names: str) -> Selection:
        """The selection less the cuts of those names.

        Raises
        ------
        UnknownNameError
            For a cut that it does not have.
        """
        cuts = [cut.name for cut in self.cuts]
        for name in names:
            if name not in cuts:
                raise UnknownNameError(f"cut of the selection {self.name}", name, cuts)
        return replace(self, cuts=tuple(cut for cut in self.cuts if cut.name not in names))

    def apply(
        self,
        values: Values,
        event: NDArray[np.int64],
        weight: Array,
        before: Sequence[tuple[str, NDArray[np.bool_]]],
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], Cutflow]:
        """Candidates that pass every cut, those that pass all but the signal box, and the cut flow.

        Parameters
        ----------
        values : mapping of str to ndarray, (k,)
            Variables of the candidates, by name.
        event : ndarray, (k,)
            Event of each candidate, in growing order.
        weight : ndarray, (n,)
            Weights of the events.
        before : sequence of (str, ndarray of bool (n,))
            What an event needs to have candidates at all; the first stages of the flow.

        Returns
        -------
        accepted, outside_box : ndarray
            Indices of candidates.
        cutflow : Cutflow
            An event counts once, whatever the number of its candidates.
        """
        stages = list(Cutflow.of(weight, before).stages)
        if uses_in_force() == 1 and all_one(weight) and (left := self._narrowed(values, event)) is not None:
            accepted, outside, counts = left
            stages += [
                Stage(cut.name, n, float(n), float(n)) for cut, n in zip(self.cuts, counts, strict=True)
            ]
            return accepted, outside, Cutflow(tuple(stages))
        sums = _Sums(event, weight)
        alive, unboxed = np.ones(len(event), dtype=bool), None
        for cut in self.cuts:
            if cut.name in self.box and unboxed is None:
                unboxed = alive
            alive = cut.passed(values, alive)
            stages.append(sums.stage(cut.name, alive))
        accepted = np.flatnonzero(alive)
        return accepted, accepted if unboxed is None else np.flatnonzero(unboxed), Cutflow(tuple(stages))

    def _narrowed(
        self, values: Values, event: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], list[int]] | None:
        """Candidates that pass every cut, those that pass all but the signal box, and the events after each cut, from loops.

        None where nothing is compiled.
        """
        if not self.cuts:
            return None
        stage = first_failed(
            [(values[cut.variable], *(_end(end, values) for end in (cut.low, cut.high))) for cut in self.cuts]
        )
        counts = None if stage is None else events_left(stage, event, len(self.cuts))
        if stage is None or counts is None:
            return None
        accepted = np.flatnonzero(stage == len(self.cuts))
        inside = [i for i, cut in enumerate(self.cuts) if cut.name in self.box]
        return accepted, np.flatnonzero(stage >= inside[0]) if inside else accepted, counts

    def corners(self, x: str, y: str) -> list[tuple[float, float]]:
        """Corners of the box that the cuts named x and y make, clockwise; empty if one is left out, or has one end alone.

        The limits of x are numbers, those of y numbers or lines against x; of others there are no corners to tell.
        """
        limits = {cut.name: cut for cut in self.cuts}
        if x not in limits or y not in limits:
            return []
        (low, high), bottom, top = (limits[x].low, limits[x].high), limits[y].low, limits[y].high
        if not (isinstance(low, float) and isinstance(high, float)) or bottom is None or top is None:
            return []
        if any(isinstance(end, Line) and end.against != x for end in (bottom, top)):
            return []
        bends = [v for v, _ in bottom.points] if isinstance(bottom, Line) else []
        along = np.unique(np.clip([low, *bends, high], low, high))
        path = [(top, low), (top, high), *((bottom, float(v)) for v in along[::-1])]
        return [(v, float(np.ravel(_limit_at(end, {x: np.asarray([v])}))[0])) for end, v in path]


class _Sums:
    """Events that are left of those with candidates, and the sums of their weights, cut after cut.

    Parameters
    ----------
    event : ndarray, (k,)
        Event of each candidate, in growing order.
    weight : ndarray, (n,)
        Weights of the events.
    """

    def __init__(self, event: NDArray[np.int64], weight: Array) -> None:
        again = event[1:] == event[:-1]
        # of events that have several
        self.shared = np.flatnonzero(np.append(again, False) | np.append(False, again))
        self.event, self.last = event, Stage("", -1, 0.0, 0.0)
        self.alive, self.left = np.ones(len(event), dtype=bool), -1
        self.uses, self.all = uses_in_force(), weight
        self.weights = () if self.uses > 1 or all_one(weight) else (weight[event], weight[event] ** 2)

    def stage(self, name: str, alive: NDArray[np.bool_]) -> Stage:
        """Stage after a cut that leaves those candidates."""
        left = int(np.count_nonzero(alive))
        if left == self.left:  # the same
            return replace(self.last, name=name)
        if self.uses > 1:
            rows = np.unique(self.event[alive])
            self.last, self.left = Stage.of(name, self.all[rows], parents_of(rows, self.uses)), left
            return self.last
        if len(self.shared):
            self.shared = self.shared[alive[self.shared]]
        rows = self.shared
        # where another of the event is left before
        twice = rows[1:][self.event[rows[1:]] == self.event[rows[:-1]]]
        n = left - len(twice)
        lost = np.flatnonzero(self.alive & ~alive) if self.weights else ()
        sums = []
        for weights in self.weights:
            weights[lost] *= 0.0  # what fails weighs nothing, and the order of the sums stays
            sums.append(float(np.add.reduce(weights) - np.add.reduce(weights[twice])))
        self.last = Stage(name, n, *(sums or (float(n), float(n))))
        self.alive, self.left = alive, left
        return self.last


def _end(limit: float | Line | None, values: Values) -> Any:
    """A limit, of a line what gives it for some candidates."""
    if not isinstance(limit, Line):
        return limit
    return lambda rows: limit({limit.against: values[limit.against][rows]})


def _limit_at(limit: float | Line | None, values: Values) -> Array | float:
    return limit(values) if isinstance(limit, Line) else math.nan if limit is None else limit
