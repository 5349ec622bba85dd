"""HepMC3 files, read back by pyhepmc: each number as it was, each link, and how they were made."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest

from darkpair.chains.chain_set import ChainSet
from darkpair.chains.descriptor import build
from darkpair.gen.errors import InputError
from darkpair.gen.events import total_weight
from darkpair.gen.lifetime import Scan
from darkpair.gen.output import number_text, text_writer
from darkpair.gen.output.hepmc import HepMCWriter
from darkpair.gen.output.reader import read_provenance
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.sources.event_file import EventFile
from darkpair.gen.sources.gun import Gun
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.sources.upsilon4s import Upsilon4S

pyhepmc = pytest.importorskip("pyhepmc", reason="pyhepmc is not installed")

PAIR = "X1 (X2 -> X1 (pi0 -> gamma gamma))"
MASS = {"X1": 0.0, "X2": 0.43}


def made(source: Any, chain: Any, n: int) -> ak.Array:
    if isinstance(source, EventFile):
        chain = ChainSet.covering([chain], source.masses)
    (chunk,) = chunks(Pipeline(source=source, chain=chain, seed=5), n)
    return chunk.record()


def koto(n: int = 500) -> ak.Array:
    """Two weights or more: the lifetime's, and one whose name is no word."""
    scan = build(f"K_L0 -> {PAIR}", mass=MASS, lifetimes={"X2": Scan(ctau=100.0)})
    events = made(KotoKL(), scan, n)
    weights = ak.with_field(events.weights, np.linspace(0.3, 3.0, n), "a factor")
    return ak.with_field(events, weights, "weights")


def b_mesons(n: int = 500) -> ak.Array:
    chain = build(f"B+ -> K+ {PAIR}", mass=MASS, ctau={"X2": 70.0})
    return made(Upsilon4S(parent="B+"), chain, n)


def mixture(n: int = 500) -> ak.Array:
    chain = build("K_L0 -> pi0 pi0 [0.3] | (pi0 -> gamma gamma) (pi0 -> e+ e- gamma) gamma [0.7]")
    return made(Gun(parent="K_L0", momentum=3.0), chain, n)


def written(path: Path, events: ak.Array, **provenance: Any) -> Path:
    with HepMCWriter(path, provenance={"seed": 3} | provenance) as file:
        file.write(events)
    return path


def read(path: Path) -> list[Any]:
    with pyhepmc.open(path) as file:
        return list(file)


def particles(event: Any) -> dict[str, Any]:
    """What pyhepmc says of an event, in our words; numbers as Python has them."""
    rows = event.particles
    place = event.event_pos()
    out: dict[str, Any] = {
        "pdgid": [p.pid for p in rows],
        "status": [p.status for p in rows],
        "mother": [p.parents[0].id - 1 if p.parents else -1 for p in rows],
        "nominal_mass": [p.generated_mass for p in rows],
    }
    out |= {name: [getattr(p.momentum, name.lower()) for p in rows] for name in ("px", "py", "pz", "E")}
    for axis in "xyzt":
        out[f"v{axis}"] = [getattr(p.production_vertex.position if p.parents else place, axis) for p in rows]
    return out


@pytest.mark.parametrize("make", [koto, b_mesons, mixture])
@pytest.mark.parametrize("ending", ["hepmc3", "hepmc3.gz"])
def test_every_number_comes_back(tmp_path: Path, make: Any, ending: str) -> None:
    """Bit by bit: the text is the shortest that reads back as the same double."""
    record = make()
    path = written(tmp_path / f"e.{ending}", record)
    events = read(path)
    assert len(events) == len(record)
    assert [event.event_number for event in events] == list(range(1, len(record) + 1))
    assert {(e.momentum_unit, e.length_unit) for e in events} == {(pyhepmc.Units.GEV, pyhepmc.Units.MM)}
    expected = record.particles.to_list()
    for event, rows in zip(events, expected, strict=True):
        got = particles(event)
        for name, values in got.items():
            assert values == [row[name] for row in rows], name
        assert all(len(p.parents) <= 1 for p in event.particles)
    names = ["genWeight", *(f"weight_{n.replace(' ', '_')}" for n in record.weights.fields)]
    columns = [total_weight(record), *(np.asarray(record.weights[n]) for n in record.weights.fields)]
    assert len(names) == (3 if make is koto else 1)
    assert events[0].weight_names == ["CV", *names[1:]]
    assert read_provenance(path)["output"]["weights"] == names
    assert np.array_equal([event.weights for event in events], np.stack(columns, axis=1))
    for role in record.proper_length.fields:
        lengths = [float(str(event.attributes[f"{role}_properLength"])) for event in events]
        assert np.array_equal(lengths, record.proper_length[role])


