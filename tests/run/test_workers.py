"""Workers: what a script without a guard, one without a file, a killed worker and Ctrl-C are told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, ClassVar

import pytest

import darkpair
from darkpair import InputError, ModelMode, ZPrimeScalar
from darkpair.workers import worker_pool

SCAN = "from darkpair.scan import grid, scan\ndef square(point): return {'y': point['x'] ** 2}\n"
CALL = "print(scan(square, grid(x=[1.0, 2.0, 3.0]), workers=2))\n"
KILL = "import os\nfrom darkpair.scan import grid, scan\ndef square(point): os.kill(os.getpid(), 9)\n"
GUARD = "if __name__ == '__main__': "
JOB = """
from darkpair.job.job import load_job
from darkpair.run.runner import run_job
run_job(load_job("job.toml"))
"""
FILE = """
[run]
n = 2e7
workers = 2
[source]
name = "gun"
[chain]
name = "kl_x1x2_pi0"
mass = { X1 = 0, X2 = 0.43 }
[output]
path = "out.root"
"""
ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(darkpair.__file__).parents[1])}


def script(text: str, folder: Path, *, piped: bool = False) -> subprocess.CompletedProcess[str]:
    (folder / "script.py").write_text(text)
    words = [sys.executable, "-" if piped else str(folder / "script.py")]
    return subprocess.run(
        words,
        input=text if piped else "",
        cwd=folder,
        env=ENVIRONMENT,
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("text", [SCAN + CALL, JOB], ids=["scan", "run_job"])
def test_a_script_without_a_guard_is_told_once(text: str, tmp_path: Path) -> None:
    (tmp_path / "job.toml").write_text(FILE)
    done = script(text, tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("Traceback") == 1
    last = done.stderr.splitlines()[-1]
    assert "InputError: the workers import script.py" in last
    assert 'if __name__ == "__main__":' in last
    assert not list(tmp_path.glob("*.root*"))


def test_a_script_with_a_guard_works(tmp_path: Path) -> None:
    done = script(SCAN + GUARD + CALL, tmp_path)
    assert done.stdout == "[{'y': 1.0}, {'y': 4.0}, {'y': 9.0}]\n"


def of_a_closure(model: Any) -> Any:
    return lambda q2, _: model.G_X**2 * q2**2


class Closure(ZPrimeScalar):
    """A model whose amplitude is a function that is made inside another one."""

    MODES: ClassVar = {
        ("K+", "pi+ X1 X2"): ModelMode(ZPrimeScalar.MODES["K+", "pi+ X1 X2"].width, "none", of_a_closure),
        ("X2", "X1 pi0"): ZPrimeScalar.MODES["X2", "X1 pi0"],
    }


@pytest.mark.parametrize("name", ["out.root", "out/"])
def test_what_no_worker_can_be_sent_is_told_before_any_starts(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a run that writes a file, and by one of a dataset's parts; in one process it works."""
    chain = Closure(m1=0.0, m2=0.2, G_X=1e-3).chain("K+", "pi+ X1 X2")
    pipeline = darkpair.Pipeline(source=darkpair.Gun(parent="K+", momentum=2.0), chain=chain)
    (tmp_path / "job.toml").write_text(FILE)
    settings = {"run.n": 100_000, "output.path": f"{tmp_path}/{name}", "run.seed": 1, "run.compiled": False}
    job = darkpair.load_job(tmp_path / "job.toml", overrides=settings)
    monkeypatch.setattr(darkpair.Job, "pipeline", lambda _: pipeline)
    monkeypatch.setattr("darkpair.workers._Worker.start", lambda _: pytest.fail("a worker starts"))
    with pytest.raises(InputError, match=r"cannot be sent to workers \(.*<lambda>.*; or use workers = 1$"):
        darkpair.run_job(job)
    assert [path.name for path in tmp_path.rglob("*")] == ["job.toml"]
    assert len(next(darkpair.chunks(pipeline, 1000)).events) == 1000


def test_a_call_that_no_worker_can_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("darkpair.workers._Worker.start", lambda _: pytest.fail("a worker starts"))
    with worker_pool(2) as executor:
        assert executor is not None
        with pytest.raises(
            InputError, match=r"^.*<lambda> cannot be sent to workers .*; or use workers = 1$"
        ):
            executor.submit(lambda: None)


def test_a_script_that_is_no_file(tmp_path: Path) -> None:
    done = script(SCAN + CALL, tmp_path, piped=True)
    assert done.stderr.count("Traceback") == 1
    assert "cannot import a script from <stdin>" in done.stderr.splitlines()[-1]


def test_a_killed_worker(tmp_path: Path) -> None:
    done = script(KILL + GUARD + CALL, tmp_path)
    assert done.stderr.count("Traceback") == 1
    assert "exit code -9" in done.stderr.splitlines()[-1]


def test_a_cancelled_future_hears_of_a_lost_worker() -> None:
    """The thread that says so to all of them would die of it, and print a traceback."""
    with worker_pool(2) as executor:
        assert executor is not None
        futures = [executor.submit(time.sleep, 0.1) for _ in range(12)]
        assert futures[-1].cancel()
        futures[-1].set_exception(BrokenProcessPool())
        assert futures[0].result() is None


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C reaches a group of processes in another way there")
def test_ctrl_c_leaves_one_line_and_no_file(tmp_path: Path) -> None:
    """While the workers start: a terminal sends the signal to all of them."""
    (tmp_path / "job.toml").write_text(FILE)
    # a shell that started the tests in the background has told them, and so the run, to ignore the signal
    listens = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    words = [sys.executable, "-c", f"{listens}; from darkpair.cli import main; main()", "run", "job.toml"]
    with subprocess.Popen(
        words, cwd=tmp_path, env=ENVIRONMENT, text=True, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        deadline = time.monotonic() + 40.0
        while not (unfinished := list(tmp_path.glob("*out.root*"))) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert unfinished  # the run has begun
        time.sleep(0.5)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (
        said.strip()
        == "darkpair: stopped by Ctrl-C; nothing of this run is kept; the same command starts again"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["job.toml"]
