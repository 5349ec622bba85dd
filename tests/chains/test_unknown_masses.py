"""A width of a mass that is no number is none either: 0 says that a channel is closed."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from darkpair.chains.widths import momentum, three_body_width, three_body_window, two_body_width

MASS = st.floats(1e-3, 10.0) | st.just(0.0) | st.just(math.nan)


@given(st.floats(1e-3, 10.0) | st.just(math.nan), MASS, MASS, MASS)
def test_nan_is_unknown_and_0_is_closed(mass: float, a: float, b: float, c: float) -> None:
    def one(q2: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> object:
        return np.ones(np.shape(q2))

    for value, masses in (
        (momentum(mass, a, b), (a, b)),
        (two_body_width(mass, a, b, 1.0), (a, b)),
        (three_body_width(mass, a, b, c, one), (a, b, c)),
        (three_body_width(mass, a, b, c, one, elementwise=True), (a, b, c)),
        (three_body_window(mass, a, b, c, one, 0.0, 1e3), (a, b, c)),
    ):
        if math.isnan(mass) or any(map(math.isnan, masses)):
            assert np.isnan(value)
        else:
            assert (value > 0.0) == (mass > sum(masses)) or value == 0.0
            assert (value == 0.0) or mass > sum(masses)


def test_of_an_array_each_by_itself() -> None:
    got = momentum(1.0, np.array([0.2, math.nan, 0.9, 0.4]), 0.3)
    assert np.isnan(got).tolist() == [False, True, False, False]
    assert (got > 0.0).tolist() == [True, False, False, True]
