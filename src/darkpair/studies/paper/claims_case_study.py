"""Claims of arXiv:2005.07102, sections III.D, IV.C and VI, that rates alone check; no detector and no measurement."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from darkpair.chains import standard_model_rates as sm
from darkpair.chains.models import (
    Inputs,
    TwoHiggsDoublet,
    VirtualMeson,
    ZPrimeDirac,
    ZPrimeMajorana,
    ZPrimeScalar,
)
from darkpair.chains.models.electroweak import (
    cos_theta_W,
    fermion_couplings,
    lambda_t,
    transition_ckm,
    weak_coupling,
)
from darkpair.chains.models.virtual_meson import eta_coupling, mixing_amplitude
from darkpair.chains.widths import three_body_width
from darkpair.gen.particles import particle
from darkpair.studies.paper.claim import Claim
from darkpair.studies.paper.portals import table1

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model

__all__ = ["case_study", "conclusions", "virtual_mesons"]

#: X2 of both: at (0, 300) MeV, where the paper writes its coefficients.
_POINT: dict[str, Any] = {"m1": 0.0, "m2": 0.3}


def virtual_mesons(inputs: Inputs) -> list[Claim]:
    """Section III.D."""
    at_100 = VirtualMeson(m_eff=1e-7, inputs=inputs, **_POINT)
    produced, length = float(at_100.branching_ratio("K_L0", "X1 X2")), float(at_100.ctau("X2")) / 10.0
    background = sm.k_long_to_pi_nunu(inputs)
    kaon2, pion2, eta2 = (particle(name).mass ** 2 for name in ("K_L0", "pi0", "eta"))
    enhanced = abs(eta_coupling(inputs) / math.sqrt(3.0) * (kaon2 - pion2) / (kaon2 - eta2))
    y_b_over_y_d = inputs["mb_over_ms"] * inputs["ms_over_md"]
    yukawas = (1e-3, 1e-2)
    masses = [
        1e9 * float(TwoHiggsDoublet(y_lambda=y, m_A=1000.0, inputs=inputs, **_POINT).effective_mass())
        for y in yukawas
    ]
    heavy = yukawas[0] * 100.0 / masses[0] * y_b_over_y_d

    def at(ratio: float) -> float:
        """Amplitude with another coupling of the strange quark over the down's."""
        return mixing_amplitude(Inputs("pdg").replace(ms_over_md=ratio, M_K_pi=inputs["M_K_pi"]))

    slope = at(1.0) - at(0.0)
    return [
        Claim(place="III.D", claim="m_eff of 100 eV gives sizeable K_L decays and relatively prompt S2 at once",
              paper="9e-9 and 30 cm", ours="BR = {0:.2g}, {1:.0f} times pi0 nu nubar; c tau = {2:.0f} cm, at (300, 0) MeV",
              values=(produced, produced / background, length), holds=produced > background and length < 100.0,
              reason="without phase space 9e-9 and 30 cm, eqs. 59 and 61"),
        Claim(place="III.D", claim="the eta's part of eq. 58 is much enhanced", ours="{0:.0f} times the pi0's",
              values=(enhanced,), holds=enhanced > 10.0, reason="y_s/y_d, and m_eta near m_K"),
        Claim(place="III.D", claim="Yukawa couplings of 1e-3 to 1e-2 and m_A near a TeV give m_eff in the ballpark of 100 eV",
              paper="100 eV", ours="{0:.0f} to {1:.0f} eV at m_A = 1 TeV and lambda = 1; 100 eV has y_b = {2:.1f}",
              values=(*masses, heavy), holds=masses[0] < 100.0 < masses[1],
              reason="only with a y_b of the b quark above the one that the paper allows two sentences on, or a lighter A"),
        Claim(place="III.D", claim="with the down quark alone the model is extremely sensitive to the strange quark's coupling",
              ours="y_s = y_d lowers BR(K_L) by a factor {0:.0f}; y_s = {1:.2f} y_d makes it vanish",
              values=((at(0.0) / at(1.0)) ** 2, -at(0.0) / slope), holds=(at(0.0) / at(1.0)) ** 2 > 10.0,
              reason="pi0 and eta interfere destructively for y_s above y_d/2"),
        Claim.not_computed("III.D", "the contribution of the eta' to K_L -> S1 S2 is neglected",
                           "its coupling needs parameters of the nonet that the paper does not give"),
    ]  # fmt: skip


