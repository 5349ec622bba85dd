"""What an object shows of itself where its constructor failed: tracebacks and debuggers ask then, and should not fail on top of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

__all__ = ["of_half_made"]

_T = TypeVar("_T")


def of_half_made(show: Callable[[_T], str]) -> Callable[[_T], str]:
    """A ``__repr__`` that says of an object which is not whole that it is none, in place of raising; for a decorator."""

    @wraps(show)
    def shown(self: _T) -> str:
        try:
            return show(self)
        except Exception:  # noqa: BLE001 (anything may be missing, or be what the constructor refused)
            return f"<{type(self).__name__} that was not made>"

    return shown
