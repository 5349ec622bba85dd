"""Photon energies of K_L -> X1 X2, X2 -> gamma gamma."""

from __future__ import annotations

import pytest

from darkpair.chains.endpoints import photon_energies
from darkpair.gen.errors import ClosedChannelError
from darkpair.gen.particles import particle

KAON = particle("K_L0").mass


def test_photon_energies() -> None:
    low, high = photon_energies(KAON, 0.0, 0.1)
    assert low * 1e3 == pytest.approx(10.05, abs=0.01)
    assert high * 1e3 == pytest.approx(248.81, abs=0.01)
    assert float(low * high) == pytest.approx(0.1**2 / 4, rel=1e-12)  # back to back: m^2 = 4 E1 E2


def test_closed_step() -> None:
    with pytest.raises(ClosedChannelError):
        photon_energies(KAON, 0.1, 0.4)
