"""Study ``koto-band``: the coupling that explains three events at (430, 0) MeV, and how each assumption moves it.

The arithmetic behind Fig. 3 of arXiv:2005.07102, for each table of inputs: prompt with every X2 -> X1 pi0, with the
model's own branching ratio, with eq. 66, and with the efficiency at the lifetime itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from darkpair.chains.models import ZPrimeMajorana, ZPrimeScalar
from darkpair.chains.models.inputs import PRESETS, Inputs
from darkpair.chains.models.zprime import ZPrime
from darkpair.detectors.koto_results import koto_decay_probability
from darkpair.export.files import subplots
from darkpair.limits.ranges import coupling_at
from darkpair.limits.samples import efficiency_curves
from darkpair.report.picture_style import PALETTE
from darkpair.scan.acceptance import Acceptance
from darkpair.scan.points import grid, scan
from darkpair.searches.koto import KotoBand
from darkpair.studies.outputs import Output, Picture, Run, Table

__all__ = ["bands", "picture", "study"]

#: (m1, m2) [GeV].
_POINT: Final = (0.0, 0.430)

_MODELS: Final[dict[str, type[ZPrime]]] = {"scalars": ZPrimeScalar, "Majorana fermions": ZPrimeMajorana}


def study(run: Run) -> Iterator[Output]:
    """Table of couplings, for every preset unless one was given, and its picture; the sample is kept."""
    (curve,) = efficiency_curves([_POINT], events=run.events, folder=run.cache)
    tables = [run.given_inputs] if run.given_inputs else [Inputs(preset) for preset in PRESETS]
    rows = bands(curve, tables, folder=run.cache)
    provenance = {"inputs": tables, "selection": "2016-18", "efficiency ratio": curve}
    yield Table(rows=rows, provenance=provenance, more={"flight": _flight(curve)})
    yield Picture(figure=picture(rows))


def bands(curve: Acceptance, tables: list[Inputs], *, folder: Path | None = None) -> list[dict[str, Any]]:
    """Couplings at the ends and the middle of the band, for each model, table of inputs and treatment.

    Parameters
    ----------
    curve : Acceptance
        At (430, 0) MeV.
    tables : list of Inputs
        Of the models.
    folder : Path, optional
        The cache.
    """
    points = grid(model=_MODELS, treatment=_treatments(curve))
    rows = [
        row for table in tables for row in scan(partial(_row, curve, table), points, folder=folder, workers=1)
    ]
    return [row for name in _MODELS for row in rows if row["X1, X2"] == name]


def _flight(curve: Acceptance, ctau: float = 300.0) -> list[dict[str, Any]]:
    """Efficiency ratios: prompt, that times the probability of eq. 66, and of the whole simulation at a c tau [mm]."""
    inside = float(koto_decay_probability(_POINT[1], ctau))
    prompt, error = curve.at_prompt, curve.error[0]
    there = float(np.interp(np.log(ctau), np.log(curve.ctau), curve.error))
    cases = (
        ("prompt", 0.0, prompt, error),
        ("eq. 66", ctau, prompt * inside, error * inside),
        ("at its lifetime", ctau, float(curve.at(ctau)), there),
    )
    return [
        dict(zip(("treatment", "c tau [mm]", "ratio", "ratio error"), case, strict=True)) for case in cases
    ]


def _treatments(curve: Acceptance) -> dict[str, KotoBand]:
    prompt = KotoBand(efficiency_ratio=curve.at_prompt, decay="included")
    return {
        "prompt, BR = 1": replace(prompt, branching_ratio=1.0),
        "prompt, own BR": prompt,
        "eq. 66": replace(prompt, decay="estimate"),
        "at its lifetime": replace(prompt, efficiency_ratio=curve),
    }


def _row(curve: Acceptance, inputs: Inputs, point: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the table, at a model and a treatment."""
    kind, band = _MODELS[point["model"]], _treatments(curve)[point["treatment"]]

    def model(G_X: Any) -> ZPrime:
        return kind(m1=_POINT[0], m2=_POINT[1], G_X=G_X, inputs=inputs)

    fermi = inputs["G_F"]
    targets = np.array([band.central, *band.interval(), *band.interval(0.95)])
    couplings = coupling_at(lambda g: band.value(model(g)), targets, 1e-3 * fermi, 1e3 * fermi)
    at = model(couplings[0])
    names = ("G_X / G_F", "68 % low", "68 % high", "95 % low", "95 % high")
    return {
        "X1, X2": point["model"],
        "inputs": inputs.preset,
        "treatment": point["treatment"],
        **{key: float(value / fermi) for key, value in zip(names, couplings, strict=True)},
        "BR(K_L -> X1 X2)": float(at.branching_ratio("K_L0", "X1 X2")),
        "c tau [mm]": float(at.ctau("X2")),
    }


def picture(rows: list[dict[str, Any]]) -> Any:
    """Figure of the rows of the study, or of its stored output."""
    treatments = dict.fromkeys(row["treatment"] for row in rows)
    colours = dict(
        zip(treatments, ("0.5", PALETTE["blue"], PALETTE["orange"], PALETTE["vermillion"]), strict=True)
    )
    size = 11.0, 0.28 * len(rows) / len(_MODELS) + 2.0
    figure, axes = subplots(1, len(_MODELS), figsize=size, sharex=True, layout="constrained")
    for name, ax in zip(_MODELS, axes, strict=True):
        mine = [row for row in rows if row["X1, X2"] == name]
        for i, row in enumerate(mine):
            bar = {"color": colours[row["treatment"]], "solid_capstyle": "butt"}
            ax.plot([row["95 % low"], row["95 % high"]], [i, i], lw=3, alpha=0.35, **bar)
            ax.plot([row["68 % low"], row["68 % high"]], [i, i], lw=6, **bar)
            ax.plot(row["G_X / G_F"], i, "|", color="black", ms=10)
        labels = [f"{row['inputs']}: {row['treatment']}" for row in mine]
        ax.set_yticks(range(len(mine)), labels, fontsize=8)
        ax.invert_yaxis()
        ax.set(xscale="log", xlabel="$G_X/G_F$", title=name)
        ax.set_xlim(0.09, 3.5)
        ax.grid(axis="x", alpha=0.3)
    axes[-1].set_yticklabels([])
    figure.suptitle(
        "Coupling that explains KOTO's three events at $m_2$ = 430 MeV, $m_1$ = 0: middle, 68 % and 95 %"
    )
    return figure
