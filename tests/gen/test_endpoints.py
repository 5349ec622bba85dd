"""Kinematic endpoints of the two-step decays."""

from __future__ import annotations

import numpy as np
import pytest

from darkpair.gen.endpoints import max_pt_in_two_steps, photon_energies
from darkpair.gen.errors import ClosedChannelError
from darkpair.gen.kinematics import kallen
from darkpair.gen.particles import particle

KAON, PION = particle("K_L0").mass, particle("pi0").mass


def largest_momentum(mass: float, m1: float, m2: float, m_visible: float) -> float:
    return max_pt_in_two_steps(mass, m1, m2, m1, m_visible)


def test_largest_transverse_momentum() -> None:
    for m2 in (0.14, 0.2, 0.3, 0.4, 0.49):
        assert largest_momentum(KAON, 0.0, m2, PION) * 1e3 == pytest.approx(230.50, abs=0.01)
    assert largest_momentum(KAON, 0.06, 0.43, PION) * 1e3 == pytest.approx(204.76, abs=0.01)
    assert largest_momentum(KAON, 0.15, 0.30, PION) * 1e3 == pytest.approx(97.63, abs=0.01)


def test_the_printed_form() -> None:
    """Eq. 64 as it stands."""
    m1, m2 = 0.04, 0.37
    r1, r2, y1, y = m1 / KAON, m2 / KAON, m1 / m2, PION / m2
    first = (1 + r2**2 - r1**2) * np.sqrt(kallen(1, y1**2, y**2))
    second = (1 + y**2 - y1**2) * np.sqrt(kallen(1, r1**2, r2**2))
    assert largest_momentum(KAON, m1, m2, PION) == pytest.approx(KAON / 4 * (first + second), rel=1e-12)


def test_photon_energies() -> None:
    low, high = photon_energies(KAON, 0.0, 0.1)
    assert low * 1e3 == pytest.approx(10.05, abs=0.01)
    assert high * 1e3 == pytest.approx(248.81, abs=0.01)


def test_closed_steps() -> None:
    with pytest.raises(ClosedChannelError):
        largest_momentum(KAON, 0.2, 0.3, PION)
    with pytest.raises(ClosedChannelError):
        largest_momentum(KAON, 0.2, 0.4, PION)
    with pytest.raises(ClosedChannelError):
        photon_energies(KAON, 0.1, 0.4)
