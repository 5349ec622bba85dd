"""What a job would do: its objects, its rates, some thousand events through the whole pipeline; nothing is written for good."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from darkpair.chains.models.rates import RateRow, build_model, rate_table
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.agreement import other_beam
from darkpair.gen.memory import keep_freed_memory
from darkpair.gen.output.part_names import parts_of
from darkpair.gen.output.parts import Sums
from darkpair.gen.output.target import check_writable
from darkpair.gen.output.unwritten import UnwrittenError
from darkpair.gen.pipeline import Chunk, Pipeline, ReadSource, ReusedSource, blocks_of
from darkpair.gen.streams import BLOCK
from darkpair.job.job import Job, JobGiven, read_job
from darkpair.run.beside import require_own_pictures
from darkpair.run.dataset import is_dataset, require_no_other_folder
from darkpair.run.expected import expected_rows
from darkpair.run.job_format import format_of_job
from darkpair.run.part import flat_factors, provenance, span_of_part, writer_of
from darkpair.run.picture import require_matplotlib
from darkpair.run.preview import Preview
from darkpair.run.standing import Standing, standing
from darkpair.run.summary import not_compiled, summary
from darkpair.run.tally import Tally

__all__ = ["check_job", "forecast"]

#: Accepted events of a pilot below which the size of a file is a guess that nobody is told.
_FEW: Final = 20

#: How often a trial of the file is timed at most, the shortest counts, and the time after which no more are made [s]: a pass of
#: Python's collector takes five times as long as a block in a ROOT file.
_TRIES: Final = 5
_LONG: Final = 0.3


@dataclass(frozen=True, kw_only=True)
class _Written:
    """Events of a file, its bytes and the seconds that it took."""

    events: int
    size: int
    seconds: float


def check_job(job: JobGiven) -> Preview:
    """A job's first block of events, which are those that the run would begin with, and what follows for the run.

    Parameters
    ----------
    job : Job or path
        A job, or a job file.

    Raises
    ------
    InputError, UnknownNameError
        Whatever the run would refuse.
    """
    job = read_job(job)
    require_no_other_folder(job.output.path)
    format_of_job(job)
    pipeline = job.pipeline()
    events = pipeline.events(job.run.n)
    check_writable(_place(job.output.path))
    if job.output.picture:
        require_matplotlib()
    there = _there(job, pipeline, events)
    if there.kind != "same":
        again = there.kind != "nothing" or bool(parts_of(Path(job.output.path)))
        replace = job.output.replace or there.kind == "other"  # (which is said below)
        require_own_pictures(job, lambda: pipeline, replace=replace, again=again)
    rates: tuple[RateRow, ...] = ()
    if job.chain.model is not None:
        rates = tuple(rate_table(build_model(job.chain.model, job.chain.parameters, job.chain.inputs)))
    keep_freed_memory()  # (as a run does)
    chunk, seconds, size = forecast(job, pipeline, events)
    said = provenance(job, pipeline)
    said["result"] = summary(chunk.cutflow, flat_factors(pipeline.detector))
    if (expected := expected_rows(said)) is not None:
        said["result"]["expected"] = expected
    return Preview(
        pipeline=pipeline,
        events=events,
        rates=rates,
        provenance=said,
        seconds=seconds,
        size=size,
        warnings=tuple(_warnings(job, pipeline, chunk, events, there)),
    )


def forecast(job: Job, pipeline: Pipeline, events: int) -> tuple[Chunk, float, int | None]:
    """The first block of a job, and by it the time [s] and the bytes of a run of that many events; None of a size that is not known.

    Parameters
    ----------
    job : Job
    pipeline : Pipeline
        The job's.
    events : int
        Events of the run.
    """
    chunk, seconds = _timed(pipeline, events)
    half, whole = _trials(job, pipeline, chunk, format_of_job(job).ending)
    # the frame of a file is written once: events cost what the second half of them adds
    blocks = events / chunk.cutflow.generated
    size, writing = 2.0 * (whole.size - half.size), max(0.0, 2.0 * (whole.seconds - half.seconds))
    total = (seconds / job.run.workers + writing) * blocks
    return chunk, total, None if whole.events < _FEW else round(whole.size + size * (blocks - 1.0))


def _place(path: str) -> Path:
    """A file that has to be writable: the output, or one in the folder that is, or will be, a dataset's."""
    if not is_dataset(path):
        return Path(path)
    folder = Path(path).absolute()
    return next((at for at in (folder, *folder.parents) if at.exists()), folder) / "events"


