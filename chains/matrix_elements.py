"""Squared amplitudes of dark pairs and of their decays, from the currents that make them.

Every vector-portal rate is a dark current contracted with another one: a meson's momentum, a light fermion pair, or a
form factor. Three-body amplitudes are callables of (q2, cos_theta): q2 the invariant mass squared of the pair (1, 2),
theta the angle between daughter 2 and the spectator in the pair's rest frame. Units: GeV.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np

from darkpair.chains.amplitudes import at_every_cosine, value_of
from darkpair.chains.triple import triple_dirac, triple_majorana
from darkpair.gen.frozen import ByValue
from darkpair.gen.kinematics import kallen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from darkpair.chains.amplitudes import Parts
    from darkpair.chains.dark_currents import DarkCurrent, FermionCurrent
    from darkpair.chains.form_factors import FormFactor, KstarForm
    from darkpair.gen.kinematics import Array, Real

__all__ = [
    "CurrentDecay",
    "KstarTransition",
    "PowerAmplitude",
    "ScalarTransition",
    "ThreeBodyAmplitude",
    "TripleDecay",
    "VectorTransition",
    "pair_from_meson",
    "propagator",
]


class ThreeBodyAmplitude(Protocol):
    """Squared amplitude of M -> spectator (1 2), spins summed and averaged: a `MatrixElement` that says what it is."""

    @property
    def summary(self) -> str:
        """What it is and where it comes from, in a line."""
        ...

    def __call__(self, q2: Real, cos_theta: Real) -> Array:
        """|M|^2 at q2 [GeV^2] and cos_theta [1]."""
        ...

    def averaged(self, q2: Real) -> Array:
        """|M|^2 at q2 [GeV^2], averaged over cos_theta [1]."""
        ...


def propagator(q2: Real, mediator_mass: Real | None) -> Real:
    """Factor 1 / (1 - q^2 / m_Z'^2) of the transverse amplitude over its contact form; 1 without a mass [1].

    The longitudinal part is contact for any mass: q (g - q q / m^2) / (q^2 - m^2) = -q / m^2.
    """
    if mediator_mass is None:
        return 1.0
    return np.asarray(1.0 / (1.0 - q2 / np.square(mediator_mass)))


def pair_from_meson(current: DarkCurrent, coupling: Real, q2: Real) -> Array:
    """Squared amplitude of P(q) -> X1 X2, one channel, spins summed [GeV^2].

    Parameters
    ----------
    current : DarkCurrent
        Current of the two dark particles.
    coupling : float or ndarray [GeV^-1]
        C of the interaction C q_mu J^mu of the meson.
    q2 : float or ndarray [GeV^2]
        Mass of the meson, squared; for X2 -> X1 P divide by ``current.spin_states``.

    References
    ----------
    arXiv:2005.07102, eqs. 44, 46, 47, 49, 50, 51.
    """
    return np.asarray(np.square(coupling) * current.spin_states * current.longitudinal(q2))


@dataclass(frozen=True, kw_only=True, eq=False)
class CurrentDecay(ByValue):
    """X2 -> X1 f f-bar, or X1 pi+ pi- with ``scalar``; daughters ordered (X1, f, f-bar) unless ``fermion_last``.

    For the antiparticle of a Dirac X2 the roles of f and f-bar are exchanged: turn cos_theta round.

    Parameters
    ----------
    current : DarkCurrent
        Current of the two dark particles.
    strength : float or ndarray [GeV^-4]
        Square of the contact coupling of the two currents, with the number of families and the Majorana factor.
    mf : float or ndarray [GeV]
        Mass of the fermion (or pion).
    g_v, g_a : float
        Couplings of f gamma (g_V - g_A gamma5) f; unused with ``scalar``.
    scalar : bool
        Whether the pair is one of scalars, with the current k1 - k2.
    mediator_mass : float or ndarray, optional [GeV]
        Mass of the Z' for its propagator; contact without.
    fermion_last : bool
        Whether the daughters are ordered (X1, f-bar, f), as in "X1 e+ e-".

    References
    ----------
    arXiv:2005.07102, eqs. B5 and B6 are the limit mf = 0, contact.
    """

    never_negative: ClassVar = True
    summary: ClassVar[str] = (
        "contact of two currents, arXiv:2005.07102, eqs. B5 and B6, with the pair's mass and the mediator's propagator"
    )

    current: DarkCurrent
    strength: Real
    mf: Real
    g_v: float = 0.0
    g_a: float = 0.0
    scalar: bool = False
    mediator_mass: Real | None = None
    fermion_last: bool = False

    def _longitudinal(self, q2: Real) -> Array:
        if self.scalar:
            return np.zeros(np.shape(q2))
        return np.asarray(8.0 * self.g_a**2 * np.square(self.mf) / q2 * self.current.longitudinal(q2))

    def parts(self, q2: Real) -> Parts:
        """The formula, and what it takes beside q2 [GeV^2] and cos_theta."""
        shape = np.square(propagator(q2, self.mediator_mass))
        longitudinal = 0.0 if self.scalar else self._longitudinal(q2)
        factors = (self.strength, shape, longitudinal, -1.0 if self.fermion_last and not self.scalar else 1.0)
        return self.current.decay_parts(factors, self.mf, None if self.scalar else (self.g_v, self.g_a))

    def __call__(self, q2: Real, cos_theta: Real) -> Array:
        """|M|^2 at q2 [GeV^2] and cos_theta, averaged over the spin of X2 [1]."""
        return value_of(self, q2, cos_theta)

    def averaged(self, q2: Real) -> Array:
        """|M|^2 at q2 [GeV^2], averaged over cos_theta [1]."""
        shape = np.square(propagator(q2, self.mediator_mass))
        if np.ndim(self.mf) == 0 and self.mf == 0.0 and not self.scalar:  # the neutrinos: fewer operations
            massless = self.strength * (4.0 / 3.0 * (self.g_v**2 + self.g_a**2)) * shape
            return np.asarray(massless * self.current.transverse(q2))
        ratio = np.square(self.mf) / q2
        if self.scalar:
            spin_one: Real = (1.0 - 4.0 * ratio) / 3.0
        else:
            vector, axial = self.g_v**2 * (1.0 + 2.0 * ratio), self.g_a**2 * (1.0 - 4.0 * ratio)
            spin_one = 4.0 / 3.0 * (vector + axial)
        out = spin_one * shape * self.current.transverse(q2)
        if not self.scalar:
            out = out + self._longitudinal(q2)
        return np.asarray(self.strength * out)


@dataclass(frozen=True, kw_only=True, eq=False)
class VectorTransition(ByValue):
    """M' -> M X1 X2 through the vector portal; daughters ordered (M, X1, X2).

    Parameters
    ----------
    mass, daughter_mass : float [GeV]
        Masses of M' and of M.
    form : FormFactor
        Form factors f_+ and f_0 of the transition.
    current : DarkCurrent
        Current of the two dark particles.
    strength : float or ndarray [GeV^-4]
        Square of the contact coupling to <M| Q gamma Q' |M'>, with the number of channels.
    mediator_mass : float or ndarray, optional [GeV]
        Mass of the Z' for its propagator; contact without.

    References
    ----------
    arXiv:2005.07102, eqs. B1, B3, B4.
    """

    never_negative: ClassVar = True
    summary: ClassVar[str] = "vector portal with f+ and f0, arXiv:2005.07102, eqs. B1, B3 and B4"

    mass: float
    daughter_mass: float
    form: FormFactor
    current: DarkCurrent
    strength: Real
    mediator_mass: Real | None = None

    def _helicities(self, q2: Real) -> tuple[Array, Array]:
        lam = np.maximum(kallen(self.mass**2, self.daughter_mass**2, q2), 0.0)
        hz = self.form.plus(q2) * np.sqrt(lam / q2) * propagator(q2, self.mediator_mass)
        return hz, self.form.zero(q2) * (self.mass**2 - self.daughter_mass**2) / np.sqrt(q2)

    def parts(self, q2: Real) -> Parts:
        """The formula, and what it takes beside q2 [GeV^2] and cos_theta."""
        return self.current.pair_parts(self.strength, *self._helicities(q2), 0.0, 0.0)

    def __call__(self, q2: Real, cos_theta: Real) -> Array:
        """|M|^2 at q2 [GeV^2] and cos_theta [1]."""
        return value_of(self, q2, cos_theta)

    def averaged(self, q2: Real) -> Array:
        """|M|^2 at q2 [GeV^2], averaged over cos_theta [1]."""
        hz, ht = self._helicities(q2)
        spin_one = np.square(hz) * self.current.transverse(q2) / 3.0
        spin_zero = np.square(ht) * self.current.longitudinal(q2)
        return np.asarray(self.strength * self.current.spin_states * (spin_one + spin_zero) / q2)


@dataclass(frozen=True, kw_only=True, eq=False)
class KstarTransition(ByValue):
    """B (of a b antiquark) -> K* X1 X2 by the vector portal, K* spins summed; daughters ordered (K*, X1, X2).

    Parameters
    ----------
    mass, daughter_mass : float or ndarray [GeV]
        Masses of the B and of the K*; rates take the K* at its nominal mass, events (`at_masses`) at that of each.
    form : KstarForm
        Form factors V, A_0, A_1, A_2 of the transition.
    current, strength, mediator_mass
        Current of the dark pair, squared coupling and mass of the Z', as for `VectorTransition`.
    channel : int
        Charges of the pair: 1 for psi1~ psi2, -1 for psi1 psi2~, 0 for the average of the two, in which V and A do
        not interfere.
    """

    never_negative: ClassVar = True
    summary: ClassVar[str] = "vector portal with V, A0, A1 and A2 (hep-ph/9910221), spins of the K* summed"

    mass: Real
    daughter_mass: Real
    form: KstarForm
    current: DarkCurrent
    strength: Real
    mediator_mass: Real | None = None
    channel: int = 0

    def parts(self, q2: Real) -> Parts:
        """The formula, and what it takes beside q2 [GeV^2] and cos_theta."""
        plus, minus, zero, ht = self.form.helicities(self.mass, self.daughter_mass, q2)
        shape = propagator(q2, self.mediator_mass)
        across = (np.square(plus) + np.square(minus)) * np.square(shape)
        handed = self.channel * (np.square(minus) - np.square(plus)) * np.square(shape)
        return self.current.pair_parts(self.strength, zero * shape, ht, across, handed)

    def __call__(self, q2: Real, cos_theta: Real) -> Array:
        """|M|^2 at q2 [GeV^2] and cos_theta [1]."""
        return value_of(self, q2, cos_theta)

    def at_masses(self, mass: Real, masses: Sequence[Real]) -> KstarTransition:
        """The same of a B and a K* of other masses [GeV]; the form factors do not depend on them."""
        return replace(self, mass=mass, daughter_mass=masses[0])

    def averaged(self, q2: Real) -> Array:
        """|M|^2 at q2 [GeV^2], averaged over cos_theta [1]."""
        *spin_one, ht = self.form.helicities(self.mass, self.daughter_mass, q2)
        shape = np.square(propagator(q2, self.mediator_mass)) / 3.0
        total = sum(np.square(h) for h in spin_one) * shape * self.current.transverse(q2)
        total = total + np.square(ht) * self.current.longitudinal(q2)
        return np.asarray(self.strength * self.current.spin_states * total / q2)


@dataclass(frozen=True, kw_only=True, eq=False)
class ScalarTransition(ByValue):
    """M' -> M X X through a scalar operator: f_0^2, isotropic in the pair's frame.

    Parameters
    ----------
    form : FormFactor
        Form factors of the transition, of which f_0 enters.
    strength : float or ndarray
        Square of the coupling, (m_M'^2 - m_M^2) / (m_Q' - m_Q) of eq. B2 included.
    pole : float or ndarray, optional [GeV]
        Mass m of a mediator; the amplitude gets 1 / (m^2 - q^2).
    fermion_mass : float or ndarray, optional [GeV]
        Mass of a fermion pair; its spin sum 2 (q^2 - 4 m^2) enters. Scalars without.

    References
    ----------
    arXiv:2005.07102, eq. B2.
    """

    never_negative: ClassVar = True
    summary: ClassVar[str] = "scalar operator with f0, arXiv:2005.07102, eq. B2"

    form: FormFactor
    strength: Real
    pole: Real | None = None
    fermion_mass: Real | None = None

    def parts(self, q2: Real) -> Parts:
        """The formula, and what it takes beside q2 [GeV^2] and cos_theta."""
        return at_every_cosine, (self.averaged(q2),)

    def __call__(self, q2: Real, cos_theta: Real) -> Array:
        """|M|^2 at q2 [GeV^2], the same at every cos_theta [1]."""
        return value_of(self, q2, cos_theta)

    def averaged(self, q2: Real) -> Array:
        """|M|^2 at q2 [GeV^2] [1]."""
        out = self.strength * np.square(self.form.zero(q2))
        if self.pole is not None:
            out = out / np.square(np.square(self.pole) - q2)
        if self.fermion_mass is not None:
            out = out * 2.0 * (q2 - 4.0 * np.square(self.fermion_mass))
        return np.asarray(out)


@dataclass(frozen=True, kw_only=True, eq=False)
class TripleDecay(ByValue):
    """psi2 -> psi1 psi1 psi1 through the off-diagonal and the axial diagonal current, contact.

    Antisymmetrised over the identical psi1: all three for Majorana, the first two of (psi1, psi1, psi1-bar)
    for Dirac. The factor 1/n! of identical particles is the caller's, in `strength`.

    Parameters
    ----------
    current : FermionCurrent
        The off-diagonal current psi2 -> psi1.
    strength : float or ndarray [GeV^-4]
        Square of the contact coupling.
    majorana : bool
        Whether the third psi1 is identical with the others.
    """

    never_negative: ClassVar = True
    summary: ClassVar[str] = (
        "contact of the off-diagonal and the diagonal current, antisymmetrised, arXiv:2005.07102, below eq. 67"
    )

    current: FermionCurrent
    strength: Real
    majorana: bool

    def __call__(self, q2: Real, cos_theta: Real) -> Array:
        """|M|^2 at q2 [GeV^2] of daughters (2, 3) and cos_theta of daughter 3, averaged over the spin of psi2."""
        return value_of(self, q2, cos_theta)

    def parts(self, q2: Real) -> Parts:
        """The formula, and what it takes beside q2 [GeV^2] and cos_theta."""
        even, odd = self.current.weights()
        operands = (self.current.m1, self.current.m2, even + odd, even - odd, self.strength)
        return (triple_majorana if self.majorana else triple_dirac), operands

    def averaged(self, q2: Real) -> Array:
        """|M|^2 at q2 [GeV^2], averaged over cos_theta [1]; exact, as a polynomial of second degree."""
        node = 1.0 / math.sqrt(3.0)
        return np.asarray(0.5 * (self(q2, node) + self(q2, -node)))


@dataclass(frozen=True, kw_only=True, eq=False)
class PowerAmplitude(ByValue):
    """A squared amplitude that depends on q^2 alone: strength (q^2 - threshold^2)^power / (pole^2 - q^2)^2.

    Parameters
    ----------
    strength : float or ndarray
        Product of squared couplings, with the factors of identical particles.
    power : int
        Power of q^2 - threshold^2: 0 for a contact of scalars, 1 for a fermion pair from a scalar, 2 for a photon
        pair.
    threshold : float [GeV]
        Sum of the pair's masses where the power comes from its spins.
    pole : float or ndarray, optional [GeV]
        Mass of a scalar mediator; contact without.
    summary : str
        What the amplitude is and where it comes from.
    """

    never_negative: ClassVar = True
    strength: Real
    power: int = 0
    threshold: float = 0.0
    pole: Real | None = None
    summary: str = "a power of q^2 - threshold^2, contact or through a scalar"

    def parts(self, q2: Real) -> Parts:
        """The formula, and what it takes beside q2 [GeV^2] and cos_theta."""
        return at_every_cosine, (self.averaged(q2),)

    def __call__(self, q2: Real, cos_theta: Real) -> Array:
        """|M|^2 at q2 [GeV^2], the same at every cos_theta [1]."""
        return value_of(self, q2, cos_theta)

    def averaged(self, q2: Real) -> Array:
        """|M|^2 at q2 [GeV^2] [1]."""
        out = self.strength * (np.asarray(q2) - self.threshold**2) ** self.power
        return np.asarray(out if self.pole is None else out / np.square(np.square(self.pole) - q2))
