"""What a user sees of an exception inside a stranger's plug-in: one line that names it, and where to look."""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final

from darkpair.gen.errors import DarkpairError, InputError, shown
from darkpair.plugins.registries import REGISTRIES

__all__ = ["TRACEBACK", "blame", "wants_traceback"]

#: Variable of the environment with which the traceback is printed instead of the line.
TRACEBACK: Final = "DARKPAIR_TRACEBACK"
#: A frame of a traceback that came as text, out of a worker.
_FRAME: Final = re.compile(r'File "([^"]+)", line (\d+), in (\S+)')


def wants_traceback() -> bool:
    """Whether the user asks for tracebacks."""
    return os.environ.get(TRACEBACK, "") not in ("", "0")


def blame(error: BaseException) -> InputError | None:
    """The line about an exception that passed through a stranger's plug-in; None for any other.

    Parameters
    ----------
    error : BaseException
        What went wrong; SystemExit too: a plug-in that ends the program in the middle of a run did not make what was
        asked for.
    """
    if isinstance(error, DarkpairError | KeyboardInterrupt):
        return None
    files = _modules()
    for file, line, function in reversed(list(_frames(error))):
        for place, point in files.items():
            if Path(file) == place or place in Path(file).parents:
                what = shown(_Plain(error))
                who = "" if point.dist is None else f" of {point.dist.name}"
                return InputError(
                    f"the plug-in {point.module}{who} failed with {what} in {function}, line {line} of {file}; "
                    f"tell who wrote it, or set {TRACEBACK}=1 to see how it came there"
                )
    return None


class _Plain:
    """An exception as a message repeats it."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __repr__(self) -> str:
        return ": ".join(filter(None, [type(self.error).__name__, str(self.error)]))


def _frames(error: BaseException) -> Iterator[tuple[str, int, str]]:
    """File, line and function of each frame, the outermost first; a worker's come after those that waited for it."""
    yield from ((f.filename, f.lineno or 0, f.name) for f in traceback.extract_tb(error.__traceback__))
    remote = getattr(error.__cause__, "tb", None)  # concurrent.futures keeps what a worker saw as text
    if isinstance(remote, str):
        yield from ((file, int(line), function) for file, line, function in _FRAME.findall(remote))


def _modules() -> Mapping[Path, EntryPoint]:
    """Files, and folders of packages, of the strangers' modules that were imported."""
    places: dict[Path, EntryPoint] = {}
    for point in (point for kind in REGISTRIES for point in entry_points(group=f"darkpair.{kind}")):
        top = point.module.partition(".")[0]
        origin = getattr(sys.modules.get(point.module), "__file__", None)
        if origin is None:
            continue
        whole = getattr(sys.modules.get(top), "__path__", None)
        places[Path(next(iter(whole))) if whole else Path(origin)] = point
    return places
