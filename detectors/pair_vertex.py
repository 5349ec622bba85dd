"""The vertex of K_L -> X X, X -> gamma gamma on the beam axis from four photons, by the mass of the K_L.

Of an X of unknown mass no pair of photons tells the vertex, but all four do.  From a point of the axis at the distance d
before the calorimeter's face the photon that meets it at a place r of length |r| has the momentum E (r, d) / sqrt(r^2 + d^2), so that

    (sum E)^2 - |sum E r / sqrt(r^2 + d^2)|^2 - d^2 (sum E / sqrt(r^2 + d^2))^2 = m_K^2

is one equation for d.  Its left side is the squared mass of the photons, which falls with d where their transverse momenta
nearly balance, as those of a K_L of the beam do; of several solutions the farthest is taken.  For small angles it is
d = sqrt(sum over pairs of E_i E_j |r_i - r_j|^2) / m_K.  The pairing is that whose two masses differ least.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from darkpair.detectors.kaon_vertex import pairings
from darkpair.gen.kinematics import Array

__all__ = ["PairCandidates", "reconstruct_pairs"]

#: Steps in which the farthest solution is looked for, and halvings of the step that holds it: 200 mm become 1e-6 mm.
_STEPS: Final = 36
_HALVINGS: Final = 28


@dataclass(frozen=True, kw_only=True)
class PairCandidates:
    """The vertex of each event that has one, and the pairing whose masses differ least.

    Parameters
    ----------
    event : ndarray, (k,)
        Event of each candidate, in growing order.
    distance : ndarray, (k,) [mm]
        Distance of the vertex from the face, along the axis.
    pairing : ndarray, (k,)
        Pairing of the photons, a row of `darkpair.detectors.kaon_vertex.pairings`.
    masses : ndarray, (2, k) [GeV]
        Mass of each pair of photons, seen from the vertex.
    """

    event: NDArray[np.int64]
    distance: Array
    pairing: NDArray[np.int64]
    masses: Array


def reconstruct_pairs(energy: Array, x: Array, y: Array, mass: float, *, farthest: float) -> PairCandidates:
    """Candidates of four photons, one for each event whose photons have the mass from a point of the axis.

    Parameters
    ----------
    energy, x, y : ndarray, (4, n) [GeV], [mm]
        Energies of the photons, and where they hit the calorimeter's face.
    mass : float [GeV]
        Mass of the parent, on the axis.
    farthest : float [mm]
        Largest distance of the vertex from the face.
    """
    target = mass * mass
    d = np.linspace(farthest, 0.0, _STEPS + 1)
    heavy = np.stack([_mass_square(energy, x, y, np.full(energy.shape[1], step)) >= target for step in d])
    first = np.argmax(heavy, axis=0)  # (0 where none is, or where all of the way is)
    event = np.flatnonzero(first > 0)
    e, x, y = energy[:, event], x[:, event], y[:, event]
    far, near = d[first[event] - 1], d[first[event]]
    for _ in range(_HALVINGS):
        middle = 0.5 * (far + near)
        inside = _mass_square(e, x, y, middle) >= target
        far, near = np.where(inside, far, middle), np.where(inside, middle, near)
    distance = 0.5 * (far + near)
    masses = _masses(e, x, y, distance)
    pairing = np.argmin(np.abs(masses[:, 0] - masses[:, 1]), axis=0)
    return PairCandidates(
        event=event,
        distance=distance,
        pairing=pairing,
        masses=masses[pairing, :, np.arange(len(event))].T,
    )


def _mass_square(energy: Array, x: Array, y: Array, distance: Array) -> Array:
    """Squared mass of all photons from points of the axis, (n,) [GeV^2]."""
    per_length = energy / np.sqrt(x * x + y * y + distance * distance)
    px, py, pz = (per_length * x).sum(axis=0), (per_length * y).sum(axis=0), distance * per_length.sum(axis=0)
    square: Array = energy.sum(axis=0) ** 2 - px * px - py * py - pz * pz
    return square


def _masses(energy: Array, x: Array, y: Array, distance: Array) -> Array:
    """Masses of both pairs of every pairing, (ways, 2, n) [GeV]."""
    length = np.sqrt(x * x + y * y + distance * distance)
    direction = np.stack([x, y, np.broadcast_to(distance, x.shape)]) / length
    of_pair = {
        (i, j): np.sqrt(energy[i] * energy[j] * ((direction[:, i] - direction[:, j]) ** 2).sum(axis=0))
        for i, j in combinations(range(len(energy)), 2)
    }
    return np.array([[of_pair[int(i), int(j)] for i, j in way] for way in pairings(len(energy))])
