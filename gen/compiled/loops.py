"""Loops of machine code: from the cache of this machine, by llvmlite alone, or made by numba and kept there."""

from __future__ import annotations

import ctypes
import logging
import threading
import time
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any, Final

import numpy as np

from darkpair.gen.compiled import mode
from darkpair.gen.compiled.doors import Door, door_at
from darkpair.gen.compiled.form import Form, apart, digest_of, door_name
from darkpair.gen.compiled.store import keep, kept

__all__ = ["FAILURES", "LOCK", "Machine", "at_hand", "compiler_at_hand", "loop_at"]

_LOG: Final = logging.getLogger(__name__)

_C: Final = {"f": ctypes.c_double, "i": ctypes.c_ssize_t}
_KINDS: Final = {
    "f8": np.float64,
    "b1": np.bool_,
    "i8": np.int64,
    "i4": np.int32,
    "u8": np.uint64,
    "i1": np.int8,
}

#: One thread at a time asks for loops.
LOCK: Final = threading.RLock()

#: Formulas that could not be compiled or loaded in this process, and why: they run in NumPy.
FAILURES: Final[dict[str, str]] = {}


class Machine:
    """A loop that runs.

    Parameters
    ----------
    run : callable
        Takes the number of events, operands and rows as numbers and addresses.
    kinds : list of dtype
        Types of its rows.
    door : Door or None
        What takes operands and rows as they are.
    several : bool
        Whether the formula has several values.
    """

    def __init__(
        self, run: Callable[..., int], kinds: list[Any], door: Door | None = None, *, several: bool
    ) -> None:
        self.run, self.kinds, self.door, self.several = run, kinds, door, several


@cache
def at_hand() -> bool:
    """Whether compiled loops can run here: numba brings llvmlite."""
    return find_spec("llvmlite") is not None


@cache
def compiler_at_hand() -> bool:
    """Whether formulas can be compiled here."""
    return at_hand() and find_spec("numba") is not None


def loop_at(
    function: Callable[..., Any], form: Form, outputs: Callable[[], tuple[list[str], bool]]
) -> Machine | None:
    """The loop of a function, loaded, or compiled if that may be; None where it cannot be had. Call it with `LOCK` held.

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
    try:
        rows, several = outputs()
        name = f"darkpair_{digest_of(function, form, rows)}"
        code = kept(name) or _made(function, form, rows, several, name)
        if code is None:
            return None
        kinds = [np.dtype(_KINDS[kind]) for kind in rows]
        run, place = _load(*code, name, form, len(rows))
        return Machine(run, kinds, door_at(place, form, kinds, several=several), several=several)
    except Exception as error:  # noqa: BLE001 (whatever a compiler may say: NumPy has the same lines)
        FAILURES[f"{function.__module__}.{function.__name__}"] = f"{type(error).__name__}: {error}"
        _LOG.info("%s.%s runs in NumPy: %s", function.__module__, function.__name__, error)
        return None


def _made(
    function: Callable[..., Any], form: Form, rows: list[str], several: bool, name: str
) -> tuple[str, bytes] | None:
    """Symbol and object file of a loop that is not kept; None where it may not be compiled."""
    if not mode.may_compile() or not compiler_at_hand() or (compiled := _compiler()) is None:
        return None

    def make() -> tuple[str, bytes]:
        start = time.perf_counter()
        code = compiled(function, form, rows, name, several=several)
        _LOG.info(
            "compiled %s.%s in %.1f s", function.__module__, function.__name__, time.perf_counter() - start
        )
        return code

    return keep(name, make)


@cache
def _compiler() -> Callable[..., tuple[str, bytes]] | None:
    """What compiles; None where numba is broken, which is asked once: it takes a second to break."""
    try:
        from darkpair.gen.compiled.compile import compiled
    except Exception as error:  # noqa: BLE001 (of a NumPy that it does not know, and the like)
        FAILURES["numba"] = f"{type(error).__name__}: {error}"
        return None
    return compiled


@cache
def _engine() -> tuple[Any, Any]:
    """What loads machine code into this process."""
    import llvmlite.binding as llvm  # type: ignore[import-untyped]

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine()
    return llvm, llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)


def _load(symbol: str, code: bytes, name: str, form: Form, rows: int) -> tuple[Callable[..., int], int]:
    """The function of that symbol in an object file, and the address of its door."""
    llvm, engine = _engine()
    for part in apart(code):
        engine.add_object_file(llvm.object_file.ObjectFileRef.from_data(part))
    engine.finalize_object()
    # numba's own calling convention: where the result goes, where an exception would go (there is none), the operands
    operands = [_C.get(kind, ctypes.c_void_p) for kind in form.kinds]
    number = [] if form.shape == "own" else [ctypes.c_ssize_t]
    types: list[Any] = [ctypes.c_void_p, ctypes.c_void_p, *number, *operands, *[ctypes.c_void_p] * rows]
    place, door = (engine.get_function_address(symbol) for symbol in (symbol, door_name(name)))
    if not (place and door):
        raise LookupError(f"{name} without its function or its door")
    function = ctypes.CFUNCTYPE(ctypes.c_int, *types)(place)
    error = ctypes.c_void_p()

    def run(*args: Any) -> int:
        result = ctypes.c_ssize_t()  # (of this call: threads share the loop)
        function(ctypes.addressof(result), ctypes.addressof(error), *args)
        return result.value

    return run, door
