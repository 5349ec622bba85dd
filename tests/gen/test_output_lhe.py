"""Les Houches event files of ours: read back by us, by pylhe and by PYTHIA 8, each number as it was."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest

from darkpair.chains.descriptor import build
from darkpair.gen.errors import InputError
from darkpair.gen.events import total_weight
from darkpair.gen.output.lhe import LHEWriter
from darkpair.gen.output.reader import read_provenance
from darkpair.gen.sources.event_file import EventFile
from darkpair.gen.sources.event_readers import open_events
from darkpair.gen.streams import Streams
from tests.gen.test_lhe_file import EVENT, listing
from tests.gen.test_output_hepmc import MASS, b_mesons, koto, made, mixture


def written(path: Path, events: ak.Array, **provenance: Any) -> Path:
    with LHEWriter(path, provenance={"seed": 3} | provenance) as file:
        file.write(events[:7])
        file.write(events[7:])
    return path


def of_a_file(folder: Path, n: int = 20) -> ak.Array:
    """B mesons of a file whose B decays already, in the middle of its event."""
    (folder / "in.lhe").write_text(listing(*[EVENT] * n))
    source = EventFile(path=str(folder / "in.lhe"), parents="B+", conjugates=False)
    return made(source, build("B+ -> K+ X1 X2", mass=MASS, ctau={"X2": 70.0}), n)


@pytest.mark.parametrize("ending", ["lhe", "lhe.gz"])
@pytest.mark.parametrize("make", [koto, b_mesons, mixture, of_a_file])
def test_every_number_comes_back(make: Any, ending: str, tmp_path: Path) -> None:
    record = make(tmp_path) if make is of_a_file else make(50)
    path = written(tmp_path / f"e.{ending}", record)
    reader = open_events(str(path), "Events", {}, "lhe")
    assert reader.entries == len(record)
    offsets, ours, events = reader.read(0, reader.entries, sorted(reader.names))
    assert events["weight"].tobytes() == np.asarray(total_weight(record)).tobytes()
    particles = record.particles
    if make is of_a_file:
        assert ak.all(ak.sum(particles.replaced, axis=1) == 1)
        particles = particles[~particles.replaced]  # the pion, which stands last in the file's list
        expected = [-1, -1, 0, 0, 2, 2, 2] * len(record)
        assert particles.pdgid[0].to_list() == [-11, 11, 521, -521, 321, 51, 901]
    else:
        expected = ak.flatten(particles.mother).to_list()
    assert ours["mother"].tolist() == expected
    assert np.diff(offsets).tolist() == ak.num(particles).to_list()
    names = {"energy": "E", "mass": "nominal_mass"}
    for name in ("pdgid", "status", "px", "py", "pz", "energy", "mass"):
        column = np.asarray(ak.flatten(particles[names.get(name, name)]))
        assert ours[name].tobytes() == column.astype(ours[name].dtype).tobytes(), name


@pytest.mark.parametrize("make", [koto, b_mesons, mixture, of_a_file])
def test_pylhe_reads_the_same(make: Any, tmp_path: Path) -> None:
    pylhe = pytest.importorskip("pylhe")
    record = make(tmp_path) if make is of_a_file else make(30)
    path = written(tmp_path / "e.lhe.gz", record)
    file = pylhe.LHEFile.fromfile(str(path), generator=False)
    assert (file.init.initInfo.beamA, file.init.initInfo.weightingStrategy) == (0, -4)
    particles = record.particles[~record.particles.replaced] if make is of_a_file else record.particles
    assert len(file.events) == len(record)
    for index, event in enumerate(file.events):
        rows = particles[index]
        assert event.eventinfo.weight == total_weight(record)[index]
        assert [p.id for p in event.particles] == rows.pdgid.to_list()
        for ours, theirs in {"px": "px", "py": "py", "pz": "pz", "E": "e", "nominal_mass": "m"}.items():
            assert [getattr(p, theirs) for p in event.particles] == rows[ours].to_list()
        factors = {name.replace(" ", "_"): record.weights[name][index] for name in record.weights.fields}
        assert event.weights == {f"weight_{name}": value for name, value in factors.items()}
        (remark,) = event.optional
        words = remark.strip("# ").split()
        said = dict(zip(words[::2], words[1::2], strict=True))
        assert int(said["event"]) == (index + 1)
        assert float(said["vz"]) == record.particles.vz[index, 0]


@pytest.mark.parametrize("make", [koto, mixture, of_a_file])
def test_lifetimes_are_those_of_the_record(make: Any, tmp_path: Path) -> None:
    """The drawn proper length to its bits where it is known, else that of the flight; nothing for what does not decay."""
    record = make(tmp_path) if make is of_a_file else make(40)
    root = ET.fromstring(written(tmp_path / "e.lhe", record).read_text())
    for index, event in enumerate(root.iter("event")):
        rows = [line.split() for line in (event.text or "").splitlines()[2:] if not line.startswith("#")]
        lengths = [float(row[11]) for row in rows]
        if make is koto:
            assert lengths[2] == record.proper_length.X2[index]
        event_rows = record.particles[index]
        if make is of_a_file:
            event_rows = event_rows[~event_rows.replaced]
        mothers = [int(row[2]) - 1 for row in rows]
        for at, row in enumerate(event_rows):
            if at not in mothers:
                assert lengths[at] == 0.0
            elif row.mother >= 0:
                flight = event_rows[mothers.index(at)].vt - row.vt
                assert lengths[at] == pytest.approx(flight * row.nominal_mass / row.E, rel=1e-6, abs=1e-9)


def test_what_has_no_rest_frame_has_no_proper_length(tmp_path: Path) -> None:
    """Clusters without energy, massless and exchanged particles of a file: 0, and no NaN."""
    text = """HepMC::Version 3.02.05
