"""Transverse momentum, pseudorapidity and azimuth, as NanoAOD stores momenta, from Cartesian ones and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.kinematics import Array

__all__ = ["ETA_ON_AXIS", "cartesian", "cylindrical"]

#: Pseudorapidity of a particle on the axis is ±(this + |pz|/GeV), as ROOT's GenVector (``etaMax`` in ``eta.h``) and
#: so CMS's NanoAOD write it, finite; ROOT's PtEtaPhiM vectors take it apart again and find pz.
ETA_ON_AXIS = 22756.0


def cylindrical(px: Array, py: Array, pz: Array) -> tuple[Array, Array, Array]:
    """Transverse momentum [GeV], pseudorapidity and azimuth [rad] of momenta (k,); see `ETA_ON_AXIS`."""
    pt = np.hypot(px, py)
    axial = pt.astype(np.float32) == 0.0
    eta = np.arcsinh(np.divide(pz, pt, out=np.zeros_like(pz), where=~axial))
    eta[axial] = np.sign(pz[axial]) * (ETA_ON_AXIS + np.abs(pz[axial]))
    return pt, eta, np.arctan2(py, px)


def cartesian(
    pt: NDArray[Any], eta: NDArray[Any], phi: NDArray[Any], out: Array | None = None
) -> tuple[Array, Array, Array]:
    """Momenta px, py, pz [GeV], (k,), of transverse momenta, pseudorapidities and azimuths; see `ETA_ON_AXIS`.

    They are rows of `out`, (3, k), where that is given.
    """
    pt, eta, phi = (np.asarray(x, dtype=np.float64) for x in (pt, eta, phi))
    px, py, pz = np.empty((3, len(pt))) if out is None else out
    axial = np.abs(eta) >= ETA_ON_AXIS
    with np.errstate(over="ignore"):  # a placeholder's eta is infinite momentum, or none where pt is 0
        np.multiply(pt, np.sinh(np.where(axial | (pt == 0.0), 0.0, eta)), out=pz)
    if axial.any():
        pz[axial] = eta[axial] - np.sign(eta[axial]) * ETA_ON_AXIS
    np.multiply(pt, np.cos(phi), out=px)
    np.multiply(pt, np.sin(phi), out=py)
    return px, py, pz
