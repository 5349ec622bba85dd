"""The parts of a dataset that are missing, made by one process or by many, each of which writes its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterator, Mapping
from concurrent.futures import Executor, Future, as_completed
from contextlib import suppress
from functools import partial
from pathlib import Path

from darkpair.gen.errors import InputError
from darkpair.gen.output.parts import Span
from darkpair.gen.pipeline import Pipeline
from darkpair.job.job import Job
from darkpair.run.dataset import Dataset, File, take_away
from darkpair.run.part import write_part
from darkpair.run.tally import Tally

__all__ = ["fill"]

#: Most blocks of a part, a few seconds' work, and the least that is worth a file; between them each worker has some parts.
_MOST, _LEAST, _EACH = 256, 16, 8

#: A part that is written: its row of the manifest, and what it came to.
Made = tuple[File, Tally]


def fill(
    job: Job,
    pipeline: Pipeline,
    dataset: Dataset,
    missing: list[tuple[int, int]],
    *,
    executor: Executor | None,
    workers: int,
    progress: Callable[[int], None] | None = None,
    obsolete: Mapping[Path, tuple[int, ...]] | None = None,
) -> tuple[list[File], Tally | None]:
    """Make the parts that are missing, and write the manifest; every part that is there then, and what the new ones came to.

    Parameters
    ----------
    job : Job
    pipeline : Pipeline
        The job's.
    dataset : Dataset
    missing : list of tuple of int
        Spans of blocks, each the first and the one after the last.
    executor : concurrent.futures.Executor, optional
        Whose workers see the folder.
    workers : int
        How many they are.
    progress : callable, optional
        Is called with the number of events that are done, after each part.
    obsolete : mapping, optional
        Files that go when the first part stands, as `darkpair.run.dataset.Dataset.obsolete` gives them: a run that makes none
        takes none away.

    Raises
    ------
    InputError
        For a file of another sample among the parts.
    """
    fresh: list[File] = []
    tally: Tally | None = None
    pieces = _pieces(dataset, missing, workers, set(obsolete or ()))
    try:
        for row, made in _made(job, pipeline, dataset, pieces, executor, progress):
            _require_here(dataset, row)
            if not fresh:
                take_away(obsolete or {})
            fresh.append(row)
            tally = made if tally is None else tally + made
            if progress is not None:
                progress(tally.cutflow.generated)
    except BaseException:
        with suppress(Exception):  # (what is told is the first error; the next run looks at all parts)
            dataset.write_manifest(fresh)
        raise
    if not pieces:
        take_away(obsolete or {})
    return dataset.write_manifest(fresh), tally


def _require_here(dataset: Dataset, row: File) -> None:
    """Refuse workers that write into a folder of their own machine."""
    if not (dataset.folder / row.file).exists():
        raise InputError(
            f"a worker wrote {row.file!r}, which is not in {str(dataset.folder)!r} here: workers of a dataset need a folder that all "
            "machines see; give one, or write one file (-o out.root), which this process writes"
        )


def _pieces(
    dataset: Dataset, missing: list[tuple[int, int]], workers: int, obsolete: Container[Path]
) -> list[tuple[int, int]]:
    """The blocks that are missing, in pieces that are parts; what takes the place of a file has its blocks."""
    total = sum(last - first for first, last in missing)
    size = min(_MOST, max(_LEAST, math.ceil(total / (_EACH * workers))))
    out = []
    for begin, last in missing:
        path = dataset.path(begin, last)
        step = last - begin if path.exists() and path not in obsolete else size
        out += [(first, min(first + step, last)) for first in range(begin, last, step)]
    return out


def _made(
    job: Job,
    pipeline: Pipeline,
    dataset: Dataset,
    pieces: list[tuple[int, int]],
    executor: Executor | None,
    progress: Callable[[int], None] | None,
) -> Iterator[Made]:
    """Parts as they are written; in this process with their progress inside."""
    span = dataset.span
    tasks = [
        (job, pipeline, dataset.path(*piece).absolute(), Span(span.digest, *piece, of=span.of, run=span.run))
        for piece in pieces
    ]
    if executor is None:
        done = 0
        for task in tasks:
            row, tally = _make(*task, None if progress is None else partial(_after, progress, done))
            done += tally.cutflow.generated
            yield row, tally
        return
    under_way: set[Future[Made]] = {executor.submit(_make, *task) for task in tasks}
    try:
        for future in as_completed(under_way):
            yield future.result()
    finally:
        for future in under_way:
            future.cancel()


def _after(progress: Callable[[int], None], before: int, done: int) -> None:
    progress(before + done)


def _make(
    job: Job, pipeline: Pipeline, path: Path, span: Span, progress: Callable[[int], None] | None = None
) -> Made:
    """Write a part."""
    part = write_part(job, pipeline, path, span, progress=progress)
    return File.of(path, span, part.events), part.tally
