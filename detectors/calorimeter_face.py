"""Where photons meet the face of KOTO's calorimeter, and how many of them are made where a lost one vetoes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.detectors.veto import made_inside
from darkpair.gen.compiled.columnwise import Loop, columnwise, where
from darkpair.gen.events import Batch
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.region import Cylinder, in_cylinder

__all__ = ["Arrived", "Face"]

_PHOTON = 22


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """Photons on the face, event by event, in the order of each event's list.

    Parameters
    ----------
    event, index : ndarray, (k,)
        Event of each, and its place in the event's list.
    energy, x, y : ndarray, (k,) [GeV], [mm]
        True energy, and where it meets the face.
    made : ndarray, (n,)
        Photons of each event that are made in the volume, on the face or not.
    """

    event: NDArray[np.int64]
    index: NDArray[np.int64]
    energy: Array
    x: Array
    y: Array
    made: NDArray[np.int64]


def meeting(
    px: Real, py: Real, pz: Real, x0: Real, y0: Real, z0: Real, begin: float, end: float, square: float, hole: float
) -> tuple[Any, Real, Real]:
    """Whether a photon arrives on the face, and where it meets the face's plane [mm].

    Parameters
    ----------
    px, py, pz : ndarray, (n,) [GeV]
        Momentum.
    x0, y0, z0 : ndarray, (n,) [mm]
        Where it is made; it flies from inside the vessel alone.
    begin, end : float [mm]
        Where the vessel begins, and where it ends at the face.
    square : float [mm²]
        Square of the radius of the vessel and of the face.
    hole : float [mm]
        Half the side of the square hole for the beam.
    """
    free = (z0 >= begin) & (z0 < end) & (x0 * x0 + y0 * y0 < square)
    forward = (pz > 0.0) & free
    t = (end - z0) / where(forward, pz, math.inf)  # 0 for what does not fly towards it
    x, y = x0 + px * t, y0 + py * t
    return forward & (x * x + y * y < square) & ((np.abs(x) > hole) | (np.abs(y) > hole)), x, y


_meeting = columnwise(meeting)


@dataclass(frozen=True, kw_only=True)
class Face:
    """The face of the calorimeter at the end of its vessel.

    Parameters
    ----------
    vessel : Cylinder
        From where photons fly to its end freely.
    hole : float [mm]
        Half the side of the square hole for the beam.
    """

    vessel: Cylinder
    hole: float

    @property
    def _numbers(self) -> tuple[float, float, float, float]:
        radius = self.vessel.radius
        return self.vessel.z_min, self.vessel.z_max, radius * radius, self.hole

    def arrived(self, truth: Batch, volume: Cylinder) -> Arrived:
        """Photons of the events on the face, with those made inside a volume counted."""
        # (other truths have `final_state` alone)
        if isinstance(truth, Batch) and truth.originals is None and truth.single:
            arrived = self._straight(truth, volume)
            if arrived is not None:
                return arrived
        photons = truth.final_state(_PHOTON)
        on, x, y = _meeting.kept(*photons.momentum[:3], *photons.vertex[:3], *self._numbers)
        return Arrived(
            event=photons.event[on],
            index=photons.index[on],
            energy=photons.momentum[3, on],
            x=x,
            y=y,
            made=made_inside(photons, volume),
        )

    def _straight(self, truth: Batch, volume: Cylinder) -> Arrived | None:
        """The same from the columns of one topology, without a copy of what does not arrive; None where nothing is compiled."""
        part, n = truth.parts[0], len(truth)
        places = part.topology.final((_PHOTON,))
        most = n * len(places) + 1
        event, index, made = (np.empty(k, dtype=np.int64) for k in (most, most, n))
        energy, x, y = (np.empty(most) for _ in range(3))
        k = _arriving(
            *(part.momentum, part.vertices, n, len(part.topology), part.vertices.shape[1]),
            *(np.array(places), np.array([part.topology.vertex[place] for place in places]), len(places)),
            *self._numbers,
            *(volume.radius**2, volume.z_min, volume.z_max),
            *(event, index, energy, x, y, made),
        )
        if k is None:
            return None
        return Arrived(event=event[:k], index=index[:k], energy=energy[:k], x=x[:k], y=y[:k], made=made)


@Loop
def _arriving(
    momentum: Any,
    vertices: Any,
    n: int,
    particles: int,
    decays: int,
    places: Any,
    origins: Any,
    photons: int,
    begin: float,
    end: float,
    square: float,
    hole: float,
    volume_square: float,
    volume_begin: float,
    volume_end: float,
    event: Any,
    index: Any,
    energy: Any,
    x: Any,
    y: Any,
    made: Any,
) -> int:
    """Photons at `places`, made at the vertices `origins`, event by event: those on the face, and how many are made inside."""
    m = 0
    for i in range(n):
        inside = 0
        for turn in range(photons):
            at, origin = places[turn] * n + i, origins[turn] * n + i
            x0, y0, z0 = vertices[origin], vertices[decays * n + origin], vertices[2 * decays * n + origin]
            on, px, py = meeting(
                momentum[at],
                momentum[particles * n + at],
                momentum[2 * particles * n + at],
                x0,
                y0,
                z0,
                begin,
                end,
                square,
                hole,
            )
            event[m], index[m], x[m], y[m] = i, places[turn], px, py
            energy[m] = momentum[3 * particles * n + at]
            m += on
            inside += in_cylinder(x0, y0, z0, volume_square, volume_begin, volume_end)
        made[i] = inside
    return m
