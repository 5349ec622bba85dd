"""Dark currents, once: what a vector portal couples to, for production and for decay alike.

Production needs q^2 > (m1 + m2)^2, decay q^2 < (m2 - m1)^2; the same functions serve both. Units: GeV.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from darkpair.gen.compiled.columnwise import columnwise
from darkpair.gen.frozen import ByValue
from darkpair.gen.kinematics import square

if TYPE_CHECKING:
    from collections.abc import Callable

    from darkpair.chains.amplitudes import Parts
    from darkpair.gen.kinematics import Array, Real

__all__ = ["DarkCurrent", "FermionCurrent", "ScalarCurrent", "decay_products"]


class DarkCurrent(Protocol):
    """A current that links X1 and X2.

    `spin_states` is the number of spin states of the unobserved initial X2, which the decay averages over and
    production sums.
    """

    spin_states: int

    def transverse(self, q2: Real) -> Array:
        """Strength of the spin-1 part at q2 [GeV^4]."""
        ...

    def longitudinal(self, q2: Real) -> Array:
        """Strength of the spin-0 part (q contracted with the current, squared) at q2 [GeV^4]."""
        ...

    def pair_parts(self, strength: Real, hz: Real, ht: Real, across: Real, handed: Real) -> Parts:
        """Production beside a spectator, spins summed, as a formula of q2 and cos_theta and its further operands.

        Parameters
        ----------
        strength : float or ndarray
            Factor of the whole.
        hz, ht : float or ndarray
            Polarisation (ht, 0, 0, hz) along the spectator.
        across, handed : float or ndarray
            Weights of the contractions with circular polarisations across the spectator: with either, both charge channels
            averaged, and with half their difference, helicity 1 less helicity -1 of the spectator.
        """
        ...

    def decay_parts(
        self, factors: tuple[Real, Real, Real, float], mf: Real, couplings: tuple[float, float] | None
    ) -> Parts:
        """Decay to a light pair, averaged over the spin of X2, as a formula of q2 and cos_theta and its further operands.

        Parameters
        ----------
        factors : strength, shape, longitudinal, side
            The factor of the whole; that of the transverse part; the longitudinal part, which is in the contact form with the
            factor 1; and -1 where cos_theta is the fermion's rather than the antifermion's.
        mf : float or ndarray [GeV]
            Mass of either member of the pair.
        couplings : g_V and g_A, optional
            Of light fermions; a scalar pair, with the current (k1 - k2), without.
        """
        ...


class _Contracted(ByValue):
    """Values of a current's formulas, one contraction at a time."""

    pair_parts: Callable[..., Parts]
    decay_parts: Callable[..., Parts]

    def pair(self, q2: Real, cos_theta: Real, hz: Real, ht: Real) -> Array:
        """Contraction with a polarisation (ht, 0, 0, hz) along the spectator, spins summed."""
        return _value(self.pair_parts(1.0, hz, ht, 0.0, 0.0), q2, cos_theta)

    def pair_transverse(self, q2: Real, cos_theta: Real) -> Array:
        """Contraction with either circular polarisation across the spectator, both charge channels averaged."""
        return _value(self.pair_parts(1.0, 0.0, 0.0, 1.0, 0.0), q2, cos_theta)

    def pair_handed(self, q2: Real, cos_theta: Real) -> Array:
        """Half the difference of the two circular polarisations, helicity 1 less helicity -1 of the spectator."""
        return _value(self.pair_parts(1.0, 0.0, 0.0, 0.0, 1.0), q2, cos_theta)

    def decay(self, q2: Real, cos_theta: Real, mf: Real, g_v: float, g_a: float) -> Array:
        """Contraction with the current of a light fermion pair, averaged over the spin of X2."""
        return _value(self.decay_parts((1.0, 1.0, 0.0, 1.0), mf, (g_v, g_a)), q2, cos_theta)

    def scalar_decay(self, q2: Real, cos_theta: Real, mass: Real) -> Array:
        """Contraction with the current (k1 - k2) of a scalar pair, averaged over the spin of X2."""
        return _value(self.decay_parts((1.0, 1.0, 0.0, 1.0), mass, None), q2, cos_theta)


