"""Kinetic mixing with a dark photon that links X1 and X2: inelastic dark matter."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal, TypeAlias

import numpy as np

from darkpair.chains.dark_currents import FermionCurrent
from darkpair.chains.dark_photon import AnomalyTransition, ConservedTransition, MediatedDecay
from darkpair.chains.form_factors import PION
from darkpair.chains.models.electroweak import total_width
from darkpair.chains.models.model import Model, ModelMode
from darkpair.chains.resonant import drawn_width, resonant_width
from darkpair.chains.widths import two_body_width
from darkpair.gen.kinematics import Real
from darkpair.gen.parameters import Dimensionless, Energy, Ge, Gt
from darkpair.gen.particles import particle

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array

__all__ = ["TWO_PHOTONS", "KineticMixing"]

#: Transition form factor of P -> gamma gamma*: 1, or 1 + slope q^2.
Form: TypeAlias = Literal["constant", "slope"]

#: Branching ratios to two photons: pi0 and eta by the Particle Data Group (read in ALPINIST); eta' and K_L, of it too, memory.
TWO_PHOTONS: Final = {"pi0": 0.98823, "eta": 0.3941, "eta'": 0.02307, "K_L0": 5.47e-4}

#: Slopes of the form factors [GeV^-2]: pi0 0.0335 / m_pi^2 (PDG), eta 1.95 (A2 collaboration), eta' 1.60 (BESIII); all memory.
#: That of the K_L depends on a model and is left out.
_SLOPES: Final = {"pi0": 0.0335 / particle("pi0").mass ** 2, "eta": 1.95, "eta'": 1.60, "K_L0": 0.0}

#: |f_0| and delta of W = G_F m_K^2 f_0 (1 + delta z), K+ -> pi+ e+ e- (arXiv:0903.3130, linear form factor); memory.
_KAON_FORM: Final = (0.531, 2.32)

_PAIRS: Final = {"e+ e-": "e-", "mu+ mu-": "mu-", "pi+ pi-": "pi+"}


@dataclass(frozen=True, kw_only=True, eq=False)
class KineticMixing(Model):
    """Dark photon A' with kinetic mixing and two fermions, by a vector current that is off-diagonal.

    Parameters
    ----------
    m_Aprime : float or ndarray [GeV]
        Mass of the A'; on its mass shell where it lies between the ends of the pair's mass, off it elsewhere.
    eps : float or ndarray
        Coupling of the A' to the electromagnetic current, over e.
    alpha_D : float or ndarray
        g_D^2 / (4 pi).
    dirac : bool
        Whether psi1 and psi2 are Dirac; Majorana halves of one Dirac fermion (pseudo-Dirac) unless given.
    transition_form : {"constant", "slope"}
        Form factor of P -> gamma A': 1, as most recasts have it, or 1 + slope q^2 with measured slopes, which is too little near
        the rho.

    Notes
    -----
    Lagrangian: ``- (eps/2) F_mn F'^mn + m_A'^2 A'^2 / 2``, so ``eps e A'_mu J_em^mu``, and of a pseudo-Dirac pair
    ``i g_D A'_mu chi2-bar gamma^mu chi1``, which is ``g_D psi-bar gamma psi`` of ``psi = (chi2 + i chi1) / sqrt(2)``; of a Dirac
    pair ``g_D A'_mu (psi2-bar gamma^mu psi1 + h.c.)``. There is no diagonal coupling.
    Phases: a vector current alone, so that nothing polarises psi2.
    Normalisation: a pseudo-Dirac pair is one channel with the amplitude ``g_D u-bar gamma v``; of a Dirac one psi1 psi2-bar and
    psi1-bar psi2 count both. Widths of X2 are the same.  The A' has a constant width, to X1 X2, e e, mu mu and pi pi, in decays of X2
    without X1 X2; above 1 GeV other hadrons are missing, which counts where alpha_D is not far above eps^2 alone.
    The current of the mesons is conserved, so that K_L -> X1 X2 vanishes at the order eps for any mass (``q_mu (q^2 g^mn - q^m q^n) = 0``);
    K_L -> pi0 A' breaks CP or needs an amplitude that is not known, B -> K A' is far below other limits: both are left out.
    """

    references: ClassVar = ("arXiv:2005.07102", "arXiv:1908.07525", "arXiv:0903.3130", "arXiv:hep-ph/9808289")

    FERMIONS: ClassVar = True

    m_Aprime: Annotated[Real, Energy, Gt(0.0)]
    eps: Annotated[Real, Dimensionless, Ge(0.0)]
    alpha_D: Annotated[Real, Dimensionless, Ge(0.0)]
    dirac: bool = False
    transition_form: Form = "constant"

    def self_conjugate(self) -> bool:
        """Majorana unless they are Dirac."""
        return not self.dirac

    def current(self) -> FermionCurrent:
        """psi2-bar gamma psi1; Majorana ones have a phase i that no rate knows."""
        return FermionCurrent(m1=self.m1, m2=self.m2, c_V=1.0, c_A=0.0)

    def channels(self) -> float:
        """Of production: two of a Dirac pair."""
        return 2.0 if self.dirac else 1.0

    def couplings(self) -> Array:
        """(eps g_D)^2 [1]."""
        return np.asarray(4.0 * math.pi * np.asarray(self.alpha_D) * np.square(self.eps))

    def mediator_widths(self) -> dict[str, Array]:
        """Partial widths of the A' by what it decays to [GeV].

        To X1 X2 ``n alpha_D p (m^2 - D^2) (2 m^2 + S^2) / (3 m^4)``, p the momentum, D and S the difference and the sum of the masses;
        to leptons ``alpha eps^2 m (1 + 2 r) sqrt(1 - 4 r) / 3`` with r = m_l^2 / m^2, to pions ``alpha eps^2 m (1 - 4 r)^(3/2)
        |F(m^2)|^2 / 12``.
        """
        mass = np.asarray(self.m_Aprime, dtype=np.float64)
        q2 = np.square(mass)
        charge = 4.0 * math.pi * self.inputs["alpha"] * np.square(self.eps)
        own = 4.0 * math.pi * np.asarray(self.alpha_D) * self.channels()
        dark = own * 2.0 * self.current().transverse(q2) / (3.0 * q2)
        out = {"X1 X2": two_body_width(mass, self.m1, self.m2, dark)}
        for pair, member in _PAIRS.items():
            r = particle(member).mass ** 2 / q2
            squared = 4.0 / 3.0 * (1.0 + 2.0 * r)
            if pair == "pi+ pi-":
                above = np.maximum(q2, 4.0 * particle(member).mass ** 2)
                squared = (1.0 - 4.0 * r) / 3.0 * np.square(np.abs(PION.vector(above)))
            out[pair] = two_body_width(
                mass, particle(member).mass, particle(member).mass, charge * q2 * squared
            )
        return out

    def mediator_width(self) -> Array:
        """Total width of the A' [GeV]."""
        return np.asarray(sum(self.mediator_widths().values(), start=np.zeros(())))

    def visible_width(self) -> Array:
        """Width of the A' without X1 X2 [GeV]: all of it that counts in decays of X2, which are below that threshold."""
        widths = self.mediator_widths()
        return np.asarray(sum((widths[pair] for pair in _PAIRS), start=np.zeros(())))

    def polariser(self, parent: str, production: str) -> None:
        """None: a vector current and a real tensor of mesons leave psi2 unpolarised."""
        self.mode(parent, production)

    def analyser(self, mode: str) -> None:
        """None: as of a vector current."""
        self.mode("X2", mode)


