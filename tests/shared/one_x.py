"""A model with K+ -> pi+ X2 and B+ -> K+ X2, two bodies, at given rates: what no model of the package has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from darkpair.chains.models import Model, ModelMode
from darkpair.chains.models.electroweak import total_width
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.parameters import Dimensionless, Energy


def _kaon(model: Any) -> Array:
    return np.asarray(model.rate * total_width("K+")) * np.ones(np.shape(model.m2))


def _bottom(model: Any) -> Array:
    return np.asarray(model.rate * total_width("B+")) * np.ones(np.shape(model.m2))


def _photons(model: Any) -> Array:
    return np.asarray(model.gamma) * np.ones(np.shape(model.m2))


@dataclass(frozen=True, kw_only=True, eq=False)
class OneX(Model):
    """X2 beside a meson, at a branching ratio; X2 -> gamma gamma with a width [GeV]."""

    MODES: ClassVar = {
        ("K+", "pi+ X2"): ModelMode(_kaon, "a test"),
        ("B+", "K+ X2"): ModelMode(_bottom, "a test"),
        ("X2", "gamma gamma"): ModelMode(_photons, "a test"),
    }

    rate: Annotated[Real, Dimensionless] = 1e-10
    gamma: Annotated[Real, Energy] = 0.0
