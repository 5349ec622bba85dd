"""Tables of words and numbers for people: as text, and as HTML for notebooks."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Final

__all__ = ["Shown", "Table", "as_html", "folded"]

#: Between two columns.
_GAP: Final = "   "
#: Narrowest that a folded column may become, and where that does not do.
_NARROW: Final = (24, 12)
#: What a line begins with whose rest goes below itself: a label, and at least two spaces.
_LABEL: Final = re.compile(r"\s*\S+(?: \S+)*  +(?=\S)")


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table; its cells are texts, which mean nothing else.

    Parameters
    ----------
    title : str
        Line above the table; empty for none.
    columns : sequence of str
        Heads of the columns.
    rows : sequence of sequence of str
        Cells of each row, as many as the heads; a cell may have several lines.
    right : collection of str
        Heads of the columns that are flush right: numbers.
    fold : collection of str
        Heads of the columns whose cells are broken where the table is too wide.
    """

    title: str = ""
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Collection[str] = field(default=())
    fold: Collection[str] = field(default=())

    def text(self, width: int | None = None) -> str:
        """Lines of text.

        Parameters
        ----------
        width : int, optional
            Letters of a line, if a cell can be broken for it; as wide as it needs to be unless given.
        """
        cells = [[cell.split("\n") for cell in row] for row in self.rows]
        widths = [len(head) for head in self.columns]
        for row in cells:
            widths = [max(wide, *map(len, lines)) for wide, lines in zip(widths, row, strict=True)]
        title = [self.title] if self.title else []
        if width is not None:
            title = [line for text in title for line in folded(text, width)]
            widths = self._narrowed(widths, width)
            cells = [
                [
                    _broken(lines, wide) if head in self.fold else lines
                    for head, lines, wide in zip(self.columns, row, widths, strict=True)
                ]
                for row in cells
            ]
        parts = ["\n".join(self._lines(cells, widths, group)) for group in self._groups(widths, width)]
        return "\n".join([*title, "\n\n".join(parts)])

    def _lines(
        self, cells: Sequence[Sequence[Sequence[str]]], widths: Sequence[int], group: Sequence[int]
    ) -> list[str]:
        """Heads and rows of some columns."""
        out = [self._line(self.columns, widths, group), f" {'─' * (_needed(widths, group) - 1)}"]
        for row in cells:
            out += [
                self._line(line, widths, group)
                for line in zip_longest(*row, fillvalue="")
                if any(line[i] for i in group)
                or not any(line)  # (else it goes on in columns of another group)
            ]
        return out

    def _groups(self, widths: Sequence[int], width: int | None) -> list[list[int]]:
        """Columns that stand beside each other; where they are too many the first stands before the others of each group."""
        group = list(range(len(widths)))
        if width is None or _needed(widths, group) <= width or len(widths) < 3:
            return [group]
        groups = [group[:2]]
        for i in group[2:]:
            if _needed(widths, [*groups[-1], i]) <= width:
                groups[-1].append(i)
            else:
                groups.append([0, i])
        return groups

    def html(self) -> str:
        """The same for a notebook, every sign of HTML in a cell shown as it is."""
        heads = "".join(f"<th>{html.escape(head)}</th>" for head in self.columns)
        lines = [
            "<tr>"
            + "".join(
                f'<td style="text-align: {"right" if head in self.right else "left"}">'
                f"{html.escape(cell).replace(chr(10), '<br>')}</td>"
                for head, cell in zip(self.columns, row, strict=True)
            )
            + "</tr>"
            for row in self.rows
        ]
        caption = f"<caption>{html.escape(self.title)}</caption>" if self.title else ""
        body = "".join(lines)
        return f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"

    def _narrowed(self, widths: list[int], width: int) -> list[int]:
        """Widths of which those that can be folded give way, the widest first."""
        out = list(widths)
        for narrow in _NARROW:
            over = _needed(out, range(len(out))) - width
            for i in sorted(range(len(out)), key=lambda i: -out[i]):
                least = max(narrow, len(self.columns[i]))
                if over > 0 and self.columns[i] in self.fold and out[i] > least:
                    less = min(over, out[i] - least)
                    out[i] -= less
                    over -= less
        return out

    def _line(self, cells: Sequence[str], widths: Sequence[int], group: Sequence[int]) -> str:
        placed = (
            f"{cells[i]:>{widths[i]}}" if self.columns[i] in self.right else f"{cells[i]:<{widths[i]}}"
            for i in group
        )
        return f"  {_GAP.join(placed)}".rstrip()


class Shown:
    """What prints as a table, and as one in a notebook."""

    def table(self) -> Table:
        """What is shown."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.table().text(120)

    def _repr_html_(self) -> str:
        return self.table().html()


def folded(text: str, width: int) -> list[str]:
    """A line as lines of at most that width, what follows a label below itself; a word that is longer stays whole.

    Parameters
    ----------
    text : str
        One line.
    width : int
        Letters of a line.
    """
    if len(text) <= width:
        return [text]
    label = _LABEL.match(text)
    indent = len(label[0]) if label else len(text) - len(text.lstrip())
    if indent > width // 2:
        indent = 2
    return textwrap.wrap(
        text, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )


def _needed(widths: Sequence[int], group: Iterable[int]) -> int:
    """Letters of a line of some columns."""
    wide = [widths[i] for i in group]
    return sum(wide) + len(_GAP) * (len(wide) - 1) + 3


def as_html(thing: object) -> str:
    """What an object prints, letter by letter, for a notebook."""
    return f"<pre>{html.escape(str(thing))}</pre>"


def _broken(lines: Sequence[str], width: int) -> list[str]:
    """Lines of at most that width; what is indented stays so."""
    out = []
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()))
        out += textwrap.wrap(line, width, subsequent_indent=indent) or [""]
    return out
