"""A user's table of one or two variables: columns of a CSV file, or a histogram of a ROOT file.

A CSV file has a line of names, each with its unit in brackets, then numbers: ``p [MeV],density``.  Its densities hold at
the points of its rows, and are linear between them.  A histogram's density is constant in each bin: its contents over the
bin's size.  Lines that begin with ``#`` are comments.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import numpy as np

from darkpair.gen.digits import apart
from darkpair.gen.errors import DarkpairError, InputError, UnknownNameError, shown
from darkpair.gen.kinematics import Array
from darkpair.gen.output.opened import open_root
from darkpair.gen.units import ENERGY, exactly

__all__ = ["Heading", "TableFile", "in_units", "is_table", "read_table"]

#: Headings of a last column that is no density, whatever its numbers are.
_NO_DENSITY: Final = frozenset(
    {"counts", "count", "entries", "events", "number", "n", "cumulative", "cdf", "integral", "error", "bin"}
)

_UNIT: Final = re.compile(r"^(.*?)\s*[\[(]\s*([^\[\]()]*?)\s*[\])]\s*$")
_SPECIAL: Final = re.compile(r"[\s{}#_$\\]")

#: Least and largest size of the largest density.
_SIZES: Final = (1e-100, 1e100)

_ENDINGS: Final = (".csv", ".txt", ".dat", ".root")


@dataclass(frozen=True)
class Heading:
    """Name of a variable and its unit, as a column's heading or an axis' title says them.

    Parameters
    ----------
    name : str
        Name of the variable.
    unit : str
        Unit of the variable; empty where none is said.
    """

    name: str
    unit: str

    @classmethod
    def of(cls, text: str) -> Heading:
        """Heading of a text such as ``p_{T} [MeV/c]``; momenta in GeV/c are in GeV."""
        match = _UNIT.match(text.strip())
        name, unit = (match[1], match[2]) if match else (text.strip(), "")
        return cls(name, unit.replace(" ", "").removesuffix("/c"))

    @property
    def plain(self) -> str:
        """The name in small letters, without the marks of a formula."""
        return _SPECIAL.sub("", self.name).lower()


@dataclass(frozen=True, kw_only=True)
class TableFile:
    """What a file says of one or two variables.

    Parameters
    ----------
    path : str
        Path of the file as it was given, with the histogram's name where it has one.
    headings : tuple of Heading
        Name and unit of each variable.
    nodes : tuple of ndarrays
        Points, or edges of bins, of each variable, growing; in the file's units.
    values : ndarray
        Density at the points, or in the bins.
    bins : bool
        Whether the density is constant between two nodes.
    outside : float
        Part of a histogram's contents below and above its axes, which are not in it.
    """

    path: str
    headings: tuple[Heading, ...]
    nodes: tuple[Array, ...]
    values: Array
    bins: bool
    outside: float = 0.0

    @property
    def digest(self) -> str:
        """Digest of the numbers."""
        whole = b"".join(np.ascontiguousarray(a).tobytes() for a in (*self.nodes, self.values))
        return blake2b(whole, digest_size=8).hexdigest()


def is_table(text: str) -> bool:
    """Whether a text is meant to be a file of this kind: it ends as one, or names a histogram in one."""
    return text.lower().endswith(_ENDINGS) or ".root:" in text.lower()


def in_units(
    nodes: Array, heading: Heading, units: Mapping[str, float], *, path: str, given: str | None, key: str
) -> Array:
    """Nodes in GeV or rad, by the unit of the file or by the one that is given.

    Parameters
    ----------
    nodes : ndarray
        Nodes in the file's unit.
    heading : Heading
        Name and unit of the variable.
    units : mapping of str to float
        Size of each unit that may be written: `darkpair.gen.units.ENERGY` or ``ANGLE``.
    path : str
        Path of the file, for messages.
    given : str or None
        Unit where the file says none.
    key : str
        Name of the parameter that gives the unit, for messages.

    Raises
    ------
    InputError
        Without a unit, or with two.
    UnknownNameError
        For a unit of another kind.
    """
    if heading.unit and given and heading.unit != given:
        raise InputError(
            f"{path}: {heading.name!r} is in {heading.unit}, and {key} = {given!r}; leave {key} out, or correct the file"
        )
    unit = heading.unit or given
    if not unit:
        raise InputError(
            f"{path}: {heading.name!r} has no unit; allowed: one in brackets, as in '{heading.name or 'p'} [{'GeV' if units is ENERGY else 'mrad'}]', "
            f"or {key} = ... with one of {', '.join(units)}"
        )
    if unit not in units:
        raise UnknownNameError(f"unit of {heading.name!r} in {path}", unit, units)
    scale = units[unit]
    # dividing where the unit is a submultiple keeps 430 MeV the same double as 0.43 GeV
    return np.asarray(nodes * scale if scale >= 1.0 or units is not ENERGY else nodes / round(1.0 / scale))


def read_table(text: str, variables: int, *, key: str) -> TableFile:
    """Table of a file.

    Parameters
    ----------
    text : str
        The file: ``"mine.csv"``, or ``"file.root:name"`` for a histogram in it.
    variables : int
        Number of variables, 1 or 2.
    key : str
        Name of the parameter that holds `text`, for messages.

    Raises
    ------
    InputError
        For a file that cannot be read, numbers that are not finite, densities that are negative or all zero, nodes that do not grow.
    UnknownNameError
        For a histogram that is not in the file.
    """
    if not is_table(text):
        raise InputError(
            f"{key} = {shown(text)} is no file of a table; allowed: a .csv file, or 'file.root:histogram'"
        )
    place, name = _split(text)
    try:
        stat = Path(place).stat()
        return _read(text, place, name, variables, (stat.st_mtime_ns, stat.st_size, stat.st_ino))
    except OSError as error:
        raise InputError(
            f"{key} = {shown(place)} cannot be read ({error.strerror or error}); allowed: an existing .csv file, or "
            "'file.root:histogram'"
        ) from error


def _split(text: str) -> tuple[str, str]:
    """The file, and the name of a histogram in it."""
    at = text.lower().find(".root:")
    return (text, "") if at < 0 else (text[: at + 5], text[at + 6 :])


@lru_cache(maxsize=32)
def _read(text: str, place: str, name: str, variables: int, stamp: tuple[int, ...]) -> TableFile:  # noqa: ARG001 (a file that changes is read again)
    table = (
        _histogram(text, place, name, variables)
        if place.lower().endswith(".root")
        else _columns(place, variables)
    )
    for heading, nodes in zip(table.headings, table.nodes, strict=True):
        if len(nodes) < 2 or not np.all(np.diff(nodes) > 0.0):
            raise InputError(
                f"{text}: {heading.name!r} has {len(nodes)} values in a row; allowed: two or more, growing"
            )
    wrong = np.flatnonzero(~((table.values.ravel() >= 0.0) & (table.values.ravel() < math.inf)))
    if len(wrong):
        raise InputError(
            f"{text}: density = {table.values.ravel()[wrong[0]]:g}; allowed: finite numbers, 0 or more"
        )
    if not table.values.any():
        raise InputError(f"{text}: every density is 0; allowed: some above it")
    if not _SIZES[0] <= table.values.max() <= _SIZES[1]:
        largest, low, high = apart(table.values.max(), *_SIZES)
        raise InputError(
            f"{text}: the largest density is {largest}; allowed: {low} to {high}, beyond which sums of "
            "such numbers leave the computer's arithmetic; divide all by one number"
        )
    for array in (*table.nodes, table.values):
        array.setflags(write=False)
    return table


def _columns(place: str, variables: int) -> TableFile:
    """Columns of a CSV file."""
    try:
        lines = Path(place).read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{place}: not a text ({error.reason}); give a .csv file") from error
    numbered = [
        (i, line) for i, line in enumerate(lines, 1) if line.strip() and not line.lstrip().startswith("#")
    ]
    want = f"{variables + 1} columns, as in {('p [GeV],density', 'y,pT [GeV],density')[variables - 1]!r}"
    if not numbered:
        raise InputError(f"{place}: no line of names; allowed: {want}, then numbers")
    rows = [_cells(place, i, line) for i, line in numbered]
    names = [name.strip() for name in rows[0]]
    if len(names) != variables + 1:
        raise InputError(
            f"{place}: {len(names)} column{'s' * (len(names) != 1)} in {lines[numbered[0][0] - 1][:60]!r}; allowed: {want}"
        )
    if all(_number(name) is not None for name in names):
        raise InputError(f"{place}: the first line is numbers; allowed: names before them, {want}")
    if Heading.of(names[-1]).plain in _NO_DENSITY:
        raise InputError(
            f"{place}: the last column is {names[-1]!r}; allowed: density, the number for each unit of the other columns"
        )
    data = np.empty((len(rows) - 1, len(names)))
    for (line, _), row, out in zip(numbered[1:], rows[1:], data, strict=True):
        for i, cell in enumerate(row if len(row) == len(names) else [""]):
            number = _number(cell)
            if number is None:
                raise InputError(
                    f"{place}: line {line} is {','.join(row)[:60]!r}; allowed: {len(names)} finite numbers, one for each of {', '.join(names)}"
                )
            out[i] = number
    headings = tuple(Heading.of(name) for name in names[:-1])
    if variables == 1:
        return TableFile(path=place, headings=headings, nodes=(data[:, 0],), values=data[:, 1], bins=False)
    nodes, values = _rectangle(place, names, data)
    return TableFile(path=place, headings=headings, nodes=nodes, values=values, bins=False)


def _cells(place: str, number: int, line: str) -> list[str]:
    """Cells of a line."""
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error as error:  # (a quotation mark that is not closed, a cell of 131 072 characters)
        raise InputError(
            f"{place}: line {number} is {shown(line)} ({error}); allowed: numbers with commas between them"
        ) from error


def _rectangle(place: str, names: Sequence[str], data: Array) -> tuple[tuple[Array, ...], Array]:
    """Nodes of both variables and values there, of rows in any order."""
    axes = [np.unique(column) for column in data.T[:2]]
    place_of = [np.searchsorted(axis, column) for axis, column in zip(axes, data.T, strict=False)]
    values = np.full([len(axis) for axis in axes], np.nan)
    values[tuple(place_of)] = data[:, 2]
    if len(data) != values.size or np.isnan(values).any():
        raise InputError(
            f"{place}: {len(data)} rows for {values.shape[0]} values of {names[0]} times {values.shape[1]} of {names[1]}; allowed: "
            f"each pair once, {values.size} rows"
        )
    return tuple(axes), values


def _number(cell: str) -> float | None:
    """The finite number of a cell; None where it holds none."""
    try:
        value = exactly(cell.strip())
    except ValueError:  # (InputError is one)
        return None
    return value if math.isfinite(value) else None


def _histogram(text: str, place: str, name: str, variables: int) -> TableFile:
    """Histogram of a ROOT file, its contents over the sizes of its bins."""
    Path(place).open("rb").close()  # what the system says of it, before uproot says more
    try:
        nodes, headings, whole = _read_histogram(text, place, name, variables)
    except DarkpairError:
        raise
    except Exception as error:  # (a damaged file fails in any way)
        raise InputError(
            f"{text}: not a ROOT file that can be read ({type(error).__name__}); give one that holds a TH{variables}"
        ) from error
    inner = whole[(slice(1, -1),) * variables]
    total = float(np.abs(whole).sum())
    sizes = np.diff(nodes[0]) if variables == 1 else np.outer(*(np.diff(n) for n in nodes))
    return TableFile(
        path=text,
        headings=headings,
        nodes=nodes,
        values=np.array(inner / sizes),
        bins=True,
        outside=1.0 - float(np.abs(inner).sum()) / total if total > 0.0 else 0.0,
    )


def _read_histogram(
    text: str, place: str, name: str, variables: int
) -> tuple[tuple[Array, ...], tuple[Heading, ...], Array]:
    """Edges, titles of the axes and contents, those beyond the axes too."""
    kind, key = f"TH{variables}", name.partition(";")[0]
    with open_root(place) as file:
        kinds = {path.partition(";")[0]: what for path, what in file.classnames().items()}
        mine = [path for path, what in kinds.items() if what.startswith(kind)]
        if not name:
            raise InputError(
                f"{text}: names no histogram; write '{place}:NAME', of {', '.join(mine[:10]) or f'a file with a {kind}'}"
            )
        if key not in kinds:
            raise UnknownNameError(f"histogram of {place}", name, mine)
        if key not in mine:
            raise InputError(f"{text}: a {kinds[key]}; allowed: a {kind}")
        histogram: Any = file[name]
        axes = [histogram.axis(i) for i in range(variables)]
        nodes = tuple(np.asarray(axis.edges(), dtype=float) for axis in axes)
        headings = tuple(Heading.of(str(axis.member("fTitle") or "")) for axis in axes)
        return nodes, headings, np.asarray(histogram.values(flow=True), dtype=float)
