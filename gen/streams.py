"""Named random streams: a sample is defined by (seed, stage, block) and by nothing else.

A block is a fixed number of events, always generated whole.  So neither the chunk size, nor the number of
workers, nor an added detector changes an event, and a longer run begins with the events of a shorter one.
"""

from __future__ import annotations

import numbers
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.random.bit_generator import ISpawnableSeedSequence

from darkpair.gen.errors import InputError, shown
from darkpair.gen.seeding import first_words

__all__ = ["BLOCK", "Streams", "asked", "require_seed", "require_streams"]

#: Events of a block; part of the definition of a sample.
BLOCK = 16384


def require_seed(seed: Any) -> None:
    """Refuse another thing than a whole number from 0 to 2**64 - 1 for a seed.

    Parameters
    ----------
    seed : int
        Random seed.

    Raises
    ------
    InputError
    """
    real = isinstance(seed, numbers.Real)
    if not (real and 0 <= seed < 2**64) or seed != int(seed):
        raise InputError(f"seed = {shown(seed)}; allowed: an integer from 0 to 2**64 - 1")


@dataclass(frozen=True)
class Streams:
    """The random generators of one block.

    Parameters
    ----------
    seed : int
        Random seed, 0 to 2**64 - 1.
    block : int
        Index of the block, from 0.
    prefix : str
        Text put before the name of every stage: one of several chains draws apart from the others.

    Raises
    ------
    InputError
        For a seed outside that range.
    """

    seed: int
    block: int = 0
    prefix: str = ""

    def __post_init__(self) -> None:
        require_seed(self.seed)

    def rng(self, stage: str) -> np.random.Generator:
        """Generator of the stage of that name (a chain's nodes ask by their path, as in ``"X2/pi0"``)."""
        name = _number(self.prefix + stage)
        words = first_words(int(self.seed), name, self.block)
        key = (name, self.block)
        sequence: Any = (
            np.random.SeedSequence(int(self.seed), spawn_key=key)
            if words is None
            else _Begun(words, int(self.seed), key)
        )
        return np.random.Generator(np.random.SFC64(sequence))


class _Begun(ISpawnableSeedSequence):
    """A seed sequence whose first words are there."""

    def __init__(self, words: Any, entropy: int, spawn_key: tuple[int, int]) -> None:
        self._words, self._of = words, (entropy, spawn_key)

    def _whole(self) -> np.random.SeedSequence:
        return np.random.SeedSequence(self._of[0], spawn_key=self._of[1])

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> Any:
        """Words to begin with."""
        if n_words == len(self._words) and dtype is np.uint64:
            return self._words.copy()
        return self._whole().generate_state(n_words, dtype)

    def spawn(self, n_children: int) -> list[Any]:
        """Sequences below this one."""
        return list(self._whole().spawn(n_children))


def asked(n: Any) -> int:
    """How many parents a source is asked for.

    Raises
    ------
    InputError
        For another thing than a whole number of 0 or more.
    """
    if not isinstance(n, int | np.integer) or isinstance(n, bool) or n < 0:
        raise InputError(f"sample of n = {shown(n)}; allowed: a whole number of 0 or more")
    return int(n)


def require_streams(streams: Any) -> None:
    """Refuse another thing than the random streams of a block.

    Raises
    ------
    InputError
        With what it is, and how streams are made.
    """
    if not isinstance(streams, Streams):
        raise InputError(
            f"a chain draws from streams, not from a {type(streams).__name__}; give it darkpair.Streams(seed=1)"
        )


@lru_cache(maxsize=1024)
def _number(stage: str) -> int:
    """64 bits of a stage's name."""
    return int.from_bytes(blake2b(stage.encode(), digest_size=8).digest(), "little")
