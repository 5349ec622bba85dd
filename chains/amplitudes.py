"""Squared amplitudes as formulas: what is compiled where it can be, and how their values come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from darkpair.gen.compiled.columnwise import Columnwise, columnwise

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array, Real

__all__ = ["Parts", "at_every_cosine", "value_of"]

#: A formula of q2 [GeV^2] and cos_theta, and its further operands, columns or numbers.
Parts: TypeAlias = "tuple[Columnwise, tuple[Any, ...]]"


@columnwise
def at_every_cosine(q2: Real, cos_theta: Real, value: Real) -> Real:  # noqa: ARG001 (as every formula of an amplitude)
    """A squared amplitude that the angle does not change."""
    return value + 0.0 * cos_theta


def value_of(amplitude: Any, q2: Real, cos_theta: Real) -> Array:
    """|M|^2 of an amplitude that has ``parts``, at q2 [GeV^2] and cos_theta."""
    q2, cos_theta = (np.asarray(x, dtype=np.float64) for x in (q2, cos_theta))
    formula, operands = amplitude.parts(q2)
    return np.asarray(formula(q2, cos_theta, *operands))
