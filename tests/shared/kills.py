"""Commands that are killed: at a moment, by a signal, in one of their processes, and what is left of them.

``python -m tests.shared.kills 50`` kills so many times, every case in turn, and prints what came of each.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import psutil  # type: ignore[import-untyped]
import pytest

import darkpair
from darkpair.gen.errors import DarkpairError
from darkpair.gen.output.reader import read_provenance
from darkpair.gen.output.target import clean_unfinished

JOB = """
[run]
n = 3e7
chunk = 16384
[source]
name = "gun"
[chain]
name = "kl_x1x2_pi0"
mass = { X1 = 0, X2 = 0.43 }
"""
ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(darkpair.__file__).parents[1])}

#: Where the command writes; a folder is a dataset.
OUTPUTS = {"root": "out.root", "hepmc3": "out.hepmc3", "dataset": "out/"}

#: Bytes by which a file is being written, not only begun.
WRITING = 1 << 20

#: Longest time in which everything has to be gone [s]: on a quiet machine; a loaded one may take as much longer as it is loaded.
SOON = 2.0

#: How a stop reads, and the exit status.
STOPS = {"SIGINT": ("Ctrl-C", 130), "SIGTERM": ("SIGTERM", 143), "SIGHUP": ("SIGHUP", 129)}


@dataclass(frozen=True)
class Kill:
    """What is killed, when and how.

    Parameters
    ----------
    output : str
        Key of `OUTPUTS`.
    workers : int
    moment : str
        Key of `MOMENTS`.
    signal : str
    whom : str
        parent, worker or group, as a terminal or a batch system does it.
    """

    output: str
    workers: int
    moment: str
    signal: str
    whom: str

    def __str__(self) -> str:
        return f"{self.output}-{self.workers}-{self.moment}-{self.signal}-{self.whom}"


@dataclass
class Left:
    """What is left of a command that was killed.

    Parameters
    ----------
    status : int
        Exit status of the command; minus the signal's number where it died of it.
    lines : list of str
        On stderr.
    seconds : float
        Until its last process was gone.
    orphans : list of str
        Commands of processes that were not.
    unfinished, files : list of Path
        Without and with a final name.
    """

    status: int
    lines: list[str]
    seconds: float
    orphans: list[str]
    unfinished: list[Path]
    files: list[Path] = field(default_factory=list)


def live(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Processes of a command's session that have not ended."""
    process.poll()
    processes = []
    for pid in psutil.pids():
        try:
            if os.getsid(pid) == process.pid and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                processes.append(psutil.Process(pid))
        except (OSError, psutil.Error):
            continue
    return processes


