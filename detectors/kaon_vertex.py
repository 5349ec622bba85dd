"""The vertex and momentum of K_L -> 2 pi0 and 3 pi0 from the photons' energies and positions, as KOTO finds them.

Each pairing of the photons gives a vertex on the axis for each pi0; the pairing whose vertices agree best is taken,
and the K_L is put on the line from the target to the photons' centre of energy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from darkpair.detectors.pi0_vertex import reconstruct_pi0
from darkpair.detectors.smearing import Calorimeter
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array
from darkpair.gen.particles import particle

__all__ = ["KaonCandidates", "pairings", "reconstruct_kaon", "vertex_error"]


@dataclass(frozen=True, kw_only=True)
class KaonCandidates:
    """The best pairing of each event that has one.

    Parameters
    ----------
    event : ndarray, (k,)
        Event of each candidate, in growing order.
    pairing : ndarray, (k,)
        Pairing of the photons, a row of `pairings`.
    x, y, z : ndarray, (k,) [mm]
        Place of the vertex.
    z_error, z_spread : ndarray, (k,) [mm]
        Standard error of z, and the distance between the first and the last vertex of the pi0.
    chi_square, chi_square_gap : ndarray, (k,)
        Chi square of the pi0 vertices about their mean, and how much larger that of the second pairing is, inf where
        there is none.
    px, py, pz, energy : ndarray, (k,) [GeV]
        Momentum and energy of the K_L.
    mass : ndarray, (k,) [GeV]
        Mass of all the photons, seen from the vertex.
    pi0_mass : ndarray, (pi0s, k) [GeV]
        Mass of each pair of photons, seen from the vertex.
    """

    event: NDArray[np.int64]
    pairing: NDArray[np.int64]
    x: Array
    y: Array
    z: Array
    z_error: Array
    z_spread: Array
    chi_square: Array
    chi_square_gap: Array
    px: Array
    py: Array
    pz: Array
    energy: Array
    mass: Array
    pi0_mass: Array


@cache
def pairings(photons: int) -> NDArray[np.int64]:
    """Ways to pair that many photons, (ways, pairs, 2): 3 for four photons, 15 for six.

    Raises
    ------
    InputError
        For an odd number of photons, or fewer than four.
    """
    if photons < 4 or photons % 2:
        raise InputError(f"{photons} photons make no pair of pi0; allowed: even numbers from 4 on")
    return np.array(list(_match(tuple(range(photons)))))


def _match(left: tuple[int, ...]) -> Iterator[tuple[tuple[int, int], ...]]:
    if not left:
        yield ()
    for i, other in enumerate(left[1:], start=1):
        for rest in _match(left[1:i] + left[i + 1 :]):
            yield ((left[0], other), *rest)


def vertex_error(
    energy: Array, x: Array, y: Array, distance: Array, mass: float, resolution: Calorimeter
) -> Array:
    """Standard error of the distance of a pi0 vertex on the axis [mm], (n,).

    The derivatives of the root of `reconstruct_pi0`'s equation with the photons' energies and positions.  KOTO's code
    adds the errors of the equation's coefficients as if they were independent.

    Parameters
    ----------
    energy, x, y : ndarray, (2, n) [GeV], [mm]
        Energies of the two photons, and where they hit the calorimeter's face.
    distance : ndarray, (n,) [mm]
        Distance of the vertex from the face, a root of the equation.
    mass : float [GeV]
        Mass of the pi0.
    resolution : Calorimeter
        Errors of the photons' energies and positions.
    """
    u, s = distance * distance, 0.5 * mass**2 / (energy[0] * energy[1])
    r1, r2 = x[0] ** 2 + y[0] ** 2, x[1] ** 2 + y[1] ** 2
    a, cross = s * (2.0 - s), x[0] * y[1] - y[0] * x[1]
    dx, dy = x[0] - x[1], y[0] - y[1]
    by_energy = -2.0 * s * (1.0 - s) * (u + r1) * (u + r2)  # times dE/E
    by_position = (  # halves
        a * (u + r2) * x[0] - u * dx - cross * y[1],
        a * (u + r2) * y[0] - u * dy + cross * x[1],
        a * (u + r1) * x[1] + u * dx + cross * y[0],
        a * (u + r1) * y[1] + u * dy - cross * x[0],
    )
    relative = resolution.sigma_energy(energy) / energy
    spread = resolution.sigma_position(energy)
    variance = by_energy**2 * (relative[0] ** 2 + relative[1] ** 2) + 4.0 * (
        (by_position[0] ** 2 + by_position[1] ** 2) * spread[0] ** 2
        + (by_position[2] ** 2 + by_position[3] ** 2) * spread[1] ** 2
    )
    slope = 2.0 * a * u + (r1 + r2) * a - dx * dx - dy * dy
    out: Array = np.sqrt(variance) / np.abs(2.0 * distance * slope)
    return out


def reconstruct_kaon(
    energy: Array,
    x: Array,
    y: Array,
    resolution: Calorimeter,
    *,
    z_face: float,
    z_target: float,
    sigma_max: float = np.inf,
) -> KaonCandidates:
    """K_L candidates, one for each event whose photons can all be paired to pi0.

    Parameters
    ----------
    energy, x, y : ndarray, (photons, n) [GeV], [mm]
        Energies of the photons, and where they hit the calorimeter's face.
    resolution : Calorimeter
        Errors of the photons, by which the vertices are weighed; position or energy has to have one.
    z_face, z_target : float [mm]
        Places of the face and of the target; the beam comes from x = y = 0 there.
    sigma_max : float [mm]
        Largest error of a pi0's vertex that counts.

    Raises
    ------
    InputError
        For an odd number of photons, fewer than four, or a resolution without any error.

    References
    ----------
    arXiv:2005.07102, section IV.A and appendix A; KOTO's Rec2g, RecKlong and Klong in public copies of the
    collaboration's code, which take the farther of a pair's two roots as here.
    """
    if resolution.constant == resolution.stochastic == resolution.position == 0.0:
        raise InputError(
            "a perfect resolution gives the vertices no errors to weigh them with; give one above 0"
        )
    ways = pairings(len(energy))
    distance, sigma = _pi0_vertices(energy, x, y, resolution)
    with np.errstate(divide="ignore"):
        weight = np.where((distance > 0.0) & (sigma <= sigma_max), 1.0 / sigma**2, 0.0)
    table = _pair_index(len(energy))[ways[..., 0], ways[..., 1]]
    w, d = weight[table], distance[table]  # (ways, pairs, n)
    whole = (w > 0.0).all(axis=1)
    total = np.where(whole, w.sum(axis=1), 1.0)
    mean = (w * d).sum(axis=1) / total
    chi_square = np.where(whole, (w * (d - mean[:, None]) ** 2).sum(axis=1), np.inf)
    event = np.flatnonzero(whole.any(axis=0))
    pairing = np.argmin(chi_square, axis=0)[event]
    first, second = np.partition(chi_square[:, event], 1, axis=0)[:2]
    z = z_face - mean[pairing, event]
    e = energy[:, event]
    px, py, pz, x_vtx, y_vtx = _from_the_target(e, x[:, event], y[:, event], z, z_face, z_target)
    p = np.stack([px, py, pz])
    whole_energy = e.sum(axis=0)
    momentum = p.sum(axis=1)
    return KaonCandidates(
        event=event,
        pairing=pairing,
        x=x_vtx,
        y=y_vtx,
        z=z,
        z_error=1.0 / np.sqrt(total[pairing, event]),
        z_spread=np.ptp(d[pairing, :, event], axis=1),
        chi_square=first,
        chi_square_gap=second - first,
        px=momentum[0],
        py=momentum[1],
        pz=momentum[2],
        energy=whole_energy,
        mass=np.sqrt(np.maximum(whole_energy**2 - (momentum * momentum).sum(axis=0), 0.0)),
        pi0_mass=_pair_masses(p, e, ways[pairing].transpose(1, 2, 0)),
    )


def _pairs(photons: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    first, second = np.array(list(combinations(range(photons), 2))).T
    return first, second


@cache
def _pair_index(photons: int) -> NDArray[np.int64]:
    """Where the pair (i, j) stands in the list of pairs."""
    table = np.zeros((photons, photons), dtype=np.int64)
    first, second = _pairs(photons)
    table[first, second] = np.arange(len(first))
    return table


def _pi0_vertices(energy: Array, x: Array, y: Array, resolution: Calorimeter) -> tuple[Array, Array]:
    """Distance of each pair's vertex from the face, 0 where it has none, and its error, (pairs, n) [mm]."""
    both = _pairs(energy.shape[0])
    shape = len(both[0]), energy.shape[1]
    e, px, py = (np.stack([v[i].ravel() for i in both]) for v in (energy, x, y))
    mass = particle("pi0").mass
    vertices = reconstruct_pi0(e, px, py, mass)
    distance, sigma = np.zeros(e.shape[1]), np.full(e.shape[1], np.inf)
    np.maximum.at(distance, vertices.pair, vertices.distance)  # the farther root
    rows = np.flatnonzero(distance)
    with np.errstate(divide="ignore"):  # a double root has no linear error
        sigma[rows] = vertex_error(e[:, rows], px[:, rows], py[:, rows], distance[rows], mass, resolution)
    return distance.reshape(shape), sigma.reshape(shape)


