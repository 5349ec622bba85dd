"""Pictures of a race: bars on a logarithmic axis, told apart by hatching and words, not by colours alone.

``python -m benchmarks.race_picture``, in the root of the source tree, draws those of docs again from the stored outputs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from darkpair.gen.output.target import put
from darkpair.report.picture_style import PALETTE, in_style
from darkpair.report.pictures import drawn, subplots

#: Colour, hatching and words: of this package, of it before, of the others.
STYLES = {
    "ours": (PALETTE["blue"], "", "this package"),
    "before": (PALETTE["orange"], "//", "this package before, by its commit"),
    "other": ("0.75", "..", "others"),
}


@in_style()
def contents(parts: Mapping[str, Sequence[Mapping[str, Any]]], folder: Path) -> dict[Path, bytes]:
    """Contents of the pictures in a folder, of the parts that there are."""
    figures = {}
    if parts.get("tool"):
        figures["tool"] = bars(parts["tool"], "tool", "[ns]", "ns an event, one core")
    if parts.get("job"):
        rows = [
            {**row, "label": f"{row['job']}: {row['package']}", "name": row["who"]} for row in parts["job"]
        ]
        figures["job"] = bars(rows, "label", "[s]", "seconds")
    return {folder / f"race-{name}.png": drawn(figure, "png", 120) for name, figure in figures.items()}


def bars(rows: Sequence[Mapping[str, Any]], label: str, unit: str, axis: str) -> Any:
    """A bar for each row with its median, and its range from the lowest to the highest; a gap before each job."""
    figure, ax = subplots(figsize=(9.0, 0.28 * len(rows) + 1.4), layout="constrained")
    places = places_of(rows)
    legend: dict[str, Any] = {}
    for y, row in zip(places, rows, strict=True):
        who = row["name"].split("-")[0].split(":")[0]
        color, hatch, words = STYLES.get(who, STYLES["other"])
        time = row[f"time {unit}"]
        spread = [[time - row[f"lowest {unit}"]], [row[f"highest {unit}"] - time]]
        bar = ax.barh(y, time, color=color, hatch=hatch, edgecolor="black", linewidth=0.6, xerr=spread)
        legend.setdefault(words, bar)
        ax.annotate(
            f" {time:.0f}" if time >= 100 else f" {time:.3g}",
            (row[f"highest {unit}"], y),
            va="center",
            fontsize="small",
        )
    ax.set_yticks(places, [row[label] for row in rows], fontsize="small")
    ax.set_ylim(places[-1] + 0.7, -0.7)
    ax.set(xscale="log", xlabel=f"{axis} (median, lowest to highest; shorter is faster)")
    ax.margins(x=0.15)
    figure.legend(list(legend.values()), list(legend), loc="outside upper center", ncols=len(legend))
    return figure


def places_of(rows: Sequence[Mapping[str, Any]]) -> list[float]:
    """Places of the bars along the axis: those of a job stand together."""
    places: list[float] = []
    for i, row in enumerate(rows):
        gap = 0.5 if i and row.get("job") != rows[i - 1].get("job") else 0.0
        places.append(places[-1] + 1.0 + gap if places else 0.0)
    return places


if __name__ == "__main__":
    stored = {
        part: json.loads(Path(f"docs/results/race-{part}.json").read_text(encoding="utf-8"))["rows"]
        for part in ("tool", "job")
    }
    put(contents(stored, Path("docs")))
