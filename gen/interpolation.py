"""Straight lines between nodes, as `np.interp` draws them, to the bit, and found by an index."""

from __future__ import annotations

from typing import Any

import numpy as np

from darkpair.gen.compiled.columnwise import Table, columnwise, where
from darkpair.gen.compiled.mode import off
from darkpair.gen.intervals import Intervals
from darkpair.gen.kinematics import Array, Real

__all__ = ["Polyline"]


class Polyline:
    """Straight lines between points, level beyond the first and the last.

    Parameters
    ----------
    nodes : array_like, (k,)
        Places of the points, growing, finite.
    values : array_like, (k,)
        Heights there, finite.
    """

    def __init__(self, nodes: Any, values: Any) -> None:
        self.nodes, self.values = (np.array(a, dtype=np.float64) for a in (nodes, values))
        slopes = np.diff(self.values) / np.diff(self.nodes)
        self._places = Intervals(self.nodes)
        self._tables = Table(self.nodes), Table(self.values), Table(np.append(slopes, 0.0))

    def __call__(self, x: Array) -> Array:
        """Height at each x, (n,)."""
        if off():
            return np.interp(x, self.nodes, self.values)
        out: Array = _height(x, self._places(x), *self._tables, len(self.nodes))
        return out


@columnwise
def _height(x: Real, k: Any, nodes: Table, values: Table, slopes: Table, n: int) -> Real:
    """Height on the line behind the k-th node, from its beginning on, as NumPy counts it."""
    j = where((k > 0) & (k < n), k - 1, 0)
    line = where(x == nodes[j], values[j], slopes[j] * (x - nodes[j]) + values[j])
    out = where(k < 1, values[0], where(k > n - 1, values[n - 1], line))
    return where(np.isnan(x), x, out)
