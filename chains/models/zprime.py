"""Z' with mass mixing with the Z: one contact coupling makes dark pairs and lets X2 decay."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, Self

import numpy as np

from darkpair.chains.dark_currents import ScalarCurrent
from darkpair.chains.form_factors import KstarForm, form_factor
from darkpair.chains.matrix_elements import CurrentDecay, KstarTransition, VectorTransition, pair_from_meson
from darkpair.chains.models.dark_scalars import CASCADE_MODES, ScalarPair
from darkpair.chains.models.electroweak import (
    cos_theta_W,
    fermion_couplings,
    higgs_vev,
    weak_coupling,
    z_penguin,
)
from darkpair.chains.models.model import Model, ModelMode
from darkpair.chains.models.units import Contact
from darkpair.chains.widths import three_body_width, two_body_width
from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Real
from darkpair.gen.parameters import Energy, Ge, Gt
from darkpair.gen.parameters import parameters as parameters_of
from darkpair.gen.particles import particle

if TYPE_CHECKING:
    from darkpair.chains.dark_currents import DarkCurrent
    from darkpair.chains.models.inputs import Inputs
    from darkpair.gen.kinematics import Array

__all__ = ["PAIR_MODES", "ZPrime", "ZPrimeScalar", "contact_coupling", "mixing_from_vev", "mixing_product"]

#: M' -> M X1 X2: quark transition, form factor, part of the coupling, isospin factor of the amplitude.
_TRANSITIONS: Final = {
    ("K+", "pi+"): ("sd", "K -> pi", "abs", 1.0),
    ("K_L0", "pi0"): ("sd", "K -> pi", "imag", 1.0),
    ("K_S0", "pi0"): ("sd", "K -> pi", "real", 1.0),
    ("B+", "K+"): ("bs", "B -> K", "abs", 1.0),
    ("B0", "K0"): ("bs", "B -> K", "abs", 1.0),
    ("B+", "pi+"): ("bd", "B -> pi", "abs", 1.0),
    ("B0", "pi0"): ("bd", "B -> pi", "abs", math.sqrt(0.5)),
    ("B+", "K*+"): ("bs", "B -> K*", "abs", 1.0),
    ("B0", "K*0"): ("bs", "B -> K*", "abs", 1.0),
}


def contact_coupling(eps_Z: Real, g_X: Real, m_Zprime: Real, inputs: Inputs) -> Array:
    """G_X of the mass mixing, the dark coupling and the mass of the Z' [GeV^-2].

    Parameters
    ----------
    eps_Z, g_X : float or ndarray
        Mass mixing and dark gauge coupling [1].
    m_Zprime : float or ndarray [GeV]
        Mass of the Z'.

    References
    ----------
    arXiv:2005.07102, eq. 43.
    """
    scale = weak_coupling(inputs) / (4.0 * cos_theta_W(inputs)) * math.sqrt(2.0)
    return np.asarray(scale * np.asarray(eps_Z) * g_X / np.square(m_Zprime))


def mixing_product(G_X: Real, m_Zprime: Real, inputs: Inputs) -> Array:
    """Product eps_Z g_X that gives a contact coupling [1].

    Parameters
    ----------
    G_X : float or ndarray [GeV^-2]
        Contact coupling of eq. 43.
    m_Zprime : float or ndarray [GeV]
        Mass of the Z'.

    References
    ----------
    arXiv:2005.07102, eq. 43.
    """
    return np.asarray(G_X / contact_coupling(1.0, 1.0, m_Zprime, inputs))


def mixing_from_vev(g_X: Real, v_X: Real, inputs: Inputs) -> Array:
    """eps_Z of a second doublet with unit charge under U(1)_X [1].

    Parameters
    ----------
    g_X : float or ndarray
        Dark gauge coupling [1].
    v_X : float or ndarray [GeV]
        Vacuum expectation value of the second doublet, far below v.

    Notes
    -----
    The mixing term of |D H_X|^2 over m_Z^2 is (2 g_X c_W / g) (v_X / v)^2; arXiv:2005.07102, section III.C,
    prints c_W in the denominator.
    """
    ratio = np.square(np.asarray(v_X) / higgs_vev(inputs))
    return np.asarray(2.0 * np.asarray(g_X) * cos_theta_W(inputs) / weak_coupling(inputs) * ratio)


@dataclass(frozen=True, kw_only=True, eq=False)
class ZPrime(Model):
    """Z' mixing with the Z (arXiv:2005.07102, section III.C); a base without a choice of dark current.

    Widths of X2 hold below its decays to three pions. Only the neutral current couples: the photon's part of
    eq. 39 needs kinetic mixing, which is zero here.

    Parameters
    ----------
    G_X : float or ndarray [GeV^-2]
        Contact coupling of eq. 43.
    m_UV : float or ndarray, optional [GeV]
        Scale in the logarithm of eq. 40; the inputs' unless given.
    m_Zprime : float or ndarray, optional [GeV]
        Mass of the Z', which turns on the propagator in three-body modes; contact without. Two-body amplitudes are
        contact for any mass, exactly.
    b_to_k : {"ali-ball", "bcl"}
        Form factors of B -> K.
    """

    references: ClassVar = ("arXiv:2005.07102",)

    G_X: Annotated[Real, Contact, Ge(0.0)]
    m_UV: Annotated[Real | None, Energy] = None
    m_Zprime: Annotated[Real | None, Energy, Gt(0.0)] = None
    b_to_k: Literal["ali-ball", "bcl"] = "ali-ball"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.m_UV is not None and not np.all(np.asarray(self.m_UV) > self.inputs["M_W"]):
            raise InputError(
                f"m_UV = {self.m_UV} GeV; allowed: above M_W, where the logarithm of eq. 40 holds"
            )

    @classmethod
    def from_mixing(
        cls, *, eps_Z: Real, g_X: Real, m_Zprime: Real, inputs: Inputs, **parameters: Any
    ) -> Self:
        """Model of a mixing, a dark coupling and a mass of the Z', with its propagator.

        Parameters
        ----------
        eps_Z, g_X : float or ndarray
            Mass mixing and dark gauge coupling [1].
        m_Zprime : float or ndarray [GeV]
            Mass of the Z'.
        inputs : Inputs
            Preset and overrides of the table of inputs.
        **parameters
            Other parameters of the model, by name.
        """
        m_Zprime = parameters_of(cls)["m_Zprime"].kind.read(m_Zprime, "m_Zprime", {})
        strength = contact_coupling(eps_Z, g_X, m_Zprime, inputs)
        return cls(G_X=strength, m_Zprime=m_Zprime, inputs=inputs, **parameters)

    def current(self) -> DarkCurrent:
        """Dark current that links X1 and X2, one channel."""
        raise NotImplementedError

    def channels(self, *, decay: bool) -> float:
        """Factor on the rate of one Dirac (or scalar) channel: channels, and the Majorana amplitude's."""
        raise NotImplementedError

    def unit_contact(self) -> Array:
        """G_X of eps_Z g_X / m_Z'^2 = 1 GeV^-2, the scale of eq. 43 [1]."""
        return contact_coupling(1.0, 1.0, 1.0, self.inputs)

    def flavour_coupling(self, transition: str) -> tuple[Array, Array]:
        """Real and imaginary part of g_qq'X g_X / m_Z'^2 [GeV^-2].

        Parameters
        ----------
        transition : {"sd", "bs", "bd"}
            Two down-type quarks, the heavier first.

        References
        ----------
        arXiv:2005.07102, eqs. 40 and 43.
        """
        scale = np.asarray(self.G_X) / self.unit_contact()
        real, imag = z_penguin(transition, self.inputs, self.m_UV)
        return real * scale, imag * scale

    def meson_coupling(self, meson: str) -> Array:
        """C of the interaction C q_mu J^mu of a pseudoscalar meson [GeV^-1].

        Parameters
        ----------
        meson : {"K_L0", "K_S0", "pi0", "eta", "B0"}
            Meson that the current annihilates.

        References
        ----------
        arXiv:2005.07102, eqs. 44, 47, 49; K_L picks the real part (eq. 17), K_S, the other combination of K0 and its antiparticle,
        the imaginary one; the eta is an octet with F_pi, B0 is a flavour eigenstate with f_B / 2.
        """
        if meson in ("K_L0", "K_S0"):
            part = 0 if meson == "K_L0" else 1
            return np.asarray(self.flavour_coupling("sd")[part] * self.inputs["F_K"])
        if meson == "B0":
            return np.asarray(np.hypot(*self.flavour_coupling("bd")) * 0.5 * self.inputs["f_B"])
        isospin = {"pi0": math.sqrt(2.0), "eta": math.sqrt(2.0 / 3.0)}
        return np.asarray(isospin[meson] * np.asarray(self.G_X) * self.inputs["F_pi"])

    def mediator(self, release: Real) -> Real | None:
        """Mass of the Z' for a three-body mode that releases at most that pair mass [GeV]; None is contact."""
        if self.m_Zprime is not None and np.any(np.asarray(self.m_Zprime) <= release):
            _, largest = apart(np.min(self.m_Zprime), np.max(release))
            raise InputError(
                f"m_Zprime = {self.m_Zprime} GeV is not above the largest pair mass {largest} GeV: "
                "the Z' is on its mass shell; allowed: larger, or None for the contact limit"
            )
        return self.m_Zprime


