"""Lists of any length in columns: which event each entry is of, and which entries some events have."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.compiled.columnwise import Loop

__all__ = ["counting", "entries", "owners", "taken"]


@lru_cache(maxsize=4)
def counting(n: int) -> NDArray[np.int64]:
    """0 to n - 1, which nobody can change: the same array whenever it is asked for again."""
    out = np.arange(n)
    out.flags.writeable = False
    return out


def owners(counts: NDArray[np.integer]) -> NDArray[np.int64]:
    """Event of each entry of lists that have `counts` (n,) entries, in order."""
    counts = counts.astype(np.int64, copy=False)
    total = int(counts.sum())
    events = np.empty(total + 1, dtype=np.int64)
    if _owners(counts, len(counts), events) is None:
        return np.repeat(np.arange(len(counts)), counts)
    return events[:total]


@Loop
def _owners(counts: Any, n: int, events: Any) -> int:
    m = 0
    for i in range(n):
        events[m] = (
            i  # (overwritten by the next where it has none: no branch that the processor has to guess)
        )
        m += counts[i] > 0
        for _ in range(1, counts[i]):
            events[m] = i
            m += 1
    return m


def entries(events: NDArray[np.integer], counts: NDArray[np.integer]) -> NDArray[np.int64]:
    """Entries of the lists of some `events` (k,) in growing order, where all lists have `counts` (n,) entries, in order."""
    counts = counts.astype(np.int64, copy=False)  # (those of a stranger may have no sign)
    some = counts[events]
    rows: NDArray[np.int64] = np.empty(int(some.sum()), dtype=np.int64)
    if _entries(np.ascontiguousarray(events), len(events), counts, rows) is not None:
        return rows
    before = np.cumsum(some) - some
    starts = (np.cumsum(counts) - counts)[events]
    rows[:] = np.arange(len(rows)) + np.repeat(starts - before, some)
    return rows


@Loop
def _entries(events: Any, some: int, counts: Any, rows: Any) -> int:
    m, start, i = 0, 0, 0
    for j in range(some):
        while i < events[j]:
            start += counts[i]
            i += 1
        for row in range(start, start + counts[i]):
            rows[m] = row
            m += 1
    return m


def taken(array: NDArray[np.float64], keep: NDArray[np.integer]) -> NDArray[np.float64]:
    """The entries `keep` (k,) of the last axis of an array (..., n): (..., k)."""
    *rows, n = array.shape
    out = np.empty((*rows, len(keep)))
    within = (
        array.dtype == out.dtype and len(keep) and 0 <= keep.min() <= keep.max() < n
    )  # (a loop does not look)
    if within and _taken(array, math.prod(rows), n, keep, len(keep), out) is not None:
        return out
    return np.take(array, keep, axis=-1)


@Loop
def _taken(array: Any, rows: int, n: int, keep: Any, some: int, out: Any) -> int:
    for row in range(rows):
        first, to = row * n, row * some
        for j in range(some):
            out[to + j] = array[first + keep[j]]
    return some
