"""What a search says along a line of a map: ratio, errors, and where it crosses its limit, found as a root and not by pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from darkpair.chains.models.remembered import remembered
from darkpair.limits.rows import LimitRow
from darkpair.limits.rows import _level as level_of
from darkpair.limits.rows import _value as observable

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array
    from darkpair.limits.reach_nodes import Asked

__all__ = ["Said", "curves_at", "line_of", "remembered"]


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a search says at places of a line.

    Parameters
    ----------
    kind : str
        "excluded", "line" or "band".
    ratio : ndarray, (n,)
        Observable over limit [1]; NaN where it is not known.
    error, interpolation : ndarray, (n,)
        Relative standard error by samples and their interpolation, and the part of it that is interpolation [1].
    curves : mapping of str to ndarray, (n,)
        What exceeds 1 inside each region, by what its name adds to the search's.
    limit, least : float
        Of the observable, as of `LimitRow`.
    confidence_level : float or None
        Of the limit [1].
    unit : str
        Of the observable.
    note : str
        What is taken for granted.
    there : ndarray, (n,), optional
        Whether the search says anything at each place; at all of them unless given.
    """

    kind: str
    ratio: Array
    error: Array
    interpolation: Array
    curves: Mapping[str, Array]
    limit: float
    least: float
    confidence_level: float | None
    unit: str
    note: str = ""
    there: Array | None = None

    def verdicts(self, name: str) -> list[str]:
        """What each ratio means, as `LimitRow.verdict` has it; "closed" where the search says nothing."""
        there = np.ones(self.ratio.shape, dtype=bool) if self.there is None else self.there
        return [
            "closed"
            if not says
            else LimitRow(
                constraint=name,
                kind=self.kind,
                value=float(ratio) * self.limit,
                limit=self.limit,
                unit=self.unit,
                events=None,
                least=self.least,
            ).verdict
            for ratio, says in zip(self.ratio, there, strict=True)
        ]


def line_of(name: str, asked: Asked, point: Model, over: Model, shape: tuple[int, ...]) -> Said:
    """What a search says along a line.

    Parameters
    ----------
    name : str
        Of the search.
    asked : Asked
        At the place of the line.
    point, over : Model
        One point of the line, and all of them.
    shape : tuple of int
        Of the places along it.
    """
    search = asked.search.at_point(point)
    value = _values(name, asked, over, shape)
    zero = np.zeros(shape)
    error = np.divide(search.statistical_error(over), value, out=zero.copy(), where=value > 0.0)
    interpolation = zero
    if asked.interpolated is not None:
        part = asked.interpolated.statistical_error(over)
        interpolation = np.divide(part, value, out=zero.copy(), where=value > 0.0)
    return Said(
        kind=asked.kind,
        ratio=value / search.limit,
        error=np.where(np.isnan(value), np.nan, error),
        interpolation=np.where(np.isnan(value), np.nan, interpolation),
        curves=search.curves(value),
        limit=search.limit,
        least=search.least if asked.kind == "band" else 0.0,
        confidence_level=level_of(search),
        unit=search.unit,
        note=search.note(point),
    )


def _values(name: str, asked: Asked, over: Model, shape: tuple[int, ...]) -> Array:
    value = observable(name, asked.search, over, shape)
    return np.where(value == 0.0, 0.0, np.nan) if asked.silent else value


def curves_at(name: str, asked: Asked, point: Model, over: Model, n: int) -> Mapping[str, Array]:
    """What exceeds 1 inside each region, of models at several places of a line.

    Parameters
    ----------
    name : str
        Of the search.
    asked : Asked
        At the place of the line.
    point, over : Model
        One point of the line, and the places that are wanted.
    n : int
        How many they are.
    """
    return asked.search.at_point(point).curves(_values(name, asked, over, (n,)))
