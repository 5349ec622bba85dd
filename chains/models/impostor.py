"""A pi0 impostor: a light pseudoscalar that a loop of heavy charged fermions lets decay to two photons."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np

from darkpair.chains.models.dark_scalars import CASCADE_MODES, ScalarPair
from darkpair.chains.models.model import ModelMode
from darkpair.chains.widths import two_body_width
from darkpair.gen.kinematics import Real
from darkpair.gen.parameters import Dimensionless, Energy, Gt

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array

__all__ = ["Impostor"]


def _photons(model: Impostor) -> Array:
    """Width of S2 -> gamma gamma [GeV]: |M|^2 = g^2 m^4 / 2, one half for identical photons.

    ``g^2 m2^3 / (64 pi)``, g of `photon_coupling`.  arXiv:2005.07102, eq. 36 prints a lifetime 1.5 times shorter than its eq. 35 gives.
    """
    squared = 0.25 * np.square(model.photon_coupling()) * np.asarray(model.m2, dtype=np.float64) ** 4
    return two_body_width(model.m2, 0.0, 0.0, squared)


@dataclass(frozen=True, kw_only=True, eq=False)
class Impostor(ScalarPair):
    """lambda_Psi Psi-bar i gamma5 Psi S2 with a heavy Psi of charge 1 (arXiv:2005.07102, eqs. 35 and 36).

    Combine it with a portal that makes S2.

    Parameters
    ----------
    lambda_Psi : float or ndarray
        Coupling of S2 to the heavy fermion.
    m_Psi : float or ndarray [GeV]
        Mass of the heavy fermion.

    Notes
    -----
    Lagrangian: ``lambda_Psi Psi-bar i gamma5 Psi S2``, below m_Psi ``(g / 4) S2 F F-dual`` (eq. 35); and S2's own
    ``- a_211 S2 S1^2 - lambda_2111 S2 S1^3``.
    Phases: lambda_Psi is real; nothing interferes.
    Normalisation: ``g = alpha lambda_Psi / (pi m_Psi)``, with F-dual half of the antisymmetric tensor times F.
    """

    MODES: ClassVar = {("X2", "gamma gamma"): ModelMode(_photons, "35, 36"), **CASCADE_MODES}
    STABLE: ClassVar = False

    lambda_Psi: Annotated[Real, Dimensionless] = 1.0
    m_Psi: Annotated[Real, Energy, Gt(0.0)] = 1000.0

    def photon_coupling(self) -> Array:
        """Coupling g of (g/4) S2 F F-dual, alpha lambda / (pi m_Psi) [GeV^-1] (arXiv:2005.07102, eq. 35)."""
        return np.asarray(
            self.inputs["alpha"] * np.asarray(self.lambda_Psi) / (math.pi * np.asarray(self.m_Psi))
        )
