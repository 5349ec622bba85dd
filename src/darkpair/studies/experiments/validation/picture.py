"""All predictions at a glance: pulls by theme; rows that do not agree have another shape, their name and their ratio."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from darkpair.export.files import subplots
from darkpair.studies.experiments.validation.row import AGREES, CONSISTENCY, DIFFERS, SKIPPED, WITHIN, Result

__all__ = ["overview"]

_EDGE: Final = 6.0  # largest pull that is drawn where it is
_STYLE: Final[dict[str, dict[str, Any]]] = {
    AGREES: {"marker": "o", "color": "tab:blue", "s": 16},
    WITHIN: {"marker": "D", "facecolor": "white", "edgecolor": "black", "s": 18, "linewidth": 0.9},
    DIFFERS: {"marker": "X", "color": "tab:red", "s": 48, "edgecolor": "black", "linewidth": 0.5},
}
_PLURAL: Final = {AGREES: "agree", WITHIN: WITHIN, DIFFERS: "do not agree", SKIPPED: SKIPPED}
_COLUMNS: Final = 3
_LINE: Final = 0.125  # inches of a row


def overview(results: Sequence[Result]) -> Any:
    """The figure."""
    results = [result for result in results if result.row.theme != CONSISTENCY]
    themes = list(dict.fromkeys(result.row.theme for result in results))
    groups = [[result for result in results if result.row.theme == theme] for theme in themes]
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
        verdict: sum(r.verdict == verdict for r in results) for verdict in (AGREES, WITHIN, DIFFERS, SKIPPED)
    }
    summary = ", ".join(f"{n} {_PLURAL[verdict]}" for verdict, n in counts.items() if n or verdict != SKIPPED)
    figure.suptitle(
        f"{len(results)} published numbers beside ours: {summary}\ngrey: a pull of at most 2; named: what does not agree, "
        "with ours / published; arrows: the pull is larger than drawn",
        fontsize=13,
    )
    handles = [_legend_handle(verdict) for verdict in _STYLE]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False, fontsize=11)
    return figure


def _legend_handle(verdict: str) -> Any:
    """Handle of a verdict's marker."""
    from matplotlib.lines import Line2D

    style = _STYLE[verdict]
    return Line2D(
        [],
        [],
        ls="",
        marker=style["marker"],
        color=style.get("color", style.get("facecolor")),
        markeredgecolor=style.get("edgecolor", style.get("color")),
        markersize=8,
        label=verdict,
    )


def _short(key: str) -> str:
    """A row's key without what its panel says, and without the collaboration behind a form factor's name."""
    return key.removeprefix("multiplicity-").replace("-dark-photon", "").replace("-fnal+milc:", " lattice ")


def _panel(axes: Any, theme: str, group: Sequence[Result]) -> None:
    """Pulls of one theme; what lies beyond the edge is at the edge, with an arrow."""
    ticks, labels = [], []
    for y, result in enumerate(reversed(group)):
        if result.pull is None or result.ratio is None:
            axes.text(0.0, y, "skipped", fontsize=6, ha="center", va="center", color="0.5")
            continue
        beyond = abs(result.pull) > _EDGE
        x = math.copysign(_EDGE, result.pull) if beyond else result.pull
        axes.scatter(x, y, zorder=3, **_STYLE[result.verdict])
        if beyond:
            step = math.copysign(0.9, x)
            axes.annotate("", (x + step, y), (x, y), arrowprops={"arrowstyle": "->", "lw": 0.8}, zorder=2)
        if result.verdict == DIFFERS:
            ticks.append(y)
            labels.append(f"{_short(result.row.key)}  × {result.ratio:.2f}")
    axes.axvspan(-2.0, 2.0, color="0.92", zorder=0)
    axes.axvline(0.0, color="0.6", lw=0.8, zorder=1)
    axes.set_yticks(ticks, labels, fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.set(
        xlim=(-_EDGE - 1.4, _EDGE + 1.4), ylim=(-1.0, len(group)), xlabel="pull (ours - published) / error"
    )
    agree = sum(result.verdict == AGREES for result in group)
    axes.set_title(f"{theme}: {agree} of {len(group)} agree", fontsize=12, fontweight="bold", loc="right")
