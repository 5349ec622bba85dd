"""Study ``fig4``: Majorana fermions and the Z', as fig3 for scalars, with KOTO's band of Dirac fermions beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from darkpair.chains.models import Inputs
from darkpair.export.files import save_picture
from darkpair.limits.contours import Contours
from darkpair.limits.samples import Size
from darkpair.studies.options import Convention, Data
from darkpair.studies.paper.exclusions import rows_of, save_rows, save_workspace
from darkpair.studies.paper.fig3 import mass_panels, picture

__all__ = ["rescaling", "run"]


def run(
    folder: Path,
    inputs: Inputs | None,
    *,
    quick: bool,
    data: Data = "today",
    convention: Convention = "literal",
    cache: Path | None = None,
) -> list[Path]:
    """Paths of the table of ranges, of its HEPData submission, of a pyhf workspace and of its picture.

    Parameters
    ----------
    folder : Path
    inputs : Inputs, optional
        ``pdg`` unless given.
    quick : bool
        As in fig3, whose samples serve here: decays are isotropic in both.
    data : {"2020", "today"}
    convention : {"literal", "printed"}
        Of the Majorana fermions: eq. 42 as written, or the factors that arXiv:2005.07102 prints.
    cache : Path, optional
    """
    own = Contours(
        model="Majorana fermions", inputs=inputs or Inputs.of("pdg"), data=data, convention=convention
    )
    dirac = replace(own, model="Dirac fermions", koto_only=True)
    panels, size = mass_panels(own, quick=quick), Size.of(quick=quick)
    every = panels + [replace(panel, contours=dirac) for panel in panels]
    cache = cache or folder / "cache"
    rows = rows_of(every, size, cache)
    told = {"contours": own, "beside": dirac, "size": size}
    title = f"Majorana fermions ({convention}) and the Z': inputs {own.inputs.preset}, data {data}"
    comment = f"Z-Z' mixing and dark fermions, in the manner of arXiv:2005.07102, Fig. 4; {title}"
    outlines = {dirac.model: r"Dirac: three events, 2$\sigma$"}
    return [
        *save_rows(folder, "fig4", rows, every, told, comment, rescaling=rescaling(rows)),
        *save_workspace(folder, "fig4", rows, panels[0], size, cache),
        *save_picture(picture(panels, rows, title, outlines), folder, "fig4"),
    ]


def rescaling(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Coupling of Dirac over that of Majorana fermions at the ends of KOTO's band of one sigma, point by point.

    arXiv:2005.07102, Fig. 4, multiplies by the root of two: the rate of the mesons. The lifetime differs by
    another factor, four with eq. 42 as written, which moves the ends where X2 lives long. An end that is open,
    because nothing is known further on, is no end: None. Points where either has two bands, as where prompt pairs lie
    below KOTO's p_T, are left out: whose ends belong together is not known.
    """
    found = []
    band = [row for row in rows if row["curve"] == "koto-three-events, 1 sigma" and row["kind"] == "band"]
    where = ("panel", "m1 [MeV]", "m2 [MeV]", "m_Zprime [GeV]")
    at: dict[tuple[Any, ...], dict[str, list[dict[str, Any]]]] = {}
    for row in band:
        models = at.setdefault(tuple(row[key] for key in where), {})
        models.setdefault(row["X1, X2"], []).append(row)
    for key, models in at.items():
        if [len(models.get(name, ())) for name in ("Majorana fermions", "Dirac fermions")] == [1, 1]:
            (row,), (dirac,) = models["Majorana fermions"], models["Dirac fermions"]
            ratios = {
                end: None if row[f"{end} open"] or dirac[f"{end} open"] else dirac[end] / row[end]
                for end in ("low", "high")
            }
            found.append(dict(zip(where, key, strict=True)) | ratios | {"the paper's": math.sqrt(2.0)})
    return found
