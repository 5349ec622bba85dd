"""Study ``fig8``: signal efficiencies over that of K_L -> pi0 nu nubar, with the third-degree polynomials of the paper.

All dark decays are prompt, as in Fig. 8 of arXiv:2005.07102; the panels carry the decay.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.polynomial import Polynomial

from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_results import run as run_of_koto
from darkpair.export.files import subplots
from darkpair.gen.cutflow import Cutflow
from darkpair.limits.koto_samples import PI0, SM
from darkpair.studies.line_styles import CURVE_STYLES
from darkpair.studies.outputs import Output, Picture, Run, Table
from darkpair.studies.samples import Sample, efficiency_columns, generate, ratio_columns

__all__ = ["picture", "study"]

#: Degree of the fits, arXiv:2005.07102, section IV.C.
_DEGREE = 3


@dataclass(frozen=True, kw_only=True)
class _Panel:
    """A panel: its decay, the particle whose mass varies and the masses [MeV] by m_1."""

    title: str
    descriptor: str
    heavy: str
    masses: dict[int, tuple[int, ...]]
    selection: str = "2016-18"

    def mass(self, m1: int, m2: int) -> dict[str, float]:
        light = {"X1": 1e-3 * m1} if "X1" in self.descriptor else {}
        return light | {self.heavy: 1e-3 * m2}


#: m_1 + m_2 (2 m_2 in B) stays below the K_L's mass, and m_2 - m_1 above the pi0's in A.
_PANELS = {
    "S": _Panel(title=r"$K_L\to\pi^0S$", descriptor=f"K_L0 -> {PI0} S", heavy="S", selection="2015",
                masses={0: (0, 50, 100, 125, 150, 175, 200, 220, 240, 260)}),
    "A": _Panel(title=r"A: $K_L\to X_1X_2$, $X_2\to X_1\pi^0$", descriptor=f"K_L0 -> X1 (X2 -> X1 {PI0})", heavy="X2",
                masses={0: (150, 175, 200, 250, 300, 350, 400, 430, 460, 490), 50: (200, 225, 250, 300, 350, 400, 430, 445),
                        100: (245, 265, 285, 310, 330, 350, 370, 390)}),
    "B": _Panel(title=r"B: $K_L\to X_2X_2$, $X_2\to X_1\gamma$", descriptor="K_L0 -> (X2 -> X1 gamma) (X2 -> X1 gamma)", heavy="X2",
                masses={0: (100, 120, 135, 160, 180, 200, 220, 235, 247), 50: (120, 135, 160, 180, 200, 220, 235, 247),
                        100: (160, 180, 200, 220, 235, 247)}),
    "C": _Panel(title=r"C: $K_L\to X_1X_2$, $X_2\to\gamma\gamma$", descriptor="K_L0 -> X1 (X2 -> gamma gamma)", heavy="X2",
                masses=dict.fromkeys((0, 100, 200), (60, 80, 100, 110, 120, 130, 140, 150, 165, 180, 200, 225, 250))),
}  # fmt: skip


def study(run: Run) -> Iterator[Output]:
    """Table of ratios, with the polynomials in its JSON, and its picture."""
    years = list(dict.fromkeys(panel.selection for panel in _PANELS.values()))
    points = [
        (name, m1, m2) for name, panel in _PANELS.items() for m1, at in panel.masses.items() for m2 in at
    ]
    samples = _samples(run, years, points)
    flows = [chunk.cutflow for chunk in generate(samples)]
    standard = dict(zip(years, zip(samples, flows, strict=True), strict=False))
    rows = [
        _row(point, sample, flow, *standard[_PANELS[point[0]].selection])
        for point, sample, flow in zip(points, samples[len(years) :], flows[len(years) :], strict=True)
    ]
    lines = [(name, m1) for name, panel in _PANELS.items() for m1 in panel.masses]
    fits = [_fit(rows, *line) | _maximum(rows, *line) for line in lines]
    yield Table(
        rows=rows,
        provenance={
            "events": {"each point": run.events, "pi0 nu nubar": 4 * run.events},
            "selections": [sample.detector for sample in samples[: len(years)]],
            "pi0 -> gamma gamma, X2 -> gamma gamma": "forced in numerator and denominator",
        },
        more={"fits": fits},
    )
    yield Picture(figure=picture(rows, fits))


def _samples(run: Run, years: Sequence[str], points: Sequence[tuple[str, int, int]]) -> list[Sample]:
    """Samples of K_L -> pi0 nu nubar for each selection, then those of the points."""
    plan: list[tuple[str, dict[str, float], str, int]] = [(SM, {}, year, 4 * run.events) for year in years]
    for name, m1, m2 in points:
        panel = _PANELS[name]
        plan.append((panel.descriptor, panel.mass(m1, m2), panel.selection, run.events))
    detectors = {year: Koto(experiment="koto", selection=year) for year in years}
    return [
        Sample(descriptor=descriptor, mass=mass, detector=detectors[year], n=n, seed=run.seed + i)
        for i, (descriptor, mass, year, n) in enumerate(plan)
    ]


def _row(
    point: tuple[str, int, int], sample: Sample, flow: Cutflow, standard: Sample, denominator: Cutflow
) -> dict[str, Any]:
    """Columns of a point."""
    name, m1, m2 = point
    return {
        "panel": name,
        "decay": sample.descriptor,
        "selection": _PANELS[name].selection,
        "m1 [MeV]": m1,
        "m2 [MeV]": m2,
        **efficiency_columns(flow, sample.decays),
        **ratio_columns(flow, denominator, sample.decays / standard.decays),
    }


def _of(rows: Sequence[dict[str, Any]], p: str, m1: int) -> tuple[Any, Any, Any]:
    """Masses [GeV], ratios and errors of a curve; NaN where a ratio of zero has none."""
    of_curve = [row for row in rows if row["panel"] == p and row["m1 [MeV]"] == m1]
    names = ("m2 [MeV]", "ratio", "ratio error")
    mass, ratio, error = (np.array([row[k] for row in of_curve], dtype=np.float64) for k in names)
    return 1e-3 * mass, ratio, error


def _fit(rows: Sequence[dict[str, Any]], p: str, m1: int) -> dict[str, Any]:
    """Coefficients of 1, m, m², m³ with m in GeV, by least squares.

    The points count alike: weighted with their errors, those where the ratio vanishes would decide alone.
    """
    mass, ratio, _ = _of(rows, p, m1)
    line = Polynomial.fit(mass, ratio, _DEGREE)
    away = line(mass) - ratio
    return {
        "panel": p,
        "m1 [MeV]": m1,
        "coefficients [1, 1/GeV, 1/GeV^2, 1/GeV^3]": line.convert().coef,
        "range [MeV]": [round(1e3 * mass[0]), round(1e3 * mass[-1])],
        "points": len(mass),
        "root mean square difference": float(np.sqrt(np.mean(away**2))),
        "largest difference": float(np.abs(away).max()),
    }


def _maximum(rows: Sequence[dict[str, Any]], p: str, m1: int) -> dict[str, float | None]:
    """Mass with the largest ratio [MeV]: of a parabola through the largest point and its neighbours."""
    mass, ratio, error = _of(rows, p, m1)
    at = int(np.argmax(ratio))
    if not 0 < at < len(mass) - 1:
        return {"largest ratio at [MeV]": None, "largest ratio error at [MeV]": None}
    near = slice(at - 1, at + 2)
    (a, b, _), covariance = np.polyfit(
        mass[near] - mass[at], ratio[near], 2, w=1.0 / error[near], cov="unscaled"
    )
    slope = np.array([0.5 * b / a**2, -0.5 / a])
    spread = math.sqrt(slope @ covariance[:2, :2] @ slope)
    return {
        "largest ratio at [MeV]": 1e3 * (mass[at] - 0.5 * b / a),
        "largest ratio error at [MeV]": 1e3 * spread,
    }


def picture(rows: Sequence[dict[str, Any]], fits: Sequence[dict[str, Any]]) -> Any:
    """Figure of the rows of the study, or of its stored output."""
    figure, axes = subplots(2, 2, figsize=(10.0, 7.6), layout="constrained")
    for (p, panel), ax in zip(_PANELS.items(), axes.flat, strict=True):
        for (colour, marker, style), m1 in zip(CURVE_STYLES[: len(panel.masses)], panel.masses, strict=True):
            mass, ratio, error = _of(rows, p, m1)
            fit = next(f for f in fits if (f["panel"], f["m1 [MeV]"]) == (p, m1))
            fine = np.linspace(mass[0], mass[-1], 200)
            line = Polynomial(fit["coefficients [1, 1/GeV, 1/GeV^2, 1/GeV^3]"])
            name = "darkpair" if p == "S" else f"$m_1$ = {m1} MeV"
            ax.fill_between(1e3 * mass, ratio - error, ratio + error, color=colour, alpha=0.3, lw=0)
            ax.plot(1e3 * mass, ratio, marker, ms=4.0, color=colour, label=name)
            ax.plot(1e3 * fine, line(fine), ls=style, lw=1.0, color=colour)
        ax.set_title(f"{panel.title}, {panel.selection} selection", fontsize=10)
        ax.set(
            xlabel=f"$m_{panel.heavy[-1]}$ [MeV]", ylabel=r"$\epsilon_{NP}/\epsilon_{SM}$", ylim=(0.0, None)
        )
    limits = run_of_koto("2015")
    axes[0, 0].plot(
        [1e3 * mass for mass, _ in limits.pi0_x_limits],
        [limits.upper_limit.value / limit.value for _, limit in limits.pi0_x_limits],
        "ks",
        mfc="none",
        label="ratio of KOTO's limits",
    )
    for ax in axes.flat:
        ax.legend(frameon=False, fontsize=9)
    figure.suptitle(
        "Efficiency over that of $K_L\\to\\pi^0\\nu\\bar\\nu$, prompt; lines: polynomials of third degree"
    )
    return figure
