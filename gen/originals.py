"""The events of a file that parents were taken from: kept whole beside what the parents decay to.

The list of an event is the file's, in the file's order, followed by what its parent decays to; the parent stays
where it was.  Of the file's particles only the parent changes: it keeps its three-momentum, has the mass that
decays, and status 2 where the file says that it is final.  What the file lets it decay to is flagged as replaced,
and no number of it is touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.cylindrical import cartesian, cylindrical
from darkpair.gen.kinematics import Array
from darkpair.gen.topology import DECAYED, FINAL, Columns

if TYPE_CHECKING:
    import awkward as ak

__all__ = ["VERTEX", "Merged", "Originals", "four_momentum"]

VERTEX = ("vx", "vy", "vz", "vt")

Index = NDArray[np.int64]

#: NanoAOD's bits of a particle of the chain: isFirstCopy (12) and isLastCopy (13).
_CHAIN_FLAGS = 1 << 12 | 1 << 13


@dataclass(frozen=True, kw_only=True)
class Originals:
    """Events of a file, each as often as one of its particles is a parent.

    Parameters
    ----------
    offsets : ndarray, (m + 1,)
        Where each event's list begins in the columns.
    particles : dict of ndarrays, (k,)
        Quantities of the particles by name, in the file's types: ``pdgid, status, mother, mass`` and ``px, py, pz,
        E`` or ``pt, eta, phi``, perhaps ``vx, vy, vz, vt``, ``has_vertex`` and ``statusFlags`` [GeV, mm].
    events : dict of ndarrays, (m,)
        Numbers of each event by name: ``entry``, and its identifiers.
    rows : ndarray, (n,)
        Which of the m events each parent is in.
    parent : ndarray, (n,)
        Index of each parent in its event's list.
    """

    offsets: Index
    particles: dict[str, NDArray[Any]]
    events: dict[str, NDArray[Any]]
    rows: Index
    parent: Index

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, keep: NDArray[np.integer]) -> Originals:
        """Those of the parents at positions `keep`; where few are left, so are their events only."""
        kept = replace(self, rows=self.rows[keep], parent=self.parent[keep])
        return kept if 2 * len(kept) > len(self.offsets) else kept.compact()

    def compact(self) -> Originals:
        """The same without the events that hold none of the parents."""
        needed, rows = np.unique(self.rows, return_inverse=True)
        if len(needed) == len(self.offsets) - 1:
            return self
        offsets, source = _gather(self.offsets, needed)
        return Originals(
            offsets=offsets,
            particles={name: column[source] for name, column in self.particles.items()},
            events={name: column[needed] for name, column in self.events.items()},
            rows=rows.astype(np.int64),
            parent=self.parent,
        )

    @staticmethod
    def concatenate(parts: Sequence[Originals]) -> Originals:
        """Those of several, in order, from one file."""
        first = parts[0]
        if len(parts) == 1:
            return first
        particles = np.cumsum([0, *(p.offsets[-1] for p in parts)])
        events = np.cumsum([0, *(len(p.offsets) - 1 for p in parts)])
        return Originals(
            offsets=np.concatenate(
                [[0], *(p.offsets[1:] + s for p, s in zip(parts, particles[:-1], strict=True))]
            ),
            particles={k: np.concatenate([p.particles[k] for p in parts]) for k in first.particles},
            events={k: np.concatenate([p.events[k] for p in parts]) for k in first.events},
            rows=np.concatenate([p.rows + s for p, s in zip(parts, events[:-1], strict=True)]),
            parent=np.concatenate([p.parent for p in parts]),
        )


def four_momentum(particles: dict[str, NDArray[Any]], rows: Index | slice) -> list[Array]:
    """Columns px, py, pz, E [GeV] of those of a file's particles."""
    if "px" in particles:
        return [particles[name][rows].astype(np.float64) for name in ("px", "py", "pz", "E")]
    px, py, pz = cartesian(*(particles[name][rows] for name in ("pt", "eta", "phi")))
    mass = particles["mass"][rows].astype(np.float64)
    # generators give what is exchanged a negative mass, for a negative square; float32 may round it past p²
    energy = np.sqrt(np.maximum(px * px + py * py + pz * pz + mass * np.abs(mass), 0.0))
    return [px, py, pz, energy]


