"""Events of HepMC2's text: IO_GenEvent, and the older IO_Ascii and IO_ExtendedAscii.

What is read is what HepMC 2.06 reads (GenEventStreamIO.cc and StreamHelpers.cc), and where a vertex has no incoming
particle what HepMC3 makes of it (ReaderAsciiHepMC2.cc): lines

    E number mpi scale alphaQCD alphaQED process vertex vertices beam beam n random... n weight...
    U momentum-unit length-unit
    V barcode id x y z t orphans outgoing n weight...
    P barcode pdgid px py pz energy mass status theta phi end-vertex n flow...

in which a particle comes from the vertex above it, but an orphan, whose end that vertex is.  IO_Ascii has neither mpi nor
beams nor masses.  Other lines are passed over.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.sources.hepmc_record import Record, Section, joined
from darkpair.gen.sources.text_columns import BadRowError, Table

__all__ = ["genevent"]

Index = NDArray[np.int64]

_BEAM = 4  # status code


def genevent(section: Section, *, extended: bool) -> Record:
    """Particles and vertices of the events.

    Parameters
    ----------
    section : Section
        The events' lines.
    extended : bool
        Whether they have what IO_Ascii lacks.

    Raises
    ------
    InputError
        For an event that contradicts itself or the format.
    """
    numbers, counts, weights = _heads(section, extended)
    vertices = _Vertices(section, counts)
    rows = section.rows("P")
    with section.checked(rows):
        table = Table(section.lines, rows)
        table.require(12 if extended else 11, 2)
        barcode, pdgid, status, end = table.integers((0, 1, 7, 10) if extended else (0, 1, 6, 9)).T
        event = section.event[rows]
        _keys(event, barcode, "particle")
    above = vertices.above(rows, event)
    ends = vertices.ends(rows, event, end)
    vertices.check_orphans(ends, above)
    origin = np.where(ends == above, -1, above)
    _take_beams(origin, ends, status, len(vertices.rows))
    return Record(
        path=section.path,
        first=section.first,
        offsets=np.concatenate([[0], np.cumsum(np.bincount(event, minlength=section.count))]),
        events={"event": numbers, "weight": weights},
        pdgid=pdgid.astype(np.int32),
        status=status.astype(np.int32),
        vertex=origin,
        mother=np.full(len(rows), -1, dtype=np.int64),
        incoming=_incoming(ends, above, len(vertices.rows)),
        momenta=partial(_momenta, section, table, extended),
        positions=vertices.positions,
        beginnings=np.zeros((section.count, 4)),
        units=section.units(),
    )


def _heads(section: Section, extended: bool) -> tuple[Index, Index, NDArray[np.float64]]:
    """Number, number of vertices, and first weight of each event; 1 for an event without weights."""
    numbers, counts = np.empty((2, section.count), dtype=np.int64)
    weights = np.ones(section.count)
    at, states = (8, 11) if extended else (7, 8)
    for event, line in enumerate(section.first_of("E")):
        try:
            words = section.words(line)
            for word in words[1:]:
                float(word)
            numbers[event], counts[event] = int(words[1]), int(words[at])
            behind = states + max(0, int(words[states])) + 1
            weights[event] = _first(words[behind:])
        except (ValueError, IndexError, OverflowError):
            raise section.bad_line(line, "is no line of an event of HepMC2") from None
    return numbers, counts, weights


def _first(words: list[bytes]) -> float:
    """First of the weights, of which the first word tells the number; 1 where it is 0."""
    weights = [float(word) for word in words[1:]]
    if len(weights) != int(words[0]):
        raise ValueError("other weights than it says")
    return weights[0] if weights else 1.0


def _keys(event: Index, barcode: Index, what: str) -> Index:
    """Number of each particle or vertex that no other one has."""
    key: Index = (event << 33) + barcode
    if (np.diff(key) > 0).all():
        return key
    order = np.argsort(key, kind="stable")
    for k in np.flatnonzero(np.diff(key[order]) == 0)[:1]:
        raise BadRowError(int(order[k + 1]), f"has the barcode of another {what} of the event")
    return key


class _Vertices:
    """The vertices: so many in each event."""

    def __init__(self, section: Section, counts: Index) -> None:
        self._section, self.rows = section, section.rows("V")
        self._event = section.event[self.rows]
        here = np.bincount(self._event, minlength=section.count)
        for k in np.flatnonzero(here != counts)[:1]:
            raise section.fault(int(k), f"has {here[k]} of the {counts[k]} vertices that it says it has")
        with section.checked(self.rows):
            self._table = Table(section.lines, self.rows)
            self._table.require(9, 1)
            barcode, *self._expected = self._table.integers((0, 6, 7)).T
            for k in np.flatnonzero((barcode == 0) | (np.minimum(*self._expected) < 0))[:1]:
                raise BadRowError(
                    int(k), "has the barcode 0, which stands for none, or less than no particle"
                )
            self._key = _keys(self._event, barcode, "vertex")

    def above(self, rows: Index, event: Index) -> Index:
        """The vertex above each particle, each above as many as it says, no more and no fewer."""
        above = np.searchsorted(self.rows, rows) - 1
        for k in np.flatnonzero((above < 0) | (np.append(self._event, -1)[above] != event))[:1]:
            raise self._section.bad_line(int(rows[k]), "stands before any vertex of its event")
        below = np.bincount(above, minlength=len(self.rows))
        expected = sum(self._expected)
        for k in np.flatnonzero(below != expected)[:1]:
            raise self._section.bad_line(
                int(self.rows[k]), f"says that {expected[k]} particles follow, and {below[k]} do"
            )
        return above

    def check_orphans(self, ends: Index, above: Index) -> None:
        """Refuse a vertex with another number of orphans than it says: particles below it that end at it."""
        here = np.bincount(above[ends == above], minlength=len(self.rows))
        for k in np.flatnonzero(here != self._expected[0])[:1]:
            raise self._section.bad_line(
                int(self.rows[k]),
                f"says that {self._expected[0][k]} of the particles that follow end at it, and {here[k]} do",
            )

    def ends(self, rows: Index, event: Index, barcode: Index) -> Index:
        """Vertex where each particle ends, -1 for none."""
        ending = np.flatnonzero(barcode)
        out = np.full(len(rows), -1, dtype=np.int64)
        out[ending] = joined(self._key, np.arange(len(self._key)), (event[ending] << 33) + barcode[ending])
        for k in ending[out[ending] < 0][:1]:
            raise self._section.bad_line(int(rows[k]), f"ends at the vertex {barcode[k]}, which has no line")
        return out

    def positions(self) -> NDArray[np.float64]:
        """Places of the vertices in the file's unit, (v, 4)."""
        with self._section.checked(self.rows):
            return self._table.floats(2, 6)


