"""Higgs portal: K_L, B and the Higgs boson to dark pairs by the same coupling, and what X2 can do with it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Self

import numpy as np

from darkpair.chains.form_factors import form_factor
from darkpair.chains.matrix_elements import PowerAmplitude, ScalarTransition
from darkpair.chains.models.dark_scalars import CASCADE_MODES, ScalarPair
from darkpair.chains.models.electroweak import higgs_vev, lambda_t, transition_ckm
from darkpair.chains.models.model import Model, ModelMode
from darkpair.chains.spin import PairSpin, YukawaPair
from darkpair.chains.widths import three_body_width, two_body_width
from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Real
from darkpair.gen.parameters import Dimensionless, Energy, Ge, Le
from darkpair.gen.particles import particle
from darkpair.gen.ranges import ENERGIES

if TYPE_CHECKING:
    from darkpair.chains.models.inputs import Inputs
    from darkpair.gen.kinematics import Array

__all__ = [
    "HiggsPortalFermion",
    "HiggsPortalQuartic",
    "HiggsPortalTrilinear",
    "flavour_coefficient",
    "photon_coupling",
    "photons_by_mixing",
]

#: Low-energy h gamma gamma form factor of the W (7) and of t, b, c, tau (-4/3 N_c Q^2 each); light hadrons
#: and leptons change it by a number of order one.
_PHOTON_FACTOR: Final = 7.0 - 4.0 / 3.0 * (3.0 * (4.0 + 1.0 + 4.0) / 9.0 + 1.0)

#: M' -> M: quark transition, form factor, part of the CKM product (eq. 18), quark mass ratio.
_TRANSITIONS: Final = {
    ("K+", "pi+"): ("sd", "K -> pi", "abs", "ms_over_md"),
    ("K_L0", "pi0"): ("sd", "K -> pi", "real", "ms_over_md"),
    ("K_S0", "pi0"): ("sd", "K -> pi", "imag", "ms_over_md"),
    ("B+", "K+"): ("bs", "B -> K", "abs", "mb_over_ms"),
    ("B0", "K0"): ("bs", "B -> K", "abs", "mb_over_ms"),
}


def flavour_coefficient(inputs: Inputs) -> float:
    """Coefficient b = 3 y_t^2 / (32 pi^2 m_h^2) of the flavour-changing Higgs coupling [GeV^-2].

    References
    ----------
    arXiv:2005.07102, eqs. 20 and 24; y_t = sqrt(2) m_t / v.
    """
    y_t = math.sqrt(2.0) * inputs["m_t"] / higgs_vev(inputs)
    return 3.0 * y_t**2 / (32.0 * math.pi**2 * inputs["m_h"] ** 2)


@dataclass(frozen=True, kw_only=True, eq=False)
class HiggsPortal(Model):
    """A dark pair that couples to v h with a strength lambda(q^2); a base for the three cases of eqs. 21-23."""

    references: ClassVar = ("arXiv:2005.07102",)

    #: Name of the pair in the modes.
    PAIR: ClassVar[str] = "X1 X2"
    #: The coupling that `saturating` scales.
    SCALED: ClassVar[str] = ""

    def strength(self) -> tuple[Real, Real | None]:
        """(c, m) of lambda(q^2) = c / (m^2 - q^2), or of a constant c with m None."""
        raise NotImplementedError

    def fermion_mass(self) -> Real | None:
        """Mass of the pair if it is fermions, whose spin sum is 2 (q^2 - 4 m^2) [GeV]."""
        return None

    def pair_masses(self) -> tuple[Real, Real]:
        """Masses of the pair [GeV]."""
        return self.m1, self.m2

    def identical_strength(self) -> Real:
        """Coupling c of a pair S2 S2, with the mediator of `strength`: lambda_22 v h S2^2 as eq. 19 sums it."""
        return 0.0

    def squared_coupling(self, q2: float, *, identical: bool = False) -> Array:
        """lambda(q^2)^2 with the fermions' spin sum [1].

        Parameters
        ----------
        q2 : float [GeV^2]
            Squared mass of the dark pair.
        identical : bool
            Whether the pair is S2 S2: the amplitude is twice c, the rate has one half.
        """
        coupling, pole = self.strength()
        if identical:
            coupling = math.sqrt(2.0) * np.asarray(self.identical_strength())
        out = np.square(coupling)
        if pole is not None:
            if np.any(np.square(pole) == q2):
                raise InputError(f"m_S3 = {pole} GeV is the parent's mass: the mediator is on its mass shell")
            out = out / np.square(np.square(pole) - q2)
        mass = self.fermion_mass()
        return np.asarray(out if mass is None else out * 2.0 * (q2 - 4.0 * np.square(mass)))

    def saturating(self, fraction: float = 0.1) -> Self:
        """Model with its coupling scaled until h -> dark pair has a fraction of the Standard Model width.

        Parameters
        ----------
        fraction : float
            Width of h -> dark pair over the Standard Model width of h [1], arXiv:2005.07102, eqs. 27-29.
        """
        now = self.partial_width("h", self.PAIR) / self.inputs["Gamma_h"]
        if not np.all(now > 0.0):
            raise InputError(
                f"{self.SCALED} = {getattr(self, self.SCALED)}: h -> {self.PAIR} is closed; give any positive value"
            )
        changes: dict[str, Any] = {
            self.SCALED: np.asarray(getattr(self, self.SCALED)) * np.sqrt(fraction / now)
        }
        return replace(self, **changes)


def _kaon(model: HiggsPortal, *, identical: bool = False, short: bool = False) -> Array:
    """Width of K_L or K_S -> dark pair [GeV]; K_L picks the imaginary part (arXiv:2005.07102, eqs. 17, 24-26).

    ``p / (8 pi M^2) (b Im(V_ts^* V_td) F_K M^2)^2 lambda(M^2)^2``, with lambda(q^2) the coupling of v h to the pair: a number, or
    ``A_3 B / (m_S3^2 - q^2)``, and for fermions its square times ``2 (q^2 - 4 m^2)``. K_S has the real part in its place.
    The factor of quark masses is 1, as eq. 24 prints it: the matrix element of eq. 20's operator is ``m_s / (m_s + m_d)`` of that
    amplitude, 0.95, and with the down quark's term that eq. 15 has and eq. 20 leaves out ``(m_s - m_d) / (m_s + m_d)``, 0.90, so
    that this width is 10 to 22 % more than theirs.
    """
    mass = particle("K_S0" if short else "K_L0").mass
    inputs = model.inputs
    ckm = lambda_t(inputs)
    amplitude = flavour_coefficient(inputs) * (ckm.real if short else ckm.imag) * inputs["F_K"] * mass**2
    masses = (model.m2, model.m2) if identical else model.pair_masses()
    return two_body_width(mass, *masses, amplitude**2 * model.squared_coupling(mass**2, identical=identical))


def _higgs(model: HiggsPortal, *, identical: bool = False) -> Array:
    """Width of h -> dark pair [GeV] (arXiv:2005.07102, eqs. 24-26).

    ``p / (8 pi m_h^2) v^2 lambda(m_h^2)^2``.
    """
    mass = model.inputs["m_h"]
    squared = higgs_vev(model.inputs) ** 2 * model.squared_coupling(mass**2, identical=identical)
    masses = (model.m2, model.m2) if identical else model.pair_masses()
    return two_body_width(mass, *masses, squared)


def _transition(model: HiggsPortal, *, parent: str, daughter: str) -> ScalarTransition:
    """Squared amplitude of M' -> M and a dark pair (arXiv:2005.07102, eqs. 20 and B2)."""
    quarks, form, part, ratio = _TRANSITIONS[parent, daughter]
    inputs = model.inputs
    ckm = lambda_t(inputs) if quarks == "sd" else transition_ckm("t", quarks, inputs)
    size = {"real": ckm.real, "imag": ckm.imag}.get(part, abs(ckm))
    heavy, light = particle(parent).mass, particle(daughter).mass
    # m_Q' / (m_Q' - m_Q) from the ratio of the masses; 1/2 of the projector
    chirality = 0.5 * inputs[ratio] / (inputs[ratio] - 1.0)
    amplitude = flavour_coefficient(inputs) * size * chirality * (heavy**2 - light**2)
    coupling, pole = model.strength()
    if pole is not None and np.any(np.asarray(pole) <= heavy - light):
        _, least = apart(np.min(pole), heavy - light)
        raise InputError(
            f"m_S3 = {pole} GeV; allowed: above {least} GeV, where S3 is never on its mass shell"
        )
    return ScalarTransition(
        form=form_factor(form), strength=np.square(amplitude * np.asarray(coupling)), pole=pole, fermion_mass=model.fermion_mass()
    )  # fmt: skip


