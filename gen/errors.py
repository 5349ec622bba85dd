"""The ways in which a request can be wrong, each one clear line."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ClosedChannelError", "DarkpairError", "InputError", "UnknownNameError", "nearest"]


class DarkpairError(Exception):
    """Anything that darkpair refuses; the message says what, what is allowed and what to do."""


class InputError(DarkpairError, ValueError):
    """A value that makes no sense: what happened with values and units, what is allowed, what to do."""


class ClosedChannelError(InputError):
    """A decay that energy conservation forbids."""


class UnknownNameError(DarkpairError, KeyError):
    """A name that nothing carries; the message lists the known ones and the nearest."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name, self.known = kind, name, tuple(known)
        super().__init__(kind, name, self.known)  # the arguments, so that the error survives pickling

    def __str__(self) -> str:
        return f"unknown {self.kind} {self.name!r}{nearest(self.name, self.known)}; known: {', '.join(self.known)}"


def nearest(name: str, known: Iterable[str]) -> str:
    """Hint naming the known word closest to `name`, or an empty string."""
    words = list(known)
    same = [word for word in words if word.lower() == name.lower()]
    match = same or get_close_matches(name, words, n=1, cutoff=0.5)
    return f" (did you mean {match[0]!r}?)" if match else ""
