"""Run a job: events through the pipeline into a file or a folder of parts, with a picture of what the selection saw."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import hist

from darkpair.detectors.efficiency import Efficiency, estimate
from darkpair.gen.agreement import other_beam
from darkpair.gen.bars import bar_in_notebook
from darkpair.gen.compiled.mode import wanted
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.errors import DarkpairWarning, InputError
from darkpair.gen.memory import keep_freed_memory
from darkpair.gen.output.part_names import parts_of
from darkpair.gen.output.parts import Span, blocks_text
from darkpair.gen.output.target import clean_unfinished
from darkpair.gen.pipeline import Pipeline, blocks_of
from darkpair.gen.stops import before_leaving, keeping
from darkpair.gen.tables import Shown, Table
from darkpair.job.job import Job, JobGiven, read_job
from darkpair.run.beside import picture_paths, place_of_pictures, require_own_pictures
from darkpair.run.dataset import Dataset, File, is_dataset, require_no_other_folder
from darkpair.run.fill import fill
from darkpair.run.foresight import warn_of_long_run
from darkpair.run.job_format import format_of_job
from darkpair.run.joined import joined
from darkpair.run.part import Part, flat_factors, provenance, span_of_part, tally_of, write_part
from darkpair.run.picture import draw, require_matplotlib
from darkpair.run.picture_title import drawn_title, picture_title
from darkpair.run.standing import Standing, refuse_other, standing
from darkpair.run.summary import few_effective, not_compiled
from darkpair.run.tally import Tally
from darkpair.workers import leave_if_imported, on_executor, require_sendable, worker_pool

__all__ = ["Result", "blocks_of_share", "format_of_job", "run_job"]

_LOG: Final = logging.getLogger(__name__)

#: What a run that is stopped leaves of one file.
_NOTHING_KEPT = "nothing of this run is kept; the same command starts again"
_COMPLETE = "is complete; the same command makes a picture that is missing"

#: Is called with the number of events that are done.
Progress = Callable[[int], None]


@dataclass(frozen=True, kw_only=True)
class Result(Shown):
    """What a job leaves.

    Parameters
    ----------
    path : Path
        The ROOT or HepMC3 file, or the folder of a dataset.
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
    made : int
        Generated events that this run made; 0 where everything was there.
    note : str
        What was there before, or is missing still; empty where there is nothing to say.
    """

    path: Path
    pictures: tuple[Path, ...]
    cutflow: Cutflow
    histograms: dict[str, hist.Hist[Any]]
    seconds: float
    factors: dict[str, float] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)
    made: int = 0
    note: str = ""

    def table(self) -> Table:
        """The cut flow, under what it comes to."""
        efficiency = self.efficiency
        error = "" if not efficiency.error else f" ± {efficiency.error:.2g}"
        title = f"{self.path}: acceptance {efficiency.value:.5g}{error} of {self.cutflow.generated:,} events"
        return replace(self.cutflow.table(), title=title)

    @property
    def efficiency(self) -> Efficiency:
        """Acceptance with its interval; with no accepted event its error is None and its upper limit counts."""
        return estimate(self.cutflow)


def run_job(
    job: JobGiven,
    *,
    progress: Progress | None = None,
    executor: Executor | None = None,
    part: tuple[int, int] | None = None,
    replace_other: bool = False,
) -> Result:
    """Events of a job in its file, or in the parts of its dataset.

    What is there already is not made again: a file of the same events is left as it is, and of a dataset the parts that are
    missing or damaged are made. A longer run takes the place of a shorter one of its sample.

    Parameters
    ----------
    job : Job or path
        What to generate, and where to write it; or a job file that says so.
    progress : callable, optional
        Is called with the number of events that are done, those that were there included, after each chunk or part. Where
        none is given, a notebook shows a bar (with ipywidgets).
    executor : concurrent.futures.Executor, optional
        What works instead of ``run.workers`` processes, see `darkpair.workers.on_executor`.
    part : tuple of int, optional
        (k, n): the k-th of n equal shares of the sample, k from 1; all of it unless given.
    replace_other : bool
        Whether what is there is made again, and another thing is replaced; ``output.replace`` of the job says it too.

    Raises
    ------
    InputError, UnknownNameError
        Before anything is generated or written; where another file stands at the path; and where a worker ends too early
        (`darkpair.workers`).

    Warns
    -----
    DarkpairWarning
        Where few of the accepted events carry most of the weight, where formulas should be compiled and cannot be, and where
        the source has protons of another energy than the detector.
    """
    leave_if_imported()
    format_of_job(job := read_job(job))  # before pilots make events
    if (line := not_compiled(job.run.compiled)) is not None:
        warnings.warn(line, DarkpairWarning, stacklevel=2)
    require_no_other_folder(job.output.path)
    blocks_of_share(1, part)
    with wanted(job.run.compiled, job.run.n or 0):  # (pilots make events)
        pipeline = job.pipeline()
    if (line := other_beam(pipeline.source, pipeline.detector)) is not None:
        warnings.warn(line, DarkpairWarning, stacklevel=2)
    keep_freed_memory()
    if job.output.picture:
        require_matplotlib()
    n = pipeline.events(job.run.n)
    span = span_of_part(pipeline, n, blocks_of_share(n, part))
    with on_executor(executor), bar_in_notebook(progress, "events", span.events[1] - span.events[0]) as shown:
        require_sendable(pipeline, job.run.workers)
        run = _Run(
            job=job, pipeline=pipeline, span=span, progress=shown, replace=replace_other or job.output.replace
        )
        result = run.dataset() if is_dataset(job.output.path) else run.file()
    if part is None and (line := few_effective(result.cutflow, pipeline)) is not None:
        warnings.warn(line, DarkpairWarning, stacklevel=2)
    return result


def blocks_of_share(events: int, part: tuple[int, int] | None) -> tuple[int, int]:
    """First block, and the one after the last, of the k-th of n equal shares of a run; of all of it without one.

    Raises
    ------
    InputError
        For a share that is not one of 1 to n.
    """
    k, n = (1, 1) if part is None else part
    if not 1 <= k <= n:
        raise InputError(f"part {k}/{n}; allowed: K/N with K from 1 to N")
    return blocks_of(events) * (k - 1) // n, blocks_of(events) * k // n


@dataclass(frozen=True, kw_only=True)
class _Run:
    """A job that is run.

    Parameters
    ----------
    job : Job
    pipeline : Pipeline
        The job's.
    span : Span
        Blocks that are asked for.
    progress : callable or None
        Is called with the number of events that are done.
    replace : bool
        Whether what is there is made again.
    """

    job: Job
    pipeline: Pipeline
    span: Span
    progress: Progress | None
    replace: bool

    @property
    def wanted(self) -> dict[str, Any]:
        """What the file says of how it is made."""
        return provenance(self.job, self.pipeline) | {"sample": self.span.plain()}

    def file(self) -> Result:
        """Events in one file."""
        path = Path(self.job.output.path)
        there = Standing(kind="nothing") if self.replace else standing(path, self.wanted)
        _LOG.info(
            "%s: %s",
            path,
            "is made" if there.kind == "nothing" else there.why or f"{there.kind} events are there",
        )
        if there.kind == "other":
            raise refuse_other(path, there)
        if there.kind == "same":
            return self._again(path, there)
        self._look_at_pictures(again=there.kind != "nothing")
        warn_of_long_run(self.job, self.pipeline, self.span.events[1] - self.span.events[0])
        start, workers = time.perf_counter(), self.job.run.workers
        part: Part | None = None
        with (
            keeping(lambda: _NOTHING_KEPT if part is None else f"{path} {_COMPLETE}"),
            worker_pool(workers) as executor,
        ):
            part = write_part(
                self.job,
                self.pipeline,
                path,
                self.span,
                executor=executor,
                workers=workers,
                progress=self.progress,
            )
        seconds = time.perf_counter() - start
        note = "" if there.kind == "nothing" else f"what was there {there.why}, and is replaced"
        return self._result(
            path, part.tally, part.provenance, seconds, made=part.tally.cutflow.generated, note=note
        )

    def dataset(self) -> Result:
        """Events in the parts of a dataset."""
        whole = replace(self.span, first=0, last=blocks_of(self.span.of))
        dataset = Dataset(
            folder=Path(self.job.output.path),
            ending=format_of_job(self.job).ending,
            wanted=self.wanted | {"sample": whole.plain()},
        )
        first, last = self.span.first, self.span.last
        obsolete = dataset.obsolete(first, last) if self.replace else {}
        start = time.perf_counter()
        there = dataset.files(without=obsolete)
        missing = dataset.missing(there, first, last)
        made = sum(b - a for a, b in (replace(whole, first=a, last=b).events for a, b in missing))
        if made:
            self._look_at_pictures(again=bool(there))
            warn_of_long_run(self.job, self.pipeline, made)
        _LOG.info("%s: %s of %s events are missing", dataset.folder, f"{made:,}", f"{whole.of:,}")
        begin, end = self.span.events
        files, fresh = self._filled(dataset, missing, obsolete, end - begin - made)
        seconds = time.perf_counter() - start
        inside = [row for row in files if row.blocks[0] < self.span.last and row.blocks[1] > self.span.first]
        if not inside:
            empty = Tally.of(self.pipeline, pictures=False)
            empty.add(self.pipeline.nothing())
            said = self.wanted | {"result": empty.summary(flat_factors(self.pipeline.detector))}
            return self._result(dataset.folder, empty, said, seconds, made=0)
        total = joined([dataset.folder / row.file for row in inside], str(dataset.folder))
        tally = total.tally or (fresh if made == end - begin else None)
        if tally is None and self.span == whole:  # (a share has no picture)
            tally = self._counted(dataset.picture)
        rest = [replace(whole, first=a, last=b) for a, b in dataset.missing(files, 0, whole.last)]
        notes = [_kept(total.provenance, end - begin - made, made)] * (made < end - begin)
        if rest:
            notes.append(f"not there yet: {blocks_text(rest)}; the same command without --part makes them")
        return self._result(
            dataset.folder, tally, total.provenance, seconds, made=made, note="; ".join(notes)
        )

    def _look_at_pictures(self, *, again: bool) -> None:
        """Refuse, before anything is made, a picture that cannot be written or would take the place of somebody's."""
        require_own_pictures(self.job, lambda: self.pipeline, replace=self.replace, again=again)

    def _filled(
        self,
        dataset: Dataset,
        missing: list[tuple[int, int]],
        obsolete: dict[Path, tuple[int, ...]],
        there: int,
    ) -> tuple[list[File], Tally | None]:
        """Parts that are there when the missing ones are made, beside some events that are, and what these came to."""
        folder, workers, progress = dataset.folder, self.job.run.workers, self.progress
        with (
            keeping(
                lambda: (
                    f"{folder} keeps its complete parts ({len(parts_of(folder))}); the same command goes on"
                )
            ),
            before_leaving(lambda: clean_unfinished(folder)),
            worker_pool(workers if missing else 1) as executor,
        ):
            return fill(
                self.job,
                self.pipeline,
                dataset,
                missing,
                executor=executor,
                workers=getattr(executor, "workers", workers),
                progress=None if progress is None else lambda done: progress(there + done),
                obsolete=obsolete,
            )

    def _again(self, path: Path, there: Standing) -> Result:
        """A file that is there already, and its pictures, made where they are missing."""
        total = joined([path], str(path))
        note = _kept(there.provenance, self.span.of, 0)
        tally = total.tally or self._counted(path.with_name(f"{format_of_job(self.job).stem(path)}.png"))
        return self._result(path, tally, total.provenance, 0.0, made=0, note=note)

    def _counted(self, picture: Path) -> Tally | None:
        """What the events come to, made once more where a picture is missing and the format keeps no histograms."""
        if not self.job.output.picture or picture.exists():
            return None
        workers = self.job.run.workers
        with worker_pool(workers) as executor:
            return tally_of(self.job, self.pipeline, self.span, executor=executor, workers=workers)

    def _result(
        self,
        path: Path,
        tally: Tally | None,
        said: dict[str, Any],
        seconds: float,
        *,
        made: int,
        note: str = "",
    ) -> Result:
        """What is left, with its pictures: new ones where events were made, else those that are missing."""
        result = said.get("result") or {}
        if tally is None and "cutflow" not in result:
            raise InputError(
                f"{str(path)!r} does not say what its events came to; make it again, with --force"
            )
        weights = result.get("largest_weight"), result.get("nonzero_weights")
        flow = Cutflow.from_dict(result["cutflow"], *weights) if tally is None else tally.cutflow
        pictures = self._pictures(path, tally, flow, new=made > 0)
        return Result(
            path=path,
            pictures=tuple(pictures),
            cutflow=flow,
            histograms={} if tally is None else tally.histograms,
            seconds=seconds,
            factors=flat_factors(self.pipeline.detector),
            provenance=said,
            made=made,
            note=note,
        )

    def _pictures(self, path: Path, tally: Tally | None, flow: Cutflow, *, new: bool) -> list[Path]:
        """Pictures of the histograms beside the file, or in the folder, of a whole dataset only: new parts outdate its pictures."""
        if not self.job.output.picture or not flow.generated:
            return []
        if tally is None or (self.pipeline.detector is None and not tally.histograms):
            return []
        names = list(tally.histograms)
        out = picture_paths(place_of_pictures(self.job), names)
        if path.is_dir() and not self.span.whole:
            for outdated in out if new else ():
                outdated.unlink(missing_ok=True)
            return []
        for name, picture in zip(names, out, strict=True):
            if new or not picture.exists():
                title, said = drawn_title(self.wanted), picture_title(self.wanted)
                with keeping(lambda: f"{path} {_COMPLETE}"):
                    draw(tally.histograms[name], self.pipeline.detector, flow, title, picture, said)
        return out


def _kept(said: Mapping[str, Any], events: int, made: int) -> str:
    """What is said of generated events that were there already, beside those that a run made."""
    if made:
        return f"{events:,} of the generated events were there already, {made:,} are new"
    version = (said.get("versions") or {}).get("darkpair", "?")
    return f"is there, made with darkpair {version}; --force makes it again"
