"""Inputs handled one after the other in a child process with limits: who dies, hangs or makes noise is named by its input."""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import resource
import select
import signal
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from darkpair.gen.errors import DarkpairError, DarkpairWarning

__all__ = ["Outcome", "fenced"]

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of an input.

    Parameters
    ----------
    kind : str
        "accepted", "refused" (one of our errors), or a fault: "traceback", "died", "slow", "memory", "noise", "lines" (an
        error of several lines).
    value : Any
        What was returned, the error's text, or what happened.
    """

    kind: Literal["accepted", "refused", "traceback", "died", "slow", "memory", "noise", "lines"]
    value: Any

    @property
    def fault(self) -> bool:
        """Whether it should not have been."""
        return self.kind not in {"accepted", "refused"}


def fenced(
    task: Callable[[T], Any], inputs: Sequence[T], *, seconds: float = 20.0, memory: int = 1536 << 20
) -> list[Outcome]:
    """What became of each input.

    Parameters
    ----------
    task : callable
        Takes an input; what it returns has to be JSON.
    inputs : sequence
        The inputs, handled in order by one child, and by another behind one that killed it.
    seconds : float
        Longest time for an input [s].
    memory : int
        Most bytes that a child may map beyond what it had at its beginning.
    """
    outcomes: list[Outcome] = []
    while len(outcomes) < len(inputs):
        outcomes += _batch(task, inputs[len(outcomes) :], seconds, memory)
    return outcomes


def _batch(task: Callable[[T], Any], inputs: Sequence[T], seconds: float, memory: int) -> list[Outcome]:
    """Outcomes up to the first input that ends the child."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os.close(reading)
            _child(task, inputs, writing, memory)
        os._exit(0)
    os.close(writing)
    outcomes: list[Outcome] = []
    kept, slow = b"", False
    while len(outcomes) < len(inputs):
        if not select.select([reading], [], [], seconds)[0]:
            os.kill(child, signal.SIGKILL)
            slow = True
            break
        piece = os.read(reading, 1 << 16)
        if not piece:
            break
        *lines, kept = (kept + piece).split(b"\n")
        outcomes += [Outcome(**json.loads(line)) for line in lines]
    os.close(reading)
    _, status = os.waitpid(child, 0)
    if len(outcomes) < len(inputs):
        late = Outcome(kind="slow", value=f"more than {seconds} s")
        died = Outcome(
            kind="died", value=f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "ended"
        )
        outcomes.append(late if slow else died)
    return outcomes


def _child(task: Callable[[T], Any], inputs: Sequence[T], writing: int, memory: int) -> None:
    faulthandler.disable()  # pytest's would write to a file of its own
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").is_file() else 0
    if pages:
        limit = pages * resource.getpagesize() + memory
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    noise = tempfile.TemporaryFile()  # noqa: SIM115 (it lives as long as the child)
    for stream in (1, 2):
        os.dup2(noise.fileno(), stream)
    sys.stdout = sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    warnings.simplefilter("always")
    warnings.simplefilter("ignore", DarkpairWarning)
    for item in inputs:
        outcome = _outcome(task, item)
        at = os.lseek(noise.fileno(), 0, os.SEEK_CUR)
        if at and not outcome.fault:
            text = os.pread(noise.fileno(), 300, 0).decode(errors="replace")
            outcome = Outcome(kind="noise", value=text)
        os.ftruncate(noise.fileno(), 0)
        os.lseek(noise.fileno(), 0, os.SEEK_SET)
        line = json.dumps({"kind": outcome.kind, "value": outcome.value}).encode() + b"\n"
        while line:
            line = line[os.write(writing, line) :]


def _outcome(task: Callable[[T], Any], item: T) -> Outcome:
    try:
        return Outcome(kind="accepted", value=task(item))
    except DarkpairError as error:
        text = str(error)
        return Outcome(kind="refused" if text and len(text.splitlines()) == 1 else "lines", value=text[:2000])
    except MemoryError:
        return Outcome(kind="memory", value=_last_place())
    except BaseException as error:  # noqa: BLE001 (whatever it is, it is a fault to be told)
        return Outcome(kind="traceback", value=f"{type(error).__name__}: {str(error)[:200]} {_last_place()}")


def _last_place() -> str:
    """Last line of our own in the traceback, and the last one at all."""
    frames = traceback.extract_tb(sys.exc_info()[2])
    own = [f for f in frames if "/darkpair/" in f.filename or "/gen/" in f.filename] or frames
    return f"[{Path(own[-1].filename).name}:{own[-1].lineno} {own[-1].name}; {Path(frames[-1].filename).name}:{frames[-1].lineno}]"
