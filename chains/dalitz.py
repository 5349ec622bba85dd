"""Squared matrix elements of Standard Model decays to three mesons, or two and a photon, from measured parameters.

Each is a dataclass of the parent's mass, the daughters' masses in the element's order, and parameters by the names of
chains/data/decays.toml, which says which decay has which element.  Units: GeV.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from darkpair.chains.amplitudes import value_of
from darkpair.chains.form_factors import PION
from darkpair.gen.compiled.columnwise import columnwise
from darkpair.gen.dalitz import energies_of, pair_masses, pair_squares
from darkpair.gen.kinematics import kallen, square, two_body_momentum
from darkpair.gen.particles import particle

if TYPE_CHECKING:
    from typing import Self

    from darkpair.chains.amplitudes import Parts
    from darkpair.gen.kinematics import Array, Real

__all__ = [
    "DecayElement",
    "EtaPolynomial",
    "KaonPolynomial",
    "PionPairPhoton",
    "RadialPolynomial",
    "ThreePionPolynomial",
    "ThreePionRho",
    "rho_pole",
]


@dataclass(frozen=True, kw_only=True)
class DecayElement:
    """What every element has.

    Parameters
    ----------
    mass : float [GeV]
        Mass of the parent.
    masses : three floats [GeV]
        Masses of daughters 0, 1, 2 in the element's order.
    summary : str
        What the element is and where it comes from, in a line.
    """

    mass: float
    masses: tuple[float, float, float]
    summary: str

    def at_mass(self, mass: float) -> Self:
        """The same decay of a parent of another mass [GeV]."""
        return replace(self, mass=mass)

    def __call__(self, q2: Real, cosine: Real) -> Array:
        """|M|² at q² [GeV²] and the cosine."""
        return value_of(self, q2, cosine)

    def normal(self, q2: Real, cosine: Real) -> Array:
        """4 |p1 x p2|² M² of the daughters' momenta in the parent's rest frame [GeV⁶]: that of a P wave."""
        m0, m1, m2 = (m * m for m in self.masses)
        outer, inner = kallen(self.mass**2, m0, q2), kallen(q2, m1, m2)
        return np.asarray(outer * inner * (1.0 - np.square(cosine)) / (4.0 * q2))


@dataclass(frozen=True, kw_only=True)
class KaonPolynomial(DecayElement):
    """K -> 3 pi, 1 + g u + h u² + k v²; the odd pion is daughter 0.

    u = (s_odd - s_0) / m_pi+², v = (s_2 - s_1) / m_pi+², s_i = (p_K - p_i)², s_0 their mean: the PDG's
    convention (note "Dalitz plot parameters for K -> 3 pi decays").
    """

    g: float
    h: float
    k: float

    def parts(self, q2: Real) -> Parts:
        """The formula, and what it takes beside q² [GeV²] and the cosine."""
        return _kaon_polynomial, (self.mass, *self.masses, particle("pi+").mass ** 2, self.g, self.h, self.k)


@dataclass(frozen=True, kw_only=True)
class EtaPolynomial(DecayElement):
    """eta -> pi0 pi+ pi- or eta' -> eta pi pi, 1 + a Y + b Y² + d X² + f Y³ + g X² Y; daughter 0 is the odd one.

    X = sqrt(3) (T_1 - T_2) / Q, Y = (m_0 + 2 m_pi) / m_pi T_0 / Q - 1 with T the kinetic energies in the parent's
    rest frame and Q their sum; with equal masses Y = 3 T_0 / Q - 1 (arXiv:1601.06985, eqs. 3 and 4;
    arXiv:1709.04627, eqs. 1 to 3).  For eta -> pi0 pi+ pi- the factor is 3 by convention.
    """

    a: float
    b: float
    d: float
    f: float = 0.0
    g: float = 0.0

    def parts(self, q2: Real) -> Parts:
        """The formula, and what it takes beside q² [GeV²] and the cosine."""
        total = self.mass - sum(self.masses)
        pion = 0.5 * (self.masses[1] + self.masses[2])
        factor = 3.0 if self.masses[0] < 2.0 * pion else (self.masses[0] + 2.0 * pion) / pion
        numbers = (total, factor, self.a, self.b, self.d, self.f, self.g)
        return _eta_polynomial, (self.mass, *self.masses, *numbers)


@dataclass(frozen=True, kw_only=True)
class RadialPolynomial(DecayElement):
    """A decay to three equal pions, 1 + 2 alpha z: z = 2/3 sum ((3 E_i - M) / (M - 3 m))², 0 to 1."""

    alpha: float

    def parts(self, q2: Real) -> Parts:
        """The formula, and what it takes beside q² [GeV²] and the cosine."""
        free = self.mass - sum(self.masses)
        return _radial_polynomial, (self.mass, *self.masses, free, 2.0 * self.alpha * 2.0 / 3.0)


@dataclass(frozen=True, kw_only=True)
class ThreePionPolynomial(DecayElement):
    """omega -> pi0 pi+ pi-: |p+ x p-|² (1 + 2 alpha Z + 2 beta Z^(3/2) sin 3 phi).

    x = (t - u) / (sqrt(3) R), y = (s_c - s) / R + 2 (m_pi+ - m_pi0) / (M - 2 m_pi+ - m_pi0), Z = x² + y² with
    R = 2/3 M (M - m_pi+ - m_pi- - m_pi0), s of the charged pair (arXiv:1811.03817, eqs. 2 to 5).
    """

    alpha: float
    beta: float

    def __call__(self, q2: Real, cosine: Real) -> Array:
        """|M|² at q² [GeV²] and the cosine."""
        s, t, u = pair_masses(self.mass, self.masses, q2, cosine)
        free = self.mass - sum(self.masses)
        scale = 2.0 / 3.0 * self.mass * free
        x = (t - u) / (math.sqrt(3.0) * scale)
        shift = (self.masses[1] + self.masses[2] - 2.0 * self.masses[0]) / free
        y = ((s + t + u) / 3.0 - s) / scale + shift
        z, odd = x * x + y * y, 3.0 * x * x * y - y**3  # Z^(3/2) sin 3 phi
        return np.asarray(self.normal(q2, cosine) * (1.0 + 2.0 * self.alpha * z + 2.0 * self.beta * odd))


@dataclass(frozen=True, kw_only=True)
class ThreePionRho(DecayElement):
    """phi -> pi0 pi+ pi- through rho0, rho+ and rho- of one mass and width, and a direct term.

    |p+ x p-|² |sum of the three `rho_pole` + direct exp(i phase)|².
    """

    rho_mass: float
    rho_width: float
    direct: float
    phase: float

    def __call__(self, q2: Real, cosine: Real) -> Array:
        """|M|² at q² [GeV²] and the cosine."""
        neutral, charged = self.masses[0], 0.5 * (self.masses[1] + self.masses[2])
        amplitude: Real = self.direct * complex(math.cos(self.phase), math.sin(self.phase))
        pairs = ((charged, charged), (neutral, charged), (neutral, charged))
        for s, (m1, m2) in zip(pair_masses(self.mass, self.masses, q2, cosine), pairs, strict=True):
            amplitude = amplitude + rho_pole(s, self.rho_mass, self.rho_width, m1, m2)
        return np.asarray(self.normal(q2, cosine) * np.square(np.abs(amplitude)))


@dataclass(frozen=True, kw_only=True)
class PionPairPhoton(DecayElement):
    """eta or eta' -> gamma pi+ pi-: |p+ x p-|² |F(q²) (1 + kappa q² + lam q⁴)|², F the pion's vector form factor.

    The photon is transverse and the pair in a P wave, so that the width goes with k³.  F has the rho; the polynomial
    holds what the process adds to it, the box anomaly included (arXiv:1108.2419, eqs. 3 to 5).
    """

    kappa: float
    lam: float = 0.0

    def __call__(self, q2: Real, cosine: Real) -> Array:
        """|M|² at q² [GeV²] and the cosine."""
        process = 1.0 + np.asarray(q2) * (self.kappa + self.lam * np.asarray(q2))
        return np.asarray(self.normal(q2, cosine) * np.square(np.abs(PION.vector(q2)) * process))


@columnwise
def _kaon_polynomial(
    q2: Real,
    cosine: Real,
    mass: Real,
    m0: Real,
    m1: Real,
    m2: Real,
    unit: Real,
    g: Real,
    h: Real,
    k: Real,
) -> Real:
    s_odd, s_1, s_2 = pair_squares(mass, m0, m1, m2, q2, cosine)
    u, v = (s_odd - (s_odd + s_1 + s_2) / 3.0) / unit, (s_2 - s_1) / unit
    return 1.0 + u * (g + h * u) + k * v * v


@columnwise
def _eta_polynomial(
    q2: Real,
    cosine: Real,
    mass: Real,
    m0: Real,
    m1: Real,
    m2: Real,
    total: Real,
    factor: Real,
    a: Real,
    b: Real,
    d: Real,
    f: Real,
    g: Real,
) -> Real:
    e0, e1, e2 = energies_of(mass, m0, m1, m2, q2, cosine)
    x2, y = 3.0 * square(((e1 - m1) - (e2 - m2)) / total), factor * (e0 - m0) / total - 1.0
    return 1.0 + y * (a + y * (b + f * y)) + x2 * (d + g * y)


@columnwise
def _radial_polynomial(
    q2: Real, cosine: Real, mass: Real, m0: Real, m1: Real, m2: Real, free: Real, slope: Real
) -> Real:
    e0, e1, e2 = energies_of(mass, m0, m1, m2, q2, cosine)
    z = square((3.0 * e0 - mass) / free) + square((3.0 * e1 - mass) / free) + square((3.0 * e2 - mass) / free)
    return 1.0 + slope * z


def rho_pole(s: Real, mass: float, width: float, m1: float, m2: float) -> Array:
    """m² / (m² - s - i sqrt(s) Gamma(s)) with Gamma(s) = Gamma m²/s (p/p0)³: complex, 1 far below.

    Not the line of `darkpair.gen.resonances`, which has barrier factors: the measured couplings beside this pole were
    fitted with this width.

    Parameters
    ----------
    s : float or ndarray [GeV²]
        Squared mass of the two pions.
    mass, width, m1, m2 : float [GeV]
        Mass and width of the rho, and the masses of its two pions.
    """
    q = np.sqrt(np.maximum(s, (m1 + m2) ** 2))
    running = (
        width * np.square(mass / q) * (two_body_momentum(q, m1, m2) / two_body_momentum(mass, m1, m2)) ** 3
    )
    return np.asarray(mass**2 / (mass**2 - np.asarray(s) - 1j * q * running))
