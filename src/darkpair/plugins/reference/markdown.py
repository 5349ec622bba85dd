"""Markdown of what the code says of itself: tables, and the words of docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

__all__ = ["code", "doc_of", "head_of", "inner", "linked", "notes_of", "prose_of", "table"]

_SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}$", re.MULTILINE)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown.

    Parameters
    ----------
    columns : sequence of str
        Heads of the columns.
    rows : iterable of sequences of str
        Cells of each row, which may have marks of Markdown; bars are escaped.
    """
    lines = [[cell.replace("\n", " ").replace("|", "\\|") for cell in row] for row in rows]
    head = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    return "\n".join([*head, *("| " + " | ".join(line) + " |" for line in lines)])


def code(text: str) -> str:
    """Text as code; nothing of nothing."""
    return f"`{text}`" if text else ""


def linked(text: str) -> str:
    """Text with the identifiers of arXiv in it as links."""
    return re.sub(r"(?<!\[)\barXiv:(\d{4}\.\d{4,5})", r"[arXiv:\1](https://arxiv.org/abs/\1)", text)


def inner(thing: Any) -> Any:
    """What a partial was made of, else the thing itself."""
    while isinstance(thing, partial):
        thing = thing.func
    return thing


def doc_of(thing: Callable[..., Any]) -> str:
    """Own docstring of a class or a function, of that in a partial; empty without one."""
    return inspect.cleandoc(getattr(inner(thing), "__doc__", None) or "")


def head_of(text: str) -> str:
    """First line of a docstring."""
    return prose_of(text.split("\n", 1)[0])


def prose_of(text: str) -> str:
    """Text of a docstring below its first line and above its first section, as Markdown, where it is the text alone."""
    section = _SECTION.search(text)
    plain = text[: section.start()] if section else text
    return re.sub(r"``(.+?)``", r"`\1`", plain, flags=re.DOTALL).strip()


def notes_of(text: str) -> dict[str, str]:
    """Entries of the section "Notes" of a docstring, by the word before the colon that begins a line of it."""
    parts = _SECTION.split(text)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    entries: dict[str, str] = {}
    word = ""
    for line in sections.get("Notes", "").strip().splitlines():
        begins = re.match(r"([A-Z][a-z]+): (.+)", line)
        if begins:
            word, line = begins[1], begins[2]  # noqa: PLW2901 (the rest of the line)
        if word:
            entries[word] = f"{entries.get(word, '')} {line.strip()}".strip()
    return {name: prose_of(entry) for name, entry in entries.items()}
