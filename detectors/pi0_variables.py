"""What cuts look at: the variables of pi0 candidates made of two photons."""

from __future__ import annotations

import math

import numpy as np

from darkpair.detectors.pi0_vertex import Pi0Candidates
from darkpair.gen.compiled.columnwise import columnwise
from darkpair.gen.kinematics import Array, Real

__all__ = ["pi0_variables"]

_DEGREES = math.degrees(1.0)


def pi0_variables(candidates: Pi0Candidates) -> dict[str, Array]:
    """Variables of candidates by name, (k,) each; energies in GeV, lengths in mm, angles in degrees.

    Parameters
    ----------
    candidates : Pi0Candidates, (k,)
        Vertices, momenta and photons of the candidates.
    """
    photons, momentum = candidates.photons, (candidates.px, candidates.py, candidates.pz)
    slope1, slope2, cross, dot, pt, over_pz, total, least, most, ratio, outer, inner, apart, coe = (
        _arithmetic(*photons, *momentum, candidates.distance)
    )
    angle = np.minimum(photons[0] * np.arctan(slope1), photons[1] * np.arctan(slope2))
    return {
        "pt": pt,
        "pz": candidates.pz,
        "px": candidates.px,
        "py": candidates.py,
        "pt_over_pz": over_pz,
        "energy_sum": total,
        "energy_min": least,
        "energy_max": most,
        "energy_ratio": ratio,
        "energy_angle_min": _DEGREES * angle,
        "radius_max": outer,
        "square_min": inner,
        "distance": apart,
        "coe_radius": coe,
        "projected_angle": _DEGREES * np.abs(np.arctan2(cross, dot)),
    }


@columnwise
def _arithmetic(
    e1: Real, e2: Real, x1: Real, x2: Real, y1: Real, y2: Real, px: Real, py: Real, pz: Real, distance: Real
) -> tuple[Real, ...]:
    """Slopes of the photons, vector and scalar product of their places, and what needs no angle, in the order of `pi0_variables`."""
    total = e1 + e2
    least, most = np.minimum(e1, e2), np.maximum(e1, e2)
    r1, r2 = np.sqrt(x1 * x1 + y1 * y1), np.sqrt(x2 * x2 + y2 * y2)
    square1, square2 = np.maximum(np.abs(x1), np.abs(y1)), np.maximum(np.abs(x2), np.abs(y2))
    pt = np.sqrt(px * px + py * py)
    coe_x, coe_y = e1 * x1 + e2 * x2, e1 * y1 + e2 * y2
    return (
        r1 / distance,
        r2 / distance,
        x1 * y2 - y1 * x2,
        x1 * x2 + y1 * y2,
        pt,
        pt / pz,
        total,
        least,
        most,
        least / most,
        np.maximum(r1, r2),
        np.minimum(square1, square2),
        np.sqrt((x1 - x2) ** 2 + (y1 - y2) ** 2),
        np.sqrt(coe_x * coe_x + coe_y * coe_y) / total,
    )
