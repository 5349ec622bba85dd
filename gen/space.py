"""Memory for the events of a whole chunk, which its blocks fill one after the other: putting them together copies nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

import numpy as np

from darkpair.gen.kinematics import Array
from darkpair.gen.memory import floats
from darkpair.gen.topology import Topology

__all__ = ["Space", "columns", "expected", "filled", "joined", "of_parents", "placed"]

#: The space that events go into here.
_HERE: ContextVar[Space | None] = ContextVar("space of a chunk", default=None)

#: Columns of the events whose parents are being made here, until they are asked for.
_NEXT: ContextVar[list[tuple[Topology, Array, Array]]] = ContextVar("columns of events to come")

_NOTHING: Final[list[tuple[Topology, Array, Array]]] = []


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


@contextmanager
def expected(topology: Topology | None, n: int) -> Iterator[None]:
    """Have the parents that are made inside written where the n events of that topology will have them: nothing is copied then."""
    token = _NEXT.set([] if topology is None else [(topology, *columns(topology, n))])
    try:
        yield
    finally:
        _NEXT.reset(token)


def columns(topology: Topology, n: int) -> tuple[Array, Array]:
    """Memory for momenta (4, particles, n) and vertices (4, vertices, n) of n events: in the space that is filled, or their own."""
    if to_come := _NEXT.get(_NOTHING):
        wanted, momentum, vertices = to_come[0]
        if momentum.shape[2] == n and wanted == topology:
            to_come.clear()
            return momentum, vertices
    space = _HERE.get()
    if space is None or not space.fits(topology, n):
        space = Space(topology, n)
    return space.columns(n)


def of_parents(n: int) -> tuple[Array, Array, Array]:
    """Memory for momenta, vertices and decay vertices of n parents, (4, n) each: where their events will have them, or their own."""
    for _, momentum, vertices in _NEXT.get(_NOTHING):
        if momentum.shape[2] == n and vertices.shape[1] > 1:
            return momentum[:, 0], vertices[:, 0], vertices[:, 1]
    return np.empty((4, n)), np.empty((4, n)), np.empty((4, n))


def placed(array: Array, place: Array) -> bool:
    """Whether an array lies in that place already."""
    return (
        array.base is not None
        and array.base is place.base
        and array.strides == place.strides
        and array.shape == place.shape
        and _address(array) == _address(place)
    )


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
