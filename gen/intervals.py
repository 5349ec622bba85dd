"""Which of many intervals a number is in: `np.searchsorted`, by an index that says where to begin.

A bisection of fifty thousand edges misses the cache at every step.  Here the range is cut into even buckets; the bucket of a
number leaves an edge or two to look at.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.compiled.columnwise import Loop
from darkpair.gen.kinematics import Array

__all__ = ["Intervals"]

#: Buckets for each edge, and in all, at least: of few edges so many that most buckets have none.
_BUCKETS: Final = 2
_LEAST: Final = 1024


class Intervals:
    """Intervals between growing edges.

    Parameters
    ----------
    edges : ndarray, (k,)
        Edges, finite, none less than the one before.
    """

    def __init__(self, edges: Array) -> None:
        self.edges = np.ascontiguousarray(edges, dtype=np.float64)
        self._buckets = max(_BUCKETS * len(edges), _LEAST)
        self._low = float(self.edges[0])
        width = float(self.edges[-1]) - self._low
        self._scale = self._buckets / width if width > 0.0 else 0.0
        if not np.isfinite(self._scale):
            self._scale = 0.0
        # (a number's bucket never falls as the number grows: edges of an earlier bucket are below it, of a later one above)
        own = np.clip((self.edges - self._low) * self._scale, 0.0, self._buckets - 1.0).astype(np.intp)
        self._first = np.searchsorted(own, np.arange(self._buckets + 1)).astype(np.int32)

    def __call__(self, x: Array) -> NDArray[np.intp]:
        """How many edges are not above each number, (n,): 0 before the first one, k from the last one on and for NaN."""
        if getattr(x, "dtype", None) == np.float64 and x.ndim == 1:
            out, x = np.empty(len(x), dtype=np.intp), np.ascontiguousarray(x)
            index = (self.edges, len(self.edges), self._first, self._low, self._scale, self._buckets)
            if _placed(*index, x, out, len(x)) is not None:
                return out
        return np.searchsorted(self.edges, x, side="right")


@Loop
def _placed(
    edges: Any, k: int, first: Any, low: float, scale: float, buckets: int, x: Any, out: Any, n: int
) -> int:
    """Bisect the edges of each number's bucket."""
    last = buckets - 1.0
    for i in range(n):
        value = x[i]
        at = (value - low) * scale
        bucket = 0
        if at > 0.0:  # (which NaN is not)
            bucket = int(at) if at < last else buckets - 1
        lower, upper = int(first[bucket]), int(first[bucket + 1])
        while lower < upper:
            middle = (lower + upper) >> 1
            if edges[middle] <= value:
                lower = middle + 1
            else:
                upper = middle
        out[i] = k if np.isnan(value) else lower
    return n
