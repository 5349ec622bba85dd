"""Lists of a file and of what its parents decay to, put together number by number, in any order of bytes.

The list of an event is a list of the file's, in which one particle is another, followed by a few more.  NumPy moves a column by an
index of every particle (`darkpair.gen.merged`); these loops go through the lists as they stand, in a fourth of the time.  Numbers
are moved, not looked at.  Each function says whether it did it: a loop may not be at hand.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.compiled.columnwise import Loop

__all__ = ["come_first", "descended", "lists_moved", "rows_moved"]

Index = NDArray[np.int64]

#: What stands for numbers of a size, in the order of this machine's bytes.
_BITS: Final = {1: np.int8, 4: np.int32, 8: np.int64}


def lists_moved(out: NDArray[Any], places: Index, given: NDArray[Any], begins: Index, counts: Index) -> bool:
    """Copy lists into longer ones.

    Parameters
    ----------
    out : ndarray, (k,)
        Where to, in any order of bytes.
    places : ndarray, (n,) or longer
        Where each list begins in it.
    given : ndarray, (m,)
        Where from, in the type of `out` but for the order of bytes.
    begins, counts : ndarray, (n,)
        Where each list begins in that, and how many numbers it has.
    """
    pair = _as_bits(out, given)
    return (
        pair is not None and _lists(len(counts), _swap(out), begins, counts, places, *pair[::-1]) is not None
    )


def rows_moved(out: NDArray[Any], values: NDArray[Any], first: Index, others: Index) -> bool:
    """Put the first of each event's numbers into one place, the others one after the other into another.

    Parameters
    ----------
    out : ndarray, (k,)
        Where to, in any order of bytes.
    values : ndarray, (size, n)
        Numbers of each event, in the type of `out` but for the order of bytes.
    first, others : ndarray, (n,)
        Where the first number of each event belongs, and the second.
    """
    pair = _as_bits(out, values.reshape(-1))
    size, n = values.shape
    return pair is not None and _rows(n, size, _swap(out), first, others, *pair[::-1]) is not None


def _as_bits(out: NDArray[Any], given: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]] | None:
    """Both as whole numbers; None for a size without any, and for what lies in memory with gaps."""
    bits: Any = _BITS.get(out.dtype.itemsize)
    if bits is None or not (out.flags.c_contiguous and given.flags.c_contiguous):
        return None
    return out.view(bits), given.view(bits)


def _swap(out: NDArray[Any]) -> int:
    """Bytes whose order is turned around; 0 for none."""
    return 0 if out.dtype.isnative else out.dtype.itemsize


def come_first(offsets: Index, mother: NDArray[np.int32]) -> bool | None:
    """Whether the mothers of all particles stand before them; None where no loop is at hand.

    Parameters
    ----------
    offsets : ndarray, (n + 1,)
        Where each event's list begins.
    mother : ndarray, (k,)
        Index of each particle's mother in its event's list, below 0 for none.
    """
    late = _late(len(offsets) - 1, offsets, mother)
    return None if late is None else late == 0


def descended(
    out: NDArray[np.bool_],
    places: Index,
    begins: Index,
    counts: Index,
    parent: Index,
    mother: NDArray[np.int32],
) -> bool:
    """Mark what comes from each list's parent; False, with `out` to be filled anew, where a mother stands behind.

    Parameters
    ----------
    out : ndarray of bool, (k,)
        All False.
    places, begins, counts : ndarray, (n,)
        As of `lists_moved`.
    parent : ndarray, (n,)
        Index of the parent in each list.
    mother : ndarray of int32, (m,)
        Index of each particle's mother in its list.
    """
    return bool(_descended(len(counts), begins, counts, places, parent, mother, out.view(np.int8)))


@Loop
def _lists(n: int, swap: int, begins: Any, counts: Any, places: Any, given: Any, out: Any) -> int:
    for i in range(n):
        source, target = begins[i], places[i]
        if swap == 4:
            for j in range(counts[i]):
                out[target + j] = _turned4(given[source + j])
        elif swap == 8:
            for j in range(counts[i]):
                out[target + j] = _turned8(given[source + j])
        else:
            for j in range(counts[i]):
                out[target + j] = given[source + j]
    return n


@Loop
def _rows(n: int, size: int, swap: int, first: Any, others: Any, values: Any, out: Any) -> int:
    for i in range(n):
        place = first[i]
        for j in range(size):
            x = values[j * n + i]
            out[place] = _turned4(x) if swap == 4 else _turned8(x) if swap == 8 else x
            place = others[i] + j
    return n


def _turned4(x: Any) -> Any:
    """A number of four bytes, the last first."""
    return (x & 0xFF) << 24 | (x & 0xFF00) << 8 | (x >> 8) & 0xFF00 | (x >> 24) & 0xFF


def _turned8(x: Any) -> Any:
    """A number of eight bytes, the last first."""
    low, high = _turned4(x & 0xFFFFFFFF), _turned4((x >> 32) & 0xFFFFFFFF)
    return low << 32 | high


@Loop
def _late(n: int, offsets: Any, mother: Any) -> int:
    late = 0
    for i in range(n):
        begin = offsets[i]
        for j in range(offsets[i + 1] - begin):
            late += mother[begin + j] >= j
    return late


@Loop
def _descended(n: int, begins: Any, counts: Any, places: Any, parent: Any, mother: Any, out: Any) -> int:
    for i in range(n):
        begin, place, own = begins[i], places[i], parent[i]
        for j in range(counts[i]):
            above = mother[begin + j]
            if above >= j:
                return 0
            if above >= own:  # (what descends from the parent stands behind it)
                out[place + j] = above == own or out[place + above] != 0
    return 1
