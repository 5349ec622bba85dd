"""Study ``validation``: every published number that the package predicts, beside ours, with errors and a verdict.

Rows stand by theme in the modules of this folder; `darkpair.studies.experiments.validation.row` has the one rule of the verdict.
Nothing is tuned and no number of ours is stored: each comes from the package at run time.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import track

from darkpair.chains.models.inputs import Inputs
from darkpair.export.files import save_picture, write_rows
from darkpair.studies.experiments.validation import belle2, decays, dumps, koto, mesons, rare
from darkpair.studies.experiments.validation.page import page
from darkpair.studies.experiments.validation.picture import overview
from darkpair.studies.experiments.validation.row import RULE, Row, Size

__all__ = ["ROWS", "run"]

#: Every row, by theme.
ROWS: Final[tuple[Row, ...]] = (
    *koto.ROWS,
    *dumps.ROWS,
    *belle2.ROWS,
    *mesons.ROWS,
    *decays.ROWS,
    *rare.ROWS,
)


def run(folder: Path, inputs: Inputs | None, *, quick: bool) -> list[Path]:
    """Paths of the table as CSV, JSON and Markdown, and of its picture.

    Parameters
    ----------
    folder : Path
    inputs : Inputs, optional
        Of the rates; ``pdg`` unless given.
    quick : bool
        A tenth of the events.
    """
    size = Size(quick=quick, inputs=inputs or Inputs())
    steps = track(
        ROWS,
        description="rows",
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    results = [row.result(size) for row in steps]
    columns = [result.columns() for result in results]
    told = {"inputs": size.inputs, "quick": quick, "rule": " ".join(RULE.split())}
    text = folder / "validation.md"
    text.write_text(page(columns), encoding="utf-8")
    return [
        *write_rows(folder, "validation", columns, told),
        text,
        *save_picture(overview(results), folder, "validation"),
    ]
