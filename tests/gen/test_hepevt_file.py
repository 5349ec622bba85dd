"""Texts of HEPEVT: each form that is written, and one true line for those that cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair.gen.errors import InputError
from darkpair.gen.sources import hepevt_reader
from darkpair.gen.sources.event_file import EventFile
from darkpair.gen.sources.event_readers import file_format
from darkpair.gen.sources.hepevt_reader import HEPEVTReader

#: Status, id, mothers, daughters, momentum, place: two beams, a B in two copies, its pions, and a photon of both beams.
PARTICLES = (
    (3, 2212, (0, 0), (3, 4), (0.0, 0.0, 50.0, 50.009, 0.938), (0.0, 0.0, 0.0, 0.0)),
    (3, -2212, (0, 0), (3, 4), (0.0, 0.0, -50.0, 50.009, 0.938), (0.0, 0.0, 0.0, 0.0)),
    (2, 521, (1, 2), (5, 0), (1.0, 2.0, 10.0, 11.527, 5.279), (0.125, 0.25, 0.5, 1.0)),
    (1, 22, (1, 2), (0, 0), (3.0, 0.0, 4.0, 5.0, 0.0), (0.125, 0.25, 0.5, 1.0)),
    (2, 521, (3, 3), (6, 7), (1.0, 2.0, 9.0, 10.672, 5.279), (1.0, 2.0, 3.0, 4.0)),
    (1, 211, (5, 0), (0, 0), (0.5, 1.0, 5.0, 5.125, 0.13957), (5.0, 6.0, 7.0, 8.0)),
    (1, 111, (5, 5), (0, 0), (0.5, 1.0, 4.0, 4.156, 0.13498), (5.0, 6.0, 7.0, 8.0)),
)
FORMS = ("hepmc3", "short", "geant4", "dd4hep", "larsoft", "momenta", "wrapped")


def words(form: str, mothers: bool) -> str:
    """Lines of the particles."""
    out = []
    for status, pdgid, above, below, p, v in PARTICLES:
        codes = (status, pdgid, *(above if mothers else (0, 0)), *below)
        if form in ("short", "geant4"):
            row: Any = [(status, pdgid, *below, *p[:3], p[4])]
        elif form == "hepmc3":
            row = [(*codes, *p), v]
        elif form == "wrapped":  # as Fortran's WRITE(*,*) breaks lines
            row = [codes, p[:3], (*p[3:], *v)]
        else:
            row = [(*codes, *p, *(() if form == "momenta" else v))]
        out += [" ".join(f"{x: .17g}" for x in part) for part in row]
    return "".join(f"{line}\n" for line in out)


def text(form: str, n: int = 3, mothers: bool = True) -> str:
    head = {
        "hepmc3": "E {} {}\n",
        "short": "E       {}        {}\n",
        "larsoft": "{} {}\n",
        "wrapped": " {} {}\n",
    }
    return "".join(
        head.get(form, " {1}\n").format(number, len(PARTICLES)) + words(form, mothers) for number in range(n)
    )


@pytest.mark.parametrize("mothers", [True, False])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_read(
    form: str, mothers: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "e.txt"
    for piece, ends in ((1 << 20, "\n"), (5, "\r\n")):
        monkeypatch.setattr(hepevt_reader, "_PIECE", piece)
        path.write_text(text(form, mothers=mothers), newline=ends)
        assert file_format(str(path)) == "hepevt"
        reader = HEPEVTReader(str(path))
        assert reader.entries == 3
        offsets, particles, events = reader.read(0, 3, sorted(reader.names))
        assert offsets.tolist() == [0, 7, 14, 21]
        assert particles["pdgid"].tolist() == 3 * [row[1] for row in PARTICLES]
        assert particles["status"].tolist() == 3 * [row[0] for row in PARTICLES]
        assert particles["mother"].tolist() == 3 * [-1, -1, 0, 0, 2, 4, 4]
        rows, more = reader.more_mothers(0, 3)
        assert rows.tolist() == [2, 3, 9, 10, 16, 17]
        assert more.tolist() == [1, 1, 8, 8, 15, 15]
        for column, i in {"px": 0, "py": 1, "pz": 2, "mass": 4}.items():
            assert particles[column].tolist() == 3 * [row[4][i] for row in PARTICLES]
        assert ("vz" in reader.names) == (form in ("hepmc3", "dd4hep", "larsoft", "wrapped"))
        if "vz" in reader.names:
            assert particles["vz"].tolist() == 3 * [row[5][2] for row in PARTICLES]
        if "event" in reader.names:
            assert events["event"].tolist() == [0, 1, 2]
        source = EventFile(path=str(path), parents="B+", format="hepevt")
        parents = source.block(0)
        assert len(parents) == 3
        assert parents.momentum[2].tolist() == [9.0] * 3
        assert parents.vertex[:, 0].tolist() == ([1.0, 2.0, 3.0, 4.0] if "vz" in reader.names else [0.0] * 4)


def test_units_may_be_said(tmp_path: Path) -> None:
    (tmp_path / "e.txt").write_text(text("larsoft"))
    source = EventFile(path=str(tmp_path / "e.txt"), parents="B+", length_unit="cm", momentum_unit="MeV")
    assert source.block(0).vertex[:, 0].tolist() == [10.0, 20.0, 30.0, 40.0]
    assert source.block(0).momentum[2, 0] == pytest.approx(9e-3)


def test_hepmc_s_own_text_is_read(tmp_path: Path) -> None:
    pyhepmc = pytest.importorskip("pyhepmc")
    path = tmp_path / "e.hepevt"
    path.write_text(text("hepmc3"))
    reader = HEPEVTReader(str(path))
    offsets, ours, _ = reader.read(0, 3, sorted(reader.names))
    rows, more = reader.more_mothers(0, 3)
    with pyhepmc.io.ReaderHEPEVT(str(path)) as file:
        for index in range(3):
            event = file.read()
            own = slice(*offsets[index : index + 2])
            for particle in event.particles:
                row = int(
                    np.flatnonzero(
                        (ours["px"][own] == particle.momentum.px) & (ours["pz"][own] == particle.momentum.pz)
                    )[0]
                )
                theirs = sorted(mother.momentum.pz for mother in particle.parents)
                beyond = more[rows == offsets[index] + row]
                first = [] if ours["mother"][own][row] < 0 else [offsets[index] + ours["mother"][own][row]]
                assert theirs == sorted(ours["pz"][[*beyond, *first]])
                assert particle.pid == ours["pdgid"][own][row]


GOOD = text("dd4hep")
#: What cannot be read, and words of the refusal.
REFUSED = {
    "a line too few": (GOOD.rstrip().rpartition("\n")[0], "breaks off in event 2, which says that it has 7 particles and has 6"),
    "half a number": (GOOD.rstrip()[:-8], "breaks off in event 2"),
    "numbers on another line": ("\n 1  22 ".join(GOOD.split("\n 1  22 ")[:-1]) + " 1\n  22 " + GOOD.split("\n 1  22 ")[-1], "in event 2 particle 3 has not 15 numbers"),
    "a line too many": (GOOD + " 1 22\n", "event 3 does not begin with a line of 1 whole number as the others"),
    "another number": (GOOD.replace(" 7\n", " 6\n").replace(" 6\n", " 7\n", 1), "event 2 does not begin|event 1 does not begin"),
    "an id that is none": (GOOD[:-400] + GOOD[-400:].replace(" 211 ", " 211.5 "), "in event 2 particle 6 has the pdgid 211.5"),
    "no number": (GOOD[:-400] + GOOD[-400:].replace("5.125", "5.x"), "in event 2 '5.x' is no number"),
    "a mother that is not there": (GOOD[:-400] + GOOD[-400:].replace(" 5  5 ", " 5  8 "), "in event 2 particle 7 has the mothers 5 and 8"),
    "a daughter that is not there": (text("geant4").replace(" 6  7 ", " 6  9 "), "in event 0 particle 5 has the daughters 6 and 9"),
    "a number too large": (GOOD.replace(" 7\n", " 7\n", 1)[:-500] + " 1000000000\n", "event 2|event 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_says_why(name: str, tmp_path: Path) -> None:
    content, why = REFUSED[name]
    (tmp_path / "e.txt").write_text(content)
    with pytest.raises(InputError, match=why) as refusal:
        EventFile(path=str(tmp_path / "e.txt"), parents="B+")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "start",
    [
        "",
        "nothing",
        "1 2 3\n4 5 6\n",
        "7\n1 2 3\n",
        "E 0 0 0\n",
        "1\n1 22 0 0 1 2 3\n",
        "1.5 2.5\n2.5 3.5\n",
        "0\n0\n",
    ],
)
def test_other_texts_are_not_taken_for_it(start: str) -> None:
    """Tables of numbers, and HepMC's lines that begin with E as well."""
    assert not HEPEVTReader.begins(start.encode())


def test_long_events_are_known_by_their_beginning(tmp_path: Path) -> None:
    rows = "".join(words("dd4hep", True) for _ in range(200))
    long = f" {7 * 200}\n{rows}"
    assert len(long) > 1 << 16
    (tmp_path / "e.txt").write_text(long * 2)
    assert HEPEVTReader(str(tmp_path / "e.txt")).entries == 2