def _pair(model: ZPrime, *, meson: str) -> Array:
    """Width of a pseudoscalar meson -> X1 X2, all channels [GeV] (arXiv:2005.07102, eqs. 44-46, 49, 51).

    ``n p / (8 pi M^2) C^2 N(M^2)``: p the momentum, n the channels, C the meson's coupling, N(q^2) the current contracted with
    q and squared, ``(m2^2 - m1^2)^2`` of scalars and ``2 (|c_V|^2 D^2 |q^2 - S^2| + |c_A|^2 S^2 |q^2 - D^2|)`` of fermions,
    with D = m2 - m1 and S = m2 + m1.
    """
    mass = particle(meson).mass
    squared = pair_from_meson(model.current(), model.meson_coupling(meson), mass**2)
    return two_body_width(mass, model.m1, model.m2, squared * model.channels(decay=False))


def _meson(model: ZPrime, *, meson: str) -> Array:
    """Width of X2 -> X1 and a pseudoscalar meson [GeV] (arXiv:2005.07102, eqs. 47, 48, 50).

    ``n p / (8 pi m2^2) C^2 N(m_P^2) / s``: that of the meson's own decay crossed, averaged over the s spin states of X2.
    """
    mass, current = particle(meson).mass, model.current()
    squared = pair_from_meson(current, model.meson_coupling(meson), mass**2) / current.spin_states
    return two_body_width(model.m2, model.m1, mass, squared * model.channels(decay=True))


