"""A matrix element at other masses: exact where it says how, else at the same place of the Dalitz plot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from darkpair.gen.errors import ClosedChannelError
from darkpair.gen.varying_masses import ElementAtMasses

OWN = (0.1, 0.2, 0.3)  # of a parent of 1 GeV: q from 0.5 to 0.9
OTHER = (0.2, 0.1, 0.1)  # of a parent of 1.2 GeV: q from 0.2 to 1.0
Q = np.array([0.2, 0.4, 1.0])
COSINE = np.array([-0.5, 0.0, 1.0])


class Plain:
    """q² plus a hundred times the cosine: what it is asked at can be read off."""

    def __call__(self, q2: Any, cosine: Any) -> Any:
        return q2 + 100.0 * cosine


class OfAParent(Plain):
    def at_mass(self, mass: Any) -> Callable[..., Any]:
        return lambda q2, cosine: mass * q2 + cosine


class OfAll(OfAParent):
    def at_masses(self, mass: Any, masses: Any) -> Callable[..., Any]:
        return lambda q2, cosine: mass * q2 + cosine + sum(masses)


def value(element: Any, daughters_differ: bool) -> Any:
    """Of the element that was made for `OWN`, at `OTHER`."""
    moved = ElementAtMasses(element, 1.0, OWN, daughters_differ)
    return moved(1.2, OTHER, Q * Q, COSINE)


SAME_PLACE = np.array([0.5, 0.6, 0.9]) ** 2 + 100.0 * COSINE  # 0, 1/4 and all of the range of q


@pytest.mark.parametrize(
    ("element", "daughters_differ", "expected"),
    [
        (Plain(), False, SAME_PLACE),
        (Plain(), True, SAME_PLACE),
        (OfAParent(), False, 1.2 * Q**2 + COSINE),
        (OfAParent(), True, SAME_PLACE),
        (OfAll(), False, 1.2 * Q**2 + COSINE + 0.4),
        (OfAll(), True, 1.2 * Q**2 + COSINE + 0.4),
    ],
)
def test_values_at_other_masses(element: Any, daughters_differ: bool, expected: Any) -> None:
    assert value(element, daughters_differ) == pytest.approx(expected, rel=1e-12)


def test_massless_pairs_stay_above_zero() -> None:
    """An element with 1/q² is finite at the end of the range too."""
    moved = ElementAtMasses(Plain(), 1.0, (0.1, 0.0, 0.0), True)
    assert moved(1.2, OTHER, np.array([0.04]), np.zeros(1)) == pytest.approx([1e-18])


def test_closed_at_its_own_masses() -> None:
    closed = ElementAtMasses(Plain(), 0.5, OWN, True)
    with pytest.raises(
        ClosedChannelError, match=r"0\.5 GeV -> 0\.1 \+ 0\.2 \+ 0\.3 GeV is closed.*give it one"
    ):
        closed(1.2, OTHER, Q * Q, COSINE)
