"""All predictions at a glance: pulls by theme; rows that do not agree have another shape, their name and their ratio."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from darkpair.export.files import subplots
from darkpair.report.picture_style import PALETTE
from darkpair.studies.experiments.validation.row import AGREES, CONSISTENCY, DIFFERS, SKIPPED, WITHIN

__all__ = ["overview"]

_EDGE: Final = 6.0  # largest pull that is drawn where it is
_STYLE: Final[dict[str, dict[str, Any]]] = {
    AGREES: {"marker": "o", "color": PALETTE["blue"], "s": 16},
    WITHIN: {"marker": "D", "facecolor": "white", "edgecolor": "black", "s": 18, "linewidth": 0.9},
    DIFFERS: {"marker": "X", "color": PALETTE["vermillion"], "s": 48, "edgecolor": "black", "linewidth": 0.5},
}
_PLURAL: Final = {AGREES: "agree", WITHIN: WITHIN, DIFFERS: "do not agree", SKIPPED: SKIPPED}
_COLUMNS: Final = 3
_LINE: Final = 0.125  # inches of a row
_BAND: Final = "0.92"  # grey of what agrees


def overview(rows: Sequence[Mapping[str, Any]]) -> Any:
    """The figure.

    Parameters
    ----------
    rows : sequence of mapping
        Columns of every row, as the study's JSON has them.
    """
    rows = [row for row in rows if row["theme"] != CONSISTENCY]
    themes = list(dict.fromkeys(row["theme"] for row in rows))
    groups = [[row for row in rows if row["theme"] == theme] for theme in themes]
    lines = math.ceil(len(groups) / _COLUMNS)
    heights = [max(len(group) for group in groups[i * _COLUMNS : (i + 1) * _COLUMNS]) for i in range(lines)]
    figure, grid = subplots(
        lines,
        _COLUMNS,
        figsize=(15.0, _LINE * sum(heights) + 1.1 * lines + 0.8),
        layout="constrained",
        gridspec_kw={"height_ratios": [height + 6 for height in heights]},
        squeeze=False,
    )
    for axes, theme, group in zip(grid.flat, themes, groups, strict=False):
        _panel(axes, theme, group)
    for axes in list(grid.flat)[len(groups) :]:
        axes.set_visible(False)
    counts = {
        verdict: sum(row["verdict"] == verdict for row in rows)
        for verdict in (AGREES, WITHIN, DIFFERS, SKIPPED)
    }
    summary = ", ".join(f"{n} {_PLURAL[verdict]}" for verdict, n in counts.items() if n or verdict != SKIPPED)
    figure.suptitle(f"{len(rows)} published numbers beside ours: {summary}", fontsize=15)
    handles = _legend_handles()
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), fontsize=12)
    return figure


def _legend_handles() -> list[Any]:
    """Handles of the verdicts' markers, and of what else is drawn."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = []
    for verdict, style in _STYLE.items():
        look = {"marker": style["marker"], "color": style.get("color", style.get("facecolor"))}
        edge = style.get("edgecolor", style.get("color"))
        named = f"{verdict}: named, with ours / published" if verdict == DIFFERS else verdict
        handles.append(Line2D([], [], ls="", ms=8, markeredgecolor=edge, label=named, **look))
    arrow = Line2D([], [], ls="", marker=r"$\rightarrow$", color="black", ms=12, label="farther than drawn")
    return [*handles, Patch(color=_BAND, label="a pull of at most 2"), arrow]


def _short(key: str) -> str:
    """A row's key without what its panel says, and without the collaboration behind a form factor's name."""
    return key.removeprefix("multiplicity-").replace("-dark-photon", "").replace("-fnal+milc:", " lattice ")


def _panel(axes: Any, theme: str, group: Sequence[Mapping[str, Any]]) -> None:
    """Pulls of one theme; what lies beyond the edge is at the edge, with an arrow."""
    ticks, labels = [], []
    for y, row in enumerate(reversed(group)):
        pull, ratio, verdict = row["pull"], row["ratio"], row["verdict"]
        if pull is None or ratio is None:
            axes.text(0.0, y, "skipped", fontsize=6, ha="center", va="center", color="0.5")
            continue
        beyond = abs(pull) > _EDGE
        x = math.copysign(_EDGE, pull) if beyond else pull
        axes.scatter(x, y, zorder=3, **_STYLE[verdict])
        if beyond:
            step = math.copysign(0.9, x)
            axes.annotate("", (x + step, y), (x, y), arrowprops={"arrowstyle": "->", "lw": 0.8}, zorder=2)
        if verdict == DIFFERS:
            ticks.append(y)
            labels.append(f"{_short(row['key'])}  × {ratio:.2f}")
    axes.axvspan(-2.0, 2.0, color=_BAND, zorder=0)
    axes.axvline(0.0, color="0.6", lw=0.8, zorder=1)
    axes.set_yticks(ticks, labels, fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.set(
        xlim=(-_EDGE - 1.4, _EDGE + 1.4), ylim=(-1.0, len(group)), xlabel="pull (ours - published) / error"
    )
    agree = sum(row["verdict"] == AGREES for row in group)
    axes.set_title(f"{theme}: {agree} of {len(group)} agree", fontsize=12, fontweight="bold", loc="right")
