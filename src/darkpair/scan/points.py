"""Scans over model points: results cached by content, in parallel, resumed where a run was stopped.

What is slow at a point depends on masses (a sample, its efficiency against c tau); couplings are cheap and belong
into arrays afterwards: scan masses here, then evaluate models and constraints on whole arrays of couplings.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, as_completed
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

from darkpair.gen.errors import InputError
from darkpair.gen.output.target import folder_for
from darkpair.scan.cache import Point, Result, cache_key, plain, read_result, write_result
from darkpair.workers import leave_if_imported, worker_pool

__all__ = ["grid", "scan"]


def grid(**axes: Iterable[Any]) -> list[dict[str, Any]]:
    """Every combination of the values of some names, the last one running fastest.

    Examples
    --------
    >>> grid(m1=[0.0], m2=[0.2, 0.3])
    [{'m1': 0.0, 'm2': 0.2}, {'m1': 0.0, 'm2': 0.3}]
    """
    return [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]


def scan(
    evaluate: Callable[[Point], Mapping[str, Any]],
    points: Sequence[Point],
    *,
    folder: Path | None = None,
    workers: int = 2,
) -> list[Result]:
    """Results of a function at every point, in the order of the points.

    A result is kept in `folder` under a hash of the function with its parameters, the point, the lines of this
    package that it stands on and the versions of other packages; each worker puts it there as soon as it has it. A run that is
    killed loses what is under way and no more.

    Parameters
    ----------
    evaluate : callable
        A function of a module, a `functools.partial` of one, or a frozen dataclass with ``__call__``.
    points : sequence of mapping
        Plain values.
    folder : Path, optional
        The cache; nothing is kept without one.
    workers : int
        Processes; 1 stays in this one.

    Raises
    ------
    InputError
        For a folder that cannot be written, a function whose content cannot be told, a result that is not plain
        or holds NaN, and with the point's values for what `evaluate` itself refuses.
    """
    if workers < 1:
        raise InputError(f"workers = {workers}; allowed: 1 or more")
    leave_if_imported()
    keys = [cache_key(evaluate, point) for point in points]
    paths = {key: None if folder is None else folder / key[:2] / f"{key}.json" for key in keys}
    results = {key: kept for key, path in paths.items() if (kept := read_result(path)) is not None}
    missing = {key: point for key, point in zip(keys, points, strict=True) if key not in results}
    if folder is not None and missing:  # what is complete may be closed to us
        folder_for(folder)
    with _progress(len(paths), len(results)) as done:
        for key, result in _results(evaluate, missing, paths, workers):
            results[key] = result
            done()
    return [results[key].copy() for key in keys]


def _results(
    evaluate: Callable[[Point], Mapping[str, Any]],
    missing: Mapping[str, Point],
    paths: Mapping[str, Path | None],
    workers: int,
) -> Iterator[tuple[str, Result]]:
    """Results of the points that are missing, as they come."""
    with worker_pool(1 if len(missing) < 2 else workers) as executor:
        if executor is None:
            yield from ((key, _at(evaluate, point, paths[key])) for key, point in missing.items())
            return
        under_way: dict[Future[Result], str] = {
            executor.submit(_at, evaluate, point, paths[key]): key for key, point in missing.items()
        }
        try:
            for future in as_completed(under_way):
                yield under_way[future], future.result()
        except BaseException:
            executor.shutdown(cancel_futures=True)
            raise


def _at(evaluate: Callable[[Point], Mapping[str, Any]], point: Point, path: Path | None) -> Result:
    """Result at a point, kept in its file."""
    try:
        result = evaluate(point)
    except InputError as error:
        raise InputError(f"at {_point_text(point)}: {error}") from error
    return write_result(plain(result, f"result at {_point_text(point)}"), path)


def _point_text(point: Point) -> str:
    return ", ".join(f"{key} = {value}" for key, value in point.items())


@contextmanager
def _progress(total: int, done: int) -> Iterator[Callable[[], None]]:
    """Bar of the points on a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    bar = Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True)
    with bar:
        task = bar.add_task("points", total=total, completed=done)
        yield lambda: bar.advance(task)
