"""Events that have one parent: successive ones, of which a block holds all, and sums that count each parent once.

A source may give each parent several times (`uses` of `darkpair.gen.sources.event_file`), and each time it decays anew. What is
common to these events, its momentum and its place, is drawn once, so that they are no independent events: whether one is
accepted tells something of the others. The variance of a sum over events is that of a sum of independent terms only where
a term is the sum over a parent's events. That is the estimate from independent clusters of equal size: W. G. Cochran, Sampling
Techniques, 3rd edition (Wiley, 1977), chapter 9.  What is arranged within a cluster, as azimuths at equal steps, leaves it right.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array
from darkpair.gen.streams import BLOCK

__all__ = ["parent_sums", "parents_of", "require_uses", "shared", "uses_in_force"]

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
