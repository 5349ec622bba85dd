"""Whether the table of a command may be written where its files would go: looked at before anything runs, and without what reads events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from darkpair.gen.errors import InputError
from darkpair.gen.output.target import check_writable

__all__ = ["require_own_rows"]

#: Endings of the files of one table and its picture.
_OF_ROWS: Final = ("csv", "json", "png", "pdf")


def require_own_rows(folder: Path, name: str, otherwise: str, *, replace: bool = False) -> None:
    """Refuse a folder where the table of a command, or its picture, cannot be written or would take the place of somebody's file.

    Parameters
    ----------
    folder : Path
        Where ``NAME.csv``, ``NAME.json``, ``NAME.png`` and ``NAME.pdf`` go; it may be missing.
    name : str
    otherwise : str
        What somebody can do.
    replace : bool
        Whether what is there is replaced, whosever it is.

    Raises
    ------
    InputError
        With the name of the file.
    """
    paths = [folder / f"{name}.{ending}" for ending in _OF_ROWS]
    there = [path for path in paths if path.exists() or path.is_symlink()]
    for path in there:
        check_writable(path)
    if there and not (replace or _is_own_table(folder / f"{name}.json", name)):
        raise InputError(
            f"{str(there[0])!r} is there, and no {name}.json of darkpair beside it says that it is ours, so it is not replaced; {otherwise}"
        )


def _is_own_table(path: Path, name: str) -> bool:
    """Whether a file is the JSON of a table of that name of this package."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(document, dict) and document.get("study") == name and "provenance" in document
