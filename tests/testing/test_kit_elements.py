"""Rate and events of a model are of one formula, and the kit's tolerance is what the quadrature keeps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest
from scipy.integrate import quad

from darkpair import Model, ModelMode, particle, three_body_width
from darkpair.chains.widths import ACCURACY
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.phase_space import ThreeBody
from darkpair.testing import check_chain, check_model
from tests.shared.wrong_plugins import caught

KAON, PION, ELECTRON = (particle(name).mass for name in ("K+", "pi+", "e-"))


@dataclass(frozen=True, kw_only=True)
class Constant:
    """|M|² of one number, which it gives for all points at once, or with a fault."""

    fault: str = ""
    summary: str = "a constant"

    def __call__(self, q2: Real, cos_theta: Real) -> Any:
        if self.fault == "power":
            return 1e-12 * q2**2
        return 3e-12 * (1.0 + cos_theta) if self.fault == "factor" else 1e-12

    def averaged(self, q2: Real) -> Any:
        """The number."""
        del q2
        return 1e-12


def _kaon(model: Any) -> Array:
    return three_body_width(KAON, PION, model.m1, model.m2, Constant().averaged)


def _x2(model: Any) -> Array:
    return three_body_width(model.m2, model.m1, ELECTRON, ELECTRON, Constant().averaged)


def _element(model: Any) -> Constant:
    return Constant(fault=model.fault)


@dataclass(frozen=True, kw_only=True, eq=False)
class Flat(Model):
    """Pairs without any dynamics."""

    MODES: ClassVar[Mapping[tuple[str, str], ModelMode]] = {
        ("K+", "pi+ X1 X2"): ModelMode(_kaon, "1", _element),
        ("X2", "X1 e+ e-"): ModelMode(_x2, "1", _element),
    }
    fault: str = "none"


def test_a_constant_may_be_one_number() -> None:
    model = Flat(m1=0.02, m2=0.2)
    check_model(model)
    check_chain(model.chain("K+", "pi+ X1 X2"))
    masses = (ELECTRON, 0.02, 0.1)
    one, flat = ThreeBody(0.3, masses, Constant()), ThreeBody(0.3, masses)
    q2 = np.array([0.02, 0.05])
    assert one.density(q2, np.zeros(2)) == pytest.approx(flat.density(q2, np.zeros(2)), rel=1e-9)


@pytest.mark.parametrize("fault", ["power", "factor"])
def test_rate_and_events_of_two_formulas_are_caught(fault: str) -> None:
    model = Flat(m1=0.02, m2=0.2, fault=fault)
    line = caught(lambda: check_model(model, chain=False))
    assert line.startswith("the amplitude of K+ -> pi+ X1 X2 at q2 = ")
    assert "not of one formula" in line
    line = caught(lambda: check_chain(model.chain("K+", "pi+ X1 X2")))
    assert line.startswith("the matrix element of K+ -> pi+ X1 X2 at q2 = ")


def test_the_tolerance_is_what_the_quadrature_keeps() -> None:
    """An independent number of a constant |M|² is met unless told otherwise; a number that is 2e-5 off is not."""
    mass, spectator = 0.4, 0.1

    def integrand(pair: float) -> float:
        outer = (mass**2 - (spectator + pair) ** 2) * (mass**2 - (spectator - pair) ** 2)
        return math.sqrt(max(outer, 0.0) * max(1.0 - (2.0 * ELECTRON / pair) ** 2, 0.0)) * 2.0 * pair

    low, high = 2.0 * ELECTRON, mass - spectator
    total = quad(integrand, low, high, epsabs=0.0, epsrel=1e-10, points=[1.01 * low, 2.0 * low], limit=500)[0]
    exact = 1e-12 * total / (256.0 * math.pi**3 * mass**3)
    model = Flat(m1=spectator, m2=mass)
    width = float(model.partial_width("X2", "X1 e+ e-"))
    assert 1e-6 < abs(width / exact - 1.0) < ACCURACY
    check_model(model, widths={("X2", "X1 e+ e-"): exact}, chain=False)
    wrong = {("X2", "X1 e+ e-"): exact * (1.0 + 2e-5)}
    assert "the independent one" in caught(lambda: check_model(model, widths=wrong, chain=False))
