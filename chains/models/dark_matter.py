"""X1 as dark matter: annihilation into a mediator, its thermal average, and the couplings that fit the relic."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import scipy

from darkpair.chains.models.electroweak import fermion_couplings, higgs_vev
from darkpair.chains.widths import two_body_width
from darkpair.gen.constants import C_MM_PER_NS, HBAR_C, HBAR_GEV_S
from darkpair.gen.errors import InputError
from darkpair.gen.particles import particle
from darkpair.gen.quadrature import legendre

if TYPE_CHECKING:
    from collections.abc import Callable

    from darkpair.chains.models.inputs import Inputs
    from darkpair.gen.kinematics import Array, Real

__all__ = [
    "PICOBARN",
    "coannihilation_ratio",
    "energy_injection",
    "fermion_sigma_v",
    "largest_mass_gap",
    "mediator_lifetime",
    "mediator_width",
    "p_wave_average",
    "relic_quartic",
    "relic_yukawa",
    "scalar_sigma_v",
    "thermal_average",
    "velocity_average",
]

#: One picobarn in natural units [GeV^-2]: 1 pb = 1e-10 mm^2 * 1e-24; exact.
PICOBARN: Final = 1e-34 / HBAR_C**2

#: Nodes and weights for averages over v^2 exp(-x v^2 / 4), by u = x v^2 / 4 with sqrt(u) exp(-u).
_U, _WU = scipy.special.roots_genlaguerre(48, 0.5)


def fermion_sigma_v(v_rel: Real, *, y: Real, m: Real, m_phi: Real) -> Array:
    """Annihilation rate sigma v_rel of psi psi-bar -> phi phi at leading order in velocity [GeV^-2].

    Parameters
    ----------
    v_rel : float or ndarray
        Relative velocity [1].
    y, m, m_phi : float or ndarray [1], [GeV], [GeV]
        Yukawa coupling, masses of psi and phi.

    Notes
    -----
    arXiv:2005.07102, eq. 73, prints sigma times the velocity of one particle in the centre-of-mass frame,
    v_rel / 2; here sigma v_rel = v_rel^2 3 y^4 / (128 pi m^2) F(m_phi^2 / m^2). Exactly zero for m_phi >= m.
    """
    x = np.square(np.asarray(m_phi, dtype=np.float64) / m)
    safe = np.where(x < 1.0, x, 0.0)
    shape = (1.0 - 0.5 * safe) ** -4 * (1.0 - 8.0 / 9.0 * safe + 2.0 / 9.0 * safe**2) * np.sqrt(1.0 - safe)
    rate = np.square(v_rel) * 3.0 * np.asarray(y) ** 4 / (128.0 * math.pi * np.square(m)) * shape
    return np.asarray(np.where(x < 1.0, rate, 0.0))


def scalar_sigma_v(energy: Real, *, coupling: Real, m_phi: Real) -> Array:
    """Annihilation rate sigma v_rel of S S -> phi phi in the centre-of-mass frame [GeV^-2].

    Parameters
    ----------
    energy : float or ndarray [GeV]
        Energy of one S.
    coupling : float or ndarray
        lambda of L = lambda S^2 phi^2 (eq. 71), whose amplitude is 4 lambda.
    m_phi : float or ndarray [GeV]
        Mass of phi.

    Notes
    -----
    lambda^2 / (4 pi E^2) sqrt(1 - m_phi^2 / E^2), 8 times arXiv:2005.07102, eq. 74, whose number belongs to
    (lambda/2) S^2 phi^2 and to the velocity of one particle. Exactly zero below threshold.
    """
    beta2 = np.maximum(1.0 - np.square(np.asarray(m_phi, dtype=np.float64) / energy), 0.0)
    return np.asarray(np.square(coupling) / (4.0 * math.pi * np.square(energy)) * np.sqrt(beta2))


def velocity_average(sigma_v: Callable[[Array], Array], x: float) -> float:
    """Average of sigma v_rel over non-relativistic Maxwell-Boltzmann velocities [GeV^-2].

    Parameters
    ----------
    sigma_v : callable
        Function of relative velocities [1] that gives sigma v_rel [GeV^-2].
    x : float
        Mass over temperature [1].
    """
    speed = np.sqrt(4.0 * _U / x)
    return float(np.sum(_WU * sigma_v(speed)) / np.sum(_WU))


def p_wave_average(coefficient: Real, x: Real) -> Array:
    """Thermal average of sigma v_rel = b v_rel^2 in closed form, 6 b / x [GeV^-2]."""
    return np.asarray(6.0 * np.asarray(coefficient) / x)


def thermal_average(sigma_v: Callable[[Array], Array], *, m: float, m_final: float, x: float) -> float:
    """Relativistic thermal average of sigma v_rel of equal masses m [GeV^-2].

    Parameters
    ----------
    sigma_v : callable
        Function of centre-of-mass energies of one particle [GeV] that gives sigma v_rel [GeV^-2].
    m, m_final : float [GeV]
        Masses of the initial particles, and of the final ones, which set the threshold.
    x : float
        Mass m over temperature [1].

    References
    ----------
    Gondolo and Gelmini, Nucl. Phys. B360, 145, eq. 3.8.
    """
    low = max(m, m_final)
    # E = low + T u^2 / 2: the square root at threshold becomes smooth, the tail falls as exp(-u^2)
    node, weight = legendre(200)
    u = 4.5 * (1.0 + node)
    temperature = m / x
    energy = low + 0.5 * temperature * u**2
    # ds sigma (s - 4m^2) sqrt(s) K1 / (8 m^4 T K2^2), s = 4 E^2, sigma = sigma_v / (2 sqrt(1 - m^2/E^2))
    bessel = scipy.special.k1e(2.0 * energy / temperature) * np.exp(-2.0 * (energy - m) / temperature)
    velocity = np.sqrt(np.maximum(1.0 - (m / energy) ** 2, 0.0))
    integrand = sigma_v(energy) * 0.5 * velocity * 4.0 * energy**2 * 2.0 * energy * bessel * 8.0 * energy
    norm = 8.0 * m**4 * temperature * scipy.special.kve(2, x) ** 2
    return float(np.sum(4.5 * weight * integrand * temperature * u) / norm)


def relic_yukawa(m: float, m_phi: float, inputs: Inputs) -> float:
    """Yukawa coupling of psi psi-bar -> phi phi, m_phi < m, whose rate is the inputs' at freeze-out [1].

    Parameters
    ----------
    m, m_phi : float [GeV]
        Masses of psi1 and of the mediator.

    References
    ----------
    arXiv:2005.07102, eqs. 69 and 73 with <sigma v> of the inputs at their m/T. The Boltzmann equation asks for 1.5
    times as much at 100 MeV, see `darkpair.chains.models.relic_density`.
    """
    if not m_phi < m:
        raise InputError(
            f"m_phi = {m_phi} GeV >= m = {m} GeV: annihilation at rest is closed; allowed: m_phi < m"
        )
    unit = velocity_average(lambda v: fermion_sigma_v(v, y=1.0, m=m, m_phi=m_phi), inputs["x_freeze_out"])
    return float((inputs["sigma_v_relic"] * PICOBARN / unit) ** 0.25)


def relic_quartic(m: float, m_phi: float, inputs: Inputs) -> float:
    """Quartic coupling of S1 S1 -> phi phi, secluded or forbidden, whose rate is the inputs' at freeze-out [1].

    Parameters
    ----------
    m, m_phi : float [GeV]
        Masses of S1 and of the mediator, heavier or lighter.

    References
    ----------
    arXiv:2005.07102, eqs. 70, 71 and 74 with <sigma v> of the inputs at their m/T. The Boltzmann equation asks for
    up to 3 times as much at 100 MeV, see `darkpair.chains.models.relic_density`.
    """
    unit = thermal_average(
        lambda energy: scalar_sigma_v(energy, coupling=1.0, m_phi=m_phi),
        m=m,
        m_final=m_phi,
        x=inputs["x_freeze_out"],
    )
    return float(math.sqrt(inputs["sigma_v_relic"] * PICOBARN / unit))


def largest_mass_gap(m: float, inputs: Inputs, largest_coupling: float = 1.0) -> float:
    """Largest (m_phi - m) / m whose forbidden annihilation gives the relic with lambda below a bound [1].

    Parameters
    ----------
    m : float [GeV]
        Mass of S1.
    largest_coupling : float
        Upper bound on lambda [1].

    References
    ----------
    arXiv:2005.07102, below eq. 74: 0.6.
    """
    return float(
        scipy.optimize.brentq(
            lambda gap: math.log(relic_quartic(m, m * (1.0 + gap), inputs) / largest_coupling), 0.01, 2.0
        )
    )


def mediator_width(m_phi: Real, theta: Real, inputs: Inputs) -> Array:
    """Width of phi -> e+ e-, mu+ mu- by its mixing with the Higgs boson; holds below two pions [GeV].

    Parameters
    ----------
    m_phi : float or ndarray [GeV]
        Mass of the mediator.
    theta : float or ndarray
        Mixing angle of the mediator and the Higgs boson [rad].

    References
    ----------
    arXiv:2005.07102, eq. 72.
    """
    total: Array = np.zeros(np.broadcast_shapes(np.shape(m_phi), np.shape(theta)))
    for name in ("e-", "mu-"):
        mass = particle(name).mass
        yukawa = np.asarray(theta) * mass / higgs_vev(inputs)
        squared = 2.0 * np.square(yukawa) * (np.square(m_phi) - 4.0 * mass**2)
        total = total + two_body_width(m_phi, mass, mass, squared)
    return total


def mediator_lifetime(m_phi: Real, theta: Real, inputs: Inputs) -> Array:
    """Lifetime of phi [s]; below a second it decays before nucleosynthesis (arXiv:2005.07102, eq. 72)."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.divide(HBAR_GEV_S, mediator_width(m_phi, theta, inputs)))


