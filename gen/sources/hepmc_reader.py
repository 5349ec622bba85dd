"""Events of HepMC text, versions 3 and 2, read in pieces and checked; no other library sees the file."""

from __future__ import annotations

import multiprocessing
import re
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import DarkpairWarning, InputError
from darkpair.gen.output.file_format import format_of
from darkpair.gen.output.hepmc import HEADER, header_provenance
from darkpair.gen.sources.event_listing import Listing, MoreMothers, readable
from darkpair.gen.sources.hepmc2_text import genevent
from darkpair.gen.sources.hepmc3_text import asciiv3
from darkpair.gen.sources.hepmc_places import Listed, find_places
from darkpair.gen.sources.hepmc_record import NAMES, Record, Section
from darkpair.gen.sources.unpacked import unpacked

__all__ = ["HepMCReader"]

_CHUNK = 1 << 22  # bytes of text that are looked through at once for events
_STEP = 1024  # most events that are read at once
_TEXT = 1 << 23  # bytes that they have at most, unless one has more
#: Line of an event in HepMC2's text without a key, which has twelve numbers at least.
_BARE = re.compile(rb"\s*E(?: +[-+.\deE]+){11}")


class HepMCReader:
    """Reader of a text file of HepMC; energies in GeV, lengths in mm whatever the file's units.

    Parameters
    ----------
    path : str
        The file, as it is or packed.
    weight : str
        Name of the weight that counts; ``CV``, else the first, unless given.

    Raises
    ------
    InputError
        For a file that is cut short, or has a listing of another kind.

    Warns
    -----
    DarkpairWarning
        If a listing has no end, and all of its events do.
    """

    ours = True
    length_unit = "mm"
    kind = "hepmc3"
    names = NAMES

    @staticmethod
    def begins(start: bytes) -> bool:
        """Whether the first bytes of a file are those of this format."""
        return b"\0" not in start and (b"HepMC::" in start or _BARE.match(start) is not None)

    def __init__(self, path: str, weight: str = "") -> None:
        self.path = path
        #: Branches by quantity, as those of a tree are said.
        self.branch = {"weight": weight} if weight else {}
        with unpacked(path) as file:
            self._places = find_places(path, file, _CHUNK, weight)
            file.seek(0)
            header = file.read(min(HEADER, int(self._places.offsets[0])))
        format_of(header_provenance(header.splitlines(keepends=True)), path)
        self.entries = self._places.count
        self.step = self._places.step(_STEP, _TEXT)
        self._last: tuple[int, int, list[Record]] | None = None
        if self._places.open_listings:
            self._check_end()

    def read(self, first: int, last: int, names: Sequence[str]) -> Listing:
        """Those quantities of the events first to last - 1."""
        records = self._records(first, last)
        offsets = [np.zeros(1, dtype=np.int64)]
        for record in records:
            offsets.append(record.offsets[1:] + offsets[-1][-1])
        columns: dict[str, NDArray[Any]] = {}
        events: dict[str, NDArray[Any]] = {}
        with readable(self.path):
            for name in names:
                if name in ("event", "weight"):
                    events[name] = np.concatenate([record.events[name] for record in records])
                elif name in self.names:
                    columns[name] = np.concatenate([record.column(name) for record in records])
        return np.concatenate(offsets), columns, events

    def more_mothers(self, first: int, last: int) -> MoreMothers:
        """Mothers beyond the first, in the events first to last - 1."""
        particles, mothers, begin = [], [], 0
        for record in self._records(first, last):
            rows, further = record.more_mothers()
            particles.append(rows + begin)
            mothers.append(further + begin)
            begin += int(record.offsets[-1])
        return np.concatenate(particles), np.concatenate(mothers)

    def _records(self, first: int, last: int) -> list[Record]:
        """Records of the events first to last - 1, one for each listing, kept until others are asked for."""
        kept = self._last
        if kept is None or kept[:2] != (first, last):
            with readable(self.path):
                kept = (first, last, [self._record(*part) for part in self._places.parts(first, last)])
            self._last = kept
        return kept[2]

    def _record(self, first: int, last: int, listed: Listed) -> Record:
        section = self._section(first, last)
        if listed.kind == "asciiv3":
            return asciiv3(section, listed.weight)
        return genevent(section, extended=listed.kind == "genevent")

    def _section(self, first: int, last: int) -> Section:
        begin, end, skip = self._places.around(first, last)
        with unpacked(self.path) as file:
            file.seek(begin)
            text = file.read(end - begin)
        return Section(self.path, text, skip, last - first, first, self._fault)

    def _fault(self, event: int, why: str) -> InputError:
        if event == self.entries - 1 and self._places.open_listings:
            return InputError(
                f"{self.path!r} breaks off in event {event}, for no END_EVENT_LISTING follows, and the event {why}; it is cut short: "
                "copy it again"
            )
        return InputError(
            f"{self.path!r}: event {event} {why}; it is damaged, or what wrote it is at fault: copy or write it again"
        )

    def _check_end(self) -> None:
        """Refuse a file whose last event is not whole, and tell that others may be missing."""
        last = self.entries - 1
        if last < 0:
            raise InputError(
                f"{self.path!r} has no event and no END_EVENT_LISTING; it is cut short: copy it again"
            )
        self.read(last, last + 1, sorted(NAMES))
        section = self._section(last, last + 1)
        if self._places.parts(last, last + 1)[0][2].kind == "asciiv3" and section.first_of("U") == [-1]:
            raise self._fault(last, "has no units")
        if not section.ended:
            raise InputError(
                f"{self.path!r} has no END_EVENT_LISTING, and no end of its last line: it may be cut short; copy it again, or end the "
                "line if nothing is missing"
            )
        if multiprocessing.parent_process() is None:
            warnings.warn(
                f"{self.path!r} has no END_EVENT_LISTING: events may be missing behind the {self.entries} that are there, each of "
                "them whole; copy it again if it should have more",
                DarkpairWarning,
                stacklevel=2,
            )
