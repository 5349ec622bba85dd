"""``--verbose``: what the package logs, which nobody sees unless asked, on the errors' output."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

__all__ = ["logged"]

#: Above every logger of the package.
_ROOT: Final = "darkpair"


@contextmanager
def logged(count: int) -> Iterator[None]:
    """Show what is logged inside, beside bars of progress.

    Parameters
    ----------
    count : int
        0 shows nothing, 1 what is done, 2 each data file too.
    """
    if not count:
        yield
        return
    logger = logging.getLogger(_ROOT)
    before = logger.level
    with _handler() as handler:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG if count > 1 else logging.INFO)
        try:
            yield
        finally:
            logger.setLevel(before)
            logger.removeHandler(handler)


@contextmanager
def _handler() -> Iterator[logging.Handler]:
    """What writes the lines: in colours above the bars of a terminal, plain and never broken in a file."""
    if not sys.stderr.isatty():
        plain = logging.StreamHandler()
        plain.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        yield plain
        return
    from rich.logging import RichHandler

    from darkpair.gen.bars import on_console

    with on_console() as console:
        coloured = RichHandler(console=console, show_path=False, log_time_format="[%X]")
        coloured.setFormatter(logging.Formatter("%(name)s: %(message)s"))
        yield coloured
