"""Particles of our own files, read from every format and layout: the same as the event record of one run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest

import darkpair
from darkpair.gen.errors import InputError
from darkpair.gen.sources.written_files import read_written
from darkpair.job.job import job_of
from darkpair.run.runner import run_job
from tests.shared.small_events import toy_events, write_nano

FORMS: dict[str, tuple[str, dict[str, str]]] = {
    "cartesian": ("a.root", {}),
    "rntuple": ("b.root", {"kind": "rntuple"}),
    "nano": ("c.root", {"layout": "nano"}),
    "flat": ("d.root", {"layout": "flat"}),
    "hepmc3": ("e.hepmc3.gz", {}),
    "lhe": ("f.lhe", {}),
    "parquet": ("g.parquet", {}),
    "parquet nano": ("h.parquet", {"layout": "nano"}),
    "parquet flat": ("i.parquet", {"layout": "flat"}),
    "folder": ("j/", {}),
}
JOB: dict[str, Any] = {
    "run": {"n": 1500, "seed": 3},
    "source": {"name": "koto_kl"},
    "chain": {
        "decay": "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))",
        "mass": {"X1": 0.0, "X2": 0.43},
        "ctau": {"X2": 300.0},
        "lifetime": {"X2": "forced"},
    },
    "detector": {"name": "koto"},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("written")


def written_by(folder: Path, form: str) -> Path:
    name, output = FORMS[form]
    if name.endswith(".parquet"):
        pytest.importorskip("pyarrow")
    path = folder / name
    if not path.exists():
        table = JOB | {"output": {"path": f"{folder}/{name}", "picture": False} | output}
        run_job(job_of(table, where="here"))
    return path


@pytest.mark.parametrize("form", FORMS)
def test_every_form_has_the_particles_of_the_record(folder: Path, form: str) -> None:
    events = darkpair.read_events(written_by(folder, "cartesian"))
    path = written_by(folder, form)
    paths = sorted(path.glob("events-*")) if path.is_dir() else [path]
    read = read_written(
        paths, darkpair.read_provenance(path), most=100_000, variables=["pt", "z_vtx", "absent"]
    )
    particles = ak.flatten(events.particles)
    assert len(read) == len(events) > 20
    assert read.offsets.tolist() == np.concatenate([[0], np.cumsum(ak.num(events.particles))]).tolist()
    close = 3e-6 if read.single else 1e-12
    for i, name in enumerate(("px", "py", "pz", "E")):
        scale = np.asarray(particles.E)
        assert np.abs(read.momentum[i] - np.asarray(particles[name])).max() < close * scale.max()
    assert np.allclose(read.mass, np.asarray(particles.nominal_mass), rtol=close, atol=0.0)
    assert read.pdgid.tolist() == particles.pdgid.tolist()
    assert read.status.tolist() == particles.status.tolist()
    own = read.mother - np.repeat(read.offsets[:-1], np.diff(read.offsets))
    assert np.where(read.mother < 0, -1, own).tolist() == particles.mother.tolist()
    assert np.allclose(read.weight, darkpair.total_weight(events), rtol=close)
    if form == "lhe":
        assert read.vertex is None
    else:
        assert read.vertex is not None
        for i, name in enumerate(("vx", "vy", "vz", "vt")):
            assert np.allclose(read.vertex[i], np.asarray(particles[name]), rtol=close, atol=close)
    assert read.chain is not None
    assert read.chain.all()
    if form not in ("hepmc3", "lhe"):
        candidates = ak.flatten(events.reco.Pi0[events.reco.Pi0.accepted])
        assert sorted(read.variables) == ["pt", "z_vtx"]
        assert np.allclose(read.variables["pt"].values, np.asarray(candidates.pt), rtol=close)
        assert np.allclose(read.variables["z_vtx"].values, np.asarray(candidates.z_vtx), rtol=close)
        assert sorted(read.factors) == sorted(events.weights.fields)


@pytest.mark.parametrize("form", ["cartesian", "nano", "hepmc3", "lhe", "parquet", "parquet flat"])
def test_no_more_than_is_asked_for(folder: Path, form: str) -> None:
    path = written_by(folder, form)
    assert len(read_written([path], darkpair.read_provenance(path), most=7)) == 7


def test_several_files_are_one(folder: Path) -> None:
    path = written_by(folder, "cartesian")
    provenance = darkpair.read_provenance(path)
    once = read_written([path], provenance, most=10, variables=["pt"])
    n, k = len(read_written([path], provenance, most=10**6)), len(once.pdgid)
    twice = read_written(
        [path, path, path], provenance, most=n + 10, variables=["pt"]
    )  # (the third is not asked)
    assert len(twice) == n + 10
    begin = len(twice.pdgid) - k
    last = np.where(once.mother < 0, -1, once.mother + begin)
    assert twice.mother[begin:].tolist() == last.tolist()
    assert twice.offsets[-11:].tolist() == (once.offsets + begin).tolist()
    assert np.array_equal(twice.momentum[:, begin:], once.momentum)
    assert twice.vertex is not None
    assert twice.chain is not None
    assert len(twice.chain) == twice.vertex.shape[1] == begin + k
    assert np.array_equal(twice.variables["pt"].event[-10:], once.variables["pt"].event + n)
    assert {name: len(values) for name, values in twice.factors.items()} == dict.fromkeys(
        once.factors, n + 10
    )


@pytest.mark.parametrize("name", ["o.root", "o.hepmc3"])
def test_the_chain_in_a_file_s_event(tmp_path: Path, name: str) -> None:
    write_nano(tmp_path / "b.root", toy_events(40))
    table = {
        "source": {"name": "event_file", "path": str(tmp_path / "b.root"), "parents": ["K_L0"]},
        "chain": {"decay": "K_L0 -> (pi0 -> gamma gamma) (pi0 -> gamma gamma)"},
        "output": {"path": str(tmp_path / name), "picture": False},
    }
    run_job(job_of(table, where="here"))
    path = tmp_path / name
    read = read_written([path], darkpair.read_provenance(path), most=1000)
    if name.endswith(".hepmc3"):
        assert read.chain is None
        return
    assert read.chain is not None
    assert 0 < read.chain.sum() < len(read.pdgid)
    kinds = read.pdgid[read.chain].reshape(len(read), 7)
    assert np.sort(kinds, axis=1).tolist() == [[22, 22, 22, 22, 111, 111, 130]] * len(read)


def test_a_mother_of_no_event(folder: Path) -> None:
    path = written_by(folder, "flat")
    provenance = darkpair.read_provenance(path)
    provenance["output"]["particles"][1]["genPartIdxMother"] = 99
    with pytest.raises(InputError, match="index of a mother that is none of its event's"):
        read_written([path], provenance, most=10)
