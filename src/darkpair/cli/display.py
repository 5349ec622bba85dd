"""``darkpair display``."""

from __future__ import annotations

from pathlib import Path

import click

from darkpair.cli.options import Place, verbose_option
from darkpair.cli.terminal import show_lines

__all__ = ["command"]


@click.command("display")
@click.argument("file", type=Place())
@click.option(
    "-o",
    "--output",
    type=Place(),
    help="A page, .html, or events for Phoenix, .json; the file's name with .html unless given.",
)
@click.option(
    "--most", type=click.IntRange(1, 5000), default=200, show_default=True, help="Largest number of events."
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@verbose_option
def command(file: Path, output: Path | None, most: int, force: bool) -> None:
    """Show events of a finished file in three dimensions, in a page that needs no network, or write them for Phoenix."""
    from darkpair.gen.errors import InputError
    from darkpair.gen.output.target import check_writable, put
    from darkpair.report.display import page
    from darkpair.report.phoenix import phoenix

    path = output or Path(f"{file.name.partition('.')[0] or 'events'}.html")
    texts = {".html": page, ".json": phoenix}
    if path.suffix not in texts:
        raise InputError(
            f"{path.name!r} ends as neither a page nor Phoenix's events; allowed: names that end in {' or '.join(texts)}"
        )
    if path.exists() and not force:
        raise InputError(f"{str(path)!r} exists; give another name with -o, or replace it with --force")
    check_writable(path)
    text = texts[path.suffix](file, most)
    put({path: text})
    show_lines([f"{'events of ' + file.name:<23}{path}"])