def workers_of(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Its workers, without the process that multiprocessing has beside them."""
    try:
        children = psutil.Process(process.pid).children()
        return [child for child in children if "spawn_main" in " ".join(child.cmdline())]
    except psutil.Error:
        return []


def listens(process: subprocess.Popen[bytes]) -> bool:
    """Whether it has a handler of SIGTERM: it is within its own statements."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
    except OSError:
        return False
    caught = int(status.split("SigCgt:")[1].split()[0], 16) if "SigCgt:" in status else 0
    return bool(caught >> (signal.SIGTERM - 1) & 1)


def partial(folder: Path) -> list[Path]:
    return sorted(folder.rglob(".*.part"))


def written(folder: Path) -> int:
    """Bytes of files that have no name yet."""
    size = 0
    for path in partial(folder):
        with suppress(FileNotFoundError):  # (it has got its name in the meantime)
            size += path.stat().st_size
    return size


#: When a command is killed: what has to be, and the longest random time after that [s].
MOMENTS: dict[str, tuple[Callable[[subprocess.Popen[bytes], Path], bool], float]] = {
    "import": (lambda process, _: listens(process), 1.0),
    "workers": (lambda process, _: bool(workers_of(process)), 1.0),
    "generation": (lambda process, folder: bool(partial(folder)) and listens(process), 0.5),
    "writing": (lambda _, folder: written(folder) > WRITING, 0.5),
    "picture": (lambda _, folder: any((*folder.glob("out.*"), *folder.glob("out/*.json"))), 0.3),
}


def kill(case: Kill, folder: Path, seed: int = 1) -> Left:
    """Start a command in an empty folder, kill it, and see what is left."""
    (folder / "job.toml").write_text(JOB)
    words = ["-m", "darkpair", "run", "job.toml", "-o", OUTPUTS[case.output]]
    words += ["--workers", str(case.workers), "--seed", str(seed)]
    words += ["-n", "20000"] if case.moment == "picture" else []
    begun, longest = MOMENTS[case.moment]
    delay = random.Random(f"{case}, {seed}").uniform(0.0, longest)
    return stopped(
        words, folder, lambda process: begun(process, folder), lambda process: send(case, process), delay
    )


def stopped(
    words: list[str],
    folder: Path,
    begun: Callable[[subprocess.Popen[bytes]], bool],
    stop: Callable[[subprocess.Popen[bytes]], None],
    delay: float = 0.0,
) -> Left:
    """Start Python in a folder, stop it so long after it has begun, and see what is left."""
    with (folder / "stderr").open("wb") as stderr:
        process = start(words, folder, stderr)
        try:
            until = time.monotonic() + 90.0
            while not begun(process):
                if process.poll() is not None or time.monotonic() > until:
                    pytest.fail(f"it never began; status {process.poll()}: {(folder / 'stderr').read_text()}")
                time.sleep(0.005)
            time.sleep(delay)
            stop(process)
            return left(process, folder)
        finally:
            for rest in live(process):
                rest.kill()
            process.wait()


def start(words: list[str], folder: Path, stderr: BinaryIO) -> subprocess.Popen[bytes]:
    """A program of Python in a session of its own, which listens to Ctrl-C though the tests may run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=folder,
            env=ENVIRONMENT,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            start_new_session=True,
        )
    finally:
        signal.signal(signal.SIGINT, before)


def send(case: Kill, process: subprocess.Popen[bytes]) -> None:
    """Send the signal."""
    number = signal.Signals[case.signal]
    if case.whom == "group":
        os.killpg(process.pid, number)
    elif case.whom == "worker":
        until = time.monotonic() + 30.0
        while len(workers := workers_of(process)) < case.workers and time.monotonic() < until:
            time.sleep(0.005)
        random.Random(str(case)).choice(workers).send_signal(number)
    else:
        process.send_signal(number)


def left(process: subprocess.Popen[bytes], folder: Path) -> Left:
    """What is left of a command that was told to end now."""
    start, allowed = time.monotonic(), SOON * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    while (rest := live(process)) and time.monotonic() < start + allowed:
        time.sleep(0.01)
    seconds = time.monotonic() - start
    if all(each.pid != process.pid for each in rest):
        process.wait()
    orphans = [" ".join(each.cmdline()) for each in rest if each.is_running()]
    return Left(
        status=-999 if process.returncode is None else process.returncode,
        lines=(folder / "stderr").read_text().splitlines(),
        seconds=seconds,
        orphans=orphans,
        unfinished=partial(folder),
        files=sorted(path for path in folder.rglob("[!.]*.*") if path.is_file() and path.name != "job.toml"),
    )


def faults(case: Kill, remains: Left, folder: Path) -> list[str]:
    """What is wrong with what is left of a command."""
    wrong = [f"lives on: {command}" for command in remains.orphans]
    wrong += [f"half a file: {path.name}" for path in remains.files if not whole(path)]
    name, status = STOPS.get(case.signal, ("", -signal.Signals[case.signal]))
    start = f"darkpair: stopped by {name}; "
    if case.whom == "worker":
        status, start = 2, "darkpair: a worker ended before its work was done (exit code "
    if case.moment == "picture" and remains.status == 0:
        status, start = 0, ""  # (it was faster)
    if remains.status != status:
        wrong.append(f"status {remains.status}, not {status}")
    allowed: tuple[int, ...] = (0,) if case.signal == "SIGKILL" and case.whom != "worker" else (1,)
    if case.moment == "import" and case.signal != "SIGKILL":
        allowed = (0, 1)  # (without a word until the command line is there)
    if start and (
        len(remains.lines) not in allowed or not all(line.startswith(start) for line in remains.lines)
    ):
        wrong.append(f"stderr: {remains.lines}")
    if case.signal == "SIGKILL":
        clean_unfinished(folder)  # (as the next start does)
        clean_unfinished(folder / "out")
    wrong += [f"left behind: {path.name}" for path in partial(folder)]
    return wrong


def whole(path: Path) -> bool:
    """Whether a file with a final name is complete."""
    if path.suffix == ".png":
        return path.read_bytes().endswith(b"IEND\xaeB`\x82")
    try:
        return bool(json.loads(path.read_text()) if path.suffix == ".json" else read_provenance(path))
    except (DarkpairError, ValueError):
        return False


#: Every case: each moment of each output by each signal; a worker has no picture, and its import is "workers".
CASES = [
    Kill(output, workers, moment, number, whom)
    for number in ("SIGINT", "SIGTERM", "SIGKILL", "SIGHUP")
    for moment in MOMENTS
    for output in OUTPUTS
    for workers in (2, 1)
    for whom in ("parent", "worker", "group")
    if workers == 2 or (moment != "workers" and whom != "worker")
    if number != "SIGHUP" or whom == "group"
    if whom != "worker" or (moment not in {"import", "picture"} and number in {"SIGTERM", "SIGKILL"})
]


def main() -> None:
    """Kill so many times, and say what came of it."""
    count, seed = int(sys.argv[1]), int((*sys.argv, "1")[2])
    cases = random.Random(seed).sample(CASES, min(count, len(CASES)))
    slowest, bad = 0.0, 0
    for number, case in enumerate(cases, 1):
        folder = Path(tempfile.mkdtemp(prefix="kills-"))
        remains = kill(case, folder, seed)
        wrong = faults(case, remains, folder)
        slowest, bad = max(slowest, remains.seconds), bad + bool(wrong)
        print(
            f"{number:3} {case!s:40} {remains.seconds:5.2f} s  {remains.status:4}  {wrong or remains.lines}",
            flush=True,
        )
        shutil.rmtree(folder)
    print(f"{len(cases)} kills: {bad} with faults, the slowest gone after {slowest:.2f} s")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
