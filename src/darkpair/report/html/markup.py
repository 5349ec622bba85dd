"""HTML made of elements: what is no markup is escaped, wherever it comes from."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from darkpair.gen.tables import Table

__all__ = ["Markup", "clean", "clipped", "element", "figure", "joined", "scrolled", "table_of"]

#: Control characters, and those that turn the direction of the text around them.
_INVISIBLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
#: Elements without an end.
_VOID: Final = ("meta", "br")
#: Letters of a text, and rows of a table, of which more are left out.
LETTERS: Final = 20_000
ROWS: Final = 200


class Markup(str):
    """HTML that stands in a page as it is."""

    __slots__ = ()


def clean(text: str) -> str:
    """The text, with a mark where it has what nobody sees or what UTF-8 cannot write."""
    return _INVISIBLE.sub("\ufffd", text.encode("utf-8", "replace").decode("utf-8"))


def clipped(text: str, most: int = LETTERS) -> str:
    """The text, cut where it is very long, and said so."""
    return text if len(text) <= most else f"{text[:most]}\n... ({len(text) - most:,} letters more)"


def joined(parts: Iterable[str]) -> Markup:
    """Parts one after the other; what is no markup is escaped."""
    return Markup("".join(part if isinstance(part, Markup) else html.escape(clean(part)) for part in parts))


def element(name: str, /, *content: str, **attributes: str | bool | None) -> Markup:
    """An element.

    Parameters
    ----------
    name : str
        Its name.
    *content : str or Markup
        What it holds; a text is escaped.
    **attributes : str, bool or None
        Its attributes, in whose names an underscore is a hyphen and one at the end nothing; a value is escaped. True is an
        attribute without value, False and None are none.
    """
    words = [name]
    for key, value in attributes.items():
        word = key.rstrip("_").replace("_", "-")
        if not _NAME.fullmatch(word):
            raise ValueError(f"{word!r} is no name of an attribute")
        if value is True:
            words.append(word)
        elif value is not None and value is not False:
            words.append(f'{word}="{html.escape(clean(value))}"')
    begin = f"<{' '.join(words)}>"
    return Markup(begin if name in _VOID else f"{begin}{joined(content)}</{name}>")


def scrolled(content: Markup, label: str) -> Markup:
    """What may be wider than the page, which is moved with the keyboard too."""
    return element("div", content, class_="scroll", role="region", tabindex="0", aria_label=label)


def table_of(table: Table, caption: str) -> Markup:
    """A table whose first column names its rows."""
    heads = [
        element("th", head, scope="col", class_="n" if head in table.right else None)
        for head in table.columns
    ]
    rows = []
    for cells in table.rows[:ROWS]:
        first, *rest = (clipped(cell, 400) for cell in cells)
        columns = [element("th", first, scope="row")]
        columns += [
            element("td", cell, class_="n" if head in table.right else None)
            for head, cell in zip(table.columns[1:], rest, strict=True)
        ]
        rows.append(element("tr", *columns))
    left = len(table.rows) - len(rows)
    words = f"{caption} ({left:,} rows more are left out.)" if left else caption
    whole = element(
        "table",
        element("caption", element("span", words)),
        element("thead", element("tr", *heads)),
        element("tbody", *rows),
    )
    return scrolled(whole, caption)


def figure(picture: Markup, caption: str) -> Markup:
    """A picture with what stands below it."""
    return element("figure", picture, element("figcaption", caption))
