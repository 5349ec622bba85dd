"""Particles that arrive on a window behind a decay volume, and what an event's measured ones come to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from darkpair.detectors.merging import close_pairs
from darkpair.detectors.shapes import Window
from darkpair.gen.events import FinalState
from darkpair.gen.kinematics import Array
from darkpair.gen.region import Region

__all__ = ["Arrivals", "Columns", "extremes", "separation"]

#: How many measured particles each of n events has, (n,), and their columns, (k,) each.
Columns: TypeAlias = "tuple[NDArray[np.int64], dict[str, NDArray[Any]]]"


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """Those of some particles that arrive on a window, along straight lines.

    Parameters
    ----------
    state : FinalState
        All the particles, whether they arrive or not.
    rows : ndarray of int, (k,)
        Positions of the particles that arrive.
    inside : ndarray of bool, (k,)
        Which of those that arrive were made in the decay volume.
    x, y : ndarray, (k,) [mm]
        Places on the window's plane where they arrive.
    """

    state: FinalState
    rows: NDArray[np.intp]
    inside: NDArray[np.bool_]
    x: Array
    y: Array

    @classmethod
    def on(cls, state: FinalState, *, volume: Region, free: Region, window: Window, z: float) -> Arrivals:
        """Arrivals of particles.

        Parameters
        ----------
        state : FinalState
            Particles with their vertices and momenta.
        volume : Region
            The decay volume.
        free : Region
            Region from where a flight to the window meets no matter.
        window : object with ``contains``
            Region about the plane that counts as hit.
        z : float [mm]
            Place of the plane on the beam's axis.
        """
        px, py, pz, _ = state.momentum
        x0, y0, z0, _ = state.vertex
        forward = free.contains(x0, y0, z0) & (pz > 0.0) & (z0 <= z)
        t = (z - z0) / np.where(forward, pz, np.inf)
        x, y = x0 + px * t, y0 + py * t
        rows = np.flatnonzero(forward & window.contains(x, y, np.full_like(x, z)))
        return cls(
            state=state,
            rows=rows,
            inside=volume.contains(x0[rows], y0[rows], z0[rows]),
            x=x[rows],
            y=y[rows],
        )

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How many arrive in each event, (n,)."""
        return np.bincount(self.state.event[self.rows], minlength=len(self.state.counts))

    @cached_property
    def energy(self) -> Array:
        """Energies of those that arrive, (k,) [GeV]."""
        out: Array = self.state.momentum[3, self.rows]
        return out

    def measured(self, at: NDArray[np.intp], energy: Array, x: Array, y: Array, **more: Array) -> Columns:
        """Columns of what is measured: nothing where no energy is left.

        Parameters
        ----------
        at : ndarray of int, (m,)
            Positions among the k arrivals, growing.
        energy, x, y : ndarray, (m,) [GeV], [mm]
            Measured energies and positions.
        **more : ndarray, (m,)
            Other columns, by name.
        """
        if not (energy > 0.0).all():
            some = np.flatnonzero(energy > 0.0)
            at, energy, x, y = at[some], energy[some], x[some], y[some]
            more = {name: column[some] for name, column in more.items()}
        rows = self.rows[at]
        counts = np.bincount(self.state.event[rows], minlength=len(self.state.counts))
        return counts, {"energy": energy, "x": x, "y": y, "genPartIdx": self.state.index[rows], **more}


def extremes(counts: NDArray[np.int64], value: Array) -> tuple[Array, Array, Array]:
    """Least, greatest and sum of an event's values, (n,) each; 0 for an event without any."""
    out = np.zeros((3, len(counts)))
    some = np.flatnonzero(counts)
    if len(some):
        starts = (np.cumsum(counts) - counts)[some]
        for row, law in zip(out, (np.minimum, np.maximum, np.add), strict=True):
            row[some] = law.reduceat(value, starts)
    return out[0], out[1], out[2]


def separation(counts: NDArray[np.int64], x: Array, y: Array) -> Array:
    """Least distance between two of an event's showers [mm], (n,); infinite for fewer than two."""
    out = np.full(len(counts), np.inf)
    first, _, apart = close_pairs(counts, x, y)
    np.minimum.at(out, np.repeat(np.arange(len(counts)), counts)[first], apart)
    return out
