"""Scans over model points: results cached by content, in parallel, resumed where a run was stopped.

What is slow at a point depends on masses (a sample, its efficiency against c tau); couplings are cheap and belong
into arrays afterwards: scan masses here, then evaluate models and constraints on whole arrays of couplings.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, as_completed
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, is_dataclass
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from darkpair.gen.bars import bar
from darkpair.gen.code_digest import lines_digest
from darkpair.gen.data_files import changes_in_force
from darkpair.gen.errors import InputError
from darkpair.gen.executors import TheirExecutor
from darkpair.gen.output.target import clean_unfinished, folder_for, put
from darkpair.gen.provenance import describe, environment
from darkpair.gen.stops import before_leaving, keeping
from darkpair.workers import leave_if_imported, on_executor, worker_pool

__all__ = ["cache_folder", "cache_key", "code_digest", "grid", "scan", "together"]

#: A model point: names and plain values (numbers, texts, lists of them).
Point = Mapping[str, Any]

#: What is found at a point: names and plain values.
Result = dict[str, Any]

#: What makes the result of a point.
Evaluate = Callable[[Point], Mapping[str, Any]]

_T = TypeVar("_T")

_LOG: Final = logging.getLogger(__name__)

#: Key of a kept result's seal.
_SEAL: Final = "seal of darkpair"


def grid(**axes: Iterable[Any]) -> list[dict[str, Any]]:
    """Every combination of the values of some names, the last one running fastest.

    Examples
    --------
    >>> grid(m1=[0.0], m2=[0.2, 0.3])
    [{'m1': 0.0, 'm2': 0.2}, {'m1': 0.0, 'm2': 0.3}]
    """
    return [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]


def scan(
    evaluate: Evaluate,
    points: Sequence[Point],
    *,
    folder: Path | None = None,
    workers: int = 2,
    executor: Executor | None = None,
) -> list[Result]:
    """Results of a function at every point, in the order of the points.

    A result is kept in `folder` under a hash of the function with its parameters, the point, the lines of this
    package that it stands on and the versions of other packages; each worker puts it there as soon as it has it, and this
    process where the workers are somebody else's. A run that is killed loses what is under way and no more.

    Parameters
    ----------
    evaluate : callable
        What makes the result of a point: a function of a module, a `functools.partial` of one, or a frozen dataclass
        with ``__call__``.
    points : sequence of mapping
        Points, each a mapping of names to plain values.
    folder : Path, optional
        Folder of the cache; nothing is kept without one.
    workers : int
        Number of processes; 1 stays in this one.
    executor : concurrent.futures.Executor, optional
        What works instead, see `darkpair.workers.on_executor`.

    Raises
    ------
    InputError
        For a folder that cannot be written, a function whose content cannot be told, a result that is not plain
        or holds NaN, and with the point's values for what `evaluate` itself refuses.
    """
    if workers < 1:
        raise InputError(f"workers = {workers}; allowed: 1 or more")
    keys = [cache_key(evaluate, point) for point in points]
    asked = _Asked(folder=folder) if executor is not None else _ASKED.get() or _Asked(folder=folder)
    asked.add(dict(zip(keys, ((evaluate, point) for point in points), strict=True)), folder)
    if any(key not in asked.results for key in keys):
        if asked is _ASKED.get():
            raise _LackingError
        with on_executor(executor):
            asked.make(workers)
    return [asked.results[key].copy() for key in keys]


def together(makes: Sequence[Callable[[], _T]], *, workers: int = 2) -> list[_T]:
    """What several functions give that scan, their points made by the same workers at the same time, largest samples first.

    Each is called until no point is missing that it asks for: twice, where it asks for all of them, and once with all in the
    cache. It has to give the same each time. Within one of such functions what `together` is given adds to the same points.

    Parameters
    ----------
    makes : sequence of callable
        Functions without arguments, which call `scan` or not.
    workers : int
        Number of processes, whatever `scan` says; 1 stays in this one.

    Raises
    ------
    InputError
        As `scan`.
    """
    if _ASKED.get() is not None:
        return _all_of(makes)
    asked = _Asked()
    token = _ASKED.set(asked)
    try:
        while True:
            try:
                return _all_of(makes)
            except _LackingError:
                asked.make(workers)
    finally:
        _ASKED.reset(token)


class _LackingError(Exception):
    """Points are missing, which are noted: nobody sees it but `together`."""


def _all_of(makes: Sequence[Callable[[], _T]]) -> list[_T]:
    """What every function gives; those that follow one that lacks points are asked for theirs too."""
    made, lacking = [], False
    for make in makes:
        try:
            made.append(make())
        except _LackingError:
            lacking = True
    if lacking:
        raise _LackingError
    return made


@dataclass(kw_only=True)
class _Asked:
    """Points of one scan or of several, by key: their results, those that are missing, and the files of all."""

    folder: Path | None = None
    results: dict[str, Result] = field(default_factory=dict)
    missing: dict[str, tuple[Evaluate, Point]] = field(default_factory=dict)
    paths: dict[str, Path | None] = field(default_factory=dict)

    def add(self, points: Mapping[str, tuple[Evaluate, Point]], folder: Path | None) -> None:
        """Points that are asked for; what is kept of them is read."""
        self.folder = folder
        for key in points.keys() - self.paths.keys():
            self.paths[key] = None if folder is None else folder / key[:2] / f"{key}.json"
            if (kept := read_result(self.paths[key])) is not None:
                self.results[key] = kept
        self.missing |= {key: points[key] for key in points if key not in self.results}
        kept_now = len(self.results.keys() & points.keys())
        _LOG.info("%d of %d points are kept in %s", kept_now, len(points), folder or "no folder")

    def make(self, workers: int) -> None:
        """Make what is missing."""
        paths = self.paths
        leave_if_imported()  # (before the folder: what is complete may be closed to us)
        if self.folder is not None:
            folder_for(self.folder)
        stops = before_leaving(partial(_clean, paths)), keeping(partial(_kept, self.folder, paths))
        token = _ASKED.set(None)  # (what makes a point may scan itself)
        try:
            with stops[0], stops[1], bar("points", len(paths), done=len(self.results)) as shown:
                for key, result in _results(self.missing, paths, workers):
                    self.results[key] = result
                    if shown is not None:
                        shown(len(self.results))
        finally:
            _ASKED.reset(token)
        self.missing.clear()


#: What `together` has been asked for so far; None outside it.
_ASKED: Final[ContextVar[_Asked | None]] = ContextVar("points of several scans", default=None)


def _results(
    missing: Mapping[str, tuple[Evaluate, Point]], paths: Mapping[str, Path | None], workers: int
) -> Iterator[tuple[str, Result]]:
    """Results of the points that are missing, as they come; the largest samples are begun first, by their ``events``."""
    largest = sorted(missing.items(), key=lambda entry: -getattr(entry[1][0], "events", 0))
    with worker_pool(1 if len(missing) < 2 else workers) as executor:
        if executor is None:
            yield from ((key, _at(*task, paths[key])) for key, task in largest)
            return
        here = isinstance(executor, TheirExecutor)  # (the folder may be no other machine's)
        under_way: dict[Future[Result], str] = {
            executor.submit(_at, *task, None if here else paths[key]): key for key, task in largest
        }
        for future in as_completed(under_way):
            key, result = under_way[future], future.result()
            yield key, write_result(result, paths[key]) if here else result


def _kept(folder: Path | None, paths: Mapping[str, Path | None]) -> str:
    """What a scan that is stopped leaves."""
    if folder is None:
        return f"nothing of {len(paths)} points is kept; the same command starts again"
    complete = sum(path is not None and path.exists() for path in paths.values())
    return f"{folder} keeps {complete} of {len(paths)} points; the same command goes on"


def _clean(paths: Mapping[str, Path | None]) -> None:
    """Remove what workers that were killed had begun to write."""
    for folder in {path.parent for path in paths.values() if path is not None}:
        clean_unfinished(folder)


def _at(evaluate: Evaluate, point: Point, path: Path | None) -> Result:
    """Result at a point, kept in its file."""
    try:
        result = evaluate(point)
    except InputError as error:
        raise InputError(f"at {_point_text(point)}: {error}") from error
    return write_result(plain(result, f"result at {_point_text(point)}"), path)


def _point_text(point: Point) -> str:
    return ", ".join(f"{key} = {value}" for key, value in point.items())


def cache_folder() -> Path:
    """Where samples are kept between commands: the user's cache, wherever the system has it (XDG_CACHE_HOME counts)."""
    from platformdirs import user_cache_path

    return user_cache_path("darkpair", appauthor=False)


def cache_key(evaluate: Evaluate, point: Point) -> str:
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
        "versions": {name: text for name, text in environment()["versions"].items() if name != "darkpair"},
    }  # (of this package its lines count: a version that goes with commits would make every sample anew)
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


def code_digest(evaluate: Any) -> str:
    """Hash of the lines that decide about what a function gives.

    Parameters
    ----------
    evaluate : callable
        A function, a `functools.partial`, or a dataclass; what its parameters are made of counts too.
    """
    return lines_digest(frozenset(_modules_of(evaluate)))


def _modules_of(value: Any) -> Iterator[str]:
    """Names of the modules in which a function and what it holds are written."""
    if isinstance(value, partial):
        yield from _modules_of(value.func)
        yield from _modules_of(value.args)
        yield from _modules_of(value.keywords)
    elif isinstance(value, Mapping):
        for entry in value.values():
            yield from _modules_of(entry)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _modules_of(entry)
    elif is_dataclass(value) and not isinstance(value, type):
        yield type(value).__module__
        for entry in fields(value):
            yield from _modules_of(getattr(value, entry.name))
    elif callable(value):
        yield value.__module__


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
        put({path: json.dumps({**result, _SEAL: _sealed(text)})})
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
