"""The units of darkpair: GeV, mm and mm/c, everywhere and without exception.

A job file or a command line may name another unit ("430 MeV", "5 cm"); it is converted here, at the border.
"""

from __future__ import annotations

import math
import re

from darkpair.gen.errors import InputError, nearest

__all__ = ["ENERGY", "LENGTH", "UNITS", "exactly", "quantity"]

#: What darkpair's numbers mean; written into every file.
UNITS = {"energy": "GeV", "length": "mm", "time": "mm/c"}

#: Energy units in GeV.
ENERGY = {"eV": 1e-9, "keV": 1e-6, "MeV": 1e-3, "GeV": 1.0, "TeV": 1e3}

#: Length units in mm; a lifetime times the speed of light is a length.
LENGTH = {"nm": 1e-6, "um": 1e-3, "mm": 1.0, "cm": 10.0, "m": 1e3, "km": 1e6}

_KINDS = {"energy": ENERGY, "length": LENGTH, "any": ENERGY | LENGTH}
_PATTERN = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?inf)\s*([A-Za-z]+)?\s*")


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
        raise InputError(f"{text} is beyond what the computer's arithmetic holds, 1e-308 to 1e308")
    return number


def quantity(value: float | str, kind: str, *, what: str = "value") -> float:
    """Number in GeV or mm, from a bare number or a text with a unit.

    Parameters
    ----------
    value : float or str
        ``0.43``, ``"0.43"`` or ``"430 MeV"``.
    kind : {"energy", "length", "any"}
        Which units are allowed.
    what : str
        The name of the quantity, for the message.

    Raises
    ------
    InputError
        If the text is not a number with a unit of that kind, or the number is NaN.

    Examples
    --------
    >>> quantity("430 MeV", "energy")
    0.43
    """
    table = _KINDS[kind]
    if isinstance(value, str):
        match = _PATTERN.fullmatch(value)
        if match is None:
            raise InputError(
                f"{what} = {value!r} is not a number with a unit; write for example 0.43 or '430 MeV' (units: {', '.join(table)})"
            )
        number, unit = match.groups()
        if unit is not None and unit not in table:
            raise InputError(
                f"{what} = {value!r} has an unknown unit {unit!r}{nearest(unit, table)}; allowed: {', '.join(table)}"
            )
        # dividing where the unit is a submultiple keeps "430 MeV" the same double as 0.43
        scale = table[unit] if unit else 1.0
        result = exactly(number) * scale if scale >= 1.0 else exactly(number) / round(1.0 / scale)
        if (math.isinf(result) and "inf" not in number) or (result == 0.0 and exactly(number)):
            raise InputError(
                f"{what} = {value!r} is beyond what the computer's arithmetic holds, 1e-308 to 1e308"
            )
    else:
        result = float(value)
    if math.isnan(result):
        raise InputError(f"{what} is NaN; give a number in {UNITS.get(kind, 'GeV or mm')}")
    return result
