"""Files of earlier formats are read in their own units, and one of a newer format is refused.

Those in ``tests/before`` were written by format 1 (no number; ``nano`` in mm): `examples/koto_pi0.toml` with 2000 events
and the lifetime of X2 scanned, in every layout, as RNTuple and as HepMC3. The values below are what uproot shows.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot
from click.testing import CliRunner

from darkpair.chains.descriptor import build
from darkpair.cli import main
from darkpair.gen.errors import InputError
from darkpair.gen.lifetime import Scan
from darkpair.gen.output.file_format import FORMAT, format_of, length_units
from darkpair.gen.output.reader import read_events, read_provenance
from darkpair.gen.output.root import PROVENANCE, RootWriter
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.sources.event_file import EventFile
from darkpair.gen.sources.koto_kl import KotoKL

BEFORE = Path(__file__).parent / "before"
ROOT_FILES = ("cartesian.root", "nano.root", "flat.root", "rntuple.root")
FILES = (*ROOT_FILES, "events.hepmc3.gz")

#: Of the first event: where X2, the photons and the K_L were made [mm, mm/c], momenta along z [GeV].
VZ = [-21000.0, *[3205.060660737192] * 2, *[3643.409142375112] * 2, *[3643.409259603114] * 2]
VT = [0.0, *[24550.22646721722] * 2, *[24994.800028941976] * 2, *[24994.800146972382] * 2]
PZ_X2, LENGTH_X2, WEIGHT = 2.5730666924386276, 73.25494036288039, 0.22153555533858413
SUM_OF_WEIGHTS = 5.981459994141772


@pytest.mark.parametrize("name", FILES)
def test_inspect(name: str) -> None:
    result = CliRunner().invoke(main, ["inspect", str(BEFORE / name), "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    assert "format" not in told  # what it says is shown as it is
    assert told["result"]["accepted"] == told["output"]["events"] == 27
    assert told["result"]["cutflow"][-1]["sum_w"] == pytest.approx(SUM_OF_WEIGHTS, rel=1e-12)
    assert format_of(told, name) == 1
    plain = CliRunner().invoke(main, ["inspect", str(BEFORE / name)])
    assert f"format                 1 (today's is {FORMAT})" in plain.output


@pytest.mark.parametrize("name", ["cartesian.root", "rntuple.root"])
def test_read_events(name: str) -> None:
    events = read_events(BEFORE / name)
    assert len(events) == 27
    first = events[0]
    assert first.particles.vz.to_list() == VZ
    assert first.particles.vt.to_list() == VT
    assert (first.X2.pz, first.X2.vz, first.X2.vt) == (PZ_X2, VZ[2], VT[2])
    assert first.gamma_1.vz == VZ[5]
    assert first.proper_length.X2 == LENGTH_X2
    assert first.weights.source == WEIGHT
    assert first.reco.Pi0.z_vtx.to_list() == [3698.771392793111]
    # the flight of X2 in units of its own length: a check of vertex, momentum and proper length at once
    flight = np.asarray(events.pi0.vz - events.X2.vz)
    assert flight == pytest.approx(
        np.asarray(events.proper_length.X2 * events.X2.pz / 0.43), rel=1e-9, abs=1e-6
    )


@pytest.mark.parametrize(("ctau", "total"), [(100.0, 13.575611695254064), (1000.0, 4.454881541089771)])
def test_re_weighting(ctau: float, total: float) -> None:
    """Sum of weights at a c tau [mm]; the number by hand, with the mean of 41 exponentials from 1 um to 10 km."""
    events = read_events(BEFORE / "cartesian.root")
    weight = np.asarray(events.weights.source) * Scan().weight(np.asarray(events.proper_length.X2), ctau)
    assert float(weight.sum()) == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("name", ["cartesian.root", "nano.root", "rntuple.root"])
def test_event_file(name: str) -> None:
    source = EventFile(path=str(BEFORE / name), parents="K_L0")
    assert source.n_parents == 27
    parents = source.block(0)
    rel = 1e-6 if name == "nano.root" else 0.0
    assert parents.vertex[2, 0] == pytest.approx(-21000.0, rel=rel)
    assert parents.originals is not None
    assert parents.originals.particles["vz"][:7] == pytest.approx(np.array(VZ), rel=rel)
    assert parents.originals.particles["vt"][:7] == pytest.approx(np.array(VT), rel=rel)
    with pytest.raises(InputError, match="says its units itself"):
        EventFile(path=str(BEFORE / name), parents="K_L0", length_unit="cm").block(0)


def test_hepmc_as_event_file(tmp_path: Path) -> None:
    pytest.importorskip("pyhepmc", reason="pyhepmc is not installed")
    path = tmp_path / "e.hepmc3"
    path.write_bytes(gzip.decompress((BEFORE / "events.hepmc3.gz").read_bytes()))
    originals = EventFile(path=str(path), parents="K_L0").block(0).originals
    assert originals is not None
    assert originals.particles["vz"][:7] == pytest.approx(np.array(VZ), rel=1e-15)


def test_the_flat_layout() -> None:
    """No reader of ours: its names are the interface."""
    with uproot.open(BEFORE / "flat.root") as file:
        first = file["Events"].arrays(entry_stop=1)[0]
    assert (first.X2_pz, first.X2_vz, first.gamma_1_vz, first.X2_properLength) == (
        PZ_X2,
        VZ[2],
        VZ[5],
        LENGTH_X2,
    )


def test_nano_of_today_is_in_cm_and_read_as_the_same_places(tmp_path: Path) -> None:
    """What the Cartesian file of before holds, written again in both layouts."""
    events = read_events(BEFORE / "cartesian.root")
    for layout, unit in (("cartesian", 1.0), ("nano", 10.0)):
        path = tmp_path / f"{layout}.root"
        with RootWriter(path, layout=layout, provenance={}) as file:  # type: ignore[arg-type]
            file.write(events)
        with uproot.open(path) as file:
            stored = file["Events"].arrays()
        for axis in ("vx", "vy", "vz", "vt"):
            mine = unit * ak.values_astype(ak.flatten(stored[f"GenPart_{axis}"]), np.float64)
            assert np.asarray(mine) == pytest.approx(np.asarray(ak.flatten(events.particles[axis])), rel=1e-6)
        # what is ours stays in mm
        assert np.asarray(stored.X2_properLength) == pytest.approx(
            np.asarray(events.proper_length.X2), rel=1e-6
        )
        assert ak.all(abs(ak.flatten(stored.Pi0_z_vtx) - ak.flatten(events.reco.Pi0.z_vtx)) < 1e-3)
        parents = EventFile(path=str(path), parents="K_L0").block(0)
        assert parents.originals is not None
        assert parents.originals.particles["vz"][:7] == pytest.approx(np.array(VZ), rel=1e-6)
        assert parents.vertex[2, 0] == pytest.approx(-21000.0, rel=1e-6)


def written(path: Path, number: Any) -> Path:
    """A file that says another format."""
    chain = build("K_L0 -> gamma gamma")
    (chunk,) = chunks(Pipeline(source=KotoKL(), chain=chain), 5)
    with RootWriter(path, provenance={"versions": {"darkpair": "9.9"}}) as file:
        file.write(chunk.record())
    told = read_provenance(path)
    assert told["format"] == FORMAT
    with uproot.update(path) as file:
        del file[PROVENANCE]
        file[PROVENANCE] = json.dumps(told | {"format": number})
    return path


@pytest.mark.parametrize("number", [FORMAT + 1, "two", 0])
def test_a_newer_format_is_one_clear_line(tmp_path: Path, number: Any) -> None:
    path = written(tmp_path / "e.root", number)
    says = f"has the format {number}, of darkpair 9.9; this version reads formats 1 to {FORMAT}"
    says = says if number == FORMAT + 1 else f"has the format {number!r}; allowed: 1 to {FORMAT}"
    for read in (read_events, read_provenance, lambda p: EventFile(path=str(p), parents="K_L0")):
        with pytest.raises(InputError) as refusal:
            read(path)
        assert says in str(refusal.value)
        assert "\n" not in str(refusal.value)
    result = CliRunner().invoke(main, ["inspect", str(path)])
    assert result.exit_code == 2
    assert says in result.output
    assert result.output.count("\n") == 1


def test_a_newer_hepmc_file_is_refused_too(tmp_path: Path) -> None:
    pytest.importorskip("pyhepmc", reason="pyhepmc is not installed")
    text = gzip.decompress((BEFORE / "events.hepmc3.gz").read_bytes()).decode()
    path = tmp_path / "e.hepmc3"
    path.write_text(text.replace('darkpair.provenance {"', 'darkpair.provenance {"format": 99, "', 1))
    with pytest.raises(InputError, match="has the format 99"):
        read_provenance(path)
    with pytest.raises(InputError, match="has the format 99"):
        EventFile(path=str(path), parents="K_L0")


def test_the_writer_s_number_is_the_file_s(tmp_path: Path) -> None:
    """Events of before that are written again with their provenance have today's format."""
    for name in ("e.root", "e.hepmc3"):
        told = read_provenance(BEFORE / "cartesian.root") | {"format": 1}
        if name == "e.root":
            with RootWriter(tmp_path / name, provenance=told) as file:
                file.write(read_events(BEFORE / "cartesian.root"))
        else:
            from darkpair.gen.output.hepmc import HepMCWriter

            with HepMCWriter(tmp_path / name, provenance=told) as text:
                text.write(read_events(BEFORE / "cartesian.root"))
        assert read_provenance(tmp_path / name)["format"] == FORMAT


