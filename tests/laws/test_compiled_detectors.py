"""What every detector observes and selects is the same to the bit with compiled formulas and without, whatever the weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from darkpair import Streams, build
from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_kaon import KotoKaon
from darkpair.detectors.smearing import Calorimeter
from darkpair.gen.border import check_observed, check_selected
from darkpair.gen.compiled import loops, mode
from darkpair.gen.events import Batch
from darkpair.gen.kinematics import Array
from darkpair.gen.sources.koto_kl import Z_TARGET, KotoKL
from tests.laws.pairs import PAIRS, Pair

_BLOCK = 4096

pytestmark = pytest.mark.skipif(not loops.at_hand(), reason="numba is not installed")


def _weights(truth: Batch) -> Iterator[Array]:
    """The events' own weights, none, and some of either sign, which a sum in another order would tell."""
    rng = Streams(5).rng("weights")
    yield from (truth.weight, np.ones(len(truth)), rng.standard_normal(len(truth)) ** 3)


def _seen(detector: Any, truth: Batch) -> list[tuple[str, bytes]]:
    """All that a detector says of events: each column, each sum, each bin, by name."""
    reco = detector.observe(truth, Streams(3).rng("detector"))
    check_observed(detector, reco, len(truth))
    out = list(reco.flat.items())
    for name, (counts, columns) in reco.lists.items():
        out += [(f"{name} counts", counts), *((f"{name}.{key}", column) for key, column in columns.items())]
    for i, weight in enumerate(_weights(truth)):
        verdict = detector.select(reco, weight)
        check_selected(detector, verdict, reco, weight)
        out += [(f"{i} mask", verdict.mask), *((f"{i} {k}", v) for k, v in verdict.passed.items())]
        out += [(f"{i} {k}", h.view(flow=True)) for k, h in verdict.histograms.items()]
        out += [(f"{i} {s.name}", np.array([s.n, s.sum_w, s.sum_w2])) for s in verdict.cutflow.stages]
        kept = reco.marked(verdict.passed, verdict.mask).take(verdict.mask)
        for name, (counts, columns) in kept.lists.items():
            out += [
                (f"{i} kept {name}", counts),
                *((f"{i} {name}.{key}", column) for key, column in columns.items()),
            ]
    return [(f"{name} {column.dtype}", np.ascontiguousarray(column).tobytes()) for name, column in out]


def _same(detector: Any, truth: Batch) -> None:
    with mode.wanted(compiled=True):
        fast = _seen(detector, truth)
    with mode.wanted(compiled=False):
        plain = _seen(detector, truth)
    assert [name for name, _ in fast] == [name for name, _ in plain]
    assert [name for (name, a), (_, b) in zip(fast, plain, strict=True) if a != b] == []
    assert not loops.FAILURES


def _events(pair: Pair) -> Batch:
    streams, source = Streams(11), pair.source()
    assert source is not None
    return pair.made(100.0).batch(source.sample(_BLOCK, streams.rng("source")), streams)


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_every_detector_with_every_chain(pair: Pair) -> None:
    _same(pair.apparatus(), _events(pair))


_PI0 = "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"
_CHAINS: dict[str, tuple[str, dict[str, Any]]] = {
    "prompt": (_PI0, {"mass": {"X1": 0.0, "X2": 0.43}, "ctau": {"X2": 0.0}}),
    "two topologies": (
        "K_L0 -> X1 (X2 -> X1 gamma [.5] | X1 (pi0 -> gamma gamma) [.5])",
        {"mass": {"X1": 0.0, "X2": 0.4}, "ctau": {"X2": 50.0}},
    ),
    "charged": ("K_L0 -> pi+ pi- (pi0 -> gamma gamma)", {}),
    "two photons": ("K_L0 -> gamma gamma", {}),
    "two pi0": ("K_L0 -> (pi0 -> gamma gamma) (pi0 -> gamma gamma)", {}),
    "three pi0": ("K_L0 -> (pi0 -> gamma gamma) (pi0 -> gamma gamma) (pi0 -> gamma gamma)", {}),
    "no photon": ("K_L0 -> nu nubar", {}),
}
#: So poor that some photons are smeared to nothing.
_POOR = Calorimeter(constant=0.5, stochastic=0.5, position=10.0, position_constant=3.0)
_DETECTORS: dict[str, Any] = {
    "2015": Koto(selection="2015"),
    "2016-18": Koto(selection="2016-18"),
    "2021": Koto(selection="2021"),
    "poor": Koto(resolution=_POOR, without=("no_missed_photon",)),
    "no cuts": Koto(without=tuple(cut.name for cut in Koto().cuts.cuts)),
    "two pi0": KotoKaon(pions=2),
    "three pi0": KotoKaon(pions=3, detector=Koto(resolution=_POOR)),
}


@cache
def _kl(chain: str, source: KotoKL) -> Batch:
    descriptor, settings = _CHAINS[chain]
    streams = Streams(12)
    return build(descriptor, **settings).batch(source.sample(_BLOCK, streams.rng("source")), streams)


@pytest.mark.parametrize("chain", _CHAINS)
@pytest.mark.parametrize("detector", _DETECTORS)
def test_koto(detector: str, chain: str) -> None:
    _same(_DETECTORS[detector], _kl(chain, KotoKL()))


@pytest.mark.parametrize("chain", ["prompt", "two topologies", "charged"])
def test_koto_with_decays_upstream(chain: str) -> None:
    """Photons from the collimators and before, which veto nothing; and events that a source weighs."""
    upstream = KotoKL(z_min=Z_TARGET)
    for source in (upstream, replace(KotoKL(z_min=-3000.0), share=0.6)):
        _same(_DETECTORS["2016-18"], _kl(chain, source))


def test_photons_are_smeared_to_nothing_and_made_upstream() -> None:
    """The cases above hold what they are meant to hold."""
    poor, truth = _DETECTORS["poor"], _kl("prompt", KotoKL(z_min=Z_TARGET))
    seen = poor.observe(truth, Streams(3).rng("detector"))
    counts, columns = seen.lists["Cluster"]
    arrived = Koto().observe(truth, Streams(3).rng("detector")).lists["Cluster"][0]
    assert 0 < counts.sum() < arrived.sum()
    assert (columns["energy"] > 0.0).all()
    assert seen.flat["n_missed"].min() >= 0
    assert (counts + seen.flat["n_missed"] < 2).any()  # (made upstream)
    assert len(_kl("two topologies", KotoKL()).parts) == 2
    assert len({*_kl("prompt", replace(KotoKL(z_min=-3000.0), share=0.6)).weight.tolist()}) > 1


def test_events_of_a_span() -> None:
    """A view of some events, whose columns have steps between them."""
    _same(_DETECTORS["2016-18"], _kl("prompt", KotoKL()).span(1000, 3000))
