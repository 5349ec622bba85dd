"""Pieces of a meson table's cells, fine enough for sums over its spectrum without a draw."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from darkpair.gen.kinematics import Array
from darkpair.gen.particles import particle
from darkpair.gen.sources.meson_table import MesonTable, momentum_angle

__all__ = ["energies_and_angles"]

_PIECES: Final = 300_000  # of a table, into which its cells are cut


def energies_and_angles(table: MesonTable) -> tuple[Array, Array, Array]:
    """Energy [GeV], angle to the beam [rad] and probability of small pieces of the table's cells."""
    pieces = max(4, min(32, math.isqrt(_PIECES // table.values.size)))  # of a cell in each direction
    y, width_y = _middles(table.y_nodes, pieces)
    pt, width_pt = _middles(table.pt_nodes, pieces)
    at_y, at_pt = (a.ravel() for a in np.meshgrid(y, pt, indexing="ij"))
    mass = particle(table.meson).mass
    p, angle = momentum_angle(at_y, at_pt, mass)
    weight = table.density(at_y, at_pt) * np.outer(width_y, width_pt).ravel()
    return np.hypot(p, mass), angle, weight


def _middles(nodes: Array, pieces: int) -> tuple[Array, Array]:
    """Middles and widths of the parts into which every cell is cut."""
    steps = (np.arange(pieces) + 0.5) / pieces
    width = np.diff(nodes)
    return (nodes[:-1, None] + steps * width[:, None]).ravel(), np.repeat(width / pieces, pieces)
