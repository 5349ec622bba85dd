"""Picture of the study ``edges``: bars of what moves each edge, a colour and a hatch for each cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from darkpair.export.files import subplots
from darkpair.report.picture_style import PALETTE

__all__ = ["picture"]

#: Names of searches, and colours with hatches of the causes in their order.
_NAMES: Final = {
    "nucal": "NuCal", "charm": "CHARM", "koto-2021": "KOTO 2021", "koto-2015": "KOTO 2015",
    "b-to-k-belle": "Belle, B → K", "b-to-k-belle2-2023": "Belle II, B → K",
}  # fmt: skip
#: Shifts up to which bars are drawn [%]; a longer one has its number at its end.
_LONGEST: Final = 25.0

_STYLES: Final = (
    (PALETTE["vermillion"], ""),
    (PALETTE["blue"], "////"),
    (PALETTE["yellow"], ""),
    (PALETTE["black"], ""),
    (PALETTE["sky"], "...."),
    ("white", "xxxx"),
)


def picture(rows: Sequence[Mapping[str, Any]], causes: Mapping[str, str]) -> Any:
    """The figure.

    Parameters
    ----------
    rows : sequence of mapping
        Of the study's table.
    causes : mapping of str to str
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
            if row["up [%]"] > _LONGEST:
                name = str(row["largest"]).rpartition(".")[2]
                axes.text(
                    _LONGEST + 0.5, y, f"±{row['up [%]']:.0f} % ({name})", va="center", fontsize="small"
                )
    axes.axvline(0.0, color="black", lw=0.8)
    values = {(row["search"], row["end"]): row["edge [G_F]"] for row in rows}
    labels = [f"{_NAMES[name]}, {end} edge\n{values[name, end]:.3g} $G_F$" for name, end in edges]
    axes.set_yticks(range(len(edges)), labels)
    axes.invert_yaxis()
    axes.grid(axis="x", color="0.85", lw=0.6)
    axes.set_axisbelow(True)
    axes.set(xlabel="shift of the edge in $G_X$ [%]", xlim=(-_LONGEST - 1.0, _LONGEST + 12.0))
    axes.set_title("What moves each edge: scalars and the Z', $m_2$ = 430 MeV, $m_1$ = 0", fontsize="medium")
    figure.legend(loc="outside lower center", fontsize="small", frameon=False, ncols=2)
    return figure
