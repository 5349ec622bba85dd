"""The spin of one fermion from 2 x 2 helicity amplitudes in its rest frame, for production and decay alike.

In the chiral representation an amplitude u2-bar V w of a fermion 2 at rest is xi^dagger (L w_L + R w_R) sqrt(m2): V has
a left and a right block, w is the spinor of its partner.  The density matrix of 2, partner's spins summed, is
L (w_L w_L^dagger) L^dagger + ... = T + V.sigma, and V/T the polarisation, or, of the conjugate amplitude of a decay, the
analysing vector.  A 2 x 2 matrix a0 + a.sigma is an array (4, ...) with a0 first; a four-vector one of x, y, z, E.
Antiparticles: u1-bar gamma (c* + c'* gamma5) v2 = u2-bar gamma (c* - c'* gamma5) v1 by charge conjugation, spins alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.kinematics import Array, Real

__all__ = [
    "Vertex",
    "applied",
    "axial_current",
    "bilinear",
    "chiral_spinors",
    "conjugate_spinors",
    "dipole_vertex",
    "dotted",
    "pair_currents",
    "scalar_vertex",
    "spin_density",
    "undotted",
    "vector_vertex",
]

#: a0 + a.sigma, (4, ...).
Pauli: TypeAlias = NDArray[np.complex128]
#: Left and right block of an amplitude.
Vertex: TypeAlias = tuple[Pauli, Pauli]


def undotted(p: Any) -> Pauli:
    """p.sigma = E - p.sigma of a four-vector, complex or not, (4, ...) [unit of p]."""
    return np.stack([p[3], -p[0], -p[1], -p[2]]).astype(np.complex128)


def dotted(p: Any) -> Pauli:
    """p.sigma-bar = E + p.sigma of a four-vector, complex or not, (4, ...) [unit of p]."""
    return np.stack([p[3], p[0], p[1], p[2]]).astype(np.complex128)


def times(a: Pauli, b: Pauli) -> Pauli:
    """Product of two matrices, (4, ...)."""
    a0, a1, a2, a3 = a
    b0, b1, b2, b3 = b
    out: Pauli = np.empty(np.broadcast_shapes(a.shape, b.shape), dtype=np.complex128)
    np.add(a0 * b0 + a1 * b1 + a2 * b2, a3 * b3, out=out[0])
    np.add(a0 * b1 + a1 * b0, 1j * (a2 * b3 - a3 * b2), out=out[1])
    np.add(a0 * b2 + a2 * b0, 1j * (a3 * b1 - a1 * b3), out=out[2])
    np.add(a0 * b3 + a3 * b0, 1j * (a1 * b2 - a2 * b1), out=out[3])
    return out


def spin_density(
    vertices: Sequence[Vertex], partner: Any, mass: Real, *, anti: bool, analysed: Any = None
) -> tuple[Array, Array]:
    """Density matrix T + V.sigma of a fermion at rest: T (...) and V (3, ...), in the unit of the vertices, squared.

    Parameters
    ----------
    vertices : sequence of Vertex
        Amplitudes, which add without interference.
    partner : four-vector, (4, ...) [GeV]
        Momentum of the other fermion.
    mass : float or ndarray [GeV]
        Mass of the other fermion.
    anti : bool
        Whether the partner's spinor is v (made with the fermion) rather than u (left by its decay).
    analysed : four-vector, (4, ...), optional
        What the partner's own decay says of its spin: a with a.p = 0, (0, A) in its rest frame. Unobserved without.
    """
    sign = -1.0 if anti else 1.0
    left, right = undotted(partner), dotted(partner)
    mixed = np.zeros_like(left)
    mixed[0] = sign * mass
    if analysed is not None:  # at rest m (1 + A.sigma) for u, m (1 - A.sigma) for v
        mixed = mixed + times(left, dotted(analysed))
        left = left - sign * mass * undotted(analysed)
        right = right + sign * mass * dotted(analysed)
    total: Any = 0.0
    for left_block, right_block in vertices:
        cross = times(times(left_block, mixed), np.conj(right_block))
        total = (
            total
            + times(times(left_block, left), np.conj(left_block))
            + times(times(right_block, right), np.conj(right_block))
        )
        total = total + cross + np.conj(cross)
    return total[0].real, total[1:].real


def vector_vertex(current: Any, c_v: Any, c_a: Any) -> Vertex:
    """gamma.H (c_V + c_A gamma5) of a current H, (4, ...), complex or not."""
    return (c_v - c_a) * dotted(current), (c_v + c_a) * undotted(current)


def scalar_vertex(shape: tuple[int, ...]) -> Vertex:
    """The unit matrix."""
    unit = np.zeros((4, *shape), dtype=np.complex128)
    unit[0] = 1.0
    return unit, unit


def dipole_vertex(photon: Any, polarisation: Any, mu: Any, d: Any) -> Vertex:
    """(mu* - d* gamma5) eps-slash k-slash: the conjugate of i sigma^{mn} k_m eps*_n (mu + d gamma5), up to a phase."""
    left = times(undotted(polarisation), dotted(photon))
    right = times(dotted(polarisation), undotted(photon))
    return np.conj(mu + d) * left, np.conj(mu - d) * right


def pair_currents(fermion: Any, antifermion: Any, mass: float, g_v: float, g_a: float) -> list[Any]:
    """Currents u-bar gamma^m (g_V - g_A gamma5) v of a light pair for each of four spin states, (4, ...) [GeV].

    Parameters
    ----------
    fermion, antifermion : four-vectors, (4, ...) [GeV]
        Momenta of the pair.
    mass : float [GeV]
        Mass of either member of the pair.
    g_v, g_a : float
        Vector and axial coupling of the current.
    """
    out = []
    (u_left, u_right), (v_left, v_right) = chiral_spinors(fermion, mass), chiral_spinors(antifermion, mass)
    for i in range(2):
        for j in range(2):
            lefts = bilinear(u_left[:, i], v_left[:, j])
            rights = bilinear(u_right[:, i], -v_right[:, j])
            # u_L^dagger sigma-bar^m v_L, sigma-bar = (1, -sigma); u_R^dagger sigma^m v_R
            left, right = (g_v + g_a) * lefts, (g_v - g_a) * rights
            out.append(np.concatenate([right[1:] - left[1:], (right + left)[:1]]))
    return out


def conjugate_spinors(left: Any, right: Any) -> tuple[Any, Any]:
    """V of the same spins from u, by charge conjugation i gamma^2 u*: left and right, (2, 2, ...)."""
    return _turned(np.conj(right)), -_turned(np.conj(left))


def axial_current(u: Any, v: Any) -> Any:
    """u-bar gamma^m gamma5 v of pairs of left and right spinors (2, ...), (4, ...)."""
    left, right = bilinear(u[0], v[0]), bilinear(u[1], v[1])
    return np.concatenate([right[1:] + left[1:], (right - left)[:1]])


def applied(vertex: Vertex, w: Any) -> Any:
    """L w_L + R w_R of left and right spinors (2, ...), (2, ...)."""
    out: Any = 0.0
    for a, b in zip(vertex, w, strict=True):
        up, down = (
            (a[0] + a[3]) * b[0] + (a[1] - 1j * a[2]) * b[1],
            (a[1] + 1j * a[2]) * b[0] + (a[0] - a[3]) * b[1],
        )
        out = out + np.stack([up, down])
    return out


def _turned(spinors: Any) -> Any:
    """I sigma_2 times spinors, (2, ...)."""
    return np.stack([spinors[1], -spinors[0]])


def chiral_spinors(p: Any, mass: float) -> tuple[Any, Any]:
    """sqrt(p.sigma) and sqrt(p.sigma-bar) as matrices (2, 2, ...): a column a spin state."""
    root = np.sqrt(2.0 * (np.asarray(p[3]) + mass))
    out = []
    for matrix in (undotted(p), dotted(p)):
        a0, a1, a2, a3 = matrix
        a0 = a0 + mass
        out.append(np.stack([np.stack([a0 + a3, a1 - 1j * a2]), np.stack([a1 + 1j * a2, a0 - a3])]) / root)
    return out[0], out[1]


def bilinear(a: Any, b: Any) -> Any:
    """a^dagger (1, sigma) b, (4, ...)."""
    up, down = np.conj(a)
    return np.stack(
        [
            up * b[0] + down * b[1],
            up * b[1] + down * b[0],
            1j * (down * b[0] - up * b[1]),
            up * b[0] - down * b[1],
        ]
    )
