"""Where particles decay: the exponential law, forced into a region, or one sample for every lifetime.

Lengths are proper, times c: the vertex is displaced by length * p / m.  Units: mm, GeV.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from darkpair.gen.directions import Vector3
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array, Real
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
    """A law that gives each particle its proper decay length and, where it is biased, a weight."""

    def sample(
        self, rng: np.random.Generator, momentum: Vector3, mass: Real, origin: Vector3
    ) -> tuple[Array, dict[str, Array]]:
        """Proper lengths (n,) [mm], and named weight factors (n,) (none where the law is unbiased).

        Parameters
        ----------
        rng : numpy.random.Generator
        momentum, origin : three ndarrays, (n,) [GeV], [mm]
            Of the particle.
        mass : float or ndarray, (n,) [GeV]
        """
        ...


def decay_probability(d_in: Array, d_out: Array, length: Real) -> Array:
    """Probability to decay between two distances, exp(-d_in/l) (1 - exp(-(d_out - d_in)/l)).

    Parameters
    ----------
    d_in, d_out : ndarray, (n,) [mm]
    length : float or ndarray [mm]
        Mean decay length in the frame of the distances.
    """
    out: Array = np.exp(-d_in / length) * -np.expm1(-(d_out - d_in) / length)
    return out


def truncated_exponential(rng: np.random.Generator, width: Array, length: Real) -> Array:
    """Exponential distances of mean `length` given that they are less than `width` [mm], (n,).

    An exponential has no memory: what is left of it after whole widths is one truncated to the width.  Where
    the width is so small a part of the length that this loses digits, the law is inverted instead.

    Parameters
    ----------
    rng : numpy.random.Generator
    width : ndarray, (n,) [mm]
        0 or more, infinity included; 0 gives 0.
    length : float or ndarray, (n,) [mm]
    """
    n = len(width)
    ratio = np.minimum(width / length, _LONG)
    steps = rng.standard_exponential(n) / np.maximum(ratio, _SHORT)
    out: Array = (steps - np.floor(steps)) * ratio * length
    if ratio.min(initial=1.0) < _SHORT:
        short = np.flatnonzero(ratio < _SHORT)
        r = np.maximum(ratio[short], np.finfo(float).tiny)
        out[short] = -np.log1p(rng.random(n)[short] * np.expm1(-r)) / r * width[short]
    return out


#: Width in units of the length below which the remainder would have less than nine digits.
_SHORT = 1e-6

#: And above which no exponential reaches.
_LONG = 1e3

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

    ctau: float

    def __post_init__(self) -> None:
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
class Forced:
    """The exponential law inside a region only, weighted with the probability to decay there.

    A particle whose flight misses the region gets the weight 0 and decays where it was made; one at rest
    has the weight 1 inside the region and 0 outside.

    Parameters
    ----------
    region : Region
    ctau : float [mm]
        More than 0.
    """

    region: Region
    ctau: float

    def __post_init__(self) -> None:
        _check_ctau(self.ctau, prompt=False)

    def sample(
        self, rng: np.random.Generator, momentum: Vector3, mass: Real, origin: Vector3
    ) -> tuple[Array, dict[str, Array]]:
        """Proper lengths, and the weight ``decay_region``."""
        d_in, d_out, boost = _flight(self.region, momentum, mass, origin)
        flight = boost * self.ctau
        depth = truncated_exponential(rng, d_out - d_in, flight)
        weight = decay_probability(d_in, d_out, flight)
        return (d_in + depth) * self.ctau / flight, {"decay_region": weight}


@dataclass(frozen=True, kw_only=True)
class Scan:
    """One sample for every lifetime: lengths from a mixture of exponentials on a logarithmic grid.

    Re-weighting one exponential to more than twice its c tau has infinite variance; the weight from this
    mixture to any c tau of its range is bounded (`weight`).  For a region so small or so far that few of these
    lengths end in it there is `ScanInside`.

    Parameters
    ----------
    ctau : float [mm]
        The lifetime that the weight ``lifetime`` of the sample refers to; 0 or infinity leave it out
        (then the sample itself has no lifetime, only re-weighted ones).
    shortest, longest : float [mm]
        Ends of the grid; 1 um and 10 km unless given.
    per_decade : int
        Grid points in a factor of ten.
    """

    ctau: float = 0.0
    shortest: float = 1e-3
    longest: float = 1e7
    per_decade: int = 4

    def __post_init__(self) -> None:
        _check_ctau(self.ctau)
        _check_grid(self.shortest, self.longest, self.per_decade)

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
        n = len(momentum[0])
        component = rng.integers(len(self.grid), size=n)
        length = self.grid[component] * rng.standard_exponential(n)
        return length, ({"lifetime": self.weight(length, self.ctau)} if 0.0 < self.ctau < math.inf else {})

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
        """
        grid = self.grid
        above = grid[min(int(np.searchsorted(grid, ctau)), len(grid) - 1)]
        return float(len(grid) * max(above / ctau, 1.0))


