"""The layout map of setup.cfg: every package folder and no more; wheel and sdist hold the tracked files."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("gen", "chains", "detectors")
#: Folders at the top that are part of the package: its rooms, and what it carries for who has no clone.
CARRIED = (*ROOMS, "examples")

pytestmark = pytest.mark.skipif(not (ROOT / "setup.cfg").is_file(), reason="no source tree")


def test_every_package_folder_is_listed() -> None:
    configuration = configparser.ConfigParser()
    configuration.read(ROOT / "setup.cfg")
    listed = configuration["options"]["packages"].split()
    found = {"darkpair", "darkpair.examples"}
    for room in ROOMS:
        for init in (ROOT / room).rglob("__init__.py"):
            found.add(".".join(("darkpair", *init.parent.relative_to(ROOT).parts)))
    door = ROOT / "src" / "darkpair"
    for init in door.rglob("__init__.py"):
        parts = init.parent.relative_to(door).parts
        if not parts or parts[0] not in ROOMS:  # links into the rooms
            found.add(".".join(("darkpair", *parts)))
    assert sorted(listed) == sorted(found)


def tracked() -> list[str]:
    """Files under version control, without links; as they are in the working tree."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("no git checkout: nothing says which files are tracked")
    listing = subprocess.run(
        [git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    names = [name for name in listing.split("\0") if name]
    return [name for name in names if (ROOT / name).is_file() and not (ROOT / name).is_symlink()]


def copied(tree: Path) -> list[str]:
    """Tracked files, in a clean copy without git: no links are needed to build, and nothing is left in the checkout."""
    found = [d.version for d in metadata.distributions(name="setuptools")]
    if not found or int(found[0].split(".")[0]) < 77:
        pytest.skip(f"building needs setuptools 77.0.3 or later; installed: {found[:1] or 'none'}")
    files = tracked()
    for name in files:
        target = tree / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
    return files


def built(what: str, tree: Path, out: Path) -> Path:
    """The wheel or the sdist of a tree."""
    out.mkdir()
    build = f"import sys, setuptools.build_meta as backend; backend.build_{what}(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", build, os.fspath(out)], cwd=tree, capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stderr
    (made,) = out.iterdir()
    return made


def inside(wheel: Path) -> set[str]:
    """Names of a wheel's files, without what says what it is."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def of_the_package(files: list[str]) -> set[str]:
    """Tracked files of the package, as an installed one has them."""
    rooms = {f"darkpair/{name}" for name in files if name.split("/")[0] in CARRIED}
    return rooms | {name.removeprefix("src/") for name in files if name.startswith("src/darkpair/")}


def test_the_wheel_holds_the_tracked_files_of_the_packages(tmp_path: Path) -> None:
    files = copied(tmp_path / "tree")
    wheel = built("wheel", tmp_path / "tree", tmp_path / "wheel")
    assert inside(wheel) == of_the_package(files)
    gives_every_example(wheel, tmp_path)


def gives_every_example(wheel: Path, folder: Path) -> None:
    """What the package of a wheel alone writes is the folder of the clone."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    # (coverage would count this copy's lines beside the package's)
    around = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run(
        [sys.executable, "-c", "from darkpair.cli import main; main()", "examples", "examples"],
        cwd=folder, env=around | {"PYTHONPATH": os.fspath(folder / "site")}, capture_output=True, check=False, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    made = {path.relative_to(folder): path for path in (folder / "examples").rglob("*") if path.is_file()}
    assert {name.as_posix() for name in made} == {name for name in tracked() if name.startswith("examples/")}
    assert all(path.read_bytes() == (ROOT / name).read_bytes() for name, path in made.items())


def test_the_sdist_is_the_tree(tmp_path: Path) -> None:
    """Of a checkout: all that is tracked, with copies where it has links; wheels of both are alike, and have one version."""
    tree = tmp_path / "tree"
    files = copied(tree)
    for room in CARRIED:
        (tree / "src" / "darkpair" / room).symlink_to(f"../../{room}")
    who = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false")
    for words in (("init", "-q"), ("add", "."), (*who, "commit", "-q", "-m", "all")):
        subprocess.run(["git", *words], cwd=tree, check=True)  # what setuptools-scm asks
    sdist = built("sdist", tree, tmp_path / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (again,) = (tmp_path / "unpacked").iterdir()
    there = {path.relative_to(again).as_posix() for path in again.rglob("*") if path.is_file()}
    links = {f"src/darkpair/{name}" for name in files if name.split("/")[0] in CARRIED}
    made = {name for name in there if ".egg-info/" in name} | {"PKG-INFO", "setup.cfg"}
    assert there - made == {*files, *links} - made
    wheels = [built("wheel", tree, tmp_path / "own"), built("wheel", again, tmp_path / "sdist-s")]
    assert [inside(wheel) for wheel in wheels] == [of_the_package(files)] * 2
    version = sdist.name.removeprefix("darkpair-").removesuffix(".tar.gz")
    assert {wheel.name for wheel in wheels} == {f"darkpair-{version}-py3-none-any.whl"}
    if find_spec("setuptools_scm") is not None:  # (else setuptools says 0.0.0)
        assert ".dev1+g" in version


def test_the_sessions_are_those_of_the_metadata() -> None:
    """Python of the lowest versions, extras, and the floors of tools are written in two files."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    sessions = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    (python,) = re.findall(r'python="([\d.]+)"', sessions)
    assert project["project"]["requires-python"] == f">={python}"
    extras = {word for words in re.findall(r'"\.\[([\w,]+)\]"', sessions) for word in words.split(",")}
    assert extras <= project["project"]["optional-dependencies"].keys()
    assert "all" in extras
    tools = re.findall(r'"(\w+>=[\d.]+)"', sessions)
    groups = project["dependency-groups"]
    assert {*tools} <= {line for line in (*groups["lint"], *groups["dev"]) if isinstance(line, str)}
