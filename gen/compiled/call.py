"""Calls of compiled loops: which loop the operands need, and the addresses of their columns."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.compiled import mode
from darkpair.gen.compiled.form import Form
from darkpair.gen.compiled.lookup import Table
from darkpair.gen.compiled.loops import loop_at

__all__ = ["bound", "bound_loop"]

#: Types of columns by NumPy's character: what a loop reads and writes.
_TYPES: Final = {"d": "f8", "?": "b1", "l": "i8", "q": "i8", "i": "i4", "L": "u8", "Q": "u8", "b": "i1"}

#: Where an array's address stands in the object, in CPython; looked at before it is used.
_OFFSET: Final = 2 * ctypes.sizeof(ctypes.c_void_p)
_probe = np.zeros(3)
_DIRECT: Final = ctypes.c_void_p.from_address(id(_probe) + _OFFSET).value == _probe.ctypes.data
_at = ctypes.c_void_p.from_address


def address(array: NDArray[Any]) -> int:
    """Address of an array's first number (NumPy's own way takes ten times as long)."""
    if _DIRECT:
        return _at(id(array) + _OFFSET).value or 0
    return int(array.ctypes.data)


class _Bound:
    """A loop with its operands, to be called with rows."""

    __slots__ = ("args", "keep", "kinds", "n", "run", "several")

    def __init__(self, loop: Any, n: int, args: list[Any], keep: Any) -> None:
        self.run, self.kinds, self.several = loop.run, loop.kinds, loop.several
        self.n, self.args, self.keep = n, args, keep

    def __call__(self, out: Sequence[NDArray[Any]]) -> int:
        return int(self.run(self.n, *self.args, *map(address, out)))


def bound(formula: Any, shape: str, args: Sequence[Any], loops: dict[Any, Any], fewest: int) -> _Bound | None:
    """The loop of a formula for these operands; None where NumPy has to do it.

    Parameters
    ----------
    formula : darkpair.gen.compiled.columnwise.Columnwise
        The formula.
    shape : {"map", "filter"}
        What the loop does.
    args : sequence
        Operands: columns of one length, numbers, tables.
    loops : dict
        The formula's loops that were asked for before.
    fewest : int
        Events below which NumPy does it.
    """
    n = -1
    kinds: list[str] = []
    values: list[Any] = []
    keep: list[NDArray[Any]] = []
    for arg in map(_number, args):
        if isinstance(arg, np.ndarray):
            if arg.ndim != 1 or (kind := _TYPES.get(arg.dtype.char)) is None:
                return None
            if n < 0:
                n = len(arg)
                if n < fewest:
                    return None
            elif len(arg) != n:
                return None
            column = arg if arg.flags.c_contiguous else np.ascontiguousarray(arg)
            keep.append(column)
            kinds.append(kind)
            values.append(address(column))
        elif isinstance(arg, float):
            kinds.append("f")
            values.append(arg)
        elif isinstance(arg, Table):
            if (kind := _TYPES.get(arg.values.dtype.char)) is None:
                return None
            keep.append(arg.values)
            kinds.append(f"*{kind}")
            values.append(address(arg.values))
        elif isinstance(arg, bool | int | np.integer):
            kinds.append("i")
            values.append(int(arg))
        else:
            return None
    if n < 0:
        return None
    key = (shape, *kinds)
    loop = loops.get(key)
    if loop is None:
        form = Form(shape=shape, kinds=tuple(kinds))
        loop = _remembered(loops, key, lambda: loop_at(formula.scalar, form, lambda: _outputs(formula, args)))
    return _Bound(loop, n, values, keep) if loop else None


def bound_loop(loop: Any, args: Sequence[Any], loops: dict[Any, Any]) -> Callable[[], int] | None:
    """A loop of its own for these operands; None where NumPy has to do it."""
    kinds: list[str] = []
    values: list[Any] = []
    for arg in args:
        if isinstance(arg, np.ndarray):
            if not arg.flags.c_contiguous or (kind := _TYPES.get(arg.dtype.char)) is None:
                return None
            kinds.append(f"*{kind}")
            values.append(address(arg))
        elif isinstance(arg, float):
            kinds.append("f")
            values.append(arg)
        else:
            kinds.append("i")
            values.append(int(arg))
    key = tuple(kinds)
    compiled = loops.get(key)
    if compiled is None:
        form = Form(shape="own", kinds=key)
        compiled = _remembered(loops, key, lambda: loop_at(loop.loop, form, lambda: ([], False)))
    return (lambda: int(compiled.run(*values))) if compiled else None


def _number(operand: Any) -> Any:
    """An operand; the number itself where it is one in an array's clothes."""
    return operand[()] if isinstance(operand, np.ndarray) and not operand.ndim else operand


def _remembered(loops: dict[Any, Any], key: Any, make: Callable[[], Any]) -> Any:
    """A loop that is asked for the first time: False where it cannot be had, none where it may be later."""
    loop = make()
    if loop is not None or mode.may_compile():
        loops[key] = loop or False
    return loop


def _outputs(formula: Any, args: Sequence[Any]) -> tuple[list[str], bool]:
    """Types of a formula's columns, and whether they are several: of the first two events."""
    some = [arg[:2] if isinstance(arg, np.ndarray) and arg.ndim else arg for arg in args]
    with np.errstate(all="ignore"):
        values = formula.function(*some)
    several = isinstance(values, tuple)
    columns = values if isinstance(values, tuple) else (values,)
    return [_TYPES[np.asarray(column).dtype.char] for column in columns], several
