"""The units of darkpair: GeV, mm and mm/c, everywhere and without exception.

A job file, a command line or a constructor may name another unit ("430 MeV", "5 cm"); it is converted here, at the border.
"""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from darkpair.gen.errors import InputError, nearest, shown

__all__ = [
    "ENERGY",
    "LENGTH",
    "UNITS",
    "Angle",
    "Dimensionless",
    "Energy",
    "Length",
    "Unit",
    "exactly",
    "quantity",
    "split_quantity",
]

N = TypeVar("N", float, complex)

#: What darkpair's numbers mean; written into every file.
UNITS = {"energy": "GeV", "length": "mm", "time": "mm/c"}

#: Energy units in GeV.
ENERGY = {"eV": 1e-9, "keV": 1e-6, "MeV": 1e-3, "GeV": 1.0, "TeV": 1e3}

#: Length units in mm; a lifetime times the speed of light is a length.
LENGTH = {"nm": 1e-6, "um": 1e-3, "mm": 1.0, "cm": 10.0, "m": 1e3, "km": 1e6}

#: Angle units in rad.
ANGLE = {"urad": 1e-6, "mrad": 1e-3, "rad": 1.0, "deg": math.pi / 180.0}

#: What units that nothing takes measure, so that a message can say it.
_OTHERS: Final = {
    "a time; its product with c is a length": ("s", "ms", "us", "ns", "ps", "fs"),
    "a mass; its product with c^2 is an energy": ("kg", "g", "u"),
    "a momentum; its product with c is an energy": ("GeV/c", "MeV/c", "keV/c", "eV/c", "TeV/c"),
}

_PATTERN = re.compile(
    r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?inf)\s*((?:[A-Za-z%µ]|(?<=\s)1/\s*|/\s*)[\w/^*%-]*(?:\s*\(\w+\)|\s+sqrt\(\w+\))?)?\s*"
)


@dataclass(frozen=True, eq=False)
class Unit:
    """What a number measures, to annotate a parameter with: ``momentum: Annotated[float, Energy]``.

    Parameters
    ----------
    quantity : str
        What the number is, in words, with an article: "an energy"; empty for a number without a unit.
    symbol : str
        Unit in which the number is kept; empty for a number without one.
    units : mapping of str to float or callable
        Units that may be written, and the size of each in `symbol`; a callable finds the size from the other
        arguments of the same constructor, by name.
    """

    quantity: str
    symbol: str
    units: Mapping[str, float | Callable[[Mapping[str, Any]], float]]

    @property
    def spelled(self) -> str:
        """What is allowed, in words."""
        return f"{self.quantity} {self.written}" if self.quantity else "a number"

    @property
    def written(self) -> str:
        """How a number of it is written."""
        if not self.quantity:
            return ""
        names = list(self.units)
        return (
            f"({', '.join(names[:-1])} or {names[-1]}; {self.symbol} if bare)"
            if names[1:]
            else f"({names[0]})"
        )

    def number(self, text: str, *, what: str = "value", beside: Mapping[str, Any] | None = None) -> float:
        """Number in `symbol` of a text like "430 MeV".

        Parameters
        ----------
        text : str
            The text.
        what : str
            Name of the quantity, for the message.
        beside : mapping, optional
            The other arguments by name, for units whose size depends on them.

        Raises
        ------
        InputError
            If the text is no number, or its unit is none of these.
        """
        match = _PATTERN.fullmatch(text)
        if match is None:
            raise InputError(
                f"{what} = {shown(text)} is not a number; allowed: {self.spelled}{self._example}"
            )
        number, name = match.groups()
        name = "".join((name or "").split())  # (as in "1 / TeV")
        if "".join(self.symbol.split()) in (name, f"1{name}"):  # (also "2 /GeV" of numbers in 1/GeV)
            name = ""
        if name and name not in self.units:
            raise InputError(
                f"{what} = {shown(text)}{self._wrong(name)}; allowed: {self.spelled}{self._example}"
            )
        try:
            plain = exactly(number)
        except InputError as error:
            raise InputError(f"{what} = {error}") from None
        result = self.scaled(plain, name, beside or {})
        if (math.isinf(result) and "inf" not in number) or (result == 0.0 and plain):
            raise InputError(
                f"{what} = {shown(text)} is beyond what the computer's arithmetic holds; allowed: sizes from 1e-308 to 1e308"
            )
        return result

    def scaled(self, number: N, name: str, beside: Mapping[str, Any]) -> N:
        """Number in `symbol` of one in a unit of that name; an empty name is `symbol`."""
        size = self.units[name] if name else 1.0
        scale = size(beside) if callable(size) else size
        # dividing where the unit is a submultiple keeps "430 MeV" the same double as 0.43
        whole = 0.0 < scale < 1.0 and math.isclose(round(1.0 / scale) * scale, 1.0, rel_tol=1e-15)
        return number / round(1.0 / scale) if whole else number * scale

    @property
    def _example(self) -> str:
        """How one is written, where a bare number may not be what is meant."""
        return f"; write for example '2 {self.symbol}'" if self.quantity and self.symbol else ""

    def _wrong(self, name: str) -> str:
        """What is wrong with a unit that is not among these."""
        for other in (Energy, Length, Angle):
            if other is not self and name in other.units:
                return (
                    f" is {other.quantity}"
                    if self.quantity
                    else f" has a unit ({name}), and this is a pure number"
                )
        for words, names in _OTHERS.items():
            if name in names:
                return f" is {words}"
        if not self.quantity:
            return f" has a unit ({name}), and this is a pure number"
        return f" has an unknown unit {name!r}{nearest(name, self.units)}"


