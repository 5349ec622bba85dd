"""Decays of the Standard Model: rates of lepton pairs over two photons, K_l3, their form factors, lifetimes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from typing import Any, Final

import numpy as np
from scipy.constants import fine_structure

from darkpair.chains.form_factors import DISPERSIVE_PI, DispersiveForm
from darkpair.chains.standard_model import known_laws
from darkpair.chains.widths import momentum
from darkpair.gen.particles import particle
from darkpair.studies.experiments.validation.row import Ours, Published, Row, Size

__all__ = ["ROWS"]

_THEME: Final = "decays of the Standard Model"
_row = partial(Row, theme=_THEME)
_PDG: Final = "Particle Data Group 2022"
_PDG_FLAVIO: Final = "Particle Data Group 2022, as in flavio (github.com/flav-io/flavio)"
_MEASUREMENTS: Final = "flavio/data/measurements.yml, PDG 2022"

#: Mode, branching ratio and its error, that of two photons.
_PAIRS: Final = (
    ("pi0 -> gamma e+ e-", 1.174e-2, 0.035e-2, 0.98823),
    ("eta -> gamma e+ e-", 6.9e-3, 0.4e-3, 0.3936),
    ("eta -> gamma mu+ mu-", 3.1e-4, 0.4e-4, 0.3936),
    ("eta' -> gamma e+ e-", 4.91e-4, 0.27e-4, 0.02307),
    ("eta' -> gamma mu+ mu-", 1.13e-4, 0.28e-4, 0.02307),
)

#: Phase-space integrals with dispersive form factors.
_INTEGRALS: Final = (
    ("K_L0 -> pi- e+ nu_e", "0.15476", 0.00018),
    ("K_L0 -> pi- mu+ nu_mu", "0.10253", 0.00016),
    ("K+ -> pi0 e+ nu_e", "0.15922", 0.00018),
    ("K+ -> pi0 mu+ nu_mu", "0.10559", 0.00017),
)

#: Muons over electrons: the two branching ratios with their errors.
_RATIOS: Final = (
    ("K_L", "K_L0 -> pi- mu+ nu_mu", "K_L0 -> pi- e+ nu_e", (27.04, 0.07), (40.55, 0.11), _PDG_FLAVIO, _MEASUREMENTS),
    ("K+", "K+ -> pi0 mu+ nu_mu", "K+ -> pi0 e+ nu_e", (3.352, 0.033), (5.07, 0.04), _PDG_FLAVIO, _MEASUREMENTS),
    (
        "K_S",
        "K_S0 -> pi- mu+ nu_mu",
        "K_S0 -> pi- e+ nu_e",
        (4.56, 0.20),
        (7.153, 0.057),
        "KLOE-2, arXiv:1912.05990 and arXiv:2208.04872, as in flavio (github.com/flav-io/flavio)",
        "flavio/data/measurements.yml, KLOE-2 2019 and 2022",
    ),
)  # fmt: skip

#: Errors of the form factors of K -> pi: slope of f+ and logarithm of C, arXiv:1602.04113 (read in flavio).
_FORM_ERRORS: Final = {"slope": 1.16e-3, "ln_c": 0.0138}

_COSINE, _WEIGHT = np.polynomial.legendre.leggauss(48)
_NODE, _SHARE = np.polynomial.legendre.leggauss(300)


@cache
def _element(name: str) -> Any:
    """Squared matrix element of a decay that has one."""
    law = next(law for law in known_laws() if law.decay == name)
    parent, daughters = law.particles
    return law.matrix_element(parent.mass, [p.mass for p in daughters])


def _integral(element: Any) -> float:
    """Of |M|² p k dq dcos over the phase space: a width but for factors of the parent's mass.

    Nodes are even in the logarithm of q, because a photon's propagator has most of the pairs close to threshold.
    """
    mass, (m0, m1, m2) = element.mass, element.masses
    low, high = m1 + m2, mass - m0
    turn = 0.25 * math.pi * (1.0 + _NODE)
    q = low * (high / low) ** (np.sin(turn) ** 2)
    dq = q * math.log(high / low) * 0.25 * math.pi * np.sin(2.0 * turn) * _SHARE
    at_q, cosine = np.meshgrid(q, _COSINE, indexing="ij")
    flux = dq * momentum(mass, m0, q) * momentum(q, m1, m2)
    return float(np.einsum("q,qc,c", flux, element(np.square(at_q), cosine), _WEIGHT))


def _over_two_photons(size: Size, *, name: str) -> Ours:  # noqa: ARG001 (an integral)
    """Gamma(P -> gamma l+ l-) / Gamma(P -> gamma gamma), without radiative corrections."""
    element = _element(name)
    return Ours(value=2.0 * fine_structure / math.pi * _integral(element) / element.mass**5)


def _kroll_wada(size: Size) -> Ours:  # noqa: ARG001 (an integral)
    element = replace(_element("pi0 -> gamma e+ e-"), slope=0.0)
    return Ours(value=2.0 * fine_structure / math.pi * _integral(element) / element.mass**5)


def _with_form(value: Callable[[DispersiveForm], float]) -> Ours:
    """A number of K_l3 with the error of the form factors."""
    middle = value(DISPERSIVE_PI)
    moved = [
        value(replace(DISPERSIVE_PI, **{name: getattr(DISPERSIVE_PI, name) + error}))
        for name, error in _FORM_ERRORS.items()
    ]
    return Ours(value=middle, inputs=math.hypot(*(shifted - middle for shifted in moved)))


def _phase_space(size: Size, *, name: str) -> Ours:  # noqa: ARG001 (an integral)
    """Dimensionless phase-space integral of K_l3."""
    element = _element(name)
    norm = 6.0 / element.mass**7 / DISPERSIVE_PI.f_at_zero**2
    return _with_form(lambda form: norm * _integral(replace(element, form=form)))


def _muons(size: Size, *, muon: str, electron: str) -> Ours:  # noqa: ARG001 (an integral)
    above, below = _element(muon), _element(electron)
    return _with_form(
        lambda form: _integral(replace(above, form=form)) / _integral(replace(below, form=form))
    )


def _short(size: Size) -> Ours:  # noqa: ARG001 (exact)
    """BR(K_S -> pi e nu) from that of the K_L: equal widths, two lifetimes."""
    ratio = particle("K_S0").ctau / particle("K_L0").ctau
    return Ours(value=40.55e-2 * ratio, inputs=0.11e-2 * ratio)


def _slope(size: Size, *, which: str, order: int) -> Ours:  # noqa: ARG001 (exact)
    """Derivative of f+ or f0 by t = q²/m_pi² at 0, over f(0), in 1e-3."""
    unit, step = particle("pi+").mass ** 2, 1e-3

    def derivative(form: DispersiveForm) -> float:
        function = form.plus if which == "plus" else form.zero
        down, middle, up = (float(function(k * step * unit)) for k in (-1.0, 0.0, 1.0))
        value = (up - down) / (2.0 * step) if order == 1 else (up - 2.0 * middle + down) / step**2
        return 1e3 * value / form.f_at_zero

    return _with_form(derivative)


def _pair_rows() -> list[Row]:
    rows = [
        _row(
            key=f"pair-{name.split()[0]}-{'mu' if 'mu' in name else 'e'}",
            quantity=f"rate of {name} over two photons",
            published=Published(
                text=f"{value / photons:.4g}",
                error=error / photons,
                source=f"{_PDG}: {value:g} over {photons:g}",
                place="meson summary tables",
                confidence="memory",
            ),
            ours=partial(_over_two_photons, name=name),
            why="without radiative corrections",
        )
        for name, value, error, photons in _PAIRS
    ]
    rows.append(
        _row(
            key="pair-pi0-kroll-wada",
            quantity="rate of pi0 -> gamma e+ e- over two photons without a form factor",
            published=Published(
                text="0.01185",
                source="N. M. Kroll and W. Wada, Phys. Rev. 98 (1955) 1355",
                place="text",
                confidence="memory",
            ),
            ours=_kroll_wada,
        )
    )
    return rows


def _semileptonic_rows() -> list[Row]:
    rows = [
        _row(
            key=f"kl3-integral-{name.split()[0]}-{'mu' if 'mu' in name else 'e'}",
            quantity=f"phase-space integral of {name}, dispersive form factors",
            published=Published(
                text=text, error=error, source="arXiv:1005.2323", place="table 3", confidence="memory"
            ),
            ours=partial(_phase_space, name=name),
            why="their slope of f+ is an older one; ours is that of arXiv:1602.04113",
        )
        for name, text, error in _INTEGRALS
    ]
    rows += [
        _row(
            key=f"kl3-muons-{kaon}",
            quantity=f"rate of {muon} over {electron}",
            published=Published(
                text=f"{mu / e:.4f}", error=mu / e * math.hypot(mu_error / mu, e_error / e), source=source, place=place, confidence="derived"
            ),
            ours=partial(_muons, muon=muon, electron=electron),
            why="without radiative corrections",
        )
        for kaon, muon, electron, (mu, mu_error), (e, e_error), source, place in _RATIOS
    ]  # fmt: skip
    rows.append(
        _row(
            key="kl3-short",
            quantity="BR(K_S -> pi e nu) from that of the K_L and both lifetimes",
            published=Published(
                text="7.153e-4",
                error=0.057e-4,
                source="KLOE-2, arXiv:2208.04872, as in flavio (github.com/flav-io/flavio)",
                place="flavio/data/measurements.yml, KLOE-2 KS->pienu 2022",
            ),
            ours=_short,
        )
    )
    rows += [
        _row(
            key=f"kl3-slope-{which}-{order}",
            quantity=f"{'slope' if order == 1 else 'curvature'} of f{'+' if which == 'plus' else '0'} of K -> pi in q2/m_pi^2",
            unit="1e-3",
            published=Published(text=text, error=error, source=_PDG, place="form factors of K_l3", confidence="memory"),
            ours=partial(_slope, which=which, order=order),
        )
        for which, order, text, error in (("plus", 1, "24.9", 1.1), ("plus", 2, "1.6", 0.5), ("zero", 1, "13.4", 1.2))
    ]  # fmt: skip
    return rows


ROWS: Final = (*_pair_rows(), *_semileptonic_rows())
