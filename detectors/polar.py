"""Polar angles against edges without an arc tangent, but for those that are too close to an edge to tell without."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.compiled.columnwise import neither
from darkpair.gen.kinematics import Array, Real

__all__ = ["beyond", "clear_of", "edge", "polar_angle", "settled"]

#: Distance from an edge, in units of the vector, above which its sign is sure: thousands of roundings.
_CLOSE = 1e-12

#: Size of a vector below which squares of its parts may vanish.
_LEAST = 1e-100


def polar_angle(x: Array, y: Array, z: Array) -> Array:
    """Angle to +z, (n,) [rad]."""
    out: Array = np.arctan2(np.hypot(x, y), z)
    return out


def edge(angle: float) -> tuple[float, float]:
    """Cosine and sine of an edge [rad] for `beyond`; of one that is no polar angle both are 0, so that nothing is clear of it."""
    return (math.cos(angle), math.sin(angle)) if 0.0 <= angle <= math.pi else (0.0, 0.0)


def beyond(rho: Real, z: Real, cosine: float, sine: float) -> Real:
    """Distance of a vector (its part across z, and along z) from a cone, positive at greater angles than the cone's."""
    return rho * cosine - z * sine


def clear_of(distance: Real, rho: Real, z: Real) -> Any:
    """Whether the sign of such a distance is sure."""
    size = rho + np.abs(z)
    return (np.abs(distance) > _CLOSE * size) & (size > _LEAST)


def settled(
    inside: NDArray[np.bool_],
    sure: NDArray[np.bool_],
    exactly: Callable[[NDArray[np.intp]], NDArray[np.bool_]],
) -> NDArray[np.bool_]:
    """Truth values, of rows that are not sure as a function of these rows says."""
    if not sure.all():
        rows = np.flatnonzero(neither(sure))
        inside[rows] = exactly(rows)
    return inside
