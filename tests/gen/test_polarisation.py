"""Isotropic decays turned to 1 + P.A: the density itself, what stays as it is, and that the flattest case is untouched.

KS tests fail by chance once in a million.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from darkpair import Streams
from darkpair.gen.directions import isotropic
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import boost
from darkpair.gen.phase_space import ThreeBody
from darkpair.gen.polarisation import FourVector, at_rest, reoriented

N = 500_000
MASS = 0.4


def parent() -> FourVector:
    one = np.ones(N)
    return 0.5 * one, -0.3 * one, 4.0 * one, np.sqrt(0.34 + 16.0 + MASS**2) * one


def thrown() -> tuple[Any, Any]:
    """Three daughters at rest and as they fly: the last one's direction is the analysing vector."""
    inside = np.stack(ThreeBody(MASS, (0.05, 0.1, 0.02)).sample(Streams(1).rng("throw"), N), axis=1)
    flying = np.stack([boost(*parent(), MASS, *inside[:, i]) for i in range(3)], axis=1)
    return inside, flying


def test_the_turned_decays_follow_the_density() -> None:
    inside, flying = thrown()
    axis = inside[:3, 2] / np.sqrt((inside[:3, 2] ** 2).sum(axis=0))
    p = 0.97 * np.stack(isotropic(Streams(2).rng("p"), N))
    before = flying.copy()
    reoriented(Streams(3).rng("turn"), 1.0 + (p * axis).sum(axis=0), axis, parent(), MASS, flying)
    after = np.stack([np.stack(at_rest(parent(), MASS, tuple(flying[:, i]))) for i in range(3)], axis=1)
    look = after[:3, 2] / np.sqrt((after[:3, 2] ** 2).sum(axis=0))
    cosine = (p * look).sum(axis=0) / 0.97
    assert stats.kstest(cosine.clip(-1, 1), lambda c: (1 + c) / 2 + 0.97 * (c * c - 1) / 4).pvalue > 1e-6
    # the plane of the three turns about the last one at random, as before
    x = np.cross(look, p, axis=0)
    x /= np.sqrt((x * x).sum(axis=0))
    angle = np.arctan2((after[:3, 0] * np.cross(look, x, axis=0)).sum(axis=0), (after[:3, 0] * x).sum(axis=0))
    assert stats.kstest(angle, "uniform", args=(-np.pi, 2 * np.pi)).pvalue > 1e-6
    # a rigid turn: sums, energies and angles between daughters are those that were thrown
    np.testing.assert_allclose(flying.sum(axis=1), np.stack(parent()), atol=1e-12 * parent()[3][0])
    np.testing.assert_allclose(after[3], inside[3], atol=1e-12)
    for one, two in ((0, 1), (0, 2)):
        np.testing.assert_allclose(
            (after[:3, one] * after[:3, two]).sum(axis=0),
            (inside[:3, one] * inside[:3, two]).sum(axis=0),
            atol=1e-12,
        )
    kept = (flying == before).all(axis=(0, 1))
    assert kept.mean() == pytest.approx(1.0 - 0.97 / 4, abs=5e-3)  # <max(-P.A, 0)> turn: the fewest that can


def test_unpolarised_decays_stay_to_the_bit() -> None:
    inside, flying = thrown()
    before = flying.copy()
    axis = inside[:3, 2] / np.sqrt((inside[:3, 2] ** 2).sum(axis=0))
    reoriented(Streams(3).rng("turn"), np.ones(N), axis, parent(), MASS, flying)
    np.testing.assert_array_equal(flying, before)


@pytest.mark.parametrize("size", [1.0, 1e3, 1e6])
def test_a_rest_frame_is_told_up_to_a_speed(size: float) -> None:
    """The lost digits grow with the square of energy over mass: 1e-16 of it, and a factor for what is subtracted."""
    frame = (np.zeros(1), np.zeros(1), np.array([size]), np.array([np.hypot(size, 1.0)]))
    still = at_rest(frame, 1.0, frame)
    assert abs(still[3][0] - 1.0) < 1e-15 * (1.0 + size**2)


@pytest.mark.parametrize("energy", [1.1e7, 1e19, np.inf, np.nan])
def test_a_frame_that_rounding_hides_is_refused(energy: float) -> None:
    frame = (np.zeros(2), np.zeros(2), np.array([0.0, energy]), np.array([1.0, energy]))
    with pytest.raises(InputError, match=r"allowed: up to 1e\+07 times its mass") as raised:
        at_rest(frame, 1.0, frame)
    assert "\n" not in str(raised.value)
