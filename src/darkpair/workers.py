"""Processes that share the work of a run, a scan or a study, and what is said when they cannot."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from contextvars import ContextVar
from multiprocessing import current_process
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from typing import Any, Final

from darkpair.gen.data_files import Changes, changes_in_force, put_in_force
from darkpair.gen.errors import InputError
from darkpair.gen.executors import SOME_WORKERS, TheirExecutor, executor_of
from darkpair.gen.memory import keep_freed_memory

__all__ = ["leave_if_imported", "on_executor", "worker_pool"]

#: The executor in force, which is somebody else's, and how many workers it has if that was said.
_THEIRS: ContextVar[tuple[Executor, int | None] | None] = ContextVar("executor in force", default=None)

#: Exit code of a worker whose script would start workers again; sysexits.h calls it wrong usage.
_AGAIN: Final = 64


def leave_if_imported() -> None:
    """End this process, without a word, if it is a worker that still imports the script it was started by.

    A script that generates when it is imported would do so in every worker, again and again; the process that
    started the workers says so (`worker_pool`).
    """
    if getattr(current_process(), "_inheriting", False):
        sys.exit(_AGAIN)


@contextmanager
def on_executor(executor: Any, workers: int | None = None) -> Iterator[None]:
    """Have an executor of somebody else's do what is shared among workers inside: runs, scans, limits, studies.

    Its workers have to have the versions of this process and its lines of this package, which each is asked; the changes of
    data files in force here hold there. It stays open. Events and results are those of one process.

    Parameters
    ----------
    executor : concurrent.futures.Executor
        Threads, processes, or a cluster's; or a client of dask. None changes nothing.
    workers : int, optional
        How many work at once, instead of what the executor says of itself. Twice as many chunks of a run are under way.

    Raises
    ------
    InputError
        For what is no executor, and workers that are fewer than 1; inside, for a worker that ends, that lacks this package
        or has another one.
    """
    if workers is not None and workers < 1:
        raise InputError(f"workers = {workers}; allowed: 1 or more")
    if executor is None:
        yield
        return
    token = _THEIRS.set((executor_of(executor), workers))
    try:
        yield
    finally:
        _THEIRS.reset(token)


@contextmanager
def worker_pool(workers: int) -> Iterator[Executor | None]:
    """Executor of that many processes; None for 1, which works in this process; that of `on_executor` inside it.

    Ctrl-C is this process's alone: workers finish what is under way and end.

    Raises
    ------
    InputError
        If the workers cannot import the script that wants them, or if one of them ends before its work is done.
    """
    if (theirs := _THEIRS.get()) is not None:
        shared = TheirExecutor(*theirs, SOME_WORKERS if workers == 1 else workers)
        try:
            yield shared
        finally:
            shared.shutdown()
        return
    if workers == 1:
        yield None
        return
    _check_script()
    context = _Context()
    try:
        with ProcessPoolExecutor(
            workers, mp_context=context, initializer=_begin, initargs=(changes_in_force(),)
        ) as executor:
            yield executor
    except BrokenProcessPool:
        codes = {process.exitcode for process in context.started}
        if _AGAIN in codes:
            raise InputError(
                f"the workers import {Path(sys.argv[0]).name}, which would start workers again; "
                'put what it does under  if __name__ == "__main__":  or use workers = 1'
            ) from None
        # the executor itself terminates the others
        ended = ", ".join(str(c) for c in codes - {None, 0, -signal.SIGTERM}) or -signal.SIGTERM
        raise InputError(
            f"a worker ended before its work was done (exit code {ended}): it was killed, perhaps for memory, or does not "
            "know a function that an interactive session defines; use fewer workers, or functions of a module"
        ) from None


def _begin(changes: Changes) -> None:
    """What every worker does first."""
    keep_freed_memory()
    put_in_force(changes)


class _Worker(SpawnProcess):
    """A process that never sees Ctrl-C."""

    def start(self) -> None:
        """Start it with the signal blocked: a process inherits that before its first line."""
        if not hasattr(signal, "pthread_sigmask"):
            return super().start()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return super().start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Context(SpawnContext):
    """Where an executor's processes come from; remembers them for their exit codes."""

    def __init__(self) -> None:
        super().__init__()
        self.started: list[_Worker] = []

    def Process(self, *args: Any, **settings: Any) -> _Worker:  # type: ignore[override]
        """A new process; the name is multiprocessing's."""
        self.started.append(_Worker(*args, **settings))
        return self.started[-1]


def _check_script() -> None:
    """Refuse a script that is no file: workers import it by its path."""
    main = sys.modules["__main__"]
    path = getattr(main, "__file__", None)
    if path is None or getattr(main, "__spec__", None) is not None:
        return
    if not Path(os.path.join(_START, path)).exists():  # noqa: PTH118 (an absolute path replaces the folder)
        raise InputError(f"workers cannot import a script from {path}; save it as a file, or use workers = 1")


#: Folder in which this program began: where relative paths of scripts start.
_START: Final = os.getcwd()  # noqa: PTH109
