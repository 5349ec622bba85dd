"""Boosts of columns of four-vectors, compiled where formulas are; the arithmetic is `darkpair.gen.kinematics`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from darkpair.gen.compiled.columnwise import columnwise
from darkpair.gen.kinematics import Array, Real, boost

__all__ = ["boosted"]

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
