"""A process of the race: pinned to one core, with its CPU time, the clock's, and its peak memory."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Done:
    """What a process came to.

    Parameters
    ----------
    text : str
        Its standard output.
    cpu, clock : float [s]
        CPU time of it and of the processes that it waited for, and time by the clock.
    memory : float [MB]
        Peak of its resident memory, or of a process of its own.
    """

    text: str
    cpu: float
    clock: float
    memory: float


def run(words: Sequence[str], variables: Mapping[str, str], cores: set[int]) -> Done:
    """Run a command on some cores, in the root of the source tree, with the packages of its own environment alone.

    Raises
    ------
    RuntimeError
        If its status is not 0, with the last line that it wrote.
    """
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        start = time.perf_counter()
        process = subprocess.Popen(
            words,
            stdout=out,
            stderr=err,
            cwd=Path(__file__).parents[1],
            env=own | dict(variables),
            preexec_fn=lambda: os.sched_setaffinity(0, cores),  # noqa: PLW1509 (one thread)
        )
        _, status, usage = os.wait4(process.pid, 0)
        clock = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0), err.seek(0)
        text, errors = out.read(), err.read()
    if process.returncode:
        last = (errors.strip() or text.strip() or "it said nothing").splitlines()[-1]
        raise RuntimeError(f"{' '.join(words)}: status {process.returncode}: {last}")
    cpu = usage.ru_utime + usage.ru_stime
    return Done(text=text, cpu=cpu, clock=clock, memory=usage.ru_maxrss / 1024.0)
