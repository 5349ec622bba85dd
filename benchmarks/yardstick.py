"""The yardstick: K_L -> X1 X2 -> pi0 -> gamma gamma hard-coded in NumPy, and nothing else.

float64, blocks of 16384, SFC64, six uniforms an event, boost with k, seven four-vectors kept in a
preallocated (28, n) array; no vertices, no record, no streams.
"""

from __future__ import annotations

import numpy as np

BLOCK = 16384
M_KL, M_2, M_1, M_PI = 0.497611, 0.430, 0.0, 0.1349768


class Yardstick:
    """The chain of a 2 GeV pencil of K_L."""

    def __init__(self, seed: int = 1) -> None:
        self.rng = np.random.Generator(np.random.SFC64(seed))
        self.out = np.empty((28, BLOCK))

    def block(self) -> np.ndarray:
        """Seven four-momenta of a block of events, (28, BLOCK)."""
        u = self.rng.random((6, BLOCK))
        out = self.out
        out[0], out[1], out[2], out[3] = 0.0, 0.0, 2.0, np.sqrt(4.0 + M_KL * M_KL)
        self._decay(0, 1, 2, (M_KL, M_1, M_2), u[0], u[1])
        self._decay(2, 3, 4, (M_2, M_1, M_PI), u[2], u[3])
        self._decay(4, 5, 6, (M_PI, 0.0, 0.0), u[4], u[5])
        return out

    def _decay(
        self,
        parent: int,
        first: int,
        second: int,
        masses: tuple[float, float, float],
        u: np.ndarray,
        v: np.ndarray,
    ) -> None:
        m, m1, m2 = masses
        p = np.sqrt((m * m - (m1 + m2) ** 2) * (m * m - (m1 - m2) ** 2)) / (2.0 * m)
        cosine = 2.0 * u - 1.0
        sine = np.sqrt(1.0 - cosine * cosine)
        phi = 2.0 * np.pi * v
        x, y, z = p * sine * np.cos(phi), p * sine * np.sin(phi), p * cosine
        px, py, pz, energy = self.out[4 * parent : 4 * parent + 4]
        for daughter, sign, mass in ((first, 1.0, m1), (second, -1.0, m2)):
            e = np.sqrt(p * p + mass * mass)
            row = 4 * daughter
            boosted = (energy * e + sign * (px * x + py * y + pz * z)) / m
            k = (boosted + e) / (energy + m)
            self.out[row] = sign * x + k * px
            self.out[row + 1] = sign * y + k * py
            self.out[row + 2] = sign * z + k * pz
            self.out[row + 3] = boosted
