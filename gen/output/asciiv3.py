"""Text of events as HepMC3's format Asciiv3 has it: particles, decay vertices, weights, attributes.

Each event is one ``E`` line with what belongs to the whole of it, followed by its ``P`` (particle) and ``V`` (vertex)
lines; a vertex stands before the first particle that comes out of it.  Numbers are the shortest that read back as the
same double.  Units: GeV, mm, and mm for c t.

References
----------
A. Buckley et al., arXiv:1912.08005: HepMC3; its ``WriterAscii`` and ``ReaderAscii`` define the format.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from darkpair.gen.events import total_weight
from darkpair.gen.kinematics import Array
from darkpair.gen.output.columns import particle_columns
from darkpair.gen.output.event_columns import event_names, original
from darkpair.gen.output.number_text import rows_text as _rows
from darkpair.gen.output.number_text import words_text as _words
from darkpair.gen.output.run_attributes import DECAY, OF_FILE, PRIMARY, Processes
from darkpair.gen.output.spelling import word

__all__ = ["CENTRAL", "attributes", "event_text", "undecayed", "weights"]

Index = NDArray[np.int64]

#: Name of the first weight, the product of all others, as NuHepMC asks for it (G.R.7); Delphes and Rivet take the first,
#: whatever its name.
CENTRAL = "CV"

_VERTEX = ("vx", "vy", "vz", "vt")

#: HepMC has 32 bits for the number of an event, one of them the sign: beyond, they begin with 1 again.
_NUMBERS_OF_EVENTS = np.uint64(2**31 - 1)


def weights(events: ak.Array) -> dict[str, Array]:
    """Weights of each event, (n,), by the name of their branch in a ROOT file: the product, then its factors."""
    factors = {f"weight_{word(name)}": np.asarray(events.weights[name]) for name in events.weights.fields}
    return {"genWeight": total_weight(events)} | factors


def attributes(events: ak.Array, *, first: int = 1) -> dict[str, NDArray[Any]]:
    """Other numbers of each event, (n,), by the same names: its name, proper lengths, and what a file says of it."""
    lengths = {
        f"{word(role)}_properLength": np.asarray(events.proper_length[role])
        for role in events.proper_length.fields
    }
    return event_names(events, first=first) | original(events) | lengths


def event_text(events: ak.Array, processes: Processes, *, first: int = 1) -> bytes:
    """Lines of the events.

    Parameters
    ----------
    events : awkward.Array, (n,)
        Event record; what a file's parent decayed to before is left out, for HepMC lets a particle decay once.
    processes : Processes
        What the first decays are called.
    first : int
        Number of the first event, where they have no names.
    """
    n = len(events)
    if n == 0:
        return b""
    parents = (
        np.asarray(events.original.parent) if "original" in events.fields else np.zeros(n, dtype=np.int64)
    )
    offsets, particles, parents = undecayed(*particle_columns(events), parents)
    event = np.repeat(np.arange(n), np.diff(offsets))
    number = np.arange(len(event)) - offsets[event] + 1
    mothers, opening, vertex = _vertices(particles["mother"], offsets, event)
    made_at = np.zeros(len(event) + 1, dtype=np.int64)  # the last entry is what a mother of -1 finds
    made_at[mothers] = vertex
    has = particles["mother"] >= 0
    parent = made_at[np.where(has, particles["mother"] + offsets[event], -1)]

    of_parent = particles["mother"] == (parents - offsets[:-1])[event]
    made_first = np.minimum.reduceat(np.where(of_parent, np.arange(len(event)), len(event)), offsets[:-1])
    status = np.where(opening < made_first[event[opening]], OF_FILE, DECAY)
    status[mothers == parents[event[mothers]]] = PRIMARY
    process = processes.numbers(particles["pdgid"], parents, of_parent, event)

    opened = np.zeros(len(event) + 1, dtype=np.int64)
    opened[opening + 1] = 1
    opened = np.cumsum(opened)
    line = np.arange(len(event)) + event + 1 + opened[1:]
    start = offsets[:-1] + np.arange(n) + opened[offsets[:-1]]
    pieces = np.empty((len(event) + len(vertex) + n, 3), dtype=object)
    pieces[line, 0] = _words(b"P %d %d %d ", number, parent, particles["pdgid"])
    pieces[line, 1] = _rows([particles[name] for name in ("px", "py", "pz", "E", "nominal_mass")])
    pieces[line, 2] = _words(b" %d\n", particles["status"])
    pieces[line[opening] - 1, 0] = _words(b"V %d %d [%d] @ ", vertex, status, number[mothers])
    pieces[line[opening] - 1, 1] = _rows([particles[name][opening] for name in _VERTEX])
    pieces[line[opening] - 1, 2] = b"\n"
    sizes = np.bincount(event[opening], minlength=n), np.diff(offsets)
    pieces[start, 0] = _beginnings(events, first, sizes, _places(particles, offsets), process)
    pieces[start, 1:] = b""
    return b"".join(pieces.ravel().tolist())


def _vertices(mother: NDArray[Any], offsets: Index, event: Index) -> tuple[Index, Index, Index]:
    """Of each decay: row of the particle, row of its first daughter, number of the vertex in its event (-1, -2, ...)."""
    rows = np.flatnonzero(mother >= 0)
    mothers, first = np.unique(mother[rows] + offsets[event[rows]], return_index=True)
    opening = rows[first]
    order = np.argsort(opening)
    mothers, opening = mothers[order], opening[order]
    counts = np.bincount(event[opening], minlength=len(offsets) - 1)
    before = np.cumsum(counts) - counts
    return mothers, opening, before[event[opening]] - np.arange(len(opening)) - 1


def undecayed(
    offsets: Index, particles: dict[str, NDArray[Any]], parents: Index
) -> tuple[Index, dict[str, NDArray[Any]], Index]:
    """The lists without what a file has the parents decay to, and the row of each event's parent."""
    rows = parents + offsets[:-1]
    if "replaced" not in particles:
        return offsets, particles, rows
    kept = ~particles["replaced"]
    before = np.concatenate([[0], np.cumsum(kept)])
    starts = np.repeat(offsets[:-1], np.diff(offsets))
    above = np.where(particles["mother"] >= 0, particles["mother"] + starts, -1)
    mother = np.where(above >= 0, before[above] - before[starts], -1)
    left = {name: column[kept] for name, column in (particles | {"mother": mother}).items()}
    return before[offsets], left, before[rows]


