"""The stored outputs of runs, docs/results/*.json, and the values that a path or an expression finds in them."""

from __future__ import annotations

import ast
import json
import math
import operator
import re
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from darkpair.gen.errors import InputError, UnknownNameError

__all__ = ["Outputs", "evaluate", "filtered"]

_COMPARE: Final = {"=": operator.eq, "<": operator.lt, ">": operator.gt}
_FILTER: Final = re.compile(r"(.+?) ([=<>]|in) (.*)")


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """Outputs by name, read when they are asked for.

    Parameters
    ----------
    folder : Path
        Folder of the stored outputs, NAME.json.
    used : set of str
        Names that have been asked for.
    """

    folder: Path
    used: set[str] = field(default_factory=set)
    _read: dict[str, Any] = field(default_factory=dict)

    def names(self) -> list[str]:
        """Of all that are stored."""
        return sorted(path.stem for path in self.folder.glob("*.json"))

    def output(self, name: str) -> Any:
        """The whole content of one."""
        if name not in self.names():
            raise UnknownNameError("output of a run", name, self.names())
        if name not in self._read:
            self._read[name] = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        self.used.add(name)
        return self._read[name]

    def at(self, path: str) -> Any:
        """What a path finds: ``output | key or filter | ... | column``.

        A filter is ``column = value`` (or <, >, or ``in a, b`` or ``in a; b``) and keeps rows; without a key the rows are the output's ``rows``.
        A column of one row is its value, of several the list of theirs.
        """
        name, *steps = (step.strip() for step in path.split(" | "))
        here = self.output(name)
        for i, step in enumerate(steps):
            if i == 0 and isinstance(here, Mapping) and step not in here and "rows" in here:
                here = here["rows"]
            here = _step(here, step, path)
        if not steps and isinstance(here, Mapping) and "rows" in here:
            here = here["rows"]
        return here

    def rows(self, path: str) -> list[Mapping[str, Any]]:
        """Rows that a path finds; of one row a list too."""
        rows = self.at(path)
        rows = [rows] if isinstance(rows, Mapping) else rows
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            raise InputError(f"{path!r} finds no rows; end it before the column")
        return rows


def _step(here: Any, step: str, path: str) -> Any:
    if isinstance(here, Mapping):
        if step in here:
            return here[step]
        raise UnknownNameError(f"key of {path!r}", step, list(here))
    if not isinstance(here, list):
        raise InputError(f"{path!r} goes on behind a value, {here!r}; end it there")
    columns = list(dict.fromkeys(name for row in here for name in row))
    if step in columns:
        values = [row[step] for row in here if step in row]
        return values[0] if len(values) == 1 else values
    if (match := _FILTER.fullmatch(step)) is None or match[1] not in columns:
        raise UnknownNameError(f"column of {path!r}", match[1] if match else step, columns)
    kept = filtered(here, step)
    if not kept:
        raise InputError(f"{path!r}: no row has {step!r}; mend the path, or run what makes the output again")
    return kept


def filtered(rows: list[Mapping[str, Any]], step: str) -> list[Mapping[str, Any]]:
    """Rows that a filter keeps."""
    match = _FILTER.fullmatch(step)
    if match is None:
        raise InputError(f"{step!r} is no filter; write column = value, < value, > value or in a, b")
    return [row for row in rows if match[1] in row and _passes(row[match[1]], match[2], match[3])]


def _passes(value: Any, sign: str, text: str) -> bool:
    if sign == "in":
        return any(_passes(value, "=", word) for word in re.split("; " if ";" in text else ", ", text))
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(text)
        except ValueError:
            return False
        return (
            math.isclose(value, number, rel_tol=1e-9) if sign == "=" else bool(_COMPARE[sign](value, number))
        )
    return sign == "=" and ("none" if value is None else str(value)) == text


_OPERATORS: Final[dict[type, Callable[..., Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
}
_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "min": min,
    "max": max,
    "abs": abs,
    "sum": sum,
    "len": len,
    "sqrt": math.sqrt,
    "mean": statistics.fmean,
    "median": statistics.median,
}


def evaluate(text: str, names: Mapping[str, Any]) -> Any:
    """An expression of names and numbers: + - * / **, ``row["column"]``, min, max, abs, sum, len, sqrt, mean, median.

    Of lists, columns of several rows, value by value.
    """
    try:
        return _value(ast.parse(text, mode="eval").body, names)
    except (SyntaxError, TypeError, ValueError, ZeroDivisionError) as error:
        raise InputError(f"{text!r} cannot be worked out: {error}") from None


def _value(node: ast.expr, names: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            if name not in names:
                raise UnknownNameError("name in a template", name, list(names))
            return names[name]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _each(_OPERATORS[type(op)], _value(left, names), _value(right, names))
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _OPERATORS:
            return _each(_OPERATORS[type(op)], _value(operand, names))
        case ast.Call(func=ast.Name(id="abs" | "sqrt" as name), args=[operand], keywords=[]):
            return _each(_FUNCTIONS[name], _value(operand, names))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
            return _FUNCTIONS[name]([number for arg in args for number in _numbers(_value(arg, names))])
        case ast.Subscript(value=inner, slice=ast.Constant(value=key)):
            base = _value(inner, names)
            if isinstance(base, Mapping):
                return _step(base, str(key), str(key))
            if not isinstance(key, str):
                return base[key]
            values = [_step(row, key, key) for row in base]
            return values[0] if len(values) == 1 else values
        case _:
            raise InputError(f"{ast.unparse(node)!r} is not allowed in a template; use + - * / ** and names")


def _each(function: Callable[..., Any], *values: Any) -> Any:
    """Of single values, or of lists value by value; None where one is not stated."""
    if not any(isinstance(value, list) for value in values):
        return function(*values)
    length = max(len(value) for value in values if isinstance(value, list))
    columns = [value if isinstance(value, list) else [value] * length for value in values]
    return [None if None in row else function(*row) for row in zip(*columns, strict=True)]


def _numbers(value: Any) -> Any:
    """A list without what is not stated, of one value too."""
    return [number for number in value if number is not None] if isinstance(value, list) else [value]
