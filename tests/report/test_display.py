"""What the event display shows: flights that end where they do, every cut, a few hundred kilobytes, and names that end no script."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair.detectors import DETECTORS
from darkpair.gen.errors import InputError
from darkpair.gen.output.any_layout import read_some
from darkpair.gen.prism import Prism, octagon
from darkpair.gen.region import Box, Cone, Cylinder, Region, Slab
from darkpair.job.job import load_job
from darkpair.report.display import fragment, page, pretty
from darkpair.report.outlines import bounds, outlines, solids_of
from darkpair.report.shown_events import Shown, shown_events
from darkpair.run.runner import run_job
from tests.shared.event_files import b_event, write_nano
from tests.shared.finished import finished

BUNDLE = files("darkpair.report") / "bundle"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("made")
    return {name: finished(folder, name) for name in ("koto", "charm", "belle2")}


def data_in(text: str) -> Any:
    """The events of an element of HTML."""
    (found,) = re.findall(r'<script type="application/json" class="dp-data">(.*?)</script>', text, re.DOTALL)
    return json.loads(found)


def test_the_bundle_is_made_of_the_sources() -> None:
    """Nobody edits one without the other: `npm run build` in the folder makes it again."""
    said = json.loads((BUNDLE / "scene.json").read_text(encoding="utf-8"))
    assert set(said["sources"]) == {"build.mjs", "package.json", "scene.js"}
    for name, digest in said["sources"].items():
        assert hashlib.sha256((BUNDLE / name).read_bytes()).hexdigest() == digest, f"{name}: npm run build"
    script = zlib.decompress((BUNDLE / "scene.deflate").read_bytes(), wbits=-15)
    assert hashlib.sha256(script).hexdigest() == said["bundle"]
    assert (BUNDLE / "three.LICENSE").read_text(encoding="utf-8").strip() in script.decode()
    assert len((BUNDLE / "scene.deflate").read_bytes()) < 130_000


def test_a_fragment_is_one_element_of_less_than_half_a_megabyte(made: dict[str, Path]) -> None:
    for path in made.values():
        text = fragment(path, 200)
        assert len(text.encode()) < 500_000
        assert text.startswith("<section")
        assert text.endswith("</section>")
        assert len(data_in(text)["events"]) == 200
        assert not re.search(r'(src|href)="(?!data:)', text)  # nothing is fetched
        (packed,) = re.findall(r'class="dp-scene">(.*?)</script>', text, re.DOTALL)
        assert base64.b64decode(packed) == (BUNDLE / "scene.deflate").read_bytes()


def test_flights_end_where_the_next_begins(made: dict[str, Path]) -> None:
    for name, path in made.items():
        shown = shown_events(path, 50)
        for event in shown.events:
            for flight in event.flights:
                if flight.mother >= 0:
                    assert event.flights[flight.mother].end == flight.start, name
                    assert event.flights[flight.mother].fate == "decays"


def test_photons_end_at_the_end_of_the_detector(made: dict[str, Path]) -> None:
    """KOTO's at the back of the calorimeter or of the barrel; CHARM's on the calorimeter's plane or a wall; Belle II's behind the crystals."""
    ends: dict[str, Any] = {
        "koto": lambda x, y, z: (
            abs(z - 6648.0) < 1.0 or abs(np.hypot(x, y) - 1356.2) < 1.0 or abs(z + 1000.0) < 1.0
        ),
        "charm": lambda x, y, z: (
            min(abs(z - 515_000.0), abs(abs(x - 5000.0) - 1500.0), abs(abs(y) - 1500.0)) < 1.0
        ),
        "belle2": lambda x, y, z: (
            abs(np.hypot(x, y) - 1550.0) < 1.0 or abs(z - 2260.0) < 1.0 or abs(z + 1320.0) < 1.0
        ),
    }
    for name, path in made.items():
        flights = [
            f for event in shown_events(path, 200).events for f in event.flights if f.style == "photon"
        ]
        stopped = [f for f in flights if f.fate == "to the end of the detector"]
        assert len(stopped) > 20, name
        assert all(ends[name](*flight.end) for flight in stopped), name


def test_what_is_measured_stands_at_its_particle(made: dict[str, Path]) -> None:
    """Clusters are on the plane of the calorimeter, within six errors of where the photon crosses it, or at CHARM of several's mean."""
    for name, z, error, most in (("koto", 6148.0, 5.0, 6.0), ("charm", 515_000.0, 30.0, 60.0)):
        shown, near = shown_events(made[name], 200), []
        for event in shown.events:
            flights = {flight.index: flight for flight in event.flights}
            for measured in event.measured:
                assert measured.place[2] == z
                flight = flights[measured.index]
                start, end = np.array(flight.start), np.array(flight.end)
                crossing = start + (z - start[2]) / (end[2] - start[2]) * (end - start)
                off = float(np.hypot(*(crossing - measured.place)[:2]))
                near.append(off / error * np.sqrt(flight.energy))
        assert len(near) > 50
        assert max(near) < most


