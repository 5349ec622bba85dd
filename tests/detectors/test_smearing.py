"""What each photon and track is smeared with: its own energy's resolution, and no other's."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from darkpair import Streams
from darkpair.detectors.belle2 import Belle2
from darkpair.detectors.koto import Koto
from darkpair.detectors.smearing import Calorimeter, Tracks
from darkpair.gen.events import Batch
from tests.shared.own_files import truth

ENERGY = np.array([0.25, 1.0, 4.0, 0.09])
NOISE = np.array([[1.0, -2.0, 0.5, 3.0], [-1.0, 1.5, 2.0, 0.25], [2.0, -0.5, 1.0, -3.0]])
X, Y = np.array([10.0, 20.0, -30.0, 0.0]), np.array([-5.0, 0.0, 50.0, 7.0])


def test_a_calorimeter_photon_by_photon() -> None:
    """sigma_E = .01 E + .02 sqrt(E) and sigma_x = 5 mm / sqrt(E), each in squares with its constant."""
    for constant in (0.0, 3.0):
        made = Calorimeter(constant=0.01, stochastic=0.02, position=5.0, position_constant=constant)
        energy, x, y = made.smear(NOISE, ENERGY, X, Y)
        for i, e in enumerate(ENERGY):
            sigma, spread = (
                math.hypot(0.01 * e, 0.02 * math.sqrt(e)),
                math.hypot(5.0 / math.sqrt(e), constant),
            )
            assert energy[i] == pytest.approx(e + sigma * NOISE[0, i], rel=1e-14)
            assert x[i] == pytest.approx(X[i] + spread * NOISE[1, i], rel=1e-14)
            assert y[i] == pytest.approx(Y[i] + spread * NOISE[2, i], rel=1e-14)


def test_tracks_one_by_one() -> None:
    energy, x, y = Tracks(constant=0.02, linear=0.01, position=0.5).smear(NOISE, ENERGY, X, Y)
    for i, e in enumerate(ENERGY):
        assert energy[i] == pytest.approx(e * (1.0 + math.hypot(0.02, 0.01 * e) * NOISE[0, i]), rel=1e-14)
        assert [x[i], y[i]] == pytest.approx([X[i] + 0.5 * NOISE[1, i], Y[i] + 0.5 * NOISE[2, i]], rel=1e-14)


@pytest.mark.parametrize("made", [Calorimeter(constant=0.01, stochastic=0.02, position=5.0), Tracks(constant=0.02, linear=0.01, position=0.5)], ids=["calorimeter", "tracks"])  # fmt: skip
def test_nobody_feels_a_neighbour(made: Any) -> None:
    """One alone is measured as in company, in any order."""
    together = np.stack(made.smear(NOISE, ENERGY, X, Y))
    for order in ([0], [2, 0], [3, 1, 0, 2]):
        alone = np.stack(made.smear(NOISE[:, order], ENERGY[order], X[order], Y[order]))
        np.testing.assert_array_equal(alone, together[:, order])


def test_clusters_of_koto_spread_as_their_own_photon_s_energy_says() -> None:
    """Pulls of the energy and of x have the variance 1 for soft and for hard photons: five standard errors of each."""
    events: Batch = truth("koto")
    detector = Koto()
    perfect = Koto(resolution=Calorimeter(constant=0.0, stochastic=0.0, position=0.0))
    (counts, seen), (exact_counts, exact) = (
        d.observe(events, Streams(1).rng("detector")).lists["Cluster"] for d in (detector, perfect)
    )
    np.testing.assert_array_equal(counts, exact_counts)
    np.testing.assert_array_equal(seen["genPartIdx"], exact["genPartIdx"])
    energy = exact["energy"]
    sigma = np.hypot(0.01 * energy, 0.02 * np.sqrt(energy))
    pulls = (seen["energy"] - energy) / sigma, (seen["x"] - exact["x"]) * np.sqrt(energy) / 5.0
    order = np.argsort(energy)
    for part in np.array_split(order, 4):
        assert len(part) > 300
        for pull in pulls:
            assert abs(np.mean(pull[part] ** 2) - 1.0) < 5.0 * math.sqrt(2.0 / len(part))
            assert abs(np.mean(pull[part])) < 5.0 / math.sqrt(len(part))


def test_a_tracker_scales_each_momentum_by_its_own_resolution() -> None:
    """The size alone, by the transverse momentum times one number and another over beta, in squares."""
    kaons, tracker = truth("b_factory").final_state(321, -321), Belle2().tracker
    noise = np.linspace(-2.0, 2.0, len(kaons.event))
    ours = np.stack(tracker.smear(kaons, noise))
    for i in range(0, len(noise), 97):
        px, py, pz, e = (float(c) for c in kaons.momentum[:, i])
        beta = math.hypot(px, py, pz) / e
        scale = 1.0 + math.hypot(tracker.linear * math.hypot(px, py), tracker.multiple / beta) * noise[i]
        assert ours[:, i] == pytest.approx([px * scale, py * scale, pz * scale], rel=1e-12)
