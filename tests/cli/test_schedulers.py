"""Examples for schedulers, by the schedulers themselves: the file of one process; `nox -s schedulers` has them all."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import awkward as ak
import pytest
import uproot

import darkpair
from darkpair.gen.streams import BLOCK

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
pytestmark = pytest.mark.skipif(not EXAMPLES.is_dir(), reason="no source tree")

#: Where the commands of this environment are, darkpair's among them.
SCRIPTS = Path(sys.executable).parent
ENVIRONMENT = os.environ | {
    "PATH": f"{SCRIPTS}:{os.environ['PATH']}",
    "PYTHONPATH": str(Path(darkpair.__file__).parents[1]),
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
}

JOB = f"""
[run]
n = {5 * BLOCK + 1000}
chunk = {BLOCK}
seed = 3
[source]
name = "koto_kl"
[chain]
name = "kl_x1x2_pi0"
mass = {{ X1 = 0.0, X2 = 0.43 }}
[detector]
name = "koto"
[output]
path = "alone.root"
picture = false
"""


def command(name: str) -> str:
    """A command of a scheduler; skips where it is not."""
    path = shutil.which(name, path=ENVIRONMENT["PATH"])
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def call(*words: object, folder: Path, **environment: str) -> str:
    """What a command says."""
    done = subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        env=ENVIRONMENT | environment,
        text=True,
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def contents(path: Path) -> tuple[Any, Mapping[str, Any]]:
    """Events of a file, and what it says that they came to."""
    with uproot.open(path) as file:
        return file["Events"].arrays(), json.loads(str(file["provenance"]))["result"]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of one process."""
    folder = tmp_path_factory.mktemp("alone")
    (folder / "job.toml").write_text(JOB)
    call(sys.executable, "-m", "darkpair", "run", "job.toml", folder=folder)
    return folder / "alone.root"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "job.toml").write_text(JOB)
    return tmp_path


def same(path: Path, alone: Path) -> None:
    """The events of one process in their order, and their sums."""
    (events, result), (events_alone, result_alone) = contents(path), contents(alone)
    assert ak.array_equal(events, events_alone)
    assert result == result_alone


@pytest.mark.parametrize("script", sorted(path.stem for path in (EXAMPLES / "executors").glob("*.py")))
def test_executors(script: str, folder: Path, request: pytest.FixtureRequest) -> None:
    package = {"on_dask": "distributed", "on_mpi": "mpi4py"}.get(script, script.removeprefix("on_"))
    pytest.importorskip(package, reason=f"{package} is not installed")
    words: list[str | Path] = [
        sys.executable,
        EXAMPLES / "executors" / f"{script}.py",
        "job.toml",
        "there.root",
    ]
    if script == "on_mpi":
        words = [command("mpiexec"), "-n", "3", sys.executable, "-m", "mpi4py.futures", *words[1:]]
    call(*words, folder=folder)
    same(folder / "there.root", request.getfixturevalue("alone"))


def test_snakemake(folder: Path, request: pytest.FixtureRequest) -> None:
    words: list[str | Path] = [
        command("snakemake"),
        "--snakefile",
        EXAMPLES / "snakemake" / "Snakefile",
        "--cores",
        "2",
        "--config",
    ]
    call(*words, "job=job.toml", "out=there.root", "parts=3", folder=folder)
    same(folder / "there.root", request.getfixturevalue("alone"))


def test_luigi(folder: Path, request: pytest.FixtureRequest) -> None:
    words = [
        command("luigi"),
        "--module",
        "parts",
        "Merge",
        "--job",
        "job.toml",
        "--out",
        "there.root",
        "--parts",
        "3",
    ]
    call(*words, "--workers", "2", "--local-scheduler", folder=folder, PYTHONPATH=luigi_path())
    same(folder / "there.root", request.getfixturevalue("alone"))


def luigi_path() -> str:
    return f"{EXAMPLES / 'luigi'}:{ENVIRONMENT['PYTHONPATH']}"


