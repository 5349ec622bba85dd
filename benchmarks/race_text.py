"""The tables of a race, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def text(parts: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """All tables, one below the other."""
    head = "| | ns/event | from to | first call | times {} | MB |\n|---|---|---|---|---|---|"
    blocks = []
    for part, reference in (("tool", "C++ -O2"), ("decay", "before")):
        if parts.get(part):
            lines = [chain_line(row) for row in parts[part]]
            blocks.append("\n".join([head.format(reference), *lines]))
    if parts.get("job"):
        lines = ["| | | s | from to | times before | MB |", "|---|---|---|---|---|---|"]
        blocks.append("\n".join([*lines, *(job_line(row) for row in parts["job"])]))
    blocks += [
        f"{row['tool']}: {row['wrong'] or 'the same events'}, smallest p {row['smallest p']:.2g}"
        for row in parts.get("check", ())
    ]
    blocks += [f"skipped: {row['tool']}: {row['reason']}" for row in parts.get("skipped", ())]
    return "\n\n".join(blocks)


def chain_line(row: Mapping[str, Any]) -> str:
    """Line of a tool."""
    return (
        f"| {row['tool']} | {row['time [ns]']:.0f} | {row['lowest [ns]']:.0f} to {row['highest [ns]']:.0f} | "
        f"{row['first [ns]']:.0f} | {ratio(row)} | {row['memory [MB]']:.0f} |"
    )


def job_line(row: Mapping[str, Any]) -> str:
    """Line of a package's job."""
    return (
        f"| {row['job']} | {row['package']} | {row['time [s]']:.2f} | {row['lowest [s]']:.2f} to {row['highest [s]']:.2f} | "
        f"{ratio(row)} | {row['memory [MB]']:.0f} |"
    )


def ratio(row: Mapping[str, Any]) -> str:
    """How many times faster, where there is what it is compared with."""
    return "" if row["ratio"] is None else f"{row['ratio']:.2f}"
