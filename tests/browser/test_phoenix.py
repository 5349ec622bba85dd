"""Phoenix draws our JSON: every object of every event, where we say and in which colour; in the version of docs/clients.md."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair.report.phoenix import phoenix
from darkpair.report.shown_events import shown_events
from tests.shared.browser import browsers
from tests.shared.clients import node_of
from tests.shared.finished import finished

#: Phoenix's own bundle, which wants three.js as a global; all its classes become global ones.
PAGE = """<!doctype html><meta charset="utf-8"><body><div id="display" style="width:800px;height:600px"></div>
<script>var exports = {};</script><script src="THREE_JS/build/three.cjs"></script><script>var THREE = exports;</script>
<script src="MODULES/phoenix-event-display/dist/bundle/phoenix.min.js"></script>"""

#: Of each event what stands in the scene: by type and collection the middle of each object, its colour, and whether it is seen.
DRAWN = """events => {
  const display = new EventDisplay({elementId: "display", eventDataLoader: new PhoenixLoader(), allowUrlOptions: false});
  return display.parsePhoenixEvents(events).map(name => {
    display.loadEvent(name);
    const scene = display.getThreeManager().getSceneManager().getScene();
    scene.updateMatrixWorld(true);
    const drawn = {};
    for (const type of scene.getObjectByName("EventData").children)
      for (const collection of type.children)
        drawn[type.name + "/" + collection.name] = collection.children.map(object => {
          const mesh = object.isMesh ? object : object.children.find(child => child.isMesh);
          mesh.geometry.computeBoundingBox();
          const box = mesh.geometry.boundingBox, middle = box.min.clone().add(box.max).multiplyScalar(0.5);
          return {place: middle.applyMatrix4(mesh.matrixWorld).toArray(), color: mesh.material.color.getHexString(), seen: object.visible};
        });
    return [name, drawn];
  });
}"""


@pytest.fixture(scope="module")
def drawn_of() -> Iterator[Callable[[dict[str, Any], Path], Any]]:
    """What Phoenix draws of some events, and what it said of them."""
    _, packages = node_of("phoenix-event-display")
    modules = packages / "node_modules"
    # npm puts its three.js beside it or, where another package wants another version, inside it
    inside = modules / "phoenix-event-display" / "node_modules" / "three"
    three = inside if inside.is_dir() else modules / "three"
    with browsers() as launch:
        chromium = launch()

        def draw(events: dict[str, Any], folder: Path) -> Any:
            page, said = chromium.new_page(), []
            page.on(
                "console", lambda line: said.append(line.text) if line.type in ("warning", "error") else None
            )
            page.on("pageerror", lambda error: said.append(str(error)))
            path = folder / "phoenix.html"
            text = PAGE.replace("MODULES", modules.as_uri()).replace("THREE_JS", three.as_uri())
            path.write_text(text, encoding="utf-8")
            page.goto(path.as_uri())
            drawn = page.evaluate(DRAWN, events)
            page.close()
            return drawn, [
                line for line in said if "Multiple instances" not in line and "GPU stall" not in line
            ]

        yield draw


def expected(event: dict[str, Any]) -> dict[str, list[tuple[list[float], str | None]]]:
    """Where each object of an event is to stand [mm], and a track's colour."""
    out: dict[str, list[tuple[list[float], str | None]]] = {}
    for name, tracks in event["Tracks"].items():
        out[f"Tracks/{name}"] = [(track["pos"][1], track["color"][2:]) for track in tracks]
    for name, plane in event.get(
        "PlanarCaloCells", {}
    ).items():  # (a box of .22 mm for each MeV, behind the plane)
        depths = [plane["plane"][3] + 0.11 * cell["energy"] for cell in plane["cells"]]
        out[f"PlanarCaloCells/{name}"] = [
            ([*cell["pos"], depth], None) for cell, depth in zip(plane["cells"], depths, strict=True)
        ]
    for name, vertices in event.get("Vertices", {}).items():
        out[f"Vertices/{name}"] = [([vertex[axis] for axis in "xyz"], None) for vertex in vertices]
    return out


@pytest.mark.parametrize("detector", ["koto", "charm", "belle2"])
def test_phoenix_draws_every_object(
    tmp_path: Path, drawn_of: Callable[[dict[str, Any], Path], Any], detector: str
) -> None:
    path = finished(tmp_path, detector)
    events, shown = json.loads(phoenix(path, 12)), shown_events(path, 12)
    drawn, said = drawn_of(events, tmp_path)
    assert said == []
    assert [name for name, _ in drawn] == list(events)
    assert {kind.split("/")[0] for _, event in drawn for kind in event} > {"Tracks", "Vertices"}
    for (name, event), ours in zip(drawn, shown.events, strict=True):
        wanted = expected(events[name])
        clusters = {kind: objects for kind, objects in event.items() if kind.startswith("CaloClusters/")}
        assert event.keys() - clusters.keys() == wanted.keys()
        for kind, objects in wanted.items():
            near(event[kind], [place for place, _ in objects])
            for thing, (_, color) in zip(event[kind], objects, strict=True):
                assert color in (None, thing["color"])
        for kind, things in clusters.items():
            near(things, [m.place for m in ours.measured if m.name == kind.split("/")[1]])
        if detector == "charm":  # (what is measured is within what the camera sees)
            assert all(abs(thing["place"][2]) < 1e5 for thing in event.get("PlanarCaloCells/Shower", ()))


def near(things: list[dict[str, Any]], places: Any) -> None:
    """Whether objects are seen at some places [mm], in float32 at half a kilometre."""
    assert all(thing["seen"] for thing in things)
    assert len(things) == len(places)
    assert np.allclose([thing["place"] for thing in things], places, rtol=0.0, atol=0.1)
