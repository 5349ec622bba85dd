"""When Python looks for garbage in circles: seldom while a program starts, as usual from the first events on.

Imports make some hundred thousand objects that all stay.  To look through them again and again takes a tenth of the start-up.
"""

from __future__ import annotations

import gc
from typing import Final

__all__ = ["collect_as_usual", "collect_seldom"]

_SELDOM: Final = (200_000, 20, 20)
_before: list[tuple[int, int, int]] = []


def collect_seldom() -> None:
    """Look for garbage in circles after 200 000 new objects, for programs that only just start; not where it is switched off."""
    if gc.isenabled() and not _before:
        _before.append(gc.get_threshold())
        gc.set_threshold(*_SELDOM)


def collect_as_usual() -> None:
    """Look for it as often as before `collect_seldom`, and no longer at what is there already."""
    if _before:
        gc.freeze()
        gc.set_threshold(*_before.pop())
