"""Kinematic endpoints of two-step decays P -> X1 X2, X2 -> visible."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from darkpair.chains.widths import momentum
from darkpair.gen.errors import ClosedChannelError

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array, Real

__all__ = ["largest_momentum", "photon_energies"]


def _flight(mass: Real, m1: Real, m2: Real) -> tuple[Array, Array]:
    """Momentum and energy of X2 in the frame of P [GeV]."""
    if not np.all(np.asarray(mass) >= np.asarray(m1) + m2):
        raise ClosedChannelError(
            f"{mass} GeV -> {m1} + {m2} GeV is closed; allowed: m1 + m2 up to the parent's mass"
        )
    p = momentum(mass, m1, m2)
    return p, np.hypot(p, m2)


def largest_momentum(mass: Real, m1: Real, m2: Real, m_visible: Real) -> Array:
    """Largest momentum, and transverse momentum, of the visible particle of P -> X1 X2, X2 -> X1 visible [GeV].

    Parameters
    ----------
    mass, m1, m2, m_visible : float or ndarray [GeV]
        P at rest or along the axis, X1, X2, the visible particle.

    Raises
    ------
    ClosedChannelError
        If one of the two steps is closed.

    References
    ----------
    arXiv:2005.07102, eqs. 64 and 65.
    """
    if not np.all(np.asarray(m2) >= np.asarray(m1) + m_visible):
        raise ClosedChannelError(f"{m2} GeV -> {m1} + {m_visible} GeV is closed; allowed: a heavier X2")
    p, energy = _flight(mass, m1, m2)
    k = momentum(m2, m1, m_visible)
    return np.asarray((energy * k + p * np.hypot(k, m_visible)) / m2)


def photon_energies(mass: Real, m1: Real, m2: Real) -> tuple[Array, Array]:
    """Least and largest energy of a photon of P -> X1 X2, X2 -> gamma gamma in the frame of P [GeV].

    The distribution between them is flat.

    Parameters
    ----------
    mass, m1, m2 : float or ndarray [GeV]
        P, X1, X2.

    Raises
    ------
    ClosedChannelError
        If P -> X1 X2 is closed.
    """
    p, energy = _flight(mass, m1, m2)
    return np.asarray(0.5 * (energy - p)), np.asarray(0.5 * (energy + p))
