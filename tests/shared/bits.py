"""Whether jobs have the same bits with numba and without: ``python -m tests.shared.bits [BLOCKS [WORDS]]``, a hundred blocks each.

Each job runs in two processes, one that compiles every formula and one in which numba cannot be found; pilots run there too.
Digests of every column of events, observations, cut flows and histograms are compared, of accepted events and of all, and those of
every branch of files in each layout. With words only cases that have them in their name: ``100 "koto_pi0, all"``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np

import darkpair
from darkpair.gen.compiled import loops
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.output.reader import read_branches, read_provenance
from darkpair.gen.pipeline import chunks
from darkpair.gen.streams import BLOCK
from darkpair.job.job import Job, load_job
from darkpair.run.runner import run_job
from tests.shared.chunk_columns import columns_of

ROOT = Path(__file__).parents[2]

#: Jobs, by their files in examples, and settings beside them.
JOBS = {
    "koto_pi0": (),
    "koto_zprime": (),
    "koto2_pi0": (),
    "koto_pi0 aimed": ("source.aim=true",),
    "koto_pi0 at 30 cm": ("chain.ctau.X2='30 cm'",),
    "charm": (),
    "nucal": (),
    "belle2": (),
    "cms_b_mesons": (),
}

#: Of the first of each experiment files are compared too.
FILES = ("koto_pi0", "charm", "belle2", "cms_b_mesons")
LAYOUTS = ("flat", "nano", "cartesian")

#: Names of what differs that are shown of a case.
_SHOWN = 5


@dataclass(frozen=True)
class Case:
    """What is compared.

    Parameters
    ----------
    name : str
        A key of `JOBS`.
    kept : {"accepted", "all"}
        Which events.
    layout : str
        Of a file; empty where the columns themselves are compared.
    """

    name: str
    kept: str
    layout: str = ""

    def __str__(self) -> str:
        return f"{self.name}, {self.kept} events" + (f", file, {self.layout}" if self.layout else "")

    def job(self, folder: Path, blocks: int) -> Job:
        """The job, whose files are in a folder."""
        settings = [f"run.n={blocks * BLOCK}", f"output.path={folder / 'out.root'}", "output.picture=false"]
        settings += [f"output.events={self.kept}", *JOBS[self.name]]
        if self.layout:
            settings.append(f"output.layout={self.layout}")
        if self.name == "cms_b_mesons":
            settings.append(f"source.path={folder / 'events.root'}")
        return load_job(ROOT / "examples" / f"{self.name.split()[0]}.toml", settings)


#: Without a detector all events are kept, and the layout flat has no place for a file's other particles.
CASES = [
    Case(name, kept, layout)
    for layouts, names in ((("",), tuple(JOBS)), (LAYOUTS, FILES))
    for name in names
    for kept in ("accepted", "all")
    for layout in layouts
    if name != "cms_b_mesons" or (kept == "accepted" and layout != "flat")
]


def digests(case: Case, folder: Path, blocks: int) -> dict[str, str]:
    """Digest of everything, by name."""
    job = case.job(folder, blocks)
    parts = _of_file(job) if case.layout else _of_chunks(job)
    hashes: dict[str, Any] = defaultdict(lambda: blake2b(digest_size=8))
    for name, column in parts:
        array = np.ascontiguousarray(column)
        hashes[name].update(f"{array.dtype} {array.shape}".encode())
        hashes[name].update(array.tobytes())
    return {name: column.hexdigest() for name, column in hashes.items()}


def _of_chunks(job: Job) -> Iterator[tuple[str, Any]]:
    total = []
    for chunk in chunks(job.pipeline(), job.run.n, size=4 * BLOCK):
        yield from columns_of(chunk)
        total.append(chunk.cutflow)
    yield "cut flow", np.frombuffer(repr(Cutflow.total(total)).encode(), dtype=np.uint8)


def _of_file(job: Job) -> Iterator[tuple[str, Any]]:
    result = run_job(job, replace_other=True)
    events = read_provenance(result.path)["output"]["events"]
    for start in range(0, events, 8 * BLOCK):
        for name, column in read_branches(result.path, start, min(start + 8 * BLOCK, events)).items():
            for part, buffer in ak.to_buffers(ak.to_packed(column))[2].items():
                yield f"{name} {part}", buffer
    said = json.dumps(result.provenance["result"], sort_keys=True)
    yield "result", np.frombuffer(f"{events} {said}".encode(), dtype=np.uint8)
    for name, histogram in result.histograms.items():
        yield f"histogram {name}", histogram.view(flow=True)
    result.path.unlink()


def _child(words: Sequence[str]) -> None:
    """Print the digests of a case as JSON, with numba or without it."""
    name, kept, layout, folder, blocks, compiled = words
    if compiled == "0":
        loops.find_spec = lambda *_: None  # type: ignore[attr-defined]
    result = digests(Case(name, kept, layout), Path(folder), int(blocks))
    if ("llvmlite" in sys.modules) != (compiled == "1") or loops.FAILURES:
        sys.exit(f"compiled = {compiled}: {loops.FAILURES or sorted(sys.modules)}")
    print(json.dumps(result))


def compared(case: Case, folder: Path, blocks: int) -> tuple[str, list[str]]:
    """Digest of a case's digests with numba, and the names of what differs without it."""
    both = []
    for compiled in ("1", "0"):
        words = [case.name, case.kept, case.layout, str(folder), str(blocks), compiled]
        variables = {"PYTHONPATH": str(Path(darkpair.__file__).parents[1]), "DARKPAIR_COMPILED": compiled}
        done = subprocess.run(
            [sys.executable, "-m", "tests.shared.bits", "child", *words],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env={**os.environ, **variables},
        )
        if done.returncode:
            raise RuntimeError(f"{case}: {done.stderr}")
        both.append(json.loads(done.stdout))
    ours, theirs = both
    differ = [name for name in {**ours, **theirs} if ours.get(name) != theirs.get(name)]
    return blake2b(json.dumps(ours).encode(), digest_size=8).hexdigest(), differ


def main() -> None:
    """Compare every case, and print what came of it."""
    if sys.argv[1:2] == ["child"]:
        _child(sys.argv[2:])
        return
    from benchmarks.event_file import write_events

    blocks, words = int(sys.argv[1]) if sys.argv[1:] else 100, sys.argv[2:]
    cases = [case for case in CASES if not words or any(word in str(case) for word in words)]
    bad = 0
    with tempfile.TemporaryDirectory(prefix="bits-") as place:
        folder = Path(place)
        write_events(folder / "events.root", blocks * BLOCK, particles=8)
        for case in cases:
            digest, differ = compared(case, folder, blocks)
            bad += bool(differ)
            more = f" and {len(differ) - _SHOWN} more" if len(differ) > _SHOWN else ""
            print(f"{case!s:47} {digest}  {', '.join(differ[:_SHOWN]) or 'equal'}{more}", flush=True)
    print(f"{len(cases)} cases of {blocks} blocks: {bad} differ")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
