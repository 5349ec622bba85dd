"""Events of HepMC3's text, Asciiv3.

What is read is what HepMC3 writes (WriterAscii.cc and ReaderAscii.cc of 3.3): lines

    E number vertices particles [@ x y z t]
    U momentum-unit length-unit
    W weight ...
    V -id status [incoming,...] [@ x y z t]
    P id parent pdgid px py pz energy mass status

in which the parent is a vertex, another particle (whose vertex has no line), or 0; other lines are passed over.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError
from darkpair.gen.sources.hepmc_record import Record, Section, joined, spread
from darkpair.gen.sources.text_columns import BadRowError, Table

__all__ = ["asciiv3"]

Index = NDArray[np.int64]


def asciiv3(section: Section, weight: int) -> Record:
    """Particles and vertices of the events.

    Parameters
    ----------
    section : Section
        The events' lines.
    weight : int
        Which of an event's weights counts.

    Raises
    ------
    InputError
        For an event that contradicts itself or the format.
    """
    numbers, vertex_counts, counts, beginnings = _heads(section)
    rows = section.rows("P")
    event = section.event[rows]
    own = np.bincount(event, minlength=section.count)
    for k in np.flatnonzero(own != counts)[:1]:
        raise section.fault(int(k), f"has {own[k]} of the {counts[k]} particles that it says it has")
    offsets = np.concatenate([[0], np.cumsum(own)])
    with section.checked(rows):
        table = Table(section.lines, rows)
        table.require(9)
        ids, parent, pdgid, status = table.integers((0, 1, 2, 8)).T
    order = _order(section, ids, event, offsets)
    if order is not None:
        parent, pdgid, status = parent[order], pdgid[order], status[order]
        rows = rows[order]
    last = np.repeat(own, own)
    for k in np.flatnonzero(parent > last)[:1]:
        raise section.bad_line(int(rows[k]), f"comes from a particle beyond the last, {last[k]}")
    vertices = _Vertices(section, offsets)
    vertex = vertices.of(rows, event, parent)
    mother = np.where(parent > 0, offsets[event] + parent - 1, -1)
    _check_vertices(section, (vertices, vertex_counts), offsets, mother)
    return Record(
        path=section.path,
        first=section.first,
        offsets=offsets,
        events={"event": numbers, "weight": _weights(section, weight)},
        pdgid=pdgid.astype(np.int32),
        status=status.astype(np.int32),
        vertex=vertex,
        mother=mother,
        incoming=vertices.incoming,
        momenta=partial(_momenta, section, table, order),
        positions=vertices.positions,
        beginnings=beginnings,
        units=section.units(),
    )


def _check_vertices(
    section: Section, vertices: tuple[_Vertices, Index], offsets: Index, mother: Index
) -> None:
    """Refuse events with other numbers of vertices than they say, and particles that end at two of them."""
    ending = np.zeros(len(mother) + 1, dtype=np.int64)
    ending[mother[mother >= 0]] = 1  # at vertices without lines
    for row in np.flatnonzero(ending[vertices[0].incoming[1]])[:1]:
        particle = vertices[0].incoming[1][row]
        event = int(np.searchsorted(offsets, particle, side="right")) - 1
        raise section.fault(event, f"has the particle {particle - offsets[event] + 1} end at two vertices")
    there = vertices[0].counts + np.diff(np.concatenate([[0], np.cumsum(ending)])[offsets])
    for k in np.flatnonzero(there != vertices[1])[:1]:
        raise section.fault(int(k), f"has {there[k]} vertices, and says that it has {vertices[1][k]}")


def _heads(section: Section) -> tuple[Index, Index, Index, NDArray[np.float64]]:
    """Number, numbers of vertices and particles, and place of each event."""
    numbers, vertices, counts = np.empty((3, section.count), dtype=np.int64)
    places = np.zeros((section.count, 4))
    for event, line in enumerate(section.first_of("E")):
        try:
            words = section.words(line)
            numbers[event], vertices[event], counts[event] = map(int, words[1:4])
            if len(words) > 4:
                places[event] = _place(words[4:])
        except (ValueError, OverflowError):
            raise section.bad_line(
                line,
                'is no line of an event; allowed: "E number vertices particles", and "@" with four numbers',
            ) from None
    return numbers, vertices, counts, places


def _place(words: list[bytes]) -> list[float]:
    """The numbers behind @, which may have a space or not."""
    text = b" ".join(words)
    values = [float(word) for word in text[1:].split()]
    if text[:1] != b"@" or len(values) != 4:
        raise ValueError("a place has four numbers")
    return values


def _weights(section: Section, index: int) -> NDArray[np.float64]:
    """The weight of each event that counts; 1 for an event without any."""
    weights = np.ones(section.count)
    first = [section.first_of(letter) for letter in "PV"]
    lines = {}
    for event, line in enumerate(section.first_of("W")):
        before = [rows[event] for rows in first if rows[event] >= 0]
        if line >= 0 and not (
            before and min(before) < line
        ):  # (not the names of those of events that follow)
            lines[event] = line
    rows = np.array([*lines.values()], dtype=np.int64)
    with section.checked(rows):
        Table(section.lines, rows).require_numbers()
    for event, line in lines.items():
        try:
            words = section.words(line, index + 2)
            if len(words) > 1:
                weights[event] = float(words[index + 1])
        except (ValueError, IndexError):
            raise section.bad_line(line, f"has no weight of number {index + 1}") from None
    return weights


def _order(section: Section, ids: Index, event: Index, offsets: Index) -> Index | None:
    """Rows of the particles by their ids, 1 to n in each event; None where they are in that order."""
    expected = np.arange(len(ids)) - offsets[event] + 1
    if np.array_equal(ids, expected):
        return None
    order = np.lexsort((ids, event))
    for k in np.flatnonzero(ids[order] != expected)[:1]:
        raise section.fault(
            int(event[k]), f"has the particles 1 to {expected[k] - 1}, and then {ids[order[k]]}"
        )
    return order


def _momenta(section: Section, table: Table, order: Index | None) -> NDArray[np.float64]:
    with section.checked(section.rows("P")):
        columns = table.floats(3, 8)
    return columns if order is None else columns[order]


class _Vertices:
    """The vertices that have lines."""

    def __init__(self, section: Section, offsets: Index) -> None:
        self._section, self._rows = section, section.rows("V")
        self._event = section.event[self._rows]
        #: How many there are in each event.
        self.counts = np.bincount(self._event, minlength=section.count)
        with section.checked(self._rows):
            self._table = table = Table(section.lines, self._rows, b"[],@")
            counts = self._incoming_counts()
            table.require_numbers()
            values = table.numbers(spread(table.tokens[:-1], counts + 2), np.int64)
            begin = np.cumsum(counts + 2) - counts - 2
            self._key = self._keys(values[begin])
        self.incoming = self._incoming(values[spread(begin + 2, counts)], counts, offsets)

    def _incoming_counts(self) -> Index:
        """How many incoming particles each line lists; lines of another form are refused."""
        table = self._table
        opens, closes, place = (table.first_mark(mark) for mark in "[]@")
        before, inside, behind = (table.before(at) for at in (opens, closes, place))
        count = inside - before
        commas = table.mark_counts(",")
        parted = table.before(table.marks[","]) == spread(before + 1, commas)
        rest = table.tokens[1:] - behind
        bad = (table.mark_counts("[") != 1) | (table.mark_counts("]") != 1) | (table.mark_counts("@") > 1)
        bad |= (opens > closes) | (closes > place) | (before - table.tokens[:-1] != 2) | (behind != inside)
        bad |= (commas != np.maximum(count - 1, 0)) | (rest != np.where(place < table.ends, 4, 0))
        bad |= table.bytes[opens - 1] != ord(" ")
        bad[np.repeat(np.arange(len(bad)), commas)[~parted]] = True
        for k in np.flatnonzero(bad)[:1]:
            raise BadRowError(
                int(k),
                'is no line of a vertex; allowed: "V -id status [particles]", and "@" with four numbers',
            )
        return count

    def _keys(self, ids: Index) -> Index:
        """Number of each vertex that no other one has."""
        for k in np.flatnonzero((ids >= 0) | (ids < -(2**31)))[:1]:
            raise BadRowError(int(k), "has an id that is not below 0, or beyond 32 bits")
        key = (self._event << 32) - ids
        order = np.argsort(key, kind="stable")
        for k in np.flatnonzero(np.diff(key[order]) == 0)[:1]:
            raise BadRowError(int(order[k + 1]), "has the id of another vertex of the event")
        return key

    def _incoming(self, ids: Index, counts: Index, offsets: Index) -> tuple[Index, Index]:
        """Rows of the incoming particles, growing for each vertex."""
        owner = np.repeat(np.arange(len(counts)), counts)
        event = self._event[owner]
        size = offsets[event + 1] - offsets[event]
        for k in np.flatnonzero((ids < 0) | (ids > size))[:1]:
            raise self._bad_line(
                owner[k], f"has the incoming particle {ids[k]}; the event has 1 to {size[k]}"
            )
        real = ids > 0
        owner, rows = owner[real], (offsets[event] + ids - 1)[real]
        order = np.lexsort((rows, owner))
        owner, rows = owner[order], rows[order]
        again = np.append(False, (np.diff(owner) == 0) & (np.diff(rows) == 0))[: len(rows)]
        owner, rows = owner[~again], rows[~again]
        order = np.argsort(rows, kind="stable")
        for k in np.flatnonzero(np.diff(rows[order]) == 0)[:1]:
            number = rows[order[k]] - offsets[self._event[owner[order[k]]]] + 1
            raise self._bad_line(
                owner[order[k + 1]], f"has the incoming particle {number}, as another vertex has"
            )
        each = np.bincount(owner, minlength=len(counts))
        return np.concatenate([[0], np.cumsum(each)]), rows

    def _bad_line(self, vertex: np.int64, why: str) -> InputError:
        return self._section.bad_line(int(self._rows[vertex]), why)

    def of(self, rows: Index, event: Index, parent: Index) -> Index:
        """Vertex of each particle, -1 where its parent is none."""
        explicit = np.flatnonzero(parent < 0)
        out = np.full(len(rows), -1, dtype=np.int64)
        out[explicit] = joined(
            self._key, np.arange(len(self._key)), (event[explicit] << 32) - parent[explicit]
        )
        for k in explicit[out[explicit] < 0][:1]:
            raise self._section.bad_line(
                int(rows[k]), f"comes from the vertex {parent[k]}, which has no line"
            )
        return out

    def positions(self) -> NDArray[np.float64]:
        """Places of the vertices in the file's unit, 0 where they have none, (v, 4)."""
        table = self._table
        out = np.zeros((len(table), 4))
        placed = np.flatnonzero(table.mark_counts("@"))
        first = table.before(table.first_mark("@"))[placed]
        with self._section.checked(self._rows):
            values = table.numbers(spread(first, np.full(len(first), 4)), np.float64)
        out[placed] = values.reshape(-1, 4)
        return out
