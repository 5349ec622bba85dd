"""Bars of progress, on a terminal and in a notebook, and the console that they share with what is logged.

rich is imported when somebody sees something, and not before.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["bar", "bar_in_notebook", "in_notebook", "on_console"]

#: Is called with how much is done.
Progress = Callable[[int], None]

#: Consoles in use, the last one counts: two would write over each other.
_CONSOLES: Final[list[Console]] = []

#: Descriptions of bars that are shown: one at a time.
_SHOWN: Final[list[str]] = []


@contextmanager
def on_console() -> Iterator[Console]:
    """Console of the errors' output, the same for all that is shown inside."""
    from rich.console import Console

    _CONSOLES.append(_CONSOLES[-1] if _CONSOLES else Console(stderr=True))
    try:
        yield _CONSOLES[-1]
    finally:
        _CONSOLES.pop()


def in_notebook() -> bool:
    """Whether this is a cell of a notebook that can show a bar: with ipywidgets, in which rich draws."""
    if "IPython" not in sys.modules or find_spec("ipywidgets") is None:
        return False
    from rich.console import Console

    return Console().is_jupyter


@contextmanager
def bar(description: str, total: int | None, *, done: int = 0) -> Iterator[Progress | None]:
    """Bar that goes when it is over; None where nobody would see it, and inside another one.

    Parameters
    ----------
    description : str
        What is counted.
    total : int or None
        How many they are; None where nobody knows yet.
    done : int
        How many are done at the beginning.

    Yields
    ------
    callable or None
        Is called with how many are done.
    """
    if _SHOWN or not (sys.stderr.isatty() or in_notebook()):
        yield None
        return
    from rich.progress import Progress as Bar
    from rich.progress import TextColumn, TimeRemainingColumn

    columns = (*Bar.get_default_columns()[:-1], TimeRemainingColumn(), TextColumn("{task.fields[shown]}"))
    _SHOWN.append(description)
    try:
        with on_console() as console, Bar(*columns, console=console, transient=True) as drawn:
            task = drawn.add_task(description, total=total, completed=done, shown="")
            yield lambda now: drawn.update(task, completed=now, shown=f"{now:,}")
    finally:
        _SHOWN.pop()


@contextmanager
def bar_in_notebook(
    progress: Progress | None, description: str, total: int | None
) -> Iterator[Progress | None]:
    """What is to be called with how much is done: what somebody gave, else a bar in a notebook, else None."""
    if progress is not None or not in_notebook():
        yield progress
        return
    with bar(description, total) as shown:
        yield shown
