"""Relic density by the Boltzmann equation against the closed form of the freeze-out, and what 1 pb at m/T = 20 leaves."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy

from darkpair.chains.models import Inputs
from darkpair.chains.models.dark_matter import PICOBARN, fermion_sigma_v, p_wave_average, relic_yukawa
from darkpair.chains.models.relic_density import OBSERVED, relic_density, relic_scale
from darkpair.gen.kinematics import Array


@pytest.mark.parametrize("wave", [0, 1])
@pytest.mark.parametrize(("states", "conjugate"), [(1.0, False), (2.0, True)])
def test_closed_form_of_freeze_out(wave: int, states: float, conjugate: bool) -> None:
    """Kolb and Turner, The Early Universe, eqs. 5.43 to 5.46, rates sigma x^-n: a closed form good to a tenth."""
    m, rate, degrees, planck = 0.1, 2.0 * PICOBARN * 20.0**wave, 10.75, 1.220890e19
    count = 2.0 * states if conjugate else states
    effective = 0.5 * rate if conjugate else rate  # of all particles on all
    strength = 0.038 * (wave + 1) * count / math.sqrt(degrees) * planck * m * effective
    x = math.log(strength) - (wave + 0.5) * math.log(math.log(strength))
    closed = 1.07e9 * (wave + 1) * x ** (wave + 1) / (math.sqrt(degrees) * planck * effective)
    found = relic_density(lambda x: rate / x**wave, m, states=states, conjugate=conjugate)
    assert found == pytest.approx(closed, rel=0.1)


def test_rate_of_the_observed_density() -> None:
    """A constant rate of one kind at 100 MeV: 4.3e-26 cm^3/s, and the scale closes the circle."""

    def constant(x: Array) -> Array:
        return np.full(np.shape(x), PICOBARN)

    scale = relic_scale(constant, 0.1, states=2.0, conjugate=False)
    assert scale * 2.998e-26 == pytest.approx(4.3e-26, rel=0.02)  # 1 pb times the speed of light
    left = relic_density(lambda x: scale * constant(x), 0.1, states=2.0, conjugate=False)
    assert left == pytest.approx(OBSERVED, rel=1e-3)


def test_one_picobarn_at_twenty_leaves_too_much() -> None:
    """arXiv:2005.07102, eq. 73: "1 pbn ensures correct dark matter abundance" is 5 times too little for its p wave.

    Two because the rate falls after the freeze-out, two because of the antiparticle, 1.4 because of few degrees
    of freedom at 5 MeV.
    """
    y = relic_yukawa(0.1, 0.05, Inputs())
    at_one = fermion_sigma_v(1.0, y=y, m=0.1, m_phi=0.05)
    left = relic_density(lambda x: p_wave_average(at_one, x), 0.1, states=2.0, conjugate=True)
    assert left == pytest.approx(0.569, rel=0.01)
    assert relic_scale(lambda x: p_wave_average(at_one, x), 0.1, states=2.0, conjugate=True) == pytest.approx(
        5.69, rel=0.01
    )


def test_equation_with_another_variable() -> None:
    """The number over the entropy itself, with another integrator, from the equilibrium at m/T = 10."""
    m, states, degrees = 0.1, 1.0, 10.75
    entropy = 2.0 * math.pi**2 / 45.0 * degrees * m**3
    expansion = math.sqrt(8.0 * math.pi / 3.0 * math.pi**2 / 30.0 * degrees) * m**2 / 1.220890e19

    def equilibrium(x: float) -> float:
        density = states * m**3 / (2.0 * math.pi**2) * scipy.special.kn(2, x) / x
        return float(density / (entropy / x**3))

    def slope(x: float, y: Array) -> Array:
        rate = 1e-9 / x  # p wave
        return np.asarray(-entropy / x**3 * rate / (expansion / x**2) / x * (y**2 - equilibrium(x) ** 2))

    found = scipy.integrate.solve_ivp(
        slope, (10.0, 1000.0), [equilibrium(10.0)], method="BDF", rtol=1e-7, atol=1e-20
    )
    left = m * found.y[0, -1] * 2891.0 / 1.0537e-5
    ours = relic_density(lambda x: 1e-9 / x, m, states=states, conjugate=False)
    assert ours == pytest.approx(left, rel=2e-3)
