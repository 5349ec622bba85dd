"""The pages of docs/ as a site: which page leads to which, whether every link ends somewhere, and the list of all for machines.

Nothing here needs the program that builds the site; its links' anchors are those of `slug`, which it is told to take.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = [
    "Entry",
    "anchors",
    "broken_links",
    "contents",
    "llms_text",
    "pages_below",
    "slug",
    "summary_of",
    "title_of",
]

#: Fenced code and comments, in which brackets are no links and # is no heading.
_NO_PROSE: Final = re.compile(r"^(```|~~~).*?^\1\s*$|<!--.*?-->", re.MULTILINE | re.DOTALL)

_TOCTREE: Final = re.compile(r"^~~~\{toctree\}\n(.*?)^~~~$", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"(?<!`)\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)\)")
_HEADING: Final = re.compile(r"^#{1,6} (.+?)\s*$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A page in the contents of another one.

    Parameters
    ----------
    name : str
        Path of the page from the folder of the pages, without its ending.
    depth : int
        How many contents lead to it from the first page.
    caption : str
        Title of the contents that it stands in, where they have one.
    """

    name: str
    depth: int
    caption: str = ""


def slug(heading: str) -> str:
    """Anchor of a heading, as GitHub makes it: small letters, a hyphen for a space, and no punctuation."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def anchors(text: str) -> set[str]:
    """Anchors of a page: those of its headings, the second of one name with -1, and those that stand in it."""
    prose = _NO_PROSE.sub("", text)
    count: Counter[str] = Counter()
    out = set(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", prose))
    for heading in _HEADING.findall(prose):
        anchor = slug(heading)
        out.add(f"{anchor}-{count[anchor]}" if count[anchor] else anchor)
        count[anchor] += 1
    return out


def broken_links(pages: Sequence[Path]) -> Iterator[str]:
    """Page and target of each relative link that ends at no file, or at no heading of its page.

    Parameters
    ----------
    pages : sequence of Path
        Files of the pages.
    """
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for target in _LINK.findall(_NO_PROSE.sub("", text)):
            if "://" in target or target.startswith("mailto:"):
                continue
            path, _, anchor = target.partition("#")
            file = page.parent / path if path else page
            if not file.exists():
                yield f"{page.name}: {target} is no file"
            elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text(encoding="utf-8")):
                yield f"{page.name}: {target} is no heading of {file.name}"


def contents(folder: Path, start: str = "index") -> Iterator[Entry]:
    """Pages that the contents of a page lead to, in order and with their own; each once.

    Parameters
    ----------
    folder : Path
        Folder of the pages.
    start : str
        Name of the page to begin with.
    """
    seen = {start}
    yield from _below(folder, start, seen, 1)


def _below(folder: Path, name: str, seen: set[str], depth: int) -> Iterator[Entry]:
    page = folder / f"{name}.md"
    if not page.is_file():  # (made when the site is built)
        return
    for tree in _TOCTREE.findall(page.read_text(encoding="utf-8")):
        caption = re.search(r"^:caption: (.+)$", tree, flags=re.MULTILINE)
        for line in tree.splitlines():
            entry = line.strip()
            if not entry or entry.startswith(":"):
                continue
            for other in _resolved(folder, name, entry):
                if other not in seen:
                    seen.add(other)
                    yield Entry(name=other, depth=depth, caption=caption[1] if caption else "")
                    yield from _below(folder, other, seen, depth + 1)


def _resolved(folder: Path, name: str, entry: str) -> list[str]:
    """Names of the pages that an entry stands for: one, or those that fit where it has a star."""
    path = (folder / name).parent / entry.rpartition("<")[2].rstrip(">").strip()
    if "*" not in entry:
        return [path.resolve().relative_to(folder.resolve()).as_posix()]
    fitting = sorted(path.parent.glob(path.name))
    names = {
        file.relative_to(folder).with_suffix("").as_posix()
        for file in fitting
        if file.suffix in (".md", ".rst", ".ipynb")
    }
    return sorted(names)


def pages_below(folder: Path, without: Collection[str] = ()) -> list[str]:
    """Names of all pages of a folder.

    Parameters
    ----------
    folder : Path
        Folder of the pages.
    without : collection of str
        Names of folders in it that are left out.
    """
    names = [path.relative_to(folder) for path in sorted(folder.rglob("*.md"))]
    return [name.with_suffix("").as_posix() for name in names if not set(name.parts[:-1]) & set(without)]


def title_of(text: str) -> str:
    """First heading of a page."""
    heading = _HEADING.search(_NO_PROSE.sub("", text))
    return heading[1].replace("`", "") if heading else ""


def summary_of(text: str) -> str:
    """First sentence of a page's prose, without marks; nothing where it begins with a table or a list."""
    prose = _NO_PROSE.sub("", text)
    below = prose[heading.end() :] if (heading := _HEADING.search(prose)) else prose
    for part in re.split(r"\n\s*\n", below):
        words = " ".join(part.split())
        if words and words[0] not in "#|-*!:<":
            plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", words).replace("`", "").replace("**", "")
            end = re.search(r"(?<=[\w)\]|%])(?<!e\.g)(?<!\beq)(?<!\beqs)[.:](?=\s)", plain)
            return plain[: end.start()] if end else plain.rstrip(".:")
    return ""


def llms_text(name: str, what: str, pages: Sequence[tuple[str, str, str, str]]) -> str:
    """The list of all pages that programs read, llms.txt: a heading for each part, a line for each page.

    Parameters
    ----------
    name, what : str
        Name of the site and what it is of, in a sentence.
    pages : sequence of (part, title, address, summary)
        Pages in order.
    """
    lines, part = [f"# {name}", "", f"> {what}"], ""
    for heading, title, address, summary in pages:
        if heading != part:
            part = heading
            lines += ["", f"## {part}", ""]
        lines.append(f"- [{title}]({address})" + (f": {summary}" if summary else ""))
    return "\n".join(lines) + "\n"
