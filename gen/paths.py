"""Files that somebody names, whatever is in their names."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from darkpair.gen.errors import shown

__all__ = ["is_file", "no_file"]


def is_file(path: str | os.PathLike[str]) -> bool:
    """Whether there is a file of that path; not where no file can have it: too long, with a null character, a loop of links."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError, RuntimeError):
        return False


def no_file(path: str | os.PathLike[str]) -> str:
    """What stands where `is_file` says that no file is, in words."""
    name = shown(str(path))
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError, RuntimeError):
        return f"there is no file {name}"
    return f"{name} is a folder, no file" if stat.S_ISDIR(mode) else f"{name} is a device or a pipe, no file"