@dataclass(frozen=True, kw_only=True, eq=False)
class ScalarCurrent(_Contracted):
    """S2 d S1 - S1 d S2 of two real scalars (arXiv:2005.07102, eq. 41).

    Parameters
    ----------
    m1, m2 : float or ndarray [GeV]
        Masses of S1 and S2.
    """

    m1: Real
    m2: Real
    spin_states = 1

    def transverse(self, q2: Real) -> Array:
        """(q^2 - (m2 - m1)^2) (q^2 - (m2 + m1)^2) [GeV^4]."""
        return np.asarray((q2 - np.square(self.m2 - self.m1)) * (q2 - np.square(self.m2 + self.m1)))

    def longitudinal(self, q2: Real) -> Array:
        """(m2^2 - m1^2)^2 [GeV^4], whatever q2."""
        return np.asarray(np.square((self.m2 - self.m1) * (self.m2 + self.m1)) + 0.0 * np.asarray(q2))

    def pair_parts(self, strength: Real, hz: Real, ht: Real, across: Real, handed: Real) -> Parts:
        """(2 H_z k cos + H_t (e1 - e2))^2, and 2 k^2 sin^2 across; nothing is handed."""
        return _scalar_pair, (self.m1, self.m2, strength, hz, ht, across, handed)

    def decay_parts(
        self, factors: tuple[Real, Real, Real, float], mf: Real, couplings: tuple[float, float] | None
    ) -> Parts:
        """Contraction of (p1 + p2)(p1 + p2) with the pair's tensor."""
        if couplings is None:
            return _scalar_to_scalars, (self.m1, self.m2, *factors, mf)
        return _scalar_to_fermions, (self.m1, self.m2, *factors, mf, *_signs(*couplings))


@dataclass(frozen=True, kw_only=True, eq=False)
class FermionCurrent(_Contracted):
    """psi2-bar gamma (c_V + c_A gamma5) psi1 of two fermions (arXiv:2005.07102, eq. 42), one channel.

    Parameters
    ----------
    m1, m2 : float or ndarray [GeV]
        Masses of psi1 and psi2.
    c_V, c_A : complex or ndarray
        Vector and axial couplings.
    """

    m1: Real
    m2: Real
    c_V: Real
    c_A: Real
    spin_states = 2

    def weights(self) -> tuple[Array, Array]:
        """|c_V|^2 and |c_A|^2."""
        return np.square(np.abs(self.c_V)), np.square(np.abs(self.c_A))

    def interference(self) -> Array:
        """Re(c_V c_A*), without which a real hadronic current does not polarise."""
        return np.real(self.c_V * np.conj(self.c_A))

    def asymmetry(self, mass: float) -> Array:
        """2 Re(a b*) / (|a|^2 + |b|^2) of the S and P waves at q^2 = mass^2 [GeV]; zero at threshold of both.

        Minus the polarisation of psi2 along its flight in P -> psi2 psi1-bar, and minus its decay asymmetry, P's
        direction, in psi2 -> psi1 P.
        """
        d, s = np.asarray(self.m2) - self.m1, np.asarray(self.m2) + self.m1
        a = self.c_V * d * np.sqrt(np.abs(s**2 - mass**2))
        b = self.c_A * s * np.sqrt(np.abs(d**2 - mass**2))
        norm = np.square(np.abs(a)) + np.square(np.abs(b))
        return np.asarray(2.0 * np.real(a * np.conj(b)) / np.where(norm > 0.0, norm, 1.0))

    def _sum(self, term: Callable[[Real, Real], Real], d2: Real, s2: Real) -> Array:
        """|c_V|^2 term(D^2, S^2) + |c_A|^2 term(S^2, D^2), leaving out a current that is off."""
        vector, axial = self.weights()
        if not np.any(vector):
            return np.asarray(axial * term(s2, d2))
        if not np.any(axial):
            return np.asarray(vector * term(d2, s2))
        return np.asarray(vector * term(d2, s2) + axial * term(s2, d2))

    def transverse(self, q2: Real) -> Array:
        """Sum over V (and, with the masses' difference and sum exchanged, A) of |c|^2 Q_- (2 q^2 + S^2)."""
        d2, s2 = np.square(self.m2 - self.m1), np.square(self.m2 + self.m1)
        return self._sum(lambda a, b: np.abs(q2 - a) * (2.0 * q2 + b), d2, s2)

    def longitudinal(self, q2: Real) -> Array:
        """|c_V|^2 D^2 |q^2 - S^2| + |c_A|^2 S^2 |q^2 - D^2|, D and S the masses' difference and sum [GeV^4]."""
        d2, s2 = np.square(self.m2 - self.m1), np.square(self.m2 + self.m1)
        return self._sum(lambda a, b: a * np.abs(q2 - b), d2, s2)

    def pair_parts(self, strength: Real, hz: Real, ht: Real, across: Real, handed: Real) -> Parts:
        """Spin sums: the hadronic tensor along the spectator is symmetric, V and A interfere in what is handed alone.

        There in psi1~ psi2, and the opposite in psi1 psi2~.
        """
        operands = (*self.weights(), self.interference(), strength, hz, ht, across, handed)
        return _fermion_pair, (self.m1, self.m2, *operands)

    def decay_parts(
        self, factors: tuple[Real, Real, Real, float], mf: Real, couplings: tuple[float, float] | None
    ) -> Parts:
        """Traces contracted; Re(c_V c_A*) g_V g_A makes the forward-backward asymmetry."""
        own = (self.m1, self.m2, *self.weights())
        if couplings is None:
            return _fermion_to_scalars, (*own, *factors, mf)
        odd = 4.0 * self.interference() * couplings[0] * couplings[1]
        return _fermion_to_fermions, (*own, odd, *factors, mf, *_signs(*couplings))


