"""A comparison of small numbers by their ratio can fail."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.mark.parametrize("size", [1e-300, 1e-28, 1e-13, 1.0, 1e30])
def test_a_ratio_is_one_at_every_size(size: float) -> None:
    assert size == pytest.approx(size * (1.0 + 9e-7))
    assert size != pytest.approx(size * (1.0 + 1.1e-6))
    assert size != pytest.approx(1.1 * size, rel=0.05)
    assert [size, 2.0 * size] != pytest.approx([size, 2.2 * size], rel=0.05)
    assert {"a": size} != pytest.approx({"a": 1.1 * size}, rel=0.05)
    assert np.array([size]) != pytest.approx(np.array([1.1 * size]), rel=0.05)


def test_a_zero_beside_others_is_one_to_their_rounding() -> None:
    assert pytest.approx([0.0, 1.0]) == [1e-17, 1.0]
    assert pytest.approx([0.0, 1e-9]) != [1e-17, 1e-9]


def test_what_a_test_names_stays() -> None:
    assert pytest.approx(0.0, abs=1e-4) == 1e-5
    assert pytest.approx(2e-28, abs=1e-27) == 1e-28
    assert pytest.approx(2e-28, rel=0.1, abs=1e-29) != 1e-28
    assert pytest.approx("word") == "word"
