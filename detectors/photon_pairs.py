"""Photons of events that have two of them exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.compiled.columnwise import Loop
from darkpair.gen.kinematics import Array

__all__ = ["PhotonPairs", "photon_pairs"]


@dataclass(frozen=True, kw_only=True)
class PhotonPairs:
    """The only two clusters of each event that has two.

    Parameters
    ----------
    counts : ndarray, (n,)
        Clusters of each event.
    event : ndarray, (k,)
        Event of each pair, in growing order.
    energy, x, y : ndarray, (2, k) [GeV], [mm]
        Energies and places of both.
    """

    counts: NDArray[np.int64]
    event: NDArray[np.int64]
    energy: Array
    x: Array
    y: Array


def photon_pairs(n: int, event: NDArray[np.int64], energy: Array, x: Array, y: Array) -> PhotonPairs:
    """Pairs of clusters (k,) of n events, which stand event by event."""
    counts, most = np.empty(n, dtype=np.int64), len(event) // 2 + 1
    owner, columns = np.empty(most, dtype=np.int64), np.empty((6, most))
    pairs = _pairs(n, event, energy, x, y, len(event), counts, owner, *columns)
    if pairs is None:
        counts = np.bincount(event, minlength=n)
        rows = np.flatnonzero(counts[event] == 2).reshape(-1, 2)
        owner = event[rows[:, 0]]
        columns = np.stack([column[rows[:, i]] for column in (energy, x, y) for i in (0, 1)])
    else:
        owner, columns = owner[:pairs], columns[:, :pairs]
    return PhotonPairs(counts=counts, event=owner, energy=columns[:2], x=columns[2:4], y=columns[4:])


@Loop
def _pairs(
    n: int,
    event: Any,
    energy: Any,
    x: Any,
    y: Any,
    clusters: int,
    counts: Any,
    owner: Any,
    e1: Any,
    e2: Any,
    x1: Any,
    x2: Any,
    y1: Any,
    y2: Any,
) -> int:
    """Count the clusters of each event, and write those of pairs; how many pairs."""
    for i in range(n):
        counts[i] = 0
    for j in range(clusters):
        counts[event[j]] += 1
    m = 0
    for j in range(clusters - 1):  # (no branch that the processor has to guess)
        here = event[j]
        owner[m], e1[m], e2[m] = here, energy[j], energy[j + 1]
        x1[m], x2[m], y1[m], y2[m] = x[j], x[j + 1], y[j], y[j + 1]
        m += (event[j + 1] == here) & (counts[here] == 2)
    return m