def _value(parts: Parts, q2: Real, cos_theta: Real) -> Array:
    formula, operands = parts
    return np.asarray(formula(q2, cos_theta, *operands))


def _signs(g_v: float, g_a: float) -> tuple[float, float]:
    """Sum and difference of the squares."""
    return g_v**2 + g_a**2, g_v**2 - g_a**2


def _with_longitudinal(contact: Real, strength: Real, shape: Real, longitudinal: Real) -> Real:
    """What a propagator does to a contact form."""
    return strength * (shape * (contact - longitudinal) + longitudinal)


@columnwise
def _scalar_pair(
    q2: Real,
    cos_theta: Real,
    m1: Real,
    m2: Real,
    strength: Real,
    hz: Real,
    ht: Real,
    across: Real,
    handed: Real,
) -> Real:
    k, e1, e2 = _pair_frame(q2, m1, m2)
    along = square(2.0 * hz * k * cos_theta + ht * (e1 - e2))
    total = along + across * (2.0 * square(k) * (1.0 - square(cos_theta)))
    return strength * (total + handed * 0.0)


@columnwise
def _fermion_pair(
    q2: Real,
    cos_theta: Real,
    m1: Real,
    m2: Real,
    vector: Real,
    axial: Real,
    interference: Real,
    strength: Real,
    hz: Real,
    ht: Real,
    across: Real,
    handed: Real,
) -> Real:
    k, e1, e2 = _pair_frame(q2, m1, m2)
    k1k2 = 0.5 * (q2 - square(m1) - square(m2))
    linear = 2.0 * hz * ht * k * cos_theta * (e1 - e2)
    turning, still = 2.0 * square(k * cos_theta), 2.0 * e1 * e2 - k1k2
    even, odd = m1 * m2, -m1 * m2
    same = square(hz) * (k1k2 + even - turning) + square(ht) * (still - even) - linear
    flip = square(hz) * (k1k2 + odd - turning) + square(ht) * (still - odd) - linear
    along = 0.0 + 4.0 * vector * same + 4.0 * axial * flip
    either = 4.0 * (
        (vector + axial) * (k1k2 - square(k) * (1.0 - square(cos_theta))) + (vector - axial) * m1 * m2
    )
    turned = -8.0 * interference * k * np.sqrt(q2) * cos_theta
    return strength * (along + across * either + handed * turned)


