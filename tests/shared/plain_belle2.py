"""B+ -> K+ X1 X2 at Belle II once more, in plain NumPy: decays, flights and acceptance without the package's.

Numbers are written out as their sources have them (basf2, and detectors/data/belle2.toml for the thresholds).  The beams have no
spread, decays to three are flat in phase space.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.shared.plain_photons import boosted, directions, pair

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

M_B, M_K, M_PI0, M_E = 5.27934, 0.493677, 0.1349768, 0.000511
CTAU_B = 0.491
RADIUS, BACK, FRONT = 1250.0, -1020.0, 1960.0


def two_body(m: Array | float, a: float, b: float | Array) -> Any:
    """Momentum of two daughters."""
    square = (np.square(m) - np.square(a + b)) * (np.square(m) - np.square(a - b))
    return np.sqrt(np.maximum(square, 0.0)) / (2.0 * m)


def b_mesons(rng: np.random.Generator, n: int) -> tuple[Array, Array]:
    """Momenta (4, n) of B+ and where they decay (3, n)."""
    x = (7.004 + 4.002) * np.sin(0.0415)
    z, energy = (7.004 - 4.002) * np.cos(0.0415), 7.004 + 4.002
    root = np.sqrt(energy**2 - x**2 - z**2)
    cos = rng.uniform(-1.0, 1.0, 4 * n)
    cos = cos[rng.random(4 * n) < 1.0 - cos**2][:n]  # (two thirds are kept)
    assert len(cos) == n
    phi, sin = rng.uniform(0.0, 2.0 * np.pi, n), np.sqrt(1.0 - cos**2)
    p = np.sqrt(0.25 * root**2 - M_B**2)
    own = np.stack([p * sin * np.cos(phi), p * sin * np.sin(phi), p * cos, np.full(n, 0.5 * root)])
    b = boosted(own, np.tile([[x], [0.0], [z], [energy]], n))
    return b, b[:3] / M_B * CTAU_B * rng.standard_exponential(n)


def three_body(
    rng: np.random.Generator, parent: Array, mass: float, masses: tuple[float, float, float]
) -> tuple[Array, Array, Array]:
    """Three daughters, flat in phase space: the pair of the last two with its mass by throwing away."""
    first, a, b = masses
    n = parent.shape[1]
    low, high = a + b, mass - first
    grid = np.linspace(low, high, 2001)[1:-1]
    top = 1.02 * np.max(two_body(mass, first, grid) * two_body(grid, a, b))
    m = np.empty(0)
    while len(m) < n:
        more = rng.uniform(low, high, 4 * n)
        size = two_body(mass, first, more) * two_body(more, a, b)
        m = np.concatenate([m, more[rng.random(len(more)) * top < size]])
    m = m[:n]
    p = two_body(mass, first, m) * directions(rng, n)
    alone = boosted(np.concatenate([p, np.sqrt((p**2).sum(axis=0) + first**2)[None]]), parent)
    both = parent - alone
    k = two_body(m, a, b) * directions(rng, n)
    ends = [
        boosted(np.concatenate([s * k, np.sqrt((k**2).sum(axis=0) + own**2)[None]]), both)
        for s, own in ((1.0, a), (-1.0, b))
    ]
    return alone, ends[0], ends[1]


def to_pion(rng: np.random.Generator, parent: Array, mass: float, other: float) -> tuple[Array, Array]:
    """Photons of X2 -> X1 pi0."""
    n = parent.shape[1]
    p = two_body(mass, other, M_PI0) * directions(rng, n)
    pion = boosted(np.concatenate([p, np.sqrt((p**2).sum(axis=0) + M_PI0**2)[None]]), parent)
    return pair(rng, pion, 0.0)


def path(p: Array, place: Array) -> Array:
    """Way to the crystals' faces along momenta from places inside [mm]."""
    unit = p[:3] / np.linalg.norm(p[:3], axis=0)
    t = np.hypot(unit[0], unit[1])
    dot = unit[0] * place[0] + unit[1] * place[1]
    wall = (-dot + np.sqrt(dot**2 + t**2 * (RADIUS**2 - place[0] ** 2 - place[1] ** 2))) / t**2
    end = np.where(unit[2] > 0.0, FRONT - place[2], BACK - place[2]) / unit[2]
    return np.asarray(np.minimum(wall, end))


def inside(place: Array) -> Mask:
    """Which places are within the crystals' faces."""
    return np.asarray((np.hypot(place[0], place[1]) < RADIUS) & (place[2] > BACK) & (place[2] < FRONT))


def tracked(p: Array, place: Array) -> Mask:
    """Which charged particles leave a track."""
    theta = np.degrees(np.arctan2(np.hypot(p[0], p[1]), p[2]))
    begins = (np.hypot(place[0], place[1]) < 1120.5) & (place[2] > -722.2) & (place[2] < 1577.2)
    return np.asarray((theta > 17.0) & (theta < 150.0) & (np.hypot(p[0], p[1]) > 0.1) & begins)


def hits(rng: np.random.Generator, p: Array, place: Array) -> Mask:
    """Which photons of places inside are seen by the crystals."""
    at = place + path(p, np.where(inside(place), place, 0.0)) * p[:3] / np.linalg.norm(p[:3], axis=0)
    theta = np.degrees(np.arctan2(np.hypot(at[0], at[1]), at[2]))
    gap = ((theta > 31.4) & (theta < 32.2)) | ((theta > 128.7) & (theta < 130.7))
    measured = p[3] * (1.0 + 0.0224 * p[3] ** -0.538 * rng.standard_normal(p.shape[1]))
    return np.asarray(inside(place) & (theta > 12.4) & (theta < 155.1) & ~gap & (measured > 0.1))
