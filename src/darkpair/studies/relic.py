"""Study ``relic``: couplings to a mediator that give X1 the relic density, secluded or forbidden, and its lifetime.

arXiv:2005.07102, section V. The coupling to the pi0 alone is too weak: its rate stands in the table of claims.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np

from darkpair.chains.models.dark_matter import (
    coannihilation_ratio,
    largest_mass_gap,
    mediator_lifetime,
    relic_quartic,
    relic_yukawa,
)
from darkpair.chains.models.inputs import Inputs
from darkpair.studies.files import save_picture, write_rows

__all__ = ["run"]

#: Mass of the mediator over that of psi1, secluded.
_SECLUDED: Final = (0.1, 0.5, 0.9)

#: Masses of S1 [MeV] of the forbidden channel.
_FORBIDDEN: Final = (10.0, 30.0, 100.0, 300.0)

#: Squares of the mixing with the Higgs boson: arXiv:2005.07102, below eq. 72, names 1e-9 to 1e-8; and one below.
_MIXINGS: Final = (1e-10, 1e-9, 1e-8)

_MASS: Final = "m1 [MeV]"


def run(folder: Path, inputs: Inputs | None, *, quick: bool) -> list[Path]:
    """Paths of the tables of couplings, of lifetimes and of checks, and of their picture.

    Parameters
    ----------
    folder : Path
    inputs : Inputs, optional
        The preset "pdg" unless given.
    quick : bool
        Fewer masses.
    """
    used = Inputs() if inputs is None else inputs
    points = 6 if quick else 40
    couplings = [*_yukawas(points, used), *_quartics(points, used)]
    lifetimes = _lifetimes(points, used)
    checks = _checks(used)
    told = {"inputs": used}
    return [
        *write_rows(folder, "relic", couplings, told, checks=checks),
        *write_rows(folder, "relic_mediator", lifetimes, told),
        *save_picture(_picture(couplings, lifetimes), folder, "relic"),
    ]


def _yukawas(points: int, inputs: Inputs) -> list[dict[str, Any]]:
    """Couplings of psi1 psi1-bar -> phi phi with a lighter mediator."""
    return [
        {
            "channel": "secluded, psi1 psi1 -> phi phi",
            "coupling": "y_phi",
            _MASS: float(m),
            "m_phi / m1": ratio,
            "value": relic_yukawa(1e-3 * float(m), 1e-3 * float(m) * ratio, inputs),
        }
        for ratio in _SECLUDED
        for m in np.geomspace(5.0, 500.0, points)
    ]


def _quartics(points: int, inputs: Inputs) -> list[dict[str, Any]]:
    """Couplings of S1 S1 -> phi phi with a heavier mediator."""
    return [
        {
            "channel": "forbidden, S1 S1 -> phi phi",
            "coupling": "lambda_phi",
            _MASS: m,
            "m_phi / m1": float(1.0 + gap),
            "value": relic_quartic(1e-3 * m, 1e-3 * m * (1.0 + float(gap)), inputs),
        }
        for m in _FORBIDDEN
        for gap in np.linspace(0.02, 0.8, points)
    ]


def _lifetimes(points: int, inputs: Inputs) -> list[dict[str, Any]]:
    """Lifetimes of the mediator by its mixing, below two pions."""
    return [
        {
            "theta^2": square,
            "m_phi [MeV]": float(m),
            "lifetime [s]": float(mediator_lifetime(1e-3 * m, np.sqrt(square), inputs)),
        }
        for square in _MIXINGS
        for m in np.linspace(5.0, 275.0, 4 * points)
    ]


def _checks(inputs: Inputs) -> dict[str, Any]:
    """What section V says in words."""
    gaps = {f"{m:g} MeV": largest_mass_gap(1e-3 * m, inputs) for m in _FORBIDDEN}
    pair = coannihilation_ratio(0.1, 0.4, inputs["G_F"], inputs)
    return {
        "largest (m_phi - m1) / m1 with lambda_phi below 1": gaps,
        "rate of X1 X2 by the contact coupling over the needed one, (400, 100) MeV and G_X = G_F": pair,
    }


def _picture(couplings: list[dict[str, Any]], lifetimes: list[dict[str, Any]]) -> Any:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(13.0, 4.4), layout="constrained")
    for ratio in _SECLUDED:
        chosen = [r for r in couplings if r["coupling"] == "y_phi" and r["m_phi / m1"] == ratio]
        left.loglog(
            [r[_MASS] for r in chosen], [r["value"] for r in chosen], label=rf"$m_\varphi$ = {ratio:g} $m_1$"
        )
    left.set(xlabel="$m_1$ [MeV]", ylabel=r"$y_\varphi$ that gives the relic density")
    left.set_ylim(1e-3, 1e-1)
    left.set_title(r"Secluded: $\psi_1\bar\psi_1\to\varphi\varphi$")
    for m in _FORBIDDEN:
        chosen = [r for r in couplings if r["coupling"] == "lambda_phi" and r[_MASS] == m]
        middle.semilogy(
            [r["m_phi / m1"] - 1.0 for r in chosen],
            [r["value"] for r in chosen],
            label=f"$m_1$ = {m:g} MeV",
        )
    middle.axhline(1.0, color="grey", lw=0.8)
    middle.axvline(0.6, color="grey", lw=0.8, ls=":")
    middle.annotate("0.6 of the text", (0.6, 1e-4), rotation=90, va="center", ha="right", fontsize="small")
    middle.set(xlabel=r"$(m_\varphi-m_1)/m_1$", ylabel=r"$\lambda_\varphi$ that gives the relic density")
    middle.set_title(r"Forbidden: $S_1S_1\to\varphi\varphi$")
    for square in _MIXINGS:
        chosen = [r for r in lifetimes if r["theta^2"] == square]
        right.semilogy(
            [r["m_phi [MeV]"] for r in chosen],
            [r["lifetime [s]"] for r in chosen],
            label=rf"$\theta^2$ = $10^{{{round(np.log10(square))}}}$",
        )
    right.axhline(1.0, color="grey", lw=0.8)
    right.annotate("before nucleosynthesis", (270.0, 0.6), ha="right", va="top", fontsize="small")
    right.set(
        xlabel=r"$m_\varphi$ [MeV]",
        ylabel=r"lifetime of $\varphi$ [s]",
        title=r"$\varphi\to e^+e^-,\mu^+\mu^-$",
    )
    for ax in (left, middle, right):
        ax.legend(frameon=False, fontsize="small")
    figure.suptitle("Couplings of a mediator that make $X_1$ the dark matter (section V)")
    return figure
