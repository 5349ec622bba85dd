"""Squared matrix elements by name: ours, and those of the entry points ``darkpair.matrix_elements``.

What is registered takes ``mass`` and ``masses`` [GeV], of the parent and of its three daughters in the element's order,
and parameters of its own; it gives a function of q² and the cosine (`darkpair.gen.phase_space.MatrixElement`).
"""

from darkpair.gen.registry import Entry, Registry

__all__ = ["MATRIX_ELEMENTS"]

_HERE = "darkpair.chains.element_factories"

#: Every matrix element that has a name; nothing is imported until one is asked for.
MATRIX_ELEMENTS = Registry(
    "matrix_elements",
    {
        "eta_dalitz": Entry(
            f"{_HERE}:eta_dalitz",
            "A pseudoscalar to three mesons, eta -> 3 pi or eta' -> eta pi pi, the odd one first: 1 + a Y + b Y² + d X² + f Y³ + g X² Y",
        ),
        "kaon_dalitz": Entry(
            f"{_HERE}:kaon_dalitz",
            "K -> 3 pi, the odd pion first: 1 + g u + h u² + k v² in the PDG's u and v",
        ),
        "kroll_wada": Entry(
            f"{_HERE}:kroll_wada",
            "A pseudoscalar to gamma l+ l-, in that order: Kroll and Wada, form factor 1 + slope q²/M² or a pole",
        ),
        "muon": Entry(
            f"{_HERE}:muon",
            "A muon, mu- -> anti-nu_e e- nu_mu, in that order: V - A, unpolarised",
        ),
        "omega_dalitz": Entry(
            f"{_HERE}:omega_dalitz",
            "A vector to pi0 pi+ pi-, in that order: P wave times 1 + 2 alpha Z + 2 beta Z^(3/2) sin 3 phi",
        ),
        "pion_pair_photon": Entry(
            f"{_HERE}:pion_pair_photon",
            "A pseudoscalar to gamma pi+ pi-, in that order: P wave, the pion's form factor times 1 + kappa q² + lam q⁴ (GeV)",
        ),
        "power": Entry(
            f"{_HERE}:power",
            "A spectator and a pair, in that order: (q² - threshold²)^power, over (pole² - q²)² where a pole is given",
        ),
        "radial_dalitz": Entry(
            f"{_HERE}:radial_dalitz",
            "Three equal particles: 1 + 2 alpha z, z from 0 in the middle of the Dalitz plot to 1 at its edge",
        ),
        "rho_pi": Entry(
            f"{_HERE}:rho_pi",
            "A vector to pi0 pi+ pi-, in that order: P wave times three rho and a direct term",
        ),
        "scalar_current": Entry(
            f"{_HERE}:scalar_current",
            "K -> pion and a pair, in that order: scalar operator, f0(q²)²",
        ),
        "semileptonic_kaon": Entry(
            f"{_HERE}:semileptonic_kaon",
            "K -> pi l nu, in that order: V - A with dispersive f+ and f0",
        ),
        "vector_current": Entry(
            f"{_HERE}:vector_current",
            "M -> meson and a massless pair, in that order: vector current, f+(q²)² lambda(M², m², q²) sin²",
        ),
    },
)
