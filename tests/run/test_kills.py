"""Commands that are killed: nothing lives on, no half file has a name, one line at most; `tests.shared.kills` has every case."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shared.kills import CASES, ENVIRONMENT, Kill, Left, faults, kill, listens, stopped

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").is_file(), reason="no /proc to see when to kill"
)

#: Eleven, and the twelfth below: every moment, signal, process and output.
KILLS = [
    Kill("dataset", 2, "import", "SIGINT", "group"),
    Kill("hepmc3", 1, "import", "SIGTERM", "parent"),
    Kill("root", 2, "workers", "SIGKILL", "parent"),
    Kill("hepmc3", 2, "workers", "SIGTERM", "group"),
    Kill("dataset", 2, "generation", "SIGINT", "group"),
    Kill("hepmc3", 2, "generation", "SIGTERM", "worker"),
    Kill("root", 1, "generation", "SIGINT", "parent"),
    Kill("root", 2, "writing", "SIGTERM", "parent"),
    Kill("dataset", 2, "writing", "SIGKILL", "worker"),
    Kill("hepmc3", 1, "writing", "SIGHUP", "group"),
    Kill("root", 1, "picture", "SIGTERM", "parent"),
]


@pytest.mark.parametrize("case", KILLS, ids=str)
def test_a_killed_command_leaves_what_is_whole(case: Kill, tmp_path: Path) -> None:
    assert case in CASES
    assert faults(case, kill(case, tmp_path), tmp_path) == []


def test_what_a_killed_command_began_is_gone_after_the_next(tmp_path: Path) -> None:
    case = Kill("root", 2, "writing", "SIGKILL", "parent")
    remains = kill(case, tmp_path)
    assert remains.unfinished
    assert (remains.lines, remains.orphans) == ([], [])
    words = [sys.executable, "-m", "darkpair", "run", "job.toml", "-n", "1000", "-o", "out.root"]
    subprocess.run(words, cwd=tmp_path, env=ENVIRONMENT, check=True, capture_output=True)
    assert sorted(path.name for path in tmp_path.glob("*out*")) == ["out.png", "out.root"]
    assert not list(tmp_path.glob(".*"))


#: A package that is imported for ever.
ENDLESS = "import time\ntime.sleep(60)\n"


def test_a_command_that_still_imports_ends_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text(ENDLESS)
    for number, status in ("SIGINT", 130), ("SIGTERM", 143):
        remains = stop("from darkpair.__main__ import start; start()", number, tmp_path)
        assert (remains.status, remains.lines, remains.orphans) == (status, [], [])


def stop(script: str, number: str, folder: Path) -> Left:
    """What is left of a program that is stopped when it listens."""
    return stopped(
        ["-c", script], folder, listens, lambda process: process.send_signal(signal.Signals[number]), 0.2
    )


#: A function of C that runs for a minute and hears of no signal, while others may run.
DEAF = """
import hashlib
from darkpair.gen.stops import keeping, listening
with listening(), keeping(lambda: "all of it is kept"):
    hashlib.pbkdf2_hmac("sha256", b"", b"", 10**8)
"""
#: The cleaning hangs, and a second signal comes.
SLOW = """
import os, signal, time
from darkpair.gen.stops import before_leaving, listening
def hang():
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(60)
with listening(), before_leaving(hang):
    time.sleep(60)
"""
#: Exceptions get lost in it: Python prints and forgets them.
LOSES = """
import time
from darkpair.gen.stops import listening
class Thing:
    def __del__(self):
        time.sleep(60)
with listening():
    Thing()
"""


@pytest.mark.parametrize(
    ("script", "text"),
    [
        (DEAF, "all of it is kept"),
        (SLOW, "what it left is removed at the next start"),
        (LOSES, "nothing unfinished is left behind"),
    ],
    ids=["C", "slow", "lost"],
)
def test_a_stop_is_in_time_whatever_runs(script: str, text: str, tmp_path: Path) -> None:
    remains = stop(script, "SIGTERM", tmp_path)
    assert (remains.status, remains.orphans) == (143, [])
    assert remains.lines == [f"darkpair: stopped by SIGTERM; {text}"]


#: Signals that somebody ignored before, as nohup does, are ignored still; the process that a fork makes has its own.
IGNORES = """
import os, signal, sys, time
from darkpair.gen.stops import before_leaving, listening
signal.signal(signal.SIGHUP, signal.SIG_IGN)
with listening(), before_leaving(lambda: print("cleaned", file=sys.stderr, flush=True)):
    os.kill(os.getpid(), signal.SIGHUP)
    child = os.fork()
    if child == 0:
        os.kill(os.getpid(), signal.SIGTERM)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGTERM
    time.sleep(1.2)
    print("goes on", file=sys.stderr, flush=True)
    time.sleep(60)
