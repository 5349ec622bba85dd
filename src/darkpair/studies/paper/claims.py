"""What arXiv:2005.07102 says in words, beside what the models give."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from darkpair.chains import standard_model_rates as sm
from darkpair.chains.models import (
    HiggsPortalFermion,
    HiggsPortalQuartic,
    HiggsPortalTrilinear,
    Inputs,
    TwoHiggsDoublet,
    VirtualMeson,
    ZPrimeDirac,
    ZPrimeMajorana,
    ZPrimeScalar,
)
from darkpair.chains.models.dark_matter import (
    coannihilation_ratio,
    energy_injection,
    fermion_sigma_v,
    largest_mass_gap,
    mediator_lifetime,
    p_wave_average,
    relic_yukawa,
)
from darkpair.chains.models.electroweak import cos_theta_W, higgs_vev, weak_coupling
from darkpair.chains.models.higgs_portal import photons_by_mixing
from darkpair.chains.models.relic_density import relic_scale
from darkpair.chains.models.zprime import mixing_from_vev, mixing_product
from darkpair.gen.constants import HBAR_C
from darkpair.studies.paper.claim import Claim
from darkpair.studies.paper.claims_case_study import case_study, conclusions, virtual_mesons
from darkpair.studies.paper.claims_kinetic_mixing import kinetic_mixing

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model

__all__ = ["audit_claims"]

_KM = 1e6  # mm
_LIGHT: dict[str, Any] = {"m1": 0.0, "m2": 1e-7}


def _length(width: Any) -> float:
    """Mean decay length of a width [km]."""
    return float(HBAR_C / width / _KM)


def _higgs(inputs: Inputs) -> list[Claim]:
    background = sm.k_long_to_pi_nunu(inputs)
    quartic = HiggsPortalQuartic(lambda_12=1.0, inputs=inputs, **_LIGHT).saturating(0.1)
    fermion = HiggsPortalFermion(A_3=1.0, y_X=1.0, m_S3=10.0, inputs=inputs, **_LIGHT).saturating(0.1)
    visible = HiggsPortalTrilinear(m1=0.0, m2=0.43, A_3=1.0, B=1.0, m_S3=10.0, inputs=inputs)
    trilinear = visible.saturating(0.1)
    poor = [float(m.branching_ratio("K_L0", m.PAIR)) for m in (quartic, fermion)]
    rich = float(trilinear.branching_ratio("K_L0", "X1 X2"))
    radiative = _length(trilinear.partial_width("X2", "X1 gamma gamma"))
    muons = _length(trilinear.partial_width("X2", "X1 mu+ mu-"))
    photons = _length(photons_by_mixing(0.43, 1e-4, inputs))
    return [
        Claim(place="III.B", claim="cases i and ii of the Higgs portal give no interesting K_L decays",
              ours=f"BR = {poor[0]:.2g} and {poor[1]:.2g}, against {background:.2g} for pi0 nu nubar",
              holds=max(poor) < background),
        Claim(place="III.B", claim="case iii can be large", ours=f"BR = {rich:.2g}", holds=rich > background),
        Claim(place="III.B", paper="> 10 km", claim="S2 -> S1 gamma gamma by the Higgs has c tau way beyond 10 km",
              ours=f"{radiative:.3g} km at (430, 0) MeV, m_S3 = 10 GeV, BR(h -> dark) = 0.1", holds=radiative > 10.0),
        Claim(place="III.B", paper="> 10 km", claim="S2 -> gamma gamma by mixing has c tau way beyond 10 km",
              ours=f"{photons:.3g} km at 430 MeV, theta = 1e-4", holds=photons > 10.0),
        Claim(place="III.B", claim="no decay by the Higgs coupling occurs close to production (the paper names photons only)",
              ours=f"S2 -> S1 mu+ mu- has c tau = {muons * 1e3:.3g} m at the same point", holds=muons > 10.0,
              reason="the muon's Yukawa coupling is a tree, the photons' a loop"),
    ]  # fmt: skip


def _scalars(inputs: Inputs) -> list[Claim]:
    # y_b = (m_b/m_d) y_d <= 1 and lambda <= 1 at the TeV, as the second doublet is taken
    y_d = 1.0 / (inputs["mb_over_ms"] * inputs["ms_over_md"])
    point: dict[str, Any] = {"m1": 0.0, "m2": 0.3, "inputs": inputs}
    largest = float(TwoHiggsDoublet(y_lambda=y_d, m_A=1000.0, **point).effective_mass()) * 1e9
    lightest = float(TwoHiggsDoublet(y_lambda=y_d, m_A=2.0 * inputs["m_h"], **point).effective_mass()) * 1e9
    virtual = VirtualMeson(m_eff=1e-7, **point)
    scalar = float(virtual.branching_ratio("K_L0", "X1 X2"))
    suppressed = scalar * (1.0 / 100.0) ** 2  # (Lambda_hadr / 100 GeV)^2 with Lambda_hadr = 1 GeV
    short = float(VirtualMeson(m_eff=1e-6, flavour="d-only", **point).ctau("X2")) / 10.0
    return [
        Claim(place="III.D", paper="1 keV", claim="y_b below one caps m_eff: it cannot be taken much above a keV",
              ours=f"{largest:.3g} eV at m_A = 1 TeV, {lightest:.3g} eV at m_A = 2 m_h, with lambda = y_b = 1",
              holds=largest < 1000.0 and lightest < 3000.0),
        Claim(place="III.D", paper="< 1e-4", claim="fermions by virtual pi0, eta are suppressed by (Lambda/100 GeV)^2 < 1e-4",
              ours=f"BR falls from {scalar:.2g} to {suppressed:.2g}, below {sm.k_long_to_pi_nunu(inputs):.2g} of pi0 nu nubar",
              holds=suppressed < sm.k_long_to_pi_nunu(inputs)),
        Claim(place="III.D", paper="< 1 cm", claim="with the down quark alone and 1 keV c tau is below 1 cm",
              ours=f"{short:.3g} cm at (300, 0) MeV", holds=short < 1.0),
    ]  # fmt: skip


def _fractions(model: Model) -> tuple[float, float]:
    """Branching ratios of X2 to pi0 and to neutrinos."""
    return float(model.branching_ratio("X2", "X1 pi0")), float(model.branching_ratio("X2", "X1 nu nubar"))


def _decays_of_x2(inputs: Inputs) -> list[Claim]:
    far: dict[str, Any] = {"m1": 0.0, "m2": 0.43, "G_X": inputs["G_F"], "inputs": inputs}
    axial, bosons = _fractions(ZPrimeDirac(**far)), _fractions(ZPrimeScalar(**far))
    return [
        Claim(place="B", claim="X2 goes to pi0 in about 80 % for m1 << m2 - m_pi",
              ours=f"{axial[0]:.1%} for an axial fermion at (430, 0) MeV, {bosons[0]:.1%} for scalars",
              holds=abs(axial[0] - 0.8) < 0.05 and abs(bosons[0] - 0.8) < 0.05,
              paper="80 %", reason="true of the axial fermion; a scalar has less of the three-body modes"),
        Claim(place="B, IV.C", claim="the intrinsic invisible branching ratio is 10 % or less",
              ours=f"{bosons[1]:.1%} for scalars, {axial[1]:.1%} for an axial fermion at (430, 0) MeV",
              holds=max(axial[1], bosons[1]) <= 0.10,
              paper="<= 10 %", reason="true of scalars; fermions have more of nu nubar"),
    ]  # fmt: skip


def _vector(inputs: Inputs) -> list[Claim]:
    strength = inputs["G_F"]
    far: dict[str, Any] = {"m1": 0.0, "m2": 0.43, "G_X": strength, "inputs": inputs}
    near: dict[str, Any] = {"m1": 0.04, "m2": 0.40, "G_X": strength, "inputs": inputs}
    product = float(mixing_product(strength, 10.0, inputs))
    b = ZPrimeDirac(**near)
    ratio = float(b.branching_ratio("B0", "X1 X2") / b.branching_ratio("B0", "K0 X1 X2"))
    heavy = replace(b, m_Zprime=10.0)
    growth = float(heavy.partial_width("B+", "K+ X1 X2") / b.partial_width("B+", "K+ X1 X2"))
    contact = heavy.partial_width("K_L0", "X1 X2") == b.partial_width("K_L0", "X1 X2")
    low, high = (
        float(ZPrimeMajorana(c_A11=0.1, g_X_over_eps_Z=x, **far).branching_ratio("X2", "X1 X1 X1"))
        for x in (0.1, 100.0)
    )
    printed = 2.0 / (weak_coupling(inputs) * cos_theta_W(inputs)) * (1.0 / higgs_vev(inputs)) ** 2
    c2 = float(mixing_from_vev(1.0, 1.0, inputs)) / printed
    return [
        Claim(place="III.C", paper="1e-3 to 1e-2", claim="G_X = G_F at m_Z' = 10 GeV needs eps_Z of 1e-3 to 1e-2 with g_X of order one",
              ours=f"eps_Z g_X = {product:.3g}", holds=1e-3 < product < 1e-2),
        Claim(place="III.C", claim="eps_Z = (2 g_X / (g c_W)) (v_X/v)^2 for a second doublet charged under U(1)_X",
              ours=f"2 g_X c_W / g with unit charges: {c2:.3f} of it", holds=abs(c2 - 1.0) < 0.05,
              reason="c_W belongs into the numerator: in eps_Z = Delta^2/m_Z^2 the first has 1/c_W, the second 1/c_W^2"),
        Claim(place="IV.C", claim="two-body B -> X1 X2 is much suppressed against B -> K X1 X2",
              ours=f"ratio {ratio:.2g} for B0", holds=ratio < 0.01),
        Claim(place="B", claim="B -> K X1 X2 is a contact interaction at m_Z' = 10 GeV",
              ours=f"the propagator raises the rate by a factor {growth:.3f}", holds=abs(growth - 1.0) < 0.05,
              reason="q^2 reaches 23 GeV^2, a quarter of m_Z'^2"),
        Claim(place="III.C", claim="K_L -> X1 X2 and X2 -> X1 pi0 are contact for any m_Z'",
              ours="the propagator drops out of q_mu exactly", holds=bool(contact)),
        Claim(place="IV.C", claim="psi2 -> 3 psi1 dominates where c_11 g_X beats eps_Z g",
              ours=f"BR = {low:.2g} at g_X/eps_Z = 0.1, {high:.4f} at 100 (c_11 = 0.1)", holds=low < 0.01 and high > 0.9),
    ]  # fmt: skip


def _dark_matter(inputs: Inputs) -> list[Claim]:
    yukawa = relic_yukawa(0.1, 0.01, inputs)
    at_one = fermion_sigma_v(1.0, y=yukawa, m=0.1, m_phi=0.01)
    more = relic_scale(lambda x: p_wave_average(at_one, x), 0.1, states=2.0, conjugate=True)
    solved = yukawa * more**0.25
    gaps = [largest_mass_gap(m, inputs) for m in (0.01, 0.1)]
    lifetimes = [
        float(np.max(mediator_lifetime(np.array([0.01, 0.1, 0.25]), np.sqrt(t), inputs)))
        for t in (1e-9, 1e-8)
    ]
    weak = [coannihilation_ratio(m1, m2, inputs["G_F"], inputs) for m1, m2 in ((0.05, 0.35), (0.2, 0.35))]
    late = float(energy_injection(fermion_sigma_v(1e-6, y=yukawa, m=0.1, m_phi=0.01), 0.1, inputs))
    return [
        Claim(place="V", paper="1e-2", claim="y_phi of about 1e-2 gives the relic abundance",
              ours=f"{yukawa:.4f} for 100 MeV and 1 pb at m/T = 20; {solved:.4f} by the Boltzmann equation",
              holds=0.005 < yukawa < solved < 0.02),
        Claim(place="V", paper="0.6", claim="lambda_phi < 1 lets the forbidden gap reach 0.6 m_1",
              ours=f"{gaps[0]:.2f} at 10 MeV, {gaps[1]:.2f} at 100 MeV, for 1 pb at m/T = 20; less by the Boltzmann equation",
              holds=all(abs(gap - 0.6) < 0.1 for gap in gaps)),
        Claim(place="V", paper="< 1 s", claim="theta^2 of 1e-9 to 1e-8 lets phi decay before nucleosynthesis",
              ours=f"at most {lifetimes[0]:.2g} s and {lifetimes[1]:.2g} s for 10 to 250 MeV", holds=max(lifetimes) < 1.0),
        Claim(place="V", claim="p-wave annihilation is safe at the CMB",
              ours=f"{late:.1g} of the limit at v = 1e-6", holds=late < 1.0),
        Claim(place="V, VI", claim="the X1-X2-pi0 vertex is too weak to drive the freeze-out",
              ours=f"{weak[0]:.1g} and {weak[1]:.1g} of the rate that is needed, at (50, 350) and (200, 350) MeV",
              holds=max(weak) < 1e-3),
    ]  # fmt: skip


def audit_claims(inputs: Inputs | None = None) -> list[Claim]:
    """Rows for every statement in words that the models can check.

    Parameters
    ----------
    inputs : Inputs, optional
        The preset "paper" unless given.
    """
    used = Inputs("paper") if inputs is None else inputs
    return [
        *_higgs(used),
        *_scalars(used),
        *virtual_mesons(used),
        *_decays_of_x2(used),
        *_vector(used),
        *kinetic_mixing(used),
        *case_study(used),
        *_dark_matter(used),
        *conclusions(used),
    ]
