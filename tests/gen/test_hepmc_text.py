"""HepMC text of anybody: all that it says as HepMC's own reader has it, or one true line, whatever the text."""

from __future__ import annotations

import random
import re
import tracemalloc
import warnings
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair.gen.errors import DarkpairWarning, InputError
from darkpair.gen.sources import hepmc_places, hepmc_reader, hepmc_record
from darkpair.gen.sources.event_file import EventFile
from darkpair.gen.sources.hepmc_reader import HepMCReader
from darkpair.gen.sources.text_columns import BadRowError, Lines, Table
from tests.shared.hepmc_reference import by_pyhepmc, by_us
from tests.shared.hepmc_texts import ASCIIV3, GENEVENT, mutated

PARTICLE = "P 1 0 521 0 0 1 2 5.28 1\n"


def put(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def events(path: Path, *names: str) -> list[list[Any]]:
    """Lists of a quantity, or of several together, by event."""
    reader = HepMCReader(str(path))
    offsets, columns, numbers = reader.read(0, reader.entries, names)
    if numbers:
        return [column.tolist() for column in numbers.values()]
    rows = list(zip(*(columns[name].tolist() for name in names), strict=True))
    return [rows[a:b] for a, b in pairwise(offsets)]


def one_event(particles: str, vertices: int = 0, before: str = "U GEV MM\n") -> str:
    n = len(re.findall("^P ", particles, re.MULTILINE))
    body = f"E 0 {vertices} {n}\n{before}{particles}"
    return f"HepMC::Version 3\nHepMC::Asciiv3-START_EVENT_LISTING\n{body}HepMC::Asciiv3-END_EVENT_LISTING\n"


def test_every_text_is_as_hepmc_reads_it_or_one_line(tmp_path: Path) -> None:
    """The law: never another exception, never fewer events or other particles and mothers without a word."""
    rng = random.Random(17)
    texts = [ASCIIV3.encode(), GENEVENT.encode()]
    texts += [mutated(text, rng) for text in (ASCIIV3, GENEVENT) for _ in range(60)]
    paths = [put(tmp_path / f"{k}.hepmc", text) for k, text in enumerate(texts)]
    outcomes = {"the same": 0, "refused": 0, "theirs gave up": 0}
    for path, theirs in zip(paths, by_pyhepmc(paths), strict=True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DarkpairWarning)
            try:
                ours = by_us(path)
            except InputError as refusal:
                assert "\n" not in str(refusal)  # noqa: PT017 (it need not be refused)
                outcomes["refused"] += 1
                continue
        if theirs is None or len(theirs) < len(ours):
            outcomes["theirs gave up"] += 1
        elif repr(ours) == repr(theirs):
            outcomes["the same"] += 1
        else:  # its older versions take two spaces for an empty word, and HepMC2's loops are not in a tree
            assert b"  " in path.read_bytes() or b"IO_GenEvent" in path.read_bytes(), path.read_bytes()
            assert len(ours) == len(theirs)
    assert outcomes["the same"] > 25
    assert sum(outcomes.values()) >= len(paths) - 4


@pytest.mark.parametrize("text", [ASCIIV3, GENEVENT])
@pytest.mark.parametrize("end", ["\r\n", "\r", "\n\n", "\t\n"])
def test_any_line_ends_and_none_at_the_end(tmp_path: Path, text: str, end: str) -> None:
    plain = by_us(put(tmp_path / "a.hepmc", text))
    assert len(plain) == text.count("\nE ")
    for other in (text.replace("\n", end), text.rstrip("\n"), text.replace(" ", "  "), "\n\n" + text):
        path = put(tmp_path / "b.hepmc", other)
        assert repr(by_us(path)) == repr(plain)
        assert EventFile(path=str(path), parents="B+").n_parents == 2


def test_mothers_vertices_and_places(tmp_path: Path) -> None:
    path = put(tmp_path / "e.hepmc", ASCIIV3)
    assert events(path, "mother")[0] == [(-1,), (-1,), (0,), (0,), (2,), (4,), (4,)]
    particles, mothers = HepMCReader(str(path)).more_mothers(0, 3)
    assert (particles.tolist(), mothers.tolist()) == ([2, 3], [1, 1])
    assert events(path, "vx", "vt", "has_vertex")[0] == [(1.0, 4.0, True)] * 4 + [(1.0, 4.0, False)] * 3
    assert [len(event) for event in events(path, "pdgid")] == [7, 1, 0]
    old = put(tmp_path / "f.hepmc", GENEVENT)
    assert events(old, "mother")[0] == [(-1,), (-1,), (0,), (0,), (2,), (4,), (4,)]
    assert events(old, "vy")[0] == [(0.0,)] * 4 + [(2.0,)] + [(2.5,)] * 2


def test_lines_may_stand_in_any_order(tmp_path: Path) -> None:
    """Ids say who is who: vertices before and behind their particles, particles in any order, ids of any size."""
    particles = (
        "P 3 -2000000000 211 1 0 0 2 1 1\nV -7 0 [1,1]\nP 1 0 2212 0 0 0 1 1 4\nP 4 -7 22 4 0 0 4 0 1\n"
        "P 2 -7 521 2 0 0 6 5 2\nV -2000000000 0 [2] @ 0 0 0 5\n"
    )
    path = put(tmp_path / "e.hepmc", one_event(particles, 2))
    assert events(path, "pdgid", "mother", "px", "vt")[0] == [
        (2212, -1, 0.0, 0.0),
        (521, 0, 2.0, 0.0),
        (211, 1, 1.0, 5.0),
        (22, 0, 4.0, 0.0),
    ]


def test_the_first_mother_is_that_of_the_smallest_id(tmp_path: Path) -> None:
    """As HepMC3 has it, which keeps a vertex's incoming particles in a set."""
    particles = "P 1 0 521 0 0 1 2 5 2\nP 2 0 22 0 0 1 1 0 2\nV -1 0 [2,1,2]\nP 3 -1 11 0 0 1 1 0 1\n"
    path = put(tmp_path / "e.hepmc", one_event(particles, 1))
    assert events(path, "mother")[0][2] == (0,)
    assert [rows.tolist() for rows in HepMCReader(str(path)).more_mothers(0, 1)] == [[2], [1]]


def test_loops_and_own_mothers_are_given_as_they_are(tmp_path: Path) -> None:
    particles = "P 1 1 521 0 0 1 2 5 2\nP 2 3 521 0 0 1 2 5 2\nP 3 2 521 0 0 1 2 5 2\n"
    path = put(tmp_path / "e.hepmc", one_event(particles, 3))
    assert events(path, "mother", "vx")[0] == [(0, 0.0), (2, 0.0), (1, 0.0)]


def test_the_weight_is_cv_or_the_first(tmp_path: Path) -> None:
    listing = "HepMC::Version 3\nHepMC::Asciiv3-START_EVENT_LISTING\n"
    event = "E 0 0 1\nU GEV MM\nW 2 3 nan\n" + PARTICLE
    end = "HepMC::Asciiv3-END_EVENT_LISTING\n"
    text = listing + "W a\\|CV\\|b\n" + event
    text += (
        "W CV\\|x\\|y\nT tool\\|1\\|x\n" + event.replace("E 0", "E 1") + end
    )  # a new run between two events
    text += listing + event.replace("E 0", "E 2") + event.replace("W 2 3 nan\n", "") + end
    text += GENEVENT
    assert events(put(tmp_path / "e.hepmc", text), "weight") == [[3.0, 2.0, 2.0, 1.0, 1.0, 1.0]]
    with pytest.raises(InputError, match=r"event 0 'W 2' has no weight of number 2"):
        EventFile(path=str(put(tmp_path / "f.hepmc", text.replace("W 2 3 nan", "W 2"))), parents="B+")


def test_listings_of_every_kind_in_a_file(tmp_path: Path) -> None:
    """Each with its units; IO_Ascii has neither masses nor beams."""
    old = GENEVENT.replace("IO_GenEvent", "IO_ExtendedAscii").replace("U GEV MM", "U MEV CM")
    head = "E 5 -1.0 0.1 0.2 20 0 1 0 0\n"
    ascii_text = f"HepMC::IO_Ascii-START_PARTICLE_DATA\nD 1 x 2\nHepMC::IO_Ascii-END_PARTICLE_DATA\nHepMC::IO_Ascii-START_EVENT_LISTING\n{head}"
    ascii_text += "V -1 0 0 0 0 0 1 1 0\nP 1 521 0 0 3 5 2 0 0 -1 0\nP 2 511 0 0 5 3 1 0 0 0 0\n"
    ascii_text += "HepMC::IO_Ascii-END_EVENT_LISTING\n"
    path = put(tmp_path / "e.hepmc", ASCIIV3 + GENEVENT + "no line of it\n" + old + ascii_text)
    pz, mass, vy = (events(path, name) for name in ("pz", "mass", "vy"))
    assert [len(event) for event in pz] == [7, 1, 0, 7, 2, 7, 2, 2]
    assert pz[5][0] == (10.0 / 1e3,)
    assert (vy[3][4], vy[5][4]) == ((2.0,), (20.0,))
    assert mass[7] == [(4.0,), (-4.0,)]
    assert events(put(tmp_path / "bare.hepmc", GENEVENT.split("\n", 2)[2]), "event") == [[7, 8]]


def test_numbers_are_the_same_bits(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    values = np.concatenate(
        [rng.normal(size=200) * 10.0 ** rng.integers(-300, 300, 200), [5e-324, 1e308, -0.0]]
    )
    lines = "".join(
        f"P {k + 1} 0 22 {v!r} {v:.17g} {v:+.16E} nan -inf 1\n" for k, v in enumerate(values.tolist())
    )
    reader = HepMCReader(str(put(tmp_path / "e.hepmc", one_event(lines))))
    _, columns, _ = reader.read(0, 1, ["px", "py", "pz", "energy", "mass"])
    for name in ("px", "py", "pz"):
        assert columns[name].tobytes() == values.tobytes()
    assert np.isnan(columns["energy"]).all()
    assert (columns["mass"] == -np.inf).all()


def test_nuclei_and_nan_are_no_matter_unless_they_are_parents(tmp_path: Path) -> None:
    nuclei = "P 1 0 1000060120 nan nan nan inf 0 20\nP 2 0 2009900000 0 0 0 0 0 4\nP 3 0 521 0 0 1 2 5 1\n"
    source = EventFile(path=str(put(tmp_path / "e.hepmc", one_event(nuclei))), parents="B+")
    assert source.block(0).momentum[2].tolist() == [1.0]
    with pytest.raises(InputError, match="event 0 has a momentum or vertex that is not finite"):
        EventFile(
            path=str(put(tmp_path / "f.hepmc", one_event(nuclei.replace("521 0", "521 nan")))), parents="B+"
        ).block(0)


REFUSED = {
    "P 1 0 99999999999 0 0 1 2 5 1\n": r"event 0 'P 1 0 99999999999.*' has a number that is not between -2147483648",
    "P 1 0 521 0 0 1 2 5\n": "has 8 of 9 numbers",
    "P 1 0 521 0 0 1 2 5 1 1\n": "has 10 of 9 numbers",
    "P 1 0 521 0 0 1-2 2 5 1\n": "has '1-2', which is no number",
    "P 1 0 521 0 0 1\x0b2 2 5 1\n": "which is no number",
    "P 1 0 521.5 0 0 1 2 5 1\n": r"has '521.5', which is no whole number",
    "P 1 -1 521 0 0 1 2 5 1\n": "comes from the vertex -1, which has no line",
    "P 1 2 521 0 0 1 2 5 1\n": "comes from a particle beyond the last, 1",
    PARTICLE + PARTICLE: "has the particles 1 to 1, and then 1",
    PARTICLE + "V -1 0 [2]\n": r"'V -1 0 \[2\]' has the incoming particle 2; the event has 1 to 1",
    PARTICLE + "V -1 0 [1]\nV -1 0 [1]\n": "has the id of another vertex",
    PARTICLE + "V -1 0 [1]\nV -2 0 [1]\n": "has the incoming particle 1, as another vertex has",
    PARTICLE + "V 1 0 [1]\n": "has an id that is not below 0",
    PARTICLE + "V -1 0 1\n": "is no line of a vertex",
    PARTICLE + "V -1 0 [1] @ 1 2 3\n": "is no line of a vertex",
    PARTICLE + "V -1 0 [1]\n": "has 1 vertices, and says that it has 0",
}


@pytest.mark.parametrize("particles", REFUSED)
def test_what_contradicts_itself_is_one_line(tmp_path: Path, particles: str) -> None:
    path = put(tmp_path / "e.hepmc", one_event(particles))
    with pytest.raises(InputError, match=REFUSED[particles]) as refusal:
        by_us(path)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("E 1 3 7", "E 1 3 8", "event 0 has 7 of the 8 particles"),
        ("E 1 3 7 @ 1 2 3 4", "E 1 3 7 @ 1 2 3", "is no line of an event; allowed"),
        ("E 1 3 7 @ 1 2 3 4", "E 1 3 7 @ 1_0 2 3 4", "is no line of an event; allowed"),
        ("W 1 2", "W x 2", "event 0 'W x 2' has 'x', which is no number"),
        ("E 1 3 7", "x 1 3 7", "has a particle or a vertex in no event, at byte"),
        ("U GEV MM", "U TEV MM", "has units that are not GEV or MEV"),
        (
            "Asciiv3-START",
            "IO_AsciiParticles-START",
            "has a listing of the kind 'HepMC::IO_AsciiParticles-START",
        ),
    ],
)
def test_what_contradicts_the_event_is_one_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        by_us(put(tmp_path / "e.hepmc", ASCIIV3.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("20 -3 3 1 2", "20 -3 4 1 2", "event 0 has 3 of the 4 vertices"),
        ("55 2 1.0 2.0", "55 3 1.0 2.0", "is no line of an event of HepMC2"),
        ("0 0 2 2 1 1.0", "0 0 2 3 1 1.0", "says that 5 particles follow, and 4 do"),
        ("0 0 2 2 1 1.0", "0 0 2 1 1 1.0", "says that 3 particles follow, and 4 do"),
        ("0 0 2 2 1 1.0", "0 0 1 3 1 1.0", "says that 1 of the particles that follow end at it, and 2 do"),
        ("0 0 2 2 1 1.0", "0 0 -1 5 1 1.0", "has the barcode 0, which stands for none, or less than no"),
        ("V -2 0 1", "V 0 0 1", "has the barcode 0"),
        ("P 10005", "P 10004", "has the barcode of another particle of the event"),
        ("V -2 0 1 2", "V -3 0 1 2", "has the barcode of another vertex"),
        ("0 0 -2 0", "0 0 -9 0", "ends at the vertex -9, which has no line"),
        ("0 1 1 501", "0 2 1 501", "has 14 of 16 numbers"),
    ],
)
def test_what_contradicts_an_event_of_hepmc2_is_one_line(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        by_us(put(tmp_path / "e.hepmc", GENEVENT.replace(old, new, 1)))


def changed(text: str) -> Iterator[tuple[str, str]]:
    """Each line of an event, vertex or particle left out or doubled, and each of its words made no number."""
    lines = text.splitlines()
    inside = False
    for at, line in enumerate(lines):
        before, behind = lines[:at], lines[at + 1 :]
        inside = (inside or line[:2] == "E ") and not line.startswith("HepMC")
        if not inside or line[:2] not in ("E ", "V ", "P ", "W "):
            continue
        if line[0] in "VP":
            yield f"without {line}", "\n".join([*before, *behind, ""])
            yield f"twice {line}", "\n".join([*before, line, line, *behind, ""])
        words = line.split(" ")
        for k in range(1, len(words)):
            word = ("i0009", "1-2", "1.2.3", "1e2e3", "@@", "[", "1,2,", "+", ".")[(at + k) % 9]
            other = " ".join([*words[:k], word, *words[k + 1 :]])
            yield other, "\n".join([*before, other, *behind, ""])


@pytest.mark.parametrize("text", [ASCIIV3, GENEVENT])
def test_every_count_and_number_of_an_event_is_checked(tmp_path: Path, text: str) -> None:
    """What is passed over, too, when no more than the ids are asked for."""
    path, asked = tmp_path / "e.hepmc", 0
    for change, other in changed(text):
        put(path, other)
        asked += 1
        try:
            events(path, "pdgid")
        except InputError as refusal:
            assert re.fullmatch(r"[^\n]*: event [012] [^\n]*(number|line|particle|vert)[^\n]*", str(refusal))  # noqa: PT017
        else:
            pytest.fail(f"read: {change}")
    assert asked > 80


def test_a_word_is_a_number_where_python_says_so() -> None:
    rng = random.Random(3)
    words = ["".join(rng.choices("01+-.eE", k=rng.randrange(1, 6))) for _ in range(1000)]
    words += ["nan", "-inf", "NaN", "infx", "0x1", "1_0", "1d5", "\x0b1", "9" * 400]
    wrong = []
    for word in words:
        lines = Lines(f"P 1 {word} 2\n".encode())
        try:
            Table(lines, np.array([0])).require_numbers()
        except BadRowError as error:
            assert f"{word[:40]!r}, which is no number" in error.why or not word.isprintable()  # noqa: PT017
            wrong.append(word)
    assert wrong == [word for word in words if not is_number(word)]
    assert 200 < len(wrong) < 950


def is_number(word: str) -> bool:
    try:
        return word.isprintable() and "_" not in word and float(word) is not None
    except ValueError:
        return False


def test_a_missing_end_is_told_and_a_missing_part_refused(tmp_path: Path) -> None:
    """Cut anywhere: what is whole is read with a word, and nothing less."""
    text = ASCIIV3[: ASCIIV3.index("HepMC::Asciiv3-END")]
    whole = by_us(put(tmp_path / "a.hepmc", ASCIIV3))
    with pytest.warns(DarkpairWarning, match=r"no END_EVENT_LISTING: events may be missing behind the 3"):
        assert repr(by_us(put(tmp_path / "b.hepmc", text))) == repr(whole)
    for end in range(text.index("E 1") + 3, len(text), 7):
        path = put(tmp_path / "c.hepmc", text[:end])
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DarkpairWarning)
                read = by_us(path)
        except InputError as refusal:
            assert "cut short" in str(refusal)  # noqa: PT017 (it need not be refused)
        else:
            assert text[end:].startswith(("E ", "HepMC"))
            assert repr(read) == repr(whole[: len(read)])


