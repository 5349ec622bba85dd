"""Resolution of calorimeters and of tracks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array

__all__ = ["Calorimeter", "Tracks", "calorimeter"]


def _not_negative(*numbers: float) -> bool:
    return all(0.0 <= number < math.inf for number in numbers)


@dataclass(frozen=True, kw_only=True)
class Calorimeter:
    """Gaussian resolution of energy and position.

    Parameters
    ----------
    constant, stochastic : float
        sigma_E/E = constant ⊕ stochastic/sqrt(E/GeV).
    position, position_constant : float [mm]
        sigma_x = sigma_y = position/sqrt(E/GeV) ⊕ position_constant.

    Raises
    ------
    InputError
        For a number that is negative or not finite.
    """

    constant: float
    stochastic: float
    position: float
    position_constant: float = 0.0

    def __post_init__(self) -> None:
        if not _not_negative(self.constant, self.stochastic, self.position, self.position_constant):
            raise InputError(
                f"resolution {self.constant} ⊕ {self.stochastic}/sqrt(E), {self.position} mm/sqrt(E) ⊕ "
                f"{self.position_constant} mm; allowed: 0 or more, finite"
            )

    def sigma_energy(self, energy: Array) -> Array:
        """Standard deviation of the energy [GeV]."""
        return np.sqrt((self.constant * energy) ** 2 + self.stochastic**2 * energy)

    def sigma_position(self, energy: Array) -> Array:
        """Standard deviation of x, and of y [mm]."""
        falling: Array = self.position / np.sqrt(energy)
        return np.hypot(falling, self.position_constant) if self.position_constant else falling

    @staticmethod
    def draw(rng: np.random.Generator, n: int) -> Array:
        """Standard-normal draws for n particles, (3, n): one set each, before any cut."""
        return rng.standard_normal((3, n))

    def smear(self, noise: Array, energy: Array, x: Array, y: Array) -> tuple[Array, Array, Array]:
        """Measured energies [GeV] and positions [mm].

        Parameters
        ----------
        noise : ndarray, (3, k)
            Of `draw`, for the particles that arrive.
        energy : ndarray, (k,) [GeV]
        x, y : ndarray, (k,) [mm]
        """
        spread = self.sigma_position(energy)
        return energy + self.sigma_energy(energy) * noise[0], x + spread * noise[1], y + spread * noise[2]


def calorimeter(resolution: Any) -> Any:
    """The resolution itself, or that of a job's table, ``{ constant = 0.01, stochastic = 0.02, position = 5.0 }``.

    Raises
    ------
    InputError
        For what is neither.
    """
    if hasattr(resolution, "smear"):
        return resolution
    numbers = dict(resolution) if isinstance(resolution, Mapping) else {}
    if all(isinstance(value, Real) and not isinstance(value, bool) for value in numbers.values()):
        try:
            return Calorimeter(**numbers)
        except TypeError:
            pass
    raise InputError(
        f"resolution = {resolution!r}; allowed: constant, stochastic (sqrt(GeV)) and position (mm sqrt(GeV)), and if any "
        "position_constant (mm), as in { constant = 0.01, stochastic = 0.02, position = 5.0 }"
    )


@dataclass(frozen=True, kw_only=True)
class Tracks:
    """Gaussian resolution of a track's energy, and of where it meets a plane.

    Parameters
    ----------
    constant, linear : float [1], [1/GeV]
        sigma_E/E = constant ⊕ linear E.
    position : float [mm]
        sigma_x = sigma_y.

    Raises
    ------
    InputError
        For a number that is negative or not finite.
    """

    constant: float
    linear: float
    position: float

    def __post_init__(self) -> None:
        if not _not_negative(self.constant, self.linear, self.position):
            raise InputError(
                f"resolution {self.constant} ⊕ {self.linear} E of tracks, {self.position} mm; allowed: 0 or more, "
                "finite"
            )

    def smear(self, noise: Array, energy: Array, x: Array, y: Array) -> tuple[Array, Array, Array]:
        """Measured energies [GeV] and positions [mm]; as `Calorimeter.smear`."""
        spread = np.hypot(self.constant, self.linear * energy)
        return energy * (1.0 + spread * noise[0]), x + self.position * noise[1], y + self.position * noise[2]
