"""Decays before absorption: against an own Monte Carlo of two clocks in plain NumPy, closed forms, and numbers by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from darkpair.gen.absorption import Absorber, BeforeAbsorption
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array
from darkpair.gen.particles import particle
from darkpair.gen.region import Cylinder, Region, Slab

PIPE = Cylinder(radius=2000.0, z_min=0.0, z_max=200_000.0)


def flights(n: int, energy: float, name: str, angle: float = 0.0) -> tuple[Array, ...]:
    """Momenta of one energy [GeV] at an angle to z."""
    momentum = math.sqrt(energy**2 - particle(name).mass ** 2)
    return (
        np.full(n, momentum * math.sin(angle)),
        np.zeros(n),
        np.full(n, momentum * math.cos(angle)),
    )


def two_clocks(
    n: int, mean: float, free: float, interaction: float, rng: np.random.Generator
) -> tuple[float, Array]:
    """Share of particles that decay before they interact, and where those do [mm]: no formula of the package.

    The particle has a clock for its decay; one for its interaction begins where matter does.
    """
    decay = rng.exponential(mean, n)
    stopped = free + rng.exponential(interaction, n)
    first = decay < stopped
    return float(first.mean()), decay[first]


@pytest.mark.parametrize(
    ("name", "energy", "pipe", "angle", "free"),
    [
        ("K_S0", 20.0, None, 0.0, 0.0),
        ("K_S0", 300.0, None, 0.1, 0.0),
        ("K+", 1.0, None, 0.0, 0.0),
        ("K_L0", 8.8, PIPE, 0.0, 200_000.0),
        ("K+", 8.8, PIPE, 0.05, 2000.0 / math.sin(0.05)),  # (leaves the pipe through its side)
        ("K_L0", 0.6, Slab(z_min=0.0, z_max=1000.0), 0.3, 1000.0 / math.cos(0.3)),
    ],
)
def test_places_and_probabilities_are_those_of_two_clocks(
    name: str, energy: float, pipe: Region | None, angle: float, free: float
) -> None:
    """The probability within 5 errors, the places by their sum of squares of quantiles' differences: fails once in 1e5."""
    n, own = 40_000, 2_000_000
    law = Absorber(interaction_length=200.0, pipe=pipe).law(name)
    assert law is not None
    momentum, origin = flights(n, energy, name, angle), (np.zeros(n),) * 3
    mass = particle(name).mass
    length, weights = law.sample(np.random.default_rng(1), momentum, mass, origin)  # type: ignore[arg-type]
    boost = math.sqrt(energy**2 - mass**2) / mass
    share, places = two_clocks(own, boost * law.ctau, free, 200.0, np.random.default_rng(2))
    assert np.ptp(weights["absorption"]) < 1e-12 * weights["absorption"][0]
    error = math.sqrt(share * (1.0 - share) / own)
    assert abs(weights["absorption"][0] - share) < 5.0 * error
    parts = np.linspace(0.05, 0.95, 19)
    below = np.searchsorted(np.sort(length * boost), np.quantile(places, parts)) / n
    errors = np.sqrt(parts * (1.0 - parts) * (1.0 / n + 1.0 / len(places)))
    assert np.abs((below - parts) / errors).max() < 5.0


def test_the_numbers_of_a_kaon_of_20_gev() -> None:
    """By hand: d = beta gamma c tau is 617 m of a K_L and 1.08 m of a K_S; lambda / (lambda + d) in 18.5 cm of copper."""
    for name, ctau, expected in (
        ("K_L0", 15_340.0, 3.0e-4),
        ("K_S0", 26.84, 0.146),
        ("K+", 3_711.0, 1.23e-3),
    ):
        law = Absorber(interaction_length=185.1).law(name)
        assert law is not None
        assert law.ctau == pytest.approx(ctau, rel=3e-3)
        flight, origin = flights(1, 20.0, name), (np.zeros(1),) * 3
        mass = particle(name).mass
        chance = float(law.probability(flight, mass, origin)[0])  # type: ignore[arg-type]
        assert chance == pytest.approx(expected, rel=0.01)
        assert chance == pytest.approx(185.1 / (185.1 + flight[2][0] / mass * law.ctau), rel=1e-12)


def test_a_pipe_without_matter_is_a_decay_probability() -> None:
    """The limit of an interaction length of nothing, and that of one of everything."""
    flight, origin = flights(1, 8.8, "K_L0"), (np.zeros(1),) * 3
    mass, ctau = particle("K_L0").mass, particle("K_L0").ctau
    mean = flight[2][0] / mass * ctau
    for interaction, expected in ((1e-6, -math.expm1(-200_000.0 / mean)), (1e14, 1.0)):
        law = BeforeAbsorption(ctau=ctau, interaction_length=interaction, pipe=PIPE)
        assert float(law.probability(flight, mass, origin)[0]) == pytest.approx(expected, rel=1e-6)  # type: ignore[arg-type]


def test_who_is_not_absorbed() -> None:
    """pi0, eta and B decay at once; backwards and outside of the pipe there is matter; one at rest decays where it is."""
    absorber = Absorber(interaction_length=200.0, pipe=PIPE)
    assert all(absorber.law(name) is None for name in ("pi0", "eta", "eta'", "B+", "B0", "p+"))
    law = absorber.law("K+")
    assert law is not None
    px, py = np.zeros(3), np.zeros(3)
    momentum = px, py, np.array([-5.0, 5.0, 0.0])
    origin = np.zeros(3), np.array([0.0, 3000.0, 0.0]), np.zeros(3)
    mass = particle("K+").mass
    chance = law.probability(momentum, mass, origin)
    assert chance[:2] == pytest.approx(200.0 / (200.0 + 5.0 / mass * law.ctau))
    assert chance[2] == 1.0
    length, _ = law.sample(np.random.default_rng(1), momentum, mass, origin)
    assert length[2] == 0.0
    assert np.isfinite(length).all()


@pytest.mark.parametrize("length", [0.0, -1.0, math.inf, math.nan])
def test_lengths_that_are_none(length: float) -> None:
    with pytest.raises(InputError):
        BeforeAbsorption(ctau=100.0, interaction_length=length)
