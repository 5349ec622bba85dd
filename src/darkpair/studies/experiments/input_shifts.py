"""Entries of the package's data files that were read nowhere, and by how much each is shifted to see what it does."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from darkpair.gen.data_files import data_files, entries, load

__all__ = ["RULES", "WORDS", "Entry", "Shift", "numbers_that_move", "shifts", "unread"]

#: Keys of an entry that hold its numbers, and those of its errors.
_NUMBERS: Final = ("value", "min", "max", "low", "high")
_ERRORS: Final = ("error", "uncertainty")

#: Ends of a range: what one is, the other is called.
_ENDS: Final = {"min": "max", "max": "min", "low": "high", "high": "low"}

#: Part of a number, or of a range, by which it is shifted where nothing better is known; and of an assumption.
_PART, _ASSUMED = 0.1, 0.5

#: For a number that is zero, by its unit: what a poorer apparatus might have.
_ZERO: Final = {"": 0.02, "mm sqrt(GeV)": 10.0, "1/GeV": 1e-3}

#: Confidence of what was read nowhere.
WORDS: Final = ("memory", "choice")

#: Tables that feed a search's ratio without any event: of inputs (one preset), of measurements, and of detectors.
_WITHOUT_EVENTS: Final = ("inputs.toml pdg.", "measurements.toml ")
_OF_DETECTORS: Final = ("run.", "runs.", "factors.", "normalisation.", "b_to_k")

#: Rules of shifts by name, the first that holds; in words for the page.
RULES: Final[dict[str, str]] = {
    "1 sigma": "the entry's own error",
    "alternative": "the entry's own `alternative`, which another source gives; one-sided",
    "zero": "a number that is 0: to 0.02, 10 mm sqrt(GeV) or 0.001/GeV, by its unit; one-sided",
    "one event": "counted or expected events without an error: one more, and one fewer where there is one",
    "half a degree": "a polar angle: 0.5 degrees",
    "10 % of the range": "an end of a range (of z, of a cut's variable): a tenth of the range",
    "10 % of the volume": "a plane along the beam: a tenth of the decay volume's length",
    "half": "our choice, or an assumption as its source says: half of the number up and down",
    "10 %": "everything else: a tenth of the number, or of each number of a list or a line",
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An entry of a data file.

    Parameters
    ----------
    path : str
        Of the file, from the package's root: "detectors/data/koto.toml".
    key : str
    table : mapping
        The entry.
    around : mapping
        The table, or the numbers beside it, that the entry stands in; the whole file.
    """

    path: str
    key: str
    table: Mapping[str, Any]
    around: Mapping[str, Any]

    @property
    def file(self) -> str:
        """Name of the file."""
        return self.path.rpartition("/")[2]

    @property
    def numbers(self) -> dict[str, Any]:
        """Its numbers, by their keys."""
        return {name: self.table[name] for name in _NUMBERS if name in self.table}


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A number of an entry, and others for it.

    Parameters
    ----------
    entry : Entry
    key : str
        Of the number: "runs.2021.pot.value".
    value : number, list or table
    rule : str
        A name of `RULES`.
    others : mapping of str to number, list or table
        By "down" and "up"; "up" alone where there is one only.
    """

    entry: Entry
    key: str
    value: Any
    rule: str
    others: Mapping[str, Any]


def unread() -> list[Entry]:
    """Entries of every file that have numbers and are recalled, or our choice, in the files' order."""
    every = []
    for path, (package, inside) in data_files().items():
        data = load(package, inside)
        every += [
            Entry(path=path, key=key, table=table, around=data)
            for key, table in entries(data)
            if table["confidence"] in WORDS
        ]
    return [entry for entry in every if entry.numbers]


