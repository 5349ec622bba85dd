"""The event record inside: contiguous columns of momenta and vertices, for events of any decay topologies.

A batch of events of one decay topology is a set of columns (`darkpair.gen.topology`); `darkpair.gen.record` makes of any
batch one awkward array without copying them.  Units: GeV, mm, mm/c.  Events of parents that a file holds have the file's particles first; see
`darkpair.gen.merged`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array
from darkpair.gen.listed import counting, owners
from darkpair.gen.merged import Merged
from darkpair.gen.originals import Originals
from darkpair.gen.space import joined
from darkpair.gen.topology import Columns

if TYPE_CHECKING:
    import awkward as ak

__all__ = [
    "Batch",
    "FinalState",
    "Parents",
    "made_within",
    "total_weight",
]


@dataclass(frozen=True, kw_only=True)
class Parents:
    """The particles that a source hands to a chain.

    Parameters
    ----------
    pdgid : int
        PDG id of the parents; 0 where they are of several kinds, which `pdgids` tells.
    momentum : ndarray, (4, n) [GeV]
        Momentum and energy of each parent: px, py, pz, E.
    vertex : ndarray, (4, n) [mm]
        Place and time at which each parent was made: x, y, z, t.
    decay_vertex : ndarray, (4, n), optional [mm]
        Place and time at which each parent decays, if the source decides it; otherwise the chain draws it from the
        parent's lifetime.
    weights : dict of ndarrays, (n,)
        Factors of each event's weight, by name.
    pdgids : ndarray, (n,), optional
        PDG id of each parent, where they are of several kinds.
    originals : Originals, optional
        The events of the file that holds the parents.
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
class FinalState:
    """Final particles of some kinds in a batch, event by event, in the order of each event's list.

    Parameters
    ----------
    counts : ndarray, (n,)
        How many such particles each event has.
    event : ndarray, (k,)
        Index of each particle's event.
    index : ndarray, (k,)
        Place of each particle in its event's list.
    momentum : ndarray, (4, k) [GeV]
        Momentum and energy of each particle: px, py, pz, E.
    vertex : ndarray, (4, k) [mm]
        Place and time at which each particle was made: x, y, z, t.
    """

    counts: NDArray[np.int64]
    event: NDArray[np.int64]
    index: NDArray[np.int64]
    momentum: Array
    vertex: Array

    def take(self, rows: NDArray[np.intp]) -> FinalState:
        """The particles at growing positions (m,)."""
        event = self.event[rows]
        return FinalState(
            counts=np.bincount(event, minlength=len(self.counts)),
            event=event,
            index=self.index[rows],
            momentum=np.take(self.momentum, rows, axis=1),
            vertex=np.take(self.vertex, rows, axis=1),
        )


