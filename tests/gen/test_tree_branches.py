"""Trees of anyone's own: whole reals as ids, components of arrays, vectors, folders and cycles, several mothers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.sources.branch_expressions import BranchExpression, parsed
from darkpair.gen.sources.event_file import EventFile
from darkpair.gen.sources.lorentz_branches import components
from darkpair.gen.sources.root_reader import RootReader
from darkpair.gen.sources.tree_columns import TreeColumns
from tests.shared.real_files import real_file
from tests.shared.tree_files import Columns, Kind, sample, write_tree

SAMPLE = sample()
PLAIN = {"pdgid": "id", "status": "st", "mother": "mo"}
ALL: slice = slice(None)


def flat(name: str) -> Any:
    return ak.to_numpy(ak.flatten(SAMPLE[name]))


def read(path: Path, branches: dict[str, str], tree: str | None = None) -> dict[str, Any]:
    """Every quantity of the particles."""
    reader = RootReader(str(path), tree, tuple(branches.items()))
    _, particles, _ = reader.read(0, reader.entries, sorted(reader.names))
    return particles


def plain() -> Columns:
    return {"id": SAMPLE["pdgid"], "st": SAMPLE["status"], "mo": SAMPLE["mother"]}


@pytest.mark.parametrize("kind", ["ttree", "rntuple"])
@pytest.mark.parametrize(
    "names",
    [
        ("px", "py", "pz", "energy"),
        ("px", "py", "pz", "mass"),
        ("px", "py", "pz", "energy", "mass"),
        ("pt", "eta", "phi", "energy"),
        ("pt", "eta", "phi", "mass"),
    ],
)
def test_momenta_are_what_any_four_numbers_say(tmp_path: Path, names: tuple[str, ...], kind: Kind) -> None:
    path = write_tree(tmp_path / "e.root", "mc", plain() | {f"my_{n}": SAMPLE[n] for n in names}, kind)
    branches = PLAIN | {n: f"my_{n}" for n in names}
    source = EventFile(path=str(path), parents=("B+", "B0"), branches=branches)
    originals = source.block(0).originals
    assert originals is not None
    whole = RootReader(str(path), "mc", tuple(branches.items()))
    assert (whole.names >= {"px", "py", "pz"}) == (names[0] == "px" or names[-1] == "energy")
    at = originals.offsets[originals.rows] + originals.parent
    kept = originals.particles
    if "px" in kept:
        for name in ("px", "py", "pz", "E"):
            expected = flat("energy" if name == "E" else name)[[3, 6, 7]]
            assert kept[name][at] == pytest.approx(expected, rel=1e-12, abs=1e-12), name
        assert kept["mass"][at] == pytest.approx(5.25, rel=1e-9)
    else:
        assert kept["pt"][at].tolist() == flat("pt")[[3, 6, 7]].tolist()


@pytest.mark.parametrize("kind", ["ttree", "rntuple"])
def test_whole_reals_are_ids(tmp_path: Path, kind: Kind) -> None:
    columns = {k: ak.values_astype(v, np.float32) for k, v in plain().items()}
    columns |= {n: ak.values_astype(SAMPLE[n], np.float32) for n in ("px", "py", "pz", "mass")}
    names = PLAIN | {n: n for n in ("px", "py", "pz", "mass")}
    path = write_tree(tmp_path / "e.root", "nt", columns, kind)
    out = read(path, names)
    for name in ("pdgid", "status", "mother"):
        assert out[name].dtype == np.int32
        assert out[name].tolist() == flat(name).tolist()
    for bad, shown in ((211.5, "211.5"), (np.nan, "nan"), (np.inf, "inf"), (3e9, r"3000000000.0|3e\+09")):
        columns["id"] = ak.values_astype(ak.Array([[521.0], [], [511.0, bad]]), np.float64)
        columns |= {n: ak.Array([[1.0], [], [1.0, 2.0]]) for n in ("px", "py", "pz", "mass", "st", "mo")}
        with pytest.raises(
            InputError, match=rf"holds float64, which is no pdgid: it is ({shown}) in event 2"
        ):
            read(write_tree(tmp_path / "b.root", "nt", columns, kind), names)


def test_whole_numbers_of_other_types(tmp_path: Path) -> None:
    real = {n: SAMPLE[n] for n in ("px", "py", "pz", "mass")}
    names = PLAIN | {n: n for n in real}
    for dtype in (np.int64, np.uint32, np.uint64):  # (unsigned ones are those of a cast in C)
        cast = {k: ak.values_astype(ak.values_astype(v, np.int64), dtype) for k, v in plain().items()}
        assert cast["mo"].type.content.content.primitive == np.dtype(dtype).name
        assert (
            read(write_tree(tmp_path / "e.root", "t", cast | real), names)["pdgid"].tolist()
            == flat("pdgid").tolist()
        )
    columns = plain() | real | {"id": ak.values_astype(SAMPLE["pdgid"], np.int64) + (1 << 40)}
    with pytest.raises(InputError, match="in event 0; allowed: whole numbers of int32"):
        read(write_tree(tmp_path / "e.root", "t", columns), names)


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("p", BranchExpression(branch="p")),
        ("p[:,0]", BranchExpression(branch="p", indices=(ALL, 0))),
        ("p[][3]", BranchExpression(branch="p", indices=(ALL, 3))),
        ("p[2]", BranchExpression(branch="p", indices=(2,))),
        ("p - 1", BranchExpression(branch="p", shift=-1)),
        ("p[0]-1", BranchExpression(branch="p", indices=(0,), shift=-1)),
        ("p.fP.fX", BranchExpression(branch="p", members=("fP", "fX"))),
        ("a.b[2]", BranchExpression(branch="a.b[2]")),
        ("a-1", BranchExpression(branch="a-1")),
        ("q", None),
        ("q[0]", None),
        ("p.", None),
        ("", None),
    ],
)
def test_names_of_branches(text: str, means: BranchExpression | None) -> None:
    assert parsed(text, {"p", "a.b[2]", "a-1"}) == means


def test_brackets_hold_indices() -> None:
    for text in ("p[x]", "p[-1]", "p[0,1,2,3]", "p[1:2]"):
        with pytest.raises(InputError, match="index|indices"):
            parsed(text, {"p"})


def test_an_array_of_four_is_a_four_momentum(tmp_path: Path) -> None:
    four = ak.concatenate([SAMPLE[n][..., np.newaxis] for n in ("px", "py", "pz", "energy")], axis=2)
    nested = plain() | {"p": ak.to_regular(four, axis=2), "q": four}
    path = write_tree(tmp_path / "e.root", "t", nested, "rntuple")
    components = {n: f"p[:,{i}]" for i, n in enumerate(("px", "py", "pz", "energy"))}
    for given in (components, {"p4": "p"}, {"p4": "q"}, {n: f"q[][{i}]" for i, n in enumerate(components)}):
        out = read(path, PLAIN | given)
        for name in components:
            assert out[name].tolist() == flat(name).tolist()
    with pytest.raises(InputError, match=r"no such component in some event; its type is var \* 4 \* float64"):
        read(path, PLAIN | components | {"energy": "p[:,4]"})
    with pytest.raises(InputError, match="lists in lists, where px is one number a particle"):
        read(path, PLAIN | components | {"px": "p"})
    one = {
        "id": np.array([521, -521], dtype=np.int32),
        "p": np.array([[1.0, 2.0, 3.0, 7.0], [0.5, 0.0, 4.0, 8.0]]),
    }
    path = write_tree(tmp_path / "one.root", "t", one)
    for given in ({"p4": "p"}, {"px": "p[0]", "py": "p[1]", "pz": "p[2]", "energy": "p[:,3]"}):
        out = read(path, {"pdgid": "id", "status": "", "mother": ""} | given)
        assert [out[n].tolist() for n in components] == one["p"].T.tolist()


VECTORS = {
    "TLorentzVector": {"fP.fX": "px", "fP.fY": "py", "fP.fZ": "pz", "fE": "energy"},
    "PxPyPzE4D": {f"fCoordinates.f{k}": v for k, v in zip("XYZT", ("px", "py", "pz", "energy"), strict=True)},
    "PxPyPzM4D": {f"fCoordinates.f{k}": v for k, v in zip("XYZM", ("px", "py", "pz", "mass"), strict=True)},
    "PtEtaPhiM4D": {f"fCoordinates.f{k}": k.lower() for k in ("Pt", "Eta", "Phi")}
    | {"fCoordinates.fM": "mass"},
    "PtEtaPhiE4D": {f"fCoordinates.f{k}": k.lower() for k in ("Pt", "Eta", "Phi")}
    | {"fCoordinates.fE": "energy"},
    "Momentum4D": {"px": "px", "py": "py", "pz": "pz", "E": "energy"},
}


@pytest.mark.parametrize("kind", ["ttree", "rntuple"])
@pytest.mark.parametrize("vector", VECTORS)
def test_branches_of_vectors(tmp_path: Path, vector: str, kind: Kind) -> None:
    columns = plain() | {f"p4.{member}": SAMPLE[name] for member, name in VECTORS[vector].items()}
    path = write_tree(tmp_path / "e.root", "t", columns, kind)
    out = read(path, PLAIN | {"p4": "p4"})
    plainly = read(path, PLAIN | {name: f"p4.{member}" for member, name in VECTORS[vector].items()})
    assert {n: v.tolist() for n, v in out.items()} == {n: v.tolist() for n, v in plainly.items()}
    if "px" in out:
        assert out["pz"] == pytest.approx(flat("pz"), rel=1e-12)
    with pytest.raises(InputError, match="no four-momentum|no such component"):
        read(path, PLAIN | {"p4": "id"})


def test_mothers_in_lists_and_in_pairs(tmp_path: Path) -> None:
    real = {n: SAMPLE[n] for n in ("px", "py", "pz", "mass")}
    names = PLAIN | {n: n for n in real}
    three = ak.values_astype(ak.Array([[[], [], [1, 0], [0, 1, 2], [-1], [3]], [], [[], [], [0]]]), np.int32)
    path = write_tree(tmp_path / "l.root", "t", plain() | real | {"mo": three}, "rntuple")
    reader = RootReader(str(path), None, tuple(names.items()))
    assert reader.read(0, 3, ["mother"])[1]["mother"].tolist() == [-1, -1, 1, 0, -1, 3, -1, -1, 0]
    assert [m.tolist() for m in reader.more_mothers(0, 3)] == [[2, 3, 3], [0, 1, 2]]
    pairs = plain() | real | {"mo": SAMPLE["mother"] + 1, "m2": SAMPLE["mother2"] + 1}
    path = write_tree(tmp_path / "p.root", "t", pairs)
    reader = RootReader(str(path), None, tuple((names | {"mother": "mo - 1", "mother2": "m2 - 1"}).items()))
    assert reader.read(0, 3, ["mother"])[1]["mother"].tolist() == flat("mother").tolist()
    assert [m.tolist() for m in reader.more_mothers(0, 3)] == [[2], [1]]
    for bad in (three + 40, ak.values_astype(SAMPLE["mother"], np.int32)):
        columns = plain() | real | {"mo": bad, "m2": SAMPLE["mother2"] + 40}
        path = write_tree(tmp_path / "b.root", "t", columns, "rntuple")
        given = names | ({} if bad.ndim == 3 else {"mother2": "m2"})
        with pytest.raises(
            InputError,
            match=r"in event 0 a particle's mother has the index (39|4\d), and there are 6 particles",
        ):
            RootReader(str(path), None, tuple(given.items())).more_mothers(0, 3)


def test_trees_by_folder_cycle_and_choice(tmp_path: Path) -> None:
    real = {n: SAMPLE[n] for n in ("px", "py", "pz", "mass")}
    names = PLAIN | {n: n for n in real}
    columns = plain() | real
    path = tmp_path / "e.root"
    with uproot.recreate(path) as file:
        for name, part in (("gen/mc", ALL), ("t", slice(0, 1)), ("t", slice(1, 3)), ("other", None)):
            cut: Columns = {"x": np.zeros(2)} if part is None else {k: v[part] for k, v in columns.items()}
            tree = file.mktree(name, {k: v.dtype if part is None else v.type.content for k, v in cut.items()})
            tree.extend(cut)
        file["h"] = np.histogram([1.0, 2.0])
    for tree, n in (("gen/mc", 9), ("/gen/mc", 9), ("gen/mc;1", 9), ("t;1", 6), ("t;2", 3), ("t", 3)):
        assert len(read(path, names, tree)["pdgid"]) == n, tree
    with pytest.raises(InputError, match="events in several trees: 'gen/mc', 't'; say which in tree"):
        read(path, names)
    with pytest.raises(
        InputError, match="no tree of .* are recognised: 'gen', 'mc'|recognised: 'gen/mc', 't', 'other'"
    ):
        read(path, {})
    with pytest.raises(InputError, match=r"'h' of .* is a TH1D, no tree"):
        read(path, names, "h")
    for tree in ("mc", "t;3", "T"):
        with pytest.raises(UnknownNameError, match="unknown tree"):
            read(path, names, tree)
    alone = write_tree(tmp_path / "a.root", "whatever", columns)
    source = EventFile(path=str(alone), parents=("B+",), branches=names)
    assert source.provenance()["tree"] == "whatever"


def test_vectors_of_objects_are_read_in_one_piece() -> None:
    path = str(real_file("uproot-HZZ-objects.root"))
    with uproot.open(path) as file:
        columns = TreeColumns(path, file["events"], split=True)
        four = components(columns, "muonp4")
        assert four["pz"] == "muonp4.fP.fZ"
        levels, energy = columns.levels(four["energy"], 10, 90)
        plain = file["events/muonp4"].array(entry_start=10, entry_stop=90)
    assert levels[0].tolist() == np.concatenate([[0], np.cumsum(ak.num(plain))]).tolist()
    assert energy.tolist() == ak.flatten(plain.fE).to_list()


@pytest.mark.parametrize("kind", ["ttree", "rntuple"])
def test_pieces_are_the_same_in_any_order(tmp_path: Path, kind: Kind) -> None:
    columns = plain() | {n: SAMPLE[n] for n in ("px", "py", "pz", "mass")}
    many = {k: ak.concatenate([v] * 20) for k, v in columns.items()}
    path = tmp_path / "e.root"
    parts = [{k: v[cut] for k, v in many.items()} for cut in (slice(0, 25), slice(25, 60))]
    with uproot.recreate(path) as file:  # two baskets, or clusters
        if kind == "rntuple":
            tree = file.mkrntuple("t", ak.zip(parts[0], depth_limit=1))
            tree.extend(ak.zip(parts[1], depth_limit=1))
        else:
            tree = file.mktree("t", {k: v.type.content for k, v in many.items()})
            for part in parts:
                tree.extend(part)
    names = PLAIN | {n: n for n in ("px", "py", "pz", "mass")}
    reader = RootReader(str(path), None, tuple(names.items()))
    offsets, whole, _ = reader.read(0, 60, sorted(reader.names))
    fresh = RootReader(str(path), None, tuple(names.items()))
    for first, last in ((10, 20), (50, 55), (50, 60), (0, 7), (7, 14), (3, 58), (20, 30), (0, 60), (59, 60)):
        own, piece, _ = fresh.read(first, last, sorted(fresh.names))
        assert own.tolist() == (offsets[first : last + 1] - offsets[first]).tolist()
        for name, values in piece.items():
            assert values.tolist() == whole[name][offsets[first] : offsets[last]].tolist(), name
