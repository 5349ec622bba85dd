"""Memory for the events of a whole chunk, which its blocks fill one after the other: putting them together copies nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from darkpair.gen.kinematics import Array
from darkpair.gen.topology import Topology

__all__ = ["Space", "joined"]


class Space:
    """Columns of events of one topology that are to come.

    Parameters
    ----------
    topology : Topology
        Of the events.
    n : int
        Most events.
    """

    def __init__(self, topology: Topology, n: int) -> None:
        self._momentum: Array = np.empty((4, len(topology), n))
        self._vertices: Array = np.empty((4, 1 + max(topology.vertex, default=0), n))
        self._filled = 0

    def columns(self, n: int) -> tuple[Array, Array]:
        """Momenta (4, particles, n) and vertices (4, vertices, n) of the next n events, to be written."""
        rows = slice(self._filled, self._filled + n)
        self._filled += n
        return self._momentum[:, :, rows], self._vertices[:, :, rows]


def joined(arrays: Sequence[Array]) -> Array:
    """Arrays (i, j, n) put together along their last axis: of neighbours in a space what lies there, as it is."""
    first, *rest = arrays
    whole, n = first.base, sum(array.shape[2] for array in arrays)
    if isinstance(whole, np.ndarray) and whole.shape == (*first.shape[:2], n) and whole.dtype == first.dtype:
        start = whole.__array_interface__["data"][0]
        for array in arrays:
            if array.base is not whole or array.strides != whole.strides:
                break
            if array.__array_interface__["data"][0] != start:
                break
            start += array.shape[2] * whole.itemsize
        else:
            return whole
    return np.concatenate(arrays, axis=2) if rest else first
