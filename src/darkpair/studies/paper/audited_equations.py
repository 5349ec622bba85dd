"""Audit of arXiv:2005.07102: every printed number beside the one that the amplitudes give.

Printed numbers stand in the `printed` column of this file and nowhere else; ours come from running the models.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.chains import standard_model_rates as sm
from darkpair.chains.dark_currents import FermionCurrent, ScalarCurrent
from darkpair.chains.form_factors import ConstantForm
from darkpair.chains.matrix_elements import CurrentDecay, VectorTransition
from darkpair.chains.models import (
    Dipole,
    HiggsPortalFermion,
    HiggsPortalQuartic,
    HiggsPortalTrilinear,
    Impostor,
    Inputs,
    TwoHiggsDoublet,
    VirtualMeson,
    ZPrimeDirac,
    ZPrimeMajorana,
    ZPrimeScalar,
)
from darkpair.chains.models.dark_matter import PICOBARN, fermion_sigma_v, scalar_sigma_v
from darkpair.chains.models.electroweak import lambda_t, z_penguin
from darkpair.chains.models.virtual_meson import effective_scale, eta_coupling, mixing_amplitude
from darkpair.chains.rate_polynomials import fermion_rate_polynomial, scalar_rate_polynomial
from darkpair.chains.widths import momentum, three_body_width
from darkpair.gen.constants import HBAR_C
from darkpair.gen.endpoints import max_pt
from darkpair.gen.particles import particle
from darkpair.gen.sources.koto_kl import P_RANGE, KotoKL, momentum_spectrum

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model

__all__ = ["SECTIONS", "AuditRow", "audit_equations"]

#: Sections of the paper with quantitative claims, in its order; III.E is Table I, which study table1 derives.
SECTIONS: Final = (
    "II", "III.B", "III.C", "III.D", "IV.A", "IV.B", "IV.C", "IV.D", "IV.E", "V", "VI", "A", "B",
)  # fmt: skip

#: First equation of each section that has one; read off arXiv:2005.07102.
_FIRST: Final = {
    "I": 1, "II": 5, "III.A": 12, "III.B": 19, "III.C": 37, "III.D": 54, "IV.A": 62, "IV.B": 64, "IV.C": 66, "IV.E": 68,
    "V": 69,
}  # fmt: skip

#: A mass that no phase space feels [GeV], where the paper neglects it.
_NEGLIGIBLE = 1e-7


@dataclass(frozen=True, kw_only=True)
class AuditRow:
    """One printed number.

    Parameters
    ----------
    equation, quantity, unit : str
        Where it stands and what it is.
    printed : str
        As the paper prints it.
    ours : float [unit]
        From the amplitudes.
    inputs : str
        Preset of ours.
    error : float [unit]
        The paper's own uncertainty, 0 if it gives none.
    note : str
        Why they differ, or what the number means.
    """

    equation: str
    quantity: str
    unit: str
    printed: str
    ours: float
    inputs: str = "paper"
    error: float = 0.0
    note: str = ""

    @property
    def section(self) -> str:
        """Section of the paper in which the equation stands; its place itself where that is no equation."""
        if self.equation[0] in "AB":
            return self.equation[0]
        if not self.equation.isdecimal():
            return self.equation
        return next(name for name, first in reversed(_FIRST.items()) if int(self.equation) >= first)

    @property
    def paper(self) -> float:
        """Printed number [unit]."""
        return float(self.printed)

    @property
    def ratio(self) -> float:
        """Ours over the paper's."""
        return self.ours / self.paper

    @property
    def tolerance(self) -> float:
        """Relative difference that still agrees: the paper's error, half a unit of its last digit, or 6 %.

        One digit is never allowed to hide more than a quarter.
        """
        mantissa, _, exponent = self.printed.lower().partition("e")
        decimals = len(mantissa.partition(".")[2])
        half_unit = 0.5 * 10.0 ** (int(exponent or 0) - decimals)
        return max(abs(self.error / self.paper), min(max(half_unit / abs(self.paper), 0.06), 0.25))

    @property
    def verdict(self) -> str:
        """Whether they agree: computed, never typed."""
        return "agrees" if abs(self.ratio - 1.0) <= self.tolerance else "differs"


