"""Columns of a Parquet file of events, as Arrow has them, and the event record of such columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import awkward as ak
import pyarrow as pa

from darkpair.gen.output.event_columns import Collection, EventColumns, FileColumns
from darkpair.gen.output.layouts import GENPART, OF_FILE, ORIGINAL, Layout, file_columns
from darkpair.gen.output.pieces import JoinedColumn, JoinedLists
from darkpair.gen.output.spelling import SAMPLE, word
from darkpair.gen.output.titles import titles, untitled
from darkpair.gen.record import ROLE_FIELDS, named_record
from darkpair.gen.sample_name import NAME

__all__ = ["arrow_table", "record_of", "table_columns", "table_titles"]

#: Records of numbers and lists in the event record; "weights.lifetime" is a column of one.
_RECORDS: Final = ("weights", "proper_length", "original", "reco")

#: Those that are there without any number too.
_ALWAYS: Final = ("weights", "proper_length")

_UNIT: Final = re.compile(r"\[([^\[\]]*)\]\Z")


def table_columns(events: EventColumns, layout: Layout) -> FileColumns:
    """Columns and collections of some events, "record.name" inside a record, in the file's order.

    Raises
    ------
    InputError, UnknownNameError
        As `darkpair.gen.output.layouts.file_columns`.
    """
    if layout != "cartesian":
        return file_columns(events, layout)
    names = {name: events.names[SAMPLE[name] if events.original else name] for name in NAME}
    particles = {name: events.particles[name] for name in _particle_fields() if name in events.particles}
    out: FileColumns = {**names, "particles": Collection(offsets=events.offsets, columns=particles)}
    out["genWeight"] = events.weight
    out |= {f"weights.{name}": factor for name, factor in events.weights.items()}
    out |= {f"proper_length.{role}": length for role, length in events.proper_length.items()}
    out |= {
        f"original.{name}": events.names[name] if name in NAME else column
        for name, column in events.original.items()
    }
    return out | {f"reco.{name}": column for name, column in (events.reco or {}).items()}


def _particle_fields() -> dict[str, str]:
    """Branch of ``GenPart`` for each field of the record's particles, in the record's order."""
    branches = GENPART | OF_FILE
    first = {name: branches.pop(name) for name in ROLE_FIELDS}
    last = {"nominal_mass": branches.pop("nominal_mass")}
    extra = {name: branches.pop(name) for name in OF_FILE}
    return first | branches | last | extra


def table_titles(events: EventColumns, layout: Layout) -> dict[str, str]:
    """Title of each column, and of each field of a collection as "collection.field"; what nobody described has none.

    Raises
    ------
    InputError
        For a detector's title without a unit.
    """
    said = titles(events, layout, file_columns(events, layout))
    out = {}
    for path, column in table_columns(events, layout).items():
        for name in column.fields or [""] if isinstance(column, Collection) else [""]:
            branch = (
                _branch(path, name, events) if layout == "cartesian" else "_".join(filter(None, (path, name)))
            )
            if (title := said.get(branch)) not in (None, untitled(branch)):
                out[".".join(filter(None, (path, name)))] = str(title)
    return out


def _branch(path: str, name: str, events: EventColumns) -> str:
    """Branch of a ROOT file that holds the same numbers."""
    record, _, inner = path.partition(".")
    if path == "particles":
        return f"GenPart_{(GENPART | OF_FILE)[name]}"
    if record == "weights":
        return f"weight_{word(inner)}"
    if record == "proper_length":
        return f"{word(inner)}_properLength"
    if record == "original":
        return ORIGINAL.get(inner, inner)
    if record == "reco":
        return f"{inner}_{name}" if name else inner
    return SAMPLE[path] if path in NAME and events.original else path


def arrow_table(
    columns: Mapping[str, JoinedColumn | JoinedLists], n: int, layout: Layout, said: Mapping[str, str]
) -> pa.Table:
    """Arrow table of columns, which awkward reads as the record that it is.

    Parameters
    ----------
    columns : mapping
        As `table_columns` names them.
    n : int
        Number of events.
    layout : {"cartesian", "nano", "flat"}
        Layout of the file.
    said : mapping
        Titles, as `table_titles` names them.
    """
    fields: dict[str, Any] = {}
    for path, column in columns.items():
        if path == "genWeight" and layout == "cartesian":
            fields |= {"genWeight": None} | {name: {} for name in _ALWAYS}
        content = (
            column.array().layout
            if isinstance(column, JoinedLists)
            else ak.contents.NumpyArray(column.array())
        )
        record, dot, name = path.partition(".")
        if dot and record in _RECORDS:
            fields.setdefault(record, {})[name] = (
                _documented(content, path, said) if record == "reco" else content
            )
            continue
        fields[path] = (
            ak.with_name(content, "Momentum4D", highlevel=False) if path == "particles" else content
        )
    contents = [named_record(f, n) if isinstance(f, dict) else f for f in fields.values()]
    record_ = ak.Array(ak.contents.RecordArray(contents, list(fields), length=n))
    table = _native(ak.to_arrow_table(record_, list_to32=True, extensionarray=True))
    schema = pa.schema(
        [_titled(field, field.name, said) for field in table.schema], metadata=table.schema.metadata
    )
    return pa.Table.from_arrays(
        [column.cast(field.type) for column, field in zip(table.columns, schema, strict=True)], schema=schema
    )


def _native(table: pa.Table) -> pa.Table:
    """The table in Arrow's own types; what awkward's types say beyond them is in the schema's metadata, where it reads it."""
    from awkward._connect.pyarrow import table_conv

    return table_conv.convert_awkward_arrow_table_to_native(table)


