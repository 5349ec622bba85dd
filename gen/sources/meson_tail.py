"""Statistical error of a meson table where a selection looks: by the mesons that were counted in each cell.

Of events N = sum over cells of N_c the part of a cell goes with the mesons counted there, n_c of n, a multinomial draw:
var N / N² = sum of (N_c / N)² / n_c - 1 / n.  What fits the density smooths over neighbours, and events gather at one side of a cell:
the first makes the error smaller, the second greater.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.kinematics import Array

__all__ = ["cells_of", "share_error"]


def cells_of(nodes: tuple[Array, Array], first: Array, second: Array) -> NDArray[np.int64]:
    """Number of the cell of each point, row by row, (n,); -1 beyond the grid.

    Parameters
    ----------
    nodes : two ndarray, (k,) and (l,)
        Nodes of the grid.
    first, second : ndarray, (n,)
        Points.
    """
    i, j = (np.searchsorted(at, x, side="right") - 1 for at, x in zip(nodes, (first, second), strict=True))
    rows, columns = (len(at) - 1 for at in nodes)
    inside = (i >= 0) & (i < rows) & (j >= 0) & (j < columns)
    return np.where(inside, i * columns + j, -1)


def share_error(counts: Array, cell: NDArray[np.int64], weight: Array) -> float:
    """Relative error of a sum of weights by the counts of a grid's cells [1]; 0 where nothing is summed.

    A cell in which nothing was counted has density by its neighbours: it counts as if one had been.

    Parameters
    ----------
    counts : ndarray, (k - 1, l - 1)
        Mesons counted in each cell.
    cell : ndarray of int, (n,)
        Cell of each point, `cells_of`; points beyond the grid are left out.
    weight : ndarray, (n,)
        Weight of each point, 0 or more.
    """
    shares = np.bincount(cell + 1, weight, counts.size + 1)[1:]
    whole = float(shares.sum())
    if not whole > 0.0:
        return 0.0
    variance = float(np.sum(np.square(shares / whole) / np.maximum(counts.ravel(), 1.0)))
    return math.sqrt(max(variance - 1.0 / max(float(counts.sum()), 1.0), 0.0))
