"""Excluded branching ratios of a chain in tables and lines for the terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from darkpair.gen.digits import apart
from darkpair.gen.tables import Table
from darkpair.limits.choice import PRODUCTION
from darkpair.limits.ratios import length_text

if TYPE_CHECKING:
    from darkpair.limits.ratios import RatioRow

__all__ = ["lowest", "ratio_lines", "ratio_table", "title_of"]

#: Most values of c tau that have a column each.
_COLUMNS: Final = 5

#: What stands where a search sees nothing, and where nothing is known.
_NOTHING, _UNKNOWN = "-", "?"


def title_of(rows: Sequence[Sequence[RatioRow]], data: str) -> str:
    """What was asked of one pair of masses.

    Parameters
    ----------
    rows : sequence of sequence of RatioRow
        One for each c tau.
    data : str
        Set of data.
    """
    chain = next(row.chain for of_chain in rows for row in of_chain)
    masses = f"m1 = {_mass(chain.m1)}, " if "X1" in f"{chain}" else ""
    return f"{chain}, {masses}m2 = {_mass(chain.m2)}, data {data}"


def ratio_table(rows: Sequence[Sequence[RatioRow]], varied: Sequence[Mapping[str, str]], title: str) -> Table:
    """Table of the branching ratio that each search excludes at each c tau; of many of them, the lowest.

    Parameters
    ----------
    rows : sequence of sequence of RatioRow
        One for each c tau, of one pair of masses.
    varied : sequence of mapping
        Texts of what differs from one to the next: "ctau".
    title : str
        Of the table.
    """
    names = _names(rows)
    lengths = [own.get("ctau", "excluded above") for own in varied]
    if len(lengths) <= _COLUMNS:
        lines = []
        for name, kind in names.items():
            at = [next((row for row in of_chain if row.row.constraint == name), None) for of_chain in rows]
            lines.append([name, *map(_cell, at), kind])
        return Table(title=title, columns=["constraint", *lengths, "kind"], rows=lines, right=lengths)
    lines = []
    for name, kind in names.items():
        able = [
            (row, length)
            for of_chain, length in zip(rows, lengths, strict=True)
            for row in of_chain
            if row.row.constraint == name and row.branching_ratio <= 1.0
        ]
        if able:
            best, where = min(able, key=lambda pair: pair[0].branching_ratio)
            lines.append([name, _cell(best), where, f"{able[0][1]} to {able[-1][1]}", kind])
        else:
            lines.append([name, _NOTHING, "", "", kind])
    heads = ["constraint", "lowest", "at c tau", "below 1 for c tau", "kind"]
    return Table(title=title, columns=heads, rows=lines, right=("lowest",))


def ratio_lines(rows: Sequence[Sequence[RatioRow]], varied: Sequence[Mapping[str, str]] = ()) -> list[str]:
    """The lowest branching ratio that data exclude, the lowest that a line reaches, and what production does to them.

    Parameters
    ----------
    rows : sequence of sequence of RatioRow
        One for each c tau, of one pair of masses.
    varied : sequence of mapping, optional
        As of `ratio_table`: a c tau is written as it stands there.
    """
    lines = []
    texts = [own.get("ctau", "") for own in varied] or [""] * len(rows)
    lengths = {of_chain[0].ctau: text for of_chain, text in zip(rows, texts, strict=True) if of_chain}
    for word, kind in (("excluded", "excluded"), ("in reach, none of it measured", "line")):
        best = lowest(rows, kind)
        if best is None:
            continue
        level = "" if best.row.confidence_level is None else f" at {best.row.confidence_level:.0%}"
        where = "" if math.isinf(best.ctau) else f", c tau = {lengths[best.ctau] or length_text(best.ctau)}"
        error = f" +- {best.error:.1%}" if best.error > 0.0 else ""
        lines.append(
            f"{word}: BR({best.chain.production}) > {_cell(best)}{error}{level} by {best.row.constraint}{where}"
        )
        ends = [
            row.branching_ratio
            for of_chain in rows
            for row in of_chain
            if row.ctau == best.ctau and row.row.constraint.startswith(f"{best.row.constraint}{PRODUCTION}")
        ]
        if ends and all(map(math.isfinite, ends)):
            lines.append(f"  {min(ends):.3g} to {max(ends):.3g} with the uncertainty of production")
    return lines or ["no branching ratio up to 1 is excluded"]


def lowest(rows: Sequence[Sequence[RatioRow]], kind: str) -> RatioRow | None:
    """Row with the lowest branching ratio of a kind; None where there is none up to 1.

    Parameters
    ----------
    rows : sequence of sequence of RatioRow
        Of `darkpair.limits.ratios.excluded_ratios`.
    kind : {"excluded", "line"}
        Of the row.
    """
    able = [
        row
        for of_chain in rows
        for row in of_chain
        if row.row.kind == kind and not row.row.production and row.branching_ratio <= 1.0
    ]
    return min(able, key=lambda row: row.branching_ratio, default=None)


def _names(rows: Sequence[Sequence[RatioRow]]) -> dict[str, str]:
    """Searches and what they are, the lowest ratio first."""
    kinds: dict[str, str] = {}
    best: dict[str, float] = {}
    for of_chain in rows:
        for row in of_chain:
            name = row.row.constraint
            if not row.row.production:
                kinds[name] = row.row.kind
                own = math.inf if math.isnan(row.branching_ratio) else row.branching_ratio
                best[name] = min(best.get(name, math.inf), own)
    return {name: kinds[name] for name in sorted(kinds, key=lambda name: best[name])}


def _cell(row: RatioRow | None) -> str:
    if row is None or math.isinf(row.branching_ratio):
        return _NOTHING
    return _UNKNOWN if math.isnan(row.branching_ratio) else apart(row.branching_ratio, 1.0, digits=3)[0]


def _mass(value: object) -> str:
    return f"{1e3 * float(str(value)):.6g} MeV"
