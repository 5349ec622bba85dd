"""Histograms that are made and filled block after block: past what hist looks at anew each time, which takes longer than to fill them.

An empty one and its offspring share their axes, which nobody changes.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from darkpair.gen.kinematics import Array

if TYPE_CHECKING:
    import hist

__all__ = ["again", "fill"]


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


def fill(histogram: hist.Hist[Any], *columns: Array, weight: Array) -> None:
    """Fill a histogram, whose bins hold sums of weights and of their squares.

    Parameters
    ----------
    histogram : hist.Hist
        With the storage ``Weight`` and axes that do not grow.
    *columns : ndarray of float, (n,)
        Numbers along each of its axes.
    weight : ndarray of float, (n,)
        Weights.
    """
    inner: Any = getattr(histogram, "_hist", None)
    if inner is None:  # (of another version of hist)
        histogram.fill(*columns, weight=weight)
    else:
        inner.fill(*map(np.asarray, columns), weight=np.asarray(weight), sample=None)