def case_study(inputs: Inputs) -> list[Claim]:
    """Section IV.C."""
    strength = inputs["G_F"]
    ckm = abs(transition_ckm("t", "bs", inputs)) / abs(lambda_t(inputs))
    pairs = [
        ZPrimeScalar(m1=m1, m2=m2, G_X=strength, inputs=inputs) for m1, m2 in ((0.0, 1e-4), (0.0476, 0.45))
    ]
    light, heavy = (_mean_missing_mass(model) for model in pairs)
    end = particle("B+").mass - particle("K+").mass
    closed, moved = (particle("K_L0").mass / end) ** 2, heavy / light - 1.0
    far: dict[str, Any] = {"m1": 0.0, "m2": 0.43, "G_X": strength, "inputs": inputs}
    dirac, majorana = ZPrimeDirac(**far), ZPrimeMajorana(**far)
    curves = [
        math.sqrt(float(majorana.branching_ratio(parent, mode) / dirac.branching_ratio(parent, mode)))
        for parent, mode in (("K_L0", "X1 X2"), ("B+", "K+ X1 X2"))
    ]
    lifetimes = math.sqrt(float(dirac.ctau("X2") / majorana.ctau("X2")))
    leptons = _leptons_of_zprime(0.01, 1.0, inputs)
    return [
        Claim(place="IV.C", claim="V_tb^* V_ts is much larger than V_ts^* V_td", ours="{0:.0f} times", values=(ckm,), holds=ckm > 10.0),
        Claim(place="IV.C", claim="m_1 + m_2 < m_K has little impact on the missing mass in B decays",
              ours="{0:.1%} of the range of q^2 is closed at m_1 + m_2 = m_K, the mean missing mass grows by {1:.1%}",
              values=(closed, moved), holds=moved < 0.1, reason="the root of the mean q^2, scalars of (50, 450) MeV over massless ones"),
        Claim(place="IV.C", claim="Fig. 4: for Dirac fermions all curves of meson decays and lifetimes are multiplied by sqrt(2)",
              paper="1.41", ours="K_L {0:.3f}, B {1:.3f}, lifetime {2:.3f}", values=(*curves, lifetimes),
              holds=max(abs(x / math.sqrt(2.0) - 1.0) for x in (*curves, lifetimes)) < 0.05,
              reason="eq. 42 as written makes the Majorana width 4 times the Dirac one, not 2 (see eq. 50 above)"),
        Claim(place="IV.C", claim="the small branching ratio of Z' -> l+ l- relaxes the usual Higgs searches",
              ours="{0:.1e} into e+ e- and mu+ mu-, eps_Z = 0.01, g_X = 1, scalars", values=(leptons,), holds=leptons < 0.01),
        Claim.not_computed("IV.C", "eta decays dominate over bremsstrahlung and q qbar at beam dumps",
                           "no bremsstrahlung and no hard scattering is generated here"),
        Claim.not_computed("IV.C", "below 10 GeV searches for B -> K Z' and K -> pi Z' are more severe",
                           "decays to a Z' on its mass shell are no part of the models, which are contact interactions"),
    ]  # fmt: skip


def _mean_missing_mass(model: Model) -> float:
    """Root of the mean q^2 of B+ -> K+ X1 X2 [GeV]."""
    averaged = model.matrix_element("B+", "K+ X1 X2").averaged
    masses = particle("B+").mass, particle("K+").mass, model.m1, model.m2
    whole = three_body_width(*masses, averaged)
    return math.sqrt(float(three_body_width(*masses, lambda q2: q2 * averaged(q2)) / whole))


def _leptons_of_zprime(eps_Z: float, g_X: float, inputs: Inputs) -> float:
    """Branching ratio of Z' -> e+ e-, mu+ mu- where Z' -> S1 S2 is the rest.

    Notes
    -----
    By eq. 39 without masses: Gamma(l l) = m (eps_Z g / 2 c_W)^2 (g_V^2 + g_A^2) / (12 pi) each; by eq. 41
    Gamma(S1 S2) = m g_X^2 / (48 pi).
    """
    coupling = eps_Z * weak_coupling(inputs) / (2.0 * cos_theta_W(inputs))
    charged = sum(g**2 for name in ("e", "mu") for g in fermion_couplings(name, inputs))
    leptons, dark = coupling**2 * charged / 12.0, g_X**2 / 48.0
    return leptons / (leptons + dark)


def conclusions(inputs: Inputs) -> list[Claim]:
    """Section VI."""
    marked = [cell for cell in table1(inputs) if cell.printed]
    spins = {
        portal: {c.spin for c in marked if c.portal == portal and c.works} for portal in ("vector", "scalar")
    }
    best = [max(c.enhancement for c in marked if c.portal == portal) for portal in spins]
    points = [ZPrimeScalar(m1=0.0, m2=m2, G_X=inputs["G_F"], inputs=inputs) for m2 in (0.1, 0.3)]
    over = [float(m.branching_ratio("K_L0", "X1 X2") / m.branching_ratio("K+", "pi+ X1 X2")) for m in points]
    return [
        Claim(place="VI", claim="with the Z' and with the Higgs portal K_L -> X X exceeds pi0 nu nubar, sometimes significantly",
              ours="{0:.0f} and {1:.0f} times at most among the check marks of Table I; "
              f"{_words(spins['vector'])}, {_words(spins['scalar'])}",
              values=(best[0], best[1]), holds=min(best) > 1.0 and all(spins.values()),
              reason="each portal has one kind at least; the Higgs portal has no fermions (Table I)"),
        Claim(place="VI", claim="K_L is more sensitive to the pair than K+ by its two-body decay",
              ours="BR(K_L -> X1 X2) is {0:.0f} and {1:.0f} times BR(K+ -> pi+ X1 X2) at (100, 0) and (300, 0) MeV",
              values=(over[0], over[1]), holds=min(over) > 1.0,
              reason="scalars and the Z'; K+ is closed from m_1 + m_2 = 354 MeV on; the ratio falls with m_2^4, so that K+ wins for lighter pairs"),
        Claim.not_computed("VI", "every model can give events of large p_T that fill the signal region and explain all that were seen",
                           "needs the four observed p_T, which the paper shows as arrows only; study fig2 has the spectra",
                           paper="4 events"),
    ]  # fmt: skip


def _words(spins: set[str]) -> str:
    return " and ".join(f"{spin}s" for spin in sorted(spins)) or "none"