def test_a_foreign_file_with_a_provenance_of_its_own_does_not_say_its_units(tmp_path: Path) -> None:
    shutil.copy(BEFORE / "nano.root", tmp_path / "e.root")
    with uproot.update(tmp_path / "e.root") as file:
        del file[PROVENANCE]
        file[PROVENANCE] = "made by hand"
    parents = EventFile(path=str(tmp_path / "e.root"), parents="K_L0").block(0)
    assert not parents.vertex.any()  # vertex branches need their unit
    with pytest.raises(InputError, match="not written by darkpair"):
        read_provenance(tmp_path / "e.root")


def say(name: str, path: Path, *parts: Any) -> None:
    """A file of before with other provenances, each a cycle of the name, as hadd keeps those of its parts."""
    shutil.copy(BEFORE / name, path)
    with uproot.update(path) as file:
        del file[PROVENANCE]
        for part in parts:
            file[PROVENANCE] = json.dumps(part)


@pytest.mark.parametrize("number", [-1, 2.0, True, "2", None, [2], 10**400])
def test_what_is_no_format_is_one_short_line(tmp_path: Path, number: Any) -> None:
    told = read_provenance(BEFORE / "cartesian.root")
    path = tmp_path / "e.root"
    say("cartesian.root", path, told | {"format": number, "versions": None})
    for read in (read_events, read_provenance, lambda p: EventFile(path=str(p), parents="K_L0")):
        with pytest.raises(InputError, match="the format") as refusal:
            read(path)
        assert "\n" not in str(refusal.value)
        assert len(str(refusal.value)) < 200 + len(str(path))


