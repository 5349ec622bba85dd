"""What one pass through event files tells: parents, masses, weights, and where each block begins."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.exact_sums import expansion, expansions

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
    kind : str
        Its format.
    ours : bool
        Whether it says its units itself.
    branches : mapping of str to str
        Branches that are read, by quantity; none where it has no branches.
    tree, layout : str
        Name of its tree and of the known layout that the tree has; empty where it has none.
    """

    entries: int
    parents: int
    stamp: tuple[int, int]
    kind: str
    ours: bool
    branches: Mapping[str, str]
    tree: str
    layout: str


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
    """Sums of the weights of events and of their parents, taken piece by piece: exact, whatever the pieces are."""

    def __init__(self) -> None:
        self.n_parents = 0
        # of the events' weights, their squares, these times the number of parents, and times its square; of parents' weights
        self._sums = [[0.0]] * 5

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
        terms = np.stack([factor, factor * factor, factor * parents, parents * parents], axis=1)
        for i, more in enumerate((*expansions(terms).T, *expansions(factor[event][:, None]).T)):
            self._sums[i] = list(expansion([*self._sums[i], *more.tolist()]))
        self.n_parents += len(event)

    @property
    def mean(self) -> float:
        """Mean weight of the parents."""
        return self._sums[4][0] / self.n_parents

    def parents_per_event(self) -> tuple[float | None, float | None]:
        """Sum of the parents' weights over that of the events', and its standard error; None where there is no such ratio."""
        events, squares, mixed, of_parents, parents = (each[0] for each in self._sums)
        if events == 0.0 or not parents / events > 0.0:
            return None, None
        ratio = parents / events
        square = of_parents - 2.0 * ratio * mixed + ratio**2 * squares
        return ratio, math.sqrt(max(square, 0.0)) / abs(events)