def _semi_invisible(model: HiggsPortal, *, parent: str, daughter: str) -> Array:
    """Width of M' -> M and a dark pair [GeV] (arXiv:2005.07102, eqs. 20 and B2).

    ``int dq^2 sqrt(kallen(M'^2, M^2, q^2) kallen(q^2, m_a^2, m_b^2)) / q^2 |M|^2 / (256 pi^3 M'^3)`` with
    ``|M|^2 = (b V m_Q' / (m_Q' - m_Q) (M'^2 - M^2) / 2)^2 f_0(q^2)^2 lambda(q^2)^2``, V the part of the CKM product.
    """
    averaged = _transition(model, parent=parent, daughter=daughter).averaged
    masses = particle(parent).mass, particle(daughter).mass, *model.pair_masses()
    return three_body_width(*masses, averaged, elementwise=True)


def photon_coupling(inputs: Inputs) -> float:
    """Coefficient alpha F / (8 pi v) of h F F at low energy [GeV^-1] (arXiv:2005.07102, below eq. 29)."""
    return inputs["alpha"] * _PHOTON_FACTOR / (8.0 * math.pi * higgs_vev(inputs))


def photons_by_mixing(mass: Real, theta: Real, inputs: Inputs) -> Array:
    """Width of a scalar -> gamma gamma by mixing with the Higgs boson [GeV].

    Parameters
    ----------
    mass : float or ndarray [GeV]
        Mass of the scalar.
    theta : float or ndarray
        Mixing angle of the scalar and the Higgs boson [rad].

    References
    ----------
    arXiv:2005.07102, below eq. 29.
    """
    squared = 0.5 * 8.0 * np.square(np.asarray(theta) * photon_coupling(inputs)) * np.asarray(mass) ** 4
    return two_body_width(mass, 0.0, 0.0, squared)


