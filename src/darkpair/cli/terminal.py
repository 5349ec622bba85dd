"""What is shown: lines and tables as they are, with whatever brackets a user's text has."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from darkpair.gen.tables import folded

if TYPE_CHECKING:
    from darkpair.gen.tables import Table

__all__ = ["forget_held", "hold", "is_terminal", "open_streams", "say_held", "show", "show_lines", "width"]

#: Letters of a line where there is no terminal to ask.
_WIDE = 120

#: What a command has to say beside its output; a command that is refused says why, and nothing else.
_HELD: list[str] = []


def open_streams() -> None:
    """Give a program that was started without an output or an errors' output one, so that no file gets their numbers.

    An output without a buffer (PYTHONUNBUFFERED) gets one: where the disk is full, half a text is lost there without a word.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        raw = getattr(stream, "buffer", None)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 (open to the end)
        elif isinstance(raw, io.RawIOBase):
            buffer = io.BufferedWriter(raw)
            text = io.TextIOWrapper(buffer, stream.encoding, stream.errors, line_buffering=True)
            setattr(sys, name, text)


def hold(line: str) -> None:
    """Keep a line until the command has something to show, or ends well."""
    _HELD.append(line)


def forget_held() -> None:
    """Drop what is kept."""
    _HELD.clear()


def say_held() -> None:
    """Print what is kept, to stderr."""
    lines = _HELD[:]
    forget_held()
    for line in lines:
        click.echo(line, err=True)


def is_terminal() -> bool:
    """Whether somebody reads along."""
    return sys.stdout.isatty()


def width() -> int | None:
    """Letters of a line of the terminal (COLUMNS, where that is set); None in a file, whose lines stay whole for who searches them."""
    return shutil.get_terminal_size().columns if is_terminal() else None


def show(table: Table) -> None:
    """A table as wide as the terminal, or of `_WIDE` letters in a file, and an empty line below."""
    show_lines([table.text(width() or _WIDE), ""], fold=False)


def show_lines(lines: Iterable[object], *, fold: bool = True) -> None:
    """Lines, as they are; a sign that the terminal does not have is shown as a question mark.

    Parameters
    ----------
    lines : iterable
        Each is printed, and a line behind it ended.
    fold : bool
        Whether lines that are wider than the terminal go on below, beside their label.
    """
    say_held()
    wide = width() if fold else None
    for line in lines:
        text = str(line)
        if wide is not None:
            text = "\n".join(part for row in text.split("\n") for part in folded(row, wide))
        try:
            click.echo(text)
        except UnicodeEncodeError:
            encoding = sys.stdout.encoding or "ascii"
            click.echo(text.encode(encoding, "replace").decode(encoding))
