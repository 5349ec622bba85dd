"""Where particles decay: the exponential law, forced into a region, or one sample for every lifetime.

Lengths are proper, times c: the vertex is displaced by length * p / m.  Units: mm, GeV.  Several particles of one
event that are forced share one law: `darkpair.gen.joint_lifetime`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, ClassVar, Protocol

import numpy as np

from darkpair.gen.confined import Confined
from darkpair.gen.directions import Vector3
from darkpair.gen.errors import InputError
from darkpair.gen.flight import Flight, decay_probability, truncated_exponential
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.parameters import Ge, Gt, Le, Length, settle
from darkpair.gen.ranges import LENGTHS, require_within
from darkpair.gen.region import Region

__all__ = [
    "Exponential",
    "Forced",
    "Lifetime",
    "Scan",
    "ScanInside",
    "decay_probability",
    "truncated_exponential",
]


class Lifetime(Protocol):
    """A law that gives each particle its proper decay length and, where it is biased, a weight.

    Where it has a ``max_weight``, no product of its factors exceeds that number.
    """

    def sample(
        self, rng: np.random.Generator, momentum: Vector3, mass: Real, origin: Vector3
    ) -> tuple[Array, dict[str, Array]]:
        """Proper lengths (n,) [mm], and named weight factors (n,) (none where the law is unbiased).

        Parameters
        ----------
        rng : numpy.random.Generator
            Generator of the lengths.
        momentum, origin : three ndarrays, (n,) [GeV], [mm]
            Momentum px, py, pz of each particle, and where it is made: x, y, z.
        mass : float or ndarray, (n,) [GeV]
            Mass of the particles.
        """
        ...


#: Most lengths of a scan's grid in a factor of ten: each costs an exponential of every event.
_MOST_PER_DECADE = 1000


@dataclass(frozen=True)
class Exponential:
    """The exponential law.

    Parameters
    ----------
    ctau : float [mm]
        Mean proper length; 0 decays at once.
    """

    ctau: Annotated[float, Length, Ge(0.0)]

    max_weight: ClassVar[float] = 1.0

    def __post_init__(self) -> None:
        settle(self)
        _check_ctau(self.ctau)

    def sample(
        self,
        rng: np.random.Generator,
        momentum: Vector3,
        mass: Real,
        origin: Vector3,
    ) -> tuple[Array, dict[str, Array]]:
        """Proper lengths, no weights."""
        n = len(momentum[0])
        if self.ctau == 0.0:
            return np.zeros(n), {}
        return self.ctau * rng.standard_exponential(n), {}


@dataclass(frozen=True, kw_only=True)
class Forced(Confined):
    """The exponential law inside a region only, weighted with the probability to decay there.

    A particle whose flight misses the region gets the weight 0 and decays where it was made; one at rest
    has the weight 1 inside the region and 0 outside.  That is the law of one particle alone; in a chain that
    can be seen otherwise too, or with several such particles, see `darkpair.gen.joint_lifetime`.

    Parameters
    ----------
    region : Region
        Region in which every particle decays that flies through it.
    ctau : float [mm]
        Mean proper length, more than 0.
    needs : tuple of int, optional
        PDG ids of which an event that the region's detector accepts has one made there; unless given, any but
        dark states and neutrinos.
    """

    region: Region
    ctau: Annotated[float, Length, Gt(0.0)]
    needs: tuple[int, ...] | None = None

    factor: ClassVar[str] = "decay_region"
    max_weight: ClassVar[float] = 1.0

    def __post_init__(self) -> None:
        settle(self)
        _check_ctau(self.ctau)

    def sample(
        self, rng: np.random.Generator, momentum: Vector3, mass: Real, origin: Vector3
    ) -> tuple[Array, dict[str, Array]]:
        """Proper lengths, and the weight ``decay_region``."""
        flight = Flight.through(self.region, momentum, mass, origin)
        return self.inside(rng, flight), {self.factor: self.chance(flight)}

    def chance(self, flight: Flight) -> Array:
        """Probability to decay inside."""
        return decay_probability(flight.d_in, flight.d_out, flight.boost * self.ctau)

    def inside(self, rng: np.random.Generator, flight: Flight) -> Array:
        """Proper lengths of the exponential law, given that they end inside."""
        mean = flight.boost * self.ctau
        depth = truncated_exponential(rng, flight.d_out - flight.d_in, mean)
        length: Array = (flight.d_in + depth) * self.ctau / mean
        return length

    def free(self, rng: np.random.Generator, n: int) -> Array:
        """Proper lengths of the exponential law."""
        return self.ctau * rng.standard_exponential(n)

    def gain(self, flight: Flight, length: Array) -> Array:
        """One over the probability to decay inside."""
        return 1.0 / self.chance(flight)

    def base(self, length: Array) -> None:
        """No weight: the law itself."""


@dataclass(frozen=True, kw_only=True)
class Scan:
    """One sample for every lifetime: lengths from a mixture of exponentials on a logarithmic grid.

    Re-weighting one exponential to more than twice its c tau has infinite variance; the weight from this
    mixture to any c tau of its range is bounded (`weight`).  For a region so small or so far that few of these
    lengths end in it there is `ScanInside`.

    Parameters
    ----------
    ctau : float [mm]
        Mean proper length that the weight ``lifetime`` of the sample refers to; 0 or infinity leave it out (then
        the sample itself has no lifetime, only re-weighted ones).
    shortest, longest : float [mm]
        Least and greatest mean proper length of the grid; 1 um and 10 km unless given.
    per_decade : int
        Number of grid points in a factor of ten.
    """

    ctau: Annotated[float, Length, Ge(0.0)] = 0.0
    shortest: Annotated[float, Length, Gt(0.0)] = 1e-3
    longest: Annotated[float, Length, Gt(0.0)] = 1e7
    per_decade: Annotated[int, Ge(1), Le(_MOST_PER_DECADE)] = 4

    def __post_init__(self) -> None:
        settle(self)
        _check_ctau(self.ctau)
        _check_grid(self.shortest, self.longest)

    @property
    def max_weight(self) -> float:
        """Greatest weight: 1 without a c tau."""
        return self.bound(self.ctau) if 0.0 < self.ctau < math.inf else 1.0

    @property
    def grid(self) -> Array:
        """The mean lengths of the mixture's components [mm]."""
        return _log_grid(self.shortest, self.longest, self.per_decade)

    def sample(
        self,
        rng: np.random.Generator,
        momentum: Vector3,
        mass: Real,
        origin: Vector3,
    ) -> tuple[Array, dict[str, Array]]:
        """Proper lengths, and the weight ``lifetime`` where a c tau is set."""
        length = self.draw(rng, len(momentum[0]))
        return length, ({"lifetime": self.weight(length, self.ctau)} if 0.0 < self.ctau < math.inf else {})

    def draw(self, rng: np.random.Generator, n: int) -> Array:
        """Proper lengths of the mixture, (n,) [mm]."""
        component = rng.integers(len(self.grid), size=n)
        length: Array = self.grid[component] * rng.standard_exponential(n)
        return length

    def density(self, length: Array) -> Array:
        """Density of the mixture [1/mm]."""
        total = np.zeros_like(length)
        for mean in self.grid:  # tens of components, over whole arrays
            total += np.exp(-length / mean) / mean
        return total / len(self.grid)

    def weight(self, length: Array, ctau: float) -> Array:
        """Weight that turns the sample into one of mean proper length `ctau`.

        Parameters
        ----------
        length : ndarray, (n,) [mm]
            Proper lengths of the sample.
        ctau : float [mm]
            Mean proper length that it is re-weighted to.

        Raises
        ------
        InputError
            If c tau lies outside the grid, where the weight is not bounded.
        """
        if not self.shortest <= ctau <= self.longest:
            raise InputError(
                f"c tau = {ctau} mm is outside the scan sample, {self.shortest} to {self.longest} mm; generate a wider one"
            )
        return np.exp(-length / ctau) / ctau / self.density(length)

    def bound(self, ctau: float) -> float:
        """Number that no weight to a mean proper length `ctau` exceeds.

        The density holds exp(-x/m)/m for the next grid point m above c tau, a share of one over their number, and
        exp(-x/c tau)/c tau is at most m/c tau times that.

        Parameters
        ----------
        ctau : float [mm]
            Mean proper length that the sample is re-weighted to.
        """
        grid = self.grid
        above = grid[min(int(np.searchsorted(grid, ctau)), len(grid) - 1)]
        return float(len(grid) * max(above / ctau, 1.0))


