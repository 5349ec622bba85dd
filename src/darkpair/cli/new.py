"""``darkpair new``."""

from __future__ import annotations

import shlex

import click

from darkpair.cli import completion
from darkpair.cli.options import verbose_option
from darkpair.cli.terminal import show_lines

__all__ = ["command"]


@click.command("new")
@click.argument("kind", shell_complete=completion.new_kinds)
@click.argument("name")
@verbose_option
def command(kind: str, name: str) -> None:
    """Write a working, tested start in a new folder NAME: of a job, chain, source, model, detector, study, ...

    KIND is job, event-file, chain, source, model, detector, search, format, matrix-element or study. As in: darkpair new
    detector my_wall.
    """
    from darkpair.plugins.starting import STARTS, write_start

    show_lines(write_start(kind, name))
    start, folder = STARTS[kind], shlex.quote(name)
    if not start.group:
        show_lines(
            [
                f"see what it would do   darkpair check {folder}/job.toml",
                f"run it                 darkpair run {folder}/job.toml",
            ],
            fold=False,
        )
        return
    show_lines(
        [
            f"install it             pip install -e {shlex.quote(f'{name}[test]')}",
            f"test it                pytest {folder}",
            f"use it                 {start.use.replace('@name@', name).replace('job.toml', f'{folder}/job.toml')}",
        ],
        fold=False,
    )
