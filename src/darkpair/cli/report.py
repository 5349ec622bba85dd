"""``darkpair report``."""

from __future__ import annotations

from pathlib import Path

import click

from darkpair.cli.options import Place, verbose_option
from darkpair.cli.terminal import show_lines

__all__ = ["command"]


@click.command("report")
@click.argument("file", type=Place(), metavar="OUT")
@click.option(
    "-o",
    "--output",
    type=Place(),
    help="The page; OUT's name with .report.html unless given.",
)
@click.option("--force", is_flag=True, help="Replace a file that is there and is no report.")
@verbose_option
def command(file: Path, output: Path | None, force: bool) -> None:
    """Write one HTML page about a file of events or a folder of parts: cut flow, distributions, checks, provenance.

    It holds all that it shows, and loads nothing: it can be sent to somebody as it is.
    """
    from darkpair.run.beside import require_own_page
    from darkpair.run.report import write_report

    if output is not None and output.resolve() != file.resolve():  # (which is refused for another reason)
        require_own_page(output, replace=force)
    path = write_report(file, output, replace=force)
    show_lines([f"report                 {path}"])