def _pair_masses(p: Array, energy: Array, pair: NDArray[np.int64]) -> Array:
    """Masses of pairs of photons, (pairs, k) [GeV], of all momenta (3, photons, k), energies (photons, k) and indices (pairs, 2, k)."""
    event = np.arange(energy.shape[1])
    p1, p2 = (p[:, pair[:, i], event] for i in (0, 1))
    e1, e2 = (energy[pair[:, i], event] for i in (0, 1))
    masses: Array = np.sqrt(e1 * e2) * np.sqrt(((p1 / e1 - p2 / e2) ** 2).sum(axis=0))
    return masses


def _from_the_target(
    energy: Array, x: Array, y: Array, z: Array, z_face: float, z_target: float
) -> tuple[Array, Array, Array, Array, Array]:
    """Photon momenta px, py, pz (photons, k) from the vertex on the line to the centre of energy, and its x and y."""
    scale = (z - z_target) / (z_face - z_target) / energy.sum(axis=0)
    x_vtx, y_vtx = scale * (energy * x).sum(axis=0), scale * (energy * y).sum(axis=0)
    dx, dy, dz = x - x_vtx, y - y_vtx, z_face - z
    per_length = energy / np.sqrt(dx * dx + dy * dy + dz * dz)
    return dx * per_length, dy * per_length, dz * per_length, x_vtx, y_vtx
