"""Points of a sweep in a table for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from darkpair.gen.tables import Table

__all__ = ["sweep_table"]


def sweep_table(rows: Sequence[Mapping[str, Any]], keys: Sequence[str], *, title: str = "") -> Table:
    """Table of the points of a sweep.

    Parameters
    ----------
    rows : sequence of mapping
        Of `darkpair.run.sweep.Sweep`.
    keys : sequence of str
        Keys that were scanned.
    title : str
        Above it.
    """
    columns = [*keys, "generated", "accepted", "acceptance"]
    expected = any("expected_events" in row for row in rows)
    cells = [
        [
            *(str(row[key]) for key in keys),
            f"{row['generated']:,}",
            f"{row['accepted']:,}",
            _acceptance(row),
            *([_events(row)] if expected else []),
        ]
        for row in rows
    ]
    return Table(
        title=title,
        columns=[*columns, *(["expected events"] if expected else [])],
        rows=cells,
        right=("generated", "accepted"),
        fold=keys,
    )


def _acceptance(row: Mapping[str, Any]) -> str:
    """The acceptance with its error; its interval where it has none; its limit where nothing is accepted."""
    if row["acceptance"] is None:  # (an empty part)
        return "-"
    if row["acceptance"] <= 0.0:
        return (
            f"below {row['acceptance_upper_limit']:.3g} ({100.0 * row['acceptance_upper_limit_level']:.0f} %)"
        )
    if row["acceptance_error"] == 0.0:  # (nothing was asked of events without weights)
        return f"{row['acceptance']:.4g}"
    if row["acceptance_error"] is None:
        level = f"{100.0 * row['acceptance_interval_level']:.0f} %"
        return (
            f"{row['acceptance']:.4g} ({row['acceptance_low']:.3g} to {row['acceptance_high']:.3g}, {level})"
        )
    return f"{row['acceptance']:.4g} ± {row['acceptance_error']:.2g}"


def _events(row: Mapping[str, Any]) -> str:
    """Expected events with their error, or their limit; a word where nothing tells them."""
    if row.get("expected_events") is None:
        return "not told" if row.get("expected_not_told") else ""
    unit = " x BR" if row["branching_ratio"] is None else ""
    if row["expected_events"] == 0.0:
        limit = row["expected_upper_limit"]
        return "" if limit is None else f"below {limit:.3g}{unit}"
    error = row["expected_error"]
    return f"{row['expected_events']:.4g}{'' if error is None else f' ± {error:.2g}'}{unit}"