def _current_decay(model: ZPrime, *, pair: str) -> CurrentDecay:
    """Squared amplitude of X2 -> X1 and a light pair (arXiv:2005.07102, eqs. B5 and B6 with masses)."""
    strength = 2.0 * np.square(model.G_X) * model.channels(decay=True)
    mediator = model.mediator(np.asarray(model.m2) - model.m1)
    if pair == "pi":
        isovector = (1.0 - 2.0 * model.inputs["sin2_theta_W"]) ** 2
        return CurrentDecay(
            current=model.current(), strength=strength * isovector, mf=_pair_mass(pair), scalar=True,
            mediator_mass=mediator,
        )  # fmt: skip
    g_v, g_a = fermion_couplings(pair, model.inputs)
    families = 3.0 if pair == "nu" else 1.0
    return CurrentDecay(
        current=model.current(),
        strength=strength * families,
        mf=_pair_mass(pair),
        g_v=g_v,
        g_a=g_a,
        mediator_mass=mediator,
        fermion_last=pair != "nu",  # "nu nubar" but "e+ e-"
    )


def _pair_mass(pair: str) -> float:
    return 0.0 if pair == "nu" else particle({"e": "e-", "mu": "mu-", "pi": "pi+"}[pair]).mass


def _light_pair(model: ZPrime, *, pair: str) -> Array:
    """Width of X2 -> X1 and a light pair [GeV] (arXiv:2005.07102, eqs. B5 and B6 with masses, Fig. 9).

    ``int dq^2 sqrt(kallen(m2^2, m1^2, q^2)) beta |M|^2 / (256 pi^3 m2^3)``, ``beta^2 = 1 - 4 r``, ``r = m_f^2 / q^2``, and
    ``|M|^2 = 2 n G_X^2 [4/3 (g_V^2 (1 + 2 r) + g_A^2 (1 - 4 r)) P^2 T(q^2) + 8 g_A^2 r L(q^2)]``: T and L the transverse and the
    longitudinal part of the dark current, ``P = 1 / (1 - q^2 / m_Z'^2)``; three times that for neutrinos, and
    ``2 n G_X^2 (1 - 2 s_W^2)^2 (1 - 4 r) / 3 P^2 T(q^2)`` for pions.
    """
    amplitude, mf = _current_decay(model, pair=pair), _pair_mass(pair)
    return three_body_width(model.m2, model.m1, mf, mf, amplitude.averaged, elementwise=True)


def _strength(model: ZPrime, parent: str, daughter: str) -> Array:
    """Square of the contact coupling of M' -> M to the dark current, with the channels [GeV^-4]."""
    quarks, _, part, isospin = _TRANSITIONS[parent, daughter]
    real, imag = model.flavour_coupling(quarks)
    size = {"real": real, "imag": imag}.get(part, np.hypot(real, imag))
    return np.asarray(np.square(0.5 * isospin * size) * model.channels(decay=False))  # 1/2 of P_L


def _transition(model: ZPrime, *, parent: str, daughter: str) -> VectorTransition:
    """Squared amplitude of M' -> M X1 X2 (arXiv:2005.07102, appendix B)."""
    heavy, light, form = particle(parent).mass, particle(daughter).mass, _TRANSITIONS[parent, daughter][1]
    return VectorTransition(
        mass=heavy,
        daughter_mass=light,
        form=form_factor(form, model.b_to_k if form == "B -> K" else None),
        current=model.current(),
        strength=_strength(model, parent, daughter),
        mediator_mass=model.mediator(heavy - light),
    )


