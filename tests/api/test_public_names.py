"""The names that the package exports: each imports, says what it is, and stands on docs/python.md; importing stays light."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import darkpair

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE, flags=re.MULTILINE))

#: Names that are no class and no function: their docstrings are those of their types.
PLAIN = {"Angle", "Array", "Dimensionless", "Energy", "Infinite", "Length", "Real", "__version__"}
#: Of annotated_types, whose words the page does not take.
OTHERS = {"Ge", "Gt", "Le", "Lt"}


def test_the_page_lists_every_name_once() -> None:
    assert sorted(re.findall(r"^\| `(\w+)` \|", PAGE, flags=re.MULTILINE)) == sorted(darkpair.__all__)


@pytest.mark.parametrize("name", darkpair.__all__)
def test_a_name_is_there_and_documented(name: str) -> None:
    made: Any = getattr(darkpair, name)
    assert ROWS[name].endswith((".", "`")) or ". " in ROWS[name]
    if name not in PLAIN | OTHERS:
        assert made.__doc__, name
        assert ROWS[name] == made.__doc__.strip().split("\n", 1)[0].replace("``", "`")
    assert name in dir(darkpair)


def test_star() -> None:
    names: dict[str, Any] = {}
    exec("from darkpair import *", names)
    assert set(darkpair.__all__) <= set(names)


def test_the_kit_is_an_attribute() -> None:
    code = "import darkpair; print(darkpair.testing.check_model.__module__)"
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "darkpair.testing.models"


def test_import_is_light() -> None:
    code = "import sys, darkpair; print([m for m in ('numpy', 'pydantic', 'click', 'awkward', 'scipy') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
    )
    assert done.stdout.strip() == "[]"


SCRIPT = """\
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import darkpair
from darkpair import (
    Cutflow, DarkpairWarning, Energy, EventWriter, Gt, Gun, InputError, Job, Koto, LimitRow, Model, Observed, Parents, Pipeline,
    Real, Result, Search, Selected, ZPrimeScalar, build, checked, limit_rows, load_job, read_events, run_job,
)


@checked
@dataclass(frozen=True, kw_only=True)
class Mine(Model):
    g: Annotated[Real, Energy, Gt(0.0)] = 1.0


def acceptance(path: Path) -> float:
    job: Job = load_job(path)
    result: Result = run_job(job)
    return result.efficiency.value


chain: darkpair.Chain = build("K_L0 -> X1 X2", mass={"X1": 0.0, "X2": "430 MeV"})
pipeline = Pipeline(source=Gun(parent="K_L0", momentum=1.0), chain=chain, detector=Koto(selection="2015"))
rows: list[list[LimitRow]] = limit_rows([ZPrimeScalar(m1=0.0, m2=0.43, G_X=1e-5)])
version: str = darkpair.__version__
number: int = darkpair.build("K_L0 -> X1 X2")  # error
Koto(selection="2014")  # error
darkpair.nothing  # error
"""


@pytest.mark.skipif(find_spec("mypy") is None, reason="no mypy")
def test_mypy(tmp_path: Path) -> None:
    from tests.api.test_user_script_types import CONFIG

    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "mypy.ini").write_text(CONFIG, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file", "mypy.ini", "script.py"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=os.environ
        | {
            "MYPYPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("MYPYPATH", "")]).strip(os.pathsep)
        },
    )
    wanted = {i for i, line in enumerate(SCRIPT.splitlines(), start=1) if line.endswith("# error")}
    found = {int(n) for n in re.findall(r"^script\.py:(\d+): error", done.stdout, flags=re.MULTILINE)}
    assert found == wanted, done.stdout + done.stderr
