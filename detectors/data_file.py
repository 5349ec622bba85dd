"""Data files of detectors: numbers with their sources, and selections made of them."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib.resources import files
from numbers import Real
from pathlib import Path
from typing import Any

from darkpair.detectors.selection import Cut, Line, Selection
from darkpair.gen.data_files import load
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.units import ENERGY, LENGTH, UNITS

__all__ = ["Number", "data_files", "read_data", "selections"]


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number of a data file.

    Parameters
    ----------
    value : float
    error : float or None
        Standard error, statistical and systematic together, where the source gives one.
    unit, source, confidence : str
        Confidence is ``read`` (in its source), ``derived``, ``choice`` (ours) or ``memory`` (recalled, to be verified).
    place : str
        Where in the source it was read: file, table, equation, section, figure or page.
    searched : str
        For a number from memory, the public material in which it was looked for in vain.
    alternative : float or None
        Another value that may be right, as the source says.

    Raises
    ------
    InputError
        For a value or an error that is no number, or an error below 0.
    """

    value: float
    unit: str
    source: str
    confidence: str
    error: float | None = None
    place: str = ""
    searched: str = ""
    alternative: float | None = None

    def __post_init__(self) -> None:
        given: dict[str, Any] = {"value": self.value, "error": 0.0 if self.error is None else self.error}
        for name, number in given.items():
            if isinstance(number, bool) or not isinstance(number, Real):
                raise InputError(f"{name} = {number!r} {self.unit} ({self.source}); allowed: a number")
        if not given["error"] >= 0.0:
            raise InputError(f"error = {self.error} {self.unit} ({self.source}); allowed: 0 or more")

    def scaled(self, factor: float) -> Number:
        """The number times a factor, its relative error kept."""
        error, other = (None if x is None else factor * x for x in (self.error, self.alternative))
        return replace(self, value=factor * self.value, error=error, alternative=other)


def data_files() -> list[str]:
    """Names of the detectors that the package has data files of."""
    folder = files("darkpair.detectors") / "data"
    return sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))


def read_data(name: str) -> dict[str, Any]:
    """Contents of a detector's data file: ``detectors/data/NAME.toml``, or a path that ends with .toml.

    Those of the package are read once, and shared: change nothing in them; `darkpair.gen.data_files` says how.

    Raises
    ------
    UnknownNameError
        For a name without a file.
    InputError
        For a path that cannot be read, or is not TOML.
    """
    if not name.endswith(".toml"):
        if name not in data_files():
            raise UnknownNameError("data file", name, data_files())
        return load("darkpair.detectors", f"data/{name}.toml")
    try:
        return tomllib.loads(Path(name).read_text("utf-8"))
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror}); give an existing data file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"{name}: not a TOML file ({error}); see detectors/data/charm.toml for one"
        ) from error


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
        return Selection(name, tuple(cuts), tuple(data.get("box", ())))

    return {name: partial(make, name) for name in data["selections"]}


def _cut(entry: Mapping[str, Any]) -> Cut:
    lacking = [word for word in ("name", "variable", "unit", "source", "confidence") if word not in entry]
    if lacking:
        raise InputError(
            f"cut {entry.get('name', '?')!r} lacks {', '.join(lacking)}; give each cut all of them"
        )
    if entry["unit"] in {**ENERGY, **LENGTH} and entry["unit"] not in UNITS.values():
        raise InputError(
            f"cut {entry['name']!r} is in {entry['unit']}; allowed: GeV and mm; convert its limits"
        )
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
