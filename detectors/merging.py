"""Showers too close to be told apart are one shower."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.compiled.columnwise import Loop
from darkpair.gen.compiled.mode import off
from darkpair.gen.kinematics import Array

__all__ = ["Merged", "merge", "pairs_of"]

#: Part of a squared distance within which squares do not decide.
_ROUNDING: Final = 1e-12

#: What is left of k showers: position of the hardest in each, (m,), energy [GeV], x, y [mm].
Merged = tuple[NDArray[np.intp], Array, Array, Array]


def pairs_of(
    counts: NDArray[np.int64],
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]]:
    """Every two showers of one event, turn by turn: events with such a pair, and the positions of its two among the k.

    Parameters
    ----------
    counts : ndarray of int, (n,)
        Number of showers of each event.
    """
    starts, most = np.cumsum(counts) - counts, int(counts.max(initial=0))
    for j in range(1, most):  # a few showers an event, over whole arrays
        some = np.flatnonzero(counts > j)
        first = starts[some]
        for i in range(j):
            yield some, first + i, first + j


def merge(counts: NDArray[np.int64], energy: Array, x: Array, y: Array, distance: float) -> Merged:
    """Showers with those nearer than a distance made one: the energies add, the position is their centre of energy.

    It is transitive: two that are far apart are one where a third lies between them.  The order is that of the
    hardest of each; where nothing is near, everything comes back as it is, to the bit.

    Parameters
    ----------
    counts : ndarray of int, (n,)
        Number of showers of each event.
    energy, x, y : ndarray, (k,) [GeV], [mm]
        Energies and positions of the showers, event by event.
    distance : float [mm]
        Distance below which two showers are one.
    """
    if (merged := _compiled(counts, energy, x, y, distance)) is not None:
        return merged
    near = []
    for _, a, b in pairs_of(counts):
        rows = np.flatnonzero(np.hypot(x[a] - x[b], y[a] - y[b]) < distance)
        if len(rows):
            near.append((a[rows], b[rows]))
    k = len(energy)
    if not near:
        return np.arange(k), energy, x, y
    first = _first_of_each(near, k)
    alone = np.ones(k, dtype=bool)
    for pair in near:
        alone[pair[0]] = alone[pair[1]] = False
    several = np.flatnonzero(~alone)
    group = first[several]
    upwards = several[np.argsort(energy[several], kind="stable")]
    hardest = np.arange(k)
    hardest[first[upwards]] = upwards  # of several assignments the last one stays
    left = np.sort(np.concatenate([np.flatnonzero(alone), hardest[several[group == several]]]))
    energies, xs, ys = (column.copy() for column in (energy, x, y))
    at = hardest[several[group == several]]
    total, wx, wy = (
        np.bincount(group, w, minlength=k)[first[at]]
        for w in (energy[several], (energy * x)[several], (energy * y)[several])
    )
    energies[at], xs[at], ys[at] = total, wx / total, wy / total
    return left, energies[left], xs[left], ys[left]


def _first_of_each(near: list[tuple[NDArray[np.intp], NDArray[np.intp]]], k: int) -> NDArray[np.intp]:
    """The first shower among those that each of k hangs together with, by pairs that are near."""
    first = np.arange(k)
    while True:
        changed = False
        for a, b in near:  # (no shower is twice in a turn)
            least = np.minimum(first[a], first[b])
            changed = changed or not (np.array_equal(first[a], least) and np.array_equal(first[b], least))
            first[a] = first[b] = least
        if not changed:
            return first


def _compiled(counts: NDArray[np.int64], energy: Array, x: Array, y: Array, distance: float) -> Merged | None:
    """The same from a loop; None where there is none, or where two are so exactly at that distance that a root has to decide."""
    if off():
        return None
    k, square = len(energy), distance * distance
    hardest, group = np.empty(k, dtype=np.intp), np.empty(int(counts.max(initial=0)), dtype=np.intp)
    out = [np.empty(k) for _ in range(3)]
    sizes = counts, len(counts), energy, x, y, square * (1.0 - _ROUNDING), square * (1.0 + _ROUNDING)
    m = _merged(*sizes, group, hardest, *out)
    return None if m is None or m < 0 else (hardest[:m], out[0][:m], out[1][:m], out[2][:m])


@Loop
def _merged(
    counts: Any,
    n: int,
    energy: Any,
    x: Any,
    y: Any,
    near: float,
    far: float,
    group: Any,
    hardest: Any,
    energies: Any,
    xs: Any,
    ys: Any,
) -> int:
    """What is left of each event's showers, by squares of distances; how many, or -1 where one is neither near nor far."""
    m, start = 0, 0
    for i in range(n):
        some = counts[i]
        for b in range(some):
            group[b] = b
            for a in range(b):
                dx, dy = x[start + a] - x[start + b], y[start + a] - y[start + b]
                square = dx * dx + dy * dy
                if square < near:
                    first, other = min(group[a], group[b]), max(group[a], group[b])
                    for c in range(b + 1):
                        if group[c] == other:
                            group[c] = first
                elif not square > far:
                    return -1
        for a in range(some):
            best, members, total, wx, wy = start + a, 0, 0.0, 0.0, 0.0
            for b in range(some):
                if group[b] == group[a]:
                    at = start + b
                    members += 1
                    total += energy[at]
                    wx += energy[at] * x[at]
                    wy += energy[at] * y[at]
                    if energy[at] > energy[best] or (energy[at] == energy[best] and at > best):
                        best = at
            if best == start + a:
                alone = members == 1
                hardest[m], energies[m] = best, energy[best] if alone else total
                xs[m] = x[best] if alone else wx / total
                ys[m] = y[best] if alone else wy / total
                m += 1
        start += some
    return m
