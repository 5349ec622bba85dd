"""pi0 of 8 GeV protons on beryllium, as the mean of pi+ and pi- by Sanford and Wang.

d²σ/(dp dΩ) = c1 p^c2 (1 - p/(pB - c9)) exp(-c3 p^c4/pB^c5 - c6 θ (p - c7 pB cos^c8 θ)), p the meson's momentum and pB the beam's
[GeV], θ its angle.  The numbers are those of MiniBooNE's beam (arXiv:0806.1449), fitted to HARP's and E910's pions of 6.4 to 12.3 GeV/c.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.kinematics import Array
from darkpair.gen.particles import particle
from darkpair.gen.sources import bmpt

__all__ = ["NAME", "TARGET", "cross_section", "grid", "multiplicity"]

#: Name of the parametrisation, and the target that it was fitted to.
NAME: Final = "sanford-wang"
TARGET: Final = "Be"


@dataclass(frozen=True)
class _Fit:
    """The constants c1 to c9, momenta in GeV and cross-sections in mb/(sr GeV)."""

    c1: float
    c2: float
    c3: float
    c4: float
    c5: float
    c6: float
    c7: float
    c8: float
    c9: float


# Read in github.com/pgdeniverville/BdNMC, data/sanfordwang_parameters.dat, and the same in a SIREN script, which names eq. 11.  BdNMC's
# eta is "K0" with numbers that this script has as those of K+ in another formula, Feynman scaling (table VIII): it is not here.
_PLUS: Final = _Fit(220.7, 1.080, 1.000, 1.978, 1.320, 5.572, 0.0868, 9.686, 1.0)
_MINUS: Final = _Fit(213.7, 0.9379, 5.454, 1.210, 1.284, 4.781, 0.07338, 8.329, 1.0)

#: Momenta of the beam for which it is taken [GeV]: those of the fit's data.
_RANGE: Final = (6.4, 12.3)

#: pi0 of each proton in the cards of that generator (parameter card of 8.9 GeV): what the multiplicity is held against.
_CARDS: Final = 0.9

_Y_NODES: Final = 121
_PT_NODES: Final = (*np.arange(0.0, 0.6, 0.02), *np.arange(0.6, 1.65, 0.05))  # GeV


def cross_section(p: Array, theta: Array, *, beam_momentum: float) -> Array:
    """d²σ/(dp dΩ) of pi0 [mb/(sr GeV)]; zero beyond the kinematic limit and behind the target.

    Parameters
    ----------
    p : ndarray, (n,) [GeV]
        Momentum of the meson.
    theta : ndarray, (n,) [rad]
        Its angle to the beam.
    beam_momentum : float [GeV]
        Of the proton.
    """
    out: Array = 0.5 * (_of(_PLUS, p, theta, beam_momentum) + _of(_MINUS, p, theta, beam_momentum))
    return out


def _of(fit: _Fit, p: Array, theta: Array, beam: float) -> Array:
    """The same of one charge."""
    inside = (p > 0.0) & (p < beam - fit.c9) & (theta < 0.5 * math.pi)
    p, theta = np.where(inside, p, 1.0), np.where(inside, theta, 0.0)
    power = -fit.c3 * p**fit.c4 / beam**fit.c5 - fit.c6 * theta * (
        p - fit.c7 * beam * np.cos(theta) ** fit.c8
    )
    return np.where(inside, fit.c1 * p**fit.c2 * (1.0 - p / (beam - fit.c9)) * np.exp(power), 0.0)


def grid(meson: str, *, beam_energy: float, target: str = TARGET) -> tuple[Array, Array, Array]:
    """Nodes in y and pT [GeV], and d²σ/(dy dpT) = 2 pi pT E/p² d²σ/(dp dΩ) there [mb/GeV].

    Raises
    ------
    InputError
        For a beam or a meson that the fit is not of.
    UnknownNameError
        For another target than beryllium.
    """
    proton = particle("p+").mass
    momentum = math.sqrt(max(beam_energy**2 - proton**2, 0.0))
    low, high = _RANGE
    if not low <= momentum <= high:
        given, least, most = apart(momentum, low, high, digits=4)
        raise InputError(
            f"sanford-wang for a beam of {given} GeV/c; allowed: {least} to {most} GeV/c (fitted there)"
        )
    if meson != "pi0":
        raise InputError(f"sanford-wang has no {meson}; allowed: pi0, the mean of pi+ and pi-")
    if target != TARGET:
        raise UnknownNameError("target of sanford-wang", target, (TARGET,))
    mass = particle(meson).mass
    y = np.linspace(0.0, math.acosh((momentum - 1.0) / mass), _Y_NODES)
    pt = np.array(_PT_NODES)
    at_y, at_pt = (a.ravel() for a in np.meshgrid(y, pt, indexing="ij"))
    transverse = np.sqrt(at_pt**2 + mass**2)
    along, energy = transverse * np.sinh(at_y), transverse * np.cosh(at_y)
    p = np.hypot(at_pt, along)
    values = cross_section(p, np.arctan2(at_pt, along), beam_momentum=momentum)
    with np.errstate(invalid="ignore", divide="ignore"):
        density = np.where(p > 0.0, 2.0 * math.pi * at_pt * energy / p**2 * values, 0.0)
    return y, pt, density.reshape(len(y), len(pt))


def multiplicity(y: Array, pt: Array, values: Array) -> tuple[float, float]:
    """Mesons per inelastic interaction of that grid [mb/GeV], and what it is off the generator's cards."""
    made = bmpt.multiplicity(y, pt, values, target=TARGET)
    return made, abs(made - _CARDS)
