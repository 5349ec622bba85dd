"""What cannot be aimed is refused in a line that says what to do."""

from __future__ import annotations

from typing import Any

import pytest

from darkpair import build
from darkpair.chains.chain_set import ChainSet
from darkpair.detectors.koto import Koto
from darkpair.gen.errors import InputError
from darkpair.gen.sources.gun import Gun
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.sources.upsilon4s import Upsilon4S
from darkpair.job.aim import aimed_pair

_KAON = build("K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))", mass={"X1": 0.0, "X2": 0.43}, ctau={"X2": 0.0})
_B = build("B+ -> K+ X1 X2", mass={"X1": 0.0, "X2": 0.4})


@pytest.mark.parametrize(
    ("source", "chain", "detector", "words"),
    [
        (Upsilon4S(), _B, None, r"does not pay with upsilon4s.*leave aim out"),
        (KotoKL(), _KAON, None, r"needs a detector to aim at; add \[detector\]"),
        (KotoKL(), ChainSet(chains=(_KAON, _B)), Koto(), r"with several chains; give one, or leave aim out"),
        (
            Gun(parent="eta", momentum=2.0, cone=0.1),
            build("eta -> X1 X2", mass={"X1": 0.0, "X2": 0.4}),
            None,
            r"aim = true",
        ),
    ],
    ids=["upsilon4s", "no detector", "several chains", "a gun of one momentum"],
)
def test_refused(source: Any, chain: Any, detector: Any, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        aimed_pair(source, chain, detector, 1)
    assert "\n" not in str(caught.value)
