"""Scripts that pages show, of programs that the tests do not have: run where they are, and always read as Python."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

import darkpair.cli

ROOT = Path(__file__).parents[2]

#: Script and page, the package that it is of, the layout that it reads, and words of what it prints.
SCRIPTS = {
    "with_coffea": (
        "coffea",
        "nano",
        (
            "mass of the photon pair [GeV]: 0.13",
            "who made the photons: {111}",
            "accepted candidates, weighted: ",
        ),
    ),
    "with_rdataframe": ("ROOT", "cartesian", ("acceptance: 0.", "mean p_T [GeV]: 0.")),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_page_shows_it(name: str) -> None:
    ast.parse((ROOT / "examples" / f"{name}.py").read_text(encoding="utf-8"))
    page = ROOT / "docs" / "howto" / f"{name.removeprefix('with_')}.md"
    assert f"{{literalinclude}} ../../examples/{name}.py\n" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_runs(name: str, tmp_path: Path) -> None:
    package, layout, words = SCRIPTS[name]
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    file = tmp_path / "events.root"
    run = [
        "run",
        str(ROOT / "examples" / "koto_pi0.toml"),
        "-n",
        "20000",
        "-o",
        str(file),
        "--set",
        f"output.layout={layout}",
    ]
    assert CliRunner().invoke(darkpair.cli.main, run).exit_code == 0
    script = str(ROOT / "examples" / f"{name}.py")
    done = subprocess.run([sys.executable, script, str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for word in words:
        assert word in done.stdout
