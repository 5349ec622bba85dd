"""Fit of a simple profile to the collimator model of KOTO's K_L beam; prints the constants of `KotoKL`.

Run as ``python -m darkpair.gen.data.fit_koto_beam``.  Nothing is random: the beam at its exit is a Sobol
sequence pushed through the same geometry and spectrum, and each law is fitted to it by maximum likelihood.
"""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import optimize, special, stats

from darkpair.gen.sources.koto_kl import KotoKL, momentum_spectrum

if TYPE_CHECKING:
    from collections.abc import Iterator

    from darkpair.gen.kinematics import Array

__all__ = ["fit"]

_POINTS = 2**18


class _Columns:
    """Uniform numbers in the place of a random generator: one coordinate of the sequence a call."""

    def __init__(self, columns: Iterator[Array]) -> None:
        self.columns = columns

    def random(self, n: int) -> Array:
        return next(self.columns)


def fit() -> tuple[tuple[float, float], tuple[float, float], tuple[float, float, float]]:
    """Widths [mm] and powers of the super-Gaussians in x and y; mu [MeV], sigma, s [MeV] of the log-normal p_T.

    The laws are exp(-|x/w|^k), and ln((p_T + mu)/s)/sigma normal for p_T > 0 (arXiv:2005.07102, eq A1).
    """
    sequence = stats.qmc.Sobol(5, scramble=False).random(_POINTS).T + 0.5 / _POINTS
    grid = np.linspace(0.05, 10.0, 20_001)
    spectrum = momentum_spectrum(grid)
    accumulated = np.concatenate([[0.0], np.cumsum(0.5 * (spectrum[1:] + spectrum[:-1]))])
    p = np.interp(sequence[4] * accumulated[-1], accumulated, grid)
    generator: Any = _Columns(iter(sequence[:4]))
    x, y, slope_x, slope_y = KotoKL()._lines(generator, _POINTS)
    slope2 = slope_x**2 + slope_y**2
    pt = 1e3 * p * np.sqrt(slope2 / (1.0 + slope2))
    (w_x, k_x), (w_y, k_y) = _super_gaussian(x), _super_gaussian(y)
    return (w_x, w_y), (k_x, k_y), _shifted_log_normal(pt)


def _super_gaussian(x: Array) -> tuple[float, float]:
    """Width and power; the width that maximises the likelihood at a power is known, w^k = k <|x|^k>."""
    scale = float(np.abs(x).max())
    relative = np.abs(x) / scale

    def width(k: float) -> float:
        return float((k * np.mean(relative**k)) ** (1.0 / k))

    def loss(k: float) -> float:
        return math.log(width(k)) + float(special.gammaln(1.0 / k)) - math.log(k) + 1.0 / k

    k = float(
        optimize.minimize_scalar(loss, bounds=(1.0, 100.0), method="bounded", options={"xatol": 1e-6}).x
    )
    return scale * width(k), k


def _shifted_log_normal(pt: Array) -> tuple[float, float, float]:
    """Shift, width and scale of the law cut off at zero."""

    def loss(logs: Array) -> float:
        mu, sigma, s = np.exp(logs)
        z = np.log((pt + mu) / s) / sigma
        positive = special.log_ndtr(math.log(s / mu) / sigma)
        return float(np.mean(0.5 * z * z + np.log(pt + mu)) + math.log(sigma) + positive)

    best = optimize.minimize(
        loss, np.log([0.5, 0.6, 2.5]), method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-11}
    )
    mu, sigma, s = (float(v) for v in np.exp(best.x))
    return mu, sigma, s


if __name__ == "__main__":
    widths, powers, (mu, sigma, s) = fit()
    sys.stdout.write(f"_FIT_WIDTH = ({widths[0]:.2f}, {widths[1]:.2f})\n")
    sys.stdout.write(f"_FIT_POWER = ({powers[0]:.2f}, {powers[1]:.2f})\n")
    sys.stdout.write(f"_FIT_PT = ({mu:.3f}, {sigma:.3f}, {s:.3f})\n")
