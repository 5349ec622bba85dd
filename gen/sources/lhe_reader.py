"""Events of a Les Houches Event File (LHE), read in pieces.

Momenta, energies and masses are in GeV.  An event's weight is its XWGTUP as it stands, whatever IDWTUP says of its unit; another
one, in ``<rwgt>`` or ``<weights>``, counts instead where it is named (`darkpair.gen.sources.lhe_weights`).  Mothers are those from MOTHUP(1) to MOTHUP(2).  The file has no place for vertices and
for numbers of events.  Status codes become those of our record (HepMC's): incoming (-1) and beam (-9) 4, final 1, intermediate 2;
space-like (-2) and for documentation (3) 3.

References
----------
E. Boos et al., hep-ph/0109068: what each number of an event is.
J. Alwall et al., hep-ph/0609017: the file.
"""

from __future__ import annotations

import io
from itertools import accumulate, chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array
from darkpair.gen.output.file_format import format_of
from darkpair.gen.output.lhe import HEADER, header_tables
from darkpair.gen.sources.event_listing import Listing, MoreMothers
from darkpair.gen.sources.lhe_events import event_text, events_in
from darkpair.gen.sources.lhe_weights import NamedWeight
from darkpair.gen.sources.text_listing import STRIDE, TextReader, mothers, whole_numbers
from darkpair.gen.sources.text_numbers import NotANumberError, first_in_line, numbers, whole, word_places
from darkpair.gen.sources.unpacked import first_bytes, unpacked

__all__ = ["LHEReader"]

#: Numbers of an event (NUP, IDPRUP, XWGTUP, SCALUP, AQEDUP, AQCDUP) and of a particle.
_OF_EVENT: Final = 6
_OF_PARTICLE: Final = 13
_WEIGHT: Final = 2
#: Column of each number of a particle that is read: IDUP, ISTUP, MOTHUP(1), MOTHUP(2), two colours, PUP(1 to 5), VTIMUP, SPINUP.
_WHOLE: Final = {"pdgid": 0, "status": 1, "first mother": 2, "last mother": 3}
_REAL: Final = {"px": 6, "py": 7, "pz": 8, "energy": 9, "mass": 10}
#: Our status code for each of the accord's that is another.
_STATUS: Final = {-1: 4, -9: 4, -2: 3}


class LHEReader(TextReader):
    """Reader of a Les Houches Event File, perhaps compressed.

    Parameters
    ----------
    path : str
        The file.
    weight : str
        Name of the weight that counts; XWGTUP unless given.
    """

    kind = "lhe"
    names = frozenset({*_REAL, "pdgid", "status", "mother", "weight"})

    @staticmethod
    def begins(start: bytes) -> bool:
        """Whether a file that starts so, unpacked, is of the format."""
        text = start.lstrip(b"\xef\xbb\xbf \t\r\n")
        return text.startswith(b"<") and b"<leshouchesevents" in text.lower() and b"\0" not in text

    def __init__(self, path: str, weight: str = "") -> None:
        format_of(header_tables(first_bytes(path, HEADER)), path)
        super().__init__(path)
        #: Branches by quantity, as those of a tree are said.
        self.branch = {"weight": weight} if weight else {}
        self._weight = (
            NamedWeight(path, weight, first_bytes(path, min(HEADER, self._places[0]))) if weight else None
        )

    def find_places(self) -> tuple[int, list[int]]:
        """Number of events; where every 64th of them begins, and where the text of the last one ends [bytes]."""
        places, count, end = [], 0, 0
        with unpacked(self.path) as file:
            for start, end, _ in events_in(file.read, self.path):  # noqa: B007 (the last end is used)
                if count % STRIDE == 0:
                    places.append(start)
                count += 1
        return count, [*places, end]

    def parsed(self, text: bytes, first: int, skip: int, count: int) -> tuple[Listing, MoreMothers]:
        """All quantities of some events; see `TextReader`."""
        bodies = [body for *_, body in events_in(io.BytesIO(text).read, self.path, first - skip)]
        bodies = bodies[skip : skip + count]
        values, sizes = self._values(bodies, first)
        offsets = np.concatenate([[0], np.cumsum(sizes)])
        heads = _OF_EVENT * np.arange(count) + _OF_PARTICLE * offsets[:-1]
        head = (heads[:, None] + np.arange(_OF_EVENT)).ravel()
        rows = np.delete(values, head).reshape(-1, _OF_PARTICLE)
        columns = whole_numbers(
            {name: rows[:, column] for name, column in _WHOLE.items()}, offsets, self.path, first
        )
        eldest, youngest = (columns.pop(f"{which} mother").astype(np.int64) for which in ("first", "last"))
        mother, more = mothers(eldest, youngest, offsets, self.path, first)
        status = columns["status"].copy()
        for code, ours in _STATUS.items():
            status[columns["status"] == code] = ours
        particles: dict[str, NDArray[Any]] = {**columns, "status": status, "mother": mother}
        particles |= {name: rows[:, column].copy() for name, column in _REAL.items()}
        weight = values[heads + _WEIGHT]
        if self._weight is not None:
            weight = np.array([self._weight.of(body, first + i) for i, body in enumerate(bodies)])
        return (offsets, particles, {"weight": weight}), more

    def _values(self, bodies: list[bytes], first: int) -> tuple[Array, NDArray[np.int64]]:
        """Numbers of the events one behind the other, and how many particles each has."""
        texts = [body.partition(b"<")[0] for body in bodies]  # elements stand behind the particles mostly
        texts = [event_text(text) if b"#" in text else text for text in texts]
        bad = np.arange(len(bodies))
        try:
            values, sizes, fits = _read(texts)
            bad = np.flatnonzero(~fits)
        except NotANumberError:
            pass
        if len(bad):
            for index in bad:
                texts[index] = self._cleared(bodies[index], first + int(index))
            values, sizes, _ = _read(texts)
        return values, sizes

    def _cleared(self, body: bytes, event: int) -> bytes:
        """The numbers of an event, and nothing else.

        Raises
        ------
        InputError
            If they are not all there, or more than the event says.
        """
        text = event_text(body)
        lines = [words for line in text.splitlines() if (words := line.split())]
        try:
            size = _size(lines)
            ends = list(accumulate(map(len, lines)))
            if ends[-1] == _OF_EVENT + size * _OF_PARTICLE and set(ends).issuperset(
                range(_OF_EVENT, ends[-1], _OF_PARTICLE)
            ):
                numbers(text)
                return text
            whole_lines = _lines(lines, size)
            numbers(whole_lines)
        except ValueError as error:
            within = "in " if isinstance(error, NotANumberError) else ""
            raise InputError(f"{self.path!r}: {within}event {event} {error}; correct the file") from error
        return whole_lines


