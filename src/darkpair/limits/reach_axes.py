"""Axes of a map: a parameter from one value to another, with its unit, on a linear or a logarithmic scale."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError, UnknownNameError, shown
from darkpair.gen.kinds import Kind, Number, OneOf
from darkpair.gen.units import split_quantity

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array, Real

__all__ = ["Axis", "axis_of"]

#: NAME: LOW .. HIGH, POINTS SCALE
_AXIS: Final = re.compile(
    r"\s*([A-Za-z_]\w*)\s*:\s*(.+?)\s*\.\.\s*([^,]+?)\s*(?:,\s*(\d+)?\s*([A-Za-z]+)?\s*)?", re.ASCII
)

#: How an axis is written.
_WRITTEN: Final = 'as in "m2: 150 MeV .. 450 MeV, 40" or "G_X: 0.01 .. 10 GF, 40 log"'

#: Points unless given, and the most.
POINTS: Final = 40
_MOST: Final = 1000

#: Digits of the numbers that an axis stands on, so that they can be typed, and the least relative step that they tell apart.
_DIGITS: Final = 7
_STEP: Final = 10.0 ** (1 - _DIGITS)


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A parameter, or a number that settings are made of, and where a map looks at it.

    Parameters
    ----------
    name : str
        Name of the parameter, or of a number in a setting.
    low, high : float
        Ends, in `unit`.
    unit : str
        As the user wrote it; empty for a pure number.
    points : int
        Places of the grid, ends included.
    log : bool
        Whether they are evenly apart on a logarithmic scale.
    kind : Kind, optional
        What a value of the parameter may be; None for a number that settings are made of.
    beside : mapping
        What units depend on: the table of inputs.
    """

    name: str
    low: float
    high: float
    unit: str = ""
    points: int = POINTS
    log: bool = False
    kind: Kind | None = None
    beside: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            low, high = apart(self.low, self.high)
            raise InputError(
                f"{self.name} from {low} to {high}: an empty range; allowed: two finite numbers, the lower one first"
            )
        if self.log and not self.low > 0.0:
            raise InputError(
                f"{self.name} from {self.low:g} on a logarithmic scale; allowed: above 0, or leave out 'log'"
            )
        if not math.isfinite(self.high / self.low if self.log else self.high - self.low):
            low, high = apart(self.low, self.high)
            raise InputError(
                f"{self.name} from {low} to {high} is wider than the computer's arithmetic holds; allowed: up to 1e308"
            )
        if not 2 <= self.points <= _MOST:
            raise InputError(f"{self.name} at {self.points} points; allowed: 2 to {_MOST}")
        if self.high - self.low < _STEP * max(self.points, POINTS) * max(abs(self.low), abs(self.high)):
            low, high = apart(self.low, self.high)
            raise InputError(
                f"{self.name} from {low} to {high}: steps that {_DIGITS} digits of its numbers do not tell apart; allowed: a wider range"
            )

    @property
    def title(self) -> str:
        """Name with its unit, as the head of a column."""
        return f"{self.name} [{self.unit}]" if self.unit else self.name

    @cached_property
    def numbers(self) -> tuple[float, ...]:
        """Places of the grid in `unit`, (n,)."""
        return tuple(self.number(place) for place in np.linspace(0.0, 1.0, self.points))

    def number(self, place: float) -> float:
        """Number in `unit` at a place from 0 to 1 along the axis, of few digits."""
        if place in (0.0, 1.0):
            return self.high if place else self.low
        exact = float(self.exact(place))
        scale = max(abs(self.low), abs(self.high)) if not self.log else exact
        return round(exact, _DIGITS - 1 - math.floor(math.log10(scale)))

    def exact(self, place: Real) -> Array:
        """Number in `unit` at a place from 0 to 1 along the axis."""
        part = np.asarray(place)
        if self.log:
            return np.asarray(self.low * (self.high / self.low) ** part)
        return np.asarray(self.low + (self.high - self.low) * part)

    def place(self, number: Real) -> Array:
        """Place from 0 to 1 of a number in `unit`."""
        if self.log:
            return np.asarray(np.log(np.divide(number, self.low)) / np.log(np.divide(self.high, self.low)))
        return np.asarray((np.asarray(number) - self.low) / (self.high - self.low))

    def inside(self, number: Real) -> Any:
        """Value of the parameter, in the units of the package, of a number in `unit`; the same as where a user types it."""
        if self.kind is None:
            return number
        if isinstance(number, np.ndarray):
            return np.array([self.inside(float(each)) for each in number.ravel()]).reshape(number.shape)
        return self.kind.read(f"{float(number)!r} {self.unit}".strip(), self.name, self.beside or {})


