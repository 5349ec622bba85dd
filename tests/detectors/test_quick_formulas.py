"""What decides quickly decides as the plain law does, to the bit: merging, extremes, polar angles, thresholds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from darkpair.detectors.arrivals import extremes, separation
from darkpair.detectors.b_factory import Crystals, Tracker
from darkpair.detectors.belle2 import EXPERIMENTS, Belle2
from darkpair.detectors.merging import merge
from darkpair.detectors.polar import clear_of, edge, polar_angle
from darkpair.gen.compiled.mode import wanted
from darkpair.gen.events import FinalState
from darkpair.gen.kinematics import Array

BOTH = pytest.mark.parametrize("compiled", [True, False])


def showers(seed: int, most: int) -> tuple[NDArray[np.int64], Array, Array, Array]:
    """Numbers of showers of events, energies (some equal) and places on a grid, so that many are exactly as near as others."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, most + 1, 400)
    k = int(counts.sum())
    energy = np.where(rng.random(k) < 0.3, 1.0, rng.exponential(size=k))
    x, y = (np.where(rng.random(k) < 0.5, rng.integers(0, 6, k), rng.uniform(0.0, 8.0, k)) for _ in range(2))
    return counts, energy, x, y


def merged_one_by_one(
    counts: NDArray[np.int64], energy: Array, x: Array, y: Array, distance: float
) -> list[tuple[int, float, float, float]]:
    """Showers of each event in turn, groups grown from their first."""
    out, start = [], 0
    for some in counts:
        left = list(range(start, start + some))
        while left:
            group = [left.pop(0)]
            for i in group:
                near = [j for j in left if np.hypot(x[i] - x[j], y[i] - y[j]) < distance]
                group += near
                left = [j for j in left if j not in near]
            group.sort()
            hardest = max(group, key=lambda i: (energy[i], i))
            if len(group) == 1:
                out.append((hardest, energy[hardest], x[hardest], y[hardest]))
                continue
            total = wx = wy = 0.0
            for i in group:
                total, wx, wy = total + energy[i], wx + energy[i] * x[i], wy + energy[i] * y[i]
            out.append((hardest, total, wx / total, wy / total))
        start += some
    return sorted(out)


@BOTH
@pytest.mark.parametrize("distance", [0.0, 1.0, math.sqrt(2.0), 0.9, 1e-200, 1e200])
@pytest.mark.parametrize("most", [0, 1, 2, 5, 12])
def test_showers_merge_as_one_by_one(compiled: bool, distance: float, most: int) -> None:
    counts, energy, x, y = showers(most, most)
    with wanted(compiled):
        made = merge(counts, energy, x, y, distance)
    rows = merged_one_by_one(counts, energy, x, y, distance)
    assert [m.tolist() for m in made] == ([list(c) for c in zip(*rows, strict=True)] or [[]] * 4)


@pytest.mark.parametrize("most", [0, 1, 2, 3, 8, 9, 30])
def test_extremes_are_numpys(most: int) -> None:
    """Up to eight values are added in the order of `reduceat`, whose bits the sums have."""
    counts, energy, x, y = showers(20 + most, most)
    some = np.flatnonzero(counts)
    starts = (np.cumsum(counts) - counts)[some]
    for row, law in zip(extremes(counts, energy), (np.minimum, np.maximum, np.add), strict=True):
        assert row[some].tobytes() == (law.reduceat(energy, starts) if len(some) else np.zeros(0)).tobytes()
        assert not row[counts == 0].any()
    apart, start = separation(counts, x, y), 0
    for i, n in enumerate(counts):
        of_event = range(start, start + n)
        pairs = [np.hypot(x[a] - x[b], y[a] - y[b]) for a in of_event for b in of_event if a < b]
        assert apart[i] == min(pairs, default=np.inf)
        start += n


def beside(angles: list[float], n: int) -> Array:
    """Vectors (3, n) at those angles to z and as near to them as numbers are, of all sizes; along z, and none."""
    rng = np.random.default_rng(30)
    theta = rng.choice([*angles, 0.0, math.pi, math.pi / 2.0], n)
    theta = theta * (1.0 + rng.integers(-4, 5, n) * 2.0**-52)
    theta = np.where(rng.random(n) < 0.3, rng.uniform(0.0, math.pi, n), theta)
    phi = rng.choice([0.0, 0.5, math.pi / 2.0, 3.0], n)
    size = 10.0 ** rng.choice([-180.0, -3.0, 0.0, 3.0, 160.0, -np.inf], n, p=[0.1, 0.2, 0.3, 0.2, 0.1, 0.1])
    return np.asarray(
        size * np.array([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)])
    )


