"""Pairs of X1 that the diagonal current of a Z' makes beside a meson: M' -> M X1 X1, seen as M and nothing else."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from darkpair.chains.dark_currents import FermionCurrent
from darkpair.chains.matrix_elements import KstarTransition, VectorTransition
from darkpair.chains.models.model import ModelMode
from darkpair.chains.models.zprime import PAIR_MODES
from darkpair.chains.widths import three_body_width
from darkpair.gen.particles import particle

if TYPE_CHECKING:
    from darkpair.chains.matrix_elements import ThreeBodyAmplitude
    from darkpair.gen.kinematics import Array, Real

__all__ = ["BESIDE_MODES"]

#: M' and M of every decay to X1 X2 beside a meson.
_TRANSITIONS: Final = tuple(
    (parent, mode.split()[0]) for parent, mode in PAIR_MODES if mode.endswith(" X1 X2") and parent != "X2"
)


class _Diagonal(Protocol):
    """What is asked of a Z' with two fermions."""

    @property
    def m1(self) -> Real: ...
    @property
    def m2(self) -> Real: ...
    @property
    def c_A11(self) -> Real: ...
    def channels(self, *, decay: bool) -> float: ...
    def diagonal_factor(self) -> float: ...
    def matrix_element(self, parent: str, mode: str) -> ThreeBodyAmplitude: ...


def _amplitude(model: _Diagonal, *, parent: str, daughter: str) -> VectorTransition | KstarTransition:
    """Squared amplitude of M' -> M X1 X1: that of X1 X2 with the diagonal axial current, one channel times `diagonal_factor`."""
    pair = model.matrix_element(parent, f"{daughter} X1 X2")
    assert isinstance(pair, VectorTransition | KstarTransition)  # (every transition of the table)
    strength = np.asarray(pair.strength) / model.channels(decay=False) * model.diagonal_factor()
    current = FermionCurrent(m1=model.m1, m2=model.m1, c_V=0.0, c_A=model.c_A11)
    return replace(pair, current=current, strength=strength)


def _width(model: _Diagonal, *, parent: str, daughter: str) -> Array:
    """Width of M' -> M X1 X1 [GeV]; zero without a diagonal coupling (arXiv:2005.07102, appendix B and above eq. 67).

    ``|<M|V|M'> (c_A11 J_A(m1, m1))|^2``, that of M' -> M X1 X2 with m1 for both masses, c_A11 for c_A and no c_V, and in place of
    the n channels 1 for Dirac, 1/2 for Majorana, whose diagonal current is half of c psi1-bar gamma gamma5 psi1: the amplitude is
    the same, the particles identical.
    """
    if not np.any(np.asarray(model.c_A11)):
        return np.zeros(np.broadcast_shapes(np.shape(model.m1), np.shape(model.m2)))
    averaged = _amplitude(model, parent=parent, daughter=daughter).averaged
    masses = particle(parent).mass, particle(daughter).mass, model.m1, model.m1
    return three_body_width(*masses, averaged, elementwise=True)


def _modes() -> dict[tuple[str, str], ModelMode]:
    table = {}
    for parent, daughter in _TRANSITIONS:
        rate = partial(_width, parent=parent, daughter=daughter)
        angles = partial(_amplitude, parent=parent, daughter=daughter)
        table[parent, f"{daughter} X1 X1"] = ModelMode(rate, "B1-B4, text above 67", angles)
    return table


#: Modes that every model of Z' fermions has beside those of its own table.
BESIDE_MODES: Final = _modes()
