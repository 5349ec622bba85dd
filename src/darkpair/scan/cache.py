"""Kept results of scans: under a hash of everything that decides about them, each sealed."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from darkpair.gen.data_files import changes_in_force
from darkpair.gen.errors import InputError
from darkpair.gen.provenance import describe, environment
from darkpair.scan.code import code_digest

__all__ = ["Point", "Result", "cache_folder", "cache_key", "plain", "read_result", "write_result"]

#: A model point: names and plain values (numbers, texts, lists of them).
Point = Mapping[str, Any]

#: What is found at a point: names and plain values.
Result = dict[str, Any]

#: Key of a kept result's seal.
_SEAL: Final = "seal of darkpair"


def cache_folder() -> Path:
    """Where samples are kept between commands: the user's cache, wherever the system has it (XDG_CACHE_HOME counts)."""
    from platformdirs import user_cache_path

    return user_cache_path("darkpair", appauthor=False)


def cache_key(evaluate: Callable[[Point], Mapping[str, Any]], point: Point) -> str:
    """Hash of everything that decides about the result of a function at a point.

    Raises
    ------
    InputError
        For a lambda or a function within a function: what it encloses cannot be told.
    """
    decides = {
        "function": _function_text(evaluate),
        "point": plain(point, "point"),
        "code": code_digest(evaluate),
        "changes": describe(changes_in_force()),
        "versions": environment()["versions"],
    }
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


def read_result(path: Path | None) -> Result | None:
    """Kept result; None where there is none, or a file that is not one or was changed."""
    if path is None:
        return None
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(kept, dict):
        return None
    seal = kept.pop(_SEAL, None)
    if seal is None:  # of somebody else: numbers by name are believed, anything else is made again
        numbers = kept and all(type(value) in (int, float) for value in kept.values())
        return _Foreign(kept, path) if numbers else None
    return kept if seal == _sealed(json.dumps(kept)) else None


def write_result(result: Mapping[str, Any], path: Path | None) -> Result:
    """Keep a result of plain values in its file, complete or not at all; as a later run will find it.

    Parameters
    ----------
    result : mapping
    path : Path, optional
        Nothing is kept without one.
    """
    text = json.dumps(result)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.write_text(json.dumps({**result, _SEAL: _sealed(text)}), encoding="utf-8")
        unfinished.replace(path)
    again: Result = json.loads(text)
    return again


def _sealed(text: str) -> str:
    """What tells a result that was written here from a file that somebody or a disk changed."""
    return hashlib.sha256(text.encode()).hexdigest()


class _Foreign(dict[str, Any]):
    """Result of a file that was not written here; what it lacks is said in a line."""

    def __init__(self, kept: dict[str, Any], path: Path) -> None:
        super().__init__(kept)
        self.path = path

    def __missing__(self, key: str) -> Any:
        raise InputError(
            f"{self.path} holds no {key!r}, but {', '.join(self)}; it was not written by darkpair: delete it, and it is made again"
        )

    def copy(self) -> _Foreign:
        """Another one of the same file."""
        return _Foreign(dict(self), self.path)


def _function_text(evaluate: Any) -> Any:
    """Description of a function by its name and parameters."""
    if isinstance(evaluate, partial):
        parameters = {str(i): value for i, value in enumerate(evaluate.args)} | evaluate.keywords
        return {"function": _function_text(evaluate.func), "parameters": plain(parameters, "parameters")}
    name = getattr(evaluate, "__qualname__", None)
    if name is None:
        return plain(evaluate, "function")
    if "<" in name:
        raise InputError(
            f"{name} encloses what cannot be told, so its results cannot be kept; allowed: a function of a module, "
            "functools.partial of one, or a frozen dataclass with __call__"
        )
    return f"{evaluate.__module__}.{name}"


def plain(value: Any, what: str) -> Any:
    """Plain values of a mapping or a dataclass; no NaN, and infinity stays a number."""
    if isinstance(value, Mapping):
        return {str(key): plain(entry, f"{what}, {key}") for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry, what) for entry in value]
    bare = value.item() if hasattr(value, "item") and getattr(value, "ndim", 0) == 0 else value
    if isinstance(bare, float) and math.isnan(bare):
        raise InputError(f"{what} is NaN; nothing is kept that says nothing")
    if isinstance(bare, float):
        return bare
    if bare is None or isinstance(bare, bool | int | str | np.ndarray) or is_dataclass(bare):
        return describe(bare)
    raise InputError(
        f"{what} holds a {type(bare).__name__}; allowed: numbers, texts, lists, frozen dataclasses"
    )
