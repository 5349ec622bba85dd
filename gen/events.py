"""The event record: contiguous columns inside, one plain awkward array at the border.

A batch of events of one decay topology is a set of columns; `record` makes of any batch the awkward array

    particles: var * Momentum4D{px, py, pz, E, vx, vy, vz, vt, pdgid, status, mother, nominal_mass}
    weights: {named factors}
    proper_length: {decaying particle: mm}, NaN in events that do not have it

without copying them.  Units: GeV, mm, mm/c.  ``v*`` is the production vertex (HepMC's meaning); ``status`` is
1 final, 2 decayed, 4 beam; ``mother`` an index into the event's own list, -1 for the beam; ``nominal_mass`` is the
mass that the chain gave the particle (a resonance its own in each event), which for a fast light one the four-momentum holds to rounding only.
Events of parents that a file holds have the file's particles first; see `darkpair.gen.originals`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TypeAlias

import awkward as ak
import numpy as np
import vector
from numpy.typing import NDArray

from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.memory import warm_allocator
from darkpair.gen.originals import Merged, Originals
from darkpair.gen.streams import BLOCK
from darkpair.gen.topology import FINAL, Topology

__all__ = [
    "Batch",
    "Columns",
    "FinalState",
    "Parents",
    "total_weight",
]

vector.register_awkward()

warm_allocator()

_MOMENTUM = ("px", "py", "pz", "E")
_VERTEX = ("vx", "vy", "vz", "vt")
#: Fields that are the same in every event of a topology: where the topology keeps them, and as what.
_FIXED = {
    "pdgid": ("pdgid", np.int32),
    "status": ("status", np.int32),
    "mother": ("mother", np.int32),
    "nominal_mass": ("mass", np.float64),
}


@dataclass(frozen=True, kw_only=True)
class Parents:
    """The particles that a source hands to a chain.

    Parameters
    ----------
    pdgid : int
        0 where they are of several kinds, which `pdgids` tells.
    momentum : ndarray, (4, n) [GeV]
        px, py, pz, E.
    vertex : ndarray, (4, n) [mm]
        Where they were made: x, y, z, t.
    decay_vertex : ndarray, (4, n), optional [mm]
        Where they decay, if the source decides it; otherwise the chain draws it from the parent's lifetime.
    weights : dict of ndarrays, (n,)
        Named factors.
    pdgids : ndarray, (n,), optional
        PDG id of each.
    originals : Originals, optional
        The events of the file that holds them.
    """

    pdgid: int
    momentum: Array
    vertex: Array
    decay_vertex: Array | None = None
    weights: dict[str, Array] = field(default_factory=dict)
    pdgids: NDArray[np.int32] | None = None
    originals: Originals | None = None

    def __len__(self) -> int:
        return int(self.momentum.shape[1])

    def take(self, rows: NDArray[np.integer]) -> Parents:
        """The parents of those rows."""
        return Parents(
            pdgid=self.pdgid,
            momentum=self.momentum[:, rows],
            vertex=self.vertex[:, rows],
            decay_vertex=None if self.decay_vertex is None else self.decay_vertex[:, rows],
            weights={name: w[rows] for name, w in self.weights.items()},
            pdgids=None if self.pdgids is None else self.pdgids[rows],
            originals=None if self.originals is None else self.originals.take(rows),
        )


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Events of one topology.

    Parameters
    ----------
    topology : Topology
    rows : ndarray, (n,)
        Where in the batch each event stands.
    momentum : ndarray, (4, particles, n) [GeV]
    vertices : ndarray, (4, vertices, n) [mm]
    weights : dict of ndarrays, (n,)
    proper_length : dict of ndarrays, (n,) [mm]
        By role.
    masses : dict of ndarrays, (n,) [GeV]
        By position, of the particles whose mass differs from event to event; all others have the topology's.
    """

    topology: Topology
    rows: NDArray[np.int64]
    momentum: Array
    vertices: Array
    weights: dict[str, Array] = field(default_factory=dict)
    proper_length: dict[str, Array] = field(default_factory=dict)
    masses: dict[int, Array] = field(default_factory=dict)

    def __len__(self) -> int:
        return int(self.momentum.shape[2])

    def mass(self, position: int) -> Real:
        """Mass of the particle there [GeV]: a number, or (n,) where it differs from event to event."""
        return self.masses.get(position, self.topology.mass[position])

    def take(self, keep: NDArray[np.integer], rows: NDArray[np.int64]) -> Columns:
        """The events at positions `keep`, which become `rows` of a new batch."""
        return Columns(
            topology=self.topology,
            rows=rows,
            momentum=np.take(self.momentum, keep, axis=2),
            vertices=np.take(self.vertices, keep, axis=2),
            weights={name: w[keep] for name, w in self.weights.items()},
            proper_length={role: length[keep] for role, length in self.proper_length.items()},
            masses={position: mass[keep] for position, mass in self.masses.items()},
        )


