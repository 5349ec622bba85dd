"""Study ``fig4``: Majorana fermions and the Z', as fig3 for scalars, with KOTO's band of Dirac fermions beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from darkpair.limits.contours import Contours
from darkpair.limits.samples import Size
from darkpair.studies.outputs import Document, Output, Picture, Run, Submission, Table
from darkpair.studies.paper.exclusions import picture, published, rows_of, workspace
from darkpair.studies.paper.fig3 import mass_panels

__all__ = ["rescaling", "study"]


def study(run: Run) -> Iterator[Output]:
    """Table of ranges, its HEPData submission, a pyhf workspace, and the picture; the samples are those of fig3."""
    own = Contours(model="Majorana fermions", inputs=run.inputs, data=run.data, convention=run.convention)
    dirac = replace(own, model="Dirac fermions", koto_only=True)
    panels, size = mass_panels(own, quick=run.quick), Size.of(quick=run.quick)
    every = panels + [replace(panel, contours=dirac) for panel in panels]
    rows = rows_of(every, size, run.cache)
    title = f"Majorana fermions ({own.convention}) and the Z': inputs {own.inputs.preset}, data {own.data}"
    comment = f"Z-Z' mixing and dark fermions, in the manner of arXiv:2005.07102, Fig. 4; {title}"
    outlines = {dirac.model: r"Dirac: three events, 2$\sigma$"}
    yield Table(
        rows=rows,
        provenance={"contours": own, "beside": dirac, "size": size},
        more={"rescaling": rescaling(rows)},
    )
    yield Submission(comment=comment, tables=published(every, rows))
    yield Document(value=workspace(panels[0], rows, size, run.cache), name="fig4-pyhf")
    yield Picture(figure=picture(panels, rows, title, outlines=outlines))


def rescaling(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Coupling of Dirac over that of Majorana fermions at the ends of KOTO's band of one sigma, point by point.

    arXiv:2005.07102, Fig. 4, multiplies by the root of two: the rate of the mesons. The lifetime differs by
    another factor, four with eq. 42 as written, which moves the ends where X2 lives long. An end that is open,
    because nothing is known further on, is no end: None. Points where either has two bands, as where prompt pairs lie
    below KOTO's p_T, are left out: whose ends belong together is not known.
    """
    ratios = []
    band = [row for row in rows if row["curve"] == "koto-three-events, 1 sigma" and row["kind"] == "band"]
    where = ("panel", "m1 [MeV]", "m2 [MeV]", "m_Zprime [GeV]")
    at: dict[tuple[Any, ...], dict[str, list[dict[str, Any]]]] = {}
    for row in band:
        models = at.setdefault(tuple(row[key] for key in where), {})
        models.setdefault(row["X1, X2"], []).append(row)
    for key, models in at.items():
        if [len(models.get(name, ())) for name in ("Majorana fermions", "Dirac fermions")] == [1, 1]:
            (row,), (dirac,) = models["Majorana fermions"], models["Dirac fermions"]
            of_ends = {
                end: None if row[f"{end} open"] or dirac[f"{end} open"] else dirac[end] / row[end]
                for end in ("low", "high")
            }
            ratios.append(dict(zip(where, key, strict=True)) | of_ends | {"the paper's": math.sqrt(2.0)})
    return ratios