_OFF_SHELL = "off-shell Higgs to a light pair, arXiv:2005.07102, below eq. 29"


def _visible_amplitude(model: HiggsPortal, *, pair: str) -> PowerAmplitude:
    """Squared amplitude of X2 -> X1 and a light pair by an off-shell Higgs (arXiv:2005.07102, below eq. 29)."""
    coupling, pole = model.strength()
    if pole is not None and np.any(np.asarray(pole) <= np.asarray(model.m2) - model.m1):
        raise InputError(f"m_S3 = {pole} GeV; allowed: above m2 - m1, where S3 is never on its mass shell")
    reach = np.asarray(coupling) / model.inputs["m_h"] ** 2
    if pair == "gamma":
        photon = reach * higgs_vev(model.inputs) * photon_coupling(model.inputs)
        strength = 0.5 * 8.0 * np.square(photon)
        return PowerAmplitude(strength=strength, power=2, pole=pole, summary=_OFF_SHELL)
    mass = particle(f"{pair}-").mass
    strength = 2.0 * np.square(reach * mass)
    return PowerAmplitude(strength=strength, power=1, threshold=2.0 * mass, pole=pole, summary=_OFF_SHELL)


def _visible(model: HiggsPortal, *, pair: str) -> Array:
    """Width of X2 -> X1 and a light pair by an off-shell Higgs [GeV].

    ``int dq^2 sqrt(kallen(m2^2, m1^2, q^2)) beta |M|^2 / (256 pi^3 m2^3)``, ``beta^2 = 1 - 4 m_f^2 / q^2``, with
    ``|M|^2 = 2 (lambda(q^2) m_f / m_h^2)^2 (q^2 - 4 m_f^2)`` for leptons and
    ``4 (lambda(q^2) v k / m_h^2)^2 q^4`` for photons, k their coupling to h.
    """
    mass = 0.0 if pair == "gamma" else particle(f"{pair}-").mass
    averaged = _visible_amplitude(model, pair=pair).averaged
    return three_body_width(model.m2, model.m1, mass, mass, averaged, elementwise=True)


