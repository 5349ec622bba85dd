"""Parents of event files: who is taken, what stays of the file, and what is refused."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

from darkpair.chains.chain_set import ChainSet, build_chains
from darkpair.chains.descriptor import build
from darkpair.gen.errors import InputError
from darkpair.gen.events import Batch
from darkpair.gen.output.layouts import branches
from darkpair.gen.output.reader import read_events
from darkpair.gen.output.root import RootWriter
from darkpair.gen.particles import particle
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.sources.event_file import EventFile
from darkpair.gen.sources.gun import Gun
from darkpair.gen.streams import BLOCK, Streams
from tests.shared.event_files import b_event, opened, write_nano

DECAYS = ["B0 -> K0 X1 (X2 -> X1 gamma)", "B+ -> K+ X1 (X2 -> X1 (pi0 -> gamma gamma))"]


def chain(source: EventFile) -> ChainSet:
    decays = [text for text, kind in zip(DECAYS, (511, 521), strict=True) if kind in source.masses]
    chains = build_chains(decays, mass={"X1": 0.1, "X2": 0.4}, ctau={"X2": 50.0})
    return ChainSet.covering(chains, source.masses)


def batch(source: EventFile, block: int = 0) -> Batch:
    return chain(source).batch(source.block(block), Streams(3, block))


def parents(source: EventFile) -> list[tuple[int, int]]:
    """Entry and index of each parent."""
    at = source.block(0).originals
    assert at is not None
    return list(zip(at.events["entry"][at.rows].tolist(), at.parent.tolist(), strict=True))


def test_of_copies_the_last_decays(tmp_path: Path) -> None:
    source = opened(write_nano(tmp_path / "e.root", [b_event(), b_event(-511), b_event(531)]))
    assert parents(source) == [(0, 2), (1, 2)]
    assert source.block(0).pdgids is not None
    assert source.block(0).pdgids.tolist() == [521, -511]  # type: ignore[union-attr]
    assert source.n_parents == 2


def test_an_oscillated_b_decays_as_what_it_became(tmp_path: Path) -> None:
    event = b_event(511)
    event[2] = (-511, *event[2][1:])
    source = opened(write_nano(tmp_path / "e.root", [event]))
    assert parents(source) == [(0, 2)]
    assert source.block(0).pdgids.tolist() == [-511]  # type: ignore[union-attr]


def test_an_event_with_two_appears_twice(tmp_path: Path) -> None:
    two = [*b_event(), (-511, 0, 3.0, 0.5, 1.0, 5.28125, 2)]
    source = opened(write_nano(tmp_path / "e.root", [b_event(22), two, b_event()]))
    assert parents(source) == [(1, 2), (1, 8), (2, 2)]
    record = batch(source).record()
    assert record.original.event.to_list() == [101, 101, 102]
    assert record.particles.replaced[1].to_list()[:9] == [False] * 9  # of this B nothing stands in the file
    assert record.particles.replaced[0].to_list()[3:7] == [True] * 4


def test_conjugates_are_taken_unless_told_otherwise(tmp_path: Path) -> None:
    path = write_nano(tmp_path / "e.root", [b_event(), b_event(-521)])
    assert opened(path, parents="B-").n_parents == 2
    alone = opened(path, parents=("B-",), conjugates=False)
    assert (alone.n_parents, alone.pdgid) == (1, -521)
    decay = build("B- -> K- X1 X2", mass={"X1": 0.1, "X2": 0.4})
    assert len(decay.batch(alone.block(0), Streams(1))) == 1  # one kind needs no set of chains


@pytest.mark.parametrize("kind", ["ttree", "rntuple"])
def test_the_file_is_kept_and_the_chain_linked(tmp_path: Path, kind: Any) -> None:
    events = [b_event(521, 7.25), b_event(-511, 50.0), b_event(511, 0.5)]
    path = write_nano(tmp_path / "e.root", events, kind=kind)
    file = uproot.open(path)["Events"].arrays()
    record = batch(opened(path)).record()
    nano = branches(record, "nano")
    assert nano["File_genPartIdx"].tolist() == [2, 2, 2]
    for i, event in enumerate(events):
        others = [k for k in range(len(event)) if k != 2]
        listed = nano["GenPart"][i]
        for name in ("pt", "eta", "phi", "mass", "pdgId", "status", "genPartIdxMother"):
            mine, theirs = np.asarray(listed[name]), np.asarray(file[f"GenPart_{name}"][i])
            assert mine.dtype == theirs.dtype
            assert mine[others].tobytes() == theirs[others].tobytes(), name
            if name != "mass":
                assert mine[2] == theirs[2]
        assert listed.replaced.to_list() == [k in (3, 4, 5, 6) for k in range(len(listed))]
        new = np.asarray(listed.genPartIdxMother)[8:]
        topology = [2, 2, 2, 10, 10] + ([12, 12] if abs(event[2][0]) == 521 else [])
        assert new.tolist() == topology
        sign = np.sign(event[2][0])
        assert listed.pdgId[8] == sign * (321 if abs(event[2][0]) == 521 else 311)
        assert listed.pdgId[9:11].to_list() == [51, 901]
    closes(record)


def closes(record: ak.Array) -> None:
    """Four-momentum of every decay of the chain closes; the parents have the PDG's mass."""
    particles = record.particles
    for i, index in enumerate(record.original.parent):
        event = particles[i]
        first = next(k for k in range(len(event)) if event.mother[k] == index and not event.replaced[k])
        for at in (index, *range(first, len(event))):
            mine = (event.mother == at) & ~event.replaced
            if ak.any(mine):
                for name in ("px", "py", "pz", "E"):
                    off = ak.sum(event[name][mine]) - event[name][at]
                    assert abs(off) < 1e-9 * event.E[at]
    b = particles[ak.local_index(particles) == record.original.parent][:, 0]
    names = {511: "B0", 521: "B+"}
    mass = np.array([particle(names[abs(k)]).mass for k in b.pdgid])
    assert np.asarray(b.nominal_mass).tolist() == mass.tolist()
    assert np.asarray(b.E**2 - b.px**2 - b.py**2 - b.pz**2) == pytest.approx(mass**2, rel=1e-9)


