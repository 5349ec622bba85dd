"""Dirac algebra, once: gamma matrices, spinors, polarisation vectors, random momenta.  Units: GeV."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.kinematics import two_body_momentum

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]
N = 40

METRIC = np.diag([1.0, -1.0, -1.0, -1.0])
PAULI = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
G0 = np.diag([1.0, 1.0, -1.0, -1.0]).astype(complex)
GAMMA = np.array([G0] + [np.block([[np.zeros((2, 2)), s], [-s, np.zeros((2, 2))]]) for s in PAULI])
G5 = 1j * GAMMA[0] @ GAMMA[1] @ GAMMA[2] @ GAMMA[3]
LOWER = np.einsum("mn,nab->mab", METRIC, GAMMA)


def dot(a: Any, b: Any) -> Any:
    return np.asarray(np.einsum("...m,mn,...n->...", a, METRIC, b))


def slash(p: Any) -> Complex:
    return np.asarray(np.einsum("...m,mab->...ab", p, LOWER))


def mass(p: Real) -> Real:
    return np.asarray(np.sqrt(np.maximum(dot(p, p), 0.0)))


def spinors(p: Real, m: float, *, anti: bool = False) -> list[Complex]:
    """u(p, s) or v(p, s) for both s, normalised to u-bar u = 2m."""
    seeds = np.eye(4)[2:] if anti else np.eye(4)[:2]
    operator = m * np.eye(4) - slash(p) if anti else slash(p) + m * np.eye(4)
    return [np.asarray((operator @ s) / np.sqrt(p[:, 0] + m)[:, None]) for s in seeds]


def bar(u: Complex) -> Complex:
    return np.asarray(np.conj(u) @ G0)


def current(left: Complex, vertex: Complex, right: Complex) -> Complex:
    """left-bar gamma^mu vertex right, (n, 4)."""
    return np.asarray(np.einsum("na,mab,bc,nc->nm", bar(left), GAMMA, vertex, right))


def boosted(rng: np.random.Generator, *momenta: Real) -> list[Real]:
    """The same momenta in one random frame an event: rotated and boosted."""
    n = len(momenta[0])
    q, r = np.linalg.qr(rng.normal(size=(n, 3, 3)))
    q = q * np.sign(np.einsum("nii->ni", r))[:, None, :]
    q[:, :, 0] *= np.sign(np.linalg.det(q))[:, None]
    beta = rng.normal(size=(n, 3))
    beta *= (rng.uniform(0, 0.9, n) / np.linalg.norm(beta, axis=1))[:, None]
    gamma = 1.0 / np.sqrt(1.0 - np.sum(beta**2, axis=1))
    out = []
    for p in momenta:
        v = np.einsum("nij,nj->ni", q, p[:, 1:])
        along = np.sum(beta * v, axis=1)
        energy = gamma * (p[:, 0] + along)
        vec = v + beta * (gamma**2 / (gamma + 1.0) * along + gamma * p[:, 0])[:, None]
        out.append(np.column_stack([energy, vec]))
    return out


def three_body(
    rng: np.random.Generator, m: float, spectator: float, m1: float, m2: float, *, n: int = N
) -> Any:
    """Random q2, cos_theta and momenta (parent, spectator, 1, 2) of M -> spectator (1 2)."""
    q2 = rng.uniform((m1 + m2) ** 2, (m - spectator) ** 2, n)
    cos = rng.uniform(-1, 1, n)
    root = np.sqrt(q2)
    k = two_body_momentum(root, m1, m2)
    outer = two_body_momentum(m, spectator, root) * m / root  # in the pair's frame
    sin = np.sqrt(1 - cos**2)
    zero = np.zeros(n)
    p_s = np.column_stack([np.hypot(outer, spectator), zero, zero, outer])
    p_2 = np.column_stack([np.hypot(k, m2), k * sin, zero, k * cos])
    p_1 = np.column_stack([np.hypot(k, m1), -k * sin, zero, -k * cos])
    return q2, cos, boosted(rng, p_s + p_1 + p_2, p_s, p_1, p_2)


def two_body(rng: np.random.Generator, m: float, m1: float, m2: float) -> list[Real]:
    """Momenta (parent, 1, 2) of M -> 1 2 in random frames."""
    p = np.full(N, two_body_momentum(m, m1, m2))
    zero = np.zeros(N)
    one = np.column_stack([np.hypot(p, m1), zero, zero, p])
    two = np.column_stack([np.hypot(p, m2), zero, zero, -p])
    return boosted(rng, one + two, one, two)


def random_couplings(rng: np.random.Generator) -> tuple[complex, complex]:
    c = rng.normal(size=4)
    return complex(c[0], c[1]), complex(c[2], c[3])


def chiral(c_v: complex, c_a: complex) -> Complex:
    return np.asarray(c_v * np.eye(4) + c_a * G5)


def squared(amplitude: Any) -> Real:
    return np.asarray(np.abs(amplitude) ** 2)


def polarisations(k: Real) -> list[Complex]:
    """Two real polarisation vectors of a photon, transverse to it, without time component."""
    n = k[:, 1:] / k[:, :1]
    helper = np.where(np.abs(n[:, :1]) < 0.5, [[1.0, 0, 0]], [[0, 1.0, 0]])
    a = np.cross(n, helper)
    a /= np.linalg.norm(a, axis=1)[:, None]
    zero = np.zeros((len(k), 1))
    return [np.hstack([zero, a]).astype(complex), np.hstack([zero, np.cross(n, a)]).astype(complex)]
