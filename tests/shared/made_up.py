"""A model with productions of one's own at given rates, and X2 that does everything a light X2 can: in no package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any

import numpy as np

from darkpair.chains.matrix_elements import PowerAmplitude
from darkpair.chains.models import Model, ModelMode
from darkpair.chains.widths import three_body_width
from darkpair.gen.constants import HBAR_C
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.parameters import Length
from darkpair.gen.particles import particle

__all__ = ["PRODUCTIONS", "MadeUp"]

_BODIES = 3

#: Productions beside those of the package's models.
PRODUCTIONS: dict[str, tuple[str, ...]] = {
    "K_L0": ("pi0 X2", "pi0 X2 X2", "gamma X1 X2", "gamma X2 X2", "pi0 pi0 X1 X2", "pi+ pi- X1 X2", "e+ e- X2"),
    "eta": ("pi0 X1 X2", "gamma X1 X2", "gamma X2 X2"),
    "eta'": ("X1 X2", "eta X1 X2", "gamma X1 X2"),
    "pi0": ("gamma X1 X2", "gamma X2 X2", "e+ e- X2"),
    "K+": ("pi+ X2", "pi+ X2 X2"),
    "B+": ("K+ X2", "K+ X2 X2", "pi+ X2 X2", "K*+ X2 X2"),
    "B0": ("K0 X2 X2", "pi0 X2 X2", "K*0 X2 X2"),
    "h": (),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class MadeUp(Model):
    """Scalars.

    Parameters
    ----------
    made : mapping of str to float
        Branching ratio of each production, "K_L0 -> pi0 X1 X2" [1].
    decays : mapping of str to float
        Branching ratio of each mode of X2 [1].
    length : float [mm]
        c tau of X2.
    power : int
        Power of q2 of every squared amplitude.
    """

    made: Mapping[str, float] = field(default_factory=dict)
    decays: Mapping[str, float] = field(default_factory=dict)
    length: Annotated[Real, Length] = 1e3
    power: int = 0

    def _table(self) -> Mapping[tuple[str, str], ModelMode]:
        made = [(parent, mode) for parent, mode in (text.split(" -> ") for text in self.made)]
        keys = [*made, *(("X2", mode) for mode in self.decays)]
        return {
            key: ModelMode(
                partial(_width, key=key),
                "a test",
                partial(_amplitude, key=key) if len(key[1].split()) == _BODIES else None,
            )
            for key in keys
        }


def _width(model: Any, key: tuple[str, str]) -> Array:
    parent, mode = key
    if parent == "X2":
        return np.asarray(HBAR_C / np.asarray(model.length) * model.decays[mode])
    whole = model.inputs["Gamma_h"] if parent == "h" else model.width(parent)
    return np.asarray(whole * model.made[" -> ".join(key)])


def _amplitude(model: Any, key: tuple[str, str]) -> PowerAmplitude:
    parent, mode = key
    own = {"X1": float(model.m1), "X2": float(model.m2)}
    beside, first, last = (own[name] if name in own else particle(name).mass for name in mode.split())
    heavy = own["X2"] if parent == "X2" else particle(parent).mass
    unit = PowerAmplitude(strength=1.0, power=model.power)
    whole = three_body_width(heavy, beside, first, last, unit.averaged)
    size = float(model.partial_width(parent, mode) / whole) if whole > 0.0 else 1.0
    return PowerAmplitude(strength=size, power=model.power)
