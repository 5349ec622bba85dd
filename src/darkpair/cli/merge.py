"""``darkpair merge``."""

from __future__ import annotations

from pathlib import Path

import click

from darkpair.cli.options import Place, verbose_option
from darkpair.cli.terminal import show, show_lines

__all__ = ["command"]


@click.command("merge")
@click.argument("out", type=Place())
@click.argument("parts", nargs=-1, required=True, type=Place(), metavar="PART...")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@verbose_option
def command(out: Path, parts: tuple[Path, ...], force: bool) -> None:
    """Join parts of one sample, files or a folder of parts, into one file: the events and sums of the run of one process."""
    from darkpair.report.run import cutflow_table, result_lines
    from darkpair.run.merge import merge
    from darkpair.run.summary import completed

    provenance = merge(out, parts, replace=force).provenance
    result = provenance.get("result")
    if isinstance(result, dict) and "cutflow" in result:
        rows = completed(result)
        show(cutflow_table(rows))
        show_lines(result_lines(rows, provenance=provenance))
    show_lines([f"events                 {out}"])
