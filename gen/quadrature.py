"""Nodes and weights of integrals, found once: those of 200 points are the eigenvalues of a matrix, 40 ms each time."""

from __future__ import annotations

from functools import cache

import numpy as np

from darkpair.gen.kinematics import Array

__all__ = ["legendre"]


@cache
def legendre(points: int) -> tuple[Array, Array]:
    """Nodes and weights of Gauss and Legendre on (-1, 1), which nobody changes.

    Parameters
    ----------
    points : int
        Number of nodes.
    """
    nodes, weights = np.polynomial.legendre.leggauss(points)
    nodes.flags.writeable = weights.flags.writeable = False
    return nodes, weights
