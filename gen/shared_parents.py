"""Events that have one parent: successive ones, of which a block holds all, and sums that count each parent once.

A source may give each parent several times (`uses` of `darkpair.gen.sources.event_file`), and each time it decays anew. What is
common to these events, its momentum and its place, is drawn once, so that they are no independent events: whether one is
accepted tells something of the others. The variance of a sum over events is that of a sum of independent terms only where
a term is the sum over a parent's events. That is the estimate from independent clusters of equal size: W. G. Cochran, Sampling
Techniques, 3rd edition (Wiley, 1977), section 9.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array
from darkpair.gen.streams import BLOCK

if TYPE_CHECKING:
    import hist

__all__ = ["fill", "parent_sums", "parents_of", "require_uses", "shared", "uses_in_force"]

Index = NDArray[np.int64]

_USES: ContextVar[int] = ContextVar("how many successive events have one parent", default=1)


def require_uses(uses: Any) -> None:
    """Refuse a number of uses with which blocks would hold some uses of a parent and not all.

    Raises
    ------
    InputError
        For what is no power of two from 1 to 16384, with the nearest.
    """
    if 1 <= uses <= BLOCK and BLOCK % uses == 0:
        return
    nearest = min((1 << i for i in range(BLOCK.bit_length())), key=lambda power: abs(power - uses))
    raise InputError(
        f"uses = {uses} of each parent; allowed: 1, 2, 4, 8, ... {BLOCK}, a power of two, so that blocks of {BLOCK} events "
        f"hold whole parents; give {nearest}"
    )


@contextmanager
def shared(uses: int) -> Iterator[None]:
    """Count so many successive events as those of one parent, inside.

    Parameters
    ----------
    uses : int
        How many they are; events are whole multiples of it, and counted from a parent's first one.
    """
    token = _USES.set(uses)
    try:
        yield
    finally:
        _USES.reset(token)


def uses_in_force() -> int:
    """How many successive events have one parent; 1 unless somebody says it."""
    return _USES.get()


def parents_of(event: Index, uses: int) -> Index | None:
    """Index of each event's parent, (k,); None where each event has a parent of its own."""
    return None if uses == 1 else event // uses


def parent_sums(parent: Index, weight: Array) -> Array:
    """Sums of the weights of each parent.

    Parameters
    ----------
    parent : ndarray of int, (k,)
        Parent of each event, growing.
    weight : ndarray, (k,)
        Weight of each event.

    Returns
    -------
    ndarray, (m,)
        One for each parent that is there.
    """
    if not len(parent):
        return np.zeros(0)
    first = np.flatnonzero(np.diff(parent, prepend=parent[0] - 1))
    return np.add.reduceat(weight, first)


def fill(histogram: hist.Hist[Any], *columns: Any, weight: Array, event: Index) -> None:
    """Fill a histogram of weights, in whose variances each parent's entries of a bin are one.

    Without events that share a parent that is what ``histogram.fill`` does, where each entry counts for itself.

    Parameters
    ----------
    histogram : hist.Hist
        Histogram with the storage ``Weight``.
    *columns : ndarray, (k,), or str
        Values along its axes.
    weight : ndarray, (k,)
        Weight of each entry.
    event : ndarray of int, (k,)
        Index of each entry's event.
    """
    histogram.fill(*columns, weight=weight)
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
