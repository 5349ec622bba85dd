"""What cuts look at: the variables of pi0 candidates made of two photons."""

from __future__ import annotations

import math

import numpy as np

from darkpair.detectors.pi0_vertex import Pi0Candidates
from darkpair.gen.kinematics import Array

__all__ = ["pi0_variables"]

_DEGREES = math.degrees(1.0)


def pi0_variables(candidates: Pi0Candidates, e: Array, x: Array, y: Array) -> dict[str, Array]:
    """Variables of candidates by name, (k,) each; energies in GeV, lengths in mm, angles in degrees.

    Parameters
    ----------
    candidates : Pi0Candidates, (k,)
        Vertices and momenta of the candidates.
    e, x, y : ndarray, (2, k) [GeV], [mm]
        Energies of each candidate's photons, and where they hit the calorimeter's face.
    """
    total = e[0] + e[1]
    least, most = np.minimum(e[0], e[1]), np.maximum(e[0], e[1])
    radius = np.sqrt(x * x + y * y)
    square = np.maximum(np.abs(x), np.abs(y))
    pt = np.sqrt(candidates.px * candidates.px + candidates.py * candidates.py)
    turn = np.abs(np.arctan2(x[0] * y[1] - y[0] * x[1], x[0] * x[1] + y[0] * y[1]))
    angle = e * np.arctan(radius / candidates.distance)
    coe_x, coe_y = e[0] * x[0] + e[1] * x[1], e[0] * y[0] + e[1] * y[1]
    return {
        "pt": pt,
        "pz": candidates.pz,
        "px": candidates.px,
        "py": candidates.py,
        "pt_over_pz": pt / candidates.pz,
        "energy_sum": total,
        "energy_min": least,
        "energy_max": most,
        "energy_ratio": least / most,
        "energy_angle_min": _DEGREES * np.minimum(angle[0], angle[1]),
        "radius_max": np.maximum(radius[0], radius[1]),
        "square_min": np.minimum(square[0], square[1]),
        "distance": np.sqrt((x[0] - x[1]) ** 2 + (y[0] - y[1]) ** 2),
        "coe_radius": np.sqrt(coe_x * coe_x + coe_y * coe_y) / total,
        "projected_angle": _DEGREES * turn,
    }
