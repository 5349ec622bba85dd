"""What a stream begins with: NumPy's SeedSequence, or the same words from a loop, which takes a tenth of the time."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.random.bit_generator import ISpawnableSeedSequence
from numpy.typing import NDArray

from darkpair.gen.compiled.columnwise import Loop

__all__ = ["seeding"]

_WORD: Final = 2**32
_MASK: Final = _WORD - 1

# Constants of M. E. O'Neill's seed_seq_fe as numpy/random/bit_generator.pyx has them, which NumPy promises not to change.
_INIT_A, _MULT_A, _INIT_B, _MULT_B = 0x43B0D7E5, 0x931E8875, 0x8B51F9DD, 0x58F38DED
_MIX_L, _MIX_R = 0xCA01F9DD, 0x4973F715


class _Words(ISpawnableSeedSequence):
    """The words that an SFC64 asks for, and for all else the sequence itself."""

    def __init__(self, words: NDArray[np.uint64], entropy: int, spawn_key: tuple[int, int]) -> None:
        self._words, self._of = words, (entropy, spawn_key)

    @property
    def _sequence(self) -> np.random.SeedSequence:
        return np.random.SeedSequence(self._of[0], spawn_key=self._of[1])

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> NDArray[Any]:
        """Words to begin with."""
        if n_words == len(self._words) and dtype is np.uint64:
            return self._words
        return self._sequence.generate_state(n_words, dtype)

    def spawn(self, n_children: int) -> list[Any]:
        """Sequences below this one."""
        return list(self._sequence.spawn(n_children))


def seeding(entropy: int, name: int, block: int) -> Any:
    """Seed sequence of that entropy, up to 64 bits, with the spawn key (name, block)."""
    if name >= _WORD > block:
        words = np.empty(3, dtype=np.uint64)
        halves = (entropy & _MASK, entropy >> 32, name & _MASK, name >> 32)
        if _words(*halves, block, words) is not None:
            return _Words(words, entropy, (name, block))
    return np.random.SeedSequence(entropy, spawn_key=(name, block))


def _hashed(value: Any, constant: Any) -> Any:
    """A word and the next constant of the pool's hash."""
    following = (constant * _MULT_A) & _MASK
    value = ((value ^ constant) * following) & _MASK
    return value ^ (value >> 16), following


def _mixed(x: Any, y: Any) -> Any:
    """A word of the pool with another mixed in."""
    value = (_MIX_L * x - _MIX_R * y) & _MASK
    return value ^ (value >> 16)


@Loop
def _words(low: int, high: int, name_low: int, name_high: int, block: int, words: Any) -> int:
    """The first three words of 64 bits."""
    constant = _INIT_A
    a, constant = _hashed(low, constant)
    b, constant = _hashed(high, constant)
    c, constant = _hashed(0, constant)
    d, constant = _hashed(0, constant)
    # each word of the pool into the three others
    h, constant = _hashed(a, constant)
    b = _mixed(b, h)
    h, constant = _hashed(a, constant)
    c = _mixed(c, h)
    h, constant = _hashed(a, constant)
    d = _mixed(d, h)
    h, constant = _hashed(b, constant)
    a = _mixed(a, h)
    h, constant = _hashed(b, constant)
    c = _mixed(c, h)
    h, constant = _hashed(b, constant)
    d = _mixed(d, h)
    h, constant = _hashed(c, constant)
    a = _mixed(a, h)
    h, constant = _hashed(c, constant)
    b = _mixed(b, h)
    h, constant = _hashed(c, constant)
    d = _mixed(d, h)
    h, constant = _hashed(d, constant)
    a = _mixed(a, h)
    h, constant = _hashed(d, constant)
    b = _mixed(b, h)
    h, constant = _hashed(d, constant)
    c = _mixed(c, h)
    for turn in range(3):  # the key's words into all four
        word = block if turn == 2 else name_high if turn == 1 else name_low
        h, constant = _hashed(word, constant)
        a = _mixed(a, h)
        h, constant = _hashed(word, constant)
        b = _mixed(b, h)
        h, constant = _hashed(word, constant)
        c = _mixed(c, h)
        h, constant = _hashed(word, constant)
        d = _mixed(d, h)
    constant = _INIT_B
    for i in range(3):
        first, second = (c, d) if i == 1 else (a, b)
        first ^= constant
        constant = (constant * _MULT_B) & _MASK
        first = (first * constant) & _MASK
        second ^= constant
        constant = (constant * _MULT_B) & _MASK
        second = (second * constant) & _MASK
        words[i] = (first ^ (first >> 16)) | ((second ^ (second >> 16)) << 32)
    return 3
