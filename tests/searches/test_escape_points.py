"""The part of X2 that flies out: the same of a point alone and among many, whatever has the dimensions of points."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from darkpair.chains.models import ZPrimeScalar
from darkpair.chains.widths import three_body_width
from darkpair.gen.particles import particle
from darkpair.searches.escape import escape_fraction

MODEL = ZPrimeScalar(m1=0.03, m2=0.3, G_X=1e-5)
COUPLINGS = np.geomspace(1e-7, 1e-4, 6)
FLIGHT = {"length": 1500.0, "boost": 0.28}


def test_a_coupling_alone_and_among_many_is_the_same() -> None:
    many = escape_fraction(replace(MODEL, G_X=COUPLINGS), "B+", "K+", **FLIGHT)
    alone = [escape_fraction(replace(MODEL, G_X=each), "B+", "K+", **FLIGHT) for each in COUPLINGS]
    assert np.array_equal(many, alone)
    assert many[0] > 0.9
    assert many[-1] < 0.1
    square = escape_fraction(replace(MODEL, G_X=COUPLINGS.reshape(2, 3)), "B+", "K+", **FLIGHT)
    assert np.array_equal(square, many.reshape(2, 3))


def test_masses_and_couplings_broadcast() -> None:
    """Python's square of a number may be another in the last bit than that of an array."""
    masses = np.array([0.2, 0.3, 0.4])
    many = escape_fraction(
        replace(MODEL, m1=0.1 * masses, m2=masses, G_X=COUPLINGS[:, np.newaxis]), "B+", "K+", **FLIGHT
    )
    assert many.shape == (6, 3)
    for i, mass in enumerate(masses):
        one = replace(MODEL, m1=0.1 * mass, m2=mass, G_X=COUPLINGS)
        assert many[:, i] == pytest.approx(escape_fraction(one, "B+", "K+", **FLIGHT), rel=1e-12)


def test_without_a_boost_it_is_the_flight_of_each_mass_of_the_pair() -> None:
    """A pair that flies with the parent at rest: by its own average of the flight over many cosines, to the quadrature's accuracy."""
    model, parent, daughter = replace(MODEL, G_X=5e-6), "B+", "K+"
    amplitude, (m1, m2) = model.matrix_element(parent, f"{daughter} X1 X2"), (model.m1, model.m2)
    cosines, weights = np.polynomial.legendre.leggauss(40)
    heavy, light = particle(parent).mass, particle(daughter).mass

    def flown(q2: np.ndarray) -> np.ndarray:
        root = np.sqrt(q2)
        k = np.sqrt((q2 - (m1 + m2) ** 2) * (q2 - (m1 - m2) ** 2)) / (2.0 * root)
        pair = (heavy**2 - light**2 + q2) / (2.0 * heavy)
        energy = (pair * np.hypot(k, m2) - np.sqrt(pair**2 - q2) * k * cosines) / root
        lengths = 1500.0 * m2 / (model.ctau("X2") * np.sqrt(energy**2 - m2**2))
        squared = np.array([float(amplitude(q2, cosine)) for cosine in cosines])
        return np.asarray(0.5 * np.sum(weights * squared * np.exp(-lengths)))

    whole = model.partial_width(parent, f"{daughter} X1 X2")
    expected = three_body_width(heavy, light, m1, m2, flown) / whole
    made = escape_fraction(model, parent, daughter, length=1500.0, boost=0.0)
    assert 0.1 < expected < 0.95
    assert float(made) == pytest.approx(float(expected), rel=1e-4)
