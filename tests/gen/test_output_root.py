"""ROOT files: each layout and kind comes back as it was, and only complete files appear."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

from darkpair.chains.descriptor import build
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.output.layouts import ETA_ON_AXIS, STATUS_FLAGS, Layout, branches
from darkpair.gen.output.reader import read_events, read_provenance
from darkpair.gen.output.root import Kind, RootWriter
from darkpair.gen.output.target import check_writable
from darkpair.gen.particles import particle
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.sources.gun import Gun
from darkpair.gen.sources.koto_kl import KotoKL
from tests.shared.real_files import real_file

PAIR = "X1 (X2 -> X1 (pi0 -> gamma gamma))"

#: Branches of NanoAOD that the nano layout writes, as CMS's file of the 2015 open data has them.  There the
#: counter is uint32; it is int32 since NanoAOD version 10 and in every file that uproot writes.
NANOAOD = {
    "run": "uint32_t",
    "luminosityBlock": "uint32_t",
    "event": "uint64_t",
    "nGenPart": "int32_t",
    "GenPart_eta": "float[]",
    "GenPart_mass": "float[]",
    "GenPart_phi": "float[]",
    "GenPart_pt": "float[]",
    "GenPart_genPartIdxMother": "int32_t[]",
    "GenPart_pdgId": "int32_t[]",
    "GenPart_status": "int32_t[]",
    "GenPart_statusFlags": "int32_t[]",
    "genWeight": "float",
}


def koto(n: int = 3000, *, reco: bool = True) -> ak.Array:
    chain = build(f"K_L0 -> {PAIR}", mass={"X1": 0.0, "X2": 0.43}, ctau={"X2": 100.0})
    (chunk,) = chunks(Pipeline(source=KotoKL(), chain=chain, seed=3), n)
    return observed(chunk.record()) if reco else chunk.record()


def observed(events: ak.Array) -> ak.Array:
    """Events with what a detector might say of them."""
    near = events.particles[events.particles.vz < 3000.0]
    seen = {
        "n_missed": np.arange(len(events)) % 3,
        "accepted": np.arange(len(events)) % 2 == 0,
        "Cluster": ak.zip({"energy": near.E, "x": near.vx, "genPartIdx": near.mother}),
        "Time": near.vt,
    }
    return ak.with_field(events, ak.zip(seen, depth_limit=1), "reco")


def mixture(n: int = 2000) -> ak.Array:
    chain = build("K_L0 -> pi0 pi0 [0.3] | (pi0 -> gamma gamma) gamma gamma [0.7]")
    (chunk,) = chunks(Pipeline(source=Gun(parent="K_L0", momentum=3.0), chain=chain, seed=1), n)
    return chunk.record()


def written(path: Path, events: ak.Array, layout: Layout = "cartesian", kind: Kind = "ttree") -> Path:
    with RootWriter(path, layout=layout, kind=kind, provenance={"seed": 3}) as file:
        file.write(events)
    return path


def same(one: Any, other: Any) -> bool:
    return bool(ak.array_equal(ak.to_packed(one), ak.to_packed(other), check_parameters=False))


@pytest.mark.parametrize("kind", ["ttree", "rntuple"])
@pytest.mark.parametrize("make", [koto, mixture])
def test_cartesian_comes_back_bit_for_bit(tmp_path: Path, make: Any, kind: Kind) -> None:
    events = make()
    back = read_events(written(tmp_path / "e.root", events, kind=kind))
    assert back.fields == events.fields
    assert sorted(back.particles.fields) == sorted(events.particles.fields)
    for name in events.particles.fields:
        assert same(back.particles[name], events.particles[name]), name
    for name in set(events.fields) - {"particles", "reco"}:
        assert back[name].fields == events[name].fields
        assert all(same(back[name][f], events[name][f]) for f in events[name].fields), name
    if make is koto:
        assert back.reco.fields == events.reco.fields
        assert all(same(back.reco[f], events.reco[f]) for f in events.reco.fields)
    assert same(back.particles.pt, events.particles.pt)  # still Momentum4D
    part = read_events(tmp_path / "e.root", entry_start=10, entry_stop=13)
    assert same(part.particles.E, events.particles.E[10:13])


@pytest.mark.parametrize("layout", ["cartesian", "nano", "flat"])
def test_any_view_of_events_is_written(tmp_path: Path, layout: Layout) -> None:
    """Chosen and reordered events, and those of another file."""
    events = koto()
    rows = np.random.default_rng(5).permutation(len(events))[:500]
    expected = branches(ak.to_packed(events[rows]), layout)
    again = read_events(written(tmp_path / "e.root", events))
    for view in (events[rows], again[rows]):
        got = branches(view, layout)
        assert got.keys() == expected.keys()
        assert all(same(got[name], expected[name]) for name in got if isinstance(got[name], np.ndarray))
        lists = [name for name in got if not isinstance(got[name], np.ndarray)]
        assert all(same(got[n][f], expected[n][f]) for n in lists for f in got[n].fields)


@pytest.mark.parametrize("kind", ["ttree", "rntuple"])
def test_nano(tmp_path: Path, kind: Kind) -> None:
    events = koto()
    with uproot.open(written(tmp_path / "e.root", events, "nano", kind)) as file:
        types = {key: file["Events"][key].typename for key in file["Events"].keys()}  # noqa: SIM118 (a TTree's)
        got = file["Events"].arrays()
    if kind == "ttree":
        assert {name: types[name] for name in NANOAOD} == NANOAOD
        rest = {name: kind for name, kind in types.items() if name not in NANOAOD}
        assert set(rest.values()) <= {"float", "float[]", "int32_t", "int32_t[]", "bool"}
    assert got.event.to_list() == list(range(1, len(events) + 1))
    assert ak.all(got.GenPart_statusFlags == STATUS_FLAGS)
    assert same(got.GenPart_pdgId, events.particles.pdgid)
    pz = np.float64(got.GenPart_pt) * np.sinh(np.float64(got.GenPart_eta))
    assert ak.all(abs(pz - events.particles.pz) < 1e-5 * (0.01 + abs(events.particles.E)))
    assert same(got.GenPart_mass, ak.values_astype(events.particles.nominal_mass, np.float32))
    assert same(got.Cluster_energy, ak.values_astype(events.reco.Cluster.energy, np.float32))


def test_nano_eta_on_the_axis_is_finite_and_holds_pz() -> None:
    """A pencil beam: eta is infinite there, and NanoAOD writes what ROOT's GenVector does."""
    chain = build(f"K_L0 -> {PAIR}", mass={"X1": 0.0, "X2": 0.43})
    (chunk,) = chunks(Pipeline(source=Gun(parent="K_L0", momentum=(0.0, 8.0)), chain=chain), 500)
    events = chunk.record()
    got = branches(events, "nano")["GenPart"]
    beam = got[:, 0]
    assert ak.all(np.isfinite(got.eta))
    assert ak.all(beam.pt == 0.0)
    assert np.asarray(beam.eta - np.float32(ETA_ON_AXIS)) == pytest.approx(
        np.asarray(events.K_L0.pz), abs=3e-3
    )
    at_rest = chunks(Pipeline(source=Gun(parent="K_L0", momentum=0.0), chain=chain), 10)
    assert ak.all(branches(next(at_rest).record(), "nano")["GenPart"].eta[:, 0] == 0.0)


