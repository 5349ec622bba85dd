"""Faults of a data file, which are said together: who writes one mends all of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from darkpair.gen.errors import DarkpairError, InputError

__all__ = ["Faults"]


class Faults:
    """Faults of one file, kept until all of it was looked at."""

    def __init__(self) -> None:
        self._kept: list[DarkpairError] = []

    def __len__(self) -> int:
        return len(self._kept)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep what is refused inside, and go on."""
        try:
            yield
        except DarkpairError as error:
            self._kept.append(error)

    def refuse(self) -> None:
        """Raise what was kept: a fault as it is, several in one line.

        Raises
        ------
        DarkpairError
            The fault; an InputError of several.
        """
        if len(self._kept) == 1:
            raise self._kept[0]
        if self._kept:
            first, *others = map(str, self._kept)
            raise InputError(f"{first}; and {len(others)} more: {'; '.join(others)}") from self._kept[0]
