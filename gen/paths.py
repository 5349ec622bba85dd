"""Files that somebody names, whatever is in their names."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from darkpair.gen.errors import shown

__all__ = ["is_file", "looked_for", "no_file"]


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
        return f"there is no file {name}{_hint(path)}"
    return f"{name} is a folder, no file" if stat.S_ISDIR(mode) else f"{name} is a device or a pipe, no file"


def looked_for(path: str | os.PathLike[str]) -> str:
    """Where a file that is not there was looked for, for the end of a message; nothing of an absolute path."""
    if Path(path).is_absolute():
        return ""
    whole = shown(str(Path.cwd() / path)).strip("'")
    return f"; looked for as {whole}, from the folder where darkpair was started{_hint(path)}"


def _hint(path: str | os.PathLike[str]) -> str:
    """How the package's examples are written, for a path of one."""
    return " (darkpair examples examples writes these)" if Path(path).parts[:1] == ("examples",) else ""
