"""Lines of text as columns of numbers: tables of many lines read at once, and checked token by token."""

from __future__ import annotations

import re
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.sources.text_numbers import counted

__all__ = ["BadRowError", "Lines", "Table"]

Index = NDArray[np.int64]

_SPACE: Final = 32
_INT32: Final = np.iinfo(np.int32)


_NUMBER: Final = re.compile(rb"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|nan|inf|infinity)", re.IGNORECASE)
_NOT_FINITE: Final = re.compile(rb"(?<= )[+-]?(?:nan|inf|infinity)(?=[ \n])", re.IGNORECASE)
#: Characters of a number by what they are, a bit each, and the bits of what may follow.
_BLANK, _DIGIT, _SIGN, _POINT, _POWER = 1, 2, 4, 8, 16
_CLASSES: Final = ((b" \n", _BLANK), (b"0123456789", _DIGIT), (b"+-", _SIGN), (b".", _POINT), (b"eE", _POWER))
_FOLLOWS: Final = {
    _BLANK: _BLANK | _DIGIT | _SIGN | _POINT,
    _DIGIT: _BLANK | _DIGIT | _POINT | _POWER,
    _SIGN: _DIGIT | _POINT,
    _POINT: _BLANK | _DIGIT | _POWER,
    _POWER: _DIGIT | _SIGN,
}
#: The same without digits and signs: one point at most, and one power behind it.
_NEXT: Final = {_BLANK: _BLANK | _POINT | _POWER, _POINT: _BLANK | _POWER, _POWER: _BLANK}


class BadRowError(Exception):
    """A row that is not as it has to be, and why."""

    def __init__(self, row: int, why: str) -> None:
        self.row, self.why = row, why
        super().__init__(row, why)


class Lines:
    """A text in lines, whatever ends them: line feeds, carriage returns, both, or the text's end; tabs are spaces.

    Parameters
    ----------
    text : bytes
        The text.
    """

    def __init__(self, text: bytes) -> None:
        self.bytes = np.frombuffer(bytearray(text) + b"\n \n", dtype=np.uint8)
        if b"\r" in text:
            self.bytes[self.bytes == 13] = 10
        if b"\t" in text:
            self.bytes[self.bytes == 9] = _SPACE
        self.ends = np.flatnonzero(self.bytes == 10)[:-1]
        self.starts = np.concatenate([[0], self.ends[:-1] + 1])
        first, second = self.bytes[self.starts], self.bytes[self.starts + 1]
        #: What a line is about: its first character where a space or nothing follows, else 0.
        self.kind = np.where((second == _SPACE) | (second == 10), first, 0).astype(np.uint8)

    def text(self, line: int) -> bytes:
        """A line without its end."""
        return self.bytes[self.starts[line] : self.ends[line]].tobytes()

    def begins(self, word: bytes) -> NDArray[np.bool_]:
        """Which lines begin with a word."""
        out: NDArray[np.bool_] = (self.bytes[self.starts] == word[0]) & (
            self.bytes[self.starts + 1] == word[1]
        )
        for line in np.flatnonzero(out):
            out[line] = self.bytes[self.starts[line] : self.starts[line] + len(word)].tobytes() == word
        return out


