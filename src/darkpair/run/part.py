"""A part of a job's sample: its events in a file, and what they came to."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from darkpair.gen.likeness import arithmetic
from darkpair.gen.output.formats import writer_for
from darkpair.gen.output.parts import Span, Sums
from darkpair.gen.output.target import EventWriter
from darkpair.gen.pipeline import Pipeline, ReadSource, chunks
from darkpair.gen.plugin_text import text_digest
from darkpair.gen.provenance import describe_object, environment
from darkpair.gen.streams import BLOCK
from darkpair.job.job import Job
from darkpair.job.references import references_of_job
from darkpair.job.strangers import plugins_of_job
from darkpair.job.tables import OutputTable
from darkpair.run.expected import expected_rows, job_ratio
from darkpair.run.tally import Tally

__all__ = [
    "Part",
    "flat_factors",
    "form_of",
    "provenance",
    "span_of_part",
    "tally_of",
    "write_part",
    "writer_of",
]

_LOG: Final = logging.getLogger(__name__)

#: Keys of ``[output]`` that say nothing of a file's form.
_OF_EVERY_FILE = ("path", "events", "picture", "replace", "format")

#: Is called with events of a part that are done.
Progress = Callable[[int], None]


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part that is written.

    Parameters
    ----------
    path : Path
        Its file.
    span : Span
        Which blocks it holds.
    events : int
        Events in the file.
    tally : Tally
        What all of its generated events came to.
    provenance : dict
        What the file says of how it was made.
    """

    path: Path
    span: Span
    events: int
    tally: Tally
    provenance: dict[str, Any]


def span_of_part(pipeline: Pipeline, n: int, blocks: tuple[int, int]) -> Span:
    """Blocks of the sample of a pipeline, in a run of n events."""
    return Span(pipeline.digest, *blocks, of=n, run=pipeline.run_number)


def write_part(
    job: Job,
    pipeline: Pipeline,
    path: Path,
    span: Span,
    *,
    executor: Executor | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> Part:
    """Make the events of some blocks and write them; the file is complete, or not there.

    Parameters
    ----------
    job : Job
        What is generated.
    pipeline : Pipeline
        The job's.
    path : Path
        The file.
    span : Span
        The blocks.
    executor : concurrent.futures.Executor, optional
        What makes the blocks; this process writes.
    workers : int
        How many it works with.
    progress : callable, optional
        Is called with the number of the part's events that are done, after each chunk.
    """
    tally = Tally.of(pipeline, pictures=job.output.picture)
    begin, end = span.events
    with writer_of(job, pipeline, path, span) as file:
        for chunk in _chunks(job, pipeline, span, executor, workers):
            file.add(chunk)
            tally.add(chunk)
            _LOG.info(
                "%s: %s of %s events, %s accepted",
                path,
                f"{tally.cutflow.generated:,}",
                f"{end - begin:,}",
                f"{tally.cutflow.stages[-1].n:,}",
            )
            if progress is not None:
                progress(tally.cutflow.generated)
        result = tally.summary(flat_factors(pipeline.detector))
        file.provenance["result"] = result
        if (expected := expected_rows(file.provenance)) is not None:
            result["expected"] = expected
        file.sums = Sums(cutflow=tally.cutflow, histograms=tally.histograms, tally=tally.to_bytes())
    return Part(path=path, span=span, events=file.events, tally=tally, provenance=dict(file.provenance))


def tally_of(
    job: Job, pipeline: Pipeline, span: Span, *, executor: Executor | None = None, workers: int = 1
) -> Tally:
    """What the events of some blocks come to, which are made and not written."""
    tally = Tally.of(pipeline, pictures=job.output.picture)
    for chunk in _chunks(job, pipeline, span, executor, workers):
        tally.add(chunk)
    return tally


def _chunks(job: Job, pipeline: Pipeline, span: Span, executor: Executor | None, workers: int) -> Any:
    # where most events are kept, or each is many times as large for those of a file, few at a time fill the memory
    large = isinstance(pipeline.source, ReadSource) or pipeline.detector is None or pipeline.keep == "all"
    size = min(job.run.chunk, BLOCK) if large else job.run.chunk
    blocks = (span.first, span.last)
    return chunks(pipeline, span.of, size=size, executor=executor, workers=workers, blocks=blocks)


def writer_of(job: Job, pipeline: Pipeline, path: Path, span: Span) -> EventWriter:
    """File of the kind that the ending of a path says, in the form that a job asks for."""
    said = provenance(job, pipeline) | {"sample": span.plain()}
    return writer_for(path, form_of(job.output), said)


def form_of(output: OutputTable) -> dict[str, Any]:
    """What a job says of the form of its file, beyond the defaults."""
    fields = type(output).model_fields
    said = {key: getattr(output, key) for key in fields if key not in _OF_EVERY_FILE}
    own = {key: value for key, value in said.items() if value != fields[key].default}
    return own | (output.model_extra or {})


def provenance(job: Job, pipeline: Pipeline) -> dict[str, Any]:
    """What a file says of the run that made it."""
    detector = describe_object(pipeline.detector)
    if detector is not None and (text := text_digest(type(pipeline.detector))):
        detector["code"] = text[:16]  # (of a stranger's, that it may be seen to have been edited)
    plugins = plugins_of_job(job)
    return (environment() | ({"plugins": plugins} if plugins else {})) | {
        "arithmetic": arithmetic()[:16],
        "job": job.model_dump(),
        "seed": job.run.seed,
        "source": describe_object(pipeline.source),
        "chain": describe_object(pipeline.chain),
        "detector": detector,
        "branching_ratio": job_ratio(job),
        "references": references_of_job(job, pipeline),
    }


def flat_factors(detector: Any) -> dict[str, float]:
    """Efficiencies that a detector was told to report without simulating them, by name; most have none."""
    return dict(getattr(detector, "flat_factors", {}))