@pytest.mark.parametrize("make", [koto, b_mesons, mixture])
def test_each_vertex_is_a_decay_that_keeps_four_momentum(tmp_path: Path, make: Any) -> None:
    for event in read(written(tmp_path / "e.hepmc3", make())):
        assert [p.status for p in event.beams] == [4]
        for vertex in event.vertices:
            (parent,) = vertex.particles_in
            assert parent.status in (2, 4)
            for name in ("px", "py", "pz", "e"):
                missing = getattr(parent.momentum, name) - sum(
                    getattr(p.momentum, name) for p in vertex.particles_out
                )
                assert abs(missing) < 1e-9 * event.particles[0].momentum.e
        for p in event.particles:
            assert (p.end_vertex is None) == (p.status == 1)


def test_packed_text_is_the_text(tmp_path: Path) -> None:
    plain = written(tmp_path / "e.hepmc3", koto()).read_bytes()
    packed = written(tmp_path / "e.hepmc3.gz", koto()).read_bytes()
    assert gzip.decompress(packed) == plain
    assert len(packed) < 0.6 * len(plain)


def test_how_events_come_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events = mixture(700)
    whole = written(tmp_path / "e.hepmc3", events).read_bytes()
    monkeypatch.setattr(text_writer, "_BATCH", 64)
    with HepMCWriter(tmp_path / "p.hepmc3", provenance={"seed": 3}) as file:
        for start, stop in ((0, 0), (0, 1), (1, 150), (150, 150), (150, 700)):
            file.write(events[start:stop])
    assert (tmp_path / "p.hepmc3").read_bytes() == whole
    chosen = np.random.default_rng(2).permutation(700)[:200]
    some = read(written(tmp_path / "s.hepmc3", events[chosen]))
    assert [particles(e)["px"] for e in some] == events.particles.px[chosen].to_list()


def test_small_and_large_numbers() -> None:
    """Powers of ten that text writes with and without an exponent, a subnormal and a negative zero."""
    numbers = np.array([1e-310, -0.0, 1e-7, 1e-5, 123456789.0, 1e15, 1e16, 1e22, 1.7976931348623157e308, 0.1])
    rows = number_text.rows_text([numbers, -numbers])
    assert [tuple(map(float, row.split())) for row in rows] == list(
        zip(numbers.tolist(), (-numbers).tolist(), strict=True)
    )
    assert np.signbit(float(rows[1].split()[0]))
    assert [float(row) for row in number_text.rows_text([np.array([np.inf])])] == [np.inf]
    assert np.isnan(float(number_text.rows_text([np.array([np.nan])])[0]))


def test_provenance(tmp_path: Path) -> None:
    """Known at the beginning and at the end; quotes, backslashes, line ends and Greek in it."""
    text = 'a "path\\with|all\nof it" ψ'
    with HepMCWriter(tmp_path / "e.hepmc3", provenance={"seed": 3, "chain": text}) as file:
        file.write(koto(20))
        file.provenance["result"] = {"generated": np.int64(100)}
        file.close({"cutflow": [{"cut": "all\\", "n": 100}]})
    told = read_provenance(tmp_path / "e.hepmc3")
    assert told["seed"] == 3
    assert told["chain"] == text
    assert told["result"] == {"generated": 100}
    assert told["cutflow"] == [{"cut": "all\\", "n": 100}]
    assert told["output"]["events"] == 20
    run = read(tmp_path / "e.hepmc3")[0].run_info
    known = {
        key: json.loads(str(run.attributes[f"darkpair.{key}"])) for key in ("provenance", "result", "seed")
    }
    assert known["provenance"] | known["result"] == told
    assert known["seed"] == 3
    assert [tool.name for tool in run.tools] == ["darkpair"]


