"""Which cut each candidate fails first: what a selection does to events without weights, from one loop over all cuts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.compiled.columnwise import Loop
from darkpair.gen.kinematics import Array

__all__ = ["events_left", "first_failed"]

#: A limit: a number, None, or what gives that of some candidates (m,) by their indices.
End: TypeAlias = Any

_TEXT = """
def failed(stage, n, {names}):
    for i in range(n):
        at = {most}
        {each}
        stage[i] = at
    return n
"""


def first_failed(cuts: Sequence[tuple[Array, End, End]]) -> NDArray[np.int64] | None:
    """Number of the first cut that each candidate fails, (k,); that of cuts for one that passes all.

    None where nothing is compiled.

    Parameters
    ----------
    cuts : sequence of (ndarray (k,), limit, limit)
        What is cut on, its least and its greatest value, in the order of the cuts; one at least.
    """
    straight = [i for i, (_, *ends) in enumerate(cuts) if not any(map(callable, ends))]
    operands: list[Any] = []
    for i in straight:
        x, low, high = cuts[i]
        operands += [x, -math.inf if low is None else float(low), math.inf if high is None else float(high)]
    n = len(cuts[0][0])
    stage = np.empty(n, dtype=np.int64)
    if _loop(tuple(straight), len(cuts))(stage, n, *operands) is None:
        return None
    bent = [i for i in range(len(cuts)) if i not in straight]
    if bent:  # (a line is looked up for those that are left alone)
        rows = np.flatnonzero(stage > bent[0])
        some = stage[rows]
        for i in bent:
            x, *ends = cuts[i]
            low, high = (end(rows) if callable(end) else end for end in ends)
            here = x[rows]
            passed = np.ones(len(rows), dtype=bool) if low is None else here >= low
            some[~(passed if high is None else passed & (here <= high)) & (some > i)] = i
        stage[rows] = some
    return stage


def events_left(stage: NDArray[np.int64], event: NDArray[np.int64], cuts: int) -> list[int] | None:
    """Events that are left after each cut; None where nothing is compiled.

    Parameters
    ----------
    stage, event : ndarray, (k,)
        Number of the first cut that each candidate fails, and its event, in growing order.
    cuts : int
        Number of cuts.
    """
    ends = np.zeros(cuts + 1, dtype=np.int64)
    if _ends(stage, event, len(stage), ends) is None:
        return None
    left: list[int] = np.cumsum(ends[:0:-1])[::-1].tolist()
    return left


@cache
def _loop(numbers: tuple[int, ...], cuts: int) -> Loop:
    """The loop over the cuts of those numbers."""
    names = ", ".join(f"x{i}, low{i}, high{i}" for i in numbers)
    each = [f"at = at if (x{i}[i] >= low{i}) & (x{i}[i] <= high{i}) else {i}" for i in reversed(numbers)]
    scope: dict[str, Any] = {"__name__": __name__}
    exec(_TEXT.format(names=names, most=cuts, each="\n        ".join(each)), scope)  # noqa: S102 (text of ours)
    return Loop(scope["failed"])


@Loop
def _ends(stage: Any, event: Any, n: int, ends: Any) -> int:
    """Count events by the cut where their last candidate ends."""
    i = 0
    while i < n:
        here, most = event[i], stage[i]
        i += 1
        while i < n and event[i] == here:
            most = max(most, stage[i])
            i += 1
        ends[most] += 1
    return n
