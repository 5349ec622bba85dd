"""Straight flights through a region, and exponential distances in it.  Units: mm, GeV."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.compiled.columnwise import columnwise, where
from darkpair.gen.directions import Vector3
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.region import Region
from darkpair.gen.uniforms import uniforms

__all__ = [
    "Flight",
    "decay_probability",
    "flown",
    "remainder",
    "too_short",
    "truncated",
    "truncated_exponential",
]


#: Width in units of the length below which the remainder would have less than nine digits.
_SHORT = 1e-6

#: And above which no exponential reaches.
_LONG = 1e3


@dataclass(frozen=True, kw_only=True)
class Flight:
    """Straight flights of particles through a region.

    Parameters
    ----------
    d_in, d_out : ndarray, (n,) [mm]
        Distances from where each particle is made to where it enters the region and leaves it; equal where it
        misses it.
    boost : ndarray, (n,)
        Distance for each unit of proper length, beta gamma; 1 for particles at rest.
    """

    d_in: Array
    d_out: Array
    boost: Array

    @classmethod
    def through(cls, region: Region, momentum: Vector3, mass: Real, origin: Vector3) -> Flight:
        """Flights of particles of that momentum [GeV], mass [GeV] and origin [mm]."""
        *direction, p = _heading(*momentum)
        d_in, d_out = region.path(origin, (direction[0], direction[1], direction[2]))
        moving = p > 0.0
        if moving.all():
            return cls(d_in=d_in, d_out=d_out, boost=p / mass)
        # one at rest decays where it is: all of its path is inside, or none
        d_in = np.where(moving, d_in, 0.0)
        d_out = np.where(moving, d_out, np.where(region.contains(*origin), math.inf, 0.0))
        return cls(d_in=d_in, d_out=d_out, boost=np.where(moving, p / mass, 1.0))

    def contains(self, length: Array) -> NDArray[np.bool_]:
        """Whether decays at those proper lengths (n,) [mm] are inside."""
        distance = length * self.boost
        inside: NDArray[np.bool_] = (distance >= self.d_in) & (distance < self.d_out)
        return inside


def decay_probability(d_in: Array, d_out: Array, length: Real) -> Array:
    """Probability to decay between two distances, exp(-d_in/l) (1 - exp(-(d_out - d_in)/l)).

    Parameters
    ----------
    d_in, d_out : ndarray, (n,) [mm]
        Distances from where the particle is made.
    length : float or ndarray [mm]
        Mean decay length in the frame of the distances.
    """
    out: Array = np.exp(-d_in / length) * -np.expm1(-(d_out - d_in) / length)
    return out


def truncated_exponential(rng: np.random.Generator, width: Array, length: Real) -> Array:
    """Exponential distances of mean `length` given that they are less than `width` [mm], (n,).

    An exponential has no memory: what is left of it after whole widths is one truncated to the width.  Where
    the width is so small a part of the length that this loses digits, the law is inverted instead.

    Parameters
    ----------
    rng : numpy.random.Generator
        Generator of the distances.
    width : ndarray, (n,) [mm]
        Upper end of each distance: 0 or more, infinity included; 0 gives 0.
    length : float or ndarray, (n,) [mm]
        Mean of the whole exponential.
    """
    return truncated(rng, width, length, rng.standard_exponential(len(width)))


def truncated(rng: np.random.Generator, width: Array, length: Real, drawn: Array) -> Array:
    """The same of exponentials of mean 1 that are drawn, (n,)."""
    out: Array
    out, ratio = remainder(width, length, drawn)
    if too_short(ratio):
        u = uniforms(rng, len(width))
        short = np.flatnonzero((ratio < _SHORT) & (width != 0.0))  # (those that miss a region have 0 already)
        r = np.maximum(ratio[short], np.finfo(float).tiny)
        out[short] = -np.log1p(u[short] * np.expm1(-r)) / r * width[short]
    return out


@columnwise
def _heading(px: Real, py: Real, pz: Real) -> tuple[Real, Real, Real, Real]:
    """Unit vector along a momentum, that of z for one at rest, and its size."""
    p = np.sqrt(px * px + py * py + pz * pz)
    moving = p > 0.0
    unit = where(moving, p, 1.0)
    return px / unit, py / unit, where(moving, pz / unit, 1.0), p


def too_short(ratio: Array) -> bool:
    """Whether a width in units of its length is so small that `remainder` loses digits."""
    return bool(ratio.min(initial=1.0) < _SHORT)


@columnwise
def remainder(width: Real, length: Real, drawn: Real) -> tuple[Real, Real]:
    """What is left of an exponential after whole widths, and the width in units of the length."""
    ratio = np.minimum(width / length, _LONG)
    steps = drawn / np.maximum(ratio, _SHORT)
    return (steps - np.floor(steps)) * ratio * length, ratio


@columnwise
def flown(
    px: Real, py: Real, pz: Real, energy: Real, length: Real, mass: Real, x: Real, y: Real, z: Real, t: Real
) -> Any:
    """Place and time [mm] after that proper length [mm], from (x, y, z, t) on."""
    per_momentum = length / mass
    return px * per_momentum + x, py * per_momentum + y, pz * per_momentum + z, energy * per_momentum + t
