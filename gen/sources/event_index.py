"""What one pass through event files tells: parents, masses, weights, and where each block begins."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["EventIndex", "FileIndex", "WeightSums"]


@dataclass(frozen=True, kw_only=True)
class FileIndex:
    """What one pass through a file tells of it.

    Parameters
    ----------
    entries, parents : int
        How many events it holds, and how many parents.
    stamp : (int, int)
        Its size [bytes], and when it was changed last [ns].
    """

    entries: int
    parents: int
    stamp: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class EventIndex:
    """What one pass through the files tells.

    Parameters
    ----------
    counts : dict of int to int
        How many parents the files hold, by PDG id.
    masses : dict of int to float [GeV]
        Mass of the parents, by PDG id.
    mean_weight : float
        Mean weight of the parents in all files.
    parents_per_event : float, optional
        Sum of the parents' weights over that of the events'; None where the events' add up to nothing.
    parents_per_event_error : float, optional
        Standard error of it that the number of events leaves.
    starts : tuple of (int, int)
        Event in which each block begins, counted through all files, and how many parents of that event belong to the block
        before; the last pair is the end of the files.
    files : tuple of FileIndex
        Each file.
    types : mapping of str to str
        Types that hold the numbers of all files, by name, where there are several.
    """

    counts: dict[int, int]
    masses: dict[int, float]
    mean_weight: float
    parents_per_event: float | None
    parents_per_event_error: float | None
    starts: tuple[tuple[int, int], ...]
    files: tuple[FileIndex, ...]
    types: Mapping[str, str] = field(default_factory=dict)

    @property
    def n_parents(self) -> int:
        """Parents of all kinds."""
        return sum(self.counts.values())


class WeightSums:
    """Sums of the weights of events and of their parents, taken piece by piece."""

    def __init__(self) -> None:
        self.n_parents = 0
        self._events = self._parents = 0.0
        self._squares = np.zeros(
            3
        )  # of the events' weights, times none, one or two of their numbers of parents

    def add(self, weight: NDArray[np.number], event: NDArray[np.int64]) -> None:
        """Add a piece of the file.

        Parameters
        ----------
        weight : ndarray, (n,)
            Weight of each event of the piece, in the file's type.
        event : ndarray of int, (k,)
            Index of each parent's event in the piece, growing.
        """
        factor = np.asarray(weight, dtype=np.float64)
        parents = factor * np.bincount(event, minlength=len(factor))
        # (a product by BLAS would wake its threads, which take longer than the sums)
        self._squares += [
            float(np.sum(a * b)) for a, b in ((factor, factor), (factor, parents), (parents, parents))
        ]
        self._events += float(np.sum(factor))
        self._parents += float(np.sum(weight[event], dtype=np.float64))
        self.n_parents += len(event)

    @property
    def mean(self) -> float:
        """Mean weight of the parents."""
        return self._parents / self.n_parents

    def parents_per_event(self) -> tuple[float | None, float | None]:
        """Sum of the parents' weights over that of the events', and its standard error; None where there is no such ratio."""
        if self._events == 0.0 or not self._parents / self._events > 0.0:
            return None, None
        ratio = self._parents / self._events
        square = float(self._squares[2] - 2.0 * ratio * self._squares[1] + ratio**2 * self._squares[0])
        return ratio, math.sqrt(max(square, 0.0)) / abs(self._events)
