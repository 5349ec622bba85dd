"""ROOT files of events: a TTree or an RNTuple named ``Events``, and how it was made as JSON under ``provenance``."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, get_args

import awkward as ak
import numpy as np
import uproot

from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.output.anchor import describe_anchor
from darkpair.gen.output.baskets import Baskets, rewrite
from darkpair.gen.output.copied import copied
from darkpair.gen.output.event_columns import Collection, EventColumns, FileColumns, list_array
from darkpair.gen.output.file_format import length_units
from darkpair.gen.output.layouts import Layout, file_columns, particles_of, spelled_of
from darkpair.gen.output.opened import open_root
from darkpair.gen.output.parts import HISTOGRAMS, RUNS, Row, row_types
from darkpair.gen.output.pieces import JoinedColumn, JoinedLists, form_of, joined
from darkpair.gen.output.spelling import names
from darkpair.gen.output.target import EventWriter
from darkpair.gen.output.titles import titles

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from darkpair.gen.pipeline import Chunk

__all__ = ["PROVENANCE", "TREE", "Kind", "RootWriter"]

Kind: TypeAlias = Literal["ttree", "rntuple"]
Compression: TypeAlias = Literal["lz4", "zstd", "none"]

TREE, PROVENANCE = "Events", "provenance"

#: Events of a basket, and at most of twice as many: fewer make a file slow to read, more take memory for nothing.
_BASKET = 32768

#: Compressions by name.  Writing accepted events of KOTO costs 1 with lz4 where it costs 1.5 with zstd and many
#: times that with uproot's own choice, zlib; the file is 17 % larger than with zstd.
COMPRESSIONS = {"lz4": uproot.LZ4(1), "zstd": uproot.ZSTD(1), "none": None}


class RootWriter(EventWriter):
    """A ROOT file, .root: a TTree or an RNTuple of events.

    It appears under its name when it is complete, and not at all after an exception.

    Parameters
    ----------
    path : str or path
        The file, which ends in ``.root``.
    layout : {"cartesian", "nano", "flat"}
        Which columns a particle has; see `darkpair.gen.output.layouts`.
    kind : {"ttree", "rntuple"}
        What holds the events in the file.
    compression : {"lz4", "zstd", "none"}
        How the file is compressed.
    provenance : mapping
        How the events were made, as `darkpair.gen.provenance.describe` writes it; may grow until the file is
        closed. The writer adds ``output``: layout, kind, events, units, the particles where all events have the
        same, and the names that branches spell in another way.

    Raises
    ------
    InputError
        If the file cannot be written; see `check_writable`.
    UnknownNameError
        For another layout or kind.
    """

    references: ClassVar = ("uproot", "awkward")
    ENDINGS: ClassVar = (".root",)

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        layout: Layout = "cartesian",
        kind: Kind = "ttree",
        compression: Compression = "lz4",
        provenance: Mapping[str, Any],
    ) -> None:
        if layout not in get_args(Layout):
            raise UnknownNameError("layout", layout, get_args(Layout))
        if kind not in get_args(Kind):
            raise UnknownNameError("kind of file", kind, get_args(Kind))
        if compression not in COMPRESSIONS:
            raise UnknownNameError("compression", compression, COMPRESSIONS)
        super().__init__(path, provenance)
        self.layout, self.kind, self.compression = layout, kind, compression
        self._pending: list[FileColumns] = []
        self._waiting = 0
        self._particles: list[dict[str, Any]] = []
        self._spelled: dict[str, str] = {}
        self._form: dict[str, Any] = {}
        self._tree: Any = None
        self._baskets: Baskets | None = None

    def open_file(self) -> Any:
        """The file, without a tree."""
        # (of a path uproot makes an address, in which "::" and "#" have meanings, and folders that are gone)
        # (the file is there and empty: made shorter, here or by uproot, ext4 would have it all written to the disk in `close`)
        file = self.partial.open("r+b")
        try:
            return uproot.create(file, compression=COMPRESSIONS[self.compression])
        except BaseException:
            with suppress(OSError):
                file.close()
            raise

    def write(self, events: ak.Array) -> None:
        """Add events.

        Parameters
        ----------
        events : awkward.Array, (n,)
            Event record, perhaps empty, perhaps with a detector's in the field ``reco``.

        Raises
        ------
        InputError
            If the layout cannot hold them, or if their branches are not those of the events before.
        """
        self.check_open()
        for start in range(0, len(events) or 1, _BASKET):
            some = events if len(events) <= _BASKET else events[start : start + _BASKET]
            self._add_events(EventColumns.of_record(some, first=self.events + 1))

    def add(self, chunk: Chunk) -> None:
        """Add the events of a chunk of a pipeline, column by column: no record is made; see `EventWriter.add`."""
        self.check_open()
        chunk.close()
        n = len(chunk.events)
        for start in range(0, n or 1, _BASKET):
            some = chunk if n <= _BASKET else chunk.span(start, min(start + _BASKET, n))
            self._add_events(EventColumns.of_chunk(some))

    def _add_events(self, events: EventColumns) -> None:
        """Put events to those that wait, the first of which make the tree."""
        converted = file_columns(events, self.layout)
        if self._tree is None:
            self._begin(converted, titles(events, self.layout, converted))
            self._spelled = spelled_of(events)
        if not self._particles:
            self._particles = particles_of(events)
        self._add(converted)

    def copy(self, path: Path, first: int, last: int, output: Mapping[str, Any]) -> None:
        """Add events of another file of the same layout and kind, branch by branch as they stand there; see `EventWriter`.

        Raises
        ------
        InputError
            If their branches are not those of the events before.
        """
        self.check_open()
        with open_root(path) as file:
            for start in range(first, max(last, first + 1), _BASKET):
                converted, said = copied(file[TREE], start, min(start + _BASKET, last))
                if self._tree is None:
                    self._begin(converted, said)
                    self._spelled = dict(output["spelled"])
                self._particles = self._particles or list(output["particles"])
                self._add(converted)

    def _begin(self, converted: FileColumns, said: Mapping[str, str]) -> None:
        """Make the tree for the first events, whose branches have those titles."""
        self._form = form_of(converted)
        self._tree = self._make(converted, said)

    def _add(self, converted: FileColumns) -> None:
        """Put events to those that wait to be written."""
        if form_of(converted) != self._form:
            raise InputError(
                f"the events for {self.path.name} differ in their branches; write events of one chain and one detector"
            )
        n = _length(converted)
        self.events += n
        self._waiting += n
        self._pending.append(converted)
        if self._waiting >= _BASKET:
            self._flush()

    def finish(self) -> None:
        """Write the events that wait, and the provenance."""
        if self._tree is None:
            raise self.nothing_written()
        self._flush()
        if self._baskets is not None:
            self._baskets.finish()
        output = {
            "layout": self.layout,
            "kind": self.kind,
            "events": self.events,
            "units": length_units(self.layout),
            "particles": self._particles,
            "spelled": self._spelled,
        }
        provenance = self.described() | {"output": output}
        if self.sums is not None:
            for name, histogram in self.sums.all_histograms().items():
                self.file[f"{HISTOGRAMS}/{name}"] = histogram
            row = Row(provenance=provenance, tally=self.sums.tally)
            if row.span is not None:
                self.file.mktree(RUNS, row_types(), title="what each part of the sample came to").extend(
                    row.columns()
                )
        self.file[PROVENANCE] = json.dumps(provenance, allow_nan=False)

    def _make(self, converted: FileColumns, said: Mapping[str, str]) -> Any:
        """Empty tree with the branches of the first events and their titles."""
        empty = joined([{name: _emptied(column) for name, column in converted.items()}])
        types = {name: _type(column) for name, column in self._columns(empty)}
        if self.kind == "rntuple":
            describe_anchor(self.file)
            return self.file.mkrntuple(
                TREE, {name: _described(kind, said[name]) for name, kind in types.items()}
            )
        tree = self.file.mktree(TREE, types)
        _entitle(tree, said)
        self._baskets = Baskets.of_tree(tree)
        if self._baskets is None:
            rewrite(tree)
        return tree

    def _columns(self, converted: Mapping[str, JoinedColumn | JoinedLists]) -> Iterator[tuple[str, Any]]:
        """Columns as uproot takes them: the fields of an RNTuple have the names of a TTree's branches."""
        for name, column in converted.items():
            if isinstance(column, JoinedColumn) or self.kind == "ttree":
                yield name, column.array()
                continue
            counter, *branches = names(name, column)
            yield counter, np.diff(column.offsets).astype(np.int32)
            for branch, values in zip(branches, column.columns.values(), strict=True):
                yield branch, list_array(column.offsets, {"": values.array()})

    def _flush(self) -> None:
        """Write what waits."""
        if self._waiting:
            columns = joined(self._pending)
            if self._baskets is None:
                self._tree.extend(dict(self._columns(columns)))
            else:
                self._baskets.extend(columns, self._waiting)
        self._pending, self._waiting = [], 0


