"""Run a job: events through the pipeline into a file, with a picture of what the selection saw."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import hist

from darkpair.chains.chain import spell
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.output.root import RootWriter, check_writable
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.provenance import describe, environment
from darkpair.job import Job

__all__ = ["Result", "run_job"]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a job leaves.

    Parameters
    ----------
    path : Path
        The ROOT file.
    picture : Path or None
    cutflow : Cutflow
    histograms : dict
    seconds : float
        From the first event to the complete file.
    """

    path: Path
    picture: Path | None
    cutflow: Cutflow
    histograms: dict[str, hist.Hist]
    seconds: float


def run_job(job: Job, *, progress: Callable[[int], None] | None = None) -> Result:
    """Events of a job in its file.

    Parameters
    ----------
    job : Job
    progress : callable, optional
        Told how many events are done, after each chunk.

    Raises
    ------
    InputError, UnknownNameError
        Before anything is generated or written.
    """
    pipeline = job.pipeline()
    path = Path(job.output.path)
    check_writable(path)
    start = time.perf_counter()
    cutflow: Cutflow | None = None
    histograms: dict[str, hist.Hist] = {}
    writer = RootWriter(path, layout=job.output.layout, kind=job.output.kind, provenance=provenance(job, pipeline))
    with writer as file, _pool(job.run.workers) as executor:
        for chunk in chunks(pipeline, job.run.n, size=job.run.chunk, executor=executor, workers=job.run.workers):
            file.write(chunk.record())
            cutflow = chunk.cutflow if cutflow is None else cutflow + chunk.cutflow
            for name, histogram in chunk.histograms.items():
                histograms[name] = histograms[name] + histogram if name in histograms else histogram
            if progress is not None:
                progress(cutflow.generated)
        assert cutflow is not None  # noqa: S101 (n is at least 1)
        file.provenance["result"] = summary(cutflow)
    picture = None
    if job.output.picture and histograms:
        from darkpair.picture import draw_plane

        picture = path.with_suffix(".png")
        draw_plane(histograms["pt_z"], pipeline.detector, cutflow, spell(pipeline.chain.decay), picture)
    return Result(
        path=path, picture=picture, cutflow=cutflow, histograms=histograms, seconds=time.perf_counter() - start
    )


def provenance(job: Job, pipeline: Pipeline) -> dict[str, Any]:
    """What the file says of the run that made it."""
    return environment() | {
        "job": job.model_dump(),
        "seed": job.run.seed,
        "source": describe(pipeline.source),
        "chain": describe(pipeline.chain),
        "detector": describe(pipeline.detector),
    }


def summary(cutflow: Cutflow) -> dict[str, Any]:
    """Counts, sums of weights and the acceptance, for JSON."""
    return {
        "generated": cutflow.generated,
        "accepted": cutflow.stages[-1].n,
        "acceptance": cutflow.acceptance,
        "acceptance_error": cutflow.acceptance_error,
        "effective_sample_size": cutflow.stages[-1].effective,
        "cutflow": cutflow.to_dict(),
    }


def _pool(workers: int) -> ProcessPoolExecutor | nullcontext[None]:
    if workers == 1:
        return nullcontext()
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
