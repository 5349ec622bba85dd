"""Which of the package's lines decide about a result: the modules that made it, with the data files of their rooms.

A module counts with everything that it imports, at its head or within a function; its text tells that ten times faster than its
syntax tree.  What only a type checker reads does not count, nor what stands above: a figure may change without a sample being made
again.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

__all__ = ["lines_digest", "modules_behind"]

#: Endings of data files.
_DATA: Final = (".toml", ".json", ".csv", ".npz")

_TYPING: Final = re.compile(r"^if TYPE_CHECKING:\n(?:(?:[ \t].*)?\n)*", re.MULTILINE)
_FROM: Final = re.compile(r"^\s*from (darkpair[\w.]*) import \(?([^()]*?)(?:\)|$)", re.MULTILINE | re.DOTALL)
_COMMENT: Final = re.compile(r"#.*")
_IMPORT: Final = re.compile(r"^\s*import (darkpair[\w.]*)", re.MULTILINE)
#: A module that a registry names, as in "darkpair.detectors.koto:Koto".
_NAMED: Final = re.compile(r"[\"'](darkpair\.[\w.]+):\w+[\"']")


@cache
def lines_digest(modules: frozenset[str]) -> str:
    """Hash of the lines that decide about what some modules make.

    Parameters
    ----------
    modules : frozenset of str
        Whole names of modules, as ``darkpair.limits.koto_samples``.
    """
    digest, paths = hashlib.sha256(), _paths()
    behind = modules_behind(*modules)
    for name in sorted(behind):
        digest.update(name.encode())
        digest.update(paths[name].read_bytes())
    for folder in sorted({paths[name].parent for name in behind}, key=str):
        for path in sorted(p for p in folder.iterdir() if p.suffix in _DATA or p.name == "data"):
            inside = sorted(p for p in path.rglob("*") if p.suffix in _DATA) if path.is_dir() else [path]
            for file in inside:
                digest.update(file.name.encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()


def modules_behind(*names: str) -> frozenset[str]:
    """Modules of this package that some of its modules stand on, these among them; all of them for a module of a stranger.

    Parameters
    ----------
    *names : str
        Whole names of modules, as ``darkpair.limits.koto_samples``.
    """
    paths = _paths()
    if any(name not in paths for name in names):
        return frozenset(paths)
    waiting, behind = list(names), set()
    while waiting:
        name = waiting.pop()
        if name not in behind:
            behind.add(name)
            waiting += _needs(name)
    return frozenset(behind)


@cache
def _paths() -> dict[str, Path]:
    """Every module of this package and its file."""
    root = Path(str(files("darkpair")))
    rooms = (root, *(root / room for room in ("gen", "chains", "detectors")))  # links in a checkout
    return {
        ".".join(("darkpair", *path.relative_to(root).with_suffix("").parts)).removesuffix(".__init__"): path
        for room in rooms
        for path in room.rglob("*.py")
    }


@cache
def _needs(name: str) -> tuple[str, ...]:
    """What a module imports of this package, by its text."""
    paths = _paths()
    text = _COMMENT.sub("", _TYPING.sub("", paths[name].read_text(encoding="utf-8")))
    needs = set(_NAMED.findall(text)) | set(_IMPORT.findall(text))
    for package, taken in _FROM.findall(text):
        needs.add(package)
        for word in re.findall(r"(\w+)(?: as \w+)?", taken):
            needs |= {f"{package}.{word}", _lazily(package, word)}
    if "Registry(" in text and paths[name].name == "__init__.py":  # it makes what it names when it is asked
        needs |= {module for module in paths if module.startswith(f"{name}.")}
    return tuple(sorted(needs & paths.keys()))


def _lazily(package: str, name: str) -> str:
    """Module from which a package takes a name when it is asked for it; empty where it does not."""
    path = _paths().get(package)
    if path is None or path.name != "__init__.py":
        return ""
    lazy = re.search(rf'"{name}": "([\w.]+)"', path.read_text(encoding="utf-8"))
    return "" if lazy is None else f"{package}.{lazy[1]}"
