"""Meson production by the BMPT parametrisation of protons on beryllium.

E d³σ/dp³ = A (1 - x)^alpha (1 + B x) x^-beta (1 + a' pT + b' pT²) exp(-a' pT), a' = a/x^gamma, b' = a²/(2 x^delta),
with x the meson's energy in the centre of mass over the greatest possible.  Bonesini, Marchionni, Pietropaolo,
Tabarelli de Fatis, Eur. Phys. J. C 20 (2001) 13, hep-ph/0101163; fitted to 400 and 450 GeV, momenta from 7 to
135 GeV and pT below 0.6 GeV.  Elsewhere it is an extrapolation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from darkpair.gen.compiled.columnwise import columnwise
from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.particles import particle

__all__ = ["TARGETS", "grid", "invariant_cross_section", "multiplicity", "radial_x", "rapidity_of_centre"]


@dataclass(frozen=True)
class _Fit:
    """Numbers of the positive meson [mb/GeV²], and of its ratio r to the negative one."""

    norm: float
    linear: float
    alpha: float
    beta: float
    slope: float
    gamma: float
    delta: float
    r0: float
    r1: float


# Read in the BdNMC code (BMPT_dist.cpp), which quotes the publication.
_PION: Final = _Fit(62.3, 1.57, 3.45, 0.517, 6.10, 0.153, 0.478, 1.05, 2.65)
_KAON: Final = _Fit(7.74, 0.0, 2.45, 0.444, 5.04, 0.121, 2.0 * 0.121, 1.15, -3.17)

# Least mass of what recoils: two nucleons [GeV]; for kaons as well, as in the BdNMC code.
_RECOIL: Final = 1.88

#: Targets by mass number; the standard atomic weights (CIAAW).
TARGETS: Final = {"Be": 9.012, "C": 12.011, "Fe": 55.845, "Cu": 63.546, "Mo": 95.95, "W": 183.84}

# Nuclear interaction length of beryllium, 77.8 g/cm² (Particle Data Group, atomic and nuclear properties; from
# memory): sigma = A/(N_A lambda), with N_A = 6.022e23 and 1 mb = 1e-27 cm².
_SIGMA_BE: Final = 9.012 / (6.022e23 * 77.8) * 1e27

# eta and eta' over pi0 at one transverse mass: 0.48 and 0.25, from high pT at RHIC (from memory).  They enter the
# parametrisation's own multiplicity, never the shape.
_MT_RATIO: Final = {"eta": 0.48, "eta'": 0.25}

# Least energy of the beam [GeV]: the fits are of 400 and 450 GeV, and this far below they are stretched.
_LEAST: Final = 20.0

_PT_OF_POWER: Final = 1.0  # GeV; above, the power of the mass number stays: it would pass 1 at 1.3 GeV

_Y_STEP: Final = 0.06
_PT_NODES: Final = (*np.arange(0.0, 1.0, 0.025), *np.arange(1.0, 4.05, 0.1))  # GeV


def rapidity_of_centre(beam_energy: float) -> float:
    """Rapidity in the laboratory of the centre of mass of a proton [GeV] and a proton at rest."""
    proton = particle("p+").mass
    return math.atanh(math.sqrt(beam_energy**2 - proton**2) / (beam_energy + proton))


def radial_x(y: Array, pt: Array, mass: float, beam_energy: float) -> Array:
    """Energy in the centre of mass over its greatest possible value, for a meson of that mass [GeV]."""
    proton = particle("p+").mass
    s = 2.0 * proton * (proton + beam_energy)
    most = (s + mass**2 - _RECOIL**2) / (2.0 * math.sqrt(s))
    out: Array = _over(pt, np.cosh(y - rapidity_of_centre(beam_energy)), mass, most)
    return out


@columnwise
def _over(pt: Real, cosh_y: Real, mass: float, most: float) -> Real:
    """Energy of a transverse momentum and the hyperbolic cosine of a rapidity, over the greatest possible [GeV]."""
    return np.sqrt(pt * pt + mass * mass) * cosh_y / most


def invariant_cross_section(
    meson: str, y: Array, pt: Array, *, beam_energy: float, target: str = "Be"
) -> Array:
    """E d³σ/dp³ [mb/GeV²]; zero beyond the kinematic limit.

    pi0 is the mean of pi+ and pi-.  eta and eta' are the pi0's at the same transverse mass, pT² -> pT² + m² -
    m_pi0², times a constant ratio, with the meson's own x: the usual transverse-mass scaling, an assumption (the
    BdNMC code gives an eta the momentum vector of a pi0 instead).  K_L is (K+ + 3 K-)/4, which counts valence
    quarks, as in the BdNMC code.  K+/K- is r0 (1 - x)^r1, which rises with x as it must, as in another public
    code (aditya-marathe/msci-project, BMPTFlux.py); BdNMC has (1 + x)^r1, which falls.  Other targets go as A to the power
    (.74 - .55 xF + .26 xF²)(.98 + .21 pT²), as in BMPTFlux.py and from memory; BdNMC has pT for pT² (7 % of the
    yield from copper at .4 GeV).  Beryllium, to which all was fitted, does not depend on it.

    Parameters
    ----------
    meson : str
        Name of the meson.
    y : ndarray, (n,)
        Rapidity in the laboratory.
    pt : ndarray, (n,) [GeV]
        Transverse momentum.
    beam_energy : float [GeV]
        Energy of the proton.
    target : str
        Element of the target, one of `TARGETS`.
    """
    mass = particle(meson).mass
    x = radial_x(y, pt, mass, beam_energy)
    inside = x < 1.0
    x = np.where(inside, x, 0.5)  # the value there is thrown away
    if meson in ("pi0", "eta", "eta'"):
        shifted = np.sqrt(pt * pt + max(mass**2 - particle("pi0").mass ** 2, 0.0))
        ratio = _PION.r0 * (1.0 + x) ** _PION.r1
        value = _positive(_PION, x, shifted) * 0.5 * (1.0 + 1.0 / ratio) * _MT_RATIO.get(meson, 1.0)
    else:
        ratio = _KAON.r0 * (1.0 - x) ** _KAON.r1
        parts: dict[str, Real] = {"K+": 1.0, "K-": 1.0 / ratio, "K_L0": 0.25 * (1.0 + 3.0 / ratio)}
        value = _positive(_KAON, x, pt) * parts[meson]
    feynman = np.clip(_feynman_x(y, pt, mass, beam_energy), -1.0, 1.0)
    power = (0.74 - 0.55 * feynman + 0.26 * feynman**2) * (0.98 + 0.21 * np.minimum(pt, _PT_OF_POWER) ** 2)
    return np.where(inside, value * (_mass_number(target) / TARGETS["Be"]) ** power, 0.0)


def grid(meson: str, *, beam_energy: float, target: str = "Be") -> tuple[Array, Array, Array]:
    """Nodes in y and pT [GeV], and d²σ/(dy dpT) = 2 pi pT E d³σ/dp³ there [mb/GeV].

    Raises
    ------
    InputError
        For a beam below 20 GeV.
    UnknownNameError
        For a target that is not in `TARGETS`.
    """
    if not _LEAST <= beam_energy < math.inf:
        given, least = apart(beam_energy, _LEAST)
        raise InputError(
            f"BMPT for a beam of {given} GeV; allowed: {least} GeV or more (fitted at 400 and 450)"
        )
    proton = particle("p+").mass
    root_s = math.sqrt(2.0 * proton * (proton + beam_energy))
    reach = math.acosh(root_s / (2.0 * particle(meson).mass))
    centre = rapidity_of_centre(beam_energy)
    cells = math.ceil(2.0 * reach / _Y_STEP)
    y = np.linspace(centre - reach, centre + reach, cells + 1)
    pt = np.array([node for node in _PT_NODES if node < 0.5 * root_s])
    at_y, at_pt = (a.ravel() for a in np.meshgrid(y, pt, indexing="ij"))
    values = invariant_cross_section(meson, at_y, at_pt, beam_energy=beam_energy, target=target)
    return y, pt, (2.0 * math.pi * at_pt * values).reshape(len(y), len(pt))


def multiplicity(y: Array, pt: Array, values: Array, *, target: str) -> float:
    """Mesons per inelastic interaction of that grid [mb/GeV]; the cross-section goes as A^0.71 from beryllium's."""
    sigma = _SIGMA_BE * (_mass_number(target) / TARGETS["Be"]) ** 0.71
    return float(np.trapezoid(np.trapezoid(values, pt, axis=1), y) / sigma)


def _positive(fit: _Fit, x: Array, pt: Array) -> Array:
    a = fit.slope / x**fit.gamma
    b = 0.5 * fit.slope**2 / x**fit.delta
    shape = fit.norm * (1.0 - x) ** fit.alpha * (1.0 + fit.linear * x) * x**-fit.beta
    out: Array = shape * (1.0 + a * pt + b * pt * pt) * np.exp(-a * pt)
    return out


def _feynman_x(y: Array, pt: Array, mass: float, beam_energy: float) -> Array:
    """Longitudinal momentum in the centre of mass over half of sqrt(s)."""
    proton = particle("p+").mass
    root_s = math.sqrt(2.0 * proton * (proton + beam_energy))
    along = np.sqrt(pt * pt + mass * mass) * np.sinh(y - rapidity_of_centre(beam_energy))
    out: Array = 2.0 * along / root_s
    return out


def _mass_number(target: str) -> float:
    if target not in TARGETS:
        raise UnknownNameError("target of bmpt", target, TARGETS)
    return TARGETS[target]