def _phase(m: float, m1: float, m2: float) -> float:
    """lambda^(1/2)(1, m1^2/m^2, m2^2/m^2) [1]."""
    return float(2.0 * momentum(m, m1, m2) / m)


def _length(model: Model, mode: str, shape: float, unit: float) -> float:
    """Decay length of one mode of X2 over the paper's factors, in units of `unit` mm."""
    return float(HBAR_C / model.partial_width("X2", mode) * shape / unit)


def _standard_model(pdg: Inputs) -> list[AuditRow]:
    lam = lambda_t(pdg)
    return [
        AuditRow(equation="6", quantity="BR(K+ -> pi+ nu nubar)", unit="1", printed="0.84e-10", error=0.10e-10,
                 ours=sm.k_plus_to_pi_nunu(pdg), inputs="pdg", note="CKM elements of 2020"),
        AuditRow(equation="7", quantity="BR(K_L -> pi0 nu nubar), amplitude of eq. 5", unit="1", printed="0.34e-10",
                 error=0.06e-10, ours=sm.k_long_to_pi_nunu_amplitude(pdg), inputs="pdg",
                 note="goes with the square of Im(V_ts^* V_td); the print needs 1.53e-4"),
        AuditRow(equation="7", quantity="BR(K_L -> pi0 nu nubar), kappa_L", unit="1", printed="0.34e-10", error=0.06e-10,
                 ours=sm.k_long_to_pi_nunu(pdg), inputs="pdg", note="CKM elements of 2020 instead of 2015"),
        AuditRow(equation="8", quantity="Grossman-Nir factor", unit="1", printed="4.4",
                 ours=sm.grossman_nir_factor(pdg), inputs="pdg", note="older inputs in the paper"),
        AuditRow(equation="10", quantity="BR(B+ -> K+ nu nubar)", unit="1", printed="4.0e-6", error=0.5e-6,
                 ours=sm.b_to_k_nunu(pdg), inputs="pdg", note="form factors of hep-ph/9910221"),
        AuditRow(equation="24", quantity="Im(V_ts^* V_td)", unit="1", printed="1.4e-4", ours=lam.imag, inputs="pdg"),
        AuditRow(equation="40", quantity="Re(g_sdX)/eps_Z", unit="1", printed="1.45e-6",
                 ours=float(z_penguin("sd", pdg)[0]), inputs="pdg"),
        AuditRow(equation="40", quantity="Im(g_sdX)/eps_Z", unit="1", printed="6.15e-6",
                 ours=float(z_penguin("sd", pdg)[1]), inputs="pdg",
                 note="a slip of ten: Im/Re is that of the CKM product, 0.42; should read 0.615e-6"),
    ]  # fmt: skip


def _higgs(inputs: Inputs) -> list[AuditRow]:
    light: dict[str, Any] = {"m1": 0.0, "m2": _NEGLIGIBLE, "inputs": inputs}
    cases = {
        "27": ("8e-13", HiggsPortalQuartic(lambda_12=1.0, **light)),
        "28": ("3e-13", HiggsPortalFermion(A_3=1.0, y_X=1.0, m_S3=10.0, **light)),
        "29": ("2e-8", HiggsPortalTrilinear(A_3=1.0, B=1.0, m_S3=10.0, **light)),
    }
    rows = []
    for equation, (printed, model) in cases.items():
        ours = float(model.saturating(0.1).branching_ratio("K_L0", model.PAIR))
        rows.append(AuditRow(equation=equation, quantity=f"BR(K_L -> {model.PAIR}) at BR(h -> dark) = 0.1", unit="1",
                             printed=printed, ours=ours, note="full propagators of S3"))  # fmt: skip
    return rows


