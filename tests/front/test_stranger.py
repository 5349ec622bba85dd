"""A real third-party package in its own virtual environment's path is found, run and checked; a broken one is a line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

STRANGER = Path(__file__).parents[1] / "stranger"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the stranger's module and its entry points, laid out as an installer lays it out."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "stranger.py").write_text((STRANGER / "src" / "stranger.py").read_text())
    info = folder / "stranger-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[darkpair.chains]\nstranger_kaon = stranger:kaon\nstranger_broken = stranger:missing\n"
        "[darkpair.detectors]\nstranger_wall = stranger:Wall\n"
    )
    return folder


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    start = f"import sys; sys.path.insert(0, {str(folder)!r}); from darkpair.cli import main; main()"
    return subprocess.run([sys.executable, "-c", start, *words], capture_output=True, text=True, check=False)


def test_found_and_broken_is_a_line(installed: Path) -> None:
    told = json.loads(run(installed, "list", "--json").stdout)
    chains = {row["name"]: row for row in told["chains"]}
    assert chains["stranger_kaon"]["origin"] == "stranger"
    assert chains["stranger_kaon"]["summary"] == "K_L to two dark scalars, one of which makes two electrons."
    assert chains["stranger_broken"]["broken"]
    assert "missing" in chains["stranger_broken"]["summary"]
    assert not chains["kl_x1x2_pi0"]["broken"]


def test_job_runs(installed: Path, tmp_path: Path) -> None:
    job = tmp_path / "job.toml"
    job.write_text(
        f"""
[run]
n = 20000
[source]
name = "koto_kl"
[chain]
name = "stranger_kaon"
mass = {{ X1 = 0.0, X2 = "300 MeV" }}
[detector]
name = "stranger_wall"
z = "8 m"
[output]
path = "{tmp_path}/out.root"
"""
    )
    done = run(installed, "run", str(job))
    assert done.returncode == 0, done.stderr
    told = json.loads(run(installed, "inspect", str(tmp_path / "out.root"), "--json").stdout)
    assert told["detector"]["z"] == 8000.0
    assert 0 < told["result"]["accepted"] < 20000
    broken = run(installed, "run", str(job), "--set", "chain.name=stranger_broken")
    assert broken.returncode == 2
    assert "cannot be loaded" in broken.stderr


def test_conformance(installed: Path) -> None:
    code = f"""
import sys; sys.path.insert(0, {str(installed)!r})
import stranger
from darkpair.testing import check_chain, check_detector, parents_of
from darkpair import Streams
chain = stranger.kaon(mass={{"X1": 0.0, "X2": 0.3}})
check_chain(chain)
check_detector(stranger.Wall(), chain.batch(parents_of(chain), Streams(3)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_fifteen_lines() -> None:
    lines = (STRANGER / "src" / "stranger.py").read_text().split("@dataclass")
    chain = lines[0].split("def kaon")[1]
    detector = "@dataclass" + lines[1]
    for piece in (chain, detector):
        assert len([x for x in piece.splitlines() if x.strip()]) <= 15
