"""Work that an executor of somebody else's does: threads, processes, a cluster's workers.

What is submitted says what its worker has to be like and which data files are changed, and what goes wrong comes home as a
value: so an exception of the executor's future is the executor's own, a worker that died or one that lacks this package. It
travels as bytes that a function of Python's own library reads, since a worker of dask that cannot read a task goes away without
a word and its client waits for ever.
"""

from __future__ import annotations

import pickle
import sys
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, ParamSpec, TypeVar

from darkpair.gen.data_files import Changes, changes_in_force, under
from darkpair.gen.errors import DarkpairWarning, InputError, shown
from darkpair.gen.likeness import Likeness, likeness
from darkpair.gen.memory import keep_freed_memory

__all__ = ["SOME_WORKERS", "TheirExecutor", "executor_of", "unsent"]

_P = ParamSpec("_P")
_R = TypeVar("_R")

#: Workers of an executor that does not say how many it has.  Twice as many chunks are under way; those that are back before
#: an earlier one wait in this process, and 16 of the largest (262144 events kept whole, 128 MB each) are 2 GB.
SOME_WORKERS: Final = 8

#: Attributes by which executors say how many workers they have: executorlib, the standard library and loky, MPI.
_NUMBERS: Final = ("max_workers", "_max_workers", "num_workers")


def executor_of(thing: Any) -> Executor:
    """An executor as it is, and that of a client of dask.

    Raises
    ------
    InputError
        For anything else.
    """
    if not isinstance(thing, Executor) and callable(getattr(thing, "get_executor", None)):
        thing = thing.get_executor()
    if not isinstance(thing, Executor):
        raise InputError(
            f"executor = {shown(thing)}; allowed: a concurrent.futures.Executor, as of dask (Client.get_executor()), Parsl "
            "(ParslPoolExecutor), executorlib, mpi4py.futures or the standard library"
        )
    return thing


class TheirExecutor(Executor):
    """An executor of somebody else's, as this package works with it; it stays open.

    Parameters
    ----------
    executor : concurrent.futures.Executor
        Where the work is done.
    workers : int, optional
        How many work there at once, instead of what it says itself.
    otherwise : int
        The same, where neither says it.
    """

    def __init__(self, executor: Executor, workers: int | None = None, otherwise: int = SOME_WORKERS) -> None:
        self._executor, self._workers, self._otherwise = executor, workers, otherwise
        self._under_way: set[Future[Any]] = set()
        self._said = False

    @property
    def workers(self) -> int:
        """How many work at once, now: a cluster grows and shrinks."""
        return self._workers or _number_of(self._executor, self._otherwise)

    @property
    def name(self) -> str:
        """Of the executor, for messages."""
        return type(self._executor).__name__

    def submit(self, function: Callable[_P, _R], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_R]:
        """Have a function called there."""
        order = _Order(
            function=function, args=args, settings=kwargs, changes=changes_in_force(), home=likeness()
        )
        written = _written(order)
        try:
            future = self._executor.submit(pickle.loads, written)
        except BrokenExecutor as error:
            raise _not_done(self.name, error) from error
        except Exception as error:
            raise InputError(f"{self.name} takes no work ({error}); give one that is open") from error
        promise = _Promise(future, self)
        self._under_way.add(promise)
        promise.add_done_callback(self._under_way.discard)
        return promise

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take back what has not begun; what is under way nobody waits for."""
        for promise in list(self._under_way):
            promise.cancel()

    def say_unlike(self, line: str) -> None:
        """Warn of a worker whose arithmetic rounds otherwise, once."""
        if not self._said:
            self._said = True
            warnings.warn(line, DarkpairWarning, stacklevel=3)


@dataclass(frozen=True, kw_only=True)
class _Order:
    """A call, the changes of data files under which it is made, and what its worker has to be like; it is made when it is read."""

    function: Callable[..., Any]
    args: Sequence[Any]
    settings: Mapping[str, Any]
    changes: Changes
    home: Likeness

    def __reduce__(self) -> tuple[Any, ...]:
        return _carry_out, (self.function, self.args, self.settings, self.changes, self.home)


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    """What came of a call: a value, or an exception with its traceback as text; and a line where a worker rounds otherwise."""

    value: Any = None
    error: BaseException | None = None
    trace: str = ""
    unlike: str = ""


class _AtWorker(Exception):
    """What a worker saw of an exception, as text: concurrent.futures has it as a cause, too."""

    def __init__(self, trace: str) -> None:
        super().__init__(trace)
        self.tb = trace

    def __str__(self) -> str:
        return f"\n{self.tb}"


def _written(order: _Order) -> bytes:
    """An order as bytes; functions of a script or a notebook with their lines, where the executor's own package can do that.

    Raises
    ------
    InputError
        For what cannot be pickled.
    """
    dumps = getattr(sys.modules.get("cloudpickle"), "dumps", pickle.dumps)
    try:
        written: bytes = dumps(order)
    except Exception as error:
        raise unsent(shown(order.function), error) from error
    return written


def unsent(what: str, error: Exception) -> InputError:
    """Why something does not travel to workers."""
    return InputError(
        f"{what} cannot be sent to workers ({error}); allowed: functions of a module, with parameters that "
        "can be pickled: no lambda, and no function that is made inside another one"
    )


def _carry_out(
    function: Callable[..., Any],
    args: Sequence[Any],
    settings: Mapping[str, Any],
    changes: Changes,
    home: Likeness,
) -> _Outcome:
    """In the worker: the call, if the worker is like the process that wants it."""
    try:
        unlike = home.unlike()
        keep_freed_memory()
        with under(changes):
            return _Outcome(value=function(*args, **settings), unlike=unlike)
    except (Exception, SystemExit) as error:  # noqa: BLE001 (a stranger's plug-in may fail in any way)
        return _Outcome(error=_portable(error), trace=traceback.format_exc())


def _portable(error: BaseException) -> BaseException:
    """An exception as it is if it survives the way home, else its name and text."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 (whatever its own class does)
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