class Table:
    """Some lines of a text as rows of tokens, the first character of each line left out.

    Parameters
    ----------
    lines : Lines
        The text.
    rows : ndarray of int, (n,)
        Which lines, growing.
    blank : bytes
        Characters that part tokens as spaces do.
    """

    def __init__(self, lines: Lines, rows: Index, blank: bytes = b"") -> None:
        starts, ends = lines.starts[rows], lines.ends[rows] + 1
        inside = _inside(len(lines.bytes), starts, ends)
        self.bytes = lines.bytes[inside]
        self.ends = np.cumsum(ends - starts)
        self.starts = self.ends - (ends - starts)
        self.bytes[self.starts] = _SPACE
        #: Where those characters stand, by character.
        self.marks = {chr(mark): np.flatnonzero(self.bytes == mark) for mark in blank}
        for mark in blank:
            self.bytes[self.bytes == mark] = _SPACE
        space = (self.bytes == _SPACE) | (self.bytes == 10)
        edges = np.flatnonzero(space[1:] != space[:-1]) + 1
        self.begins, self.stops = (
            edges[0::2],
            edges[1::2],
        )  # of the tokens: a row begins and ends with a space
        #: Index of each row's first token, and of the one after the last, (n + 1,).
        self.tokens = np.concatenate([[0], np.searchsorted(self.begins, self.ends)])

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def counts(self) -> Index:
        """How many tokens each row has, (n,)."""
        return np.diff(self.tokens)

    def before(self, places: Index) -> Index:
        """How many tokens of the table begin before each of those places."""
        return np.searchsorted(self.begins, places)

    def require(self, least: int, each: int = 0) -> None:
        """Refuse a row with another number of tokens, or one that is no number.

        With `each`, the last of the least tells how many times that many follow.
        """
        counts = self.counts
        expected = np.full(len(self), least)
        short = np.flatnonzero(counts < expected)
        if not len(short):
            self.require_numbers()
        if each and not len(short):
            expected += each * np.maximum(self.integers((least - 1,))[:, 0], 0)
        for k in np.flatnonzero(counts != expected)[:1] if not len(short) else short[:1]:
            raise BadRowError(int(k), f"has {counts[k]} of {expected[k]} numbers")

    def require_numbers(self) -> None:
        """Refuse a token that is no number, be it of use or not."""
        text = self.bytes.tobytes()
        if _all_numbers(text) or _all_numbers(_NOT_FINITE.sub(b"0", text)):
            return
        for token, (begin, stop) in enumerate(zip(self.begins, self.stops, strict=True)):
            if not _NUMBER.fullmatch(text, begin, stop):
                raise self._no_number(token, "number")

    def integers(self, columns: tuple[int, ...]) -> Index:
        """Whole numbers in those columns, each of 32 bits, (n, columns)."""
        if not len(self):
            return np.empty((0, len(columns)), dtype=np.int64)
        at = (self.tokens[:-1, None] + np.array(columns)).ravel()
        values = self.numbers(at, np.int64).reshape(len(self), len(columns))
        bad = np.flatnonzero(((values < _INT32.min) | (values > _INT32.max)).any(axis=1))
        if len(bad):
            raise BadRowError(int(bad[0]), f"has a number that is not between {_INT32.min} and {_INT32.max}")
        return values

    def floats(self, first: int, last: int) -> NDArray[np.float64]:
        """Numbers in the columns first to last - 1, (n, last - first)."""
        if not len(self):
            return np.empty((0, last - first))
        at = (self.tokens[:-1, None] + np.arange(first, last)).ravel()
        return self.numbers(at, np.float64).reshape(len(self), last - first)

    def numbers(self, tokens: Index, dtype: Any) -> NDArray[Any]:
        """Those tokens of the table, growing, as numbers."""
        inside = _inside(len(self.bytes), self.begins[tokens], self.stops[tokens] + 1)
        values = counted(self.bytes[inside].tobytes(), dtype, len(tokens))
        if values is not None:
            return values
        for token in tokens:
            text = self.bytes[self.begins[token] : self.stops[token]].tobytes()
            if counted(text, dtype, 1) is None:
                raise self._no_number(int(token), "whole number" if dtype is np.int64 else "number")
        raise AssertionError("each token is a number, and all of them are not")

    def _no_number(self, token: int, kind: str) -> BadRowError:
        text = self.bytes[self.begins[token] : self.stops[token]][:40].tobytes()
        row = int(np.searchsorted(self.tokens, token, side="right")) - 1
        return BadRowError(row, f"has {text.decode(errors='replace')!r}, which is no {kind}")

    def mark_counts(self, mark: str) -> Index:
        """How often one of those characters stands in each row, (n,)."""
        return np.diff(np.searchsorted(self.marks[mark], np.concatenate([[0], self.ends])))

    def first_mark(self, mark: str) -> Index:
        """Where one of those characters stands first in each row, or the row's end, (n,)."""
        at = np.append(self.marks[mark], len(self.bytes))
        first: Index = np.minimum(at[np.searchsorted(at, self.starts)], self.ends)
        return first


def _inside(size: int, starts: Index, ends: Index) -> NDArray[np.bool_]:
    """Whether each of so many places lies in one of the ranges, which grow and do not overlap."""
    lengths = np.empty(2 * len(starts) + 1, dtype=np.int64)  # of what is outside and inside in turn
    lengths[1::2] = ends - starts
    lengths[2::2] = np.append(starts[1:], size) - ends
    lengths[0] = starts[0] if len(starts) else size
    return np.repeat(np.arange(len(lengths)) % 2 == 1, lengths)


def _table(values: dict[int, int]) -> bytes:
    """What `bytes.translate` makes of each character of a number, and 0 of any other."""
    out = bytearray(256)
    for characters, kind in _CLASSES:
        for character in characters:
            out[character] = values.get(kind, 0)
    return bytes(out)


_IS: Final = _table({kind: kind for _, kind in _CLASSES})
_ALLOWS, _ALLOWS_NEXT = _table(_FOLLOWS), _table(_NEXT)


def _all_numbers(text: bytes) -> bool:
    """Whether each word of a text that begins and ends blank is a number, if no nan or infinity."""
    kind, allowed = (np.frombuffer(text.translate(table), dtype=np.uint8) for table in (_IS, _ALLOWS))
    if not (allowed[:-1] & kind[1:]).all():
        return False
    if ((kind[1:-1] == _POINT) & ((kind[:-2] | kind[2:]) & _DIGIT == 0)).any():
        return False
    marks = text.translate(None, b"0123456789+-")
    kind, allowed = (np.frombuffer(marks.translate(table), dtype=np.uint8) for table in (_IS, _ALLOWS_NEXT))
    return bool((allowed[:-1] & kind[1:]).all())