@dataclass(frozen=True, kw_only=True)
class FinalState:
    """Final particles of some kinds in a batch, event by event, in the order of each event's list.

    Parameters
    ----------
    counts : ndarray, (n,)
        How many each event has.
    event : ndarray, (k,)
        Index of each particle's event.
    index : ndarray, (k,)
        Its place in the event's list.
    momentum : ndarray, (4, k) [GeV]
        px, py, pz, E.
    vertex : ndarray, (4, k) [mm]
        x, y, z, t of its production.
    """

    counts: NDArray[np.int64]
    event: NDArray[np.int64]
    index: NDArray[np.int64]
    momentum: Array
    vertex: Array


@dataclass(frozen=True)
class Batch:
    """Events of any topologies; each part's `rows` say where its events stand among the n."""

    parts: tuple[Columns, ...]
    originals: Originals | None = None

    def __len__(self) -> int:
        return sum(len(part) for part in self.parts)

    @cached_property
    def weight(self) -> Array:
        """Product of the named weights, (n,)."""
        out = np.ones(len(self))
        for part in self.parts:
            for factor in part.weights.values():
                out[part.rows] *= factor
        return out

    def take(self, mask: NDArray[np.bool_]) -> Batch:
        """The events where the mask (n,) is true, in their order."""
        place = np.cumsum(mask) - 1
        parts = []
        for part in self.parts:
            keep = np.flatnonzero(mask[part.rows])
            parts.append(part.take(keep, place[part.rows[keep]]))
        originals = None if self.originals is None else self.originals.take(np.flatnonzero(mask))
        return Batch(tuple(parts), originals)

    @staticmethod
    def concatenate(batches: Sequence[Batch]) -> Batch:
        """One batch of several made by the same chain, in order."""
        if not batches:
            raise InputError("no batches to concatenate; give at least one")
        starts = np.cumsum([0, *(len(b) for b in batches)])
        parts = []
        for group in zip(*(b.parts for b in batches), strict=True):
            first = group[0]
            parts.append(
                Columns(
                    topology=first.topology,
                    rows=np.concatenate([c.rows + s for c, s in zip(group, starts[:-1], strict=True)]),
                    momentum=np.concatenate([c.momentum for c in group], axis=2),
                    vertices=np.concatenate([c.vertices for c in group], axis=2),
                    weights={k: np.concatenate([c.weights[k] for c in group]) for k in first.weights},
                    proper_length={
                        k: np.concatenate([c.proper_length[k] for c in group]) for k in first.proper_length
                    },
                    masses={k: np.concatenate([c.masses[k] for c in group]) for k in first.masses},
                )
            )
        originals = [b.originals for b in batches if b.originals is not None]
        return Batch(tuple(parts), Originals.concatenate(originals) if originals else None)

    def final_state(self, *pdgids: int) -> FinalState:
        """Final particles of the given kinds, as plain columns.

        Parameters
        ----------
        *pdgids : int
            Signed PDG ids.
        """
        if self.originals is not None:
            return FinalState(**self.merged.final_state(pdgids))
        found = [
            [
                i
                for i, (k, s) in enumerate(zip(p.topology.pdgid, p.topology.status, strict=True))
                if s == FINAL and k in pdgids
            ]
            for p in self.parts
        ]
        if not any(found):
            none = np.empty(0, dtype=np.int64)
            return FinalState(
                counts=np.zeros(len(self), dtype=np.int64),
                event=none,
                index=none,
                momentum=np.empty((4, 0)),
                vertex=np.empty((4, 0)),
            )
        counts = np.zeros(len(self), dtype=np.int64)
        for part, positions in zip(self.parts, found, strict=True):
            counts[part.rows] = len(positions)
        starts = np.cumsum(counts) - counts
        total = int(counts.sum())
        index = np.empty(total, dtype=np.int64)
        momentum, vertex = np.empty((4, total)), np.empty((4, total))
        for part, positions in zip(self.parts, found, strict=True):
            for turn, position in enumerate(positions):
                # one topology alone: its particles stand at regular steps, and no index is needed
                target = slice(turn, None, len(positions)) if self.single else starts[part.rows] + turn
                index[target] = position
                for i in range(4):
                    momentum[i, target] = part.momentum[i, position]
                    vertex[i, target] = part.vertices[i, part.topology.vertex[position]]
        return FinalState(
            counts=counts,
            event=np.repeat(np.arange(len(self)), counts),
            index=index,
            momentum=momentum,
            vertex=vertex,
        )

    @cached_property
    def merged(self) -> Merged:
        """Lists of events of a file."""
        if self.originals is None:
            raise InputError("these events are not of a file; take the parents from an event_file")
        return Merged(self.originals, self.parts)

    @cached_property
    def single(self) -> bool:
        """Whether all events have one topology and stand in order."""
        return len(self.parts) == 1 and bool(np.array_equal(self.parts[0].rows, np.arange(len(self))))

    def record(self) -> ak.Array:
        """The events as an awkward array; see the module's first lines."""
        n = len(self)
        named = {
            "weights": self._named("weights", 1.0),
            "proper_length": self._named("proper_length", math.nan),
        }
        if self.originals is not None:
            whole = self.merged.record() | named
            return ak.Array(ak.contents.RecordArray(list(whole.values()), list(whole)))
        offsets, kinematic, vertex, fixed = (
            _indices(self.parts[0].topology, n) if self.single else self._scattered()
        )
        columns: dict[str, ak.contents.Content] = {}
        for i, name in enumerate(_MOMENTUM):
            columns[name] = ak.contents.IndexedArray(kinematic, _flat([p.momentum[i] for p in self.parts]))
        for i, name in enumerate(_VERTEX):
            columns[name] = ak.contents.IndexedArray(vertex, _flat([p.vertices[i] for p in self.parts]))
        for name, (attribute, dtype) in _FIXED.items():
            values = np.concatenate(
                [np.asarray(getattr(p.topology, attribute), dtype=dtype) for p in self.parts]
            )
            columns[name] = ak.contents.IndexedArray(fixed, ak.contents.NumpyArray(values))
        if any(part.masses for part in self.parts):  # each event its own, where the momenta stand
            columns["nominal_mass"] = ak.contents.IndexedArray(
                kinematic, _flat(list(map(_masses, self.parts)))
            )
        particles = ak.contents.RecordArray(
            list(columns.values()), list(columns), parameters={"__record__": "Momentum4D"}
        )
        fields: dict[str, ak.contents.Content] = {
            "particles": ak.contents.ListOffsetArray(offsets, particles),
            **named,
        }
        if self.single:
            fields |= self._roles()
        return ak.Array(ak.contents.RecordArray(list(fields.values()), list(fields)))

    def _roles(self) -> dict[str, ak.contents.Content]:
        """The four-momenta of each role, free of charge, where all events have the same topology."""
        part = self.parts[0]
        return {
            role: ak.contents.RecordArray(
                [ak.contents.NumpyArray(part.momentum[i, position]) for i in range(4)],
                list(_MOMENTUM),
                parameters={"__record__": "Momentum4D"},
            )
            for role, position in part.topology.roles.items()
        }

    def _named(self, attribute: str, missing: float) -> ak.contents.Content:
        """Record of named per-event numbers; an event whose topology lacks one has `missing`."""
        names = list(dict.fromkeys(name for part in self.parts for name in getattr(part, attribute)))
        columns = []
        for name in names:
            values = np.full(len(self), missing)
            for part in self.parts:
                if name in getattr(part, attribute):
                    values[part.rows] = getattr(part, attribute)[name]
            columns.append(ak.contents.NumpyArray(values))
        return ak.contents.RecordArray(columns, names, length=len(self))

    def _scattered(self) -> _Indices:
        """Offsets and indices of a mixture of topologies."""
        counts = np.empty(len(self), dtype=np.int64)
        for part in self.parts:
            counts[part.rows] = len(part.topology)
        offsets = np.concatenate([[0], np.cumsum(counts)])
        out = np.empty((3, offsets[-1]), dtype=np.int64)
        bases = np.zeros(3, dtype=np.int64)
        for part in self.parts:
            size, n = len(part.topology), len(part)
            target = offsets[part.rows][:, None] + np.arange(size)
            local = [index.data.reshape(n, size) for index in _indices(part.topology, n)[1:]]
            for k in range(3):
                out[k, target.ravel()] = (local[k] + bases[k]).ravel()
            bases += [size * n, part.vertices.shape[1] * n, size]
        return ak.index.Index64(offsets), *(ak.index.Index64(row) for row in out)


