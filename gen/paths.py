"""Files that somebody names, whatever is in their names."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["is_file"]


def is_file(path: str | os.PathLike[str]) -> bool:
    """Whether there is a file of that path; not where no file can have it: too long, with a null character, a loop of links."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError, RuntimeError):
        return False