@pytest.mark.parametrize("kind", ["ttree", "rntuple"])
def test_flat(tmp_path: Path, kind: Kind) -> None:
    events = koto()
    with uproot.open(written(tmp_path / "e.root", events, "flat", kind)) as file:
        got = file["Events"].arrays()
    assert same(got.X2_energy, events.X2.E)
    assert same(got.gamma_2_px, events.gamma_2.px)
    assert same(got.pi0_vz, events.particles.vz[:, 4])
    assert same(got.X2_properLength, events.proper_length.X2)
    assert same(got.Cluster_x, events.reco.Cluster.x)
    told = read_provenance(tmp_path / "e.root")["output"]["particles"]
    assert told[2] == {"role": "X2", "pdgId": 901, "status": 2, "genPartIdxMother": 0, "mass": 0.43}


def test_flat_refuses_several_topologies(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"choose 'cartesian' or 'nano'"):
        written(tmp_path / "e.root", mixture(), "flat")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["ttree", "rntuple"])
@pytest.mark.parametrize("beam", ["koto", "eta"])
def test_photons_of_the_file_give_the_pi0_mass(tmp_path: Path, beam: str, kind: Kind) -> None:
    if beam == "koto":
        events = koto(20000)
    else:
        chain = build(f"eta -> {PAIR}", mass={"X1": 0.0, "X2": 0.4})
        (chunk,) = chunks(Pipeline(source=Gun(parent="eta", momentum=400.0), chain=chain), 20000)
        events = chunk.record()
    with uproot.open(written(tmp_path / "e.root", events, kind=kind)) as file:
        got = file["Events"].arrays()
    photon = got.GenPart_pdgId == 22
    assert ak.all(ak.sum(photon, axis=1) == 2)
    assert ak.all(got.GenPart_mass[photon] == 0.0)
    px, py, pz, e = (ak.sum(got[f"GenPart_{name}"][photon], axis=1) for name in ("px", "py", "pz", "energy"))
    mass = np.sqrt(e**2 - px**2 - py**2 - pz**2)
    assert float(ak.max(abs(mass / particle("pi0").mass - 1.0))) < 1e-4