def test_every_cut_has_its_events(made: dict[str, Path]) -> None:
    """Stages are those of the file's own cut flow, and each event's is the one that its numbers say."""
    for path in made.values():
        shown = shown_events(path, 2000)
        flow = shown.provenance["result"]["cutflow"]
        assert shown.stages == [*(f"stopped at {row['cut']}" for row in flow[1:]), "accepted"]
    shown = shown_events(made["koto"], 2000)  # all that are in the file, all of weight 1
    counts = np.bincount([event.stage for event in shown.events], minlength=len(shown.stages))
    flow = [row["n"] for row in shown.provenance["result"]["cutflow"]]
    assert counts.tolist() == [*(np.array(flow[:-1]) - flow[1:]).tolist(), flow[-1]]


def test_few_events_are_of_every_stage(made: dict[str, Path]) -> None:
    shown = shown_events(made["koto"], 60)
    stages = [event.stage for event in shown.events]
    assert len(stages) == 60
    assert stages.count(len(shown.stages) - 1) >= 30
    everything = {event.stage for event in shown_events(made["koto"], 2000).events}
    assert set(stages) == everything
    assert all(event.weight != 0.0 for event in shown_events(made["charm"], 60).events)
    assert (read_some(made["charm"]).weight == 0.0).to_list().count(True) > 100
    names = [event.name for event in shown.events]
    assert names == sorted(names)


@pytest.mark.parametrize("name", [name for name in DETECTORS.ours if name != "fixed_target"])
def test_every_detector_has_an_outline_around_its_region(name: str) -> None:
    detector = DETECTORS.make(name)
    solids = solids_of(detector)
    parts = outlines(solids)
    assert [part.name for part in parts] == list(solids)
    ends = bounds(parts)
    assert ends is not None
    region = detector.region
    assert ends[2, 0] <= region.z_min
    assert ends[2, 1] >= region.z_max
    for part in parts:
        assert len({len(ring) for _, ring in part.rings}) == 1


def test_outlines_are_those_of_the_shapes() -> None:
    shapes: dict[str, Region] = {
        "box": Box(x_min=-1.0, x_max=2.0, y_min=-3.0, y_max=4.0, z_min=5.0, z_max=6.0),
        "cone": Cone(z_min=0.0, z_max=10.0, r_min=1.0, r_max=3.0),
        "tube": Cylinder(radius=2.0, z_min=-1.0, z_max=1.0),
    }
    box, cone, tube = outlines(shapes)
    assert box.rings == [(z, [(-1.0, -3.0), (2.0, -3.0), (2.0, 4.0), (-1.0, 4.0)]) for z in (5.0, 6.0)]
    assert [np.hypot(*ring[7]) for _, ring in cone.rings] == pytest.approx([1.0, 3.0])
    assert [z for z, _ in tube.rings] == [-1.0, 1.0]

    (eight,) = outlines({"octagon": Prism(points=octagon(2.0), z_min=0.0, z_max=1.0)})
    assert [len(ring) for _, ring in eight.rings] == [8, 8]
    assert outlines({"slab": Slab(z_min=0.0, z_max=1.0)}) == []  # it has no sides to draw

    class Theirs:
        region = shapes["tube"]

    assert solids_of(Theirs()) == {"region": shapes["tube"]}


def test_a_name_ends_no_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = finished(tmp_path, run__n=50)
    shown = shown_events(path, 5)
    evil = "</script><img src=x onerror=alert(1)>&\u2028"
    provenance = {**shown.provenance, "detector": {"experiment": evil, "selection": evil}}
    changed = Shown(
        provenance=provenance, box=shown.box, parts=shown.parts, stages=[evil], events=shown.events[:1]
    )
    monkeypatch.setattr("darkpair.report.display.shown_events", lambda *_: changed)
    text = fragment(path)
    assert "<img" not in text
    assert data_in(text)["stages"] == [evil]
    assert text.count("<script") == text.count("</script>") == 3


def test_a_file_without_events_is_one_line(tmp_path: Path) -> None:
    empty = finished(tmp_path, run__n=20, output__events="accepted")
    text = fragment(empty)
    assert text.count("<p>") == 1
    assert "holds no event to show" in text
    assert "<script" not in text
    with pytest.raises(InputError, match="holds no event"):
        page(empty)
    text = fragment(finished(tmp_path, name="a.hepmc3", run__n=20))
    assert "does not hold the whole record" in text
    with pytest.raises(InputError, match="give the"):
        fragment(tmp_path / "nothing.root")


def test_without_a_detector_flights_alone_are_shown(tmp_path: Path) -> None:
    job = tmp_path / "job.toml"
    job.write_text(
        "[run]\nn = 50\n[source]\nname = 'koto_kl'\n[chain]\nname = 'kl_x1x2_pi0'\nmass = { X1 = 0, X2 = '430 MeV' }\n"
        f"[output]\npath = '{tmp_path}/a.root'\npicture = false\n",
        encoding="utf-8",
    )
    run_job(load_job(job))
    path = tmp_path / "a.root"
    shown = shown_events(path, 20)
    assert shown.parts == []
    assert shown.stages == []
    assert len(shown.events) == 20
    assert "no detector was simulated" in fragment(path)


