"""M' -> M X1 X1 by the diagonal current of a Z': against a sum over spins and an integral written here, and what is asked of it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from darkpair.chains.form_factors import form_factor
from darkpair.chains.models import ZPrimeDirac, ZPrimeMajorana
from darkpair.chains.models.electroweak import z_penguin
from darkpair.gen.particles import particle
from darkpair.searches.missing_energy import KPlusToPiNuNu
from tests.shared.model_coefficients import GF, PDG

MOST: dict[str, Any] = {"m2": 0.45, "G_X": GF, "c_A11": 0.7, "g_X_over_eps_Z": 50.0, "inputs": PDG}
CASES = [
    ("K+", "pi+", "sd", abs),
    ("K_L0", "pi0", "sd", lambda g: abs(g.imag)),
    ("K_S0", "pi0", "sd", lambda g: abs(g.real)),
    ("B+", "K+", "bs", abs),
    ("B0", "pi0", "bd", lambda g: math.sqrt(0.5) * abs(g)),
]


def kallen(a: Any, b: Any, c: Any) -> Any:
    return np.maximum(a * a + b * b + c * c - 2.0 * (a * b + b * c + c * a), 0.0)


def by_hand(parent: str, daughter: str, quarks: str, part: Any, m1: float) -> float:
    """Width of one Dirac pair: |g f+|^2 of spin 1, 8 q^2 beta^2 / 3 of an axial pair, and f0 of spin 0, 8 m^2 q^2 / q^4 [GeV]."""
    heavy, light = particle(parent).mass, particle(daughter).mass
    scale = MOST["G_X"] / float(ZPrimeDirac(m1=m1, **MOST).unit_contact())
    size = 0.5 * MOST["c_A11"] * scale * part(complex(*z_penguin(quarks, PDG)))
    form = form_factor({"sd": "K -> pi", "bs": "B -> K", "bd": "B -> pi"}[quarks])
    node, weight = np.polynomial.legendre.leggauss(200)
    low, high = 4.0 * m1**2, (heavy - light) ** 2
    q2 = low + (high - low) * np.sin(0.25 * np.pi * (node + 1.0)) ** 2
    dq2 = (high - low) * 0.25 * np.pi * np.sin(0.5 * np.pi * (node + 1.0)) * weight
    lam, beta = kallen(heavy**2, light**2, q2), np.sqrt(1.0 - low / q2)
    spin_one = form.plus(q2) ** 2 * lam / q2 * 8.0 / 3.0 * q2 * beta**2 / 2.0
    spin_zero = form.zero(q2) ** 2 * (heavy**2 - light**2) ** 2 / q2 * 8.0 * m1**2
    squared = size**2 * (spin_one + spin_zero)
    space = np.sqrt(lam) * beta / (256.0 * np.pi**3 * heavy**3)
    return float(np.sum(dq2 * space * squared))


@pytest.mark.parametrize("m1", [0.0, 0.04, 0.16])
@pytest.mark.parametrize(("parent", "daughter", "quarks", "part"), CASES)
def test_width_is_that_of_an_axial_pair(
    parent: str, daughter: str, quarks: str, part: Any, m1: float
) -> None:
    expected, mode = by_hand(parent, daughter, quarks, part, m1), f"{daughter} X1 X1"
    dirac, majorana = (kind(m1=m1, **MOST) for kind in (ZPrimeDirac, ZPrimeMajorana))
    assert float(dirac.partial_width(parent, mode)) == pytest.approx(expected, rel=1e-6, abs=0.0)
    assert float(majorana.partial_width(parent, mode)) == pytest.approx(0.5 * expected, rel=1e-6, abs=0.0)


@pytest.mark.parametrize("kind", [ZPrimeDirac, ZPrimeMajorana])
def test_equal_masses_make_both_pairs_alike(kind: Any) -> None:
    """X1 X2 of equal masses by c_A alone is X1 X1 with c_A for c_A11, times the channels over one (or a half); a K* too."""
    point = MOST | {"m1": 0.1, "m2": 0.1, "c_A": 0.7, "c_V": 0.0}
    model = kind(**point)
    factor = model.channels(decay=False) / model.diagonal_factor()
    beside = [(p, mode) for p, mode in model.modes() if mode.endswith(" X1 X1") and len(mode.split()) == 3]
    assert len([mode for _, mode in beside if mode.startswith("K*")]) == 2
    for parent, mode in beside:
        if parent == "X2":
            continue
        other = model.partial_width(parent, mode.replace("X1 X1", "X1 X2"))
        assert float(other) == pytest.approx(
            factor * float(model.partial_width(parent, mode)), rel=1e-12, abs=0.0
        )


def test_no_diagonal_coupling_makes_nothing_and_the_pion_alone_is_seen() -> None:
    """K+ -> pi+ X1 X1 counts where K+ -> pi+ nu nubar is searched for, however heavy X2 is; as c_A11 squared."""
    heavy = MOST | {"m1": 0.005, "m2": 2.0}
    search = KPlusToPiNuNu(experiment="na62")
    none = ZPrimeDirac(**heavy | {"c_A11": 0.0})
    assert float(search.value(none)) == 0.0 == float(none.partial_width("K+", "pi+ X1 X1"))
    one, three = (float(search.value(ZPrimeDirac(**heavy | {"c_A11": c}))) for c in (1.0, 3.0))
    assert three == pytest.approx(9.0 * one, rel=1e-12, abs=0.0)
    whole = float(ZPrimeDirac(**heavy | {"c_A11": 1.0}).branching_ratio("K+", "pi+ X1 X1"))
    assert one == pytest.approx(whole, rel=0.05, abs=0.0)  # (massless, it has the shape of neutrinos)
