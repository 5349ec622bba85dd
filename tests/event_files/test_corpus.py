"""Event files of public repositories: the parents that others' readers count, or one true line.

corpus.csv has what `tests/event_files/plain_readers.py` printed of each, and where it comes from; the files stay there.  With
DARKPAIR_CORPUS naming a folder that holds some of them, under any names, they are found by their digests and read.
"""

from __future__ import annotations

import csv
import hashlib
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair.gen.sources.event_file import EventFile
from tests.shared.fence import Outcome, fenced
from tests.shared.small_events import KINDS

TABLE = Path(__file__).with_name("corpus.csv")


def _rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _settings(row: dict[str, str]) -> dict[str, Any]:
    """The tree, where it has a name of its own; weights that a file of EDM4hep leaves at 0 are none."""
    layout, _, tree = row["format"].partition(":")
    weights = {"branches": {"weight": ""}} if layout == "edm4hep" else {}
    return weights | ({"tree": tree} if tree not in ("", "Events") else {})


def _read(asked: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """Events and parents by PDG id; the first of them are made too."""
    path, settings = asked
    source = EventFile(path=path, parents=tuple(KINDS.values()), **settings)
    source.sample(min(source.n_parents, 200), np.random.Generator(np.random.PCG64(1)))
    told = source.provenance()
    return {"events": told["entries"], "parents": {str(k): n for k, n in told["counts"].items() if n}}


def wrong(row: dict[str, str], outcome: Outcome) -> str:
    """What is wrong with an outcome; nothing where nothing is."""
    if outcome.fault:
        return f"{outcome.kind}: {outcome.value}"
    parents = {kind: int(n) for kind, _, n in (word.partition(":") for word in row["parents"].split())}
    if outcome.kind == "accepted":
        if not row["events"]:  # (of a tree that the plain reader does not know)
            return (
                "" if row["format"] == "root" else f"read, which the plain reader does not: {outcome.value}"
            )
        right = {"events": int(row["events"]), "parents": parents}
        return "" if outcome.value == right else f"{outcome.value} instead of {right}"
    if parents:
        return f"{row['parents']} in {row['events']} events are there: {outcome.value}"
    if (
        row["events"] not in ("", "0")
        and ":" not in row["format"]
        and f"in {row['events']} events" not in outcome.value
    ):
        return f"{row['events']} events are there, without such parents: {outcome.value}"
    return ""


def test_a_table_of_many() -> None:
    rows = _rows()
    assert len({row["sha256"] for row in rows}) == len(rows) >= 300
    assert sum(bool(row["parents"]) for row in rows) >= 50


def test_files_of_public_repositories() -> None:
    if not (folder := os.environ.get("DARKPAIR_CORPUS")):
        pytest.skip("no folder of public event files (DARKPAIR_CORPUS)")
    rows = {row["sha256"]: row for row in _rows()}
    paths = {
        hashlib.sha256(path.read_bytes()).hexdigest(): path
        for path in Path(folder).rglob("*")
        if path.is_file()
    }
    pairs = [(row, str(paths[digest])) for digest, row in rows.items() if digest in paths]
    assert pairs, f"none of the {len(rows)} files of {TABLE.name} is in {folder}"
    outcomes = fenced(_read, [(path, _settings(row)) for row, path in pairs], seconds=60.0, memory=3 << 30)
    faults = {
        f"{row['repository']}: {row['path']}": fault
        for (row, _), outcome in zip(pairs, outcomes, strict=True)
        if (fault := wrong(row, outcome))
    }
    assert not faults, "\n".join(f"{name}: {fault}" for name, fault in faults.items())