"""


def test_signals_that_are_not_ours(tmp_path: Path) -> None:
    remains = stopped(
        ["-W", "ignore", "-c", IGNORES],  # (Python 3.12 warns of a fork beside threads)
        tmp_path,
        lambda _: "goes on" in (tmp_path / "stderr").read_text(),
        lambda process: process.send_signal(signal.SIGTERM),
    )
    assert remains.status == 143
    stop = "darkpair: stopped by SIGTERM; nothing unfinished is left behind"
    assert remains.lines == ["goes on", "cleaned", stop]


def program(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A program that ends by itself, and soon."""
    (folder / "script.py").write_text(script)
    return subprocess.run(
        [sys.executable, "script.py"],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


#: A worker dies while it sends a result, of which the program waits for the rest; the others wait for their turn to send.
HALF = """
import gc, os, time
from multiprocessing.queues import SimpleQueue
from darkpair.workers import worker_pool
def half():
    time.sleep(0.5)
    queue = next(thing for thing in gc.get_objects() if isinstance(thing, SimpleQueue))
    queue._wlock.acquire()
    os.write(queue._writer.fileno(), (1000).to_bytes(4, "big") + b"half")
    os.kill(os.getpid(), 9)
if __name__ == "__main__":
    with worker_pool(2) as executor:
        executor.submit(abs, 1), executor.submit(half).result()
"""


def test_a_worker_that_dies_while_it_sends_is_no_end_of_waiting(tmp_path: Path) -> None:
    done = program(HALF, tmp_path)
    assert done.returncode == 1
    assert (
        "InputError: a worker ended before its work was done (exit code -9)" in done.stderr.splitlines()[-1]
    )


#: A worker dies while the command's main thread is busy with something else for a minute.
BUSY = """
import os, time
from darkpair.gen.stops import listening
from darkpair.workers import worker_pool
if __name__ == "__main__":
    with listening(), worker_pool(2) as executor:
        executor.submit(exec, "import posix; posix._exit(9)")  # (os._exit is coverage's at times)
        time.sleep(60)
"""


def test_a_command_ends_with_its_worker_though_it_is_busy(tmp_path: Path) -> None:
    done = program(BUSY, tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("darkpair: a worker ended before its work was done (exit code 9)")
    assert done.stderr.count("\n") == 1


#: A user's own program: the first half of a scan is quick, the second never ends.
SCAN = """
import sys, time
from pathlib import Path
from darkpair.scan import grid, scan
def result(point):
    if point["x"] > 3: Path(f"begun{point['x']}").touch(), time.sleep(60)
    return {"y": 1.0}
if __name__ == "__main__":
    import script
    scan(script.result, grid(x=[1, 2, 3, 4, 5, 6]), folder=Path("cache"), workers=int(sys.argv[1]))
"""


@pytest.mark.parametrize(("workers", "number"), [(1, "SIGINT"), (2, "SIGINT"), (2, "SIGTERM")])
def test_a_program_of_a_user_ends_as_python_does(workers: int, number: str, tmp_path: Path) -> None:
    """Ctrl-C is a KeyboardInterrupt that says what is kept; SIGTERM is the system's; no worker outlives it."""
    (tmp_path / "script.py").write_text(SCAN)
    remains = stopped(
        ["script.py", str(workers)],
        tmp_path,
        lambda _: len(list(tmp_path.glob("begun*"))) == workers,
        lambda process: os.killpg(process.pid, signal.Signals[number]),
    )
    assert remains.orphans == []
    assert len(list((tmp_path / "cache").rglob("*.json"))) == 3
    if number == "SIGTERM":
        assert (remains.status, remains.lines) == (-15, [])
        return
    assert remains.status == -2
    assert remains.lines[-2:] == ["KeyboardInterrupt", "cache keeps 3 of 6 points; the same command goes on"]
    assert "".join(remains.lines).count("Traceback") == 1
