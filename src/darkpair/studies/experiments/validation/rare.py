"""Rare decays, couplings and the relic density: what the inputs give, against predictions and measurements."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import numpy as np

from darkpair.chains import standard_model_rates as sm
from darkpair.chains.models import HiggsPortalQuartic
from darkpair.chains.models.dark_matter import PICOBARN
from darkpair.chains.models.electroweak import (
    fermion_couplings,
    higgs_vev,
    lambda_t,
    total_width,
    transition_ckm,
)
from darkpair.chains.models.inputs import Inputs
from darkpair.chains.models.relic_density import relic_scale
from darkpair.chains.widths import two_body_width
from darkpair.gen.particles import particle
from darkpair.searches.measurements import measurement
from darkpair.studies.experiments.validation.row import (
    CONSISTENCY,
    Ours,
    Published,
    Row,
    Size,
    of_number,
    propagated,
)

__all__ = ["ROWS", "SCALARS"]

_THEME: Final = "rare decays and couplings"
_row = partial(Row, theme=_THEME)
_KAON: Final = "goes with the CKM elements: ours are those of 2020"
_FLAVIO: Final = "as in flavio (github.com/flav-io/flavio)"

#: c in cm/s, and a picobarn in cm²: a rate in pb c.
_PB_C: Final = 1e-36 * 2.99792458e10

#: A mass that no phase space feels [GeV].
_LIGHT: Final = 1e-7

#: Density of dark matter, Omega h², of the publication on the relic density (its section 1; memory).
_DENSITY: Final = 0.112

#: BR(K -> pi S)/theta² of a scalar that mixes with the Higgs boson, by its mass [GeV].
SCALARS: Final = (
    ("K+", "pi+", {0.0: "1.426e-3", 0.1: "1.351e-3", 0.2: "1.115e-3", 0.3: "6.62e-4"}, "KplustoPiS"),
    ("K_L0", "pi0", {0.0: "6.198e-3", 0.1: "5.884e-3", 0.2: "4.908e-3"}, "K0LtoPiS"),
)


def _rate(size: Size, *, of: Callable[[Inputs], float]) -> Ours:
    """A rate with the error of its inputs."""
    return propagated(of, size.inputs)


def _jarlskog(inputs: Inputs) -> float:
    """Im(V_ts^* V_td V_us V_ud^*)."""
    lam = inputs["ckm_lambda"]
    return abs(lambda_t(inputs).imag) * lam * math.sqrt(1.0 - lam**2)


def _invisible_z(inputs: Inputs) -> float:
    """Gamma(Z -> three nu nubar) / Gamma(Z -> e+ e-) at tree level."""
    (nu_v, nu_a), (e_v, e_a) = (fermion_couplings(name, inputs) for name in ("nu", "e"))
    return 3.0 * (nu_v**2 + nu_a**2) / (e_v**2 + e_a**2)


def _electron(inputs: Inputs, *, axial: bool) -> float:
    """Coupling of the electron to the neutral current, as g_V and g_A of nu e scattering."""
    return fermion_couplings("e", inputs)[1 if axial else 0]


def _scalar(inputs: Inputs, *, parent: str, daughter: str, mass: float) -> float:
    """BR(M' -> M S)/theta²: the amplitude of a pair by the Higgs boson at q² = m_S², with m_h²/v for its coupling."""
    coupling = inputs["m_h"] ** 2 / higgs_vev(inputs)  # (of S h mixing: lambda v / m_h² becomes 1 GeV)
    model = HiggsPortalQuartic(m1=0.0, m2=_LIGHT, lambda_12=coupling, inputs=inputs)
    element: Any = model.matrix_element(parent, f"{daughter} X1 X2")
    squared = float(np.squeeze(element.averaged(np.array([mass**2]))))
    masses = particle(parent).mass, particle(daughter).mass, mass
    return float(two_body_width(*masses, squared)) / total_width(parent)


def _long_over_charged(inputs: Inputs) -> float:
    """BR(K_L -> pi0 S) / BR(K+ -> pi+ S) of a light scalar."""
    long = _scalar(inputs, parent="K_L0", daughter="pi0", mass=0.1)
    return long / _scalar(inputs, parent="K+", daughter="pi+", mass=0.1)


def _relic(size: Size) -> Ours:  # noqa: ARG001 (no input enters)
    """Rate of s-wave annihilation that leaves what is observed, of a self-conjugate particle of two states."""
    unit = PICOBARN  # sigma v = 1 pb c
    scale = relic_scale(
        lambda x: np.full(np.shape(x), unit), 0.3, states=2.0, conjugate=False, target=_DENSITY
    )
    return Ours(value=scale * _PB_C)


def _kaon_rows() -> list[Row]:
    charged, neutral = "K+ -> pi+ nu nubar", "K_L -> pi0 nu nubar"
    rows = (
        ("k-plus-prediction", f"BR({charged})", sm.k_plus_to_pi_nunu,
         of_number(measurement("k_to_pi_nunu", "standard_model"), "abstract"), _KAON),
        ("k-plus-buras", f"BR({charged})", sm.k_plus_to_pi_nunu,
         Published(text="8.4e-11", error=1.0e-11, source="arXiv:1503.02693, as arXiv:2005.07102 quotes it", place="eq. 6"), _KAON),
        ("k-long-prediction", f"BR({neutral}), kappa_L", sm.k_long_to_pi_nunu,
         Published(text="2.94e-11", error=0.15e-11, source="arXiv:2109.11032", place="abstract", confidence="memory"), _KAON),
        ("k-long-amplitude", f"BR({neutral}), amplitude of eq. 5", sm.k_long_to_pi_nunu_amplitude,
         Published(text="2.94e-11", error=0.15e-11, source="arXiv:2109.11032", place="abstract", confidence="memory"), _KAON),
        ("k-plus-e949", f"BR({charged}), measured by E949", sm.k_plus_to_pi_nunu,
         Published(text="1.73e-10", error=1.05e-10, source=f"E949, arXiv:0808.2459, {_FLAVIO}: lower error",
                   place="abstract; flavio/data/measurements.yml"), ""),
        ("k-plus-na62-2021", f"BR({charged}), measured by NA62 2016-18", sm.k_plus_to_pi_nunu,
         Published(text="1.06e-10", error=0.35e-10, source=f"NA62, arXiv:2103.15389, {_FLAVIO}: lower errors",
                   place="abstract; flavio/data/measurements.yml"), ""),
        ("k-plus-na62-2025", f"BR({charged}), measured by NA62 2016-22", sm.k_plus_to_pi_nunu,
         Published(text="13.0e-11", error=3.0e-11, source="NA62, arXiv:2412.12015: lower error", place="abstract"), ""),
        ("k-plus-na62-2026", f"BR({charged}), measured by NA62 2016-24", sm.k_plus_to_pi_nunu,
         of_number(measurement("k_to_pi_nunu", "na62"), "abstract"), ""),
        ("grossman-nir", "largest BR(K_L -> pi0 nu nubar) over BR(K+ -> pi+ nu nubar)", sm.grossman_nir_factor,
         Published(text="4.4", source="Grossman and Nir, hep-ph/9701313", place="abstract"), "lifetimes and isospin breaking of today"),
    )  # fmt: skip
    return [
        _row(key=key, quantity=quantity, published=published, ours=partial(_rate, of=of), why=why)
        for key, quantity, of, published, why in rows
    ]


def _coupling_rows() -> list[Row]:
    def ts_tb(inputs: Inputs) -> float:
        return abs(transition_ckm("t", "bs", inputs))

    def td_tb(inputs: Inputs) -> float:
        return abs(transition_ckm("t", "bd", inputs))

    pdg, review = "Particle Data Group 2020", "CKM review"
    rows = (
        ("ckm-jarlskog", "Jarlskog invariant", _jarlskog,
         Published(text="3.00e-5", error=0.12e-5, source=f"{pdg}: (3.00 +0.15 -0.09)e-5", place=review, confidence="memory"), ""),
        ("ckm-vts", "|V_ts V_tb|", ts_tb,
         Published(text="0.03975", error=0.0007, source=f"{pdg}: .03978 +.00082 -.00060 times .99917", place=review, confidence="memory"), ""),
        ("ckm-vtd", "|V_td V_tb|", td_tb,
         Published(text="0.00853", error=0.0002, source=f"{pdg}: .00854 +.00023 -.00016 times .99917", place=review, confidence="memory"), ""),
        ("z-invisible", "Gamma(Z -> invisible) over Gamma(Z -> e+ e-)", _invisible_z,
         Published(text="5.943", error=0.016, source="LEP and SLD, hep-ex/0509008", place="abstract and section 7.3.3", confidence="memory"), ""),
        ("nu-e-axial", "axial coupling of the electron in nu e scattering", partial(_electron, axial=True),
         of_number(measurement("neutrino_electron", "g_A"), "abstract"), ""),
        ("nu-e-vector", "vector coupling of the electron in nu e scattering", partial(_electron, axial=False),
         Published(text="-0.035", error=0.017, source="CHARM II, Phys. Lett. B335 (1994) 246", place="abstract", confidence="memory"), ""),
    )  # fmt: skip
    return [
        Row(
            key=key,
            theme=CONSISTENCY if key.startswith("ckm") else _THEME,
            quantity=quantity,
            published=published,
            ours=partial(_rate, of=of),
            why=why,
        )
        for key, quantity, of, published, why in rows
    ]


def _dark_rows() -> list[Row]:
    rows = [
        _row(
            key=f"higgs-mixing-{parent}-{1e3 * mass:g}",
            quantity=f"BR({parent} -> {daughter} S) / theta^2 of a scalar of {1e3 * mass:g} MeV",
            published=Published(
                text=text,
                source="SensCalc, arXiv:2305.13383 (github.com/maksymovchynnikov/SensCalc)",
                place=f"phenomenology of scalars, {name}",
            ),
            ours=partial(_rate, of=partial(_scalar, parent=parent, daughter=daughter, mass=mass)),
            why="the table has phase space alone: without the form factor f0, which grows with the mass",
        )
        for parent, daughter, table, name in SCALARS
        for mass, text in table.items()
    ]
    rows.append(
        _row(
            key="higgs-mixing-ratio",
            quantity="BR(K_L -> pi0 S) / BR(K+ -> pi+ S) of a scalar of 100 MeV",
            published=Published(
                text="4.356",
                source="SensCalc, arXiv:2305.13383 (github.com/maksymovchynnikov/SensCalc)",
                place="phenomenology of scalars, K0LtoPiS over KplustoPiS",
                confidence="derived",
            ),
            ours=partial(_rate, of=_long_over_charged),
            why="the K_L takes the real part of V_ts^* V_td alone; the table's K_L has its modulus",
        )
    )
    rows.append(
        _row(
            key="relic-s-wave",
            quantity=f"rate of s-wave annihilation that leaves Omega h^2 = {_DENSITY:g}, 0.3 GeV",
            unit="cm^3/s",
            published=Published(text="5.2e-26", source="Steigman, Dasgupta and Beacom, arXiv:1204.3622: the maximum, at 0.3 GeV", place="abstract"),
            ours=_relic,
            why="the density is recalled, and the number of degrees of freedom is fixed here",
        )
    )  # fmt: skip
    return rows


ROWS: Final = (*_kaon_rows(), *_coupling_rows(), *_dark_rows())
