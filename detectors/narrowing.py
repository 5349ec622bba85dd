"""Candidates cut by cut, those that are left alone: what a selection does to events without weights, from loops."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.compiled.columnwise import Loop
from darkpair.gen.kinematics import Array

__all__ = ["Narrowing"]


class Narrowing:
    """Candidates that are left, and how many events they are of.

    Parameters
    ----------
    event : ndarray of int, (k,)
        Event of each candidate, in growing order.
    """

    def __init__(self, event: NDArray[np.int64]) -> None:
        self.event, self.rows = event, np.arange(len(event))
        #: How many candidates are left, and of how many events.
        self.left = np.array([len(event), 0])

    def cut(self, x: Array, low: Array | float | None, high: Array | float | None) -> bool:
        """Leave the candidates between two limits, their ends included; whether it did: nothing is compiled unless.

        Parameters
        ----------
        x : ndarray, (k,)
            What is cut on, of all candidates.
        low, high : float or None, or ndarray, (m,)
            The limits; of each of the m candidates that are left, where they differ. NaN passes none.
        """
        ends = (-math.inf if low is None else low, math.inf if high is None else high)
        if isinstance(ends[0], np.ndarray) or isinstance(ends[1], np.ndarray):
            columns = (
                np.ascontiguousarray(np.broadcast_to(np.asarray(end, dtype=np.float64), self.alive.shape))
                for end in ends
            )
            return _between(x, *columns, self.rows, self.event, self.left) is not None
        return _within(x, float(ends[0]), float(ends[1]), self.rows, self.event, self.left) is not None

    @property
    def alive(self) -> NDArray[np.int64]:
        """Those that are left, in growing order: a view."""
        return self.rows[: self.left[0]]

    @property
    def events(self) -> int:
        """Of how many events they are."""
        return int(self.left[1])


def _passes(x: Any, low: Any, high: Any) -> Any:
    """Whether a number is between its limits."""
    return (x >= low) & (x <= high)


@Loop
def _within(x: Any, low: float, high: float, rows: Any, event: Any, left: Any) -> int:
    """Leave those between two numbers."""
    m, n, last = 0, 0, -1
    for j in range(left[0]):
        row = rows[j]
        keep = _passes(x[row], low, high)
        rows[m] = row
        m += keep
        n += keep & (event[row] != last)
        last = event[row] if keep else last
    left[0], left[1] = m, n
    return m


@Loop
def _between(x: Any, low: Any, high: Any, rows: Any, event: Any, left: Any) -> int:
    """Leave those between the limits of each."""
    m, n, last = 0, 0, -1
    for j in range(left[0]):
        row = rows[j]
        keep = _passes(x[row], low[j], high[j])
        rows[m] = row
        m += keep
        n += keep & (event[row] != last)
        last = event[row] if keep else last
    left[0], left[1] = m, n
    return m
