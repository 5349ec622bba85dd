"""Dipole portal: psi2 -> psi1 gamma, magnetic and electric, with the photon's angular correlation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np

from darkpair.chains.models.model import Model, ModelMode
from darkpair.chains.models.units import Moment
from darkpair.chains.spin import DecaySpin, DipoleAmplitude
from darkpair.chains.widths import two_body_width
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Real
from darkpair.gen.parameters import Phase

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array

__all__ = ["Dipole"]


def _photon(model: Dipole) -> Array:
    """Width of psi2 -> psi1 gamma [GeV]: spin-averaged |M|^2 = 2 (|mu|^2 + |d|^2) (m2^2 - m1^2)^2.

    ``(|mu|^2 + |d|^2) (m2^2 - m1^2)^3 / (8 pi m2^3)``, four times that for Majorana; arXiv:2005.07102, eq. 53.
    """
    difference = (np.asarray(model.m2) - model.m1) * (np.asarray(model.m2) + model.m1)
    size = np.square(np.abs(model.mu)) + np.square(np.abs(model.d))
    factor = 4.0 if model.majorana else 1.0
    return two_body_width(model.m2, model.m1, 0.0, 2.0 * factor * size * np.square(difference))


@dataclass(frozen=True, kw_only=True, eq=False)
class Dipole(Model):
    """L = psi1-bar sigma (mu + d gamma5) psi2 F / 2 + h.c. (arXiv:2005.07102, eq. 52 has mu alone).

    Combine it with a portal that makes psi2, for example the diagonal current of the Z'.

    Parameters
    ----------
    mu, d : float, complex or ndarray [GeV^-1]
        Magnetic and electric (chiral) transition moments.
    majorana : bool
        Whether psi1 and psi2 are Majorana: mu is imaginary and d real then: give their sizes. The Hermitian conjugate
        doubles the amplitude, and there is no decay asymmetry (CPT).

    Notes
    -----
    Lagrangian: ``psi1-bar sigma_mn (mu + d gamma5) psi2 F^mn / 2 + h.c.`` (arXiv:2005.07102, eq. 52 has mu alone).
    Phases: mu and d are complex; the width knows their moduli, ``Re(mu d*)`` makes the asymmetry of the photon.
    Normalisation: a Dirac psi2 has ``(|mu|^2 + |d|^2) (m2^2 - m1^2)^3 / (8 pi m2^3)`` (eq. 53), a Majorana one four times that.
    """

    references: ClassVar = ("arXiv:2005.07102",)

    FERMIONS: ClassVar = True
    MODES: ClassVar = {("X2", "X1 gamma"): ModelMode(_photon, "52, 53")}

    mu: Annotated[Real, Moment, Phase]
    d: Annotated[Real, Moment, Phase] = 0.0
    majorana: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.majorana and (np.any(np.imag(self.mu)) or np.any(np.imag(self.d))):
            raise InputError(
                f"mu = {self.mu}, d = {self.d} GeV^-1; allowed for Majorana: real sizes, the phases are put here"
            )

    def self_conjugate(self) -> bool:
        """Whether psi1 and psi2 are Majorana."""
        return self.majorana

    def asymmetry(self) -> Array:
        """Decay asymmetry alpha = -2 Re(mu d*) / (|mu|^2 + |d|^2) of psi2; the opposite for psi2-bar [1]."""
        size = np.square(np.abs(self.mu)) + np.square(np.abs(self.d))
        product = -2.0 * np.real(self.mu * np.conj(self.d))
        return np.asarray(0.0 * product if self.majorana else product / np.where(size > 0.0, size, 1.0))

    def analyser(self, mode: str) -> DecaySpin | None:
        """Along the photon, where mu and d have a common phase."""
        self.mode("X2", mode)
        alpha = self.asymmetry()
        if not np.any(alpha):
            return None
        return DecaySpin(amplitude=DipoleAmplitude(mu=self.mu, d=self.d), mass=self.m1, asymmetry=alpha)
