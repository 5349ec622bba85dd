"""Study ``koto-upstream``: what K_L that decay upstream of KOTO's decay volume add to long-lived X2, against c tau.

K_L -> X1 X2, X2 -> X1 pi0 in the selection of 2016-18.  The range of earlier versions, 2000 to 6148 mm, is what is
added to: per K_L at the beam exit, once from the exit on and once from the target on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from darkpair.detectors.koto import Koto
from darkpair.export.files import subplots
from darkpair.gen.lifetime import Scan, ScanInside
from darkpair.gen.sources.koto_kl import Z_EXIT, Z_NEAR, Z_TARGET, KotoKL
from darkpair.limits.koto_samples import scanned
from darkpair.report.picture_style import PALETTE
from darkpair.scan.points import scan
from darkpair.studies.outputs import Output, Picture, Run, Table, column

__all__ = ["UpstreamGain", "picture", "study"]

#: (m1, m2) [GeV].
_POINTS: Final = ((0.0, 0.430), (0.0, 0.200))

#: Mean proper lengths [mm].
_CTAU: Final = (20.0, 50.0, 100.0, 200.0, 300.0, 500.0, 1e3, 2e3, 3e3, 5e3, 1e4, 2e4, 5e4, 1e5)

#: Columns of the table, and how a picture draws them.
_GAINS: Final = {"from the exit on": "--", "from the target on": "-"}


@dataclass(frozen=True, kw_only=True)
class UpstreamGain:
    """Accepted events over those of K_L that decay from z = 2000 mm on, at a mass point against c tau.

    For `darkpair.scan.scan`: points are {"m1": ..., "m2": ...} in GeV.

    Parameters
    ----------
    events : int
        K_L that decay from z = 2000 mm on; a third as many between the exit and there, and upstream of the exit.
    seed : int
        Of the first range; those of the others follow.
    """

    events: int
    seed: int

    def __call__(self, point: Mapping[str, Any]) -> dict[str, Any]:
        """Rows: c tau [mm], and for each range the gain with its error."""
        inside, fewer = ScanInside(region=Koto().region), self.events // 3
        ranges: tuple[tuple[KotoKL, Scan | ScanInside, int], ...] = (
            (KotoKL(), Scan(shortest=0.1, longest=_CTAU[-1]), self.events),
            (KotoKL(z_min=Z_EXIT, z_max=Z_NEAR), inside, fewer),
            # (with less than .4 GeV there is not the energy that the selection asks of the photons)
            (KotoKL(z_min=Z_TARGET, z_max=Z_EXIT, p_min=0.4), inside, fewer),
        )
        parts = [
            scanned(point, source, law, events=n, seed=self.seed + i)
            for i, (source, law, n) in enumerate(ranges)
        ]
        rows = []
        for ctau in _CTAU:
            row: dict[str, Any] = {"c tau [mm]": ctau}
            near, *others = (
                (decays * part.value, decays * (part.high if part.error is None else part.error))
                for decays, sample in parts
                for part in [sample.efficiency(ctau, effective_min=0.0)]
            )
            for i, name in enumerate(_GAINS, 1):
                more = sum(value for value, _ in others[:i]) / near[0]
                error = math.hypot(*(e for _, e in others[:i]), more * near[1]) / near[0]
                row |= {name: 1.0 + more, f"{name}, error": error}
            rows.append(row)
        return {"rows": rows}


def study(run: Run) -> Iterator[Output]:
    """Table of gains, and its picture; the samples are kept."""
    gain = UpstreamGain(events=run.events, seed=run.seed)
    made = scan(gain, [{"m1": m1, "m2": m2} for m1, m2 in _POINTS], folder=run.cache)
    rows = [
        {"m1 [MeV]": 1e3 * m1, "m2 [MeV]": 1e3 * m2} | row
        for (m1, m2), result in zip(_POINTS, made, strict=True)
        for row in result["rows"]
    ]
    provenance = {"gain": gain, "selection": Koto(), "range that is added to [mm]": (Z_NEAR, KotoKL().z_max)}
    yield Table(rows=rows, provenance=provenance)
    yield Picture(figure=picture(rows))


def picture(rows: list[dict[str, Any]]) -> Any:
    """Figure of the rows of the study, or of its stored output."""
    figure, axes = subplots(figsize=(7.0, 4.6), layout="constrained")
    for (_, m2), colour in zip(_POINTS, (PALETTE["vermillion"], PALETTE["blue"]), strict=True):
        mine = [row for row in rows if row["m2 [MeV]"] == 1e3 * m2]
        for name, style in _GAINS.items():
            axes.errorbar(
                column(mine, "c tau [mm]") / 1e3,
                column(mine, name),
                column(mine, f"{name}, error"),
                fmt=style,
                color=colour,
                label=f"$m_2$ = {1e3 * m2:.0f} MeV, {name}",
            )
    axes.axhline(1.0, color="0.5", lw=0.8)
    axes.set(
        xscale="log",
        xlabel=r"$c\tau$ of $X_2$ [m]",
        ylabel="accepted events over those from z = 2 m on",
        title=r"KOTO: $K_L\to X_1X_2$, $X_2\to X_1\pi^0$ of $K_L$ that decay upstream, $m_1$ = 0",
    )
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    return figure
