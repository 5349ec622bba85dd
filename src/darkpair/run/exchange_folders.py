"""Folders of files for others, ``hepdata``, ``pyhf`` and ``hs3``, beside the table of a command: whose they are, and what an earlier run left in them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from darkpair.gen.errors import InputError

__all__ = ["outdated_files", "remove_outdated", "remove_stale", "require_own_folders", "stale_files"]

#: Folders that a command may leave.
_FOLDERS: Final = {"limits": ("hepdata", "pyhf", "hs3"), "reach": ("hepdata",)}
#: Pictures of a table, which not every run can draw.
_DRAWN: Final = ("png", "pdf")

#: The submission's own file, and the words in its comment by the command that wrote it.
_SUBMISSION: Final = "submission.yaml"
_WORDS: Final = {"limits": "limits of points", "reach": "contours of searches in the plane"}

#: What the file of one of several points has in its name.
_POINT: Final = re.compile(r"-point\d+$")


def require_own_folders(folder: Path, name: str, folders: Sequence[str]) -> None:
    """Refuse folders in which anything is that an earlier run of a command did not leave there.

    Parameters
    ----------
    folder : Path
        Where the command's table goes.
    name : str
        Of the table: "limits" or "reach".
    folders : sequence of str
        Of "hepdata", "pyhf" and "hs3" those that are wanted.

    Raises
    ------
    InputError
        With the name of what is in the way.
    """
    for each in folders:
        there = folder / each
        if not there.exists():
            continue
        if not (there.is_dir() and (folder / f"{name}.json").exists()):
            raise InputError(
                f"{str(there)!r} is there, and no {name}.json of darkpair beside it says that it is ours; give another folder"
            )
        own = set(_own(there, name))
        strange = sorted(path for path in there.iterdir() if path not in own)
        if strange:
            raise InputError(
                f"{str(strange[0])!r} is there, and not of an earlier darkpair {name}, so {each} is not replaced; move it, or give another folder"
            )


def stale_files(folder: Path, name: str, folders: Sequence[str], written: Iterable[Path]) -> list[Path]:
    """Files that an earlier run of a command left and that another one does not write again.

    Parameters
    ----------
    folder, name, folders
        As of `require_own_folders`.
    written : iterable of Path
        What will be written.
    """
    new = set(written)
    return [
        path
        for each in folders
        if (folder / each).is_dir()
        for path in _own(folder / each, name)
        if path not in new
    ]


def remove_stale(paths: Iterable[Path]) -> None:
    """Remove the files of `stale_files`, once those of the new run are there."""
    for path in paths:
        path.unlink(missing_ok=True)


def outdated_files(folder: Path, name: str, folders: Sequence[str], written: Iterable[Path]) -> list[Path]:
    """Files that an earlier run of a command left and that are not of the rows that another one writes.

    Those of `stale_files`, those in folders that are not wanted this time, and a picture where none is drawn. What else lies in such a
    folder is nobody's business, and stays.

    Parameters
    ----------
    folder, name, folders, written
        As of `stale_files`.
    """
    new = set(written)
    if not (folder / f"{name}.json").exists():  # (which has been looked at: nothing here is ours)
        return []
    others = [folder / each for each in _FOLDERS[name] if each not in folders and (folder / each).is_dir()]
    left = [
        path
        for there in others
        for path in _own(there, name)
        if there.name == "hepdata" or _is_counting(path)
    ]
    pictures = [path for ending in _DRAWN if (path := folder / f"{name}.{ending}").is_file()]
    return [
        *stale_files(folder, name, folders, new),
        *(path for path in (*left, *pictures) if path not in new),
    ]


def remove_outdated(paths: Sequence[Path], folders: Sequence[str]) -> list[str]:
    """Remove the files of `outdated_files`, and folders that are empty then and are not wanted; a line on each.

    Parameters
    ----------
    paths : sequence of Path
        The files.
    folders : sequence of str
        Those that are wanted, which stay.
    """
    remove_stale(paths)
    lines = []
    for there, number in Counter(path.parent for path in paths).items():
        if there.name in _FOLDERS["limits"] and there.name not in folders:
            with suppress(OSError):  # (where somebody else's files are)
                there.rmdir()
            lines.append(f"{there}: {number} files of an earlier run, removed")
    return lines


def _own(there: Path, name: str) -> list[Path]:
    """Files in a folder that an earlier run left."""
    if there.name == "hepdata":
        listed = _submitted(there / _SUBMISSION, name)
        return [there / file for file in listed if Path(file).name == file and (there / file).is_file()]
    return [path for path in sorted(there.glob("*.json")) if _is_workspace(path)]


def _submitted(path: Path, name: str) -> list[str]:
    """The files of a submission, if the command wrote it; none of another one."""
    try:
        first, *tables = [
            json.loads(part) for part in path.read_text(encoding="utf-8").split("---\n") if part.strip()
        ]
        if _WORDS[name] not in first["comment"]:
            return []
        return [path.name, *(str(table["data_file"]) for table in tables)]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _is_workspace(path: Path) -> bool:
    """Whether a file is a likelihood that bears its search's name, as pyhf or as HS3."""
    try:
        document: Any = json.loads(path.read_text(encoding="utf-8"))
        parts = document["channels"] if "channels" in document else document["distributions"]
        names = {str(part["name"]) for part in parts}
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return names == {_POINT.sub("", path.stem)}


def _is_counting(path: Path) -> bool:
    """Whether a likelihood is of the strength of a signal, as ours are: it is not replaced, so its name alone is not enough."""
    document: Any = json.loads(path.read_text(encoding="utf-8"))
    parts = document.get("measurements", document.get("analyses"))
    return isinstance(parts, list) and [part.get("name") for part in parts if isinstance(part, dict)] == [
        "strength"
    ]
