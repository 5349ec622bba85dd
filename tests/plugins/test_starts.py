"""Every start of ``darkpair new`` is a package that can be installed, is listed, runs and passes its own test."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import darkpair
from darkpair.cli import main
from darkpair.plugins.starting import STARTS, write_start

KINDS = [kind for kind, start in STARTS.items() if start.group]
NAME = "my_own_start"

#: Run where every start is installed: what is listed, what each start's own test says, what its job and its command do.
SCRIPT = """
import contextlib, io, json, shlex, sys
sys.path.insert(0, "site")
import pytest
from click.testing import CliRunner
from darkpair.cli import main

def invoke(*words):
    done = CliRunner().invoke(main, list(words))
    return [done.exit_code, done.output if done.exit_code == 0 else done.output + repr(done.exception)]

told = {"list": invoke("list", "--json")}
for kind, use in json.loads(sys.argv[1]).items():
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = int(pytest.main(["-q", "-p", "no:cacheprovider", f"a_{kind.replace('-', '_')}"]))
    told[kind] = {"test": [code, said.getvalue()], "use": invoke(*shlex.split(use)[1:])}
print(json.dumps(told))
"""

#: What pip does in the folder of a start for `pip install -e`: a wheel, which is put into the folder that is given first.
BUILD = """
import os, sys
from setuptools import build_meta
_, wheels, *folders = sys.argv  # (which the build changes)
for folder in folders:
    os.chdir(folder)
    build_meta.build_editable(wheels)
