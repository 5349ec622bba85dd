"""The name of a sample: a digest of all that decides about its events, and the number of the run that it gives.

Two samples have one digest where the same seed, source and chain make them, whoever makes them: number of events, chunk,
workers, detector, what is kept, file and machine do not count, nor do versions.  Every event has the name (run,
luminosityBlock, event): number of the sample, of the block from 1 on, of the event in the whole sample from 1 on.
"""

from __future__ import annotations

from typing import Any, Final

from darkpair.gen.identity import identity_digest
from darkpair.gen.streams import BLOCK

__all__ = ["MOST_BLOCKS", "MOST_RUN", "NAME", "run_number", "sample_digest"]

#: Numbers of an event's name, as records and files call them: NanoAOD's words.
NAME: Final[tuple[str, str, str]] = ("run", "luminosityBlock", "event")

#: Greatest number of a run: files have 32 bits for it, and 0 is nobody's.
MOST_RUN: Final = 2**32 - 1

#: Most blocks of a sample, whose numbers have 32 bits in files, too.
MOST_BLOCKS: Final = 2**32 - 1


def sample_digest(source: Any, chain: Any, seed: int) -> str:
    """Digest of all that decides about the events of a sample, 64 hexadecimal digits.

    Parameters
    ----------
    source : EventSource
        What makes the parents.
    chain : EventChain
        What the parents decay to.
    seed : int
        Random seed.
    """
    return identity_digest({"source": source, "chain": chain, "seed": int(seed), "block": BLOCK})


def run_number(digest: str) -> int:
    """Number of the run that a sample of that digest is, 1 to 2**32 - 1."""
    return int(digest[:16], 16) % MOST_RUN + 1
