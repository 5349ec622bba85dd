"""What makes the squared matrix elements that a job or `build` may name (`darkpair.chains.elements_by_name`).

A factory takes ``mass`` and ``masses`` [GeV], of the parent and of its three daughters, and its own parameters; what it
gives is a `darkpair.gen.phase_space.MatrixElement` of those daughters, in that order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, Literal

from darkpair.chains.dalitz import (
    EtaPolynomial,
    KaonPolynomial,
    PionPairPhoton,
    RadialPolynomial,
    ThreePionPolynomial,
    ThreePionRho,
)
from darkpair.chains.form_factors import BCL_K, DISPERSIVE_PI, FormFactor
from darkpair.chains.leptonic import KrollWada, MuonDecay, SemileptonicKaon
from darkpair.chains.matrix_elements import PowerAmplitude
from darkpair.chains.standard_model import MesonNeutrinos, PionScalarPair
from darkpair.gen.parameters import Angle, Energy, Ge, Gt

__all__ = [
    "eta_dalitz",
    "kaon_dalitz",
    "kroll_wada",
    "muon",
    "omega_dalitz",
    "pion_pair_photon",
    "power",
    "radial_dalitz",
    "rho_pi",
    "scalar_current",
    "semileptonic_kaon",
    "vector_current",
]

_FORMS: Final[dict[str, FormFactor]] = {"K_pi": DISPERSIVE_PI, "B_K": BCL_K}


def vector_current(
    mass: float, masses: Sequence[float], form: Literal["K_pi", "B_K"] = "K_pi"
) -> MesonNeutrinos:
    """M -> meson and a massless pair, in that order: vector current, f+(q²)² lambda(M², m², q²) sin²."""
    return MesonNeutrinos(mass, masses[0], _FORMS[form])


def scalar_current(mass: float, masses: Sequence[float]) -> PionScalarPair:  # noqa: ARG001 (f0 knows no masses)
    """K -> pion and a pair, in that order: scalar operator, f0(q²)²."""
    return PionScalarPair()


def power(
    mass: float,  # noqa: ARG001 (as every factory)
    masses: Sequence[float],  # noqa: ARG001
    power: Annotated[int, Ge(0)] = 0,
    threshold: Annotated[float, Energy, Ge(0.0)] = 0.0,
    pole: Annotated[float, Energy, Gt(0.0)] | None = None,
) -> PowerAmplitude:
    """A spectator and a pair, in that order: (q² - threshold²)^power, over (pole² - q²)² where a pole is given."""
    return PowerAmplitude(strength=1.0, power=power, threshold=threshold, pole=pole)


def kaon_dalitz(
    mass: float, masses: tuple[float, float, float], g: float, h: float = 0.0, k: float = 0.0
) -> KaonPolynomial:
    """K -> 3 pi, the odd pion first: 1 + g u + h u² + k v² in the PDG's u and v."""
    return KaonPolynomial(mass=mass, masses=masses, summary=_said(kaon_dalitz), g=g, h=h, k=k)


def eta_dalitz(
    mass: float,
    masses: tuple[float, float, float],
    a: float,
    b: float,
    d: float,
    f: float = 0.0,
    g: float = 0.0,
) -> EtaPolynomial:
    """A pseudoscalar to three mesons, eta -> 3 pi or eta' -> eta pi pi, the odd one first: 1 + a Y + b Y² + d X² + f Y³ + g X² Y."""
    return EtaPolynomial(mass=mass, masses=masses, summary=_said(eta_dalitz), a=a, b=b, d=d, f=f, g=g)


def radial_dalitz(mass: float, masses: tuple[float, float, float], alpha: float) -> RadialPolynomial:
    """Three equal particles: 1 + 2 alpha z, z from 0 in the middle of the Dalitz plot to 1 at its edge."""
    return RadialPolynomial(mass=mass, masses=masses, summary=_said(radial_dalitz), alpha=alpha)


def omega_dalitz(
    mass: float, masses: tuple[float, float, float], alpha: float, beta: float = 0.0
) -> ThreePionPolynomial:
    """A vector to pi0 pi+ pi-, in that order: P wave times 1 + 2 alpha Z + 2 beta Z^(3/2) sin 3 phi."""
    return ThreePionPolynomial(mass=mass, masses=masses, summary=_said(omega_dalitz), alpha=alpha, beta=beta)


def rho_pi(
    mass: float,
    masses: tuple[float, float, float],
    rho_mass: Annotated[float, Energy, Gt(0.0)],
    rho_width: Annotated[float, Energy, Gt(0.0)],
    direct: float = 0.0,
    phase: Annotated[float, Angle] = 0.0,
) -> ThreePionRho:
    """A vector to pi0 pi+ pi-, in that order: P wave times three rho and a direct term."""
    return ThreePionRho(
        mass=mass,
        masses=masses,
        summary=_said(rho_pi),
        rho_mass=rho_mass,
        rho_width=rho_width,
        direct=direct,
        phase=phase,
    )


def pion_pair_photon(
    mass: float, masses: tuple[float, float, float], kappa: float = 0.0, lam: float = 0.0
) -> PionPairPhoton:
    """A pseudoscalar to gamma pi+ pi-, in that order: P wave, the pion's form factor times 1 + kappa q² + lam q⁴ (GeV)."""
    return PionPairPhoton(mass=mass, masses=masses, summary=_said(pion_pair_photon), kappa=kappa, lam=lam)


def kroll_wada(
    mass: float,
    masses: tuple[float, float, float],
    slope: float = 0.0,
    pole: Annotated[float, Energy, Gt(0.0)] | None = None,
    width: Annotated[float, Energy, Ge(0.0)] = 0.0,
) -> KrollWada:
    """A pseudoscalar to gamma l+ l-, in that order: Kroll and Wada, form factor 1 + slope q²/M² or a pole."""
    return KrollWada(mass=mass, masses=masses, summary=_said(kroll_wada), slope=slope, pole=pole, width=width)


def semileptonic_kaon(mass: float, masses: tuple[float, float, float]) -> SemileptonicKaon:
    """K -> pi l nu, in that order: V - A with dispersive f+ and f0."""
    return SemileptonicKaon(mass=mass, masses=masses, summary=_said(semileptonic_kaon))


def muon(mass: float, masses: tuple[float, float, float]) -> MuonDecay:
    """A muon, mu- -> anti-nu_e e- nu_mu, in that order: V - A, unpolarised."""
    return MuonDecay(mass=mass, masses=masses, summary=_said(muon))


def _said(factory: Callable[..., Any]) -> str:
    """First line of a docstring."""
    return str(factory.__doc__).split("\n", 1)[0].rstrip(".")
