"""Proposals for accept-reject in several variables: straight lines for each, points that fill a cube evenly, a bound."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from darkpair.gen.kinematics import Array

__all__ = ["Proposal", "climbed", "even_points"]

_CLIMBERS, _ROUNDS, _AROUND = 12, 32, 48  # the best points, and how each of them is followed up


class Proposal:
    """Draws from straight lines between the heights of a density, and a part that is flat.

    Parameters
    ----------
    edges : ndarray, (k,)
        Ends of the straight lines, growing.
    heights : ndarray, (k,)
        Density at the edges, in any normalisation.
    flat : float
        Area of the flat part over that below the lines.
    """

    def __init__(self, edges: Array, heights: Array, flat: float) -> None:
        steps = np.diff(edges)
        mean = float(np.sum(0.5 * (heights[1:] + heights[:-1]) * steps)) / (edges[-1] - edges[0])
        heights = heights + flat * mean if mean > 0.0 else np.ones(len(edges))
        area = np.cumsum(0.5 * (heights[1:] + heights[:-1]) * steps)
        self.edges, self.heights = edges, heights / area[-1]
        self.reached: Array = np.concatenate([[0.0], area / area[-1]])

    def __call__(self, u: Array) -> tuple[Array, Array]:
        """Draw of each uniform number, and one over its density."""
        cell = np.clip(np.searchsorted(self.reached, u, side="right") - 1, 0, len(self.edges) - 2)
        step, low = self.edges[cell + 1] - self.edges[cell], self.heights[cell]
        slope = (self.heights[cell + 1] - low) / step
        area = np.maximum(u - self.reached[cell], 0.0)
        height = np.sqrt(
            np.maximum(low * low + 2.0 * slope * area, np.minimum(low, self.heights[cell + 1]) ** 2)
        )
        # the root of the quadratic that loses no digits
        along = np.clip(2.0 * area / (low + height), 0.0, step)
        return self.edges[cell] + along, 1.0 / (low + slope * along)

    def at_edges(self, times: int) -> Array:
        """Uniform numbers that give the edges, each so many times."""
        return np.repeat(self.reached, times)


def even_points(n: int, dimensions: int) -> Array:
    """Points that fill the unit cube evenly, (dimensions, n).

    The additive recurrence of the generalised golden ratio (M. Roberts, 2018).
    """
    ratio = 1.5
    for _ in range(64):
        ratio = (1.0 + ratio) ** (1.0 / (dimensions + 1))
    steps = ratio ** -np.arange(1.0, dimensions + 1)
    return np.asarray((0.5 + steps[:, None] * np.arange(n)) % 1.0)


def climbed(density: Callable[[Array], Array], u: Array, values: Array, step: float) -> float:
    """Greatest value of a density in the unit cube: from the best of some points uphill, in ever smaller steps.

    Parameters
    ----------
    density : callable
        Function of points (dimensions, n) that gives the values (n,).
    u : ndarray, (dimensions, n)
        Points to start from.
    values : ndarray, (n,)
        Density at these points.
    step : float
        Distance of these points from each other.
    """
    best = np.argsort(values)[-_CLIMBERS:]
    spots, heights = u[:, best], values[best]
    near = even_points(_AROUND, len(u)) - 0.5
    size = 4.0 * step
    for _ in range(_ROUNDS):
        tries = np.clip(spots[:, :, None] + size * near[:, None, :], 0.0, 1.0)
        there = density(tries.reshape(len(u), -1)).reshape(len(heights), -1)
        top = there.argmax(axis=1)
        rows = np.arange(len(top))
        better = there[rows, top] > heights
        spots = np.where(better, tries[:, rows, top], spots)
        heights = np.where(better, there[rows, top], heights)
        size *= 0.75
    return float(heights.max())
