"""How a check fails: with what it saw, and by chance once in a million."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from darkpair.gen.errors import DarkpairError

__all__ = ["FAILURE_RATE", "failing"]

#: Probability with which a statistical check fails although all is well.
FAILURE_RATE: Final = 1e-6


@contextmanager
def failing() -> Iterator[None]:
    """Make an AssertionError of what darkpair refuses."""
    try:
        yield
    except DarkpairError as error:
        raise AssertionError(str(error)) from error
