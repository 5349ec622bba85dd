"""Picture of the study ``edges``: bars of what moves each edge, a colour and a hatch for each cause."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from darkpair.export.files import subplots
from darkpair.report.picture_style import PALETTE

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

__all__ = ["CAUSES", "picture"]

#: What moves an edge, in the picture's order.
CAUSES: Final[dict[str, str]] = {
    "spectrum": "spectrum of the eta: the least and the most of all generators",
    "number": "number of eta per proton, one standard error",
    "tail": "mesons counted for the spectrum, one standard error",
    "samples": "our Monte Carlo, one standard error",
    "inputs": "inputs and measurements, one standard error each, in squares",
    "choices": "inputs of our choice or from memory, each shifted, in squares",
}

#: Names of searches, and colours with hatches of the causes in their order.
_NAMES: Final = {
    "nucal": "NuCal", "charm": "CHARM", "koto-2021": "KOTO 2021", "koto-2015": "KOTO 2015",
    "b-to-k-belle": "Belle, B → K", "b-to-k-belle2-2023": "Belle II, B → K",
}  # fmt: skip
#: Shifts up to which bars are drawn [%]; a longer one is broken there, and has its number at its end.
_LONGEST: Final = 25.0
#: Of a break: how far from the end of the bar, how wide, and how much it leans [%].
_BREAK_AT, _BREAK, _LEAN = 2.2, 0.7, 0.5
#: Name of a break among what is drawn.
_BROKEN: Final = "break"

_STYLES: Final = (
    (PALETTE["vermillion"], ""),
    (PALETTE["blue"], "////"),
    (PALETTE["yellow"], ""),
    (PALETTE["black"], ""),
    (PALETTE["sky"], "...."),
    ("white", "xxxx"),
)


def picture(rows: Sequence[Mapping[str, Any]], causes: Mapping[str, str] = CAUSES) -> Any:
    """The figure.

    Parameters
    ----------
    rows : sequence of mapping
        Of the study's table.
    causes : mapping of str to str, optional
        What each cause is, in words.
    """
    edges = list(dict.fromkeys((row["search"], row["end"]) for row in rows))
    figure, axes = subplots(figsize=(9.0, 0.75 * len(edges) + 2.0), layout="constrained")
    height = 0.84 / len(causes)
    for number, (cause, words) in enumerate(causes.items()):
        colour, hatch = _STYLES[number]
        mine = [row for row in rows if row["cause"] == cause]
        at = [
            edges.index((row["search"], row["end"])) + (number - 0.5 * (len(causes) - 1)) * height
            for row in mine
        ]
        left = [max(row["down [%]"], -_LONGEST) for row in mine]
        right = [min(row["up [%]"], _LONGEST) for row in mine]
        width = [high - low for low, high in zip(left, right, strict=True)]
        axes.barh(at, width, height, left, color=colour, hatch=hatch, edgecolor="black", lw=0.5, label=words)
        for row, y in zip(mine, at, strict=True):
            _say_cut(axes, row, y, height)
    axes.axvline(0.0, color="black", lw=0.8)
    values = {(row["search"], row["end"]): row["edge [G_F]"] for row in rows}
    labels = [f"{_NAMES[name]}, {end} edge\n{values[name, end]:.3g} $G_F$" for name, end in edges]
    axes.set_yticks(range(len(edges)), labels)
    axes.invert_yaxis()
    axes.grid(axis="x", color="0.85", lw=0.6)
    axes.set_axisbelow(True)
    words = " (//: cut, with the whole shift beside it)" if axes.findobj(_is_break) else ""
    axes.set(xlabel=f"shift of the edge in $G_X$ [%]{words}", xlim=(-_LONGEST - 1.0, _LONGEST + 12.0))
    axes.set_title("What moves each edge: scalars and the Z', $m_2$ = 430 MeV, $m_1$ = 0", fontsize="medium")
    figure.legend(loc="outside lower center", fontsize="small", frameon=False, ncols=2)
    return figure


def _say_cut(axes: Axes, row: Mapping[str, Any], y: float, height: float) -> None:
    """Break a bar at each end that is longer than what is drawn, and write how long it is."""
    down, up = float(row["down [%]"]), float(row["up [%]"])
    alike = min(-down, up) > _LONGEST and math.isclose(-down, up, rel_tol=1e-2)
    name = str(row["largest"]).rpartition(".")[2]
    if up > _LONGEST:
        _broken(axes, 1.0, y, height)
        words = f"{'±' if alike else '+'}{up:.0f} % ({name})"
        axes.text(_LONGEST + 0.5, y, words, va="center", fontsize="small")
    if down < -_LONGEST:
        _broken(axes, -1.0, y, height)
        if not alike:
            words = f"\N{MINUS SIGN}{-down:.0f} % ({name})"
            axes.text(
                -_LONGEST + 2.0 * _BREAK_AT, y, words, va="center", fontsize="small", backgroundcolor="white"
            )


def _broken(axes: Axes, side: float, y: float, height: float) -> None:
    """Two slanted strokes across a bar with nothing between them, near the end of it on that side."""
    from matplotlib.patches import Polygon

    half = 0.75 * height
    left = side * (_LONGEST - _BREAK_AT) - 0.5 * _BREAK
    foot, head = (left - _LEAN, y + half), (left + _LEAN, y - half)  # (the axis points down)
    other = [(x + _BREAK, at) for x, at in (head, foot)]
    axes.add_patch(Polygon([foot, head, *other], fc="white", ec="none", zorder=3.0, gid=_BROKEN))
    for (x0, y0), (x1, y1) in ((foot, head), tuple(reversed(other))):
        axes.plot([x0, x1], [y0, y1], color="black", lw=1.0, zorder=3.1)


def _is_break(artist: Artist) -> bool:
    return artist.get_gid() == _BROKEN
