"""Momenta of three bodies from the mass of a pair and three angles: the formulas that are compiled.  Units: GeV."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from darkpair.gen.compiled.columnwise import columnwise, where
from darkpair.gen.directions import on_sphere, turned
from darkpair.gen.kinematics import Array, Real, boost, boost_pair, two_body_momentum

__all__ = ["FourVectors", "safe_momentum", "three_bodies", "three_momenta", "thrown"]

#: Four-momenta (x, y, z, E) of each daughter.
FourVectors: TypeAlias = list[tuple[Array, Array, Array, Array]]


def three_bodies(
    mass: Real,
    masses: Sequence[Real],
    q: Array,
    axis: tuple[Array, Array],
    cosine: Array,
    turn: Array,
) -> FourVectors:
    """Four-momenta of particles 0, 1, 2 in the parent's rest frame [GeV].

    Parameters
    ----------
    mass, masses : floats or ndarrays, (n,) [GeV]
        Mass of the parent, and of particles 0, 1 and 2.
    q : ndarray, (n,) [GeV]
        Mass of the pair (1, 2).
    axis : two ndarrays, (n,)
        Point in the unit disc that says where particle 0 goes.
    cosine : ndarray, (n,)
        Cosine between particles 2 and 0 in the pair's frame.
    turn : ndarray, (n,)
        Azimuth of particle 2 about particle 0 as a fraction of a full turn.
    """
    phi = (2.0 * math.pi) * turn
    with np.errstate(invalid="ignore", divide="ignore"):
        columns = _still(mass, *masses, q, *axis, cosine, np.cos(phi), np.sin(phi))
    return [columns[:4], columns[4:8], columns[8:]]


def thrown(
    parent: Sequence[Array],
    mass: Real,
    masses: Sequence[Real],
    q: Array,
    axis: tuple[Array, Array],
    cosine: Array,
    turn: Array,
    *,
    places: Sequence[int],
    out: Sequence[Array] | None = None,
) -> FourVectors:
    """The same in the frame of the parent, by daughters.

    Parameters
    ----------
    parent : four ndarrays, (n,) [GeV]
        Four-momentum x, y, z, E of the parent.
    mass, masses, q, axis, cosine, turn
        As `three_bodies`.
    places : three int
        Places of particles 0, 1 and 2 among the daughters.
    out : three ndarrays, (4, n), optional
        Where each daughter's four-momentum goes.
    """
    phi = (2.0 * math.pi) * turn
    operands = (*parent, mass, *masses, q, *axis, cosine, np.cos(phi), np.sin(phi))
    with np.errstate(invalid="ignore", divide="ignore"):
        if out is None:
            columns = _flying(*operands)
            vectors = [columns[:4], columns[4:8], columns[8:]]
            return [vectors[places.index(i)] for i in range(3)]
        _flying.into([row for place in places for row in out[place]], *operands)
    return [(x, y, z, e) for x, y, z, e in out]


def safe_momentum(mass: Real, m1: Real, m2: Real) -> Real:
    """Momentum of a two-body decay [GeV]; 0 at a threshold that rounding puts out of reach."""
    p = two_body_momentum(mass, m1, m2)
    return where(p >= 0.0, p, 0.0)


def three_momenta(mass: Real, m0: Real, m1: Real, m2: Real, q: Real) -> Any:
    """Momenta of particle 0 in the parent's frame and of the pair's members in theirs, at a mass of the pair within its range."""
    q = np.minimum(np.maximum(q, m1 + m2), mass - m0)
    return safe_momentum(mass, m0, q), safe_momentum(q, m1, m2)


@columnwise
def _still(
    mass: Real,
    m0: Real,
    m1: Real,
    m2: Real,
    q: Real,
    x: Real,
    y: Real,
    cosine: Real,
    cos_phi: Real,
    sin_phi: Real,
) -> Any:
    p, k = three_momenta(mass, m0, m1, m2, q)
    ax, ay, az = on_sphere(x, y)
    ux, uy, uz = turned(ax, ay, az, cosine, cos_phi, sin_phi)
    e0, e_pair = np.sqrt(p * p + m0 * m0), np.sqrt(p * p + q * q)
    e1, e2 = np.sqrt(k * k + m1 * m1), np.sqrt(k * k + m2 * m2)
    px, py, pz = p * ax, p * ay, p * az
    x2, y2, z2, t2, x1, y1, z1, t1 = boost_pair(-px, -py, -pz, e_pair, q, k * ux, k * uy, k * uz, e2, e1)
    return px, py, pz, e0, x1, y1, z1, t1, x2, y2, z2, t2


@columnwise
def _flying(
    px: Real,
    py: Real,
    pz: Real,
    energy: Real,
    mass: Real,
    m0: Real,
    m1: Real,
    m2: Real,
    q: Real,
    x: Real,
    y: Real,
    cosine: Real,
    cos_phi: Real,
    sin_phi: Real,
) -> Any:
    x0, y0, z0, t0, x1, y1, z1, t1, x2, y2, z2, t2 = _still(
        mass, m0, m1, m2, q, x, y, cosine, cos_phi, sin_phi
    )
    a0, b0, c0, d0 = boost(px, py, pz, energy, mass, x0, y0, z0, t0)
    a1, b1, c1, d1 = boost(px, py, pz, energy, mass, x1, y1, z1, t1)
    a2, b2, c2, d2 = boost(px, py, pz, energy, mass, x2, y2, z2, t2)
    return a0, b0, c0, d0, a1, b1, c1, d1, a2, b2, c2, d2
