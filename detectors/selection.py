"""Selections as data: named cuts in order, each a range of one reconstructed number, each removable.

A limit is a number or a line through points against another reconstructed number.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.cutflow import Cutflow, Stage
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.kinematics import Array

__all__ = ["Cut", "Line", "Selection", "read_data"]

#: Reconstructed numbers of the candidates by name, each (k,).
Values = Mapping[str, Array]


@dataclass(frozen=True)
class Line:
    """A limit that varies: straight between points (x, y), constant beyond the first and the last.

    Parameters
    ----------
    against : str
        The reconstructed number x.
    points : tuple of (x, y)
        In growing x.
    """

    against: str
    points: tuple[tuple[float, float], ...]

    def __call__(self, values: Values) -> Array:
        """The limit of each candidate, (k,)."""
        x, y = zip(*self.points, strict=True)
        return np.interp(values[self.against], x, y)


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A range of one reconstructed number, its ends included.

    Parameters
    ----------
    name, variable, unit, source, confidence : str
        Confidence is ``read`` (in its source), ``derived`` or ``memory`` (recalled, to be verified).
    low, high : float, Line or None
    """

    name: str
    variable: str
    unit: str
    source: str
    confidence: str
    low: float | Line | None = None
    high: float | Line | None = None

    def __post_init__(self) -> None:
        if self.low is None and self.high is None:
            raise InputError(f"cut {self.name!r} has no limit; give min, max or both")
        if self.confidence not in ("read", "derived", "memory"):
            raise InputError(f"confidence of cut {self.name!r} = {self.confidence!r}; allowed: read, derived, memory")

    def __call__(self, values: Values) -> NDArray[np.bool_]:
        """Which candidates (k,) pass."""
        x = values[self.variable]
        passed = np.ones(len(x), dtype=bool)
        if self.low is not None:
            passed &= x >= (self.low(values) if isinstance(self.low, Line) else self.low)
        if self.high is not None:
            passed &= x <= (self.high(values) if isinstance(self.high, Line) else self.high)
        return passed

    def limits(self) -> str:
        """The range in words."""
        ends = [
            f"{sign} {f'a line against {end.against}' if isinstance(end, Line) else f'{end:g}'}"
            for sign, end in ((">=", self.low), ("<=", self.high))
            if end is not None
        ]
        return f"{self.variable} {' and '.join(ends)} {self.unit}".rstrip()


@dataclass(frozen=True)
class Selection:
    """Cuts in order.

    Parameters
    ----------
    name : str
    cuts : tuple of Cut
    """

    name: str
    cuts: tuple[Cut, ...]

    def without(self, *names: str) -> Selection:
        """The selection less the cuts of those names.

        Raises
        ------
        UnknownNameError
            For a cut that it does not have.
        """
        known = [cut.name for cut in self.cuts]
        for name in names:
            if name not in known:
                raise UnknownNameError(f"cut of the selection {self.name}", name, known)
        return replace(self, cuts=tuple(cut for cut in self.cuts if cut.name not in names))

    def passed(self, values: Values, *, skip: Collection[str] = ()) -> NDArray[np.bool_]:
        """Which candidates (k,) pass every cut, those named in `skip` apart."""
        return np.logical_and.reduce([cut(values) for cut in self.cuts if cut.name not in skip])

    def apply(
        self, values: Values, event: NDArray[np.int64], weight: Array, before: Sequence[tuple[str, NDArray[np.bool_]]]
    ) -> tuple[NDArray[np.bool_], Cutflow]:
        """Mask (n,) of the events with a candidate that passes every cut, and the cut flow.

        Parameters
        ----------
        values : mapping of str to ndarray, (k,)
            Of the candidates.
        event : ndarray, (k,)
            Event of each candidate, in growing order.
        weight : ndarray, (n,)
            Of the events.
        before : sequence of (str, ndarray of bool (n,))
            What an event needs to have candidates at all; the first stages of the flow.
        """
        stages = list(Cutflow.of(weight, before).stages)
        alive = np.ones(len(event), dtype=bool)
        for cut in self.cuts:
            alive &= cut(values)
            chosen = event[alive]
            w = weight[chosen[np.diff(chosen, prepend=-1) > 0]]  # an event counts once
            stages.append(Stage(cut.name, len(w), float(w.sum()), float((w * w).sum())))
        mask = np.zeros(len(weight), dtype=bool)
        mask[event[alive]] = True
        return mask, Cutflow(tuple(stages))


def read_data(name: str) -> dict[str, Any]:
    """Contents of a detector's data file, ``detectors/data/NAME.toml``."""
    return tomllib.loads((files("darkpair.detectors") / "data" / f"{name}.toml").read_text())


def selections(data: Mapping[str, Any]) -> dict[str, Callable[[], Selection]]:
    """Selections of a data file by name: its common cuts, with the limits that each selection gives."""

    def make(name: str) -> Selection:
        cuts = []
        for common in data["cuts"]:
            entry = common | data["selections"][name].get(common["name"], {})
            if not entry.get("off", False):
                cuts.append(_cut(entry))
        return Selection(name, tuple(cuts))

    return {name: (lambda name=name: make(name)) for name in data["selections"]}


def _cut(entry: Mapping[str, Any]) -> Cut:
    return Cut(
        name=entry["name"],
        variable=entry["variable"],
        unit=entry["unit"],
        source=entry["source"],
        confidence=entry["confidence"],
        low=_limit(entry.get("min")),
        high=_limit(entry.get("max")),
    )


def _limit(value: float | Mapping[str, Any] | None) -> float | Line | None:
    if isinstance(value, Mapping):
        return Line(value["against"], tuple((float(x), float(y)) for x, y in value["points"]))
    return None if value is None else float(value) if math.isfinite(value) else None
