"""Study ``koto-limits``: efficiency of K_L -> pi0 X over pi0 nu nubar against m_X, beside KOTO's published limits.

With no event seen and common systematic errors the ratio of the limits is that of the efficiencies
(arXiv:2005.07102, appendix A).  Nothing is fitted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_results import Number
from darkpair.detectors.koto_results import run as run_of_koto
from darkpair.export.files import subplots
from darkpair.limits.koto_samples import PI0, SM
from darkpair.report.picture_style import PALETTE
from darkpair.studies.outputs import Output, Picture, Run, Table, column
from darkpair.studies.samples import Sample, efficiency_columns, generate, ratio_columns

__all__ = ["picture", "study"]

#: Masses of X [MeV] of the curve; those of published limits are added.
_MASSES = (0, 25, 50, 75, 100, 125, 150, 175, 200, 220, 240, 260)


def study(run: Run) -> Iterator[Output]:
    """Table of ratios and limits, and its picture."""
    published = {year: run_of_koto(year) for year in ("2015", "2021")}
    rows: list[dict[str, Any]] = []
    for year, results in published.items():
        limits = {round(1e3 * mass): limit for mass, limit in results.pi0_x_limits}
        masses = sorted({*limits, *(_MASSES if len(limits) > 1 else ())})
        samples = _samples(masses, Koto(experiment="koto", selection=year), run)
        standard, *flows = (chunk.cutflow for chunk in generate(samples))
        for mass, sample, flow in zip(masses, samples[1:], flows, strict=True):
            ratio = ratio_columns(flow, standard, sample.decays / samples[0].decays)
            rows.append(
                {"selection": year, "m_X [MeV]": mass, **efficiency_columns(flow, sample.decays), **ratio}
                | _limits(ratio["ratio"], results.upper_limit.value, limits.get(mass))
            )
    provenance = {
        "events": {"pi0 X": run.events, "pi0 nu nubar": 4 * run.events},
        "selections": [Koto(experiment="koto", selection=year) for year in published],
        "published": published,
    }
    yield Table(rows=rows, provenance=provenance)
    yield Picture(figure=picture(rows))


def _samples(masses: Sequence[int], detector: Koto, run: Run) -> list[Sample]:
    """pi0 nu nubar, and pi0 X of each mass [MeV]."""
    return [
        Sample(descriptor=SM, detector=detector, n=4 * run.events, seed=run.seed),
        *(
            Sample(
                descriptor=f"K_L0 -> {PI0} S",
                mass={"S": 1e-3 * mass},
                detector=detector,
                n=run.events,
                seed=run.seed + i,
            )
            for i, mass in enumerate(masses, 1)
        ),
    ]


def _limits(ratio: float, reference: float, limit: Number | None) -> dict[str, Any]:
    """Limits on pi0 X: what the ratio to pi0 nu nubar, whose limit is the reference, implies; the published one."""
    printed = None if limit is None else reference / limit.value
    return {
        "limit on BR(K_L -> pi0 X), implied": reference / ratio if ratio > 0.0 else None,
        "limit, published": None if limit is None else limit.value,
        "ratio, published": printed,
        "ours / published": None if printed is None else ratio / printed,
        "source": "" if limit is None else f"{limit.source} ({limit.confidence})",
    }


def picture(rows: list[dict[str, Any]]) -> Any:
    """Figure of the rows of the study, or of its stored output."""
    figure, (top, bottom) = subplots(2, 1, figsize=(7.0, 6.4), sharex=True, layout="constrained")
    for year, colour in zip(
        dict.fromkeys(row["selection"] for row in rows),
        (PALETTE["blue"], PALETTE["vermillion"]),
        strict=False,
    ):
        ours = [row for row in rows if row["selection"] == year]
        mass, style = column(ours, "m_X [MeV]"), "o-" if len(ours) > 1 else "o"
        look: dict[str, Any] = {"ms": 3, "color": colour}
        top.errorbar(
            mass, column(ours, "ratio"), column(ours, "ratio error"), fmt=style,
            label=f"darkpair, {year} selection", **look,
        )  # fmt: skip
        implied = 1e9 * column(ours, "limit on BR(K_L -> pi0 X), implied")
        bottom.plot(mass, implied, style, label=f"implied by darkpair, {year}", **look)
        for axes, name, scale in ((top, "ratio, published", 1.0), (bottom, "limit, published", 1e9)):
            black = "black" if colour == PALETTE["blue"] else colour
            published = scale * column(ours, name)
            axes.plot(mass, published, "s", ms=7, mfc="none", color=black, label=f"KOTO {year}, published")
    top.set(ylabel=r"$\epsilon(K_L\to\pi^0X)\,/\,\epsilon(K_L\to\pi^0\nu\bar\nu)$", ylim=(0.0, None))
    top.set_title("KOTO's efficiency for an invisible X: nothing fitted")
    bottom.set(
        xlabel=r"$m_X$ [MeV]", ylabel=r"90 % limit on BR($K_L\to\pi^0X$) [$10^{-9}$]", ylim=(0.0, None)
    )
    for axes in (top, bottom):
        axes.legend(frameon=False)
    return figure
