"""The number of the format that files of events have, and what files of other formats mean.

1  no number in the file; the vertices of the layout ``nano`` in mm, as everywhere
2  ``format`` in the provenance; the vertices of the layout ``nano`` in cm, a detector's ``n_name`` is ``nName`` there;
   branches have titles
3  events have names: ``run``, ``luminosityBlock`` and ``event`` in every layout, of a file's events ``Sample_run``, ...
   beside the file's own; files of formats 1 and 2 have numbers counted in the file, or none
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from darkpair.gen.errors import InputError
from darkpair.gen.units import LENGTH, UNITS

__all__ = ["FORMAT", "VERTEX_UNIT", "format_of", "length_units", "vertex_unit"]

#: What is written today.
FORMAT = 3

#: Unit of the vertices of layouts where it is not that of other lengths: NanoAOD's is cm, and so is its c t.
VERTEX_UNIT = {"nano": "cm"}

#: Characters of what a file says that a message shows.
_SHOWN = 40


def format_of(provenance: Mapping[str, Any], path: str) -> int:
    """Number of the format of a file with that provenance.

    Parameters
    ----------
    provenance : mapping
        Provenance that the file holds.
    path : str
        Path of the file, for the message.

    Raises
    ------
    InputError
        For a format that is newer than this package, or none.
    """
    number = provenance.get("format", 1)  # the first files do not say
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise InputError(
            f"{path!r} says that it has the format {_short(repr(number))}; allowed: 1 to {FORMAT}; it is damaged, write it "
            "again"
        )
    if number > FORMAT:
        versions = provenance.get("versions")
        made = versions.get("darkpair") if isinstance(versions, Mapping) else None
        raise InputError(
            f"{path!r} has the format {_short(str(number))}, of darkpair {_short(str(made or 'a newer one'))}; this version "
            f"reads formats 1 to {FORMAT}: install a newer darkpair"
        )
    return number


def length_units(layout: str) -> dict[str, str]:
    """Units of the numbers of a file that is written today, by kind; ``vertex`` where vertices have their own."""
    return UNITS | ({"vertex": VERTEX_UNIT[layout]} if layout in VERTEX_UNIT else {})


def vertex_unit(provenance: Mapping[str, Any], path: str) -> str:
    """Unit of the vertices in a file with that provenance, as it says itself.

    Parameters
    ----------
    provenance : mapping
        Provenance that the file holds.
    path : str
        Path of the file, for the message.

    Raises
    ------
    InputError
        For a unit that is none of lengths.
    """
    units = provenance.get("output", {}).get("units", UNITS)
    unit = units.get("vertex", units.get("length")) if isinstance(units, Mapping) else units
    if not isinstance(unit, str) or unit not in LENGTH:
        raise InputError(
            f"{path!r} says that its vertices are in {_short(repr(unit))}; allowed: {', '.join(LENGTH)}; it is damaged, "
            "write it again"
        )
    return unit


def _short(text: str) -> str:
    """Text of a file in a message, cut where it is long."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
