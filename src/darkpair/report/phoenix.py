"""Events as JSON for Phoenix, the event display of the HEP Software Foundation.

Lengths are mm, energies MeV: boxes are then some centimetres for each GeV.  A flight is a track of three points on a straight line;
of fewer than three Phoenix would draw a helix of its own.  What was measured on a plane are planar cells, the rest clusters.
Those have Phoenix's colours: it reads "0x2ca25f" of a track, and of them knows only "#2ca25f", which its page does not allow.  Its
camera sees 100 m: where the detector is farther away, places count from its middle.

References
----------
Phoenix's "Event Data Format", https://github.com/HSF/phoenix/blob/main/guides/developers/event_data_format.md
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from darkpair.gen.kinematics import Array
from darkpair.report.flights import Flight
from darkpair.report.measured import Measured
from darkpair.report.outlines import Outline
from darkpair.report.shown_events import ShownEvent, shown_events

__all__ = ["phoenix"]

#: Collections of tracks by how a flight is drawn, with Phoenix's colours.
_TRACKS: Final = {
    "beam": ("Parents", "0x1a1a1a"),
    "photon": ("Photons", "0xe66100"),
    "charged": ("Charged", "0x3b8fd9"),
    "neutral": ("Neutral", "0x8c8c8c"),
    "decaying": ("DarkDecaying", "0xc05abb"),
    "escaping": ("Unseen", "0xb0b0b0"),
}

_MEV: Final = 1e3

#: Side of a cell that is drawn [mm].
_CELL: Final = 60.0

#: How far from the origin Phoenix's camera may have to look [mm]; and what the shift of what lies farther away is a multiple of.
_FAR: Final = 50e3
_METRE: Final = 1e3


def phoenix(path: Path, most: int) -> str:
    """Events of a finished file as Phoenix reads them.

    Parameters
    ----------
    path : Path
        The file, ROOT or Parquet, in any layout; or the folder of a dataset's parts.
    most : int
        Largest number of events.

    Raises
    ------
    InputError
        As `darkpair.report.shown_events.shown_events`.
    """
    shown = shown_events(path, most)
    planes = [part for part in shown.parts if part.flat]
    shift = _shift(shown.box)
    events = {}
    for event in shown.events:
        run, block, number = event.name
        stage = shown.stages[event.stage] if shown.stages else ""
        key = f"run {run}, event {number}" + (f", {stage}" if stage else "")
        named = {"event number": number, "run number": run, "lumiBlock": str(block), "weight": event.weight}
        events[key] = named | {"z of the origin": shift} | _objects(event, planes, shift)
    return json.dumps(events, indent=1)


def _shift(box: Array) -> float:
    """Where along z [mm] the origin is put: 0, or the middle of a picture that lies far away, in whole metres."""
    if abs(box[2]).max() < _FAR:
        return 0.0
    return _METRE * round(float(box[2].mean()) / _METRE)


def _objects(event: ShownEvent, planes: Sequence[Outline], shift: float) -> dict[str, Any]:
    """What is drawn of an event, by Phoenix's types and our collections, with z counted from `shift` [mm]."""
    tracks: dict[str, list[dict[str, Any]]] = {}
    for flight in event.flights:
        if flight.start != flight.end:
            tracks.setdefault(_TRACKS[flight.style][0], []).append(_track(flight, shift))
    plane = planes[0].rings[0][0] if planes else None
    cells: dict[str, dict[str, Any]] = {}
    clusters: dict[str, list[dict[str, Any]]] = {}
    for measured in event.measured:
        if measured.place[2] == plane:
            empty = {"plane": [0.0, 0.0, 1.0, plane - shift], "cells": []}
            cells.setdefault(measured.name, empty)["cells"].append(_cell(measured))
        else:
            clusters.setdefault(measured.name, []).append(_cluster(measured, shift))
    vertices = {"Decays": [_vertex(flight, shift) for flight in event.flights if flight.fate == "decays"]}
    every: dict[str, dict[str, Any]] = {
        "Tracks": tracks,
        "PlanarCaloCells": cells,
        "CaloClusters": clusters,
        "Vertices": vertices,
    }
    return {name: objects for name, objects in every.items() if any(objects.values())}


def _track(flight: Flight, shift: float) -> dict[str, Any]:
    start, end = ([x, y, z - shift] for x, y, z in (flight.start, flight.end))
    middle = [0.5 * (a + b) for a, b in zip(start, end, strict=True)]
    return {
        "pos": [start, middle, end],
        "color": _TRACKS[flight.style][1],
        "name": flight.name,
        "pdgId": flight.pdgid,
        "energy": _MEV * flight.energy,
    }


def _cell(measured: Measured) -> dict[str, Any]:
    return {
        "cellSize": _CELL,
        "energy": _MEV * measured.energy,
        "pos": list(measured.place[:2]),
    }


def _cluster(measured: Measured, shift: float) -> dict[str, Any]:
    """A cluster: its `radius` is what Phoenix takes for one, the distance; with a negative z it would stand on the other side."""
    x, y, z = measured.place[0], measured.place[1], measured.place[2] - shift
    return {
        "energy": _MEV * measured.energy,
        "phi": math.atan2(y, x),
        "eta": math.asinh(z / max(math.hypot(x, y), 1.0)),
        "radius": math.hypot(x, y, z),
    }


def _vertex(flight: Flight, shift: float) -> dict[str, Any]:
    x, y, z = flight.end
    return {"x": x, "y": y, "z": z - shift, "size": 10.0, "vertexType": f"decay of {flight.name}"}
