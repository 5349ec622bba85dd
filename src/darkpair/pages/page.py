"""A page and what binds it to outputs: sentences with fields, tables of rows, and what is given from elsewhere."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from darkpair.export.files import markdown
from darkpair.export.numbers import WRITTEN, written
from darkpair.gen.errors import DarkpairError, InputError
from darkpair.pages.outputs import Outputs, evaluate

__all__ = ["KINDS", "Change", "Page", "Span", "binding_name"]

#: Where a number comes from that no run made; `given` begins with one of them, a colon, and what or where.
KINDS: Final = ("published", "input", "definition", "setting", "derived", "estimate", "timing")

_KEYS: Final = ("says", "table", "given", "given_table", "labels")

Span = tuple[int, int]


def binding_name(path: Path) -> str:
    """Name of the file that binds a page: its own, or that of the folder below the root whose README it is."""
    return path.parent.name if path.match("benchmarks/README.md") else path.stem


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a page has at a place, and what it should have.

    Parameters
    ----------
    span : (int, int)
        First character of the number or table in the page, and the first behind it.
    around : (int, int)
        Span of the whole sentence or table: whole numbers in it say what was asked.
    old, new : str
        Text that is written, and text that should be.
    source : str
        Names of the outputs that it comes from.
    """

    span: Span
    around: Span
    old: str
    new: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """The text of a page and its bindings.

    Parameters
    ----------
    path : Path
        File of the page.
    text : str
        Text of the page.
    bindings : mapping
        The tables ``says``, ``table``, ``given``, ``given_table`` and ``labels`` of docs/results/PAGE.toml.
    """

    path: Path
    text: str
    bindings: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path, folder: Path) -> Page:
        """The page, with the bindings of its name in a folder; without any where there is no file."""
        sidecar = folder / f"{binding_name(path)}.toml"
        try:
            bindings = tomllib.loads(sidecar.read_text(encoding="utf-8")) if sidecar.is_file() else {}
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"{sidecar.name} is no TOML: {error}") from None
        unknown = sorted(set(bindings) - set(_KEYS))
        if unknown:
            raise InputError(f"{sidecar.name}: unknown key {unknown[0]!r}; allowed: {', '.join(_KEYS)}")
        return cls(path=path, text=path.read_text(encoding="utf-8"), bindings=bindings)

    def changes(self, outputs: Outputs, wrong: list[str] | None = None) -> list[Change]:
        """Every number and table that is bound, in the order of the page: what is written and what should be.

        Parameters
        ----------
        outputs : Outputs
            Stored outputs that the numbers are taken from.
        wrong : list of str, optional
            Gets a line for each binding that does not hold, which is an error unless it is given.
        """
        changes: list[Change] = []
        for kind, bind in (("says", self._sentence), ("table", self._table)):
            for binding in self.bindings.get(kind, []):
                try:
                    changes += bind(binding, outputs)
                except DarkpairError as error:
                    line = (
                        str(error) if str(error).startswith(self.path.name) else f"{self.path.name}: {error}"
                    )
                    if wrong is None:
                        raise InputError(line) from None
                    wrong.append(line)
        changes.sort(key=lambda change: change.span)
        for first, second in itertools.pairwise(changes):
            if second.span[0] < first.span[1]:
                raise InputError(
                    f"{self.at(second.span[0])}: bound twice, to {first.source} and to {second.source}"
                )
        return changes

    def given(self) -> list[Span]:
        """Places that are declared not to be from a run."""
        spans = []
        for why, phrases in self.bindings.get("given", {}).items():
            _check_kind(why, self.path.name)
            for phrase in phrases:
                places = [match.span() for match in _loose(re.escape(phrase)).finditer(self.text)]
                if not places:
                    raise InputError(f"{self.path.name}: {phrase!r} ({why}) is not on the page; leave it out")
                spans += places
        for table in self.bindings.get("given_table", []):
            _check_kind(table["why"], self.path.name)
            lines = self._lines_of_table(table)
            if "columns" not in table:
                spans.append((lines[0][0], lines[-1][1]))
                continue
            for start, end in lines:
                bars = [m.start() + start for m in re.finditer(r"(?<!\\)\|", self.text[start:end])]
                spans += [(bars[i - 1], bars[i]) for i in table["columns"] if i < len(bars)]
        return spans

    def at(self, place: int) -> str:
        """Name and line of a place."""
        return f"{self.path.name}:{self.text.count(chr(10), 0, place) + 1}"

    def _sentence(self, says: Mapping[str, Any], outputs: Outputs) -> Iterator[Change]:
        template = says["text"].strip()
        names = {key: outputs.at(path) for key, path in says.items() if key != "text"}
        pattern, fields = "", []
        for literal, field in _parts(template):
            pattern += re.escape(literal)
            if field is None:
                continue
            value, spec, error = _field(field, names)
            fields.append(written(value, spec, error))
            pattern += r"([^|\n]*?)" if isinstance(value, str | bool | None) else f"({WRITTEN})"
        if not fields:
            raise InputError(f"{template!r} has no field; write it as {{name:.3f}}")
        matches = list(_loose(pattern).finditer(self.text))
        if len(matches) != 1:
            places = ", ".join(self.at(match.start()) for match in matches)
            what = f"is on the page {len(matches)} times ({places})" if matches else "is nowhere on the page"
            raise InputError(f"{_shortened(template)!r} {what}; it has to be there once")
        source = ", ".join(dict.fromkeys(path.split(" | ")[0] for key, path in says.items() if key != "text"))
        for i, new in enumerate(fields, 1):
            yield Change(
                span=matches[0].span(i), around=matches[0].span(), old=matches[0][i], new=new, source=source
            )

    def _table(self, table: Mapping[str, Any], outputs: Outputs) -> Iterator[Change]:
        rows = outputs.rows(table["rows"])
        lines = self._lines_of_table(table)
        start, end = lines[0][0], lines[-1][1]
        if "cells" in table:
            head = self.text[start : lines[1][1]]
            width = len(re.findall(r"(?<!\\)\|", self.text[slice(*lines[0])])) - 1
            new = "\n".join([head, *_body(rows, {"labels": self.bindings.get("labels", {}), **table}, width)])
        else:
            columns = table.get("columns", list(rows[0]))
            new = markdown([{name: row[name] for name in columns} for row in rows]).rstrip("\n")
        yield Change(
            span=(start, end),
            around=(start, end),
            old=self.text[start:end],
            new=new,
            source=table["rows"].split(" | ")[0],
        )

    def _lines_of_table(self, table: Mapping[str, Any]) -> list[Span]:
        """Spans of the lines of the n-th table below a heading, of the page's first one without a heading."""
        heading, number = table.get("under"), table.get("number", 1)
        start, end = 0, len(self.text)
        if heading is not None:
            title = re.search(rf"^#+ {re.escape(heading)}$", self.text, flags=re.MULTILINE)
            if title is None:
                raise InputError(f"{self.path.name}: no heading {heading!r}")
            start = title.end()
            following = re.search(r"^#+ ", self.text[start:], flags=re.MULTILINE)
            end = start + following.start() if following else end
        blocks = list(re.finditer(r"(?:^\|.*(?:\n|\Z))+", self.text[start:end], flags=re.MULTILINE))
        if len(blocks) < number:
            raise InputError(
                f"{self.path.name}: no table {number} below {heading!r}, which has {len(blocks)}"
            )
        block, at = blocks[number - 1], start + blocks[number - 1].start()
        spans = []
        for line in block[0].rstrip("\n").split("\n"):
            spans.append((at, at + len(line)))
            at += len(line) + 1
        return spans


