"""Parents of one kind from one place: monochromatic or flat in momentum, a pencil or a cone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from darkpair.gen.directions import about
from darkpair.gen.errors import InputError
from darkpair.gen.events import Parents
from darkpair.gen.frozen import freeze
from darkpair.gen.kinematics import Array
from darkpair.gen.parameters import Angle, Energy, Length, checked
from darkpair.gen.particles import particle
from darkpair.gen.ranges import ENERGIES, PLACES, require_within

__all__ = ["Gun"]


@checked
@dataclass(frozen=True, kw_only=True)
class Gun:
    """A particle gun at the origin, along z.

    Parameters
    ----------
    parent : str
        Name of the particle.
    momentum : float or (low, high) [GeV]
        One momentum, or a flat spectrum between two.
    cone : float [rad]
        Half opening angle, filled uniformly in solid angle; 0 is a pencil.
    z : float [mm]
        Where the particles are made.
    mass : float, optional [GeV]
        Instead of the PDG's.

    Raises
    ------
    InputError
        For negative or unordered momenta, or an angle outside 0 to pi.
    """

    parent: str = "K_L0"
    momentum: Annotated[float | tuple[float, float], Energy] = 1.0
    cone: Annotated[float, Angle] = 0.0
    z: Annotated[float, Length] = 0.0
    mass: Annotated[float | None, Energy] = None

    def __post_init__(self) -> None:
        freeze(self)
        if len(self._range) != 2:
            raise InputError(
                f"momentum = {self.momentum} GeV; allowed: a number, or two in growing order, 0 or more"
            )
        low, high = self._range
        if not 0.0 <= low <= high < math.inf:
            raise InputError(
                f"momentum = {self.momentum} GeV; allowed: a number, or two in growing order, 0 or more"
            )
        if not 0.0 <= self.cone <= math.pi:
            raise InputError(f"cone = {self.cone} rad; allowed: 0 to pi")
        for value in (low, high):
            require_within(value, ENERGIES, "momentum", "GeV")
        require_within(self.z, PLACES, "z", "mm")
        particle(self.parent, mass=self.mass)

    @property
    def _range(self) -> tuple[float, float]:
        return self.momentum if isinstance(self.momentum, tuple) else (self.momentum, self.momentum)

    @property
    def pdgid(self) -> int:
        """PDG id of the parents."""
        return particle(self.parent, mass=self.mass).pdgid

    @property
    def masses(self) -> dict[int, float]:
        """Mass of the parents [GeV], by PDG id."""
        return {self.pdgid: particle(self.parent, mass=self.mass).mass}

    def sample(self, n: int, rng: np.random.Generator) -> Parents:
        """Parents made at (0, 0, z) at time 0."""
        low, high = self._range
        p = low + (high - low) * rng.random(n)
        cosine = 1.0 - (1.0 - math.cos(self.cone)) * rng.random(n)
        zero, one = np.zeros(n), np.ones(n)
        x, y, z = about((zero, zero, one), cosine, rng.random(n))
        energy = np.sqrt(p * p + particle(self.parent, mass=self.mass).mass ** 2)
        vertex: Array = np.zeros((4, n))
        vertex[2] = self.z
        return Parents(pdgid=self.pdgid, momentum=np.stack([p * x, p * y, p * z, energy]), vertex=vertex)