def _documented(content: ak.contents.Content, path: str, said: Mapping[str, str]) -> ak.contents.Content:
    """A detector's column with what it is, as its record says it."""

    def leaf(layout: ak.contents.Content, **_: Any) -> Any:
        if layout.is_record:
            inner = [_documented(layout.content(name), f"{path}.{name}", said) for name in layout.fields]
            return ak.contents.RecordArray(inner, layout.fields, length=layout.length)
        title = said.get(path)
        return layout.copy(parameters={"__doc__": title}) if layout.is_numpy and title else None

    return ak.transform(leaf, content, highlevel=False)


def _titled(field: pa.Field, path: str, said: Mapping[str, str]) -> pa.Field:
    """A field of a schema with its title and unit, and those inside it with theirs."""
    kind = field.type
    if pa.types.is_struct(kind):
        field = field.with_type(pa.struct([_titled(inner, f"{path}.{inner.name}", said) for inner in kind]))
    elif pa.types.is_list(kind):
        field = field.with_type(pa.list_(_titled(kind.value_field, path, said)))
    if (title := said.get(path)) is None or pa.types.is_struct(kind):
        return field
    unit = _UNIT.search(title)
    return field.with_metadata({"title": title} | ({"unit": unit[1]} if unit else {}))


def record_of(table: pa.Table, particles: list[Mapping[str, Any]]) -> ak.Array:
    """Event record of a table of the cartesian layout.

    Parameters
    ----------
    table : pyarrow.Table, (n,)
        Events.
    particles : list of mappings
        Roles in the order of the list, where all events have the same.
    """
    from awkward._connect.pyarrow import table_conv

    events = ak.from_arrow(table_conv.convert_native_arrow_table_to_awkward(table))
    fields = {name: events[name] for name in events.fields if name not in ("genWeight", "original", "reco")}
    for position, row in enumerate(particles):
        fields[row["role"]] = ak.with_name(events.particles[:, position][list(ROLE_FIELDS)], "Momentum4D")
    fields |= {name: events[name] for name in ("original", "reco") if name in events.fields}
    contents = [field.layout for field in fields.values()]
    return ak.Array(ak.contents.RecordArray(contents, list(fields), length=len(events)))
