"""Study ``fig5``: what a dark branching ratio of X2 does to KOTO's band and to what is excluded.

Left: Majorana fermions and the Z'. Right: scalars of a virtual pi0 or eta at m2 = 430 MeV.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from darkpair.chains.models import Inputs
from darkpair.limits.contours import Contours
from darkpair.limits.samples import Size
from darkpair.studies.outputs import Output, Picture, Run, Submission, Table
from darkpair.studies.paper.exclusions import Panel, picture, published, rows_of
from darkpair.studies.paper.fig3 import BENCHMARK

__all__ = ["panels_of", "study"]

#: (m1, m2) of the virtual pi0 or eta [GeV]; m1 is ours, the paper gives m2 alone.
_VIRTUAL: Final = (0.0, 0.430)

#: Dark branching ratios: closer where what is left is small.
_FRACTIONS: Final = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99)
_FEW: Final = (0.0, 0.25, 0.5, 0.75, 0.9, 0.97, 0.99)


def study(run: Run) -> Iterator[Output]:
    """Table of ranges, its HEPData submission, and the picture."""
    panels = panels_of(run.inputs, data=run.data, convention=run.convention, quick=run.quick)
    size = Size.of(quick=run.quick)
    rows = rows_of(panels, size, run.cache)
    title = f"X2 with a dark branching ratio: inputs {run.inputs.preset}, data {run.data}"
    comment = f"A dark branching ratio of X2, in the manner of arXiv:2005.07102, Fig. 5; {title}"
    yield Table(rows=rows, provenance={"contours": [panel.contours for panel in panels], "size": size})
    yield Submission(comment=comment, tables=published(panels, rows))
    yield Picture(figure=picture(panels, rows, title, shape=(1, 2), size=(12.5, 4.8)))


def panels_of(inputs: Inputs, *, data: str, convention: str, quick: bool) -> list[Panel]:
    """Both panels.

    Parameters
    ----------
    inputs : Inputs
    data : {"2020", "today", "projected"}
    convention : {"literal", "printed"}
    quick : bool
    """
    fractions = _FEW if quick else _FRACTIONS
    return [
        Panel(
            name=name,
            title=f"{model[0].upper()}{model[1:]}: $m_2$ = {1e3 * m2:.0f} MeV, $m_1$ = {1e3 * m1:.0f} MeV",
            against="fraction",
            contours=Contours(model=model, inputs=inputs, data=data, convention=convention),
            points=tuple({"m1": m1, "m2": m2, "fraction": fraction} for fraction in fractions),
        )
        for name, model, (m1, m2) in (
            ("Z'", "Majorana fermions", BENCHMARK),
            ("virtual meson", "scalars of a virtual meson", _VIRTUAL),
        )
    ]