_Indices: TypeAlias = "tuple[ak.index.Index64, ak.index.Index64, ak.index.Index64, ak.index.Index64]"


def _indices(topology: Topology, n: int) -> _Indices:
    """Offsets, and where in the columns the momentum, vertex and fixed numbers of each list entry stand."""
    return _block_indices(topology, n) if n <= BLOCK else _make_indices(topology, n)


@lru_cache(maxsize=8)
def _block_indices(topology: Topology, n: int) -> _Indices:
    return _make_indices(topology, n)


def _make_indices(topology: Topology, n: int) -> _Indices:
    size = len(topology)
    event = np.arange(n)[:, None]
    kinematic = np.arange(size) * n + event
    vertex = np.asarray(topology.vertex) * n + event
    fixed = np.broadcast_to(np.arange(size), (n, size))
    offsets = np.arange(n + 1) * size
    return ak.index.Index64(offsets), *(
        ak.index.Index64(i.ravel().astype(np.int64)) for i in (kinematic, vertex, fixed)
    )


def _masses(part: Columns) -> Array:
    """Masses of all particles, (particles, n) [GeV]."""
    return np.stack([np.broadcast_to(part.mass(i), len(part)) for i in range(len(part.topology))])


def _flat(columns: list[Array]) -> ak.contents.NumpyArray:
    return ak.contents.NumpyArray(
        columns[0].reshape(-1) if len(columns) == 1 else np.concatenate([c.reshape(-1) for c in columns])
    )


def total_weight(events: ak.Array) -> Array:
    """Product of the named weights of each event, (n,)."""
    out = np.ones(len(events))
    for name in events.weights.fields:
        out *= np.asarray(events.weights[name])
    return out
