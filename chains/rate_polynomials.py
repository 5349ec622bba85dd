"""Closed forms of the rates of X2 -> X1 f f-bar with massless fermions, contact: what integrals are checked against."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array, Real

__all__ = ["fermion_rate_polynomial", "scalar_rate_polynomial"]


def fermion_rate_polynomial(x: Real) -> Array:
    """G(x) of psi2 -> psi1 f f-bar with massless f: x = y1 for the axial, -y1 for the vector current [1].

    References
    ----------
    arXiv:2005.07102, eq. B5. Cancels to nothing near |x| = 1, where the quadrature is the better way.
    """
    x = np.asarray(x, dtype=np.float64)
    log = np.log(np.where(x == 0.0, 1.0, np.abs(x)))
    polynomial = 1 + 2 * x - 8 * x**2 + 18 * x**3 - 18 * x**5 + 8 * x**6 - 2 * x**7 - x**8
    return np.asarray(polynomial + 24 * x**3 * (1 - x + x**2) * log)


def scalar_rate_polynomial(x: Real) -> Array:
    """H(x) of S2 -> S1 f f-bar with massless f, x = y1 [1] (arXiv:2005.07102, eq. B6)."""
    x = np.asarray(x, dtype=np.float64)
    log = np.log(np.where(x == 0.0, 1.0, np.abs(x)))
    return np.asarray(1 - 8 * x**2 - 24 * x**4 * log + 8 * x**6 - x**8)
