"""References for B mesons of the Upsilon(4S), by integration over the beams and the angle: nothing is drawn."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from darkpair.gen.sources.upsilon4s import MACHINES

B_MASS = 5.27941  # PDG, as `particle` carries it


def nodes(machine: str, mass: float = B_MASS, n: int = 9) -> Any:
    """(weight, energy of the collision, boost beta, angle alpha, E*, p*) over the Gaussian beam energies.

    Alpha is the angle between the boost and the electron beam in the centre-of-mass frame.
    """
    beams = MACHINES[machine]
    z, w = np.polynomial.hermite_e.hermegauss(n)
    out = []
    for z1, w1 in zip(z, w, strict=True):
        for z2, w2 in zip(z, w, strict=True):
            one = beams.electron + beams.electron_spread * z1
            two = beams.positron + beams.positron_spread * z2
            a, b = beams.electron_angle, beams.positron_angle
            x, y = one * math.sin(a) + two * math.sin(b), one * math.cos(a) - two * math.cos(b)
            s = (one + two) ** 2 - x * x - y * y
            if s <= 4.0 * mass**2:
                continue
            p, energy = math.hypot(x, y), one + two
            # the electron in the centre-of-mass frame: its part along the boost, and all of it
            along = one * (math.sin(a) * x + math.cos(a) * y) / p
            cosine = (energy * along - p * one) / math.sqrt(s) / (0.5 * math.sqrt(s))
            out.append(
                (w1 * w2, p / energy, math.acos(cosine), 0.5 * math.sqrt(s), math.sqrt(0.25 * s - mass**2))
            )
    table = np.array(out).T
    table[0] /= table[0].sum()
    return table


def energy_cdf(machine: str, energy: Any) -> Any:
    """Distribution function of the B's energy in the lab [GeV]."""
    total = np.zeros_like(energy)
    for weight, beta, alpha, e, p in nodes(machine).T:
        gamma = 1.0 / math.sqrt(1.0 - beta**2)
        c = np.clip((energy / gamma - e) / (beta * p), -1.0, 1.0)
        # sin² about the beam, averaged over the turn about the boost: 3/4 (u + v c²)
        u = 1.0 - 0.5 * math.sin(alpha) ** 2
        v = 0.5 * math.sin(alpha) ** 2 - math.cos(alpha) ** 2
        total += weight * 0.75 * (u * (c + 1.0) + v * (c**3 + 1.0) / 3.0)
    return total


def energies(machine: str, n: int = 64) -> Any:
    """Energies of the B in the lab [GeV] with weights that add up to 1: nodes of its distribution."""
    low, high = 4.0, 8.0
    grid = np.linspace(low, high, 40001)
    cdf = energy_cdf(machine, grid)
    levels = (np.arange(n) + 0.5) / n
    return np.interp(levels, cdf, grid), np.full(n, 1.0 / n)


def k_momentum_cdf(momentum: Any, machine: str, mass: float, q2: Any, share: Any, k_mass: float) -> Any:
    """Distribution function of the kaon's momentum in the lab [GeV], for kaons isotropic in the B's frame.

    Parameters
    ----------
    momentum : ndarray, (n,) [GeV]
    machine : str
    mass : float [GeV]
        Of the B.
    q2, share : ndarray, (k,) [GeV²]
        Nodes of the spectrum of q² with their probability.
    k_mass : float [GeV]
    """
    e_k = (mass**2 + k_mass**2 - q2) / (2.0 * mass)
    p_k = np.sqrt(e_k**2 - k_mass**2)
    energy = np.hypot(momentum, k_mass)
    total = np.zeros_like(momentum)
    for e_b, w in zip(*energies(machine), strict=True):
        gamma, beta_gamma = e_b / mass, math.sqrt(e_b**2 - mass**2) / mass
        c = np.clip((energy[:, None] - gamma * e_k) / (beta_gamma * p_k), -1.0, 1.0)
        total += w * ((0.5 * (c + 1.0)) @ share)
    return total
