"""Study ``table1``: which portal with which decay gives K_L events like pi0 nu nubar, by running the models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from darkpair.chains.models.inputs import Inputs
from darkpair.export.files import markdown, subplots
from darkpair.report.picture_style import PALETTE, shade
from darkpair.studies.outputs import Output, Page, Picture, Run, Table, columns_of
from darkpair.studies.paper.portals import Cell, table1

__all__ = ["study"]


def study(run: Run) -> Iterator[Output]:
    """The table, as rows and as a page, and its picture."""
    inputs = run.given_inputs or Inputs("paper")
    cells = table1(inputs)
    names = {
        "branching_ratio": "BR(K_L)", "enhancement": "over pi0 nu nubar", "ctau": "c tau [mm]", "printed": "paper",
    }  # fmt: skip
    attributes = (
        "portal",
        "decay",
        "spin",
        "branching_ratio",
        "enhancement",
        "ctau",
        "works",
        "printed",
        "note",
    )
    rows = [columns_of(cell, attributes, **names) | {"decay": f"X2 -> {cell.decay}"} for cell in cells]
    yield Table(rows=rows, provenance={"inputs": inputs})
    yield Page(text=f"# Table I, derived\n\n{markdown(rows)}")
    yield Picture(figure=_picture(cells))


def _picture(cells: Sequence[Cell]) -> Any:
    from matplotlib.patches import Rectangle

    portals = list(dict.fromkeys(cell.portal for cell in cells))
    columns = list(dict.fromkeys((cell.decay, cell.spin) for cell in cells))
    size = (1.7 * len(columns) + 2.4, 0.9 * len(portals) + 1.6)
    figure, axes = subplots(figsize=size, layout="constrained")
    for cell in cells:
        x, y = columns.index((cell.decay, cell.spin)), portals.index(cell.portal)
        colour = shade(PALETTE["sky"], 0.45) if cell.works else shade(PALETTE["orange"], 0.25)
        axes.add_patch(Rectangle((x - 0.48, y - 0.46), 0.96, 0.92, color=colour))
        word = "works" if cell.works else "does not"
        paper = "✓" if cell.printed else "–"
        flight = f"cτ {float(f'{cell.ctau:.3g}'):g} mm" if cell.ctau > 0.0 else "taken as prompt: a bound"
        text = f"{word} (paper {paper})\n{cell.enhancement:.3g} × SM\n{flight}"
        axes.text(x, y, text, ha="center", va="center", fontsize=8)
    axes.set_xticks(range(len(columns)), [f"X2 → {d}\n{s}" for d, s in columns], fontsize=8)
    axes.set_yticks(range(len(portals)), portals)
    axes.set(xlim=(-0.6, len(columns) - 0.4), ylim=(len(portals) - 0.4, -0.6))
    axes.set_title(
        "K_L → dark pair against K_L → π⁰νν̄, and the flight of X2 (Table I of arXiv:2005.07102)", fontsize=10
    )
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    return figure
