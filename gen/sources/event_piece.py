"""Events of a file that were read at once, and which of their particles are parents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from darkpair.gen.originals import Index
    from darkpair.gen.sources.event_listing import Reader

__all__ = ["Piece"]


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Events of one file, and which of their particles are parents.

    Parameters
    ----------
    file : int
        Which of the files, from 0.
    reader : Reader
        The file, open.
    start, stop : int
        Entry of the first event in the file, and of the one after the last.
    first : int
        Number of the first event in all files.
    offsets : ndarray, (n + 1,)
        Where each event's list begins.
    columns : dict of ndarrays, (k,)
        What was read of the particles.
    parents : ndarray
        Rows of the parents, growing.
    """

    file: int
    reader: Reader
    start: int
    stop: int
    first: int
    offsets: Index
    columns: dict[str, NDArray[Any]]
    parents: Index

    @property
    def event(self) -> Index:
        """Event of each parent in the piece."""
        return np.searchsorted(self.offsets, self.parents, side="right") - 1
