"""A density of two variables on a rectangular grid, that draws from itself: bilinear between nodes, or constant in bins."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.compiled.columnwise import Table, columnwise, where
from darkpair.gen.errors import InputError
from darkpair.gen.intervals import Intervals
from darkpair.gen.kinematics import Array, Real

__all__ = ["GridDensity"]


@dataclass(frozen=True, kw_only=True, eq=False)
class GridDensity:
    """A density, integrated and drawn exactly; 0 outside the grid.

    Parameters
    ----------
    first : ndarray, (k,)
        Nodes of the first variable, growing.
    second : ndarray, (l,)
        Nodes of the second variable, growing, 0 or more: its density vanishes at 0.
    values : ndarray, (k, l) at the nodes, or (k - 1, l - 1) in bins
        Density, in any normalisation.
    what : str
        Name of the table, for messages.
    names : two str
        Names of the variables, for messages.
    unit : str
        Unit of the second variable, for messages.

    Raises
    ------
    InputError
        For nodes that do not grow, or values that are negative, not finite or zero everywhere.
    """

    first: Array = field(repr=False)
    second: Array = field(repr=False)
    values: Array = field(repr=False)
    what: str = "table"
    names: tuple[str, str] = ("y", "pT")
    unit: str = "GeV"

    def __post_init__(self) -> None:
        first, second, values = (np.array(a, dtype=float) for a in (self.first, self.second, self.values))
        for name, nodes in zip(self.names, (first, second), strict=True):
            if nodes.ndim != 1 or len(nodes) < 2 or not np.all(np.diff(nodes) > 0.0):
                raise InputError(f"{self.what}: the nodes in {name} must grow and be two or more")
        if second[0] < 0.0:
            raise InputError(
                f"{self.what}: the nodes in {self.names[1]} begin at {second[0]} {self.unit}; allowed: 0 or more"
            )
        if values.shape not in ((len(first), len(second)), (len(first) - 1, len(second) - 1)):
            raise InputError(f"{self.what}: {values.shape} values on {len(first)} x {len(second)} nodes")
        if not np.all(np.isfinite(values)) or np.any(values < 0.0) or not np.any(values > 0.0):
            raise InputError(f"{self.what}: values must be finite, not negative, and not all zero")
        values = values / float(_masses(first, second, values).sum())
        for name, array in (("first", first), ("second", second), ("values", values)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    def sample_identity(self) -> tuple[Array, Array, Array]:
        """The numbers, without the words of messages."""
        return self.first, self.second, self.values

    @property
    def bins(self) -> bool:
        """Whether the density is constant between nodes."""
        return len(self.values) < len(self.first)

    @cached_property
    def cell_integrals(self) -> Array:
        """Probability of each cell of the grid, (k - 1, l - 1); the sum is 1."""
        return _masses(self.first, self.second, self.values)

    @cached_property
    def _accumulated(self) -> Array:
        total = np.cumsum(self.cell_integrals)
        out: Array = total / total[-1]
        return out

    @cached_property
    def _places(self) -> tuple[Intervals, Intervals]:
        return Intervals(self.first), Intervals(self.second)

    @cached_property
    def _by_part(self) -> Intervals:
        return Intervals(self._accumulated)

    def _corners(self, i: Any, j: Any) -> tuple[Array, Array, Array, Array]:
        """Density at the corners of cells, those of the second variable in turn."""
        f = self.values
        if self.bins:
            return f[i, j], f[i, j], f[i, j], f[i, j]
        return f[i, j], f[i, j + 1], f[i + 1, j], f[i + 1, j + 1]

    def density(self, first: Array, second: Array) -> Array:
        """Density at points (n,), its integral 1."""
        first, second = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
        columns, step = self.values.shape[1], 0 if self.bins else 1  # (to the next corner)
        nodes = Table(self.first), Table(self.second), Table(self.values.ravel())
        sizes = len(self.first), len(self.second), columns, step * columns, step
        along = [places(x) for places, x in zip(self._places, (first, second), strict=True)]
        out: Array = _interpolated(first, second, *along, *nodes, *sizes)
        return out

    def ends_beside(self, first: Array, second: Array) -> NDArray[np.bool_]:
        """Whether the density is zero at a corner of the cell of each point (n,), or in a bin beside it.

        Where the second variable is 0 every density is zero, which is no end.
        """
        i, _ = _place(self.first, np.asarray(first, dtype=float))
        j, _ = _place(self.second, np.asarray(second, dtype=float))
        if self.bins:
            at_zero = np.inf if self.second[0] == 0.0 else 0.0
            around = np.pad(self.values, 1)
            around[:, 0] = at_zero
            near = [around[i + a, j + b] for a in range(3) for b in range(3)]
            return np.asarray(np.min(near, axis=0) <= 0.0)
        f00, f01, f10, f11 = self._corners(i, j)
        low = np.where(self.second[j] > 0.0, np.minimum(f00, f10), np.inf)
        return np.asarray(np.minimum(low, np.minimum(f01, f11)) <= 0.0)

    def sample(self, rng: np.random.Generator, n: int) -> tuple[Array, Array]:
        """Both variables, (n,) each, of exactly `density`; three numbers an event."""
        u = rng.random((n, 3))
        cell = self._by_part(u[:, 0])
        i, j = np.divmod(cell, len(self.second) - 1)
        f00, f01, f10, f11 = self._corners(i, j)
        t = _linear(f00 + f01, f10 + f11, 1.0 - u[:, 1])
        s = _linear(f00 * (1.0 - t) + f10 * t, f01 * (1.0 - t) + f11 * t, 1.0 - u[:, 2])
        first = self.first[i] + t * (self.first[i + 1] - self.first[i])
        return first, self.second[j] + s * (self.second[j + 1] - self.second[j])


def _masses(first: Array, second: Array, values: Array) -> Array:
    """Integral of the density over each cell."""
    if len(values) < len(first):
        return np.asarray(values * np.diff(first)[:, None] * np.diff(second)[None, :])
    corners = values[:-1, :-1] + values[1:, :-1] + values[:-1, 1:] + values[1:, 1:]
    out: Array = 0.25 * corners * np.diff(first)[:, None] * np.diff(second)[None, :]
    return out


def _place(nodes: Array, x: Array) -> tuple[Any, Array]:
    """Cell of each x, and how far along it: outside 0 to 1 where x is outside the nodes."""
    cell = np.clip(np.searchsorted(nodes, x, side="right") - 1, 0, len(nodes) - 2)
    along: Array = (x - nodes[cell]) / (nodes[cell + 1] - nodes[cell])
    return cell, along


@columnwise
def _interpolated(
    first: Real,
    second: Real,
    i: Any,
    j: Any,
    first_nodes: Table,
    second_nodes: Table,
    values: Table,
    n_first: int,
    n_second: int,
    columns: int,
    down: int,
    right: int,
) -> Real:
    """Density at a point, of those corners of its cell that are `down` and `right` of the first one in the table; 0 outside."""
    i = where(i < 1, 0, where(i > n_first - 1, n_first - 2, i - 1))
    j = where(j < 1, 0, where(j > n_second - 1, n_second - 2, j - 1))
    t = (first - first_nodes[i]) / (first_nodes[i + 1] - first_nodes[i])
    s = (second - second_nodes[j]) / (second_nodes[j + 1] - second_nodes[j])
    at = i * columns + j
    low = values[at] * (1.0 - t) + values[at + down] * t
    high = values[at + right] * (1.0 - t) + values[at + down + right] * t
    inside = (t >= 0.0) & (t <= 1.0) & (s >= 0.0) & (s <= 1.0)
    return where(inside, low * (1.0 - s) + high * s, 0.0)


def _linear(first: Array, last: Array, u: Array) -> Array:
    """Where a density linear between two values over (0, 1) has accumulated a part u of itself, 0 < u <= 1."""
    out: Array = u * (first + last) / (first + np.sqrt(first * first * (1.0 - u) + last * last * u))
    return out