def _read(texts: list[bytes]) -> tuple[Array, NDArray[np.int64], NDArray[np.bool_]]:
    """Numbers of some events, how many particles each says that it has, and whether its lines begin with so many particles, and end."""
    borders = np.cumsum([0, *(len(text) + 1 for text in texts)])
    joined = b"\n".join(texts) + b"\n"
    places = word_places(joined)
    begins = np.searchsorted(places, borders)
    counts = np.diff(begins)
    values = numbers(joined)
    said = np.append(values, 0.0)[begins[:-1]]
    fits = whole(said) & (said >= 0.0) & (counts == _OF_EVENT + said * _OF_PARTICLE)
    sizes = np.where(fits, said, 0.0).astype(np.int64)
    particle = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    event = np.repeat(np.arange(len(texts)), sizes)
    shifted = ~first_in_line(joined, places)[begins[event] + _OF_EVENT + _OF_PARTICLE * particle]
    fits[event[shifted]] = False
    return values, sizes, fits


def _size(lines: list[list[bytes]]) -> int:
    """How many particles an event says that it has (NUP)."""
    if not lines:
        raise ValueError("is empty")
    said = numbers(lines[0][0])
    if not (whole(said)[0] and said[0] >= 0.0):
        raise ValueError(f"says that it has {said[0]:.17g} particles; allowed: a whole number")
    return int(said[0])


def _lines(lines: list[list[bytes]], size: int) -> bytes:
    """Numbers of an event whose lines have more of them than the accord knows."""
    if len(lines[0]) < _OF_EVENT:
        raise ValueError(f"has {len(lines[0])} of {_OF_EVENT} numbers in its first line")
    rows = lines[1 : size + 1]
    if len(rows) < size:
        raise ValueError(f"says that it has {size} particles, and {len(rows)} are there")
    for number, row in enumerate(rows, start=1):
        if len(row) < _OF_PARTICLE:
            raise ValueError(f"has {len(row)} of {_OF_PARTICLE} numbers for particle {number}")
    if any(map(_is_particle, lines[size + 1 :])):
        raise ValueError(f"says that it has {size} particles, and there are more")
    return b" ".join(chain(lines[0][:_OF_EVENT], *(row[:_OF_PARTICLE] for row in rows)))


def _is_particle(words: list[bytes]) -> bool:
    """Whether a line looks like a particle's."""
    try:
        return len(words) >= _OF_PARTICLE and bool(whole(numbers(b" ".join(words))[:_OF_EVENT]).all())
    except NotANumberError:
        return False
