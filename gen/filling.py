"""Histograms that are made and filled block after block: past what hist looks at anew each time, which takes longer than to fill them.

An empty one and its offspring share their axes, which nobody changes.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.kinematics import Array
from darkpair.gen.shared_parents import uses_in_force

if TYPE_CHECKING:
    import hist

__all__ = ["again", "fill"]

Index = NDArray[np.int64]


def again(empty: hist.Hist[Any]) -> hist.Hist[Any]:
    """A histogram with the bins and the contents of another."""
    try:
        made: Any = type(empty).__new__(type(empty))
        made._hist = copy.copy(empty._hist)
        made.__dict__.update(empty.__dict__)
        made.axes = empty.axes
    except AttributeError:  # (of another version of hist)
        return empty.copy(deep=False)
    histogram: hist.Hist[Any] = made
    return histogram


def fill(histogram: hist.Hist[Any], *columns: Any, weight: Array, event: Index) -> None:
    """Fill a histogram of weights, in whose variances each parent's entries of a bin are one.

    Without events that share a parent that is what ``histogram.fill`` does, where each entry counts for itself.

    Parameters
    ----------
    histogram : hist.Hist
        Histogram with the storage ``Weight`` and axes that do not grow.
    *columns : ndarray, (k,), or str
        Values along its axes.
    weight : ndarray, (k,)
        Weight of each entry.
    event : ndarray of int, (k,)
        Index of each entry's event.
    """
    inner: Any = getattr(histogram, "_hist", None)
    if inner is None or any(
        isinstance(column, str) for column in columns
    ):  # (None: of another version of hist)
        histogram.fill(*columns, weight=weight)
    else:
        inner.fill(*map(np.asarray, columns), weight=np.asarray(weight), sample=None)
    uses = uses_in_force()
    if uses == 1 or not len(event):
        return
    place, inside = np.zeros(len(event), dtype=np.int64), np.ones(len(event), dtype=bool)
    for axis, column in zip(histogram.axes, columns, strict=True):
        at = np.broadcast_to(axis.index(column), len(event)) + axis.traits.underflow
        inside &= (at >= 0) & (at < axis.extent)
        place = place * axis.extent + at
    place, weight, parent = place[inside], weight[inside], event[inside] // uses
    _, turn = np.unique(parent * histogram.size + place, return_inverse=True)
    bins = np.zeros(int(turn.max(initial=-1)) + 1, dtype=np.int64)
    bins[turn] = place
    together = np.bincount(turn, weight, len(bins)) ** 2
    more = np.bincount(bins, together, histogram.size) - np.bincount(place, weight * weight, histogram.size)
    view: Any = histogram.view(flow=True)
    view["variance"] += more.reshape(histogram.axes.extent)
