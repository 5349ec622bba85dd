"""Other people's software that reads our files: where it is, what it says of a file, and what uproot says."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest
import uproot

from darkpair.job.job import load_job
from darkpair.run.runner import run_job
from tests.shared.event_files import b_event, write_nano

__all__ = ["READERS", "SAMPLES", "N", "Total", "ask", "compare", "made", "node_of", "python_of", "totals"]

ROOT = Path(__file__).parents[2]
#: Programs that read with somebody else's package; they import nothing of ours.
READERS = ROOT / "tests" / "clients" / "readers"
#: Where `nox -s clients` has made environments beside its own.
FOLDER = os.environ.get("DARKPAIR_CLIENTS")
#: Events of each file.
N = 300
#: Examples, one of each detector and one whose parents are an event file's, in each layout that can hold their events.
SAMPLES = [
    (job, layout)
    for job in ("koto_pi0", "charm", "belle2", "cms_b_mesons")
    for layout in ("cartesian", "nano", "flat")
    if (job, layout) != ("cms_b_mesons", "flat")  # (B+ and B0: two topologies)
]


@dataclass(frozen=True, kw_only=True)
class Total:
    """What a column comes to: its numbers, those that are not finite, and the sum of the others.

    Parameters
    ----------
    whole : bool
        Whether the numbers are whole ones or booleans, whose sum is exact.
    n, odd : int
        Numbers, and how many of them are not finite.
    value : int or float
        Sum of the finite ones, correctly rounded.
    spread : float
        Sum of their absolute values.
    """

    whole: bool
    n: int
    odd: int
    value: float
    spread: float

    @classmethod
    def of(cls, parts: Sequence[Any]) -> Total:
        """That of the arrays together, of whatever depth."""
        flat = np.concatenate([np.asarray(ak.flatten(part, axis=None)) for part in parts])
        if flat.dtype.kind in "iub":
            numbers = flat.tolist()
            return cls(whole=True, n=len(flat), odd=0, value=sum(numbers), spread=sum(map(abs, numbers)))
        finite = flat[np.isfinite(flat)]
        return cls(
            whole=False,
            n=len(flat),
            odd=len(flat) - len(finite),
            value=math.fsum(finite),
            spread=math.fsum(abs(finite)),
        )

    def agrees(self, said: list[Any], *, ordered: bool = False) -> bool:
        """Whether somebody has the same numbers, and the same sum.

        A sum of n doubles, in whatever order, lies within (n - 1) u S / (1 - (n - 1) u) of the true one, with u = 2^-53 and S
        the sum of absolute values (Higham, Accuracy and Stability, eq 4.4). A reader whose sum is correctly rounded, or whole,
        has the same number.

        Parameters
        ----------
        said : [int, int, float]
            Numbers, those that are not finite, and the sum of the others.
        ordered : bool
            Whether the sum was rounded number by number.
        """
        n, odd, value = said
        part = max(self.n - 1, 0) * 2.0**-53
        bound = part * self.spread / (1.0 - part) if ordered and not self.whole else 0.0
        return (n, odd) == (self.n, self.odd) and abs(value - self.value) <= bound


def totals(*paths: Path) -> dict[str, Total]:
    """What uproot says of every column of the events of a file, or of several together."""
    parts = []
    for path in paths:
        with uproot.open(path) as file:
            parts.append(file["Events"].arrays())
    return {name: Total.of([part[name] for part in parts]) for name in parts[0].fields}


def made(folder: Path, job: str, ending: str = ".root", **keys: Any) -> Path:
    """A file of some events of an example, accepted or not, made once; a key's point is written as two underscores."""
    path = folder / f"{'-'.join([job, *map(str, keys.values())])}{ending}"
    if path.exists():
        return path
    base = {"run.n": N, "output.events": "all", "output.picture": False, "output.path": str(path)}
    base |= {key.replace("__", "."): value for key, value in keys.items()}
    if job == "cms_b_mesons":
        parents = folder / "parents.root"  # (made once: its content is part of the sample's name)
        base["source.path"] = str(parents)
        if not parents.exists():
            write_nano(parents, [b_event(), b_event(511)] * (N // 2))
    run_job(load_job(ROOT / "examples" / f"{job}.toml", overrides=base))
    return path


def python_of(package: str, *, environment: str | None = None) -> Path:
    """The interpreter that has a package: of an environment of `nox -s clients`, or this one; skips where none has it."""
    if environment is not None:
        if FOLDER is None or not (python := Path(FOLDER) / environment / "bin" / "python").exists():
            pytest.skip(f"{package} wants versions of its own, which `nox -s clients` installs beside ours")
        return python
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed (nox -s clients)")
    return Path(sys.executable)


def node_of(package: str) -> tuple[str, Path]:
    """Node and the folder in which a package of npm is; skips where either is missing."""
    node = shutil.which("node")
    folder = Path(FOLDER or ".", "node")
    if node is None or not (folder / "node_modules" / package).is_dir():
        pytest.skip(f"{package} is not installed for node (nox -s clients)")
    return node, folder


def ask(program: Path | str, reader: str, *words: object, folder: Path | None = None) -> Any:
    """What a reader says as JSON on its last line."""
    done = subprocess.run(
        [str(program), str(READERS / reader), *map(str, words)],
        cwd=folder,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


def compare(said: Mapping[str, list[Any]], expected: Mapping[str, Total], *, ordered: bool = False) -> None:
    """Every column is there, with the numbers that uproot has; see `Total.agrees`."""
    assert set(said) ^ set(expected) == set()
    wrong = {
        name: (said[name], total)
        for name, total in expected.items()
        if not total.agrees(said[name], ordered=ordered)
    }
    assert not wrong
