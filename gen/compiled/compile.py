"""Compiling of loops by numba: arithmetic as it stands, nothing contracted, nothing reordered.

What it uses of numba is its compiler, not its dispatcher: a loop is an object file without references to
numba or Python, so that who loads it needs neither.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from darkpair.gen.compiled.door_code import door_to
from darkpair.gen.compiled.form import Form, door_name, formula_of, named_in, together

__all__ = ["compiled"]

# (numba says of none of these what a type checker could use)
numba: Any = import_module("numba")
compiler: Any = import_module("numba.core.compiler")
cpu_target: Any = import_module("numba.core.registry").cpu_target
types: Any = import_module("numba.core.types")

_TYPES = {
    "f": types.float64,
    "i": types.intp,
    "f8": types.float64,
    "b1": types.uint8,  # (a byte that is 0 or 1)
    "i8": types.int64,
    "i4": types.int32,
    "u8": types.uint64,
    "i1": types.int8,
}


def compiled(
    function: Callable[..., Any], form: Form, rows: list[str], name: str, *, several: bool
) -> tuple[str, bytes]:
    """Symbol of a loop, and its object file with that of its door.

    Parameters
    ----------
    function : callable
        The formula of numbers, or a loop of its own.
    form : Form
    rows : list of str
        Types of the formula's values.
    name : str
        Name of the loop, which no other has.
    several : bool
        Whether the values are several.

    Raises
    ------
    numba.core.errors.NumbaError
        For a formula with something that numba does not know.
    """
    _inlined.cache_clear()  # (a number of a module may have changed since)
    if form.shape == "own":
        loop: Any = _own(function, name)
    else:
        scope = {"formula": _inlined(function)}
        exec(_text(form, rows, name, several=several), scope)  # noqa: S102 (text of ours: numba takes functions alone)
        loop = scope[name]
    flags = compiler.Flags()
    flags.nrt, flags.error_model, flags.noalias = False, "numpy", True
    flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
    pointers = [types.CPointer(_TYPES[kind]) for kind in rows]
    if form.shape == "filter":
        pointers[0] = types.CPointer(types.intp)
    number = [] if form.shape == "own" else [types.intp]
    signature = (*number, *map(_operand, form.kinds), *pointers)
    result = compiler.compile_extra(
        cpu_target.typing_context, cpu_target.target_context, loop, signature, types.intp, flags, {}
    )
    called = cpu_target.target_context.call_conv.get_function_type(
        result.fndesc.restype, result.fndesc.argtypes
    )
    symbol = result.fndesc.llvm_func_name
    loop = bytes(result.library._get_compiled_object())
    return symbol, together(loop, door_to(called, symbol, form, rows, door_name(name)))


def _operand(kind: str) -> Any:
    """Type of an operand: a number, a column or a table."""
    return _TYPES[kind] if kind in "fi" else types.CPointer(_TYPES[kind.lstrip("*")])


def _text(form: Form, rows: list[str], name: str, *, several: bool) -> str:
    """The loop in Python."""
    operands = [f"a{i}" for i in range(len(form.kinds))]
    out = [f"o{i}" for i in range(len(rows))]
    each = ", ".join(_read(operand, kind) for operand, kind in zip(operands, form.kinds, strict=True))
    lines = [f"def {name}({', '.join(['n', *operands, *out])}):"]
    if form.shape == "map":
        values = [f"v[{j}]" for j in range(len(out))] if several else ["v"]
        lines += ["    for i in range(n):", f"        v = formula({each})"]
        lines += [
            f"        {row}[i] = {_written(*pair)}" for row, *pair in zip(out, values, rows, strict=True)
        ]
        lines += ["    return n"]
    else:
        lines += ["    m = 0", "    for i in range(n):", f"        v = formula({each})", "        o0[m] = i"]
        lines += [f"        {out[j]}[m] = {_written(f'v[{j}]', rows[j])}" for j in range(1, len(out))]
        lines += ["        m += v[0]", "    return m"]
    return "\n".join(lines)


def _read(operand: str, kind: str) -> str:
    """What a formula is given of an operand."""
    if kind[0] == "*" or len(kind) == 1:
        return operand
    return f"({operand}[i] != 0)" if kind == "b1" else f"{operand}[i]"


def _written(value: str, kind: str) -> str:
    """What a row is given of a formula's value."""
    return f"1 if {value} else 0" if kind == "b1" else value


@cache
def _inlined(function: Callable[..., Any]) -> Any:
    """A formula for numba, which is given those that it uses the same way."""
    return numba.njit(inline="always", error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)(
        _with_formulas(function)
    )


def _own(function: Callable[..., Any], name: str) -> Any:
    loop = _with_formulas(function)
    loop.__name__ = loop.__qualname__ = name
    return loop


def _with_formulas(function: Any) -> FunctionType:
    """The function, with every formula that its lines name as numba knows it."""
    scope = {
        name: value if (inner := formula_of(value)) is None else _inlined(inner)
        for name, value in named_in(function)
    }
    for name, value in scope.items():
        if value is np:
            scope[name] = _numpy()
    return FunctionType(function.__code__, scope, function.__name__, function.__defaults__)


@cache
def _numpy() -> ModuleType:
    """NumPy as formulas see it: of zeros of either sign its minimum and maximum take the second, numba's the first."""
    module = ModuleType("numpy")
    vars(module).update(vars(np))
    vars(module).update(minimum=_inlined(_minimum), maximum=_inlined(_maximum))
    return module


def _minimum(a: Any, b: Any) -> Any:
    return a if a < b or a != a else b  # noqa: PLR0124 (what is no number stays)


def _maximum(a: Any, b: Any) -> Any:
    return a if a > b or a != a else b  # noqa: PLR0124
