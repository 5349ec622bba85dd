"""Axes and planes of maps: what is read of a text, what is refused in one line, and models at their points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from darkpair.chains.models.rates import build_model
from darkpair.gen.errors import DarkpairError
from darkpair.limits.reach_axes import Axis
from darkpair.limits.reach_grid import Plane, plane_of

X, Y = "m2: 150 MeV .. 450 MeV, 31", "G_X: 0.01 .. 10 GF, 4 log"


def plane(x: str = X, y: str = Y, **settings: str) -> Plane:
    return plane_of("zprime-scalar", x, y, {"m1": "0.1*m2"} | settings)


def test_an_axis_is_read() -> None:
    made = plane()
    assert (made.x.low, made.x.high, made.x.points, made.x.log, made.x.title) == (
        150.0,
        450.0,
        31,
        False,
        "m2 [MeV]",
    )
    assert made.x.numbers[:3] == (150.0, 160.0, 170.0)
    assert made.y.numbers == pytest.approx((0.01, 0.1, 1.0, 10.0))
    assert plane(x="m2: 0.15 GeV .. 450 MeV").x.low == pytest.approx(150.0)
    assert plane(x="m2: 150 MeV .. 450 MeV").x.points == 40


def test_a_number_is_where_its_place_is() -> None:
    for axis in (plane().x, plane().y, Axis(name="r", low=0.0, high=0.7)):
        places = np.linspace(0.0, 1.0, 57)
        numbers = [axis.number(place) for place in places]
        assert np.asarray(axis.place(np.array(numbers))) == pytest.approx(places, abs=1e-6)
        assert [axis.number(float(axis.place(number))) for number in numbers] == numbers


def test_a_point_is_the_one_that_a_user_types() -> None:
    made = plane().point(430.0, 1.0)
    typed = build_model("zprime-scalar", {"m1": "43 MeV", "m2": "430 MeV", "G_X": "1 GF"})
    assert made.m2 == typed.m2
    assert made.G_X == typed.G_X  # type: ignore[attr-defined]
    assert made.m1 == typed.m1  # (a product that somebody types, too)


@given(st.floats(1e-12, 1e6), st.floats(1e-12, 10.0), st.integers(2, 200), st.booleans())
def test_numbers_of_an_axis_are_as_many_as_its_points(
    low: float, more: float, points: int, log: bool
) -> None:
    """A range so narrow that two points have one number is refused, with its two ends."""
    high = low * (1.0 + more)
    try:
        numbers = Axis(name="r", low=low, high=high, points=points, log=log).numbers
    except DarkpairError as error:
        numbers = ()
        message = str(error)
    if numbers:
        assert len(set(numbers)) == points
        assert list(numbers) == sorted(numbers)
    else:
        assert more < 1e-3
        assert "do not tell apart" in message or "an empty range" in message


def test_settings_are_made_of_axes_and_of_each_other() -> None:
    several = plane(
        x="m2: 150 MeV .. 450 MeV", y="r: 0.1 .. 0.5, 6", m1="r m2", m_Zprime="20*m2/2", G_X="1 GF"
    )
    point = several.point(300.0, 0.5)
    assert (point.m1, point.m_Zprime) == pytest.approx((0.15, 3.0))  # type: ignore[attr-defined]
    still = plane_of("zprime-scalar", Y, "m_Zprime: 5 .. 50 GeV", {"m2": "300 MeV", "m1": "0.1 m2"})
    assert float(np.asarray(still.point(1.0, 10.0).m1)) == pytest.approx(0.03)


def test_arrays_are_the_points() -> None:
    made = plane(m_Zprime="10 GeV")
    over = made.over(300.0, np.array(made.y.numbers))
    for number, value in zip(made.y.numbers, np.asarray(over.ctau("X2")), strict=True):
        assert float(made.point(300.0, number).ctau("X2")) == pytest.approx(float(value), rel=1e-14)


def test_masses_move_samples() -> None:
    made = plane()
    assert made.moves_samples(made.x)


def test_a_parameter_that_bends_an_amplitude_moves_samples() -> None:
    """The mass of the Z', by the propagator in X2 -> X1 e e, whose size is no matter."""
    made = plane_of("zprime-scalar", "m_Zprime: 1 .. 50 GeV, 4", Y, {"m1": "0", "m2": "200 MeV"})
    assert made.moves_samples(made.x)
    assert not made.moves_samples(made.y)


WRONG = {
    "both axes are m2": ("m2: 1 MeV .. 2 MeV", "m2: 1 MeV .. 2 MeV", {}),
    "an empty range": ("m2: 450 MeV .. 150 MeV", Y, {}),
    "an unknown unit 'foo'": ("m2: 150 foo .. 450 foo", Y, {}),
    "is a length": ("m2: 150 cm .. 450 cm", Y, {}),
    "allowed: NAME: LOW .. HIGH": ("m2 150", Y, {}),
    "on a logarithmic scale": ("m2: 0 MeV .. 450 MeV, 10 log", Y, {}),
    "to 1e+300 is wider than the computer's arithmetic holds": (X, "G_X: 1e-300 .. 1e300 GF, 5 log", {}),
    "to 1.7e+308 is wider": (X, "r: -1.7e308 .. 1.7e308, 5", {"m1": "r*m2", "G_X": "1 GF"}),
    "unknown scale": ("m2: 1 MeV .. 450 MeV, 10 cubic", Y, {}),
    "allowed: 2 to 1000": ("m2: 1 MeV .. 450 MeV, 1", Y, {}),
    "did you mean": ("m2: 1 MeV .. 450 MeV", "G_Y: 0.1 .. 1", {}),
    "is no number": (X, "b_to_k: 0 .. 1", {}),
    "an end is no number": ("m2: low .. 450 MeV", Y, {}),
    "is a pure number": (X, "r: 0 MeV .. 1 MeV", {"m1": "r*m2", "G_X": "1 GF"}),
    "is an axis and set": (X, Y, {"G_X": "1 GF"}),
    "neither a number nor one of": (X, Y, {"m1": "foo*m2"}),
    "is made of itself": (X, Y, {"m1": "2*m_Zprime", "m_Zprime": "3*m1"}),
}


def corner(x: str, y: str, settings: dict[str, str]) -> None:
    made = plane_of("zprime-scalar", x, y, settings)
    made.point(made.x.low, made.y.low)


@pytest.mark.parametrize("words", WRONG)
def test_what_is_wrong_is_one_line(words: str) -> None:
    x, y, settings = WRONG[words]
    with pytest.raises(DarkpairError) as error:
        corner(x, y, {"m1": "0.1*m2"} | settings)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("divisor", ["0", "0.0"])
def test_a_division_by_zero_is_refused(divisor: str) -> None:
    made = plane_of("zprime-scalar", X, Y, {"m1": f"m2/{divisor}"})
    with pytest.raises(DarkpairError, match=r"m1 = .* divides by zero; allowed: a divisor that is not 0"):
        made.point(150.0, 1.0)
