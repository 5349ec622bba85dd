"""A file holds the same whether a chunk's columns or its record is written, whatever the pieces.

No statistics: bits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, get_args

import awkward as ak
import numpy as np
import pytest
import uproot
from numpy.typing import NDArray

from darkpair import build
from darkpair.chains.chain_set import ChainSet, build_chains
from darkpair.gen.lifetime import Forced
from darkpair.gen.lists import packed
from darkpair.gen.observed import Observed
from darkpair.gen.output import baskets, root
from darkpair.gen.output.event_columns import Collection, EventColumns, FileColumns
from darkpair.gen.output.layouts import Layout, branches, file_columns
from darkpair.gen.output.pieces import form_of
from darkpair.gen.output.root import Kind, RootWriter
from darkpair.gen.output.target import EventWriter
from darkpair.gen.output.titles import titles
from darkpair.gen.pipeline import Chunk, Pipeline
from darkpair.gen.region import Slab
from darkpair.gen.sources.gun import Gun
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.streams import Streams
from tests.laws.pairs import PAIRS, Pair
from tests.shared.event_files import b_event, opened, write_nano

LAYOUTS: tuple[Layout, ...] = get_args(Layout)
KINDS: tuple[Kind, ...] = get_args(Kind)
PAIR = "X1 (X2 -> X1 (pi0 -> gamma gamma))"


def of_pair(pair: Pair, n: int = 200) -> Chunk:
    """Chunk of a few events as the detector sees them, all kept."""
    streams, detector, source = Streams(1), pair.apparatus(), pair.source()
    assert source is not None
    events = pair.made(100.0).batch(source.sample(n, streams.rng("source")), streams)
    reco = detector.observe(events, streams.rng("detector"))
    verdict = detector.select(reco, events.weight)
    seen = reco.marked(verdict.passed, verdict.mask)
    return Chunk(events=events, reco=seen, cutflow=verdict.cutflow, numbers=np.arange(n) * 7, run=5)


def without_detector(source: Any, chain: Any, n: int = 300) -> Chunk:
    return Pipeline(source=source, chain=chain, seed=3).chunk(0, 1, n)


def of_file(folder: Path) -> Chunk:
    """Events of a file, whose particles stay beside what the parents decay to; some have two parents."""
    two = [*b_event(511), (-521, 0, 3.0, 0.5, 1.0, 5.28125, 2)]
    source = opened(write_nano(folder / "events.root", [b_event(), b_event(-511), b_event(531), two] * 60))
    decays = ["B0 -> K0 X1 (X2 -> X1 gamma)", "B+ -> K+ X1 (X2 -> X1 (pi0 -> gamma gamma))"]
    chains = build_chains(decays, mass={"X1": 0.1, "X2": 0.4}, ctau={"X2": 50.0})
    return Pipeline(source=source, chain=ChainSet.covering(chains, source.masses), seed=3).chunk(
        0, 1, source.n_parents
    )


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Chunk]:
    """One of each kind of batch that there is."""
    gun = Gun(parent="K_L0", momentum=3.0)
    mass, dark = {"X1": 0.0, "X2": 0.3}, {"X1": 0.4, "X2": 2.0}
    forced = {"X2": Forced(region=Slab(z_min=3000.0, z_max=5000.0), ctau=100.0)}
    return {
        "koto": of_pair(next(pair for pair in PAIRS if pair.detector == "koto")),
        "mixture": without_detector(
            gun, build("K_L0 -> pi0 pi0 [0.3] | (pi0 -> gamma gamma) gamma gamma [0.7]")
        ),
        "forced": without_detector(KotoKL(), build(f"K_L0 -> {PAIR}", mass=mass, lifetimes=forced)),
        "line": without_detector(
            Gun(parent="B0", momentum=5.0), build("B0 -> (K*0 -> K+ pi-) X1 X2", mass=dark)
        ),
        "lines": without_detector(
            Gun(parent="B0", momentum=5.0), build("B0 -> (K*0 -> K+ pi- [.6] | K0 pi0 [.3]) X1 X2", mass=dark)
        ),
        "file": of_file(tmp_path_factory.mktemp("file")),
    }


def fits(chunk: Chunk, layout: Layout) -> bool:
    """Whether the layout can hold the events."""
    return layout != "flat" or (chunk.events.single and chunk.events.originals is None)


def flat(columns: FileColumns) -> Iterator[tuple[str, NDArray[Any]]]:
    """Every column by name, and the offsets of each list."""
    for name, column in columns.items():
        if isinstance(column, Collection):
            yield f"n{name}", column.offsets
            yield from ((f"{name}_{key}", packed(values)) for key, values in column.columns.items())
        else:
            yield name, column


def same(one: FileColumns, other: FileColumns) -> None:
    """Equal in names, order, types and bits."""
    assert list(one) == list(other)
    assert form_of(one) == form_of(other)
    for (name, a), (_, b) in zip(flat(one), flat(other), strict=True):
        assert a.tobytes() == b.tobytes(), name


def check(chunk: Chunk) -> None:
    columns, record = EventColumns.of_chunk(chunk), EventColumns.of_record(chunk.record())
    for layout in LAYOUTS:
        if fits(chunk, layout):
            ours = file_columns(columns, layout)
            same(ours, file_columns(record, layout))
            assert titles(columns, layout, ours) == titles(
                chunk.record(), layout, branches(chunk.record(), layout)
            )


def covering() -> Iterator[Pair]:
    """Pairs that have every detector and every chain."""
    seen: set[str] = set()
    for pair in PAIRS:
        of_it = {pair.chain, f"{pair.detector} {pair.settings}"}
        if not of_it <= seen:
            seen |= of_it
            yield pair


@pytest.mark.parametrize("pair", list(covering()), ids=str)
def test_columns_of_every_detector_and_chain_are_those_of_the_record(pair: Pair) -> None:
    check(of_pair(pair))


def test_columns_of_every_kind_of_batch_are_those_of_the_record(samples: dict[str, Chunk]) -> None:
    for chunk in samples.values():
        check(chunk)
        check(chunk.tally() if chunk.reco is None else chunk.span(0, 0))


def test_parts_of_a_chunk_are_parts_of_its_record(samples: dict[str, Chunk]) -> None:
    for chunk in samples.values():
        for first, last in ((0, 10), (10, 11), (11, len(chunk.events)), (5, 5)):
            some = EventColumns.of_chunk(chunk.span(first, last))
            expected = EventColumns.of_record(chunk.record()[first:last])
            same(file_columns(some, "cartesian"), file_columns(expected, "cartesian"))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint64, np.int32, np.int64])
def test_what_a_detector_saw_of_some_events(dtype: Any) -> None:
    """Whatever counts the entries of an event."""
    rng = np.random.default_rng(4)
    counts = rng.integers(0, 4, 50).astype(dtype)
    entries = np.arange(int(counts.sum()))
    seen = Observed(n=50, flat={"x": np.arange(50.0)}, lists={"Hit": (counts, {"e": entries})})
    for share in (0.0, 0.1, 0.9, 1.0):
        mask = rng.random(50) < share
        some, expected = seen.take(mask), seen.record()[mask]
        assert some.lists["Hit"][0].dtype == dtype
        assert ak.array_equal(some.record().x, expected.x)
        assert ak.array_equal(some.record().Hit, expected.Hit)
    assert ak.array_equal(seen.span(3, 17).record().Hit, seen.record()[3:17].Hit)


def test_some_events_of_a_batch(samples: dict[str, Chunk]) -> None:
    for name, chunk in samples.items():
        n = len(chunk.events)
        for share in (0.0, 0.1, 0.9, 1.0):
            mask = np.random.default_rng(4).random(n) < share
            some, record = chunk.events.take(mask).record(), chunk.events.record()[mask]
            for field in record.particles.fields:
                assert ak.array_equal(some.particles[field], record.particles[field]), (name, field)
            for field in record.weights.fields:
                assert ak.array_equal(some.weights[field], record.weights[field]), (name, field)


def content(path: Path) -> dict[str, Any]:
    """Titles, types and bits of every branch of a file."""
    with uproot.open(path) as file:
        tree, out = file["Events"], {}
        for name in tree.keys():  # noqa: SIM118 (a TTree's)
            array = tree[name].array()
            counts = () if array.ndim == 1 else tuple(ak.num(array))
            numbers = np.asarray(array if array.ndim == 1 else ak.flatten(array))
            title = tree[name].title if hasattr(tree[name], "title") else tree[name].description
            out[name] = (tree[name].typename, title, counts, numbers.dtype, numbers.tobytes())
        return out


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_file_is_the_same_whatever_is_handed_over(
    tmp_path: Path,
    samples: dict[str, Chunk],
    layout: Layout,
    kind: Kind,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(root, "_BASKET", 90)
    for name, chunk in samples.items():
        if not fits(chunk, layout):
            continue
        record, n = chunk.record(), len(chunk.events)
        with RootWriter(tmp_path / "whole.root", layout=layout, kind=kind, provenance={}) as file:
            file.write(record)
        expected = content(tmp_path / "whole.root")
        with RootWriter(tmp_path / "pieces.root", layout=layout, kind=kind, provenance={}) as file:
            if n < 170:
                file.add(chunk)
            else:
                for first, last in ((0, 0), (0, 1), (1, 40), (40, 160)):
                    file.add(chunk.span(first, last))
                file.write(record[160:170])
                file.add(chunk.span(170, n))
        assert content(tmp_path / "pieces.root") == expected, name


def raw(path: Path) -> dict[str, Any]:
    """Bytes of every basket as they stand in the file, and what the tree says of them."""
    out = {}
    with uproot.open(path) as file:
        for branch in file["Events"].branches:
            n = branch.num_baskets
            leaf = branch.member("fLeaves")[0].all_members
            out[branch.name] = (
                branch.compression,
                [bytes(branch.basket(i).raw_data) for i in range(n)],
                [branch.member(name) for name in ("fEntryOffsetLen", "fTotBytes", "fZipBytes", "fEntries")],
                [
                    branch.member(f"fBasket{name}")[:size].tolist()
                    for name, size in (("Entry", n + 1), ("Bytes", n))
                ],
                {key: str(value) for key, value in leaf.items() if key != "fLeafCount"},
            )
    return out


@pytest.mark.parametrize("compression", root.COMPRESSIONS)
@pytest.mark.parametrize("name", ["koto", "mixture", "file"])
def test_baskets_are_those_of_uproot(
    tmp_path: Path, samples: dict[str, Chunk], name: str, compression: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With several blocks to compress, constants that are kept, and tables that grow."""
    monkeypatch.setattr(root, "_BASKET", 20)
    monkeypatch.setattr(baskets, "_BLOCK", 700)
    monkeypatch.setattr(uproot.compression, "_3BYTE_MAX", 700)
    chunk = samples[name]

    def written(layout: Layout, *, own: bool) -> dict[str, Any]:
        with RootWriter(tmp_path / "e.root", layout=layout, compression=compression, provenance={}) as file:
            for start in range(0, 240, 20):
                file.add(chunk if name == "file" else chunk.span(start % 200, start % 200 + 20))
            assert (file._baskets is not None) == own
        return raw(tmp_path / "e.root")

    for layout in LAYOUTS if (name, compression) == ("koto", "lz4") else LAYOUTS[:1]:
        ours = written(layout, own=True)
        assert len(ours["genWeight"][1]) >= 12
        with monkeypatch.context() as patch:
            patch.setattr(baskets, "CHECKED", ("0.1",))
            assert written(layout, own=False) == ours, layout