def _length(columns: FileColumns) -> int:
    """Number of events."""
    first = next(iter(columns.values()))
    return len(first.offsets) - 1 if isinstance(first, Collection) else len(first)


def _emptied(column: Any) -> Any:
    """A column or collection of the same types, of no events."""
    if not isinstance(column, Collection):
        return column[:0]
    columns: dict[str, Any] = {name: np.empty(0, dtype=c.dtype) for name, c in column.columns.items()}
    return Collection(offsets=column.offsets[:1] * 0, columns=columns)


def _type(column: Any) -> Any:
    return column.dtype if isinstance(column, np.ndarray) else column.type.content


def _described(kind: Any, title: str) -> Any:
    """Type of an RNTuple's field with its description."""
    parameters = {"__doc__": title}
    if isinstance(kind, ak.types.ListType):
        return ak.types.ListType(kind.content, parameters=parameters)
    return ak.types.NumpyType(kind.name, parameters=parameters)


def _entitle(tree: Any, said: Mapping[str, str]) -> None:
    """Give the branches of an empty TTree their titles.

    The writer of uproot (to 5.7) has no argument for them.  It takes them from its own table, which is written again as it
    does itself when a tree outgrows its place; the leaves keep theirs, of which ROOT needs the lengths.
    """
    for row in tree._cascading._branch_data:
        if row["kind"] != "record":
            row["fTitle"] = said[row["fName"]]
