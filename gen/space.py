"""Memory for the events of a whole chunk, which its blocks fill one after the other: putting them together copies nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

from darkpair.gen.kinematics import Array
from darkpair.gen.memory import floats
from darkpair.gen.topology import Topology

__all__ = ["Space", "columns", "filled", "joined"]

#: The space that events go into here.
_HERE: ContextVar[Space | None] = ContextVar("space of a chunk", default=None)


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
        self.topology = topology
        self._momentum = _array(len(topology), n)
        self._vertices = _array(1 + max(topology.vertex, default=0), n)
        self._filled = 0

    def fits(self, topology: Topology, n: int) -> bool:
        """Whether n more events of that topology have room."""
        return topology == self.topology and self._filled + n <= self._momentum.shape[2]

    def columns(self, n: int) -> tuple[Array, Array]:
        """Momenta (4, particles, n) and vertices (4, vertices, n) of the next n events, to be written."""
        rows = slice(self._filled, self._filled + n)
        self._filled += n
        return self._momentum[:, :, rows], self._vertices[:, :, rows]


@contextmanager
def filled(space: Space | None) -> Iterator[None]:
    """Have the events that a chain makes inside go into a space, one batch after the other."""
    token = _HERE.set(space)
    try:
        yield
    finally:
        _HERE.reset(token)


def columns(topology: Topology, n: int) -> tuple[Array, Array]:
    """Memory for momenta (4, particles, n) and vertices (4, vertices, n) of n events: in the space that is filled, or their own."""
    space = _HERE.get()
    if space is None or not space.fits(topology, n):
        space = Space(topology, n)
    return space.columns(n)


def _array(size: int, n: int) -> Array:
    return floats(4 * size * n).reshape(4, size, n)


def joined(arrays: Sequence[Array]) -> Array:
    """Arrays (i, j, n) put together along their last axis: of neighbours in a space what lies there, as it is."""
    first, n = arrays[0], sum(array.shape[2] for array in arrays)
    whole, size = first.base, first.shape[0] * first.shape[1] * n
    if isinstance(whole, np.ndarray) and whole.shape == (size,) and whole.dtype == first.dtype:
        place = _address(whole)
        for array in (a for a in arrays if a.shape[2]):
            if (
                array.base is not whole
                or array.strides != (first.shape[1] * n * whole.itemsize, n * whole.itemsize, whole.itemsize)
                or _address(array) != place
            ):
                break
            place += array.shape[2] * whole.itemsize
        else:
            return whole.reshape(*first.shape[:2], n)
    return first if len(arrays) == 1 else np.concatenate(arrays, axis=2)


def _address(array: Array) -> int:
    return int(array.__array_interface__["data"][0])
