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
from darkpair.gen.region import Cylinder
from darkpair.gen.topology import Columns

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


@columnwise
def meeting(
    px: Real,
    py: Real,
    pz: Real,
    x0: Real,
    y0: Real,
    z0: Real,
    begin: float,
    end: float,
    square: float,
    hole: float,
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

    def arrived(self, truth: Any, volume: Cylinder) -> Arrived:
        """Photons of the events on the face, with those made inside a volume counted."""
        # (other truths have `final_state` alone)
        if isinstance(truth, Batch) and truth.originals is None and truth.single:
            return self._of_columns(truth.parts[0], volume)
        photons = truth.final_state(_PHOTON)
        on, x, y = meeting.kept(*photons.momentum[:3], *photons.vertex[:3], *self._numbers)
        return Arrived(
            event=photons.event[on],
            index=photons.index[on],
            energy=photons.momentum[3, on],
            x=x,
            y=y,
            made=made_inside(photons, volume),
        )

    def _of_columns(self, part: Columns, volume: Cylinder) -> Arrived:
        """The same of one topology: nothing is copied of what does not arrive."""
        n, places = len(part), part.topology.final((_PHOTON,))
        origins = [part.topology.vertex[place] for place in places]
        on, x, y = np.empty((len(places), n), dtype=bool), *np.empty((2, len(places), n))
        for row, place, origin in zip(range(len(places)), places, origins, strict=True):
            photon = (*part.momentum[:3, place], *part.vertices[:3, origin])
            meeting.into((on[row], x[row], y[row]), *photon, *self._numbers)
        made = np.zeros(n, dtype=np.int64)
        for origin in set(origins):
            made += origins.count(origin) * volume.contains(*part.vertices[:3, origin])
        return Arrived(
            made=made, **_event_by_event(on, np.array(places, dtype=np.int64), part.momentum[3], x, y)
        )


def _event_by_event(
    on: NDArray[np.bool_], places: NDArray[np.int64], energy: Array, x: Array, y: Array
) -> dict[str, NDArray[Any]]:
    """Photons that are `on` the face, in the order of events, of columns (photons, n) of each of their `places`."""
    most = on.size + 1
    event, index = np.empty((2, most), dtype=np.int64)
    columns: Any = np.empty((3, most))
    k = _gather(on, places, len(places), on.shape[1], energy, x, y, event, index, *columns)
    if k is None:
        event, photon = np.divmod(np.flatnonzero(on.T), max(len(places), 1))
        index = places[photon]
        columns = energy[index, event], x[photon, event], y[photon, event]
        return {"event": event, "index": index, "energy": columns[0], "x": columns[1], "y": columns[2]}
    energy, x, y = columns[:, :k]
    return {"event": event[:k], "index": index[:k], "energy": energy, "x": x, "y": y}


@Loop
def _gather(
    on: Any,
    places: Any,
    photons: int,
    n: int,
    energy: Any,
    x: Any,
    y: Any,
    event: Any,
    index: Any,
    to_energy: Any,
    to_x: Any,
    to_y: Any,
) -> int:
    """Copy what is on, event by event; how many they are."""
    m = 0
    for i in range(n):
        for photon in range(photons):
            event[m], index[m] = i, photon
            m += on[photon * n + i]
    for j in range(m):
        i, photon = event[j], index[j]
        at, place = photon * n + i, places[photon]
        index[j] = place
        to_energy[j], to_x[j], to_y[j] = energy[place * n + i], x[at], y[at]
    return m
