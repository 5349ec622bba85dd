"""Where machine code finds what it needs in Python's numbers, tuples and arrays: looked at before it is relied on."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["ARRAY", "FLOAT", "INT", "KINDS", "OTHERS", "TABLE", "layout"]

#: Bytes from an array object's beginning to its address, number of dimensions, lengths, strides, dtype and flags
#: (PyArrayObject_fields, numpy/ndarraytypes.h).
ARRAY: Final = {"data": 16, "ndim": 24, "shape": 32, "strides": 40, "dtype": 56, "flags": 64}

#: And from a float's to its value.
FLOAT: Final = 16

#: From a whole number's beginning to how many digits of 30 bits it has, and to the digits (cpython/longintrepr.h): up to 3.11 the
#: number of digits, less than 0 for less than 0; from 3.12 on eight times that, with 1 for 0 and 2 for less than 0.
INT: Final = {"size": 16, "digits": 24}

#: What a door gives where the operands are others than its loop's, and nothing was done.
OTHERS: Final = -(2**63)

_SHIFT: Final = 0 if sys.version_info < (3, 12) else 3
_DIGIT: Final = 1 << 30

#: Types of columns in the order of the table.
KINDS: Final = ("f8", "b1", "i8", "i4", "u8", "i1")

#: What stands where in the table: offset of a tuple's objects, addresses of types, then those of the dtypes of `KINDS`.
TABLE: Final = {"items": 0, "array": 1, "float": 2, "float64": 3, "int": 4, "shift": 5, "dtypes": 6}


@cache
def layout() -> NDArray[np.int64] | None:
    """The table of this process; None where objects lie in another way, and addresses are asked for one by one."""
    if ctypes.sizeof(ctypes.c_void_p) != 8:
        return None
    table = [tuple.__basicsize__, *map(id, (np.ndarray, float, np.float64, int)), _SHIFT]
    table += [id(np.dtype(kind)) for kind in KINDS]
    return np.array(table, dtype=np.int64) if _as_expected() else None


def _as_expected() -> bool:
    """Whether some objects lie as the numbers above say."""
    array = np.zeros((3, 5), dtype=np.int32)
    column: Any = np.zeros(9)[::2]
    some = (array, column, 0.5, np.float64(0.25), 5 * _DIGIT + 7)
    if [_word(id(some) + tuple.__basicsize__ + 8 * i) for i in range(len(some))] != [*map(id, some)]:
        return False
    if any(_word(id(thing) + 8) != id(type(thing)) for thing in some):
        return False
    if any(ctypes.c_double.from_address(id(some[i]) + FLOAT).value != some[i] for i in (2, 3)):
        return False
    return _ints_as_expected() and all(_array_as_expected(thing) for thing in (array, column))


def _ints_as_expected() -> bool:
    for number, digits in ((0, ()), (3, (3,)), (5 * _DIGIT + 7, (7, 5))):
        size = _word(id(number) + INT["size"])
        first = id(number) + INT["digits"]
        seen = tuple(ctypes.c_uint32.from_address(first + 4 * i).value for i in range(len(digits)))
        if size >> _SHIFT != len(digits) or size & 2 * (_SHIFT > 0) or seen != digits:
            return False
    return not 0 <= _word(id(-3) + INT["size"]) >> _SHIFT <= 2 or bool(_word(id(-3) + INT["size"]) & 2)


def _array_as_expected(array: NDArray[Any]) -> bool:
    at = {name: id(array) + offset for name, offset in ARRAY.items()}
    ndim = ctypes.c_int.from_address(at["ndim"]).value
    flags = ctypes.c_int.from_address(at["flags"]).value
    return (
        ndim == array.ndim
        and flags == array.flags.num
        and _word(at["data"]) == array.ctypes.data
        and _word(at["dtype"]) == id(array.dtype)
        and all(_word(_word(at["shape"]) + 8 * i) == array.shape[i] for i in range(ndim))
        and all(_word(_word(at["strides"]) + 8 * i) == array.strides[i] for i in range(ndim))
    )


def _word(place: int) -> int:
    """The eight bytes at an address."""
    return ctypes.c_int64.from_address(place).value
