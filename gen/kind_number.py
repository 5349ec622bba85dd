"""Numbers as parameters: with a unit, a range, perhaps whole, complex, infinite or an array."""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from darkpair.gen.errors import InputError, shown
from darkpair.gen.kind import Kind
from darkpair.gen.units import Dimensionless, Unit

__all__ = ["Number", "plain"]

#: A complex number without a unit, as Python writes it.
_COMPLEX: Final = re.compile(r"[-+]?[\d.]*(?:e[-+]?\d+)?[-+]?[\d.]*(?:e[-+]?\d+)?[jJ]", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Number(Kind):
    """A number, perhaps with a unit and a range; an array of them where `arrays` says so.

    Parameters
    ----------
    measures : Unit
        What the number measures, with the unit that it is kept in.
    whole : bool
        Whether it has to be an integer.
    phase : bool
        Whether it may be complex.
    arrays : bool
        Whether NumPy arrays may stand for several points.
    infinite : bool
        Whether infinity is allowed.
    above, least, below, most : float, optional
        Ends of the range; `above` and `below` exclude theirs.
    """

    measures: Unit = Dimensionless
    whole: bool = False
    phase: bool = False
    arrays: bool = False
    infinite: bool = False
    above: float | None = None
    least: float | None = None
    below: float | None = None
    most: float | None = None

    @property
    def unit(self) -> str:  # type: ignore[override]
        """Unit in which it is kept."""
        return self.measures.symbol

    @property
    def words(self) -> str:
        """What is allowed."""
        unit = f" {self.unit}" if self.unit else ""
        ends = [
            f"above {self._end(self.above)}{unit}" if self.above is not None else "",
            f"of {self._end(self.least)}{unit} or more" if self.least is not None else "",
            f"below {self._end(self.below)}{unit}" if self.below is not None else "",
            f"of {self._end(self.most)}{unit} or less" if self.most is not None else "",
            "perhaps infinite" if self.infinite else "",
        ]
        kind = self.measures.quantity or ("a whole number" if self.whole else "a number")
        if self.phase:
            kind += ", real or complex"
        spans = " and ".join(filter(None, ends))
        return " ".join(filter(None, (kind, spans, self.measures.written)))

    def _end(self, number: float) -> str:
        """An end of the range; of whole numbers every digit, so that it can be typed."""
        return f"{int(number)}" if self.whole and math.isfinite(number) else f"{number:g}"

    @property
    def schema(self) -> dict[str, Any]:
        """A number in its range; with a unit, or a text with one."""
        number: dict[str, Any] = {"type": "integer" if self.whole else "number"}
        ends = {
            "exclusiveMinimum": self.above,
            "minimum": self.least,
            "exclusiveMaximum": self.below,
            "maximum": self.most,
        }
        number |= {key: end for key, end in ends.items() if end is not None}
        units = "|".join(name.replace("^", r"\^").replace("/", r"\/") for name in self.measures.units)
        unit = rf"\s*({units})?" if units else ""
        spelled = {"type": "string", "pattern": rf"^\s*[-+]?([0-9.]+([eE][-+]?[0-9]+)?|inf){unit}\s*$"}
        texts = [spelled] if units or self.infinite else []
        if self.phase:
            texts = [{"type": "string"}]
        return {"anyOf": [number, *texts]} if texts else number

    def read(self, value: Any, what: str, beside: Mapping[str, Any]) -> Any:
        """A float, an int where it has to be whole, or an array of numbers."""
        if type(value) is float:  # (nearly always, and models are made by the thousand)
            return self._real(value, value, what)
        if self.arrays and hasattr(value, "dtype"):
            value = plain(value, what)
            if value.ndim:
                return self._array(value, what)
            value = value.item()
        number = self._spelled(value, what, beside) if isinstance(value, str) else value
        if isinstance(number, bool) or not isinstance(number, numbers.Number):
            raise self.refused(value, what)
        if isinstance(number, numbers.Real):
            return self._real(number, value, what)
        if not self.phase or not isinstance(number, numbers.Complex):
            raise self.refused(value, what)
        number = complex(number)
        if not (math.isfinite(number.real) and math.isfinite(number.imag)):
            raise self.refused(value, what)
        return number if number.imag else self._real(number.real, value, what)

    def _array(self, array: Any, what: str) -> Any:
        """The array as it is, of doubles; the first number of it that is none of these is named."""
        if array.dtype.kind not in ("iufc" if self.phase else "iuf"):
            raise self.refused(array, what)
        array = array.astype("complex128" if array.dtype.kind == "c" else "float64", copy=False)
        size = abs(array)
        fine = (size <= math.inf if self.infinite else size < math.inf) & self._inside(array)
        if not fine.all():
            at = [int(i[0]) for i in (~fine).nonzero()]
            raise self.refused(array[tuple(at)].item(), what, f" at {at}")
        return array

    def _inside(self, number: Any) -> Any:
        """Whether a number, or each of an array, is in the range."""
        inside: Any = True
        if self.above is not None:
            inside = inside & (number > self.above)
        if self.least is not None:
            inside = inside & (number >= self.least)
        if self.below is not None:
            inside = inside & (number < self.below)
        if self.most is not None:
            inside = inside & (number <= self.most)
        return inside

    def _spelled(self, text: str, what: str, beside: Mapping[str, Any]) -> complex:
        """Number of a text."""
        if len(text) > 400:
            raise self.refused(text, what)
        if self.phase:
            plain = "".join(text.split())
            name = max((unit for unit in self.measures.units if plain.endswith(unit)), key=len, default="")
            with suppress(ValueError):
                number = complex(plain.removesuffix(name))
                if number.imag:
                    return self.measures.scaled(number, name, beside)
        elif _COMPLEX.fullmatch("".join(text.split())):
            raise InputError(f"{what} = {shown(text)}; allowed: a real number, {self.words}")
        try:
            return self.measures.number(text, what=what, beside=beside)
        except InputError as error:
            if self.whole and " is not a number;" in str(error):
                raise self.refused(text, what, " is not a number") from None
            raise

    def _real(self, number: Any, value: Any, what: str) -> float | int:
        try:
            result = float(number)
        except OverflowError:
            raise InputError(
                f"{what} = {shown(value)} is beyond what the computer's arithmetic holds; allowed: {self.words}"
            ) from None
        if math.isnan(result) or (math.isinf(result) and not self.infinite):
            raise self.refused(value, what)
        if not self._inside(number if isinstance(number, int) else result):  # (2^64 - 1 is no float)
            raise self.refused(value, what)
        if not self.whole:
            return result
        if result != int(result) or (isinstance(number, float) and abs(result) >= 2.0**53):
            raise self.refused(value, what)
        return int(number)


def plain(array: Any, what: str) -> Any:
    """The NumPy array behind an array: one that hides numbers, or has a unit of its own, would be read without either.

    Parameters
    ----------
    array : object
        What has a ``dtype``: an array of NumPy or of somebody else's, as a column of pandas.
    what : str
        Key of the value, for the message.

    Raises
    ------
    InputError
        For a masked array of which something is hidden, one with a unit, and one that is no array of NumPy's.
    """
    import numpy as np

    if type(array) is np.ndarray or isinstance(array, np.generic):
        return array
    hidden = np.any(np.ma.getmaskarray(array)) if isinstance(array, np.ma.MaskedArray) else False
    unit = next((getattr(array, name) for name in ("unit", "units") if hasattr(array, name)), None)
    if hidden or unit is not None:
        why = "hides numbers behind its mask" if hidden else f"has a unit of its own, {shown(str(unit))}"
        way = "what is not hidden, as its compressed() has it" if hidden else "plain numbers in our unit"
        raise InputError(f"{what}: a {type(array).__name__} that {why}; allowed: {way}")
    try:
        return np.asarray(array)
    except Exception as error:
        raise InputError(
            f"{what}: a {type(array).__name__} is no array of NumPy's ({type(error).__name__}: {error}); allowed: numpy.asarray of it"
        ) from error
