"""Study ``fig3``: scalars and the Z': KOTO's band and what is excluded, in G_X against m1 and in eps_Z against m_Z'."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np

from darkpair.chains.models import Inputs
from darkpair.export.files import save_picture
from darkpair.gen.particles import particle
from darkpair.limits.contours import Contours
from darkpair.limits.panels import LABELS, draw_panel, figure_and_axes
from darkpair.limits.samples import Size
from darkpair.studies.options import Data
from darkpair.studies.paper.exclusions import Panel, rows_of, save_rows, save_workspace

__all__ = ["BENCHMARK", "mass_panels", "picture", "run"]

#: m2 of the panels against m1 [GeV].
_HEAVY: Final = (0.430, 0.300, 0.200)

#: (m1, m2) of the panel against m_Z' [GeV]; the caption of the paper does not say.
BENCHMARK: Final = (0.040, 0.400)

#: m_Z' [GeV]: above all pair masses of B -> K X1 X2, below the Z.
_MEDIATOR: Final = (5.5, 80.0)

_LIMITS: Final = {"G_X / G_F": (1e-2, 1e2), "eps_Z": (2e-5, 1.0)}


def run(
    folder: Path, inputs: Inputs | None, *, quick: bool, data: Data = "today", cache: Path | None = None
) -> list[Path]:
    """Paths of the table of ranges, of its HEPData submission, of a pyhf workspace and of its picture.

    Parameters
    ----------
    folder : Path
    inputs : Inputs, optional
        ``pdg`` unless given.
    quick : bool
        Fewer points, a sixth of the K_L, one generator of the eta spectrum.
    data : {"2020", "today"}
        Measurements; "2020" comes with KOTO's efficiency as the paper takes it.
    cache : Path, optional
        Folder of samples and contours that are kept; ``cache`` in `folder` unless given.
    """
    contours = Contours(model="scalars", inputs=inputs or Inputs.of("pdg"), data=data)
    panels = mass_panels(contours, quick=quick)
    size = Size.of(quick=quick)
    cache = cache or folder / "cache"
    rows = rows_of(panels, size, cache)
    told = {"contours": contours, "size": size}
    title = f"Scalars and the Z': inputs {contours.inputs.preset}, data {data}"
    comment = f"Z-Z' mixing and dark scalars, in the manner of arXiv:2005.07102, Fig. 3; {title}"
    return [
        *save_rows(folder, "fig3", rows, panels, told, comment),
        *save_workspace(folder, "fig3", rows, panels[0], size, cache),
        *save_picture(picture(panels, rows, title), folder, "fig3"),
    ]


def mass_panels(contours: Contours, *, quick: bool) -> list[Panel]:
    """Panels against m1 at each m2, and one against m_Z'.

    Parameters
    ----------
    contours : Contours
    quick : bool
        Half of the points.
    """
    panels = []
    for m2 in _HEAVY:
        # X2 -> X1 pi0 and K_L -> X1 X2 have to be open; 1 MeV inside
        most = min(m2 - particle("pi0").mass, particle("K_L0").mass - m2) - 1e-3
        light = most * (1.0 - np.linspace(1.0, 0.0, 5 if quick else 11) ** 1.5)  # closer near the end
        panels.append(
            Panel(
                name=f"m2 = {1e3 * m2:.0f} MeV",
                title=f"$m_2$ = {1e3 * m2:.0f} MeV",
                against="m1",
                contours=contours,
                points=tuple({"m1": round(float(m1), 6), "m2": m2} for m1 in light),
            )
        )
    m1, m2 = BENCHMARK
    panels.append(
        Panel(
            name="against m_Zprime",
            title=f"$m_2$ = {1e3 * m2:.0f} MeV, $m_1$ = {1e3 * m1:.0f} MeV",
            against="m_Zprime",
            contours=contours,
            points=tuple(
                {"m1": m1, "m2": m2, "m_Zprime": round(float(m), 4)}
                for m in np.geomspace(*_MEDIATOR, 6 if quick else 16)
            ),
        )
    )
    return panels


def picture(
    panels: list[Panel], rows: list[dict[str, Any]], title: str, outlines: dict[str, str] | None = None
) -> Any:
    """Figure of four panels.

    Parameters
    ----------
    panels : list of Panel
    rows : list of mapping
    title : str
    outlines : mapping of str to str
        Model -> label, for models of which only KOTO's band is drawn, as an outline.
    """
    figure, axes = figure_and_axes(2, 2, (11.5, 9.0))
    for ax, panel in zip(axes, panels, strict=False):
        mine = [row for row in rows if row["panel"] == panel.name]
        column = "m_Zprime [GeV]" if panel.against == "m_Zprime" else "m1 [MeV]"
        own = [row for row in mine if row["X1, X2"] == panel.contours.model]
        coupling = own[0]["coupling"]
        draw_panel(ax, own, column, _LIMITS[coupling])
        for model, label in (outlines or {}).items():
            draw_panel(
                ax, [r for r in mine if r["X1, X2"] == model], column, _LIMITS[coupling], outline=label
            )
        ax.set(xlabel=LABELS[panel.against], ylabel=LABELS[coupling])
        ax.set_title(panel.title, fontsize="medium")
        ends = [row[column] for row in own]
        ax.set_xlim(min(ends), max(ends))
        if panel.against == "m_Zprime":
            ax.set_xscale("log")
            ax.set_xticks([6, 10, 20, 40, 80], ["6", "10", "20", "40", "80"], minor=False)
            ax.set_xticks([], minor=True)
    shown: dict[str, Any] = {}
    for ax in axes:
        shown |= {text: handle for handle, text in zip(*ax.get_legend_handles_labels(), strict=True)}
    figure.legend(shown.values(), shown.keys(), loc="outside right upper", frameon=False, fontsize="small")
    figure.suptitle(title)
    return figure
