"""What a compiled loop is of, and what decides about its code."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from types import CodeType, FunctionType
from typing import Any, Final

import numpy as np

__all__ = ["Form", "apart", "digest_of", "door_name", "formula_of", "named_in", "together"]


#: Number of the way in which `darkpair.gen.compiled.compile` makes code; another one where that changes.
_COMPILER: Final = 7


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


def digest_of(function: Callable[..., Any], form: Form, rows: list[str]) -> str:
    """Hash of all that decides about a loop's code, but for the machine and the compiler."""
    digest = blake2b(repr((_COMPILER, form.shape, form.kinds, rows)).encode(), digest_size=16)
    _add(digest, function, set())
    return digest.hexdigest()


def door_name(name: str) -> str:
    """Name of the door of a loop of that name (`darkpair.gen.compiled.doors`)."""
    return f"door_{name}"


def together(loop: bytes, door: bytes) -> bytes:
    """The object files of a loop and of its door in one."""
    return len(loop).to_bytes(8, "little") + loop + door


def apart(code: bytes) -> tuple[bytes, bytes]:
    """The object files of a loop and of its door."""
    door = 8 + int.from_bytes(code[:8], "little")
    return code[8:door], code[door:]


def _add(digest: Any, function: Callable[..., Any], seen: set[int]) -> None:
    """Add a function's code to a hash, with the numbers of its module and the formulas that it uses."""
    code: Any = function.__code__
    if id(code) in seen:
        return
    seen.add(id(code))
    consts = code.co_consts[code.co_consts[:1] == (function.__doc__,) :]
    if code.co_freevars or function.__kwdefaults__ or any(isinstance(value, CodeType) for value in consts):
        raise TypeError(
            f"{function.__name__} has a function inside, is inside one, or has named operands alone"
        )
    digest.update(code.co_code)
    digest.update(repr((consts, code.co_names, code.co_varnames, function.__defaults__)).encode())
    for name, value in named_in(function):
        if (inner := formula_of(value)) is not None:
            _add(digest, inner, seen)
        elif _is_plain(value):
            digest.update(f"{name}={value!r}".encode())
        elif value is not np and value is not math:  # (what stands in it may be another thing tomorrow)
            raise TypeError(
                f"{function.__name__} uses {name}, a {type(value).__name__}; allowed: formulas, numbers, np, math"
            )


def _is_plain(value: Any) -> bool:
    """Whether a value is a number, or some of them, whose text tells all about it."""
    if isinstance(value, tuple):
        return all(map(_is_plain, value))
    return isinstance(value, float | int | np.number | np.bool_) and not isinstance(value, np.longdouble)


def named_in(function: Callable[..., Any]) -> list[tuple[str, Any]]:
    """What a function's lines name of its module, by name."""
    scope = function.__globals__
    return [(name, scope[name]) for name in function.__code__.co_names if name in scope]


def formula_of(value: Any) -> Callable[..., Any] | None:
    """The formula of numbers that a name stands for: a marked one, or a function; None for anything else."""
    if isinstance(value, FunctionType):
        return value
    scalar: Callable[..., Any] | None = getattr(value, "scalar", None)
    return scalar if isinstance(scalar, FunctionType) else None
