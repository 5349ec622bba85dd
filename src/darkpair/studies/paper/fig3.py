"""Study ``fig3``: scalars and the Z': KOTO's band and what is excluded, in G_X against m1 and in eps_Z against m_Z'."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from darkpair.gen.particles import particle
from darkpair.limits.contours import Contours
from darkpair.limits.samples import Size
from darkpair.studies.outputs import Document, Output, Picture, Run, Submission, Table
from darkpair.studies.paper.exclusions import Panel, picture, published, rows_of, workspace

__all__ = ["BENCHMARK", "mass_panels", "study"]

#: m2 of the panels against m1 [GeV].
_HEAVY: Final = (0.430, 0.300, 0.200)

#: m1 more at an m2 [GeV]: the pi0 of prompt pairs falls below p_T = 150 MeV at m1 = 120 MeV and below 130 MeV at 133 MeV,
#: where KOTO's boxes end, so that its curves run upwards between two of the even points.
_MORE: Final = {0.300: (0.1275, 0.1315)}

#: (m1, m2) of the panel against m_Z' [GeV]; the caption of the paper does not say.
BENCHMARK: Final = (0.040, 0.400)

#: m_Z' [GeV]: above all pair masses of B -> K X1 X2, below the Z.
_MEDIATOR: Final = (5.5, 80.0)


def study(run: Run) -> Iterator[Output]:
    """Table of ranges, its HEPData submission, a pyhf workspace, and the picture."""
    contours = Contours(model="scalars", inputs=run.inputs, data=run.data)
    panels, size = mass_panels(contours, quick=run.quick), Size.of(quick=run.quick)
    rows = rows_of(panels, size, run.cache)
    title = f"Scalars and the Z': inputs {contours.inputs.preset}, data {contours.data}"
    comment = f"Z-Z' mixing and dark scalars, in the manner of arXiv:2005.07102, Fig. 3; {title}"
    yield Table(rows=rows, provenance={"contours": contours, "size": size})
    yield Submission(comment=comment, tables=published(panels, rows))
    yield Document(value=workspace(panels[0], rows, size, run.cache), name="fig3-pyhf")
    yield Picture(figure=picture(panels, rows, title))


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
        every = sorted([*light, *(() if quick else _MORE.get(m2, ()))])
        points = tuple({"m1": round(float(m1), 6), "m2": m2} for m1 in every)
        name, title = f"m2 = {1e3 * m2:.0f} MeV", f"$m_2$ = {1e3 * m2:.0f} MeV"
        panels.append(Panel(name=name, title=title, against="m1", contours=contours, points=points))
    m1, m2 = BENCHMARK
    masses = [round(float(m), 4) for m in np.geomspace(*_MEDIATOR, 6 if quick else 16)]
    points = tuple({"m1": m1, "m2": m2, "m_Zprime": m} for m in masses)
    name, title = "against m_Zprime", f"$m_2$ = {1e3 * m2:.0f} MeV, $m_1$ = {1e3 * m1:.0f} MeV"
    return [*panels, Panel(name=name, title=title, against="m_Zprime", contours=contours, points=points)]
