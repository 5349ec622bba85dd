"""What a type checker says of a user's script: a misspelt selection of ours is caught, one of a file of one's own is not."""

from __future__ import annotations

import ast
import dataclasses
import os
import re
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from darkpair.detectors.data_file import read_data

ROOT = Path(__file__).parents[2]
NO_MYPY = find_spec("mypy") is None

SCRIPT = """\
from darkpair.detectors.belle2 import Belle2
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_kaon import KotoKaon
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.sources.gun import Gun
from darkpair.gen.sources.koto_kl import KotoKL

Koto(selection="2014")  # error
Koto(experiment="mine.toml", selection="mine")
Koto(selection="2015", cuts={"pt": {"min": "140 MeV"}}, resolution={"position": "2 mm"})
Koto(cut={"pt": {}})  # error
Belle2(selection="hadronics")  # error
Belle2(experiment="belle", escape_length="2 m")
Belle2(experiment="mine.toml", selection="mine")
FixedTarget(experiment="mine.toml", resolution="nune")  # error
FixedTarget(experiment="mine.toml", selection="mine", numbers={"beam.energy": "70 GeV"})
KotoKaon(experiment="mine.toml", pions=3)
names: list[str] = [cut.name for cut in Koto().cuts.cuts]
Gun(parent="K+", momentum="1.5 GeV", z="-10 m")
Gun(momentum=[1.0], cone=None)  # error
KotoKL(z_max="9 m", p_min="100 MeV", spectrum="mine.csv")
DumpMesons(beam_energy="400 GeV", table_file="eta.csv")
sigma: float = Koto().resolution.position
"""

#: The package is read for its types and not checked; others' libraries, which take most of the time, are not read.
CONFIG = """\
[mypy]
follow_imports = silent
ignore_missing_imports = True
[mypy-numpy.*,hist.*,scipy.*,awkward.*,boost_histogram.*,vector.*,particle.*,pydantic.*]
follow_imports = skip
follow_imports_for_stubs = True
"""


@pytest.mark.skipif(NO_MYPY, reason="no mypy")
def test_mypy(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    wanted = {i for i, line in enumerate(SCRIPT.splitlines(), start=1) if line.endswith("# error")}
    config = tmp_path / "mypy.ini"
    config.write_text(CONFIG, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", str(config), str(script)]
    path = os.pathsep.join([str(ROOT / "src"), os.environ.get("MYPYPATH", "")]).strip(os.pathsep)
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": path},
    )
    found = {
        int(number) for number in re.findall(r"^script\.py:(\d+): error", done.stdout, flags=re.MULTILINE)
    }
    assert found == wanted, done.stdout + done.stderr


@pytest.mark.parametrize(("module", "name"), [("koto", "koto"), ("belle2", "belle2"), ("belle2", "belle")])
def test_the_words_are_those_of_the_data_file(module: str, name: str) -> None:
    text = Path(str(import_module(f"darkpair.detectors.{module}").__file__)).read_text("utf-8")
    found = re.search(
        rf'experiment: Literal\["{name}"\](?: = \.\.\.)?,\s*selection: Literal\[([^\]]*)\]', text
    )
    assert found is not None
    assert sorted(re.findall(r'"([^"]*)"', found[1])) == sorted(read_data(name)["selections"])


@pytest.mark.parametrize(
    ("file", "name"), [("gun", "Gun"), ("dump_mesons", "DumpMesons"), ("koto_kl", "KotoKL")]
)
def test_what_a_checker_sees_is_what_there_is(file: str, name: str) -> None:
    """The constructor that stands for checkers alone has every parameter of the real one, and no other."""
    module = import_module(f"darkpair.gen.sources.{file}")
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    (shown,) = (
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "__init__"
    )
    assert [argument.arg for argument in shown.args.kwonlyargs] == [
        field.name for field in dataclasses.fields(getattr(module, name)) if field.init
    ]
