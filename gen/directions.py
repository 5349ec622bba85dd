"""Directions in a rest frame: isotropic, or with a linear asymmetry about an axis."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np

from darkpair.gen.compiled.columnwise import Loop, columnwise
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.uniforms import following, state_of, uniforms

__all__ = ["Vector3", "about", "direction", "disc", "isotropic", "on_sphere", "turned"]

Vector3: TypeAlias = tuple[Array, Array, Array]


def isotropic(rng: np.random.Generator, n: int) -> Vector3:
    """Unit vectors, uniform on the sphere: three arrays (n,).

    From points in the unit disc, without trigonometry.

    References
    ----------
    G. Marsaglia, Annals of Mathematical Statistics 43 (1972) 645.
    """
    vectors: Vector3 = _on_sphere(*disc(rng, n))
    return vectors


def disc(rng: np.random.Generator, n: int) -> tuple[Array, Array]:
    """Points uniform in the unit disc: x and y, (n,) each."""
    tries = int(1.28 * n) + 64  # 4/pi and a margin; what is missing is drawn in turn
    x, y = _inside(rng, tries)
    if len(x) >= n:
        return x[:n], y[:n]
    more = disc(rng, n - len(x))
    return np.concatenate([x, more[0]]), np.concatenate([y, more[1]])


def _inside(rng: np.random.Generator, tries: int) -> tuple[Array, Array]:
    """Those of some points of the square that are in the disc."""
    u = uniforms(rng, tries)
    if (state := state_of(rng)) is not None:
        x, y = np.empty(tries), np.empty(tries)
        if (n := _disc(state, u, x, y, tries)) is not None:
            return x[:n], y[:n]
    x, y, inside = _in_square(u, rng.random(tries))
    rows = np.flatnonzero(inside)
    return x[rows], y[rows]


def _in_square(u: Real, v: Real) -> tuple[Real, Real, Any]:
    """Point of the square about the disc, and whether it is in the disc."""
    x, y = 2.0 * u - 1.0, 2.0 * v - 1.0
    return x, y, x * x + y * y < 1.0


@Loop
def _disc(state: Any, u: Any, px: Any, py: Any, tries: int) -> int:
    """Draw v for each u, and keep the points in the disc; how many they are."""
    a, b, c, w = state[0], state[1], state[2], state[3]
    m = 0
    for i in range(tries):
        a, b, c, w, v = following(a, b, c, w)
        x, y, inside = _in_square(u[i], v)
        px[m], py[m] = x, y
        m += inside
    state[0], state[1], state[2], state[3] = a, b, c, w
    return m


def on_sphere(x: Real, y: Real) -> tuple[Real, Real, Real]:
    """Unit vector of a point in the disc."""
    s = x * x + y * y
    scale = 2.0 * np.sqrt(1.0 - s)
    return scale * x, scale * y, 1.0 - 2.0 * s


_on_sphere = columnwise(on_sphere)


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
    cosine = _inverted(uniforms(rng, n), slope)
    return about(axis, cosine, uniforms(rng, n))


@columnwise
def _inverted(u: Real, slope: Real) -> Real:
    """Cosine at which the integral of (1 + slope c)/2 is u."""
    return (4.0 * u - 2.0 + slope) / (1.0 + np.sqrt((1.0 - slope) ** 2 + 4.0 * slope * u))


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
    phi = (2.0 * math.pi) * turn
    vectors: Vector3 = turned(*axis, cosine, np.cos(phi), np.sin(phi))
    return vectors


@columnwise
def turned(ax: Real, ay: Real, az: Real, cosine: Real, cos_phi: Real, sin_phi: Real) -> Any:
    """Unit vector at a cosine to the axis, turned about it; `about`."""
    sign = np.copysign(1.0, az)
    a = -1.0 / (sign + az)
    b = ax * ay * a
    sine = np.sqrt((1.0 - cosine) * (1.0 + cosine))
    x, y, z = sine * cos_phi, sine * sin_phi, cosine
    return (
        x * (1.0 + sign * ax * ax * a) + y * b + z * ax,
        x * sign * b + y * (sign + ay * ay * a) + z * ay,
        -x * sign * ax - y * ay + z * az,
    )
