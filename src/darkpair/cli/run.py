"""``darkpair run``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from darkpair.cli import completion
from darkpair.cli.options import job_argument, overrides_of, run_options, settings_option
from darkpair.cli.terminal import say_held, show, show_lines

__all__ = ["command"]


@click.command("run")
@job_argument
@run_options
@settings_option
@click.option(
    "--scan",
    "scans",
    multiple=True,
    metavar="SECTION.KEY=VALUES",
    shell_complete=completion.settings,
    help="A run at each of several values, as chain.mass.X2='200 MeV, 300 MeV', in folders below -o; again for more keys.",
)
def command(job: Path, settings: tuple[str, ...], scans: tuple[str, ...], **given: object) -> None:
    """Generate the events of a job file."""
    if scans:
        _sweep(job, settings, scans, overrides_of(given))
        return
    from darkpair.job.job import load_job
    from darkpair.report.expected import expected_lines
    from darkpair.report.run import cutflow_table, result_lines, sample_lines
    from darkpair.run.runner import run_job
    from darkpair.run.summary import summary

    loaded = load_job(job, settings, overrides_of(given))
    with _progress(loaded.run.n) as progress:
        result = run_job(loaded, progress=progress)
    rows = summary(result.cutflow, result.factors)
    show(cutflow_table(rows))
    show_lines(result_lines(rows, result.seconds))
    show_lines(sample_lines(result.provenance))
    show_lines(expected_lines(result.provenance["result"].get("expected")))
    show_lines([f"events                 {result.path}"])
    show_lines(f"picture                {picture}" for picture in result.pictures)


def _sweep(job: Path, settings: tuple[str, ...], scans: tuple[str, ...], overrides: dict[str, Any]) -> None:
    """A run at every point."""
    from darkpair.export.sweep import run_and_write
    from darkpair.run.sweep import plan_sweep

    folder = overrides.pop("output.path")
    plan = plan_sweep(job, scans, folder, settings=settings, overrides=overrides)
    with _progress(plan.events) as progress:
        result = run_and_write(plan, progress)
    show(result.table())
    there = len(plan.points) - result.made
    show_lines(
        [f"made                   {result.made} points" + (f"; {there} were complete" if there else "")]
    )
    show_lines(f"of all points          {path}" for path in result.files)


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
