"""The lines along which KOTO's K_L fly: from an image on the target through the collimator's hole."""

from __future__ import annotations

from functools import cache
from typing import Any, Final, TypeAlias

import numpy as np

from darkpair.gen.compiled.columnwise import columnwise
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.sampling import Density
from darkpair.gen.uniforms import rows_of_uniforms

__all__ = ["Z_EXIT", "Z_TARGET", "Lines", "beam_momentum", "collimated"]

#: Positions x, y at the exit and slopes, (n,) each.
Lines: TypeAlias = tuple[Array, Array, Array, Array]

# Geometry of KOTO's own simulation, read in public copies of its code [mm].
#: Where the target stands.
Z_TARGET: Final = -21000.0
_Z_COLLIMATOR: Final = -14000.0
#: Where the beam leaves the collimator, and where K_L are counted.
Z_EXIT: Final = -1000.0
_COLLIMATOR_HALF: Final = (7.6, 12.5)  # hole of 15.2 (x) by 25.0 (y)
_IMAGE_HALF: Final = (9.1, 1.0)  # uniform image of the beam on the target, the older one and the default
_IMAGE_2015: Final = (
    -16.99,
    1357.0,
    -5.166,
    3.281,
    5.016,
    3.443,
)  # x since 2015-04: alpha, beta, x1, sig1, x2, sig2
_IMAGE_2015_HALF: Final = (18.4, 5.0)
_IMAGE_2015_SIGMA_Y: Final = 1.08


@columnwise
def beam_momentum(p: Real, slope_x: Real, slope_y: Real, mass: Real, ctau: Real) -> Any:
    """Four-momentum [GeV] along a line of those slopes, its cosine to the axis, and the mean length of its flight."""
    cosine = 1.0 / np.sqrt(1.0 + slope_x * slope_x + slope_y * slope_y)
    pz = p * cosine
    return pz * slope_x, pz * slope_y, pz, np.sqrt(p * p + mass**2), cosine, p / mass * ctau


def through(x0: Real, y0: Real, u: Real, v: Real) -> Any:
    """Position at the exit [mm] and slopes of the line from a point of the target to one of the collimator's hole."""
    slope_x = (_COLLIMATOR_HALF[0] * (2.0 * u - 1.0) - x0) / (_Z_COLLIMATOR - Z_TARGET)
    slope_y = (_COLLIMATOR_HALF[1] * (2.0 * v - 1.0) - y0) / (_Z_COLLIMATOR - Z_TARGET)
    reach = Z_EXIT - Z_TARGET
    return x0 + slope_x * reach, y0 + slope_y * reach, slope_x, slope_y


@columnwise
def _from_square(u0: Real, v0: Real, u: Real, v: Real) -> Any:
    """The same from a point of the uniform image, all by numbers from 0 to 1."""
    return through(_IMAGE_HALF[0] * (2.0 * u0 - 1.0), _IMAGE_HALF[1] * (2.0 * v0 - 1.0), u, v)


_through = columnwise(through)


def collimated(rng: np.random.Generator, n: int, image: str) -> Lines:
    """Straight lines from the image on the target through the collimator: positions at the exit [mm] and slopes, (n,) each.

    Parameters
    ----------
    rng : numpy.random.Generator
        Generator of the lines.
    n : int
        Number of lines.
    image : str
        "uniform", or the image since 2015.
    """
    lines: Lines
    if image == "uniform":
        lines = _from_square(*rows_of_uniforms(rng, 4, n))
    else:
        x0, y0 = _image_x().sample(rng, n), _image_y().sample(rng, n)
        lines = _through(x0, y0, *rows_of_uniforms(rng, 2, n))
    return lines


@cache
def _image_x() -> Density:
    return Density(_linear_gauss, -_IMAGE_2015_HALF[0], _IMAGE_2015_HALF[0])


@cache
def _image_y() -> Density:
    half = _IMAGE_2015_HALF[1]
    return Density(lambda y: np.exp(-0.5 * (y / _IMAGE_2015_SIGMA_Y) ** 2), -half, half)


def _linear_gauss(x: Array) -> Array:
    """A line between two points, continued by half-Gaussians that join it there."""
    alpha, beta, x1, sigma1, x2, sigma2 = _IMAGE_2015
    line = alpha * np.clip(x, x1, x2) + beta
    sigma = np.where(x < x1, sigma1, sigma2)
    outside = np.where(x < x1, x - x1, np.where(x > x2, x - x2, 0.0))
    return line * np.exp(-0.5 * (outside / sigma) ** 2)
