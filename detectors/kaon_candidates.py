"""Kaon candidates in a tracker: charged kaons, and pairs of pions of a K_S."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from darkpair.detectors.candidates import pairs
from darkpair.gen.compiled.columnwise import columnwise
from darkpair.gen.directions import Vector3
from darkpair.gen.events import FinalState
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.particles import particle

__all__ = ["Kaons", "kaon_candidates", "kaon_squares"]


@dataclass(frozen=True)
class Kaons:
    """Kaon candidates in the order of their events: columns (k,) and four-momenta (4, k) [GeV]."""

    event: NDArray[np.int64]
    index: NDArray[np.int64]
    charge: NDArray[np.int64]  # 1 of either charged kaon, 0 of a K_S
    measured: Array
    true: Array


def kaon_candidates(
    groups: Sequence[FinalState],
    tracked: Sequence[NDArray[np.bool_]],
    momenta: Sequence[Vector3],
    window: float,
) -> Kaons:
    """Charged kaons with a track, and pairs of tracks of opposite charge that make a K_S.

    Parameters
    ----------
    groups : sequence of FinalState
        Charged kaons, positive and negative pions; others may follow.
    tracked : sequence of ndarray of bool, (k,)
        Which of each group leave a track.
    momenta : sequence of three ndarrays, (k,) [GeV]
        Measured momenta of the first three groups.
    window : float [GeV]
        Half the width of the window about the mass of the K_S.
    """
    charged, plus, minus, *_ = groups
    kept = np.flatnonzero(tracked[0])
    of_tracks = Kaons(
        charged.event[kept],
        charged.index[kept],
        np.ones(len(kept), dtype=np.int64),
        _on_shell([p[kept] for p in momenta[0]], particle("K+").mass),
        np.take(charged.momentum, kept, axis=1),
    )
    if not (len(plus.event) and len(minus.event)):
        return of_tracks
    of_pairs = _short(plus, minus, tracked, momenta, window)
    order = np.argsort(np.concatenate([of_tracks.event, of_pairs.event]), kind="stable")
    return Kaons(
        event=np.concatenate([of_tracks.event, of_pairs.event])[order],
        index=np.concatenate([of_tracks.index, of_pairs.index])[order],
        charge=np.concatenate([of_tracks.charge, of_pairs.charge])[order],
        measured=np.take(np.concatenate([of_tracks.measured, of_pairs.measured], axis=1), order, axis=1),
        true=np.take(np.concatenate([of_tracks.true, of_pairs.true], axis=1), order, axis=1),
    )


def _short(
    plus: FinalState,
    minus: FinalState,
    tracked: Sequence[NDArray[np.bool_]],
    momenta: Sequence[Vector3],
    window: float,
) -> Kaons:
    """Pairs of pions with tracks from one place whose mass is that of a K_S."""
    i, j = pairs(plus, minus)
    both = tracked[1][i] & tracked[2][j]
    both &= (plus.vertex[:, i] == minus.vertex[:, j]).all(axis=0)
    i, j = i[both], j[both]
    pion, short = particle("pi+").mass, particle("K_S0").mass
    pair = _on_shell([p[i] for p in momenta[1]], pion) + _on_shell([p[j] for p in momenta[2]], pion)
    good = np.flatnonzero(np.abs(np.sqrt(np.maximum(square(*pair), 0.0)) - short) < window)
    return Kaons(
        plus.event[i[good]],
        plus.index[i[good]],
        np.zeros(len(good), dtype=np.int64),
        _on_shell(list(pair[:3, good]), short),
        plus.momentum[:, i[good]] + minus.momentum[:, j[good]],
    )


@columnwise
def kaon_squares(
    x: Real, y: Real, z: Real, e: Real,
    true_x: Real, true_y: Real, true_z: Real, true_e: Real,
    parent_x: Real, parent_y: Real, parent_z: Real, parent_e: Real,
    total_x: float, total_y: float, total_z: float, total_e: float, sqrt_s: float,
) -> tuple[Real, Real, Real, Real]:  # fmt: skip
    """Energy of a candidate in the centre of mass [GeV], and the mass² of the rest [GeV²]: of half the beams, of the parent, and truly."""
    e_cms = (total_e * e - total_x * x - total_y * y - total_z * z) / sqrt_s
    mass2 = square(x, y, z, e)
    inclusive = 0.25 * sqrt_s**2 + mass2 - sqrt_s * e_cms
    hadronic = square(parent_x - x, parent_y - y, parent_z - z, parent_e - e)
    true = square(parent_x - true_x, parent_y - true_y, parent_z - true_z, parent_e - true_e)
    return e_cms, inclusive, hadronic, true


def square(x: Real, y: Real, z: Real, e: Real) -> Real:
    """Square of a four-vector."""
    return e * e - x * x - y * y - z * z


def _on_shell(momentum: Sequence[Array], mass: float) -> Array:
    """Four-momenta (4, k) of particles of that mass [GeV]."""
    out = np.empty((4, len(momentum[0])))
    out[:3] = momentum
    out[3] = _energy(*momentum, mass)
    return out


@columnwise
def _energy(x: Real, y: Real, z: Real, mass: float) -> Real:
    """Energy of a momentum."""
    return np.sqrt(x * x + y * y + z * z + mass * mass)
