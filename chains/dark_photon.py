"""Squared amplitudes of a dark photon A' between conserved currents and a dark pair, on or off its mass shell.

The currents are conserved, so that the A' is transverse and its longitudinal part does not count.  Units: GeV.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from darkpair.chains.amplitudes import value_of
from darkpair.chains.form_factors import PION
from darkpair.chains.resonant import breit_wigner
from darkpair.gen.frozen import ByValue
from darkpair.gen.kinematics import kallen

if TYPE_CHECKING:
    from darkpair.chains.amplitudes import Parts
    from darkpair.chains.dark_currents import DarkCurrent
    from darkpair.gen.kinematics import Array, Real

__all__ = ["AnomalyTransition", "ConservedTransition", "MediatedDecay"]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Mediated(ByValue):
    """A dark current behind the propagator of the A'.

    Parameters
    ----------
    current : DarkCurrent
        Current of the two dark particles.
    strength : float or ndarray
        Square of the couplings, with the number of channels.
    pole, width : float or ndarray [GeV]
        Mass and width of the A'.
    """

    never_negative: ClassVar = True

    current: DarkCurrent
    strength: Real
    pole: Real
    width: Real

    def __call__(self, q2: Real, cos_theta: Real) -> Array:
        """|M|^2 at q2 [GeV^2] and cos_theta, spins summed, averaged over those of the parent [1]."""
        return value_of(self, q2, cos_theta)

    def parts(self, q2: Real) -> Parts:
        """The formula, and what it takes beside q2 [GeV^2] and cos_theta."""
        return self._parts(q2, self.strength * breit_wigner(q2, self.pole, self.width))

    def averaged(self, q2: Real) -> Array:
        """|M|^2 at q2 [GeV^2], averaged over cos_theta [1]."""
        return np.asarray(self.bare(q2) * breit_wigner(q2, self.pole, self.width))

    def bare(self, q2: Real) -> Array:
        """The same without the propagator [GeV^4]."""
        raise NotImplementedError

    def _parts(self, q2: Real, factor: Real) -> Parts:
        """`parts` with a factor of the whole."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True, eq=False)
class AnomalyTransition(_Mediated):
    """P -> gamma X1 X2 by ``epsilon_{mu nu rho sigma} e^mu A'^nu k^rho q^sigma``; daughters ordered (gamma, X1, X2).

    In the pair's rest frame the A' has the helicities 1 and -1 along the photon, each with ``k.q = (M^2 - q^2) / 2``; so
    ``|M|^2 = strength F(q^2)^2 (M^2 - q^2)^2 / 2 |eps.J|^2 / ((q^2 - m^2)^2 + m^2 Gamma^2)``, and for a vector current of
    fermions ``|eps.J|^2 = 4 (p1.p2 + m1 m2 - p^2 sin^2 theta)``.

    Parameters
    ----------
    mass : float [GeV]
        Mass of P.
    slope : float [GeV^-2]
        Of the form factor F = 1 + slope q^2; a constant for 0.
    """

    summary: ClassVar[str] = "anomaly with a transverse A', on or off its mass shell, arXiv:1908.07525"

    mass: float
    slope: float = 0.0

    def _across(self, q2: Real) -> Array:
        form = 1.0 + self.slope * np.asarray(q2)
        return np.asarray(0.5 * np.square((self.mass**2 - np.asarray(q2)) * form))

    def _parts(self, q2: Real, factor: Real) -> Parts:
        return self.current.pair_parts(factor, 0.0, 0.0, self._across(q2), 0.0)

    def bare(self, q2: Real) -> Array:
        """|M|^2 at q2 [GeV^2] without the propagator, averaged over cos_theta [GeV^4]."""
        whole = self.current.spin_states * self.current.transverse(q2) / (3.0 * np.asarray(q2))
        return np.asarray(self.strength * self._across(q2) * whole)


@dataclass(frozen=True, kw_only=True, eq=False)
class ConservedTransition(_Mediated):
    """M' -> M X1 X2 by ``W(z) (z (k + p)^mu - (1 - r^2) q^mu)``, z = q^2 / M'^2, r = M / M'; daughters (M, X1, X2).

    W = w0 + w1 z, as of K+ -> pi+ gamma*.  Its contraction with q is zero.

    Parameters
    ----------
    mass, daughter_mass : float [GeV]
        Masses of M' and of M.
    shape : two floats
        w0 and w1 [1].

    References
    ----------
    hep-ph/9808289, eqs. 1 to 4.
    """

    summary: ClassVar[str] = "transition by a virtual photon, with an A' in its place, hep-ph/9808289"

    mass: float
    daughter_mass: float
    shape: tuple[float, float]

    def _along(self, q2: Real) -> Array:
        z = np.asarray(q2) / self.mass**2
        lam = np.maximum(kallen(self.mass**2, self.daughter_mass**2, q2), 0.0)
        return np.asarray((self.shape[0] + self.shape[1] * z) * z * np.sqrt(lam / q2))

    def _parts(self, q2: Real, factor: Real) -> Parts:
        return self.current.pair_parts(factor, self._along(q2), 0.0, 0.0, 0.0)

    def bare(self, q2: Real) -> Array:
        """|M|^2 at q2 [GeV^2] without the propagator, averaged over cos_theta [GeV^4]."""
        whole = self.current.spin_states * self.current.transverse(q2) / (3.0 * np.asarray(q2))
        return np.asarray(self.strength * np.square(self._along(q2)) * whole)


@dataclass(frozen=True, kw_only=True, eq=False)
class MediatedDecay(_Mediated):
    """X2 -> X1 and l- l+ or pi- pi+ by the electromagnetic current; the pion's has its form factor.

    Parameters
    ----------
    mf : float [GeV]
        Mass of either member of the pair.
    pions : bool
        Whether they are pions.
    """

    summary: ClassVar[str] = "electromagnetic current by an A', on or off its mass shell, arXiv:1908.07525"

    mf: float
    pions: bool = False

    def _form(self, q2: Real) -> Real:
        return np.square(np.abs(PION.vector(q2))) if self.pions else 1.0

    def _parts(self, q2: Real, factor: Real) -> Parts:
        # (a vector current alone: which of the pair comes first does not count)
        couplings = None if self.pions else (1.0, 0.0)
        return self.current.decay_parts((factor * self._form(q2), 1.0, 0.0, 1.0), self.mf, couplings)

    def bare(self, q2: Real) -> Array:
        """|M|^2 at q2 [GeV^2] without the propagator, averaged over cos_theta [GeV^4]."""
        ratio = np.square(self.mf) / np.asarray(q2)
        pair = (1.0 - 4.0 * ratio) / 3.0 if self.pions else 4.0 / 3.0 * (1.0 + 2.0 * ratio)
        return np.asarray(self.strength * self._form(q2) * pair * self.current.transverse(q2))
