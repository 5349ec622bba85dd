"""Decays of S2 within the dark sector: the extra couplings that shorten its life."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Final

import numpy as np

from darkpair.chains.matrix_elements import PowerAmplitude
from darkpair.chains.models.model import Model, ModelMode
from darkpair.chains.widths import three_body_width, two_body_width
from darkpair.gen.kinematics import Real
from darkpair.gen.parameters import Dimensionless, Energy

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array

__all__ = ["CASCADE_MODES", "ScalarPair"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ScalarPair(Model):
    """Two real scalars with L = -a_211 S2 S1^2 - lambda_2111 S2 S1^3 beside a portal.

    arXiv:2005.07102, sections III.B.1 and III.D, where the second one is called lambda_12.

    Parameters
    ----------
    a_211 : float or ndarray [GeV]
        Coupling of S2 -> S1 S1.
    lambda_2111 : float or ndarray
        Coupling of S2 -> S1 S1 S1.
    """

    references: ClassVar = ("arXiv:2005.07102",)

    a_211: Annotated[Real, Energy] = 0.0
    lambda_2111: Annotated[Real, Dimensionless] = 0.0


def _to_two(model: ScalarPair) -> Array:
    """Width of S2 -> S1 S1 [GeV]: amplitude 2 a, one half for identical particles.

    ``p / (8 pi m2^2) 2 a_211^2``.
    """
    return two_body_width(model.m2, model.m1, model.m1, 2.0 * np.square(model.a_211))


def _three_amplitude(model: ScalarPair) -> PowerAmplitude:
    """Squared amplitude of S2 -> S1 S1 S1: (3! lambda)^2 / 3!, flat over the Dalitz plane."""
    strength = 6.0 * np.square(model.lambda_2111)
    return PowerAmplitude(strength=strength, summary="contact of four scalars, flat over the Dalitz plane")


def _to_three(model: ScalarPair) -> Array:
    """Width of S2 -> S1 S1 S1 [GeV].

    Three-body phase space times ``|M|^2 = (3! lambda_2111)^2 / 3!``.
    """
    return three_body_width(model.m2, model.m1, model.m1, model.m1, _three_amplitude(model).averaged)


#: Invisible decays of S2.
CASCADE_MODES: Final = {
    ("X2", "X1 X1"): ModelMode(_to_two, "section III.B.1"),
    ("X2", "X1 X1 X1"): ModelMode(_to_three, "sections III.B.1, III.D", _three_amplitude),
}
