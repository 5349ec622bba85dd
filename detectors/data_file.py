"""Data files of detectors: numbers with their sources, and selections made of them."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Mapping
from functools import partial
from importlib.resources import files
from typing import Any

from darkpair.detectors.selection import Cut, Line, Selection

__all__ = ["read_data", "selections"]


def read_data(name: str) -> dict[str, Any]:
    """Contents of a detector's data file, ``detectors/data/NAME.toml``."""
    return tomllib.loads((files("darkpair.detectors") / "data" / f"{name}.toml").read_text())


def selections(data: Mapping[str, Any]) -> dict[str, Callable[[], Selection]]:
    """Selections of a data file by name: its common cuts, with the limits that each selection gives.

    A selection ``based_on`` another takes what it does not give from there, and the source of each cut says so.
    """

    def entry_of(name: str, common: Mapping[str, Any]) -> dict[str, Any]:
        own = data["selections"][name]
        if "based_on" not in own:
            return {**common, **own.get(common["name"], {})}
        base = entry_of(own["based_on"], common)
        taken = {"source": f"not published, taken from {own['based_on']}: {base['source']}"}
        return {**base, **own.get(common["name"], taken)}

    def make(name: str) -> Selection:
        cuts = []
        for common in data["cuts"]:
            entry = entry_of(name, common)
            if not entry.get("off", False):
                cuts.append(_cut(entry))
        return Selection(name, tuple(cuts), tuple(data["box"]))

    return {name: partial(make, name) for name in data["selections"]}


def _cut(entry: Mapping[str, Any]) -> Cut:
    return Cut(
        name=entry["name"],
        variable=entry["variable"],
        unit=entry["unit"],
        source=entry["source"],
        confidence=entry["confidence"],
        low=_limit(entry.get("min")),
        high=_limit(entry.get("max")),
    )


def _limit(value: float | Mapping[str, Any] | None) -> float | Line | None:
    if isinstance(value, Mapping):
        return Line(value["against"], tuple((float(x), float(y)) for x, y in value["points"]))
    return None if value is None else float(value) if math.isfinite(value) else None