def _scalar_decays(inputs: Inputs) -> list[AuditRow]:
    pion, kaon, eta, m2 = particle("pi0").mass, particle("K_L0").mass, particle("eta").mass, 0.3
    doublet = TwoHiggsDoublet(m1=0.0, m2=m2, y_lambda=1e-3, m_A=1000.0, inputs=inputs)
    impostor = Impostor(m1=0.0, m2=pion, lambda_Psi=1.0, m_Psi=1000.0, inputs=inputs)
    virtual = VirtualMeson(m1=0.0, m2=m2, m_eff=1e-7, inputs=inputs)
    down = VirtualMeson(m1=0.0, m2=m2, m_eff=1e-6, flavour="d-only", inputs=inputs)
    decay, from_kaon, from_eta = _phase(m2, 0.0, pion), _phase(kaon, 0.0, m2), _phase(eta, 0.0, m2)
    full = Inputs("pdg").replace(ms_over_md=inputs["ms_over_md"])
    to_eta = inputs["M_K_pi"] / math.sqrt(3.0)
    return [
        AuditRow(equation="33", quantity="c tau(S2 -> S1 pi0)", unit="m", printed="3.5",
                 ours=_length(doublet, "X1 pi0", decay, 1e3)),
        AuditRow(equation="34", quantity="BR(eta -> S1 S2)", unit="1", printed="1.2e-8",
                 ours=float(doublet.branching_ratio("eta", "X1 X2")) / from_eta,
                 note="with the coupling of the strange quark, 22 times the pi0's"),
        AuditRow(equation="36", quantity="c tau(S2 -> gamma gamma)", unit="m", printed="2",
                 ours=float(impostor.ctau("X2")) / 1e3, note="eq. 35 is right and gives 1.5 times the printed length"),
        AuditRow(equation="55", quantity="M(K_L-pi0)", unit="MeV^2", printed="-0.07",
                 ours=Inputs()["M_K_pi"] * 1e6, inputs="pdg"),
        AuditRow(equation="55", quantity="M(K_L-eta)", unit="MeV^2", printed="-0.04", ours=to_eta * 1e6),
        AuditRow(equation="57", quantity="coupling of the eta over the pi0's", unit="1", printed="22",
                 ours=eta_coupling(full), inputs="pdg, m_s/m_d = 19", note="the paper drops the down quark's term"),
        AuditRow(equation="56", quantity="m_s/m_d", unit="1", printed="19", ours=Inputs()["ms_over_md"], inputs="pdg"),
        AuditRow(equation="III.D", quantity="coupling of the eta over the pi0's, down quark alone", unit="1",
                 printed="-0.577", ours=eta_coupling(inputs, "d-only"), note="-1/sqrt(3)"),
        AuditRow(equation="58", quantity="M(K_L -> S1 S2)/m_eff", unit="1", printed="1.7e-5", ours=mixing_amplitude(inputs)),
        AuditRow(equation="59", quantity="BR(K_L -> S1 S2)", unit="1", printed="9e-9",
                 ours=float(virtual.branching_ratio("K_L0", "X1 X2")) / from_kaon),
        AuditRow(equation="60", quantity="BR(eta -> S1 S2)", unit="1", printed="1.3e-7",
                 ours=float(virtual.branching_ratio("eta", "X1 X2")) / from_eta),
        AuditRow(equation="61", quantity="c tau(S2 -> S1 pi0)", unit="cm", printed="30",
                 ours=_length(virtual, "X1 pi0", decay, 10.0)),
        AuditRow(equation="III.D", quantity="BR(K_L -> S1 S2), down quark alone, 1 keV", unit="1", printed="2e-9",
                 ours=float(down.branching_ratio("K_L0", "X1 X2")) / from_kaon),
        AuditRow(equation="III.D", quantity="Lambda of m_eff = 1 keV", unit="TeV", printed="170",
                 ours=float(effective_scale(1e-6, inputs)) / 1e3),
    ]  # fmt: skip