def _modes(pair: str, equation: str) -> dict[tuple[str, str], ModelMode]:
    table = {("K_L0", pair): ModelMode(_kaon, equation), ("h", pair): ModelMode(_higgs, equation)}
    table["K_S0", pair] = ModelMode(partial(_kaon, short=True), f"{equation}, real part")
    for parent, daughter in _TRANSITIONS:
        rate = partial(_semi_invisible, parent=parent, daughter=daughter)
        angles = partial(_transition, parent=parent, daughter=daughter)
        table[parent, f"{daughter} {pair}"] = ModelMode(rate, "20, B2", angles)
    return table


_IDENTICAL: Final = {
    ("K_L0", "X2 X2"): ModelMode(partial(_kaon, identical=True), "19, 24"),
    ("K_S0", "X2 X2"): ModelMode(partial(_kaon, identical=True, short=True), "19, 24, real part"),
    ("h", "X2 X2"): ModelMode(partial(_higgs, identical=True), "19, 24"),
}

_VISIBLE: Final = {
    ("X2", f"X1 {name}"): ModelMode(
        partial(_visible, pair=pair), "text below 29", partial(_visible_amplitude, pair=pair)
    )
    for pair, name in (("e", "e+ e-"), ("mu", "mu+ mu-"), ("gamma", "gamma gamma"))
}


@dataclass(frozen=True, kw_only=True, eq=False)
class HiggsPortalQuartic(HiggsPortal, ScalarPair):
    """Case i: lambda_12 v h S1 S2 + lambda_22 v h S2^2 (arXiv:2005.07102, eqs. 19, 21, 24, 27).

    Widths of X2 hold below its decays to two pions.

    Parameters
    ----------
    lambda_12, lambda_22 : float or ndarray
        Quartic couplings of the Higgs boson to S1 S2 and to S2 S2.

    Notes
    -----
    Lagrangian: ``lambda_12 v h S1 S2 + lambda_22 v h S2^2`` (arXiv:2005.07102, eqs. 19 and 21); a loop and the
    exchange of h give ``b (V_ts^* V_td m_s s-bar P_L d + h.c.)`` times what v h couples to (eq. 20), so for b and s;
    and S2's own ``- a_211 S2 S1^2 - lambda_2111 S2 S1^3``.
    Phases: couplings are real. K_L takes the imaginary part of V_ts^* V_td, K_L -> pi0 the real one, K+ and B the modulus.
    Normalisation: ``b = 3 y_t^2 / (32 pi^2 m_h^2)``. K_L has eq. 24's factor 1 where eq. 20 gives ``m_s / (m_s + m_d)``. The amplitude
    of S2 S2 is ``2 lambda_22 v``, its rate has one half for identical particles.
    """

    MODES: ClassVar = {**_modes("X1 X2", "24, 27"), **_IDENTICAL, **_VISIBLE, **CASCADE_MODES}
    SCALED: ClassVar = "lambda_12"

    lambda_12: Annotated[Real, Dimensionless]
    lambda_22: Annotated[Real, Dimensionless] = 0.0

    def strength(self) -> tuple[Real, Real | None]:
        """lambda_12, no mediator."""
        return self.lambda_12, None

    def identical_strength(self) -> Real:
        """lambda_22."""
        return self.lambda_22


