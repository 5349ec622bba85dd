"""Developers' sessions: ``nox -s tests``, or lowest, coverage, lint, types, bench, clients, kills, fuzz, schedulers, laws, pages."""

import shutil
import tomllib
from pathlib import Path
from typing import Any

import nox
from nox.command import CommandFailed

nox.options.sessions = ["tests", "lint", "types"]


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests."""
    session.install(".[all,test]")
    session.run("pytest", *session.posargs)


@nox.session(python="3.11")
def lowest(session: nox.Session) -> None:
    """Run the tests, or those that are named, with the lowest versions that pyproject.toml allows."""
    session.install("uv")
    options = ("--resolution", "lowest-direct", "--python", session.virtualenv.location)
    session.run("uv", "pip", "install", *options, ".[all,dask,test]")
    session.run("pytest", *session.posargs)


@nox.session
def coverage(session: nox.Session) -> None:
    """Run the tests with coverage, workers' processes counted, and refuse what lies too low."""
    session.install(".[all,test]")
    report = f"{session.virtualenv.location}/coverage.json"
    session.run("pytest", "-n", "logical", "--dist", "loadfile", "--cov", f"--cov-report=json:{report}")
    session.run("python", ".ci/coverage_floor.py", report)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and format."""
    session.install("ruff>=0.14")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check types."""
    session.install("-e", ".[all,test]", "mypy>=1.18")
    session.run("mypy")


@nox.session
def bench(session: nox.Session) -> None:
    """Measure speed, store it, and refuse a drop of a tenth against the last stored run."""
    session.install(".[all,test]")
    store, timer = "--benchmark-storage=benchmarks/history", "--benchmark-timer=time.process_time"
    session.run(
        "pytest", "benchmarks", "--benchmark-only", "--benchmark-autosave", store, timer, *session.posargs
    )
    session.run("python", "-m", "benchmarks.history")


@nox.session
def race(session: nox.Session) -> None:
    """Race against other tools and the package as it was (2 GB of them), or ``-- --only NAME --rounds 1 --events 50000``."""
    folder = Path(session.virtualenv.location).parent / "race-tools"
    folder.mkdir(exist_ok=True)
    tables = tomllib.loads(Path("benchmarks/race.toml").read_text(encoding="utf-8"))
    for name, packages in tables["environments"].items():
        try:
            _environment(session, folder / name, packages or [_package_of(session, name, folder, tables)])
            (folder / f"{name}.reason").unlink(missing_ok=True)
        except CommandFailed as error:
            shutil.rmtree(folder / name, ignore_errors=True)
            (folder / f"{name}.reason").write_text(
                f"its environment cannot be made: {error}", encoding="utf-8"
            )
    session.install("-e", ".[all]")
    words = (
        ["-m", "benchmarks.race", *session.posargs] if session.posargs else [*_PAGES, "remake", "race-tool"]
    )
    session.run("python", *words, env={"DARKPAIR_RACE": str(folder)})
    if not session.posargs:
        session.run("python", *_PAGES)


#: Writes pages from stored outputs, or makes outputs again.
_PAGES = ("-m", "darkpair.pages")


def _environment(session: nox.Session, folder: Path, packages: list[str]) -> None:
    """An environment with some packages, made where it is not there."""
    if not (folder / "bin" / "python").exists():
        session.run("python", "-m", "venv", str(folder), silent=True)
    session.run(str(folder / "bin" / "python"), "-m", "pip", "install", "-q", *packages, external=True)


def _package_of(session: nox.Session, name: str, folder: Path, tables: dict[str, Any]) -> str:
    """What pip installs of this package: the tree as it stands, or as it was at a commit."""
    if name == "ours":
        return f"{Path.cwd()}[all]"
    tree, commit = folder / f"{name}-tree", tables[name]["commit"]
    if not tree.is_dir():
        session.run("git", "clone", "-q", "--shared", "--no-checkout", ".", str(tree), external=True)
    session.run("git", "-C", str(tree), "checkout", "-q", commit, external=True)
    return f"{tree}[all]"


@nox.session
def kills(session: nox.Session) -> None:
    """Kill commands at 50 random moments, or ``-- NUMBER SEED``, and say what came of each: some five minutes."""
    session.install(".[all,test]")
    session.run("python", "-m", "tests.shared.kills", *(session.posargs or ["50"]))


@nox.session
def fuzz(session: nox.Session) -> None:
    """Hand in 20 000 mutated inputs, or ``-- NUMBER SEED``, and say what was neither taken nor refused: some twenty minutes."""
    session.install(".[all,test]")
    session.run("python", "-m", "tests.shared.fuzz", *(session.posargs or ["20000"]))


@nox.session
def clients(session: nox.Session) -> None:
    """Have other people's software read our files, in the versions of docs/clients.md (2 GB; apt-get install g++ libhepmc3-dev nodejs npm)."""
    folder = Path(session.virtualenv.location).parent / "clients-tools"
    folder.mkdir(exist_ok=True)
    tables = tomllib.loads(Path("tests/clients/environments.toml").read_text(encoding="utf-8"))
    session.install(".[all,test]", *tables["own"]["packages"])
    _environment(session, folder / "dask", tables["dask"]["packages"])
    if shutil.which("npm"):
        # (without scripts: those of its library for pictures want to be compiled)
        options = ("--prefix", str(folder / "node"), "--ignore-scripts", "--no-audit", "--no-fund")
        session.run("npm", "install", *options, *tables["node"]["packages"], external=True)
    paths = session.posargs or ["tests/clients", "tests/run/test_hadd.py", "tests/laws/test_nanoaod.py"]
    session.run("pytest", *paths, env={"DARKPAIR_CLIENTS": str(folder)})


@nox.session
def laws(session: nox.Session) -> None:
    """Run the laws that hold for every detector and chain at full size, and store what they find for docs/laws.md."""
    session.install("-e", ".[all,test]")
    session.run("python", "-m", "darkpair.pages", "remake", "laws", "coverage", *session.posargs)
    session.run("python", "-m", "darkpair.pages")


@nox.session
def pages(session: nox.Session) -> None:
    """Make outputs again (``nox -s pages -- koto-limits charm``, or ``all``: some hours), and write the pages from them."""
    session.install("-e", ".[all,test]")
    if session.posargs:
        session.run("python", "-m", "darkpair.pages", "remake", *session.posargs)
    session.run("python", "-m", "darkpair.pages")
    session.run("python", "-m", "darkpair.pages", "check")


@nox.session
def schedulers(session: nox.Session) -> None:
    """Run the examples of docs/many_machines.md by what they are for; SLURM and MPI where apt-get install slurm-wlm munge openmpi-bin."""
    session.install(".[all,test,dask]", "dask-jobqueue", "executorlib", "loky", "mpi4py", "parsl")
    session.install("htcondor", "luigi", "snakemake")
    session.run(
        "pytest", "-W", "default", "tests/cli/test_schedulers.py", "tests/cli/test_dask.py", *session.posargs
    )
