"""Whole jobs of the package now, compiled and not, and before: from the command to the complete file."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.race_process import Done, run
from benchmarks.race_tools import TABLES, Missing, python_of, switched

#: Who runs a job: name, words of a table, environment, and whether it is compiled; by itself where a job says ``plain``.
WHO = (
    ("before", TABLES["before"]["commit"], "before", None),
    ("ours", "this package", "ours", None),
    ("ours-numpy", "this package, NumPy alone", "ours", False),
    ("ours-compiled", "this package, compiled", "ours", True),
)


def race_jobs(
    environments: Path, only: Sequence[str], count: int, share: float, cores: Sequence[int]
) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """A row for each job and package, and who is skipped with the reason.

    Parameters
    ----------
    environments : Path
        Folder of the environments.
    only : sequence of str
        Names of jobs, or ``job`` for all; all unless given.
    count : int
        Number of rounds.
    share : float
        Of the events that race.toml has.
    cores : sequence of int
        The first runs what is timed by its CPU time.
    """
    who, skipped = [], []
    for name, title, environment, compiled in WHO:
        try:
            who.append((name, title, python_of(environment, environments), switched(compiled)))
        except Missing as reason:
            skipped.append({"tool": title, "reason": str(reason)})
    jobs = [job for job in TABLES["job"] if not only or {job["name"], "job"} & set(only)]
    times: dict[tuple[str, str], list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        _write_events(Path(folder), jobs, share)
        for turn in range(count):
            for job in jobs:
                for name, _, python, variables in _runners(job, who):
                    timed = _timed(job, python, variables, Path(folder) / f"{name}-{turn}", share, cores)
                    times.setdefault((job["name"], name), []).append(timed)
    return [row for job in jobs for row in _rows(job, _runners(job, who), times, share)], skipped


def _write_events(folder: Path, jobs: Sequence[dict[str, Any]], share: float) -> None:
    """A file of events for the jobs that read one."""
    numbers = [_events(job, share) for job in jobs if any("{events}" in word for word in job["words"])]
    if numbers:
        from benchmarks.event_file import write_events

        write_events(folder / "events.root", max(numbers), particles=40)


def _runners(job: dict[str, Any], who: Sequence[Any]) -> list[Any]:
    """Those of a job: the package compiled and not, or as it decides itself."""
    names = ("before", "ours") if job.get("plain") else ("before", "ours-numpy", "ours-compiled")
    return [runner for runner in who if runner[0] in names]


def _timed(
    job: dict[str, Any],
    python: str,
    variables: dict[str, str],
    place: Path,
    share: float,
    cores: Sequence[int],
) -> tuple[float, float]:
    """Seconds, net of start-up where the job says so, and peak memory [MB]."""
    whole = _run(job, python, variables, place, _events(job, share), cores)
    seconds = _seconds(job, whole)
    if job.get("start"):
        seconds -= _seconds(job, _run(job, python, variables, place, 1, cores))
    return seconds, whole.memory


def _events(job: dict[str, Any], share: float) -> int:
    """Events of a job; a share of those of race.toml."""
    return max(1, round(share * int(job.get("n", 1))))


def _seconds(job: dict[str, Any], done: Done) -> float:
    return done.clock if job.get("clock") else done.cpu


def _run(
    job: dict[str, Any], python: str, variables: dict[str, str], place: Path, n: int, cores: Sequence[int]
) -> Done:
    with tempfile.TemporaryDirectory(prefix=place.name, dir=place.parent) as folder:
        fresh = Path(folder) / "cache"
        places = {
            "n": str(n),
            "out": f"{folder}/out",
            "fresh": str(fresh),
            "events": str(place.parent / "events.root"),
            "kept": str(place.parent / place.name.rsplit("-", 1)[0]),
        }
        words = [python, "-m", "darkpair", *(word.format(**places) for word in job["words"])]
        used = set(cores) if job.get("clock") else {cores[0]}
        if "{kept}" in job["words"] and not Path(places["kept"]).exists():
            run(words, variables, used)
        return run(words, variables, used)


def _rows(
    job: dict[str, Any],
    who: Sequence[Any],
    times: dict[tuple[str, str], list[tuple[float, float]]],
    share: float,
) -> list[dict[str, Any]]:
    rows = []
    before = times.get((job["name"], "before"))
    for name, title, *_ in who:
        timed = times[job["name"], name]
        seconds = [s for s, _ in timed]
        rows.append(
            {
                "job": job["title"],
                "name": job["name"],
                "who": name,
                "package": title,
                "time [s]": median(seconds),
                "lowest [s]": min(seconds),
                "highest [s]": max(seconds),
                "ratio": median(old / new for (old, _), new in zip(before, seconds, strict=True))
                if before
                else None,
                "memory [MB]": median(memory for _, memory in timed),
                "events": _events(job, share),
            }
        )
    return rows
