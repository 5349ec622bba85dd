"""What may be written: every key of a job and every parameter of every plug-in, as rows and as a JSON schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from darkpair.gen.documented import descriptions
from darkpair.gen.parameters import Parameter, parameters
from darkpair.gen.registry import Registry
from darkpair.job.tables import CHAIN_SETTINGS, ChainTable, NormalisationTable, OutputTable, RunTable, Table
from darkpair.plugins.allowed import can_be_aimed, names_of, names_of_chain
from darkpair.plugins.registries import REGISTRIES

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

#: Tables of a job in which strangers' plug-ins of a kind have keys of their own; those of ours stand there for everybody.
_STRANGERS: Final = {"chain.parameters": "chains", "output": "formats"}

_AIM: Final = "whether parents are drawn where the detector's events come from, with exact weights: koto_kl, dump_mesons, gun"


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key that may be written.

    Parameters
    ----------
    owner : str
        Plug-in whose parameter it is; empty for a key of every job.
    key : str
        Name of the key as it is written in a job, or on the command line for a model.
    words : str
        What is allowed, in words.
    default : str
        Default value as it is written; empty where there is none, or nothing is the default.
    unit : str
        Unit of a bare number; empty for none.
    required : bool
        Whether it has to be given.
    what : str
        What it is, where its owner says so.
    names : tuple of str
        Names that a text may be, where the package knows them; others may be allowed, as those of one's own data file.
    """

    owner: str
    key: str
    words: str
    default: str = ""
    unit: str = ""
    required: bool = False
    what: str = ""
    names: tuple[str, ...] = ()


