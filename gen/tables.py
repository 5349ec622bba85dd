"""Tables of words and numbers for people: as text, and as HTML for notebooks."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Final

__all__ = ["Shown", "Table", "as_html"]

#: Between two columns.
_GAP: Final = "   "
#: Narrowest that a folded column may become.
_NARROW: Final = 24


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
        if width is not None:
            widths = self._narrowed(widths, width)
            cells = [
                [
                    _broken(lines, wide) if head in self.fold else lines
                    for head, lines, wide in zip(self.columns, row, widths, strict=True)
                ]
                for row in cells
            ]
        rule = "─" * (sum(widths) + len(_GAP) * (len(widths) - 1) + 2)
        out = [self.title] if self.title else []
        out += [self._line(self.columns, widths), f" {rule}"]
        for row in cells:
            out += [self._line(line, widths) for line in zip_longest(*row, fillvalue="")]
        return "\n".join(out)

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
        over = sum(widths) + len(_GAP) * (len(widths) - 1) + 3 - width
        out = list(widths)
        for i in sorted(range(len(out)), key=lambda i: -out[i]):
            if over > 0 and self.columns[i] in self.fold and out[i] > _NARROW:
                less = min(over, out[i] - _NARROW)
                out[i] -= less
                over -= less
        return out

    def _line(self, cells: Iterable[str], widths: Sequence[int]) -> str:
        placed = (
            f"{cell:>{wide}}" if head in self.right else f"{cell:<{wide}}"
            for head, cell, wide in zip(self.columns, cells, widths, strict=True)
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