@dataclass(frozen=True, kw_only=True)
class ScanInside(Confined):
    """One sample for every lifetime, inside a region: decays uniform along the path there.

    The proper length of that path is the weight ``path``, and has to be multiplied with `weight`: the product
    is the probability density of the exponential law over that of the draw.  It never exceeds the path over
    e times the length before the region, so no lifetime has an infinite variance; how many events are left of
    one is for the sample to say (`darkpair.detectors.lifetime_scan.ScanSample`).  Where several particles of an
    event have this law, some of them decay anywhere, by the mixture of `Scan` between `shortest` and `longest`:
    ``path`` is then one over the density of all their lengths, and `weight` belongs on each, between these ends.

    Parameters
    ----------
    region : Region
        Region in which every particle decays that flies through it, ahead of where the particles are made; paths in
        it must be finite.
    shortest, longest : float [mm]
        Least and greatest mean proper length that a source should be aimed for; 1 cm and 10 km unless given.
    per_decade : int
        Number of such lengths in a factor of ten.
    needs : tuple of int, optional
        PDG ids of which an event that the region's detector accepts has one made there; unless given, any but dark
        states and neutrinos.
    """

    region: Region
    shortest: Annotated[float, Length, Gt(0.0)] = 1e1
    longest: Annotated[float, Length, Gt(0.0)] = 1e7
    per_decade: Annotated[int, Ge(1), Le(_MOST_PER_DECADE)] = 2
    needs: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        settle(self)
        _check_grid(self.shortest, self.longest)

    factor: ClassVar[str] = "path"

    @property
    def grid(self) -> Array:
        """Mean proper lengths to aim for [mm]."""
        return self._free.grid

    @cached_property
    def _free(self) -> Scan:
        return Scan(shortest=self.shortest, longest=self.longest, per_decade=self.per_decade)

    def sample(
        self, rng: np.random.Generator, momentum: Vector3, mass: Real, origin: Vector3
    ) -> tuple[Array, dict[str, Array]]:
        """Proper lengths, and the weight ``path`` [mm], 0 for a flight that misses the region."""
        flight = Flight.through(self.region, momentum, mass, origin)
        return self.inside(rng, flight), {self.factor: (flight.d_out - flight.d_in) / flight.boost}

    def chance(self, flight: Flight) -> Array:
        """1 for flights through the region, 0 for the others."""
        return (flight.d_out > flight.d_in).astype(np.float64)

    def inside(self, rng: np.random.Generator, flight: Flight) -> Array:
        """Proper lengths uniform inside."""
        if not np.isfinite(flight.d_out).all():
            raise InputError(
                "a path without end, or a particle at rest, in the region of a scan; allowed: a bounded region "
                "and moving particles"
            )
        depth = (flight.d_out - flight.d_in) * rng.random(len(flight.d_in))
        length: Array = (flight.d_in + depth) / flight.boost
        return length

    def free(self, rng: np.random.Generator, n: int) -> Array:
        """Proper lengths of the mixture of exponentials."""
        return self._free.draw(rng, n)

    def gain(self, flight: Flight, length: Array) -> Array:
        """One over the path, over the density of the mixture."""
        gain: Array = flight.boost / (flight.d_out - flight.d_in) / self._free.density(length)
        return gain

    def base(self, length: Array) -> Array:
        """One over the density of the mixture [mm]."""
        return 1.0 / self._free.density(length)

    def weight(self, length: Array, ctau: float) -> Array:
        """Density of the exponential law, which the weight ``path`` has to be multiplied with [1/mm].

        Parameters
        ----------
        length : ndarray, (n,) [mm]
            Proper lengths of the sample.
        ctau : float [mm]
            Mean proper length that it is re-weighted to.
        """
        if not 0.0 < ctau < math.inf:
            raise InputError(f"c tau = {ctau} mm of a decaying particle; allowed: more than 0, finite")
        _check_ctau(ctau)
        return np.asarray(np.exp(-length / ctau) / ctau)

    def bound(self, ctau: float) -> float:
        """Number that no such density exceeds: that of a decay at once [1/mm].

        Parameters
        ----------
        ctau : float [mm]
            Mean proper length that the sample is re-weighted to.
        """
        return 1.0 / ctau


def _log_grid(shortest: float, longest: float, per_decade: int) -> Array:
    points = round(per_decade * math.log10(longest / shortest)) + 1
    return np.geomspace(shortest, longest, points)


def _check_grid(shortest: float, longest: float) -> None:
    if not shortest < longest:
        raise InputError(f"scan from {shortest} to {longest} mm; allowed: 0 < shortest < longest")
    for name, value in (("shortest", shortest), ("longest", longest)):
        require_within(value, LENGTHS, f"{name} c tau of a scan", "mm")


def _check_ctau(ctau: float) -> None:
    require_within(ctau, LENGTHS, "c tau of a decaying particle", "mm")
