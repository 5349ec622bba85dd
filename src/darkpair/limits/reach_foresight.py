"""What the samples of a map would take, said before they are made: one of many is made first, counted and timed."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from darkpair.gen.errors import EarlyWarning
from darkpair.report.amounts import time_text
from darkpair.scan.points import _ASKED, _Asked, _LackingError

__all__ = ["foresee", "lacking"]

#: Pairs of masses of which one is made first.
_MANY: Final = 3

#: Seconds of all samples from which on somebody is told.
_LONG: Final = 60.0


def lacking(make: Callable[[], object]) -> int:
    """How many samples something would make, of which none is made; those that are kept do not count.

    Parameters
    ----------
    make : callable
        What asks `darkpair.scan.scan` for samples, all at once.
    """
    asked = _Asked()
    token = _ASKED.set(asked)
    try:
        make()
    except _LackingError:
        return len(asked.missing)
    finally:
        _ASKED.reset(token)
    return 0


def foresee(make: Callable[[Sequence[int], int], object], missing: Sequence[int], workers: int) -> None:
    """Make the samples of one of many pairs of masses, and say what all of them take where that is long.

    Parameters
    ----------
    make : callable
        Numbers of pairs of masses, and of processes -> what makes their samples, which are kept.
    missing : sequence of int
        Numbers of the pairs of which something may be missing.
    workers : int
        Processes.

    Warns
    -----
    EarlyWarning
        Where all others would take longer than a minute: about how many samples there are, and how long that is.
    """
    if len(missing) < _MANY:
        return
    number, others = missing[len(missing) // 2], len(missing) - 1
    samples = lacking(partial(make, [number], 1))
    if not samples:
        return
    start = time.monotonic()
    make([number], workers)
    whole = (time.monotonic() - start) * others
    if whole > _LONG:
        warnings.warn(
            f"about {samples * others} samples have to be made, at {others} more masses: about {time_text(whole)} with {workers} processes; "
            "each is kept, and the same command goes on where it was stopped; fewer --masses or --quick take less",
            EarlyWarning,
            stacklevel=2,
        )
