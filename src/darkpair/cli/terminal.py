"""What is shown: lines as they are, with whatever brackets a user's text has, and tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["show", "show_lines"]


def show(table: Table) -> None:
    """A table as wide as the terminal; cells are texts, in which no bracket or colon means anything."""
    from rich.console import Console

    Console(highlight=False, markup=False, emoji=False, soft_wrap=True).print(table)


def show_lines(lines: Iterable[object]) -> None:
    """Lines, as they are."""
    for line in lines:
        click.echo(str(line))
