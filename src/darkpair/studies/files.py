"""What a study leaves: its data as CSV and JSON with provenance, its table as Markdown, its picture as PNG and PDF."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from darkpair.gen.provenance import describe, environment

__all__ = ["markdown", "save_picture", "write_rows"]


def write_rows(
    folder: Path, name: str, rows: Sequence[Mapping[str, Any]], provenance: Mapping[str, Any], **more: Any
) -> list[Path]:
    """Paths of ``name.csv`` and ``name.json``, the second with provenance and whatever else is given."""
    table, whole = folder / f"{name}.csv", folder / f"{name}.json"
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    told = {"study": name, "provenance": environment() | describe(provenance), "rows": describe(list(rows))}
    told |= {key: describe(value) for key, value in more.items()}
    whole.write_text(json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    return [table, whole]


def markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as a Markdown table."""
    names = list(rows[0])
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    lines += ["| " + " | ".join(_cell(row[name]) for name in names) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def save_picture(figure: Any, folder: Path, name: str) -> list[Path]:
    """Paths of the figure as PNG and PDF; the figure is closed."""
    import matplotlib.pyplot as plt

    figure.set_dpi(150)
    engine = figure.get_layout_engine()
    if engine is not None:  # found once, and without drawing: savefig does both for every file
        engine.execute(figure)
        figure.set_layout_engine(None)
    paths = [folder / f"{name}.{kind}" for kind in ("png", "pdf")]
    for path in paths:
        figure.savefig(path)
    plt.close(figure)
    return paths


def _cell(value: Any) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|")
