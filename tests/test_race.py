"""The race and the history of benchmarks: protocol, tables, checks, and what is slower; without a measurement that counts."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
if not (ROOT / "benchmarks").is_dir():
    pytest.skip("no source tree", allow_module_level=True)

from benchmarks import history, race, race_chain, race_tools
from benchmarks.competitors.numpy_columns import BLOCK, NumpyChain
from benchmarks.competitors.protocol import rows_to_events
from benchmarks.race_check import FAILURE_RATE, broken, checks, quantities
from benchmarks.race_process import run


def numpy_events(blocks: int, seed: int) -> np.ndarray:
    chain = NumpyChain(seed=seed)
    return np.concatenate([rows_to_events(chain.block(), BLOCK).copy() for _ in range(blocks)])


@pytest.fixture(scope="module")
def samples() -> dict[str, np.ndarray]:
    return {name: numpy_events(2, seed) for name, seed in (("cpp", 1), ("other", 2))}


@pytest.fixture
def environments(tmp_path: Path) -> Path:
    """This interpreter as the environment of each tool that it can run."""
    for name in ("ours", "numpy"):
        (tmp_path / name / "bin").mkdir(parents=True)
        python = tmp_path / name / "bin" / "python"
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
        python.chmod(0o755)
    (tmp_path / "numba.reason").write_text("no wheel\n", encoding="utf-8")
    return tmp_path


def test_the_yardstick_is_the_chain_of_the_package(samples: dict[str, np.ndarray], tmp_path: Path) -> None:
    words = [sys.executable, "-m", "benchmarks.competitors.ours", "record", "16384", str(tmp_path / "ours")]
    done = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
    said = json.loads(done.stdout)
    assert said.keys() == {"events", "first", "seconds", "memory"}
    ours = np.fromfile(tmp_path / "ours").reshape(-1, 7, 4)
    rows = checks(samples | {"ours": ours}, "cpp")
    assert [row["wrong"] for row in rows] == ["", "", ""]
    assert len(ours) == said["events"] == 16384


@pytest.mark.parametrize("factor", [1.003, 0.997])
def test_another_mass_is_seen(
    samples: dict[str, np.ndarray], factor: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In single events, and in their law where each event closes."""
    monkeypatch.setattr("benchmarks.competitors.numpy_columns.M_X2", 0.3 * factor)
    wrong = numpy_events(2, 3)
    assert "mass of the 2-th vector" in broken(wrong)
    row = checks({"cpp": samples["cpp"], "wrong": wrong}, "cpp")[1]
    assert row["wrong"]
    assert row["smallest p"] < FAILURE_RATE / 28


def test_another_slope_is_seen(samples: dict[str, np.ndarray]) -> None:
    """Events that all close, of another density in the azimuth of a photon."""
    events = samples["other"]
    cosine = events[:, 5, 0] / np.hypot(events[:, 5, 0], events[:, 5, 1])
    keep = np.random.default_rng(1).random(len(events)) < (1.0 + 0.4 * cosine) / 1.4
    row = checks({"cpp": samples["cpp"], "sloped": events[keep]}, "cpp")[1]
    assert broken(events[keep]) == ""
    assert "has another law" in row["wrong"]


def test_momenta_that_do_not_add_up(samples: dict[str, np.ndarray]) -> None:
    events = samples["other"].copy()
    events[7, 3, 0] += 1e-6
    events[7, 3, 3] = np.sqrt(0.01**2 + (events[7, 3, :3] ** 2).sum())
    assert "do not add up" in broken(events)
    assert len(dict(quantities(events))) == 28


@pytest.mark.skipif(shutil.which("g++") is None, reason="no compiler")
@pytest.mark.parametrize("name", ["cpp", "simd"])
def test_tools_in_cpp(name: str, environments: Path, samples: dict[str, np.ndarray], tmp_path: Path) -> None:
    (tool,) = (tool for tool in race_tools.TABLES["tool"] if tool["name"] == name)
    command = race_tools.command_of(tool, environments)
    times, failed = race_chain.rounds([command], 20_000, 1, 0, tmp_path)
    assert failed == []
    (row,) = race_chain.rows_of([command], times)
    assert row["ratio"] == (1.0 if name == "cpp" else None)
    sample = race_chain.samples_of([command], tmp_path)[name]
    assert [row["wrong"] for row in checks({"cpp": samples["cpp"], "mine": sample}, "cpp")] == ["", ""]


def test_what_cannot_be_had_is_named(environments: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    commands, skipped = race_chain.entrants("tool", environments, [])
    assert {command.name for command in commands} >= {"numpy", "numpy-kept", "ours-columns", "ours-record"}
    reasons = {row["tool"]: row["reason"] for row in skipped}
    assert reasons["numba, hard-coded, all events kept"] == "no wheel"
    assert reasons["C++ -O2, hard-coded, all events kept"] == "no g++"
    assert "nox -s race" in reasons["phasespace (TensorFlow)"]


def test_a_race(environments: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One tool and its tables; other words are refused by argparse."""
    words = ["--environments", str(environments), "--only", "numpy", "--rounds", "2", "--events", "9000"]
    assert race.main([*words, str(tmp_path / "out")]) == 0
    assert "NumPy, hard-coded" in capsys.readouterr().out
    stored = json.loads((tmp_path / "out" / "race-tool.json").read_text(encoding="utf-8"))
    (row,) = stored["rows"]
    assert (row["name"], row["events"]) == ("numpy", 2 * BLOCK)
    assert row["lowest [ns]"] <= row["time [ns]"] <= row["highest [ns]"]
    assert (tmp_path / "out" / "race-tool.png").stat().st_size > 1000


def test_a_process_that_fails_says_why(tmp_path: Path) -> None:
    words = [sys.executable, "-c", "raise SystemExit('no events')"]
    with pytest.raises(RuntimeError, match="status 1: no events"):
        run(words, {}, {0})
    command = race_tools.Command(name="mine", title="Mine", words=words, variables={})
    times, failed = race_chain.rounds([command], 10, 2, 0, tmp_path)
    assert (times, race_chain.rows_of([command], times)) == ({}, [])
    assert failed[0]["reason"].endswith("no events")


def stored_run(folder: Path, number: int, times: dict[str, float], yardstick: float) -> None:
    rows: list[dict[str, Any]] = [
        {"name": name, "stats": {"min": time}, "extra_info": {"yardstick": [yardstick, yardstick]}}
        for name, time in times.items()
    ]
    folder.mkdir(exist_ok=True)
    text = json.dumps({"benchmarks": [*rows, {"name": "rates", "stats": {"min": 1.0}, "extra_info": {}}]})
    (folder / f"{number:04d}_commit.json").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("chain", "yardstick", "status", "word"),
    [
        (1.0, 1e-7, 0, ""),  # the same
        (2.0, 2e-7, 0, ""),  # a machine half as fast
        (1.12, 1e-7, 1, "slower"),  # a drop by hand
        (1.08, 1e-7, 0, ""),
        (0.8, 1e-7, 0, "faster"),
    ],
)
def test_a_drop_of_a_tenth(
    chain: float, yardstick: float, status: int, word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert history.main([str(tmp_path)]) == 0
    stored_run(tmp_path / "Linux", 1, {"chain": 5.0}, 1e-7)  # (an older one does not count)
    stored_run(tmp_path / "Linux", 2, {"chain": 1.0, "gone": 1.0}, 1e-7)
    stored_run(tmp_path / "Linux", 3, {"chain": chain, "new": 1.0}, yardstick)
    assert history.main([str(tmp_path)]) == status
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].split()[:1] == ["chain"]
    assert lines[-1].endswith(f"times {word}")
