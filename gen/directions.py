"""Directions in a rest frame: isotropic, or with a linear asymmetry about an axis."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from darkpair.gen.kinematics import Array, Real

__all__ = ["Vector3", "about", "direction", "isotropic"]

Vector3: TypeAlias = tuple[Array, Array, Array]


def isotropic(rng: np.random.Generator, n: int) -> Vector3:
    """Unit vectors, uniform on the sphere: three arrays (n,).

    From points in the unit disc, without trigonometry.

    References
    ----------
    G. Marsaglia, Annals of Mathematical Statistics 43 (1972) 645.
    """
    tries = int(1.28 * n) + 64  # 4/pi and a margin; what is missing is drawn in turn
    x, y = 2.0 * rng.random(tries) - 1.0, 2.0 * rng.random(tries) - 1.0
    s = x * x + y * y
    inside = np.flatnonzero(s < 1.0)[:n]
    x, y, s = x[inside], y[inside], s[inside]
    scale = 2.0 * np.sqrt(1.0 - s)
    out = scale * x, scale * y, 1.0 - 2.0 * s
    if len(s) == n:
        return out
    more = isotropic(rng, n - len(s))
    return (
        np.concatenate([out[0], more[0]]),
        np.concatenate([out[1], more[1]]),
        np.concatenate([out[2], more[2]]),
    )


def direction(rng: np.random.Generator, axis: Vector3, slope: Real) -> Vector3:
    """Unit vectors with density (1 + slope c)/2 in c, the cosine to the axis, inverted in closed form.

    Parameters
    ----------
    rng : numpy.random.Generator
        Generator of the cosine and the azimuth.
    axis : three ndarrays, (n,)
        Unit vectors x, y, z of the axis.
    slope : float or ndarray, (n,)
        Slope of the density, -1 to 1; 0 is isotropic.
    """
    n = len(axis[0])
    u = rng.random(n)
    cosine = (4.0 * u - 2.0 + slope) / (1.0 + np.sqrt((1.0 - slope) ** 2 + 4.0 * slope * u))
    return about(axis, cosine, rng.random(n))


def about(axis: Vector3, cosine: Array, turn: Array) -> Vector3:
    """Unit vectors at the given cosine to the axis, turned about it.

    Parameters
    ----------
    axis : three ndarrays, (n,)
        Unit vectors x, y, z of the axis.
    cosine : ndarray, (n,)
        Cosine to the axis.
    turn : ndarray, (n,)
        Azimuth as a fraction of a full turn.

    References
    ----------
    The branch-free frame of Duff et al., Journal of Computer Graphics Techniques 6 (2017) 1.
    """
    ax, ay, az = axis
    sign = np.copysign(1.0, az)
    a = -1.0 / (sign + az)
    b = ax * ay * a
    x, y, z = _polar(cosine, turn)
    return (
        x * (1.0 + sign * ax * ax * a) + y * b + z * ax,
        x * sign * b + y * (sign + ay * ay * a) + z * ay,
        -x * sign * ax - y * ay + z * az,
    )


def _polar(cosine: Array, turn: Array) -> Vector3:
    sine = np.sqrt((1.0 - cosine) * (1.0 + cosine))
    phi = (2.0 * math.pi) * turn
    return sine * np.cos(phi), sine * np.sin(phi), cosine
