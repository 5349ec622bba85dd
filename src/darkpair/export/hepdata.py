"""Contours as a HEPData submission: ``submission.yaml`` and one file for each table, and a model point for pyhf.

JSON is a part of YAML 1.2, so the files are written as JSON text in HEPData's layout and need no YAML library.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from darkpair.gen.errors import InputError
from darkpair.gen.output.target import put

__all__ = ["Table", "submission_contents", "write_submission"]

#: A column "m2 [MeV]": its name and its unit.
_COLUMN: Final = re.compile(r"(?P<name>.*?)\s*(?:\[(?P<unit>[^\]]*)\])?")


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of a submission.

    Parameters
    ----------
    name : str
        Title of the table, at most 64 characters.
    description : str
        What the table shows, in sentences.
    rows : sequence of mapping
        Rows of values, the same columns in every one, named as "m2 [MeV]".
    independent : tuple of str
        Names of the columns that the others depend on.
    errors : mapping of str to str
        For the name of a column that of its symmetric error, which is not one of the others then; None where a value
        has none.
    qualifiers : mapping of str to str
        What holds for the whole table: the inputs, the data, the confidence level; with units as columns have.
    keywords : mapping of str to sequence of str
        HEPData's keywords: reactions, observables, phrases.
    """

    name: str
    description: str
    rows: Sequence[Mapping[str, Any]]
    independent: tuple[str, ...]
    errors: Mapping[str, str] = field(default_factory=dict)
    qualifiers: Mapping[str, str] = field(default_factory=dict)
    keywords: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.rows:
            raise InputError(f"table {self.name!r} has no rows; allowed: one or more")
        if not 0 < len(self.name) <= 64:
            raise InputError(f"table name {self.name!r} of {len(self.name)} characters; allowed: 1 to 64")
        columns = list(self.rows[0])
        for row in self.rows:
            if list(row) != columns:
                raise InputError(
                    f"table {self.name!r}: columns {list(row)} after {columns}; allowed: the same"
                )
        for column in (*self.independent, *self.errors, *self.errors.values()):
            if column not in columns:
                raise InputError(
                    f"table {self.name!r} has no column {column!r}; its columns: {', '.join(columns)}"
                )

        for column, error in self.errors.items():
            for row in self.rows:
                if row[error] is not None and not row[error] > 0.0:
                    raise InputError(
                        f"table {self.name!r}: error {row[error]} of {column} = {row[column]}; allowed: above 0, or None "
                        "where there is none: state a limit in a column of its own"
                    )

    @property
    def file(self) -> str:
        """File of the table's values."""
        return re.sub(r"[^a-z0-9]+", "_", self.name.lower()).strip("_") + ".yaml"

    def data(self) -> dict[str, Any]:
        """Values in HEPData's layout."""
        dependent = [
            column
            for column in self.rows[0]
            if column not in self.independent and column not in self.errors.values()
        ]
        return {
            "independent_variables": [
                {"header": _header(column), "values": [{"value": _value(row[column])} for row in self.rows]}
                for column in self.independent
            ],
            "dependent_variables": [self._dependent(column) for column in dependent],
        }

    def _dependent(self, column: str) -> dict[str, Any]:
        entry: dict[str, Any] = {"header": _header(column)}
        if self.qualifiers:
            entry["qualifiers"] = [
                _header(name) | {"value": value} for name, value in self.qualifiers.items()
            ]
        error = self.errors.get(column)
        entry["values"] = [
            {"value": _value(row[column])}
            | (
                {}
                if error is None or row[error] is None
                else {"errors": [{"symerror": _value(row[error]), "label": "stat"}]}
            )
            for row in self.rows
        ]
        return entry


def write_submission(folder: Path, comment: str, tables: Sequence[Table]) -> list[Path]:
    """Paths of ``submission.yaml`` and of the tables' files, all of which are written or none.

    Parameters
    ----------
    folder : Path
        Folder into which the files go.
    comment : str
        What the submission is about.
    tables : sequence of Table
        Tables of the submission, a file each.

    Raises
    ------
    InputError
        For two tables whose files have the same name.

    References
    ----------
    HEPData's format, https://hepdata-submission.readthedocs.io; J. Phys. Conf. Ser. 898 (2017) 102006.
    """
    return put(submission_contents(folder, comment, tables))


def submission_contents(folder: Path, comment: str, tables: Sequence[Table]) -> dict[Path, str]:
    """Contents of the files of `write_submission`, by their paths, for `darkpair.gen.output.target.put`."""
    names = [table.file for table in tables]
    if len(set(names)) != len(names):
        raise InputError(f"two tables would be written to the same file: {', '.join(names)}; rename one")
    documents: list[dict[str, Any]] = [{"comment": comment}]
    documents += [
        {
            "name": table.name,
            "description": table.description,
            "keywords": [{"name": name, "values": list(values)} for name, values in table.keywords.items()],
            "data_file": table.file,
        }
        for table in tables
    ]
    whole = {folder / "submission.yaml": "---\n" + "---\n".join(map(_text, documents))}
    return whole | {folder / table.file: _text(table.data()) for table in tables}


def _text(document: Mapping[str, Any]) -> str:
    return _json(document, "\n") + "\n"


def _json(value: Any, indent: str) -> str:
    """JSON whose floats are floats for a reader of YAML 1.1 too, where 1e-09 without a point is a text."""
    if isinstance(value, Mapping):
        parts = [f"{json.dumps(key)}: {_json(entry, indent + ' ')}" for key, entry in value.items()]
        return "{" + ",".join(f"{indent} {part}" for part in parts) + indent + "}"
    if isinstance(value, list):
        return "[" + ",".join(f"{indent} {_json(entry, indent + ' ')}" for entry in value) + indent + "]"
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if isinstance(value, float) and "." not in text:
        text = text.replace("e", ".0e")
    return text


def _header(column: str) -> dict[str, str]:
    match = _COLUMN.fullmatch(column)
    assert match is not None  # the pattern takes any line
    name, unit = match["name"], match["unit"]
    return {"name": name} if unit is None else {"name": name, "units": unit}


def _value(value: Any) -> Any:
    """Plain value; HEPData's "-" where there is none or it is not finite."""
    plain = value.item() if hasattr(value, "item") else value
    if plain is None or (isinstance(plain, float) and not math.isfinite(plain)):
        return "-"
    return plain
