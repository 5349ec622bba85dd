"""The pi0 vertex: exact without noise, and wrong in the known ways off the axis and for another mass."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from darkpair import Streams, particle
from darkpair.detectors.pi0_vertex import reconstruct_pi0
from darkpair.gen.directions import about, isotropic
from darkpair.gen.kinematics import boost_pair

FACE, RADIUS = 6148.0, 950.0
M_PI = particle("pi0").mass

Arrays = tuple[NDArray[np.float64], ...]


def photons(n: int, *, mass: float = M_PI, x: float = 0.0, seed: int = 1) -> Arrays:
    """Energies and positions (2, n) of photon pairs on the calorimeter, true distances and transverse momenta."""
    rng = Streams(seed).rng("photons")
    p, z = rng.uniform(0.3, 4.0, n), rng.uniform(2000.0, 5500.0, n)
    zero, one = np.zeros(n), np.ones(n)
    ux, uy, uz = about((zero, zero, one), 1.0 - 0.02 * rng.random(n), rng.random(n))
    dx, dy, dz = isotropic(rng, n)
    e = 0.5 * mass
    k = boost_pair(p * ux, p * uy, p * uz, np.hypot(p, mass), mass, e * dx, e * dy, e * dz, e, e)
    distance = FACE - z
    forward = (k[2] > 0.0) & (k[6] > 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        hits_x = x + np.stack([k[0] / k[2], k[4] / k[6]]) * distance
        hits_y = np.stack([k[1] / k[2], k[5] / k[6]]) * distance
    seen = forward & (np.hypot(hits_x, hits_y).max(axis=0) < RADIUS)
    energy = np.stack([k[3], k[7]])
    return energy[:, seen], hits_x[:, seen], hits_y[:, seen], distance[seen], (p * np.hypot(ux, uy))[seen]


def closest(error: NDArray[np.float64], pair: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    best = np.full(n, np.inf)
    np.minimum.at(best, pair, error)
    return best


def test_exact_without_noise() -> None:
    energy, x, y, distance, pt = photons(200_000)
    found = reconstruct_pi0(energy, x, y, M_PI)
    n = len(distance)
    assert n > 50_000
    assert closest(np.abs(found.distance - distance[found.pair]), found.pair, n).max() < 1e-6
    assert closest(np.abs(np.hypot(found.px, found.py) / pt[found.pair] - 1.0), found.pair, n).max() < 1e-9


def test_at_most_two_candidates_in_order() -> None:
    energy, x, y, _, _ = photons(50_000)
    found = reconstruct_pi0(energy, x, y, M_PI)
    assert (np.diff(found.pair) >= 0).all()
    counts = np.bincount(found.pair)
    assert counts.max() == 2
    assert (found.distance > 0.0).all()


def test_every_candidate_has_the_mass() -> None:
    energy, x, y, _, _ = photons(50_000)
    found = reconstruct_pi0(energy, x, y, M_PI)
    e, hx, hy = energy[:, found.pair], x[:, found.pair], y[:, found.pair]
    k = np.stack([hx, hy, np.broadcast_to(found.distance, hx.shape)])
    k = e * k / np.sqrt((k * k).sum(axis=0))
    total = k.sum(axis=1)
    mass = np.sqrt(e.sum(axis=0) ** 2 - (total * total).sum(axis=0))
    assert np.abs(mass - M_PI).max() < 1e-5
    assert np.allclose(total, [found.px, found.py, found.pz])


def test_small_angle_law_for_another_mass() -> None:
    """The distance shrinks as m/m_pi for narrow pairs; arXiv:2005.07102, section IV.B."""
    for mass in (0.100, 0.200):
        energy, x, y, distance, _ = photons(100_000, mass=mass)
        narrow = energy.min(axis=0) > 0.8
        found = reconstruct_pi0(energy[:, narrow], x[:, narrow], y[:, narrow], M_PI)
        assert np.median(found.distance / distance[narrow][found.pair]) == pytest.approx(
            mass / M_PI, rel=0.03
        )


def test_no_solution_for_photons_that_cannot_be_a_pi0() -> None:
    energy = np.array([[0.01, 1.0], [0.01, 1.0]])
    found = reconstruct_pi0(energy, np.array([[300.0, 300.0], [-300.0, 300.0]]), np.zeros((2, 2)), M_PI)
    assert len(found.pair) == 0
