"""The notebooks of docs/notebooks: Markdown, whose code cells run one after the other in one namespace, as a kernel runs them."""

from __future__ import annotations

import os
import re
from contextlib import chdir
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "notebooks"

#: Packages that a notebook needs and the package's own extras have not, with what installs them.
NEEDS = {
    "coffea_analysis": ("coffea", "pip install coffea"),
    "scan_on_dask": ("distributed", "pip install 'darkpair[dask]'"),
}


def notebooks() -> list[Path]:
    """Every notebook, in order."""
    return sorted(FOLDER.glob("*.md"))


def cells(notebook: Path) -> list[tuple[int, str]]:
    """Code cells of a notebook: the line at which each begins, and its code."""
    text = notebook.read_text(encoding="utf-8")
    pattern = re.compile(r"^```\{code-cell\} ipython3\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return [(text[: match.start(1)].count("\n"), match[1]) for match in pattern.finditer(text)]


def run(notebook: Path, folder: Path) -> dict[str, Any]:
    """Names that a notebook's cells leave, run in a folder; lines of errors are those of the notebook."""
    os.environ["MPLBACKEND"] = "agg"
    names: dict[str, Any] = {"__name__": "__notebook__"}
    with chdir(folder):
        for line, code in cells(notebook):
            exec(compile("\n" * line + code, str(notebook), "exec"), names)
    return names
