"""Processes that share the work of a run, a scan or a study, and what is said when they cannot."""

from __future__ import annotations

import logging
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future, InvalidStateError, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from multiprocessing import current_process, parent_process, resource_tracker
from multiprocessing.connection import wait
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from typing import Any, Final

from darkpair.gen.data_files import Changes, changes_in_force, put_in_force
from darkpair.gen.errors import InputError
from darkpair.gen.stops import before_leaving, give_up, remove_unfinished, undisturbed

__all__ = ["leave_if_imported", "on_executor", "require_sendable", "worker_pool"]

_LOG: Final = logging.getLogger(__name__)

#: The executor in force, which is somebody else's, and how many workers it has if that was said.
_THEIRS: ContextVar[tuple[Executor, int | None] | None] = ContextVar("executor in force", default=None)

#: Exit code of a worker whose script would start workers again; sysexits.h calls it wrong usage.
_AGAIN: Final = 64

#: Exit codes of a worker that was told to end, perhaps with everybody else.
_ENDED: Final = {-signal.SIGTERM, -getattr(signal, "SIGHUP", signal.SIGTERM)}

#: That of a worker that is killed, by this process or by somebody else.
_KILLED: Final = -getattr(signal, "SIGKILL", signal.SIGTERM)

#: How long this process waits to be told to end too, and for killed workers to be gone [s].
_ALSO, _GONE = 0.3, 0.5

#: How often it looks for workers that are lost, how long it waits to hear of one, and how often they look for it [s].
_WATCH, _HEARD, _LOOK = 0.2, 0.6, 1.0


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
    from darkpair.gen.executors import executor_of  # (of numpy: a worker that begins is watched before it)

    token = _THEIRS.set((executor_of(executor), workers))
    try:
        yield
    finally:
        _THEIRS.reset(token)


@contextmanager
def worker_pool(workers: int) -> Iterator[Executor | None]:
    """Executor of that many processes; None for 1, which works in this process; that of `on_executor` inside it.

    Ctrl-C is this process's alone. Whatever ends the with-block, workers do not outlive it: after an error they finish what is
    under way, which a cache may keep; at a stop they are killed, and they end by themselves if this process is killed.

    Raises
    ------
    InputError
        If the workers cannot import the script that wants them or be sent what they shall do, which is said before one starts; or
        if one of them ends before its work is done.
    """
    if (theirs := _THEIRS.get()) is not None:
        from darkpair.gen.executors import SOME_WORKERS, TheirExecutor

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
    _LOG.info("starts %d processes", workers)
    context = _Context()
    with before_leaving(context.kill):
        executor = _Pool(workers, mp_context=context, initializer=_begin, initargs=(changes_in_force(),))
        threading.Thread(target=context.watch, args=(executor,), daemon=True, name="workers").start()
        try:
            yield executor
            context.over.set()
            executor.shutdown()
        except BrokenProcessPool:
            context.over.set()
            with suppress(OSError):
                executor.shutdown()
            raise context.broken() from None
        except Exception as error:
            context.over.set()
            with suppress(OSError):
                executor.shutdown(cancel_futures=True)
            if isinstance(error, OSError) and context.lost.is_set():  # its pipe was closed under this thread
                raise context.broken() from None
            raise
        finally:
            context.over.set()
            executor.shutdown(wait=False, cancel_futures=True)


class _Future(Future[Any]):
    """A future that may be cancelled while an executor tells it that a worker is lost: before Python 3.13 that died of it."""

    def set_exception(self, exception: BaseException | None) -> None:
        """As a future's, once only."""
        with suppress(InvalidStateError):
            super().set_exception(exception)


class _Pool(ProcessPoolExecutor):
    """An executor of such futures, which refuses what cannot be pickled before a process starts."""

    _tried = False

    def submit(self, *args: Any, **settings: Any) -> Future[Any]:
        """As an executor's."""
        if not self._tried:  # (what follows is of the same kind)
            _require_pickled((args, settings), getattr(args[0], "__qualname__", type(args[0]).__name__))
            self._tried = True
        future = super().submit(*args, **settings)
        future.__class__ = _Future
        return future


def require_sendable(thing: object, workers: int) -> None:
    """Refuse what processes cannot be sent, where `worker_pool` would start some: before anything is written.

    Raises
    ------
    InputError
        For what cannot be pickled.
    """
    if workers > 1 and _THEIRS.get() is None:
        _require_pickled(thing, f"this {type(thing).__name__}")


