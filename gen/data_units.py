"""Units of a data file's numbers: the ``unit`` beside a number is ours; a text with its own unit is converted.

So ``value = 1200.0, unit = "mm"`` and ``"1.2 m"`` are the same, and ``value = 1.2, unit = "m"`` is refused: a file reads alike
wherever one looks.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from typing import Any, Final

from darkpair.gen.errors import InputError, shown
from darkpair.gen.units import ANGLE, LENGTH, Dimensionless, Energy, Length, Unit, split_quantity

__all__ = ["is_number", "known_units", "number_in", "plain_unit"]

#: Units that are converted, by ours of the same kind: what cuts on angles are in, and a resolution's length at 1 GeV too.
_KINDS: Final[Mapping[str, Unit]] = {
    "GeV": Energy,
    "mm": Length,
    "deg": Unit("an angle", "deg", {name: size / ANGLE["deg"] for name, size in ANGLE.items()}),
    "mm sqrt(GeV)": Unit("a length, times the root of the energy", "mm sqrt(GeV)", LENGTH),
    "": Dimensionless,
}


def plain_unit(unit: str) -> str:
    """The unit as data files write it: nothing for 1."""
    return "" if unit == "1" else unit


def is_number(value: Any) -> bool:
    """Whether a value is a finite number that the arithmetic holds, and no truth value."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= sys.float_info.max


def _kind(wanted: str) -> Unit:
    return _KINDS.get(wanted) or Unit(f"a number in {wanted}", wanted, {wanted: 1.0})


def known_units(wanted: str) -> list[str]:
    """Units in which a text may give a number of ours."""
    return list(_kind(wanted).units)


def number_in(value: Any, unit: str | None, wanted: str, what: str) -> float:
    """A number of a data file in our unit.

    Parameters
    ----------
    value : float or str
        ``1200``, or with its own unit, which is converted, ``"1.2 m"``.
    unit : str or None
        Unit that the entry says beside the value, which has to be ours; None where it says none, and then only a
        number without dimension may be bare.
    wanted : str
        Our unit: "GeV", "mm", "deg", "" or one that nothing is converted to, "GeV^2".
    what : str
        The file and the key, for the message.

    Raises
    ------
    InputError
        For what is no finite number, or in another unit.

    Examples
    --------
    >>> number_in("140 MeV", None, "GeV", "pt.min")
    0.14
    """
    if isinstance(value, str):
        out = _kind(wanted).number(value, what=what)
        bare = (split_quantity(value) or (out, ""))[1] == ""
        if math.isinf(out) or (wanted and unit is None and bare):
            raise InputError(f"{what} = {shown(value)}; allowed: {_kind(wanted).spelled}, with its unit")
        return out
    if not is_number(value):
        raise InputError(f"{what} = {shown(value)}; allowed: a number in {wanted or 'no unit'}")
    if unit is None and wanted:
        raise InputError(
            f'{what} = {value:g} without a unit; allowed: a text with one, as in "{value:g} {wanted}"'
        )
    if unit is not None and plain_unit(unit) != wanted:
        hint = f', or write "{value:g} {unit}", which is converted' if unit in known_units(wanted) else ""
        raise InputError(
            f"{what} = {value:g} {unit}; allowed: numbers in {wanted or 'no unit'}; convert it{hint}"
        )
    number: float = value  # (whole numbers stay whole)
    return number
