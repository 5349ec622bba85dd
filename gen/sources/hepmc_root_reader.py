"""Events of a ROOT tree that HepMC3 wrote (WriterRootTree.cc), a `GenEventData` an entry, read in pieces by uproot."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError
from darkpair.gen.output.opened import open_root
from darkpair.gen.sources.event_listing import Listing, MoreMothers, no_such_weight, readable
from darkpair.gen.sources.hepmc_record import NAMES, Record

__all__ = ["HepMCTreeReader", "hepmc_tree"]

Index = NDArray[np.int64]

_TREE: Final = "hepmc3_tree"
_OBJECTS: Final = ("HepMC3::GenEventData", "HepMC::GenEventData")  # (the namespace of HepMC3 before 3.1)
_TEXT: Final = 1 << 23  # bytes of events that are read at once
_STEP: Final = 1024
#: What the numbers of units stand for (Units.h).
_GEV: Final = np.array([1e3, 1.0])
_MM: Final = np.array([1.0, 10.0])
_COMPONENTS: Final = ("m_v1", "m_v2", "m_v3", "m_v4")


def hepmc_tree(path: str, tree: str | None, weight: str = "") -> HepMCTreeReader | None:
    """Reader of a file that HepMC3 wrote, by one of its weights; None for any other, and where another tree is asked for.

    Raises
    ------
    InputError
        For a file of single events, of HepMC3's WriterRoot, which uproot does not read (5.7.7 fails on those of 3.0).
    """
    file = open_root(path, array_cache=None)
    classes = file.classnames(cycle=False)
    if tree not in (_TREE, None) or "Events" in classes:
        return None
    if _TREE not in classes and any(kind in _OBJECTS for kind in classes.values()):
        raise InputError(
            f"{path!r} holds events of HepMC3 as single objects (WriterRoot); allowed: a tree of them (WriterRootTree) or HepMC3 "
            "text; convert it by HepMC3's convert_example"
        )
    return HepMCTreeReader(path, file[_TREE], weight) if classes.get(_TREE) == "TTree" else None


class HepMCTreeReader:
    """Reader of HepMC3's tree; energies in GeV, lengths in mm whatever the file's units.

    Parameters
    ----------
    path : str
        The file.
    tree : uproot.TTree
        The tree.
    weight : str
        Name of the weight that counts; ``CV``, else the first, unless given.
    """

    ours = True
    length_unit = "mm"
    kind = "hepmc3"
    names = NAMES

    def __init__(self, path: str, tree: Any, weight: str = "") -> None:
        self.path, self.tree, self.tree_name = path, tree, _TREE
        self.entries = int(tree.num_entries)
        self._branches = {key.rpartition("/")[2]: key for key in tree.keys(recursive=True)}
        size = max(1, int(tree.uncompressed_bytes) // max(1, self.entries))
        self.step = max(1, min(_STEP, _TEXT // size))
        #: Branches by quantity, as those of a tree are said.
        self.branch = {"weight": weight} if weight else {}
        self._weight = self._counting(weight)
        self._last: tuple[int, int, Record] | None = None

    def _counting(self, asked: str) -> int:
        """Which of the weights counts: that of a name, else that of NuHepMC, else the first."""
        if not self.entries or (not asked and "weight_names" not in self._branches):
            return 0
        at = self._branches.get("weight_names")
        names = [] if at is None else self.tree[at].array(entry_stop=1).to_list()[0]
        if asked and asked not in names:
            raise no_such_weight(self.path, asked, names)
        wanted = asked or "CV"
        return names.index(wanted) if wanted in names else 0

    def read(self, first: int, last: int, names: Sequence[str]) -> Listing:
        """Those quantities of the events first to last - 1."""
        record = self._record(first, last)
        with readable(self.path):
            columns = {
                name: record.column(name) for name in names if name in NAMES and name not in record.events
            }
        return record.offsets, columns, {name: record.events[name] for name in names if name in record.events}

    def more_mothers(self, first: int, last: int) -> MoreMothers:
        """Mothers beyond the first, in the events first to last - 1."""
        return self._record(first, last).more_mothers()

    def _record(self, first: int, last: int) -> Record:
        """Record of the events first to last - 1, kept until others are asked for."""
        kept = self._last
        if kept is None or kept[:2] != (first, last):
            with readable(self.path):
                kept = (first, last, self._made(first, last))
            self._last = kept
        return kept[2]

    def _column(self, first: int, last: int, name: str) -> tuple[Index, NDArray[Any]]:
        """Offsets and flat numbers of a branch; one number an event is a list of one."""
        if name not in self._branches:
            raise InputError(
                f"{self.path!r} has no branch {name!r} in {_TREE!r}, which HepMC3 writes; write it as HepMC3 text"
            )
        layout = self.tree[self._branches[name]].array(entry_start=first, entry_stop=last).layout
        if layout.is_numpy:
            return np.arange(last - first + 1), np.asarray(layout.data)
        lists = layout.to_ListOffsetArray64(True)
        content = lists.content
        content = content.project() if content.is_indexed else content
        return np.asarray(lists.offsets.data), np.asarray(content.data)

    def _made(self, first: int, last: int) -> Record:
        column = partial(self._column, first, last)
        offsets, pdgid = column("particles.pid")
        vertex_offsets, _ = column("vertices.status")
        vertex, incoming = _linked(
            self._links(first, last, offsets, vertex_offsets), int(offsets[-1]), int(vertex_offsets[-1])
        )
        units = np.stack(
            [table[column(name)[1]] for name, table in (("momentum_unit", _GEV), ("length_unit", _MM))]
        )
        return Record(
            path=self.path,
            first=first,
            offsets=offsets,
            events={
                "event": column("event_number")[1].astype(np.int64),
                "weight": self._weights(first, last),
            },
            pdgid=pdgid.astype(np.int32),
            status=column("particles.status")[1].astype(np.int32),
            vertex=vertex,
            mother=np.full(len(pdgid), -1, dtype=np.int64),
            incoming=incoming,
            momenta=partial(self._momenta, first, last),
            positions=partial(self._vectors, first, last, "vertices.position"),
            beginnings=self._vectors(first, last, "event_pos"),
            units=units,
        )

    def _links(self, first: int, last: int, offsets: Index, vertices: Index) -> tuple[Index, Index, Index]:
        """Rows of particles and vertices that belong together, and which way: 1 into the vertex, -1 out of it."""
        begins, source = self._column(first, last, "links1")
        _, target = self._column(first, last, "links2")
        event = np.repeat(np.arange(last - first), np.diff(begins))
        particle, vertex = (
            np.maximum(source, target).astype(np.int64),
            -np.minimum(source, target).astype(np.int64),
        )
        bad = (
            (particle < 1)
            | (particle > np.diff(offsets)[event])
            | (vertex < 1)
            | (vertex > np.diff(vertices)[event])
        )
        for k in np.flatnonzero(bad)[:1]:
            raise InputError(
                f"{self.path!r}: event {first + event[k]} links {source[k]} with {target[k]}, which are no particle and vertex of it; it "
                "is damaged, or what wrote it is at fault: copy or write it again"
            )
        return offsets[event] + particle - 1, vertices[event] + vertex - 1, np.sign(source)

    def _weights(self, first: int, last: int) -> NDArray[np.float64]:
        """The weight of each event that counts; 1 for an event without any."""
        offsets, values = self._column(first, last, "weights")
        counts = np.diff(offsets)
        for k in np.flatnonzero((counts > 0) & (counts <= self._weight))[:1]:
            raise InputError(
                f"{self.path!r}: event {first + k} has {counts[k]} weights, and {self._weight + 1} or more have names; write it again"
            )
        padded = np.append(values, 1.0).astype(np.float64)
        return padded[np.where(counts > 0, offsets[:-1] + self._weight, len(values))]

    def _vectors(self, first: int, last: int, name: str) -> NDArray[np.float64]:
        """Four-vectors, (k, 4)."""
        return np.stack(
            [self._column(first, last, f"{name}.{part}")[1] for part in _COMPONENTS], axis=1
        ).astype(np.float64)

    def _momenta(self, first: int, last: int) -> NDArray[np.float64]:
        """Momenta, energies and masses; a mass that is not set follows from the momentum, as HepMC3 has it."""
        momenta = self._vectors(first, last, "particles.momentum")
        mass = self._column(first, last, "particles.mass")[1]
        is_set = self._column(first, last, "particles.is_mass_set")[1].astype(np.bool_)
        square = momenta[:, 3] ** 2 - (momenta[:, :3] ** 2).sum(axis=1)
        return np.column_stack(
            [momenta, np.where(is_set, mass, np.copysign(np.sqrt(np.abs(square)), square))]
        )


def _linked(
    links: tuple[Index, Index, Index], particles: int, vertices: int
) -> tuple[Index, tuple[Index, Index]]:
    """Vertex that each particle comes from, the last one named, and the particles that come into each vertex."""
    rows, vertex, way = links
    origin = np.full(particles, -1, dtype=np.int64)
    origin[rows[way < 0]] = vertex[way < 0]
    order = np.argsort(vertex[way > 0], kind="stable")
    counts = np.bincount(vertex[way > 0], minlength=vertices)
    return origin, (np.concatenate([[0], np.cumsum(counts)]), rows[way > 0][order])
