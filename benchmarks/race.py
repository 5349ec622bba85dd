"""A fair race, one command: ``python -m benchmarks.race``, for which ``nox -s race`` makes the environments.

The chain K_L -> X1 X2, X2 -> X1 pi0, pi0 -> gamma gamma as columns and records beside what else makes it, other decays, and whole
jobs beside the package as it was. Every figure is a median over rounds of fresh processes, one tool after the other and so again,
pinned to one core; see benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import race_chain
from benchmarks.race_check import FAILURE_RATE
from benchmarks.race_jobs import race_jobs
from benchmarks.race_picture import contents
from benchmarks.race_text import text
from darkpair.gen.output.target import put


def main(words: list[str]) -> int:
    """Status: 0, or 1 where a tool fails or makes other events."""
    asked = _asked(words)
    cores = sorted(os.sched_getaffinity(0))[::-1]
    parts: dict[str, list[dict[str, Any]]] = {"skipped": []}
    failed: list[dict[str, str]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("tool", "decay"):
            commands, skipped = race_chain.entrants(part, asked.environments, asked.only)
            events = asked.events if part == "tool" else asked.events // 5
            race_chain.rounds(commands[:1], events, 1, cores[0], folder)  # a processor that has slept
            times, broken = race_chain.rounds(commands, events, asked.rounds, cores[0], folder)
            parts[part] = race_chain.rows_of(commands, times)
            parts["skipped"] += skipped + broken
            failed += broken
            if part == "tool":
                parts["check"] = race_chain.checked(commands, folder)
    share = asked.events / 1_000_000
    parts["job"], skipped = race_jobs(asked.environments, asked.only, asked.rounds, share, cores)
    parts["skipped"] += [row for row in skipped if row not in parts["skipped"]]
    print(text(parts))
    if asked.folder is not None:
        _store(asked.folder, parts, asked.rounds)
    return int(bool(failed) or any(row["wrong"] for row in parts["check"]))


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, help="where race.json and pictures go; nowhere unless given"
    )
    parser.add_argument(
        "--environments", type=Path, default=os.environ.get("DARKPAIR_RACE", ".race"), help="of nox -s race"
    )
    parser.add_argument(
        "--only", action="append", default=[], help="a name of race.toml, or tool, decay, job"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--events", type=int, default=1_000_000, help="of the chain; jobs are smaller in proportion"
    )
    asked = parser.parse_args(words)
    asked.environments = Path(asked.environments).absolute()
    return asked


def _store(folder: Path, parts: dict[str, list[dict[str, Any]]], rounds: int) -> None:
    """The rows of each part, and the pictures of them."""
    provenance = {
        "rounds": rounds,
        "machine": f"{_processor()}, Python {platform.python_version()}",
        "date": time.strftime("%Y-%m-%d"),
        "failure rate": FAILURE_RATE,
        "skipped": parts["skipped"],
    }
    folder.mkdir(parents=True, exist_ok=True)
    for part in ("tool", "decay", "job", "check"):
        stored = json.dumps({"provenance": provenance, "rows": parts[part]}, indent=1)
        (folder / f"race-{part}.json").write_text(f"{stored}\n", encoding="utf-8")
    put(contents(parts, folder))


def _processor() -> str:
    lines = (
        Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        if Path("/proc/cpuinfo").exists()
        else []
    )
    return next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")),
        platform.processor(),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
