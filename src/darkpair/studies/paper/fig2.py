"""Study ``fig2``: reconstructed p_T of X2 -> X1 pi0, X2 -> X1 gamma and X2 -> gamma gamma, prompt and long-lived.

The panels carry the decay: the caption of Fig. 2 of arXiv:2005.07102 swaps the letters B and C of its text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from darkpair.detectors.data_file import read_data
from darkpair.detectors.koto import Koto
from darkpair.export.files import subplots
from darkpair.gen.endpoints import max_pt_in_two_steps
from darkpair.gen.particles import particle
from darkpair.limits.koto_samples import PI0
from darkpair.studies.outputs import Output, Picture, Run, Table
from darkpair.studies.paper.spectra import Curve, Spectrum, draw_panel, panels_title, rows, spectra, summary

__all__ = ["study"]

#: "Tens of cm", arXiv:2005.07102, section IV.B [mm].
_LONG = 300.0

#: Panels: what they are called in the paper's text, the decay, and its points (m1, m2) [MeV].
_PANELS = {
    "A": (r"A: $K_L\to X_1X_2$, $X_2\to X_1\pi^0$", f"K_L0 -> X1 (X2 -> X1 {PI0})", ((0, 430), (100, 350))),
    "B": (r"B: $K_L\to X_2X_2$, $X_2\to X_1\gamma$", "K_L0 -> (X2 -> X1 gamma) (X2 -> X1 gamma)", ((0, 135), (0, 200))),
    "C": (r"C: $K_L\to X_1X_2$, $X_2\to\gamma\gamma$", "K_L0 -> X1 (X2 -> gamma gamma)", ((0, 100), (0, 135), (0, 200))),
}  # fmt: skip


def study(run: Run) -> Iterator[Output]:
    """Table of spectra, and its picture."""
    detector = Koto(selection="2016-18")
    curves = spectra(_curves(), detector, run.events, run.seed)
    seen = read_data("koto")["candidate_positions"]["2016-18"]
    yield Table(
        rows=rows(curves),
        provenance={"selection": detector, "without": "pt", "candidates": seen},
        more={"curves": summary(curves)},
    )
    yield Picture(figure=_picture(curves, detector, seen))


def _curves() -> list[Curve]:
    kaon, pion = particle("K_L0").mass, particle("pi0").mass
    out = []
    for panel, (_, descriptor, points) in _PANELS.items():
        for m1, m2 in points:
            mass = {"X2": 1e-3 * m2} | ({"X1": 1e-3 * m1} if "X1" in descriptor else {})
            largest = (
                1e3 * max_pt_in_two_steps(kaon, 1e-3 * m1, 1e-3 * m2, 1e-3 * m1, pion)
                if panel == "A"
                else None
            )
            own = partial(Curve, panel=panel, descriptor=descriptor, mass=mass, bound=largest)
            for ctau, style in ((0.0, "-"), (_LONG, "--")):
                life = "prompt" if ctau == 0.0 else f"$c\\tau$ = {ctau / 10:.0f} cm"
                label = f"$m_2$ = {m2}, $m_1$ = {m1} MeV, {life}"
                out.append(own(label=label, ctau={"X2": ctau}, style=style))
    return out


def _picture(curves: Sequence[Spectrum], detector: Koto, seen: Any) -> Any:
    figure, axes = subplots(1, 3, figsize=(14.0, 4.4), layout="constrained")
    for panel, ax in zip(_PANELS, axes, strict=True):
        of_panel = [s for s in curves if s.curve.panel == panel]
        draw_panel(ax, of_panel, detector, _PANELS[panel][0])
        for pt in seen["pt"]:
            ax.annotate("", (pt, 0.0), (pt, 0.002), arrowprops={"arrowstyle": "->"})
    figure.suptitle(panels_title(detector))
    return figure