@pytest.mark.parametrize("units", [None, {}, {"length": "furlong"}, {"length": "mm", "vertex": ["cm"]}])
def test_a_unit_that_is_none_is_one_line(tmp_path: Path, units: Any) -> None:
    told = read_provenance(BEFORE / "nano.root")
    path = tmp_path / "e.root"
    say("nano.root", path, told | {"output": told["output"] | {"units": units}})
    with pytest.raises(InputError, match="says that its vertices are in .*; allowed: nm, um, mm, cm"):
        EventFile(path=str(path), parents="K_L0")


@pytest.mark.parametrize("wrong", [[1], "text", {"output": "text"}, {"output": None}])
def test_a_provenance_that_is_none_of_ours(tmp_path: Path, wrong: Any) -> None:
    path, text = tmp_path / "e.root", tmp_path / "e.hepmc3"
    say("cartesian.root", path, wrong)
    text.write_text(
        f"HepMC::Version 3.02.06\nHepMC::Asciiv3-START_EVENT_LISTING\nA darkpair.provenance {json.dumps(wrong)}\n"
    )
    for file in (path, text):
        result = CliRunner().invoke(main, ["inspect", str(file)])
        assert (result.exit_code, result.output.count("\n")) == (2, 1)
        assert re.search("was not written by darkpair|it is damaged", result.output)


def test_a_merged_file_of_two_units_is_refused(tmp_path: Path) -> None:
    """hadd joins the trees and keeps both provenances; the numbers would be those of the one, ten times off."""
    told = read_provenance(BEFORE / "nano.root")
    today = told | {"format": FORMAT, "output": told["output"] | {"units": length_units("nano")}}
    path = tmp_path / "e.root"
    for parts in ((told, today), (today, told), (told, told, today)):
        say("nano.root", path, *parts)
        with pytest.raises(InputError, match="was merged of files with vertices in cm and in mm"):
            EventFile(path=str(path), parents="K_L0")
    for part, scale in ((told, 1.0), (today, 10.0)):
        say("nano.root", path, part, part)
        vertex = EventFile(path=str(path), parents="K_L0").block(0).vertex
        assert vertex[2, 0] == pytest.approx(scale * -21000.0, rel=1e-6)
    say("nano.root", path, today, told | {"format": FORMAT + 1})
    with pytest.raises(InputError, match=f"has the format {FORMAT + 1}"):
        EventFile(path=str(path), parents="K_L0")
