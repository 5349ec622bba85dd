"""Relativistic kinematics of decays, once: plain arithmetic on arrays or scalars.

Every function works on NumPy arrays of any one shape and compiles unchanged with numba.  Units: GeV.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Array",
    "Real",
    "boost",
    "boost_pair",
    "invariant_mass",
    "kallen",
    "square",
    "two_body_momentum",
]

Array: TypeAlias = NDArray[np.float64]
Real: TypeAlias = Any  # a float or an Array: the arithmetic is the same


def square(x: Real) -> Real:
    """Square of a number or a column [unit of x, squared]: Python's own ``x**2`` of a number may be another in the last bit."""
    return x * x


def kallen(a: Real, b: Real, c: Real) -> Real:
    """Källén function a² + b² + c² - 2ab - 2bc - 2ca [unit of a, squared]."""
    d = a - b - c
    return d * d - 4.0 * b * c


def two_body_momentum(mass: Real, m1: Real, m2: Real) -> Real:
    """Momentum of either daughter in the rest frame of M -> 1 2 [GeV].

    Written as a product, which stays exact at threshold; zero below it is the caller's to refuse
    (the root of a negative number is NaN here).

    Parameters
    ----------
    mass, m1, m2 : float or ndarray [GeV]
        Mass of the parent, and of either daughter.
    """
    return np.sqrt((mass - m1 - m2) * (mass + m1 + m2) * (mass - m1 + m2) * (mass + m1 - m2)) / (2.0 * mass)


def boost(
    px: Real, py: Real, pz: Real, energy: Real, mass: Real, qx: Real, qy: Real, qz: Real, e: Real
) -> tuple[Real, Real, Real, Real]:
    """Four-momentum (x, y, z, E) of a particle, from its parent's rest frame to the parent's frame [GeV].

    With k = (E + e')/(E_P + m), never 1/sqrt(1 - beta²), which loses digits for fast parents.

    Parameters
    ----------
    px, py, pz, energy, mass : float or ndarray, (n,) [GeV]
        Momentum, energy and mass of the parent.
    qx, qy, qz, e : float or ndarray, (n,) [GeV]
        Momentum and energy of the particle in the parent's rest frame.
    """
    out = (energy * e + px * qx + py * qy + pz * qz) / mass
    k = (out + e) / (energy + mass)
    return qx + k * px, qy + k * py, qz + k * pz, out


def boost_pair(
    px: Real, py: Real, pz: Real, energy: Real, mass: Real, qx: Real, qy: Real, qz: Real, e1: Real, e2: Real
) -> tuple[Real, Real, Real, Real, Real, Real, Real, Real]:
    """Four-momenta of two back-to-back daughters in the parent's frame [GeV].

    The same as two calls of `boost`, with q and -q, that share the scalar product.

    Parameters
    ----------
    px, py, pz, energy, mass : float or ndarray, (n,) [GeV]
        Momentum, energy and mass of the parent.
    qx, qy, qz : ndarray, (n,) [GeV]
        Momentum of the first daughter in the parent's rest frame; the second has the opposite one.
    e1, e2 : float or ndarray [GeV]
        Energies of the daughters in the parent's rest frame.
    """
    gamma = energy / mass
    along = (px * qx + py * qy + pz * qz) / mass
    out1 = gamma * e1 + along
    out2 = gamma * e2 - along
    total = energy + mass
    k1 = (out1 + e1) / total
    k2 = (out2 + e2) / total
    return (
        qx + k1 * px,
        qy + k1 * py,
        qz + k1 * pz,
        out1,
        k2 * px - qx,
        k2 * py - qy,
        k2 * pz - qz,
        out2,
    )


def invariant_mass(px: Real, py: Real, pz: Real, energy: Real) -> Real:
    """Invariant mass [GeV]; a rounding-negative square counts as zero."""
    return np.sqrt(np.maximum(energy * energy - px * px - py * py - pz * pz, 0.0))
