"""Every branch of every layout says what it is and in which unit, for every detector with every chain.

No statistics: a title is there or not.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import awkward as ak
import numpy as np
import pytest
import uproot

from darkpair import build
from darkpair.gen.errors import InputError
from darkpair.gen.lifetime import Exponential, Forced, Lifetime, Scan, ScanInside
from darkpair.gen.observed import Observed
from darkpair.gen.output.layouts import Layout, branches, roles
from darkpair.gen.output.reader import read_events
from darkpair.gen.output.root import Kind, RootWriter
from darkpair.gen.output.spelling import names
from darkpair.gen.output.titles import titles
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.region import Slab
from darkpair.gen.sources.event_file import EventFile
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.units import LENGTH
from tests.laws.pairs import PAIRS, Pair, observed
from tests.shared.event_files import b_event, write_nano

LAYOUTS: tuple[Layout, ...] = get_args(Layout)
#: "meaning [unit]", the unit one of these, alone or several multiplied.
UNIT = re.compile(r"1|\?|(GeV|deg|rad|mm|cm|mm/c|cm/c|GeV\^2)( (GeV|deg|rad|mm))*|mm per scanned particle")
TITLE = re.compile(r"[^\[\]]+ \[([^\[\]]+)\]")


def said(events: ak.Array, layout: Layout) -> dict[str, str]:
    """Titles of the branches, each with a meaning and a unit."""
    columns = branches(events, layout)
    out = titles(events, layout, columns)
    assert list(out) == [branch for name, column in columns.items() for branch in names(name, column)]
    for branch, title in out.items():
        match = TITLE.fullmatch(title)
        assert match, (branch, title)
        assert UNIT.fullmatch(match[1]), (branch, title)
    return out


def ours(events: ak.Array, layout: Layout) -> dict[str, str]:
    """Titles of the branches of our own, of which none is missing."""
    out = said(events, layout)
    assert not [branch for branch, title in out.items() if title.endswith("[?]")]
    return out


def one_topology(events: ak.Array) -> bool:
    return bool(roles(events))


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_every_branch_has_a_title_with_its_unit(pair: Pair) -> None:
    record = observed(pair, 300)
    for layout in LAYOUTS:
        if layout != "flat" or one_topology(record):
            ours(record, layout)


@pytest.mark.parametrize("layout", ["cartesian", "nano"])
@pytest.mark.parametrize("pair", {pair.detector: pair for pair in PAIRS}.values(), ids=str)
def test_a_vertex_in_the_unit_of_its_title_is_where_it_was(pair: Pair, layout: Layout) -> None:
    events = observed(pair, 200)
    stored, out = branches(events, layout)["GenPart"], titles(events, layout, branches(events, layout))
    for axis in ("vx", "vy", "vz", "vt"):
        match = TITLE.fullmatch(out[f"GenPart_{axis}"])
        assert match
        assert match[1].endswith("/c") == (axis == "vt")
        truth = np.asarray(ak.flatten(events.particles[axis]))
        number = np.asarray(ak.flatten(stored[axis]), dtype=np.float64)
        assert LENGTH[match[1].removesuffix("/c")] * number == pytest.approx(truth, rel=1e-6)


#: Kinds of particle that an index of a collection points to, as its title says.
KINDS = {
    "Cluster": {22},
    "Shower": {22, 11, -11},
    "Track": {13, -13},
    "Kaon": {321, -321, 211},
    "Extra": {22, 11, -11, 13, -13, 211, -211, 2212, -2212},
}


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_an_index_points_to_what_its_title_says(pair: Pair) -> None:
    events = observed(pair, 300)
    for name in events.reco.fields:
        record = events.reco[name]
        if "genPartIdx" in record.fields:
            kinds = events.particles.pdgid[record.genPartIdx]
            assert set(ak.flatten(kinds).to_list()) <= KINDS[name], name


@pytest.mark.parametrize(
    "law",
    [
        Exponential(100.0),
        Scan(),
        Scan(ctau=100.0),
        Forced(region=Slab(z_min=0.0, z_max=6148.0), ctau=100.0),
        ScanInside(region=Slab(z_min=7000.0, z_max=8000.0)),
    ],
    ids=["exponential", "scan", "scan at a c tau", "forced", "scan inside"],
)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_weights_of_every_law_of_lifetimes(law: Lifetime, layout: Layout) -> None:
    chain = build("K_L0 -> X1 (X2 -> X1 gamma)", mass={"X1": 0.0, "X2": 0.43}, lifetimes={"X2": law})
    (chunk,) = chunks(Pipeline(source=KotoKL(), chain=chain), 100)
    out = ours(chunk.record(), layout)
    path = isinstance(law, ScanInside)
    assert out["genWeight"].endswith("[mm per scanned particle]" if path else "[1]")
    weights = [name for name in out if name.startswith("weight_")]
    assert all("factor of genWeight" not in out[name] for name in weights)


@pytest.mark.parametrize("layout", ["cartesian", "nano"])
def test_events_of_a_file(tmp_path: Path, layout: Layout) -> None:
    path = write_nano(tmp_path / "e.root", [b_event(), b_event()], weights=[1.0, 2.0])
    chain = build("B+ -> K+ X1 X2", mass={"X1": 0.1, "X2": 0.4})
    (chunk,) = chunks(
        Pipeline(source=EventFile(path=str(path), parents="B+", conjugates=False), chain=chain), None
    )
    out = ours(chunk.record(), layout)
    assert {"File_entry", "GenPart_replaced", "weight_event_file", "run"} <= set(out)


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("pair", {pair.detector: pair for pair in PAIRS}.values(), ids=str)
def test_the_file_has_them(tmp_path: Path, pair: Pair, layout: Layout, kind: Kind) -> None:
    """In uproot; and in the tree itself, where the leaves keep what ROOT needs."""
    events = observed(pair, 200)
    if layout == "flat" and not one_topology(events):
        pytest.skip("several topologies")
    for part in (events, events[:0]):
        with RootWriter(tmp_path / "e.root", layout=layout, kind=kind, provenance={}) as file:
            file.write(part)
        expected = said(events, layout)
        with uproot.open(tmp_path / "e.root") as file:
            assert [key for key in file.keys(cycle=False) if key == "Events"] == ["Events"]
            tree = file["Events"]
            keys = tree.keys()
            assert set(keys) == set(expected)
            for key in keys:
                assert (tree[key].title if kind == "ttree" else tree[key].description) == expected[key]
            if kind == "ttree":
                for branch in tree.branches:
                    (leaf,) = branch.member("fLeaves")
                    counter = leaf.member("fLeafCount")
                    size = "" if counter is None else f"[{counter.member('fName')}]"
                    assert leaf.member("fTitle") == branch.name + size
            assert tree.num_entries == len(part)


def test_titles_live_through_reading_choosing_and_writing(tmp_path: Path) -> None:
    pair = next(pair for pair in PAIRS if pair.detector == "koto")
    events = observed(pair, 3000)
    path = tmp_path / "e.root"
    for some in (events, events[np.arange(len(events))[::-3]], ak.concatenate([events, events])):
        assert said(some, "cartesian") == said(events, "cartesian")
        with RootWriter(path, provenance={}) as file:
            file.write(some)
        assert said(read_events(path), "cartesian") == said(events, "cartesian")
    assert ak.array_equal(read_events(path).reco, ak.concatenate([events, events]).reco)


def stranger(**said: str) -> ak.Array:
    (chunk,) = chunks(Pipeline(source=KotoKL(), chain=build("K_L0 -> gamma gamma")), 3)
    hits = (np.array([2, 0, 1]), {"x": np.zeros(3)})
    reco = Observed(n=3, flat={"n_hits": np.arange(3)}, lists={"Hit": hits}, titles=said)
    return ak.with_field(chunk.record(), reco.record(), "reco")


def test_a_stranger_s_detector_gives_titles_or_none(tmp_path: Path) -> None:
    given: dict[str, Any] = {"n_hits": "hits on the wall [1]", "Hit_x": "x of the hit [mm]"}
    assert given.items() <= said(stranger(**given), "cartesian").items()
    nano = said(stranger(**given), "nano")
    assert (nano["nHits"], nano["Hit_x"]) == (given["n_hits"], given["Hit_x"])
    silent = said(stranger(), "cartesian")
    assert silent["n_hits"] == "n_hits, no title given [?]"
    assert silent["nHit"] == "entries of Hit [1]"
    with RootWriter(tmp_path / "e.root", provenance={}) as file:
        file.write(stranger())
    assert said(read_events(tmp_path / "e.root"), "nano")["nHits"] == "nHits, no title given [?]"
    with pytest.raises(InputError, match=r"n_hits.*has no unit; write"):
        said(stranger(n_hits="hits on the wall"), "cartesian")
