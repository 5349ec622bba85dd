"""Study ``fig9``: branching ratios of X2 by the Z', scalars and fermions, with the masses of what it decays to.

arXiv:2005.07102, Fig. 9 and appendix B, which give neither m1 nor the current; both currents are here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from darkpair.chains.models import ZPrimeDirac, ZPrimeScalar
from darkpair.chains.models.inputs import Inputs
from darkpair.chains.models.zprime import ZPrime
from darkpair.export.files import subplots
from darkpair.gen.particles import particle
from darkpair.report.picture_style import PALETTE
from darkpair.studies.outputs import Output, Picture, Run, Table

__all__ = ["MODES", "branching_ratios", "study"]

#: Decays of X2 and how they are drawn. Neutrinos are the invisible part that X2 always has.
MODES: Final = {
    "X1 pi0": (r"$X_1\pi^0$", PALETTE["blue"]),
    "X1 nu nubar": (r"$X_1\nu\bar\nu$", PALETTE["vermillion"]),
    "X1 e+ e-": (r"$X_1e^+e^-$", PALETTE["green"]),
    "X1 mu+ mu-": (r"$X_1\mu^+\mu^-$", PALETTE["sky"]),
    "X1 pi+ pi-": (r"$X_1\pi^+\pi^-$", PALETTE["orange"]),
}

#: Name of the current -> how to build the model.
_CURRENTS: Final[dict[str, tuple[type[ZPrime], dict[str, Any]]]] = {
    "scalars": (ZPrimeScalar, {}),
    "fermions, axial": (ZPrimeDirac, {"c_V": 0.0, "c_A": 1.0}),
    "fermions, vector": (ZPrimeDirac, {"c_V": 1.0, "c_A": 0.0}),
}

#: Masses of X1 [MeV].
_LIGHT: Final = (0, 40, 100)


def study(run: Run) -> Iterator[Output]:
    """Table of branching ratios, of the inputs only the weak angle enters, and its picture."""
    step = 5.0 if run.quick else 1.0
    kaon = 1e3 * particle("K_L0").mass
    rows = [
        row
        for current in _CURRENTS
        for m1 in _LIGHT
        for row in _rows(current, float(m1), np.arange(m1 + step, kaon - m1, step), run.inputs)
    ]
    yield Table(rows=rows)
    yield Picture(figure=_picture(rows))


def branching_ratios(current: str, m1: Any, m2: Any, inputs: Inputs) -> dict[str, Any]:
    """Branching ratio of X2 into each of `MODES` [1].

    Parameters
    ----------
    current : {"scalars", "fermions, axial", "fermions, vector"}
    m1, m2 : float or ndarray [GeV]
    inputs : Inputs
    """
    kind, couplings = _CURRENTS[current]
    model = kind(m1=m1, m2=m2, G_X=inputs["G_F"], inputs=inputs, **couplings)
    return {mode: model.branching_ratio("X2", mode) for mode in MODES}


def _rows(current: str, m1: float, m2: Any, inputs: Inputs) -> list[dict[str, Any]]:
    ratios = branching_ratios(current, 1e-3 * m1, 1e-3 * m2, inputs)
    return [
        {"current": current, "m1 [MeV]": m1, "m2 [MeV]": float(heavy)}
        | {f"BR({mode})": float(values[i]) for mode, values in ratios.items()}
        for i, heavy in enumerate(m2)
    ]


def _picture(rows: list[dict[str, Any]]) -> Any:
    from matplotlib.lines import Line2D

    styles = dict(zip(_LIGHT, ("-", "--", ":"), strict=True))
    figure, axes = subplots(1, 3, figsize=(13.0, 4.6), sharey=True, layout="constrained")
    for current, ax in zip(_CURRENTS, axes, strict=True):
        for m1, style in styles.items():
            of_curve = [row for row in rows if row["current"] == current and row["m1 [MeV]"] == m1]
            mass = [row["m2 [MeV]"] for row in of_curve]
            for mode, (_, colour) in MODES.items():
                values = np.array([row[f"BR({mode})"] for row in of_curve])
                ax.plot(mass, np.where(values > 0.0, values, np.nan), style, color=colour)
        ax.set(title=f"$X_1X_2$: {current}", xlabel=r"$m_2$ [MeV]", yscale="log", ylim=(1e-4, 1.5))
        ax.set_xlim(0.0, 1e3 * particle("K_L0").mass)
        ax.axhline(0.1, color="0.5", lw=0.6)
    axes[0].set_ylabel("branching ratio of $X_2$")
    handles = [Line2D([], [], color=colour, label=label) for label, colour in MODES.values()]
    handles += [Line2D([], [], color="black", ls=ls, label=f"$m_1$ = {m1} MeV") for m1, ls in styles.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=8, frameon=False)
    figure.suptitle("Decays of $X_2$ by a $Z'$ that mixes with the $Z$; grey line: 10 %")
    return figure
