"""Pictures of a race: bars on a logarithmic axis, told apart by hatching and words, not by colours alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

#: Okabe and Ito's colours, which the colour-blind tell apart, with a hatching each: of this package, of it before, of the others.
STYLES = {"ours": ("#0072B2", ""), "before": ("#E69F00", "//"), "other": ("#BBBBBB", "..")}


def pictures(parts: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Figure]:
    """Figures by name, of the parts that there are."""
    figures = {}
    if parts.get("tool"):
        figures["tool"] = bars(parts["tool"], "tool", "[ns]", "ns an event, one core")
    if parts.get("job"):
        rows = [
            {**row, "label": f"{row['job']}: {row['package']}", "name": row["who"]} for row in parts["job"]
        ]
        figures["job"] = bars(rows, "label", "[s]", "seconds")
    return figures


def bars(rows: Sequence[Mapping[str, Any]], label: str, unit: str, axis: str) -> Figure:
    """A bar for each row with its median, and its range from the lowest to the highest."""
    figure = Figure(figsize=(9.0, 0.28 * len(rows) + 1.0), layout="constrained")
    ax = figure.subplots()
    for i, row in enumerate(rows):
        who = row["name"].split("-")[0].split(":")[0]
        color, hatch = STYLES.get(who, STYLES["other"])
        time = row[f"time {unit}"]
        spread = [[time - row[f"lowest {unit}"]], [row[f"highest {unit}"] - time]]
        ax.barh(i, time, color=color, hatch=hatch, edgecolor="black", linewidth=0.6, xerr=spread)
        ax.annotate(
            f" {time:.0f}" if time >= 100 else f" {time:.3g}",
            (row[f"highest {unit}"], i),
            va="center",
            fontsize="small",
        )
    ax.set_yticks(range(len(rows)), [row[label] for row in rows], fontsize="small")
    ax.invert_yaxis()
    ax.set(xscale="log", xlabel=f"{axis} (median, lowest to highest; shorter is faster)")
    ax.margins(x=0.15)
    return figure
