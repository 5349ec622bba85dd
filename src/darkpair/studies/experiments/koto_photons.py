"""Study ``koto-photons``: KOTO's efficiency for four photons of pairs against their mass and c tau, and for one photon.

What the searches for K_L -> X X -> 4 gamma and K_L -> gamma X rest on here: nothing is fitted, and no published efficiency is used.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from darkpair.chains.descriptor import build
from darkpair.detectors.koto_pairs import TIGHTNESS, KotoPairs
from darkpair.export.files import subplots
from darkpair.gen.particles import particle
from darkpair.limits.four_photons import pair_chain, ratios_at
from darkpair.limits.koto_nested import prompt
from darkpair.limits.one_photon import reference
from darkpair.report.picture_style import PALETTE
from darkpair.scan.points import scan
from darkpair.searches.measurements import measurement, regions
from darkpair.studies.outputs import Output, Picture, Run, Table, column

__all__ = ["picture", "study"]

#: Masses of X [MeV] inside the windows of the search.
_MASSES: Final = (40, 50, 60, 70, 80, 90, 100, 110, 210, 220, 230, 240)

#: Masses [MeV] and c tau [mm] at which the ratio to prompt decays is stated.
_FLYING: Final = (40, 100, 225)
_CTAU: Final = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0)

#: Masses of an invisible X [MeV] at which the acceptance of its photon is stated; the last is where the search ends.
_INVISIBLE: Final = (0, 100, 200, 300, 425)

_PIONS: Final = "K_L0 -> (pi0 -> gamma gamma) (pi0 -> gamma gamma)"


def study(run: Run) -> Iterator[Output]:
    """Table of efficiencies against mass, those against c tau and of one photon beside it, and a picture."""
    points = [{"m_X [MeV]": float(mass)} for mass in _MASSES]
    efficiencies = scan(
        partial(_prompt, run.events, run.seed), [{}, *points], folder=run.cache, workers=_workers(run)
    )
    rows = [
        {**point, "selection": name} | _over(own[name], efficiencies[0][name])
        for point, own in zip(points, efficiencies[1:], strict=True)
        for name in TIGHTNESS
    ]
    lifetimes = _lifetimes(run)
    more = {"lifetimes": lifetimes, "one photon": _photons(run.events, run.cache), "windows": _windows(rows)}
    yield Table(rows=rows, provenance={"tightness": dict(TIGHTNESS)}, more=more)
    yield Picture(figure=picture(rows, lifetimes))


def _prompt(events: int, seed: int, point: Mapping[str, Any]) -> dict[str, Any]:
    """By selection the efficiency for prompt pairs and its error; of K_L -> 2 pi0 at no mass."""
    mass = 1e-3 * point["m_X [MeV]"] if point else particle("pi0").mass
    chain = pair_chain(mass) if point else build(_PIONS)
    detector = KotoPairs(mass=mass, selection=next(iter(TIGHTNESS)))
    return {
        name: list(pair)
        for name, pair in prompt(chain, detector, events=events, seed=seed + bool(point)).items()
    }


def _over(own: Sequence[float], pions: Sequence[float]) -> dict[str, float]:
    ratio = own[0] / pions[0]
    return {
        "efficiency": own[0],
        "efficiency error": own[1],
        "ratio": ratio,
        "ratio error": ratio * math.hypot(own[1] / own[0], pions[1] / pions[0]),
    }


def _windows(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """By selection the mean efficiency in the light window over that in the heavy one, beside the limits' ratio."""
    published = [measurement("koto_four_photons", name).value for name in ("light", "heavy")]
    out = []
    for name in TIGHTNESS:
        means = []
        for window in ("light", "heavy"):
            ((low, high),) = regions("koto_four_photons", window)
            own = [
                row["efficiency"]
                for row in rows
                if row["selection"] == name and 1e3 * low - 0.5 < row["m_X [MeV]"] < 1e3 * high + 0.5
            ]
            means.append(sum(own) / len(own))
        out.append(
            {
                "selection": name,
                "efficiency, light over heavy": means[0] / means[1],
                "limits, heavy over light": published[1] / published[0],
            }
        )
    return out


def _workers(run: Run) -> int:
    """Processes: to start another takes longer than a quick sample."""
    return 1 if run.quick else 2


