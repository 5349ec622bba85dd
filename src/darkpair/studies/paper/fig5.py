"""Study ``fig5``: what a dark branching ratio of X2 does to KOTO's band and to what is excluded.

Left: Majorana fermions and the Z'. Right: scalars of a virtual pi0 or eta at m2 = 430 MeV.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from darkpair.chains.models import Inputs
from darkpair.export.files import save_picture
from darkpair.limits.contours import Contours
from darkpair.limits.panels import LABELS, draw_panel, figure_and_axes
from darkpair.limits.samples import Size
from darkpair.studies.options import Convention, Data
from darkpair.studies.paper.exclusions import Panel, rows_of, save_rows
from darkpair.studies.paper.fig3 import BENCHMARK

__all__ = ["panels_of", "picture", "run"]

#: (m1, m2) of the virtual pi0 or eta [GeV]; m1 is ours, the paper gives m2 alone.
_VIRTUAL: Final = (0.0, 0.430)

#: Dark branching ratios: closer where what is left is small.
_FRACTIONS: Final = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99)
_FEW: Final = (0.0, 0.25, 0.5, 0.75, 0.9, 0.97, 0.99)

_LIMITS: Final = {"G_X / G_F": (1e-2, 1e2), "m_eff [eV]": (0.3, 1e4)}


def run(
    folder: Path,
    inputs: Inputs | None,
    *,
    quick: bool,
    data: Data = "today",
    convention: Convention = "literal",
    cache: Path | None = None,
) -> list[Path]:
    """Paths of the table of ranges, of its HEPData submission and of its picture.

    Parameters
    ----------
    folder : Path
    inputs : Inputs, optional
        ``pdg`` unless given.
    quick : bool
        Fewer points, a sixth of the K_L, one generator of the eta spectrum.
    data : {"2020", "today"}
    convention : {"literal", "printed"}
        Of the Majorana fermions.
    cache : Path, optional
    """
    chosen = inputs or Inputs.of("pdg")
    panels = panels_of(chosen, data=data, convention=convention, quick=quick)
    size = Size.of(quick=quick)
    rows = rows_of(panels, size, cache or folder / "cache")
    told = {"contours": [panel.contours for panel in panels], "size": size}
    title = f"X2 with a dark branching ratio: inputs {chosen.preset}, data {data}"
    comment = f"A dark branching ratio of X2, in the manner of arXiv:2005.07102, Fig. 5; {title}"
    return [
        *save_rows(folder, "fig5", rows, panels, told, comment),
        *save_picture(picture(panels, rows, title), folder, "fig5"),
    ]


def panels_of(inputs: Inputs, *, data: str, convention: str, quick: bool) -> list[Panel]:
    """Both panels.

    Parameters
    ----------
    inputs : Inputs
    data : {"2020", "today"}
    convention : {"literal", "printed"}
    quick : bool
    """
    fractions = _FEW if quick else _FRACTIONS
    found = []
    for name, model, (m1, m2) in (
        ("Z'", "Majorana fermions", BENCHMARK),
        ("virtual meson", "scalars of a virtual meson", _VIRTUAL),
    ):
        found.append(
            Panel(
                name=name,
                title=f"{model[0].upper()}{model[1:]}: $m_2$ = {1e3 * m2:.0f} MeV, $m_1$ = {1e3 * m1:.0f} MeV",
                against="fraction",
                contours=Contours(model=model, inputs=inputs, data=data, convention=convention),
                points=tuple({"m1": m1, "m2": m2, "fraction": fraction} for fraction in fractions),
            )
        )
    return found


def picture(panels: list[Panel], rows: list[dict[str, Any]], title: str) -> Any:
    """Figure of both panels."""
    figure, axes = figure_and_axes(1, 2, (12.5, 4.8))
    for ax, panel in zip(axes, panels, strict=True):
        mine = [row for row in rows if row["panel"] == panel.name]
        draw_panel(ax, mine, "BR(X2 -> dark)", _LIMITS[mine[0]["coupling"]])
        ax.set(xlabel=LABELS["fraction"], ylabel=LABELS[mine[0]["coupling"]], xlim=(0.0, 1.0))
        ax.set_title(panel.title, fontsize="medium")
    shown: dict[str, Any] = {}
    for ax in axes:
        shown |= {text: handle for handle, text in zip(*ax.get_legend_handles_labels(), strict=True)}
    figure.legend(shown.values(), shown.keys(), loc="outside right upper", frameon=False, fontsize="small")
    figure.suptitle(title)
    return figure
