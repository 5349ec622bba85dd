"""Showers too close to be told apart are one shower."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import NDArray

from darkpair.gen.kinematics import Array

__all__ = ["Merged", "close_pairs", "merge"]

#: What is left of k showers: position of the hardest in each, (m,), energy [GeV], x, y [mm].
Merged = tuple[NDArray[np.intp], Array, Array, Array]


def close_pairs(
    counts: NDArray[np.int64], x: Array, y: Array
) -> tuple[NDArray[np.intp], NDArray[np.intp], Array]:
    """Every two showers of one event: their positions among the k, (p,) each, and their distance [mm], (p,).

    Parameters
    ----------
    counts : ndarray of int, (n,)
        Number of showers of each event.
    x, y : ndarray, (k,) [mm]
        Positions of the showers, event by event.
    """
    starts, most = np.cumsum(counts) - counts, int(counts.max(initial=0))
    first: list[NDArray[np.intp]] = [np.zeros(0, dtype=np.intp)]
    second = list(first)
    for i in range(most):  # a few showers an event, over whole arrays
        for j in range(i + 1, most):
            some = np.flatnonzero(counts > j)
            first.append(starts[some] + i)
            second.append(starts[some] + j)
    a, b = np.concatenate(first), np.concatenate(second)
    return a, b, np.hypot(x[a] - x[b], y[a] - y[b])


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
    k = len(energy)
    a, b, apart = close_pairs(counts, x, y)
    near = apart < distance
    if not near.any():
        return np.arange(k), energy, x, y
    links = scipy.sparse.coo_array((np.ones(int(near.sum())), (a[near], b[near])), shape=(k, k))
    m, group = scipy.sparse.csgraph.connected_components(links, directed=False)
    upwards = np.argsort(energy, kind="stable")
    hardest = np.zeros(m, dtype=np.intp)
    hardest[group[upwards]] = upwards  # of several assignments the last one stays
    order = np.argsort(hardest)
    total, wx, wy = (np.bincount(group, w, minlength=m)[order] for w in (energy, energy * x, energy * y))
    hardest = hardest[order]
    alone = np.bincount(group, minlength=m)[order] == 1
    return (
        hardest,
        np.where(alone, energy[hardest], total),
        np.where(alone, x[hardest], wx / total),
        np.where(alone, y[hardest], wy / total),
    )
