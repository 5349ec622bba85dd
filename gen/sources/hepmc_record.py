"""Particles and vertices of some events of a HepMC text, in the columns that a reader of events gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError, shown
from darkpair.gen.sources.event_listing import MoreMothers
from darkpair.gen.sources.text_columns import BadRowError, Lines

__all__ = ["NAMES", "Record", "Section", "joined", "spread"]

Index = NDArray[np.int64]

_MOMENTA: Final = ("px", "py", "pz", "energy", "mass")
_VERTEX: Final = ("vx", "vy", "vz", "vt")
#: Quantities of particles and events.
NAMES: Final = frozenset({"pdgid", "status", "mother", *_MOMENTA, *_VERTEX, "has_vertex", "event", "weight"})

#: Most pairs of a particle and a mother beyond its first in what is read at once: half a gigabyte.
_PAIRS: Final = 1 << 25
#: What a unit's name stands for in GeV and mm; HepMC's own readers take these where none is named.
_UNITS: Final[dict[bytes, tuple[float, float]]] = {
    energy + b" " + length: (gev, mm)
    for energy, gev in ((b"GEV", 1.0), (b"MEV", 1e3))
    for length, mm in ((b"MM", 1.0), (b"CM", 10.0))
}
_DEFAULT: Final = (1.0, 1.0)


class Section:
    """Lines of some events of a text, and the events that they are in.

    Parameters
    ----------
    path : str
        The file.
    text : bytes
        The text, which may begin and end with other events.
    skip, count : int
        How many events stand before, and how many are meant.
    first : int
        Index of the first that is meant in the file.
    fault : callable
        Makes the error of an event of that index, whose line is wrong as the second argument says.
    """

    def __init__(
        self,
        path: str,
        text: bytes,
        skip: int,
        count: int,
        first: int,
        fault: Callable[[int, str], InputError],
    ) -> None:
        self.path = path
        self.lines, self.count, self.first, self._fault = Lines(text), count, first, fault
        begins = self.lines.kind == ord("E")
        border = begins | self.lines.begins(b"HepM")
        last = np.maximum.accumulate(np.where(border, np.arange(len(border)), -1))
        event = np.cumsum(begins) - 1 - skip
        valid = (last >= 0) & begins[np.maximum(last, 0)] & (event >= 0) & (event < count)
        #: Event of each line, from 0; -1 outside of those that are meant.
        self.event: Index = np.where(valid, event, -1)
        #: Whether the last line of the text has an end, or is none of the events'.
        self.ended = text.endswith((b"\n", b"\r")) or bool(self.event[-1] < 0)

    def rows(self, letter: str) -> Index:
        """Lines of the events that begin with a letter."""
        return np.flatnonzero((self.lines.kind == ord(letter)) & (self.event >= 0))

    def first_of(self, letter: str) -> list[int]:
        """First line of each event that begins with a letter, -1 where there is none."""
        rows = self.rows(letter)
        out = np.full(self.count, -1, dtype=np.int64)
        out[self.event[rows[::-1]]] = rows[::-1]
        return out.tolist()

    def words(self, line: int, most: int = -1) -> list[bytes]:
        """Words of a line of numbers, split at most so often; Python's own spellings of numbers are refused."""
        text = self.lines.text(line)
        if b"_" in text:
            raise ValueError("1_000 is no number of a file")
        return text.split(None, most)

    def fault(self, event: int, why: str) -> InputError:
        """Error of an event of the section."""
        return self._fault(self.first + event, why)

    def bad_line(self, line: int, why: str) -> InputError:
        """Error of a line."""
        return self.fault(
            int(self.event[line]), f"{shown(self.lines.text(line).decode(errors='replace'))} {why}"
        )

    @contextmanager
    def checked(self, rows: Index) -> Iterator[None]:
        """Say whose line it is that is wrong in a table of some of the lines."""
        try:
            yield
        except BadRowError as error:
            raise self.bad_line(int(rows[error.row]), error.why) from error

    def units(self) -> NDArray[np.float64]:
        """What is 1 GeV, and what a unit of length is in mm, for each event, (2, n)."""
        out = np.empty((2, self.count))
        for event, line in enumerate(self.first_of("U")):
            unit = _DEFAULT
            if line >= 0:
                words = b" ".join(self.lines.text(line)[1:].upper().split()[:2])
                if words not in _UNITS:
                    raise self.bad_line(line, "has units that are not GEV or MEV, and MM or CM")
                unit = _UNITS[words]
            out[:, event] = unit
        return out


