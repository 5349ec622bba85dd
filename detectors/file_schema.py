"""JSON schema of detectors' data files, for editors; what a file may say stands in `data_structure`, and is read from there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from darkpair.detectors.data_structure import COMMON, KINDS, TRACKS, FileKind
from darkpair.detectors.selection import CONFIDENCES
from darkpair.detectors.shapes import FACES, MEANINGS, VOLUMES
from darkpair.gen.data_units import known_units
from darkpair.gen.sources.bmpt import TARGETS

__all__ = ["file_schema"]

_TEXT: Final = {"type": "string"}
_TEXTS: Final = {"type": "array", "items": _TEXT}
_WHERE: Final = {
    "source": {"type": "string", "minLength": 1, "description": "where the number is from"},
    "confidence": {"enum": list(CONFIDENCES)},
    "place": {**_TEXT, "description": "where in the source it was read"},
    "searched": _TEXT,
}


def file_schema() -> dict[str, Any]:
    """JSON schema (draft 2020-12) of the data files of every kind of detector."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "darkpair detector",
        "type": "object",
        "properties": {
            "kind": {
                "enum": list(KINDS),
                "description": "; ".join(f"{n}: {k.summary}" for n, k in KINDS.items()),
            },
            "based_on": {
                **_TEXT,
                "description": "a detector of darkpair, or a path: this file says what differs",
            },
        },
        "anyOf": [{"required": ["kind"]}, {"required": ["based_on"]}],
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": name}}, "required": ["kind"]},
                "then": _of_kind(kind),
            }
            for name, kind in KINDS.items()
        ],
    }


def _of_kind(kind: FileKind) -> dict[str, Any]:
    """Tables of a kind; a file that is based on another one gives what it likes of them."""
    schemas: dict[str, Any] = {
        "name": _TEXT,
        "title": _TEXT,
        "source": {**_TEXT, "description": "of darkpair list sources"},
        "selection": {**_TEXT, "description": "the one that stands unless another is asked for"},
        "parents": _TEXTS,
        "box": {**_TEXTS, "description": "cuts that make the signal box"},
        "tracks": {"type": "array", "items": {"enum": list(TRACKS)}},
        "target": {
            "enum": list(TARGETS),
            "description": "element that protons hit, for the number of B mesons",
        },
        "cuts": {"type": "array", "items": _cut(kind.variables)},
        "selections": {"type": "object"},
    }
    for name in kind.replaced:
        schemas[name] = {"type": "object", "description": _sizes(name)}
    numbers = {name.removesuffix("?"): _numbers(units) for name, units in kind.numbers.items()}
    tables = {name: schemas.get(name, True) for name in kind.tables if name not in numbers}
    needed = [*(name for name in kind.numbers if not name.endswith("?")), *kind.needed]
    return {
        "properties": {**tables, **{name: schemas.get(name, True) for name in COMMON}, **numbers},
        "additionalProperties": False,
        "if": {"not": {"required": ["based_on"]}},
        "then": {"required": needed},
    }


def _sizes(table: str) -> str:
    """Shapes of a table of a place, each with its numbers and what they are."""
    shapes, ends = (VOLUMES, "z_min, z_max") if table == "decay_volume" else (FACES, "z")
    spelled = [
        f"{shape}: {', '.join(f'{n} ({MEANINGS[n]})' if n in MEANINGS else n for n in numbers)}"
        for shape, numbers in shapes.items()
    ]
    return f"lengths [mm]: {ends} and a shape with its numbers; {'; '.join(spelled)}"


def _numbers(units: Mapping[str, str]) -> dict[str, Any]:
    inside = {name.rstrip("?*"): _entry(unit, several=name.endswith("*")) for name, unit in units.items()}
    return {"type": "object", "properties": inside, "additionalProperties": False}


def _entry(unit: str, *, several: bool) -> dict[str, Any]:
    """A number with its source; or a text with a unit, and where there is none the bare number."""
    value: dict[str, Any] = {"type": "array", "items": {"type": "number"}} if several else {"type": "number"}
    whole = {
        "type": "object",
        "properties": {
            "value": {**value, "description": f"[{unit}]" if unit else "without a unit"},
            "unit": _TEXT if several else {"const": unit},
            **_WHERE,
        },
        "required": ["value", "unit", "source", "confidence"],
    }
    if several:
        return whole
    return {"anyOf": [whole, _short(unit)]}


def _short(unit: str) -> dict[str, Any]:
    if not unit:
        return {"type": "number"}
    return {
        "type": "string",
        "description": f"a number with its unit: {', '.join(known_units(unit)) or unit}",
    }


def _cut(variables: Mapping[str, str]) -> dict[str, Any]:
    line = {
        "type": "object",
        "properties": {"against": {"enum": list(variables)}, "points": {"type": "array", "minItems": 2}},
        "required": ["against", "points"],
    }
    limit = {"anyOf": [{"type": "number"}, _TEXT, line]}
    spelled = "; ".join(f"{name} [{unit}]" if unit else name for name, unit in variables.items())
    return {
        "type": "object",
        "properties": {
            "name": _TEXT,
            "variable": {"enum": list(variables), "description": spelled},
            "unit": {**_TEXT, "description": "of min and max"},
            "min": limit,
            "max": limit,
            **_WHERE,
        },
        "required": ["name"],
        "additionalProperties": False,
    }
