"""A target and what stops its mesons, of a detector's data file: ``target`` and its table ``[absorber]``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from darkpair.detectors.shapes import number_of
from darkpair.gen.absorption import Absorber
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.region import Cylinder, Region, Slab
from darkpair.gen.sources.bmpt import TARGETS

__all__ = ["absorber_of", "absorber_of_data", "material"]


def material(data: Mapping[str, Any], where: str) -> str | None:
    """Element of the target of a detector's data file, which the number of its B mesons depends on; None where it does not say.

    Parameters
    ----------
    data : mapping
        Contents, checked.
    where : str
        Name of the file, for messages.

    Raises
    ------
    UnknownNameError
        For an element that nothing here knows the mass number of.
    """
    element = data.get("target")
    if element is None:
        return None
    if not isinstance(element, str) or element not in TARGETS:
        raise UnknownNameError(f"target of {where}", str(element), TARGETS)
    return element


def absorber_of_data(data: Mapping[str, Any], where: str) -> Absorber | None:
    """Absorber of the contents of a detector's data file; None where it has no table ``[absorber]``.

    Parameters
    ----------
    data : mapping
        Contents, checked.
    where : str
        Name of the file, for messages.
    """
    material(data, where)
    return absorber_of(data["absorber"], f"{where}, [absorber]") if "absorber" in data else None


def absorber_of(table: Mapping[str, Any], where: str) -> Absorber:
    """Absorber of a table: ``interaction_length``, and of a decay pipe ``pipe_length`` and ``pipe_radius`` [mm].

    The pipe begins at the target and runs along z. Without a radius it is as wide as mesons fly.

    Parameters
    ----------
    table : mapping
        The table, checked.
    where : str
        Names of the file and the table, for messages.

    Raises
    ------
    InputError
        For lengths that are not above 0 and finite, or a radius without a length.
    """
    names = ("interaction_length", "pipe_length", "pipe_radius")
    lengths = {name: number_of(table, name, "mm", where) for name in names if name in table}
    for name, value in lengths.items():
        if not 0.0 < value < math.inf:
            raise InputError(f"{where}: {name} = {value:g} mm; allowed: above 0, finite")
    if "pipe_radius" in lengths and "pipe_length" not in lengths:
        raise InputError(
            f"{where}: pipe_radius without pipe_length; allowed: both, the length alone, or none"
        )
    pipe: Region | None = None
    if "pipe_length" in lengths:
        length, radius = lengths["pipe_length"], lengths.get("pipe_radius")
        pipe = (
            Slab(z_min=0.0, z_max=length)
            if radius is None
            else Cylinder(radius=radius, z_min=0.0, z_max=length)
        )
    return Absorber(interaction_length=lengths["interaction_length"], pipe=pipe)
