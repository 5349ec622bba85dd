"""Parquet files of events, .parquet: columns for awkward, DuckDB, pandas, Polars, Spark, and how they were made.

cartesian  the event record (`darkpair.gen.record`): ``ak.from_parquet(path).particles.px``.  The roles, which repeat what
           ``particles`` holds, are left out, and ``genWeight``, the product of ``weights``, stands beside them.
nano, flat the columns of the ROOT file of that layout (`darkpair.gen.output.layouts`), its collections as lists of structs.

Some ten thousand events are a row group.  A field's metadata has ``title`` and ``unit``; the file's has
``darkpair.provenance`` and ``darkpair.result`` as a HepMC3 file, whose tables together are the provenance, and
``darkpair.tally``, exact sums for who joins parts, in base64.

References
----------
Apache Parquet, https://parquet.apache.org/docs/file-format/: row groups, key-value metadata.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias

from darkpair.gen.errors import InputError
from darkpair.gen.output.event_columns import EventColumns, FileColumns
from darkpair.gen.output.file_format import format_of, length_units
from darkpair.gen.output.layouts import Layout, particles_of, spelled_of
from darkpair.gen.output.parts import Row
from darkpair.gen.output.pieces import form_of, joined
from darkpair.gen.output.row_check import fault_of_tables
from darkpair.gen.output.target import EventWriter
from darkpair.gen.paths import is_file, no_file

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping
    from pathlib import Path

    import awkward as ak
    import pyarrow as pa

    from darkpair.gen.pipeline import Chunk

__all__ = ["ParquetWriter"]

Compression: TypeAlias = Literal["lz4", "zstd", "none"]

#: Events of a row group, and at most of twice as many: those of a ROOT file's basket.
_GROUP: Final = 32768

_PROVENANCE, _RESULT, _TALLY = "darkpair.provenance", "darkpair.result", "darkpair.tally"


class ParquetWriter(EventWriter):
    """A Parquet file, .parquet: columns of events.

    It appears under its name when it is complete, and not at all after an exception.

    Parameters
    ----------
    path : str or path
        The file, which ends in ``.parquet``.
    layout : {"cartesian", "nano", "flat"}
        Which columns events have; see this module's first lines.
    compression : {"lz4", "zstd", "none"}
        How the columns are compressed.
    provenance : mapping
        How the events were made, as `darkpair.gen.output.root.RootWriter` takes it.

    Raises
    ------
    InputError
        If the file cannot be written, see `darkpair.gen.output.target.check_writable`, or pyarrow is not installed.
    """

    references: ClassVar = ("awkward",)
    ENDINGS: ClassVar = (".parquet",)

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        layout: Layout = "cartesian",
        compression: Compression = "lz4",
        provenance: Mapping[str, Any],
    ) -> None:
        self.require_installed()
        super().__init__(path, provenance)
        self.layout, self.compression = layout, compression
        self._pending: list[FileColumns] = []
        self._waiting = 0
        self._titles: dict[str, str] = {}
        self._form: dict[str, Any] | None = None
        self._output: dict[str, Any] = {"particles": [], "spelled": {}}

    @classmethod
    def require_installed(cls) -> None:
        """Refuse to write or read where pyarrow is not installed.

        Raises
        ------
        InputError
        """
        if find_spec("pyarrow") is None:
            raise InputError(
                "Parquet files need the package pyarrow, which is not installed; install it with  pip install "
                "'darkpair[parquet]', or write a .root file"
            )

    def open_file(self) -> _Table:
        """The file, without columns."""
        return _Table(self.partial, self.compression)

    def write(self, events: ak.Array) -> None:
        """Add events.

        Parameters
        ----------
        events : awkward.Array, (n,)
            Event record, perhaps empty, perhaps with a detector's in the field ``reco``.

        Raises
        ------
        InputError
            If the layout cannot hold them, or if their columns are not those of the events before.
        """
        self.check_open()
        for start in range(0, len(events) or 1, _GROUP):
            some = events[start : start + _GROUP]
            self._add(EventColumns.of_record(some, first=self.events + 1))

    def add(self, chunk: Chunk) -> None:
        """Add the events of a chunk of a pipeline, column by column; see `EventWriter.add`."""
        self.check_open()
        chunk.close()
        n = len(chunk.events)
        if n > _GROUP and chunk.events.originals is not None:
            self.write(chunk.record())
            return
        for start in range(0, n or 1, _GROUP):
            some = chunk if n <= _GROUP else chunk.span(start, min(start + _GROUP, n))
            self._add(EventColumns.of_chunk(some))

    def _add(self, events: EventColumns) -> None:
        """Put events to those that wait, the first of which make the schema."""
        from darkpair.gen.output.parquet_columns import table_columns, table_titles

        columns = table_columns(events, self.layout)
        if self._form is None:
            self._form = form_of(columns)
            self._titles = table_titles(events, self.layout)
            self._output["spelled"] = {} if self.layout == "cartesian" else spelled_of(events)
        if form_of(columns) != self._form:
            raise self._differ()
        self._output["particles"] = self._output["particles"] or particles_of(events)
        self.events += events.n
        self._waiting += events.n
        self._pending.append(columns)
        if self._waiting >= _GROUP:
            self._flush()

    def _differ(self) -> InputError:
        return InputError(
            f"the events for {self.path.name} differ in their columns; write events of one chain and one detector"
        )

    def _flush(self) -> None:
        """Write what waits, as a row group."""
        from darkpair.gen.output.parquet_columns import arrow_table

        if self._pending:
            self.file.write(arrow_table(joined(self._pending), self._waiting, self.layout, self._titles))
        self._pending, self._waiting = [], 0

    def copy(self, path: Path, first: int, last: int, output: Mapping[str, Any]) -> None:
        """Add all events of another file of the same layout, column by column as they stand there; see `EventWriter`.

        Raises
        ------
        InputError
            If their columns are not those of the events before.
        """
        import pyarrow as pa

        self.check_open()
        with _opened(path) as file:
            said = {
                key: text
                for key, text in file.schema_arrow.metadata.items()
                if not key.startswith(b"darkpair.")
            }
            schema = file.schema_arrow.with_metadata(said)
            if self.file.begun and not self.file.schema.equals(schema):
                raise self._differ()
            self.file.begin(schema)
            for batch in file.iter_batches(batch_size=_GROUP):
                self.file.write(pa.Table.from_batches([batch], schema))
        self.events += output["events"]
        for key in self._output:
            self._output[key] = self._output[key] or output[key]

    def finish(self) -> None:
        """Write the events that wait, and how they were made."""
        if self._form is None and not self.file.begun:
            raise self.nothing_written()
        self._flush()
        said = self.described()
        result = {key: said.pop(key) for key in ("result",) if key in said}
        result["output"] = {
            "format": "parquet",
            "layout": self.layout,
            "events": self.events,
            "units": length_units(self.layout),
        } | self._output
        texts = {
            key: json.dumps(table, allow_nan=False) for key, table in ((_PROVENANCE, said), (_RESULT, result))
        }
        if self.sums is not None:
            texts[_TALLY] = base64.b64encode(self.sums.tally).decode()
        self.file.end(texts)

    @classmethod
    def read_provenance(cls, path: str | os.PathLike[str]) -> dict[str, Any]:
        """How the events of a file were made: what the writer was given, and its ``output``.

        Raises
        ------
        InputError
            For a file that is missing, damaged, of a newer format or not of this writer.
        """
        with _opened(path) as file:
            return _said(file, path)

    @classmethod
    def read_rows(cls, path: str | os.PathLike[str]) -> list[Row]:
        """The part that a file holds, with its exact sums; see `EventWriter`."""
        with _opened(path) as file:
            tally = (file.metadata.metadata or {}).get(_TALLY.encode(), b"")
            return [Row(provenance=_said(file, path), tally=base64.b64decode(tally, validate=True))]

    @classmethod
    def read_events(cls, path: str | os.PathLike[str], first: int | None, last: int | None) -> ak.Array:
        """Event record of a file in the cartesian layout; see `EventWriter`."""
        from darkpair.gen.output.parquet_columns import record_of

        with _opened(path) as file:
            output = _said(file, path)["output"]
            cls.require_cartesian(path, output["layout"])
            start, stop, _ = slice(first, last).indices(file.metadata.num_rows)
            groups, before = _groups(file, start, stop)
            table = file.read_row_groups(groups) if groups else file.schema_arrow.empty_table()
            events = record_of(table, output["particles"])
            return events[start - before : max(stop, start) - before]


class _Table:
    """A Parquet file that is written; it has columns from the first table on."""

    def __init__(self, partial: Path, compression: str) -> None:
        self._handle = partial.open("wb")
        self._compression = compression
        self._writer: Any = None
        self._empty = True
        self.schema: pa.Schema = None

    @property
    def begun(self) -> bool:
        """Whether the file has columns."""
        return self._writer is not None

    def begin(self, schema: pa.Schema) -> None:
        """Give the file its columns, where it has none."""
        if self._writer is None:
            from pyarrow import parquet

            self.schema = schema
            self._writer = parquet.ParquetWriter(self._handle, schema, compression=self._compression)

    def write(self, events: pa.Table) -> None:
        """Write events, perhaps none, as a row group."""
        self.begin(events.schema)
        if events.num_rows:
            self._writer.write_table(events, row_group_size=events.num_rows)
            self._empty = False

    def end(self, texts: dict[str, str]) -> None:
        """Write the file's end, with those texts."""
        if self._empty:  # awkward looks for a row group
            self._writer.write_table(self.schema.empty_table())
        self._writer.add_key_value_metadata(texts)
        self._writer.close()
        self._handle.flush()

    def close(self) -> None:
        """Close the file, at whatever point it is."""
        if self._writer is not None:
            self._writer.is_open = (
                False  # (after an error it has no end to write, not when it is taken away either)
            )
        self._writer = None
        self._handle.close()


