"""Particle lists of a batch as offsets and packed columns: all particles of the first event, then those of the second.

Inside, a batch keeps each quantity particle by particle (`darkpair.gen.topology`), which is the order in which it is
computed; files keep it event by event.  A `ListColumn` puts one into the other's order when it is filled in, into memory
of whoever asks, in its byte order and type: nothing is copied twice on the way to a file.  Units: GeV, mm, mm/c.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.kinematics import Array
from darkpair.gen.topology import Columns

__all__ = [
    "FIXED",
    "MOMENTUM",
    "VERTEX",
    "Column",
    "LaidColumn",
    "ListColumn",
    "Lists",
    "fill",
    "masses",
    "named_numbers",
    "packed",
    "regular_offsets",
]

MOMENTUM = ("px", "py", "pz", "E")
VERTEX = ("vx", "vy", "vz", "vt")

#: Fields that are the same in every event of a topology: where the topology keeps them, and as what.
FIXED = {
    "pdgid": ("pdgid", np.int32),
    "status": ("status", np.int32),
    "mother": ("mother", np.int32),
    "nominal_mass": ("mass", np.float64),
}


class LaidColumn(ABC):
    """A column that is put into the order of the events where it is written, and not before."""

    constant: Any = (
        None  #: Two columns with one that is not None, of lists of equal sizes, hold the same numbers
    )

    @property
    @abstractmethod
    def dtype(self) -> np.dtype[Any]:
        """Type of the numbers."""

    @abstractmethod
    def __len__(self) -> int:
        """How many there are."""

    @abstractmethod
    def fill(self, out: NDArray[Any]) -> None:
        """Write the numbers into an array (k,), of any type that holds them."""

    @abstractmethod
    def map(self, function: Callable[[NDArray[Any]], NDArray[Any]], name: object) -> LaidColumn:
        """The column of what a function of each number gives; `name` tells functions apart."""

    def packed(self) -> NDArray[Any]:
        """The numbers as one array, (k,)."""
        out = np.empty(len(self), dtype=self.dtype)
        self.fill(out)
        return out


@dataclass(frozen=True, eq=False)
class ListColumn(LaidColumn):
    """One quantity of all particles of the lists.

    Parameters
    ----------
    lists : Lists
        Whose.
    values : tuple of ndarray
        For each topology its numbers, (rows, n), or (particles,) where they are the same in every event.
    index : tuple
        For each topology which row each particle has; None where row i is particle i.
    constant : hashable, optional
        Two columns with one that is not None, of lists of equal sizes, hold the same numbers.
    """

    lists: Lists
    values: tuple[NDArray[Any], ...]
    index: tuple[tuple[int, ...] | None, ...]
    constant: Any = None

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the numbers."""
        return self.values[0].dtype

    def __len__(self) -> int:
        return self.lists.total

    def fill(self, out: NDArray[Any]) -> None:
        """Write the numbers into an array (k,), of any type that holds them."""
        if self.lists.single:
            self._fill_regular(out)
            return
        for part, values, index in zip(self.lists.parts, self.values, self.index, strict=True):
            place = self.lists.offsets[part.rows]
            for position, row in enumerate(index or range(len(part.topology))):
                out[place] = values[row]
                if position + 1 < len(part.topology):
                    place = place + 1

    def _fill_regular(self, out: NDArray[Any]) -> None:
        """Of one topology: each event has the same places."""
        (values,), (index,) = self.values, self.index
        if values.ndim == 1:
            np.copyto(out, _tiled(values.tobytes(), values.dtype.str, len(self.lists)))
            return
        table = out.reshape(-1, len(self.lists.parts[0].topology))
        if index is None:
            np.copyto(table, values.T)
            return
        for position, row in enumerate(index):
            table[:, position] = values[row]

    def of(self, position: int) -> NDArray[Any]:
        """Numbers of the particle there in each event, (n,), where all events have one topology."""
        (values,), (index,) = self.values, self.index
        if values.ndim == 1:
            return np.full(len(self.lists), values[position])
        column: NDArray[Any] = values[position if index is None else index[position]]
        return column

    def map(self, function: Callable[[NDArray[Any]], NDArray[Any]], name: object) -> ListColumn:
        """The column of what a function of each number gives; `name` tells functions apart."""
        constant = None if self.constant is None else (self.constant, name)
        return ListColumn(self.lists, tuple(map(function, self.values)), self.index, constant)


