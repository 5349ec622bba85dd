"""Pictures of contours: bands, excluded regions and lines of a panel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from darkpair.limits.choice import PRODUCTION
from darkpair.report.pictures import subplots

__all__ = ["LABELS", "draw_legend", "draw_panel", "figure_and_axes"]

#: Colour of the region and what it is called, by the beginning of a curve's name; later ones lie on top.
_STYLE: Final[dict[str, tuple[str, str]]] = {
    "koto-2015": ("gold", "KOTO 2015, excluded"),
    "koto-2016-18": ("goldenrod", "KOTO 2016-18, excluded"),
    "koto-2021": ("khaki", "KOTO 2021, excluded"),
    "koto-four-photons": ("tan", r"KOTO, $4\gamma$, excluded"),
    "b-to-k-belle2-2023": ("lightgreen", r"$B\to K\nu\bar\nu$, Belle II 2023"),
    "b-to-k-belle": ("seagreen", r"$B\to K\nu\bar\nu$, Belle"),
    "k-to-pi-e949": ("plum", r"$K^+\to\pi^+\nu\bar\nu$, E949"),
    "k-to-pi-na62": ("orchid", r"$K^+\to\pi^+\nu\bar\nu$, NA62"),
    "pi0-invisible": ("pink", r"$\pi^0\to$ invisible"),
}

#: Ends of KOTO's limits, which the band would hide.
_ENDS: Final = {"koto-2015": "darkgoldenrod", "koto-2016-18": "saddlebrown", "koto-2021": "olive"}

#: Beam dumps lie over the bands as hatched regions: colour, hatch, name.
_DUMPS: Final[dict[str, tuple[str, str, str]]] = {
    "nucal": ("black", "////", "NuCal, excluded"),
    "charm": ("0.35", "\\\\\\\\", "CHARM, excluded"),
}

_LINES: Final[dict[str, tuple[str, str, str]]] = {
    "atomic-parity-2009": ("saddlebrown", "-.", "atomic parity (2009)"),
    "atomic-parity-2021": ("peru", "-.", "atomic parity (2021)"),
    "neutrino-electron": ("purple", "-.", r"$\nu$-$e$ scattering"),
    "higgs-zprime-zprime": ("teal", ":", r"$h\to Z'Z'$"),
    "higgs-z-zprime": ("navy", ":", r"$h\to ZZ'$"),
    "koto-gamma-x": ("crimson", "--", r"KOTO, $\gamma X$, estimate"),
    "belle2-displaced": ("slateblue", "-.", "displaced $X_2$, Belle II, estimate"),
    "b-to-k-red-line": ("red", "--", r"$B\to KX_1X_2$ at 1.2 SM"),
    "b-to-k-belle2-precision": ("darkred", ":", r"$B\to KX_1X_2$ at 0.1 SM"),
}

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


def draw_legend(figure: Any, axes: Iterable[Any]) -> None:
    """Draw one legend beside all axes, each label once."""
    handles: dict[str, Any] = {}
    for ax in axes:
        handles |= {label: handle for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)}
    figure.legend(
        handles.values(), handles.keys(), loc="outside right upper", frameon=False, fontsize="small"
    )


def draw_panel(
    ax: Any, rows: Sequence[Mapping[str, Any]], column: str, limits: tuple[float, float], *, outline: str = ""
) -> None:
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
    fill, edges = partial(_fill, ax, rows, column), partial(_edges, ax, rows, column)
    if outline:
        edges("koto-three-events, 2 sigma", color="navy", ls="--", lw=1.3, label=outline)
        return
    for name, (colour, label) in _STYLE.items():
        fill(name, color=colour, alpha=0.55, lw=0.0, label=label)
    unknown = [r for r in rows if r["curve"] == "koto-three-events" and r["kind"] == "unknown"]
    blind = [r[column] for r in unknown if r["high open"]]  # at large couplings, where X2 is prompt
    if blind:
        label = r"KOTO: prompt pairs below its $p_T$, not known"
        ax.plot(blind, [1.4 * limits[0]] * len(blind), "x", color="red", ms=5, label=label)
    for level, colour in (("2 sigma", "lightskyblue"), ("1 sigma", "royalblue")):
        text = rf"KOTO's three events, {level[0]}$\sigma$"
        fill(f"koto-three-events, {level}", color=colour, alpha=0.85, lw=0.0, label=text)
    for name, colour in _ENDS.items():
        edges(name, color=colour, lw=1.3)
    for name, (colour, hatch, label) in _DUMPS.items():
        fill(name, label=label, facecolor=(0.5, 0.5, 0.5, 0.25), edgecolor=colour, hatch=hatch, lw=0.0)
        edges(name, color=colour, lw=1.2)
        for end in ("low", "high"):
            note = "dumps, production uncertainty" if (name, end) == ("charm", "low") else None
            edges(f"{name}{PRODUCTION}{end}", color=colour, ls=":", lw=0.9, label=note)
    for name, (colour, line, label) in _LINES.items():
        edges(name, color=colour, ls=line, lw=1.4, label=label)
    ax.set(yscale="log", ylim=limits)


def _branches(rows: Sequence[Mapping[str, Any]], column: str, curve: str) -> list[list[Mapping[str, Any]]]:
    """Ranges of a curve that go on from one abscissa to the next: joined where they overlap, or where there is but one."""
    at: dict[float, list[Mapping[str, Any]]] = {}
    for row in rows:
        if row["curve"] == curve and row["kind"] != "unknown":
            at.setdefault(row[column], []).append(row)
    done: list[list[Mapping[str, Any]]] = []
    growing: list[list[Mapping[str, Any]]] = []
    for x in sorted(at):
        going: list[list[Mapping[str, Any]]] = []
        alone = len(at[x]) == len(growing) == 1
        for row in at[x]:
            joined = (b for b in growing if alone or _overlap(b[-1], row))
            before: list[Mapping[str, Any]] = next(joined, [])
            growing = [branch for branch in growing if branch is not before]
            going.append([*before, row])
        done += growing
        growing = going
    return done + growing


def _overlap(row: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(row["low"] <= other["high"] and other["low"] <= row["high"])


def _fill(
    ax: Any, rows: Sequence[Mapping[str, Any]], column: str, curve: str, *, label: str | None, **style: Any
) -> None:
    for branch in _branches(rows, column, curve):
        x = [row[column] for row in branch]
        low, high = ([row[end] for row in branch] for end in ("low", "high"))
        ax.fill_between(x, low, high, label=label, **style)
        label = None


def _edges(
    ax: Any,
    rows: Sequence[Mapping[str, Any]],
    column: str,
    curve: str,
    *,
    label: str | None = None,
    **style: Any,
) -> None:
    for branch in _branches(rows, column, curve):
        x = [row[column] for row in branch]
        for end in ("low", "high"):
            y = [float("nan") if row[f"{end} open"] else row[end] for row in branch]
            ax.plot(x, y, label=label if end == "low" else None, **style)
        label = None
