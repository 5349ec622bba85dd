"""What is shown: lines and tables as they are, with whatever brackets a user's text has."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from darkpair.gen.tables import Table

__all__ = ["show", "show_lines"]

#: Letters of a line where there is no terminal to ask.
_WIDE = 120


def show(table: Table) -> None:
    """A table as wide as the terminal, or of `_WIDE` letters in a file, and an empty line below."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDE
    show_lines([table.text(width), ""])


def show_lines(lines: Iterable[object]) -> None:
    """Lines, as they are; a sign that the terminal does not have is shown as a question mark."""
    for line in lines:
        try:
            click.echo(str(line))
        except UnicodeEncodeError:
            encoding = sys.stdout.encoding or "ascii"
            click.echo(str(line).encode(encoding, "replace").decode(encoding))
