"""Study ``koto-limits``: efficiency of K_L -> pi0 X over pi0 nu nubar against m_X, beside KOTO's published limits.

With no event seen and common systematic errors the ratio of the limits is that of the efficiencies
(arXiv:2005.07102, appendix A).  Nothing is fitted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_results import Number
from darkpair.detectors.koto_results import Run as KotoRun
from darkpair.detectors.koto_results import run as run_of_koto
from darkpair.export.files import pyplot
from darkpair.gen.cutflow import Cutflow
from darkpair.limits.koto_samples import PI0, SM
from darkpair.studies.outputs import Output, Picture, Run, Table
from darkpair.studies.samples import Sample, efficiency_columns, generate, ratio_columns

__all__ = ["study"]

#: Masses of X [MeV] of the curve; those of published limits are added.
_MASSES = (0, 25, 50, 75, 100, 125, 150, 175, 200, 220, 240, 260)


def study(run: Run) -> Iterator[Output]:
    """Table of ratios and limits, and its picture."""
    published = {year: run_of_koto(year) for year in ("2015", "2021")}
    rows: list[dict[str, Any]] = []
    for year, limits in published.items():
        at = {round(1e3 * mass): limit for mass, limit in limits.pi0_x_limits}
        masses = sorted({*at, *(_MASSES if len(at) > 1 else ())})
        detector = Koto(experiment="koto", selection=year)
        samples = [Sample(descriptor=SM, detector=detector, n=4 * run.events, seed=run.seed)]
        samples += [
            Sample(
                descriptor=f"K_L0 -> {PI0} S",
                mass={"S": 1e-3 * mass},
                detector=detector,
                n=run.events,
                seed=run.seed + 1 + i,
            )
            for i, mass in enumerate(masses)
        ]
        standard, *flows = (chunk.cutflow for chunk in generate(samples))
        rows += [
            _row(year, mass, sample, flow, standard, sample.decays / samples[0].decays, limits, at.get(mass))
            for mass, sample, flow in zip(masses, samples[1:], flows, strict=True)
        ]
    provenance = {
        "events": {"pi0 X": run.events, "pi0 nu nubar": 4 * run.events},
        "selections": [
            Koto(experiment="koto", selection=year)
            for year in dict.fromkeys(row["selection"] for row in rows)
        ],
        "published": published,
    }
    yield Table(rows=rows, provenance=provenance)
    yield Picture(figure=_picture(rows))


def _row(
    year: str,
    mass: int,
    sample: Sample,
    flow: Cutflow,
    standard: Cutflow,
    decays: float,
    limits: KotoRun,
    limit: Number | None,
) -> dict[str, Any]:
    against = ratio_columns(flow, standard, decays)
    ratio = against["ratio"]
    reference = limits.upper_limit.value
    printed = None if limit is None else reference / limit.value
    return {
        "selection": year,
        "m_X [MeV]": mass,
        **efficiency_columns(flow, sample.decays),
        **against,
        "limit on BR(K_L -> pi0 X), implied": reference / ratio if ratio > 0.0 else None,
        "limit, published": None if limit is None else limit.value,
        "ratio, published": printed,
        "ours / published": None if printed is None else ratio / printed,
        "source": "" if limit is None else f"{limit.source} ({limit.confidence})",
    }


def _picture(rows: list[dict[str, Any]]) -> Any:
    figure, (top, bottom) = pyplot().subplots(2, 1, figsize=(7.0, 6.4), sharex=True, layout="constrained")
    for year, colour in zip(dict.fromkeys(row["selection"] for row in rows), ("C0", "C3"), strict=False):
        ours = [row for row in rows if row["selection"] == year]
        printed = [row for row in ours if row["ratio, published"] is not None]
        mass, style = [row["m_X [MeV]"] for row in ours], "o-" if len(ours) > 1 else "o"
        top.errorbar(
            mass,
            [row["ratio"] for row in ours],
            [math.nan if row["ratio error"] is None else row["ratio error"] for row in ours],
            fmt=style,
            ms=3,
            color=colour,
            label=f"darkpair, {year} selection",
        )
        limits = [row["limit on BR(K_L -> pi0 X), implied"] for row in ours]
        implied = [math.nan if limit is None else 1e9 * limit for limit in limits]
        bottom.plot(mass, implied, style, ms=3, color=colour, label=f"implied by darkpair, {year}")
        for axes, name, scale in ((top, "ratio, published", 1.0), (bottom, "limit, published", 1e9)):
            axes.plot(
                [row["m_X [MeV]"] for row in printed],
                [scale * row[name] for row in printed],
                "s",
                ms=7,
                mfc="none",
                color="black" if colour == "C0" else colour,
                label=f"KOTO {year}, published",
            )
    top.set(ylabel=r"$\epsilon(K_L\to\pi^0X)\,/\,\epsilon(K_L\to\pi^0\nu\bar\nu)$", ylim=(0.0, None))
    top.set_title("KOTO's efficiency for an invisible X: nothing fitted")
    bottom.set(
        xlabel=r"$m_X$ [MeV]", ylabel=r"90 % limit on BR($K_L\to\pi^0X$) [$10^{-9}$]", ylim=(0.0, None)
    )
    for axes in (top, bottom):
        axes.legend(frameon=False)
    return figure
