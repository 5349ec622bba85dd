"""Which files somebody means: one path or several, patterns, the home folder, a tree's name behind a colon."""

from __future__ import annotations

import glob
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from darkpair.gen.errors import InputError, shown
from darkpair.gen.paths import is_file, no_file
from darkpair.gen.remote import fetched, is_remote, protocol

__all__ = ["EventPath", "event_paths"]

#: An address and the name of a tree behind its file's.
_ADDRESS_AND_TREE: Final = re.compile(r"([^:]+://[^/]*/.*\.root(?:\?[^:]*)?):([^:]+)")


@dataclass(frozen=True)
class EventPath:
    """A file of events.

    Parameters
    ----------
    path : str
        Path or address of the file.
    tree : str, optional
        Name of its tree, should it be a ROOT file; the only one with particles unless given.
    named : bool
        Whether the tree's name stood behind the path.
    """

    path: str
    tree: str | None
    named: bool = False


def event_paths(given: str | Sequence[str], tree: str | None) -> tuple[EventPath, ...]:
    """Files that are meant, in order; those of a pattern in the order of their names.

    A file of just that name comes first, whatever characters it has.  Otherwise ``~`` is the home folder, ``FILE:TREE`` has
    the name of a tree, and ``*``, ``?``, ``[...]`` and ``**`` are a pattern.

    Parameters
    ----------
    given : str, or sequence of str
        Paths, patterns and addresses.
    tree : str, optional
        Name of the trees that nothing else names.

    Raises
    ------
    InputError
        For a file that does not exist, a pattern without files, or a file that is meant twice.
    """
    texts = [given] if isinstance(given, str) else list(given)
    if not texts:
        raise InputError(
            'path is empty; give a file of events, or several, as in path = ["a.root", "b.root"]'
        )
    out = tuple(file for text in texts for file in _meant(text, tree))
    seen: set[str] = set()
    for file in out:
        key = file.path if is_remote(file.path) else str(Path(file.path).resolve())
        key = f"{key}:{file.tree}"
        if key in seen:
            raise InputError(
                f"{shown(file.path)} is named twice, and its parents would count twice; name it once"
            )
        seen.add(key)
    return out


def _meant(text: str, tree: str | None) -> list[EventPath]:
    """Files of a path, pattern or address."""
    text = fetched(text) if protocol(text) == "file" else text
    if is_remote(text):
        match = _ADDRESS_AND_TREE.fullmatch(text)
        return [EventPath(text, tree) if match is None else _named(match[1], match[2], tree)]
    if files := _files(text):
        return [EventPath(file, tree) for file in files]
    for at in [i for i, letter in enumerate(text) if letter == ":"][::-1]:
        if text[at + 1 :] and (files := _files(text[:at])):
            return [_named(file, text[at + 1 :], tree) for file in files]
    if _is_pattern(text):
        raise InputError(f"no file has a name like {shown(text)}; give a path or a pattern of event files")
    raise InputError(f"{no_file(text)}; give the path of an event file")


def _named(path: str, name: str, tree: str | None) -> EventPath:
    if tree not in (None, name):
        raise InputError(f"{path!r} has two names of its tree, {tree!r} and {name!r}; give one of them")
    return EventPath(path, name, named=True)


def _files(text: str) -> list[str]:
    """Files of a path or a pattern; none where there are none."""
    if is_file(text):
        return [text]
    if text.startswith("~"):
        try:
            text = str(Path(text).expanduser())
        except RuntimeError:  # (nobody of that name)
            return []
        if is_file(text):
            return [text]
    # (a Path's own takes no pattern that begins at the root)
    return sorted(filter(is_file, glob.glob(text, recursive=True))) if _is_pattern(text) else []  # noqa: PTH207


def _is_pattern(text: str) -> bool:
    return glob.has_magic(text)
