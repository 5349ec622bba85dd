"""Showers too close to be told apart are one shower."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.kinematics import Array

__all__ = ["Merged", "merge", "pairs_of"]

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