def state(momentum: Array, vertex: Array) -> FinalState:
    """Particles of one event each, of those momenta and places (3, k)."""
    k = momentum.shape[1]
    energy = np.sqrt((momentum / 2.0**600) ** 2).max(axis=0) * 2.0**600 * 1.7 + 0.1
    return FinalState(
        counts=np.ones(k, dtype=np.int64),
        event=np.arange(k),
        index=np.zeros(k, dtype=np.int64),
        momentum=np.vstack([momentum, energy]),
        vertex=np.vstack([vertex, np.zeros(k)]),
    )


@pytest.mark.filterwarnings("ignore:(overflow|invalid|underflow):RuntimeWarning")
@BOTH
@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_tracks_as_by_angles(compiled: bool, experiment: Any) -> None:
    tracker = Belle2(experiment=experiment).tracker
    px, py, pz = beside([tracker.theta_min, tracker.theta_max], 3000)
    px[:50], py[:50] = tracker.pt_min * np.linspace(1.0 - 1e-14, 1.0 + 1e-14, 50), 0.0
    theta = polar_angle(px, py, pz)
    plain = (theta > tracker.theta_min) & (theta < tracker.theta_max) & (np.hypot(px, py) > tracker.pt_min)
    with wanted(compiled):
        assert np.array_equal(tracker.in_acceptance(px, py, pz), plain)
    assert 0.1 < plain.mean() < 0.9


@pytest.mark.filterwarnings("ignore:(overflow|invalid|underflow|divide):RuntimeWarning")
@BOTH
@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_crystals_as_by_angles(compiled: bool, experiment: Any) -> None:
    """From the collision point, where the flight's angle is that of the impact, and from anywhere."""
    crystals = Belle2(experiment=experiment).crystals
    angles = [crystals.theta_min, crystals.theta_max, crystals.gap_forward_min, crystals.gap_forward_max]
    angles += [crystals.gap_backward_min, crystals.gap_backward_max]
    momentum, rng = beside(angles, 4000), np.random.default_rng(31)
    anywhere = rng.normal(0.0, 1500.0, (3, 4000)) * (rng.random(4000) < 0.5)
    particles, noise = state(momentum, anywhere), rng.normal(size=4000) * 4.0
    energy = particles.momentum[3]
    energy[:] = crystals.energy_min * np.where(rng.random(4000) < 0.5, rng.uniform(0.8, 4.0, 4000), 30.0)
    with wanted(compiled):
        hits, above = crystals.hits(particles), crystals.above_threshold(energy, noise)
        assert np.array_equal(
            crystals.sees(particles, noise), hits & above & crystals.whole.contains(*anywhere)
        )
    assert np.array_equal(hits, crystals.covers(polar_angle(*crystals.impact(particles))))
    assert np.array_equal(above, energy * (1.0 + crystals.sigma(energy) * noise) > crystals.energy_min)
    assert 0.2 < hits.mean() < 0.9
    assert 0.3 < above.mean() < 1.0


def changed(thing: Any, **more: Any) -> Any:
    """The same with other numbers."""
    return type(thing)(**{name: getattr(thing, name) for name in type(thing).__dataclass_fields__} | more)


RESOLUTIONS: dict[str, dict[str, Any]] = {
    "no threshold": {"energy_min": 0.0},
    "one that grows": {"coefficients": (0.3,), "powers": (-1.0,)},
    "none": {"coefficients": (0.0,), "powers": (0.5,)},
    "a wide one": {"coefficients": (5.0,), "powers": (0.0,)},
}


@BOTH
@pytest.mark.parametrize("name", RESOLUTIONS)
def test_thresholds_of_any_resolution(compiled: bool, name: str) -> None:
    """Also of one that grows with the energy, of none, and of no threshold."""
    crystals: Crystals = changed(Belle2().crystals, **RESOLUTIONS[name])
    rng = np.random.default_rng(32)
    energy, noise = rng.exponential(0.3, 2000), rng.normal(size=2000)
    with wanted(compiled):
        above = crystals.above_threshold(energy, noise)
    assert np.array_equal(above, energy * (1.0 + crystals.sigma(energy) * noise) > crystals.energy_min)


@pytest.mark.filterwarnings("ignore:(overflow|invalid|underflow):RuntimeWarning")
@BOTH
@pytest.mark.parametrize("ends", [(0.0, math.pi), (-0.5, 4.0), (0.5, 4.0)])
def test_any_ends_of_a_tracker(compiled: bool, ends: tuple[float, float]) -> None:
    tracker: Tracker = changed(Belle2().tracker, theta_min=ends[0], theta_max=ends[1], pt_min=0.0)
    px, py, pz = beside([0.5], 1000) * 1e-3
    theta = polar_angle(px, py, pz)
    with wanted(compiled):
        accepted = tracker.in_acceptance(px, py, pz)
    assert np.array_equal(accepted, (theta > ends[0]) & (theta < ends[1]) & (np.hypot(px, py) > 0.0))
    assert not clear_of(-1e-180, 0.0, 1e-180)  # (the part across may be greater than its square tells)
    assert edge(-0.1) == edge(3.2) == (0.0, 0.0)
