"""Events that wait to be written: pieces with the same columns, each in memory as it came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.lists import Column, LaidColumn, fill
from darkpair.gen.output.event_columns import Collection, FileColumns, list_array

if TYPE_CHECKING:
    import awkward as ak

__all__ = ["JoinedColumn", "JoinedLists", "form_of", "joined"]


@dataclass(frozen=True, eq=False)
class JoinedColumn:
    """A column of the events of several pieces, one after the other.

    Parameters
    ----------
    pieces : list of Column
        The column of each, of one type.
    """

    pieces: list[Column]

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the numbers."""
        return self.pieces[0].dtype

    def __len__(self) -> int:
        return sum(map(len, self.pieces))

    @property
    def constant(self) -> Any:
        """What `LaidColumn.constant` says of all pieces; None where they differ."""
        first, *rest = (c.constant if isinstance(c, LaidColumn) else None for c in self.pieces)
        return first if all(other == first for other in rest) else None

    def fill(self, out: NDArray[Any]) -> None:
        """Write the numbers into an array of that length, of any type that holds them."""
        start = 0
        for piece in self.pieces:
            fill(piece, out[start : start + len(piece)])
            start += len(piece)

    def array(self) -> NDArray[Any]:
        """The numbers as one array."""
        if len(self.pieces) == 1 and isinstance(self.pieces[0], np.ndarray):
            return self.pieces[0]
        out = np.empty(len(self), dtype=self.dtype)
        self.fill(out)
        return out


@dataclass(frozen=True, eq=False)
class JoinedLists:
    """A collection of the events of several pieces.

    Parameters
    ----------
    pieces : list of Collection
        The collection of each.
    columns : dict of JoinedColumn
        Fields by name, as `Collection` has them.
    """

    pieces: list[Collection]
    columns: dict[str, JoinedColumn]

    @property
    def fields(self) -> list[str]:
        """Names of the records' fields; none of plain numbers."""
        return self.pieces[0].fields

    @cached_property
    def offsets(self) -> NDArray[np.int64]:
        """Where each event's list begins, (n + 1,)."""
        if len(self.pieces) == 1:
            return self.pieces[0].offsets
        out = np.zeros(1 + sum(len(p.offsets) - 1 for p in self.pieces), dtype=np.int64)
        at = 1
        for piece in self.pieces:
            size = len(piece.offsets) - 1
            np.add(piece.offsets[1:], out[at - 1], out=out[at : at + size])
            at += size
        return out

    def array(self) -> ak.Array:
        """The lists as an awkward array."""
        return list_array(self.offsets, {name: column.array() for name, column in self.columns.items()})


def joined(pieces: Sequence[FileColumns]) -> dict[str, JoinedColumn | JoinedLists]:
    """Columns and collections of all pieces, by name."""
    out: dict[str, JoinedColumn | JoinedLists] = {}
    for name, first in pieces[0].items():
        every: list[Any] = [piece[name] for piece in pieces]
        if isinstance(first, Collection):
            columns = {key: JoinedColumn([c.columns[key] for c in every]) for key in first.columns}
            out[name] = JoinedLists(every, columns)
        else:
            out[name] = JoinedColumn(every)
    return out


def form_of(columns: FileColumns) -> dict[str, Any]:
    """What two pieces of a file have to have in common: names and types."""
    return {
        name: {key: c.dtype for key, c in column.columns.items()}
        if isinstance(column, Collection)
        else column.dtype
        for name, column in columns.items()
    }