@dataclass(frozen=True, kw_only=True)
class Record:
    """Particles of some events, in the order of their numbers or of the file.

    Parameters
    ----------
    path : str
        The file, for messages.
    first : int
        Index of the first event in it.
    offsets : ndarray of int64, (n + 1,)
        Where each event's particles begin.
    events : dict of ndarrays, (n,)
        Number and weight of each event: ``event`` and ``weight``.
    pdgid, status : ndarray of int32, (k,)
        Ids and status codes.
    vertex : ndarray of int64, (k,)
        Vertex that each comes from; -1 where none is written down.
    mother : ndarray of int64, (k,)
        Row of the mother of a particle that comes from no vertex with a line; -1 where there is none.
    incoming : tuple of ndarrays of int64, (v + 1,) and (m,)
        Where each vertex's incoming particles begin, and their rows.
    momenta : callable
        Makes px, py, pz, E and mass in the units of the file, (k, 5).
    positions : callable
        Makes x, y, z, t of the vertices in the units of the file, (v, 4).
    beginnings : ndarray, (n, 4)
        Where each event begins, in the units of the file.
    units : ndarray, (2, n)
        What is 1 GeV, and what a unit of length is in mm.
    """

    path: str
    first: int
    offsets: Index
    events: dict[str, NDArray[Any]]
    pdgid: NDArray[np.int32]
    status: NDArray[np.int32]
    vertex: Index
    mother: Index
    incoming: tuple[Index, Index]
    momenta: Callable[[], NDArray[np.float64]]
    positions: Callable[[], NDArray[np.float64]]
    beginnings: NDArray[np.float64]
    units: NDArray[np.float64]

    @cached_property
    def event(self) -> Index:
        """Event of each particle."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))

    @cached_property
    def mother_counts(self) -> Index:
        """How many mothers each particle has."""
        starts = self.incoming[0]
        explicit = np.append(np.diff(starts), 0)[self.vertex]
        return np.where(self.vertex >= 0, explicit, self.mother >= 0)

    @cached_property
    def first_mother(self) -> Index:
        """Row of each particle's first mother, or -1."""
        starts, rows = self.incoming
        at = np.append(starts[:-1], 0)[self.vertex]
        first = np.append(rows, -1)[np.minimum(at, len(rows))]
        return np.where(self.vertex >= 0, np.where(self.mother_counts > 0, first, -1), self.mother)

    def more_mothers(self) -> MoreMothers:
        """Rows of particles, and of their mothers beyond the first."""
        further = np.maximum(self.mother_counts - 1, 0)
        if int(further.sum()) > _PAIRS:
            raise InputError(
                f"{self.path!r} has {int(further.sum()):,} pairs of a particle and a further mother in events {self.first} to "
                f"{self.first + len(self.offsets) - 2}; allowed: {_PAIRS:,} at once, which take half a gigabyte; give a file of smaller "
                "vertices"
            )
        particles = np.repeat(np.arange(len(further)), further)
        starts, rows = self.incoming
        begin = np.append(starts[:-1], 0)[self.vertex] + 1
        return particles, rows[spread(begin, further)]

    def column(self, name: str) -> NDArray[Any]:
        """A quantity of the particles, in GeV and mm."""
        if name in _MOMENTA:
            return self._momenta[name]
        if name == "mother":
            first = self.first_mother
            return np.where(first >= 0, first - self.offsets[self.event], -1).astype(np.int32)
        return (
            {"pdgid": self.pdgid, "status": self.status}[name]
            if name in ("pdgid", "status")
            else self._places[name]
        )

    @cached_property
    def _momenta(self) -> dict[str, NDArray[Any]]:
        columns = self.momenta() / self.units[0][self.event, None]
        return dict(zip(_MOMENTA, columns.T.copy(), strict=True))

    @cached_property
    def _places(self) -> dict[str, NDArray[Any]]:
        """Where each particle was made, and whether its vertex says so.

        A vertex without a place is where its first incoming particle was made, as HepMC3's `GenVertex::position` has it,
        and what comes from no vertex begins where the event does.
        """
        own = np.append(self.positions(), np.zeros((1, 4)), axis=0)[self.vertex]
        is_set = (own != 0.0).any(axis=1)
        first = self.first_mother
        upwards = np.where(is_set | (first < 0), np.arange(len(first)), first)
        for _ in range(
            len(first).bit_length()
        ):  # (each turn doubles the steps; what is in a loop is nowhere)
            upwards = upwards[upwards]
        place = np.where(is_set[upwards, None], own[upwards], self.beginnings[self.event])
        place *= self.units[1][self.event, None]
        outside = (self.vertex < 0) & (self.mother < 0)
        begins = (self.beginnings != 0.0).any(axis=1)[self.event]
        columns = dict(zip(_VERTEX, place.T.copy(), strict=True))
        return columns | {"has_vertex": np.where(outside, begins, is_set)}


def spread(begin: Index, counts: Index) -> Index:
    """Indices of ranges that begin there and have so many entries, one range behind the other."""
    ends = np.cumsum(counts)
    return np.repeat(begin - ends + counts, counts) + np.arange(int(ends[-1]) if len(ends) else 0)


def joined(keys: Index, rows: Index, wanted: Index) -> Index:
    """Row of each wanted key, of keys that are all different; -1 where there is none."""
    order = np.argsort(keys, kind="stable")
    at = np.searchsorted(keys[order], wanted)
    at[at == len(keys)] = 0
    if not len(keys):
        return np.full(len(wanted), -1, dtype=np.int64)
    hit = order[at]
    return np.where(keys[hit] == wanted, rows[hit], -1)