"""

#: Run above the folders of the starts, with the installed ones on the path as a Python of that environment has them.
WHERE = """
import importlib, json, site, sys
site.addsitedir(sys.argv[1])
assert sys.path[0] == ""  # (the folder of a Python that is started without a file)
print(json.dumps({name: importlib.import_module(name).__file__ for name in sys.argv[2:]}))
"""


def install(folder: Path, site: Path) -> None:
    """Lay a start out as an installer does: its module and its entry points, from its own pyproject.toml."""
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    (module,) = project["tool"]["setuptools"]["py-modules"]
    info = site / f"{module}-0.1.0.dist-info"
    info.mkdir(parents=True)
    (site / f"{module}.py").write_text((folder / f"{module}.py").read_text(encoding="utf-8"))
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['project']['name']}\nVersion: 0.1.0\n"
    )
    lines = []
    for group, entries in project["project"]["entry-points"].items():
        lines += [f"[{group}]", *(f"{name} = {target}" for name, target in entries.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")


def name_of(kind: str) -> str:
    return "a_" + kind.replace("-", "_")


def use_of(kind: str) -> str:
    """The command that uses a start."""
    return (
        STARTS[kind]
        .use.replace("@name@", name_of(kind))
        .replace("job.toml", f"{name_of(kind)}/job.toml -n 2000")
    )


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Of every start, all of them installed beside each other."""
    folder = tmp_path_factory.mktemp("starts")
    for kind in KINDS:
        paths = write_start(kind, name_of(kind), folder)
        assert not any(re.search(r"@\w+@", path.read_text()) for path in paths)
        install(folder / name_of(kind), folder / "site")
    uses = json.dumps({kind: use_of(kind) for kind in KINDS})
    place = str(Path(darkpair.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, uses],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": place, "PYTEST_ADDOPTS": ""},  # (what a run of this suite asks for)
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("kind", KINDS)
def test_a_start_is_listed_runs_and_passes_its_own_test(kind: str, outcomes: dict[str, Any]) -> None:
    code, text = outcomes["list"]
    assert code == 0, text
    (row,) = [row for row in json.loads(text)[STARTS[kind].group] if row["name"] == name_of(kind)]
    assert (row["origin"], row["broken"]) == (name_of(kind), False)
    assert row["summary"].endswith(".")
    for what in ("test", "use"):
        code, text = outcomes[kind][what]
        assert code == 0, text


def test_the_module_is_taken_and_not_the_folder_of_its_name(tmp_path: Path) -> None:
    """Of each kind, installed as `new` recommends: a folder NAME is a namespace package, which an import hook comes too late for."""
    site = tmp_path / "site"
    env = os.environ | {"PYTHONPATH": str(Path(darkpair.__file__).parents[1]), "PYTHONSAFEPATH": ""}
    for kind in KINDS:
        write_start(kind, name_of(kind), tmp_path)
    names = [name_of(kind) for kind in KINDS]
    command = [sys.executable, "-c", BUILD, str(tmp_path), *(str(tmp_path / name) for name in names)]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path, env=env)
    for wheel in tmp_path.glob("*.whl"):
        zipfile.ZipFile(wheel).extractall(site)
    command = [sys.executable, "-c", WHERE, str(site), *names]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path, env=env)
    assert json.loads(done.stdout) == {name: str(tmp_path / name / f"{name}.py") for name in names}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_recommended_brings_what_the_test_needs(kind: str, tmp_path: Path) -> None:
    """What a start imports comes with darkpair, or with the extra that the printed line installs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        printed = CliRunner().invoke(main, ["new", kind, NAME]).output
    assert f"pip install -e '{NAME}[test]'\n" in printed
    assert f"pytest {NAME}\n" in printed
    project = tomllib.loads((tmp_path / NAME / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    own = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    brought = {re.split(r"\W", text)[0] for text in own["project"]["dependencies"]}
    brought |= {*sys.stdlib_module_names, "darkpair", NAME, *project["optional-dependencies"]["test"]}
    needed = {"pytest"}  # (the printed line's command)
    for path in (tmp_path / NAME).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                needed |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                needed.add((node.module or "").split(".")[0])
    assert needed <= brought, needed - brought


@pytest.mark.parametrize(("kind", "options"), [("job", ["-n", "2000"]), ("event-file", [])])
def test_a_job(kind: str, options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, ["new", kind, "first"]).exit_code == 0
    done = CliRunner().invoke(main, ["run", "first/job.toml", *options])
    assert done.exit_code == 0, done.output
    assert Path("first.root").is_file()


@pytest.mark.parametrize("kind", KINDS)
def test_a_start_is_short(kind: str, tmp_path: Path) -> None:
    """At most 25 lines of code without imports, docstrings and empty lines."""
    write_start(kind, NAME, tmp_path)
    text = (tmp_path / NAME / f"{NAME}.py").read_text(encoding="utf-8")
    left_out: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        plain = isinstance(node, ast.Import | ast.ImportFrom)
        said = (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        )
        if plain or said:
            assert isinstance(node, ast.stmt)
            left_out |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = [i for i, line in enumerate(text.splitlines(), 1) if line.strip() and i not in left_out]
    assert len(lines) <= 25


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["chian", "x"], "unknown kind of start 'chian' (did you mean 'chain'?)"),
        (["chain", "1x"], "'1x' is no name of a module"),
        (["chain", "a-b"], "'a-b' is no name of a module"),
        (["chain", "../x"], "is no name of a module"),
        (["chain", "class"], "'class' is no name of a module"),
        (["chain", "ä"], "is no name of a module"),
        (["chain", ""], "'' is no name of a module"),
        (["chain", "x" * 2000], "is no name of a module"),
        (["job", "a b"], "'a b' is no name of a module"),
        (["chain", "kl_2pi0"], "there is a chain 'kl_2pi0' already"),
        (["detector", "koto"], "there is a detector 'koto' already"),
        (["source", "numpy"], "'numpy' is the name of an installed module"),
        (["model", "json"], "'json' is the name of an installed module"),
        (["chain", "taken"], "'taken' is there already, and nothing is overwritten"),
        (["chain"], "Missing argument 'NAME'"),
    ],
)
def test_what_cannot_be_written(
    words: list[str], line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("taken").mkdir()
    done = CliRunner().invoke(main, ["new", *words])
    assert (done.exit_code, done.stdout) == (2, "")
    assert line in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.rglob("*")] == ["taken"]