def _require_pickled(thing: object, name: str) -> None:
    try:
        pickle.dumps(thing)
    except Exception as error:
        from darkpair.gen.executors import unsent  # (of numpy)

        raise InputError(f"{unsent(name, error)}; or use workers = 1") from error


def _begin(changes: Changes) -> None:
    """What every worker does first."""
    threading.Thread(target=_end_with_parent, daemon=True, name="parent").start()
    from darkpair.gen.memory import keep_freed_memory  # (of numpy, which takes its time)

    keep_freed_memory()
    put_in_force(changes)


def _end_with_parent() -> None:
    """End this process when the one that started it is gone, however it went and whatever is under way here."""
    parent = parent_process()
    assert parent is not None
    while os.getppid() == parent.pid and not wait([parent.sentinel], _LOOK):
        pass
    remove_unfinished()
    os._exit(1)


class _Worker(SpawnProcess):
    """A process that never sees Ctrl-C."""

    def start(self) -> None:
        """Start it with the signal blocked: a process inherits that before its first line."""
        with undisturbed(), _blocked("SIGINT"):
            super().start()

    def terminate(self) -> None:
        """Kill it, for there is nothing that it would do first; an executor does so with all when it has lost one."""
        self.kill()


class _Context(SpawnContext):
    """Where an executor's processes come from.

    Attributes
    ----------
    started : list of _Worker
        All of them, for their exit codes.
    over : threading.Event
        Set when workers may end.
    lost : threading.Event
        Set when one has ended before.
    """

    def __init__(self) -> None:
        super().__init__()
        self.started: list[_Worker] = []
        self.over, self.lost = threading.Event(), threading.Event()
        _start_tracker()

    def Process(self, *args: Any, **settings: Any) -> _Worker:  # type: ignore[override]
        """A new process; the name is multiprocessing's."""
        if self.lost.is_set():
            raise BrokenProcessPool
        self.started.append(_Worker(*args, **settings))
        return self.started[-1]

    def kill(self) -> None:
        """End them all, now; they are gone when this returns, or so slow that somebody else will see them go."""
        born = [process for process in self.started if process.pid is not None]
        for process in born:
            process.kill()
        until = time.monotonic() + _GONE
        for process in born:
            process.join(max(0.0, until - time.monotonic()))  # (its sentinel falls before its locks do)

    def watch(self, executor: ProcessPoolExecutor) -> None:
        """End what a lost worker leaves unusable, while the executor cannot: it waits for the rest of a result half sent.

        The command line ends too, if its main thread does not hear of it soon: it may have results to write for long.
        """
        while not any(process.pid and wait([process.sentinel], 0.0) for process in self.started):
            if self.over.wait(_WATCH):
                return
        if self.over.is_set():
            return
        self.lost.set()
        self.kill()
        with suppress(Exception):
            executor._result_queue._writer.close()  # type: ignore[attr-defined]  # the last one
        if not self.over.wait(_HEARD):
            give_up(lambda: str(self.broken()))

    def broken(self) -> InputError:
        """Why an executor has lost a worker."""
        codes = {process.exitcode for process in self.started} - {None, 0}
        codes = codes - {_KILLED} or codes  # (the executor kills the others)
        if codes and codes <= _ENDED:
            time.sleep(_ALSO)
        if _AGAIN in codes:
            return InputError(
                f"the workers import {Path(sys.argv[0]).name}, which would start workers again; "
                'put what it does under  if __name__ == "__main__":  or use workers = 1'
            )
        ended = ", ".join(str(code) for code in codes) or "0"
        return InputError(
            f"a worker ended before its work was done (exit code {ended}): it was killed, perhaps for memory, or does not "
            "know a function that an interactive session defines; use fewer workers, or functions of a module"
        )


@contextmanager
def _blocked(name: str) -> Iterator[None]:
    """Block a signal, for what is started inherits that before its first line."""
    number = getattr(signal, name, None)
    if number is None or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_tracker() -> None:
    """Start the process of multiprocessing that removes what killed processes leave of it, and let it do so in silence.

    It outlives a terminal that is closed, as it does Ctrl-C and SIGTERM.
    """
    if os.name == "posix":
        sys.warnoptions.append("ignore:resource_tracker")
        try:
            with undisturbed(), _blocked("SIGHUP"):
                resource_tracker.ensure_running()
        finally:
            sys.warnoptions.pop()


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
