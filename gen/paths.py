"""Files that somebody names, whatever is in their names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

__all__ = ["is_file", "open_root"]


def is_file(path: str | os.PathLike[str]) -> bool:
    """Whether there is a file of that path; not where no file can have it: too long, with a null character, a loop of links."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError, RuntimeError):
        return False


def open_root(path: str | os.PathLike[str], **options: Any) -> Any:
    """A ROOT file as `uproot.open` gives it, of its path and no more: "::", "#", ":" and "~" mean nothing in it.

    It is mapped: uproot's default goes through an event loop (measured: half of the time of source and chain).
    """
    import uproot

    return uproot.open(Path(path), handler=uproot.source.file.MemmapSource, **options)
