"""What the machine says, a full disk or too little memory, as the one line with which a command ends."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from traceback import walk_tb

import click

from darkpair.gen.output.unwritten import is_of_machine, reason

__all__ = ["machine_line"]


def machine_line(error: BaseException, *, strangers: bool) -> str | None:
    """The line about an error of the system; None for any other.

    Parameters
    ----------
    error : BaseException
    strangers : bool
        Whether it came out of a stranger's plug-in, which is told then, but for memory that is short.
    """
    if _of_memory(error):
        text = " ".join(str(error).split())
        return (
            f"out of memory{f' ({text})' if text else ''}; nothing half-written is left: lower run.chunk or run.workers, "
            "ask for fewer events or points at once, or use a machine with more"
        )
    if strangers or not isinstance(error, OSError):
        return None
    why, advice = reason(error)
    if error.filename is not None:
        name = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else str(error.filename)
        return f"{name}: {why}; what was complete is as it was: {advice}"
    if _of_output(error):
        return f"the output cannot be written: {why}; files that are complete are kept: {advice}"
    if is_of_machine(error):
        return f"a file: {why}; what was complete is as it was: {advice}"
    return f"the system says {why!r}; what was complete is as it was: try again"


def _of_memory(error: BaseException) -> bool:
    return isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM)


def _of_output(error: BaseException) -> bool:
    """Whether what a command prints cannot be written; nothing more is tried then, at the end of the program neither."""
    if all(frame.f_code is not click.echo.__code__ for frame, _ in walk_tb(error.__traceback__)):
        return False
    with suppress(OSError, ValueError):  # (where it is no file)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return True
