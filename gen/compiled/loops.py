"""Loops of machine code: from the cache of this machine, by llvmlite alone, or made by numba and kept there."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from types import FunctionType
from typing import Any, Final

import numpy as np

from darkpair.gen.compiled import mode
from darkpair.gen.compiled.store import kept, keep

__all__ = ["Form", "Machine", "at_hand", "loop_at"]

_C: Final = {"f": ctypes.c_double, "i": ctypes.c_ssize_t}
_KINDS: Final = {"f8": np.float64, "b1": np.bool_, "i8": np.int64, "i4": np.int32, "u8": np.uint64, "i1": np.int8}

_LOCK = threading.RLock()


@dataclass(frozen=True)
class Form:
    """What a loop is of: its shape, and the types of its operands.

    Parameters
    ----------
    shape : {"map", "filter", "own"}
        A formula of every event, one whose first value says which are kept, or a loop of its own.
    kinds : tuple of str
        "f8", "i8", ... for a column, "f" and "i" for a number, "*f8" for a table.
    """

    shape: str
    kinds: tuple[str, ...]


class Machine:
    """A loop that runs.

    Parameters
    ----------
    run : callable
        Takes the number of events, operands and rows as numbers and addresses.
    kinds : list of dtype
        Types of its rows.
    several : bool
        Whether the formula has several values.
    """

    def __init__(self, run: Callable[..., int], kinds: list[Any], several: bool) -> None:
        self.run, self.kinds, self.several = run, kinds, several


@cache
def at_hand() -> bool:
    """Whether compiled loops can run here: numba brings llvmlite."""
    return find_spec("llvmlite") is not None


def loop_at(
    function: Callable[..., Any], form: Form, outputs: Callable[[], tuple[list[str], bool]]
) -> Machine | None:
    """The loop of a function, loaded, or compiled if that may be; None where it cannot be had.

    Parameters
    ----------
    function : callable
        The formula of numbers, or a loop of its own.
    form : Form
    outputs : callable
        Types of the formula's values, and whether they are several; asked once.
    """
    if not at_hand():
        return None
    with _LOCK:
        rows, several = outputs()
        name = f"darkpair_{_digest(function, form, rows)}"
        code = kept(name)
        if code is None:
            if not mode.may_compile() or find_spec("numba") is None:
                return None
            from darkpair.gen.compiled.compile import compiled

            code = keep(name, lambda: compiled(function, form, rows, several, name))
            if code is None:
                return None
        return Machine(_load(*code, form, len(rows)), [np.dtype(_KINDS[kind]) for kind in rows], several)


def _digest(function: Callable[..., Any], form: Form, rows: list[str]) -> str:
    """Hash of all that decides about a loop's code, but for the machine and the compiler."""
    digest = blake2b(repr((form.shape, form.kinds, rows)).encode(), digest_size=16)
    _add(digest, function, set())
    return digest.hexdigest()


def _add(digest: Any, function: Callable[..., Any], seen: set[int]) -> None:
    """Add a function's code to a hash, with the numbers of its module and the formulas that it uses."""
    code: Any = function.__code__
    if id(code) in seen:
        return
    seen.add(id(code))
    digest.update(code.co_code)
    digest.update(repr((code.co_consts[code.co_consts[0] == function.__doc__ :], code.co_names, code.co_varnames)).encode())
    for name, value in named_in(function):
        if (inner := formula_of(value)) is not None:
            _add(digest, inner, seen)
        elif isinstance(value, float | int):
            digest.update(f"{name}={value!r}".encode())


def named_in(function: Callable[..., Any]) -> list[tuple[str, Any]]:
    """What a function's lines name of its module, by name."""
    scope = function.__globals__
    return [(name, scope[name]) for name in function.__code__.co_names if name in scope]


def formula_of(value: Any) -> Callable[..., Any] | None:
    """The formula of numbers that a name stands for: a marked one, or a function of this package; None for anything else."""
    if isinstance(value, FunctionType):
        return value if value.__module__.startswith("darkpair.") else None
    scalar: Callable[..., Any] | None = getattr(value, "scalar", None)
    return scalar if isinstance(scalar, FunctionType) else None


@cache
def _engine() -> tuple[Any, Any]:
    """What loads machine code into this process."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine()
    return llvm, llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)


def _load(symbol: str, code: bytes, form: Form, rows: int) -> Callable[..., int]:
    """The function of that name in an object file."""
    llvm, engine = _engine()
    engine.add_object_file(llvm.object_file.ObjectFileRef.from_data(code))
    engine.finalize_object()
    # numba's own calling convention: where the result goes, where an exception would go (there is none), the operands
    operands = [_C.get(kind, ctypes.c_void_p) for kind in form.kinds]
    number = [] if form.shape == "own" else [ctypes.c_ssize_t]
    types = [ctypes.c_void_p, ctypes.c_void_p, *number, *operands, *[ctypes.c_void_p] * rows]
    function = ctypes.CFUNCTYPE(ctypes.c_int, *types)(engine.get_function_address(symbol))
    error = ctypes.c_void_p()

    def run(*args: Any) -> int:
        result = ctypes.c_ssize_t()  # (of this call: threads share the loop)
        function(ctypes.addressof(result), ctypes.addressof(error), *args)
        return result.value

    return run
