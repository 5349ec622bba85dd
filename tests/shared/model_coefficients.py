"""What the tests of numbers share: presets, masses, and rates over the factors that an equation names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from darkpair.chains.models import Inputs, Model
from darkpair.gen.constants import HBAR_C
from darkpair.gen.kinematics import kallen
from darkpair.gen.particles import particle

PDG, PAPER, HIGH = Inputs(), Inputs("paper"), Inputs("paper-10tev")
GF = PDG["G_F"]
KAON, ETA, PION = (particle(name).mass for name in ("K_L0", "eta", "pi0"))
NEAR_ZERO = 1e-7  # a mass that no phase space feels


def near(value: Any, rel: float = 1e-6) -> Any:
    """Relative comparison alone: pytest.approx would let 1e-12 pass, and widths are far smaller."""
    return pytest.approx(value, rel=rel, abs=0.0)


def root(a: float, b: float, c: float) -> float:
    """Square root of the Källén function of (a^2, b^2, c^2)."""
    return float(np.sqrt(kallen(a**2, b**2, c**2)))


def coefficient(model: Model, parent: str, mode: str, *shape: float) -> float:
    """Branching ratio over the named factors."""
    return float(model.branching_ratio(parent, mode) / np.prod(shape))


def length(model: Model, mode: str, *shape: float) -> float:
    """Decay length of one mode of X2 alone [mm], times the named factors."""
    return float(HBAR_C / model.partial_width("X2", mode) * np.prod(shape))
