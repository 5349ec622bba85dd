"""Lines of a map worked out by several processes, once there is enough to do: each says what one process alone would say."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, as_completed
from contextlib import ExitStack, contextmanager
from typing import Any, Final, Generic, TypeVar

from darkpair.gen.bars import bar
from darkpair.workers import worker_pool

__all__ = ["Crew", "working"]

_R = TypeVar("_R")

#: Lines of a map, `darkpair.limits.reach_regions.Lines`, or others.
_L = TypeVar("_L")

#: Seconds of work that is left from which on other processes are worth their start.
_LONG: Final = 20.0

#: Parts that each process has of what is asked at once.
_PARTS: Final = 2


class Crew(Generic[_L]):
    """Who works out lines of a map: this process, and several others from where on much is left to do.

    Parameters
    ----------
    lines : Lines
        The map's.
    workers : int
        Processes.
    stack : contextlib.ExitStack, optional
        Ends the processes; without one there are none.
    """

    def __init__(self, lines: _L, workers: int = 1, stack: ExitStack | None = None) -> None:
        self.lines, self._workers, self._stack = lines, workers, stack
        self._executor: Executor | None = None

    def every(
        self, work: Callable[..., _R], asks: Sequence[tuple[Any, ...]], description: str = "regions"
    ) -> list[_R]:
        """What a function says of the lines and each of some arguments, in their order.

        Parameters
        ----------
        work : callable
            Of a module; lines and arguments -> something that can be pickled.
        asks : sequence of tuple
            Its other arguments.
        description : str
            What a bar counts.
        """
        made: dict[int, _R] = {}
        with bar(description, len(asks)) as shown:
            start = time.monotonic()
            for i, ask in enumerate(asks):
                if self._executor is not None or (
                    i and self._is_much(time.monotonic() - start, i, len(asks))
                ):
                    break
                made[i] = work(self.lines, *ask)
                if shown is not None:
                    shown(len(made))
            for part in self._shared(work, asks, len(made)):
                made |= part
                if shown is not None:
                    shown(len(made))
        return [made[i] for i in range(len(asks))]

    def _is_much(self, seconds: float, done: int, total: int) -> bool:
        """Whether the rest is worth other processes, which are started if so."""
        if self._workers < 2 or self._stack is None or seconds / done * (total - done) < _LONG:
            return False
        try:
            pickle.dumps(self.lines)
        except (
            pickle.PicklingError,
            AttributeError,
            TypeError,
            ValueError,
        ):  # (a stranger's search: this process goes on alone)
            self._workers = 1
            return False
        self._executor = self._stack.enter_context(worker_pool(self._workers))
        return self._executor is not None

    def _shared(
        self, work: Callable[..., _R], asks: Sequence[tuple[Any, ...]], first: int
    ) -> Iterator[dict[int, _R]]:
        """What other processes say, part by part as they come."""
        rest = list(enumerate(asks))[first:]
        if not rest:
            return
        assert self._executor is not None
        step = min(_PARTS * self._workers, len(rest))
        parts = [rest[k::step] for k in range(step)]
        for future in as_completed([self._executor.submit(_said, work, self.lines, part) for part in parts]):
            yield future.result()


def _said(
    work: Callable[..., _R], lines: object, asks: Sequence[tuple[int, tuple[Any, ...]]]
) -> dict[int, _R]:
    """What a process says of its part."""
    return {i: work(lines, *ask) for i, ask in asks}


@contextmanager
def working(lines: _L, workers: int) -> Iterator[Crew[_L]]:
    """Crew of the lines of a map; its processes end with the block.

    Parameters
    ----------
    lines : Lines
        The map's.
    workers : int
        Processes that may work at once.
    """
    with ExitStack() as stack:
        yield Crew(lines, workers, stack)