@pytest.mark.parametrize("ending", ["hepmc3", "hepmc3.gz"])
def test_a_result_that_needs_more_room_gets_it(tmp_path: Path, ending: str) -> None:
    events = koto(50)
    normal = read(written(tmp_path / f"a.{ending}", events))
    cuts = [{"cut": f"cut {i}", "n": i} for i in range(400)]
    with HepMCWriter(tmp_path / f"b.{ending}", provenance={"seed": 3}) as file:
        file.write(events)
        file.close({"cuts": cuts})
    assert read_provenance(tmp_path / f"b.{ending}")["cuts"] == cuts
    assert [particles(e) for e in read(tmp_path / f"b.{ending}")] == [particles(e) for e in normal]
    unpacked = gzip.decompress if ending.endswith("gz") else bytes
    texts = [unpacked((tmp_path / f"{name}.{ending}").read_bytes()) for name in "ab"]
    assert texts[0].partition(b"\nE 1 ")[2] == texts[1].partition(b"\nE 1 ")[2]
    assert texts[1].count(b"START_EVENT_LISTING") == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"a.{ending}", f"b.{ending}"]
    with pytest.raises(InputError, match=r"300\d+ characters.*262143"):
        written(tmp_path / f"c.{ending}", events, table="x" * 300000)
    assert not (tmp_path / f"c.{ending}").exists()


def test_no_event_kept_is_a_file(tmp_path: Path) -> None:
    path = written(tmp_path / "e.hepmc3", koto()[:0])
    assert read(path) == []
    assert read_provenance(path)["output"]["events"] == 0
    assert read_provenance(path)["output"]["weights"] == [
        "genWeight",
        "weight_lifetime",
        "weight_a_factor",
    ]


def test_other_events_are_refused(tmp_path: Path) -> None:
    def both() -> None:
        with HepMCWriter(tmp_path / "e.hepmc3", provenance={}) as file:
            file.write(koto(10))
            file.write(mixture(10))

    with pytest.raises(InputError, match="differ in their weights"):
        both()
    assert not list(tmp_path.iterdir())


def test_a_foreign_or_damaged_file_is_one_line(tmp_path: Path) -> None:
    with pyhepmc.open(tmp_path / "foreign.hepmc3", "w") as file:
        file.write(pyhepmc.GenEvent())
    with pytest.raises(InputError, match="not written by darkpair"):
        read_provenance(tmp_path / "foreign.hepmc3")
    whole = written(tmp_path / "e.hepmc3.gz", koto(10)).read_bytes()
    (tmp_path / "cut.hepmc3.gz").write_bytes(whole[:300])
    (tmp_path / "other.hepmc3.gz").write_bytes(b"not gzip")
    (tmp_path / "deep.hepmc3").write_bytes(b"A darkpair.provenance " + b"[" * 100_000)
    expected = {
        "cut.hepmc3.gz": "cut short",
        "other.hepmc3.gz": "not written by darkpair",
        "deep.hepmc3": "cannot be read.*damaged",
    }
    for name, words in expected.items():
        with pytest.raises(InputError, match=words) as refusal:
            read_provenance(tmp_path / name)
        assert "\n" not in str(refusal.value)
    with pytest.raises(InputError, match="there is no file"):
        read_provenance(tmp_path / "missing.hepmc3")