class Place(Protocol):
    """What tells which points are inside, as a region does."""

    def contains(self, x: Array, y: Array, z: Array) -> NDArray[np.bool_]:
        """Whether points (n,) [mm] are inside."""
        ...


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
        """The events where the mask (n,) is true, in their order; this batch itself where it is everywhere."""
        kept = np.flatnonzero(mask)
        if len(kept) == len(self):
            return self
        originals = None if self.originals is None else self.originals.take(kept)
        if self.single:
            return Batch((self.parts[0].take(kept, np.arange(len(kept))),), originals)
        parts = []
        for part in self.parts:
            keep = np.flatnonzero(mask[part.rows])
            parts.append(part.take(keep, np.searchsorted(kept, part.rows[keep])))
        return Batch(tuple(parts), originals)

    def copied(self) -> Batch:
        """The same events in memory of their own."""
        parts = tuple(part.take(np.arange(len(part)), part.rows.copy()) for part in self.parts)
        return Batch(parts, self.originals)

    def span(self, first: int, last: int) -> Batch:
        """The events first to last - 1, as views of the same columns."""
        parts = []
        for part in self.parts:
            start, stop = np.searchsorted(part.rows, [first, last]).tolist()
            own = slice(start, stop)
            parts.append(
                Columns(
                    topology=part.topology,
                    rows=part.rows[own] - first,
                    momentum=part.momentum[:, :, own],
                    vertices=part.vertices[:, :, own],
                    weights={name: w[own] for name, w in part.weights.items()},
                    proper_length={role: length[own] for role, length in part.proper_length.items()},
                    masses={position: mass[own] for position, mass in part.masses.items()},
                )
            )
        return Batch(tuple(parts), None if self.originals is None else self.originals.span(first, last))

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
                    momentum=joined([c.momentum for c in group]),
                    vertices=joined([c.vertices for c in group]),
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
            Signed PDG ids of the kinds.
        """
        if self.originals is not None:
            return FinalState(**self.merged.final_state(pdgids))
        wanted = [part.topology.final(pdgids) for part in self.parts]
        counts = np.zeros(len(self), dtype=np.int64)
        if not any(wanted):  # (of charged particles most chains have none)
            none = np.zeros(0, dtype=np.int64)
            zeros = np.zeros((4, 0))
            return FinalState(counts=counts, event=none, index=none, momentum=zeros, vertex=zeros)
        for part, positions in zip(self.parts, wanted, strict=True):
            counts[part.rows] = len(positions)
        starts = np.cumsum(counts) - counts
        total = int(counts.sum())
        index = np.empty(total, dtype=np.int64)
        momentum, vertex = np.empty((4, total)), np.empty((4, total))
        for part, positions in zip(self.parts, wanted, strict=True):
            for turn, position in enumerate(positions):
                # one topology alone: its particles stand at regular steps, and no index is needed
                target = slice(turn, None, len(positions)) if self.single else starts[part.rows] + turn
                index[target] = position
                for i in range(4):
                    momentum[i, target] = part.momentum[i, position]
                    vertex[i, target] = part.vertices[i, part.topology.vertex[position]]
        return FinalState(
            counts=counts,
            event=owners(counts),
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
        if len(self.parts) != 1:
            return False
        rows, order = self.parts[0].rows, counting(len(self))
        return rows is order or bool(np.array_equal(rows, order))

    def record(self) -> ak.Array:
        """The events as an awkward array; see `darkpair.gen.record`."""
        from darkpair.gen.record import record  # awkward takes long to import, and only records need it

        return record(self.parts, single=self.single, merged=None if self.originals is None else self.merged)


def made_within(batch: Batch, pdgids: Collection[int], place: Place) -> FinalState:
    """Those of the final particles of some kinds, as `Batch.final_state` gives them, that are made in a place.

    Parameters
    ----------
    batch : Batch
        Events.
    pdgids : collection of int
        Signed PDG ids of the kinds.
    place : region
        Where they have to be made.
    """
    whole = type(batch) is Batch and batch.originals is None and batch.single
    part = batch.parts[0] if whole else None
    positions = [] if part is None else part.topology.final(pdgids)
    made = set() if part is None else {part.topology.vertex[position] for position in positions}
    if part is None or len(made) != 1:
        every = batch.final_state(*pdgids)
        if not len(every.event):
            return every
        return every.take(np.flatnonzero(place.contains(*every.vertex[:3])))
    # all of them come from one vertex: it is looked at before a particle is copied
    vertices, several = part.vertices[:, made.pop()], len(positions)
    events = np.flatnonzero(place.contains(*vertices[:3]))
    momentum, vertex = (np.empty((4, several * len(events))) for _ in range(2))
    for i in range(4):
        vertex[i].reshape(-1, several)[:] = vertices[i][events][:, None]
        for turn, position in enumerate(positions):
            momentum[i, turn::several] = part.momentum[i, position][events]
    counts = np.zeros(len(batch), dtype=np.int64)
    counts[events] = several
    return FinalState(
        counts=counts,
        event=np.repeat(events, several),
        index=np.tile(np.array(positions, dtype=np.int64), len(events)),
        momentum=momentum,
        vertex=vertex,
    )


def total_weight(events: ak.Array) -> Array:
    """Product of the named weights of each event, (n,)."""
    out = np.ones(len(events))
    for name in events.weights.fields:
        out *= np.asarray(events.weights[name])
    return out
