"""The event record at the border: one plain awkward array of a batch, without copying its columns.

    run, luminosityBlock, event: the event's name (`darkpair.gen.sample_name`), of a pipeline's events
    particles: var * Momentum4D{px, py, pz, E, vx, vy, vz, vt, pdgid, status, mother, nominal_mass}
    weights: {named factors}, an empty list each without any
    proper_length: {decaying particle: mm}, NaN in events that do not have it; an empty list each without any
    <role>: Momentum4D{px, py, pz, E, vx, vy, vz, vt}, where all events have the same particles

Units: GeV, mm, mm/c.  ``v*`` is the production vertex (HepMC's meaning); ``status`` is 1 final, 2 decayed, 4 beam;
``mother`` an index into the event's own list, -1 for the beam; ``nominal_mass`` is the mass that the chain gave the
particle (a resonance its own in each event), which for a fast light one the four-momentum holds to rounding only.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import awkward as ak
import numpy as np
import vector

from darkpair.gen.lists import FIXED, MOMENTUM, VERTEX, masses, named_numbers, regular_offsets
from darkpair.gen.memory import warm_allocator
from darkpair.gen.sample_name import NAME
from darkpair.gen.streams import BLOCK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from darkpair.gen.kinematics import Array
    from darkpair.gen.merged import Merged
    from darkpair.gen.topology import Columns, Topology

__all__ = ["ROLE_FIELDS", "named", "named_record", "record"]

vector.register_awkward()

warm_allocator()

#: What a role has of its particle: the rest is the same in every event.
ROLE_FIELDS = MOMENTUM + VERTEX


def record(parts: Sequence[Columns], *, single: bool, merged: Merged | None) -> ak.Array:
    """The events of a batch as an awkward array; see the module's first lines.

    Parameters
    ----------
    parts : sequence of Columns
        Events of each topology; their `rows` together are 0 to n - 1.
    single : bool
        Whether all events have one topology and stand in order.
    merged : Merged, optional
        Particle lists of the events, where a file holds them.
    """
    n = sum(len(part) for part in parts)
    named = {
        "weights": _named(parts, "weights", n, missing=1.0),
        "proper_length": _named(parts, "proper_length", n, missing=math.nan),
    }
    if merged is not None:
        whole = merged.record() | named
        return ak.Array(ak.contents.RecordArray(list(whole.values()), list(whole)))
    offsets, kinematic, vertex, fixed = _indices(parts[0].topology, n) if single else _scattered(parts, n)
    columns: dict[str, ak.contents.Content] = {}
    for i, name in enumerate(MOMENTUM):
        columns[name] = ak.contents.IndexedArray(kinematic, _flat([p.momentum[i] for p in parts]))
    for i, name in enumerate(VERTEX):
        columns[name] = ak.contents.IndexedArray(vertex, _flat([p.vertices[i] for p in parts]))
    for name, (attribute, dtype) in FIXED.items():
        values = np.concatenate([np.asarray(getattr(p.topology, attribute), dtype=dtype) for p in parts])
        columns[name] = ak.contents.IndexedArray(fixed, ak.contents.NumpyArray(values))
    if any(part.masses for part in parts):  # each event its own, where the momenta stand
        columns["nominal_mass"] = ak.contents.IndexedArray(kinematic, _flat(list(map(masses, parts))))
    particles = ak.contents.RecordArray(
        list(columns.values()), list(columns), parameters={"__record__": "Momentum4D"}
    )
    fields: dict[str, ak.contents.Content] = {
        "particles": ak.contents.ListOffsetArray(offsets, particles),
        **named,
    }
    if single:
        fields |= _roles(parts[0])
    return ak.Array(ak.contents.RecordArray(list(fields.values()), list(fields)))


def named(events: ak.Array, run: int, numbers: NDArray[np.int64], reco: ak.Array | None = None) -> ak.Array:
    """The events with their names, and perhaps with a detector's record as the field ``reco``.

    Parameters
    ----------
    events : awkward.Array, (n,)
        The events, as `record` makes them.
    run : int
        Number of the run.
    numbers : ndarray of int, (n,)
        Index of each event in the whole sample, from 0.
    reco : awkward.Array, (n,), optional
        The detector's record.
    """
    columns: list[NDArray[Any]] = [
        np.full(len(numbers), run, dtype=np.uint32),
        (numbers // BLOCK + 1).astype(np.uint32),
        (numbers + 1).astype(np.uint64),
    ]
    fields = dict(zip(NAME, map(ak.contents.NumpyArray, columns), strict=True))
    fields |= {key: events.layout.content(key) for key in events.fields}
    if reco is not None:
        fields["reco"] = reco.layout
    return ak.Array(ak.contents.RecordArray(list(fields.values()), list(fields), length=len(numbers)))


def _roles(part: Columns) -> dict[str, ak.contents.Content]:
    """Four-momentum and vertex of each role, free of charge, where all events have the same topology."""
    return {
        role: ak.contents.RecordArray(
            [ak.contents.NumpyArray(part.momentum[i, position]) for i in range(4)]
            + [ak.contents.NumpyArray(part.vertices[i, part.topology.vertex[position]]) for i in range(4)],
            list(ROLE_FIELDS),
            parameters={"__record__": "Momentum4D"},
        )
        for role, position in part.topology.roles.items()
    }


def _named(parts: Sequence[Columns], attribute: str, n: int, *, missing: float) -> ak.contents.Content:
    """Record of named numbers of n events; an event whose topology lacks one has `missing`."""
    columns = named_numbers(parts, attribute, n, missing=missing)
    return named_record({name: ak.contents.NumpyArray(column) for name, column in columns.items()}, n)


def named_record(columns: Mapping[str, ak.contents.Content], n: int) -> ak.contents.Content:
    """Record of named columns of n events; of none an empty list each, which has no fields either.

    A record without fields would say the same, but neither Parquet nor Arrow's other files hold one ("Cannot write struct
    type with no child field"), and ``ak.to_parquet`` would leave a file of 0 bytes.
    """
    if columns:
        return ak.contents.RecordArray(list(columns.values()), list(columns), length=n)
    offsets = np.zeros(n + 1, dtype=np.int64)
    return ak.contents.ListOffsetArray(ak.index.Index64(offsets), ak.contents.EmptyArray())


def _scattered(parts: Sequence[Columns], n: int) -> _Indices:
    """Offsets and indices of n events of a mixture of topologies."""
    counts = np.empty(n, dtype=np.int64)
    for part in parts:
        counts[part.rows] = len(part.topology)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    out = np.empty((3, offsets[-1]), dtype=np.int64)
    bases = np.zeros(3, dtype=np.int64)
    for part in parts:
        size, events = len(part.topology), len(part)
        target = offsets[part.rows][:, None] + np.arange(size)
        local = [index.data.reshape(events, size) for index in _indices(part.topology, events)[1:]]
        for k in range(3):
            out[k, target.ravel()] = (local[k] + bases[k]).ravel()
        bases += [size * events, part.vertices.shape[1] * events, size]
    return ak.index.Index64(offsets), *(ak.index.Index64(row) for row in out)


_Indices: TypeAlias = "tuple[ak.index.Index, ak.index.Index, ak.index.Index, ak.index.Index]"

#: Most events whose indices are kept for the next record of as many: a million.
_MOST_KEPT: Final = 64 * BLOCK


def _indices(topology: Topology, n: int) -> _Indices:
    """Offsets, and where in the columns the momentum, vertex and fixed numbers of each list entry stand."""
    if n <= BLOCK:
        return _block_indices(topology, n)
    return _chunk_indices(topology, n) if n <= _MOST_KEPT else _make_indices(topology, n)


@lru_cache(maxsize=8)
def _block_indices(topology: Topology, n: int) -> _Indices:
    return _make_indices(topology, n)


@lru_cache(maxsize=1)
def _chunk_indices(topology: Topology, n: int) -> _Indices:
    return _make_indices(topology, n)


def _make_indices(topology: Topology, n: int) -> _Indices:
    size = len(topology)
    small = size * n < 2**31  # (half the memory)
    kind: Any = np.int32 if small else np.int64
    index = ak.index.Index32 if small else ak.index.Index64
    event = np.arange(n, dtype=kind)[:, None]
    kinematic = (np.arange(size, dtype=kind) * kind(n)) + event
    vertex = (np.asarray(topology.vertex, dtype=kind) * kind(n)) + event
    fixed = np.tile(np.arange(size, dtype=kind), n)
    return ak.index.Index64(regular_offsets(size, n)), *(
        index(i.reshape(-1)) for i in (kinematic, vertex, fixed)
    )


def _flat(columns: list[Array]) -> ak.contents.NumpyArray:
    return ak.contents.NumpyArray(
        columns[0].reshape(-1) if len(columns) == 1 else np.concatenate([c.reshape(-1) for c in columns])
    )
