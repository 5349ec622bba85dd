"""Study ``future``: which c tau of X2 beam dumps exclude, or would: what arXiv:2005.07102 says of future experiments, as numbers.

Section VI: "Future efforts in this direction will access c tau at the level of 10 cm and below"; section IV.C names SHiP, DUNE and FASER.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from darkpair.export.files import subplots
from darkpair.limits.choice import PRODUCTION
from darkpair.limits.contours import Contours
from darkpair.limits.projected import planned_dumps
from darkpair.limits.region_style import BAND
from darkpair.limits.samples import DUMPS, Size
from darkpair.report.picture_style import PALETTE, shade
from darkpair.searches.data_sets import PROJECTED
from darkpair.studies.outputs import Output, Picture, Run, Table
from darkpair.studies.paper.exclusions import Panel, rows_of
from darkpair.studies.paper.fig3 import mass_panels

__all__ = ["picture", "study"]

#: The paper's c tau [cm].
_PAPER: Final = 10.0

#: What a search is called.
_TITLES: Final = {
    "charm": "CHARM",
    "nucal": "NuCal",
    "na62-dump": "NA62, dump",
    "ship": "SHiP",
    "dune-nd": "DUNE ND",
    "darkquest": "DarkQuest",
    "faser2": "FASER2",
}

#: What explains the three events within one sigma.
_BAND: Final = "koto-three-events, 1 sigma"


def study(run: Run) -> Iterator[Output]:
    """Table of the ends of each dump's range, and its picture."""
    contours = Contours(model="scalars", inputs=run.inputs, data=PROJECTED)
    panels = [
        replace(panel, points=panel.points[:1])
        for panel in mass_panels(contours, quick=run.quick)
        if panel.against == "m1"
    ]
    size = Size.of(quick=run.quick)
    rows = _rows(panels, rows_of(panels, size, run.cache))
    yield Table(rows=rows, provenance={"contours": contours, "size": size})
    yield Picture(figure=picture(rows))


def _rows(panels: Sequence[Panel], ranges: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A row for each search and m2: c tau at both ends, and those of the least and the most mesons.

    An end that goes on is the last c tau at which a sample told something: it is excluded there, and further on not known.
    """
    out = []
    for panel in panels:
        point, own = panel.points[0], panel.own(ranges)
        for search in (_BAND, *DUMPS, *planned_dumps()):
            row: dict[str, Any] = {"m2 [MeV]": round(1e3 * point["m2"], 6), "search": search}
            row["kind"] = next(
                (r["kind"] for r in own if r["curve"] == search and r["kind"] != "unknown"), ""
            )
            for end in ("", "low", "high"):
                curve = f"{search}{PRODUCTION}{end}" if end else search
                spans = [r for r in own if r["curve"] == curve and r["kind"] != "unknown"]
                word = f", {end} production" if end else ""
                # the longest-lived X2 belong to the least coupling
                for name, side, of in (("largest", "low", min), ("least", "high", max)):
                    ctau, goes_on = _ctau(panel.contours, point, spans, side, of)
                    row[f"{name} c tau [cm]{word}"] = ctau
                    row[f"{name} c tau{word}, goes on"] = goes_on
            out.append(row)
    return out


def _ctau(
    contours: Contours, point: Mapping[str, Any], spans: Sequence[Mapping[str, Any]], end: str, of: Any
) -> tuple[float | None, bool]:
    """C tau [cm] at an end of all ranges, None where there is none; and whether the range goes on to where nothing is known."""
    if not spans:
        return None, False
    last = of(spans, key=lambda span: span[end])
    ctau = np.asarray(contours.point(point, np.array([last[end]])).ctau("X2"))
    return float(ctau.reshape(-1)[0]) / 10.0, bool(last[f"{end} open"])


def picture(rows: Sequence[Mapping[str, Any]]) -> Any:
    """A bar for each search from the least to the largest c tau; the band of the three events, and the paper's 10 cm, behind."""
    heavy = list(dict.fromkeys(row["m2 [MeV]"] for row in rows))
    figure, axes = subplots(1, len(heavy), figsize=(12.0, 3.6), sharey=True, layout="constrained")
    names = list(dict.fromkeys(row["search"] for row in rows if row["search"] != _BAND))
    for ax, m2 in zip(axes, heavy, strict=True):
        own = {row["search"]: row for row in rows if row["m2 [MeV]"] == m2}
        _span(ax, own[_BAND])
        for y, name in enumerate(names):
            _bar(ax, y, own[name])
        ax.axvline(_PAPER, color=PALETTE["vermillion"], ls="--", lw=1.2, label="the paper's 10 cm")
        ax.set(xscale="log", xlabel=r"$c\tau$ of $X_2$ [cm]", xlim=(1e-1, 1e7))
        ax.set_yticks(range(len(names)), [_TITLES.get(name, name) for name in names])
        ax.set_title(f"$m_2$ = {m2:.0f} MeV, $m_1$ = 0", fontsize="medium")
    axes[0].set_ylim(len(names) - 0.4, -0.6)
    _legend(figure, axes[0])
    figure.suptitle("Scalars and the Z': lifetimes that beam dumps exclude, and would")
    return figure


def _span(ax: Any, band: Mapping[str, Any]) -> None:
    ends = band["least c tau [cm]"], band["largest c tau [cm]"]
    if None not in ends:
        words = r"KOTO's three events, 1$\sigma$"
        ax.axvspan(*ends, facecolor=shade(BAND, 0.15), edgecolor=BAND, hatch="///", lw=0.0, label=words)


def _bar(ax: Any, y: int, row: Mapping[str, Any]) -> None:
    ends = row["least c tau [cm]"], row["largest c tau [cm]"]
    if None in ends:
        return
    measured = row["kind"] == "excluded"
    face = shade(PALETTE["black"], 0.32) if measured else "white"
    look = {"facecolor": face, "edgecolor": PALETTE["black"], "ls": "-" if measured else "--"}
    words = "excluded" if measured else "would be excluded: projection"
    ax.barh(y, ends[1] - ends[0], left=ends[0], height=0.6, label=words, **look)
    spread = [row[f"least c tau [cm], {end} production"] for end in ("low", "high")]
    if row["least c tau, goes on"]:
        ax.plot(ends[0], y, "<", color=PALETTE["black"], ms=6, label="goes on: not simulated further")
    elif None not in spread:
        ax.plot(spread, [y, y], color=PALETTE["vermillion"], lw=2.5, label="its end over the spectra")


def _legend(figure: Any, ax: Any) -> None:
    handles = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
    figure.legend(handles.values(), handles.keys(), loc="outside right upper")
