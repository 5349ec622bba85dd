"""Standard Model rates of M' -> M nu nubar, the Grossman-Nir factor and the selection rules of K_L."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from darkpair.chains.dark_currents import FermionCurrent
from darkpair.chains.form_factors import form_factor
from darkpair.chains.matrix_elements import VectorTransition
from darkpair.chains.models.electroweak import lambda_c, lambda_t, total_width, transition_ckm
from darkpair.chains.widths import three_body_width
from darkpair.gen.errors import UnknownNameError
from darkpair.gen.particles import particle

if TYPE_CHECKING:
    from darkpair.chains.form_factors import FormFactor
    from darkpair.chains.models.inputs import Inputs

__all__ = [
    "b_to_k_nunu",
    "grossman_nir_factor",
    "k_long_to_pi_nunu",
    "k_long_to_pi_nunu_amplitude",
    "k_plus_to_pi_nunu",
    "neutrino_coupling",
    "neutrino_transition",
    "relevant_part",
]

#: Light neutrinos.
_FAMILIES: Final = 3.0


def neutrino_coupling(inputs: Inputs) -> float:
    """Coefficient sqrt(2) G_F alpha / (pi s_W^2) of the nu nubar operator [GeV^-2].

    References
    ----------
    arXiv:2005.07102, eq. 5; alpha at the Z mass.
    """
    return math.sqrt(2.0) * inputs["G_F"] * inputs["alpha_MZ"] / (math.pi * inputs["sin2_theta_W"])


def k_plus_to_pi_nunu(inputs: Inputs) -> float:
    """Branching ratio of K+ -> pi+ nu nubar [1].

    References
    ----------
    arXiv:2005.07102, eq. 6, by the formula of arXiv:1503.02693.
    """
    lam = inputs["ckm_lambda"]
    top, charm = lambda_t(inputs), lambda_c(inputs)
    scale = inputs["kappa_plus"] * (1.0 + inputs["Delta_EM"]) * (lam / 0.225) ** 8
    imag = top.imag / lam**5 * inputs["X_t"]
    real = charm.real / lam * inputs["P_c"] + top.real / lam**5 * inputs["X_t"]
    return scale * (imag**2 + real**2)


def k_long_to_pi_nunu(inputs: Inputs) -> float:
    """Branching ratio of K_L -> pi0 nu nubar [1].

    References
    ----------
    arXiv:2005.07102, eq. 7, by the formula of arXiv:1503.02693.
    """
    lam = inputs["ckm_lambda"]
    return inputs["kappa_L"] * (lam / 0.225) ** 8 * (lambda_t(inputs).imag / lam**5 * inputs["X_t"]) ** 2


def neutrino_transition(
    parent: str, daughter: str, form: FormFactor, strength: float = 1.0
) -> VectorTransition:
    """Squared amplitude of M' -> M nu nubar, one family.

    Parameters
    ----------
    parent, daughter : str
        Names of M' and of M.
    form : FormFactor
        Form factors of the transition, of which f_+ enters.
    strength : float [GeV^-4]
        Square of the coupling, with the 1/2 of the quarks' P_L.

    References
    ----------
    arXiv:2005.07102, eq. 5.
    """
    return VectorTransition(
        mass=particle(parent).mass,
        daughter_mass=particle(daughter).mass,
        form=form,
        current=FermionCurrent(m1=0.0, m2=0.0, c_V=0.5, c_A=-0.5),  # P_L of the neutrinos
        strength=strength,
    )


def _neutrino_pair(parent: str, daughter: str, form: FormFactor, ckm: float, inputs: Inputs) -> float:
    """Branching ratio of M' -> M nu nubar from the amplitude of eq. 5, X_t as the only loop [1]."""
    strength = _FAMILIES * (0.5 * neutrino_coupling(inputs) * ckm * inputs["X_t"]) ** 2
    amplitude = neutrino_transition(parent, daughter, form, strength)
    width = three_body_width(amplitude.mass, amplitude.daughter_mass, 0.0, 0.0, amplitude.averaged)
    return float(width) / total_width(parent)


def k_long_to_pi_nunu_amplitude(inputs: Inputs) -> float:
    """Branching ratio of K_L -> pi0 nu nubar from the Hamiltonian and the form factor [1].

    References
    ----------
    arXiv:2005.07102, eqs. 5 and 18: a second way to eq. 7.
    """
    return _neutrino_pair("K_L0", "pi0", form_factor("K -> pi"), lambda_t(inputs).imag, inputs)


def b_to_k_nunu(inputs: Inputs, form: str | None = None) -> float:
    """Branching ratio of B+ -> K+ nu nubar [1].

    Parameters
    ----------
    inputs : Inputs
        Preset and overrides of the table of inputs.
    form : {"ali-ball", "bcl"}, optional
        Form factors of B -> K.

    References
    ----------
    arXiv:2005.07102, eqs. 5 and 10.
    """
    return _neutrino_pair(
        "B+", "K+", form_factor("B -> K", form), abs(transition_ckm("t", "bs", inputs)), inputs
    )


def grossman_nir_factor(inputs: Inputs) -> float:
    """Largest BR(K_L -> pi0 nu nubar) / BR(K+ -> pi+ nu nubar): lifetimes over isospin breaking [1].

    References
    ----------
    arXiv:2005.07102, eq. 8; hep-ph/9701313.
    """
    return particle("K_L0").ctau / particle("K+").ctau / inputs["isospin_breaking"]


def relevant_part(operator: str, *, with_pion: bool) -> str:
    """Part of V_ts^* V_td that a K_L amplitude picks, "real" or "imag".

    Parameters
    ----------
    operator : {"vector", "scalar"}
        Quark bilinear of a self-conjugate dark current with CP-even couplings.
    with_pion : bool
        Whether the decay is K_L -> pi0 X X rather than K_L -> X X.

    References
    ----------
    arXiv:2005.07102, eqs. 17 and 18.
    """
    if operator not in {"vector", "scalar"}:
        raise UnknownNameError("operator", operator, ("vector", "scalar"))
    return "real" if (operator == "vector") != with_pion else "imag"
