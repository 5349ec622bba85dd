"""Events of the common block HEPEVT as text, read in pieces: each event a line that begins it, and its particles' numbers.

================  ===========================  ===================================================================
written by        an event begins with         numbers of a particle
================  ===========================  ===================================================================
HepMC3, HepMC2    ``E`` NEVHEP NHEP            ISTHEP IDHEP JMOHEP(2) JDAHEP(2) PHEP(5) VHEP(4)
HepMC3, short     ``E`` NEVHEP NHEP            ISTHEP IDHEP JDAHEP(2) PHEP(1 to 3) PHEP(5)
Geant4            NHEP                         the same
DD4hep            NHEP                         as HepMC3, or the short ones
LArSoft           NEVHEP NHEP                  as HepMC3
================  ===========================  ===================================================================

Which of them a file has is seen from its first event; VHEP may be missing.  Units are GeV, mm and mm/c unless the job says
another (LArSoft has cm and ns).  Mothers are those from JMOHEP(1) to JMOHEP(2); in events that have none they follow from the
daughters.  Status codes stay as they are.

References
----------
T. Sjöstrand et al., "A proposed standard event record", in Z physics at LEP 1, CERN 89-08 (1989), vol. 3, p. 327.
HepMC3's ``ReaderHEPEVT`` and ``WriterHEPEVT``; Geant4's ``G4HEPEvtInterface``; DD4hep's ``Geant4EventReaderHepEvt``; LArSoft's
``TextFileGen``: their texts.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array
from darkpair.gen.sources.event_listing import Listing, MoreMothers
from darkpair.gen.sources.text_listing import STRIDE, TextReader, mothers, particle_place, whole_numbers
from darkpair.gen.sources.text_numbers import NotANumberError, first_in_line, numbers, whole, word_places
from darkpair.gen.sources.unpacked import first_bytes, unpacked

__all__ = ["HEPEVTReader"]

Index = NDArray[np.int64]

_PIECE: Final = 1 << 20
_LONGEST_EVENT: Final = 1 << 28  # bytes
_START: Final = 1 << 16  # bytes that tell the form
_LOOKED: Final = 3  # particles that do

_LONG: Final = ("status", "pdgid", "first mother", "last mother", "first daughter", "last daughter")
_SHORT: Final = ("status", "pdgid", "first daughter", "last daughter")
_MOMENTUM: Final = ("px", "py", "pz", "energy", "mass")
#: Columns by the number of a particle's numbers.
_COLUMNS: Final = {
    15: (*_LONG, *_MOMENTUM, "vx", "vy", "vz", "vt"),
    11: (*_LONG, *_MOMENTUM),
    8: (*_SHORT, "px", "py", "pz", "mass"),
}


@dataclass(frozen=True)
class _Form:
    """A form of the text.

    Parameters
    ----------
    head : int
        Words of the line that begins an event, the last of them NHEP.
    letter : bool
        Whether the first of them is ``E``.
    width : int
        Numbers of a particle.
    """

    head: int
    letter: bool
    width: int

    def size(self, words: list[bytes]) -> int | None:
        """NHEP of a line that begins an event; None of another line."""
        if len(words) != self.head or (words[0] == b"E") != self.letter:
            return None
        try:
            values = numbers(b" ".join(words[self.letter :]))
        except NotANumberError:
            return None
        return int(values[-1]) if whole(values).all() and values[-1] >= 0.0 else None


def _form(start: bytes) -> _Form | None:
    """Form of a text that starts so; None where it is no such text."""
    lines = [words for line in start.splitlines() if (words := line.split())]
    if len(start) >= _START and not start.endswith((b"\n", b"\r")):
        del lines[-1]  # (it may go on)
    while lines:
        form = _Form(len(lines[0]), lines[0][0] == b"E", 0)
        size = form.size(lines[0]) if form.head == (3 if form.letter else min(form.head, 2)) else None
        if size is None:
            return None
        if size:
            fitting = (_Form(form.head, form.letter, width) for width in _COLUMNS)
            return next((form for form in fitting if _fits(form, lines)), None)
        del lines[0]
    return None


def _fits(form: _Form, lines: list[list[bytes]]) -> bool:
    """Whether particles in that form stand behind the first line: as many of the first ones as are looked at."""
    size, particles = form.size(lines[0]) or 0, 0
    row: list[bytes] = []
    for line in lines[1:]:
        if particles == min(size, _LOOKED):
            break
        row += line
        if len(row) > form.width or (len(row) == form.width and not _is_particle(row)):
            return False
        if len(row) == form.width:
            row, particles = [], particles + 1
    return particles > 0


def _is_particle(row: list[bytes]) -> bool:
    try:
        return bool(whole(numbers(b" ".join(row))[: 4 if len(row) == 8 else 6]).all())
    except NotANumberError:
        return False


class HEPEVTReader(TextReader):
    """Reader of a text of HEPEVT, perhaps compressed.

    Parameters
    ----------
    path : str
        The file.
    """

    kind = "hepevt"
    ours = False

    def __init__(self, path: str) -> None:
        form = _form(first_bytes(path, _START))
        if form is None:
            raise InputError(f"{path!r} is no text of HEPEVT; give another file")
        self.form = form
        numbered = {"event"} if form.head - form.letter == 2 else set()
        self.names = (
            frozenset(name for name in _COLUMNS[form.width] if " " not in name) | {"mother"} | numbered
        )
        super().__init__(path)

    @staticmethod
    def begins(start: bytes) -> bool:
        """Whether a file that starts so, unpacked, is of the format."""
        return b"\0" not in start and _form(start) is not None

    def find_places(self) -> tuple[int, list[int]]:
        """Number of events; where every 64th of them begins, and where the text of the last one ends [bytes]."""
        places, count, end = [], 0, 0
        with unpacked(self.path) as file:
            for start, end, _, _ in self._events(file.read, 0):  # noqa: B007 (the last end is used)
                if count % STRIDE == 0:
                    places.append(start)
                count += 1
        return count, [*places, end]

    def _events(
        self, read: Callable[[int], bytes], event: int
    ) -> Iterator[tuple[int, int, list[bytes], bytes]]:
        """Place [bytes] of each event and of its end, its first line's words, and its particles' numbers."""
        text, base, piece = b"", 0, b" "
        while piece:
            piece = read(max(_PIECE, len(text)))
            text += piece
            upto = text.rfind(b"\n") + 1 if piece else len(text)  # the last line may go on
            places = np.append(word_places(text[:upto]), upto)
            at, words = 0, len(places) - 1
            while at < words:
                head, body = int(places[at]), int(places[min(at + self.form.head, words)])
                said = text[head:body].split()
                size = self.form.size(said)
                begins = at == 0 or _parted(text[places[at - 1] : head])
                if size is None or not begins or not _parted(text[head:body]):
                    if at + self.form.head > words and piece:
                        break
                    raise self._misplaced(event)
                behind = at + self.form.head + size * self.form.width
                if behind > words:
                    if not piece or len(text) - head > _LONGEST_EVENT:
                        there = (words - at - self.form.head) // self.form.width
                        raise InputError(
                            f"{self.path!r} breaks off in event {event}, which says that it has {size} particles and has {there}; it is "
                            "damaged or cut short: copy it again"
                        )
                    break
                yield base + head, base + int(places[behind]), said, text[body : places[behind]]
                at, event = behind, event + 1
            text, base = text[places[at] :], base + int(places[at])

    def _misplaced(self, event: int) -> InputError:
        form = f"{'E and ' if self.form.letter else ''}{self.form.head - self.form.letter}"
        return InputError(
            f"{self.path!r}: event {event} does not begin with a line of {form} whole number{'s' * (form[-1] != '1')} as the others; "
            "the event before has not as many particles as it says, or the file is damaged"
        )

    def parsed(self, text: bytes, first: int, skip: int, count: int) -> tuple[Listing, MoreMothers]:
        """All quantities of some events; see `TextReader`."""
        events = list(self._events(io.BytesIO(text).read, first - skip))[skip : skip + count]
        sizes = [int(float(said[-1])) for *_, said, _ in events]
        offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        rows = self._rows([body for *_, body in events], offsets, first)
        columns = dict(zip(_COLUMNS[self.form.width], rows.T, strict=True))
        ours = {name: column.copy() for name, column in columns.items() if name in self.names}
        codes = {name: column for name, column in columns.items() if name not in ours} | {
            name: columns[name] for name in ("status", "pdgid")
        }
        whole_ = whole_numbers(codes, offsets, self.path, first)
        mother, more = self._mothers(whole_, offsets, first)
        particles = ours | {"status": whole_["status"], "pdgid": whole_["pdgid"], "mother": mother}
        named = {}
        if "event" in self.names:
            named["event"] = np.array([int(float(said[-2])) for *_, said, _ in events], dtype=np.int64)
        return (offsets, particles, named), more

    def _rows(self, bodies: list[bytes], offsets: Index, first: int) -> Array:
        """Numbers of the particles, each of which begins a line, (k, width)."""
        joined = b"".join(bodies)
        begins = first_in_line(joined, word_places(joined))[:: self.form.width]
        if not begins.all():
            where = particle_place(max(int(np.argmin(begins)) - 1, 0), offsets, first)
            raise InputError(f"{self.path!r}: {where} has not {self.form.width} numbers; correct the file")
        try:
            return numbers(joined).reshape(-1, self.form.width)
        except NotANumberError:
            for index, body in enumerate(bodies):
                try:
                    numbers(body)
                except NotANumberError as error:
                    raise InputError(
                        f"{self.path!r}: in event {first + index} {error}; correct the file"
                    ) from error
            raise

    def _mothers(
        self, columns: dict[str, NDArray[np.int32]], offsets: Index, first: int
    ) -> tuple[NDArray[np.int32], MoreMothers]:
        """First mother of each particle, and those beyond it."""
        counts = np.diff(offsets)
        event = np.repeat(np.arange(len(counts)), counts)
        daughters = [columns[f"{which} daughter"].astype(np.int64) for which in ("first", "last")]
        if "first mother" in columns:
            above = [columns[f"{which} mother"].astype(np.int64) for which in ("first", "last")]
            mother, (particles, others) = mothers(above[0], above[1], offsets, self.path, first)
            none = np.bincount(event, weights=above[0] + above[1] != 0, minlength=len(counts))[event] == 0
            if not (none & (daughters[0] > 0)).any():
                return mother, (particles, others)
            daughters = [np.where(none, column, 0) for column in daughters]
        else:
            mother, particles, others = np.full(len(event), -1, dtype=np.int32), *(np.empty(0, np.int64),) * 2
        eldest, (parents, further) = mothers(
            daughters[0], daughters[1], offsets, self.path, first, "daughters"
        )
        have = np.flatnonzero(eldest >= 0)
        child = np.concatenate([offsets[event[have]] + eldest[have], further])
        parent = np.concatenate([have, parents])
        order = np.lexsort((parent, child))
        child, parent = child[order], parent[order]
        new = np.flatnonzero(np.diff(child, prepend=-1))
        mother[child[new]] = parent[new] - offsets[event[child[new]]]
        rest = np.delete(np.arange(len(child)), new)
        return mother, (np.concatenate([particles, child[rest]]), np.concatenate([others, parent[rest]]))


def _parted(text: bytes) -> bool:
    """Whether a line ends there."""
    return b"\n" in text or b"\r" in text
