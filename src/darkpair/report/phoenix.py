"""Events as JSON for Phoenix, the event display of the HEP Software Foundation.

Lengths are mm, energies MeV: boxes are then some centimetres for each GeV.  A flight is a track of three points on a straight line;
of fewer than three Phoenix would draw a helix of its own.  What was measured on a plane are planar cells, the rest clusters.

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

_MEASURED: Final = "0x2ca25f"
_MEV: Final = 1e3

#: Side of a cell that is drawn [mm].
_CELL: Final = 60.0


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
    events = {}
    for event in shown.events:
        run, block, number = event.name
        stage = shown.stages[event.stage] if shown.stages else ""
        key = f"run {run}, event {number}" + (f", {stage}" if stage else "")
        named = {"event number": number, "run number": run, "lumiBlock": str(block), "weight": event.weight}
        events[key] = named | _objects(event, planes)
    return json.dumps(events, indent=1)


def _objects(event: ShownEvent, planes: Sequence[Outline]) -> dict[str, Any]:
    """What is drawn of an event, by Phoenix's types and our collections."""
    tracks: dict[str, list[dict[str, Any]]] = {}
    for flight in event.flights:
        if flight.start != flight.end:
            tracks.setdefault(_TRACKS[flight.style][0], []).append(_track(flight))
    plane = planes[0].rings[0][0] if planes else None
    cells: dict[str, dict[str, Any]] = {}
    clusters: dict[str, list[dict[str, Any]]] = {}
    for measured in event.measured:
        if measured.place[2] == plane:
            empty = {"plane": [0.0, 0.0, 1.0, plane], "cells": []}
            cells.setdefault(measured.name, empty)["cells"].append(_cell(measured))
        else:
            clusters.setdefault(measured.name, []).append(_cluster(measured))
    vertices = {"Decays": [_vertex(flight) for flight in event.flights if flight.fate == "decays"]}
    every: dict[str, dict[str, Any]] = {
        "Tracks": tracks,
        "PlanarCaloCells": cells,
        "CaloClusters": clusters,
        "Vertices": vertices,
    }
    return {name: objects for name, objects in every.items() if any(objects.values())}


def _track(flight: Flight) -> dict[str, Any]:
    middle = [0.5 * (a + b) for a, b in zip(flight.start, flight.end, strict=True)]
    return {
        "pos": [list(flight.start), middle, list(flight.end)],
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
        "color": _MEASURED,
    }


def _cluster(measured: Measured) -> dict[str, Any]:
    x, y, z = measured.place
    radius = math.hypot(x, y)
    return {
        "energy": _MEV * measured.energy,
        "phi": math.atan2(y, x),
        "eta": math.asinh(z / max(radius, 1.0)),
        "radius": radius,
        "z": z,
        "color": _MEASURED,
    }


def _vertex(flight: Flight) -> dict[str, Any]:
    x, y, z = flight.end
    return {"x": x, "y": y, "z": z, "size": 10.0, "vertexType": f"decay of {flight.name}"}