#: An energy, a mass or a momentum [GeV].
Energy: Final = Unit("an energy", "GeV", ENERGY)

#: A length, or c times a time [mm].
Length: Final = Unit("a length", "mm", LENGTH)

#: An angle [rad].
Angle: Final = Unit("an angle", "rad", ANGLE)

#: A number without a unit, or an array of such numbers.
Dimensionless: Final = Unit("", "", {})

_KINDS: Final = {"energy": Energy, "length": Length, "angle": Angle}


def exactly(text: str) -> float:
    """Number that a text spells.

    Raises
    ------
    InputError
        For one so large or small that it would become infinity or zero.
    """
    number = float(text)
    digits = text.lower().partition("e")[0]
    if ("inf" not in digits and math.isinf(number)) or (
        number == 0.0 and any(c in "123456789" for c in digits)
    ):
        raise InputError(
            f"{shown(text)} is beyond what the computer's arithmetic holds; allowed: sizes from 1e-308 to 1e308"
        )
    return number


def split_quantity(text: str) -> tuple[float, str] | None:
    """Number of a text and the unit behind it, any word, empty for none; None where the text is no number.

    Examples
    --------
    >>> split_quantity("430 MeV"), split_quantity("1e-3"), split_quantity("2016-18")
    ((430.0, 'MeV'), (0.001, ''), None)
    """
    match = _PATTERN.fullmatch(text)
    if match is None:
        return None
    return exactly(match[1]), "".join((match[2] or "").split())


def quantity(value: float | str, kind: str, *, what: str = "value") -> float:
    """Number in GeV, mm or rad, from a bare number or a text with a unit.

    Parameters
    ----------
    value : float or str
        Number or text: ``0.43``, ``"0.43"`` or ``"430 MeV"``.
    kind : {"energy", "length", "angle"}
        What the number is, which says what units are allowed.
    what : str
        Name of the quantity, for the message.

    Raises
    ------
    InputError
        If the text is not a number with a unit of that kind, or the number is NaN.

    Examples
    --------
    >>> quantity("430 MeV", "energy")
    0.43
    """
    unit = _KINDS[kind]
    if isinstance(value, str):
        return unit.number(value, what=what)
    given: object = value  # (whatever a job or a user wrote)
    if isinstance(given, bool) or not isinstance(given, numbers.Real):
        raise InputError(f"{what} = {shown(value)}; allowed: {unit.spelled}")
    try:
        result = float(value)
    except OverflowError:
        raise InputError(
            f"{what} is beyond what the computer's arithmetic holds; allowed: sizes from 1e-308 to 1e308"
        ) from None
    if math.isnan(result):
        raise InputError(f"{what} is NaN; allowed: {unit.spelled}")
    return result
