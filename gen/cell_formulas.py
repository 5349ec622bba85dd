"""Densities in cells of three axes: points inside of cells, the density there, and the weight of a mixture's draws."""

from __future__ import annotations

import math
from typing import Any

from darkpair.gen.compiled.columnwise import Table, columnwise, where, whole
from darkpair.gen.kinematics import Real

__all__ = ["in_cell", "mixture_weight", "of_cell"]


@columnwise
def in_cell(
    cell: Any,
    u: Real,
    v: Real,
    w: Real,
    first: Table,
    second: Table,
    third: Table,
    n_second: int,
    n_third: int,
) -> tuple[Real, Real, Real]:
    """Point of a cell, by its flat index, at the parts u, v and w of its sides; the tables are edges along the axes."""
    row = whole(
        cell / n_third
    )  # (a quotient of floats is exact enough, and takes a tenth of that of whole numbers)
    k = cell - row * n_third
    i = whole(row / n_second)
    j = row - i * n_second
    return (
        first[i] + (first[i + 1] - first[i]) * u,
        second[j] + (second[j + 1] - second[j]) * v,
        third[k] + (third[k + 1] - third[k]) * w,
    )


@columnwise
def of_cell(i: Any, j: Any, k: Any, values: Table, n_first: int, n_second: int, n_third: int) -> Real:
    """Value of the cell of those numbers along the axes, 0 outside."""
    inside = (i >= 0) & (i < n_first) & (j >= 0) & (j < n_second) & (k >= 0) & (k < n_third)
    return where(inside, values[where(inside, (i * n_second + j) * n_third + k, 0)], 0.0)


@columnwise
def mixture_weight(density: Real, biased: Real, share: float) -> Real:
    """A density over that of a draw: by itself, times 1/2 pi of an azimuth, for a share of them, else by another one."""
    physical = density / (2.0 * math.pi)
    drawn = share * physical + (1.0 - share) * biased
    return physical / drawn
