"""Events of a HepMC3 (or HepMC2) text file, read in pieces by pyhepmc."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyhepmc
from numpy.typing import NDArray

from darkpair.gen.errors import InputError
from darkpair.gen.output.file_format import format_of
from darkpair.gen.output.hepmc import header_provenance
from darkpair.gen.sources.event_listing import Listing, MoreMothers, readable, single_mothers
from darkpair.gen.sources.unpacked import unpacked

__all__ = ["HepMCReader"]

#: Events between two places that are remembered.
_STRIDE = 64
_CHUNK = 1 << 22  # bytes of text that are looked through at once
_FLOATS = ("px", "py", "pz", "energy", "mass", "vx", "vy", "vz", "vt")


class HepMCReader:
    """Reader of a text file of HepMC; energies in GeV, lengths in mm whatever the file's units.

    Parameters
    ----------
    path : str
        The file.
    """

    ours = True
    length_unit = "mm"
    kind = "hepmc3"
    step = 1024
    names = frozenset({*_FLOATS, "pdgid", "status", "mother", "event", "weight", "has_vertex"})

    @staticmethod
    def begins(start: bytes) -> bool:
        """Whether the first bytes of a file are those of this format."""
        return b"HepMC::" in start and b"\0" not in start

    def __init__(self, path: str) -> None:
        self.path = path
        self.entries, self._places = _event_places(path)
        with unpacked(path) as file:
            self._header = file.read(self._places[0])
            format_of(header_provenance(self._header.splitlines(keepends=True)), path)
            file.seek(self._places[-1])
            self._footer = file.read(100)  # without it the last event counts as failed
        self._last: tuple[int, int, Listing] | None = None

    def read(self, first: int, last: int, names: Sequence[str]) -> Listing:
        """Those quantities of the events first to last - 1."""
        if self._last is None or self._last[:2] != (first, last):
            with readable(self.path):
                self._last = (first, last, self._parsed(first, last))
        offsets, particles, events = self._last[2]
        return (
            offsets,
            {name: particles[name] for name in names if name in particles},
            {name: events[name] for name in names if name in events},
        )

    def more_mothers(self, first: int, last: int) -> MoreMothers:
        """None: the first of a vertex is taken."""
        return single_mothers()

    def _parsed(self, first: int, last: int) -> Listing:
        begin, end = first // _STRIDE, -(-last // _STRIDE)
        with unpacked(self.path) as file:
            file.seek(self._places[begin])
            text = file.read(self._places[min(end, len(self._places) - 1)] - self._places[begin])
        rows: list[dict[str, NDArray[Any]]] = []
        numbers: list[tuple[int, float]] = []
        stream = pyhepmc.io.pyiostream(io.BytesIO(self._header + text + self._footer), 1 << 16)
        old = b"IO_GenEvent" in self._header
        reader = (pyhepmc.io.ReaderAsciiHepMC2 if old else pyhepmc.io.ReaderAscii)(stream)
        skip = first - begin * _STRIDE
        event = pyhepmc.GenEvent()
        for turn in range(skip + last - first):
            event.clear()
            if not reader.read_event(event) or reader.failed():
                raise InputError(
                    f"{self.path!r} breaks off in event {begin * _STRIDE + turn} of {self.entries}; it is damaged or cut "
                    "short: copy it again"
                )
            if turn >= skip:
                rows.append(_columns(event))
                weights = event.weights
                numbers.append((event.event_number, float(weights[0]) if len(weights) else 1.0))
        offsets = np.concatenate([[0], np.cumsum([len(row["pdgid"]) for row in rows])]).astype(np.int64)
        particles = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
        events = {
            "event": np.array([number for number, _ in numbers], dtype=np.int64),
            "weight": np.array([weight for _, weight in numbers]),
        }
        return offsets, particles, events


def _columns(event: Any) -> dict[str, NDArray[Any]]:
    """Columns of one event [GeV, mm]."""
    energy = 1.0 if event.momentum_unit == pyhepmc.Units.GEV else 1e3
    length = 1.0 if event.length_unit == pyhepmc.Units.MM else 10.0
    p, v = event.numpy.particles, event.numpy.vertices
    n = len(p.px)
    mother, origin = np.full(n, -1, dtype=np.int32), np.full(n, -1, dtype=np.int64)
    for row, vertex in enumerate(event.vertices):
        out = [particle.id - 1 for particle in vertex.particles_out]
        origin[out] = row
        incoming = vertex.particles_in
        if incoming:
            mother[out] = incoming[0].id - 1
    place = event.event_pos()  # of what comes from no vertex
    beginning = np.array([place.x, place.y, place.z, place.t])
    columns = {
        "pdgid": np.asarray(p.pid, dtype=np.int32),
        "status": np.asarray(p.status, dtype=np.int32),
        "mother": mother,
        "has_vertex": _at(v.has_set_position, origin, bool(np.any(beginning))).astype(np.bool_),
    }
    for name, values in (
        ("px", p.px),
        ("py", p.py),
        ("pz", p.pz),
        ("energy", p.e),
        ("mass", p.generated_mass),
    ):
        columns[name] = np.asarray(values, dtype=np.float64) / energy
    for name, values, missing in zip(("vx", "vy", "vz", "vt"), (v.x, v.y, v.z, v.t), beginning, strict=True):
        columns[name] = _at(values, origin, missing) * length
    return columns


def _at(values: Any, origin: NDArray[np.int64], missing: float) -> NDArray[np.float64]:
    """Numbers of each particle's vertex; `missing` where it has none."""
    padded = np.append(np.asarray(values, dtype=np.float64), missing)
    return padded[origin]


def _event_places(path: str) -> tuple[int, list[int]]:
    """Number of events; where every 64th begins, and where the last one ends [bytes]."""
    places: list[int] = []
    count, latest, end, done, kept = 0, -1, -1, 0, b"\n"
    with unpacked(path) as file:
        while piece := file.read(_CHUNK):
            text = kept + piece  # the end of the last piece again, for what stands across the border
            base = done - len(kept)
            at = text.find(b"\nE ")
            while at >= 0:
                if base + at > latest:
                    latest = base + at
                    if count % _STRIDE == 0:
                        places.append(latest + 1)
                    count += 1
                at = text.find(b"\nE ", at + 1)
            ending = text.find(b"END_EVENT_LISTING")
            if ending >= 0:
                end = base + text.rfind(b"\n", 0, ending) + 1
            done += len(piece)
            kept = text[-64:]
    if end < 0:
        raise InputError(f"{path!r} has no END_EVENT_LISTING, so it is cut short; copy or write it again")
    return count, [*places, end]
