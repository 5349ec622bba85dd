"""Columns of a published table by their names, of HEPData's CSV or YAML: a row or a name that can be read in two ways is refused."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from darkpair.gen.errors import InputError, UnknownNameError, shown

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array

__all__ = ["columns_of", "unit_of"]

#: Names of columns, and rows of cells.
_Block = tuple[list[str], list[list[Any]]]

#: A number as who writes a comma for the point has it.
_COMMA: Final = re.compile(r"[-+]?\d*,\d+([eE][-+]?\d+)?")

#: A name with its unit in brackets, behind it.
_UNIT: Final = re.compile(r"[\[(]\s*([^\[\]()]*?)\s*[\])]\s*$")

_KINDS: Final = (".csv", ".yaml", ".yml")


def columns_of(path: Path, names: Sequence[str]) -> list[Array]:
    """Columns of a file, each (n,); NaN in cells without a number.

    A CSV file may have HEPData's lines that begin with ``#`` and several blocks with an empty line between them: the first
    that has all names counts.  A YAML file is HEPData's; its columns have their unit in brackets, as in CSV.

    Parameters
    ----------
    path : Path
        The file, ``.csv``, ``.yaml`` or ``.yml``.
    names : sequence of str
        Names of the columns.

    Raises
    ------
    InputError, UnknownNameError
        For a file that cannot be read, a column that it does not have or has twice, a row of another length than the names
        and a number with a comma in it.
    """
    try:
        text = path.read_text("utf-8-sig")  # (with the mark that other programs write first, or without)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({error}); give a table's file, in UTF-8") from error
    if path.suffix not in _KINDS:
        raise InputError(f"{path}: a table is .csv, .yaml or .yml; download one of these")
    blocks = _blocks(text, path) if path.suffix == ".csv" else [_yaml_block(text, path)]
    for head, rows in blocks:
        if set(names) <= set(head):
            return _columns(head, rows, names, path)
    every = list(dict.fromkeys(name for head, _ in blocks for name in head))
    lacking = next((name for name in names if name not in every), names[0])
    other = next((sign for sign in ";\t" if any(sign in name for name in every)), "")
    more = f"cells are separated by {other!r} there; write commas between them" if other else ""
    raise UnknownNameError(f"column of {path.name}", lacking, every, more=more)


def _columns(head: list[str], rows: list[list[Any]], names: Sequence[str], path: Path) -> list[Array]:
    """Columns of a block, of rows that are as long as its head."""
    counts = Counter(head)
    if twice := [name for name in names if counts[name] > 1]:
        raise InputError(
            f"{path}: {counts[twice[0]]} columns are called {shown(twice[0])}; rename or remove all of them but one"
        )
    if not rows:
        raise InputError(f"{path}: no row below {', '.join(head)}; give a table with numbers")
    for row in rows:
        if any(str(cell).strip() for cell in row[len(head) :]) or len(row) < len(head):
            line = ",".join(map(str, row))
            raise InputError(
                f"{path}: a row of {len(row)} cells below {len(head)} names, {shown(line)}; allowed: a cell for each name, numbers "
                "with a point and no comma"
            )
    return [np.array([_number(row[head.index(name)], path) for row in rows]) for name in names]


def _blocks(text: str, path: Path) -> list[_Block]:
    """Blocks of a CSV file: names and rows."""
    blocks: list[_Block] = []
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("#"):
            continue
        if line.strip():
            lines.append(line)
        elif lines:
            try:
                head, *rows = csv.reader(lines, strict=True)
            except csv.Error as error:  # (a cell of 131 072 characters, a quotation mark that is not closed)
                raise InputError(f"{path}: no table that can be read ({error}); correct the file") from error
            blocks.append(([name.strip() for name in head], rows))
            lines = []
    return blocks


def _yaml_block(text: str, path: Path) -> _Block:
    """Columns of HEPData's YAML; a bin's is its middle."""
    try:
        yaml: Any = import_module("yaml")
    except ImportError as error:
        raise InputError(
            f"{path}: YAML needs PyYAML; install 'darkpair[limits]', or give the table as CSV"
        ) from error
    try:
        content = yaml.safe_load(text)
        variables = [*content["independent_variables"], *content["dependent_variables"]]
        head = [_titled(variable["header"]) for variable in variables]
        cells = [[_cell(value) for value in variable["values"]] for variable in variables]
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise InputError(
            f"{path}: no table of HEPData's ({type(error).__name__}: {error}); give one"
        ) from error
    lengths = {len(column) for column in cells}
    if len(lengths) > 1:
        raise InputError(f"{path}: columns of {sorted(lengths)} rows; correct the file")
    return head, [list(row) for row in zip(*cells, strict=True)]


def _titled(header: Mapping[str, Any]) -> str:
    units = header.get("units")
    return f"{header['name']} [{units}]" if units else str(header["name"])


def _cell(value: Mapping[str, Any]) -> Any:
    return value["value"] if "value" in value else 0.5 * (float(value["low"]) + float(value["high"]))


def _number(cell: Any, path: Path) -> float:
    """Number of a cell; NaN where it holds none."""
    if isinstance(cell, str) and _COMMA.fullmatch(cell.strip()):
        raise InputError(f"{path}: {shown(cell)} has a comma in it; allowed: numbers with a point")
    try:
        return float("nan") if isinstance(cell, bool) or "_" in str(cell) else float(cell)
    except (TypeError, ValueError, OverflowError):
        return float("nan")


def unit_of(name: str) -> str | None:
    """Unit that a column's name has in brackets; None without any.

    Examples
    --------
    >>> unit_of("$m_X$ [MeV]"), unit_of("Observed, at 90% CL")
    ('MeV', None)
    """
    match = _UNIT.search(name)
    return match[1].removesuffix("/c^2").removesuffix("/c2").replace(" ", "") if match else None
