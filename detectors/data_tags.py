"""Tables [tags] of a data file: efficiencies of a whole selection against q2."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from darkpair.gen.data_units import is_number
from darkpair.gen.errors import InputError, shown

__all__ = ["checked_tags"]


def checked_tags(tags: Any, where: str) -> None:
    """Refuse tables that cannot be looked up: each has ``q2`` in growing order and as many ``efficiency`` from 0 to 1.

    Parameters
    ----------
    tags : object
        Tables of efficiencies by the selections that they belong to.
    where : str
        Name of the file, for messages.

    Raises
    ------
    InputError
        With the entry and what is allowed.
    """
    for name, tag in _table(tags, f"{where}: tags").items():
        place = f"{where}, [tags.{name}]"
        q2 = _growing(_table(tag, place), "q2", place)
        _efficiencies(tag.get("efficiency"), len(q2), f"{place}: efficiency")
        if "by_q2_rec" not in tag:
            continue
        place = f"{where}, [tags.{name}.by_q2_rec]"
        table = _table(tag["by_q2_rec"], place)
        edges, rows = _growing(table, "edges", place), table.get("efficiency")
        if not isinstance(rows, list | tuple) or len(rows) != len(edges) - 1:
            raise InputError(
                f"{place}: efficiency = {shown(rows)}; allowed: {len(edges) - 1} lists, one between two edges"
            )
        for i, row in enumerate(rows):
            _efficiencies(row, len(q2), f"{place}: efficiency[{i}]")


def _table(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InputError(f"{place} = {shown(value)}; allowed: a table with q2 and efficiency")
    return value


def _growing(table: Mapping[str, Any], name: str, place: str) -> list[float]:
    values = table.get(name)
    fine = isinstance(values, list | tuple) and len(values) > 1 and all(map(is_number, values))
    if not fine or any(not a < b for a, b in pairwise(values)):  # type: ignore[arg-type]
        raise InputError(
            f"{place}: {name} = {shown(values)}; allowed: a list of finite numbers in GeV^2, in growing order"
        )
    return list(values)  # type: ignore[arg-type]


def _efficiencies(values: Any, n: int, what: str) -> None:
    if not isinstance(values, list | tuple) or len(values) != n:
        raise InputError(f"{what} = {shown(values)}; allowed: {n} numbers from 0 to 1, one for each q2")
    for i, value in enumerate(values):
        if not is_number(value) or not 0.0 <= value <= 1.0:
            raise InputError(f"{what}[{i}] = {shown(value)}; allowed: a number from 0 to 1")
