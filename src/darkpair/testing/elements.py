"""Squared matrix elements whose average over the cosine is given too: both have to be of one formula."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

__all__ = ["check_averaged"]

_BODIES: Final = 3
#: Relative difference that the quadrature over the cosine may leave where |M|² has a pole close by.
_TOLERANCE: Final = 1e-4
_NODE, _WEIGHT = np.polynomial.legendre.leggauss(64)


def check_averaged(element: Any, mass: float, masses: Sequence[float], what: str) -> None:
    """A squared matrix element, averaged over the cosine, is its own ``averaged``; one that has none is not looked at.

    A rate is made of ``averaged`` and the events of the element itself: where they differ, so do these.

    Parameters
    ----------
    element : MatrixElement
        Function of q² [GeV²] and the cosine, with or without ``averaged`` of q².
    mass : float [GeV]
        Mass of what decays.
    masses : sequence of float [GeV]
        Masses of the daughters: the spectator, then the pair of q².
    what : str
        What it is, for the message.

    Raises
    ------
    AssertionError
        With the point of the greatest difference.
    """
    averaged = getattr(element, "averaged", None)
    if averaged is None or len(masses) != _BODIES or not mass > sum(masses):
        return
    low, high = masses[1] + masses[2], mass - masses[0]
    q2 = np.square(low + (high - low) * np.linspace(0.05, 0.95, 7))
    points, nodes = np.repeat(q2, len(_NODE)), np.tile(_NODE, len(q2))
    values = np.broadcast_to(np.asarray(element(points, nodes), dtype=np.float64), points.shape)
    mean = values.reshape(len(q2), -1) @ _WEIGHT / 2.0
    said = np.broadcast_to(np.asarray(averaged(q2), dtype=np.float64), q2.shape)
    off = np.abs(mean - said)
    worst = int(np.argmax(off - _TOLERANCE * np.abs(said)))
    assert off[worst] <= _TOLERANCE * np.abs(said[worst]), (
        f"{what} at q2 = {q2[worst]:.6g} GeV^2 is {mean[worst]:.6g} on average over the cosine, and its averaged says "
        f"{said[worst]:.6g}: the rate and the events are not of one formula"
    )
