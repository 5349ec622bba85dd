"""Whether formulas are compiled: by how many events a process has to make, or as somebody says.

Loading what was compiled before takes some 60 ms, compiling some seconds, once on a machine; results are the same to the bit.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Literal, TypeAlias

from darkpair.gen.errors import InputError

__all__ = ["COMPILE_FROM", "LOAD_FROM", "OF_A_FILE", "Mode", "count", "may_compile", "off", "wanted"]

#: Off: NumPy alone. Load: loops that were compiled before. Compile: those that are missing too.
Mode: TypeAlias = Literal["off", "load", "compile"]

#: Events from which loading, and compiling, take less time than they save (measured: benchmarks/README.md).
LOAD_FROM: Final = 500_000
COMPILE_FROM: Final = 3_000_000

#: How many events that are drawn take as long as one whose list a file holds (measured: 40 particles, benchmarks/event_file.py).
OF_A_FILE: Final = 10

#: Says it for a whole process: 1 compiles, 0 does not.
_VARIABLE: Final = "DARKPAIR_COMPILED"

_MODE: ContextVar[Mode | None] = ContextVar("whether formulas are compiled", default=None)

#: What somebody says, for all that is inside and says nothing.
_SAID: ContextVar[bool | None] = ContextVar("whether somebody wants formulas compiled", default=None)

#: Events of this process so far: many small samples are as one large one.
_events: list[int] = [0]


def off() -> bool:
    """Whether NumPy does all."""
    return (_MODE.get() or _of_events(_events[0])) == "off"


def may_compile() -> bool:
    """Whether a loop that was never compiled on this machine is."""
    return (_MODE.get() or _of_events(_events[0])) == "compile"


def _of_events(events: int) -> Mode:
    """What so many events are worth, or what the environment says."""
    text = os.environ.get(_VARIABLE, "")
    if text not in ("", "0", "1"):
        raise InputError(
            f"{_VARIABLE} = {text!r}; allowed: 1 (compile formulas), 0 (do not), or leave it unset"
        )
    if text:
        return "compile" if text == "1" else "off"
    return "compile" if events >= COMPILE_FROM else "load" if events >= LOAD_FROM else "off"


@contextmanager
def wanted(compiled: bool | None, events: int = 0) -> Iterator[None]:
    """Have formulas compiled inside, or not.

    Parameters
    ----------
    compiled : bool or None
        What somebody says; None leaves it to who said it outside, or to the environment variable DARKPAIR_COMPILED (1 or 0),
        or else to the number of events: those to come inside, and those that this process has made.
    events : int
        Events of the sample that is made inside.

    Raises
    ------
    InputError
        For another value of that variable.
    """
    compiled = _SAID.get() if compiled is None else compiled
    by_events = _of_events(max(events, _events[0])) if compiled is None else None
    said, token = _SAID.set(compiled), _MODE.set(by_events or ("compile" if compiled else "off"))
    try:
        yield
    finally:
        _MODE.reset(token)
        _SAID.reset(said)


def count(events: int) -> None:
    """Say that this process makes so many events."""
    _events[0] += events
