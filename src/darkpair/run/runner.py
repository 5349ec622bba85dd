"""Run a job: events through the pipeline into a file, with a picture of what the selection saw."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import hist

from darkpair.detectors.efficiency import Efficiency, estimate
from darkpair.detectors.lifetime_scan import EFFECTIVE_MIN
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.decay_places import decay_places
from darkpair.gen.memory import keep_freed_memory
from darkpair.gen.output.formats import Format, checked_options, require_format, writer_for
from darkpair.gen.output.target import EventWriter
from darkpair.gen.pipeline import Chunk, Pipeline, ReadSource, chunks
from darkpair.gen.provenance import describe_object, environment
from darkpair.gen.sources.meson_spectra import SpectrumTally
from darkpair.gen.tables import Shown, Table
from darkpair.job.job import Job
from darkpair.job.tables import OutputTable
from darkpair.run.expected import expected_rows, job_ratio
from darkpair.run.picture import draw, require_matplotlib
from darkpair.run.summary import summary
from darkpair.workers import leave_if_imported, on_executor, worker_pool

__all__ = ["Result", "flat_factors", "format_of_job", "provenance", "run_job", "writer_of"]

#: Events that are put together before they are written: each writing costs some milliseconds, whatever its size.
_WRITE_AT_ONCE = 32768

#: Keys of ``[output]`` that say nothing of the file's form.
_OF_EVERY_FILE = {"path", "events", "picture"}


@dataclass(frozen=True, kw_only=True)
class Result(Shown):
    """What a job leaves.

    Parameters
    ----------
    path : Path
        The ROOT or HepMC3 file.
    pictures : tuple of Path
        One for each of the detector's histograms, or of what decays where without a detector.
    cutflow : Cutflow
        Generated events, and what each cut of the detector leaves of them.
    histograms : dict
        The detector's histograms by name.
    seconds : float
        Time from the first event to the complete file [s].
    factors : dict
        Efficiencies that the detector does not simulate, by name.
    provenance : dict
        What the file says of how it was made.
    """

    path: Path
    pictures: tuple[Path, ...]
    cutflow: Cutflow
    histograms: dict[str, hist.Hist[Any]]
    seconds: float
    factors: dict[str, float] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)

    def table(self) -> Table:
        """The cut flow, under what it comes to."""
        efficiency = self.efficiency
        error = "" if efficiency.error is None else f" ± {efficiency.error:.2g}"
        title = f"{self.path}: acceptance {efficiency.value:.5g}{error} of {self.cutflow.generated:,} events"
        return replace(self.cutflow.table(), title=title)

    @property
    def efficiency(self) -> Efficiency:
        """Acceptance with its interval; with no accepted event its error is None and its upper limit counts."""
        return estimate(self.cutflow)


def run_job(
    job: Job, *, progress: Callable[[int], None] | None = None, executor: Executor | None = None
) -> Result:
    """Events of a job in its file.

    Parameters
    ----------
    job : Job
        What to generate, and where to write it.
    progress : callable, optional
        Is called with the number of events that are done, after each chunk.
    executor : concurrent.futures.Executor, optional
        What works instead of ``run.workers`` processes, see `darkpair.workers.on_executor`.

    Raises
    ------
    InputError, UnknownNameError
        Before anything is generated or written; and where a worker ends too early (`darkpair.workers`).
    """
    leave_if_imported()
    form = format_of_job(job)  # before pilots make events
    pipeline = job.pipeline()
    keep_freed_memory()
    if job.output.picture:
        require_matplotlib()
    path = Path(job.output.path)
    writer = writer_of(job, pipeline)
    start = time.perf_counter()
    tally = _Tally.of(pipeline, pictures=job.output.picture)
    with writer as file, on_executor(executor), worker_pool(job.run.workers) as pool:
        _write_events(job, pipeline, file, pool, tally, progress)
        factors = flat_factors(pipeline.detector)
        file.provenance["result"] = result = tally.summary(factors)
        if (expected := expected_rows(file.provenance)) is not None:
            result["expected"] = expected
    seconds = time.perf_counter() - start
    histograms = tally.histograms
    title = str(file.provenance["chain"]["decay"])
    pictures: list[Path] = []
    stem = form.stem(path)
    for name, histogram in histograms.items() if job.output.picture else ():
        pictures.append(path.with_name(f"{stem}.png" if not pictures else f"{stem}_{name}.png"))
        draw(histogram, pipeline.detector, tally.total.cutflow, title, pictures[-1])
    return Result(
        path=path,
        pictures=tuple(pictures),
        cutflow=tally.total.cutflow,
        histograms=histograms,
        seconds=seconds,
        factors=factors,
        provenance=dict(file.provenance),
    )


@dataclass(kw_only=True)
class _Tally:
    """What a run has seen so far, without its events.

    Parameters
    ----------
    chunk : Chunk or None
        Cut flow and histograms; None before the first events.
    places : hist.Hist or None
        Where particles decay, where no detector has pictures to show.
    spectra : SpectrumTally or None
        Accepted weights by the generators of a spectrum.
    pictures : bool
        Whether pictures are wanted.
    """

    chunk: Chunk | None = None
    places: hist.Hist[Any] | None = None
    spectra: SpectrumTally | None
    pictures: bool

    @classmethod
    def of(cls, pipeline: Pipeline, *, pictures: bool) -> _Tally:
        """Of a pipeline that has made nothing yet."""
        detected = pipeline.detector is not None
        return cls(
            spectra=SpectrumTally.of(pipeline.source) if detected else None,
            pictures=pictures and not detected,
        )

    def add(self, chunk: Chunk) -> None:
        """Count the events of a chunk."""
        if self.pictures:
            seen = decay_places(chunk.events)
            self.places = seen if self.places is None else self.places + seen
        if self.spectra is not None:
            self.spectra.add(chunk.events, None if chunk.reco is None else chunk.reco.flat.get("accepted"))
        tally = chunk.tally()
        self.chunk = tally if self.chunk is None else Chunk.concatenate([self.chunk, tally])

    @property
    def total(self) -> Chunk:
        """Cut flow and histograms of every event."""
        assert self.chunk is not None
        return self.chunk

    @property
    def histograms(self) -> dict[str, hist.Hist[Any]]:
        """What there are pictures of."""
        places = {} if self.places is None else {"decay_places": self.places}
        return {**self.total.histograms, **places}

    def summary(self, factors: dict[str, float]) -> dict[str, Any]:
        """What the file says that the run came to."""
        cutflow = self.total.cutflow
        result = summary(cutflow, factors)
        if self.spectra is not None:
            result["spectra"] = self.spectra.rows(cutflow.acceptance, effective_min=EFFECTIVE_MIN)
        return result


def _write_events(
    job: Job,
    pipeline: Pipeline,
    file: EventWriter,
    executor: Executor | None,
    tally: _Tally,
    progress: Callable[[int], None] | None,
) -> None:
    """Make the events of a job, count them and write them."""
    waiting: list[Chunk] = []
    # events that keep those of a file are many times as large
    size = min(job.run.chunk, _WRITE_AT_ONCE) if isinstance(pipeline.source, ReadSource) else job.run.chunk
    for chunk in chunks(pipeline, job.run.n, size=size, executor=executor, workers=job.run.workers):
        waiting.append(chunk)
        tally.add(chunk)
        if sum(len(held.events) for held in waiting) >= _WRITE_AT_ONCE:
            file.write(Chunk.concatenate(waiting).record())
            waiting = []
        if progress is not None:
            progress(tally.total.cutflow.generated)
    if waiting:
        file.write(Chunk.concatenate(waiting).record())


def writer_of(job: Job, pipeline: Pipeline) -> EventWriter:
    """File of the kind that the ending of the job's path says."""
    return writer_for(job.output.path, _form(job.output), provenance(job, pipeline))


def format_of_job(job: Job) -> Format:
    """Format of a job's file.

    Raises
    ------
    InputError
        For an ending of no format, and a key of ``[output]`` that the format makes no use of.
    """
    file_format = require_format(job.output.path)
    checked_options(file_format, job.output.path, _form(job.output))
    return file_format


def _form(output: OutputTable) -> dict[str, Any]:
    """What a job says of the form of its file, beyond the defaults."""
    fields = type(output).model_fields
    said = {key: getattr(output, key) for key in fields if key not in _OF_EVERY_FILE}
    own = {key: value for key, value in said.items() if value != fields[key].default}
    return own | (output.model_extra or {})


def provenance(job: Job, pipeline: Pipeline) -> dict[str, Any]:
    """What the file says of the run that made it."""
    return environment() | {
        "job": job.model_dump(),
        "seed": job.run.seed,
        "source": describe_object(pipeline.source),
        "chain": describe_object(pipeline.chain),
        "detector": describe_object(pipeline.detector),
        "branching_ratio": job_ratio(job),
    }


def flat_factors(detector: Any) -> dict[str, float]:
    """Efficiencies that a detector was told to report without simulating them, by name; most have none."""
    return dict(getattr(detector, "flat_factors", {}))