def _sum(model: KineticMixing) -> Real:
    return np.asarray(model.m1) + np.asarray(model.m2)


def _anomaly(model: KineticMixing, *, meson: str, events: bool = True) -> AnomalyTransition:
    """Squared amplitude of P -> gamma X1 X2."""
    mass, whole = particle(meson).mass, model.mediator_width()
    width, factor = drawn_width(model.m_Aprime, whole, _sum(model), mass) if events else (whole, 1.0)
    # |A|^2 of P -> gamma gamma is 64 pi Gamma / M^3, and each vertex with an A' has eps
    vertex = 64.0 * math.pi * TWO_PHOTONS[meson] * total_width(meson) / mass**3
    return AnomalyTransition(
        current=model.current(),
        strength=vertex * model.couplings() * model.channels() * factor,
        pole=model.m_Aprime,
        width=width,
        mass=mass,
        slope=_SLOPES[meson] if model.transition_form == "slope" else 0.0,
    )


def _photon(model: KineticMixing, *, meson: str) -> Array:
    """Width of P -> gamma X1 X2 through an A' on or off its mass shell [GeV].

    ``int dq^2 (M^2 - q^2) sqrt(kallen(q^2, m1^2, m2^2)) / q^2 |M|^2 / (256 pi^3 M^3)``, ``|M|^2 = 64 pi Gamma(P -> gamma gamma) / M^3
    4 pi alpha_D eps^2 F^2 (M^2 - q^2)^2 / 2 * 2 T(q^2) / (3 q^2) / ((q^2 - m_A'^2)^2 + m_A'^2 Gamma^2)``, with
    ``T = (q^2 - D^2) (2 q^2 + S^2)``; narrow, ``2 eps^2 (1 - m_A'^2/M^2)^3 Gamma(P -> gamma gamma)`` times the branching ratio of A' -> X1 X2.
    """
    bare = _anomaly(model, meson=meson, events=False).bare
    masses = (particle(meson).mass, 0.0, model.m1, model.m2)
    return resonant_width(masses, bare, (model.m_Aprime, model.mediator_width()))