def _kstar_transition(model: ZPrime, *, parent: str, daughter: str) -> KstarTransition:
    """Squared amplitude of B -> K* X1 X2, averaged over angles."""
    heavy, light = particle(parent).mass, particle(daughter).mass
    return KstarTransition(
        mass=heavy,
        daughter_mass=light,
        form=KstarForm(parent=parent),
        current=model.current(),
        strength=_strength(model, parent, daughter),
        mediator_mass=model.mediator(heavy - light),
    )


def _semi_invisible(model: ZPrime, *, parent: str, daughter: str) -> Array:
    """Width of M' -> M X1 X2, all channels, a K* at its nominal mass [GeV] (arXiv:2005.07102, appendix B).

    ``int dq^2 sqrt(kallen(M'^2, M^2, q^2) kallen(q^2, m1^2, m2^2)) / q^2 |M|^2 / (256 pi^3 M'^3)``, and for a pseudoscalar M
    ``|M|^2 = n s g^2 [f_+^2 kallen(M'^2, M^2, q^2) P^2 T(q^2) / 3 + f_0^2 (M'^2 - M^2)^2 L(q^2)] / q^4``, g half of the coupling of
    the quarks; for a K* the sum over its helicities.
    """
    build = _kstar_transition if daughter.startswith("K*") else _transition
    averaged = build(model, parent=parent, daughter=daughter).averaged
    masses = particle(parent).mass, particle(daughter).mass, model.m1, model.m2
    return three_body_width(*masses, averaged, elementwise=True)


def _modes() -> dict[tuple[str, str], ModelMode]:
    table = {
        ("K_L0", "X1 X2"): ModelMode(partial(_pair, meson="K_L0"), "44-46"),
        ("K_S0", "X1 X2"): ModelMode(partial(_pair, meson="K_S0"), "44-46, imaginary part"),
        ("eta", "X1 X2"): ModelMode(partial(_pair, meson="eta"), "49, 51"),
        ("pi0", "X1 X2"): ModelMode(partial(_pair, meson="pi0"), "47, 50 crossed"),
        ("B0", "X1 X2"): ModelMode(partial(_pair, meson="B0"), "44-46 with f_B"),
        ("X2", "X1 pi0"): ModelMode(partial(_meson, meson="pi0"), "47, 48, 50"),
        ("X2", "X1 eta"): ModelMode(partial(_meson, meson="eta"), "49 crossed"),
    }
    pairs = {"nu": "nu nubar", "e": "e+ e-", "mu": "mu+ mu-", "pi": "pi+ pi-"}
    for pair, name in pairs.items():
        width, amplitude = partial(_light_pair, pair=pair), partial(_current_decay, pair=pair)
        table["X2", f"X1 {name}"] = ModelMode(width, "B5, B6", amplitude)
    for parent, daughter in _TRANSITIONS:
        rate = partial(_semi_invisible, parent=parent, daughter=daughter)
        build = _kstar_transition if daughter.startswith("K*") else _transition
        angles = partial(build, parent=parent, daughter=daughter)
        table[parent, f"{daughter} X1 X2"] = ModelMode(rate, "B1-B4", angles)
    return table


#: Modes of every dark current.
PAIR_MODES: Final = _modes()


@dataclass(frozen=True, kw_only=True, eq=False)
class ZPrimeScalar(ZPrime, ScalarPair):
    """Z' and two real scalars S1, S2 (arXiv:2005.07102, eq. 41).

    Notes
    -----
    Lagrangian: ``g_X Z'_mu (S2 d^mu S1 - S1 d^mu S2) - eps_Z (g / 2 c_W) J_NC^mu Z'_mu``, and by a loop
    ``g_sdX Z'_mu s-bar gamma^mu P_L d + h.c.`` (eqs. 39 to 41), so for b and s, b and d.
    Phases: the current of real scalars has none. K_L takes the real part of g_sdX, K_L -> pi0 X1 X2 the imaginary one,
    charged mesons and B the modulus.
    Normalisation: ``G_X / sqrt(2) = eps_Z g g_X / (4 c_W m_Z'^2)`` (eq. 43). S1 and S2 are distinct: one channel.
    """

    MODES: ClassVar = {**PAIR_MODES, **CASCADE_MODES}

    def current(self) -> ScalarCurrent:
        """S2 d S1 - S1 d S2."""
        return ScalarCurrent(m1=self.m1, m2=self.m2)

    def channels(self, *, decay: bool) -> float:
        """One: the scalars are real and distinct."""
        return 1.0
