"""A hundred small event files, made from a table: each with the parents that it holds or a word of the line that refuses it."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import uproot

from tests.shared.small_events import Entry, hepevt, hepmc2, hepmc3, last_copies, lhe, toy_events, write_nano

__all__ = ["CASES", "Case"]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A file and what is to be said of it.

    Parameters
    ----------
    file : str
        Its name.
    make : callable
        Writes it to a path.
    parents : dict or str
        How many parents of each PDG id it holds; or words of which the refusing line has one, between bars.
    settings : dict
        Of `EventFile`.
    """

    file: str
    make: Callable[[Path], Any]
    parents: dict[int, int] | str
    settings: dict[str, Any] = field(default_factory=dict)


CASES: list[Case] = []
EVENTS = toy_events(17, 4)
TRUE = last_copies(EVENTS)
NONE = "holds none of"
CUT = "cut|breaks off|ends|missing|too few|promises|instead of|announces|says"


def text(name: str, content: str | bytes, parents: dict[int, int] | str = TRUE, **settings: Any) -> None:
    data = content if isinstance(content, bytes) else content.encode()
    CASES.append(Case(file=name, make=partial(_bytes, data), parents=parents, settings=settings))


def _bytes(data: bytes, path: Path) -> None:
    path.write_bytes(data)


def tree(name: str, parents: dict[int, int] | str, make: Callable[[Path], Any], **settings: Any) -> None:
    CASES.append(Case(file=name, make=make, parents=parents, settings=settings))