def test_final_particles_of_the_file_are_seen_but_the_replaced(tmp_path: Path) -> None:
    made = batch(opened(write_nano(tmp_path / "e.root", [b_event(), b_event(511)])))
    photons, pions = made.final_state(22), made.final_state(211, -211)
    assert photons.counts.tolist() == [3, 2]
    assert photons.index.tolist() == [7, 13, 14, 7, 12]
    assert pions.counts.tolist() == [0, 0]
    record = made.record()
    assert photons.momentum[3].tolist() == [
        record.particles.E[e, i] for e, i in zip(photons.event, photons.index, strict=True)
    ]
    one = made.take(np.array([False, True]))
    assert one.final_state(22).momentum.tolist() == photons.momentum[:, 3:].tolist()


def test_a_final_parent_has_decayed(tmp_path: Path) -> None:
    event = b_event()
    event[2] = (*event[2][:6], 1)
    made = batch(opened(write_nano(tmp_path / "e.root", [event])))
    assert made.final_state(521).counts.tolist() == [0]
    assert made.record().particles.status[0, 2] == 2


def many(path: Path) -> Path:
    """More than two blocks of parents, whose borders lie inside events."""
    rng = np.random.default_rng(8)
    events = [[*b_event(), *([(-511, 0, 3.0 + k % 7, 0.5, 1.0, 5.28125, 2)] * (k % 3))] for k in range(50)]
    order = rng.integers(0, len(events), 18000)
    return write_nano(path, [events[k] for k in order], weights=rng.choice([-1.0, 2.0, 3.0], len(order)))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return many(tmp_path_factory.mktemp("large") / "e.root")


def same(one: ak.Array, other: ak.Array) -> bool:
    return one.fields == other.fields and all(
        ak.array_equal(one[name][field], other[name][field])
        for name in one.fields
        for field in one[name].fields
    )