HepMC::Asciiv3-START_EVENT_LISTING
E 0 5 9
U GEV MM
P 1 0 90 0 0 0 0 0 2
V -1 0 [1] @ 1 2 3 4
P 2 -1 21 0 0 5 5 0 2
V -2 0 [2] @ 1 2 8 9
P 3 -2 23 3 0 0 2 -2.2360679 2
V -3 0 [3] @ 1 2 9 9
P 4 -3 113 0 0 0 0 0.77 2
V -4 0 [4] @ 1 2 9 9
P 5 -4 521 0 3 4 7.2790889 5.27934 2
V -5 0 [5] @ 1 2.3 9.4 9.72790889
P 6 -5 22 0 0 1 1 0 1
P 7 -3 511 0 3 4 7.2793 5.27966 2
P 8 -1 22 0 0 1 1 0 1
P 9 -2 22 0 0 1 1 0 1
HepMC::Asciiv3-END_EVENT_LISTING
"""
    (tmp_path / "e.hepmc3").write_text(text)
    source = EventFile(path=str(tmp_path / "e.hepmc3"), parents="B0", conjugates=False)
    events = build("B0 -> K0 X1", mass={"X1": 0.1}).generate(source.block(0), Streams(1))
    path = written(tmp_path / "e.lhe", events)
    lines = path.read_text().partition("<event>\n")[2].splitlines()[1:10]
    lengths = {int(line.split()[0]): float(line.split()[11]) for line in lines}
    assert [lengths[kind] for kind in (90, 21, 23, 113)] == [0.0] * 4
    assert lengths[521] == pytest.approx(0.72790889 * 5.27934 / 7.2790889)


def test_a_file_says_how_it_was_made(tmp_path: Path) -> None:
    """In a header that is XML, whatever stands in it; with what the file cannot hold, and in the room that it takes."""
    marks = "</darkpair_provenance> <event> & ]]> -- \\u003c é"
    for ending in ("lhe", "lhe.gz"):
        path = tmp_path / f"e.{ending}"
        cuts = [{"cut": f"cut {i} {marks}", "n": i} for i in range(400)]
        with LHEWriter(path, provenance={"seed": 3, "title": marks}) as file:
            file.write(koto(20))
            file.close({"cuts": cuts})
        provenance = read_provenance(path)
        assert (provenance["seed"], provenance["title"], provenance["cuts"]) == (3, marks, cuts)
        assert provenance["output"]["events"] == 20
        assert provenance["output"]["weights"] == ["genWeight", "weight_lifetime", "weight_a_factor"]
        assert "vertices" in provenance["output"]["not_held"]
        assert open_events(str(path), "Events", {}, None).entries == 20
    root = ET.parse(tmp_path / "e.lhe").getroot()
    assert len(root.findall("event")) == 20
    assert [weight.get("id") for weight in root.iter("weight")] == ["weight_lifetime", "weight_a_factor"]


def test_our_source_takes_the_parents_back(tmp_path: Path) -> None:
    record = b_mesons(100)
    source = EventFile(path=str(written(tmp_path / "e.lhe.gz", record)), parents="B+", conjugates=False)
    parents = source.block(0)
    first = record.particles[:, 0]
    assert np.array_equal(parents.momentum[:3], [first.px, first.py, first.pz])
    assert not parents.vertex.any()
    assert not made(source, build("B+ -> K+ X1 X2", mass=MASS), 100).original.has_vertex.to_numpy().any()


def test_parts_are_joined_as_they_stand(tmp_path: Path) -> None:
    record = koto(30)
    whole = written(tmp_path / "whole.lhe", record)
    parts = [
        written(tmp_path / f"{i}.lhe{'.gz' * i}", some) for i, some in enumerate((record[:12], record[12:]))
    ]
    with LHEWriter(tmp_path / "joined.lhe", provenance={"seed": 3}) as file:
        for part in parts:
            output = read_provenance(part)["output"]
            file.copy(part, 0, output["events"], output)
    texts = [path.read_text().partition("</init>\n")[2] for path in (whole, tmp_path / "joined.lhe")]
    assert texts[0] == texts[1]
    assert read_provenance(tmp_path / "joined.lhe")["output"]["events"] == 30


def test_a_foreign_or_damaged_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "foreign.lhe").write_text(listing(EVENT))
    whole = written(tmp_path / "e.lhe", koto(10)).read_bytes()
    (tmp_path / "cut.lhe").write_bytes(whole[:-200])
    (tmp_path / "edited.lhe").write_bytes(whole.replace(b'"seed": 3', b'"seed: 3'))
    (tmp_path / "newer.lhe").write_bytes(whole.replace(b'"format": 3', b'"format": 999'))
    for name, words in {
        "foreign": "not written by darkpair",
        "cut": "has no end; it is damaged",
        "edited": "cannot be read as a Les Houches Event File",
        "newer": "has the format 999",
        "missing": "there is no file",
    }.items():
        with pytest.raises(InputError, match=words) as refusal:
            read_provenance(tmp_path / f"{name}.lhe")
        assert "\n" not in str(refusal.value)
    with pytest.raises(InputError, match="has the format 999"):
        EventFile(path=str(tmp_path / "newer.lhe"), parents="K_L0")
    with pytest.raises(InputError, match=r"files of the format lhe end in \.lhe or \.lhe\.gz"):
        LHEWriter(tmp_path / "e.xml", provenance={})


def test_pythia_decays_the_rest(tmp_path: Path) -> None:
    """Without beams, as docs/output_files.md says: ids, momenta and flights of ours, weights by eventWeightLHEF."""
    pythia8mc = pytest.importorskip("pythia8mc")
    record = koto(20)
    path = written(tmp_path / "e.lhe", record)
    pythia = pythia8mc.Pythia("", False)
    for line in ("Print:quiet = on", "Beams:frameType = 4", f"Beams:LHEF = {path}", "ProcessLevel:all = off"):
        assert pythia.readString(line)
    for pdgid, spin in ((51, 1), (901, 1)):
        assert pythia.readString(f"{pdgid}:new = dark void {spin} 0 0")
        assert pythia.readString(f"{pdgid}:mayDecay = off")
    assert pythia.init()
    for index in range(20):
        assert pythia.next()
        rows = record.particles[index]
        event = [pythia.event[i] for i in range(1, pythia.event.size())]
        assert [p.id() for p in event[: len(rows)]] == rows.pdgid.to_list()
        assert pythia.infoPython().eventWeightLHEF == total_weight(record)[index]
        for particle, row in zip(event, rows, strict=False):
            assert particle.e() == pytest.approx(row.E, rel=1e-9)
            place = (particle.xProd(), particle.yProd(), particle.zProd(), particle.tProd())
            wanted = [row[axis] - rows[0][axis] for axis in ("vx", "vy", "vz", "vt")]
            assert place == pytest.approx(wanted, rel=1e-6, abs=1e-6)
    assert not pythia.next()