@pytest.mark.parametrize(
    ("attribute", "value"), [("CHECKED", ("0.1",)), ("_TREE", ("_gone",)), ("_BRANCH", ("gone",))]
)
def test_an_unknown_uproot_writes_itself(
    tmp_path: Path, samples: dict[str, Chunk], attribute: str, value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another version, or one of which something private is gone."""
    monkeypatch.setattr(baskets, attribute, value)
    with RootWriter(tmp_path / "e.root", provenance={}) as file:
        file.add(samples["koto"])
        assert file._tree is not None
        assert file._baskets is None
    with RootWriter(tmp_path / "record.root", provenance={}) as file:
        file.write(samples["koto"].record())
    assert content(tmp_path / "e.root") == content(tmp_path / "record.root")


class Lines(EventWriter):
    """What a stranger writes: records, as they come."""

    ENDINGS: ClassVar = (".lines",)

    def open_file(self) -> Any:
        return self.partial.open("w")

    def write(self, events: ak.Array) -> None:
        self.events += len(events)
        self.file.write(f"{events.event.to_list()}\n")

    def finish(self) -> None:
        self.file.write("end")


def test_a_format_of_records_gets_many_events_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("darkpair.gen.output.target._AT_ONCE", 100)
    chunk = without_detector(KotoKL(), build(f"K_L0 -> {PAIR}", mass={"X1": 0.0, "X2": 0.3}))
    with Lines(tmp_path / "e.lines", {}) as file:
        for start in range(0, 300, 40):
            file.add(chunk.span(start, min(start + 40, 300)))
    *lines, end = (tmp_path / "e.lines").read_text().split("\n")
    events = [json.loads(line) for line in lines]
    assert [len(line) for line in events] == [120, 120, 60]
    assert [number for line in events for number in line] == list(range(1, 301))
    assert end == "end"
