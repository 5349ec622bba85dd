"""Boosts of columns of four-vectors, compiled where formulas are; the arithmetic is `darkpair.gen.kinematics`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from darkpair.gen.compiled.columnwise import Columnwise, columnwise, where
from darkpair.gen.directions import on_sphere
from darkpair.gen.kinematics import Array, Real, boost, boost_pair

__all__ = ["PAIR_ALONG", "PAIR_FROM_DISC", "away", "boosted", "pair"]

_boost = columnwise(boost)


def boosted(
    frame: Sequence[Array], mass: Real, vectors: Sequence[Sequence[Array]], out: Sequence[Array] | None = None
) -> list[Any]:
    """Four-vectors from the rest frame of a particle to the frame in which it is seen [GeV].

    Parameters
    ----------
    frame : four ndarrays, (n,) [GeV]
        Four-momentum x, y, z, E of the particle.
    mass : float or ndarray, (n,) [GeV]
        Its mass.
    vectors : sequence of four ndarrays, (n,) [GeV]
        Four-vectors in its rest frame.
    out : sequence of ndarrays, (4, n), optional
        Where each of them goes, apart from all that is given.
    """
    if out is None:
        return [_boost(*frame, mass, *vector) for vector in vectors]
    for row, vector in zip(out, vectors, strict=True):
        _boost.into(row, *frame, mass, *vector)
    return [tuple(row) for row in out]


def pair(out: Sequence[Array] | None, formula: Columnwise, *args: Real) -> list[Any]:
    """Two four-vectors of a formula, in the places that are given."""
    if out is None:
        columns = formula(*args)
        return [columns[:4], columns[4:]]
    formula.into([*out[0], *out[1]], *args)
    return [tuple(vector) for vector in out]


def _along(
    px: Real,
    py: Real,
    pz: Real,
    energy: Real,
    mass: Real,
    x: Real,
    y: Real,
    z: Real,
    p: Real,
    e1: Real,
    e2: Real,
) -> Any:
    """Daughters of momentum p along the unit vector (x, y, z) of the parent's rest frame, and against it."""
    return boost_pair(px, py, pz, energy, mass, p * x, p * y, p * z, e1, e2)


def _from_disc(
    px: Real, py: Real, pz: Real, energy: Real, mass: Real, x: Real, y: Real, p: Real, e1: Real, e2: Real
) -> Any:
    """The same along the unit vector of a point in the disc."""
    ux, uy, uz = on_sphere(x, y)
    return boost_pair(px, py, pz, energy, mass, p * ux, p * uy, p * uz, e1, e2)


#: Momenta of two daughters, first the eight numbers of the parent and its mass and of the direction, then p, e1 and e2.
PAIR_ALONG, PAIR_FROM_DISC = columnwise(_along), columnwise(_from_disc)


@columnwise
def away(x: Real, y: Real, z: Real) -> Any:
    """Unit vector against (x, y, z); along z where that is nothing."""
    norm = np.sqrt(x * x + y * y + z * z)
    moving = norm > 0.0
    safe = where(moving, norm, 1.0)
    return -x / safe, -y / safe, where(moving, -z / safe, 1.0)