def _take_beams(origin: Index, ends: Index, status: Index, vertices: int) -> None:
    """Let what a vertex without incoming particles lists as beams come into it."""
    bare = np.bincount(ends[ends >= 0], minlength=vertices) == 0
    beams = np.flatnonzero((status == _BEAM) & (ends < 0) & (origin >= 0))
    beams = beams[bare[origin[beams]]]
    ends[beams] = origin[beams]
    origin[beams] = -1


def _incoming(ends: Index, above: Index, vertices: int) -> tuple[Index, Index]:
    """Rows of the incoming particles of each vertex: its orphans, then the others, in the order of the file."""
    rows = np.flatnonzero(ends >= 0)
    order = np.lexsort((rows, ends[rows] != above[rows], ends[rows]))
    counts = np.bincount(ends[rows], minlength=vertices)
    return np.concatenate([[0], np.cumsum(counts)]), rows[order]


def _momenta(section: Section, table: Table, extended: bool) -> NDArray[np.float64]:
    """Momenta, energies and masses; what IO_Ascii does not write follows from the momentum, as HepMC2 has it."""
    with section.checked(section.rows("P")):
        columns = table.floats(2, 7 if extended else 6)
    if extended:
        return columns
    square = columns[:, 3] ** 2 - (columns[:, :3] ** 2).sum(axis=1)
    return np.column_stack([columns, np.copysign(np.sqrt(np.abs(square)), square)])
