"""The K_L beam of KOTO: momentum spectrum, collimator geometry, and the decay along the beam line.

z = 0 is the upstream end of the front barrel; the target stands at z = -21 m, the beam exit at -1 m.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, ClassVar, Final, Literal

import numpy as np
from scipy.special import ndtr, ndtri

from darkpair.gen.errors import InputError
from darkpair.gen.events import Parents
from darkpair.gen.kinematics import Array
from darkpair.gen.lifetime import decay_probability, truncated_exponential
from darkpair.gen.particles import particle
from darkpair.gen.ranges import PLACES, require_within
from darkpair.gen.sampling import Density

__all__ = ["Z_TARGET", "KotoKL", "momentum_spectrum"]

# Momentum spectra at the beam exit: mu, s0, A, B of exp(-(p - mu)²/(2 sigma²)), sigma = s0 (1 - (A + B p)(p - mu))
# [GeV].  "sato": the default of KOTO's simulation, from K_L -> pi+ pi- data; read in public copies of its code
# (GsimE14SatoSpectrum.cc).  "shiomi": the one before it (2011); two public files have B = 1.68e-4, one has 1.68e-2,
# which is near the default's and taken here: derived, for the study of shifts only.
SPECTRA: Final = {
    "sato": (1.41991, 0.810237, -0.301413, 0.017092),
    "shiomi": (1.37, 0.748, -0.295, 0.0168),
}
_P_RANGE: Final = (0.05, 10.0)

# Geometry of the same simulation, read in public copies of its code [mm].
#: Where the target stands.
Z_TARGET: Final = -21000.0
_Z_COLLIMATOR: Final = -14000.0
_Z_EXIT: Final = -1000.0
_COLLIMATOR_HALF: Final = (7.6, 12.5)  # hole of 15.2 (x) by 25.0 (y)
_IMAGE_HALF: Final = (9.1, 1.0)  # uniform image of the beam on the target, the older one and the default
_IMAGE_2015: Final = (
    -16.99,
    1357.0,
    -5.166,
    3.281,
    5.016,
    3.443,
)  # x since 2015-04: alpha, beta, x1, sig1, x2, sig2
_IMAGE_2015_HALF: Final = (18.4, 5.0)
_IMAGE_2015_SIGMA_Y: Final = 1.08

# A model like that of arXiv:2005.07102 (appendix A), whose own fit values are not in its text: fitted to the
# collimator model at the beam exit by gen/data/fit_koto_beam.py, which prints these numbers.
_FIT_WIDTH: Final = (26.66, 36.22)  # super-Gaussian exp(-|x/w|^k): w [mm] for x and y
_FIT_POWER: Final = (3.31, 35.71)  # k for x and y
_FIT_PT: Final = (
    0.846,
    0.522,
    3.020,
)  # ln((p_T + mu)/s)/sigma normal for p_T > 0 (eq A1): mu [MeV], sigma, s [MeV]


def momentum_spectrum(p: Array, name: str = "sato") -> Array:
    """K_L momentum spectrum dN/dp at the beam exit, not normalised.

    Parameters
    ----------
    p : ndarray [GeV]
        Between 0.05 and 10.
    name : {"sato", "shiomi"}
    """
    mu, width, skew_a, skew_b = SPECTRA[name]
    sigma = width * (1.0 - (skew_a + skew_b * p) * (p - mu))
    out: Array = np.exp(-0.5 * ((p - mu) / sigma) ** 2)
    return out


@dataclass(frozen=True, kw_only=True)
class KotoKL:
    """K_L of KOTO's beam.

    A generated event is a K_L that decays between `z_min` and `z_max`, drawn exactly given its momentum and
    with weight 1; the probability to decay there is `decay_probability`.

    Parameters
    ----------
    decay : {"region", "free"}
        ``"free"`` lets the K_L decay anywhere.
    profile : {"collimator", "fitted"}
        Straight lines from the target through the collimator, or independent super-Gaussian positions and
        a log-normal transverse momentum fitted to them.
    image : {"uniform", "2015-04"}
        Image of the primary beam on the target, for the collimator profile.
    spectrum : {"sato", "shiomi"}
        Momentum spectrum at the beam exit.
    z_min, z_max : float [mm]
        Where the K_L decay: 2000 to 6148, the 414.8 cm of arXiv:2005.07102, appendix A.

    Raises
    ------
    InputError
        For a region that is empty or upstream of the beam exit.

    References
    ----------
    K_L yield and spectrum: arXiv:1509.03386; the numbers as in public copies of the collaboration's simulation.
    """

    name: ClassVar = "koto_kl"

    decay: Literal["region", "free"] = "region"
    profile: Literal["collimator", "fitted"] = "collimator"
    image: Literal["uniform", "2015-04"] = "uniform"
    spectrum: Literal["sato", "shiomi"] = "sato"
    z_min: float = 2000.0
    z_max: float = 6148.0

    def __post_init__(self) -> None:
        if not _Z_EXIT <= self.z_min < self.z_max < math.inf:
            raise InputError(
                f"decays between z = {self.z_min} and {self.z_max} mm; allowed: growing order, from the exit at {_Z_EXIT} mm on"
            )
        require_within(self.z_max, PLACES, "z_max", "mm")

    @property
    def pdgid(self) -> int:
        """PDG id of the parents."""
        return particle("K_L0").pdgid

    @property
    def masses(self) -> dict[int, float]:
        """Mass of the parents [GeV], by PDG id."""
        return {self.pdgid: particle("K_L0").mass}

    @cached_property
    def _spectrum(self) -> Density:
        if self.decay == "free":
            return Density(self._exit_spectrum, *_P_RANGE)
        return Density(self._decaying_spectrum, *_P_RANGE)

    def _exit_spectrum(self, p: Array) -> Array:
        return momentum_spectrum(p, self.spectrum)

    def _decaying_spectrum(self, p: Array) -> Array:
        """Spectrum of those that decay in the region; the beam's slopes, below 5e-3, change paths by 1e-5."""
        kaon = particle("K_L0")
        d_in = np.full_like(p, self.z_min - _Z_EXIT)
        return self._exit_spectrum(p) * decay_probability(
            d_in, d_in + self.z_max - self.z_min, p / kaon.mass * kaon.ctau
        )

    @cached_property
    def decay_probability(self) -> float:
        """Probability that a K_L at the beam exit decays between z_min and z_max."""
        return (
            Density(self._decaying_spectrum, *_P_RANGE).integral
            / Density(self._exit_spectrum, *_P_RANGE).integral
        )

    def provenance(self) -> dict[str, Any]:
        """The settings, and the probability that a K_L at the beam exit is a generated event."""
        probability = self.decay_probability if self.decay == "region" else 1.0
        settings = {name: getattr(self, name) for name in ("decay", "profile", "image", "spectrum")}
        return settings | {"z_min": self.z_min, "z_max": self.z_max, "decay_probability": probability}

    def sample(self, n: int, rng: np.random.Generator) -> Parents:
        """K_L at the beam exit at time 0, and where they decay."""
        kaon = particle("K_L0")
        p = self._spectrum.sample(rng, n)
        x, y, slope_x, slope_y = self._fitted(rng, p) if self.profile == "fitted" else self._lines(rng, n)
        cosine = 1.0 / np.sqrt(1.0 + slope_x * slope_x + slope_y * slope_y)
        energy = np.sqrt(p * p + kaon.mass**2)
        pz = p * cosine
        momentum = np.stack([pz * slope_x, pz * slope_y, pz, energy])
        flight = p / kaon.mass * kaon.ctau
        if self.decay == "free":
            path = flight * rng.standard_exponential(n)
        else:
            width = (self.z_max - self.z_min) / cosine
            path = (self.z_min - _Z_EXIT) / cosine + truncated_exponential(rng, width, flight)
        vertex: Array = np.stack([x, y, np.full(n, _Z_EXIT), np.zeros(n)])
        decay_vertex = momentum * (path / p)
        decay_vertex += vertex
        return Parents(pdgid=self.pdgid, momentum=momentum, vertex=vertex, decay_vertex=decay_vertex)

    def _lines(self, rng: np.random.Generator, n: int) -> tuple[Array, Array, Array, Array]:
        """Positions at the exit and slopes of straight lines from the target through the collimator."""
        if self.image == "uniform":
            x0 = _IMAGE_HALF[0] * (2.0 * rng.random(n) - 1.0)
            y0 = _IMAGE_HALF[1] * (2.0 * rng.random(n) - 1.0)
        else:
            x0, y0 = _image_x().sample(rng, n), _image_y().sample(rng, n)
        slope_x = (_COLLIMATOR_HALF[0] * (2.0 * rng.random(n) - 1.0) - x0) / (_Z_COLLIMATOR - Z_TARGET)
        slope_y = (_COLLIMATOR_HALF[1] * (2.0 * rng.random(n) - 1.0) - y0) / (_Z_COLLIMATOR - Z_TARGET)
        reach = _Z_EXIT - Z_TARGET
        return x0 + slope_x * reach, y0 + slope_y * reach, slope_x, slope_y

    def _fitted(self, rng: np.random.Generator, p: Array) -> tuple[Array, Array, Array, Array]:
        """Independent super-Gaussian positions and log-normal transverse momentum (arXiv:2005.07102, eq A1)."""
        n = len(p)
        x, y = (
            w * rng.gamma(1.0 / k, size=n) ** (1.0 / k) * np.where(rng.random(n) < 0.5, -1.0, 1.0)
            for w, k in zip(_FIT_WIDTH, _FIT_POWER, strict=True)
        )
        mu, sigma, s = _FIT_PT
        positive = ndtr(math.log(s / mu) / sigma)
        pt = 1e-3 * (s * np.exp(-sigma * ndtri(positive * (1.0 - rng.random(n)))) - mu)
        pt = np.clip(pt, 0.0, 0.5 * p)  # the law does not know the momentum; it exceeds it once in 1e8
        phi = 2.0 * math.pi * rng.random(n)
        pz = np.sqrt(p * p - pt * pt)
        return x, y, pt * np.cos(phi) / pz, pt * np.sin(phi) / pz


@cache
def _image_x() -> Density:
    return Density(_linear_gauss, -_IMAGE_2015_HALF[0], _IMAGE_2015_HALF[0])


@cache
def _image_y() -> Density:
    half = _IMAGE_2015_HALF[1]
    return Density(lambda y: np.exp(-0.5 * (y / _IMAGE_2015_SIGMA_Y) ** 2), -half, half)


def _linear_gauss(x: Array) -> Array:
    """A line between two points, continued by half-Gaussians that join it there."""
    alpha, beta, x1, sigma1, x2, sigma2 = _IMAGE_2015
    line = alpha * np.clip(x, x1, x2) + beta
    sigma = np.where(x < x1, sigma1, sigma2)
    outside = np.where(x < x1, x - x1, np.where(x > x2, x - x2, 0.0))
    return line * np.exp(-0.5 * (outside / sigma) ** 2)
