"""The vertex of a pi0 on the beam axis from its two photons' energies and positions, as KOTO finds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.compiled.columnwise import Loop, columnwise, where
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.listed import taken

__all__ = ["MASS_TOLERANCE", "Pi0Candidates", "reconstruct_pi0"]

#: A root of the squared equation counts if the pi0 mass comes back within this [GeV];
#: KOTO's Rec2g, read in public copies of its code, has 1e-5.
MASS_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Pi0Candidates:
    """Vertex candidates, none, one or two for each pair of photons.

    Parameters
    ----------
    pair : ndarray, (k,)
        Pair of photons that each candidate belongs to, in growing order.
    distance : ndarray, (k,) [mm]
        Distance from the vertex to the calorimeter, along the axis.
    px, py, pz : ndarray, (k,) [GeV]
        Momentum of the pi0.
    photons : tuple of six ndarrays, (k,) [GeV], [mm]
        Energies, x and y of the photons of each candidate's pair.
    """

    pair: NDArray[np.int64]
    distance: Array
    px: Array
    py: Array
    pz: Array
    photons: tuple[Array, ...]


def reconstruct_pi0(energy: Array, x: Array, y: Array, mass: float) -> Pi0Candidates:
    """Vertex candidates under the hypothesis of a pi0 that decays at x = y = 0.

    The opening angle follows from the mass, cos = 1 - m²/(2 E1 E2); with the positions it gives a quadratic
    equation in the squared distance, whose roots count if they are positive and return the mass.

    Parameters
    ----------
    energy, x, y : ndarray, (2, n) [GeV], [mm]
        Energies of the photons, and where they hit the calorimeter's face.
    mass : float [GeV]
        Mass that the pair is supposed to have.

    References
    ----------
    arXiv:2005.07102, section IV.A; KOTO's Rec2g in public copies of the collaboration's code.
    """
    half_square = 0.5 * float(mass) ** 2
    photons = (*energy, *x, *y)
    with np.errstate(divide="ignore", invalid="ignore"):  # nothing is divided by zero where a root counts
        far, far_square, near, near_square, *more = _roots(*photons, half_square)
    each = (*photons, *more)
    k = int(np.count_nonzero(far)) + int(np.count_nonzero(near))
    pair, square = np.empty(k, dtype=np.int64), np.empty(k)
    columns = np.empty((len(each), k))
    if _arranged(len(far), far, far_square, near, near_square, *each, pair, square, *columns) is None:
        rows = [np.flatnonzero(counts) for counts in (far, near)]
        squares = [root[some] for root, some in zip((far_square, near_square), rows, strict=True)]
        pair = np.concatenate(rows)
        order = np.argsort(pair, kind="stable")
        pair, square = pair[order], np.concatenate(squares)[order]
        for row, column in zip(columns, each, strict=True):
            row[:] = column[pair]
    good, values = np.empty(k, dtype=bool), np.empty((4, k))
    _vertex.into((good, *values), square, *columns, float(mass))
    columns = columns[: len(photons)]
    if not good.all():
        some = np.flatnonzero(good)
        pair, values, columns = pair[some], taken(values, some), taken(columns, some)
    distance, px, py, pz = values
    return Pi0Candidates(pair, distance, px, py, pz, tuple(columns))


def roots(
    e1: Real, e2: Real, x1: Real, x2: Real, y1: Real, y2: Real, half_square: float
) -> tuple[Any, Real, Any, Real, Real, Real, Real]:
    """Whether either root of the equation counts, and its squared distance; the squared radii and the scalar product of the places.

    `half_square` is half the squared mass [GeV²].
    """
    s = half_square / (e1 * e2)  # 1 - cos of the opening angle
    r1, r2 = x1**2 + y1**2, x2**2 + y2**2
    dot = x1 * x2 + y1 * y2
    # the coefficients with 1 - cos² taken out, where the textbook form cancels
    a = s * (2.0 - s)
    b = (r1 + r2) * a - (x1 - x2) ** 2 - (y1 - y2) ** 2
    c = r1 * r2 * a - (x1 * y2 - y1 * x2) ** 2
    discriminant = b * b - 4.0 * a * c
    real = (discriminant >= 0.0) & (a > 0.0)
    q = -0.5 * (b + np.copysign(np.sqrt(where(real, discriminant, 0.0)), b))
    far, near = q / a, c / q
    # a double root is one candidate
    return real & (far > 0.0), far, real & (near > 0.0) & (discriminant > 0.0), near, r1, r2, dot


def vertex(
    square: Real,
    e1: Real,
    e2: Real,
    x1: Real,
    x2: Real,
    y1: Real,
    y2: Real,
    r1: Real,
    r2: Real,
    dot: Real,
    mass: float,
) -> tuple[Any, Real, Real, Real, Real]:
    """Whether the mass comes back from a vertex at that squared distance; the distance, and px, py, pz of the pi0."""
    length1, length2 = np.sqrt(square + r1), np.sqrt(square + r2)
    angle = (square + dot) / (length1 * length2)
    back = np.sqrt(np.maximum(2.0 * (e1 * e2) * (1.0 - angle), 0.0))
    distance = np.sqrt(square)
    f1, f2 = e1 / length1, e2 / length2
    good = np.abs(back - mass) < MASS_TOLERANCE
    return good, distance, f1 * x1 + f2 * x2, f1 * y1 + f2 * y2, (f1 + f2) * distance


_roots, _vertex = columnwise(roots), columnwise(vertex)


@Loop
def _arranged(
    n: int,
    far: Any,
    far_square: Any,
    near: Any,
    near_square: Any,
    e1: Any,
    e2: Any,
    x1: Any,
    x2: Any,
    y1: Any,
    y2: Any,
    r1: Any,
    r2: Any,
    dot: Any,
    pair: Any,
    square: Any,
    to_e1: Any,
    to_e2: Any,
    to_x1: Any,
    to_x2: Any,
    to_y1: Any,
    to_y2: Any,
    to_r1: Any,
    to_r2: Any,
    to_dot: Any,
) -> int:
    """The roots that count in the order of the pairs, the far one first, and what belongs to their pairs."""
    m = 0
    for i in range(n):
        for turn in range(2):
            if near[i] if turn else far[i]:
                pair[m], square[m] = i, near_square[i] if turn else far_square[i]
                to_e1[m], to_e2[m], to_x1[m], to_x2[m], to_y1[m], to_y2[m] = (
                    e1[i],
                    e2[i],
                    x1[i],
                    x2[i],
                    y1[i],
                    y2[i],
                )
                to_r1[m], to_r2[m], to_dot[m] = r1[i], r2[i], dot[i]
                m += 1
    return m