#: A column of a list: packed already, or to be filled in.
Column: TypeAlias = "NDArray[Any] | LaidColumn"


def fill(column: Column, out: NDArray[Any]) -> None:
    """Write the numbers of a column into an array of the same length."""
    if isinstance(column, LaidColumn):
        column.fill(out)
    else:
        np.copyto(out, column)


def packed(column: Column) -> NDArray[Any]:
    """A column as an array."""
    return column.packed() if isinstance(column, LaidColumn) else column


@dataclass(frozen=True, eq=False)
class Lists:
    """The particle lists of a batch.

    Parameters
    ----------
    parts : sequence of Columns
        Events of each topology; their `rows` together are 0 to n - 1.
    single : bool
        Whether all events have one topology and stand in order.
    """

    parts: Sequence[Columns]
    single: bool

    @cached_property
    def offsets(self) -> NDArray[np.int64]:
        """Where each event's list begins, (n + 1,)."""
        if self.single:
            return regular_offsets(len(self.parts[0].topology), len(self))
        counts = np.empty(len(self), dtype=np.int64)
        for part in self.parts:
            counts[part.rows] = len(part.topology)
        return np.concatenate([[0], np.cumsum(counts)])

    @cached_property
    def total(self) -> int:
        """Number of particles."""
        return sum(len(part) * len(part.topology) for part in self.parts)

    def __len__(self) -> int:
        return sum(len(part) for part in self.parts)

    def columns(self) -> dict[str, ListColumn]:
        """Every quantity of the particles, by the name that it has in the record."""
        out = {}
        for i, name in enumerate(MOMENTUM):
            out[name] = ListColumn(self, tuple(p.momentum[i] for p in self.parts), (None,) * len(self.parts))
        places = tuple(tuple(p.topology.vertex) for p in self.parts)
        for i, name in enumerate(VERTEX):
            out[name] = ListColumn(self, tuple(p.vertices[i] for p in self.parts), places)
        for name, (attribute, dtype) in FIXED.items():
            fixed = tuple(np.asarray(getattr(p.topology, attribute), dtype=dtype) for p in self.parts)
            same = (self.parts[0].topology, name) if self.single else None
            out[name] = ListColumn(self, fixed, (None,) * len(self.parts), same)
        if any(part.masses for part in self.parts):  # each event its own
            own = tuple(map(masses, self.parts))
            out["nominal_mass"] = ListColumn(self, own, (None,) * len(self.parts))
        return out


def masses(part: Columns) -> Array:
    """Masses of all particles, (particles, n) [GeV]."""
    return np.stack([np.broadcast_to(part.mass(i), len(part)) for i in range(len(part.topology))])


def named_numbers(
    parts: Sequence[Columns], attribute: str, n: int, *, missing: float, single: bool = False
) -> dict[str, Array]:
    """Named numbers of n events; an event whose topology lacks one has `missing`."""
    if single:
        return {name: np.ascontiguousarray(values) for name, values in getattr(parts[0], attribute).items()}
    out = {}
    for name in dict.fromkeys(name for part in parts for name in getattr(part, attribute)):
        values = np.full(n, missing)
        for part in parts:
            if name in getattr(part, attribute):
                values[part.rows] = getattr(part, attribute)[name]
        out[name] = values
    return out


@lru_cache(maxsize=8)
def regular_offsets(size: int, n: int) -> NDArray[np.int64]:
    """Offsets of n lists of one size; not to be written into."""
    offsets = np.arange(n + 1, dtype=np.int64) * size
    offsets.flags.writeable = False
    return offsets


@lru_cache(maxsize=16)
def _tiled(values: bytes, dtype: str, n: int) -> NDArray[Any]:
    """Numbers of an event, n times."""
    return np.tile(np.frombuffer(values, dtype=dtype), n)
