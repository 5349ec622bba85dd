"""Dark currents, once: what a vector portal couples to, for production and for decay alike.

Production needs q^2 > (m1 + m2)^2, decay q^2 < (m2 - m1)^2; the same functions serve both. Units: GeV.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from darkpair.gen.frozen import ByValue

if TYPE_CHECKING:
    from collections.abc import Callable

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

    def pair(self, q2: Real, cos_theta: Real, hz: Real, ht: Real) -> Array:
        """Contraction with a polarisation (ht, 0, 0, hz) along the spectator, spins summed."""
        ...

    def pair_transverse(self, q2: Real, cos_theta: Real) -> Array:
        """Contraction with either circular polarisation across the spectator, both charge channels averaged."""
        ...

    def pair_handed(self, q2: Real, cos_theta: Real) -> Array:
        """Half the difference of the two circular polarisations, helicity 1 less helicity -1 of the spectator."""
        ...

    def decay(self, q2: Real, cos_theta: Real, mf: Real, g_v: float, g_a: float) -> Array:
        """Contraction with the current of a light fermion pair, averaged over the spin of X2."""
        ...

    def scalar_decay(self, q2: Real, cos_theta: Real, mass: Real) -> Array:
        """Contraction with the current (k1 - k2) of a scalar pair, averaged over the spin of X2."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class ScalarCurrent(ByValue):
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

    def pair(self, q2: Real, cos_theta: Real, hz: Real, ht: Real) -> Array:
        """(2 H_z k cos + H_t (e1 - e2))^2."""
        k, e1, e2 = _pair_frame(q2, self.m1, self.m2)
        return np.asarray(np.square(2.0 * hz * k * cos_theta + ht * (e1 - e2)))

    def pair_transverse(self, q2: Real, cos_theta: Real) -> Array:
        """2 k^2 sin^2."""
        k, _, _ = _pair_frame(q2, self.m1, self.m2)
        return np.asarray(2.0 * np.square(k) * (1.0 - np.square(cos_theta)))

    def pair_handed(self, q2: Real, cos_theta: Real) -> Array:
        """Zero: nothing is handed."""
        return np.zeros(np.broadcast_shapes(np.shape(q2), np.shape(cos_theta)))

    def decay(self, q2: Real, cos_theta: Real, mf: Real, g_v: float, g_a: float) -> Array:
        """Contraction of (p1 + p2)(p1 + p2) with the fermions' tensor."""
        p1k, p2k = decay_products(q2, cos_theta, self.m1, self.m2, mf)
        ff = 0.5 * q2 - np.square(mf)
        p_square = 2.0 * (np.square(self.m1) + np.square(self.m2)) - q2
        product = 2.0 * (p1k[0] + p2k[0]) * (p1k[1] + p2k[1]) - p_square * ff
        plus, minus = g_v**2 + g_a**2, g_v**2 - g_a**2
        return np.asarray(4.0 * (plus * product - minus * np.square(mf) * p_square))

    def scalar_decay(self, q2: Real, cos_theta: Real, mass: Real) -> Array:
        """((p1 + p2).(k1 - k2))^2."""
        p1k, p2k = decay_products(q2, cos_theta, self.m1, self.m2, mass)
        return np.asarray(np.square(p1k[0] + p2k[0] - p1k[1] - p2k[1]))


