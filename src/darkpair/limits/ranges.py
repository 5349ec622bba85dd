"""From constraints to contours: the coupling at which a quantity reaches a value, and the ranges that it excludes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array, Real

__all__ = ["Range", "coupling_at", "excluded_in_table", "ranges_above"]

#: Most evaluations, and the relative distance from the target at which a point is solved.
_STEPS: Final = 100
_CLOSE: Final = 1e-10


def coupling_at(value: Callable[[Array], Array], target: Real, low: float, high: float) -> Array:
    """Coupling at which a growing quantity reaches a target, for each point of an array; infinite where it never does.

    Parameters
    ----------
    value : callable
        Couplings, an array of the points' shape or one that broadcasts to it -> the quantity, which never falls
        as the coupling grows.
    target : float or ndarray
        Above 0; broadcasts against the points.
    low, high : float
        Range of the search; `low` must lie below the solution wherever there is one.

    Raises
    ------
    InputError
        Where the quantity exceeds the target at `low` already.
    """
    if not 0.0 < low < high < np.inf:
        raise InputError(
            f"range of couplings {low} to {high}; allowed: two finite numbers above 0 in growing order"
        )
    at_low, at_high = np.asarray(value(np.asarray(low))), np.asarray(value(np.asarray(high)))
    if np.any(at_low > target):
        first, most = apart(np.max(at_low), np.min(target), digits=3)
        raise InputError(
            f"the quantity is {first} at the lowest coupling {low:.3g}, above {most}; give a smaller one"
        )
    with np.errstate(divide="ignore"):
        ends = [np.log(at / target) for at in (at_low, at_high)]
    left, right = (np.full(ends[0].shape, np.log(x)) for x in (low, high))
    f_left, f_right = ends
    # regula falsi with the kept end halved, on logarithms, where powers of a coupling are straight lines
    for _ in range(_STEPS):
        line = np.isfinite(f_left) & np.isfinite(f_right) & (f_right > 0.0)
        slope = np.where(line, f_right - np.where(line, f_left, 0.0), 1.0)
        guess = np.where(
            line, left - np.where(line, f_left, 0.0) * (right - left) / slope, 0.5 * (left + right)
        )
        with np.errstate(divide="ignore"):
            f_guess = np.log(np.asarray(value(np.exp(guess))) / target)
        below = f_guess < 0.0
        f_left, f_right = np.where(below, f_guess, 0.5 * f_left), np.where(below, 0.5 * f_right, f_guess)
        left, right = np.where(below, guess, left), np.where(below, right, guess)
        if np.all((np.abs(f_guess) < _CLOSE) | (ends[1] < 0.0)):
            break
    return np.where(ends[1] < 0.0, np.inf, np.exp(guess))


@dataclass(frozen=True, kw_only=True)
class Range:
    """A range of a coupling.

    Parameters
    ----------
    low, high : float
        Its ends, in the coupling's unit.
    low_open, high_open : bool
        Whether the range may go on beyond that end, because the grid ends there or nothing is known further on.
    unknown : str
        Where nothing is known further on: "below", "above", "below and above"; empty where it is the grid that ends, or the range.
    """

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False
    unknown: str = field(default="", compare=False)

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """Both ends, None where the range may go on."""
        return None if self.low_open else self.low, None if self.high_open else self.high

    def columns(self) -> dict[str, float | bool]:
        """The range as the columns of a table."""
        ends: dict[str, float | bool] = {"low": self.low, "high": self.high}
        return ends | {"low open": self.low_open, "high open": self.high_open}

    def over(self, unit: float) -> Range:
        """The range in multiples of a unit above 0."""
        return replace(self, low=self.low / unit, high=self.high / unit)

    def __str__(self) -> str:
        """As in a table."""
        low_open = self.low_open and "below" not in self.unknown
        high_open = self.high_open and "above" not in self.unknown
        if low_open and high_open:
            text = "everywhere"
        elif high_open:
            text = f"above {self.low:.3g}"
        else:
            text = f"below {self.high:.3g}" if low_open else " to ".join(apart(self.low, self.high, digits=3))
        return f"{text}, unknown {self.unknown}" if self.unknown else text


def ranges_above(grid: Array, ratio: Array) -> list[Range]:
    """Ranges of a coupling where a ratio is above one, from its values on a grid.

    Between grid points both logarithms are joined by a straight line. A ratio of NaN says that nothing is known:
    no range goes there, and one that reaches it is marked as open.

    Parameters
    ----------
    grid : ndarray, (n,)
        Above 0, growing.
    ratio : ndarray, (n,)
        Observable over limit; 0 or more, or NaN.

    Raises
    ------
    InputError
        For a grid that does not grow.
    """
    if len(grid) < 2 or grid[0] <= 0.0 or not np.all(np.diff(grid) > 0.0):
        raise InputError(f"a grid of {len(grid)} couplings that does not grow; allowed: two or more, above 0")
    x, finite = np.log(grid), np.isfinite(ratio)
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.where(finite, np.maximum(np.log(ratio), _LEAST), np.nan)
    above = finite & (y > 0.0)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], above.astype(int), [0]])))
    ranges = []
    for first, after in zip(edges[::2], edges[1::2], strict=True):
        low, low_open = _edge(x, y, first, first - 1)
        high, high_open = _edge(x, y, after - 1, after)
        unknown = " and ".join(
            name
            for name, beyond in (("below", first - 1), ("above", after))
            if 0 <= beyond < len(x) and not finite[beyond]
        )
        ranges.append(Range(low=low, high=high, low_open=low_open, high_open=high_open, unknown=unknown))
    return ranges


#: Logarithm of a ratio that counts as none.
_LEAST: Final = -700.0


def _edge(x: Array, y: Array, inside: int, outside: int) -> tuple[float, bool]:
    """Coupling between a grid point above one and its neighbour, and whether nothing is known beyond."""
    if not 0 <= outside < len(x) or not np.isfinite(y[outside]):
        return float(np.exp(x[inside])), True
    part = y[inside] / (y[inside] - y[outside])
    return float(np.exp(x[inside] + part * (x[outside] - x[inside]))), False


def excluded_in_table(coupling: Array, rate: Array, limit: float) -> list[tuple[float, float]]:
    """Intervals of the coupling in which the rate exceeds a limit, ends interpolated in the logarithms.

    Parameters
    ----------
    coupling, rate : ndarray, (n,)
        In growing coupling; both positive.
    limit : float
        In the rate's unit.
    """
    return [
        (0.0 if span.low_open else span.low, math.inf if span.high_open else span.high)
        for span in ranges_above(coupling, rate / limit)
    ]