def test_blocks_hold_every_parent_once(large: Path) -> None:
    source = opened(large)
    tree = uproot.open(large)["Events"].arrays(["GenPart_pdgId", "GenPart_genPartIdxMother"])
    b = (abs(tree.GenPart_pdgId) == 511) | (abs(tree.GenPart_pdgId) == 521)
    b = b & (ak.local_index(b) != 1)  # the copy
    expected = np.repeat(np.arange(len(b)), ak.sum(b, axis=1))
    sizes = [len(source.block(k)) for k in range(-(-source.n_parents // BLOCK))]
    assert sizes == [BLOCK] * (len(sizes) - 1) + [len(expected) - BLOCK * (len(sizes) - 1)]
    entry, index = [], []
    for k in range(len(sizes)):
        at = source.block(k).originals
        assert at is not None
        entry += at.events["entry"][at.rows].tolist()
        index += at.parent.tolist()
    assert entry == expected.tolist()
    assert index == ak.flatten(ak.local_index(b)[b]).to_list()
    borders = [entry[k * BLOCK] == entry[k * BLOCK - 1] for k in range(1, len(sizes))]
    assert any(borders), "no border inside an event: the file tests nothing"


def test_neither_chunks_nor_workers_change_a_bit(large: Path) -> None:
    source = opened(large)
    pipeline = Pipeline(source=source, chain=chain(source), seed=2)

    def record(n: int | None = None, **settings: Any) -> ak.Array:
        return ak.concatenate([c.record() for c in chunks(pipeline, n, **settings)])

    whole = record(size=10**6)
    assert len(whole) == source.n_parents
    assert same(whole, record(size=1))
    with ThreadPoolExecutor(2) as pool:
        assert same(whole, record(size=BLOCK, executor=pool, workers=2))
    assert same(whole[:17000], record(17000))
    other = pickle.loads(pickle.dumps(source)).block(1)
    assert other.momentum.tobytes() == source.block(1).momentum.tobytes()
    with pytest.raises(InputError, match=f"at most {source.n_parents}"):
        record(source.n_parents + 1)


def test_weights_are_the_files_over_their_mean(large: Path) -> None:
    source = opened(large)
    parts = [source.block(k) for k in range(-(-source.n_parents // BLOCK))]
    weight = np.concatenate([p.weights["event_file"] for p in parts])
    assert float(weight.mean()) == pytest.approx(1.0, rel=1e-12)
    at = parts[0].originals
    assert at is not None
    file = uproot.open(large)["Events/genWeight"].array()
    assert parts[0].weights["event_file"] * source.provenance()["mean_weight"] == pytest.approx(
        np.asarray(file[at.events["entry"][at.rows]]), rel=1e-12
    )
    bare = opened(large, branches={"weight": ""})
    assert set(bare.block(0).weights["event_file"]) == {1.0}


def test_units_and_vertices(tmp_path: Path) -> None:
    where = [[(0.5, -0.25, 2.0)] * 8, [(0.0, 1.0, -3.0)] * 8]
    events = [b_event(), b_event(-521)]
    mapped = {f"v{x}": f"GenPart_v{x}" for x in "xyz"}
    plain = opened(write_nano(tmp_path / "a.root", events, vertices=where))
    assert not plain.block(0).vertex.any()  # nobody says what these branches mean
    assert batch(plain).record().original.has_vertex.to_list() == [False, False]
    cm = opened(
        write_nano(tmp_path / "b.root", events, vertices=where, energy=1000.0),
        branches=mapped,
        length_unit="cm",
        momentum_unit="MeV",
    )
    assert cm.block(0).vertex[:, 0].tolist() == [5.0, -2.5, 20.0, 0.0]
    assert cm.block(0).momentum == pytest.approx(plain.block(0).momentum, rel=1e-6)
    record = batch(cm).record()
    assert record.original.has_vertex.to_list() == [True, True]
    assert record.particles.vx[0, :8].to_list() == [5.0] * 8
    assert record.particles.nominal_mass[0, 7] == 0.0
    assert record.particles.nominal_mass[0, 1] == pytest.approx(5.28125, rel=1e-6)


def test_the_stored_mass(tmp_path: Path) -> None:
    path = write_nano(tmp_path / "e.root", [b_event(), b_event(-521)])
    source = opened(path, parents="B+", mass="stored")
    assert dict(source.masses) == {521: 5.28125, -521: 5.28125}
    made = ChainSet.covering(build_chains(DECAYS[1:], mass={"X1": 0.1, "X2": 0.4}), source.masses)
    record = made.batch(source.block(0), Streams(1)).record()
    b = record.particles[:, 2]
    assert np.asarray(b.E**2 - b.px**2 - b.py**2 - b.pz**2) == pytest.approx(5.28125**2, rel=1e-9)
    for name in ("px", "py", "pz", "E"):
        off = ak.sum(record.particles[name][:, 8:11], axis=1) - b[name]
        assert ak.all(abs(off) < 1e-9 * b.E)
    changed = b_event()
    changed[2] = (*changed[2][:5], 5.2795, 2)
    with pytest.raises(InputError, match=r"from 5.2795\d* to 5.28125 GeV"):
        opened(write_nano(tmp_path / "f.root", [b_event(), changed]), mass="stored")


@pytest.mark.parametrize("kind", ["ttree", "rntuple"])
@pytest.mark.parametrize("layout", ["cartesian", "nano"])
def test_our_own_files_are_read(tmp_path: Path, layout: Any, kind: Any) -> None:
    decay = build("B0 -> (D*- -> anti-D0 pi-) pi+", mass={})
    made = Pipeline(source=Gun(parent="B0", momentum=(1.0, 9.0), cone=1.0, z=40.0), chain=decay)
    (chunk,) = chunks(made, 40)
    events = chunk.record()
    with RootWriter(tmp_path / "e.root", layout=layout, kind=kind, provenance={}) as file:
        file.write(events)
    source = opened(tmp_path / "e.root", parents="B0")
    again = batch(source).record()
    for name in ("px", "py", "pz"):
        expected = np.asarray(events.particles[name])
        assert again.particles[name][:, :5].to_numpy() == pytest.approx(
            expected, **({"rel": 0, "abs": 0} if layout == "cartesian" else {"rel": 1e-5, "abs": 1e-5})
        )
    assert again.particles.vz[:, 0].to_list() == [40.0] * 40
    assert again.original.has_vertex.to_list() == [True] * 40
    assert again.particles.replaced[:, :5].to_list() == [[False, True, True, True, True]] * 40


def test_written_events_come_back(tmp_path: Path) -> None:
    record = batch(opened(write_nano(tmp_path / "e.root", [b_event(), b_event(511)]))).record()
    with RootWriter(tmp_path / "o.root", provenance={}) as file:
        file.write(record)
    back = read_events(tmp_path / "o.root")
    for name in ("particles", "original", "weights", "proper_length"):
        assert sorted(back[name].fields) == sorted(record[name].fields)
        assert all(ak.array_equal(back[name][f], record[name][f]) for f in record[name].fields), name


def test_the_flat_layout_is_refused(tmp_path: Path) -> None:
    record = batch(opened(write_nano(tmp_path / "e.root", [b_event(), b_event(511)]))).record()
    with pytest.raises(InputError, match="choose 'cartesian' or 'nano'"):
        branches(record, "flat")


def test_a_flat_tree_has_one_particle_an_event(tmp_path: Path) -> None:
    names = {"px": "B_PX", "py": "B_PY", "pz": "B_PZ", "mass": "B_M", "pdgid": "B_ID"}
    columns = {"B_PX": [1e3, 2e3], "B_PY": [0.0, 1.0], "B_PZ": [5e4, 6e4], "B_M": [5279.0, 5280.0]}
    with uproot.recreate(tmp_path / "e.root") as file:
        data = {k: np.array(v) for k, v in columns.items()} | {"B_ID": np.array([521, -521], dtype=np.int32)}
        file.mktree("DecayTree", {k: v.dtype for k, v in data.items()}).extend(data)
    source = opened(
        tmp_path / "e.root",
        tree="DecayTree",
        parents="B+",
        momentum_unit="MeV",
        branches=names | {"energy": "", "status": "", "mother": ""},
    )
    assert source.block(0).momentum[:3, 1] == pytest.approx([2.0, 0.001, 60.0])
    closes(batch(source).record())
