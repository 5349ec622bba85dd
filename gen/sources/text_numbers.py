"""Numbers of a text, many at once and each to its last bit, as C, C++, Python and Fortran print them."""

from __future__ import annotations

import re
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic_core import from_json

from darkpair.gen.errors import shown
from darkpair.gen.kinematics import Array

__all__ = ["NotANumberError", "counted", "first_in_line", "numbers", "whole", "word_places"]

_WHITE: Final = b" \t\n\r\x0b\x0c"  # what parts words, as bytes.split has it
_IS_WHITE: Final = np.isin(np.arange(256), list(_WHITE))
_PLAIN: Final = b"0123456789+-.eE" + _WHITE
#: 1.5D+02, and 1.5+102: where three digits of the exponent leave Fortran no room for the letter.
_FORTRAN: Final = re.compile(rb"([+-]?(?:\d+\.?\d*|\.\d+))(?:[eEdD]|(?=[+-]))([+-]?\d+)")


class NotANumberError(ValueError):
    """A word of a text that is no number."""


def word_places(text: bytes) -> NDArray[np.int64]:
    """Where each word of a text begins [bytes]."""
    white = _IS_WHITE[np.frombuffer(text, dtype=np.uint8)]
    return np.flatnonzero(~white & np.concatenate([[True], white[:-1]]))


def first_in_line(text: bytes, places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the words that begin there are the first of a line."""
    characters = np.frombuffer(text, dtype=np.uint8)
    ends = np.flatnonzero((characters == ord("\n")) | (characters == ord("\r")))
    return np.diff(np.searchsorted(ends, places), prepend=-1) > 0


def numbers(text: bytes) -> Array:
    """Every word of a text as a double.

    Raises
    ------
    NotANumberError
        For a word that is none.
    """
    words = text.split()
    values = _plain(text, words)
    return np.array([_number(word) for word in words], dtype=np.float64) if values is None else values


def counted(text: bytes, dtype: type[np.int64 | np.float64], count: int) -> NDArray[Any] | None:
    """So many numbers of a text in the spelling of C, which is that of formats that know no Fortran; None if there are others, or none.

    Parameters
    ----------
    text : bytes
        The text.
    dtype : type
        Type of the numbers. Whole numbers beyond 64 bits are the last of these.
    count : int
        How many they have to be.
    """
    if not count:
        return np.empty(0, dtype=dtype)
    values = _plain(text, text.split()) if dtype is np.float64 else None
    if values is None:  # whole numbers (0.05 us each, and 0.2 us by the parser of JSON), and nan, inf
        try:
            values = np.fromstring(text, dtype=dtype, sep=" ")
        except (ValueError, DeprecationWarning):  # (before NumPy 2.4 a warning, and what was read until then)
            return None
    return values if len(values) == count else None


def _plain(text: bytes, words: list[bytes]) -> Array | None:
    """Words of a text as doubles; None if another sign than those of C's numbers is in it, or one of them is none.

    Measured for words of 10 to 20 characters, each: 0.15 to 0.4 us by the parser of JSON, 0.2 to 0.3 us by Python's float, 0.2 to 0.5 us
    by NumPy's fromstring.
    """
    if text.translate(None, _PLAIN):
        return None
    listed = b"[,%b,]" % b",".join(words)
    for other, of_json in (
        (b".,", b".0,"),
        (b",+", b","),
        (b"-0,", b"-0.0,"),
    ):  # JSON has no "9." and "+1", and -0 is 0
        listed = listed.replace(other, of_json)
    try:
        values = np.array(from_json(b"[" + listed[2:-2] + b"]"), dtype=np.float64)
        if len(values) == len(words) and b"+-" not in text:  # (a sign alone, or two of them, are no numbers)
            return values
    except (ValueError, OverflowError):
        pass
    try:
        return np.array(list(map(float, words)), dtype=np.float64)
    except ValueError:
        return None


def _number(word: bytes) -> float:
    if fits := _FORTRAN.fullmatch(word):
        return float(fits[1] + b"e" + fits[2])
    try:
        if b"_" not in word:  # Python's own way to write a thousand
            return float(word)
    except ValueError:
        pass
    raise NotANumberError(f"{shown(word.decode(errors='replace'))} is no number")


def whole(values: Array) -> NDArray[np.bool_]:
    """Which of the numbers are whole numbers of 32 bits."""
    with np.errstate(invalid="ignore"):
        return np.asarray((np.abs(values) < 2.0**31) & (values == np.floor(values)))
