"""Charged particles in a spectrometer behind a decay volume: which ones leave a track, its momentum, what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from darkpair.detectors.arrivals import Arrivals, Columns
from darkpair.gen.events import Batch
from darkpair.gen.kinematics import Array
from darkpair.gen.particles import particle

__all__ = ["KINDS", "kinds_of", "parents", "single_track", "track_columns"]

#: What may leave a track, by the word of a data file: PDG id of the positive one.
KINDS: Final[Mapping[str, int]] = {"mu": -13, "pi": 211, "K": 321, "p": 2212}


def kinds_of(words: Sequence[str]) -> tuple[int, ...]:
    """PDG ids of what leaves a track, both charges; a negative muon's is positive."""
    return tuple(sign * KINDS[word] for word in words for sign in ((-1, 1) if word == "mu" else (1, -1)))


def track_columns(truth: Batch, arrived: Arrivals, energy: Array, words: Sequence[str]) -> dict[str, Array]:
    """More of measured tracks: momentum, direction and charge.

    The momentum is smeared as the energy is, by the same factor; the direction is exact, at where the particle was made.

    Parameters
    ----------
    truth : Batch
        True events.
    arrived : Arrivals, k of them
        Particles with a track that arrive.
    energy : ndarray, (k,) [GeV]
        Measured energies of the tracks.
    words : sequence of str
        Names of what leaves tracks, of `KINDS`.

    Returns
    -------
    dict of str to ndarray, (k,)
        ``px``, ``py``, ``pz`` [GeV] and ``charge``.
    """
    px, py, pz, true = arrived.state.momentum[:, arrived.rows]
    scale = energy / true
    positive = truth.final_state(*(KINDS[word] for word in words))
    most = 1 + max(int(s.index.max(initial=0)) for s in (arrived.state, positive))
    places, of_positive = (s.event * most + s.index for s in (arrived.state, positive))
    charge = np.where(np.isin(places[arrived.rows], of_positive), 1.0, -1.0)
    return {"px": scale * px, "py": scale * py, "pz": scale * pz, "charge": charge}


def single_track(truth: Batch, tracks: Columns, missed: NDArray[np.int64]) -> dict[str, Array]:
    """Variables of an event by its tracks, (n,) each.

    Parameters
    ----------
    truth : Batch
        True events; their parents are those of a beam whose momenta are known.
    tracks : Columns
        Measured tracks, with `track_columns`.
    missed : ndarray of int, (n,)
        Number of visible particles made in the decay volume that do not arrive.

    Returns
    -------
    dict of str to ndarray
        ``track_momentum`` [GeV] and ``track_theta`` [deg], of the hardest track, 0 without one; ``track_charge``, of all;
        ``missing_mass2`` [GeV^2], the squared mass of what the parent has and the tracks, taken as pions, have not: the
        parent's own without a track; ``n_missed``.
    """
    counts, columns = tracks
    n, event = len(counts), np.repeat(np.arange(len(counts)), counts)
    px, py, pz = (columns[name] for name in ("px", "py", "pz"))
    momentum = np.sqrt(px * px + py * py + pz * pz)
    theta = np.degrees(np.arctan2(np.hypot(px, py), pz))
    upwards = np.argsort(momentum, kind="stable")
    hardest, angle = np.zeros(n), np.zeros(n)
    hardest[event[upwards]] = momentum[upwards]  # of several assignments the last one stays
    angle[event[upwards]] = theta[upwards]
    pion = np.hypot(momentum, particle("pi+").mass)
    x, y, z, e = (
        whole - np.bincount(event, of_tracks, minlength=n)
        for whole, of_tracks in zip(parents(truth), (px, py, pz, pion), strict=True)
    )
    return {
        "track_momentum": hardest,
        "track_theta": angle,
        "track_charge": np.bincount(event, columns["charge"], minlength=n),
        "missing_mass2": e * e - x * x - y * y - z * z,
        "n_missed": missed.astype(np.float64),
    }


def parents(truth: Batch) -> Array:
    """Four-momenta of the first particle of each event, (4, n) [GeV]."""
    if type(truth) is Batch and truth.single:
        momentum: Array = truth.parts[0].momentum[:, 0]
        return momentum
    out = np.empty((4, len(truth)))
    for part in truth.parts:
        out[:, part.rows] = part.momentum[:, 0]
    return out
