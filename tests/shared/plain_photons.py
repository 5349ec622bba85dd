"""K_L to photons at KOTO once more, in plain NumPy: decays, flight, smearing, vertex and cuts without the package's.

Only the beam is the package's: where K_L decay, and with which momentum.  Numbers are written out as their sources have them.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.sources.koto_kl import KotoKL

Array = NDArray[np.float64]

M_K = 0.497611
FACE, RADIUS, HOLE = 6148.0, 950.0, 75.0


def directions(rng: np.random.Generator, n: int) -> Array:
    """Isotropic unit vectors (3, n), from normal numbers."""
    v = rng.standard_normal((3, n))
    return np.asarray(v / np.linalg.norm(v, axis=0))


def boosted(p: Array, parent: Array) -> Array:
    """Four-momenta (4, n), E last, from the rest frame of a parent (4, n) into the frame in which that is given."""
    mass = np.sqrt(parent[3] ** 2 - (parent[:3] ** 2).sum(axis=0))
    along = (p[:3] * parent[:3]).sum(axis=0) / mass
    energy = (p[3] * parent[3]) / mass + along
    shift = (along / (parent[3] / mass + 1.0) + p[3]) / mass
    return np.concatenate([p[:3] + shift * parent[:3], energy[None]])


def pair(rng: np.random.Generator, parent: Array, mass: float) -> tuple[Array, Array]:
    """Two daughters of one mass, isotropic."""
    m = np.sqrt(parent[3] ** 2 - (parent[:3] ** 2).sum(axis=0))
    k = np.sqrt(0.25 * m**2 - mass**2)
    p = k * directions(rng, parent.shape[1])
    first, second = (np.concatenate([sign * p, (0.5 * m)[None]]) for sign in (1.0, -1.0))
    return boosted(first, parent), boosted(second, parent)


def kaons(n: int, seed: int) -> tuple[Array, Array]:
    """Momenta (4, n) and places of decay (3, n) of K_L that decay from the beam exit on."""
    made = KotoKL(z_min=-1000.0).sample(n, np.random.default_rng(seed))
    assert made.decay_vertex is not None
    momentum = np.array(made.momentum)
    momentum[3] = np.sqrt((momentum[:3] ** 2).sum(axis=0) + M_K**2)
    return momentum, np.array(made.decay_vertex[:3])


def clusters(
    rng: np.random.Generator, photon: Array, place: Array
) -> tuple[Array, Array, Array, NDArray[Any]]:
    """Smeared energies and places of photons, and which of them hit the calorimeter."""
    t = (FACE - place[2]) / np.where(photon[2] > 0.0, photon[2], np.inf)
    x, y = place[0] + t * photon[0], place[1] + t * photon[1]
    on = (photon[2] > 0.0) & (np.hypot(x, y) < RADIUS) & (np.maximum(abs(x), abs(y)) > HOLE)
    on &= place[2] < FACE
    energy = photon[3]
    seen = energy * (1.0 + np.hypot(0.01, 0.02 / np.sqrt(energy)) * rng.standard_normal(len(energy)))
    spread = 5.0 / np.sqrt(energy)
    return seen, x + spread * rng.standard_normal(len(x)), y + spread * rng.standard_normal(len(x)), on


def four_photons(n: int, mass: float, seed: int) -> dict[str, int]:
    """Accepted events of n K_L -> X X -> 4 gamma by selection, X prompt; the vertex by Newton's steps in 1/d."""
    rng = np.random.default_rng(seed)
    momentum, place = kaons(n, seed)
    photons = [photon for x in pair(rng, momentum, mass) for photon in pair(rng, x, 0.0)]
    seen = [clusters(rng, photon, place) for photon in photons]
    all_on = np.logical_and.reduce([on for *_, on in seen])
    e, x, y = (np.stack([one[i][all_on] for one in seen]) for i in range(3))
    pairs = list(combinations(range(4), 2))
    apart = np.array([np.hypot(x[i] - x[j], y[i] - y[j]) for i, j in pairs])
    u = M_K / np.sqrt(sum(e[i] * e[j] * a**2 for (i, j), a in zip(pairs, apart, strict=True)))

    def squares(u: Array) -> dict[tuple[int, int], Array]:
        d = 1.0 / u
        length = np.sqrt(x**2 + y**2 + d**2)
        cosine = {(i, j): (x[i] * x[j] + y[i] * y[j] + d**2) / (length[i] * length[j]) for i, j in pairs}
        return {(i, j): 2.0 * e[i] * e[j] * (1.0 - c) for (i, j), c in cosine.items()}

    for _ in range(40):
        step = 1e-6 * u
        value, beside = (sum(squares(w).values()) - M_K**2 for w in (u, u + step))
        u = np.clip(u - value * step / (beside - value), 0.5 * u, 2.0 * u)
    z = FACE - 1.0 / u
    of = {key: np.sqrt(np.maximum(value, 0.0)) for key, value in squares(u).items()}
    ways = [((0, 1), (2, 3)), ((0, 2), (1, 3)), ((0, 3), (1, 2))]
    both = np.array([[of[a], of[b]] for a, b in ways])
    best = np.argmin(np.abs(both[:, 0] - both[:, 1]), axis=0)
    off = np.abs(both[best, :, np.arange(len(z))] - mass).max(axis=1)
    base = (z > 3000.0) & (z < 5000.0) & (e.max(axis=0) < 2.0) & (np.hypot(x, y).max(axis=0) < 850.0)
    base &= np.maximum(abs(x), abs(y)).min(axis=0) > 150.0
    limits = {"loose": 3.0, "middle": 3.0**0.5, "tight": 1.0}
    return {
        name: int(
            np.count_nonzero(
                base & (e.min(axis=0) > 0.1 / f) & (apart.min(axis=0) > 150.0 / f) & (off < 5.125e-3 * f)
            )
        )
        for name, f in limits.items()
    }


def one_photon(n: int, mass: float, seed: int, least: tuple[float, ...]) -> list[int]:
    """Accepted events of n K_L -> gamma X above each least energy."""
    rng = np.random.default_rng(seed)
    momentum, place = kaons(n, seed)
    k = np.full(n, 0.5 * (M_K - mass**2 / M_K))
    photon = boosted(np.concatenate([k * directions(rng, n), k[None]]), momentum)
    energy, x, y, on = clusters(rng, photon, place)
    on &= (np.hypot(x, y) < 850.0) & (np.maximum(abs(x), abs(y)) > 150.0)
    return [int(np.count_nonzero(on & (energy > low))) for low in least]