def _vector_production(inputs: Inputs, high: Inputs) -> list[AuditRow]:
    kaon, m2 = particle("K_L0").mass, 0.3
    scalar, dirac, majorana = _zprimes(inputs)
    r = m2 / kaon

    def kaon_scalar(model: Model) -> float:
        return float(model.branching_ratio("K_L0", "X1 X2")) / _phase(kaon, 0.0, m2)

    def kaon_dirac(model: Model) -> float:
        return kaon_scalar(model) / (r**2 * (1.0 - r**2))

    slip = "seven times too large with the stated m_UV = 500 GeV; a logarithm to 10 TeV reproduces it"
    scalar_10, dirac_10, _ = _zprimes(inputs, high)
    return [
        AuditRow(equation="44", quantity="M(K_L -> S1 S2) at (300 MeV)^2", unit="eV", printed="2.5e-3",
                 ours=float(scalar.meson_coupling("K_L0")) * m2**2 * 1e9,
                 note="sqrt(2) times the amplitude with m_UV = 10 TeV; inconsistent with eq. 45"),
        AuditRow(equation="45", quantity="BR(K_L -> S1 S2)", unit="1", printed="1e-8", ours=kaon_scalar(scalar), note=slip),
        AuditRow(equation="45", quantity="BR(K_L -> S1 S2), m_UV = 10 TeV", unit="1", printed="1e-8",
                 ours=kaon_scalar(scalar_10), inputs="paper-10tev"),
        AuditRow(equation="46", quantity="BR(K_L -> psi1 psi2), Dirac", unit="1", printed="3e-7", ours=kaon_dirac(dirac), note=slip),
        AuditRow(equation="46", quantity="BR(K_L -> psi1 psi2), Dirac, m_UV = 10 TeV", unit="1", printed="3e-7",
                 ours=kaon_dirac(dirac_10), inputs="paper-10tev"),
        AuditRow(equation="46", quantity="Majorana over Dirac, K_L -> psi1 psi2", unit="1", printed="2",
                 ours=kaon_scalar(majorana) / kaon_scalar(dirac)),
    ]  # fmt: skip


def _vector_decays(inputs: Inputs) -> list[AuditRow]:
    pion, eta, m2 = particle("pi0").mass, particle("eta").mass, 0.3
    scalar, dirac, majorana = _zprimes(inputs)
    y, z = pion / m2, m2 / eta
    neutrinos = scalar.partial_width("X2", "X1 nu nubar") / scalar.partial_width("X2", "X1 e+ e-")
    return [
        AuditRow(equation="47", quantity="M(S2 -> S1 pi0) at (300 MeV)^2", unit="eV", printed="140",
                 ours=float(scalar.meson_coupling("pi0")) * m2**2 * 1e9),
        AuditRow(equation="48", quantity="c tau(S2 -> S1 pi0)", unit="cm", printed="16",
                 ours=_length(scalar, "X1 pi0", _phase(m2, 0.0, pion), 10.0)),
        AuditRow(equation="49", quantity="BR(eta -> S1 S2)", unit="1", printed="2e-9",
                 ours=float(scalar.branching_ratio("eta", "X1 X2")) / z**4 / _phase(eta, 0.0, m2)),
        AuditRow(equation="50", quantity="c tau(psi2 -> psi1 pi0), Dirac", unit="cm", printed="16",
                 ours=_length(dirac, "X1 pi0", _phase(m2, 0.0, pion) * (1.0 - y**2), 10.0)),
        AuditRow(equation="50", quantity="Majorana over Dirac, psi2 -> psi1 pi0", unit="1", printed="2",
                 ours=float(majorana.partial_width("X2", "X1 pi0") / dirac.partial_width("X2", "X1 pi0")),
                 note="eq. 42 as written gives 2 for K_L and 4 here, half of it 1/2 and 1; nothing gives 2 and 2"),
        AuditRow(equation="51", quantity="BR(eta -> psi1 psi2), Dirac", unit="1", printed="8e-9",
                 ours=float(dirac.branching_ratio("eta", "X1 X2")) / (z**2 * (1.0 - z**2)) / _phase(eta, 0.0, m2)),
        AuditRow(equation="53", quantity="c tau(psi2 -> psi1 gamma)", unit="cm", printed="5",
                 ours=float(Dipole(m1=0.0, m2=0.1, mu=1e-5).ctau("X2")) / 10.0),
        AuditRow(equation="67", quantity="BR(pi0 -> psi1 psi1)", unit="1", printed="3.7e-9", ours=_pion_invisible(inputs),
                 note="coefficient; the phase space must read sqrt(1 - 4 r^2), not 1 - r^2"),
        AuditRow(equation="IV.C", quantity="nu nubar over e+ e- of X2", unit="1", printed="5", ours=float(neutrinos),
                 note="1.5 / (g_V^2 + g_A^2)"),
    ]  # fmt: skip