def job_keys(kind: str | None = None) -> list[Key]:
    """Every key of a job and every parameter of every plug-in and model.

    Parameters
    ----------
    kind : str, optional
        Kind of the plug-ins that are wanted, as "sources"; the keys of every job and all plug-ins unless given.
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
            rows.append(_aim(""))
        prefix = f"{section}." if section in PLUGINS else ""
        for name, table, what in _takes(REGISTRIES[plugins]):
            rows += [_named(_row(name, prefix, entry, what), plugins) for entry in table.values()]
            if section == "source" and can_be_aimed(REGISTRIES[plugins].factory(name)):
                rows.append(_aim(name))
    for section, plugins in _STRANGERS.items():
        if kind in (None, plugins):
            rows += [
                _row(name, f"{section}.", parameter, what)
                for name, table, what in _takes(REGISTRIES[plugins])
                if name not in REGISTRIES[plugins].ours
                for parameter in table.values()
            ]
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
            "oneOf": [_of_plugin(name, table, what, aim) for name, table, what in _takes(REGISTRIES[kind])],
        }
    models = {name: _of_model(table, what) for name, table, what in _takes(REGISTRIES["models"])}
    chain = properties["chain"]
    chain["properties"]["model"] = _model_names(list(models))
    chain["properties"]["name"] = {"enum": list(REGISTRIES["chains"])}
    named = {"enum": list(REGISTRIES["matrix_elements"])}
    table = {"type": "object", "properties": {"name": named}, "required": ["name"]}
    chain["properties"]["matrix_elements"]["additionalProperties"] = {"anyOf": [named, table]}
    chain["allOf"] = [
        {
            "if": {"properties": {"model": {"const": name}}, "required": ["model"]},
            "then": {"properties": {"parameters": inside}, "required": ["parameters"]},
        }
        for name, inside in models.items()
    ]
    output = properties["output"]["properties"]  # strangers' formats have keys of their own there
    for name, of_format, what in _takes(REGISTRIES["formats"]):
        if name not in REGISTRIES["formats"].ours:
            output |= {
                key: schema for key, schema in _properties(of_format, what).items() if key not in output
            }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "darkpair job",
        "type": "object",
        "properties": properties,
        "required": ["source", "chain", "output"],
        "additionalProperties": False,
    }


def _takes(registry: Registry) -> Iterator[tuple[str, dict[str, Parameter], Mapping[str, str]]]:
    """Parameters of everything of a kind that can be used, as far as somebody can write them, and what each is."""
    for plugin in registry.plugins:
        if not plugin.broken:
            factory = registry.factory(plugin.name)
            hidden = _HIDDEN.get(registry.kind, ())
            table = {
                name: row
                for name, row in parameters(factory).items()
                if row.kind.writable and name not in hidden
            }
            yield plugin.name, table, descriptions(factory)


#: Parameters that are not written there: the masses of a matrix element are the chain's, settings have keys of their own.
_HIDDEN: Final = {
    "matrix_elements": ("mass", "masses"),
    "formats": ("path", "provenance"),
    "chains": CHAIN_SETTINGS,
}


def _row(owner: str, prefix: str, parameter: Parameter, what: Mapping[str, str]) -> Key:
    return Key(
        owner=owner,
        key=f"{prefix}{parameter.name}",
        words=parameter.kind.words,
        default=_written(parameter.default) if not parameter.required else "",
        unit=parameter.kind.unit,
        required=parameter.required,
        what=what.get(parameter.name, ""),
    )


def _named(row: Key, plugins: str) -> Key:
    """A key of a source or a detector with the names that it may be."""
    if plugins not in PLUGINS.values() or "a text" not in row.words:
        return row
    return replace(row, names=names_of(REGISTRIES[plugins].factory(row.owner), row.key.partition(".")[2]))


def _aim(owner: str) -> Key:
    return Key(owner=owner, key="source.aim", words="true or false", default="false", what=_AIM)


def _table_rows(section: str, table: type[Table]) -> Iterator[Key]:
    kinds = table.kinds()
    for name, entry in table.model_fields.items():
        yield Key(
            owner="",
            key=f"{section}.{name}",
            words=kinds[name].words,
            default="" if entry.is_required() or entry.default == {} else _written(entry.default),
            required=entry.is_required(),
            what=str(entry.description),
            names=names_of_chain(name) if section == "chain" else (),
        )


def _of_table(table: type[Table]) -> dict[str, Any]:
    kinds = table.kinds()
    properties = {
        name: kinds[name].schema
        | {"description": entry.description}
        | ({} if entry.is_required() or entry.default in (None, {}) else {"default": entry.default})
        for name, entry in table.model_fields.items()
    }
    return {
        "type": "object",
        "description": (table.__doc__ or "").split("\n", 1)[0],
        "properties": properties,
        "required": [name for name, entry in table.model_fields.items() if entry.is_required()],
        "additionalProperties": table.model_config.get("extra") == "allow",
    }


def _model_names(names: list[str]) -> dict[str, Any]:
    """A model, or several with plus signs between them, which say themselves what they lack of their parameters."""
    either = "|".join(map(re.escape, names))
    several = {"type": "string", "pattern": rf"^\s*({either})(\s*\+\s*({either}))+\s*$"}
    return {"anyOf": [{"enum": names}, several]}


def _of_model(table: Mapping[str, Parameter], what: Mapping[str, str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**_properties(table, what), "inputs": {"type": "object", "description": _INPUTS}},
        "patternProperties": {r"^inputs\.": {"type": ["number", "string"], "description": _INPUTS}},
        "required": [parameter.name for parameter in table.values() if parameter.required],
        "additionalProperties": False,
    }


_INPUTS: Final = "numbers that replace those of the table of inputs, by name"


def _of_plugin(
    name: str, table: Mapping[str, Parameter], what: Mapping[str, str], more: Mapping[str, Any]
) -> dict[str, Any]:
    required = [parameter.name for parameter in table.values() if parameter.required]
    return {
        "properties": {"name": {"const": name}, **more, **_properties(table, what)},
        "required": ["name", *required],
        "additionalProperties": False,
    }


def _properties(table: Mapping[str, Parameter], what: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: parameter.kind.schema
        | {"description": "; ".join(filter(None, (what.get(name, ""), parameter.kind.words)))}
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
