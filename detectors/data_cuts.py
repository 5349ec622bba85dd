"""Cuts and selections of a data file: checked, changed by name, and made."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise, permutations
from typing import Any, Final

from darkpair.detectors.data_entry import plain, require_confidence
from darkpair.detectors.selection import UNSOURCED, Cut, Line, Selection
from darkpair.gen.data_units import number_in, plain_unit
from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError, UnknownNameError

__all__ = [
    "changed_cuts",
    "checked_cuts",
    "checked_selections",
    "require_own_names",
    "require_passable",
    "selections",
]

_ENDS: Final = ("min", "max")
_WORDS: Final = ("unit", "source", "confidence", "place", "searched")
_CUT_KEYS: Final = ("name", "variable", *_ENDS, *_WORDS)
_LINE: Final = 'a line is { against = "z_vtx", points = [["3 m", "130 MeV"], ["5 m", "150 MeV"]] }, its points in growing order'


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


def changed_cuts(
    selection: Selection, given: Mapping[str, Any], units: Mapping[str, str], where: str
) -> Selection:
    """A selection with limits of cuts in place of its own; each cut says what was changed.

    Parameters
    ----------
    selection : Selection
        Selection as it is published.
    given : mapping of str to mapping
        Limits ``min`` and ``max`` by the name of a cut: a number in the cut's own unit, a text with a unit, or a
        line.
    units : mapping of str to str
        Unit of each variable, by its name.
    where : str
        Name of the detector, for messages.

    Raises
    ------
    UnknownNameError
        For a cut that the selection does not have, or a key that a cut does not have.
    InputError
        For a limit that is none.
    """
    cuts = {cut.name: cut for cut in selection.cuts}
    for name, limits in given.items():
        if name not in cuts:
            raise UnknownNameError(f"cut of the selection {selection.name} of {where}", str(name), cuts)
        if not isinstance(limits, Mapping) or not limits:
            raise InputError(f"cuts.{name} = {limits!r}; allowed: cuts.{name}.min, cuts.{name}.max or both")
        old, ends = cuts[name], {}
        for end, value in limits.items():
            if end not in _ENDS:
                raise UnknownNameError(f"key of cuts.{name}", str(end), _ENDS)
            unit = plain_unit(units.get(old.variable, old.unit))
            ends["low" if end == "min" else "high"] = _limit(
                _checked_limit(value, unit, unit, units, f"cuts.{name}.{end}")
            )
        both = {"low": old.low, "high": old.high} | ends
        kept = "" if len(ends) == 2 else f", whose {'max' if 'low' in ends else 'min'} is the selection's"
        _require_order(both["low"], both["high"], f"cuts.{name}", f" {old.unit}".rstrip() + kept)
        if both != {"low": old.low, "high": old.high}:
            new = replace(old, confidence="choice", low=both["low"], high=both["high"])
            words = f"changed by the user from {old.limits(whole=True)} to {new.limits(whole=True)}"
            cuts[name] = replace(new, source=words, changed=words)
    return replace(selection, cuts=tuple(cuts.values()), given=given)


def checked_cuts(cuts: Any, units: Mapping[str, str], where: str) -> list[dict[str, Any]]:
    """Cuts with their limits in the units of their variables, and where these come from.

    Parameters
    ----------
    cuts : list of mapping
        Cuts as the file writes them; one may give its limits as texts with their units and say no unit, and neither source nor
        confidence: it is unsourced.
    units : mapping of str to str
        Unit of each variable that they may look at, by its name.
    where : str
        Names of the file and the list, for messages.

    Raises
    ------
    InputError, UnknownNameError
        For what is missing, unknown or no limit.
    """
    if not isinstance(cuts, list) or not all(isinstance(cut, Mapping) for cut in cuts):
        raise InputError(f"{where}: a {type(cuts).__name__}; allowed: a list of tables, [[cuts]] above each")
    require_own_names(cuts, where)
    out = []
    for cut in cuts:
        name = cut.get("name", "?")
        _require_said(cut, name, where)
        for key in cut:
            if key not in _CUT_KEYS:
                raise UnknownNameError(f"key of the cut {name!r} of {where}", key, _CUT_KEYS)
        for key in ("name", "variable", "unit", "source"):
            if key in cut and not isinstance(cut[key], str):
                raise InputError(f"{where}: {key} of the cut {name!r} = {cut[key]!r}; allowed: a text")
        if cut["variable"] not in units:
            raise UnknownNameError(f"variable of the cut {name!r} of {where}", cut["variable"], units)
        if "source" in cut:
            require_confidence(cut, f"{where}: cut {name!r}")
        wanted = units[cut["variable"]]
        if "unit" in cut and plain_unit(cut["unit"]) != wanted:
            raise InputError(
                f"{where}: cut {name!r} is in {cut['unit'] or 'no unit'}; allowed: {wanted or 'no unit'}, as {cut['variable']} is; "
                "convert its limits"
            )
        made = _with_limits(cut, cut.get("unit"), wanted, units, f"{where}, {name}")
        out.append({"unit": wanted, **plain(where), **made})
    return out


def _require_said(cut: Mapping[str, Any], name: str, where: str) -> None:
    """Refuse a cut without what it has to say, or with a source or a confidence alone."""
    lacking = [word for word in ("name", "variable", "unit", "source", "confidence") if word not in cut]
    if {"name", "variable"} & set(lacking):
        raise InputError(f"{where}: cut {name!r} lacks {', '.join(lacking)}; give each cut all of them")
    if ("source" in lacking) != ("confidence" in lacking):
        said, other = ("confidence", "source") if "source" in lacking else ("source", "confidence")
        raise InputError(
            f"{where}: cut {name!r} has a {said} and no {other}; give both, or neither, and it is {UNSOURCED}"
        )


def require_own_names(cuts: Sequence[Mapping[str, Any]], where: str) -> None:
    """Refuse two cuts of one name in a list of cuts."""
    names = [cut["name"] for cut in cuts if "name" in cut]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{where}: two cuts are named {name!r}; give each its own name")


def checked_selections(
    given: Any, cuts: list[dict[str, Any]], units: Mapping[str, str], where: str, *, other: tuple[str, ...]
) -> dict[str, dict[str, Any]]:
    """Selections with their limits in the units of their variables.

    Parameters
    ----------
    given : mapping of str to mapping
        Selections by name, as the file writes them.
    cuts : list of mapping
        Cuts that all selections share, checked.
    units : mapping of str to str
        Unit of each variable, by its name.
    where : str
        Names of the file and the table, for messages.
    other : tuple of str
        What a selection may hold beside limits of cuts.

    Raises
    ------
    InputError, UnknownNameError
        For a cut or a selection that is not there, and for limits that are none.
    """
    if not isinstance(given, Mapping):
        raise InputError(f"{where}: a {type(given).__name__}; allowed: tables, [selections.NAME] above each")
    common, out = {cut["name"]: cut for cut in cuts}, {}
    for name, own in given.items():
        place = f"{where}, {name}"
        if not isinstance(own, Mapping):
            raise InputError(f"{place} = {own!r}; allowed: a table, [selections.{name}]")
        made = dict(own)
        for key, entry in own.items():
            if key in ("based_on", *other):
                continue
            if key not in common:
                raise UnknownNameError(f"cut of {place}", key, [*common, "based_on", *other])
            if not isinstance(entry, Mapping):
                raise InputError(
                    f"{place}: {key} = {entry!r}; allowed: {key}.min, {key}.max, {key}.off = true"
                )
            for word, value in entry.items():
                if word not in (*_ENDS, *_WORDS, "off"):
                    raise UnknownNameError(f"key of {key} of {place}", word, (*_ENDS, *_WORDS, "off"))
                if word == "off" and not isinstance(value, bool):
                    raise InputError(f"{place}, {key}: off = {value!r}; allowed: true, false")
            wanted = units[common[key]["variable"]]
            made[key] = _with_limits(entry, entry.get("unit", wanted), wanted, units, f"{place}, {key}")
        out[name] = made
    for name in out:
        _require_base(name, out, where)
    return out


def _require_base(name: str, entries: Mapping[str, Mapping[str, Any]], where: str) -> None:
    """Refuse a selection that is based on one that is not there, or on itself."""
    passed = [name]
    while (base := entries[passed[-1]].get("based_on")) is not None:
        if base not in entries:
            raise UnknownNameError(f"based_on of the selection {passed[-1]} of {where}", str(base), entries)
        if base in passed:
            raise InputError(f"{where}: {' is based on '.join([*passed, base])}; allowed: no circle")
        passed.append(base)


def _with_limits(
    entry: Mapping[str, Any], beside: Any, unit: str, units: Mapping[str, str], where: str
) -> dict[str, Any]:
    """An entry with its limits in our unit; a bare number is in the unit that stands beside it, and needs one."""
    out = dict(entry)
    for end in _ENDS:
        if end in entry:
            out[end] = _checked_limit(entry[end], beside, unit, units, f"{where}: {end}")
    _require_order(_limit(out.get("min")), _limit(out.get("max")), where)
    return out


def _checked_limit(value: Any, beside: Any, unit: str, units: Mapping[str, str], what: str) -> Any:
    """A limit in our unit: a number, or a line with both coordinates in theirs."""
    if not isinstance(value, Mapping):
        if isinstance(value, float) and math.isinf(value):
            return value  # (no limit)
        return number_in(value, None if beside is None else plain_unit(str(beside)), unit, what)
    if set(value) != {"against", "points"} or not isinstance(value["against"], str):
        raise InputError(f"{what} = {dict(value)!r}; {_LINE}")
    if value["against"] not in units:
        raise UnknownNameError(f"variable of the line {what}", value["against"], units)
    points = value["points"]
    whole = isinstance(points, list | tuple) and all(
        isinstance(p, list | tuple) and len(p) == 2 for p in points
    )
    if not whole or not points:
        raise InputError(f"{what}: points = {points!r}; {_LINE}")
    along = units[value["against"]]
    line = [
        [number_in(x, along, along, f"{what}: x"), number_in(y, unit, unit, f"{what}: y")] for x, y in points
    ]
    if any(x >= after for (x, _), (after, _) in pairwise(line)):
        raise InputError(f"{what}: points at {', '.join(apart(*(x for x, _ in line)))} {along}; {_LINE}")
    return {"against": value["against"], "points": line}


def _require_order(low: float | Line | None, high: float | Line | None, what: str, more: str = "") -> None:
    """Refuse limits that nothing is between."""
    if isinstance(low, float) and isinstance(high, float) and low > high:
        first, last = apart(low, high)
        raise InputError(f"{what}: from {first} to {last}{more}; allowed: max at min or above it")


def require_passable(selection: Selection, where: str) -> None:
    """Refuse two cuts on one variable of which one begins above where the other ends: no event passes both.

    A limit that is a line is not looked at: two of them may cross.

    Raises
    ------
    InputError
        With both cuts.
    """
    for lower, upper in permutations(selection.cuts, 2):
        low, high = lower.low, upper.high
        if lower.variable != upper.variable or not isinstance(low, float) or not isinstance(high, float):
            continue
        if low > high:
            least, most = apart(low, high)
            raise InputError(
                f"{where}, selection {selection.name}: the cut {lower.name} asks {lower.variable} to be {least} {lower.unit} or more, "
                f"{upper.name} {most} {upper.unit} or less: no event passes both; allowed: limits that leave something between, or "
                "one of them in without"
            )