@pytest.fixture(scope="module")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A cluster of SLURM with one node: what is there, or one of our own where that can be started."""
    command("sbatch")
    if subprocess.run(["sinfo", "-h"], env=ENVIRONMENT, capture_output=True, check=False).returncode == 0:
        yield os.environ.get("SLURM_CONF", "")
        return
    if "DARKPAIR_OWN_SLURM" not in os.environ:
        pytest.skip("no SLURM answers, and DARKPAIR_OWN_SLURM does not say that one may be started")
    if os.geteuid() != 0 or not all(shutil.which(name) for name in ("slurmctld", "slurmd", "munged")):
        pytest.skip("no SLURM answers, and starting a node takes root, slurmctld, slurmd and munged")
    own = tmp_path_factory.mktemp("slurm")
    for parent in (own, *own.parents[:2]):
        parent.chmod(0o755)  # (munge wants to be reached)
    call(ROOT / ".ci" / "slurm_node", own, folder=own)
    yield str(own / "slurm.conf")
    call(ROOT / ".ci" / "slurm_node", own, "stop", folder=own)


def test_slurm(slurm: str, folder: Path, request: pytest.FixtureRequest) -> None:
    script = EXAMPLES / "slurm" / "submit.sh"
    environment = {"SLURM_CONF": slurm} if slurm else {}
    call("bash", script, "job.toml", "there.root", "3", "--wait", folder=folder, **environment)
    same(folder / "there.root", request.getfixturevalue("alone"))


def test_htcondor(folder: Path, request: pytest.FixtureRequest) -> None:
    """As DAGMan and a pool would do it: each process in a folder of its own, with what is sent there and what comes back."""
    htcondor2 = pytest.importorskip("htcondor2", reason="htcondor is not installed")
    for path in (EXAMPLES / "htcondor").iterdir():
        shutil.copy(path, folder)
    shutil.copy(folder / "job.toml", folder / "koto_pi0.toml")
    dag = [
        shlex.split(line)
        for line in (folder / "koto.dag").read_text().splitlines()
        if not line.startswith("#")
    ]
    jobs = {words[1]: words[2] for words in dag if words[0] == "JOB"}
    assert [words[1:] for words in dag if words[0] == "PARENT"] == [["parts", "CHILD", "merge"]]
    for node in ("parts", "merge"):
        for words in dag:
            if words[:3] == ["SCRIPT", "PRE", node]:
                call(*words[3:], folder=folder)
        own = {
            key: value for words in dag if words[:2] == ["VARS", node] for key, value in _settings(words[2:])
        }
        text = (folder / jobs[node]).read_text()
        count = int(own["n"]) if "queue $(n)" in text else 1
        for process in range(count):
            submit = htcondor2.Submit(text)
            submit.update(own | {"Process": str(process)})
            _work(submit, folder, folder / f"{node}-{process}")
    same(folder / "koto_pi0.root", request.getfixturevalue("alone"))


def _settings(words: list[str]) -> Iterator[list[str]]:
    yield from (word.split("=", 1) for word in words)


def _work(submit: Any, home: Path, there: Path) -> None:
    """One process of a submit file: its files there, its command line, and its files back."""
    there.mkdir()
    said = {
        key: submit.expand(key) if key in submit else ""
        for key in (
            "executable",
            "arguments",
            "transfer_input_files",
            "transfer_output_files",
            "transfer_output_remaps",
        )
    }
    shutil.copy(home / said["executable"], there)
    for name in said["transfer_input_files"].split(", "):
        _ = (
            shutil.copytree(home / name, there, dirs_exist_ok=True)
            if name.endswith("/")
            else shutil.copy(home / name, there)
        )
    call(there / said["executable"], *shlex.split(said["arguments"]), folder=there)
    remaps = dict(re.findall(r"([^\s=\";]+) = ([^\s\";]+)", said["transfer_output_remaps"]))
    for name in said["transfer_output_files"].split(", "):
        shutil.move(there / name, home / remaps.get(name, name))


def test_the_page_has_every_example_as_it_is() -> None:
    """Each file is linked, and a line of code on the page is one of the files that its section links."""
    page = (ROOT / "docs" / "many_machines.md").read_text(encoding="utf-8")
    linked = re.findall(r"\]\(\.\./(examples/[^)]+)\)", page)
    folders = ("slurm", "snakemake", "luigi", "htcondor", "executors")
    files = {
        str(path.relative_to(ROOT))
        for name in folders
        for path in (EXAMPLES / name).iterdir()
        if path.is_file()
    }
    assert files <= set(linked)
    for section in page.split("\n## ")[1:]:
        own = re.findall(r"\]\(\.\./(examples/[^)]+)\)", section)
        lines = {
            line.strip() for name in own for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
        }
        for line in re.findall(r"^    (?! *(?:#|\$))(.+)$", section, flags=re.MULTILINE):
            assert not own or line.strip() in lines, line
