"""What searches say of model points, in tables and lines for the terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from darkpair.gen.digits import apart
from darkpair.gen.tables import Table
from darkpair.limits.choice import PRODUCTION, SELECTION
from darkpair.limits.rows import LimitRow, strongest_row

__all__ = ["answer", "channels_table", "limits_table", "note_lines", "production_lines", "strongest_table"]


def limits_table(
    rows: Sequence[LimitRow], title: str, along: str | None = None, unit: tuple[str, float] = ("", 1.0)
) -> Table:
    """Table of what every constraint says of a point, the strongest first.

    Parameters
    ----------
    rows : sequence of LimitRow
        Of one point.
    title : str
        Of the table.
    along : str, optional
        Parameter whose ranges are shown, instead of the limits.
    unit : (str, float)
        What its ranges are multiples of: text and value.
    """
    shown = [row for row in rows if not row.production]
    names = ["constraint", "ratio", "events", "verdict"]
    if along is None:
        names[1:1] = ["value", "limit"]
    else:
        names.append(f"range of {along} [{unit[0]}]")
    lines = []
    for row in sorted(shown, key=lambda row: math.inf if math.isnan(row.value) else -row.ratio):
        value, limit = _apart(row.value, row.limit)
        cells = {"value": value, "limit": limit, "events": _number(row.events)}
        cells |= {"constraint": row.constraint, "ratio": _ratio(row.ratio), "verdict": row.verdict}
        ranges = "; ".join(str(span.over(unit[1])) for span in row.ranges) or "-"
        lines.append([cells.get(name, ranges) for name in names])
    return Table(
        title=title,
        columns=names,
        rows=lines,
        right=("value", "limit", "ratio", "events"),
        fold=("verdict", names[-1]),
    )


def channels_table(rows: Sequence[LimitRow], title: str) -> Table:
    """Table of the expected events of every channel that a search adds up.

    Parameters
    ----------
    rows : sequence of LimitRow
        Of one point.
    title : str
        Of the table.
    """
    lines = []
    for row in rows:
        if row.production:
            continue
        whole = sum(part for part in row.channels.values() if not math.isnan(part))
        for name, part in sorted(row.channels.items(), key=lambda item: -_least(item[1])):
            share = "" if math.isnan(part) or not whole > 0.0 else f"{part / whole:.1%}"
            lines.append([row.constraint, name, _number(part), share])
    return Table(
        title=f"{title}: channels",
        columns=["constraint", "channel", "events", "share"],
        rows=lines,
        right=("events", "share"),
        fold=("channel",),
    )


def _least(value: float) -> float:
    return -math.inf if math.isnan(value) else value


def production_lines(rows: Sequence[LimitRow]) -> list[str]:
    """What moves a search, a line each: events of beam dumps with the production uncertainty, ratios with other selections."""
    events = {
        row.constraint: row.events for row in rows if row.events is not None and not math.isnan(row.events)
    }
    low, high = f"{PRODUCTION}low", f"{PRODUCTION}high"
    return [
        f"{name}: {_number(events[name + low])} to {_number(events[name + high])} events with the uncertainty of "
        "the number and spectrum of eta"
        for name in events
        if name + low in events and name + high in events
    ] + _selection_lines(rows)


def _selection_lines(rows: Sequence[LimitRow]) -> list[str]:
    """Ratios of searches that have other selections, one search a line."""
    lines = []
    for row in rows:
        beside = {
            other.constraint.removeprefix(f"{row.constraint}{SELECTION}"): other
            for other in rows
            if other.constraint.startswith(f"{row.constraint}{SELECTION}")
        }
        ratios = ", ".join(f"{_ratio(other.ratio)} ({name})" for name, other in beside.items())
        if beside and not math.isnan(row.value):
            lines.append(f"{row.constraint}: ratio {ratios.replace('(', '(selection ', 1)}")
    return lines


def note_lines(rows: Sequence[LimitRow]) -> list[str]:
    """What is taken for granted for a point, a line for each thing with the searches that do.

    Parameters
    ----------
    rows : sequence of LimitRow
        Of one point.
    """
    names: dict[str, list[str]] = {}
    for row in rows:
        for part in filter(None, row.note.split("; ")):
            names.setdefault(part, []).append(row.constraint)
    return [f"{', '.join(of_note)}: {note}" for note, of_note in names.items()]


def answer(rows: Sequence[LimitRow]) -> list[str]:
    """What is left of a point, and who would see it, in a few short lines.

    Parameters
    ----------
    rows : sequence of LimitRow
        Of one point.
    """
    strongest = strongest_row(rows)
    lines = [_silent(rows)] if strongest is None else _verdict(strongest, rows)
    for word, kind in (("taken", "excluded"), ("planned", "line")):
        counted = [
            row for row in rows if row.kind == kind and not row.production and (row.events or 0.0) > 0.0
        ]
        if counted:
            best = max(counted, key=lambda row: float(row.events or 0.0))
            lines.append(f"most events of data {word}: {_number(best.events)}, {best.constraint}")
    return lines


def _silent(rows: Sequence[LimitRow]) -> str:
    """Where no measurement says anything: whether plans do."""
    if any(row.kind == "line" and not math.isnan(row.value) for row in rows):
        return "no measurement that was asked knows this point; projections and estimates exclude nothing"
    return "nothing that was asked knows this point"


def _verdict(row: LimitRow, rows: Sequence[LimitRow]) -> list[str]:
    """Whether the strongest measurement excludes a point, and whether production leaves that open."""
    level = "" if row.confidence_level is None else f" at {row.confidence_level:.0%}"
    word = "excluded by" if row.ratio > 1.0 else "not excluded, the closest is"
    lines = [f"{word} {row.constraint}{level}, {_ratio(row.ratio)} times its limit"]
    for part, words in (
        (PRODUCTION, "at an end of its production uncertainty"),
        (SELECTION, "with another selection"),
    ):
        ends = [other.ratio for other in rows if other.constraint.startswith(f"{row.constraint}{part}")]
        ends = [ratio for ratio in ends if not math.isnan(ratio)]
        if any((ratio > 1.0) != (row.ratio > 1.0) for ratio in ends):
            what = "not excluded" if row.ratio > 1.0 else "excluded"
            lines.append(f"  but {what} {words}")
    return lines


def _number(value: float | None) -> str:
    return "" if value is None else "?" if math.isnan(value) else f"{value:.3g}"


def _apart(value: float, other: float) -> tuple[str, ...]:
    """Texts of two numbers that are compared, other ones where the numbers are."""
    if math.isnan(value) or math.isnan(other):
        return _number(value), _number(other)
    return apart(value, other, digits=3)


def _ratio(ratio: float) -> str:
    """Text of an observable over its limit: 1 is that alone, because beyond it a verdict changes."""
    return _apart(ratio, 1.0)[0]


def strongest_table(
    points: Sequence[tuple[dict[str, str], Any]], rows: Sequence[Sequence[LimitRow]], title: str
) -> Table:
    """Table of the strongest measurement at each point of a grid."""
    lines = []
    for (varied, _), of_point in zip(points, rows, strict=True):
        row = strongest_row(of_point)
        cells = ["-", "", ""] if row is None else [row.constraint, _ratio(row.ratio), row.verdict]
        lines.append([*varied.values(), *cells])
    names = list(points[0][0])
    return Table(
        title=title,
        columns=[*names, "strongest", "ratio", "verdict"],
        rows=lines,
        right=(*names, "ratio"),
        fold=("verdict",),
    )
