"""The number of the format that files of events have, and what files of other formats mean.

1  no number in the file; the vertices of the layout ``nano`` in mm, as everywhere
2  ``format`` in the provenance; the vertices of the layout ``nano`` in cm, a detector's ``n_name`` is ``nName`` there;
   branches have titles
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from darkpair.gen.errors import InputError
from darkpair.gen.units import UNITS

__all__ = ["FORMAT", "VERTEX_UNIT", "format_of", "length_units", "vertex_unit"]

#: What is written today.
FORMAT = 2

#: Unit of the vertices of layouts where it is not that of other lengths: NanoAOD's is cm, and so is its c t.
VERTEX_UNIT = {"nano": "cm"}


def format_of(provenance: Mapping[str, Any], path: str) -> int:
    """Number of the format of a file with that provenance.

    Parameters
    ----------
    provenance : mapping
    path : str
        Of the file, for the message.

    Raises
    ------
    InputError
        For a format that is newer than this package, or none.
    """
    number = provenance.get("format", 1)  # the first files do not say
    if not isinstance(number, int) or number < 1:
        raise InputError(
            f"{path!r} says that it has the format {number!r}; allowed: 1 to {FORMAT}; it is damaged, write it again"
        )
    if number > FORMAT:
        made = provenance.get("versions", {}).get("darkpair", "a newer one")
        raise InputError(
            f"{path!r} has the format {number}, of darkpair {made}; this version reads formats 1 to {FORMAT}: install a "
            "newer darkpair"
        )
    return number


def length_units(layout: str) -> dict[str, str]:
    """Units of the numbers of a file that is written today, by kind; ``vertex`` where vertices have their own."""
    return UNITS | ({"vertex": VERTEX_UNIT[layout]} if layout in VERTEX_UNIT else {})


def vertex_unit(provenance: Mapping[str, Any]) -> str:
    """Unit of the vertices in a file with that provenance, as it says itself."""
    units = provenance.get("output", {}).get("units", UNITS)
    unit: str = units.get("vertex", units["length"])
    return unit
