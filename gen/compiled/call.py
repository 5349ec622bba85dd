"""Calls of compiled loops: which loop the operands need, and the addresses of their columns."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.compiled import mode
from darkpair.gen.compiled.doors import FEWEST, remember
from darkpair.gen.compiled.form import Form
from darkpair.gen.compiled.lookup import Table
from darkpair.gen.compiled.loops import LOCK, loop_at

__all__ = ["bound", "bound_loop"]

#: Types of columns by NumPy's character: what a loop reads and writes (how long a C long is, the machine says).
_TYPES: Final = {
    char: kind
    for char in "d?lqiLQb"
    if (kind := np.dtype(char).str[1:]) in ("f8", "b1", "i8", "i4", "u8", "i1")
}

#: Whole numbers that a loop is given, and NumPy does not take for numbers of another type: one above would wrap around.
_WHOLE: Final = 2**63

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


#: The usual column: float64, one number after the other.
_USUAL, _ONE_BY_ONE = np.dtype(np.float64), (8,)


def _kind(array: NDArray[Any]) -> str | None:
    """Type of an array's numbers; None where no loop reads them, those of another order of bytes among them."""
    return _TYPES.get(array.dtype.char) if array.dtype.isnative else None


def _in_line(array: NDArray[Any]) -> bool:
    """Whether a loop can step through an array as it lies."""
    flags = array.flags
    return bool(flags.c_contiguous and flags.aligned)


class _Bound:
    """A loop with its operands, to be called with rows."""

    __slots__ = ("args", "keep", "kinds", "n", "run", "several")

    def __init__(self, loop: Any, n: int, args: list[Any], keep: Any) -> None:
        self.run, self.kinds, self.several = loop.run, loop.kinds, loop.several
        self.n, self.args, self.keep = n, args, keep

    def __call__(self, out: Sequence[NDArray[Any]]) -> int:
        return int(self.run(self.n, *self.args, *map(address, out)))

    def into(self, out: Sequence[NDArray[Any]] | NDArray[Any]) -> bool:
        """Write the rows, if a loop may write n numbers of their types there; whether it did."""
        shape, places = (self.n,), []
        for row, kind in zip(out, self.kinds, strict=True):
            if not (row.dtype == kind and row.shape == shape and row.flags.carray):
                return False
            places.append(address(row))
        self.run(self.n, *self.args, *places)
        return True


def bound(
    formula: Any, shape: str, args: Sequence[Any], loops: dict[Any, Any], fewest: int = FEWEST
) -> _Bound | None:
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
    keep: list[Any] = []
    for arg in args:
        if arg.__class__ is np.ndarray and arg.ndim:  # (a masked array is more than its numbers)
            usual = arg.dtype is _USUAL and arg.strides == _ONE_BY_ONE
            if not (kind := "f8" if usual else _of_column(arg)):
                return None
            column = arg if usual or _in_line(arg) else arg.copy()
            if (size := len(arg)) != n:
                if n >= 0 or size < fewest:
                    return None
                n = size
            if (place := address(column)) % column.itemsize:
                column = column.copy()
                place = address(column)
            keep.append(column)
            kinds.append(kind)
            values.append(place)
        elif (other := _other(arg)) is not None:
            kinds.append(other[0])
            values.append(other[1])
        else:
            return None
    if n < 0:
        return None
    key = (shape, *kinds)
    loop = loops.get(key) or _asked(
        loops, key, formula.scalar, Form(shape=shape, kinds=tuple(kinds)), lambda: _outputs(formula, args)
    )
    if not loop:
        return None
    remember(formula.doors[shape], loop.door)
    return _Bound(loop, n, values, keep)


def _of_column(array: NDArray[Any]) -> str:
    """Type of a column's numbers; nothing where NumPy has to do it: of whole numbers with a sign and without it makes others."""
    kind = _kind(array) if array.ndim == 1 else None
    return "" if kind is None or kind == "u8" else kind


def _other(arg: Any) -> tuple[str, Any] | None:
    """Kind and value of an operand that is the same for all events: a number or a table; None for anything else."""
    if isinstance(arg, float):
        return "f", arg
    if isinstance(arg, Table):
        kind = _kind(arg.values) if _in_line(arg.values) else None
        return None if kind is None or kind == "u8" else (f"*{kind}", address(arg.values))
    if type(arg) is np.ndarray and not arg.ndim:  # a number in an array's clothes
        return _other(arg[()])
    return ("i", int(arg)) if isinstance(arg, int | np.int64) and -_WHOLE <= arg < _WHOLE else None


def bound_loop(loop: Any, args: Sequence[Any], loops: dict[Any, Any]) -> Callable[[], int] | None:
    """A loop of its own for these operands; None where NumPy has to do it."""
    kinds: list[str] = []
    values: list[Any] = []
    for arg in args:
        if isinstance(arg, np.ndarray):
            if (kind := _kind(arg)) is None or not _in_line(arg):
                return None
            kinds.append(f"*{kind}")
            values.append(address(arg))
        elif (other := _other(arg)) is not None:
            kinds.append(other[0])
            values.append(other[1])
        else:
            return None
    key = tuple(kinds)
    compiled = loops.get(key) or _asked(
        loops, key, loop.loop, Form(shape="own", kinds=key), lambda: ([], False)
    )
    if not compiled:
        return None
    remember(loop.doors, compiled.door)

    def run(_alive: Any = args) -> int:
        return int(compiled.run(*values))

    return run


#: What stands for a loop that is not kept on this machine, while none may be compiled; and for one that cannot be had.
_NOT_KEPT, _NEVER = 0, False


def _asked(
    loops: dict[Any, Any],
    key: Any,
    function: Callable[..., Any],
    form: Form,
    outputs: Callable[[], tuple[list[str], bool]],
) -> Any:
    """A loop that is not there yet, or nothing where it was asked for in vain."""
    with LOCK:  # (threads that ask for it together have the one)
        before = loops.get(key)
        if before or before is _NEVER or (before is _NOT_KEPT and not mode.may_compile()):
            return before or None
        loop = loop_at(function, form, outputs)
        loops[key] = loop or (_NEVER if mode.may_compile() else _NOT_KEPT)
        return loop


def _outputs(formula: Any, args: Sequence[Any]) -> tuple[list[str], bool]:
    """Types of a formula's columns, and whether they are several: of the first two events."""
    some = [arg[:2] if isinstance(arg, np.ndarray) and arg.ndim else arg for arg in args]
    with np.errstate(all="ignore"):
        values = formula.function(*some)
    several = isinstance(values, tuple)
    columns = values if isinstance(values, tuple) else (values,)
    return [_TYPES[np.asarray(column).dtype.char] for column in columns], several
