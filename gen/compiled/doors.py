"""Doors of loops: operands as they are, a tuple of arrays and numbers, looked at by machine code and run in one call.

What a door does not know, arrays of another type or with gaps among them, goes the way of `darkpair.gen.compiled.call`.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.compiled.form import Form
from darkpair.gen.compiled.layout import OTHERS, layout
from darkpair.gen.compiled.lookup import Table

__all__ = ["FEWEST", "Door"]

#: Events below which NumPy is as fast as a loop that has to be called.
FEWEST: Final = 256

#: Operands, rows, and where the table of `layout` is.
_TYPE: Final = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.py_object, ctypes.py_object, ctypes.c_void_p)

#: Doors that a formula is asked at: where its operands differ from call to call.
_MOST: Final = 3

_WHOLE: Final = np.dtype(np.intp)


class Door:
    """The door of a loop.

    Parameters
    ----------
    place : int
        Address of its code.
    form : Form
        What the loop is of.
    kinds : list of dtype
        Types of its rows.
    several : bool
        Whether the formula has several values.
    """

    __slots__ = ("call", "first", "kinds", "operands", "several", "table", "tables", "where")

    def __init__(self, place: int, form: Form, kinds: list[Any], *, several: bool) -> None:
        table = layout()
        assert table is not None
        self.call, self.where, self.several = _TYPE(place), table.ctypes.data, several
        self.table = table  # (which stays as long as its address is used)
        self.operands, self.kinds = len(form.kinds), list(kinds)
        columns = [i for i, kind in enumerate(form.kinds) if kind not in "fi" and kind[0] != "*"]
        self.first = columns[0] if columns else -1
        self.tables = form.shape != "own" and any(kind[0] == "*" for kind in form.kinds)
        if form.shape == "filter":
            self.kinds[0] = _WHOLE

    def rows(self, args: Sequence[Any]) -> tuple[tuple[NDArray[Any], ...], int] | None:
        """New rows that the loop filled, and what it gives; None where the operands are others than its own."""
        if len(args) != self.operands:
            return None
        column = args[self.first]
        if column.__class__ is not np.ndarray or (n := column.size) < FEWEST:
            return None
        rows = tuple([np.empty(n, kind) for kind in self.kinds])
        count = self.call(self._arrays(args), rows, self.where)
        return None if count == OTHERS else (rows, count)

    def into(self, args: Sequence[Any], out: Sequence[NDArray[Any]] | NDArray[Any]) -> bool:
        """Fill some rows; whether it did, because the operands and the rows are the loop's own."""
        rows = tuple(out)
        if len(args) != self.operands or len(rows) != len(self.kinds) or rows[0].size < FEWEST:
            return False
        return bool(self.call(self._arrays(args), rows, self.where) != OTHERS)

    def run(self, args: Sequence[Any]) -> int | None:
        """What a loop of its own gives; None where the operands are others than its own."""
        if len(args) != self.operands:
            return None
        count = self.call(args, (), self.where)
        return None if count == OTHERS else count

    def _arrays(self, args: Sequence[Any]) -> Sequence[Any]:
        return tuple([arg.values if arg.__class__ is Table else arg for arg in args]) if self.tables else args


def remember(doors: list[Door], door: Door | None) -> None:
    """Have a door asked first from now on."""
    if door is None or (doors and doors[0] is door):
        return
    doors[:] = [door, *(other for other in doors if other is not door)][:_MOST]


def door_at(place: int, form: Form, kinds: list[Any], *, several: bool) -> Door | None:
    """The door at that address; None where Python's objects lie in another way than it knows."""
    return Door(place, form, kinds, several=several) if layout() is not None else None