@contextmanager
def _opened(path: str | os.PathLike[str]) -> Iterator[Any]:
    """A Parquet file; whatever a damaged or foreign one makes go wrong is told in one line."""
    ParquetWriter.require_installed()
    if not is_file(path):
        raise InputError(f"{no_file(path)}; give the file of a run")
    from pyarrow import parquet

    file: Any = None
    try:
        file = parquet.ParquetFile(path)
        yield file
    except InputError:
        raise
    except Exception as error:
        raise InputError(
            f"{str(path)!r} cannot be read as a Parquet file ({type(error).__name__}); it is damaged, or something else: run "
            "the job again, or give another file"
        ) from error
    finally:
        with suppress(Exception):
            if file is not None:
                file.close(force=True)


def _said(file: Any, path: str | os.PathLike[str]) -> dict[str, Any]:
    """What an open file says of how it was made, checked."""
    texts = file.metadata.metadata or {}
    provenance: dict[str, Any] = {}
    for key in (_PROVENANCE, _RESULT):
        part = json.loads(texts.get(key.encode(), b"{}"))
        if not isinstance(part, dict):
            raise InputError(f"{str(path)!r}: {key} is no table; it was edited or damaged: make it again")
        provenance |= part
    output = provenance.get("output")
    if not isinstance(output, dict):
        raise InputError(
            f"{str(path)!r} lacks {_PROVENANCE!r}: it was not written by darkpair; give the file of a run"
        )
    format_of(provenance, str(path))
    if output.get("events") != file.metadata.num_rows:
        raise InputError(
            f"{str(path)!r} holds {file.metadata.num_rows:,} events, and says {output.get('events')}: something was cut out of "
            "it, or joined with what is not of darkpair; give the file that the run wrote"
        )
    if not isinstance(output.get("particles"), list) or not isinstance(output.get("layout"), str):
        raise InputError(
            f"{str(path)!r} does not say which columns it has; it was edited or damaged: make it again"
        )
    result = provenance.get("result")  # (a program of one's own need not say how it went)
    if isinstance(result, dict) and "cutflow" in result and (why := fault_of_tables(provenance)):
        raise InputError(
            f"{str(path)!r} does not fit together: {why}; it was edited or damaged: make it again"
        )
    return provenance


def _groups(file: Any, start: int, stop: int) -> tuple[list[int], int]:
    """Row groups that hold some events, and the first one's first event."""
    groups: list[int] = []
    before = at = 0
    for group in range(file.metadata.num_row_groups):
        n = file.metadata.row_group(group).num_rows
        if at < stop and at + n > start:
            before = before if groups else at
            groups.append(group)
        at += n
    return groups, before if groups else start
