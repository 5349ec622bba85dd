"""Ends of kinematic distributions, for parents at rest or along the axis.  Units: GeV."""

from __future__ import annotations

import numpy as np

from darkpair.gen.errors import ClosedChannelError
from darkpair.gen.kinematics import two_body_momentum

__all__ = ["max_pt", "max_pt_in_two_steps", "photon_energies"]


def max_pt(mass: float, m_visible: float, m_rest: float) -> float:
    """Largest transverse momentum of a particle that recoils against an invisible mass [GeV].

    Parameters
    ----------
    mass, m_visible, m_rest : float [GeV]
        Mass of the parent, of the visible particle, and least invariant mass of the rest.

    Raises
    ------
    ClosedChannelError
        Below threshold.

    References
    ----------
    arXiv:2005.07102, eqs 62, 65 and 68.
    """
    return _momentum(mass, m_visible, m_rest)


def max_pt_in_two_steps(
    mass: float, m_sister: float, m_between: float, m_rest: float, m_visible: float
) -> float:
    """Largest transverse momentum of the visible particle of M -> sister between, between -> rest visible [GeV].

    It is the momentum of the visible particle thrown forwards, (E p* + p E*)/m with the intermediate
    particle's own (E, p, m); with one massless invisible particle in both places it is `max_pt`
    (mass, m_visible, 0) whatever the intermediate mass.

    Parameters
    ----------
    mass, m_sister, m_between, m_rest, m_visible : float [GeV]
        Masses of M, sister, between, rest and visible: of K_L -> X1 X2, X2 -> X1 pi0 those of K_L, X1, X2, X1, pi0.

    Raises
    ------
    ClosedChannelError
        Below either threshold.

    References
    ----------
    arXiv:2005.07102, eq 64.
    """
    p, q = _momentum(mass, m_sister, m_between), _momentum(m_between, m_rest, m_visible)
    return float((np.hypot(p, m_between) * q + p * np.hypot(q, m_visible)) / m_between)


def photon_energies(mass: float, m_sister: float, m_between: float) -> tuple[float, float]:
    """Least and largest energy of a photon of M -> sister between, between -> gamma gamma in the frame of M [GeV].

    The distribution between them is flat.

    Parameters
    ----------
    mass, m_sister, m_between : float [GeV]
        Masses of M, sister and between.

    Raises
    ------
    ClosedChannelError
        Below threshold.
    """
    p = _momentum(mass, m_sister, m_between)
    energy = float(np.hypot(p, m_between))
    return 0.5 * (energy - p), 0.5 * (energy + p)


def _momentum(mass: float, m1: float, m2: float) -> float:
    if mass < m1 + m2:
        raise ClosedChannelError(
            f"{mass} GeV -> {m1} + {m2} GeV is closed; allowed: m1 + m2 up to the parent's mass"
        )
    return float(two_body_momentum(mass, m1, m2))