def _gather(offsets: Index, rows: Index) -> tuple[Index, Index]:
    """Offsets of the lists of those rows, one after the other, and where their entries stand."""
    counts = offsets[rows + 1] - offsets[rows]
    ends = np.cumsum(counts)
    source = np.repeat(offsets[rows] - ends + counts, counts) + np.arange(int(counts.sum()))
    return np.concatenate([[0], ends]), source


class Merged:
    """The lists of a batch that comes from a file: the file's particles, then the chain's.

    Parameters
    ----------
    originals : Originals, (n,)
        The file's events, one for each parent.
    parts : sequence of Columns
        What the chains made of the parents.
    """

    def __init__(self, originals: Originals, parts: Sequence[Columns]) -> None:
        self.originals, self.parts = originals, parts
        offsets, self._source = _gather(originals.offsets, originals.rows)
        self.kept = np.diff(offsets)  # particles of the file in each event
        extra = np.empty(len(originals), dtype=np.int64)
        for part in parts:
            extra[part.rows] = len(part.topology) - 1
        self.offsets = np.concatenate([[0], np.cumsum(self.kept + extra)])
        self._event = np.repeat(np.arange(len(originals)), self.kept)
        self._target = (self.offsets[:-1] - offsets[:-1])[self._event] + np.arange(len(self._source))
        self._inside = offsets
        self.parent = self.offsets[:-1] + originals.parent

    def _file(self, column: NDArray[Any]) -> NDArray[Any]:
        """The file's numbers in the order of the batch."""
        return column[self._source]

    def _spread(self, file: NDArray[Any], dtype: Any) -> NDArray[Any]:
        """Column of all particles with the file's filled in."""
        out = np.zeros(self.offsets[-1], dtype=dtype)
        out[self._target] = file
        return out

    def _append(self, column: NDArray[Any], values: Any) -> None:
        """Fill in what `values(part, position)` says of the particles of the chain, and of the parent at 0."""
        for part in self.parts:
            column[self.parent[part.rows]] = values(part, 0)
            for position in range(1, len(part.topology)):
                column[self._place(part, position)] = values(part, position)

    def _place(self, part: Columns, position: int) -> Index:
        return self.offsets[part.rows] + self.kept[part.rows] + position - 1

    @cached_property
    def momentum(self) -> list[Array]:
        """Columns px, py, pz, E [GeV]."""
        columns = [self._spread(c, np.float64) for c in four_momentum(self.originals.particles, self._source)]
        for i, column in enumerate(columns):
            self._append(column, lambda part, position, i=i: part.momentum[i, position])
        return columns

    @cached_property
    def vertex(self) -> list[Array]:
        """Columns x, y, z, t [mm]; zero where the file has none."""
        particles = self.originals.particles
        columns = []
        for i, name in enumerate(("vx", "vy", "vz", "vt")):
            file = self._file(particles[name]) if name in particles else 0.0
            column = self._spread(np.asarray(file), np.float64)
            self._append(column, lambda part, at, i=i: part.vertices[i, part.topology.vertex[at]])
            columns.append(column)
        return columns

    @cached_property
    def pdgid(self) -> NDArray[np.int32]:
        """PDG ids."""
        out = self._spread(self._file(self.originals.particles["pdgid"]), np.int32)
        self._append(out, lambda part, position: part.topology.pdgid[position])
        return out

    @cached_property
    def status(self) -> NDArray[np.int32]:
        """The file's status codes and the chain's; a parent that was final has decayed."""
        out = self._spread(self._file(self.originals.particles["status"]), np.int32)
        before = out[self.parent]
        self._append(out, lambda part, position: part.topology.status[position])
        out[self.parent] = np.where(before == FINAL, DECAYED, before)
        return out

    @cached_property
    def mother(self) -> NDArray[np.int32]:
        """Indices into the event's own list."""
        out = self._spread(self._file(self.originals.particles["mother"]), np.int32)
        before = out[self.parent]

        def index(part: Columns, position: int) -> Any:
            mother = part.topology.mother[position]
            return self.originals.parent[part.rows] if mother <= 0 else self.kept[part.rows] + mother - 1

        self._append(out, index)
        out[self.parent] = before
        return out

    @cached_property
    def mass(self) -> Array:
        """The file's masses, the parent's and the chain's [GeV]."""
        out = self._spread(self._file(self.originals.particles["mass"]), np.float64)
        self._append(out, lambda part, position: part.mass(position))
        return out

    @cached_property
    def replaced(self) -> NDArray[np.bool_]:
        """Whether the particle is what the file lets the parent decay to, or comes from that."""
        mother = self._file(self.originals.particles["mother"]).astype(np.int64)
        has = mother >= 0
        above = np.where(has, mother + self._inside[:-1][self._event], 0)
        parent = self._inside[:-1] + self.originals.parent
        flagged = np.zeros(len(mother), dtype=bool)
        fresh = np.flatnonzero(has & (mother == self.originals.parent[self._event]))
        while len(fresh):
            flagged[fresh] = True
            flagged[parent] = False
            fresh = np.flatnonzero(has & ~flagged & flagged[above])
            fresh = fresh[~np.isin(fresh, parent)]
        return self._spread(flagged, np.bool_)

    def final_state(self, pdgids: Sequence[int]) -> dict[str, Any]:
        """What `darkpair.gen.events.FinalState` holds; replaced particles are not there any more."""
        seen = (self.status == FINAL) & ~self.replaced & np.isin(self.pdgid, list(pdgids))
        index = np.flatnonzero(seen)
        event = np.searchsorted(self.offsets, index, side="right") - 1
        return {
            "counts": np.bincount(event, minlength=len(self.originals)),
            "event": event,
            "index": index - self.offsets[event],
            "momentum": np.stack([column[index] for column in self.momentum]),
            "vertex": np.stack([column[index] for column in self.vertex]),
        }

    def particles(self) -> dict[str, NDArray[Any]]:
        """Every quantity of the particles, by the name that it has in the record."""
        columns: dict[str, NDArray[Any]] = dict(zip(("px", "py", "pz", "E"), self.momentum, strict=True))
        columns |= dict(zip(("vx", "vy", "vz", "vt"), self.vertex, strict=True))
        columns |= {
            "pdgid": self.pdgid,
            "status": self.status,
            "mother": self.mother,
            "nominal_mass": self.mass,
            "replaced": self.replaced,
        }
        if "statusFlags" in self.originals.particles:
            flags = self._spread(self._file(self.originals.particles["statusFlags"]), np.int32)
            before = flags[self.parent]
            self._append(flags, lambda _part, _position: _CHAIN_FLAGS)
            flags[self.parent] = before
            columns["statusFlags"] = flags
        return columns

    def events(self) -> dict[str, NDArray[Any]]:
        """What the file says of each event, and which of its particles is the parent."""
        columns = {name: column[self.originals.rows] for name, column in self.originals.events.items()}
        return columns | {
            "parent": self.originals.parent.astype(np.int32),
            "has_vertex": self._has_vertex(),
        }

    def record(self) -> dict[str, ak.contents.Content]:
        """Fields of the event record: ``particles``, ``original`` and, of such a file, ``cylindrical``."""
        import awkward as ak

        fields = {"particles": _lists(self.offsets, self.particles(), "Momentum4D")}
        if (cylindrical := self.cylindrical()) is not None:
            fields["cylindrical"] = _lists(self.offsets, cylindrical, None)
        columns = self.events()
        contents = [ak.contents.NumpyArray(column) for column in columns.values()]
        fields["original"] = ak.contents.RecordArray(contents, list(columns), length=len(self.originals))
        return fields

    def _has_vertex(self) -> NDArray[np.bool_]:
        """Whether the file says where the parent was made."""
        particles = self.originals.particles
        if "has_vertex" not in particles:
            return np.full(len(self.originals), "vx" in particles)
        at = self.originals.offsets[self.originals.rows] + self.originals.parent
        return np.asarray(particles["has_vertex"][at], dtype=np.bool_)

    def cylindrical(self) -> dict[str, NDArray[Any]] | None:
        """The file's pt, eta and phi, bit by bit, and those of the chain's particles, in the file's types; None if it has none."""
        if "pt" not in self.originals.particles:
            return None
        chain = np.ones(self.offsets[-1], dtype=bool)
        chain[self._target] = False
        made = cylindrical(*(column[chain] for column in self.momentum[:3]))
        out = {}
        for name, values in zip(("pt", "eta", "phi"), made, strict=True):
            file = self._file(self.originals.particles[name])
            out[name] = self._spread(file, file.dtype)
            out[name][chain] = values
        return out


def _lists(offsets: Index, columns: dict[str, NDArray[Any]], name: str | None) -> ak.contents.Content:
    import awkward as ak

    contents = [ak.contents.NumpyArray(column) for column in columns.values()]
    parameters = None if name is None else {"__record__": name}
    record = ak.contents.RecordArray(contents, list(columns), parameters=parameters)
    return ak.contents.ListOffsetArray(ak.index.Index64(offsets), record)
