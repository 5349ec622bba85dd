"""What readers of texts of events have in common: places that are remembered, pieces read once, mothers by their numbers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array
from darkpair.gen.sources.event_listing import Listing, MoreMothers, readable
from darkpair.gen.sources.text_numbers import whole
from darkpair.gen.sources.unpacked import unpacked

__all__ = ["STRIDE", "TextReader", "mothers", "particle_place", "whole_numbers"]

Index = NDArray[np.int64]

#: Events between two places that are remembered.
STRIDE: Final = 64
_TEXT: Final = 1 << 22  # bytes that are read at once, or the text of `STRIDE` events
_EVENTS: Final = 1024
#: Mothers beyond the first that the events of one reading may have: 16 of each of a million particles.
_MOST_MOTHERS: Final = 1 << 24


class TextReader(ABC):
    """Reader of a text of events, perhaps compressed.

    Parameters
    ----------
    path : str
        The file.
    """

    kind: str
    names: frozenset[str]
    ours = True
    length_unit = "mm"

    def __init__(self, path: str) -> None:
        self.path = path
        self.entries, self._places = self.find_places()
        longest = max(np.diff(self._places), default=1)
        self.step = STRIDE * int(np.clip(_TEXT // max(longest, 1), 1, _EVENTS // STRIDE))
        self._last: tuple[int, int, tuple[Listing, MoreMothers]] | None = None

    @abstractmethod
    def find_places(self) -> tuple[int, list[int]]:
        """Number of events; where every 64th of them begins, and where the text of the last one ends [bytes]."""

    @abstractmethod
    def parsed(self, text: bytes, first: int, skip: int, count: int) -> tuple[Listing, MoreMothers]:
        """All quantities of some events.

        Parameters
        ----------
        text : bytes
            Text that begins with an event.
        first : int
            Which event the first of them is, for messages.
        skip, count : int
            How many events are left out at the beginning, and how many are read then.
        """

    def read(self, first: int, last: int, names: Sequence[str]) -> Listing:
        """Those quantities of the events first to last - 1."""
        (offsets, particles, events), _ = self._piece(first, last)
        return (
            offsets,
            {name: particles[name] for name in names if name in particles},
            {name: events[name] for name in names if name in events},
        )

    def more_mothers(self, first: int, last: int) -> MoreMothers:
        """Mothers beyond the first; see `darkpair.gen.sources.event_listing.Reader`."""
        return self._piece(first, last)[1]

    def _piece(self, first: int, last: int) -> tuple[Listing, MoreMothers]:
        """Events first to last - 1, kept until others are asked for."""
        if self._last is None or self._last[:2] != (first, last):
            begin, end = first // STRIDE, min(-(-last // STRIDE), len(self._places) - 1)
            with readable(self.path):
                with unpacked(self.path) as file:
                    file.seek(self._places[begin])
                    text = file.read(self._places[end] - self._places[begin])
                self._last = first, last, self.parsed(text, first, first - begin * STRIDE, last - first)
        return self._last[2]


def particle_place(row: int, offsets: Index, event: int) -> str:
    """Words for the particle of a row, where the lists begin at those offsets, that of the first one's event at 0."""
    at = int(np.searchsorted(offsets, row, side="right")) - 1
    return f"in event {event + at} particle {row - offsets[at] + 1}"


def mothers(
    first: Index, last: Index, offsets: Index, path: str, event: int, what: str = "mothers"
) -> tuple[NDArray[np.int32], MoreMothers]:
    """Mothers that a text gives by their numbers in the event's list, from 1.

    Parameters
    ----------
    first, last : ndarray of int, (k,)
        Number of the first and of the last mother of each particle, with all between; a `last` of 0, or the same again, is no
        other, and a smaller one is another without those between.
    offsets : ndarray of int, (n + 1,)
        Where the list of each event begins.
    path : str
        The file, for messages.
    event : int
        Which event the first one is, for messages.
    what : str
        What they are, for messages: it may be daughters as well.

    Returns
    -------
    mother : ndarray of int32, (k,)
        Index of the first mother in the event's list, -1 for none.
    more : tuple of ndarrays
        Mothers beyond it, as `Reader.more_mothers` has them.

    Raises
    ------
    InputError
        For a mother that is not in the event's list, and for too many of them.
    """
    counts = np.diff(offsets)
    size, start = np.repeat(counts, counts), np.repeat(offsets[:-1], counts)
    bad = np.flatnonzero((np.minimum(first, last) < 0) | (np.maximum(first, last) > size))
    if len(bad):
        row = int(bad[0])
        raise InputError(
            f"{path!r}: {particle_place(row, offsets, event)} has the {what} {first[row]} and {last[row]}, and there are {size[row]} particles; allowed: 0 to {size[row]}; correct "
            "the file"
        )
    begin = np.where(first == 0, last, first)
    other = np.where((last > 0) & (last < begin), last, begin + 1)  # the first one beyond
    number = np.where((last == 0) | (last == begin), 0, np.where(last < begin, 1, last - begin))
    total = int(number.sum())
    if total > _MOST_MOTHERS:
        row = int(np.argmax(np.cumsum(number) > _MOST_MOTHERS))
        raise InputError(
            f"{path!r}: {particle_place(row, offsets, event)} is the last of some with {total:,} {what} beyond their first; allowed: "
            f"{_MOST_MOTHERS:,} in a few events; the file is damaged"
        )
    particles = np.repeat(np.arange(len(first)), number)
    beyond = np.arange(total) - np.repeat(np.cumsum(number) - number, number)
    return (begin - 1).astype(np.int32), (particles, start[particles] + other[particles] + beyond - 1)


def whole_numbers(
    columns: dict[str, Array], offsets: Index, path: str, event: int
) -> dict[str, NDArray[np.int32]]:
    """Columns of numbers that have to be whole, as such.

    Raises
    ------
    InputError
        For another number.
    """
    for name, values in columns.items():
        bad = np.flatnonzero(~whole(values))
        if len(bad):
            raise InputError(
                f"{path!r}: {particle_place(int(bad[0]), offsets, event)} has the {name} {values[bad[0]]:.17g}; allowed: a "
                "whole number of 32 bits; correct the file"
            )
    return {name: values.astype(np.int32) for name, values in columns.items()}
