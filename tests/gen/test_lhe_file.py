"""Les Houches event files of others: each way that they are written, and one true line for those that cannot be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from darkpair.gen.errors import InputError
from darkpair.gen.sources import lhe_events, text_listing
from darkpair.gen.sources.event_file import EventFile
from darkpair.gen.sources.event_readers import open_events
from darkpair.gen.sources.lhe_reader import LHEReader

BEAMS = "-11 -1 0 0 0 0 0 0 4.0 4.0 0.000511 0 9\n11 -1 0 0 0 0 0 0 -7.0 7.0 0.000511 0 9\n"
B = "521 2 1 2 0 0 0.25 -0.5 -1.5 5.5 5.279 0.4 9\n-521 1 1 2 0 0 -0.25 0.5 -1.5 5.5 5.279 0. 9.\n"
PION = "211 1 3 3 0 0 +1.0E-01 -.25 -1 1.2D+00 0.13957 0. 9.\n"
EVENT = f"<event>\n5 1 0.5 -1. -1. -1.\n{BEAMS}{B}{PION}</event>\n"
IDS = [-11, 11, 521, -521, 211]
INIT = "<init>\n-11 11 4.0 7.0 0 0 0 0 -4 1\n1.0 0.0 1.0 1\n</init>\n"


def listing(*events: str, head: str = "<header>\n</header>\n") -> str:
    return f'<LesHouchesEvents version="3.0">\n{head}{INIT}{"".join(events)}</LesHouchesEvents>\n'


def changed(old: str, new: str) -> str:
    assert old in EVENT
    return listing(EVENT, EVENT.replace(old, new, 1))


#: Texts with two events of the five particles.
READ = {
    "plain": listing(EVENT, EVENT),
    "lines end as on Windows": listing(EVENT, EVENT).replace("\n", "\r\n"),
    "lines end as they once did": listing(EVENT, EVENT).replace("\n", "\r"),
    "no end": listing(EVENT, EVENT).replace("</LesHouchesEvents>\n", "").rstrip(),
    "two listings": listing(EVENT) + listing(EVENT, head=""),
    "attributes": changed("<event>", '<event npLO=" 2 " npNLO=" -1 ">'),
    "capitals": listing(EVENT, EVENT).replace("event>", "EVENT>"),
    "remarks": changed("</event>", "# 1 2 3 <nothing\n#aMCatNLO 2 5 3 3 1 0.1E+02 9 0 0 0.9 0.1 0.2 0.3\n</event>"),
    "a remark among particles": changed("211 1", "# the last one\n211 1"),
    "weights": changed("</event>", "<rwgt>\n<wgt id='1'> 0.5 </wgt>\n</rwgt>\n<scales muf='1' mur='2'></scales></event>"),
    "weights first": changed("5 1 0.5", "<weights> 1.0 2.0 </weights>\n<scales muf='1'/>\n5 1 0.5"),
    "a comment": changed("211 1", "<!-- </event> 521 1 -->\n211 1"),
    "an event in a comment": listing(EVENT, "<!--\n", EVENT, "-->\n", EVENT),
    "cdata": listing(EVENT, "<![CDATA[<event>]]>\n", EVENT.replace("<event>", "<event><![CDATA[").replace("</e", "]]></e")),
    "no line for the tag": changed("<event>\n5 1 0.5 -1. -1. -1.\n", "<event> 5 1 0.5 -1. -1. -1.\n"),
    "broken lines": changed("5.5 5.279 0.4 9", "5.5\n    5.279\n 0.4 9"),
    "more columns": changed("211 1 3 3 0 0 +1.0E-01 -.25 -1 1.2D+00 0.13957 0. 9.", "211 1 3 3 0 0 0.1 -0.25 -1 1.2 0.13957 0. 9. 7 8"),
    "a line of one's own": changed("</event>", "amplitude 1 2 3\n</event>"),
    "junk in the header": listing(EVENT, EVENT, head="<header>\n<event>\n1 & 2 < 3 <!-- <![CDATA[\n</header>\n"),
    "a header without an end": listing(EVENT, EVENT, head="<header>\n<event>\n<initrwgt>\n"),
    "groups": listing("<eventgroup nreal='1'>\n", EVENT, EVENT, "</eventgroup>\n"),
    "blank lines": listing(EVENT, EVENT).replace("\n", "\n\n  \t\n"),
    "Fortran": changed("5.279 0.4 9\n-", "5.279 0.4D+00 0.9-101\n-"),
    "whole numbers as floats": changed("211 1 3 3", "211.0 1. 3.E+00 3"),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_every_way_of_writing_is_the_same(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one piece, and with borders of pieces anywhere."""
    path = tmp_path / "e.lhe"
    path.write_text(READ[name], newline="")
    for piece in (1 << 20, 7):
        monkeypatch.setattr(lhe_events, "_PIECE", piece)
        monkeypatch.setattr(lhe_events, "_LONGEST_TAG", 40)
        reader = LHEReader(str(path))
        assert reader.entries == 2
        offsets, particles, events = reader.read(0, 2, sorted(reader.names))
        assert offsets.tolist() == [0, 5, 10]
        assert particles["pdgid"].tolist() == 2 * IDS
        assert particles["status"].tolist() == 2 * [4, 4, 2, 1, 1]
        assert particles["mother"].tolist() == 2 * [-1, -1, 0, 0, 2]
        assert particles["px"].tolist() == 2 * [0.0, 0.0, 0.25, -0.25, 0.1]
        assert particles["py"].tolist() == 2 * [0.0, 0.0, -0.5, 0.5, -0.25]
        assert particles["energy"].tolist() == 2 * [4.0, 7.0, 5.5, 5.5, 1.2]
        assert particles["mass"].tolist() == 2 * [0.000511, 0.000511, 5.279, 5.279, 0.13957]
        assert events["weight"].tolist() == [0.5, 0.5]
        rows, more = reader.more_mothers(0, 2)
        assert (rows.tolist(), more.tolist()) == ([2, 3, 7, 8], [1, 1, 6, 6])