def _zprimes(
    coupling: Inputs, inputs: Inputs | None = None
) -> tuple[ZPrimeScalar, ZPrimeDirac, ZPrimeMajorana]:
    """Models at (0, 300) MeV and G_X = G_F of one table of inputs, with its rates or those of another."""
    point: dict[str, Any] = {"m1": 0.0, "m2": 0.3, "G_X": coupling["G_F"], "inputs": inputs or coupling}
    return ZPrimeScalar(**point), ZPrimeDirac(**point), ZPrimeMajorana(**point)


def _pion_invisible(inputs: Inputs) -> float:
    """Coefficient of eq. 67 at r = 0.25."""
    pion, r = particle("pi0").mass, 0.25
    model = ZPrimeMajorana(
        m1=r * pion, m2=0.3, G_X=inputs["G_F"], c_A11=1.0, g_X_over_eps_Z=1.0, inputs=inputs
    )
    return float(model.branching_ratio("pi0", "X1 X1")) / math.sqrt(1.0 - 4.0 * r**2)


def _three_bodies() -> list[AuditRow]:
    fermion = FermionCurrent(m1=0.0, m2=_NEGLIGIBLE, c_V=1.0, c_A=0.0)
    scalar = ScalarCurrent(m1=0.0, m2=_NEGLIGIBLE)

    def inverse(current: FermionCurrent | ScalarCurrent, channels: float) -> float:
        amplitude = VectorTransition(mass=1.0, daughter_mass=0.0, form=ConstantForm(value=1.0), current=current,
                                     strength=0.25 * channels)  # fmt: skip
        return 1.0 / float(three_body_width(1.0, 0.0, 0.0, _NEGLIGIBLE, amplitude.averaged)) / math.pi**3

    def decay(current: FermionCurrent | ScalarCurrent, factor: float) -> float:
        amplitude = CurrentDecay(current=current, strength=2.0, mf=0.0, g_v=0.6, g_a=0.8)
        return float(three_body_width(1.0, current.m1, 0.0, 0.0, amplitude.averaged)) * factor * math.pi**3

    axial, vector = (FermionCurrent(m1=0.5, m2=1.0, c_V=v, c_A=1.0 - v) for v in (0.0, 1.0))
    return [
        AuditRow(equation="B3", quantity="1/coefficient of M' -> M psi1 psi2", unit="1/pi^3", printed="1536",
                 ours=inverse(fermion, 2.0)),
        AuditRow(equation="B4", quantity="1/coefficient of M' -> M S1 S2", unit="1/pi^3", printed="6144",
                 ours=inverse(scalar, 1.0), note="the printed rate is twice too large: real scalars have one channel"),
        AuditRow(equation="B5", quantity="G(1/2), axial, against the quadrature", unit="1",
                 printed=f"{float(fermion_rate_polynomial(0.5)):.7f}", ours=decay(axial, 192.0)),
        AuditRow(equation="B5", quantity="G(-1/2), vector, against the quadrature", unit="1",
                 printed=f"{float(fermion_rate_polynomial(-0.5)):.7f}", ours=decay(vector, 192.0)),
        AuditRow(equation="B6", quantity="H(1/2) against the quadrature", unit="1",
                 printed=f"{float(scalar_rate_polynomial(0.5)):.7f}", ours=decay(ScalarCurrent(m1=0.5, m2=1.0), 384.0),
                 note="y_a = m_a/m_2 there, not m_a/m_R"),
    ]  # fmt: skip