def _check_kind(why: str, page: str) -> None:
    kind, _, where = why.partition(": ")
    if kind not in KINDS or not where:
        raise InputError(
            f"{page}: {why!r} says no reason; allowed is 'KIND: where', KIND of {', '.join(KINDS)}"
        )


def _body(rows: Sequence[Mapping[str, Any]], table: Mapping[str, Any], width: int) -> list[str]:
    """Lines of the rows; with ``across``, one for each label and a column for each value of that column."""
    names = table["labels"]
    labels = [[_cell(template, row, names) for template in table["cells"]] for row in rows]
    if "across" in table:
        keys = table.get("columns", list(dict.fromkeys(row[table["across"]] for row in rows)))
        lines: dict[tuple[str, ...], dict[Any, str]] = {}
        for label, row in zip(labels, rows, strict=True):
            lines.setdefault(tuple(label), {})[row[table["across"]]] = _cell(table["value"], row, names)
        labels = [[*label, *(values.get(key, "") for key in keys)] for label, values in lines.items()]
    if labels and len(labels[0]) != width:
        raise InputError(f"{table['rows']!r} gives {len(labels[0])} columns; the page's table has {width}")
    return [re.sub(r"\|  (?=\|)", "| ", "| " + " | ".join(cells) + " |") for cells in labels]


def _cell(template: str, row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    out = ""
    for literal, field in _parts(template):
        out += literal
        if field is not None:
            value, spec, error = _field(field, {**row, "row": row})
            if value is None:  # nothing is stated: the cell is empty, its units too
                return ""
            out += written(names.get(value, value) if isinstance(value, str) else value, spec, error)
    return out


def _parts(template: str) -> Iterator[tuple[str, str | None]]:
    """Pieces of plain text, each with the field behind it."""
    pieces = re.split(r"\{([^{}]*)\}", template)
    for i in range(0, len(pieces), 2):
        yield pieces[i], pieces[i + 1] if i + 1 < len(pieces) else None


def _field(field: str, names: Mapping[str, Any]) -> tuple[Any, str, Any]:
    """Value, format and error of ``what:format`` or ``what +- error:digits``; what is a name or an expression."""
    what, _, spec = field.rpartition(":") if re.search(r":[^\]\s\"']*$", field) else (field, "", "")
    value, _, error = what.partition(" +- ")
    return _lookup(value, names), spec, _lookup(error, names) if error else None


def _lookup(text: str, names: Mapping[str, Any]) -> Any:
    return names[text] if text in names else evaluate(text, names)


def _shortened(template: str, most: int = 100) -> str:
    return template if len(template) <= most else f"{template[: most - 3]}..."


def _loose(pattern: str) -> re.Pattern[str]:
    """The pattern with any white space in place of spaces."""
    return re.compile(r"\s+".join(re.split(r"(?:\\?\s)+", pattern)))
