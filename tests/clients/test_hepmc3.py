"""HepMC3 of ours by the library itself, in Python and in C++: counts, momenta and weights are the ROOT file's."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import awkward as ak
import pytest

from darkpair import read_events
from darkpair.gen.events import total_weight
from tests.shared.clients import READERS, N, Total, ask, compare, made, python_of

JOBS = ["koto_pi0", "charm", "belle2"]
ENDINGS = [".hepmc3", ".hepmc3.gz"]


def expected(path: Path) -> dict[str, Total]:
    """What a ROOT file of the same events has."""
    events = read_events(path)
    names = {"px": "px", "py": "py", "pz": "pz", "e": "E", "pid": "pdgid", "status": "status"}
    out = {name: Total.of([events.particles[field]]) for name, field in names.items()}
    return out | {"weight": Total.of([total_weight(events)])}


def check(said: dict[str, Any], job: str, folder: Path, *, ordered: bool) -> None:
    root = made(folder, job)
    particles = read_events(root).particles
    assert said["events"] == N
    assert said["vertices"] == ak.sum(particles.status != 1)
    compare(said["totals"], expected(root), ordered=ordered)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("job", JOBS)
def test_pyhepmc(job: str, ending: str, folder: Path) -> None:
    said = ask(python_of("pyhepmc"), "of_pyhepmc.py", made(folder, job, ending))
    check(said, job, folder, ordered=False)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that reads with the C++ library; skips where it cannot be compiled."""
    compiler = shutil.which("g++")
    if compiler is None or not Path("/usr/include/HepMC3/ReaderFactory.h").exists():
        pytest.skip("no g++, or no HepMC3 to compile against (apt-get install g++ libhepmc3-dev)")
    program = tmp_path_factory.mktemp("hepmc3") / "reader"
    words = [compiler, "-std=c++17", "-o", str(program), str(READERS / "of_hepmc3.cc"), "-lHepMC3", "-lz"]
    subprocess.run(words, check=True)
    return program


@pytest.mark.parametrize("job", JOBS)
def test_cpp(job: str, folder: Path, reader: Path) -> None:
    """Plain text: Debian's library is built without gzip."""
    words = [str(reader), str(made(folder, job, ".hepmc3"))]
    done = subprocess.run(words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    check(json.loads(done.stdout.splitlines()[-1]), job, folder, ordered=True)