def energy_injection(sigma_v: Real, m: Real, inputs: Inputs) -> Array:
    """Annihilation rate over mass at recombination, in units of the limit of the CMB [1].

    Parameters
    ----------
    sigma_v : float or ndarray [GeV^-2]
        Annihilation rate sigma v_rel at the velocities of recombination.
    m : float or ndarray [GeV]
        Dark-matter mass; all of its energy is taken as injected.

    References
    ----------
    arXiv:2005.07102, section V.
    """
    # GeV^-2 to cm^3/s: (hbar c)^2 [mm^2] * c [mm/ns] * 1e9 ns/s * 1e-3 cm^3/mm^3
    to_cm3_per_s = HBAR_C**2 * C_MM_PER_NS * 1e9 * 1e-3
    return np.asarray(np.asarray(sigma_v) * to_cm3_per_s / m / inputs["cmb_limit"])


def coannihilation_ratio(m1: float, m2: float, G_X: float, inputs: Inputs) -> float:
    """Rate of X1 X2 -> nu nubar, e+ e- by the contact coupling at freeze-out, over the rate that is needed [1].

    Parameters
    ----------
    m1, m2 : float [GeV]
        Masses of X1 and X2.
    G_X : float [GeV^-2]
        Contact coupling of the dark current to the leptons.

    Notes
    -----
    The weakness of the X1-X2-pi0 vertex at freeze-out, arXiv:2005.07102, section V. An upper estimate: s-wave
    of a Dirac vector current at threshold, G_X^2 (m1 + m2)^2 / (2 pi) times g_V^2 + g_A^2 of the massless pairs,
    and exp(-x (m2 - m1) / m1) for the rarity of X2.
    """
    couplings = 3.0 * sum(g**2 for g in fermion_couplings("nu", inputs)) + sum(
        g**2 for g in fermion_couplings("e", inputs)
    )
    sigma_v = G_X**2 * (m1 + m2) ** 2 / (2.0 * math.pi) * couplings
    rarity = (m2 / m1) ** 1.5 * math.exp(-inputs["x_freeze_out"] * (m2 - m1) / m1)
    return float(sigma_v * rarity / (inputs["sigma_v_relic"] * PICOBARN))