def numbers_that_move(
    detectors: Collection[str] = ("charm", "nucal", "koto", "belle", "belle2"),
) -> list[Shift]:
    """Shifts of all numbers that feed a search's ratio without any event and have an error, or were read nowhere.

    Parameters
    ----------
    detectors : collection of str
        Names of data files whose normalisation counts.
    """
    out = []
    for path, (package, inside) in data_files().items():
        data = load(package, inside)
        for key, table in entries(data):
            entry = Entry(path=path, key=key, table=table, around=data)
            own = f"{entry.file} {key}".startswith(_WITHOUT_EVENTS)
            of_detector = entry.file.removesuffix(".toml") in detectors and key.startswith(_OF_DETECTORS)
            if not (own or of_detector) or not entry.numbers:
                continue
            unsure = table["confidence"] in WORDS
            out += [shift for shift in shifts(entry) if unsure or shift.rule == "1 sigma"]
    return out


def shifts(entry: Entry, times: float = 1.0) -> list[Shift]:
    """Shifts of each number of an entry.

    Parameters
    ----------
    entry : Entry
    times : float
        Of the rule's own size.
    """
    if "alternative" in entry.table and not any(entry.table.get(error) for error in _ERRORS):
        other = entry.table["alternative"]
        others = {"up": other["value"] if isinstance(other, Mapping) else other}
        (key, value), *_ = entry.numbers.items()
        return [Shift(entry=entry, key=f"{entry.key}.{key}", value=value, rule="alternative", others=others)]
    of_entry = []
    for name, value in entry.numbers.items():
        rule, by = _rule(entry, name, value)
        move = _mover(value, times * by if rule != "one event" else max(1, round(times)) * by)
        others = (
            {"up": move(1)}
            if rule == "zero" or _none_below(rule, value)
            else {"down": move(-1), "up": move(1)}
        )
        of_entry.append(Shift(entry=entry, key=f"{entry.key}.{name}", value=value, rule=rule, others=others))
    return of_entry


def _none_below(rule: str, value: Any) -> bool:
    return rule == "one event" and value < 1


def _rule(entry: Entry, name: str, value: Any) -> tuple[str, float]:
    """Name of the rule, and the size of the shift; of lists and lines a part of each number."""
    table = entry.table
    for error in _ERRORS:
        if name == "value" and table.get(error):
            return "1 sigma", float(table[error])
    if isinstance(value, list | Mapping):
        return "10 %", _PART
    unit = table.get("unit", "")
    if unit == "events":
        return "one event", 1
    if value == 0.0 and unit in _ZERO and name == "value":
        return "zero", _ZERO[unit]
    if unit == "deg":
        return "half a degree", 0.5
    other = _other_end(entry, name)
    if other is not None:
        return "10 % of the range", _PART * abs(other - value)
    if entry.key.endswith(".z"):
        volume = entry.around["decay_volume"]
        return "10 % of the volume", _PART * (volume["z_max"]["value"] - volume["z_min"]["value"])
    if table["confidence"] == "choice" or "assumption" in table["source"]:
        return "half", _ASSUMED * abs(value)
    return "10 %", _PART * abs(value)


def _other_end(entry: Entry, name: str) -> float | None:
    """The other end of a range of which a number is one, in the entry or beside it; None where it is none."""
    if name in _ENDS:
        other = entry.table.get(_ENDS[name])
        return other if isinstance(other, float | int) else None
    outer, _, last = entry.key.rpartition(".")
    axis, _, end = last.rpartition("_")
    beside: Any = entry.around
    for part in outer.split("."):
        beside = beside.get(part, {}) if isinstance(beside, Mapping) else {}
    if axis not in {"x", "y", "z"} or f"{axis}_{_ENDS.get(end, '')}" not in beside:
        return None
    return float(beside[f"{axis}_{_ENDS[end]}"]["value"])


def _mover(value: Any, by: float) -> Callable[[int], Any]:
    """The value moved up (1) or down (-1): a list and the line of a limit by a part of each number."""

    def moved(sign: int) -> Any:
        if isinstance(value, list):
            return [x * (1.0 + sign * by) for x in value]
        if isinstance(value, Mapping):
            return {**value, "points": [[x, y * (1.0 + sign * by)] for x, y in value["points"]]}
        shifted = value + sign * by
        return shifted if math.isfinite(shifted) else value

    return moved
