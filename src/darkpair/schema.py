"""What may be written: every key of a job and every parameter of every plug-in, as rows and as a JSON schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from darkpair.gen.parameters import Parameter, parameters
from darkpair.gen.registry import Registry
from darkpair.job_tables import ChainTable, NormalisationTable, OutputTable, RunTable, Table
from darkpair.plugins import REGISTRIES

__all__ = ["Key", "job_keys", "job_schema"]

#: Tables of a job that are no plug-ins.
TABLES: Final[dict[str, type[Table]]] = {
    "run": RunTable,
    "chain": ChainTable,
    "normalisation": NormalisationTable,
    "output": OutputTable,
}

#: Tables of a job that name a plug-in and give its parameters: the kind.
PLUGINS: Final = {"source": "sources", "detector": "detectors"}

#: Kinds whose parameters are written on a command line as key=value, or beside a name in ``chain.matrix_elements``.
_SPELLED: Final = {"model": "models", "matrix element": "matrix_elements"}

_AIM: Final = "whether a dump's mesons are drawn where the detector's events come from"


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key that may be written.

    Parameters
    ----------
    owner : str
        Plug-in whose parameter it is; empty for a key of every job.
    key : str
        As it is written in a job, or on the command line for a model.
    words : str
        What is allowed.
    default : str
        As it is written; empty where there is none, or nothing is the default.
    unit : str
        Of a bare number; empty for none.
    required : bool
    what : str
        What it is, where its owner says so.
    """

    owner: str
    key: str
    words: str
    default: str = ""
    unit: str = ""
    required: bool = False
    what: str = ""


def job_keys(kind: str | None = None) -> list[Key]:
    """Every key of a job and every parameter of every plug-in and model.

    Parameters
    ----------
    kind : str, optional
        Of the plug-ins that are wanted, as "sources"; the keys of every job and all plug-ins unless given.
    """
    rows = (
        []
        if kind is not None
        else [row for name, table in TABLES.items() for row in _table_rows(name, table)]
    )
    for section, plugins in (PLUGINS | _SPELLED).items():
        if kind not in (None, plugins):
            continue
        if section in PLUGINS and kind is None:
            words = " or ".join(REGISTRIES[plugins])
            rows.append(Key(owner="", key=f"{section}.name", words=words, required=section == "source"))
        if section == "source":
            rows.append(Key(owner="", key="source.aim", words="true or false", default="false", what=_AIM))
        prefix = f"{section}." if section in PLUGINS else ""
        for name, table in _takes(REGISTRIES[plugins]):
            rows += [_row(name, prefix, parameter) for parameter in table.values()]
    return rows


def job_schema() -> dict[str, Any]:
    """JSON schema (draft 2020-12) of a job file, with the parameters of every plug-in that is installed."""
    properties: dict[str, Any] = {name: _of_table(table) for name, table in TABLES.items()}
    for section, kind in PLUGINS.items():
        aim = (
            {"aim": {"type": "boolean", "default": False, "description": _AIM}} if section == "source" else {}
        )
        properties[section] = {
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"enum": list(REGISTRIES[kind])}},
            "oneOf": [_of_plugin(name, table, aim) for name, table in _takes(REGISTRIES[kind])],
        }
    models = {name: _properties(table) for name, table in _takes(REGISTRIES["models"])}
    chain = properties["chain"]
    chain["properties"]["model"] = {"enum": list(models)}
    chain["allOf"] = [
        {
            "if": {"properties": {"model": {"const": name}}, "required": ["model"]},
            "then": {"properties": {"parameters": {"type": "object", "properties": inside}}},
        }
        for name, inside in models.items()
    ]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "darkpair job",
        "type": "object",
        "properties": properties,
        "required": ["source", "chain", "output"],
        "additionalProperties": False,
    }


def _takes(registry: Registry) -> Iterator[tuple[str, dict[str, Parameter]]]:
    """Parameters of everything of a kind that can be used."""
    for plugin in registry.plugins:
        if not plugin.broken:
            table = parameters(registry.factory(plugin.name))
            hidden = _HIDDEN.get(registry.kind, ())
            yield plugin.name, {name: row for name, row in table.items() if name not in hidden}


#: Parameters that no job can write: a model's table of inputs is ``chain.inputs`` or ``inputs.NAME``, masses are the chain's.
_HIDDEN: Final = {"models": ("inputs",), "matrix_elements": ("mass", "masses")}


def _row(owner: str, prefix: str, parameter: Parameter) -> Key:
    return Key(
        owner=owner,
        key=f"{prefix}{parameter.name}",
        words=parameter.kind.words,
        default=_written(parameter.default) if not parameter.required else "",
        unit=parameter.kind.unit,
        required=parameter.required,
    )


def _table_rows(section: str, table: type[Table]) -> Iterator[Key]:
    schema = _of_table(table)
    for name, entry in table.model_fields.items():
        yield Key(
            owner="",
            key=f"{section}.{name}",
            words=_words(schema["properties"][name]),
            default="" if entry.is_required() or entry.default == {} else _written(entry.default),
            required=entry.is_required(),
            what=str(entry.description),
        )


def _words(schema: Mapping[str, Any]) -> str:
    """What a schema of a job's own table allows."""
    if "anyOf" in schema:
        return ", or ".join(dict.fromkeys(filter(None, map(_words, schema["anyOf"]))))
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    ends = [
        f"{word} {schema[key]:g}"
        for key, word in (
            ("exclusiveMinimum", "above"),
            ("minimum", "from"),
            ("exclusiveMaximum", "below"),
            ("maximum", "to"),
        )
        if key in schema
    ]
    kind = schema.get("type", "")
    if kind == "array":
        return f"a list, each {_words(schema['items'])}"
    if kind == "object" and not isinstance(schema.get("additionalProperties"), Mapping):
        return "a table"
    if kind == "object":
        inside = schema.get("additionalProperties", True)
        return (
            f"a table by name, each {_words(inside)}"
            if isinstance(inside, dict) and inside
            else "a table by name"
        )
    return " ".join(filter(None, [_TYPES.get(kind, ""), *ends]))


_TYPES: Final = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


def _of_table(table: type[Table]) -> dict[str, Any]:
    schema = table.model_json_schema()
    for entry in schema["properties"].values():
        entry.pop("title", None)
    schema.pop("title", None)
    return schema


def _of_plugin(name: str, table: Mapping[str, Parameter], more: Mapping[str, Any]) -> dict[str, Any]:
    required = [parameter.name for parameter in table.values() if parameter.required]
    return {
        "properties": {"name": {"const": name}, **more, **_properties(table)},
        "required": ["name", *required],
        "additionalProperties": False,
    }


def _properties(table: Mapping[str, Parameter]) -> dict[str, Any]:
    return {
        name: parameter.kind.schema
        | {"description": parameter.kind.words}
        | (
            {}
            if parameter.required or (default := _written(parameter.default)) == ""
            else {"default": json.loads(default)}
        )
        for name, parameter in table.items()
    }


def _written(value: Any) -> str:
    """A default as JSON; empty for None, and for an object that only Python can write."""
    if value is None:
        return ""
    if isinstance(value, complex):
        return json.dumps(str(value))
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return ""
