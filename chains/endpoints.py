"""Kinematic endpoints of P -> X1 X2, X2 -> gamma gamma."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from darkpair.chains.widths import momentum
from darkpair.gen.errors import ClosedChannelError

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array, Real

__all__ = ["photon_energies"]


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
    if not np.all(np.asarray(mass) >= np.asarray(m1) + m2):
        raise ClosedChannelError(
            f"{mass} GeV -> {m1} + {m2} GeV is closed; allowed: m1 + m2 up to the parent's mass"
        )
    p = momentum(mass, m1, m2)
    energy = np.hypot(p, m2)
    return np.asarray(0.5 * (energy - p)), np.asarray(0.5 * (energy + p))