def _places(particles: dict[str, NDArray[Any]], offsets: Index) -> list[Array]:
    """Where each event begins: what its first particle, which comes from no vertex, was made at."""
    rows = offsets[:-1]
    rootless = particles["mother"][rows] >= 0
    return [np.where(rootless, 0.0, particles[name][rows]) for name in _VERTEX]


def _beginnings(
    events: ak.Array, first: int, sizes: tuple[Index, Index], places: Sequence[Array], process: Index
) -> list[bytes]:
    """First lines of each event."""
    n, named = len(events), attributes(events, first=first)
    template = b"E %d %d %d @ %b\nU GEV MM\nW %b\nA 0 signal_process_id %d\n" + b"".join(
        b"A 0 %b %%b\n" % name.encode() for name in named
    )
    numbers = (named["event"] - np.uint64(1)) % _NUMBERS_OF_EVENTS + np.uint64(1)
    columns: list[Iterable[Any]] = [numbers.tolist(), *(size.tolist() for size in sizes)]
    columns += [_rows(places), _rows(list(weights(events).values())), process.tolist()]
    columns += [_rows([column]) for column in named.values()]
    text = (template + b"\0") * n % tuple(chain.from_iterable(zip(*columns, strict=True)))
    return text.split(b"\0")[:-1]
