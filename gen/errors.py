"""The ways in which a request can be wrong, each one clear line."""

from __future__ import annotations

import math
import re
from difflib import get_close_matches
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "ClosedChannelError",
    "DarkpairError",
    "DarkpairWarning",
    "EarlyWarning",
    "InputError",
    "UnknownNameError",
    "nearest",
    "one_line",
    "shown",
]

#: Most characters of a user's value that a message repeats.
LONGEST: Final = 80

#: What ends a line, moves a terminal's cursor, or is a byte of a file's name that is no text.
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class DarkpairError(Exception):
    """Anything that darkpair refuses; the message says what, what is allowed and what to do."""

    def __str__(self) -> str:
        return one_line(super().__str__())


class DarkpairWarning(UserWarning):
    """What was done otherwise than somebody may expect, in one line; the command line prints it and goes on."""


class EarlyWarning(DarkpairWarning):
    """What somebody wants to know before a command has done anything; the command line prints it at once."""


class InputError(DarkpairError, ValueError):
    """A value that makes no sense: what happened with values and units, what is allowed, what to do."""


class ClosedChannelError(InputError):
    """A decay that energy conservation forbids."""


class UnknownNameError(DarkpairError, KeyError):
    """A name that nothing carries; the message lists the known ones and the nearest, after the key that gave it.

    What is `near` is said instead of the nearest of the known ones, where they are not all; what else can be done, `more`, last.
    """

    def __init__(
        self, kind: str, name: str, allowed: Iterable[str], key: str = "", near: str = "", more: str = ""
    ) -> None:
        self.kind, self.name, self.allowed = kind, name, tuple(allowed)
        self.key, self.near, self.more = key, near, more
        # the arguments, so that the error survives pickling
        super().__init__(kind, name, self.allowed, key, near, more)

    def at(self, key: str) -> UnknownNameError:
        """The same with the key that gave the name."""
        return UnknownNameError(self.kind, self.name, self.allowed, key, self.near, self.more)

    def __str__(self) -> str:
        before = f"{self.key}: " if self.key else ""
        words = ", ".join(self.allowed)
        near = nearest(self.near, [self.near]) if self.near else nearest(self.name, self.allowed)
        more = f"; {self.more}" if self.more else ""
        return one_line(f"{before}unknown {self.kind} {shown(self.name)}{near}; known: {words}{more}")


def one_line(text: str) -> str:
    """Text with spaces for ends of lines, and other signs that are not shown spelled: names in files may hold anything."""
    return _CONTROL.sub(
        lambda sign: " " if sign[0].isspace() else sign[0].encode("unicode_escape").decode(), text
    )


def nearest(name: Any, names: Iterable[str]) -> str:
    """Hint naming the known word closest to `name`, or an empty string."""
    if (
        not isinstance(name, str) or len(name) > LONGEST
    ):  # (no name of ours, and the nearest takes the square of its length)
        return ""
    words = list(names)
    same = [word for word in words if word.lower() == name.lower()]
    match = same or get_close_matches(name, words, n=1, cutoff=0.5)
    return f" (did you mean {match[0]!r}?)" if match else ""


def shown(value: object) -> str:
    """Value as a message repeats it: Python's spelling in one line of at most some 80 characters, its middle left out.

    Examples
    --------
    >>> shown("430 MeV")
    "'430 MeV'"
    >>> shown("0" * 2000)
    "'00000000000000000000000000000000000 ... 00000000000000000000000000000000000' (2000 characters)"
    """
    try:
        text = " ".join(repr(str(value) if isinstance(value, PurePath) else value).split())
    except Exception:  # noqa: BLE001 (a stranger's repr may fail in any way, and an int of 4300 digits has none)
        if isinstance(value, int):
            return f"a whole number of some {int(value.bit_length() * math.log10(2.0)) + 1} digits"
        return f"a {type(value).__name__} that cannot be shown"
    if len(text) <= LONGEST:
        return text
    half = (LONGEST - 8) // 2
    size = f"{len(value)} characters" if isinstance(value, str) else type(value).__name__
    return f"{text[:half]} ... {text[-half:]} ({size})"
