"""Jobs that write HepMC3: the events of the ROOT file of the same seed, and what inspect says of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
from click.testing import CliRunner, Result

from darkpair.cli import main
from darkpair.gen.output.reader import read_events
from tests.shared.event_files import b_event, write_nano

pyhepmc = pytest.importorskip("pyhepmc", reason="pyhepmc is not installed")

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(job: str, out: Path, *settings: str) -> Result:
    words = ["output.picture=false", "output.replace=true", *settings]
    result = CliRunner().invoke(
        main, ["run", str(EXAMPLES / job), "-o", str(out), *[x for s in words for x in ("--set", s)]]
    )
    assert result.exit_code == 0, result.output
    return result


def numbers(path: Path) -> tuple[np.ndarray[Any, Any], ...]:
    """Of all particles of a HepMC3 file in order: ids, statuses, momenta and masses; of events: numbers, sizes, weights."""
    with pyhepmc.open(path) as file:
        events = [(e.numpy.particles, e.weights, e.event_number) for e in file]
        columns = [
            np.concatenate([np.asarray(getattr(p, name)) for p, *_ in events])
            for name in ("pid", "status", "px", "py", "pz", "e", "generated_mass")
        ]
        number = np.array([number for *_, number in events])
        return (
            *columns,
            number,
            np.array([len(p.px) for p, *_ in events]),
            np.array([w for _, w, _ in events]),
        )


@pytest.mark.parametrize(
    ("job", "settings"),
    [
        ("koto_pi0.toml", ["run.n=2e4"]),
        ("belle2.toml", ["run.n=2e3", "output.events=all"]),
        ("nucal.toml", ["run.n=2e4"]),
    ],
)
def test_the_events_are_those_of_the_root_file(tmp_path: Path, job: str, settings: list[str]) -> None:
    root, text = tmp_path / "e.root", tmp_path / "e.hepmc3"
    shown = [run(job, path, *settings).output for path in (root, text)]
    assert [line for line in shown[0].splitlines() if "accepted" in line] == [
        line for line in shown[1].splitlines() if "accepted" in line
    ]
    record = read_events(root)
    assert len(record) > 100
    got = numbers(text)
    names = ("pdgid", "status", "px", "py", "pz", "E", "nominal_mass")
    for name, column in zip(names, got, strict=False):
        assert np.array_equal(column, ak.flatten(record.particles[name])), name
    assert got[-3].tolist() == record.event.tolist()
    assert np.array_equal(got[-2], ak.num(record.particles))
    weights = [np.asarray(record.weights[name]) for name in record.weights.fields]
    assert np.array_equal(
        got[-1], np.stack([np.prod(weights, axis=0) * np.ones(len(record)), *weights], axis=1)
    )


def test_inspect_says_the_same(tmp_path: Path) -> None:
    told = {}
    for ending in ("root", "hepmc3", "hepmc3.gz"):
        path = tmp_path / f"e.{ending}"
        run("koto_pi0.toml", path, "run.n=2e4")
        shown = CliRunner().invoke(main, ["inspect", str(path)])
        assert shown.exit_code == 0, shown.output
        every = json.loads(CliRunner().invoke(main, ["inspect", str(path), "--json"]).output)
        assert every.pop("file") == str(path)
        assert every["job"].pop("output")["path"] == str(path)
        assert every.pop("output")["events"] == every["result"]["accepted"]
        assert every["references"].pop("format")  # (each format has its own)
        told[ending] = shown.output, every
    assert told["root"] == told["hepmc3"] == told["hepmc3.gz"]
    assert "acceptance" in told["root"][0]


def test_chunks_and_workers_change_no_bit(tmp_path: Path) -> None:
    texts = []
    for i, settings in enumerate(([], ["run.chunk=16384"], ["run.chunk=16384", "run.workers=2"])):
        run("koto_pi0.toml", path := tmp_path / f"{i}.hepmc3", "run.n=40000", *settings)
        texts.append(path.read_bytes().partition(b"\nE ")[2])
    assert len(texts[0]) > 100_000
    assert texts[0] == texts[1] == texts[2]


def test_the_picture_stands_beside_the_file(tmp_path: Path) -> None:
    run("koto_pi0.toml", tmp_path / "e.hepmc3.gz", "run.n=2e4", "output.picture=true")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["e.hepmc3.gz", "e.png"]


def test_events_of_a_file_are_written_with_the_parent_decayed_anew(tmp_path: Path) -> None:
    """What NanoAOD's B decayed to is gone, the rest of its event stands, and the file's numbers are attributes."""
    file = write_nano(tmp_path / "in.root", [b_event(), b_event(-511), b_event(511)], weights=[1.0, 2.0, 3.0])
    run("cms_b_mesons.toml", tmp_path / "o.hepmc3", f"source.path={file}", "output.layout=cartesian")
    with pyhepmc.open(tmp_path / "o.hepmc3") as opened:
        events = list(opened)
    assert len(events) == 3
    for i, event in enumerate(events):
        (b,) = [
            p
            for p in event.particles
            if abs(p.pid) in (511, 521) and not {521, -511, 511} & {c.pid for c in p.children}
        ]
        assert [abs(p.pid) for p in b.children] == [[321, 311, 311][i], 51, 901]
        assert not {421, 211} & {abs(p.pid) for p in event.particles}
        assert [p.pid for p in event.beams] == [2212]
        assert int(str(event.attributes["event"])) == 100 + i
        assert int(str(event.attributes["File_entry"])) == i
        assert int(str(event.attributes["File_genPartIdx"])) == 2
        assert event.weight_names == ["CV", "weight_event_file"]
        assert event.weights == pytest.approx([(1 + i) / 2] * 2)