@columnwise
def _scalar_to_fermions(
    q2: Real,
    cos_theta: Real,
    m1: Real,
    m2: Real,
    strength: Real,
    shape: Real,
    longitudinal: Real,
    side: Real,
    mf: Real,
    plus: Real,
    minus: Real,
) -> Real:
    p11, p12, p21, p22 = decay_products(q2, side * cos_theta, m1, m2, mf)
    p_square = 2.0 * (square(m1) + square(m2)) - q2
    product = 2.0 * (p11 + p21) * (p12 + p22) - p_square * (0.5 * q2 - square(mf))
    contact = 4.0 * (plus * product - minus * square(mf) * p_square)
    return _with_longitudinal(contact, strength, shape, longitudinal)


@columnwise
def _scalar_to_scalars(
    q2: Real,
    cos_theta: Real,
    m1: Real,
    m2: Real,
    strength: Real,
    shape: Real,
    longitudinal: Real,
    side: Real,
    mf: Real,
) -> Real:
    p11, p12, p21, p22 = decay_products(q2, side * cos_theta, m1, m2, mf)
    return _with_longitudinal(square(p11 + p21 - p12 - p22), strength, shape, longitudinal)


@columnwise
def _fermion_to_fermions(
    q2: Real,
    cos_theta: Real,
    m1: Real,
    m2: Real,
    vector: Real,
    axial: Real,
    odd: Real,
    strength: Real,
    shape: Real,
    longitudinal: Real,
    side: Real,
    mf: Real,
    plus: Real,
    minus: Real,
) -> Real:
    p1f, p1b, p2f, p2b = decay_products(q2, side * cos_theta, m1, m2, mf)
    pp = 0.5 * (square(m1) + square(m2) - q2)
    same = (vector + axial) * (plus * (p1f * p2b + p1b * p2f) + minus * square(mf) * pp)
    flip = (vector - axial) * m1 * m2 * (plus * (0.5 * q2 - square(mf)) + 2.0 * minus * square(mf))
    contact = 16.0 * (same - flip - odd * (p1f * p2b - p1b * p2f))
    return _with_longitudinal(contact, strength, shape, longitudinal)


@columnwise
def _fermion_to_scalars(
    q2: Real,
    cos_theta: Real,
    m1: Real,
    m2: Real,
    vector: Real,
    axial: Real,
    strength: Real,
    shape: Real,
    longitudinal: Real,
    side: Real,
    mf: Real,
) -> Real:
    p11, p12, p21, p22 = decay_products(q2, side * cos_theta, m1, m2, mf)
    k_square = 4.0 * square(mf) - q2
    pp = 0.5 * (square(m1) + square(m2) - q2)
    same = (vector + axial) * (2.0 * (p11 - p12) * (p21 - p22) - k_square * pp)
    contact = 2.0 * (same + (vector - axial) * m1 * m2 * k_square)
    return _with_longitudinal(contact, strength, shape, longitudinal)


def _pair_frame(q2: Real, m1: Real, m2: Real) -> tuple[Real, Real, Real]:
    """Momentum and energies (k, e1, e2) of a pair in its rest frame [GeV]."""
    root, difference = np.sqrt(q2), (m2 - m1) * (m2 + m1)
    k = np.sqrt(np.maximum((q2 - square(m1 + m2)) * (q2 - square(m1 - m2)), 0.0)) / (2.0 * root)
    return k, (q2 - difference) / (2.0 * root), (q2 + difference) / (2.0 * root)


def decay_products(q2: Real, cos_theta: Real, m1: Real, m2: Real, mf: Real) -> tuple[Real, Real, Real, Real]:
    """Products p1.k1, p1.k2, p2.k1, p2.k2 of X2(p2) -> X1(p1) (k1 k2) with equal masses mf [GeV^2]."""
    difference = (m2 - m1) * (m2 + m1)
    outer = np.sqrt(np.maximum((square(m2 - m1) - q2) * (square(m2 + m1) - q2), 0.0))
    beta = np.sqrt(np.maximum(1.0 - 4.0 * square(mf) / q2, 0.0))
    tilt = 0.25 * outer * beta * cos_theta
    p1k, p2k = 0.25 * (difference - q2), 0.25 * (difference + q2)
    return p1k + tilt, p1k - tilt, p2k + tilt, p2k - tilt
