"""A gun by its density in rapidity and transverse momentum, so that it can be aimed like mesons of a target."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from darkpair.gen.bias import Point
from darkpair.gen.events import Parents
from darkpair.gen.kinematics import Array
from darkpair.gen.sources.gun import Gun

__all__ = ["GunDensity"]

_CLOSE: Final = 1e-9  # of momenta and cosines: draws at an end are rounded


@dataclass(frozen=True, kw_only=True)
class GunDensity:
    """A gun with a cone and a range of momenta, as `darkpair.gen.bias.Aimable`.

    Parameters
    ----------
    gun : Gun
        The gun; `can_be` says of which there is a density.
    """

    gun: Gun

    @staticmethod
    def can_be(gun: Gun) -> bool:
        """Whether neither momentum nor angle is one number, and the particle has a mass."""
        (low, high), (least, most) = gun.momentum_range, gun.angle_range
        return low < high and least < most and gun.masses[gun.pdgid] > 0.0

    @property
    def pdgid(self) -> int:
        """PDG id of the parents."""
        return self.gun.pdgid

    @property
    def masses(self) -> Mapping[int, float]:
        """Mass of the parents [GeV], by PDG id."""
        return self.gun.masses

    @cached_property
    def _mass(self) -> float:
        return self.gun.masses[self.gun.pdgid]

    @property
    def y_range(self) -> tuple[float, float]:
        """Rapidities between which all parents are."""
        ends = [
            math.atanh(p * math.cos(angle) / math.hypot(p, self._mass))
            for p in self.gun.momentum_range
            for angle in self.gun.angle_range
        ]
        return min(ends) - _CLOSE, max(ends) + _CLOSE

    @property
    def pt_range(self) -> tuple[float, float]:
        """Transverse momenta between which all parents are [GeV]."""
        low, high = self.gun.angle_range
        most = 1.0 if low <= 0.5 * math.pi <= high else max(math.sin(low), math.sin(high))
        return 0.0, self.gun.momentum_range[1] * most * (1.0 + _CLOSE)

    def density(self, y: Array, pt: Array) -> Array:
        """Density in rapidity and transverse momentum [1/GeV]: that in momentum and cosine times pT E/p²."""
        transverse = np.hypot(pt, self._mass)
        pz, energy = transverse * np.sinh(y), transverse * np.cosh(y)
        p = np.maximum(np.hypot(pt, pz), np.finfo(float).tiny)
        return np.asarray(self.gun.density_at(p, pz / p, close=_CLOSE) * pt * energy / (p * p))

    def draw(self, rng: np.random.Generator, n: int) -> Point:
        """Rapidity, transverse momentum [GeV] and azimuth of n parents."""
        px, py, pz, _ = self.gun.sample(n, rng).momentum
        pt = np.hypot(px, py)
        return np.arcsinh(pz / np.hypot(pt, self._mass)), pt, np.arctan2(py, px)

    def sample(self, n: int, rng: np.random.Generator) -> Parents:
        """Parents as of the gun."""
        return self.gun.sample(n, rng)

    def parents(self, y: Array, pt: Array, phi: Array) -> Parents:
        """Parents of those rapidities, transverse momenta and azimuths, made where the gun stands."""
        transverse = np.hypot(pt, self._mass)
        momentum = np.stack(
            [pt * np.cos(phi), pt * np.sin(phi), transverse * np.sinh(y), transverse * np.cosh(y)]
        )
        vertex: Array = np.zeros((4, len(y)))
        vertex[2] = self.gun.z
        return Parents(pdgid=self.pdgid, momentum=momentum, vertex=vertex)

    def provenance(self) -> dict[str, Any]:
        """The gun's."""
        return self.gun.provenance()
