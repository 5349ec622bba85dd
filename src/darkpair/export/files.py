"""What a study leaves: its data as CSV and JSON with provenance, its table as Markdown, its picture as PNG and PDF."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from darkpair.gen.output.target import put
from darkpair.gen.provenance import describe, environment
from darkpair.report.picture_style import in_style
from darkpair.report.pictures import drawn, pyplot, subplots

__all__ = [
    "csv_text",
    "markdown",
    "picture_contents",
    "pyplot",
    "rows_contents",
    "save_picture",
    "subplots",
    "write_rows",
]


def write_rows(
    folder: Path, name: str, rows: Sequence[Mapping[str, Any]], provenance: Mapping[str, Any], **more: Any
) -> list[Path]:
    """Paths of ``name.csv`` and ``name.json``, the second with provenance and whatever else is given; both are written or none.

    What a picture writes in TeX is plain text in both: ``$m_2$ = 430 MeV`` becomes ``m2 = 430 MeV``.
    """
    return put(rows_contents(folder, name, rows, provenance, **more))


def rows_contents(
    folder: Path, name: str, rows: Sequence[Mapping[str, Any]], provenance: Mapping[str, Any], **more: Any
) -> dict[Path, str]:
    """Contents of the files of `write_rows`, by their paths, for `darkpair.gen.output.target.put`."""
    table, whole = folder / f"{name}.csv", folder / f"{name}.json"
    rows, more = _plain(list(rows)), _plain(more)
    document = {
        "study": name,
        "provenance": environment() | describe(provenance),
        "rows": describe(list(rows)),
    }
    document |= {key: describe(value) for key, value in more.items()}
    said = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    return {table: csv_text(rows), whole: said}


def csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as CSV, with the names of the columns first; plain text, as of `write_rows`."""
    text, rows = io.StringIO(newline=""), _plain(list(rows))
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as a Markdown table."""
    names = list(rows[0])
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    lines += ["| " + " | ".join(_cell(row[name]) for name in names) + " |" for row in rows]
    return "\n".join(lines) + "\n"


#: TeX of labels, in plain text.
_TEX: Final = {
    r"\bar\nu": " nubar ",
    r"\nu": " nu ",
    r"\pi^0": " pi0 ",
    r"\gamma": " gamma ",
    r"\tau": " tau",
    r"\to": " -> ",
}


def _plain(value: Any) -> Any:
    """The value with plain text in place of TeX."""
    if isinstance(value, Mapping):
        return {_plain(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if not isinstance(value, str) or "$" not in value:
        return value
    parts = value.split("$")
    for i in range(1, len(parts), 2):
        for tex, text in _TEX.items():
            parts[i] = parts[i].replace(tex, text)
        parts[i] = " ".join(re.sub(r"[\\_^{}]", "", parts[i]).split())
    return "".join(parts)


#: Of pictures: the layout is found at it, too.
_DPI: Final = 150


def save_picture(figure: Any, folder: Path, name: str) -> list[Path]:
    """Paths of the figure as PNG and PDF, of which both are written or none; the figure is closed."""
    return put(_picture(figure, folder, name))


@in_style()
def picture_contents(figure: Any, folder: Path, name: str) -> dict[Path, bytes]:
    """Contents of the files of `save_picture`, by their paths, in the package's style; the figure is closed."""
    return _picture(figure, folder, name)


def _picture(figure: Any, folder: Path, name: str) -> dict[Path, bytes]:
    try:
        figure.set_dpi(_DPI)
        engine = figure.get_layout_engine()
        if engine is not None:  # found once, and without drawing: savefig does both for every file
            engine.execute(figure)
            figure.set_layout_engine(None)
        return {folder / f"{name}.{kind}": drawn(figure, kind, _DPI) for kind in ("png", "pdf")}
    finally:
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None:  # a plug-in's, which keeps its figures
            pyplot.close(figure)


def _cell(value: Any) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|")
