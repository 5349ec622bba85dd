"""No number of a page without its source: what looks like a result and is neither bound nor given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from darkpair.pages.page import Page, Span

__all__ = ["loose_numbers"]

#: What is not prose: code, links, addresses, pictures, comments.
_NOT_PROSE: Final = re.compile(
    r"```.*?```|^(?: {4,}|\t)\S.*?$|`[^`]*`|\]\([^)]*\)|https?://\S+|<!--.*?-->", re.DOTALL | re.MULTILINE
)

#: Names that hold digits.
_NAMES: Final = re.compile(
    r"arXiv:[\w./-]+|hep-ph/\d+|\b\d{4}\.\d{4,5}\b|Sibyll 2\.3d|PYTHIA 6\.428|PYTHIA [68](?:\.\d+)?|UrQMD 3\.4|HepMC[23]|"
    r"\beqs?\.? ?\d[\d.]*(?:(?: to |, | and |-)\d[\d.]*)*|\bFigs?\.? ?\d+|\bsections? [IVX\d.]+|20\d\d-\d\d|Python 3\.\d+"
)

_NUMBER: Final = re.compile(
    r"(?<![\w.,/^])[+−±-]?(?:\d{1,3}(?: \d{3})+(?!\d)|\d*\.\d+|\d+)(?:\(\d+(?:\.\d+)?\))?(?:e[+−-]?\d+)?(?:[  ]?%)?(?![\w/])"
)

#: A cell of numbers and units alone; a formula is none.
_CELL: Final = re.compile(r"[~<>≈]?[+−-]?\.?\d(?:[\d.e,()×±%−-]|\s(?![+=])|[A-Za-z²³/]{1,3}(?![A-Za-z]))*")

#: Whole numbers that are results: "a factor of 42", "12 times".
_AROUND: Final = (re.compile(r"(?:factor of|±|\+-)\s*$"), re.compile(r"^\s+(?:times|± )"))


def loose_numbers(
    page: Page, bound: Iterable[Span], around: Iterable[Span] = ()
) -> Iterator[tuple[int, str]]:
    """Place and text of each number that looks like a result and lies in no bound span.

    A result has a decimal point, an error, a power of ten, thousands or a per cent sign, is a number of a table's
    body, or stands beside "times", "factor of" or ±.  Whole numbers in a span of `around` are what was asked.
    """
    text = page.text
    hidden = [False] * (len(text) + 1)
    spans = [*bound, *(match.span() for pattern in (_NOT_PROSE, _NAMES) for match in pattern.finditer(text))]
    for start, end in spans:
        hidden[start:end] = [True] * (end - start)
    asked = [False] * (len(text) + 1)
    for start, end in around:
        asked[start:end] = [True] * (end - start)
    cells = {place for place in _numeric_cells(text) if not asked[place]}
    for match in _NUMBER.finditer(text):
        if hidden[match.start()] and hidden[match.end() - 1]:
            continue
        if re.search(r"[.(e%±]|\d \d", match[0]) or match.start() in cells or _beside(text, match.span()):
            yield match.start(), match[0].strip()


def _beside(text: str, span: Span) -> bool:
    before, after = _AROUND
    return bool(
        before.search(text[max(span[0] - 12, 0) : span[0]]) or after.search(text[span[1] : span[1] + 8])
    )


def _numeric_cells(text: str) -> Iterator[int]:
    """Places of the numbers in those cells of tables' bodies that hold numbers and units alone."""
    for block in re.finditer(r"(?:^\|.*(?:\n|\Z))+", text, flags=re.MULTILINE):
        at = block.start()
        for i, line in enumerate(block[0].splitlines(keepends=True)):
            if i > 1:
                for cell in re.finditer(r"(?<=\|)[^|\n]*(?=\|)", line):
                    if _CELL.fullmatch(cell[0].strip(" *")) and cell[0].strip() != "1":  # (the unit)
                        yield from (at + cell.start() + m.start() for m in _NUMBER.finditer(cell[0]))
            at += len(line)
