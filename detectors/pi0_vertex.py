"""The vertex of a pi0 on the beam axis from its two photons' energies and positions, as KOTO finds it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.kinematics import Array

__all__ = ["MASS_TOLERANCE", "Pi0Candidates", "reconstruct_pi0"]

#: A root of the squared equation counts if the pi0 mass comes back within this [GeV];
#: KOTO's Rec2g, read in public copies of its code, has 1e-5.
MASS_TOLERANCE = 1e-5


@dataclass(frozen=True, kw_only=True)
class Pi0Candidates:
    """Vertex candidates, none, one or two for each pair of photons.

    Parameters
    ----------
    pair : ndarray, (k,)
        Pair of photons that each candidate belongs to, in growing order.
    distance : ndarray, (k,) [mm]
        Distance from the vertex to the calorimeter, along the axis.
    px, py, pz : ndarray, (k,) [GeV]
        Momentum of the pi0.
    """

    pair: NDArray[np.int64]
    distance: Array
    px: Array
    py: Array
    pz: Array


def reconstruct_pi0(energy: Array, x: Array, y: Array, mass: float) -> Pi0Candidates:
    """Vertex candidates under the hypothesis of a pi0 that decays at x = y = 0.

    The opening angle follows from the mass, cos = 1 - m²/(2 E1 E2); with the positions it gives a quadratic
    equation in the squared distance, whose roots count if they are positive and return the mass.

    Parameters
    ----------
    energy, x, y : ndarray, (2, n) [GeV], [mm]
        Energies of the photons, and where they hit the calorimeter's face.
    mass : float [GeV]
        Mass that the pair is supposed to have.

    References
    ----------
    arXiv:2005.07102, section IV.A; KOTO's Rec2g in public copies of the collaboration's code.
    """
    e1, e2 = energy
    s = 0.5 * mass**2 / (e1 * e2)  # 1 - cos of the opening angle
    r1, r2 = x[0] ** 2 + y[0] ** 2, x[1] ** 2 + y[1] ** 2
    dot = x[0] * x[1] + y[0] * y[1]
    # the coefficients with 1 - cos² taken out, where the textbook form cancels
    a = s * (2.0 - s)
    b = (r1 + r2) * a - (x[0] - x[1]) ** 2 - (y[0] - y[1]) ** 2
    c = r1 * r2 * a - (x[0] * y[1] - y[0] * x[1]) ** 2
    discriminant = b * b - 4.0 * a * c
    real = (discriminant >= 0.0) & (a > 0.0)
    q = -0.5 * (b + np.copysign(np.sqrt(np.where(real, discriminant, 0.0)), b))
    with np.errstate(divide="ignore", invalid="ignore"):
        roots = q / a, c / q  # nothing is divided by zero where a root is real and positive
    pairs = [np.flatnonzero(real & (root > 0.0)) for root in roots]
    pairs[1] = pairs[1][discriminant[pairs[1]] > 0.0]  # a double root is one candidate
    pair = np.concatenate(pairs)
    order = np.argsort(pair, kind="stable")
    pair, d2 = (
        pair[order],
        np.concatenate([root[rows] for root, rows in zip(roots, pairs, strict=True)])[order],
    )
    length1, length2 = np.sqrt(d2 + r1[pair]), np.sqrt(d2 + r2[pair])
    angle = (d2 + dot[pair]) / (length1 * length2)
    back = np.sqrt(np.maximum(2.0 * (e1 * e2)[pair] * (1.0 - angle), 0.0))
    good = np.flatnonzero(np.abs(back - mass) < MASS_TOLERANCE)
    pair, distance = pair[good], np.sqrt(d2[good])
    f1, f2 = e1[pair] / length1[good], e2[pair] / length2[good]
    return Pi0Candidates(
        pair=pair,
        distance=distance,
        px=f1 * x[0][pair] + f2 * x[1][pair],
        py=f1 * y[0][pair] + f2 * y[1][pair],
        pz=(f1 + f2) * distance,
    )
