"""Where the events of a HepMC text stand, and which of its listings each is in, by one pass over the first letters of its lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError, shown
from darkpair.gen.sources.event_listing import no_such_weight

__all__ = ["KINDS", "Listed", "Places", "find_places"]

#: Listings by the key that opens them (HepMC 2.06's StreamInfo.cc and HepMC3's WriterAscii.cc).
KINDS: Final = {
    b"HepMC::Asciiv3-START_EVENT_LISTING": "asciiv3",
    b"HepMC::IO_GenEvent-START_EVENT_LISTING": "genevent",
    b"HepMC::IO_ExtendedAscii-START_EVENT_LISTING": "genevent",
    b"HepMC::IO_Ascii-START_EVENT_LISTING": "ascii",
    b"HepMC::IO_Ascii-START_PARTICLE_DATA": "",
    b"HepMC::IO_ExtendedAscii-START_PARTICLE_DATA": "",
}
#: The weight that stands for the event, where there are several: that of NuHepMC (G.R.7), else the first.
_NOMINAL: Final = b"CV"

_WORD: Final = 8  # characters of a line that tell what it is
#: Most bytes of an event: half a million particles.
_LARGEST = 1 << 26
_LONGEST_NAMES: Final = 1 << 24  # bytes of the line of the weights' names
#: A place is remembered every so many events and bytes.
_EVENTS, _BYTES = 64, 1 << 20


@dataclass(frozen=True, kw_only=True)
class Listed:
    """Events of one kind, from one on.

    Parameters
    ----------
    first : int
        The first of them, from 0.
    kind : str
        Of `KINDS`.
    weight : int
        Which of an event's weights counts.
    """

    first: int
    kind: str
    weight: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Places:
    """What the pass tells.

    Parameters
    ----------
    count : int
        How many events there are.
    events, offsets : ndarray of int64, (k,)
        Some events, and where each begins [bytes]; the last pair is the end of the text.
    listings : tuple of Listed
        Of what kind they are.
    open_listings : int
        How many listings have no end.
    """

    count: int
    events: NDArray[np.int64]
    offsets: NDArray[np.int64]
    listings: tuple[Listed, ...]
    open_listings: int

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Places)
            and (self.count, self.listings, self.open_listings)
            == (other.count, other.listings, other.open_listings)
            and np.array_equal(self.events, other.events)
            and np.array_equal(self.offsets, other.offsets)
        )

    __hash__ = None  # type: ignore[assignment]

    def around(self, first: int, last: int) -> tuple[int, int, int]:
        """Range of bytes with the events first to last - 1, and how many others stand before them."""
        begin = int(np.searchsorted(self.events, first, side="right")) - 1
        end = int(np.searchsorted(self.events, last))
        return int(self.offsets[begin]), int(self.offsets[end]), first - int(self.events[begin])

    def parts(self, first: int, last: int) -> list[tuple[int, int, Listed]]:
        """The events first to last - 1 by their listings."""
        ends = [*(part.first for part in self.listings[1:]), self.count]
        return [
            (max(first, part.first), min(last, end), part)
            for part, end in zip(self.listings, ends, strict=True)
            if max(first, part.first) < min(last, end)
        ]

    def step(self, most: int, size: int) -> int:
        """How many events may be read at once, so that their text has about so many bytes at most, and twice the largest event."""
        allowed = max(size, 2 * self._largest_piece())
        step = most
        while step > 1:
            at = np.interp(self.events + step, self.events, self.offsets)
            if np.max(at - self.offsets, initial=0) <= allowed:
                break
            step //= 2
        return step

    def _largest_piece(self) -> int:
        """Most bytes of an event, or a few."""
        return int(np.max(np.diff(self.offsets) / np.diff(self.events), initial=1))


class _Pass:
    """What was seen of the file until now."""

    def __init__(self, path: str, file: IO[bytes], weight: bytes) -> None:
        self.path, self.file = path, file
        self.asked, self.named = (
            weight,
            False,
        )  # name of the weight that counts, and whether weights have names
        self.count, self.last_event = 0, -1
        self.events: list[NDArray[np.int64]] = []
        self.offsets: list[NDArray[np.int64]] = []
        self.listings: list[Listed] = []
        self.kind: str | None = None
        self.weight = 0
        self.before = 0  # letter of the last line of E, P, V, W, T or HepMC
        self.inside = False  # whether the last one of E and HepMC was E
        self.opened = self.open_listings = 0

    def event(self, starts: NDArray[np.int64]) -> None:
        """Events that begin there, without another line of interest between them."""
        if self.kind is None:
            self.kind, self.opened = self._bare_kind(int(starts[0])), 1
        if not self.kind:
            raise InputError(
                f"{self.path!r} has an event in a table of particles' data; it is damaged: make it again"
            )
        if self.asked and not (self.named and self.kind == "asciiv3"):
            raise InputError(
                f"{self.path!r}: event {self.count} is of a listing in which no names of weights stand before the events; leave "
                "branches.weight out for the first weight"
            )
        here = Listed(first=self.count, kind=self.kind, weight=self.weight)
        if not self.listings or (self.listings[-1].kind, self.listings[-1].weight) != (
            here.kind,
            here.weight,
        ):
            self.listings.append(here)
        previous = np.concatenate([[self.last_event], starts[:-1]])
        number = self.count + np.arange(len(starts))
        self._check_sizes(previous, starts, number)
        kept = (number % _EVENTS == 0) | (starts // _BYTES != previous // _BYTES)
        self.events.append(number[kept])
        self.offsets.append(starts[kept])
        self.count += len(starts)
        self.last_event = int(starts[-1])

    def _check_sizes(
        self, previous: NDArray[np.int64], starts: NDArray[np.int64], number: NDArray[np.int64]
    ) -> None:
        long = np.flatnonzero((starts - previous > _LARGEST) & (previous >= 0))
        if len(long):
            raise InputError(
                f"{self.path!r}: event {number[long[0]] - 1} takes {starts[long[0]] - previous[long[0]]:,} bytes; allowed: {_LARGEST:,}; "
                "split it, or give another file"
            )

    def key(self, start: int) -> None:
        """A line of HepMC's own: the beginning or end of a listing."""
        text = self._line(start, 128).strip()
        if b"-START_" in text:
            if text not in KINDS:
                raise InputError(
                    f"{self.path!r} has a listing of the kind {shown(text.decode(errors='replace'))}; allowed: "
                    f"{', '.join(word.decode() for word in KINDS if KINDS[word])}; write it with one of them"
                )
            self.open_listings += self.opened
            self.kind, self.weight, self.opened = KINDS[text], 0, int(bool(KINDS[text]))
            self.named = False
        elif b"-END_" in text:
            self.opened = 0

    def names(self, start: int) -> None:
        """Names of the weights of the events that follow."""
        text = self._line(start, _LONGEST_NAMES)
        if len(text) == _LONGEST_NAMES:
            raise InputError(
                f"{self.path!r} has names of weights of more than {_LONGEST_NAMES:,} bytes; leave some out"
            )
        # (HepMC3 writes an end of line between two as \|, and its own reader parts them at spaces too)
        names = [name.strip() for name in text[1:].split(b"\\|")]
        names = names if len(names) > 1 else text[1:].split()
        if self.asked and self.asked not in names:
            asked, *words = (name.decode(errors="replace") for name in (self.asked, *names))
            raise no_such_weight(self.path, asked, words)
        wanted = self.asked or _NOMINAL
        self.weight, self.named = names.index(wanted) if wanted in names else 0, True

    def _bare_kind(self, start: int) -> str:
        """Kind of a listing that nothing opens; HepMC2's have eleven numbers in the line of an event, HepMC3's at most eight."""
        return "genevent" if len(self._line(start, 4096).split()) > 11 else "asciiv3"

    def _line(self, start: int, most: int) -> bytes:
        """Line that begins there, or its first bytes."""
        self.file.seek(start)
        return self.file.readline(most).split(b"\r")[0]

    def result(self, end: int) -> Places:
        """All of it, at the end of the text."""
        if self.count:
            self._check_sizes(*(np.array([value]) for value in (self.last_event, end, self.count)))
        return Places(
            count=self.count,
            events=np.concatenate([*self.events, [self.count]]).astype(np.int64),
            offsets=np.concatenate([*self.offsets, [end]]).astype(np.int64),
            listings=tuple(self.listings),
            open_listings=self.open_listings + max(self.opened, int(not self.count and self.kind is None)),
        )


