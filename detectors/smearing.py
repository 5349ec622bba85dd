"""Resolution of calorimeters and of tracks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any, Final, TypeAlias

import numpy as np

from darkpair.gen.compiled.columnwise import columnwise
from darkpair.gen.errors import InputError, shown
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.normals import normals
from darkpair.gen.parameters import Ge, Le, Length, arguments, parameters, settle

__all__ = ["Calorimeter", "Given", "Tracks", "calorimeter"]

#: Of a resolution's number: beyond it energies and places leave the computer's arithmetic.
_LARGEST: Final = 1e30

_Size: TypeAlias = Annotated[float, Ge(0.0), Le(_LARGEST)]
_Width: TypeAlias = Annotated[float, Length, Ge(0.0), Le(_LARGEST)]


def _require(resolution: Any) -> None:
    """Refuse what is negative, too large or no number; a text with a unit becomes one."""
    for entry in fields(resolution):
        value = getattr(resolution, entry.name)
        if isinstance(value, int | float) and not 0.0 <= value <= _LARGEST:
            raise InputError(f"resolution: {entry.name} = {value}; allowed: 0 or more, up to {_LARGEST:g}")
    settle(resolution)


@dataclass(frozen=True, kw_only=True)
class Calorimeter:
    """Gaussian resolution of energy and position.

    Parameters
    ----------
    constant, stochastic : float
        Terms of the energy's resolution: sigma_E/E = constant ⊕ stochastic/sqrt(E/GeV).
    position, position_constant : float [mm]
        Terms of the position's resolution: sigma_x = sigma_y = position/sqrt(E/GeV) ⊕ position_constant.

    Raises
    ------
    InputError
        For a number that is negative, or too large.
    """

    constant: _Size
    stochastic: _Size
    position: _Width
    position_constant: _Width = 0.0

    def __post_init__(self) -> None:
        _require(self)

    def sigma_energy(self, energy: Array) -> Array:
        """Standard deviation of the energy [GeV]."""
        error: Array = _energy_error(energy, float(self.constant), float(self.stochastic) ** 2)
        return error

    def sigma_position(self, energy: Array) -> Array:
        """Standard deviation of x, and of y [mm]."""
        falling: Array = _falling(energy, float(self.position))
        return np.hypot(falling, self.position_constant) if self.position_constant else falling

    @staticmethod
    def draw(rng: np.random.Generator, n: int) -> Array:
        """Standard-normal draws for n particles, (3, n): one set each, before any cut."""
        return normals(rng, 3 * n).reshape(3, n)

    def smear(self, noise: Array, energy: Array, x: Array, y: Array) -> tuple[Array, Array, Array]:
        """Measured energies [GeV] and positions [mm].

        Parameters
        ----------
        noise : ndarray, (3, k)
            Standard-normal draws of `draw`, for the particles that arrive.
        energy : ndarray, (k,) [GeV]
            True energies.
        x, y : ndarray, (k,) [mm]
            True positions.
        """
        spread = self.sigma_position(energy)
        constant, square = float(self.constant), float(self.stochastic) ** 2
        measured: tuple[Array, Array, Array] = _measured(*noise, energy, x, y, spread, constant, square)
        return measured


def energy_error(energy: Real, constant: float, stochastic_square: float) -> Real:
    """Standard deviation of an energy [GeV], of the terms of its resolution."""
    return np.sqrt((constant * energy) ** 2 + stochastic_square * energy)


_energy_error = columnwise(energy_error)


@columnwise
def _measured(
    of_energy: Real,
    of_x: Real,
    of_y: Real,
    energy: Real,
    x: Real,
    y: Real,
    spread: Real,
    constant: float,
    stochastic_square: float,
) -> tuple[Real, Real, Real]:
    """Energy and place with their draws of the standard normal."""
    error = energy_error(energy, constant, stochastic_square)
    return energy + error * of_energy, x + spread * of_x, y + spread * of_y


@columnwise
def _falling(energy: Real, position: float) -> Real:
    """Standard deviation of a place [mm] that falls with the energy [GeV]."""
    return position / np.sqrt(energy)


#: What a detector's resolution may be given as: it, a table of some of its numbers, or anything that smears.
Given: TypeAlias = Calorimeter | Mapping[str, Any] | Any | None


def calorimeter(resolution: Any, own: Mapping[str, float], key: str = "resolution") -> Any:
    """The resolution itself, or that of a job's table, ``{ constant = 0.01, position = "2 mm" }``, over a file's own.

    Parameters
    ----------
    resolution : object, mapping or None
        The resolution, a table of its numbers, or None for the file's own.
    own : mapping of str to float
        Numbers of the data file: all of them for None, else those that the table does not give.
    key : str
        Name of the parameter that gives it, for messages.

    Raises
    ------
    InputError
        For what is neither.
    """
    if hasattr(resolution, "smear"):
        return resolution
    if not isinstance(resolution, Mapping | None):
        raise InputError(
            f"{key} = {shown(resolution)}; allowed: {', '.join(parameters(Calorimeter))}, as in "
            '{ constant = 0.01, stochastic = 0.02, position = "5 mm" }'
        )
    return Calorimeter(**arguments(Calorimeter, {**own, **(resolution or {})}, where=key))


@dataclass(frozen=True, kw_only=True)
class Tracks:
    """Gaussian resolution of a track's energy, and of where it meets a plane.

    Parameters
    ----------
    constant, linear : float [1], [1/GeV]
        Terms of the energy's resolution: sigma_E/E = constant ⊕ linear E.
    position : float [mm]
        Standard error of x and of y on the plane.

    Raises
    ------
    InputError
        For a number that is negative, or too large.
    """

    constant: _Size
    linear: _Size
    position: _Width

    def __post_init__(self) -> None:
        _require(self)

    def smear(self, noise: Array, energy: Array, x: Array, y: Array) -> tuple[Array, Array, Array]:
        """Measured energies [GeV] and positions [mm]; as `Calorimeter.smear`."""
        spread = np.hypot(self.constant, self.linear * energy)
        return energy * (1.0 + spread * noise[0]), x + self.position * noise[1], y + self.position * noise[2]
