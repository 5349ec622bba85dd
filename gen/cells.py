"""Cells of tables that are drawn from and looked up for every event: both in a time that does not depend on their number."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.frozen import ByValue
from darkpair.gen.kinematics import Array

__all__ = ["Alias", "Axis"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Axis(ByValue):
    """Cells of an interval, each of them some steps of an even grid.

    Parameters
    ----------
    low, high : float
        Ends of the interval; what is beyond belongs to the outermost cells.
    cell : ndarray of int, (steps,)
        Number of the cell that each step of the grid belongs to, from 0, growing.
    """

    low: float
    high: float
    cell: NDArray[np.intp]

    @classmethod
    def even(cls, low: float, high: float, cells: int) -> Axis:
        """Cells of one step each."""
        return cls(low=low, high=high, cell=np.arange(cells))

    @classmethod
    def sharing(
        cls,
        x: Array,
        weight: Array,
        cells: int,
        ends: tuple[float, float],
        *,
        even: float = 0.1,
        steps: int = 1024,
    ) -> Axis:
        """Cells that share the weights (n,) at x (n,) equally, but for a part of them that is even.

        Parameters
        ----------
        x, weight : ndarray, (n,)
            Places and weights, not all 0.
        cells : int
            How many cells there are at most.
        ends : two float
            Ends of the interval; one of no length gets one cell.
        even : float
            Part that is even.
        steps : int
            Of the grid.
        """
        low, high = ends
        if not high > low:
            return cls(low=low, high=low + max(abs(low), 1.0), cell=np.zeros(1, dtype=np.intp))
        along = np.bincount(cls.even(low, high, steps).index(x), weight, steps)
        total = np.cumsum((1.0 - even) * along / along.sum() + even / steps)
        place = (total - 0.5 * np.diff(total, prepend=0.0)) * cells  # of the middle of each step
        return cls(low=low, high=high, cell=np.minimum(place.astype(np.intp), cells - 1))

    def __len__(self) -> int:
        return int(self.cell[-1]) + 1

    @cached_property
    def edges(self) -> Array:
        """Ends of the cells, growing, one more than there are cells; an empty cell has no length."""
        first = np.searchsorted(self.cell, np.arange(len(self) + 1))
        return np.asarray(self.low + (self.high - self.low) * first / len(self.cell))

    @cached_property
    def _per_length(self) -> float:
        return len(self.cell) / (self.high - self.low)

    def index(self, x: Array) -> NDArray[np.intp]:
        """Number of the cell of each x, (n,)."""
        step = np.clip((x - self.low) * self._per_length, 0.0, len(self.cell) - 1.0)
        return np.asarray(self.cell[step.astype(np.intp)])


@dataclass(frozen=True, kw_only=True, eq=False)
class Alias(ByValue):
    """Draws from tables of probabilities, a row each.

    Parameters
    ----------
    probability : ndarray, (rows, size)
        Not negative; no row is 0 throughout.

    References
    ----------
    A. J. Walker, ACM Transactions on Mathematical Software 3 (1977) 253.
    """

    probability: Array

    @cached_property
    def _tables(self) -> tuple[Array, NDArray[np.intp]]:
        """Threshold below which a place keeps its own number, and the number that it gives otherwise; both flat."""
        rows, size = self.probability.shape
        keep, other = np.ones((rows, size)), np.tile(np.arange(size), (rows, 1))
        for i, row in enumerate(self.probability * (size / self.probability.sum(axis=1, keepdims=True))):
            left = row.tolist()
            small = [j for j, value in enumerate(left) if value < 1.0]
            large = [j for j, value in enumerate(left) if value >= 1.0]
            while small and large:
                j, k = small.pop(), large[-1]
                keep[i, j], other[i, j] = left[j], k
                left[k] -= 1.0 - left[j]
                if left[k] < 1.0:
                    small.append(large.pop())
        return keep.ravel(), other.ravel()

    def draw(self, row: NDArray[np.intp] | int, u: Array, v: Array) -> NDArray[np.intp]:
        """Numbers (n,) drawn from those rows, of two uniform numbers each."""
        size = self.probability.shape[1]
        keep, other = self._tables
        place = (u * size).astype(np.intp)
        flat = row * size + place
        return np.asarray(np.where(v < keep[flat], place, other[flat]))