def _kaon_transition(model: KineticMixing, *, events: bool = True) -> ConservedTransition:
    """Squared amplitude of K+ -> pi+ X1 X2."""
    kaon, pion, whole = particle("K+").mass, particle("pi+").mass, model.mediator_width()
    most = kaon - pion
    width, factor = drawn_width(model.m_Aprime, whole, _sum(model), most) if events else (whole, 1.0)
    f0, delta = _KAON_FORM
    scale = model.inputs["G_F"] * kaon**2 * f0
    strength = 4.0 * math.pi * model.inputs["alpha"] / (16.0 * math.pi**2) ** 2
    return ConservedTransition(
        current=model.current(),
        strength=strength * model.couplings() * model.channels() * factor,
        pole=model.m_Aprime,
        width=width,
        mass=kaon,
        daughter_mass=pion,
        shape=(scale, scale * delta),
    )


def _kaon(model: KineticMixing) -> Array:
    """Width of K+ -> pi+ X1 X2 by the measured K+ -> pi+ gamma*, with an A' in place of the photon [GeV].

    ``|M|^2 = 4 pi alpha 4 pi alpha_D eps^2 / (16 pi^2)^2 W^2 z^2 kallen(m_K^2, m_pi^2, q^2) 2 T(q^2) / (3 q^4) / ((q^2 - m_A'^2)^2 +
    m_A'^2 Gamma^2)`` with ``W = G_F m_K^2 f_0 (1 + delta z)``, z = q^2 / m_K^2, of K+ -> pi+ e+ e- (hep-ph/9808289, arXiv:0903.3130).
    """
    bare = _kaon_transition(model, events=False).bare
    masses = (particle("K+").mass, particle("pi+").mass, model.m1, model.m2)
    return resonant_width(masses, bare, (model.m_Aprime, model.mediator_width()))


def _pair_decay(model: KineticMixing, *, pair: str, events: bool = True) -> MediatedDecay:
    """Squared amplitude of X2 -> X1 and a charged pair."""
    mf = particle(_PAIRS[pair]).mass
    most = np.asarray(model.m2) - model.m1
    visible = model.visible_width()
    width, factor = drawn_width(model.m_Aprime, visible, 2.0 * mf, most) if events else (visible, 1.0)
    return MediatedDecay(
        current=model.current(),
        strength=4.0 * math.pi * model.inputs["alpha"] * model.couplings() * factor,
        pole=model.m_Aprime,
        width=width,
        mf=mf,
        pions=pair == "pi+ pi-",
    )


def _pair(model: KineticMixing, *, pair: str) -> Array:
    """Width of X2 -> X1 and a charged pair through an A' on or off its mass shell [GeV].

    ``int dq^2 sqrt(kallen(m2^2, m1^2, q^2)) beta |M|^2 / (256 pi^3 m2^3)``, ``beta^2 = 1 - 4 r``, ``r = m_f^2 / q^2``, and ``|M|^2 = 16 pi^2 alpha
    alpha_D eps^2 4/3 (1 + 2 r) T(q^2) / ((q^2 - m_A'^2)^2 + m_A'^2 Gamma^2)``, ``T = (D^2 - q^2) (2 q^2 + S^2)``; for pions
    ``(1 - 4 r) / 3 |F(q^2)|^2`` in place of ``4/3 (1 + 2 r)``. Of light electrons and a small difference D of the masses it is
    ``4 alpha alpha_D eps^2 D^5 / (15 pi m_A'^4)``.
    """
    decay = _pair_decay(model, pair=pair, events=False)
    masses = (model.m2, model.m1, decay.mf, decay.mf)
    return resonant_width(masses, decay.bare, (model.m_Aprime, model.visible_width()))


def _modes() -> dict[tuple[str, str], ModelMode]:
    table = {
        (meson, "gamma X1 X2"): ModelMode(
            partial(_photon, meson=meson), "of the anomaly", partial(_anomaly, meson=meson)
        )
        for meson in TWO_PHOTONS
    }
    table["K+", "pi+ X1 X2"] = ModelMode(_kaon, "of K+ -> pi+ e+ e-", _kaon_transition)
    for pair in _PAIRS:
        table["X2", f"X1 {pair}"] = ModelMode(
            partial(_pair, pair=pair), "of a virtual A'", partial(_pair_decay, pair=pair)
        )
    return table


KineticMixing.MODES = _modes()
