"""Uniform numbers of a stream: NumPy's own, or the same bits from a loop."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.compiled import mode
from darkpair.gen.compiled.columnwise import Loop
from darkpair.gen.kinematics import Array

__all__ = ["following", "next_word", "rows_of_uniforms", "state_of", "uniform", "uniforms"]

_State = ctypes.c_uint64 * 4

#: The last generator, and its state: a stage asks for the same one again and again.
_last: list[tuple[Any, NDArray[np.uint64] | None]] = [(None, None)]


def uniforms(rng: np.random.Generator, n: int) -> Array:
    """Numbers from 0 to 1, (n,), as ``rng.random(n)`` gives them, whose state moves on as by that."""
    if (state := state_of(rng)) is not None:
        out = np.empty(n)
        if _uniform(state, out, n) is not None:
            return out
    return rng.random(n)


def rows_of_uniforms(rng: np.random.Generator, rows: int, n: int) -> Sequence[Array]:
    """Rows (n,) of such numbers, one after the other."""
    if state_of(rng) is not None:
        return list(uniforms(rng, rows * n).reshape(rows, n))
    return [rng.random(n) for _ in range(rows)]


def state_of(rng: np.random.Generator) -> NDArray[np.uint64] | None:
    """The four words of an SFC64's state, as they stand in it; None where formulas are not compiled, or it is another generator."""
    if mode.off():
        return None
    bits: Any = getattr(rng, "bit_generator", None)  # (who tests a source may hand in numbers of their own)
    generator, state = _last[0]
    if bits is generator and bits is not None:
        return state
    if type(bits).__name__ != "SFC64":
        return None
    # (the capsule is NumPy's documented door for other languages: a bitgen_t, whose first word is where the state is)
    place = ctypes.c_void_p.from_address(_capsule()(bits.capsule, b"BitGenerator")).value
    words: Any = _State.from_address(place or 0)
    state = np.frombuffer(words, dtype=np.uint64)
    _last[0] = bits, state
    return state


@cache
def _capsule() -> Any:
    """What opens a capsule of Python's."""
    opened = ctypes.pythonapi.PyCapsule_GetPointer
    opened.restype, opened.argtypes = ctypes.c_void_p, (ctypes.py_object, ctypes.c_char_p)
    return opened


def next_word(a: Any, b: Any, c: Any, w: Any) -> tuple[Any, Any, Any, Any, Any]:  # (compiled alone)
    """Next state of Chris Doty-Humphrey's small fast chaotic generator, and 64 bits (numpy/random/src/sfc64/sfc64.h)."""
    t = a + b + w
    return (
        b ^ (b >> np.uint64(11)),
        c + (c << np.uint64(3)),
        ((c << np.uint64(24)) | (c >> np.uint64(40))) + t,
        w + np.uint64(1),
        t,
    )


def uniform(word: Any) -> Any:  # (compiled alone)
    """Number from 0 to 1 of 64 bits."""
    return (word >> np.uint64(11)) * (1.0 / 9007199254740992.0)


def following(a: Any, b: Any, c: Any, w: Any) -> tuple[Any, Any, Any, Any, Any]:  # (compiled alone)
    """Next state, and a number from 0 to 1."""
    a, b, c, w, word = next_word(a, b, c, w)
    return a, b, c, w, uniform(word)


@Loop
def _uniform(state: Any, out: Any, n: int) -> int:
    """Uniform numbers into a column."""
    a, b, c, w = state[0], state[1], state[2], state[3]
    for i in range(n):
        a, b, c, w, out[i] = following(a, b, c, w)
    state[0], state[1], state[2], state[3] = a, b, c, w
    return n
