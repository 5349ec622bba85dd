"""Entries of a data file: a number with its unit, source and confidence, or a text with a unit that stands for one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from darkpair.detectors.selection import CONFIDENCES, UNSOURCED
from darkpair.gen.data_units import is_number, number_in
from darkpair.gen.errors import InputError, UnknownNameError, nearest, shown

__all__ = [
    "checked_entries",
    "checked_entry",
    "checked_list",
    "checked_points",
    "plain",
    "require_confidence",
    "unsourced",
]

_NEEDED: Final = ("value", "unit", "source", "confidence")
_KEYS: Final = (*_NEEDED, "error", "place", "searched", "alternative", "up", "down")


def checked_entry(entry: Any, name: str, unit: str, where: str, *, finite: bool = True) -> dict[str, Any]:
    """An entry whose number is in our unit.

    Parameters
    ----------
    entry : mapping, str or float
        The entry with its parts; or a text with its unit, "1.2 m", and where there is none the bare number, whose
        source is then the file that gives it.
    name, unit : str
        Key of the entry, and the unit that its number gets.
    where : str
        Names of the file and the table, for messages.
    finite : bool
        Whether infinity and NaN are refused here, and not by what is made of the number.

    Raises
    ------
    InputError, UnknownNameError
        For what is missing, unknown, no number or in another unit.
    """
    if isinstance(entry, str) or (
        unit == "" and isinstance(entry, int | float) and not isinstance(entry, bool)
    ):
        value = number_in(entry, None, unit, f"{where}: {name}")
        return {"value": value, "unit": unit, **plain(where)}
    if not isinstance(entry, Mapping) or not set(_NEEDED) <= set(entry):
        number = f"{entry:g}" if is_number(entry) else "1"
        written = f' or {name} = "{number} {unit}"' if unit else f" or {name} = {number}"
        raise InputError(
            f"{where}: {name} is missing or bare; write  "
            f'{name} = {{ value = ..., unit = "{unit}", source = "...", confidence = "read" }}{written}'
        )
    _require_keys(entry, f"{where}: {name}")
    out = dict(entry)
    for key in ("value", "error", "alternative"):
        if key in entry:
            what = f"{where}: {name}" if key == "value" else f"{where}: {name}.{key}"
            if isinstance(entry[key], str):
                raise InputError(
                    f"{what} = {shown(entry[key])}; allowed: a number in {unit or 'no unit'}; a text stands for the whole entry"
                )
            if finite or not isinstance(entry[key], float) or math.isfinite(entry[key]):
                out[key] = number_in(entry[key], str(entry["unit"]), unit, what)
    return out


def checked_list(entry: Any, name: str, where: str) -> dict[str, Any]:
    """An entry of several numbers."""
    if not isinstance(entry, Mapping) or not set(_NEEDED) <= set(entry):
        raise InputError(
            f"{where}: {name} is missing or bare; write  "
            f'{name} = {{ value = [...], unit = "...", source = "...", confidence = "read" }}'
        )
    _require_keys(entry, f"{where}: {name}")
    if not isinstance(entry["value"], list) or not entry["value"]:
        raise InputError(f"{where}: {name} = {entry['value']!r}; allowed: a list of numbers")
    return {**entry, "value": [number_in(x, "", "", f"{where}: {name}") for x in entry["value"]]}


def checked_points(entry: Any, name: str, where: str) -> dict[str, Any]:
    """Corners (x, y) of a polygon in mm: a list of pairs, each number a text with its unit, or an entry with such a list."""
    unit: str | None = None
    if isinstance(entry, Mapping):
        if not set(_NEEDED) <= set(entry):
            raise InputError(
                f"{where}: {name} has not all of {', '.join(_NEEDED)}; give them, or a list of pairs of texts"
            )
        _require_keys(entry, f"{where}: {name}")
        whole, unit = dict(entry), str(entry["unit"])
    else:
        whole = {"value": entry, "unit": "mm", **plain(where)}
    pairs = whole["value"]
    if not isinstance(pairs, list) or not all(isinstance(p, list | tuple) and len(p) == 2 for p in pairs):
        raise InputError(
            f'{where}: {name} = {shown(pairs)}; allowed: a list of corners, as in [["1 m", "0 m"], ...]'
        )
    corners = [[number_in(value, unit, "mm", f"{where}: {name}") for value in pair] for pair in pairs]
    return {**whole, "value": corners, "unit": "mm"}


def checked_entries(table: Mapping[str, Any], where: str, *, alone: bool = False) -> dict[str, Any]:
    """A table in which any entry may stand, of any unit: each has its parts, and its number is one.

    Parameters
    ----------
    table : mapping
        Table as the file writes it.
    where : str
        Names of the file and the table, for messages.
    alone : bool
        Whether the table holds nothing but entries.
    """
    out = dict(table)
    for name, entry in table.items():
        if alone and (not isinstance(entry, Mapping) or "value" not in entry):
            raise InputError(
                f"{where}: {name} = {shown(entry)}; allowed: an entry with {', '.join(_NEEDED)}{_as(name, entry)}"
            )
        if isinstance(entry, Mapping) and "value" not in entry:
            out[name] = checked_entries(entry, f"{where}, {name}")
        elif isinstance(entry, Mapping):
            lacking = [key for key in _NEEDED if key not in entry]
            if lacking:
                raise InputError(
                    f"{where}: {name} has no {', '.join(lacking)}; allowed: entries with {', '.join(_NEEDED)}"
                )
            _require_keys(entry, f"{where}: {name}")
            for key in ("value", "error", "alternative", "up", "down"):
                value = entry.get(key, 0.0)
                if not is_number(value):
                    raise InputError(
                        f"{where}: {name}.{key} = {value!r}; allowed: a finite number in {entry['unit']}"
                    )
    return out


def _as(name: str, entry: Any) -> str:
    """A bare number as an entry; factors and numbers of a run have to say where they are from."""
    if not is_number(entry):
        return ""
    return f', as in {name} = {{ value = {entry:g}, unit = "", source = "...", confidence = "read" }}'


def plain(where: str) -> dict[str, str]:
    """Source and confidence of what stands plainly in a file, which says neither: the file, and that nothing is said."""
    return {"source": where, "confidence": UNSOURCED}


def unsourced(data: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """Keys of the numbers and cuts of a data file that say no source, in its order."""
    for name, value in data.items():
        key = f"{before}{name}"
        if isinstance(value, Mapping):
            yield from [key] if value.get("confidence") == UNSOURCED else unsourced(value, f"{key}.")
        elif isinstance(value, list | tuple):
            for entry in value:
                if isinstance(entry, Mapping) and entry.get("confidence") == UNSOURCED:
                    yield f"{key}.{entry.get('name', '')}"


def require_confidence(entry: Mapping[str, Any], what: str) -> None:
    """Refuse an entry that does not say how its number is known."""
    word = entry.get("confidence")
    if word not in CONFIDENCES:
        hint = nearest(word, CONFIDENCES) if isinstance(word, str) else ""
        raise InputError(f"{what}: confidence = {word!r}{hint}; allowed: {', '.join(CONFIDENCES)}")


def _require_keys(entry: Mapping[str, Any], what: str) -> None:
    for key in entry:
        if key not in _KEYS:
            raise UnknownNameError(f"key of {what}", key, _KEYS)
    for key in ("unit", "source"):
        if not isinstance(entry[key], str):
            raise InputError(f"{what}: {key} = {entry[key]!r}; allowed: a text")
    require_confidence(entry, what)
