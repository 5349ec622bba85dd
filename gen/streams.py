"""Named random streams: a sample is defined by (seed, stage, block) and by nothing else.

A block is a fixed number of events, always generated whole.  So neither the chunk size, nor the number of
workers, nor an added detector changes an event, and a longer run begins with the events of a shorter one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from darkpair.gen.errors import InputError
from darkpair.gen.seeding import seeding

__all__ = ["BLOCK", "Streams"]

#: Events of a block; part of the definition of a sample.
BLOCK = 16384


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
        if not 0 <= self.seed < 2**64 or self.seed != int(self.seed):
            raise InputError(f"seed = {self.seed}; allowed: an integer from 0 to 2**64 - 1")

    def rng(self, stage: str) -> np.random.Generator:
        """Generator of the stage of that name (a chain's nodes ask by their path, as in ``"X2/pi0"``)."""
        sequence = seeding(int(self.seed), _number(self.prefix + stage), self.block)
        return np.random.Generator(np.random.SFC64(sequence))


@lru_cache(maxsize=1024)
def _number(stage: str) -> int:
    """64 bits of a stage's name."""
    return int.from_bytes(blake2b(stage.encode(), digest_size=8).digest(), "little")
