"""A coupling's way to a limit: how many files a reader opens to follow it, its samples in the cache."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from click.testing import CliRunner

import darkpair
from darkpair.chains.models import (
    Dipole,
    HiggsPortalQuartic,
    Inputs,
    Model,
    ZPrimeDirac,
    ZPrimeScalar,
    combine,
)
from darkpair.cli import main
from darkpair.gen.code_digest import lines_digest
from darkpair.limits import Size, limit_rows
from darkpair.searches import SEARCHES
from tests.shared.one_x import OneX

#: Rooms that a reader knows by then: theory, apparatus, engine.
BELOW = ("gen", "chains", "detectors")

ROOT = Path(darkpair.__file__).parent.resolve()
PLACE = str(ROOT.parent)
SIZE = Size(kaons=20_000, etas=2_000, spectra="central", cells=(8, 6, 4), throws=(4,))
INPUTS = Inputs()
MODEL = ZPrimeScalar(m1=0.04, m2=0.40, G_X=INPUTS["G_F"], m_Zprime=10.0, inputs=INPUTS)

#: Other models, with a coupling, for decays that the Z' does not have.
OTHERS: dict[str, tuple[Model, str]] = {
    "h-invisible": (HiggsPortalQuartic(m1=0.04, m2=0.40, lambda_12=0.01), "lambda_12"),
    "sbnd": (
        combine(ZPrimeDirac(m1=0.0, m2=0.1, G_X=INPUTS["G_F"]), Dipole(m1=0.0, m2=0.1, mu=1e-3)),
        "mu",
    ),
    **dict.fromkeys(("k-to-pi-x-na62", "k-to-pi-x-e949"), (OneX(m1=0.0, m2=0.05), "rate")),
}


@contextmanager
def files_called() -> Iterator[set[str]]:
    """Files of the package in which a function is called meanwhile, but those of `BELOW`."""
    codes: set[str] = set()
    names: set[str] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_name != "<module>":
            codes.add(frame.f_code.co_filename)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield names
    finally:
        sys.setprofile(before)
    paths = [Path(code).resolve() for code in codes]
    inside = [path.relative_to(ROOT) for path in paths if path.is_relative_to(ROOT)]
    names |= {str(path) for path in inside if path.parts[0] not in BELOW}


def ask(name: str, folder: Path) -> Any:
    model, along = OTHERS.get(name, (MODEL, "G_X"))
    (rows,) = limit_rows([model], only=(name,), along=along, size=SIZE, folder=folder, workers=1)
    return rows


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Samples of one pair of masses, and every module imported."""
    folder = tmp_path_factory.mktemp("samples")
    for name in SEARCHES.ours:
        ask(name, folder)
    return folder


@pytest.mark.parametrize("name", list(SEARCHES.ours))
def test_a_way_opens_ten_files_at_most(name: str, cache: Path) -> None:
    kept = {path: path.stat().st_mtime_ns for path in cache.rglob("*.json")}
    lines_digest.cache_clear()  # (as in another process)
    with files_called() as names:
        rows = ask(name, cache)
    assert rows
    assert {path: path.stat().st_mtime_ns for path in cache.rglob("*.json")} == kept
    assert {"limits/rows.py", "limits/ranges.py", "searches/search.py"} <= names  # (they are seen)
    assert len(names) <= 10, sorted(names)


def test_the_command_adds_its_own_files_alone(cache: Path) -> None:
    """What reads its words and shows its rows."""
    name = "atomic-parity-2021"
    words = [
        "limits",
        "zprime-scalar",
        "m1=40 MeV",
        "m2=400 MeV",
        "G_X=1 GF",
        "m_Zprime=10 GeV",
        "--along",
        "G_X",
    ]
    words += ["--quick", "--only", name, "--json", "--cache", str(cache)]
    with files_called() as alone:
        ask(name, cache)
    for _ in range(2):  # (the first one imports)
        with files_called() as names:
            assert CliRunner().invoke(main, words).exit_code == 0
    assert alone <= names
    assert {
        f"cli/{file}.py" for file in ("__init__", "dask", "group", "limits", "options", "terminal")
    } >= names - alone


def test_a_job_knows_no_search_no_limit_and_no_study() -> None:
    program = (
        "import sys, darkpair.job\nfrom darkpair.job import Job, load_job\n"
        "print(*(name for name in sys.modules if name.startswith('darkpair.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": PLACE}, capture_output=True, text=True, check=True
    )
    loaded = done.stdout.split()
    assert "darkpair.job.job" in loaded
    rooms = tuple(f"darkpair.{room}" for room in ("studies", "searches", "limits"))
    assert not [name for name in loaded if name.startswith(rooms)]