@dataclass(frozen=True, kw_only=True)
class ScanInside:
    """One sample for every lifetime, inside a region: decays uniform along the path there.

    The proper length of that path is the weight ``path``, and has to be multiplied with `weight`: the product
    is the probability density of the exponential law over that of the draw.  It never exceeds the path over
    e times the length before the region, so no lifetime has an infinite variance; how many events are left of
    one is for the sample to say (`darkpair.detectors.lifetime_scan.ScanSample`).

    Parameters
    ----------
    region : Region
        Ahead of where the particles are made; paths in it must be finite.
    shortest, longest : float [mm]
        Mean proper lengths that a source should be aimed for; 1 cm and 10 km unless given.
    per_decade : int
        Such lengths in a factor of ten.
    """

    region: Region
    shortest: float = 1e1
    longest: float = 1e7
    per_decade: int = 2

    def __post_init__(self) -> None:
        _check_grid(self.shortest, self.longest, self.per_decade)

    @property
    def grid(self) -> Array:
        """Mean proper lengths to aim for [mm]."""
        return _log_grid(self.shortest, self.longest, self.per_decade)

    def sample(
        self, rng: np.random.Generator, momentum: Vector3, mass: Real, origin: Vector3
    ) -> tuple[Array, dict[str, Array]]:
        """Proper lengths, and the weight ``path`` [mm], 0 for a flight that misses the region."""
        d_in, d_out, boost = _flight(self.region, momentum, mass, origin)
        if not np.isfinite(d_out).all():
            raise InputError(
                "a path without end, or a particle at rest, in the region of a scan; allowed: a bounded region "
                "and moving particles"
            )
        depth = (d_out - d_in) * rng.random(len(d_in))
        return (d_in + depth) / boost, {"path": (d_out - d_in) / boost}

    def weight(self, length: Array, ctau: float) -> Array:
        """Density of the exponential law, which the weight ``path`` has to be multiplied with [1/mm].

        Parameters
        ----------
        length : ndarray, (n,) [mm]
            Proper lengths of the sample.
        ctau : float [mm]
        """
        _check_ctau(ctau, prompt=False)
        return np.asarray(np.exp(-length / ctau) / ctau)

    def bound(self, ctau: float) -> float:
        """Number that no such density exceeds: that of a decay at once [1/mm].

        Parameters
        ----------
        ctau : float [mm]
        """
        return 1.0 / ctau


def _flight(region: Region, momentum: Vector3, mass: Real, origin: Vector3) -> tuple[Array, Array, Array]:
    """Distances at which particles are inside a region [mm], and beta gamma; 1 for those at rest."""
    px, py, pz = momentum
    p = np.sqrt(px * px + py * py + pz * pz)
    moving = p > 0.0
    unit = np.where(moving, p, 1.0)
    d_in, d_out = region.path(origin, (px / unit, py / unit, np.where(moving, pz / unit, 1.0)))
    # one at rest decays where it is: all of its path is inside, or none
    d_in = np.where(moving, d_in, 0.0)
    d_out = np.where(moving, d_out, np.where(region.contains(*origin), math.inf, 0.0))
    return d_in, d_out, np.where(moving, p / mass, 1.0)


def _log_grid(shortest: float, longest: float, per_decade: int) -> Array:
    points = round(per_decade * math.log10(longest / shortest)) + 1
    return np.geomspace(shortest, longest, points)


def _check_grid(shortest: float, longest: float, per_decade: int) -> None:
    if not 0.0 < shortest < longest < math.inf or per_decade < 1:
        raise InputError(
            f"scan from {shortest} to {longest} mm with {per_decade} points a decade; "
            "allowed: 0 < shortest < longest, 1 point or more"
        )
    for name, value in (("shortest", shortest), ("longest", longest)):
        require_within(value, LENGTHS, f"{name} c tau of a scan", "mm")
    if per_decade > _MOST_PER_DECADE:
        raise InputError(f"a scan of {per_decade} points a decade; allowed: 1 to {_MOST_PER_DECADE}")


def _check_ctau(ctau: float, *, prompt: bool = True) -> None:
    if not ((ctau >= 0.0 if prompt else ctau > 0.0) and ctau < math.inf):
        raise InputError(
            f"c tau = {ctau} mm of a decaying particle; allowed: {'0 (prompt) or more' if prompt else 'more than 0'}, finite"
        )
    require_within(ctau, LENGTHS, "c tau of a decaying particle", "mm")