# all formats with every end of lines, and packed
for writer in (hepmc2, hepmc3, lhe, hepevt):
    kind = writer.__name__
    for what, end in (("unix", "\n"), ("dos", "\r\n")):
        text(f"{kind}_{what}.dat", writer(EVENTS, end=end))
    plain = writer(EVENTS).encode()
    for ending, pack in ((".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)):
        text(f"{kind}{ending}", pack(plain))
    text(f"{kind}_no_last_end.dat", plain.rstrip(b"\n"))
    text(f"{kind}_two_gz.gz", gzip.compress(plain[:1000]) + gzip.compress(plain[1000:]))
    text(f"{kind}_packed_cut.gz", gzip.compress(plain)[:-300], "cut|damaged|ends|unpack")
    for seed in (1, 2):
        events = toy_events(seed, 6, copies=seed + 1, several=bool(seed % 2))
        text(f"{kind}_{seed}.dat", writer(events), last_copies(events))
    half = plain[: len(plain) * 2 // 3].rsplit(b"\n", 1)[0] + b"\n"
    text(f"{kind}_cut_between_lines.dat", half, CUT)
    text(f"{kind}_cut_in_a_line.dat", half[:-20], CUT + "|number|line|column")
    at = max(plain.rfind(b"e-01 "), plain.rfind(b"E-01 ")) + 3
    text(f"{kind}_word.dat", plain[:at] + b"l" + plain[at + 1 :], "number|e-0l|E-0l|line")
    text(f"{kind}_other_kinds.dat", writer([[Entry(22, 1, (), (0.0, 0.0, 1.0, 1.0, 0.0))]] * 2), NONE)
    empty = [EVENTS[0], [], EVENTS[1]]
    if writer is not hepmc2:
        text(f"{kind}_empty_event.dat", writer(empty), last_copies(empty))

# HepMC: units, mothers, ends, weights, attributes, listings, loops
for unit, length in (("GEV", "CM"), ("MEV", "MM"), ("MEV", "CM")):
    text(f"two_{unit}_{length}.hepmc2", hepmc2(EVENTS, unit=unit, length=length))
    text(f"three_{unit}_{length}.hepmc3", hepmc3(EVENTS, unit=unit, length=length))
SECOND = toy_events(5, 4, second=True, copies=2)
text("second_mother.hepmc2", hepmc2(SECOND), last_copies(SECOND))
text("second_mother.hepmc3", hepmc3(SECOND), last_copies(SECOND))
text("short.hepmc3", hepmc3(EVENTS, short=True))
text("attributes.hepmc3", hepmc3(EVENTS, attributes=True))
text("no_weights.hepmc3", hepmc3(EVENTS, weights=False))
text("listings.hepmc3", hepmc3(EVENTS, listings=3))
text("listings.hepmc2", hepmc2(EVENTS[:2]) + hepmc2(EVENTS[2:]))
text("no_footer.hepmc3", hepmc3(EVENTS, footer=False))
text("no_footer.hepmc2", hepmc2(EVENTS, footer=False))
text("extras.hepmc2", hepmc2(EVENTS, extras=True))
text("three_then_two.hepmc", hepmc3(EVENTS[:2]) + hepmc2(EVENTS[2:]).lstrip("\n"))
HEAD = "HepMC::Version 3.02.05\nHepMC::Asciiv3-START_EVENT_LISTING\n"
FOOT = "HepMC::Asciiv3-END_EVENT_LISTING\n"
ONE = "0 0 1 5.4 5.28"
text("bare_parent.hepmc3", f"{HEAD}E 0 0 1\nU GEV MM\nP 1 0 521 {ONE} 2\n{FOOT}", {521: 1})
text(
    "loop.hepmc3",
    f"{HEAD}E 0 2 2\nU GEV MM\nV -1 0 [2]\nP 1 -1 521 {ONE} 2\nV -2 0 [1]\nP 2 -2 521 {ONE} 2\n{FOOT}",
    "loop|itself|cycle|circle|ancestor|own",
)
text(
    "self_mother.hepmc3",
    f"{HEAD}E 0 1 1\nU GEV MM\nV -1 0 [1]\nP 1 -1 521 {ONE} 2\n{FOOT}",
    "loop|itself|cycle|circle|ancestor|own",
)
text(
    "vertex_alone.hepmc3",
    f"{HEAD}E 0 2 2\nU GEV MM\nP 1 0 521 {ONE} 2\nV -1 0 [1]\nP 2 -1 22 {ONE} 1\nV -2 0 []\n{FOOT}",
    {521: 1},
)
text(
    "far_vertex.hepmc3",
    f"{HEAD}E 0 1 1\nU GEV MM\nP 1 -2000000000 521 {ONE} 2\n{FOOT}",
    "vertex|-2000000000|event 0",
)
text("far_mother.hepmc3", f"{HEAD}E 0 0 1\nU GEV MM\nP 1 7 521 {ONE} 2\n{FOOT}", "mother|7|event 0")
text("too_few.hepmc3", f"{HEAD}E 0 0 3\nU GEV MM\nP 1 0 521 {ONE} 2\n{FOOT}", CUT + "|event 0")
text("too_many.hepmc3", f"{HEAD}E 0 0 1\nU GEV MM\nP 1 0 521 {ONE} 2\nP 2 0 521 {ONE} 2\n{FOOT}", "event 0|2")
text(
    "claims_much.hepmc3", f"{HEAD}E 0 0 2000000000\nU GEV MM\nP 1 0 521 {ONE} 2\n{FOOT}", "2000000000|event 0"
)
text(
    "two_of_a_name.hepmc3",
    f"{HEAD}E 0 0 2\nU GEV MM\nP 1 0 521 {ONE} 2\nP 1 0 521 {ONE} 2\n{FOOT}",
    "event 0|twice|1",
)
text("no_blank.hepmc3", f"{HEAD}E 0 0 1\nU GEV MM\nP1 0 521 {ONE} 2\n{FOOT}", "event 0|P1|line")
text("not_finite.hepmc3", f"{HEAD}E 0 0 1\nU GEV MM\nP 1 0 521 nan 0 1 5.4 5.28 2\n{FOOT}", "finite|nan")
text("only_head.hepmc3", HEAD + FOOT, "no event|holds none of|0 events|empty")
text("other_unit.hepmc3", f"{HEAD}E 0 0 1\nU TEV MM\nP 1 0 521 {ONE} 2\n{FOOT}", "TEV|unit|U ")
text(
    "id_beyond.hepmc3",
    f"{HEAD}E 0 0 1\nU GEV MM\nP 1 0 99999999999999999999 {ONE} 2\n{FOOT}",
    "event 0|99999|line|number|holds none of",
)

# LHE
text("comments.lhe", lhe(EVENTS, comments=True))
text("three.lhe", lhe(EVENTS, version="3.0", weights=True, comments=True))
text(
    "wrong_count.lhe",
    lhe(EVENTS).replace(f"\n {len(EVENTS[0])} 1 ", f"\n {len(EVENTS[0]) + 2} 1 ", 1),
    "event 0|particles|instead",
)
text(
    "negative_count.lhe",
    lhe(EVENTS).replace(f"\n {len(EVENTS[0])} 1 ", "\n -3 1 ", 1),
    "event 0|-3|particles",
)
text(
    "no_init.lhe",
    "<LesHouchesEvents version='1.0'>\n<event>\n1 1 1 1 1 1\n521 1 0 0 0 0 0 0 1 5.4 5.28 0 9\n</event>\n</LesHouchesEvents>\n",
    {521: 1},
)

# what is no event file at all
for name, content in (
    ("nothing", b""),
    ("zeros", bytes(5000)),
    ("sign", b"+"),
    ("prose", b"the quick brown fox\n" * 40),
    ("xml", b"<a><b/></a>\n"),
):
    text(f"{name}.dat", content, "no event file|empty|allowed")
text(
    "gzip_in_gzip.gz",
    gzip.compress(gzip.compress(hepmc3(EVENTS).encode())),
    "no event file|twice|packed|gzip",
)
text("noise.gz", b"\x1f\x8b\x08\x00" + bytes(range(256)), "gzip|unpack|damaged|cut")
text("noise.root", b"root" + bytes(range(256)) * 4, "header|damaged")

# ROOT
ALONE = toy_events(23, 4, several=False)
TREES = last_copies(ALONE)
for flags in (False, True):
    tree(f"nano_{flags}.root", TREES, partial(write_nano, events=ALONE, flags=flags))
    tree(f"nano_{flags}_rntuple.root", TREES, partial(write_nano, events=ALONE, flags=flags, rntuple=True))
tree(
    "cartesian.root",
    TREES,
    partial(write_nano, events=ALONE, cartesian=True, wide=True),
    branches={"energy": "GenPart_E"},
)
tree(
    "other_names.root",
    TREES,
    partial(write_nano, events=ALONE, prefix="mc_"),
    branches={
        "pt": "mc_pt",
        "eta": "mc_eta",
        "phi": "mc_phi",
        "mass": "mc_mass",
        "pdgid": "mc_pdgId",
        "mother": "mc_genPartIdxMother",
        "status": "mc_status",
    },
)
tree("other_tree.root", TREES, partial(write_nano, events=ALONE, tree="truth"), tree="truth")
tree("folder.root", TREES, partial(write_nano, events=ALONE, tree="a/b/truth"), tree="a/b/truth")
tree("only_tree.root", TREES, partial(write_nano, events=ALONE, tree="truth"))
tree("wrong_tree.root", "truth", partial(write_nano, events=ALONE, tree="truth"), tree="other")
tree("empty_event.root", TREES, partial(write_nano, events=[ALONE[0], [], *ALONE[1:]]))
tree("kinds.root", NONE, partial(write_nano, events=[[Entry(22, 1)], [Entry(11, 1)]]))


def _nano(change: Callable[[dict[str, Any]], Any], path: Path) -> None:
    write_nano(path, ALONE)
    with uproot.open(path) as file:
        columns = {
            name: branch.array() for name, branch in file["Events"].items() if not name.startswith("n")
        }
    change(columns)
    with uproot.recreate(path) as file:
        file.mktree(
            "Events", {n: c.type.content if isinstance(c, ak.Array) else c.dtype for n, c in columns.items()}
        ).extend(columns)


def _loop(columns: dict[str, Any]) -> None:
    """The first B and its copy are each other's mothers."""
    mothers = columns["GenPart_genPartIdxMother"].to_list()
    b = next(i for i, e in enumerate(ALONE[0]) if abs(e.pdgid) in (511, 521))
    mothers[0][b] = b + 1
    columns["GenPart_genPartIdxMother"] = ak.values_astype(ak.Array(mothers), np.int32)


def _far(columns: dict[str, Any]) -> None:
    columns["GenPart_genPartIdxMother"] = columns["GenPart_genPartIdxMother"] + 40


def _floats(columns: dict[str, Any]) -> None:
    columns["GenPart_pdgId"] = ak.values_astype(columns["GenPart_pdgId"], np.float32)


def _halves(columns: dict[str, Any]) -> None:
    columns["GenPart_pdgId"] = ak.values_astype(columns["GenPart_pdgId"], np.float32) + 0.5


def _missing(columns: dict[str, Any]) -> None:
    del columns["GenPart_phi"]


tree("loop.root", "loop|itself|cycle|circle|ancestor|own", partial(_nano, _loop))
tree("far.root", "mother", partial(_nano, _far))
tree("float_ids.root", TREES, partial(_nano, _floats))
tree("halves.root", "pdgid|whole|float", partial(_nano, _halves))
tree("missing.root", "GenPart_phi", partial(_nano, _missing))


def _cut(share: float, path: Path) -> None:
    write_nano(path, ALONE * 20)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])


def _version(path: Path) -> None:
    """A version below 0 (a number of 32 bits with a sign), as a public file has it, is no large file."""
    data = write_nano(path, ALONE).read_bytes()
    path.write_bytes(data[:4] + b"\xff\xf1\xaf\x28" + data[8:])


tree("version.root", TREES, _version)
for share in (0.1, 0.5, 0.95):
    tree(f"cut_{share}.root", "cut|damaged|ends|bytes", partial(_cut, share))
