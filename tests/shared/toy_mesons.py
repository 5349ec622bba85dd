"""An analytic source of eta mesons for tests of the aim: Gaussian in rapidity, exponential in transverse mass."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from darkpair import Parents, particle

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array

MASS = particle("eta").mass


@dataclass(frozen=True, kw_only=True)
class ToyMesons:
    """dN/dy a cut Gaussian, dN/dpT = pT exp(-mT/T): both can be inverted without a table."""

    middle: float = 3.4
    width: float = 1.2
    temperature: float = 0.25
    pdgid: int = 221
    y_range: tuple[float, float] = (0.0, 7.0)
    pt_range: tuple[float, float] = (0.0, 5.0)

    def _ends(self) -> tuple[float, float]:
        low, high = (ndtr((y - self.middle) / self.width) for y in self.y_range)
        return float(low), float(high)

    def _tail(self, mt: Array | float) -> Array:
        """Integral of mT exp(-mT/T) above mT."""
        t = self.temperature
        return np.asarray(t * (mt + t) * np.exp(-mt / t))

    def density(self, y: Array, pt: Array) -> Array:
        low, high = self._ends()
        gauss = np.exp(-0.5 * ((y - self.middle) / self.width) ** 2) / (self.width * math.sqrt(2.0 * math.pi))
        norm = self._tail(MASS) - self._tail(math.hypot(MASS, self.pt_range[1]))
        inside = (y >= self.y_range[0]) & (y <= self.y_range[1]) & (pt >= 0.0) & (pt <= self.pt_range[1])
        return np.where(
            inside, gauss / (high - low) * pt * np.exp(-np.hypot(MASS, pt) / self.temperature) / norm, 0.0
        )

    def draw(self, rng: np.random.Generator, n: int) -> tuple[Array, Array, Array]:
        low, high = self._ends()
        y = self.middle + self.width * ndtri(low + (high - low) * rng.random(n))
        grid = np.linspace(MASS, math.hypot(MASS, self.pt_range[1]), 20001)
        cumulative = 1.0 - self._tail(grid) / self._tail(MASS)
        mt = np.interp(rng.random(n) * cumulative[-1], cumulative, grid)
        return y, np.sqrt(mt * mt - MASS * MASS), 2.0 * math.pi * (rng.random(n) - 0.5)

    def parents(self, y: Array, pt: Array, phi: Array) -> Parents:
        mt = np.hypot(MASS, pt)
        momentum = np.stack([pt * np.cos(phi), pt * np.sin(phi), mt * np.sinh(y), mt * np.cosh(y)])
        return Parents(pdgid=self.pdgid, momentum=momentum, vertex=np.zeros((4, len(y))))

    def sample(self, n: int, rng: np.random.Generator) -> Parents:
        return self.parents(*self.draw(rng, n))
