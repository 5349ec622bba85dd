"""Picture of the branching ratio that each search excludes, against c tau."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from darkpair.limits.choice import PRODUCTION
from darkpair.report.pictures import subplots

if TYPE_CHECKING:
    from darkpair.limits.ratios import RatioRow

__all__ = ["ratio_picture"]

#: Colours that the colour-blind tell apart (Okabe and Ito), and what a line is drawn with after all of them.
_COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_MARKS: Final = ("", "o", "s", "^")

#: How a kind of search is drawn, and what that means.
_STYLES: Final = {
    "excluded": ("-", "solid: excluded by data"),
    "line": ("--", "dashed: projection or estimate"),
}


def ratio_picture(rows: Sequence[Sequence[RatioRow]], title: str) -> Any:
    """Figure of excluded branching ratios against c tau; None for fewer than two c tau, or nothing up to 1.

    Solid where data exclude, dashed for projections and estimates; shaded between the ends of a production uncertainty.

    Parameters
    ----------
    rows : sequence of sequence of RatioRow
        One for each c tau, of one pair of masses.
    title : str
        Above it.
    """
    curves = _curves(rows)
    best = {name: min((y for _, y in at if y <= 1.0), default=math.inf) for name, at in curves.items()}
    names = sorted((n for n in curves if PRODUCTION not in n and best[n] <= 1.0), key=lambda n: best[n])
    if len(rows) < 2 or not names:
        return None
    kinds = {row.row.constraint: row.row.kind for of_chain in rows for row in of_chain}
    figure, axes = subplots(1, 1, figsize=(8.5, 5.0), layout="constrained")
    for i, name in enumerate(names):
        colour, mark = _COLOURS[i % len(_COLOURS)], _MARKS[i // len(_COLOURS) % len(_MARKS)]
        x, y = _columns(curves[name])
        axes.plot(x, y, _STYLES[kinds[name]][0], color=colour, marker=mark, ms=3.5, lw=1.8, label=name)
        ends = [_columns(curves.get(f"{name}{PRODUCTION}{end}", []))[1] for end in ("low", "high")]
        if all(ends):
            axes.fill_between(x, *ends, color=colour, alpha=0.2, lw=0.0)
    seen_at, seen = _columns([point for name in names for point in curves[name] if point[1] <= 1.0])
    axes.set(xscale="log", yscale="log", xlabel=r"c$\tau$ of X2 [mm]")
    if len(set(seen_at)) < 2:  # (no range of its own)
        seen_at = [x for name in names for x, _ in curves[name]]
    production = next(row.chain.production for of_chain in rows for row in of_chain)
    axes.set_ylabel(f"BR({production}): excluded above the line")
    axes.set(xlim=(min(seen_at), max(seen_at)), ylim=(min(seen) / 3.0, min(10.0 * max(seen), 1.0)))
    axes.set_title(title, fontsize="small", wrap=True)
    words = [_STYLES[kind][1] for kind in _STYLES if kind in {kinds[name] for name in names}]
    if any(PRODUCTION in name for name in curves):
        words.append("shaded: uncertainty of production")
    figure.legend(loc="outside right upper", frameon=False, fontsize="small", title="\n".join(words))
    return figure


def _curves(rows: Sequence[Sequence[RatioRow]]) -> dict[str, list[tuple[float, float]]]:
    """C tau and excluded ratio of each search; NaN where there is none."""
    curves: dict[str, list[tuple[float, float]]] = {}
    for of_chain in rows:
        for row in of_chain:
            ratio = row.branching_ratio if math.isfinite(row.branching_ratio) else math.nan
            curves.setdefault(row.row.constraint, []).append((row.ctau, ratio))
    return curves


def _columns(points: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]
