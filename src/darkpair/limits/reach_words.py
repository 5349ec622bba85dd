"""Settings of a map that are products of axes and numbers: what their words may be, and whether their units agree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

from darkpair.gen.errors import InputError, nearest
from darkpair.gen.kinds import Number, OneOf

if TYPE_CHECKING:
    from collections.abc import Mapping

    from darkpair.gen.kinds import Kind
    from darkpair.limits.reach_axes import Axis

__all__ = ["WORD", "Plane", "require_words", "word_error"]


class Plane(Protocol):
    """What is asked of a plane, see `darkpair.limits.reach_grid.Plane`."""

    @property
    def x(self) -> Axis:
        """First axis."""

    @property
    def settings(self) -> Mapping[str, str]:
        """What stands still, and what is made of axes."""

    @property
    def able(self) -> Mapping[str, Kind]:
        """Parameters of the model."""

    @property
    def names(self) -> list[str]:
        """Both axes and every setting."""

    def is_made(self, key: str) -> bool:
        """Whether a setting is made of axes and other settings."""


#: A sign or a word of a setting.
WORD: Final = re.compile(r"[*/]|[^\s*/]+")

#: Power of GeV in a unit.
_POWER: Final = re.compile(r"GeV(?:\^(-?\d+))?")


def require_words(plane: Plane) -> None:
    """Refuse settings with words that are nothing, and products that measure another thing than the parameter.

    A product of pure numbers is taken in the units of the package, as a bare number is.

    Parameters
    ----------
    plane : Plane
        The plane.

    Raises
    ------
    InputError
        In one line.
    """
    for key, text in plane.settings.items():
        kind = plane.able.get(key)
        if plane.is_made(key):
            wanted, power = None if kind is None else _power(kind), _power_of(plane, key)
            if wanted is not None and power not in (None, 0, wanted):
                raise InputError(
                    f"{key} = {text!r} is in GeV^{power}, and {key} in {_unit(wanted)}; allowed: a product or a ratio in its unit, as in m1='0.1*m2'"
                )
        elif isinstance(kind, Number) and re.search(r"[*/]", text) and not _reads(plane, kind, key, text):
            strange = [word for word in WORD.findall(text) if word not in "*/" and not _is_number(word)]
            if strange:
                raise word_error(plane, key, strange[0])


def word_error(plane: Plane, key: str, word: str) -> InputError:
    """What to raise for a word that is neither a number nor a name."""
    text, names = plane.settings[key], plane.names
    hint = nearest(word, names)
    return InputError(
        f"{key} = {text!r}: {word!r} is neither a number nor one of {', '.join(names)}{hint}; "
        "allowed: a product or a ratio, as in m1='0.1*m2'"
    )


def _power_of(plane: Plane, key: str) -> int | None:
    """Power of GeV of a setting that is made of others; None where one of them has another unit."""
    total, sign = 0, 1
    for word in WORD.findall(plane.settings[key]):
        if word in "*/":
            sign = -1 if word == "/" else 1
            continue
        power: int | None = 0
        if word in plane.able and (word in plane.names):
            power = _power(plane.able[word])
        elif plane.is_made(word):
            power = _power_of(plane, word)
        if power is None:
            return None
        total, sign = total + sign * power, 1
    return total


def _power(kind: Kind) -> int | None:
    """Power of GeV in what a parameter is kept in; None for another unit."""
    kinds = kind.kinds if isinstance(kind, OneOf) else (kind,)
    unit = next((each.unit for each in kinds if isinstance(each, Number)), None)
    if not unit:
        return None if unit is None else 0
    match = _POWER.fullmatch(unit)
    return None if match is None else int(match[1] or 1)


def _unit(power: int) -> str:
    return {0: "pure numbers", 1: "GeV"}.get(power, f"GeV^{power}")


def _reads(plane: Plane, kind: Kind, key: str, text: str) -> bool:
    """Whether a text is a value of the parameter as it stands: "1 /TeV"."""
    try:
        kind.read(text, key, plane.x.beside or {})
    except InputError:
        return False
    return True


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
