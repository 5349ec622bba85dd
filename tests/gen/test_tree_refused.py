"""ROOT files and trees that are refused: the line says what the file is, and "damaged" only where it is."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

from darkpair.gen.errors import DarkpairError, InputError
from darkpair.gen.sources.event_file import EventFile
from darkpair.gen.sources.root_reader import RootReader
from darkpair.gen.sources.root_trouble import root_trouble
from darkpair.gen.sources.tree_columns import _require_valid
from tests.shared.event_files import b_event, write_nano
from tests.shared.tree_files import TREES, sample, write_tree

SAMPLE = sample()


def refusal(path: Path, tree: str | None = None, **branches: str) -> str:
    def everything() -> None:
        reader = RootReader(str(path), tree, tuple(branches.items()))
        reader.read(0, reader.entries, sorted(reader.names))

    with pytest.raises(DarkpairError) as error:
        everything()
    assert "\n" not in str(error.value)
    return str(error.value)


def test_files_without_events_say_what_they_hold(tmp_path: Path) -> None:
    path = tmp_path / "e.root"
    with uproot.recreate(path) as file:
        pass
    assert "is a ROOT file with nothing in it" in refusal(path)
    with uproot.recreate(path) as file:
        file["a/h"] = np.histogram([1.0, 2.0])
        file["a/b/k"] = np.histogram([1.0, 2.0])
        file["text"] = "some text"
    assert "holds no tree at all, but 2 TH1D, 1 TObjString" in refusal(path)
    write_tree(path, "Events", {"x": np.zeros(0), "y": ak.Array([[1.0]])[:0]})
    assert "tree 'Events' of" in refusal(path)
    assert "has no events" in refusal(path)
    write_tree(path, "calo", {"cell": np.zeros(3), "adc": np.zeros(3)})
    assert "is of no known layout: adc, cell" in refusal(path)


def test_branches_that_are_no_numbers_say_what_they_are(tmp_path: Path) -> None:
    momenta = {n: n for n in ("px", "py", "pz", "mass")}
    names = momenta | {"pdgid": "id", "status": "", "mother": ""}
    columns = {n: SAMPLE[n] for n in momenta} | {"id": SAMPLE["pdgid"]}
    text = ak.Array([["B+", "B0"], [], ["x"]])
    path = write_tree(tmp_path / "t.root", "t", columns | {"name": text}, "rntuple")
    assert "branch 'name' of" in refusal(path, **names | {"pdgid": "name"})
    assert "holds text; map a branch of numbers" in refusal(path, **names | {"pdgid": "name"})
    record = ak.zip({"x": SAMPLE["px"], "y": SAMPLE["py"]})
    path = write_tree(tmp_path / "r.root", "t", columns | {"v": record}, "rntuple")
    assert "holds structures of x, y, of which a member is named as in branch.x" in refusal(
        path, **names | {"px": "v"}
    )
    assert "has no member 'z'; there are x, y" in refusal(path, **names | {"px": "v.z"})
    path = write_tree(tmp_path / "w.root", "t", columns | {"w": ak.Array([[1.0], [2.0], []])})
    assert "is a list, where weight is one number an event" in refusal(path, **names | {"weight": "w"})
    assert "no such component in some event" in refusal(path, **names | {"weight": "w[0]"})
    path = write_tree(
        tmp_path / "p.root", "t", columns | {"p": ak.to_regular(ak.Array(np.ones((3, 2, 4))), 2)}, "rntuple"
    )
    assert "in 6 of 6 particles the last is smaller than the momentum" in refusal(
        path, pdgid="id", status="", mother="", p4="p"
    )


def test_known_layouts_keep_their_units_and_say_their_lists(tmp_path: Path) -> None:
    tree, columns = TREES["EDM4hep"]
    path = write_tree(tmp_path / "e.root", tree, columns(SAMPLE))
    assert "is a tree of EDM4hep, which says its units; leave branches.vx out" in refusal(
        path, vx="MCParticles.vertex.x"
    )
    with pytest.raises(InputError, match="says its units itself"):
        EventFile(path=str(path), parents="B+", momentum_unit="MeV")
    assert "branches.pdgid is empty" in refusal(path, pdgid="")
    assert "no list of particles 'Gen' of a known layout" in refusal(path, particles="Gen")
    source = EventFile(path=str(path), parents="B+", branches={"weight": "", "particles": "MCParticles"})
    assert source.provenance()["mean_weight"] == 1.0
    both = columns(SAMPLE) | {k.replace("MCParticles", "Other"): v for k, v in columns(SAMPLE).items()}
    path = write_tree(tmp_path / "b.root", tree, both)
    assert (
        "holds several lists of particles: 'MCParticles', 'Other'; say which in branches.particles"
        in refusal(path)
    )
    reader = RootReader(str(path), None, (("particles", "Other"),))
    assert reader.branch["pdgid"] == "Other.PDG"


def test_relations_that_do_not_fit(tmp_path: Path) -> None:
    tree, columns = TREES["EDM4hep"]
    good = columns(SAMPLE)
    ends = good["MCParticles.parents_end"]
    for name, values, words in (
        (
            "MCParticles.parents_end",
            ends + 7,
            "in event 0 a particle's mothers are the rows 0 to 7 of 5; the file is damaged",
        ),
        (
            "_MCParticles_parents.index",
            good["_MCParticles_parents.index"] + 9,
            "has the index 9, and there are 6 particles",
        ),
        (
            "_MCParticles_parents.collectionID",
            ak.local_index(good["_MCParticles_parents.index"]),
            "in 5 collections",
        ),
    ):
        assert words in refusal(
            write_tree(tmp_path / "e.root", tree, good | {name: ak.values_astype(values, np.uint32)})
        ), name


def test_lists_that_do_not_fit_their_numbers() -> None:
    numbers = ak.contents.NumpyArray(np.arange(4.0))

    def lists(*offsets: int) -> ak.contents.Content:
        return ak.contents.ListOffsetArray(ak.index.Index64(np.array(offsets)), numbers)

    outer = ak.contents.ListOffsetArray(ak.index.Index64(np.array([0, 2])), lists(0, 9, 4))
    record = ak.contents.RecordArray([lists(0, 2, 4), lists(0, 2, 5)], ["x", "y"])
    mixed = ak.contents.ListArray(ak.index.Index64(np.array([0])), ak.index.Index64(np.array([7])), numbers)
    _require_valid(lists(0, 2, 4), "p")
    for wrong in (lists(0, 3, 2), lists(0, 2, 5), lists(-1, 2, 4), outer, record, mixed):
        with pytest.raises(InputError, match="lists that do not fit its numbers"):
            _require_valid(wrong, "p")


class Panic(BaseException):
    """What a panic in Rust looks like."""


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            ModuleNotFoundError("install the 'cramjam' package"),
            "compressed by lz4 or zstd, which needs the module cramjam",
        ),
        (
            ModuleNotFoundError("No module named 'xxhash'", name="xxhash"),
            "compressed by lz4, which needs the module xxhash",
        ),
        (ModuleNotFoundError("No module named 'foo'", name="foo"), "needs a module that is not installed"),
        (ValueError("unsupported compression algorithm: b'CS'"), "compression of before 2005"),
        (NotImplementedError("TRefArray in\nTTree"), "is of a kind that uproot cannot read"),
        (MemoryError(), "claims more numbers than there is memory"),
        (
            RecursionError("maximum recursion depth exceeded"),
            "cannot be read (RecursionError); it is damaged",
        ),
        (Panic("index out of bounds"), "cannot be read (Panic)"),
        (OSError(5, "Input/output error"), "cannot be read (Input/output error)"),
    ],
)
def test_every_exception_is_one_line(error: BaseException, words: str) -> None:
    with pytest.raises(InputError) as refused, root_trouble("branch 'p' of 'e.root'"):
        raise error
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
    for stop in (KeyboardInterrupt, SystemExit):
        with pytest.raises(stop), root_trouble("x"):
            raise stop


def test_baskets_do_not_claim_more_than_they_hold(tmp_path: Path) -> None:
    path = write_nano(tmp_path / "e.root", [b_event()] * 40)
    with uproot.open(path) as file:
        branch = file["Events/GenPart_pdgId"]
        seek = int(branch.member("fBasketSeek")[0])
    text = bytearray(path.read_bytes())
    text[seek + 6 : seek + 10] = (0x7F000000).to_bytes(4, "big")
    path.write_bytes(text)
    assert "claims 2,130,706," in refusal(path)


@pytest.mark.parametrize("kind", ["ttree", "rntuple"])
def test_damage_is_an_error_of_ours_or_nothing(tmp_path: Path, kind: Any) -> None:
    path = write_nano(tmp_path / "e.root", [b_event(), b_event(511)], kind=kind)
    whole, rng = path.read_bytes(), random.Random(5)
    refusals = []
    for _ in range(8):
        text = bytearray(whole)
        for _ in range(rng.choice([1, 4])):
            at = rng.randrange(len(text))
            text[at : at + 4] = rng.choice(
                [bytes([rng.randrange(256)]) * 4, b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff"]
            )
        path.write_bytes(text)
        try:
            EventFile(path=str(path), parents=("B0", "B+")).block(0)
        except DarkpairError as error:
            refusals.append(str(error))
    assert refusals
    assert not any("\n" in text for text in refusals)
