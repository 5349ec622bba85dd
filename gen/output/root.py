"""ROOT files of events: a TTree or an RNTuple named ``Events``, and how it was made as JSON under ``provenance``."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, get_args

import awkward as ak
import numpy as np
import uproot

from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.output.copied import copied
from darkpair.gen.output.file_format import length_units
from darkpair.gen.output.layouts import Branches, Layout, branches, roles
from darkpair.gen.output.opened import open_root
from darkpair.gen.output.parts import HISTOGRAMS, RUNS, Row, row_types
from darkpair.gen.output.spelling import names, word
from darkpair.gen.output.target import EventWriter
from darkpair.gen.output.titles import titles

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping
    from pathlib import Path

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
        self._pending: list[Branches] = []
        self._particles: list[dict[str, Any]] = []
        self._spelled: dict[str, str] = {}
        self._types: dict[str, str] = {}
        self._tree: Any = None

    def open_file(self) -> Any:
        """The file, without a tree."""
        # (of a path uproot makes an address, in which "::" and "#" have meanings, and folders that are gone)
        file = self.partial.open("w+b")
        try:
            return uproot.recreate(file, compression=COMPRESSIONS[self.compression])
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
            converted = branches(some, self.layout, first=self.events + 1)
            if self._tree is None:
                self._begin(converted, titles(some, self.layout, converted))
                named = (*roles(some), *some.weights.fields, *some.proper_length.fields)
                self._spelled = {word(name): name for name in named if word(name) != name}
            if not self._particles:
                self._particles = _particles(some)
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

    def _begin(self, converted: Branches, said: Mapping[str, str]) -> None:
        """Make the tree for the first events, whose branches have those titles."""
        self._types = {name: str(_type(column)) for name, column in converted.items()}
        self._tree = self._make(converted, said)

    def _add(self, converted: Branches) -> None:
        """Put events to those that wait to be written."""
        if {name: str(_type(column)) for name, column in converted.items()} != self._types:
            raise InputError(
                f"the events for {self.path.name} differ in their branches; write events of one chain and one detector"
            )
        self.events += len(converted["genWeight"])
        self._pending.append(converted)
        if sum(len(p["genWeight"]) for p in self._pending) >= _BASKET:
            self._flush()

    def finish(self) -> None:
        """Write the events that wait, and the provenance."""
        if self._tree is None:
            raise self.nothing_written()
        self._flush()
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

    def _make(self, converted: Branches, said: Mapping[str, str]) -> Any:
        """Empty tree with the branches of the first events and their titles."""
        types = {name: _type(column) for name, column in self._columns(converted)}
        if self.kind == "rntuple":
            return self.file.mkrntuple(
                TREE, {name: _described(kind, said[name]) for name, kind in types.items()}
            )
        tree = self.file.mktree(TREE, types)
        _entitle(tree, said)
        return tree

    def _columns(self, converted: Branches) -> Iterator[tuple[str, Any]]:
        """Columns as the file takes them: the fields of an RNTuple have the names of a TTree's branches."""
        for name, column in converted.items():
            if isinstance(column, np.ndarray) or self.kind == "ttree":
                yield name, column
                continue
            counter, *fields = names(name, column)
            yield counter, np.diff(column.layout.offsets.data).astype(np.int32)
            contents = [column[field] for field in column.fields] or [column]
            yield from zip(fields, contents, strict=True)

    def _flush(self) -> None:
        if sum(len(p["genWeight"]) for p in self._pending):
            joined = {name: _joined([p[name] for p in self._pending]) for name in self._pending[0]}
            self._tree.extend(dict(self._columns(joined)))
        self._pending = []


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

    The writer of uproot (to 5.7) has no argument for them.  It takes them from its own table, which is written
    again here as it does itself when a tree outgrows its place; the leaves keep theirs, of which ROOT needs the lengths.
    """
    writer, file = tree._cascading, tree._file
    for row in writer._branch_data:
        if row["kind"] != "record":
            row["fTitle"] = said[row["fName"]]
    start = writer.key.location
    stop = start + writer.key.num_bytes + writer.key.compressed_bytes
    writer.write_anew(file.sink)
    file._move_tree(start, writer.key.location)
    writer.freesegments.release(start, stop)
    file.sink.set_file_length(writer.freesegments.fileheader.end)
    file.sink.flush()


def _joined(columns: list[Any]) -> Any:
    if len(columns) == 1:
        return columns[0]
    if isinstance(columns[0], np.ndarray):
        return np.concatenate(columns)
    return ak.concatenate(columns)


def _particles(events: ak.Array) -> list[dict[str, Any]]:
    """Constants of each role in the order of the list; empty where events differ or there are none."""
    present = roles(events)
    if not present or not len(events):
        return []
    rows = events.particles[0, :, ["pdgid", "status", "mother", "nominal_mass"]].to_list()
    words = {"pdgid": "pdgId", "mother": "genPartIdxMother", "nominal_mass": "mass"}
    return [
        {"role": role} | {words.get(key, key): value for key, value in row.items()}
        for role, row in zip(present, rows, strict=True)
    ]
