"""``darkpair run``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from darkpair.cli import completion
from darkpair.cli.dask import dask_option, on_dask
from darkpair.cli.options import (
    job_argument,
    overrides_of,
    part_of,
    run_options,
    settings_option,
    verbose_option,
)
from darkpair.cli.terminal import say_held, show, show_lines
from darkpair.gen.bars import bar

if TYPE_CHECKING:
    from darkpair.run.runner import Result

__all__ = ["command"]


@click.command("run")
@job_argument
@run_options
@click.option(
    "--part",
    metavar="K/N",
    help="The K-th of N equal parts of the sample alone, in whole blocks; darkpair merge joins them.",
)
@click.option("--force", is_flag=True, help="Make again what is there, and replace a file of other events.")
@settings_option
@click.option(
    "--scan",
    "scans",
    multiple=True,
    metavar="SECTION.KEY=VALUES",
    shell_complete=completion.settings,
    help="A run at each of several values, as chain.mass.X2='200 MeV, 300 MeV', in folders below -o; given again, of every combination.",
)
@dask_option
@verbose_option
def command(
    job: Path,
    settings: tuple[str, ...],
    part: str | None,
    force: bool,
    scans: tuple[str, ...],
    dask: str | None,
    **given: object,
) -> None:
    """Generate the events of a job file, in one file or, where the output ends in /, in a folder of parts.

    What is there already is kept: the same command again makes what is missing.
    """
    if scans:
        with on_dask(dask):
            _sweep(job, settings, scans, overrides_of(given), part=part_of(part), replace_other=force)
        return
    from darkpair.job.job import load_job
    from darkpair.run.runner import run_job

    share = part_of(part)
    loaded = load_job(job, settings, overrides_of(given))
    with on_dask(dask), _progress(_events_of(loaded.run.n, share)) as progress:
        result = run_job(loaded, progress=progress, part=share, replace_other=force)
    _show(result)


def _events_of(n: int | None, share: tuple[int, int] | None) -> int | None:
    """Events of a share of a run; None of a run whose event file says how many they are."""
    from darkpair.gen.streams import BLOCK
    from darkpair.run.runner import blocks_of_share

    if n is None:
        return None
    first, last = blocks_of_share(n, share)
    return min(last * BLOCK, n) - min(first * BLOCK, n)


def _show(result: Result) -> None:
    """Tables and lines of what a run came to."""
    from darkpair.report.expected import expected_lines
    from darkpair.report.run import cutflow_table, result_lines, sample_lines
    from darkpair.run.summary import summary

    rows = summary(result.cutflow, result.factors)
    show(cutflow_table(rows))
    seconds = result.seconds if result.made == rows["generated"] else None
    show_lines(result_lines(rows, seconds, result.provenance))
    show_lines(sample_lines(result.provenance))
    show_lines(expected_lines(result.provenance.get("result", {}).get("expected")))
    show_lines([f"events                 {result.path}"])
    show_lines(f"picture                {picture}" for picture in result.pictures)
    show_lines([f"note                   {result.note}"] if result.note else [])


def _sweep(
    job: Path, settings: tuple[str, ...], scans: tuple[str, ...], overrides: dict[str, Any], **how: Any
) -> None:
    """A run at every point."""
    from darkpair.export.sweep import run_and_write
    from darkpair.run.sweep import plan_sweep

    folder = overrides.pop("output.path")
    plan = plan_sweep(job, scans, folder, settings=settings, overrides=overrides)
    with _progress(plan.events) as progress:
        result = run_and_write(plan, progress, **how)
    show(result.table())
    there = len(plan.points) - result.made
    show_lines(
        [f"made                   {result.made} points" + (f"; {there} were complete" if there else "")]
    )
    show_lines(f"of all points          {path}" for path in result.files)
    if not result.files:
        show_lines(
            [
                "of all points          the same command without --part writes the table when all parts are there"
            ]
        )


@contextmanager
def _progress(total: int | None) -> Iterator[Callable[[int], None] | None]:
    """Bar of the events on a terminal; None elsewhere, where nobody would see one."""
    with bar("events", total) as shown:
        if shown is None:
            yield None
            return

        def show(done: int) -> None:
            say_held()  # (the job was not refused)
            shown(done)

        yield show