def _kinematics_and_dark_matter() -> list[AuditRow]:
    kaon, pion, charged = particle("K_L0").mass, particle("pi0").mass, particle("pi+").mass
    speed = math.sqrt(0.1)
    fermion = float(fermion_sigma_v(2.0 * speed, y=0.01, m=0.1, m_phi=0.0)) / 2.0 / PICOBARN
    scalar = float(scalar_sigma_v(1.0, coupling=1.0, m_phi=0.0))
    ends = (
        ("62", "pi0 nu nubar", "230", 0.0, pion, ""),
        ("62", "pi0 pi+ pi-", "133", 2.0 * charged, pion, "133 belongs to the charged pion"),
        ("65", "m1 = 0", "230", 0.0, pion, ""),
        ("68", "m_S = m_pi", "209", pion, pion, ""),
        ("68", "m_S = 2 m_pi", "133", 2.0 * charged, pion, "139.19 with two neutral pions"),
    )
    rows = [
        AuditRow(equation=equation, quantity=f"largest p_T, {what}", unit="MeV", printed=printed,
                 ours=max_pt(kaon, visible, rest) * 1e3, inputs="pdg", note=note)
        for equation, what, printed, rest, visible, note in ends
    ]  # fmt: skip
    momenta = np.linspace(*P_RANGE, 10_000)
    beam = KotoKL()
    return [
        *rows,
        AuditRow(equation="IV.A", quantity="K_L momentum at the peak", unit="GeV", printed="1.4",
                 ours=float(momenta[np.argmax(momentum_spectrum(momenta))]), inputs="KOTO's spectrum"),
        AuditRow(equation="A", quantity="K_L that decay in 414.8 cm", unit="%", printed="8",
                 ours=100.0 * beam.decay_probability, inputs="KOTO's spectrum",
                 note="of those at the beam exit, in 414.8 cm before the calorimeter"),
        AuditRow(equation="73", quantity="sigma v of psi1 psi1-bar -> phi phi", unit="pb", printed="1", ours=fermion,
                 inputs="pdg", note="v is the velocity of one particle in the centre-of-mass frame; sigma v_rel is twice"),
        AuditRow(equation="74", quantity="1/coefficient of sigma v_rel of S1 S1 -> phi phi", unit="1/pi", printed="32",
                 ours=1.0 / scalar / math.pi, inputs="pdg",
                 note="eq. 71 gives M = 4 lambda, eight times the rate; the print belongs to (lambda/2) S^2 phi^2"),
    ]  # fmt: skip


def audit_equations(inputs: Inputs | None = None) -> list[AuditRow]:
    """Rows for every number that the paper's equations print.

    Parameters
    ----------
    inputs : Inputs, optional
        For the rows that the paper computes with its own inputs; the preset "paper" unless given.
    """
    used = Inputs("paper") if inputs is None else inputs
    return [
        *_standard_model(Inputs("pdg")),
        *_higgs(used),
        *_scalar_decays(used),
        *_vector_production(used, Inputs("paper-10tev")),
        *_vector_decays(used),
        *_three_bodies(),
        *_kinematics_and_dark_matter(),
    ]