#: What is wrong with the second event, and words of the refusal.
REFUSED = {
    "a particle too few": (changed("5 1 0.5", "6 1 0.5"), "event 1 says that it has 6 particles, and 5 are there"),
    "a particle too many": (changed("5 1 0.5", "4 1 0.5"), "event 1 says that it has 4 particles, and there are more"),
    "half a line": (changed(" 0.13957 0. 9.", ""), "event 1 has 10 of 13 numbers for particle 5"),
    "numbers on another line": (changed("0.4 9\n-521 1", "0.4 9 -521\n1"), "event 1 has 12 of 13 numbers for particle 4"),
    "no number": (changed("-0.5", "-0.5*"), r"event 1 b?'-0.5\*' is no number"),
    "an id that is none": (changed("211 1", "211.5 1"), "in event 1 particle 5 has the pdgid 211.5"),
    "an id too large": (changed("211 1", "99999999999 1"), "in event 1 particle 5 has the pdgid 99999999999"),
    "a mother that is not there": (changed("1 3 3", "1 3 6"), "in event 1 particle 5 has the mothers 3 and 6, and there are 5"),
    "a mother below 0": (changed("1 3 3", "1 -1 -1"), "in event 1 particle 5 has the mothers -1 and -1"),
    "no end": (listing(EVENT, EVENT).rpartition("</event>")[0], "breaks off in event 1, which has no </event>"),
    "no end inside": (listing(EVENT, EVENT.replace("</event>", ""), EVENT), "breaks off in event 1"),
    "no beginning": (listing(EVENT, EVENT.replace("<event>", "")), "an </event> behind 1 events ends none"),
    "an open comment": (listing(EVENT, "<!--", EVENT), "a comment <!-- behind event 0 has no end"),
    "an open header": ("<LesHouchesEvents version='1.0'>\n<header>\n", "a <header> before the first event has no end"),
    "nothing": (listing(EVENT, "<event></event>"), "event 1 is empty"),
    "less than nothing": (listing(EVENT, "<event/>"), "event 1 is empty"),
    "a million particles": (changed("5 1 0.5", "1000000 1 0.5"), "event 1 says that it has 1000000 particles, and 5 are"),
    "parts of particles": (changed("5 1 0.5", "4.5 1 0.5"), "event 1 says that it has 4.5 particles; allowed: a whole number"),
    "no particle number": (changed("5 1 0.5", "nan 1 0.5"), "event 1 says that it has nan particles"),
    "other files": (listing(head="<header></header><eventfile name='a.lhe'/>"), "its <eventfile> names the files that do"),
    "a thousand": (changed("0.25", "0.2_5"), "event 1 '0.2_5' is no number"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_says_why(name: str, tmp_path: Path) -> None:
    text, words = REFUSED[name]
    (tmp_path / "e.lhe").write_text(text)
    with pytest.raises(InputError, match=words) as refusal:
        EventFile(path=str(tmp_path / "e.lhe"), parents="B+")
    assert "\n" not in str(refusal.value)


def test_parents_are_taken_with_their_events(tmp_path: Path) -> None:
    """Weighted by XWGTUP, made at 0, the last copies; no vertex is claimed."""
    copy = B.replace("521 2 1 2 0 0 0.25", "521 1 5 5 0 0 0.25").splitlines()[0]
    event = (
        EVENT.replace("5 1 0.5", "6 1 1.5")
        .replace("-521 1", "-521 2")
        .replace(PION, f"521 2 3 3 {B[12:50]}\n{copy}\n")
    )
    (tmp_path / "e.lhe").write_text(listing(EVENT, event))
    source = EventFile(path=str(tmp_path / "e.lhe"), parents="B+", format="lhe")
    parents = source.block(0)
    assert parents.originals is not None
    assert parents.pdgids is not None
    assert source.provenance()["format"] == "lhe"
    assert parents.pdgids.tolist() == [521, -521, -521, 521]
    assert parents.originals.parent.tolist() == [2, 3, 3, 5]
    assert parents.weights["event_file"].tolist() == [0.5, 0.5, 1.5, 1.5]
    assert not parents.vertex.any()
    assert "vx" not in parents.originals.particles


def test_any_event_of_a_long_file_is_found(tmp_path: Path) -> None:
    events = [EVENT.replace("1 0.5", f"1 {number}.5") for number in range(200)]
    (tmp_path / "e.lhe").write_text(listing(*events))
    reader = LHEReader(str(tmp_path / "e.lhe"))
    assert (reader.entries, reader.step) == (200, 1024)
    for first, last in ((0, 200), (63, 65), (128, 192), (199, 200)):
        _, _, numbers = reader.read(first, last, ["weight"])
        assert numbers["weight"].tolist() == [number + 0.5 for number in range(first, last)]


@pytest.mark.parametrize(
    ("said", "meant"),
    [((0, 0), []), ((2, 0), [1]), ((2, 2), [1]), ((0, 2), [1]), ((1, 3), [0, 1, 2]), ((3, 1), [2, 0])],
)
def test_mothers_are_a_range_or_two(said: tuple[int, int], meant: list[int]) -> None:
    """Of the fourth particle of the second event, whose list begins at row 2."""
    first, last = np.zeros((2, 6), dtype=np.int64)
    first[5], last[5] = said
    mother, (rows, more) = text_listing.mothers(first, last, np.array([0, 2, 6]), "e.lhe", 0)
    assert mother.tolist() == [-1] * 5 + (meant[:1] or [-1])
    assert rows.tolist() == [5] * len(meant[1:])
    assert more.tolist() == [2 + index for index in meant[1:]]


def test_mothers_without_measure_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_listing, "_MOST_MOTHERS", 2)
    (tmp_path / "e.lhe").write_text(listing(EVENT, EVENT))
    with pytest.raises(
        InputError, match="in event 1 particle 3 is the last of some with 4 mothers beyond their first"
    ):
        EventFile(path=str(tmp_path / "e.lhe"), parents="B+")


@pytest.mark.parametrize("start", ["<html>", "x <LesHouchesEvents>", '<LesHouchesEvents version="3.0">\n\0'])
def test_other_texts_are_not_taken_for_it(start: str) -> None:
    assert not LHEReader.begins(start.encode())


def test_pylhe_finds_the_same(tmp_path: Path) -> None:
    pylhe = pytest.importorskip("pylhe")
    for name in ("plain", "remarks", "weights", "attributes", "two mothers"):
        text = READ.get(name, changed("1 3 3", "1 1 2")).replace("D+00", "E+00").replace("<nothing", "")
        path = tmp_path / f"{name}.lhe"
        path.write_text(text)
        reader = open_events(str(path), "Events", {}, "lhe")
        offsets, ours, events = reader.read(0, reader.entries, sorted(reader.names))
        rows, more = reader.more_mothers(0, reader.entries)
        for index, event in enumerate(pylhe.LHEFile.fromfile(str(path), generator=False).events):
            own = slice(*offsets[index : index + 2])
            assert events["weight"][index] == event.eventinfo.weight
            for column, attribute in {"pdgid": "id", "px": "px", "energy": "e", "mass": "m"}.items():
                assert ours[column][own].tolist() == [getattr(p, attribute) for p in event.particles]
            for row, particle in enumerate(event.particles):
                beyond = more[rows == offsets[index] + row] - offsets[index]
                first = ours["mother"][own][row]
                assert set(event.mother_indices(particle)) == {
                    int(m) for m in np.append(beyond, first) if m >= 0
                }