def axis_of(text: str, kinds: Mapping[str, Kind], beside: Mapping[str, Any], free: set[str]) -> Axis:
    """Axis of a text.

    Parameters
    ----------
    text : str
        "NAME: LOW .. HIGH, POINTS SCALE", where the last two may be left out: 40 points, and a linear scale, or "log".
    kinds : mapping of str to Kind
        Parameters of the model.
    beside : mapping
        What units depend on.
    free : set of str
        Words of the settings, of which each that is no parameter may be an axis too.

    Raises
    ------
    InputError
        For another text, an empty range, an unknown unit, or a parameter that is no number.
    UnknownNameError
        For a name that neither the model nor a setting has.
    """
    match = _AXIS.fullmatch(text)
    if match is None:
        raise InputError(f"axis {shown(text)}; allowed: NAME: LOW .. HIGH, POINTS log, {_WRITTEN}")
    name, first, last, points, scale = match.groups()
    if scale not in (None, "log", "linear"):
        raise InputError(
            f"axis {shown(text)}: unknown scale {shown(scale)}; allowed: log or linear, {_WRITTEN}"
        )
    kind = kinds.get(name)
    if kind is None and name not in free:
        raise UnknownNameError(
            "parameter", name, list(kinds), "axis", more="or use the name in a setting: m1='r*m2'"
        )
    if kind is not None and (kind := _number_of(kind)) is None:
        numbers = [key for key, own in kinds.items() if _number_of(own) is not None]
        raise InputError(f"axis {shown(text)}: {name} is no number; allowed: {', '.join(numbers)}")
    low, high, unit = _ends(text, first, last, name, kind, beside)
    return Axis(
        name=name,
        low=low,
        high=high,
        unit=unit,
        points=int(points or POINTS),
        log=scale == "log",
        kind=kind,
        beside=beside,
    )


def _number_of(kind: Kind) -> Number | None:
    """The kind of number that a parameter may be; None where it is none."""
    kinds = kind.kinds if isinstance(kind, OneOf) else (kind,)
    return next((each for each in kinds if isinstance(each, Number)), None)


def _ends(
    text: str, first: str, last: str, name: str, kind: Kind | None, beside: Mapping[str, Any]
) -> tuple[float, float, str]:
    """Both ends in the unit of the last, and that unit."""
    lower, upper = split_quantity(first), split_quantity(last)
    if lower is None or upper is None:
        raise InputError(f"axis {shown(text)}: an end is no number; allowed: two numbers, {_WRITTEN}")
    (low, own), (high, unit) = lower, upper
    if kind is None:
        if own or unit:
            raise InputError(f"axis {shown(text)}: {name} is a pure number; leave out {own or unit!r}")
        return low, high, ""
    if own and not unit:
        texts = apart(low, high)
        raise InputError(
            f"axis {shown(text)}: the first end is in {own}, and the last has no unit; write it at the last, {' .. '.join(texts)} {own}, or at both"
        )
    unit = unit or getattr(kind, "unit", "")
    kind.read(last if unit in last else f"{last} {unit}", name, beside)  # (whether it may be that)
    if own and own != unit:
        low = float(kind.read(first, name, beside)) / float(kind.read(f"1 {unit}", name, beside))
    return low, high, unit
