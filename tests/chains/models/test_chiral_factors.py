"""Factors of quark masses in K_L -> vacuum, K -> pi and the eta's coupling, by finite differences of the chiral Lagrangian.

No formula of the package: at leading order ``- q-bar_R M q_L + h.c.`` is ``F^2 B Re Tr[M U]``, ``U = exp(i phi / F)``, so that what
arXiv:2005.07102 adds to M gives every amplitude. Its eq. 20 adds ``m_s s-bar_R d_L`` alone; the loop, as eq. 15, the down quark's
``m_d d-bar_R s_L`` too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.linalg import expm

from darkpair.chains.models import HiggsPortalQuartic, Inputs
from darkpair.chains.models.electroweak import lambda_t
from darkpair.chains.models.higgs_portal import flavour_coefficient
from darkpair.chains.models.virtual_meson import eta_coupling
from darkpair.chains.widths import two_body_width
from darkpair.gen.particles import particle

INPUTS = Inputs()
RATIO = INPUTS["ms_over_md"]
F = INPUTS["F_K"]
PRODUCT = lambda_t(INPUTS)
KAON = particle("K_L0").mass
U, D, S = range(3)

#: Octet over its fields: real ones, and the charged as pairs of complex numbers.
Fields = dict[str, complex]


def octet(fields: Fields) -> Any:
    """phi of (u, d, s), with K0 = (K1 + i K2) / sqrt(2)."""
    phi = np.zeros((3, 3), dtype=complex)
    neutral = (fields.get("K1", 0.0) + 1j * fields.get("K2", 0.0)) / np.sqrt(2.0)
    for (i, j), value in {
        (D, S): neutral,
        (U, S): fields.get("K+", 0.0),
        (U, D): fields.get("pi+", 0.0),
    }.items():
        phi[i, j], phi[j, i] = np.sqrt(2.0) * value, np.sqrt(2.0) * np.conj(value)
    phi += fields.get("pi0", 0.0) * np.diag([1.0, -1.0, 0.0])
    phi += fields.get("eta", 0.0) * np.diag([1.0, 1.0, -2.0]) / np.sqrt(3.0)
    return phi


def added(mass: Any, condensate: float) -> Callable[[Fields], float]:
    """What a term q-bar_R mass q_L + h.c. in the Lagrangian is, of the fields."""
    return lambda fields: float(-(F**2) * condensate * np.trace(mass @ expm(1j * octet(fields) / F)).real)


def slope(lagrangian: Callable[[Fields], float], name: str) -> float:
    """First derivative in a field, at none: two central differences, the error of their steps taken out."""
    one, two = ((lagrangian({name: h}) - lagrangian({name: -h})) / (2.0 * h) for h in (1e-3 * F, 2e-3 * F))
    return (4.0 * one - two) / 3.0


def mixed(lagrangian: Callable[[Fields], float], first: tuple[str, complex], second: str) -> float:
    """Second derivative in two fields, the first along a phase."""
    h = 1e-3 * F
    name, phase = first
    signs = [(i, j) for i in (1, -1) for j in (1, -1)]
    return sum(i * j * lagrangian({name: i * h * phase, second: j * h}) for i, j in signs) / (4.0 * h * h)


def operator(*, down: bool) -> Any:
    """Mass term of lambda_t m_s s-bar_R d_L, and of the down quark's if asked for; m_d = 1."""
    mass = np.zeros((3, 3), dtype=complex)
    mass[S, D] = PRODUCT * RATIO
    mass[D, S] = np.conj(PRODUCT) if down else 0.0
    return mass


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("name", ["K_L0", "K_S0"])
def test_a_kaon_to_a_pair(name: str, down: bool) -> None:
    """Ours has eq. 24's factor 1 where eq. 20 has m_s / (m_s + m_d), and the loop (m_s - m_d) / (m_s + m_d)."""
    mass = particle(name).mass
    lagrangian = added(operator(down=down), mass**2 / (RATIO + 1.0))
    amplitude = flavour_coefficient(INPUTS) * slope(lagrangian, "K1" if name == "K_L0" else "K2")
    chiral = two_body_width(mass, 0.0, 0.1, amplitude**2)
    factor = (RATIO - down) / (RATIO + 1.0)
    model = HiggsPortalQuartic(m1=0.0, m2=0.1, lambda_12=1.0)
    assert chiral / model.partial_width(name, "X1 X2") == pytest.approx(factor**2, rel=1e-6)


def test_the_factors_of_today() -> None:
    """What the docstring says: .95 and .90 of the amplitude, 9 and 18 % of the rate."""
    first, second = RATIO / (RATIO + 1.0), (RATIO - 1.0) / (RATIO + 1.0)
    assert (round(first, 2), round(second, 2)) == (0.95, 0.90)
    assert (round(100.0 * (1.0 - first**2)), round(100.0 * (1.0 - second**2))) == (9, 18)


@pytest.mark.parametrize("down", [False, True])
def test_a_kaon_to_a_pion(down: bool) -> None:
    """Ours is eq. 20's m_s / (m_s - m_d); with the down quark's term it were (m_s + m_d) / (m_s - m_d)."""
    for parent, daughter in (("K+", "pi+"), ("K_L0", "pi0"), ("K_S0", "pi0")):
        squares = particle(parent).mass ** 2 - particle(daughter).mass ** 2
        lagrangian = added(operator(down=down), squares / (RATIO - 1.0))
        if parent == "K+":  # (half of the derivatives along the phases are the real and the imaginary part)
            real, imaginary = (mixed(lagrangian, ("K+", phase), "pi+") for phase in (1.0, 1j))
            chiral = 0.5 * math.hypot(real, imaginary)
        else:
            chiral = abs(mixed(lagrangian, ("K1" if parent == "K_L0" else "K2", 1.0), "pi0"))
        model = HiggsPortalQuartic(m1=0.0, m2=0.1, lambda_12=1.0)
        element: Any = model.matrix_element(parent, f"{daughter} X1 X2")
        q2 = np.array([0.04])
        ours = np.sqrt(element.averaged(q2)) / element.form.zero(q2)
        assert flavour_coefficient(INPUTS) * chiral / ours == pytest.approx(1.0 + down / RATIO, rel=1e-5)


def test_the_eta_s_coupling() -> None:
    """A pseudoscalar with couplings as the down quarks' masses: the eta has (2 m_s / m_d - 1) / sqrt(3) of the pi0's."""
    lagrangian = added(1j * np.diag([0.0, 1.0, RATIO]), 1.0)
    ratio = slope(lagrangian, "eta") / slope(lagrangian, "pi0")
    assert abs(ratio) == pytest.approx(eta_coupling(INPUTS), rel=1e-9)
