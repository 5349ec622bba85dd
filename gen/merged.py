"""Events of a file with what their parents decay to: one list each.

The list of an event is the file's, in the file's order, followed by what its parent decays to; the parent stays
where it was.  Of the file's particles only the parent changes: it keeps its three-momentum, has the mass that
decays, and status 2 where the file says that it is final.  What the file lets it decay to is flagged as replaced,
and no number of it is touched.

A column is put together where it is written: a file's particles are many, and a layout does without some of their numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.cylindrical import cylindrical
from darkpair.gen.kinematics import Array
from darkpair.gen.lists import MOMENTUM, Column, LaidColumn, packed
from darkpair.gen.moved import descended, lists_moved, rows_moved
from darkpair.gen.originals import VERTEX, Index, Originals, four_momentum, gathered
from darkpair.gen.status_flags import OF_CHAIN
from darkpair.gen.topology import DECAYED, FINAL, Columns

if TYPE_CHECKING:
    import awkward as ak

__all__ = ["Merged", "MergedColumn"]


@dataclass(frozen=True, eq=False)
class MergedColumn(LaidColumn):
    """One quantity of all particles.

    Parameters
    ----------
    lists : Merged
        Whose.
    kind : dtype
        Type of the numbers.
    file : callable
        Gives the file's numbers as they stand there, (k,), or one for all of its particles.
    parent : callable, optional
        Gives the parents' numbers in a topology's events, (n,) or one; where there is none, they are the file's.
    chain : callable
        Gives those of a topology's other particles: (particles - 1, n), (particles - 1,) or one.
    """

    lists: Merged
    kind: np.dtype[Any]
    file: Callable[[], NDArray[Any]]
    parent: Callable[[Columns], Any] | None
    chain: Callable[[Columns], Any]

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the numbers."""
        return self.kind

    def __len__(self) -> int:
        return int(self.lists.offsets[-1])

    def fill(self, out: NDArray[Any]) -> None:
        """Write the numbers into an array (k,), of any type that holds them."""
        lists, file = self.lists, np.asarray(self.file())
        file = file.astype(out.dtype.newbyteorder("="), copy=False)
        tables = [
            self._table(part, file, slots[2]) for part, slots in zip(lists.parts, lists.slots, strict=True)
        ]
        if file.ndim and not lists_moved(out, lists.offsets, file, lists.begins, lists.kept):
            behind = np.concatenate([file, *(table.reshape(-1) for table in tables)]).astype(out.dtype)
            np.copyto(out, np.take(behind, lists.sources, mode="clip"))
            return
        if not file.ndim:
            out[...] = file
        for table, (first, others, _) in zip(tables, lists.slots, strict=True):
            if not rows_moved(out, table, first, others):
                out[first] = table[0]
                out[others[:, None] + np.arange(len(table) - 1)] = table[1:].T

    def _table(self, part: Columns, file: NDArray[Any], parents: Index) -> NDArray[Any]:
        """Numbers of the parents, there in the file, and of a topology's other particles, (particles, n), in the type of the file's."""
        out = np.empty((len(part.topology), len(part)), dtype=file.dtype)
        values = np.asarray(self.chain(part))
        out[1:] = values[:, None] if values.ndim == 1 else values
        if self.parent is not None:
            out[0] = self.parent(part)
        else:
            out[0] = file[parents] if file.ndim else file
        return out

    def map(self, function: Callable[[NDArray[Any]], NDArray[Any]], name: object) -> MergedColumn:
        """The column of what a function of each number gives."""

        def of(values: Any) -> Any:
            return function(np.asarray(values).astype(self.kind, copy=False))

        parent = self.parent
        return replace(
            self,
            kind=np.asarray(function(np.zeros((), dtype=self.kind))).dtype,
            file=lambda: of(self.file()),
            parent=None if parent is None else lambda part: of(parent(part)),
            chain=lambda part: of(self.chain(part)),
        )


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
        self.kept = np.diff(originals.offsets)[originals.rows]  # particles of the file in each event
        extra = np.empty(len(originals), dtype=np.int64)
        for part in parts:
            extra[part.rows] = len(part.topology) - 1
        self.offsets = np.concatenate([[0], np.cumsum(self.kept + extra)])
        self.parent = self.offsets[:-1] + originals.parent
        self.begins = originals.offsets[originals.rows]
        self.parent_in_file = self.begins + originals.parent

    @cached_property
    def slots(self) -> list[tuple[Index, Index, Index]]:
        """Where each topology's parents stand, and the first of its other particles; where the parents stand in the file."""
        begins = self.offsets[:-1] + self.kept
        return [(self.parent[p.rows], begins[p.rows], self.parent_in_file[p.rows]) for p in self.parts]

    @cached_property
    def sources(self) -> Index:
        """Where the numbers of all particles stand behind each other: the file's as they are, then those of each topology."""
        first = int(self.originals.offsets[-1])
        out = np.repeat(self.begins - self.offsets[:-1], np.diff(self.offsets))
        out += np.arange(len(out))
        for part in self.parts:
            size, n = len(part.topology), len(part)
            slots = first + np.arange(size * n).reshape(size, n)
            out[self.parent[part.rows]] = slots[0]
            chain = (self.offsets[part.rows] + self.kept[part.rows])[:, None] + np.arange(size - 1)
            out[chain] = slots[1:].T
            first += size * n
        return out

    def _column(
        self,
        dtype: Any,
        file: Callable[[], NDArray[Any]],
        chain: Callable[[Columns], Any],
        parent: Callable[[Columns], Any] | None = None,
    ) -> MergedColumn:
        return MergedColumn(self, np.dtype(dtype), file, parent, chain)

    @cached_property
    def _four_momentum(self) -> list[Array]:
        """The file's px, py, pz, E [GeV]."""
        return four_momentum(self.originals.particles)

    def _momentum(self, i: int) -> MergedColumn:
        return self._column(
            np.float64,
            lambda: self._four_momentum[i],
            lambda part: part.momentum[i, 1:],
            lambda part: part.momentum[i, 0],
        )

    def _vertex(self, i: int) -> MergedColumn:
        """One of x, y, z, t [mm]; zero where the file has none."""
        name = VERTEX[i]

        def chain(part: Columns) -> NDArray[Any]:
            values: NDArray[Any] = part.vertices[i, np.asarray(part.topology.vertex[1:], dtype=np.int64)]
            return values

        def parent(part: Columns) -> Any:
            return part.vertices[i, part.topology.vertex[0]]

        has = name in self.originals.particles
        return self._column(
            np.float64,
            (lambda: self.originals.particles[name]) if has else (lambda: np.zeros(())),
            chain,
            parent,
        )

    def _pdgid(self) -> MergedColumn:
        return self._column(
            np.int32,
            lambda: self.originals.particles["pdgid"],
            lambda part: np.array(part.topology.pdgid[1:]),
            lambda part: part.topology.pdgid[0],
        )

    def _status(self) -> MergedColumn:
        """The file's status codes and the chain's; a parent that was final has decayed."""
        before = self.originals.particles["status"][self.parent_in_file]
        after = np.where(before == FINAL, DECAYED, before)
        return self._column(
            np.int32,
            lambda: self.originals.particles["status"],
            lambda part: np.array(part.topology.status[1:]),
            lambda part: after[part.rows],
        )

    def _mother(self) -> MergedColumn:
        """Indices into the event's own list, of the first mother."""

        def chain(part: Columns) -> Index:
            mother = np.asarray(part.topology.mother[1:], dtype=np.int64)[:, None]
            return np.where(mother <= 0, self.originals.parent[part.rows], self.kept[part.rows] + mother - 1)

        return self._column(np.int32, lambda: self.originals.particles["mother"], chain)

    def _mass(self) -> MergedColumn:
        """The file's masses, the parent's and the chain's [GeV]."""

        def chain(part: Columns) -> NDArray[Any]:
            others = range(1, len(part.topology))
            if not part.masses:
                return np.array([part.topology.mass[position] for position in others])
            return np.stack([np.broadcast_to(part.mass(position), len(part)) for position in others])

        return self._column(
            np.float64, lambda: self.originals.particles["mass"], chain, lambda part: part.mass(0)
        )

    @cached_property
    def replaced(self) -> NDArray[np.bool_]:
        """Which particles are what the file lets the parent decay to, or come from that."""
        out = np.zeros(self.offsets[-1], dtype=bool)
        lists = self.offsets, self.begins, self.kept, self.originals.parent
        if not self.originals.further.size and descended(out, *lists, self.originals.particles["mother"]):
            return out
        inside, source = self.originals.offsets, None  # where each event's list begins without the chain
        if not np.array_equal(self.originals.rows, np.arange(len(inside) - 1)):
            inside, source = gathered(inside, self.originals.rows)
        mother = self.originals.particles["mother"]
        mother = mother if source is None else mother[source]
        # (half the memory where the numbers are small, as they are but for the largest of batches)
        kind: Any = np.int32 if len(mother) < 2**31 else np.int64
        starts = np.repeat(inside[:-1].astype(kind), self.kept)
        if bool(
            (mother + starts < np.arange(len(mother), dtype=kind)).all()
        ):  # mothers come first: so do parents
            below = np.flatnonzero(mother >= np.repeat(self.originals.parent.astype(np.int32), self.kept))
        else:
            below = np.flatnonzero(mother >= 0)
        above = mother[below] + starts[below].astype(np.int64)
        if self.originals.further.size:
            more = self._further(inside, source)
            below, above = np.concatenate([below, more[0]]), np.concatenate([above, more[1]])
        rows = _descendants(inside[:-1] + self.originals.parent, below, above, len(mother))
        out[...] = False
        out[rows + (self.offsets - inside)[np.searchsorted(inside, rows, side="right") - 1]] = True
        return out

    def _further(self, inside: Index, source: Index | None) -> Index:
        """Rows of particles in the order of the batch, and of a mother of each beyond the first."""
        further, offsets, rows = self.originals.further, self.originals.offsets, self.originals.rows
        if source is None:
            return further
        event = np.searchsorted(offsets, further[0], side="right") - 1
        order = np.argsort(event, kind="stable")
        ends, pairs = gathered(np.searchsorted(event[order], np.arange(len(offsets))), rows)
        return further[:, order[pairs]] + np.repeat(inside[:-1] - offsets[rows], np.diff(ends))

    def final_state(self, pdgids: Sequence[int]) -> dict[str, Any]:
        """What `darkpair.gen.events.FinalState` holds; replaced particles are not there any more."""
        columns = self.columns()
        seen = np.isin(packed(columns["pdgid"]), list(pdgids))
        seen &= packed(columns["status"]) == FINAL
        index = np.flatnonzero(seen & ~self.replaced)
        event = np.searchsorted(self.offsets, index, side="right") - 1
        return {
            "counts": np.bincount(event, minlength=len(self.originals)),
            "event": event,
            "index": index - self.offsets[event],
            "momentum": np.stack([packed(columns[name])[index] for name in MOMENTUM]),
            "vertex": np.stack([packed(columns[name])[index] for name in VERTEX]),
        }

    def columns(self) -> dict[str, Column]:
        """Every quantity of the particles, by the name that it has in the record."""
        columns: dict[str, Column] = {name: self._momentum(i) for i, name in enumerate(MOMENTUM)}
        columns |= {name: self._vertex(i) for i, name in enumerate(VERTEX)}
        columns |= {
            "pdgid": self._pdgid(),
            "status": self._status(),
            "mother": self._mother(),
            "nominal_mass": self._mass(),
            "replaced": self.replaced,
        }
        if "statusFlags" in self.originals.particles:
            flags = np.array(OF_CHAIN)
            columns["statusFlags"] = self._column(
                np.int32, lambda: self.originals.particles["statusFlags"], lambda _part: flags
            )
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

        fields = {"particles": _lists(self.offsets, self.columns(), "Momentum4D")}
        if (own := self.cylindrical()) is not None:
            fields["cylindrical"] = _lists(self.offsets, own, None)
        columns = self.events()
        contents = [ak.contents.NumpyArray(column) for column in columns.values()]
        fields["original"] = ak.contents.RecordArray(contents, list(columns), length=len(self.originals))
        return fields

    def _has_vertex(self) -> NDArray[np.bool_]:
        """Whether the file says where the parent was made."""
        if "has_vertex" not in self.originals.particles:
            return np.full(len(self.originals), "vx" in self.originals.particles)
        return np.asarray(self.originals.particles["has_vertex"][self.parent_in_file], dtype=np.bool_)

    @cached_property
    def _made(self) -> dict[int, tuple[Array, Array, Array]]:
        """Pt [GeV], eta and phi [rad] of the chain's particles, (particles - 1, n), of each topology's events."""
        return {id(part): cylindrical(*(part.momentum[i, 1:] for i in range(3))) for part in self.parts}

    def cylindrical(self) -> dict[str, MergedColumn] | None:
        """The file's pt, eta and phi, bit by bit, and those of the chain's particles, in the file's types; None if it has none."""
        if "pt" not in self.originals.particles:
            return None
        return {name: self._of_cylinder(i, name) for i, name in enumerate(("pt", "eta", "phi"))}

    def _of_cylinder(self, i: int, name: str) -> MergedColumn:
        dtype = self.originals.particles[name].dtype
        return self._column(
            dtype, lambda: self.originals.particles[name], lambda part: self._made[id(part)][i]
        )


def _lists(offsets: Index, columns: Mapping[str, Column], name: str | None) -> ak.contents.Content:
    import awkward as ak

    contents = [ak.contents.NumpyArray(packed(column)) for column in columns.values()]
    parameters = None if name is None else {"__record__": name}
    record = ak.contents.RecordArray(contents, list(columns), parameters=parameters)
    return ak.contents.ListOffsetArray(ak.index.Index64(offsets), record)


def _descendants(parent: Index, below: Index, above: Index, size: int) -> Index:
    """Rows of what comes from the parents by those links, growing, without the parents."""
    out = np.zeros(size, dtype=bool)
    out[parent] = True
    while (fresh := out[above] & ~out[below]).any():
        out[below[fresh]] = True
        below, above = below[~fresh], above[~fresh]
    out[parent] = False
    return np.flatnonzero(out)
