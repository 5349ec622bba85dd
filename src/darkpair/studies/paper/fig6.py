"""Study ``fig6``: reconstructed p_T of K_L -> pi0 nu nubar beside pi0 S and pi0 Y Y with invisible S and Y.

The vertical lines are the largest true p_T, eqs 62 and 68 of arXiv:2005.07102 (its section IV.E).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from darkpair.detectors.koto import Koto
from darkpair.export.files import subplots
from darkpair.gen.endpoints import max_pt
from darkpair.gen.particles import particle
from darkpair.limits.koto_samples import PI0, SM
from darkpair.studies.outputs import Output, Picture, Run, Table
from darkpair.studies.paper.spectra import Curve, Spectrum, draw_panel, panels_title, rows, spectra, summary

__all__ = ["study"]

#: Masses [MeV]: near the pion's and twice it, as section IV.E; Y from massless to the pion's mass by its half.
_PANELS = {
    "S": (r"$K_L\to\pi^0S$, $S$ invisible", (100, 135, 150, 200, 270), 1),
    "Y": (r"$K_L\to\pi^0YY$, $Y$ invisible, scalar operator", (0, 67, 100, 135), 2),
}

#: Lines of the masses of a panel: colours alone do not tell all of them apart for everybody.
_LINES: Final[tuple[Any, ...]] = ("-", (0, (6, 2)), (0, (1, 1)), (0, (4, 1, 1, 1)), (0, (8, 2, 1, 2, 1, 2)))


def study(run: Run) -> Iterator[Output]:
    """Table of spectra, and its picture."""
    detector = Koto(selection="2016-18")
    curves = spectra(_curves(), detector, run.events, run.seed)
    yield Table(
        rows=rows(curves),
        provenance={"selection": detector, "without": "pt"},
        more={"curves": summary(curves)},
    )
    yield Picture(figure=_picture(curves, detector))


def _curves() -> list[Curve]:
    kaon, pion = particle("K_L0").mass, particle("pi0").mass
    out = [
        Curve(
            panel="SM",
            label=r"$\pi^0\nu\bar\nu$, Standard Model",
            descriptor=SM,
            bound=1e3 * max_pt(kaon, pion, 0.0),
        )
    ]
    for name, (_, masses, count) in _PANELS.items():
        out += [
            Curve(
                panel=name,
                label=f"$m_{name}$ = {mass} MeV",
                descriptor=f"K_L0 -> {PI0} {' '.join([name] * count)}",
                mass={name: 1e-3 * mass},
                bound=1e3 * max_pt(kaon, pion, 1e-3 * count * mass),
                style=line,
            )
            for mass, line in zip(masses, _LINES[: len(masses)], strict=True)
        ]
    return out


def _picture(curves: Sequence[Spectrum], detector: Koto) -> Any:
    figure, axes = subplots(1, 2, figsize=(11.0, 5.0), layout="constrained", sharey=True)
    for (panel, (title, _, _)), ax in zip(_PANELS.items(), axes, strict=True):
        shown = [s for s in curves if s.curve.panel in ("SM", panel)]
        draw_panel(ax, shown, detector, title, legend="upper left")
        ax.set_xlim(0.0, 320.0)
    figure.suptitle(panels_title(detector))
    return figure
