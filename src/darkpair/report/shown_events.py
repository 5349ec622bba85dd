"""Events of a finished file as a display shows them: flights from where to where, what was measured, and which cut ended each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import awkward as ak
import numpy as np
from numpy.typing import NDArray

from darkpair.detectors.rebuilt import detector_of
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array
from darkpair.gen.output.any_layout import accepted_rows, read_some
from darkpair.gen.output.reader import read_provenance
from darkpair.gen.region import Region
from darkpair.gen.sample_name import NAME
from darkpair.report.cut_stages import Stages, stages_of
from darkpair.report.flights import Flight, Names, flights_of
from darkpair.report.measured import Measured, measured_of
from darkpair.report.outlines import Outline, bounds, outlines, solids_of

__all__ = ["Shown", "ShownEvent", "shown_events"]

#: Events at the beginning of a file among which those that are shown are chosen.
_LOOKED_AT: Final = 4096

#: Accepted events among these that are enough to show.
_FEW: Final = 10

#: Room around the detector in parts of its size, along x, y and z; something of what comes from upstream is seen in it.
_MARGINS: Final = (0.08, 0.08, 0.06)

#: Smallest side of the box [mm], where nothing but points says how large it is.
_LEAST: Final = 1000.0


@dataclass(frozen=True, kw_only=True)
class ShownEvent:
    """An event.

    Parameters
    ----------
    name : tuple of int
        Its run, luminosity block and number.
    stage : int
        Index of what became of it, in the list of stages.
    weight : float
        Its weight.
    flights : list of Flight
        Its particles in the order of the file.
    measured : list of Measured
        What the detector measured.
    """

    name: tuple[int, int, int]
    stage: int
    weight: float
    flights: list[Flight]
    measured: list[Measured]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a display shows of a file.

    Parameters
    ----------
    provenance : mapping
        What the file says of itself.
    box : ndarray, (3, 2) [mm]
        What the picture has room for, along x, y and z.
    parts : list of Outline
        The detector's parts; none without a detector that is known here.
    stages : list of str
        What may become of an event, in the order of the cuts, with "accepted" last; empty without a detector.
    events : list of ShownEvent
        Events in the file's order.
    """

    provenance: Mapping[str, Any]
    box: Array
    parts: list[Outline] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)
    events: list[ShownEvent] = field(default_factory=list)

    @property
    def in_file(self) -> int:
        """Number of events in the file."""
        return int(self.provenance["output"]["events"])


def shown_events(path: Path, most: int) -> Shown:
    """Events of a finished file, some of every stage of the cut flow.

    Parameters
    ----------
    path : Path
        The file, ROOT or Parquet, in any layout; or the folder of a dataset's parts.
    most : int
        Largest number of events.

    Raises
    ------
    InputError
        For a file that is missing or damaged, that holds no event, or whose format does not hold whole events.
    """
    if most < 1:
        raise InputError(f"{most} events are asked for; allowed: 1 or more")
    provenance = read_provenance(path)
    events = _looked_at(path, max(most, _LOOKED_AT))
    if not len(events):
        raise InputError(
            f"{path} holds no event to show; run more events, or keep what is not accepted with  --set output.events=all"
        )
    detector = detector_of(provenance)
    stages = stages_of(detector, events)
    rows = _picked(stages, np.asarray(events.weight), most)
    return _drawn(provenance, solids_of(detector), events[rows], stages.take(rows))


def _looked_at(path: Path, n: int) -> ak.Array:
    """The first n events of a file, and those around most of the accepted ones where few are among the first."""
    events = read_some(path, 0, n)
    if len(events) < n:
        return events
    rows = accepted_rows(path)
    if np.count_nonzero(rows < n) >= _FEW or not (rows >= n).any():
        return events
    later = rows[rows >= n]
    within = np.searchsorted(later, later + n) - np.arange(
        len(later)
    )  # accepted events in the n from each on
    first = int(later[np.argmax(within)])
    return ak.concatenate([events, read_some(path, first, first + n)])


def _drawn(
    provenance: Mapping[str, Any], solids: dict[str, Region], events: ak.Array, stages: Stages
) -> Shown:
    """What is shown of events that were chosen."""
    parts = outlines(solids)
    box = _box(bounds(parts), events)
    names = Names(provenance)
    flights = flights_of(events, solids, box, names)
    measured = measured_of(events, parts, flights)
    called = zip(*(events[name].to_list() for name in NAME), strict=True)
    made = [
        ShownEvent(name=name, stage=stage, weight=weight, flights=own, measured=seen)
        for name, stage, weight, own, seen in zip(
            called, stages.of.tolist(), events.weight.to_list(), flights, measured, strict=True
        )
    ]
    return Shown(provenance=provenance, box=box, parts=parts, stages=stages.names, events=made)


def _picked(stages: Stages, weight: Array, most: int) -> NDArray[np.int64]:
    """Rows of at most so many events, in growing order: half of them accepted, the others from every stage alike.

    Events without weight, as forced decays that miss their region, come last.
    """
    heavy = np.flatnonzero(weight != 0.0)
    rows = heavy if len(heavy) else np.arange(len(weight))
    if not stages.names:
        return rows[:most]
    groups = [rows[stages.of[rows] == stage] for stage in range(len(stages.names))]
    accepted, others = groups[-1], sorted(groups[:-1], key=len)
    rest = sum(map(len, others))
    taken = [accepted[: max(most - rest, (most + 1) // 2)]]
    left = most - len(taken[0])
    for turn, group in enumerate(others):
        share = left // (len(others) - turn)
        taken.append(group[:share])
        left -= len(taken[-1])
    return np.sort(np.concatenate(taken))


def _box(detector: Array | None, events: ak.Array) -> Array:
    """Ends of the picture along x, y and z, (3, 2) [mm]: around the detector, or around most of what happened."""
    if detector is None:
        particles = events.particles[events.particles.mother >= 0]
        places = np.stack([np.asarray(ak.flatten(particles[axis])) for axis in ("vx", "vy", "vz")])
        if not places.shape[1]:
            places = np.zeros((3, 1))
        detector = np.quantile(places, [0.02, 0.98], axis=1).T
    size = np.maximum(detector[:, 1] - detector[:, 0], _LEAST)
    middle = detector.mean(axis=1)
    half = (0.5 + np.array(_MARGINS)) * size
    return np.stack([middle - half, middle + half], axis=1)
