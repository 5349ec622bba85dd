"""Study ``koto-band``: the coupling that explains three events at (430, 0) MeV, and how each assumption moves it.

The arithmetic behind Fig. 3 of arXiv:2005.07102, for each table of inputs: prompt with every X2 -> X1 pi0, with the
model's own branching ratio, with eq. 66, and with the efficiency at the lifetime itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from darkpair.chains.models import ZPrimeMajorana, ZPrimeScalar
from darkpair.chains.models.inputs import PRESETS, Inputs
from darkpair.chains.models.zprime import ZPrime
from darkpair.detectors.koto_results import koto_decay_probability
from darkpair.export.files import save_picture, write_rows
from darkpair.limits.ranges import coupling_at
from darkpair.limits.samples import efficiency_curves
from darkpair.scan.acceptance import Acceptance
from darkpair.scan.points import grid, scan
from darkpair.searches.koto import KotoBand
from darkpair.studies.options import Events

__all__ = ["bands", "run"]

#: (m1, m2) [GeV].
_POINT: Final = (0.0, 0.430)

_MODELS: Final[dict[str, type[ZPrime]]] = {"scalars": ZPrimeScalar, "Majorana fermions": ZPrimeMajorana}


def run(folder: Path, inputs: Inputs | None, *, quick: bool, events: Events = None) -> list[Path]:
    """Paths of the table of couplings and of its picture.

    Parameters
    ----------
    folder : Path
        With the cache of samples in ``cache``.
    inputs : Inputs, optional
        One table; every preset unless given.
    quick : bool
        A fifth of the events.
    events : int, optional
        Of the sample; 5 000 000 unless given.
    """
    n = events or (1_000_000 if quick else 5_000_000)
    cache = folder / "cache"
    (curve,) = efficiency_curves([_POINT], events=n, folder=cache)
    tables = [Inputs(preset) for preset in PRESETS] if inputs is None else [inputs]
    rows = bands(curve, tables, folder=cache)
    told = {"inputs": tables, "events": n, "selection": "2016-18", "efficiency ratio": curve}
    return [
        *write_rows(folder, "koto-band", rows, told, flight=_flight(curve)),
        *save_picture(_picture(rows), folder, "koto-band"),
    ]


def bands(curve: Acceptance, tables: list[Inputs], *, folder: Path | None = None) -> list[dict[str, Any]]:
    """Couplings at the ends and the middle of the band, for each model, table of inputs and treatment.

    Parameters
    ----------
    curve : Acceptance
        At (430, 0) MeV.
    tables : list of Inputs
    folder : Path, optional
        The cache.
    """
    found = {
        table.preset: scan(
            partial(_row, curve, table),
            grid(model=_MODELS, treatment=_treatments(curve)),
            folder=folder,
            workers=1,
        )
        for table in tables
    }
    return [row for name in _MODELS for rows in found.values() for row in rows if row["X1, X2"] == name]


def _flight(curve: Acceptance, ctau: float = 300.0) -> list[dict[str, Any]]:
    """Efficiency ratios: prompt, that times the probability of eq. 66, and of the whole simulation at a c tau [mm]."""
    inside = float(koto_decay_probability(_POINT[1], ctau))
    prompt, error = curve.at_prompt, curve.error[0]
    there = float(np.interp(np.log(ctau), np.log(curve.ctau), curve.error))
    return [
        {"treatment": "prompt", "c tau [mm]": 0.0, "ratio": prompt, "ratio error": error},
        {"treatment": "eq. 66", "c tau [mm]": ctau, "ratio": prompt * inside, "ratio error": error * inside},
        {
            "treatment": "at its lifetime",
            "c tau [mm]": ctau,
            "ratio": float(curve.at(ctau)),
            "ratio error": there,
        },
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


def _picture(rows: list[dict[str, Any]]) -> Any:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    colours = dict(
        zip(dict.fromkeys(row["treatment"] for row in rows), ("C7", "C0", "C1", "C3"), strict=True)
    )
    figure, axes = plt.subplots(
        1,
        len(_MODELS),
        figsize=(11.0, 0.28 * len(rows) / len(_MODELS) + 2.0),
        sharex=True,
        layout="constrained",
    )
    for name, ax in zip(_MODELS, axes, strict=True):
        chosen = [row for row in rows if row["X1, X2"] == name]
        for i, row in enumerate(chosen):
            colour, x = colours[row["treatment"]], row["G_X / G_F"]
            ax.plot(
                [row["95 % low"], row["95 % high"]],
                [i, i],
                color=colour,
                lw=3,
                alpha=0.35,
                solid_capstyle="butt",
            )
            ax.plot([row["68 % low"], row["68 % high"]], [i, i], color=colour, lw=6, solid_capstyle="butt")
            ax.plot(x, i, "|", color="black", ms=10)
        ax.set_yticks(
            range(len(chosen)), [f"{row['inputs']}: {row['treatment']}" for row in chosen], fontsize=8
        )
        ax.invert_yaxis()
        ax.set(xscale="log", xlabel="$G_X/G_F$", title=name)
        ax.set_xlim(0.09, 3.5)
        ax.grid(axis="x", alpha=0.3)
    axes[-1].set_yticklabels([])
    figure.suptitle(
        "Coupling that explains KOTO's three events at $m_2$ = 430 MeV, $m_1$ = 0: middle, 68 % and 95 %"
    )
    return figure
