"""A second Higgs doublet whose pseudoscalar links S1 S2 to down-type quarks, so that S2 -> S1 pi0."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np

from darkpair.chains.models.electroweak import higgs_vev
from darkpair.chains.models.virtual_meson import MESON_MODES, MesonCoupling
from darkpair.gen.kinematics import Real
from darkpair.gen.parameters import Dimensionless, Energy, Gt

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array

__all__ = ["TwoHiggsDoublet"]


@dataclass(frozen=True, kw_only=True, eq=False)
class TwoHiggsDoublet(MesonCoupling):
    """lambda i (Phi^dagger H - H^dagger Phi) S1 S2 + y_d d-bar d Phi (arXiv:2005.07102, eqs. 31-34).

    The same Lagrangian makes K_L -> S1 S2 by virtual mesons (eq. 56); a Higgs portal may add to it.

    Parameters
    ----------
    y_lambda : float or ndarray
        Product of the Yukawa coupling y_d^Phi and the quartic lambda^Phi.
    m_A : float or ndarray [GeV]
        Mass of the pseudoscalar.

    Notes
    -----
    Lagrangian: ``i lambda (Phi^dagger H - H^dagger Phi) S1 S2 + y_d (d-bar_L d_R Phi0 + d-bar_R d_L Phi0*)`` (eq. 31), which is
    ``m_eff S1 S2 (pi0 + c eta)`` of mesons (eqs. 32, 57); and S2's own ``- a_211 S2 S1^2 - lambda_2111 S2 S1^3``.
    Phases: of the product y lambda the modulus enters alone. In K_L the terms of pi0 and eta have opposite signs.
    Normalisation: ``m_eff = y lambda v <qq> / (sqrt(2) F_pi m_A^2)`` (eq. 32); S1 and S2 are real and distinct.
    """

    MODES: ClassVar = MESON_MODES

    y_lambda: Annotated[Real, Dimensionless]
    m_A: Annotated[Real, Energy, Gt(0.0)] = 1000.0

    def effective_mass(self) -> Array:
        """m_eff = y lambda v <qq> / (sqrt(2) F_pi m_A^2) [GeV] (arXiv:2005.07102, eq. 32)."""
        inputs = self.inputs
        condensate = higgs_vev(inputs) * inputs["quark_condensate"] / (math.sqrt(2.0) * inputs["F_pi"])
        return np.asarray(np.abs(self.y_lambda) * condensate / np.square(self.m_A))