def test_any_piece_is_the_same_as_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Places, pieces of text and steps of any size; what is remembered is sparse."""
    path = put(tmp_path / "e.hepmc", (ASCIIV3 + GENEVENT) * 40)
    whole = HepMCReader(str(path))
    offsets, columns, _ = whole.read(0, 200, ["pz", "mother"])
    monkeypatch.setattr(hepmc_reader, "_CHUNK", 97)
    monkeypatch.setattr(hepmc_places, "_BYTES", 1000)
    monkeypatch.setattr(hepmc_reader, "_TEXT", 1500)
    small = HepMCReader(str(path))
    assert small.entries == whole.entries == 200
    assert len(small._places.events) > 25
    assert 1 < small.step < 32
    for first in (0, 1, 63, 64, 131, 199):
        last = min(first + small.step, 200)
        own, part, _ = small.read(first, last, ["pz", "mother"])
        assert own.tolist() == (offsets[first : last + 1] - offsets[first]).tolist()
        for name in ("pz", "mother"):
            assert part[name].tobytes() == columns[name][offsets[first] : offsets[last]].tobytes()


def test_memory_does_not_grow_with_lines_or_claims(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line without end, and an event that claims to be large, take no more than a piece of the file."""
    long = put(tmp_path / "long.hepmc", "HepMC::Asciiv3-START_EVENT_LISTING\n" + "A x " + "y" * (24 << 20))
    claim = one_event(PARTICLE).replace("E 0 0 1", "E 0 2000000000 2000000000")
    tracemalloc.start()
    with pytest.raises(InputError, match="no event and no END_EVENT_LISTING"):
        HepMCReader(str(long))
    with pytest.raises(InputError, match="has 1 of the 2000000000 particles"):
        by_us(put(tmp_path / "claim.hepmc", claim))
    assert tracemalloc.get_traced_memory()[1] < 20 << 20
    tracemalloc.stop()
    monkeypatch.setattr(hepmc_places, "_LARGEST", 200)
    with pytest.raises(InputError, match=r"event 0 takes \d+ bytes; allowed: 200"):
        HepMCReader(str(put(tmp_path / "large.hepmc", ASCIIV3)))
    monkeypatch.setattr(hepmc_places, "_LARGEST", 1 << 20)
    monkeypatch.setattr(hepmc_record, "_PAIRS", 1)
    with pytest.raises(InputError, match="2 pairs of a particle and a further mother in events 0 to 2"):
        HepMCReader(str(put(tmp_path / "pairs.hepmc", ASCIIV3))).more_mothers(0, 3)
