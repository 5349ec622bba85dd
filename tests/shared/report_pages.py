"""A report's page as a reader's program sees it: headings, tables, pictures, and what it would load."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["Page", "parsed"]

#: Attributes by which an element loads something, or goes somewhere.
LOADS = ("src", "href", "xlink:href", "srcset", "data", "poster", "action", "formaction", "background")
VOID = {"meta", "br", "image", "link", "img", "input", "hr"}


@dataclass
class Page(HTMLParser):
    """What stands in a page."""

    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    heads: list[tuple[int, str]] = field(default_factory=list)
    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    open: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self.caption = ""

    def __hash__(self) -> int:
        return id(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {name: value or "" for name, value in attrs}
        self.elements.append((tag, own))
        if tag == "table":
            self.rows, self.caption = [], ""
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
        elif tag in ("h1", "h2", "h3", "h4"):
            self.heads.append((int(tag[1]), ""))
        elif tag == "code":
            self.codes.append("")
        elif own.get("class") in ("note", "trouble"):
            self.notes.append("")
        if tag not in VOID:
            self.open.append((tag, own))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag, "elements do not close in turn"
        if tag == "table":
            self.tables[self.caption] = self.rows

    def handle_data(self, data: str) -> None:
        inside = [tag for tag, _ in self.open]
        if "style" in inside:
            return
        self.words.append(data)
        if inside and inside[-1] in ("td", "th"):
            self.rows[-1][-1] += data
        elif "caption" in inside:
            self.caption += data
        elif "code" in inside:
            self.codes[-1] += data
        elif inside and inside[-1][0] == "h" and inside[-1][1:].isdigit():
            level, text = self.heads[-1]
            self.heads[-1] = (level, text + data)
        elif self.open and self.open[-1][1].get("class") in ("note", "trouble"):
            self.notes[-1] += data

    @property
    def text(self) -> str:
        """All that is read."""
        return " ".join(self.words)

    def of(self, tag: str) -> list[dict[str, str]]:
        """Attributes of every element of that name."""
        return [own for name, own in self.elements if name == tag]

    def table(self, begin: str) -> list[dict[str, str]]:
        """Rows by their heads of the table whose caption begins so."""
        (rows,) = [rows for caption, rows in self.tables.items() if caption.startswith(begin)]
        head, *body = rows
        return [dict(zip(head, row, strict=True)) for row in body]

    def loads(self) -> list[str]:
        """What its elements would load or go to, but for places in the page and what stands in it."""
        values = [value for _, own in self.elements for name, value in own.items() if name in LOADS]
        return [value for value in values if not value.startswith(("#", "data:image/png;base64,"))]


def parsed(text: str) -> Page:
    """A page, whose elements close in turn."""
    page = Page()
    page.feed(text)
    page.close()
    assert page.open == []
    return page
