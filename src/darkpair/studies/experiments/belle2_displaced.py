"""Study ``belle2-displaced``: acceptance of Belle II for a displaced X2 of B+ -> K+ X1 X2 against c tau, and the branching ratio it could reach.

Acceptance alone: neither a background nor an efficiency of a reconstruction is in it.  Beside it what missing energy excludes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from darkpair.chains.models.channels import Channel
from darkpair.chains.models.stated import StatedChain, stated_chain
from darkpair.detectors.belle2_displaced import LEAST_RADIUS, Belle2Displaced
from darkpair.export.files import subplots
from darkpair.gen.identity import identity_digest
from darkpair.limits.belle2_samples import DisplacedAgainstCtau
from darkpair.limits.ratios import excluded_ratios
from darkpair.report.picture_style import PALETTE
from darkpair.scan.acceptance import Acceptance
from darkpair.scan.points import scan
from darkpair.searches.belle2_displaced import DisplacedAtBelle2, b_mesons
from darkpair.studies.outputs import Output, Picture, Run, Table, column

__all__ = ["study"]

#: m1 and m2 [GeV].
_POINT: Final = (0.0, 0.430)

_MODES: Final = ("X1 pi0", "X1 gamma", "X1 e+ e-")

#: Least distances from the axis [mm]: the search's own, and ten times less and more.
_LEAST: Final = (0.1 * LEAST_RADIUS, LEAST_RADIUS, 10.0 * LEAST_RADIUS)

#: Mean proper lengths [mm].
_CTAU: Final = tuple(10.0 ** (0.25 * i) for i in range(21))

_MISSING: Final = "b-to-k-belle2-2023"


def study(run: Run) -> Iterator[Output]:
    """Table of acceptances and branching ratios, what missing energy excludes beside it, and a picture."""
    rows = _displaced(run)
    missing = _missing()
    number = {"B+ and B-": b_mesons("B+"), "events": DisplacedAtBelle2().limit}
    yield Table(
        rows=rows,
        provenance={"m1 [GeV]": _POINT[0], "m2 [GeV]": _POINT[1]},
        more={"missing energy": missing, "normalisation": [number]},
    )
    yield Picture(figure=_picture(rows, missing))


def _chain(mode: str, ctau: float = 1.0) -> StatedChain:
    return stated_chain(f"B+ -> K+ X1 (X2 -> {mode})", m1=_POINT[0], m2=_POINT[1], ctau=ctau)


def _displaced(run: Run) -> list[dict[str, Any]]:
    """Acceptance by mode, least distance and c tau, and the branching ratio that gives as many events as none excludes."""
    chains = [
        Channel(parent="B+", production="K+ X1 X2", modes=(mode,)).chain(_chain(mode)) for mode in _MODES
    ]
    points = [{"parent": "B+", "chain": chain, "events": identity_digest(chain)} for chain in chains]
    mesons, limit = b_mesons("B+"), DisplacedAtBelle2().limit
    rows = []
    for least in _LEAST:
        detector = Belle2Displaced(least_radius=least)
        evaluate = DisplacedAgainstCtau(events=run.events, detector=detector, seed=run.seed)
        tables = scan(evaluate, points, folder=run.cache, workers=1 if run.quick else 2)
        for mode, chain, table in zip(_MODES, chains, tables, strict=True):
            acceptance = Acceptance.of(table)
            for ctau in _CTAU:
                part = float(acceptance.at(ctau)) * chain.generated_branching_ratio
                there = not math.isnan(part)  # (a small sample has nothing far from the axis)
                rows.append(
                    {
                        "mode": mode,
                        "least distance [mm]": least,
                        "c tau [mm]": ctau,
                        "acceptance": part if there else None,
                        "acceptance error": part * float(acceptance.relative_error(ctau)) if there else None,
                        "branching ratio": limit / (mesons * part) if there else None,
                    }
                )
    return rows


def _missing() -> list[dict[str, Any]]:
    """Branching ratio that missing energy excludes by mode: an X2 that is not seen, by its flight."""
    chains = [_chain(_MODES[0], ctau) for ctau in _CTAU]
    (*rows,) = excluded_ratios(chains, only=[_MISSING])
    return [
        {"c tau [mm]": ctau, "branching ratio": row.branching_ratio if row.branching_ratio <= 1.0 else None}
        for ctau, (row,) in zip(_CTAU, rows, strict=True)
    ]


def _picture(rows: Sequence[Mapping[str, Any]], missing: Sequence[Mapping[str, Any]]) -> Any:
    figure, ax = subplots(1, 1, figsize=(8.2, 5.0), layout="constrained")
    low, middle, high = _LEAST
    looks = {
        "X1 pi0": (PALETTE["blue"], "-", r"$X_2\to X_1\pi^0$"),
        "X1 gamma": (PALETTE["orange"], "--", r"$X_2\to X_1\gamma$"),
        "X1 e+ e-": ("black", ":", r"$X_2\to X_1e^+e^-$"),
    }
    for mode, (colour, style, name) in looks.items():
        of = {
            least: [row for row in rows if row["mode"] == mode and row["least distance [mm]"] == least]
            for least in _LEAST
        }
        ctau = column(of[middle], "c tau [mm]")
        if mode == "X1 pi0":
            ends = [column(of[least], "branching ratio") for least in (low, high)]
            label = f"{name}, at least {low:g} to {high:g} mm off the axis"
            ax.fill_between(ctau, *ends, color=colour, alpha=0.2, lw=0.0, label=label)
        value = column(of[middle], "branching ratio")
        ax.plot(ctau, value, style, color=colour, label=f"{name}, at least {middle:g} mm off the axis")
    x = column(missing, "c tau [mm]")
    y = [1.0 if row["branching ratio"] is None else row["branching ratio"] for row in missing]
    ax.fill_between(x, y, 1.0, color="0.85", lw=0.0)
    ax.plot(x, y, color="0.4", lw=1.0)
    ax.text(x[-1] / 2.0, 1e-3, "excluded by missing energy,\nBelle II 2023", ha="right", color="0.25")
    ax.set(xscale="log", yscale="log", xlabel=r"$c\tau$ of $X_2$ [mm]", ylim=(3e-11, 1e-1))
    ax.set(xlim=(_CTAU[0], _CTAU[-1]), ylabel=r"BR($B^+\to K^+X_1X_2$)")
    ax.set_title(
        "Displaced $X_2$ at Belle II, 50/ab: branching ratio of 2.3 events by acceptance alone.\n"
        f"No background is in it: an estimate ($m_2$ = {_POINT[1] * 1e3:g}, $m_1$ = {_POINT[0] * 1e3:g} MeV)",
        fontsize="medium",
    )
    ax.legend(frameon=False, loc="center right", bbox_to_anchor=(0.99, 0.47), fontsize="small")
    return figure