@pytest.mark.parametrize(("make", "parent"), [(koto, "K_L0"), (b_mesons, "B+")])
def test_our_source_takes_the_parents_back(tmp_path: Path, make: Any, parent: str) -> None:
    """Momentum and place bit by bit, the weight up to its mean; then it decays anew, and is written again."""
    record = make(300)
    source = EventFile(path=str(written(tmp_path / "e.hepmc3", record)), parents=parent)
    parents = source.block(0)
    first = record.particles[:, 0]
    assert np.array_equal(parents.momentum[:3], [first.px, first.py, first.pz])
    assert parents.momentum[3] == pytest.approx(np.asarray(first.E), rel=1e-14)
    assert np.array_equal(parents.vertex, [first.vx, first.vy, first.vz, first.vt])
    assert np.array_equal(parents.weights["event_file"], total_weight(record) / np.mean(total_weight(record)))
    chain = build(
        {"K_L0": "K_L0 -> gamma gamma", "B+": "B+ -> K+ X1 X2"}[parent], mass={} if parent == "K_L0" else MASS
    )
    again = made(source, chain, 300)
    events = read(written(tmp_path / "again.hepmc3", again))
    assert ak.all(ak.any(again.particles.replaced, axis=1))
    kept = again.particles[~again.particles.replaced]
    for event, rows, old in zip(events, kept.to_list(), again.original.to_list(), strict=True):
        got = particles(event)
        for name in ("pdgid", "status", "nominal_mass", "px", "py", "pz", "E", "vx", "vy", "vz", "vt"):
            assert got[name] == [row[name] for row in rows], name
        assert got["mother"] == [-1] + [0] * (len(rows) - 1)
        assert int(str(event.attributes["File_entry"])) == old["entry"]
        assert int(str(event.attributes["event"])) == old["event"] == old["entry"] + 1
        assert int(str(event.attributes["File_hasVertex"])) == old["has_vertex"]


def test_what_is_replaced_leaves_the_links_of_the_others(tmp_path: Path) -> None:
    """A B in the middle of its event: its old pions go, what stands behind them moves up."""
    event = pyhepmc.GenEvent(pyhepmc.Units.GEV, pyhepmc.Units.MM)
    rows = [
        (2212, 4, 50.0),
        (521, 2, 20.0),
        (511, 2, 10.0),
        (211, 1, 15.0),
        (111, 2, 5.0),
        (22, 1, 5.0),
        (22, 1, 9.0),
    ]
    made_of = [
        pyhepmc.GenParticle((0.0, 0.0, e, float(np.hypot(e, m))), k, s)
        for (k, s, e), m in zip(rows, (1, 5.279, 5.28, 0.14, 0.135, 0, 0), strict=True)
    ]
    for at, into, out in (
        ((0, 0, 1, 1), 0, (1, 2)),
        ((0, 0, 2, 2), 1, (3, 4)),
        ((0, 0, 3, 3), 4, (5,)),
        ((0, 0, 4, 4), 2, (6,)),
    ):
        vertex = pyhepmc.GenVertex(at)
        vertex.add_particle_in(made_of[into])
        for one in out:
            vertex.add_particle_out(made_of[one])
        event.add_vertex(vertex)
    with pyhepmc.open(tmp_path / "in.hepmc3", "w", precision=16) as file:
        file.write(event)
    chain = build("B+ -> K+ X1 X2", mass=MASS)
    source = EventFile(path=str(tmp_path / "in.hepmc3"), parents="B+")
    (got,) = map(particles, read(written(tmp_path / "out.hepmc3", made(source, chain, 1))))
    assert sorted(got["pdgid"]) == sorted([2212, 521, 511, 22, 321, 51, 901])
    mothers = [None if m < 0 else got["pdgid"][m] for m in got["mother"]]
    assert dict(zip(got["pdgid"], mothers, strict=True)) == {
        2212: None, 521: 2212, 511: 2212, 22: 511, 321: 521, 51: 521, 901: 521,
    }  # fmt: skip
    assert [got["vz"][got["pdgid"].index(k)] for k in (521, 511, 22)] == [1.0, 1.0, 4.0]