def test_many_small_writes_make_one_file(tmp_path: Path) -> None:
    """The events of chunks are gathered, so that a basket holds enough of them."""
    events = koto(45000)
    with RootWriter(tmp_path / "e.root", provenance={}) as file:
        for start in range(0, 45000, 1500):
            file.write(events[start : start + 1500])
    with uproot.open(tmp_path / "e.root") as read:
        assert read["Events"]["GenPart_px"].num_baskets == 2
    assert same(read_events(tmp_path / "e.root").particles.px, events.particles.px)


@pytest.mark.parametrize("kind", ["ttree", "rntuple"])
@pytest.mark.parametrize("layout", ["cartesian", "nano", "flat"])
def test_no_event_kept_is_a_file_with_branches(tmp_path: Path, layout: Layout, kind: Kind) -> None:
    written(tmp_path / "e.root", koto()[:0], layout, kind)
    with uproot.open(tmp_path / "e.root") as file:
        assert file["Events"].num_entries == 0
        assert "Cluster_energy" in file["Events"].keys()  # noqa: SIM118 (a TTree's)
    if layout == "cartesian":
        assert len(read_events(tmp_path / "e.root")) == 0


def test_provenance(tmp_path: Path) -> None:
    with RootWriter(tmp_path / "e.root", provenance={"seed": 3, "ctau": np.inf}) as file:
        file.write(koto(100))
        file.provenance["generated"] = np.int64(100)
        file.close({"cutflow": [{"cut": "generated", "n": 100}]})
    told = read_provenance(tmp_path / "e.root")
    assert (told["seed"], told["ctau"], told["generated"]) == (3, "inf", 100)
    assert told["cutflow"] == [{"cut": "generated", "n": 100}]
    assert told["output"]["events"] == 100
    assert told["output"]["units"] == {"energy": "GeV", "length": "mm", "time": "mm/c"}


def test_names_of_branches_are_words(tmp_path: Path) -> None:
    chain = build("K_L0 -> (psi2 -> psi1 gamma) psi2~", mass={"psi1": 0.0, "psi2": 0.1, "psi2~": 0.1})
    (chunk,) = chunks(Pipeline(source=KotoKL(), chain=chain), 50)
    flat = branches(chunk.record(), "flat")
    assert "psi2bar_px" in flat
    assert all(name.isidentifier() for name in flat)
    back = read_events(written(tmp_path / "e.root", chunk.record()))
    assert back.fields == chunk.record().fields


@pytest.mark.parametrize("other", [mixture, lambda: koto(reco=False)])
def test_events_of_another_chain_or_detector_are_refused(tmp_path: Path, other: Any) -> None:
    def two_kinds() -> None:
        with RootWriter(tmp_path / "e.root", provenance={}) as file:
            file.write(koto())
            file.write(other())

    with pytest.raises(InputError, match="differ in their branches"):
        two_kinds()
    assert not list(tmp_path.iterdir())


def test_a_file_that_was_there_outlives_a_failure(tmp_path: Path) -> None:
    target = written(tmp_path / "e.root", koto(100))
    before = target.read_bytes()
    with pytest.raises(InputError), RootWriter(target, provenance={}):
        pass
    assert [*tmp_path.iterdir()] == [target]
    assert target.read_bytes() == before