class _Promise(Future[Any]):
    """Future of a call, whatever the executor's own kind is."""

    def __init__(self, future: Future[_Outcome], owner: TheirExecutor) -> None:
        super().__init__()
        self._future, self._owner, self._unlike = future, owner, ""
        future.add_done_callback(self._settle)

    def cancel(self) -> bool:
        """Give it up; the executor is told, and may go on with it."""
        given_up = super().cancel()
        with suppress(Exception):  # (Parsl cannot)
            self._future.cancel()
        return given_up

    def result(self, timeout: float | None = None) -> Any:
        """What the call gave."""
        value = super().result(timeout)
        if self._unlike:
            self._owner.say_unlike(self._unlike)
        return value

    def _settle(self, future: Future[_Outcome]) -> None:
        """Take over what the executor's future has come to."""
        if not self.set_running_or_notify_cancel():
            return
        try:
            outcome = future.result()
        except BaseException as error:  # noqa: BLE001 (a cancelled future's is no Exception everywhere)
            self.set_exception(_not_done(self._owner.name, error))
            return
        self._unlike = outcome.unlike
        if outcome.error is None:
            self.set_result(outcome.value)
            return
        if outcome.error.__traceback__ is None:
            outcome.error.__cause__ = _AtWorker(outcome.trace)
        self.set_exception(outcome.error)


def _number_of(executor: Executor, otherwise: int) -> int:
    """How many workers an executor says that it has; as many as it may get where it grows."""
    for name in _NUMBERS:
        number = getattr(executor, name, None)
        if isinstance(number, int) and number > 0:
            return number
    # dask: a cluster that adapts itself begins with none, and looks at what waits
    client: Any = getattr(executor, "_client", None)
    if hasattr(client, "nthreads"):
        return max(otherwise, int(sum(client.nthreads().values())))
    return otherwise


def _not_done(name: str, error: BaseException) -> InputError:
    """The line about what an executor itself could not do."""
    chain: list[BaseException] = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None and cause not in chain:
        chain.append(cause)
    if any("No module named 'darkpair" in str(each) for each in chain):
        return InputError(
            f"a worker of {name} cannot import darkpair; start the workers in an environment that has darkpair "
            f"{likeness().versions['darkpair']}"
        )
    if isinstance(error, ImportError | AttributeError):
        return InputError(
            f"a worker of {name} does not know what it was sent ({error}); allowed: functions of modules that it can import"
        )
    if isinstance(error, CancelledError):
        return InputError(
            f"{name} gave up what it was asked for: it was closed or cancelled; nothing else went wrong"
        )
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    what = ": ".join(filter(None, [type(error).__name__, first[:160].rstrip(".")]))
    return InputError(
        f"{name} did not do its work ({what}): a worker ended, perhaps killed for memory; see the workers' own log, use fewer "
        "workers on a machine, or a smaller run.chunk"
    )
