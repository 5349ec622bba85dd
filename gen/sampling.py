"""Exact samples of any bounded density on an interval, by a tabulated envelope."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from darkpair.gen.compiled.columnwise import Loop, Table, columnwise, whole
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.quadrature import legendre
from darkpair.gen.uniforms import following, state_of, uniforms

__all__ = ["Density", "check_envelope"]

_PROBES = 8  # interior probes of a cell, when its greatest and least values are looked for
_BALANCING = 3  # rounds that even out the areas of the steps
_MOST_PIECES = 64  # of a step that is cut up
_MARGIN = 0.02  # of the local variation, added to the envelope for what lies between two probes


class Density:
    """A density on an interval, that draws from itself and knows its value.

    Draws come from a staircase above the density, whose steps have nearly equal areas, and are accepted
    with the ratio: exact whatever the table's step, because the table only proposes.  A density that pokes
    through its staircase raises.

    Parameters
    ----------
    function : callable
        The density: vectorised, not negative, not normalised.
    low, high : float
        Ends of the interval.
    cells : int
        Number of the staircase's steps, about.
    breaks : ndarray, optional
        Where the function has corners or jumps, growing: steps end there, so that no probe has to find them.

    Raises
    ------
    InputError
        For an empty interval, or a density that is negative, not finite, or zero everywhere.
    """

    def __init__(
        self,
        function: Callable[[Array], Array],
        low: float,
        high: float,
        *,
        cells: int = 1024,
        breaks: Array | None = None,
    ) -> None:
        if not high > low:
            raise InputError(f"a density needs an interval of positive length; got {low} to {high}")
        self.function, self.low, self.high = function, low, high
        fine = np.linspace(low, high, 16 * cells + 1)
        corners = None if breaks is None else breaks[(breaks > low) & (breaks < high)]
        if corners is not None:
            fine = np.union1d(fine, corners)
        jumps = corners is not None
        top, _ = _extremes(function, fine, jumps)
        if not top.max() > 0.0:
            raise InputError(f"the density on [{low}, {high}] vanishes everywhere")
        area = np.concatenate([[0.0], np.cumsum(np.maximum(top, 1e-12 * top.max()) * np.diff(fine))])
        edges = _equal_steps(area, fine, cells)
        for _ in range(_BALANCING):
            if corners is not None:
                edges = np.union1d(edges, corners)
            edges = _equal_steps(_accumulated(function, edges, jumps), edges, cells)
        # a step larger than the rest, in a steep tail, would cost all of them their acceptance: it is cut up
        if corners is not None:
            edges = np.union1d(edges, corners)
        share = np.diff(_accumulated(function, edges, jumps))
        parts = np.ceil(share / (1.02 * np.median(share[share > 0.0] if jumps else share)))
        pieces = np.concatenate([[0], np.cumsum(np.clip(parts, 1, _MOST_PIECES))])
        self.edges: Array = np.interp(np.arange(pieces[-1] + 1), pieces, edges)
        if corners is not None:
            self.edges = np.union1d(self.edges, corners)
        top, least = _extremes(function, self.edges, jumps)
        width = np.diff(self.edges)
        # a cell is proposed with equal probability, so its acceptance carries its width
        self._top, self._accept = top, width / (width * top).max()
        # greatest point of each cell, where a sum may be rounded into the one above; under the least value of the
        # cell there is no need to look closer
        last = np.nextafter(self.edges[1:], self.edges[:-1]) if jumps else np.full(len(top), math.inf)
        self._cells = tuple(map(Table, (self.edges, width, last, self._accept * least)))
        nodes, weights = legendre(16)
        middle, half = 0.5 * (self.edges[1:] + self.edges[:-1]), 0.5 * np.diff(self.edges)
        points = middle[:, None] + half[:, None] * nodes
        self.integral = float(
            np.sum(half[:, None] * weights * function(points.ravel()).reshape(points.shape))
        )

    def __call__(self, x: Array) -> Array:
        """Normalised density at x."""
        inside = (x >= self.low) & (x <= self.high)
        return np.where(inside, self.function(np.clip(x, self.low, self.high)) / self.integral, 0.0)

    def sample(self, rng: np.random.Generator, n: int) -> Array:
        """Draws, (n,)."""
        return self._drawn(rng, n, cells=False)[0]

    def in_cells(self, rng: np.random.Generator, n: int) -> tuple[Array, Any]:
        """Draws, (n,), and the cell between `edges` of each: the last one that begins at or below it."""
        return self._drawn(rng, n, cells=True)

    def _drawn(self, rng: np.random.Generator, n: int, *, cells: bool) -> tuple[Array, Any]:
        """Draws, and their cells if they are wanted."""
        points: list[Array] = []
        below: list[Any] = []
        filled = 0
        while filled < n or not points:
            x, cell, keep, unsure, v = self._tries(rng, n - filled)
            if len(unsure):
                close = cell[unsure]
                value = self.function(x[unsure])
                check_envelope(value, self._top[close])
                keep[unsure] = v < self._accept[close] * value
            rows = np.flatnonzero(keep)
            points.append(x[rows])
            if cells:
                below.append(self._last_below(x, cell)[rows])
            filled += len(rows)
        return np.concatenate(points), np.concatenate(below) if cells else None

    def _tries(self, rng: np.random.Generator, n: int) -> tuple[Array, Any, Any, Any, Array]:
        """Points, their cells, whether they are kept; those that have to be looked at closer, and what accepts each of these."""
        u, many = uniforms(rng, n), float(len(self._accept))
        if (state := state_of(rng)) is not None:
            x, cell, keep = np.empty(n), np.empty(n, dtype=np.intp), np.empty(n, dtype=bool)
            unsure, v = np.empty(n + 1, dtype=np.intp), np.empty(n + 1)
            tables = [table.values for table in self._cells]
            count = _tried(state, u, n, many, *tables, x, cell, keep, unsure, v)
            if count is not None:
                return x, cell, keep, unsure[:count], v[:count]
        v = uniforms(rng, n)
        x, cell, keep = _proposed(u, v, many, *self._cells)
        unsure = np.flatnonzero(~keep)
        return x, cell, keep, unsure, v[unsure]

    def _last_below(self, x: Array, cell: Any) -> Any:
        """The cells, of points that were rounded out of theirs the one above."""
        for row in np.flatnonzero(x >= self.edges[cell + 1]):
            cell[row] = min(int(np.searchsorted(self.edges, x[row], side="right")), len(self._top)) - 1
        return cell


@columnwise
def _proposed(u: Real, v: Real, many: float, edges: Table, width: Table, last: Table, sure: Table) -> Any:
    """Point and its cell, and whether it is kept whatever the density there is."""
    at = u * many
    cell = whole(at)
    x = np.minimum(edges[cell] + (at - cell) * width[cell], last[cell])
    return x, cell, v < sure[cell]


@Loop
def _tried(
    state: Any,
    u: Any,
    n: int,
    many: float,
    edges: Any,
    width: Any,
    last: Any,
    sure: Any,
    x: Any,
    cell: Any,
    keep: Any,
    unsure: Any,
    drawn: Any,
) -> int:
    """Draw v for each u, and propose; how many are not kept for sure, which they are, and their v."""
    a, b, c, w = state[0], state[1], state[2], state[3]
    m = 0
    for i in range(n):
        a, b, c, w, v = following(a, b, c, w)
        x[i], cell[i], kept = _proposed(u[i], v, many, edges, width, last, sure)
        keep[i], unsure[m], drawn[m] = kept, i, v
        m += not kept
    state[0], state[1], state[2], state[3] = a, b, c, w
    return m


def _accumulated(function: Callable[[Array], Array], edges: Array, jumps: bool) -> Array:
    """Area under the staircase with those edges, up to each of them."""
    top, _ = _extremes(function, edges, jumps)
    return np.concatenate([[0.0], np.cumsum(top * np.diff(edges))])


def _equal_steps(area: Array, edges: Array, cells: int) -> Array:
    """Edges of `cells` steps of equal area, from the area accumulated at other edges."""
    out = np.interp(np.linspace(0.0, area[-1], cells + 1), area, edges)
    out[0], out[-1] = edges[0], edges[-1]
    return out


def check_envelope(value: Array, bound: Array) -> None:
    """Raise where a value exceeds the bound that an accept-reject step relies on.

    Raises
    ------
    InputError
        With the worst excess: the sample would be wrong.
    """
    if np.any(value > bound):
        worst = float(np.max(value / np.maximum(bound, np.finfo(float).tiny)))
        raise InputError(
            f"a density exceeds its tabulated bound by a factor {worst:.6g}; it varies too fast for its table: use more cells"
            " (cells=4096 of darkpair.gen.phase_space.ThreeBody or darkpair.gen.sampling.Density); a chain has 512: there make a "
            "narrow peak of |M|² a particle of its own, with a width"
        )


def _extremes(function: Callable[[Array], Array], edges: Array, jumps: bool) -> tuple[Array, Array]:
    """Bounds from above and below in each cell: probed values, widened by a part of their spread.

    A function that jumps at an edge has the value of the cell above there, which is not the cell's below.
    """
    steps = np.linspace(0.0, 1.0, _PROBES + 2)
    points = edges[:-1, None] + steps * np.diff(edges)[:, None]
    if jumps:
        points[:, -1] = np.nextafter(edges[1:], edges[:-1])
    values = function(points.ravel()).reshape(points.shape)
    if np.any(values < 0.0) or not np.all(np.isfinite(values)):
        raise InputError(f"the density on [{edges[0]}, {edges[-1]}] is negative, infinite or NaN somewhere")
    top, least = values.max(axis=1), values.min(axis=1)
    spread = _MARGIN * (top - least) + 1e-12 * top
    return top + spread, np.maximum(least - 2.0 * spread, 0.0)
