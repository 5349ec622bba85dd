"""The two ways to say where a three-body decay is: q² and the pair's angle, or the masses of its pairs.  Units: GeV."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from darkpair.gen.kinematics import Array, Real, kallen

__all__ = ["dalitz_point", "energies", "energies_of", "pair_masses", "pair_squares"]


def pair_masses(mass: Real, masses: Sequence[Real], q2: Real, cosine: Real) -> tuple[Array, Array, Array]:
    """Squared masses of the pairs (1, 2), (0, 2) and (0, 1) [GeV²].

    Parameters
    ----------
    mass : float [GeV]
        Mass of the decaying particle.
    masses : three floats [GeV]
        Masses of particles 0, 1 and 2.
    q2 : float or ndarray [GeV²]
        Squared mass of the pair (1, 2), not zero.
    cosine : float or ndarray
        Cosine between particles 2 and 0 in the rest frame of the pair (1, 2).
    """
    m0, m1, m2 = masses
    s12, s02, s01 = pair_squares(mass, m0, m1, m2, np.asarray(q2, dtype=np.float64), cosine)
    return np.asarray(s12), np.asarray(s02), np.asarray(s01)


def pair_squares(mass: Real, m0: Real, m1: Real, m2: Real, q2: Real, cosine: Real) -> tuple[Real, Real, Real]:
    """The same as a formula."""
    heavy, square0, square1, square2 = mass * mass, m0 * m0, m1 * m1, m2 * m2
    outer, inner = kallen(heavy, square0, q2), kallen(q2, square1, square2)
    momenta = np.sqrt(np.maximum(outer, 0.0) * np.maximum(inner, 0.0))
    tilt = (heavy - q2 - square0) * (q2 + square2 - square1) - momenta * cosine
    s02 = square0 + square2 + tilt / (2.0 * q2)
    return q2, s02, heavy + square0 + square1 + square2 - q2 - s02


def energies(mass: Real, masses: Sequence[Real], q2: Real, cosine: Real) -> tuple[Array, Array, Array]:
    """Energies of particles 0, 1 and 2 in the parent's rest frame [GeV]; arguments of `pair_masses`."""
    m0, m1, m2 = masses
    e0, e1, e2 = energies_of(mass, m0, m1, m2, np.asarray(q2, dtype=np.float64), cosine)
    return np.asarray(e0), np.asarray(e1), np.asarray(e2)


def energies_of(mass: Real, m0: Real, m1: Real, m2: Real, q2: Real, cosine: Real) -> tuple[Real, Real, Real]:
    """The same as a formula."""
    s12, s02, s01 = pair_squares(mass, m0, m1, m2, q2, cosine)
    return (
        (mass * mass + m0 * m0 - s12) / (2.0 * mass),
        (mass * mass + m1 * m1 - s02) / (2.0 * mass),
        (mass * mass + m2 * m2 - s01) / (2.0 * mass),
    )


def dalitz_point(daughters: Sequence[Sequence[Array] | Array]) -> tuple[Array, Array]:
    """q² [GeV²] of particles 1 and 2, and the cosine between 2 and 0 in their rest frame.

    Parameters
    ----------
    daughters : three times four ndarrays, (n,) [GeV]
        Four-momenta x, y, z, E of particles 0, 1, 2, in any frame.
    """
    p0, p1, p2 = (np.asarray(p) for p in daughters)
    pair = p1 + p2
    q2 = _dot(pair, pair)
    # in the pair's frame -p2.p0 is (p2.q)(p0.q)/q² - p2.p0, and each momentum is the same of itself
    mixed, own2, own0 = (
        _dot(a, pair) * _dot(b, pair) / q2 - _dot(a, b) for a, b in ((p2, p0), (p2, p2), (p0, p0))
    )
    return q2, np.clip(mixed / np.sqrt(own2 * own0), -1.0, 1.0)


def _dot(a: Array, b: Array) -> Array:
    out: Array = a[3] * b[3] - a[0] * b[0] - a[1] * b[1] - a[2] * b[2]
    return out
