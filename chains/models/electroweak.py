"""Electroweak quantities that several portals share, derived from the inputs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from darkpair.gen.constants import HBAR_C
from darkpair.gen.particles import particle

if TYPE_CHECKING:
    from darkpair.chains.models.inputs import Inputs
    from darkpair.gen.kinematics import Real

__all__ = [
    "cos_theta_W",
    "fermion_couplings",
    "higgs_vev",
    "lambda_c",
    "lambda_t",
    "total_width",
    "transition_ckm",
    "weak_coupling",
    "z_penguin",
]

#: Weak isospin and electric charge of the fermions that a light X2 may give; charges of the Standard Model.
_CHARGES = {"nu": (0.5, 0.0), "e": (-0.5, -1.0), "mu": (-0.5, -1.0)}


def cos_theta_W(inputs: Inputs) -> float:
    """Cosine of the weak angle [1]."""
    return math.sqrt(1.0 - inputs["sin2_theta_W"])


def higgs_vev(inputs: Inputs) -> float:
    """Vacuum expectation value v = (sqrt(2) G_F)^(-1/2) [GeV]."""
    return 1.0 / math.sqrt(math.sqrt(2.0) * inputs["G_F"])


def weak_coupling(inputs: Inputs) -> float:
    """Weak coupling g = 2 M_W / v [1]."""
    return 2.0 * inputs["M_W"] / higgs_vev(inputs)


def fermion_couplings(fermion: str, inputs: Inputs) -> tuple[float, float]:
    """Couplings (g_V, g_A) = (T_3 - 2 Q s_W^2, T_3) of a fermion to the neutral current [1]."""
    isospin, charge = _CHARGES[fermion]
    return isospin - 2.0 * charge * inputs["sin2_theta_W"], isospin


def _ckm(quark: str, inputs: Inputs) -> complex:
    """CKM element, Wolfenstein to the order that carries the phase of K mixing (PDG, CKM review)."""
    lam, a = inputs["ckm_lambda"], inputs["ckm_A"]
    # rho-bar and eta-bar to rho and eta: exact to order lambda^4, which V_td and V_ts need
    bar = complex(inputs["ckm_rho"], inputs["ckm_eta"])
    rho_eta = bar * math.sqrt(1.0 - a**2 * lam**4) / (math.sqrt(1.0 - lam**2) * (1.0 - a**2 * lam**4 * bar))
    s12, s23 = lam, a * lam**2
    s13 = a * lam**3 * rho_eta.conjugate()  # V_ub = s13 exp(-i delta)
    c12, c23, c13 = math.sqrt(1 - s12**2), math.sqrt(1 - s23**2), math.sqrt(1 - abs(s13) ** 2)
    phase = s13.conjugate()  # s13 exp(+i delta)
    return {
        "cd": -s12 * c23 - c12 * s23 * phase,
        "cs": c12 * c23 - s12 * s23 * phase,
        "td": s12 * s23 - c12 * c23 * phase,
        "ts": -c12 * s23 - s12 * c23 * phase,
        "tb": complex(c23 * c13),
        "cb": complex(s23 * c13),
    }[quark]


def transition_ckm(up: str, transition: str, inputs: Inputs) -> complex:
    """Product V_is^* V_id of a transition, V_tb^* V_ts for "bs" [1].

    Parameters
    ----------
    up : {"t", "c"}
        Up-type quark in the loop.
    transition : {"sd", "bs", "bd"}
        Two down-type quarks, the heavier first.
    """
    return _ckm(up + transition[0], inputs).conjugate() * _ckm(up + transition[1], inputs)


def lambda_t(inputs: Inputs) -> complex:
    """V_ts^* V_td [1]; the imaginary part is the input ``im_VtsVtd`` where the preset has it."""
    value = transition_ckm("t", "sd", inputs)
    printed = inputs.get("im_VtsVtd")
    return value if printed is None else complex(value.real, printed)


def lambda_c(inputs: Inputs) -> complex:
    """V_cs^* V_cd [1]."""
    return transition_ckm("c", "sd", inputs)


def z_penguin(transition: str, inputs: Inputs, m_UV: Real | None = None) -> tuple[Real, Real]:
    """Real and imaginary part of g_qq'X / eps_Z, the coupling of the Z' to a flavour-changing current [1].

    Parameters
    ----------
    transition : {"sd", "bs", "bd"}
        Two down-type quarks, the heavier first.
    m_UV : float or ndarray, optional [GeV]
        Scale that resolves the mass mixing, above M_W; the inputs' unless given.

    Notes
    -----
    arXiv:2005.07102, eq. 40, with f(x) = -(x/4) log(m_UV^2 / M_W^2) and top and charm in the loop; the phase
    is that of V_is V_id^*. The imaginary part printed below eq. 40, 6.15e-6, should read 0.615e-6. Where the
    preset has ``re_g_sdX`` (at m_UV = 500 GeV), it replaces the real part and runs with the same logarithm.
    """
    g, mw = weak_coupling(inputs), inputs["M_W"]
    log = 2.0 * np.log(np.asarray(inputs["m_UV"] if m_UV is None else m_UV, dtype=np.float64) / mw)
    total = sum(
        transition_ckm(up, transition, inputs).conjugate() * (inputs[mass] / mw) ** 2
        for up, mass in (("t", "m_t"), ("c", "m_c"))
    )
    scale = -(g**3) / (32.0 * math.pi**2 * cos_theta_W(inputs)) / 4.0 * log
    real, imag = scale * total.real, scale * total.imag
    printed = inputs.get("re_g_sdX") if transition == "sd" else None
    if printed is not None:
        real = printed * log / (2.0 * math.log(500.0 / mw))
    return real, imag


def total_width(name: str) -> float:
    """Measured total width of a meson, from its lifetime [GeV]."""
    return float(HBAR_C / particle(name).ctau)