def _timed(pipeline: Pipeline, events: int) -> tuple[Chunk, float]:
    """The first block, and the seconds of one when everything has been read and compiled: those of the second."""
    start = time.perf_counter()
    chunk = pipeline.chunk(0, 1, events)
    seconds = time.perf_counter() - start
    if events >= 2 * BLOCK:
        start = time.perf_counter()
        pipeline.chunk(1, 2, events)
        seconds = min(seconds, time.perf_counter() - start)
    return chunk, seconds


def _trials(job: Job, pipeline: Pipeline, chunk: Chunk, ending: str) -> tuple[_Written, _Written]:
    """Files with half of a chunk and with all of it, in the system's folder for what is temporary; they are gone now."""
    try:
        with tempfile.TemporaryDirectory(prefix="darkpair-") as folder:
            path = Path(folder) / f"events{ending}"
            _written(job, pipeline, chunk, path, 1.0)  # (what is imported and compiled for it, once)
            tries: list[tuple[_Written, _Written]] = []
            while len(tries) < _TRIES and sum(a.seconds + b.seconds for a, b in tries) < _LONG:
                tries.append(
                    (_written(job, pipeline, chunk, path, 0.5), _written(job, pipeline, chunk, path, 1.0))
                )
    except OSError as error:
        raise UnwrittenError(
            f"a trial of the file, which goes to the temporary folder: {error.strerror or error}; for another folder set TMPDIR",
            error.errno,
        ) from error
    half, whole = (min(files, key=lambda file: file.seconds) for files in zip(*tries, strict=True))
    return half, whole


def _written(job: Job, pipeline: Pipeline, chunk: Chunk, path: Path, part: float) -> _Written:
    """File with a part of a chunk, which goes there as a run's do."""
    some = chunk.span(0, round(part * len(chunk.events)))
    start = time.perf_counter()
    span = span_of_part(pipeline, chunk.cutflow.generated, (0, 1))
    tally = Tally.of(pipeline, pictures=job.output.picture)
    tally.add(chunk)
    with writer_of(job, pipeline, path, span) as file:
        file.sums = Sums(cutflow=tally.cutflow, histograms=tally.histograms, tally=tally.to_bytes())
        file.provenance["result"] = tally.summary(flat_factors(pipeline.detector))
        file.add(some)
    return _Written(events=len(some.events), size=path.stat().st_size, seconds=time.perf_counter() - start)


def _there(job: Job, pipeline: Pipeline, events: int) -> Standing:
    """What is there of a file."""
    span = span_of_part(pipeline, events, (0, blocks_of(events)))
    return standing(Path(job.output.path), provenance(job, pipeline) | {"sample": span.plain()})


def _standing_lines(job: Job, there: Standing) -> list[str]:
    """What a run would do with what is there."""
    path = Path(job.output.path)
    words = {
        "same": "is there already and would be left as it is",
        "shorter": f"{there.why} and would be replaced by the longer run",
        "older": f"{there.why} and would be made again",
        "other": f"{there.why}: the run would refuse to replace it",
    }
    if there.kind == "other" and job.output.replace:
        return [f"{path} exists and would be replaced"]
    return [f"{path} {words[there.kind]}"] if there.kind in words else []


def _for_more(pipeline: Pipeline, events: int) -> str:
    """What to do for more events than those."""
    source = pipeline.source
    if not isinstance(source, ReadSource) or events < source.n_parents:
        return "raise run.n"
    return f"give more files{', or raise source.uses,' if isinstance(source, ReusedSource) else ''}"


def _warnings(job: Job, pipeline: Pipeline, chunk: Chunk, events: int, there: Standing) -> list[str]:
    """What a run would not say before it is over."""
    lines = [line] if (line := not_compiled(job.run.compiled)) is not None else []
    if (line := other_beam(pipeline.source, pipeline.detector)) is not None:
        lines.append(line)
    if isinstance(pipeline.detector, FixedTarget) and (line := pipeline.detector.face_inside()) is not None:
        lines.append(line)
    last = chunk.cutflow.stages[-1]
    lines += _standing_lines(job, there)
    if last.n == 0:
        lines.append(
            f"none of the first {chunk.cutflow.generated:,} events is accepted: see which cut leaves none, and whether "
            "lifetimes need to be forced"
        )
    elif last.effective < 0.01 * last.n / chunk.cutflow.uses:
        lines.append(
            f"the accepted {last.n:,} events are worth {last.effective:.3g} of equal weight: a few carry all of it"
        )
    if last.n and last.n * events / chunk.cutflow.generated < 100:
        lines.append(
            f"some {last.n * events / chunk.cutflow.generated:.0f} events would be accepted; {_for_more(pipeline, events)} for more"
        )
    return lines
