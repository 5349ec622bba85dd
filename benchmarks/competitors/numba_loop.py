"""The chain hard-coded as one loop over events, compiled by numba, all events kept."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from benchmarks.competitors.protocol import M_KL, M_PI0, M_X1, M_X2, P_KL, momentum, race

K0, K1, K2 = momentum(M_KL, M_X1, M_X2), momentum(M_X2, M_X1, M_PI0), 0.5 * M_PI0


@njit(inline="always")
def decay(p, m, k, m1, a, b):  # type: ignore[no-untyped-def]
    """Both daughters."""
    c = 2.0 * np.random.random() - 1.0  # noqa: NPY002 (numba's own generator)
    s, phi = math.sqrt(1.0 - c * c), 2.0 * math.pi * np.random.random()  # noqa: NPY002
    x, y, z, e = k * s * math.cos(phi), k * s * math.sin(phi), k * c, math.sqrt(k * k + m1 * m1)
    energy = (p[3] * e + p[0] * x + p[1] * y + p[2] * z) / m
    g = (energy + e) / (p[3] + m)
    a[0], a[1], a[2], a[3] = x + g * p[0], y + g * p[1], z + g * p[2], energy
    for i in range(4):
        b[i] = p[i] - a[i]


@njit
def fill(out):  # type: ignore[no-untyped-def]
    """Events, (n, 7, 4)."""
    for v in out:
        v[0, 0], v[0, 1], v[0, 2], v[0, 3] = 0.0, 0.0, P_KL, math.sqrt(P_KL * P_KL + M_KL * M_KL)
        decay(v[0], M_KL, K0, M_X1, v[1], v[2])
        decay(v[2], M_X2, K1, M_X1, v[3], v[4])
        decay(v[4], M_PI0, K2, 0.0, v[5], v[6])


def main() -> None:
    """Run it."""
    out = np.empty((0, 7, 4))

    def make(events: int) -> None:
        nonlocal out
        if not out.size:
            out = np.empty((events, 7, 4))
        fill(out)

    race(make, lambda n: out[:n])


if __name__ == "__main__":
    main()
