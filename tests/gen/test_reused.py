"""Parents of a file that are used several times: the same whatever the chunks, and turned with all of their event."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest

from darkpair.chains.chain_set import ChainSet, build_chains
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.errors import InputError
from darkpair.gen.events import Batch
from darkpair.gen.originals import Originals
from darkpair.gen.output.layouts import branches
from darkpair.gen.output.reader import read_events
from darkpair.gen.output.root import RootWriter
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.sources.event_file import EventFile
from darkpair.gen.streams import BLOCK, Streams
from darkpair.job.job import Job
from tests.shared.eta_files import eta_job, write_eta
from tests.shared.event_files import b_event, opened, write_nano

VERTICES = [(0.0, 0.0, 0.0), *[(1.0, -2.0, 30.0)] * 2, *[(3.0, 4.0, 70.0)] * 5]


@pytest.fixture(scope="module")
def etas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_eta(tmp_path_factory.mktemp("eta") / "eta.root", 700)


def b_file(folder: Path, **settings: Any) -> EventFile:
    events = [b_event(), b_event(-511), b_event()]
    path = folder / "e.root"
    if not path.exists():
        write_nano(path, events, vertices=[VERTICES] * 3, weights=[1.0, 2.0, 3.0])
    vertex = {f"v{axis}": f"GenPart_v{axis}" for axis in "xyz"}
    return opened(path, branches=vertex, length_unit="mm", **settings)


def pipeline(source: EventFile, seed: int = 3) -> Pipeline:
    decays = ["B0 -> K0 X1 (X2 -> X1 gamma)", "B+ -> K+ X1 (X2 -> X1 gamma)"]
    made = build_chains(decays, mass={"X1": 0.1, "X2": 0.4}, ctau={"X2": 50.0})
    return Pipeline(source=source, chain=ChainSet.covering(made, source.masses), seed=seed)


def of_eta(path: Path, seed: int = 480, **source: Any) -> Pipeline:
    return Job.model_validate(eta_job(path, path.with_name("out.root"), seed=seed, **source)).pipeline()


def columns(batch: Batch) -> list[bytes]:
    record = batch.record()
    fields = [record.original[name] for name in record.original.fields]
    fields += [ak.flatten(record.particles[name]) for name in record.particles.fields]
    return [np.asarray(column).tobytes() for column in (*fields, batch.weight)]


def test_uses_of_a_parent_stand_beside_each_other(tmp_path: Path) -> None:
    once, four = b_file(tmp_path), b_file(tmp_path, uses=4)
    assert (once.n_parents, four.n_parents) == (3, 12)
    one, many = once.block(0), four.block(0)
    assert np.array_equal(many.momentum, np.repeat(one.momentum, 4, axis=1))
    assert many.originals is not None
    assert many.originals.events["entry"][many.originals.rows].tolist() == [0] * 4 + [1] * 4 + [2] * 4
    # kept: all are the file's, and their decays are not
    assert four.turned(many, Streams(1).rng("azimuth")) is many
    (chunk,) = chunks(pipeline(four), None)
    (part,) = [p for p in chunk.events.parts if p.topology.pdgid[0] == 521]
    assert len(np.unique(part.momentum[0, 1])) == 8
    assert chunk.events.weight == pytest.approx(np.repeat([0.5, 1.0, 1.5], 4))
    assert four.provenance()["parents_per_event"] == once.provenance()["parents_per_event"]


def test_the_whole_event_is_turned(tmp_path: Path) -> None:
    kept, free = (b_file(tmp_path, uses=4, azimuth=word) for word in ("kept", "free"))
    (before,), (after,) = chunks(pipeline(kept), None), chunks(pipeline(free), None)
    old, new = (branches(chunk.record(), "nano") for chunk in (before, after))
    angle = np.asarray(new["File_azimuth"])
    assert "File_azimuth" not in old
    assert np.diff(angle.reshape(3, 4), axis=1) % (2.0 * np.pi) == pytest.approx(np.pi / 2.0, abs=1e-5)
    assert len(np.unique(np.round(angle % (np.pi / 2.0), 4))) == 3
    for i in range(12):
        a, b = old["GenPart"][i][:8], new["GenPart"][i][:8]
        for name in ("pt", "eta", "mass", "pdgId", "status", "genPartIdxMother", "vz"):
            assert np.asarray(a[name]).tobytes() == np.asarray(b[name]).tobytes(), name
        off = np.asarray(b.phi, dtype=float) - np.asarray(a.phi, dtype=float) - angle[i]
        assert np.abs(off - 2.0 * np.pi * np.round(off / (2.0 * np.pi))).max() < 1e-6
        assert np.abs(np.asarray(b.phi)).max() <= np.float32(np.pi)
        rotated = (np.asarray(a.vx) + 1j * np.asarray(a.vy)) * np.exp(1j * angle[i])
        assert np.asarray(b.vx) + 1j * np.asarray(b.vy) == pytest.approx(rotated, abs=1e-5)
    # and what the chain adds begins where the parent is, with what the parent has
    particles = after.record().particles
    for i in range(12):
        event = particles[i]
        first = event.mother == 2
        own = first & ~event.replaced
        for name in ("px", "py", "pz", "E"):
            assert abs(sum(event[name][own]) - event[name][2]) < 1e-9 * event.E[2]


def test_cartesian_columns_are_turned_without_rounding_to_the_files_types(etas: Path) -> None:
    source = of_eta(etas, uses=2, azimuth="free").source
    assert isinstance(source, EventFile)
    block = source.block(0)
    made = source.turned(block, Streams(1).rng("azimuth"))
    assert np.hypot(*made.momentum[:2]) == pytest.approx(np.hypot(*block.momentum[:2]), rel=1e-14)
    assert np.array_equal(made.momentum[2], block.momentum[2])
    assert made.momentum[3] == pytest.approx(block.momentum[3], rel=1e-14)
    opposite = made.momentum[:2].reshape(2, -1, 2)
    assert opposite[..., 0] == pytest.approx(-opposite[..., 1], abs=1e-12)
    assert made.originals is not None
    assert np.array_equal(made.momentum[0], made.originals.particles["px"])


def test_every_mother_goes_with_a_parents_own_event() -> None:
    rng = np.random.default_rng(2)
    offsets = np.array([0, 4, 4, 9, 12])
    further = np.array([[11, 1, 5, 5, 8], [9, 0, 4, 6, 7]])
    whole = Originals(
        offsets=offsets,
        particles={"pdgid": np.arange(12), "px": rng.normal(size=12), "py": rng.normal(size=12)},
        events={"entry": np.arange(4)},
        rows=np.array([0, 0, 2, 2, 2, 3]),
        parent=np.array([1, 2, 0, 3, 3, 1]),
        further=further,
    )
    apart = whole.apart()
    assert apart.particles["pdgid"].tolist() == [
        k for row in whole.rows for k in range(*offsets[row : row + 2])
    ]
    for i, row in enumerate(whole.rows):
        own, inside = apart.offsets[i], offsets[row]
        there = (apart.further[0] >= own) & (apart.further[0] < apart.offsets[i + 1])
        was = (further[0] >= inside) & (further[0] < offsets[row + 1])
        assert sorted((apart.further[:, there] - own).T.tolist()) == sorted(
            (further[:, was] - inside).T.tolist()
        )
    assert apart.further.shape == (2, 1 + 1 + 3 * 3 + 1)


def test_chunks_workers_and_parts_change_no_event(etas: Path) -> None:
    made = of_eta(etas, uses=64, azimuth="free")  # three blocks, the last one cut
    made = Pipeline(source=made.source, chain=made.chain, detector=made.detector, seed=480, keep="all")
    whole = list(chunks(made, None, size=100 * BLOCK))
    assert [len(chunk.events) for chunk in whole] == [700 * 64]
    small = list(chunks(made, None, size=1))
    with ThreadPoolExecutor(2) as executor:
        threads = list(chunks(made, None, size=BLOCK, executor=executor, workers=2))
    parts = [c for span in ((2, 3), (0, 2)) for c in chunks(made, None, blocks=span)]
    flow = whole[0].cutflow
    assert (flow.uses, flow.stages[0].parents) == (64, 700)
    for several in (small, threads, [parts[1], parts[0]]):
        assert Cutflow.total([chunk.cutflow for chunk in several]).to_dict() == flow.to_dict()
        joined = Batch.concatenate([chunk.events for chunk in several])
        assert columns(joined) == columns(whole[0].events)
    short = list(chunks(made, 128))
    assert short[0].events.weight.tobytes() == whole[0].events.weight[:128].tobytes()


def test_seeds_draw_other_azimuths_of_the_same_parents(etas: Path) -> None:
    first, second = (
        next(chunks(of_eta(etas, seed, uses=4, azimuth="free"), None, size=1)) for seed in (1, 2)
    )
    (again,) = chunks(of_eta(etas, 1, uses=4, azimuth="free"), None)
    assert columns(first.events) == columns(again.events)
    angles = [chunk.events.originals.events["azimuth"] for chunk in (first, second)]  # type: ignore[union-attr]
    assert not np.isin(angles[0], angles[1]).any()


def test_a_sample_that_is_used_once_keeps_its_name(etas: Path) -> None:
    plain = of_eta(etas)
    assert of_eta(etas, uses=1, azimuth="kept").digest == plain.digest
    others = {of_eta(etas, **kw).digest for kw in ({"uses": 2}, {"uses": 4}, {"azimuth": "free"})}
    assert len(others | {plain.digest}) == 4
    assert "uses" not in plain.source.provenance()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("uses", "nearest"), [(0, 1), (-3, 1), (3, 2), (100, 128), (1000, 1024), (40000, 16384)]
)
def test_other_numbers_of_uses_are_refused(etas: Path, uses: int, nearest: int) -> None:
    with pytest.raises(
        InputError, match=rf"uses = {uses} of each parent; allowed: .*power of two.*; give {nearest}$"
    ):
        EventFile(path=str(etas), parents="eta", uses=uses)


def test_a_run_takes_whole_parents(etas: Path) -> None:
    made = of_eta(etas, uses=16)
    assert made.events(None) == 11200
    with pytest.raises(
        InputError, match=r"n = 100 events of parents that are used 16 times; allowed: .* n = 96 or 112$"
    ):
        made.events(100)
    with pytest.raises(InputError, match=r"allowed: whole parents, n = 16$"):
        made.events(3)


def test_files_say_the_angle_and_read_back(tmp_path: Path) -> None:
    (chunk,) = chunks(pipeline(b_file(tmp_path, uses=2, azimuth="free")), None)
    with RootWriter(tmp_path / "o.root", provenance={}) as file:
        file.write(chunk.record())
    back = read_events(tmp_path / "o.root")
    assert back.original.azimuth.to_list() == chunk.record().original.azimuth.to_list()
    assert back.particles.px.to_list() == chunk.record().particles.px.to_list()
