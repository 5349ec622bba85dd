"""Study ``relic``: couplings to a mediator that make X1 the dark matter, secluded or forbidden, and its lifetime.

arXiv:2005.07102, section V: 1 pb at m/T = 20; at a few points the Boltzmann equation beside it. The coupling to the
pi0 alone is too weak: its rate stands in the table of claims.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import scipy

from darkpair.chains.models.dark_matter import (
    coannihilation_ratio,
    fermion_sigma_v,
    largest_mass_gap,
    mediator_lifetime,
    p_wave_average,
    relic_quartic,
    relic_yukawa,
    scalar_sigma_v,
    thermal_average,
)
from darkpair.chains.models.inputs import Inputs
from darkpair.chains.models.relic_density import relic_density, relic_scale
from darkpair.export.files import subplots
from darkpair.scan.points import grid, scan
from darkpair.studies.line_styles import CURVE_STYLES
from darkpair.studies.outputs import Output, Picture, Run, Table

__all__ = ["study"]

#: Mass of the mediator over that of psi1, secluded.
_SECLUDED: Final = (0.1, 0.5, 0.9)

#: Masses of S1 [MeV] of the forbidden channel.
_FORBIDDEN: Final = (10.0, 30.0, 100.0, 300.0)

#: Squares of the mixing with the Higgs boson: arXiv:2005.07102, below eq. 72, names 1e-9 to 1e-8; and one below.
_MIXINGS: Final = (1e-10, 1e-9, 1e-8)

_MASS: Final = "m1 [MeV]"
_RATIO: Final = "m_phi / m1"
_GAP: Final = "m_phi / m1 - 1"
_EXACT: Final = "value of the observed Omega h^2"

#: Where the Boltzmann equation is solved: m1 [MeV], and m_phi over it.
_SOLVED: Final = (
    *grid(coupling=["y_phi"], m=[20.0, 100.0, 300.0], ratio=[0.5]),
    *grid(coupling=["lambda_phi"], m=[100.0], ratio=[1.1, 1.3, 1.5]),
)

#: m/T of the table of thermal averages, joined in the logarithms; beyond it nothing annihilates any more.
_TABLE: Final = np.geomspace(5.0, 500.0, 60)


def study(run: Run) -> Iterator[Output]:
    """Tables of couplings with the checks, and of lifetimes, and their picture; what was solved is kept."""
    (tables,) = scan(
        partial(_tables, run.inputs), [{"points": 6 if run.quick else 40}], folder=run.cache, workers=1
    )
    solved = scan(partial(_solved, run.inputs), _SOLVED, folder=run.cache, workers=1)
    yield Table(rows=tables["couplings"], more={"checks": tables["checks"], "solved": solved})
    yield Table(rows=tables["lifetimes"], name="relic_mediator")
    yield Picture(figure=_picture(tables["couplings"], tables["lifetimes"], solved))


def _tables(inputs: Inputs, point: Mapping[str, Any]) -> dict[str, Any]:
    """Couplings, lifetimes and checks, with that many points a curve."""
    points = point["points"]
    return {
        "couplings": [*_yukawas(points, inputs), *_quartics(points, inputs)],
        "lifetimes": _lifetimes(points, inputs),
        "checks": _checks(inputs),
    }


def _yukawas(points: int, inputs: Inputs) -> list[dict[str, Any]]:
    """Couplings of psi1 psi1-bar -> phi phi with a lighter mediator."""
    return [
        {
            "channel": "secluded, psi1 psi1 -> phi phi",
            "coupling": "y_phi",
            _MASS: float(m),
            _RATIO: ratio,
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
            _RATIO: float(1.0 + gap),
            "value": relic_quartic(1e-3 * m, 1e-3 * m * (1.0 + float(gap)), inputs),
        }
        for m in _FORBIDDEN
        for gap in np.linspace(0.02, 0.8, points)
    ]


def _solved(inputs: Inputs, point: Mapping[str, Any]) -> dict[str, Any]:
    """What a tabulated coupling leaves, and the one that leaves what is observed."""
    m, m_phi = 1e-3 * point["m"], 1e-3 * point["m"] * point["ratio"]
    fermion = point["coupling"] == "y_phi"
    average: Any
    if fermion:
        value = relic_yukawa(m, m_phi, inputs)
        average = partial(p_wave_average, fermion_sigma_v(1.0, y=value, m=m, m_phi=m_phi))
    else:
        value = relic_quartic(m, m_phi, inputs)
        rate = partial(scalar_sigma_v, coupling=value, m_phi=m_phi)
        at = [thermal_average(rate, m=m, m_final=m_phi, x=float(x)) for x in _TABLE]
        average = partial(_joined, scipy.interpolate.CubicSpline(np.log(_TABLE), np.log(at)))
    states, power = (2.0, 4.0) if fermion else (1.0, 2.0)  # the rate goes with that power of the coupling
    scale = relic_scale(average, m, states=states, conjugate=fermion)
    return {
        "coupling": point["coupling"],
        _MASS: point["m"],
        _RATIO: point["ratio"],
        "value": value,
        "Omega h^2": relic_density(average, m, states=states, conjugate=fermion),
        _EXACT: value * scale ** (1.0 / power),
    }


def _joined(law: Any, x: Any) -> Any:
    """Thermal average at m/T."""
    return np.where(x <= _TABLE[-1], np.exp(law(np.log(x))), 0.0)


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


def _picture(
    couplings: list[dict[str, Any]], lifetimes: list[dict[str, Any]], solved: list[dict[str, Any]]
) -> Any:
    figure, (left, middle, right) = subplots(1, 3, figsize=(13.0, 4.4), layout="constrained")
    lines, crosses = ([row for row in rows if row["coupling"] == "y_phi"] for rows in (couplings, solved))
    _curves(left, lines, (_MASS, "value"), (_RATIO, _SECLUDED), lambda r: rf"$m_\varphi$ = {r:g} $m_1$")
    label = f"Boltzmann equation, {crosses[0][_RATIO]:g} $m_1$"
    left.plot(*_points(crosses, _MASS, _EXACT), "x", color=CURVE_STYLES[1][0], label=label)
    left.set(xlabel="$m_1$ [MeV]", ylabel=r"$y_\varphi$", xscale="log", ylim=(1e-3, 1e-1))
    left.set_title(r"Secluded: $\psi_1\bar\psi_1\to\varphi\varphi$")
    lines, crosses = (
        [row | {_GAP: row[_RATIO] - 1.0} for row in rows if row["coupling"] == "lambda_phi"]
        for rows in (couplings, solved)
    )
    _curves(middle, lines, (_GAP, "value"), (_MASS, _FORBIDDEN), lambda m: f"$m_1$ = {m:g} MeV")
    label = f"Boltzmann equation, {crosses[0][_MASS]:g} MeV"
    middle.plot(*_points(crosses, _GAP, _EXACT), "x", color=CURVE_STYLES[2][0], label=label)
    middle.axhline(1.0, color="0.5", lw=0.8)
    middle.annotate(r"$\lambda_\varphi<1$", (0.82, 0.5), ha="right", va="top", fontsize="small")
    middle.axvline(0.6, color="0.5", lw=0.8, ls=":")
    middle.annotate("0.6 of the text", (0.6, 1e-4), rotation=90, va="center", ha="right", fontsize="small")
    middle.set(xlabel=r"$(m_\varphi-m_1)/m_1$", ylabel=r"$\lambda_\varphi$")
    middle.set_title(r"Forbidden: $S_1S_1\to\varphi\varphi$")
    columns = ("m_phi [MeV]", "lifetime [s]")
    powers = ("theta^2", _MIXINGS)
    _curves(right, lifetimes, columns, powers, lambda t: rf"$\theta^2$ = $10^{{{round(np.log10(t))}}}$")
    right.axhline(1.0, color="0.5", lw=0.8)
    right.annotate("before nucleosynthesis", (270.0, 0.6), ha="right", va="top", fontsize="small")
    right.set(xlabel=r"$m_\varphi$ [MeV]", ylabel=r"lifetime of $\varphi$ [s]")
    right.set_title(r"$\varphi\to e^+e^-,\mu^+\mu^-$")
    for ax in (left, middle, right):
        ax.set_yscale("log")
        ax.legend(frameon=False, fontsize="small")
    figure.suptitle(
        r"Couplings with $\langle\sigma v\rangle$ = 1 pb at $m/T$ = 20 (section V, lines), and with the observed "
        r"$\Omega h^2$ (crosses)"
    )
    return figure


def _curves(
    ax: Any,
    rows: list[dict[str, Any]],
    columns: tuple[str, str],
    of: tuple[str, Sequence[float]],
    label: Callable[[float], str],
) -> None:
    """Draw a curve of two columns for each value of a third."""
    column, values = of
    for value, (colour, _, line) in zip(values, CURVE_STYLES[: len(values)], strict=True):
        of_curve = [row for row in rows if row[column] == value]
        ax.plot(*_points(of_curve, *columns), color=colour, ls=line, label=label(value))


def _points(rows: Sequence[Mapping[str, Any]], *names: str) -> list[list[float]]:
    return [[row[name] for row in rows] for name in names]
