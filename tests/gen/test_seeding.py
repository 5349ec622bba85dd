"""The words that a stream begins with are those of NumPy's SeedSequence."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from darkpair.gen.compiled import loops, mode
from darkpair.gen.seeding import first_words
from darkpair.gen.streams import Streams

pytestmark = pytest.mark.skipif(not loops.compiler_at_hand(), reason="numba is not there")

_SEEDS = [0, 1, 20200507, 2**31, 2**32 - 1, 2**32, 2**63 + 5, 2**64 - 1]
_BLOCKS = [0, 1, 255, 2**30, 2**31 + 3, 2**32 - 1, 2**32, 2**40]


@pytest.mark.parametrize("seed", _SEEDS)
@pytest.mark.parametrize("block", _BLOCKS)
@pytest.mark.parametrize("name", [7, 2**32, 2**60 + 12345, 2**64 - 1])
def test_words(seed: int, name: int, block: int) -> None:
    with mode.wanted(compiled=True):
        words = first_words(seed, name, block)
    assert (words is None) == (name < 2**32 or block >= 2**32)
    if words is not None:
        expected = np.random.SeedSequence(seed, spawn_key=(name, block)).generate_state(3, np.uint64)
        assert np.array_equal(words, expected)


@pytest.mark.parametrize("seed", _SEEDS)
@pytest.mark.parametrize("block", _BLOCKS)
def test_streams(seed: int, block: int) -> None:
    """Numbers, children and copies of a stream are the same compiled and not."""
    seen = []
    for compiled in (True, False):
        with mode.wanted(compiled=compiled):
            rng = Streams(seed, block).rng("X2/pi0")
        again = pickle.loads(pickle.dumps(rng))
        numbers = rng.random(3).tolist()
        assert again.random(3).tolist() == numbers
        children = [child.random(2).tolist() for child in rng.spawn(2)]
        more = rng.bit_generator.seed_seq.generate_state(5).tolist()
        seen.append((numbers, children, more))
    assert seen[0] == seen[1]
