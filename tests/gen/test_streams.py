"""Streams: a sample is (seed, stage, block), and stays what it is."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from darkpair.gen.errors import InputError
from darkpair.gen.streams import BLOCK, Streams

# First draws; a change of these changes every sample that was ever made.
GOLDEN = {
    (0, 0, "source"): (0.48382761818724973, 0.4700166679065776),
    (0, 1, "source"): (0.5584044225727529, 0.04711808653017502),
    (0, 0, "K_L0/X2"): (0.34354109436160907, 0.01927696223976616),
    (2**64 - 1, 10**9, "topology"): (0.04947360739318474, 0.03223370985070373),
}


@pytest.mark.parametrize(("seed", "block", "stage"), list(GOLDEN))
def test_first_draws_never_change(seed: int, block: int, stage: str) -> None:
    assert tuple(Streams(seed, block).rng(stage).random(2)) == GOLDEN[seed, block, stage]


def test_block_size_is_part_of_the_definition() -> None:
    assert BLOCK == 16384


def test_names_blocks_and_seeds_give_different_streams() -> None:
    names = (
        "source",
        "detector",
        "topology",
        "K_L0",
        "K_L0/X1",
        "K_L0/X2",
        "K_L0/X2/pi0",
        "K_L0/X2/pi0@1",
        "",
    )
    firsts = {
        Streams(s, b).rng(name).random() for s in (0, 1, 2**40) for b in (0, 1, 2**33) for name in names
    }
    assert len(firsts) == 9 * len(names)


def test_streams_of_two_names_are_independent() -> None:
    # failure rate 1e-6: the correlation of 1e6 pairs is Gaussian with width 1e-3, 4.89 sigma two-sided
    one, two = (Streams(5, 0).rng(name).random(10**6) for name in ("K_L0/pi0_1", "K_L0/pi0_2"))
    assert abs(np.corrcoef(one, two)[0, 1]) < 4.89e-3


def test_a_stream_does_not_depend_on_what_was_asked_before() -> None:
    streams = Streams(3, 4)
    streams.rng("source").random(100)
    assert streams.rng("detector").random() == Streams(3, 4).rng("detector").random()
    assert pickle.loads(pickle.dumps(streams)).rng("a").random() == streams.rng("a").random()


@pytest.mark.parametrize("seed", [-1, 2**64, 1.5])
def test_bad_seed(seed: int) -> None:
    with pytest.raises(InputError, match=r"seed = .*; allowed: an integer from 0 to 2\*\*64 - 1$"):
        Streams(seed)
