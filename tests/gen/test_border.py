"""What a stranger's source, chain or detector returns and should not is one line that names its class."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from darkpair import InputError, Pipeline, build
from darkpair.detectors.koto import Koto
from darkpair.gen.pipeline import chunks
from darkpair.gen.sources.gun import Gun
from tests.shared.wrong_plugins import CHAINS, DETECTORS, SOURCES, Chain, Detector, Source

CHAIN = build("K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))", mass={"X1": 0.0, "X2": 0.4})


def _line(*, source: Any = None, chain: Any = CHAIN, detector: Any = None, given: bool = True) -> str:
    source = Source() if source is None and given else source
    detector = Detector() if detector is None else detector
    with pytest.raises(InputError) as caught:
        list(chunks(Pipeline(source=source, chain=chain, detector=detector), 16384))
    return str(caught.value)


def test_what_is_right_passes() -> None:
    pipeline = Pipeline(source=Source(), chain=Chain(lambda made: made), detector=Detector())
    (made,) = chunks(pipeline, 100)
    (ours,) = chunks(
        Pipeline(source=Gun(momentum=(1.0, 3.0), cone=0.1), chain=CHAIN, detector=Detector()), 100
    )
    assert made.cutflow == ours.cutflow
    assert np.array_equal(made.events.parts[0].momentum, ours.events.parts[0].momentum)


@pytest.mark.parametrize("what", SOURCES)
def test_source(what: str) -> None:
    source, words = SOURCES[what]
    line = _line(source=source)
    assert line.startswith("the source Source ")
    assert re.search(words, line), line
    assert "\n" not in line
    assert "allowed: " in line


@pytest.mark.parametrize("what", CHAINS)
def test_chain(what: str) -> None:
    chain, words = CHAINS[what]
    line = _line(chain=chain)
    assert line.startswith("the chain Chain ")
    assert re.search(words, line), line
    assert "\n" not in line
    assert "allowed: " in line


@pytest.mark.parametrize("what", DETECTORS)
def test_detector(what: str) -> None:
    detector, words = DETECTORS[what]
    line = _line(detector=detector)
    assert line.startswith(f"the detector {type(detector).__name__} ")
    assert re.search(words, line), line
    assert "\n" not in line
    assert "allowed: " in line


class _NoSample:
    pdgid = 130


class _NoPdgid:
    def sample(self, n: int, rng: Any) -> Any: ...


class _NoSelect:
    def observe(self, truth: Any, rng: Any) -> Any: ...


class _Says(Source):
    def __init__(self, **words: Any) -> None:
        super().__init__()
        self.__dict__.update(words)


class _Sees(Detector):
    def __init__(self, **words: Any) -> None:
        super().__init__()
        self.__dict__.update(words)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"source": _NoSample()}, "the source _NoSample has no sample; a source has to have sample(n, rng)"),
        ({"source": _NoPdgid()}, "the source _NoPdgid has no pdgid; a source has to have"),
        ({"source": Source}, "the source Source is a class; give an object of it, Source(...)"),
        ({"given": False}, "the source NoneType has no pdgid and no sample"),
        ({"source": _Says(pdgid="K_L0")}, "has the pdgid 'K_L0'; allowed: a whole number"),
        ({"source": _Says(masses=[0.5])}, "has the masses [0.5]; allowed: a mapping of PDG id to mass"),
        ({"source": _Says(masses={130: np.nan})}, "has the masses {130: nan}; allowed"),
        ({"chain": object()}, "the chain object has no batch; a chain has to have batch(parents, streams)"),
        ({"detector": _NoSelect()}, "the detector _NoSelect has no select; a detector has to have observe("),
        ({"detector": Koto}, "the detector Koto is a class"),
        ({"detector": _Sees(flat_factors={"trigger": "0.9"})}, "has the flat_factors {'trigger': '0.9'}"),
    ],
)
def test_members(parts: dict[str, Any], words: str) -> None:
    line = _line(**parts)
    assert words in line
    assert "\n" not in line
