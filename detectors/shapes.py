"""Numbers and shapes of a data file's tables, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from darkpair.detectors.data_file import Number
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.region import Box, Cylinder, Frustum

__all__ = ["number_of", "volume_of", "window_of"]

_WINDOWS: Final[Mapping[str, type[Box | Cylinder | Frustum]]] = {"box": Box, "cylinder": Cylinder}
_VOLUMES: Final[Mapping[str, type[Box | Cylinder | Frustum]]] = {**_WINDOWS, "frustum": Frustum}

#: Half the thickness of a window [mm].
_THIN = 1.0


def number_of(entries: Mapping[str, Any], name: str, unit: str, where: str) -> float:
    """A number of a table, which has to have that unit.

    Parameters
    ----------
    entries : mapping
        The table.
    name, unit : str
    where : str
        The file and the table, for the message.

    Raises
    ------
    InputError
        For an entry that is missing, bare, no number or in another unit.
    """
    try:
        number = Number(**entries[name])
    except (KeyError, TypeError):
        raise InputError(
            f"{where}: {name} is missing or bare; write  "
            f'{name} = {{ value = ..., unit = "{unit}", source = "...", confidence = "read" }}'
        ) from None
    except InputError:
        value = entries[name]["value"]
        raise InputError(f"{where}: {name} = {value!r}; allowed: a number in {unit or 'no unit'}") from None
    if number.unit != unit:
        raise InputError(
            f"{where}: {name} = {number.value:g} {number.unit}; allowed: numbers in {unit}; convert it"
        )
    return number.value


def volume_of(entries: Mapping[str, Any], where: str) -> Box | Cylinder | Frustum:
    """The shape of a table with its own numbers [mm].

    Raises
    ------
    UnknownNameError
        For another shape.
    InputError
        For numbers that are missing, too many or none of a shape.
    """
    return _shape(entries, where, _VOLUMES, {})


def window_of(entries: Mapping[str, Any], where: str) -> Box | Cylinder | Frustum:
    """The shape of a window on the plane ``z`` of a table, as a thin region about it."""
    z = number_of(entries, "z", "mm", where)
    ends = {"z_min": z - _THIN, "z_max": z + _THIN}
    return _shape({name: entry for name, entry in entries.items() if name != "z"}, where, _WINDOWS, ends)


def _shape(
    entries: Mapping[str, Any],
    where: str,
    known: Mapping[str, type[Box | Cylinder | Frustum]],
    ends: Mapping[str, float],
) -> Box | Cylinder | Frustum:
    shape = str(entries.get("shape"))
    if shape not in known:
        raise UnknownNameError(f"shape of {where}", shape, known)
    wanted = [entry.name for entry in fields(known[shape]) if entry.name not in ends]
    given = [name for name in entries if name != "shape"]
    if set(given) != set(wanted):
        raise InputError(
            f"{where}: a {shape} of {', '.join(given) or 'no numbers'}; allowed: {', '.join(wanted)}; give these"
        )
    at = {name: number_of(entries, name, "mm", where) for name in wanted}
    try:
        return known[shape](**at, **ends)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
