"""The race of the chain: every tool makes the same events in processes of its own, round by round."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.race_check import checks
from benchmarks.race_process import run
from benchmarks.race_tools import TABLES, Command, Missing, command_of

#: What the others are compared with.
REFERENCE = "cpp"


def entrants(
    table: str, environments: Path, only: Sequence[str]
) -> tuple[list[Command], list[dict[str, str]]]:
    """Commands of a table that can be run, and the others, each with the reason."""
    commands, skipped = [], []
    for tool in TABLES[table]:
        for entry in [tool] if table == "tool" else decay_tools(tool):
            if only and not any(word in (entry["name"], table) for word in only):
                continue
            try:
                commands.append(command_of(entry, environments))
            except Missing as reason:
                skipped.append({"tool": entry["title"], "reason": str(reason)})
    return commands, skipped


def decay_tools(decay: dict[str, Any]) -> list[dict[str, Any]]:
    """The package now, compiled and not, and before, for another decay."""
    return [
        {
            "name": f"{who}:{decay['name']}",
            "title": f"{decay['title']}, {said}",
            "environment": who.split("-")[0],
            "source": "ours.py",
            "words": ["columns", decay["decay"]],
            "compiled": compiled,
        }
        for who, said, compiled in (
            ("before", TABLES["before"]["commit"], None),
            ("ours", "this package", True),
            ("ours-numpy", "this package, NumPy alone", False),
        )
    ]


def rounds(
    commands: Sequence[Command], events: int, count: int, core: int, folder: Path
) -> tuple[dict[str, list[Any]], list[dict[str, str]]]:
    """What each process said, by the name of the tool, and the tools that failed; the first round leaves samples."""
    times: dict[str, list[Any]] = {command.name: [] for command in commands}
    failed: dict[str, dict[str, str]] = {}
    for turn in range(count):
        for command in commands:
            words = [*command.words, str(min(events, command.most))]
            if turn == 0 and ":" not in command.name:
                words.append(str(folder / command.name))
            if command.name in failed:
                continue
            try:
                done = run(words, command.variables, {core})
            except RuntimeError as error:
                failed[command.name] = {"tool": command.title, "reason": str(error)}
                continue
            times[command.name].append(json.loads(done.text.strip().splitlines()[-1]))
    return {name: rows for name, rows in times.items() if name not in failed}, list(failed.values())


def rows_of(commands: Sequence[Command], times: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """A row for each tool: medians, the lowest and the highest, and the median of the ratios of each round."""
    rows = []
    for command in commands:
        if command.name not in times:  # (it failed)
            continue
        processes = times[command.name]
        seconds = [_nanoseconds(process, "seconds") for process in processes]
        whose = command.name.partition(":")[2]
        reference = times.get(f"before:{whose}" if whose else REFERENCE)
        pairs = zip(reference or processes, seconds, strict=True)
        ratios = [_nanoseconds(other, "seconds") / own for other, own in pairs]
        rows.append(
            {
                "name": command.name,
                "tool": command.title,
                "time [ns]": median(seconds),
                "lowest [ns]": min(seconds),
                "highest [ns]": max(seconds),
                "first [ns]": median(_nanoseconds(process, "first") for process in processes),
                "ratio": median(ratios) if reference else None,
                "memory [MB]": median(process["memory"] for process in processes),
                "events": processes[0]["events"],
            }
        )
    return rows


def _nanoseconds(process: dict[str, Any], key: str) -> float:
    return 1e9 * float(process[key]) / float(process["events"])


def samples_of(commands: Sequence[Command], folder: Path) -> dict[str, np.ndarray]:
    """Events that tools left, (n, 7, 4), by name."""
    return {
        command.name: np.fromfile(folder / command.name).reshape(-1, 7, 4)
        for command in commands
        if (folder / command.name).exists()
    }


def checked(commands: Sequence[Command], folder: Path) -> list[dict[str, Any]]:
    """Rows of `race_check.checks`, against the hard-coded C++, or who is there."""
    samples = samples_of(commands, folder)
    return checks(samples, REFERENCE if REFERENCE in samples else next(iter(samples))) if samples else []
