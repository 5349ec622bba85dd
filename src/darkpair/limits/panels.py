"""Pictures of contours: bands, excluded regions and lines of a panel, in the style of `darkpair.limits.region_style`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from darkpair.limits.choice import PRODUCTION
from darkpair.limits.region_rows import region_of, regions_of
from darkpair.limits.region_style import BAND, Drawn, draw_band, draw_regions, newest
from darkpair.report.curve_labels import CurveLabel, place_labels
from darkpair.report.pictures import subplots

__all__ = ["LABELS", "draw_legend", "draw_panel", "figure_and_axes"]

#: What explains the three events of KOTO, the widest level first: curve and words.
_LEVELS: Final = tuple(
    (f"koto-three-events, {n} sigma", rf"KOTO's three events, {n}$\sigma$") for n in (2, 1)
)

#: How the uncertainty of a dump's production lies along its edges.
_PRODUCTION: Final = "dump's production uncertainty"

#: How a coupling or an abscissa is written.
LABELS: Final = {
    "G_X / G_F": r"$G_X/G_F$",
    "eps_Z": r"$\epsilon_Z$ at $g_X$ = 1",
    "m_eff [eV]": r"$m_{\rm eff}$ [eV]",
    "m1": r"$m_1$ [MeV]",
    "m_Zprime": r"$m_{Z'}$ [GeV]",
    "fraction": r"BR($X_2\to$ dark)",
}


def figure_and_axes(rows: int, columns: int, size: tuple[float, float]) -> tuple[Any, Any]:
    """A figure of a width and a height [inch], and its axes, flat."""
    figure, axes = subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)
    return figure, axes.ravel()


def draw_legend(figure: Any, axes: Iterable[Any], drawn: Sequence[Drawn] = ()) -> None:
    """Draw one legend beside all axes, each label once, and the names at the curves.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    axes : iterable of matplotlib.axes.Axes
    drawn : sequence of Drawn
        Of `draw_panel`, one for each of the axes.
    """
    from matplotlib.patches import Patch

    handles: dict[str, Any] = {}
    for of_panel in drawn:
        handles |= of_panel.legend
    every = list(axes)
    for ax in every:
        handles |= {label: handle for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)}
    order = sorted(handles, key=lambda words: not isinstance(handles[words], Patch))  # (lines last)
    figure.legend([handles[words] for words in order], order, loc="outside right upper")
    place_labels(
        figure, [(ax, of_panel.labels) for ax, of_panel in zip(every[: len(drawn)], drawn, strict=True)]
    )


def draw_panel(
    ax: Any, rows: Sequence[Mapping[str, Any]], column: str, limits: tuple[float, float], *, outline: str = ""
) -> Drawn:
    """Draw the curves of a panel.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        To draw into.
    rows : sequence of mapping
        Of one panel and model: ``curve``, ``kind``, the columns of `darkpair.limits.ranges.Range` and that of the abscissa.
    column : str
        Name of the abscissa's column.
    limits : two float
        Of the coupling's axis.
    outline : str
        Draw only KOTO's band, as an outline with this label.
    """
    ax.set(yscale="log", ylim=limits)
    if outline:
        return _outlined(ax, rows, column, outline)
    regions = regions_of(rows, column)
    drawn = draw_regions(ax, regions)
    levels = [(region_of(rows, curve, column), words) for curve, words in _LEVELS]
    if any(region.areas for region, _ in levels):
        of_band = draw_band(ax, levels)
        drawn.legend.update(of_band.legend)
    for region in newest(regions):
        if region.kind == "dump":
            drawn.legend.update(_production(ax, rows, column))
    return drawn


def _outlined(ax: Any, rows: Sequence[Mapping[str, Any]], column: str, words: str) -> Drawn:
    """The band of two sigma as an outline."""
    from matplotlib.lines import Line2D

    region = region_of(rows, _LEVELS[0][0], column)
    look: dict[str, Any] = {"color": BAND, "lw": 1.4, "ls": (0, (4, 1, 1, 1))}
    for edge in region.edges:
        ax.plot(*edge.T, zorder=5.6, **look)
    label = CurveLabel(text="Dirac" if "Dirac" in words else words, colour=BAND, lines=region.edges)
    return Drawn(legend={words: Line2D([], [], label=words, **look)}, labels=[label])


def _production(ax: Any, rows: Sequence[Mapping[str, Any]], column: str) -> dict[str, Any]:
    """Both edges of the newest dump between the ends of its production uncertainty."""
    from matplotlib.patches import Patch

    names = dict.fromkeys(row["curve"].partition(PRODUCTION)[0] for row in rows if PRODUCTION in row["curve"])
    filled = {region.name for region in newest(regions_of(rows, column))}
    look: dict[str, Any] = {"facecolor": "0.45", "edgecolor": "none", "lw": 0.0}
    for name in names:
        if region_of(rows, name, column).name not in filled:
            continue
        ends = {
            end: {
                row[column]: row
                for row in rows
                if row["curve"] == f"{name}{PRODUCTION}{end}" and row["kind"] != "unknown"
            }
            for end in ("low", "high")
        }
        x = sorted(ends["low"].keys() & ends["high"].keys())
        for edge in ("low", "high"):
            low, high = (
                [np.nan if ends[end][at][f"{edge} open"] else ends[end][at][edge] for at in x]
                for end in ("low", "high")
            )
            ax.fill_between(x, low, high, zorder=2.5, **look)
    return {_PRODUCTION: Patch(label=_PRODUCTION, **look)} if names else {}
