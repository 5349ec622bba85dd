"""Squared matrix elements of Standard Model decays with leptons: Kroll and Wada, K_l3, the muon.  Units: GeV."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from darkpair.chains.amplitudes import at_every_cosine
from darkpair.chains.dalitz import DecayElement
from darkpair.chains.form_factors import DISPERSIVE_PI
from darkpair.gen.compiled.columnwise import columnwise
from darkpair.gen.kinematics import kallen, square

if TYPE_CHECKING:
    from darkpair.chains.amplitudes import Parts
    from darkpair.chains.form_factors import FormFactor
    from darkpair.gen.kinematics import Array, Real

__all__ = ["KrollWada", "MuonDecay", "SemileptonicKaon"]


@dataclass(frozen=True, kw_only=True)
class KrollWada(DecayElement):
    """P -> gamma l+ l-: |F|² (M² - q²)² / q² (1 + cos² + 4 m²/q² sin²); the photon is daughter 0.

    F is 1 + slope q²/M², or has a pole: |F|² = p² (p² + w²) / ((p² - q²)² + p² w²) with p, w its place and width.

    References
    ----------
    N. M. Kroll and W. Wada, Phys. Rev. 98, 1355 (1955); the pole as in arXiv:1504.06016, eq. 3.
    """

    slope: float | None = None
    pole: float | None = None
    width: float = 0.0

    def form(self, q2: Real) -> Array:
        """|F|² at q² [GeV²]."""
        if self.pole is not None:
            p2, w2 = self.pole**2, self.width**2
            return np.asarray(p2 * (p2 + w2) / (np.square(p2 - np.asarray(q2)) + p2 * w2))
        return np.asarray(np.square(1.0 + (self.slope or 0.0) * np.asarray(q2) / self.mass**2))

    def parts(self, q2: Real) -> Parts:
        """The formula, and what it takes beside q² [GeV²] and the cosine."""
        return _kroll_wada, (self.form(q2), self.mass**2, 4.0 * self.masses[1] ** 2)


@dataclass(frozen=True, kw_only=True)
class SemileptonicKaon(DecayElement):
    """K -> pi l nu; daughters ordered (pi, l, nu): V - A between f+ and f0 and the lepton of its mass.

    (q² - m²) (H0² sin² + m²/q² (Ht - H0 cos)²) with H0 = f+ sqrt(lambda/q²), Ht = f0 (M² - m_pi²)/sqrt(q²), and the
    cosine of the neutrino to the pion, or of the lepton away from it, in the pair's frame.
    """

    form: FormFactor = DISPERSIVE_PI

    def parts(self, q2: Real) -> Parts:
        """The formula, and what it takes beside q² [GeV²] and the cosine."""
        pion, lepton, _ = (m * m for m in self.masses)
        along = self.form.plus(q2) * np.sqrt(np.maximum(kallen(self.mass**2, pion, q2), 0.0))
        across = self.form.zero(q2) * (self.mass**2 - pion)
        return _semileptonic, (along, across, lepton)


@dataclass(frozen=True, kw_only=True)
class MuonDecay(DecayElement):
    """mu- -> anti-nu_e e- nu_mu in that order, V - A, unpolarised: (p_mu . p_anti-nu_e) (p_e . p_nu_mu)."""

    def parts(self, q2: Real) -> Parts:
        """The formula, and what it takes beside q² [GeV²] of electron and nu_mu and the cosine."""
        return at_every_cosine, ((self.mass**2 - q2) * (q2 - self.masses[1] ** 2),)


@columnwise
def _kroll_wada(q2: Real, cosine: Real, form: Real, mass2: Real, threshold: Real) -> Real:
    sine2 = 1.0 - square(cosine)
    angle = 2.0 - sine2 * (1.0 - threshold / q2)  # 1 + cos² + 4 m²/q² sin²
    return form * square(mass2 - q2) / q2 * angle


@columnwise
def _semileptonic(q2: Real, cosine: Real, along: Real, across: Real, lepton: Real) -> Real:
    helicities = square(along) * (1.0 - square(cosine)) + lepton / q2 * square(across - along * cosine)
    return (q2 - lepton) / q2 * helicities
