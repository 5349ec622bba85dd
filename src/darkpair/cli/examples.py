"""``darkpair examples``."""

from __future__ import annotations

from pathlib import Path

import click

from darkpair.cli.options import Place, verbose_option
from darkpair.cli.terminal import show, show_lines

__all__ = ["command"]


@click.command("examples")
@click.argument("folder", required=False, type=Place())
@verbose_option
def command(folder: Path | None) -> None:
    """Write the jobs, data files and scripts that the documentation names into FOLDER, or list them.

    As in: darkpair examples examples. Files that are there stay as they are.
    """
    from darkpair.plugins.examples import example_summaries, write_examples

    if folder is not None:
        show_lines(write_examples(folder) or [f"all are there already   {folder}"])
        return
    from darkpair.gen.tables import Table

    rows = list(example_summaries().items())
    show(Table(title="examples", columns=("file", "what it is"), rows=rows, fold=("what it is",)))
    show_lines(["write all into the folder examples   darkpair examples examples"], fold=False)
