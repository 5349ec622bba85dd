"""Events for Phoenix are as its page "Event Data Format" says; what it does not say is not there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from darkpair.cli import main
from darkpair.report.phoenix import phoenix
from darkpair.report.shown_events import shown_events
from tests.shared.finished import finished

#: Attributes that objects of each type must have, and how many numbers each is; the page's words.
NEEDED = {
    "Tracks": {},
    "CaloClusters": {"energy": 0, "phi": 0, "eta": 0},
    "Vertices": {"x": 0, "y": 0, "z": 0},
}
CELL = {"cellSize": 0, "energy": 0, "pos": 2}


def check(thing: dict[str, Any], needed: dict[str, int]) -> None:
    """Whether an object has numbers of those names, and a colour that is one."""
    for name, length in needed.items():
        numbers = thing[name] if length else [thing[name]]
        assert len(numbers) == max(length, 1)
        assert all(isinstance(number, int | float) for number in numbers)
    color = thing.get("color", "0x000000")
    assert color.startswith("0x")
    assert 0 <= int(color, 16) <= 0xFFFFFF


@pytest.mark.parametrize("detector", ["koto", "charm", "belle2"])
def test_it_is_what_the_format_says(tmp_path: Path, detector: str) -> None:
    path = finished(tmp_path, detector)
    events = json.loads(phoenix(path, 40), parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    shown = shown_events(path, 40)
    assert len(events) == len(shown.events) == 40
    types: set[str] = set()
    for event, ours in zip(events.values(), shown.events, strict=True):
        assert (event["run number"], event["event number"]) == (ours.name[0], ours.name[2])
        objects = {name: value for name, value in event.items() if isinstance(value, dict)}
        types |= set(objects)
        cells = objects.pop("PlanarCaloCells", {})
        for plane in cells.values():
            assert plane["plane"][:3] == [0.0, 0.0, 1.0]
            for cell in plane["cells"]:
                check(cell, CELL)
        for kind, collections in objects.items():
            for things in collections.values():
                for thing in things:
                    check(thing, NEEDED[kind])
        tracks = [track for many in event["Tracks"].values() for track in many]
        for track in tracks:  # fewer than three points would be a helix
            assert len(track["pos"]) == 3
            assert all(len(point) == 3 for point in track["pos"])
            first, middle, last = np.array(track["pos"])
            assert np.allclose(first + last, 2.0 * middle)
        moving = [flight for flight in ours.flights if flight.start != flight.end]
        assert sorted(track["energy"] for track in tracks) == sorted(1e3 * flight.energy for flight in moving)
    assert types == {"Tracks", "Vertices", "CaloClusters" if detector == "belle2" else "PlanarCaloCells"}


def test_the_command_writes_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    finished(tmp_path, run__n=200)
    run = CliRunner().invoke
    done = run(main, ["display", "koto.root", "--most", "3"])
    assert (done.exit_code, done.output.split()) == (0, ["events", "of", "koto.root", "koto.html"])
    assert Path("koto.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    done = run(main, ["display", "koto.root", "-o", "events.json", "--most", "3"])
    assert done.exit_code == 0
    assert len(json.loads(Path("events.json").read_text(encoding="utf-8"))) == 3
    for words in (["koto.root"], ["koto.root", "-o", "a.png"], ["nothing.root", "-o", "a.html"]):
        done = run(main, ["display", *words])
        assert (done.exit_code, len(done.output.splitlines())) == (2, 1), words
    assert run(main, ["display", "koto.root", "--force"]).exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["events.json", "koto.html", "koto.root"]
