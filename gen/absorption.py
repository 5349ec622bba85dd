"""Decays of mesons before they are absorbed: free flight through a pipe, then matter.  Units: mm, GeV.

A kaon of a target lives metres to kilometres, and an interaction length of a dump is a fifth of a metre: it decays before
that with a small probability, which is a weight, and where it decays X2 begins.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from darkpair.gen.directions import Vector3
from darkpair.gen.flight import Flight
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.parameters import Gt, Length, settle
from darkpair.gen.particles import particle
from darkpair.gen.ranges import LENGTHS, require_within
from darkpair.gen.region import Region

__all__ = ["LONG_LIVED", "Absorber", "BeforeAbsorption"]

#: c tau from which on absorption matters [mm]: above that of a B (.5 mm), below that of a K_S (27 mm).
LONG_LIVED = 10.0

#: Probabilities below this count as none: what is divided by them is still a number.
_LEAST = 1e-200


@dataclass(frozen=True, kw_only=True)
class BeforeAbsorption:
    """The exponential law before a particle is absorbed, as a probability and a place.

    A particle of mean decay length ``d = beta gamma c tau`` flies a length L through the pipe, and then through matter of
    interaction length lambda. The density of its decays is ``exp(-s / d) / d`` in the pipe and
    ``exp(-s / d - (s - L) / lambda) / d`` behind it, and all of it comes to

    ``P = 1 - exp(-L / d) + exp(-L / d) lambda / (lambda + d)``,

    the weight ``absorption``. Without a pipe that is ``lambda / (lambda + d)``. One number is drawn for each particle.

    Parameters
    ----------
    ctau : float [mm]
        Mean proper length of the particle.
    interaction_length : float [mm]
        Of the matter, for this kind of particle.
    pipe : Region, optional
        Where the particle flies freely from the place where it is made; matter begins there unless given.
    """

    ctau: Annotated[float, Length, Gt(0.0)]
    interaction_length: Annotated[float, Length, Gt(0.0)]
    pipe: Region | None = None

    factor: ClassVar[str] = "absorption"
    max_weight: ClassVar[float] = 1.0

    def __post_init__(self) -> None:
        settle(self)
        for name in ("ctau", "interaction_length"):
            require_within(getattr(self, name), LENGTHS, f"{name} of a particle that is absorbed", "mm")

    def probability(self, momentum: Vector3, mass: Real, origin: Vector3) -> Array:
        """Probability to decay before being absorbed, (n,) [1]."""
        in_pipe, behind, _, _, _ = self._parts(momentum, mass, origin)
        return np.asarray(in_pipe + behind)

    def sample(
        self, rng: np.random.Generator, momentum: Vector3, mass: Real, origin: Vector3
    ) -> tuple[Array, dict[str, Array]]:
        """Proper lengths, and the weight ``absorption``; one at rest decays where it is."""
        in_pipe, behind, free, mean, boost = self._parts(momentum, mass, origin)
        whole = in_pipe + behind
        drawn = rng.random(len(whole)) * whole
        inside = drawn < in_pipe
        # (in matter what is left of the number, over its part, is uniform again)
        left = np.clip(
            np.divide(drawn - in_pipe, behind, out=np.zeros_like(whole), where=behind > _LEAST), 0.0, 1.0
        )
        both = mean * self.interaction_length / (mean + self.interaction_length)
        # (a number of 1 would never decay)
        below_one = np.nextafter(1.0, 0.0)
        flown = np.where(
            inside,
            -mean * np.log1p(-np.minimum(np.where(inside, drawn, 0.0), below_one)),
            free - both * np.log1p(-np.minimum(left, below_one)),
        )
        moving = mean > 0.0
        length = np.divide(flown, boost, out=np.zeros_like(whole), where=moving)
        return length, {self.factor: whole}

    def _parts(
        self, momentum: Vector3, mass: Real, origin: Vector3
    ) -> tuple[Array, Array, Array, Array, Array]:
        """Probabilities to decay in the pipe and behind it [1], the way in the pipe, decay length [mm] and beta gamma, (n,)."""
        px, py, pz = (np.asarray(p, dtype=np.float64) for p in momentum)
        boost = np.sqrt(px * px + py * py + pz * pz) / mass
        mean = boost * self.ctau
        free = np.zeros_like(mean)
        if self.pipe is not None:
            flight = Flight.through(self.pipe, momentum, mass, origin)
            starts = self.pipe.contains(*origin) & (boost > 0.0)
            free = np.where(starts, flight.d_out, 0.0)
        ways = np.divide(free, mean, out=np.zeros_like(mean), where=mean > 0.0)
        behind = np.exp(-ways) * self.interaction_length / (self.interaction_length + mean)
        return -np.expm1(-ways), behind, free, mean, boost


@dataclass(frozen=True, kw_only=True)
class Absorber:
    """What stops the mesons of a target: matter, perhaps behind a pipe.

    Parameters
    ----------
    interaction_length : float [mm]
        Of its matter, for kaons.
    pipe : Region, optional
        Where mesons fly freely from the target on.
    """

    interaction_length: Annotated[float, Length, Gt(0.0)]
    pipe: Region | None = None

    def law(self, name: str) -> BeforeAbsorption | None:
        """Law of a particle's decays; None where it decays at once, or never.

        Parameters
        ----------
        name : str
            As `darkpair.gen.particles.particle` spells it.
        """
        ctau = particle(name).ctau
        if not LONG_LIVED < ctau < math.inf:
            return None
        return BeforeAbsorption(ctau=ctau, interaction_length=self.interaction_length, pipe=self.pipe)
