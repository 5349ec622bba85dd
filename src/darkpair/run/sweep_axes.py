"""What a sweep goes over: keys of a job with their values, as the command line or Python gives them, and names of points."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from darkpair.gen.errors import InputError, shown
from darkpair.gen.units import Angle, Energy, Length, split_quantity
from darkpair.job.settings import as_written, key_parts

__all__ = ["Axis", "axes_of", "point_names", "require_apart", "spelled", "values_of"]

#: Characters of a name of a folder that mean nothing to a shell, a URL, ROOT or any file system.
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._+=,-]+")
#: Longest name of a point; file systems take 255 bytes.
_LONGEST: Final = 120
_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}
#: What stands before a quotation mark that opens a text; behind a letter it is an apostrophe, as in eta'.
_BEFORE_A_TEXT: Final = " \t\n,=([{"


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A key of a job and the values that it takes.

    Parameters
    ----------
    key : str
        As ``--set`` takes it: ``chain.mass.X2``.
    values : tuple
        As a job file has them.
    """

    key: str
    values: tuple[Any, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Each value as a text."""
        return tuple(spelled(value) for value in self.values)

    @property
    def numbers(self) -> tuple[tuple[float, ...], str] | None:
        """Values as numbers and the unit that they have in common; None where they are no numbers, or not of one kind."""
        split = [split_quantity(text) for text in self.texts]
        pairs = [pair for pair in split if pair is not None and math.isfinite(pair[0])]
        if len(pairs) < len(self.values) or any(isinstance(value, bool) for value in self.values):
            return None
        units = {unit for _, unit in pairs}
        if len(units) == 1:
            return tuple(number for number, _ in pairs), units.pop()
        for kind in (Energy, Length, Angle):  # a bare number has the unit in which the job keeps it
            if units <= {*kind.units, ""}:
                return tuple(kind.scaled(number, unit, {}) for number, unit in pairs), kind.symbol
        return None

    def columns(self, value: Any) -> dict[str, Any]:
        """Columns of a table at a value: as it was given, and its number where it has a unit."""
        columns = {self.key: value if isinstance(value, str | int | float) else spelled(value)}
        if self.numbers is not None and self.numbers[1]:
            numbers, unit = self.numbers
            columns[f"{self.key} [{unit}]"] = numbers[self.texts.index(spelled(value))]
        return columns


def axes_of(scans: Sequence[str] | Mapping[str, Any]) -> tuple[Axis, ...]:
    """Axes of a sweep.

    Parameters
    ----------
    scans : sequence of str, or mapping
        Texts ``section.key=value, value`` as those of ``--scan``; or values by their keys, a sequence or such a text.

    Raises
    ------
    InputError
        For a text that is none of these, a key that is given twice or inside of another one, and a value given twice.
    """
    axes: list[Axis] = []
    for key, given in scans.items() if isinstance(scans, Mapping) else map(_split, scans):
        values = values_of(key, given) if isinstance(given, str) else given
        if not isinstance(values, Sequence | np.ndarray):
            raise InputError(
                f"scan {key} = {shown(values)}; allowed: a list of values, or a text as '200 MeV, 300 MeV'"
            )
        plain = (value.item() if hasattr(value, "item") else value for value in values)  # (numpy's)
        axis = Axis(key=str(key).strip(), values=tuple(plain))
        if not axis.values:
            raise InputError(
                f"scan {key} has no value; allowed: at least one, as in {key}='200 MeV, 300 MeV'"
            )
        twice = [text for text, count in Counter(axis.texts).items() if count > 1]
        if twice:
            raise InputError(f"scan {key}: {shown(twice[0])} is given twice; leave one of them out")
        for other in axes:
            if _inside(key, other.key) or _inside(other.key, key):
                raise InputError(
                    f"scan {key} beside {other.key}: one sets the other; give all of its values in one scan"
                )
        axes.append(axis)
    if not axes:
        raise InputError("a sweep needs a key and its values, as in chain.mass.X2='200 MeV, 300 MeV'")
    return tuple(axes)


def require_apart(axes: Sequence[Axis], given: Mapping[str, Any], how: str) -> None:
    """Refuse what is set and would be overwritten at every point.

    Parameters
    ----------
    axes : sequence of Axis
    given : mapping
        What is set beside the scan, by its keys.
    how : str
        How it was set, for the message.

    Raises
    ------
    InputError
    """
    for axis in axes:
        for key, value in given.items():
            if value is not None and _inside(key, axis.key):
                raise InputError(f"{key} is scanned, and {how} too ({shown(value)}); leave one of them out")


def values_of(key: str, text: str) -> list[Any]:
    """Values of a text ``value, value``, split at commas outside of quotation marks and brackets, each as ``--set`` reads it.

    Examples
    --------
    >>> values_of("chain.modes", "['X1 pi0', 'X1 eta'], [], eta' X1")
    [['X1 pi0', 'X1 eta'], [], "eta' X1"]

    Raises
    ------
    InputError
        For an empty value, a bracket or a quotation mark that is open or closed alone.
    """
    parts = [part.strip() for part in _parts(key, text)]
    if not all(parts):
        raise InputError(
            f"scan {key} = {shown(text)} has an empty value; allowed: values with commas between them"
        )
    return [as_written(part, key) for part in parts]


def spelled(value: Any) -> str:
    """A value as a text: of a text itself, of a number its digits, of a list or table its JSON."""
    if isinstance(value, str | dt.date | dt.time):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return json.dumps(value, ensure_ascii=False, default=str)


def point_names(points: Sequence[Mapping[str, Any]]) -> list[str]:
    """Name of each point, a folder's: ``chain.mass.X2=200MeV``; with some digits of what was written where that is not all of it.

    Parameters
    ----------
    points : sequence of mapping
        Values by their keys; no two points are equal.
    """
    texts = [[f"{key}={spelled(value)}" for key, value in point.items()] for point in points]
    plain = [",".join("".join(word.split()) for word in text) for text in texts]
    names = [_UNSAFE.sub("_", word)[:_LONGEST] for word in plain]
    count = Counter(name.lower() for name in names)  # some file systems know no capitals
    return [
        name if name == word and count[name.lower()] == 1 else f"{name}-{_digits(text)}"
        for name, word, text in zip(names, plain, texts, strict=True)
    ]


def _digits(text: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(text).encode()).hexdigest()[:8]


def _split(scan: str) -> tuple[str, str]:
    """Key and values of a text."""
    key, sign, values = scan.partition("=")
    if not sign or not key.strip():
        raise InputError(
            f"--scan {shown(scan)}; allowed: section.key=value, value, as in chain.mass.X2='200 MeV, 300 MeV'"
        )
    return key.strip(), values


def _parts(key: str, text: str) -> Iterator[str]:
    """The text between commas outside of quotation marks and brackets."""
    open_brackets: list[str] = []
    quote, start = "", 0
    for i, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote and (quote == "'" or text[i - 1] != "\\") else quote
        elif sign in "\"'" and (i == 0 or text[i - 1] in _BEFORE_A_TEXT):
            quote = sign
        elif sign in _CLOSING:
            open_brackets.append(_CLOSING[sign])
        elif sign in _CLOSING.values():
            if not open_brackets or open_brackets.pop() != sign:
                raise InputError(
                    f"scan {key} = {shown(text)}: {sign!r} closes nothing; allowed: brackets in pairs"
                )
        elif sign == "," and not open_brackets:
            yield text[start:i]
            start = i + 1
    if quote or open_brackets:
        raise InputError(
            f"scan {key} = {shown(text)}: {quote or open_brackets[-1]!r} is missing at its end; close what is open"
        )
    yield text[start:]


def _inside(key: str, table: str) -> bool:
    """Whether a key is a table's, or is it."""
    inner, outer = key_parts(key.strip()), key_parts(table.strip())
    return inner[: len(outer)] == outer
