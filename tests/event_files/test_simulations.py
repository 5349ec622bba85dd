"""docs/simulations.md: its scripts run with the programs that are here, and what Rivet asks of a file is counted in ours."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import awkward as ak
import numpy as np
import pytest
import uproot

from darkpair import read_events
from darkpair.gen.constants import C_MM_PER_NS
from darkpair.job.job import load_job
from darkpair.run.runner import run_job

EXAMPLES = Path(__file__).parents[2] / "examples"


def needs(name: str) -> None:
    if find_spec(name) is None:  # (not imported: Geant4 may ask for its data)
        pytest.skip(f"{name} is not installed")


def example(name: str, *words: object, **place: str) -> str:
    """What a script says, run in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name), *map(str, words)],
        env=os.environ | place,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def made(folder: Path, ending: str, n: int = 30, decay: str = "") -> Path:
    """Events of KOTO's job, all of them."""
    path = folder / f"events{ending}"
    keys = {"run.n": n, "output.events": "all", "output.picture": False, "output.path": str(path)}
    run_job(load_job(EXAMPLES / "koto_pi0.toml", overrides=keys | ({"chain.decay": decay} if decay else {})))
    return path


def test_pythia8_decays_what_is_left(tmp_path: Path) -> None:
    """A pi0 that the chain leaves whole; dark states stay as they are."""
    needs("pythia8mc")
    path = made(tmp_path, ".lhe", decay="K_L0 -> X1 (X2 -> X1 pi0)")
    text = example("into_pythia8.py", path)
    assert "30 events of" in text
    assert "decayed by PYTHIA: {'pi0': 30}" in text
    assert "'X1': 60" in text


def test_parents_of_pythia8(tmp_path: Path) -> None:
    """The rest of the event stays as PYTHIA made it, places included; the parent is decayed by the chain."""
    needs("pythia8mc")
    collisions, out = tmp_path / "pythia8.root", tmp_path / "out.root"
    example("pythia8_to_events.py", collisions, 20)
    over = {"source.path": str(collisions), "output.path": str(out)}
    run_job(load_job(EXAMPLES / "pythia8_b_mesons.toml", overrides=over))
    with uproot.open(collisions) as before, uproot.open(out) as after:
        file, events = before["Events"], after["Events"].arrays()
        entry = ak.to_numpy(events.File_entry)
        assert len(entry) > 20
        for name in ("pdgId", "genPartIdxMother", "px", "pz", "vx", "vz", "vt"):
            own = file[f"GenPart_{name}"].array()[entry]
            kept = events[f"GenPart_{name}"][:, : ak.max(ak.num(own))]
            both = ak.local_index(kept) < ak.num(own)
            assert ak.all(own == kept[both]), name
        mother = ak.to_numpy(events.File_genPartIdx)
        new = ak.local_index(events.GenPart_pdgId) >= ak.num(file["GenPart_pdgId"].array()[entry])
        first = ak.firsts(events.GenPart_genPartIdxMother[new])
        assert ak.all(first == mother)
        assert ak.all(ak.any(abs(events.GenPart_pdgId[new]) == 901, axis=1))


def test_primaries_of_geant4(tmp_path: Path) -> None:
    """Places [mm], times [ns] and momenta [MeV] of tracks are the file's; without Geant4's data sets, which flight does not need."""
    needs("geant4_pybind")
    path, table = made(tmp_path, ".root"), tmp_path / "dark_states.py"
    words = [sys.executable, "-m", "darkpair", "particles", path, "--for", "geant4_pybind", "-o", table]
    subprocess.run([str(word) for word in words], check=True)
    (tmp_path / "ENSDFSTATE.dat").write_text("")
    names = ("GEANT4_DATA_DIR", "G4ENSDFSTATEDATA", "G4LEDATA")
    text = example("into_geant4.py", path, table, 10, **dict.fromkeys(names, str(tmp_path)))
    rows = [
        [float(word) for word in line.split()[1:]] for line in text.splitlines() if line.startswith("track")
    ]
    p = read_events(path).particles[:10]
    p = ak.flatten(p[p.status == 1])
    mine = [p.pdgid, p.vx, p.vy, p.vz, p.vt / C_MM_PER_NS, p.px * 1e3, p.py * 1e3, p.pz * 1e3]
    own = np.stack([ak.to_numpy(column).astype(float) for column in mine], axis=1)
    assert len(rows) == len(own) == 40
    tracks = np.array(rows)
    order = [np.lexsort((columns[:, 7], columns[:, 0])) for columns in (own, tracks)]
    np.testing.assert_allclose(tracks[order[1]], own[order[0]], rtol=1e-9, atol=1e-9)


def test_what_rivet_takes_for_beams(tmp_path: Path) -> None:
    """HepMC3's ``GenEvent::beams()``: what has no vertex before it. Rivet wants two, and stops where there are fewer."""
    pyhepmc = pytest.importorskip("pyhepmc", reason="pyhepmc is not installed")
    with pyhepmc.open(made(tmp_path, ".hepmc3", 5)) as file:
        for event in file:
            beams = [p for p in event.particles if p.production_vertex is None or p.production_vertex.id == 0]
            assert [(p.pid, p.status) for p in beams] == [(130, 4)]
            assert event.weight_names[0] == "CV"
            assert event.cross_section is None
