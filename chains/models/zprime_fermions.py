"""Z' with dark fermions: Dirac or Majorana, off-diagonal and diagonal currents, and their spin."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, TypeAlias, get_args

import numpy as np

from darkpair.chains.dark_currents import FermionCurrent
from darkpair.chains.matrix_elements import (
    CurrentDecay,
    KstarTransition,
    TripleDecay,
    VectorTransition,
    pair_from_meson,
)
from darkpair.chains.models.model import ModelMode
from darkpair.chains.models.zprime import PAIR_MODES, ZPrime
from darkpair.chains.models.zprime_beside import BESIDE_MODES
from darkpair.chains.spin import DecaySpin, KstarCurrent, LightPair, MesonCurrent, PairSpin, TripleSpin
from darkpair.chains.widths import three_body_width, two_body_width
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Real
from darkpair.gen.parameters import Dimensionless, Phase
from darkpair.gen.particles import particle

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array

__all__ = ["CONVENTIONS", "ZPrimeDirac", "ZPrimeMajorana"]

#: What eq. 42 gives as written, with the Hermitian conjugate added to the amplitude; what the paper prints.
Convention: TypeAlias = Literal["literal", "printed"]
CONVENTIONS: Final = get_args(Convention)


@dataclass(frozen=True, kw_only=True, eq=False)
class ZPrimeFermion(ZPrime):
    """Z' and two fermions; a base for Dirac and Majorana.

    Parameters
    ----------
    c_V, c_A : float, complex or ndarray
        Off-diagonal couplings of eq. 42.
    c_A11, c_A22 : float or ndarray
        Diagonal axial couplings of psi1 and psi2 [1]; c psi-bar gamma gamma5 psi for Dirac, half of it for Majorana.  Beside a meson
        c_A11 makes X1 X1; X2 X2 by c_A22 is there of two bodies alone.
    g_X_over_eps_Z : float or ndarray, optional
        Dark coupling over mixing, needed for psi2 -> 3 psi1 only, whose contact coupling is g_X^2 / m_Z'^2.
    """

    FERMIONS: ClassVar = True

    c_V: Annotated[Real, Dimensionless, Phase] = 0.0
    c_A: Annotated[Real, Dimensionless, Phase] = 1.0
    c_A11: Annotated[Real, Dimensionless] = 0.0
    c_A22: Annotated[Real, Dimensionless] = 0.0
    g_X_over_eps_Z: Annotated[Real | None, Dimensionless] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if np.any(np.asarray(self.c_A11) != 0.0) and self.g_X_over_eps_Z is None:
            raise InputError(
                f"c_A11 = {self.c_A11} opens X2 -> X1 X1 X1, whose rate needs g_X_over_eps_Z; give it (for example 100)"
            )

    def current(self) -> FermionCurrent:
        """psi2-bar gamma (c_V + c_A gamma5) psi1."""
        return FermionCurrent(m1=self.m1, m2=self.m2, c_V=self.c_V, c_A=self.c_A)

    def diagonal_factor(self) -> float:
        """Rate of a diagonal pair over the Dirac one with the same c."""
        raise NotImplementedError

    def triple_factor(self) -> float:
        """Factor of identical psi1 and of the off-diagonal amplitude squared in psi2 -> 3 psi1."""
        raise NotImplementedError

    def polariser(self, parent: str, production: str) -> PairSpin | None:
        """Polariser from c_V and c_A with a common phase; of X2 X2, an axial current makes a spin singlet."""
        self.mode(parent, production)
        words, current = production.split(), self.current()
        if "X2" not in words:
            return None
        dirac = not self.self_conjugate()
        if words == ["X2", "X2"]:
            axial = FermionCurrent(m1=self.m2, m2=self.m2, c_V=0.0, c_A=1.0)
            return PairSpin(
                amplitude=MesonCurrent(current=axial), pair=(0, 1), masses=(self.m2, self.m2), anti=(False, dirac), singlet=True
            )  # fmt: skip
        law: dict[str, Any] = {"masses": (self.m1, self.m2), "anti": (dirac, False)}
        if len(words) == 2:
            if not np.any(current.interference()):
                return None
            polarisation = -current.asymmetry(particle(parent).mass)
            return PairSpin(
                amplitude=MesonCurrent(current=current), pair=(0, 1), polarisation=polarisation, **law
            )
        transition = self.matrix_element(parent, production)
        if isinstance(transition, KstarTransition):  # its helicities polarise by themselves
            return PairSpin(amplitude=KstarCurrent(transition=transition), pair=(1, 2), **law)
        if not isinstance(transition, VectorTransition) or not np.any(current.interference()):
            return None
        return PairSpin(amplitude=MesonCurrent(current=current, transition=transition), pair=(1, 2), **law)

    def analyser(self, mode: str) -> DecaySpin | TripleSpin | None:
        """Analyser from c_V and c_A with a common phase, and of a fermion pair from g_V and g_A."""
        self.mode("X2", mode)
        current = self.current()
        visible = mode.removeprefix("X1 ")
        real = not np.any(current.interference())
        if visible in {"pi0", "eta"}:
            amplitude, asymmetry = (
                MesonCurrent(current=current, place=1),
                -current.asymmetry(particle(visible).mass),
            )
            return None if real else DecaySpin(amplitude=amplitude, mass=self.m1, asymmetry=asymmetry)
        decay = self.matrix_element("X2", mode)
        if isinstance(decay, TripleDecay):
            return None if decay.majorana else TripleSpin(decay=decay)  # identical ones leave no direction
        assert isinstance(decay, CurrentDecay)  # (every other three-body mode of the table)
        if real and (decay.scalar or decay.g_v * decay.g_a == 0.0):
            return None
        return DecaySpin(amplitude=LightPair(decay=decay), mass=self.m1)


def _diagonal(model: ZPrimeFermion, *, meson: str, state: str) -> Array:
    """Width of a pseudoscalar meson -> X1 X1 or X2 X2 [GeV].

    arXiv:2005.07102, eq. 67 for pi0 -> psi1 psi1, whose phase space must read sqrt(1 - 4 r^2); a vector
    current is conserved and gives nothing.  ``d p / (8 pi M^2) C^2 8 c^2 m^2 M^2``, d = 1 for Dirac and 1/2 for Majorana.
    """
    mass = particle(meson).mass
    m, c = (model.m1, model.c_A11) if state == "X1" else (model.m2, model.c_A22)
    current = FermionCurrent(m1=m, m2=m, c_V=0.0, c_A=c)
    squared = pair_from_meson(current, model.meson_coupling(meson), mass**2)
    return two_body_width(mass, m, m, squared * model.diagonal_factor())


def _triple_amplitude(model: ZPrimeFermion) -> TripleDecay:
    """Squared amplitude of psi2 -> psi1 psi1 psi1 (arXiv:2005.07102, below eq. 67)."""
    if model.g_X_over_eps_Z is None:
        raise InputError("X2 -> X1 X1 X1 needs g_X_over_eps_Z; give it (for example 100)")
    # g_X^2 / m_Z'^2 from G_X and g_X / eps_Z: g_X g_sdX / m_Z'^2 is G_X times the same scale as in eq. 43
    dark = np.asarray(model.G_X) / model.unit_contact() * model.g_X_over_eps_Z * model.c_A11
    strength = np.square(dark) * model.triple_factor()
    return TripleDecay(current=model.current(), strength=strength, majorana=isinstance(model, ZPrimeMajorana))


def _triple(model: ZPrimeFermion) -> Array:
    """Width of psi2 -> psi1 psi1 psi1 [GeV]; zero without a diagonal coupling.

    The contact of both currents with the strength ``(g_X^2 / m_Z'^2)^2 c_A11^2``, antisymmetrised over identical psi1 and divided
    by their permutations, integrated over q^2.
    """
    if not np.any(np.asarray(model.c_A11)):
        return np.zeros(np.broadcast_shapes(np.shape(model.m1), np.shape(model.m2)))
    return three_body_width(model.m2, model.m1, model.m1, model.m1, _triple_amplitude(model).averaged)


def _modes() -> dict[tuple[str, str], ModelMode]:
    table = dict(PAIR_MODES)
    for meson in ("K_L0", "K_S0", "eta", "pi0", "B0"):
        for state in ("X1", "X2"):
            table[meson, f"{state} {state}"] = ModelMode(
                partial(_diagonal, meson=meson, state=state), "46, 67"
            )
    table["X2", "X1 X1 X1"] = ModelMode(_triple, "text below 67", _triple_amplitude)
    return table


FERMION_MODES: Final = _modes()


@dataclass(frozen=True, kw_only=True, eq=False)
class ZPrimeDirac(ZPrimeFermion):
    """Z' and two Dirac fermions (arXiv:2005.07102, eq. 42); meson widths count both charge channels.

    Notes
    -----
    Lagrangian: ``g_X Z'_mu (c_V psi2-bar gamma^mu psi1 + c_A psi2-bar gamma^mu gamma5 psi1 + h.c.)``, the diagonal
    ``g_X Z'_mu (c_A11 psi1-bar gamma^mu gamma5 psi1 + c_A22 psi2-bar gamma^mu gamma5 psi2)``, and for quarks and leptons
    ``- eps_Z (g / 2 c_W) J_NC^mu Z'_mu`` with the loop's ``g_sdX Z'_mu s-bar gamma^mu P_L d + h.c.`` (eqs. 39, 40, 42).
    Phases: c_V and c_A are complex; widths know their moduli, ``Re(c_V c_A*)`` polarises. K_L takes the real part of g_sdX,
    K_L -> pi0 X1 X2 the imaginary one, charged mesons and B the modulus.
    Normalisation: ``G_X / sqrt(2) = eps_Z g g_X / (4 c_W m_Z'^2)`` (eq. 43). Widths of mesons are of psi1 psi2-bar and
    psi1-bar psi2 together, twice that of one; those of psi2 are of psi2 alone.
    """

    MODES: ClassVar = {**FERMION_MODES, **BESIDE_MODES}

    def channels(self, *, decay: bool) -> float:
        """Two in production (psi1 psi2-bar and its conjugate), one in decay."""
        return 1.0 if decay else 2.0

    def diagonal_factor(self) -> float:
        """One by definition."""
        return 1.0

    def triple_factor(self) -> float:
        """1/2 of the two identical psi1 of psi1 psi1 psi1-bar."""
        return 0.5


@dataclass(frozen=True, kw_only=True, eq=False)
class ZPrimeMajorana(ZPrimeFermion):
    """Z' and two Majorana fermions (arXiv:2005.07102, eq. 42): c_V is imaginary, c_A real.

    Give the size of c_V; its factor i is put here. X2 decays isotropically.

    Notes
    -----
    Lagrangian: ``g_X Z'_mu (i c_V psi2-bar gamma^mu psi1 + c_A psi2-bar gamma^mu gamma5 psi1 + h.c.)``, the diagonal
    ``g_X Z'_mu (c_A11 psi1-bar gamma^mu gamma5 psi1 + c_A22 psi2-bar gamma^mu gamma5 psi2) / 2``, and for quarks and leptons
    ``- eps_Z (g / 2 c_W) J_NC^mu Z'_mu`` with the loop's ``g_sdX Z'_mu s-bar gamma^mu P_L d + h.c.`` (eqs. 39, 40, 42).
    Phases: c_V is imaginary and c_A real, so nothing polarises psi2. K_L takes the real part of g_sdX, K_L -> pi0 X1 X2
    the imaginary one, charged mesons and B the modulus.
    Normalisation: ``G_X / sqrt(2) = eps_Z g g_X / (4 c_W m_Z'^2)`` (eq. 43). The Hermitian conjugate is the same operator
    and doubles the amplitude: four times the rate of one Dirac channel, as `convention` says.

    Parameters
    ----------
    convention : {"literal", "printed"}
        How eq. 42 is read. "literal": as written, whose Hermitian conjugate doubles the amplitude: 2 times the Dirac
        rate of mesons, 4 times the Dirac width of X2. "printed": 2 and 2, which no normalisation gives.
    """

    MODES: ClassVar = {**FERMION_MODES, **BESIDE_MODES}

    convention: Convention = "literal"

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("c_V", "c_A"):
            if np.any(np.imag(getattr(self, name)) != 0.0):
                raise InputError(
                    f"{name} = {getattr(self, name)}; allowed: real sizes, the phase of c_V is put here"
                )

    def current(self) -> FermionCurrent:
        """psi2-bar gamma (i c_V + c_A gamma5) psi1."""
        return FermionCurrent(m1=self.m1, m2=self.m2, c_V=1j * np.asarray(self.c_V), c_A=self.c_A)

    def self_conjugate(self) -> bool:
        """Majorana."""
        return True

    def channels(self, *, decay: bool) -> float:
        """Amplitude doubled, one channel; "printed" halves the decay."""
        return 2.0 if decay and self.convention == "printed" else 4.0

    def diagonal_factor(self) -> float:
        """(c/2) psi-bar gamma gamma5 psi of a Majorana psi: the Dirac amplitude, identical particles."""
        return 0.5

    def triple_factor(self) -> float:
        """1/3! of the identical psi1, and the off-diagonal amplitude squared."""
        return self.channels(decay=True) / math.factorial(3)
