"""Integrals of docs/decays.md and shares of docs/line_shapes.md."""

from __future__ import annotations

from itertools import product
from typing import Any, Final

import numpy as np

from darkpair import particle
from darkpair.chains.models import Model, ZPrimeDirac, ZPrimeScalar
from darkpair.gen.resonances import line_shape
from tests.chains.test_standard_shapes import ALPHA, element, integral

#: PDG 2022, branching ratios over that to two photons, or of muons over electrons.
_PHOTONS: Final = {
    "pi0 -> gamma e+ e-": (1.174e-2 / 0.98823, 0.035e-2 / 0.98823),
    "eta -> gamma e+ e-": (6.9e-3 / 0.3936, 0.4e-3 / 0.3936),
    "eta -> gamma mu+ mu-": (3.1e-4 / 0.3936, 0.4e-4 / 0.3936),
    "eta' -> gamma e+ e-": (4.91e-4 / 0.02307, 0.27e-4 / 0.02307),
    "eta' -> gamma mu+ mu-": (1.13e-4 / 0.02307, 0.28e-4 / 0.02307),
}
_MUONS: Final = {
    ("K_L0 -> pi- mu+ nu_mu", "K_L0 -> pi- e+ nu_e"): (0.6668, 0.0026),
    ("K+ -> pi0 mu+ nu_mu", "K+ -> pi0 e+ nu_e"): (0.6608, 0.0029),
}


def ratios(quick: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:  # noqa: ARG001
    rows = []
    for name, (measured, error) in _PHOTONS.items():
        ours = element(name)
        ratio = 2.0 * ALPHA / (3.0 * np.pi) * integral(name, ours) * 3.0 / ours.mass**5
        rows.append(
            {"ratio": f"{name} over two photons", "integral": ratio, "PDG": measured, "PDG error": error}
        )
    for (muon, electron), (measured, error) in _MUONS.items():
        ratio = integral(muon, element(muon)) / integral(electron, element(electron))
        rows.append({"ratio": f"{muon} over e", "integral": ratio, "PDG": measured, "PDG error": error})
    return rows, {"quadrature": "400 x 64 points"}


def line_shapes(quick: bool) -> tuple[list[dict[str, Any]], dict[str, Any]]:  # noqa: ARG001
    rows = []
    for name in ("K*0", "phi"):
        line = line_shape(particle(name))
        part = line.fraction(line.particle.mass + 15.0 * line.particle.width, 10.0)
        rows.append({"what": f"{name} more than 15 widths above", "value": part})
    for (label, model), (where, pair) in product(
        {"fermions": ZPrimeDirac, "scalars": ZPrimeScalar}.items(),
        {"light pairs": (0.01, 0.3), "leaves 1.3 GeV": (0.1, None), "leaves .98 GeV": (0.1, None)}.items(),
    ):
        m1, m2 = pair
        left = {"leaves 1.3 GeV": 1.3, "leaves .98 GeV": 0.98}.get(where)
        m2 = m2 if m2 is not None else particle("B0").mass - float(left or 0.0) - m1
        value = _over_nominal(model(m1=m1, m2=m2, G_X=1e-5))
        rows.append({"what": f"K*0 {label}, {where}", "value": value})
    above = line_shape(particle("rho0")).fraction(2.0 * particle("K+").mass, 10.0)
    rows.append({"what": "rho0 above K+ K-", "value": above})
    return rows, {"quadrature": "of the lines and of the Dalitz plot"}


def _over_nominal(model: Model) -> float:
    """B0 -> K*0 X1 X2 averaged over the line of the K*0, over that at its nominal mass."""
    amplitude: Any = model.matrix_element("B0", "K*0 X1 X2")
    line, nominal = line_shape(particle("K*0")), particle("K*0").mass
    top, (m1, m2) = particle("B0").mass, (model.m1, model.m2)
    low, high = line.threshold, top - m1 - m2
    angle = np.linspace(float(line.angle_of(low * (1.0 + 1e-9))), float(line.angle_of(high)), 801)
    middle = np.asarray(line.mass_of(0.5 * (angle[1:] + angle[:-1])))
    weight = np.diff(angle) * np.asarray(line.flatness(middle) * line.total(middle))
    rates = np.array([_rate(amplitude, top, m, m1, m2) for m in middle])
    total = np.linspace(float(line.angle_of(low * (1.0 + 1e-9))), float(line.angle_of(3.0)), 4001)
    everywhere = np.asarray(line.mass_of(0.5 * (total[1:] + total[:-1])))
    norm = float(np.sum(np.diff(total) * np.asarray(line.flatness(everywhere) * line.total(everywhere))))
    return float(np.sum(weight * rates)) / norm / _rate(amplitude, top, nominal, m1, m2)


def _rate(amplitude: Any, top: float, mass: float, m1: float, m2: float) -> float:
    """Of |M|^2 times phase space, but for constants."""
    x, w = np.polynomial.legendre.leggauss(60)
    low, high = m1 + m2, top - mass
    if high <= low:
        return 0.0
    q = low + (high - low) * 0.5 * (1.0 + x)
    p = np.sqrt(np.maximum((top**2 - (mass + q) ** 2) * (top**2 - (mass - q) ** 2), 0.0)) / (2.0 * top)
    k = np.sqrt(np.maximum((q**2 - (m1 + m2) ** 2) * (q**2 - (m1 - m2) ** 2), 0.0)) / (2.0 * q)
    c, wc = np.polynomial.legendre.leggauss(8)
    grid_q, grid_c = np.meshgrid(q, c, indexing="ij")
    here = amplitude.at_masses(top, [mass, m1, m2])(grid_q**2, grid_c)
    return float(np.einsum("q,qc,c", w * 0.5 * (high - low) * p * k, here, wc))
