"""The scan: order, cache by content, resume after a kill, refusals; evaluated in processes of a script."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import darkpair
import darkpair.gen.provenance
from darkpair.gen.errors import InputError
from darkpair.gen.provenance import environment
from darkpair.scan import cache_key, grid, scan

MODULE = """
import os, sys, time
from pathlib import Path
from darkpair.scan import grid, scan

def slow(point):
    time.sleep(float(os.environ["SLEEP"]))
    with open(os.environ["LOG"], "a") as log:
        log.write(f"{point['m2']}\\n")
    return {"square": point["m2"] ** 2}

if __name__ == "__main__":
    import scanned  # under its own name, so that the hash does not hold __main__
    found = scan(scanned.slow, grid(m1=[0.0], m2=[float(i) for i in range(8)]), folder=Path("cache"), workers=int(sys.argv[1]))
    print([row["square"] for row in found])
"""


def square(point: Any, power: int = 2) -> dict[str, Any]:
    return {"value": point["m2"] ** power, "endless": math.inf}


def start(folder: Path, workers: int, sleep: float) -> subprocess.Popen[str]:
    (folder / "scanned.py").write_text(MODULE)
    source = str(Path(darkpair.__file__).parents[1])
    settings = os.environ | {
        "LOG": str(folder / "log"),
        "SLEEP": str(sleep),
        "PYTHONPATH": f"{folder}{os.pathsep}{source}",
    }
    words = [sys.executable, str(folder / "scanned.py"), str(workers)]
    return subprocess.Popen(
        words, cwd=folder, env=settings, text=True, stdout=subprocess.PIPE, start_new_session=True
    )


def evaluated(folder: Path) -> list[float]:
    log = folder / "log"
    return [float(line) for line in log.read_text().split()] if log.exists() else []


@pytest.mark.parametrize("workers", [1, 2])
def test_resumes_after_a_kill(tmp_path: Path, workers: int) -> None:
    """SIGKILL loses what was under way; the second run evaluates the rest, the third nothing."""
    first = start(tmp_path, workers, 0.4)
    deadline = time.monotonic() + 60.0
    while len(evaluated(tmp_path)) < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    before = evaluated(tmp_path)
    kept = list((tmp_path / "cache").rglob("*.json"))
    assert 3 <= len(before) < 8
    assert len(before) - workers <= len(kept) <= len(before)
    second = start(tmp_path, workers, 0.0)
    told, _ = second.communicate(timeout=60)
    expected = [float(i) ** 2 for i in range(8)]
    assert json.loads(told) == expected
    assert len(evaluated(tmp_path)) == len(before) + 8 - len(kept)
    if workers == 1:
        return
    third = start(tmp_path, workers, 0.0)
    told, _ = third.communicate(timeout=60)
    assert json.loads(told) == expected
    assert len(evaluated(tmp_path)) == len(before) + 8 - len(kept)


def test_cache_by_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another point, another parameter, another code: another key. The same by another name of a number: the same."""
    points = grid(m1=[0.0], m2=[2.0, 3.0])
    assert [row["value"] for row in scan(square, points, folder=tmp_path, workers=1)] == [4.0, 9.0]
    keys = {
        cache_key(square, points[0]),
        cache_key(square, points[1]),
        cache_key(partial(square, power=2), points[0]),
        cache_key(partial(square, power=3), points[0]),
    }
    assert len(keys) == 4
    assert cache_key(square, {"m2": np.float64(2.0), "m1": 0.0}) in keys
    versions = environment()["versions"]
    for name in versions:  # of this package its lines count, whatever their version is called
        with monkeypatch.context() as patch:
            patch.setattr(darkpair.gen.provenance, "_versions", lambda name=name: {**versions, name: "99.0"})
            assert (cache_key(square, points[0]) in keys) == (name == "darkpair"), name
    monkeypatch.setattr("darkpair.scan.points.code_digest", lambda _: "another")
    assert cache_key(square, points[0]) not in keys


def test_a_broken_file_is_made_again(tmp_path: Path) -> None:
    points = grid(m2=[2.0, 3.0])
    first = scan(square, points, folder=tmp_path, workers=1)
    files = sorted(tmp_path.rglob("*.json"))
    assert len(files) == 2
    files[0].write_text('{"value": 4.')
    files[1].write_text(json.dumps({"value": 17.0}))
    again = scan(square, points, folder=tmp_path, workers=1)
    assert sorted(row["value"] for row in again if row["value"] != 17.0) in ([4.0], [9.0])
    assert [row for row in again if row["value"] == 17.0]  # a whole file is believed
    assert math.isinf(first[0]["endless"])
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".json"]


def test_equal_points_are_evaluated_once() -> None:
    found = scan(square, [{"m2": 2.0}, {"m2": 5.0}, {"m2": 2.0}], workers=1)
    assert [row["value"] for row in found] == [4.0, 25.0, 4.0]
    found[0]["value"] = 0.0
    assert found[2]["value"] == 4.0


def refuse(point: Any) -> dict[str, Any]:
    raise InputError(f"m2 = {point['m2']} GeV; allowed: less")


def nothing(_: Any) -> dict[str, Any]:
    return {"value": math.nan}


def test_refusals() -> None:
    with pytest.raises(InputError, match="at m2 = 2.0: m2 = 2.0 GeV"):
        scan(refuse, grid(m2=[2.0]), workers=1)
    with pytest.raises(InputError, match="value is NaN"):
        scan(nothing, grid(m2=[2.0]), workers=1)
    with pytest.raises(InputError, match="encloses"):
        scan(lambda point: {"value": point["m2"]}, grid(m2=[2.0]), workers=1)
    with pytest.raises(InputError, match="object"):
        cache_key(square, {"m2": object()})
    with pytest.raises(InputError, match="workers"):
        scan(square, grid(m2=[2.0]), workers=0)


def test_a_folder_that_cannot_be_written_is_said_first(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be made or written .*give a folder"):
        scan(square, grid(m2=[1.0]), folder=tmp_path / "file", workers=1)
    assert scan(square, [], folder=tmp_path / "file", workers=1) == []