def _lifetimes(run: Run) -> list[dict[str, Any]]:
    """Efficiency over that of prompt decays at each mass, selection and c tau."""
    ratios = ratios_at([1e-3 * mass for mass in _FLYING], run.events, run.cache, workers=_workers(run))
    return [
        {
            "m_X [MeV]": mass,
            "selection": name,
            "c tau [mm]": ctau,
            "ratio": float(acceptance.at(ctau)),
            "ratio error": float(acceptance.at(ctau) * acceptance.relative_error(ctau)),
        }
        for mass, of_mass in zip(_FLYING, ratios, strict=True)
        for name, acceptance in of_mass.items()
        for ctau in _CTAU
    ]


def _photons(events: int, folder: Path | None) -> list[dict[str, Any]]:
    """Acceptance of the photon of K_L -> gamma X by its least energy, and that of a massless X over it."""
    rows = []
    massless = reference(0.0, events, folder)
    for mass in _INVISIBLE:
        for least, (value, error) in reference(1e-3 * mass, events, folder).items():
            zero, zero_error = massless[least]
            ratio = zero / value if value > 0.0 else None
            rows.append(
                {
                    "m_X [MeV]": mass,
                    "least energy [GeV]": float(least),
                    "acceptance": value,
                    "acceptance error": error,
                    "massless over it": ratio,
                    "massless over it, error": None
                    if ratio is None
                    else ratio * math.hypot(error / value, zero_error / zero),
                }
            )
    return rows


def picture(rows: Sequence[Mapping[str, Any]], lifetimes: Sequence[Mapping[str, Any]]) -> Any:
    """Figure of the rows of the study, or of its stored output."""
    figure, (left, right) = subplots(1, 2, figsize=(10.5, 4.4), layout="constrained")
    looks = {
        "loose": ("^", PALETTE["blue"], -1.2),
        "middle": ("o", "black", 0.0),
        "tight": ("v", PALETTE["orange"], 1.2),
    }
    for name, (marker, colour, beside) in looks.items():
        own = [row for row in rows if row["selection"] == name]
        look: dict[str, Any] = {"fmt": marker, "ms": 5, "color": colour, "label": f"{name} selection"}
        mass = column(own, "m_X [MeV]") + beside
        left.errorbar(mass, column(own, "ratio"), column(own, "ratio error"), **look)
    for window in ("light", "heavy"):
        ((low, high),) = regions("koto_four_photons", window)
        left.axvspan(1e3 * low - 2.0, 1e3 * high + 2.0, color="0.92", zorder=0)
    left.text(160.0, 0.1, "no limit:\nunknown", ha="center", color="0.35")
    left.set(xlabel="$m_X$ [MeV]", ylim=(0.0, None), xlim=(20.0, 260.0))
    left.set_ylabel(r"$\epsilon(K_L\to XX\to4\gamma)\,/\,\epsilon(K_L\to2\pi^0)$, prompt")
    left.set_title("Prompt, against mass: windows of the search in grey", fontsize="medium")
    left.legend(frameon=False)
    for pair, colour in ((_FLYING[0], PALETTE["blue"]), (_FLYING[-1], PALETTE["orange"])):
        curves = {
            name: [row for row in lifetimes if row["m_X [MeV]"] == pair and row["selection"] == name]
            for name in TIGHTNESS
        }
        ctau = column(curves["middle"], "c tau [mm]")
        ends = [column(curves[name], "ratio") for name in ("tight", "loose")]
        label = f"$m_X$ = {pair} MeV: middle, and from tight to loose"
        right.fill_between(ctau, *ends, color=colour, alpha=0.25, lw=0.0)
        right.plot(ctau, column(curves["middle"], "ratio"), "o-", ms=3, color=colour, label=label)
    right.set(xscale="log", yscale="log", xlabel=r"$c\tau$ [mm]", ylim=(3e-4, 2.0))
    right.set_ylabel(r"$\epsilon(c\tau)\,/\,\epsilon$(prompt)")
    right.set_title("Against lifetime: what divides the published limit", fontsize="medium")
    right.legend(frameon=False, loc="lower left")
    figure.suptitle(r"KOTO, $K_L\to XX$, $X\to\gamma\gamma$, by three selections of ours")
    return figure
