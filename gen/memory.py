"""Keep freed memory for the next batch instead of handing it back to the system page by page."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np

from darkpair.gen.kinematics import Array

__all__ = ["floats", "keep_freed_memory", "warm_allocator"]

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # names of glibc's mallopt, malloc.h
_KEPT = 256 << 20  # bytes; far more than the arrays of a block


def warm_allocator() -> None:
    """Make glibc keep what a batch frees, by the one block that it needs to see freed for that.

    Nothing is touched, and elsewhere it does nothing (measured: half the time of a chain).
    """
    np.empty(31 << 20, dtype=np.uint8)


@cache
def keep_freed_memory() -> None:
    """Set glibc's thresholds for this process, and keep larger arrays: for programs that only generate (measured: a tenth of a job)."""
    _keeping.append(True)
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library
        return
    mallopt(_MMAP_THRESHOLD, _KEPT)
    mallopt(_TRIM_THRESHOLD, _KEPT)


#: What is larger glibc hands back, whatever it is told (malloc.c, HEAP_MAX_SIZE) [bytes].
_LARGE: Final = 32 << 20
#: Most bytes of larger arrays that are kept for who asks next.
_MOST: Final = 1 << 30


def _unseen(arrays: Sequence[Array], count: int, alone: int) -> Array | None:
    """An array of so many numbers to which there are no more references than to one that nobody else looks at."""
    for memory in arrays:
        if memory.size == count and sys.getrefcount(memory) == alone:
            return memory
    return None


#: References that `_unseen` counts of such an array: how many, differs between versions of Python (one counted too many would hand
#: out memory that somebody looks at).
_ALONE: Final = next((n for n in range(1, 9) if _unseen([np.empty(1)], 1, n) is not None), 0)

_keeping: list[bool] = []
_large: list[Array] = []


def floats(count: int) -> Array:
    """Memory for some numbers, (count,): where freed memory is kept, a large one that nobody has a view of any more.

    To touch fresh pages takes longer than to fill them.
    """
    if not _keeping or 8 * count <= _LARGE:
        return np.empty(count)
    if (unseen := _unseen(_large, count, _ALONE)) is not None:
        return unseen
    memory = np.empty(count)
    while _large and sum(old.nbytes for old in _large) + memory.nbytes > _MOST:
        _large.pop(0)
    if memory.nbytes <= _MOST:
        _large.append(memory)
    return memory