@dataclass(frozen=True, kw_only=True, eq=False)
class FermionCurrent(ByValue):
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

    def pair(self, q2: Real, cos_theta: Real, hz: Real, ht: Real) -> Array:
        """Spin sum; the hadronic tensor is symmetric, so V and A do not interfere."""
        k, e1, e2 = _pair_frame(q2, self.m1, self.m2)
        k1k2 = 0.5 * (q2 - np.square(self.m1) - np.square(self.m2))
        linear = 2.0 * hz * ht * k * cos_theta * (e1 - e2)
        total = 0.0
        for weight, sign in zip(self.weights(), (1.0, -1.0), strict=True):
            mm = sign * self.m1 * self.m2
            z = np.square(hz) * (k1k2 + mm - 2.0 * np.square(k * cos_theta))
            t = np.square(ht) * (2.0 * e1 * e2 - k1k2 - mm)
            total = total + 4.0 * weight * (z + t - linear)
        return np.asarray(total)

    def pair_transverse(self, q2: Real, cos_theta: Real) -> Array:
        """Spin sum; the term in Re(c_V c_A*) cos is opposite in the two charge channels and drops out."""
        k, _, _ = _pair_frame(q2, self.m1, self.m2)
        k1k2 = 0.5 * (q2 - np.square(self.m1) - np.square(self.m2))
        across = k1k2 - np.square(k) * (1.0 - np.square(cos_theta))
        vector, axial = self.weights()
        return np.asarray(4.0 * ((vector + axial) * across + (vector - axial) * self.m1 * self.m2))

    def pair_handed(self, q2: Real, cos_theta: Real) -> Array:
        """In psi1~ psi2, the interference of V and A; the opposite in psi1 psi2~."""
        k, _, _ = _pair_frame(q2, self.m1, self.m2)
        return np.asarray(-8.0 * self.interference() * k * np.sqrt(q2) * cos_theta)

    def decay(self, q2: Real, cos_theta: Real, mf: Real, g_v: float, g_a: float) -> Array:
        """Traces contracted; Re(c_V c_A*) g_V g_A makes the forward-backward asymmetry."""
        vector, axial = self.weights()
        (p1f, p1b), (p2f, p2b) = decay_products(q2, cos_theta, self.m1, self.m2, mf)
        ff, mf2 = 0.5 * q2 - np.square(mf), np.square(mf)
        pp = 0.5 * (np.square(self.m1) + np.square(self.m2) - q2)
        plus, minus = g_v**2 + g_a**2, g_v**2 - g_a**2
        same = (vector + axial) * (plus * (p1f * p2b + p1b * p2f) + minus * mf2 * pp)
        flip = (vector - axial) * self.m1 * self.m2 * (plus * ff + 2.0 * minus * mf2)
        odd = 4.0 * np.real(self.c_V * np.conj(self.c_A)) * g_v * g_a * (p1f * p2b - p1b * p2f)
        return np.asarray(16.0 * (same - flip - odd))

    def scalar_decay(self, q2: Real, cos_theta: Real, mass: Real) -> Array:
        """Trace contracted with (k1 - k2)(k1 - k2)."""
        vector, axial = self.weights()
        p1k, p2k = decay_products(q2, cos_theta, self.m1, self.m2, mass)
        k_square = 4.0 * np.square(mass) - q2
        pp = 0.5 * (np.square(self.m1) + np.square(self.m2) - q2)
        same = (vector + axial) * (2.0 * (p1k[0] - p1k[1]) * (p2k[0] - p2k[1]) - k_square * pp)
        return np.asarray(2.0 * (same + (vector - axial) * self.m1 * self.m2 * k_square))


def _pair_frame(q2: Real, m1: Real, m2: Real) -> tuple[Array, Array, Array]:
    """Momentum and energies (k, e1, e2) of a pair in its rest frame [GeV]."""
    root, difference = np.sqrt(q2), (m2 - m1) * (m2 + m1)
    k = np.sqrt(np.maximum((q2 - np.square(m1 + m2)) * (q2 - np.square(m1 - m2)), 0.0)) / (2.0 * root)
    return k, (q2 - difference) / (2.0 * root), (q2 + difference) / (2.0 * root)


def decay_products(
    q2: Real, cos_theta: Real, m1: Real, m2: Real, mf: Real
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Products (p1.k1, p1.k2), (p2.k1, p2.k2) of X2(p2) -> X1(p1) (k1 k2) with equal masses mf [GeV^2]."""
    difference = (m2 - m1) * (m2 + m1)
    outer = np.sqrt(np.maximum((np.square(m2 - m1) - q2) * (np.square(m2 + m1) - q2), 0.0))
    beta = np.sqrt(np.maximum(1.0 - 4.0 * np.square(mf) / q2, 0.0))
    tilt = 0.25 * outer * beta * cos_theta
    p1k, p2k = 0.25 * (difference - q2), 0.25 * (difference + q2)
    return (p1k + tilt, p1k - tilt), (p2k + tilt, p2k - tilt)
