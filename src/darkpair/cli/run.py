"""``darkpair run``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from darkpair.cli.dask import dask_option, on_dask
from darkpair.cli.options import job_argument, overrides_of, run_options, settings_option
from darkpair.cli.terminal import say_held, show, show_lines

__all__ = ["command"]


@click.command("run")
@job_argument
@run_options
@settings_option
@dask_option
def command(job: Path, settings: tuple[str, ...], dask: str | None, **given: object) -> None:
    """Generate the events of a job file."""
    from darkpair.job.job import load_job
    from darkpair.report.expected import expected_lines
    from darkpair.report.run import cutflow_table, result_lines, sample_lines
    from darkpair.run.runner import run_job
    from darkpair.run.summary import summary

    loaded = load_job(job, settings, overrides_of(given))
    with on_dask(dask), _progress(loaded.run.n) as progress:
        result = run_job(loaded, progress=progress)
    rows = summary(result.cutflow, result.factors)
    show(cutflow_table(rows))
    show_lines(result_lines(rows, result.seconds))
    show_lines(sample_lines(result.provenance))
    show_lines(expected_lines(result.provenance["result"].get("expected")))
    show_lines([f"events                 {result.path}"])
    show_lines(f"picture                {picture}" for picture in result.pictures)


@contextmanager
def _progress(total: int | None) -> Iterator[Callable[[int], None] | None]:
    """Bar of the events on a terminal; None elsewhere, where nobody would see one."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, TextColumn, TimeRemainingColumn

    columns = (
        *Progress.get_default_columns()[:-1],
        TimeRemainingColumn(),
        TextColumn("{task.fields[shown]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("events", total=total, shown="")

        def show(done: int) -> None:
            say_held()  # (the job was not refused)
            bar.update(task, completed=done, shown=f"{done:,}")

        yield show
