"""Flavour-diagonal quark couplings to S1 S2: K_L by a virtual pi0 or eta, eta itself, and S2 -> S1 pi0."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal, TypeAlias

import numpy as np

from darkpair.chains.models.dark_scalars import CASCADE_MODES, ScalarPair
from darkpair.chains.models.model import ModelMode
from darkpair.chains.widths import two_body_width
from darkpair.gen.kinematics import Real
from darkpair.gen.parameters import Energy, Ge
from darkpair.gen.particles import particle

if TYPE_CHECKING:
    from darkpair.chains.models.inputs import Inputs
    from darkpair.gen.kinematics import Array

__all__ = [
    "MESON_MODES",
    "MesonCoupling",
    "VirtualMeson",
    "effective_scale",
    "eta_coupling",
    "mixing_amplitude",
]

#: How the coupling goes with flavour: with the quark masses, or to the down quark alone.
Flavour: TypeAlias = Literal["mfv", "d-only"]


def eta_coupling(inputs: Inputs, flavour: str = "mfv") -> float:
    """Coupling of the octet eta over that of the pi0 [1].

    Parameters
    ----------
    inputs : Inputs
        Table of inputs: its ``eta_coupling`` where the preset has it, else (2 m_s/m_d - 1) / sqrt(3).
    flavour : {"mfv", "d-only"}
        How the coupling goes with flavour; -1/sqrt(3) for the down quark alone.

    References
    ----------
    arXiv:2005.07102, eq. 57, which drops the down quark's term, and section III.D.
    """
    if flavour == "d-only":
        return -1.0 / math.sqrt(3.0)
    printed = inputs.get("eta_coupling")
    return (2.0 * inputs["ms_over_md"] - 1.0) / math.sqrt(3.0) if printed is None else printed


def mixing_amplitude(inputs: Inputs, flavour: str = "mfv") -> float:
    """Amplitude of K_L -> S1 S2 over m_eff, by virtual pi0 and eta [1].

    References
    ----------
    arXiv:2005.07102, eqs. 55 and 58; the two terms have opposite signs.
    """
    kaon2, pion2, eta2 = (particle(name).mass ** 2 for name in ("K_L0", "pi0", "eta"))
    to_pion = inputs["M_K_pi"]
    to_eta = to_pion / math.sqrt(3.0)
    return to_pion / (kaon2 - pion2) + to_eta * eta_coupling(inputs, flavour) / (kaon2 - eta2)


def effective_scale(m_eff: Real, inputs: Inputs) -> Array:
    """Scale Lambda of (d-bar i gamma5 d) S1 S2 / Lambda that gives m_eff [GeV].

    Parameters
    ----------
    m_eff : float or ndarray [GeV]
        Coupling of S1 S2 to the pi0.

    References
    ----------
    arXiv:2005.07102, section III.D, with the matching of eq. 32.
    """
    return np.asarray(inputs["quark_condensate"] / (inputs["F_pi"] * np.asarray(m_eff)))


@dataclass(frozen=True, kw_only=True, eq=False)
class MesonCoupling(ScalarPair):
    """L = m_eff S1 S2 (pi0 + c eta); a base for models that give m_eff.

    Widths of X2 hold below its decays to three pions.

    Parameters
    ----------
    flavour : {"mfv", "d-only"}
        How the coupling goes with flavour: with the quark masses, or to the down quark alone; see `eta_coupling`.
    """

    flavour: Flavour = "mfv"

    def effective_mass(self) -> Array:
        """m_eff, the coupling of S1 S2 to the pi0 [GeV]."""
        raise NotImplementedError

    def amplitude(self, meson: str) -> Array:
        """Amplitude of a meson to S1 S2 [GeV].

        Parameters
        ----------
        meson : {"pi0", "eta", "K_L0"}
            Meson that makes the pair.

        References
        ----------
        arXiv:2005.07102, eqs. 57 and 58.
        """
        if meson == "K_L0":
            return self.effective_mass() * mixing_amplitude(self.inputs, self.flavour)
        factor = 1.0 if meson == "pi0" else eta_coupling(self.inputs, self.flavour)
        return self.effective_mass() * factor


def _pair(model: MesonCoupling, *, meson: str) -> Array:
    """Width of a meson -> S1 S2 [GeV] (arXiv:2005.07102, eqs. 34, 59, 60).

    ``p / (8 pi M^2) A^2``: A is m_eff for the pi0, ``c m_eff`` for the eta, and for the K_L
    ``m_eff (M_pi0 / (m_K^2 - m_pi^2) + c M_eta / (m_K^2 - m_eta^2))`` with the mixings of eq. 55.
    """
    return two_body_width(particle(meson).mass, model.m1, model.m2, np.square(model.amplitude(meson)))


def _decay(model: MesonCoupling, *, meson: str) -> Array:
    """Width of S2 -> S1 and a meson [GeV] (arXiv:2005.07102, eqs. 33 and 61).

    ``p / (8 pi m2^2) A^2``: A is m_eff for the pi0, ``c m_eff`` for the eta.
    """
    return two_body_width(model.m2, model.m1, particle(meson).mass, np.square(model.amplitude(meson)))


#: Modes of every model with m_eff.
MESON_MODES: Final = {
    ("K_L0", "X1 X2"): ModelMode(partial(_pair, meson="K_L0"), "58, 59"),
    ("eta", "X1 X2"): ModelMode(partial(_pair, meson="eta"), "34, 60"),
    ("pi0", "X1 X2"): ModelMode(partial(_pair, meson="pi0"), "57"),
    ("X2", "X1 pi0"): ModelMode(partial(_decay, meson="pi0"), "33, 61"),
    ("X2", "X1 eta"): ModelMode(partial(_decay, meson="eta"), "57"),
    **CASCADE_MODES,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class VirtualMeson(MesonCoupling):
    """K_L -> virtual pi0 or eta -> S1 S2 with m_eff given (arXiv:2005.07102, eqs. 54-61).

    Parameters
    ----------
    m_eff : float or ndarray [GeV]
        Coupling of S1 S2 to the pi0.

    Notes
    -----
    Lagrangian: ``m_eff S1 S2 (pi0 + c eta)`` (eq. 57), c of `eta_coupling`; the Standard Model turns K_L into a virtual pi0 or
    eta (eq. 55); and S2's own ``- a_211 S2 S1^2 - lambda_2111 S2 S1^3``.
    Phases: m_eff is real. In K_L the terms of pi0 and eta have opposite signs (eq. 58).
    Normalisation: the amplitude of S2 -> S1 pi0 is m_eff; S1 and S2 are real and distinct.
    """

    MODES: ClassVar = MESON_MODES

    m_eff: Annotated[Real, Energy, Ge(0.0)]

    def effective_mass(self) -> Array:
        """m_eff as given [GeV]."""
        return np.asarray(self.m_eff, dtype=np.float64)
