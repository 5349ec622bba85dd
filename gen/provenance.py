"""What a file says of itself: the objects that made it, the versions, the units."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np

from darkpair.gen.data_files import changes_in_force
from darkpair.gen.errors import InputError, shown
from darkpair.gen.streams import BLOCK
from darkpair.gen.units import UNITS

__all__ = ["PACKAGES", "describe", "describe_object", "environment"]

#: Packages whose versions may change the numbers.
PACKAGES = ("darkpair", "numpy", "scipy", "awkward", "vector", "uproot", "particle", "hist")


def describe(thing: Any) -> Any:
    """Plain value for JSON: an object's own ``provenance()``, or its type and its fields."""
    if hasattr(thing, "provenance") and not isinstance(thing, type):
        said = thing.provenance() if callable(thing.provenance) else thing.provenance
        if not isinstance(said, Mapping):
            raise InputError(
                f"{type(thing).__name__}.provenance() gave {shown(said)}; allowed: a mapping of names to plain values"
            )
        return {"type": type(thing).__name__} | describe(said)
    if is_dataclass(thing) and not isinstance(thing, type):
        settings = {f.name: describe(getattr(thing, f.name)) for f in fields(thing) if f.init and f.repr}
        return {"type": type(thing).__name__} | settings
    if isinstance(thing, Mapping):
        return {str(key): describe(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple | set | frozenset):
        return [describe(value) for value in thing]
    if isinstance(thing, np.generic):
        return describe(thing.item())
    if isinstance(thing, np.ndarray):
        return describe(thing.tolist())
    if thing is None or isinstance(thing, bool | int | str):
        return thing
    if isinstance(thing, float):
        return thing if np.isfinite(thing) else str(thing)  # JSON has no infinity
    if isinstance(thing, complex):
        return str(thing)  # nor complex numbers
    return f"{type(thing).__module__}.{getattr(thing, '__qualname__', type(thing).__qualname__)}"


def describe_object(thing: Any) -> dict[str, Any] | None:
    """`describe` of a source, chain or detector: a mapping with its type, be it a class without fields; None of None."""
    said = describe(thing)
    return said if said is None or isinstance(said, dict) else {"type": type(thing).__name__}


def environment() -> dict[str, Any]:
    """Versions, units, the block that defines the random streams, and changes of data files where any are in force."""
    changes = changes_in_force()
    return {
        "versions": dict(_versions()),
        "units": UNITS,
        "block": BLOCK,
    } | ({"changes": describe(changes)} if changes else {})


@cache
def _versions() -> Mapping[str, str]:
    """Of the packages and of Python; reading a package's metadata takes milliseconds."""
    return {name: version(name) for name in PACKAGES} | {"python": platform.python_version()}
