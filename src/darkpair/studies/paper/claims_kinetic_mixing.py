"""What arXiv:2005.07102, section III.C, says of kinetic mixing, beside what the package's model of it gives."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.chains.models.electroweak import cos_theta_W
from darkpair.chains.models.kinetic_mixing import KineticMixing
from darkpair.chains.models.zprime_fermions import ZPrimeMajorana
from darkpair.gen.particles import particle
from darkpair.studies.paper.claim import Claim

if TYPE_CHECKING:
    from darkpair.chains.models.inputs import Inputs

__all__ = ["kinetic_mixing", "three_mediators"]

#: Masses [GeV], couplings and mixing of the row.
_POINT: Final[dict[str, Any]] = {"m1": 0.1, "m2": 0.2}
_MEDIATOR: Final = 0.35
_DARK: Final = 0.1
_EPS: Final = 1e-3

#: Limit on BR(K_L -> 3 gamma), 90 % (E391a; PDG): memory.
_THREE_PHOTONS: Final = 7.4e-8


def three_mediators(eps: float, alpha_D: float) -> float:
    """What BR(K_L -> X1 X2) by three A' does not exceed, by counting powers: an order of magnitude at best [1].

    Three A' take the place of the photons of K_L -> 3 gamma, for eps^6; X1 X2 absorb them with g_D^6 in two loops of 1 / (16 pi^2) each, and the
    phase space of two bodies is 32 pi^2 that of three: ``eps^6 BR(3 gamma) (4 pi alpha_D)^3 / (8 pi^2)``.

    Parameters
    ----------
    eps, alpha_D : float
        Couplings of the A' to the electromagnetic current over e, and of the dark sector.
    """
    return eps**6 * _THREE_PHOTONS * (4.0 * math.pi * alpha_D) ** 3 / (8.0 * math.pi**2)


def kinetic_mixing(inputs: Inputs) -> list[Claim]:
    """Rows of section III.C.

    Parameters
    ----------
    inputs : Inputs
        Of the rates.
    """
    kaon = particle("K_L0").mass
    own = KineticMixing(**_POINT, m_Aprime=_MEDIATOR, eps=_EPS, alpha_D=_DARK, inputs=inputs)
    photon = float(own.branching_ratio("K_L0", "gamma X1 X2"))
    bound = three_mediators(_EPS, _DARK)
    sine, cosine = math.sqrt(inputs["sin2_theta_W"]), cos_theta_W(inputs)
    small = _EPS * sine / cosine * (kaon * cosine / inputs["M_W"]) ** 2
    alone, mixed = (_pair(eps_Z, inputs) for eps_Z in (small, _EPS))
    return [
        Claim(place="III.C", claim="kinetic mixing does not enhance K_L -> X1 X2: the photon penguin vanishes, as d_mu d_nu F^mu nu = 0",
              ours="BR(K_L -> X1 X2) = {0:.0f} at the order eps, of any masses; at eps = 1e-3 three A' give at most some {1:.0e}, and "
              "K_L -> gamma X1 X2 has {2:.1e}",
              values=(_spin_zero(), bound, photon), holds=_spin_zero() == 0.0 and photon < 1e-8,
              reason="exact in the strong interaction: a spin-0 state gives q_mu f(q^2) alone, and the current is conserved; three A' by counting "
              "powers from the limit on K_L -> 3 gamma; m1, m2, m_A' = 100, 200, 350 MeV, alpha_D = 0.1"),
        Claim(place="III.C", claim="kinetic mixing with the Z is proportional to eps m_K^2/m_Z^2 and gives no enhancement",
              ours="the A' alone would give BR(K_L -> X1 X2) = {0:.1e} at eps = 1e-3, mass mixing with eps_Z = 1e-3 gives {1:.1e}",
              values=(alone, mixed), holds=alone < 1e-6 * mixed,
              reason="the Z's own coupling to X1 X2 cancels even that, as d_mu d_nu B^mu nu = 0; the same point"),
    ]  # fmt: skip


def _spin_zero() -> float:
    """Largest component of q_mu (q^2 g^mu nu - q^mu q^nu) of a K_L with some momentum [GeV^3]."""
    metric = np.diag([1.0, -1.0, -1.0, -1.0])
    q = np.array([1.25, 0.75, 0.0, 0.5])  # (numbers that binary fractions hold)
    square = q @ metric @ q
    return float(np.abs(metric @ q @ (square * metric - np.outer(q, q))).max())


def _pair(eps_Z: float, inputs: Inputs) -> float:
    """BR(K_L -> X1 X2) of a mass mixing, with the vector current of the row's model."""
    model = ZPrimeMajorana.from_mixing(
        eps_Z=eps_Z,
        g_X=math.sqrt(4.0 * math.pi * _DARK),
        m_Zprime=_MEDIATOR,
        inputs=inputs,
        c_V=0.5,  # (eq. 42 adds the Hermitian conjugate of a Majorana current, which is the current again)
        c_A=0.0,
        **_POINT,
    )
    return float(model.branching_ratio("K_L0", "X1 X2"))
