"""The words that a stream begins with, from a loop: NumPy's SeedSequence takes ten times as long to find them.

M. E. O'Neill's seed_seq_fe with a pool of four words, as numpy/random/bit_generator.pyx has it, which NumPy promises not to change.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.compiled.columnwise import Loop

__all__ = ["first_words"]

_WORD: Final = 2**32
_MASK = _WORD - 1

_INIT_A, _MULT_A, _INIT_B, _MULT_B = 0x43B0D7E5, 0x931E8875, 0x8B51F9DD, 0x58F38DED
_MIX_L, _MIX_R = 0xCA01F9DD, 0x4973F715


def first_words(entropy: int, name: int, block: int) -> NDArray[np.uint64] | None:
    """The first three words of 64 bits of a SeedSequence of that entropy, up to 64 bits, with the spawn key (name, block).

    None where nothing is compiled, and for keys of another number of words.
    """
    if not name >= _WORD > block:
        return None
    words = np.empty(3, dtype=np.uint64)
    halves = (entropy & _MASK, entropy >> 32, name & _MASK, name >> 32)
    return None if _words(*halves, block, words) is None else words


def _hashed(value: Any, constant: Any, factor: Any) -> Any:  # (compiled alone)
    """A word, and the next constant of the hash."""
    constant_now = (constant * factor) & _MASK
    value = ((value ^ constant) * constant_now) & _MASK
    return value ^ (value >> 16), constant_now


def _mixed(x: Any, y: Any, constant: Any) -> Any:  # (compiled alone)
    """A word of the pool with another mixed in, and the next constant."""
    y, constant = _hashed(y, constant, _MULT_A)
    value = (_MIX_L * x - _MIX_R * y) & _MASK
    return value ^ (value >> 16), constant


@Loop
def _words(low: int, high: int, name_low: int, name_high: int, block: int, words: Any) -> int:
    """The first three words of 64 bits."""
    a, constant = _hashed(low, _INIT_A, _MULT_A)
    b, constant = _hashed(high, constant, _MULT_A)
    c, constant = _hashed(0, constant, _MULT_A)
    d, constant = _hashed(0, constant, _MULT_A)
    # each word of the pool into the three others
    b, constant = _mixed(b, a, constant)
    c, constant = _mixed(c, a, constant)
    d, constant = _mixed(d, a, constant)
    a, constant = _mixed(a, b, constant)
    c, constant = _mixed(c, b, constant)
    d, constant = _mixed(d, b, constant)
    a, constant = _mixed(a, c, constant)
    b, constant = _mixed(b, c, constant)
    d, constant = _mixed(d, c, constant)
    a, constant = _mixed(a, d, constant)
    b, constant = _mixed(b, d, constant)
    c, constant = _mixed(c, d, constant)
    for turn in range(3):  # those of the key into all four
        word = block if turn == 2 else name_high if turn == 1 else name_low
        a, constant = _mixed(a, word, constant)
        b, constant = _mixed(b, word, constant)
        c, constant = _mixed(c, word, constant)
        d, constant = _mixed(d, word, constant)
    constant = _INIT_B
    for i in range(3):
        first, constant = _hashed(c if i == 1 else a, constant, _MULT_B)
        second, constant = _hashed(d if i == 1 else b, constant, _MULT_B)
        words[i] = first | (second << 32)
    return 3
