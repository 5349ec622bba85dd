"""Momenta as NanoAOD stores them, and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkpair.gen.cylindrical import ETA_ON_AXIS, cartesian, cylindrical

number = st.floats(-1e3, 1e3).map(lambda x: x if abs(x) > 1e-3 else 0.5)


@given(st.lists(st.tuples(number, number, number), min_size=1, max_size=20))
def test_there_and_back(rows: list[tuple[float, float, float]]) -> None:
    momenta = np.array(rows).T
    back = cartesian(*cylindrical(*momenta))
    size = np.sqrt((momenta**2).sum(axis=0))
    for one, other in zip(momenta, back, strict=True):
        assert np.all(np.abs(one - other) < 1e-12 * size)


@given(st.floats(-8e3, 8e3))
def test_on_the_axis(pz: float) -> None:
    zero = np.zeros(1)
    pt, eta, phi = cylindrical(zero, zero, np.array([pz]))
    assert abs(float(eta[0])) == (ETA_ON_AXIS + abs(pz) if pz else 0.0)
    assert cartesian(pt, eta, phi)[2][0] == pytest.approx(pz, abs=1e-11)


@pytest.mark.parametrize("eta", [0.0, -999.0, 5.0])
def test_no_transverse_momentum_at_a_finite_eta_is_no_momentum(eta: float) -> None:
    px, py, pz = cartesian(np.zeros(1), np.array([eta]), np.ones(1))
    assert (px[0], py[0], pz[0]) == (0.0, 0.0, 0.0)
