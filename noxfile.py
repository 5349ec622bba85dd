"""Developers' sessions: ``nox -s tests``, or lowest, coverage, lint, types, bench, clients, kills, schedulers, laws, pages."""

import nox

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
    """Measure speed."""
    session.install(".[all,test]")
    session.run("pytest", "benchmarks", "--benchmark-only", *session.posargs)


@nox.session
def kills(session: nox.Session) -> None:
    """Kill commands at 50 random moments, or ``-- NUMBER SEED``, and say what came of each: some five minutes."""
    session.install(".[all,test]")
    session.run("python", "-m", "tests.shared.kills", *(session.posargs or ["50"]))


@nox.session
def clients(session: nox.Session) -> None:
    """Have ROOT's own hadd join our files (the wheel ``root``: 700 MB)."""
    session.install(".[all,test]", "root")
    session.run("pytest", "tests/run/test_hadd.py", *session.posargs)


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
