"""What a law of decays inside a region only has to say, so that several particles of an event can share one.

See `darkpair.gen.joint_lifetime`.  Units: mm, GeV.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from darkpair.gen.directions import Vector3
from darkpair.gen.flight import Flight
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.region import Region

__all__ = ["Confined"]


class Confined(ABC):
    """A law that has decays inside a region only, and the same law without the region beside it."""

    #: Name of the weight.
    factor: ClassVar[str]

    #: Where the decays are.
    region: Region

    #: Kinds of which an event has one made there, if a detector is to accept it; any visible one where None.
    needs: tuple[int, ...] | None

    @abstractmethod
    def sample(
        self, rng: np.random.Generator, momentum: Vector3, mass: Real, origin: Vector3
    ) -> tuple[Array, dict[str, Array]]:
        """As `darkpair.gen.lifetime.Lifetime.sample`, for a particle alone: every decay is inside."""

    @abstractmethod
    def chance(self, flight: Flight) -> Array:
        """How likely decays inside are, to any common scale, (n,); 0 where there cannot be any."""

    @abstractmethod
    def inside(self, rng: np.random.Generator, flight: Flight) -> Array:
        """Proper lengths inside, (n,) [mm]."""

    @abstractmethod
    def free(self, rng: np.random.Generator, n: int) -> Array:
        """Proper lengths anywhere, (n,) [mm]."""

    @abstractmethod
    def gain(self, flight: Flight, length: Array) -> Array:
        """Density of `inside` over that of `free` at proper lengths (n,) that are inside."""

    @abstractmethod
    def base(self, length: Array) -> Array | None:
        """Weight of lengths drawn with `free`, (n,); None where it is 1."""
