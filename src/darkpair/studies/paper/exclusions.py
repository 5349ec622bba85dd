"""What Figs. 3 to 5 share: samples of every mass point, contours at every point, tables and pictures of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from darkpair.detectors.efficiency import ONE_SIGMA
from darkpair.export.hepdata import Table
from darkpair.export.workspace import koto_workspace
from darkpair.limits.contours import Contours
from darkpair.limits.panels import LABELS, draw_legend, draw_panel, figure_and_axes
from darkpair.limits.projected import wanted_samples
from darkpair.limits.samples import Size, samples_at
from darkpair.scan.points import scan
from darkpair.searches.data_sets import PROJECTED
from darkpair.searches.koto import TWO_SIGMA, KotoLimit

__all__ = ["Panel", "picture", "published", "rows_of", "workspace"]

_COLUMNS: Final = {
    "m1": ("m1 [MeV]", 1e3),
    "m2": ("m2 [MeV]", 1e3),
    "m_Zprime": ("m_Zprime [GeV]", 1.0),
    "fraction": ("BR(X2 -> dark)", 1.0),
}

#: Ends of the pictures' axes of couplings.
_LIMITS: Final = {"G_X / G_F": (1e-2, 1e2), "eps_Z": (2e-5, 1.0), "m_eff [eV]": (0.3, 1e4)}

#: How much further down they go with planned experiments.
_DEEPER: Final = 30.0


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A panel: contours against one quantity.

    Parameters
    ----------
    name, title : str
        In tables, and in TeX above the picture.
    against : {"m1", "m_Zprime", "fraction"}
        What varies along the horizontal axis.
    contours : Contours
        Of its model.
    points : tuple of mapping
        As `contours` takes them, but for their samples.
    """

    name: str
    title: str
    against: str
    contours: Contours
    points: tuple[Mapping[str, float], ...]

    @property
    def column(self) -> str:
        """Column of what varies."""
        return _COLUMNS[self.against][0]

    def own(self, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Rows of this panel and its model."""
        return [row for row in rows if row["panel"] == self.name and row["X1, X2"] == self.contours.model]


def rows_of(
    panels: Sequence[Panel], size: Size, folder: Path | None, *, workers: int = 2
) -> list[dict[str, Any]]:
    """Ranges of every curve at every point of every panel.

    Parameters
    ----------
    panels : sequence of Panel
    size : Size
        Of the samples.
    folder : Path, optional
        The cache.
    workers : int
        Processes.
    """
    every = [(panel, point) for panel in panels for point in panel.points]
    masses = [(point["m1"], point["m2"]) for _, point in every]
    (data,) = {panel.contours.data for panel in panels}
    made_samples = samples_at(masses, size, folder, workers=workers, **wanted_samples(data))
    ready = [{**point, "samples": samples} for (_, point), samples in zip(every, made_samples, strict=True)]
    results: dict[int, dict[str, Any]] = {}
    for contours in dict.fromkeys(panel.contours for panel in panels):
        of_model = [i for i, (panel, _) in enumerate(every) if panel.contours == contours]
        made = scan(contours, [ready[i] for i in of_model], folder=folder, workers=workers)
        results |= dict(zip(of_model, made, strict=True))
    rows = []
    for i, (panel, point) in enumerate(every):
        own = panel.contours
        where: dict[str, Any] = {"panel": panel.name, "X1, X2": own.model, "inputs": own.inputs.preset}
        at = {name: scale * point[key] for key, (name, scale) in _COLUMNS.items() if key in point}
        where |= {name: at.get(name) for name, _ in _COLUMNS.values()}
        rows += [where | {"coupling": results[i]["coupling"], **span} for span in results[i]["ranges"]]
    return rows


def published(panels: Sequence[Panel], rows: Sequence[Mapping[str, Any]]) -> list[Table]:
    """Tables of a HEPData submission, one for each curve of a panel.

    Parameters
    ----------
    panels : sequence of Panel
    rows : sequence of mapping
        Of `rows_of`.
    """
    return [
        _of_curve(panel, curve, [row for row in of_panel if row["curve"] == curve])
        for panel in panels
        for of_panel in ([row for row in panel.own(rows) if row["kind"] != "unknown"],)
        for curve in dict.fromkeys(row["curve"] for row in of_panel)
    ]


def _of_curve(panel: Panel, curve: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    """Table of one curve of a panel, each row a range."""
    first, contours = rows[0], panel.contours
    name, *unit = first["coupling"].partition(" [")  # "m_eff [eV]": "m_eff low [eV]" and "m_eff high [eV]"
    ends = {f"{name} {end}{''.join(unit)}": end for end in ("low", "high")}
    qualifiers = {"X1, X2": contours.model, "inputs": contours.inputs.preset, "data": contours.data}
    if "Majorana" in contours.model:
        qualifiers["convention"] = contours.convention
    if name == "eps_Z":
        qualifiers["g_X"] = "1"
    qualifiers |= _level(curve, first["kind"])
    fixed = [key for key, _ in _COLUMNS.values() if key != panel.column and first[key] is not None]
    return Table(
        name=f"{panel.name}, {curve}" + (f", {contours.model}" if contours.koto_only else ""),
        description=f"{panel.title}: {first['kind']}, {curve}; each row a range of {first['coupling']}, "
        "a dash where the range goes on",
        rows=[
            {panel.column: row[panel.column]}
            | {column: None if row[f"{end} open"] else row[end] for column, end in ends.items()}
            for row in rows
        ],
        independent=(panel.column,),
        qualifiers=qualifiers | {key: str(first[key]) for key in fixed},
    )


def _level(curve: str, kind: str) -> dict[str, str]:
    """Confidence level of a curve, as a qualifier; a line at a part of a rate, and the Higgs boson's width, have none."""
    if kind == "band":
        level = TWO_SIGMA if curve.endswith("2 sigma") else ONE_SIGMA
        return {"confidence level [%]": f"{100.0 * level:.4g}"}
    limit = kind == "excluded" or "production" in curve
    return {"confidence level [%]": "90"} if limit and not curve.startswith("higgs") else {}


def workspace(
    panel: Panel, rows: Sequence[Mapping[str, Any]], size: Size, cache: Path | None
) -> dict[str, Any]:
    """A pyhf workspace: the first point of a panel, in the middle of KOTO's band, at its last run.

    Parameters
    ----------
    panel : Panel
    rows : sequence of mapping
        Of `rows_of`.
    size : Size
        Of the samples.
    cache : Path, optional
        Folder of samples.
    """
    point: dict[str, Any] = dict(panel.points[0])
    (point["samples"],) = samples_at([(point["m1"], point["m2"])], size, cache, workers=1)
    band = next(
        row for row in panel.own(rows) if row["kind"] == "band" and row["m1 [MeV]"] == 1e3 * point["m1"]
    )
    middle = np.sqrt(band["low"] * band["high"])
    drawn = panel.contours.drawn(point).values()
    searches = [search for kind, search in drawn if kind == "excluded" and isinstance(search, KotoLimit)]
    return koto_workspace(searches[-1], panel.contours.point(point, middle))


def picture(
    panels: Sequence[Panel],
    rows: Sequence[Mapping[str, Any]],
    title: str,
    *,
    shape: tuple[int, int] = (2, 2),
    size: tuple[float, float] = (11.5, 9.0),
    outlines: Mapping[str, str] | None = None,
) -> Any:
    """Figure of the panels.

    Parameters
    ----------
    panels : sequence of Panel
    rows : sequence of mapping
        Of `rows_of`.
    title : str
        Above all of them.
    shape : (int, int)
        Panels below each other, and side by side.
    size : (float, float) [inch]
        Width and height.
    outlines : mapping of str to str
        Model -> label, for models of which only KOTO's band is drawn, as an outline.
    """
    figure, axes = figure_and_axes(*shape, size)
    of_panels = []
    for ax, panel in zip(axes, panels, strict=False):
        own = panel.own(rows)
        coupling = own[0]["coupling"]
        low, high = _LIMITS[coupling]
        ends = (low / _DEEPER if panel.contours.data == PROJECTED else low, high)
        drawn = draw_panel(ax, own, panel.column, ends)
        for model, label in (outlines or {}).items():
            of_model = [row for row in rows if (row["panel"], row["X1, X2"]) == (panel.name, model)]
            outline = draw_panel(ax, of_model, panel.column, ends, outline=label)
            drawn = drawn.with_names_of(outline)
        of_panels.append(drawn)
        ax.set(xlabel=LABELS[panel.against], ylabel=LABELS[coupling])
        ax.set_title(panel.title, fontsize="medium")
        across = [row[panel.column] for row in own]
        ax.set_xlim(min(across), max(across))
        if panel.against == "m_Zprime":
            ax.set_xscale("log")
            ax.set_xticks([6, 10, 20, 40, 80], ["6", "10", "20", "40", "80"], minor=False)
            ax.set_xticks([], minor=True)
    figure.suptitle(title)
    draw_legend(figure, axes, of_panels)
    return figure