def find_places(path: str, file: IO[bytes], size: int, weight: str = "") -> Places:
    """Where the events of an open HepMC text stand.

    Parameters
    ----------
    path : str
        The file, for messages.
    file : binary file
        The text.
    size : int
        How many bytes are looked through at once.
    weight : str
        Name of the weight that counts.

    Raises
    ------
    InputError
        For a listing of a kind that is not read, for an event that is too long, and where no weight has the name.
    """
    seen = _Pass(path, file, weight.encode(errors="surrogateescape"))
    kept, base = b"\n", -1  # what was read and not looked at yet, and where it begins
    while True:
        file.seek(base + len(kept))
        piece = file.read(size)
        text = np.frombuffer(kept + (piece or b"\n" * _WORD), dtype=np.uint8)
        _look(text, base, seen)
        if not piece:
            return seen.result(base + len(kept))
        base += max(0, len(text) - _WORD)
        kept = text[-_WORD:].tobytes()


def _look(text: NDArray[np.uint8], base: int, seen: _Pass) -> None:
    """Look at the lines that begin behind an end of line of a text, but for its last characters."""
    ends = text[:-_WORD]
    starts = np.flatnonzero((ends == 10) | (ends == 13)) + 1
    first, second = text[starts], text[starts + 1]
    spaced = np.isin(second, np.frombuffer(b" \t\n\r", dtype=np.uint8))
    key = (
        (first == ord("H"))
        & (second == ord("e"))
        & (text[starts + 2] == ord("p"))
        & (text[starts + 3] == ord("M"))
    )
    letter = np.where(spaced & np.isin(first, np.frombuffer(b"EPVWT", dtype=np.uint8)), first, 0)
    letter[key] = ord("H")
    at = np.flatnonzero(letter)
    letter, starts = letter[at], starts[at].astype(np.int64) + base
    if not len(letter):
        return
    _require_events(letter, starts, seen)
    before = np.concatenate([[seen.before], letter[:-1]])
    names = (letter == ord("W")) & (before != ord("E"))
    events: NDArray[np.int64] = np.flatnonzero(letter == ord("E"))
    done = 0
    for line in np.flatnonzero((letter == ord("H")) | names):
        upto = int(np.searchsorted(events, line))
        if upto > done:
            seen.event(starts[events[done:upto]])
            done = upto
        (seen.names if names[line] else seen.key)(int(starts[line]))
    if done < len(events):
        seen.event(starts[events[done:]])
    seen.before = int(letter[-1])


def _require_events(letter: NDArray[np.uint8], starts: NDArray[np.int64], seen: _Pass) -> None:
    """Refuse particles and vertices that are in no event."""
    border = np.maximum.accumulate(
        np.where((letter == ord("E")) | (letter == ord("H")), np.arange(len(letter)), -1)
    )
    inside = np.where(border >= 0, letter[border] == ord("E"), seen.inside)
    for k in np.flatnonzero(~inside & ((letter == ord("P")) | (letter == ord("V"))))[:1]:
        raise InputError(
            f"{seen.path!r} has a particle or a vertex in no event, at byte {starts[k]}: the line of its event is missing; the file is "
            "damaged, or what wrote it is at fault: copy or write it again"
        )
    seen.inside = bool(inside[-1])
