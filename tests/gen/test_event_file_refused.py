"""Event files and settings that are refused, each in one line."""

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
from darkpair.gen.sources.event_listing import readable
from darkpair.gen.sources.gun import Gun
from darkpair.gen.streams import Streams
from tests.shared.event_files import b_event, opened, write_nano


def broken(tmp_path: Path) -> dict[str, tuple[dict[str, Any], str]]:
    """Settings that are refused, with words of the refusal."""
    good = write_nano(tmp_path / "good.root", [b_event()])
    whole = good.read_bytes()
    for k, cut in enumerate((50, 400, len(whole) // 2, len(whole) - 200)):
        (tmp_path / f"cut{k}.root").write_bytes(whole[:cut])
    (tmp_path / "text.txt").write_text("nothing of the kind")
    (tmp_path / "packed.hepmc.gz").write_bytes(b"\x1f\x8b\x08" + bytes(50))
    (tmp_path / "short.hepmc").write_text("HepMC::Version 3\nHepMC::Asciiv3-START_EVENT_LISTING\nE 0 0 0\n")
    bad = b_event()
    bad[5] = (321, 70, *bad[5][2:])
    write_nano(tmp_path / "mother.root", [b_event(), bad])
    nan = b_event()
    nan[2] = (521, 1, np.nan, *nan[2][3:])
    write_nano(tmp_path / "nan.root", [nan])
    write_nano(tmp_path / "zero.root", [b_event(), b_event()], weights=[1.0, -1.0])
    with uproot.recreate(tmp_path / "foreign.root") as file:
        file.mktree("other", {"x": np.float64}).extend({"x": np.zeros(3)})
        file.mktree("Events", {"Gen_pt": np.float64}).extend({"Gen_pt": np.zeros(3)})
    (tmp_path / "empty.root").write_bytes(b"")
    (tmp_path / "folder.hepmc").mkdir()
    os.mkfifo(tmp_path / "pipe.root")  # (which would be waited for)
    (tmp_path / "loop.lhe").symlink_to(tmp_path / "loop.lhe")
    (tmp_path / "text.hepmc").write_text("HepMC::Version 3\nHepMC::Asciiv3-START_EVENT_LISTING\n")
    with uproot.recreate(tmp_path / "lists.root") as file:
        lists = {
            "pt": [2.0, 3.0],
            "eta": [0.0],
            "phi": [1.0, 2.0],
            "mass": [5.28, 5.28],
            "pdgId": [521, -521],
        }
        columns = {f"GenPart_{name}": ak.Array([values]) for name, values in lists.items()}
        file.mktree(
            "Events", {name: f"var * {ak.type(values).content.content}" for name, values in columns.items()}
        )
        file["Events"].extend(columns)
    no_mass = {"mass": "", "status": "", "mother": ""}
    settings: dict[str, tuple[dict[str, Any], str]] = {
        "missing.root": ({}, "there is no file"),
        "text.txt": ({}, "no event file"),
        "packed.hepmc.gz": ({}, "cannot be unpacked by gzip"),
        "short.hepmc": ({}, "cut short"),
        "empty.root": ({}, "no event file"),
        "folder.hepmc": ({}, "is a folder, no file; give"),
        "pipe.root": ({}, "is a device or a pipe, no file; give"),
        "loop.lhe": ({}, "there is no file"),
        "foreign.root": ({}, r"no branch 'GenPart_pt' for pt; say which in branches.pt = .* Gen_pt"),
        "mother.root": ({}, "index 70, and there are 8"),
        "zero.root": ({}, "mean 0.0"),
        "text.hepmc": (
            {"branches": {"pt": "x"}},
            "of the format hepmc3, which has no branches; leave them out",
        ),
    }
    settings |= {f"cut{k}.root": ({}, "cannot be read|cut short") for k in range(4)}
    at_good: list[tuple[dict[str, Any], str]] = [
        ({"parents": ("D+", "B_s0")}, r"holds none of D\+, B_s0 in 1 events"),
        ({"parents": ()}, "parents are empty"),
        ({"format": "rntuple"}, "is of the format ttree, not rntuple"),
        ({"branches": {"vx": "GenPart_pt"}}, "length_unit"),
        ({"branches": {"pdgid": ""}}, "cannot do without"),
        ({"branches": {"pdgid": "GenPart_pt"}}, "holds float32, which is no pdgid"),
        ({"branches": {"weight": "GenPart_pt"}}, "one number an event"),
        ({"mass": "stored", "branches": no_mass}, 'stores no mass; name branches.mass, or take mass = "pdg"'),
    ]
    return settings | {f"good.root#{i}": row for i, row in enumerate(at_good)}


def test_what_is_refused_is_one_line(tmp_path: Path) -> None:
    for name, (settings, words) in broken(tmp_path).items():
        with pytest.raises(InputError, match=words) as refusal:
            opened(tmp_path / name.partition("#")[0], **settings)
        assert "\n" not in str(refusal.value), name
    with pytest.raises(InputError, match="event 0 has a momentum or vertex that is not finite"):
        opened(tmp_path / "nan.root").block(0)
    with pytest.raises(InputError, match=r"'GenPart_\w+' .* lists of other lengths than the others"):
        opened(tmp_path / "lists.root", branches={"status": "", "mother": ""}).block(0)
    with pytest.raises(InputError, match="tells neither energy nor mass; name branches.mass$"):
        opened(tmp_path / "good.root", branches={"mass": ""}).block(0)
    own = build("B+ -> K+ X1", mass={"X1": 0.1}).batch(
        Gun(parent="B+").sample(2, Streams(1).rng("source")), Streams(1)
    )
    with pytest.raises(
        InputError, match="these events are not of a file; take the parents from an event_file"
    ):
        print(own.merged)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"tree": "Event"}, "did you mean 'Events'"),
        ({"branches": {"ptt": "x"}}, "did you mean 'pt'"),
        ({"branches": {"pt": "GenPart_p"}}, "did you mean 'GenPart_pt'"),
        ({"format": "root"}, "known: ttree, rntuple, hepmc3"),
        ({"mass": "PDG"}, "known: pdg, stored"),
        ({"momentum_unit": "Gev"}, "did you mean 'GeV'"),
        ({"length_unit": "feet"}, "unknown unit 'feet'"),
        ({"parents": ("B",)}, "unknown particle 'B'"),
    ],
)
def test_unknown_names(tmp_path: Path, settings: dict[str, Any], words: str) -> None:
    with pytest.raises(UnknownNameError, match=words):
        opened(write_nano(tmp_path / "good.root", [b_event()]), **settings)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "claims sizes that do not fit into the memory"),
        (RecursionError("deep"), "is nested deeper"),
        (
            UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"),
            r"has bytes that are no text where text belongs \(at byte 0",
        ),
        (ModuleNotFoundError("install the 'lz4'\npackage"), "needs a package that is missing .*'lz4'"),
        (NotImplementedError("memberwise\nserialization"), "holds what uproot does not read .*memberwise"),
        (EOFError(), "ends before its events do, so it is cut short"),
        (PermissionError(13, "Permission denied", "e.root"), r"cannot be read \(Permission denied\)"),
        (
            ValueError("a\nb"),
            r"cannot be read as an event file \(ValueError: 'a\\nb'\); it is damaged, cut short, or",
        ),
    ],
)
def test_what_is_wrong_is_said_for_what_it_is(error: Exception, words: str) -> None:
    with pytest.raises(InputError, match=f"^'e.root' {words}") as refusal, readable("e.root"):
        raise error
    assert "\n" not in str(refusal.value)
