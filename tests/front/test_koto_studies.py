"""KOTO's studies with few events: they leave everything, with numbers that are right within their errors."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

from darkpair.studies import STUDIES

#: Events of each sample: the whole file stays within a minute.
EVENTS = 16_384


def study(name: str, folder: Path) -> dict[str, Any]:
    """What the study's JSON says, after a look at its files."""
    paths = STUDIES[name](folder, None, quick=True, events=EVENTS)
    assert {path.name for path in paths} == {f"{name}.{kind}" for kind in ("csv", "json", "png", "pdf")}
    assert all(path.stat().st_size > 0 for path in paths)
    told: dict[str, Any] = json.loads((folder / f"{name}.json").read_text())
    with (folder / f"{name}.csv").open() as file:
        assert len(list(csv.DictReader(file))) == len(told["rows"])
    assert told["provenance"]["versions"]
    numbers = [v for row in told["rows"] for v in row.values() if isinstance(v, float)]
    assert all(math.isfinite(number) for number in numbers)
    return told


def near(value: float, error: float, expected: float, systematic: float = 0.0) -> bool:
    return abs(value - expected) < 4.0 * error + systematic * expected


def test_koto_limits(tmp_path: Path) -> None:
    told = study("koto-limits", tmp_path)
    printed = [row for row in told["rows"] if row["ratio, published"] is not None]
    assert len(printed) >= 6
    for row in printed:
        assert near(row["ratio"], row["ratio error"], row["ratio, published"], 0.045)
        assert row["source"]
    assert told["provenance"]["seed"] == 4100
