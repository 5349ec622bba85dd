"""Several event files are one sample: the law of three parts in every format, and how files are named."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

from darkpair.chains.chain_set import ChainSet, build_chains
from darkpair.gen.errors import InputError
from darkpair.gen.identity import identity_digest
from darkpair.gen.output.hepmc import HepMCWriter
from darkpair.gen.output.lhe import LHEWriter
from darkpair.gen.output.root import RootWriter
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.sources.event_file import EventFile
from tests.shared import small_events
from tests.shared.event_files import b_event, opened, write_nano

DECAYS = ["B0 -> K0 X1 (X2 -> X1 gamma)", "B+ -> K+ X1 (X2 -> X1 (pi0 -> gamma gamma))"]
CUTS = (0, 7, 8, 40)

#: Parents in the 54 events that the 40 make: of each third two, one of them twice.
PARENTS = 82


def pipeline(source: EventFile, seed: int = 2) -> Pipeline:
    chains = build_chains(DECAYS, mass={"X1": 0.1, "X2": 0.4}, ctau={"X2": 50.0})
    return Pipeline(source=source, chain=ChainSet.covering(chains, source.masses), seed=seed)


def record(source: EventFile, **settings: Any) -> ak.Array:
    return ak.concatenate([chunk.record() for chunk in chunks(pipeline(source), None, **settings)])


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> ak.Array:
    """Events with one or two parents each, of weights whose sum depends on the order of its terms."""
    two = [*b_event(), (-511, 0, 3.0, 0.5, 1.0, 5.28125, 2)]
    weights = np.random.default_rng(5).choice([-1.3, 0.1, 2.7, 1e-9], CUTS[-1])
    listed = [two if i % 3 == 0 else b_event((-1) ** i * 511) for i in range(CUTS[-1])]
    return record(opened(write_nano(tmp_path_factory.mktemp("first") / "e.root", listed, weights=weights)))


WRITERS: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "cartesian": (".root", lambda path: RootWriter(path, provenance={})),
    "nano": (".root", lambda path: RootWriter(path, layout="nano", provenance={})),
    "rntuple": (".root", lambda path: RootWriter(path, kind="rntuple", provenance={})),
    "hepmc3": (".hepmc3", lambda path: HepMCWriter(path, provenance={})),
}


@pytest.mark.parametrize("name", WRITERS)
def test_three_parts_are_the_whole(tmp_path: Path, events: ak.Array, name: str) -> None:
    ending, writer = WRITERS[name]
    bounds = {"whole": (0, len(events)), **{f"part{i}": CUTS[i : i + 2] for i in range(3)}}
    bounds["part2"] = (CUTS[2], len(events))
    for stem, (first, last) in bounds.items():
        with writer(tmp_path / f"{stem}{ending}") as file:
            file.write(events[first:last])
    parts = tuple(str(tmp_path / f"part{i}{ending}") for i in range(3))
    whole, three = opened(tmp_path / f"whole{ending}"), EventFile(path=parts, parents=("B0", "B+"))
    assert three.n_parents == whole.n_parents == PARENTS
    before, after = whole.provenance(), three.provenance()
    for key in ("entries", "counts", "masses", "mean_weight", "parents_per_event", "parents_per_event_error"):
        assert after[key] == before[key], key
    assert [row["path"] for row in after["files"]] == list(parts)
    assert sum(row["parents"] for row in after["files"]) == whole.n_parents
    one, several = record(whole), record(three)
    for field in ("particles", "weights", "proper_length"):
        for column in one[field].fields:
            assert ak.array_equal(one[field][column], several[field][column]), column
    entry = np.asarray(several.original.entry) + np.array(CUTS, dtype=np.uint64)[several.original.file]
    assert np.asarray(one.original.entry).tolist() == entry.tolist()
    assert set(several.original.fields) - set(one.original.fields) == {"file"}
    backwards = EventFile(path=parts[::-1], parents=("B0", "B+"))
    assert backwards.block(0).originals.events["file"].tolist()[0] == 0  # type: ignore[union-attr]
    assert sorted(backwards.block(0).momentum[0]) == sorted(three.block(0).momentum[0])
    assert len({identity_digest(source) for source in (whole, three, backwards)}) == 3


@pytest.mark.parametrize("name", [*WRITERS, "lhe"])
def test_a_part_without_events_changes_nothing(tmp_path: Path, events: ak.Array, name: str) -> None:
    """Wherever it stands: the mean weight is that of the others, and the identity says that it is there."""
    ending, writer = (
        WRITERS[name] if name in WRITERS else (".lhe", lambda path: LHEWriter(path, provenance={}))
    )
    bounds = ((0, 0), (0, 7), (7, 7), (7, 20), (20, 20))
    paths = [str(tmp_path / f"part{i}{ending}") for i in range(len(bounds))]
    for path, (first, last) in zip(paths, bounds, strict=True):
        with writer(Path(path)) as file:
            file.write(events[first:last])
    parents = ("B0", "B+") if name != "lhe" else "K+"
    without = EventFile(path=tuple(paths[1::2]), parents=parents)
    for some in (paths, paths[:4], paths[1:4], paths[1:]):
        whole = EventFile(path=tuple(some), parents=parents)
        before, after = without.provenance(), whole.provenance()
        for key in ("entries", "counts", "mean_weight", "parents_per_event", "parents_per_event_error"):
            assert after[key] == before[key], key
        assert [row["entries"] for row in after["files"]] == [
            b - a for a, b in bounds if paths[bounds.index((a, b))] in some
        ]
        assert np.array_equal(whole.block(0).momentum, without.block(0).momentum)
        assert np.array_equal(whole.block(0).weights["event_file"], without.block(0).weights["event_file"])
        assert whole.sample_identity() != without.sample_identity()
    for nothing, words in (
        (paths[0], "has no events; give a file with events"),
        (tuple(paths[::2]), "and 2 more have no events"),
    ):
        with pytest.raises(InputError, match=words) as refusal:
            EventFile(path=nothing, parents=parents)
        assert paths[0] in str(refusal.value)
        assert ("tree 'Events' of" in str(refusal.value)) == (ending == ".root")


@pytest.mark.parametrize("name", ["hepmc2", "hepmc3", "lhe"])
def test_texts_of_others_without_events(tmp_path: Path, name: str) -> None:
    write = getattr(small_events, name)
    (tmp_path / "0.txt").write_text(write([]))
    (tmp_path / "1.txt").write_text(write(small_events.toy_events(3)))
    kinds = tuple(small_events.KINDS.values())
    both = EventFile(path=str(tmp_path / "?.txt"), parents=kinds)
    assert both.n_parents == EventFile(path=str(tmp_path / "1.txt"), parents=kinds).n_parents > 0
    with pytest.raises(InputError, match=r"0.txt' has no events; give a file with events"):
        EventFile(path=str(tmp_path / "0.txt"), parents=kinds)


def test_a_tree_without_rows_is_not_asked_for_beside_others(tmp_path: Path) -> None:
    """Of several trees those with rows count, and only these."""
    momenta = {n: ak.Array([[1.0, 2.0]]) for n in ("px", "py", "pz", "mass")}
    columns = momenta | {"pdgid": ak.Array([[521, 22]])}
    with uproot.recreate(tmp_path / "e.root") as file:
        for tree, stop in (("empty", 0), ("full", 1)):
            file.mktree(tree, dict.fromkeys(momenta, "var * float64") | {"pdgid": "var * int32"})
            if stop:
                file[tree].extend(
                    {
                        n: ak.values_astype(c, "int32" if n == "pdgid" else "float64")
                        for n, c in columns.items()
                    }
                )
    branches = {n: n for n in columns} | {"status": "", "mother": ""}
    assert (
        EventFile(path=str(tmp_path / "e.root"), parents="B+", branches=branches).provenance()["tree"]
        == "full"
    )


def small(folder: Path, *names: str, **settings: Any) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    return [write_nano(folder / name, [b_event(), b_event(-511)], **settings) for name in names]


def test_neither_chunks_nor_blocks_mind_the_borders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    two = [*b_event(), (-511, 0, 3.0, 0.5, 1.0, 5.28125, 2)]
    for i in range(5):
        write_nano(tmp_path / f"{i}.root", [two, b_event(22), two][: 1 + i % 3])
    for module in ("event_file", "event_scan"):
        monkeypatch.setattr(f"darkpair.gen.sources.{module}.BLOCK", 3)
    source = EventFile(path=str(tmp_path / "*.root"), parents=("B0", "B+"))
    blocks = [source.block(i).originals for i in range(-(-source.n_parents // 3))]
    rows = [
        (int(at.events["file"][row]), int(at.events["entry"][row]), int(parent))
        for at in blocks
        if at is not None
        for row, parent in zip(at.rows, at.parent, strict=True)
    ]
    expected = [
        (i, entry, parent) for i in range(5) for entry in (0, 2)[: 1 + (i % 3 == 2)] for parent in (2, 8)
    ]
    assert rows == expected


def test_how_files_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(tmp_path, "b.root", "a.root", "c[1].root", "d:e.root")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def files(*path: str, **settings: Any) -> list[tuple[str, str]]:
        source = EventFile(path=path, parents="B+", **settings)
        return [(os.path.relpath(row["path"]), row["tree"]) for row in source.provenance()["files"]]

    assert files("~/b.root", "a.root") == [("b.root", "Events"), ("a.root", "Events")]
    assert files("?.root") == [("a.root", "Events"), ("b.root", "Events")]
    assert files("?.root:Events") == files("?.root")
    assert files("~/?.root") == files("?.root")
    assert files("c[1].root") == [("c[1].root", "Events")]
    assert files("d:e.root") == files("d:e.root:Events") == [("d:e.root", "Events")]
    assert files((tmp_path / "a.root").as_uri()) == [("a.root", "Events")]
    for path, words in {
        ("e*.root",): r"no file has a name like 'e\*.root'",
        ("f.root",): "there is no file 'f.root'",
        (): "path is empty",
        ("a.root", "./?.root"): "'./a.root' is named twice",
    }.items():
        with pytest.raises(InputError, match=words):
            files(*path)
    with pytest.raises(InputError, match="two names of its tree, 'Delphes' and 'Events'"):
        files("a.root:Events", tree="Delphes")


def test_files_that_differ_are_told(tmp_path: Path) -> None:
    (plain,) = small(tmp_path, "a.root")
    (weighted,) = small(tmp_path, "b.root", weights=[1.0, 2.0])
    with pytest.raises(InputError, match=f"{str(weighted)!r} also has weight, other than {str(plain)!r}"):
        EventFile(path=(str(plain), str(weighted)), parents="B+")
    with pytest.raises(InputError, match=f"{str(plain)!r} lacks weight, other than {str(weighted)!r}"):
        EventFile(path=(str(weighted), str(plain)), parents="B+")
    both = EventFile(path=(str(weighted), str(plain)), parents="B+", branches={"weight": ""})
    assert both.n_parents == 2


def test_widths_of_numbers_may_differ(tmp_path: Path, events: ak.Array) -> None:
    """Our vertices in cm are float64 in mm; those of a file in mm stay float32."""
    with RootWriter(tmp_path / "nano.root", layout="nano", provenance={}) as file:
        file.write(events[:3])
    ours = EventFile(path=str(tmp_path / "nano.root"), parents="B+")
    paths = small(tmp_path, "a.root", "b.root", vertices=[[(0.5, 1.0, 2.0)] * 8] * 2)
    mapped = {f"v{x}": f"GenPart_v{x}" for x in "xyz"}
    sources = [
        EventFile(path=tuple(map(str, paths)), parents="B+", branches=mapped, length_unit=unit)
        for unit in ("mm", "cm")
    ]
    kinds = [s.block(0).originals.particles["vx"].dtype for s in (*sources, ours)]  # type: ignore[union-attr]
    assert kinds == [np.float32, np.float64, np.float64]


def test_a_file_that_changes_is_told(tmp_path: Path) -> None:
    paths = small(tmp_path, "a.root", "b.root")
    source = EventFile(path=tuple(map(str, paths)), parents="B+")
    source.block(0)
    os.utime(paths[1], ns=(1, 1))
    for read in (lambda: source.block(0), source.sample_identity, source.provenance):
        with pytest.raises(InputError, match=f"{str(paths[1])!r} has changed since it was looked through"):
            read()
    paths[1].unlink()
    with pytest.raises(InputError, match="cannot be read"):
        source.block(0)


@pytest.mark.parametrize("name", ["hepmc2", "hepmc3", "lhe", "hepevt"])
def test_a_tree_of_text_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.dat"
    path.write_text(getattr(small_events, name)(small_events.toy_events(3)))
    assert EventFile(path=str(path), parents=tuple(small_events.KINDS.values())).n_parents > 0
    with pytest.raises(InputError, match=r"tree = 'Events' of .*, which has no tree; leave tree out"):
        EventFile(path=str(path), parents=tuple(small_events.KINDS.values()), tree="Events")