def test_layouts_show_the_same(tmp_path: Path, made: dict[str, Path]) -> None:
    plain = data_in(fragment(made["koto"]))
    for layout in ("nano", "flat"):
        other = data_in(fragment(finished(tmp_path, name=f"{layout}.root", output__layout=layout)))
        assert [e["t"] for e in other["events"]] == [e["t"] for e in plain["events"]]
        assert [e["s"] for e in other["events"]] == [e["s"] for e in plain["events"]]
        numbers = [[p[4:] for e in d["events"] for p in e["p"]] for d in (plain, other)]
        assert np.abs(np.array(numbers[0]) - np.array(numbers[1])).max() <= 2  # [mm]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("gamma", "γ"),
        ("pi0", "π⁰"),
        ("K_L0", "K_L⁰"),
        ("K*+", "K*⁺"),
        ("anti-nu_e", "anti-ν_e"),
        ("X2", "X2"),
        ("A'", "A'"),
    ],
)
def test_names_as_a_reader_knows_them(name: str, shown: str) -> None:
    assert pretty(name) == shown


@pytest.mark.parametrize("layout", ["cartesian", "nano"])
def test_of_an_event_file_the_parent_and_what_it_decays_to_are_shown(tmp_path: Path, layout: str) -> None:
    """Neither the rest of the file's event, nor what the file had the parent decay to."""
    source = write_nano(tmp_path / "in.root", [b_event()] * 3)
    job = tmp_path / "job.toml"
    job.write_text(
        f"[source]\nname = 'event_file'\npath = '{source}'\nparents = 'B+'\n[chain]\ndecay = 'B+ -> K+ X1 (X2 -> X1 gamma gamma)'\n"
        f"mass = {{ X1 = '40 MeV', X2 = '400 MeV' }}\nctau = {{ X2 = '5 cm' }}\n"
        f"[output]\npath = '{tmp_path}/a.root'\nlayout = '{layout}'\npicture = false\n",
        encoding="utf-8",
    )
    run_job(load_job(job))
    for event in shown_events(tmp_path / "a.root", 5).events:
        names = [flight.name for flight in event.flights]
        assert sorted(names) == sorted(["B+", "K+", "X1", "X2", "X1", "gamma", "gamma"])
        assert event.flights[0].style == "beam"


def test_candidates_are_not_measured_things(tmp_path: Path) -> None:
    """A K_L candidate of `koto_kaon` has an energy and a place, where it decays: no cluster is drawn for it."""
    job = tmp_path / "job.toml"
    job.write_text(
        "[run]\nn = 500\n[source]\nname = 'koto_kl'\n[chain]\ndecay = 'K_L0 -> (pi0 -> gamma gamma) (pi0 -> gamma gamma)'\n"
        f"[detector]\nname = 'koto_kaon'\n[output]\npath = '{tmp_path}/a.root'\nevents = 'all'\npicture = false\n",
        encoding="utf-8",
    )
    run_job(load_job(job))
    shown = shown_events(tmp_path / "a.root", 500)
    assert {measured.name for event in shown.events for measured in event.measured} == {"Cluster"}
    assert [event.stage for event in shown.events].count(len(shown.stages) - 1) > 0


def test_of_a_stranger_what_the_file_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose class is not ours has no outline here, and its events are accepted or not; a file of accepted ones has these alone."""
    path = finished(tmp_path, run__n=500)
    accepted = len(read_some(path).weight[read_some(path).reco.accepted])
    monkeypatch.setattr("darkpair.report.shown_events.detector_of", lambda _: None)
    shown = shown_events(path, 500)
    assert shown.stages == ["not accepted", "accepted"]
    assert [event.stage for event in shown.events].count(1) == accepted > 0
    assert shown.parts == []
    assert "Its outline is not known here." in fragment(path)
    shown = shown_events(finished(tmp_path, name="b.root", run__n=500, output__events="accepted"), 500)
    assert shown.stages == ["accepted"]
    assert len(shown.events) == accepted


def test_rare_accepted_events_are_looked_for(made: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where few are at the file's beginning, events from where most are come too, once each."""
    accepted = np.flatnonzero(read_some(made["koto"]).reco.accepted)
    monkeypatch.setattr("darkpair.report.shown_events._LOOKED_AT", 20)
    assert np.count_nonzero(accepted < 20) < 5
    shown = shown_events(made["koto"], 20)
    numbers = [event.name[2] - 1 for event in shown.events]
    assert sorted(set(numbers)) == numbers
    within = [
        np.count_nonzero((accepted >= first) & (accepted < first + 20)) for first in accepted if first >= 20
    ]
    assert sum(number in accepted for number in numbers if number >= 20) == min(max(within), 10)
