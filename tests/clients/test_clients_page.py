"""docs/clients.md: each of its snippets prints the sum that uproot has, and its versions are those that are installed for it."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import awkward as ak
import pytest
import uproot
from click.testing import CliRunner

from darkpair.cli import main
from tests.shared.clients import ROOT, node_of, python_of

PAGE = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
ENVIRONMENTS = tomllib.loads((ROOT / "tests" / "clients" / "environments.toml").read_text(encoding="utf-8"))

#: Environment of a package that has one of its own.
BESIDE = {"dask_awkward": "dask"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the page's commands make."""
    folder = tmp_path_factory.mktemp("clients-page")
    (folder / "examples").symlink_to(ROOT / "examples")
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for line in "".join(blocks("bash")).splitlines():
            result = CliRunner().invoke(main, shlex.split(line)[1:])
            assert result.exit_code == 0, result.output
    return folder


def expected(files: Path) -> float:
    with uproot.open(files / "koto.root") as file:
        events = file["Events"].arrays(["Pi0_pt", "Pi0_accepted"])
    assert ak.sum(events.Pi0_accepted) > 500
    return float(ak.sum(events.Pi0_pt[events.Pi0_accepted]))


def printed(words: list[str], folder: Path) -> float:
    done = subprocess.run(
        words, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return float(done.stdout.splitlines()[-1])


def package_of(text: str) -> str:
    """The package that a snippet is about."""
    imports: set[str] = set(re.findall(r"^(?:import|from) (\w+)", text, flags=re.MULTILINE))
    (name,) = imports - {"awkward", "json", "pathlib", "uproot"}
    return name


SNIPPETS = {package_of(text): text for text in blocks("python")}


@pytest.mark.parametrize("package", [name for name in SNIPPETS if name != "darkpair"])
def test_python(package: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    text = SNIPPETS[package]
    python = python_of(package, environment=BESIDE.get(package))
    files: Path = request.getfixturevalue("files")
    (tmp_path / "snippet.py").write_text(text, encoding="utf-8")
    # (nano has float32)
    assert printed([str(python), str(tmp_path / "snippet.py")], files) == pytest.approx(
        expected(files), rel=1e-6
    )


def test_hs3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the page leaves is what test_workspaces.py has RooFit and pyhs3 read."""
    monkeypatch.chdir(tmp_path)
    exec(SNIPPETS["darkpair"], {})
    workspace = json.loads((tmp_path / "hs3.json").read_text())
    assert workspace["data"][0]["contents"] == [0.0]
    assert [entry["name"] for entry in workspace["distributions"]] == ["counting"]


def test_node(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    node, packages = node_of("jsroot")
    files: Path = request.getfixturevalue("files")
    (tmp_path / "node_modules").symlink_to(packages / "node_modules")
    (block,) = blocks("js")
    (tmp_path / "snippet.mjs").write_text(block, encoding="utf-8")
    shutil.copy(files / "koto.root", tmp_path)
    assert printed([node, "snippet.mjs"], tmp_path) == pytest.approx(expected(files), rel=1e-12)


def test_versions_of_the_page_are_those_installed() -> None:
    """`coffea 2026.9.0` of the page is coffea==2026.9.0 of the session."""
    pinned = {
        re.sub(r"\[.*\]", "", name): version
        for table in ("own", "dask", "node")
        for name, version in (re.split("==|@", package) for package in ENVIRONMENTS[table]["packages"])
    }
    said = dict(re.findall(r"^\| `([\w-]+) ([\w.]+)` \|", PAGE, flags=re.MULTILINE))
    assert len(pinned) > 6
    assert {name: version for name, version in said.items() if name in pinned} == pinned
    assert set(said) - set(pinned) == {
        "libhepmc3-dev",
        "pyhepmc",
        "pyhf",
        "pylhe",
    }  # (Debian's, and those of .[all,test])