def test_unwritable_places_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for bad, says in (
        (tmp_path, "is a folder"),
        (tmp_path / "no" / "e.root", "there is no folder"),
        (tmp_path / "file" / "e.root", "cannot be written|there is no folder"),
        (tmp_path / ("long" * 100), "cannot be written"),
        (Path(os.devnull), "may not be overwritten"),
        ("nul\0l.root", "cannot be written"),
    ):
        with pytest.raises(InputError, match=says) as refusal:
            check_writable(bad)
        assert "\n" not in str(refusal.value)
        with pytest.raises(InputError):
            RootWriter(bad, provenance={})
    check_writable(tmp_path / "e.root")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(os.access("/", os.W_OK), reason="nothing is closed to the administrator")
def test_a_closed_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(InputError, match="Permission denied"):
        check_writable(tmp_path / "closed" / "e.root")


def test_unknown_words_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'nano'"):
        RootWriter(tmp_path / "e.root", layout="nanoo", provenance={})  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="known: ttree, rntuple"):
        RootWriter(tmp_path / "e.root", kind="tree", provenance={})  # type: ignore[arg-type]


def test_reading_something_else_is_one_clear_line(tmp_path: Path) -> None:
    whole = written(tmp_path / "e.root", koto()).read_bytes()
    with uproot.recreate(tmp_path / "foreign.root") as file:
        file.mktree("Events", {"x": np.float64})
    files = {
        "foreign.root": "not written by darkpair",
        "missing.root": "no file",
        "text.root": "cannot be read",
    }
    (tmp_path / "text.root").write_text("not a ROOT file" * 100)
    for cut in (0, 50, 300, len(whole) // 2):
        (tmp_path / f"{cut}.root").write_bytes(whole[:cut])
        files[f"{cut}.root"] = "cannot be read|is cut short"
    written(tmp_path / "nano.root", koto(), "nano")
    files["nano.root"] = "layout = 'cartesian'"
    for name, says in files.items():
        with pytest.raises(InputError, match=says) as refusal:
            read_events(tmp_path / name)
        assert name in str(refusal.value)
        assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("field", "column", "says"),
    [
        ("genWeight", np.zeros(20), "has the name of a branch"),
        ("nGenPart", np.zeros(20, dtype=np.int32), "has the name of a branch"),
        ("z_vtx", ak.Array([1.0, None] * 10), "no branch holds"),
        ("name", ak.Array(["a", "b"] * 10), "no branch holds"),
    ],
)
def test_fields_that_a_file_cannot_hold(field: str, column: Any, says: str) -> None:
    events = ak.with_field(koto(20, reco=False), ak.zip({field: column}, depth_limit=1), "reco")
    with pytest.raises(InputError, match=says):
        branches(events, "cartesian")


@pytest.mark.reference
def test_names_and_types_of_a_real_nanoaod_file(tmp_path: Path) -> None:
    path = real_file("nanoAOD_2015_CMS_Open_Data_ttbar.root")
    written(tmp_path / "e.root", koto(), "nano")
    with uproot.open(path) as real, uproot.open(tmp_path / "e.root") as ours:
        for branch in NANOAOD:
            if branch != "nGenPart":
                assert ours["Events"][branch].typename == real["Events"][branch].typename


def test_an_rntuple_s_file_describes_its_anchor(tmp_path: Path) -> None:
    """Readers that know no class but by its description, as JSROOT, find the numbers of the anchor; a TTree's has none."""
    for kind in ("ttree", "rntuple"):
        with RootWriter(tmp_path / f"{kind}.root", kind=kind, provenance={}) as file:
            file.write(koto(5))
    with uproot.open(tmp_path / "ttree.root") as file:
        assert "ROOT::RNTuple" not in file.file.streamers
    with uproot.open(tmp_path / "rntuple.root") as file:
        versions = file.file.streamers["ROOT::RNTuple"]
        anchor = file["Events"].members
    assert list(versions) == [2]
    elements = versions[2].elements
    assert [element.name for element in elements] == list(anchor)
    assert [element.typename for element in elements] == ["unsigned short"] * 4 + ["unsigned long"] * 7