@dataclass(frozen=True, kw_only=True, eq=False)
class HiggsPortalFermion(HiggsPortal):
    """Case ii: A_3 v h S3 + y_X S3 psi-bar psi (arXiv:2005.07102, eqs. 22, 25, 28); psi is X2.

    Parameters
    ----------
    A_3 : float or ndarray [GeV]
        Mixing of S3 with the Higgs boson over v.
    y_X : float or ndarray
        Yukawa coupling of S3 to psi.
    m_S3 : float or ndarray [GeV]
        Mass of the mediator S3, which has its full propagator.

    Notes
    -----
    Lagrangian: ``A_3 v h S3 + y_X S3 psi-bar psi`` (arXiv:2005.07102, eq. 22); a loop and the
    exchange of h give ``b (V_ts^* V_td m_s s-bar P_L d + h.c.)`` times what v h couples to (eq. 20), so for b and s.
    Phases: couplings are real. K_L takes the imaginary part of V_ts^* V_td, K_L -> pi0 the real one, K+ and B the modulus.
    Normalisation: ``b = 3 y_t^2 / (32 pi^2 m_h^2)``. K_L has eq. 24's factor 1 where eq. 20 gives ``m_s / (m_s + m_d)``. psi is a Dirac
    fermion, whose spin sum is ``2 (q^2 - 4 m2^2)``; one channel, psi psi-bar.
    """

    FERMIONS: ClassVar = True
    MODES: ClassVar = _modes("X2 X2", "25, 28")
    PAIR: ClassVar = "X2 X2"
    SCALED: ClassVar = "y_X"

    A_3: Annotated[Real, Energy]
    y_X: Annotated[Real, Dimensionless]
    m_S3: Annotated[Real, Energy, Ge(0.0), Le(ENERGIES[1])]

    def strength(self) -> tuple[Real, Real | None]:
        """A_3 y_X over the propagator of S3."""
        return np.asarray(self.A_3) * self.y_X, self.m_S3

    def fermion_mass(self) -> Real:
        """Mass of psi [GeV]."""
        return self.m2

    def pair_masses(self) -> tuple[Real, Real]:
        """Twice the mass of psi [GeV]."""
        return self.m2, self.m2

    def polariser(self, parent: str, production: str) -> PairSpin | None:
        """A pair in a P wave: neither is polarised, their spins are correlated."""
        self.mode(parent, production)
        first, second = (i for i, word in enumerate(production.split()) if word == "X2")
        return PairSpin(
            amplitude=YukawaPair(), pair=(first, second), masses=(self.m2, self.m2), anti=(False, True)
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class HiggsPortalTrilinear(HiggsPortal, ScalarPair):
    """Case iii: A_3 v h S3 + B S1 S2 S3 + B_22 S2^2 S3 (arXiv:2005.07102, eqs. 23, 26, 29).

    Widths of X2 hold below its decays to two pions.

    Parameters
    ----------
    A_3, B, B_22 : float or ndarray [GeV]
        Mixing of S3 with the Higgs boson over v; couplings of S3 to the pairs.
    m_S3 : float or ndarray [GeV]
        Mass of the mediator S3, which has its full propagator.

    Notes
    -----
    Lagrangian: ``A_3 v h S3 + B S1 S2 S3 + B_22 S2^2 S3`` (arXiv:2005.07102, eqs. 19 and 23); a loop and the
    exchange of h give ``b (V_ts^* V_td m_s s-bar P_L d + h.c.)`` times what v h couples to (eq. 20), so for b and s;
    and S2's own ``- a_211 S2 S1^2 - lambda_2111 S2 S1^3``.
    Phases: couplings are real. K_L takes the imaginary part of V_ts^* V_td, K_L -> pi0 the real one, K+ and B the modulus.
    Normalisation: ``b = 3 y_t^2 / (32 pi^2 m_h^2)``. K_L has eq. 24's factor 1 where eq. 20 gives ``m_s / (m_s + m_d)``. The amplitude
    of S2 S2 is ``2 B_22`` times that of S3, its rate has one half for identical particles.
    """

    MODES: ClassVar = {**_modes("X1 X2", "26, 29"), **_IDENTICAL, **_VISIBLE, **CASCADE_MODES}
    SCALED: ClassVar = "B"

    A_3: Annotated[Real, Energy]
    B: Annotated[Real, Energy]
    m_S3: Annotated[Real, Energy, Ge(0.0), Le(ENERGIES[1])]
    B_22: Annotated[Real, Energy] = 0.0

    def strength(self) -> tuple[Real, Real | None]:
        """A_3 B over the propagator of S3."""
        return np.asarray(self.A_3) * self.B, self.m_S3

    def identical_strength(self) -> Real:
        """A_3 B_22, over the same propagator."""
        return np.asarray(self.A_3) * self.B_22
