"""Particles that arrive on a window behind a decay volume, and what an event's measured ones come to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from darkpair.detectors.merging import pairs_of
from darkpair.detectors.shapes import Window
from darkpair.gen.compiled.columnwise import Loop, columnwise, where
from darkpair.gen.events import FinalState
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.region import Region

__all__ = ["Arrivals", "Columns", "Somewhere", "extremes", "separation"]

#: Values of an event that are added one by one; NumPy adds more in another order.
_FEW: Final = 8

#: How many measured particles each of n events has, (n,), and their columns, (k,) each.
Columns: TypeAlias = "tuple[NDArray[np.int64], dict[str, NDArray[Any]]]"


@dataclass(frozen=True)
class Somewhere:
    """Any of some regions."""

    regions: tuple[Region, ...]

    def contains(self, x: Array, y: Array, z: Array) -> NDArray[np.bool_]:
        """Whether points (n,) [mm] are in one of them."""
        different = {id(region): region for region in self.regions}.values()
        inside: NDArray[np.bool_] = np.logical_or.reduce([region.contains(x, y, z) for region in different])
        return inside


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """Those of some particles that arrive on a window, along straight lines.

    Parameters
    ----------
    state : FinalState
        The particles, whether they arrive or not.
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
        x, y, forward = _on_plane(px, py, pz, x0, y0, z0, free.contains(x0, y0, z0), z)
        rows = np.flatnonzero(forward & window.contains(x, y, np.full(len(x), z)))
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
    most = int(counts.max(initial=0))
    starts = np.cumsum(counts) - counts
    if most > _FEW:
        some = np.flatnonzero(counts)
        for row, law in zip(out, (np.minimum, np.maximum, np.add), strict=True):
            row[some] = law.reduceat(value, starts[some])
        return out[0], out[1], out[2]
    if _extremes(counts, len(counts), value, *out) is not None:
        return out[0], out[1], out[2]
    rest = np.zeros(len(counts))  # (added up before it is added to the first, as reduceat does)
    for turn in range(most):
        some = np.flatnonzero(counts > turn)
        here = value[starts[some] + turn]
        if turn == 0:
            out[:, some] = here
            continue
        out[0, some] = np.minimum(out[0, some], here)
        out[1, some] = np.maximum(out[1, some], here)
        rest[some] += here
    return out[0], out[1], out[2] + rest if most > 1 else out[2]


def separation(counts: NDArray[np.int64], x: Array, y: Array) -> Array:
    """Least distance between two of an event's showers [mm], (n,); infinite for fewer than two."""
    out = np.full(len(counts), np.inf)
    for event, first, second in pairs_of(counts):
        out[event] = np.minimum(out[event], np.hypot(x[first] - x[second], y[first] - y[second]))
    return out


@Loop
def _extremes(counts: Any, n: int, value: Any, least: Any, most: Any, total: Any) -> int:
    """The same from a loop."""
    at = 0
    for i in range(n):
        if counts[i] > 0:
            low = high = value[at]
            rest = 0.0
            for j in range(at + 1, at + counts[i]):
                low = min(low, value[j])
                high = max(high, value[j])
                rest += value[j]
            least[i], most[i], total[i] = low, high, value[at] + rest
            at += counts[i]
    return at


@columnwise
def _on_plane(
    px: Real, py: Real, pz: Real, x: Real, y: Real, z: Real, free: Any, plane: float
) -> tuple[Real, Real, Any]:
    """Place where a flight meets a plane, and whether it does, meeting no matter."""
    forward = free & (pz > 0.0) & (z <= plane)
    t = (plane - z) / where(forward, pz, np.inf)
    return x + px * t, y + py * t, forward
