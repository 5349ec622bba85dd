"""Study ``validation``: every published number that the package predicts, beside ours, with errors and a verdict.

Rows stand by theme in the modules of this folder; `darkpair.studies.experiments.validation.row` has the one rule of the verdict.
Nothing is tuned and no number of ours is stored: each comes from the package at run time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from darkpair.studies.experiments.validation import belle2, decays, dumps, koto, mesons, rare
from darkpair.studies.experiments.validation.overview import overview as picture
from darkpair.studies.experiments.validation.page import page
from darkpair.studies.experiments.validation.row import RULE, Row, Size
from darkpair.studies.outputs import Output, Page, Picture, Run, Table

__all__ = ["ROWS", "picture", "study"]

#: Every row, by theme.
ROWS: Final[tuple[Row, ...]] = (*koto.ROWS, *dumps.ROWS, *belle2.ROWS, *mesons.ROWS, *decays.ROWS, *rare.ROWS)


def study(run: Run) -> Iterator[Output]:
    """Table of all rows, as a page too, and its picture."""
    size = Size(quick=run.quick, inputs=run.inputs)
    results = [row.result(size) for row in run.track(ROWS, "rows")]
    rows = [result.columns() for result in results]
    yield Table(rows=rows, provenance={"quick": run.quick, "rule": " ".join(RULE.split())})
    yield Page(text=page(rows))
    yield Picture(figure=picture(rows))
