"""A model."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from darkpair import Energy, Gt, Model, Real, particle, two_body_width
from darkpair.chains.models import Mode

CONDENSATE = particle("K_L0").mass ** 2 / 0.098  # m_K²/(m_s + m_d) [GeV], at 2 GeV: PDG 2022


def kaon(model):
    """K_L0 -> X1 X2: the amplitude is sqrt(2) f_K m_K²/(m_s + m_d) / Lambda, with f_K = 155.7 MeV (FLAG 2021)."""
    amplitude = np.sqrt(2.0) * 0.1557 * CONDENSATE / model.Lambda_sd
    return two_body_width(particle("K_L0").mass, model.m1, model.m2, amplitude**2)


def pion(model):
    """X2 -> X1 pi0: the amplitude is sqrt(1/2) f_pi m_K²/(m_s + m_d) / Lambda, with f_pi = 130.2 MeV (FLAG 2021)."""
    amplitude = np.sqrt(0.5) * 0.1302 * CONDENSATE / model.Lambda_u
    return two_body_width(model.m2, model.m1, particle("pi0").mass, amplitude**2)


@dataclass(frozen=True, kw_only=True, eq=False)
class Pseudoscalar(Model):
    """Two scalars and quarks, S1 S2 (s-bar i gamma5 d / Lambda_sd + h.c. + u-bar i gamma5 u / Lambda_u)."""

    MODES = {
        ("K_L0", "X1 X2"): Mode(kaon, "of PCAC"),
        ("X2", "X1 pi0"): Mode(pion, "of PCAC"),
    }

    Lambda_sd: Annotated[Real, Energy, Gt(0.0)]
    Lambda_u: Annotated[Real, Energy, Gt(0.0)]
