"""The pages that are made, by name, and copies of pages outside of docs/; what writes them is asked when the site is built."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from darkpair.gen.output.target import put
from darkpair.plugins.reference.api import api_page
from darkpair.plugins.reference.branches import branches_page
from darkpair.plugins.reference.keys import job_page
from darkpair.plugins.reference.models import models_page
from darkpair.plugins.reference.names import names_page
from darkpair.plugins.reference.searches import searches_page

__all__ = ["COPIES", "PAGES", "moved_links", "write_pages"]

#: The pages that are made from the code, by their names below ``reference``.
PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "models": models_page,
    "job": job_page,
    "branches": branches_page,
    "searches": searches_page,
    "names": names_page,
}

#: Pages of the tree outside of docs/, by the names of their copies below ``reference``.
COPIES: Final[Mapping[str, str]] = {
    "contributing": "CONTRIBUTING.md",
    "changelog": "CHANGELOG.md",
    "benchmarks": "benchmarks/README.md",
    "meson_tables": "gen/data/mesons/README.md",
}


def write_pages(root: Path) -> list[Path]:
    """Write every page that is made or copied into docs/reference, unless it is there as it should be.

    Parameters
    ----------
    root : Path
        Root of the source tree.
    """
    folder = root / "docs" / "reference"
    texts = {folder / f"{name}.md": make() for name, make in PAGES.items()} | dict(_copies(root, folder))
    texts[folder / "api.md"] = api_page((root / "docs" / "python.md").read_text(encoding="utf-8"))
    new = {
        path: text
        for path, text in texts.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    }
    if new:
        folder.mkdir(exist_ok=True)
        put(new)
    return list(new)


def _copies(root: Path, folder: Path) -> Iterator[tuple[Path, str]]:
    for name, source in COPIES.items():
        path = root / source
        yield folder / f"{name}.md", moved_links(path.read_text(encoding="utf-8"), path.parent, folder, root)


def moved_links(text: str, folder: Path, to: Path, root: Path) -> str:
    """A page with its relative links as they are in another folder, those to a page that has a copy as links to the copy.

    Parameters
    ----------
    text : str
        Text of the page.
    folder, to : Path
        Folder where it stands, and folder where it is read.
    root : Path
        Root of the source tree.
    """
    copies = {
        (root / source).resolve(): root / "docs" / "reference" / f"{name}.md"
        for name, source in COPIES.items()
    }

    def moved(link: re.Match[str]) -> str:
        there = (folder / link[1]).resolve()
        return f"]({Path(os.path.relpath(copies.get(there, there), to)).as_posix()}{link[2] or ''})"

    return re.sub(r"\]\(([^)#\s:]+)(#[^)\s]*)?\)", moved, text)
