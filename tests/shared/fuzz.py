"""Mutated input at every door: ``python -m tests.shared.fuzz N [SEED]`` says what was neither taken nor refused in one line.

The doors are event files, jobs, decay descriptors, options of the command line, data files and cache entries.  An input is its
number and the seed: the same each time.  Every fault is printed with the smallest of its kind, as Python's bytes.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import random
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from tests.event_files.plain_readers import counted
from tests.shared.fence import Outcome, fenced
from tests.shared.mutations import mutated, value_changed, word_put_in
from tests.shared.small_events import KINDS, hepevt, hepmc2, hepmc3, lhe, toy_events, write_nano

__all__ = ["DOORS", "faults", "run"]

PACKS: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


@cache
def _event_files() -> dict[str, bytes]:
    """Whole event files, by name."""
    events = toy_events(3, 2)
    texts = {w.__name__: w(events).encode() for w in (hepmc2, hepmc3, lhe, hepevt)}
    texts["attributes"] = hepmc3(toy_events(4, 2, second=True), attributes=True, listings=2).encode()
    packed = {name: pack(texts["hepmc3"]) for name, pack in PACKS.items()}
    trees = {}
    with tempfile.TemporaryDirectory() as folder:
        alone = toy_events(5, 3, several=False)
        for name in ("ttree", "rntuple"):
            path = write_nano(
                Path(folder) / "x.root", alone, rntuple=name == "rntuple", flags=name == "ttree"
            )
            trees[name] = path.read_bytes()
    return texts | packed | trees


def _event_file(rng: random.Random, folder: Path) -> tuple[bytes, Callable[[], Any]]:
    from darkpair.gen.sources.event_file import EventFile

    name = rng.choice(sorted(_event_files()))
    within = rng.random() < 0.2 and name in ("hepmc3", "lhe", "hepevt")
    data = mutated(_event_files()[name], rng)
    data = PACKS[rng.choice(sorted(PACKS))](data) if within else data
    path = folder / "events.dat"
    path.write_bytes(data)

    def read() -> None:
        source = EventFile(path=str(path), parents=tuple(KINDS.values()))
        source.sample(min(source.n_parents, 20), np.random.Generator(np.random.PCG64(1)))
        if not name.startswith(("hepmc", "lhe", "hepevt", "attributes")):
            return
        try:
            theirs = counted(str(path))["parents"]  # line by line
        except (ValueError, IndexError):
            if name in (
                "lhe",
                "hepevt",
            ):  # a Fortran read goes on in the next line, which the plain reader does not
                return
            raise
        ours = {str(kind): n for kind, n in source.provenance()["counts"].items() if n}
        assert ours == theirs, f"{ours} instead of {theirs}"

    return data, read


ROOT = Path(__file__).parents[2]


@cache
def _texts(kind: str) -> list[bytes]:
    if kind == "job":
        return [path.read_bytes() for path in sorted((ROOT / "examples").glob("*.toml"))]
    from darkpair.detectors.catalogue import show

    if kind == "detector":
        return [show(name).encode() for name in ("charm", "belle2", "koto")]
    number = '[upper_limit]\nvalue = 3e-9\nunit = "1"\nsource = "a test"\nconfidence = "choice"\n'
    return [
        f'kind = "rate"\nparent = "{p}"\nmode = "X1 X2"\n{number}'.encode() for p in ("K_L0", "pi0", "K+")
    ]


def _job(rng: random.Random, folder: Path) -> tuple[bytes, Callable[[], Any]]:
    from darkpair.job.job import load_job

    data = mutated(rng.choice(_texts("job")), rng, value_changed)
    path = folder / "job.toml"
    path.write_bytes(data)

    def ask() -> None:
        load_job(path, ()).pipeline()

    return data, ask


DECAYS = [
    b"K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))",
    b"eta -> X1 (X2 -> X1 gamma [.5] | X1 e+ e- [.2] | X1 mu+ mu- [.3])",
    b"B+ -> K+ nu nubar",
]


def _descriptor(rng: random.Random, _: Path) -> tuple[bytes, Callable[[], Any]]:
    from darkpair.chains.descriptor import build

    data = mutated(rng.choice(DECAYS), rng, word_put_in)
    text = data.decode(errors="surrogateescape")
    mass: Any = {"X1": 0.04, "X2": rng.choice([0.3, 0.4, -1.0, "300 MeV", float("nan"), 10**400, None])}

    def ask() -> None:
        build(text, mass=mass)

    return data, ask


COMMANDS = [
    b"list chains",
    b"list detectors --show charm",
    b"list keys --show source",
    b"schema",
    b"inspect events.root",
    b"rates dipole",
    b"limits virtual_meson --set m1=0.01",
    b"check job.toml --set run.n=10",
    b"run job.toml -n 10 --seed 3 -o out.root",
    b"list formats --json",
    b"merge a.root b.root -o c.root",
    b"study fig4 --quick",
    b"new thing --kind job",
]


def _options(rng: random.Random, folder: Path) -> tuple[bytes, Callable[[], Any]]:
    from click.testing import CliRunner

    from darkpair.cli import main
    from darkpair.gen.errors import InputError

    data = mutated(rng.choice(COMMANDS), rng, word_put_in)
    words = [
        word
        for word in data.decode(errors="surrogateescape").split()
        if word not in ("study", "limits", "run")
    ]
    (folder / "job.toml").write_bytes(_texts("job")[0])

    def ask() -> int:
        with contextlib.chdir(folder):
            result = CliRunner().invoke(main, words)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        if result.exit_code not in (0, 2):
            raise AssertionError(f"status {result.exit_code}: {result.output[-300:]}")
        if result.exit_code == 2:
            raise InputError(result.stderr.strip().splitlines()[-1] if result.stderr.strip() else "")
        return 0

    return data, ask


def _data_file(kind: str, rng: random.Random, folder: Path) -> tuple[bytes, Callable[[], Any]]:
    from darkpair.detectors.belle2 import Belle2
    from darkpair.detectors.fixed_target import FixedTarget
    from darkpair.detectors.koto import Koto
    from darkpair.searches import load_search

    at = rng.randrange(3)
    data = mutated(_texts(kind)[at], rng, value_changed)
    path = folder / "mine.toml"
    path.write_bytes(data)
    makers: list[Any] = [FixedTarget, Belle2, Koto]

    def ask() -> None:
        if kind == "search":
            load_search(path)
        else:
            makers[at](experiment=str(path))

    return data, ask


def _table(rng: random.Random, folder: Path) -> tuple[bytes, Callable[[], Any]]:
    from darkpair.gen.sources.gun import Gun
    from darkpair.gen.sources.koto_kl import KotoKL

    rows = "".join(f"{p},{(p / 2) ** 2 if p < 2 else 4 / p}\n" for p in (0.5, 1.0, 1.5, 2.0, 3.0, 5.0))
    data = mutated(f"# mine\np [GeV],dN/dp\n{rows}".encode(), rng)
    path = folder / "p.csv"
    path.write_bytes(data)

    def ask() -> None:
        source = KotoKL(spectrum=str(path)) if rng.random() < 0.5 else Gun(parent="K+", spectrum=str(path))
        source.sample(10, np.random.Generator(np.random.PCG64(1)))

    return data, ask


def _square(_: Any) -> Any:
    return {"x": 2.0}


def _cache(rng: random.Random, folder: Path) -> tuple[bytes, Callable[[], Any]]:
    from darkpair.scan import scan

    kept = folder / "cache"
    shutil.rmtree(kept, ignore_errors=True)
    points = [{"m": 1.0}]
    scan(_square, points, folder=kept, workers=1)
    entry = next(kept.rglob("*.json"))
    data = mutated(entry.read_bytes(), rng)
    entry.write_bytes(data)

    def ask() -> None:
        assert scan(_square, points, folder=kept, workers=1)[0].keys() >= {"x"}

    return data, ask


#: What makes an input, and hands it in, and how many of a hundred are of it.
DOORS: dict[str, tuple[Callable[[random.Random, Path], tuple[bytes, Callable[[], Any]]], int]] = {
    "event file": (_event_file, 50),
    "job": (_job, 12),
    "descriptor": (_descriptor, 10),
    "options": (_options, 8),
    "detector": (partial(_data_file, "detector"), 6),
    "search": (partial(_data_file, "search"), 6),
    "table": (_table, 5),
    "cache": (_cache, 3),
}


def _made(seed: int, number: int, folder: Path) -> tuple[str, bytes, Callable[[], Any]]:
    rng = random.Random(f"{seed} {number}")
    door = rng.choices(list(DOORS), [share for _, share in DOORS.values()])[0]
    data, ask = DOORS[door][0](rng, folder)
    return door, data, ask


def run(seed: int, numbers: range, folder: Path) -> list[Outcome]:
    """Outcomes of inputs in a child."""

    def task(number: int) -> str:
        door, _, ask = _made(seed, number, folder)
        ask()
        return door

    _event_files()
    return fenced(task, numbers)


def faults(seed: int, numbers: range, folder: Path) -> list[tuple[str, Outcome, bytes]]:
    """Door, outcome and input of whatever was neither taken nor refused."""
    bad = [
        (n, outcome) for n, outcome in zip(numbers, run(seed, numbers, folder), strict=True) if outcome.fault
    ]
    return [(*_made(seed, n, folder)[:1], outcome, _made(seed, n, folder)[1]) for n, outcome in bad]


def main(n: int, seed: int = 0) -> int:
    """Faults by kind, the shortest input of each."""
    shortest: dict[tuple[str, str, str], tuple[int, bytes, str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, n, 500):
            for door, outcome, data in faults(seed, range(start, min(start + 500, n)), Path(folder)):
                words = str(outcome.value)
                key = (
                    door,
                    outcome.kind,
                    words[words.find("[") :] if outcome.kind == "traceback" else words[:40],
                )
                count, least, text = shortest.get(key, (0, data, words))
                shortest[key] = (count + 1, min(least, data, key=len), text)
            print(
                f"{min(start + 500, n)} of {n}: {len(shortest)} kinds of faults", file=sys.stderr, flush=True
            )
    for (door, kind, _), (count, least, text) in sorted(shortest.items()):
        print(f"{door}: {kind}, {count} times: {text[:300]!r}\n    {least[:1500]!r}")
    return min(len(shortest), 1)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
