"""What is accepted does not depend on the law by which lifetimes are drawn: forced = exponential = scan.

For every detector and every chain that its source can start, aimed where the source can be, for models' Dirac and
dipole pairs, and for parents that are forced themselves.  Small samples of fixed seed; `nox -s laws` runs them at full
size, unaimed too.  Each comparison fails by chance once in 16 000 (4 standard errors), all of them once in 60.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from darkpair import build
from darkpair.chains.catalogue import CHAINS
from darkpair.chains.chain import Chain
from darkpair.chains.models.rates import build_model
from darkpair.gen.directions import Vector3
from darkpair.gen.importance import Aimable, aim
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.lifetime import Exponential, Forced, Lifetime, Scan, ScanInside
from darkpair.gen.particles import particle
from darkpair.gen.pipeline import EventSource, Pipeline
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.sources.gun import Gun
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.sources.upsilon4s import Upsilon4S
from darkpair.gen.streams import BLOCK
from darkpair.plugins import REGISTRIES
from tests.laws.figures import compared, taken
from tests.laws.pairs import MASSES, MORE, PAIRS, Pair
from tests.laws.size import FULL

#: Blocks of 16384 events of the forced law, and of the scans.
BLOCKS, SCANS = (16, 16) if FULL else (1, 2)

#: Blocks of the exponential law, which accepts fewest: a million events, if they are enough and fewer are not.
PILOT, MOST = (4, 64) if FULL else (2, 2)

#: Standard errors that two laws may differ by, and effective events from which on these mean something.
SIGMAS, EFFECTIVE = 4.0, 100.0 if FULL else 30.0

#: c tau [mm] at which a detector has decays of most chains: its distance over the usual beta gamma.
CTAU = {
    "koto": 1e2,
    "koto_kaon": 1e2,
    "belle2": 1e3,
    "charm": 1e4,
    "nucal": 2e3,
    "ship": 1e3,
    "dune_nd": 1e4,
    "faser2": 3e2,
}

_PILOT: dict[str, Any] = {} if FULL else {"cells": (16, 12, 8), "throws": (8, 8)}

#: Chains whose dark particles are called otherwise, of several topologies: model, parameters, parent, production, mode.
MODELS: dict[str, tuple[str, dict[str, str | float], str, str, str]] = {
    "nucal": ("zprime-dirac", {"m1": 0.04, "m2": 0.4, "G_X": "1 GF"}, "eta", "X1 X2", "X1 pi0"),
    "belle2": ("zprime-dirac", {"m1": 0.04, "m2": 0.4, "G_X": "1 GF"}, "B0", "K0 X1 X2", "X1 pi0"),
    "koto": ("zprime-dirac", {"m1": 0.02, "m2": 0.2, "G_X": "1 GF"}, "K_L0", "X2 X2", "X1 pi0"),
}

#: Parents that are forced, alone or with what comes from them: detector, chain, and the c tau [mm] that are forced.
FORCED_PARENTS: tuple[tuple[str, str, dict[str, float]], ...] = (
    ("nucal", "K+ -> pi+ X1 (X2 -> X1 gamma)", {"K+": 3.7e3}),
    ("nucal", "K+ -> pi+ X1 (X2 -> X1 gamma)", {"K+": 3.7e3, "X2": 2e3}),
    ("ship", "K_S0 -> X1 (X2 -> X1 gamma gamma)", {"K_S0": 27.0, "X2": 1e3}),
    ("ship", "K_S0 -> (pi0 -> gamma gamma) (S -> gamma gamma)", {"K_S0": 300.0}),
    ("belle2", "B+ -> K+ X1 (X2 -> X1 gamma)", {"B+": 0.49, "X2": 1e3}),
)

#: Sum of weights over the events, its standard error, and effective events, of each stage after the first.
Stages = list[tuple[str, float, float, float]]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A chain before a detector, its parents, and the particles whose lifetime is biased with their c tau [mm]."""

    what: str
    chain: Chain
    source: EventSource
    detector: Any
    ctau: Mapping[str, float]
    needs: bool = True

    @property
    def forced(self) -> Chain:
        """The chain, forced to where the detector may accept an event."""
        needs = self.detector.needs if self.needs else None
        region = self.detector.region
        return self.of({n: Forced(region=region, ctau=c, needs=needs) for n, c in self.ctau.items()})

    def of(self, laws: Mapping[str, Lifetime]) -> Chain:
        """The chain with those laws."""
        return replace(self.chain, lifetimes=laws)

    def sources(self) -> dict[str, EventSource]:
        """The source; aimed where it can be, then as it is only at full size."""
        if not isinstance(self.source, Aimable):
            return {"": self.source}
        aimed: dict[str, EventSource] = {", aimed": aim(self.source, self.forced, seed=3, **_PILOT)}
        return {"": self.source} | aimed if FULL else aimed

    def stages(self, source: EventSource, chain: Chain, blocks: int, seed: int) -> Stages:
        """What is left of a sample after each cut."""
        made = Pipeline(source=source, chain=chain, detector=self.detector, seed=seed)
        chunk = made.chunk(0, blocks, blocks * BLOCK)
        bound = chain.max_weight * getattr(source, "max_weight", 1.0)
        assert (chunk.events.weight <= bound * (1.0 + 1e-9)).all()
        n = blocks * BLOCK
        return [(s.name, s.sum_w / n, math.sqrt(s.sum_w2) / n, s.effective) for s in chunk.cutflow.stages[1:]]

    def analog(self, source: EventSource) -> Stages:
        """What is left of the exponential law, of as many events as leave a hundred times the least that tells."""
        chain = self.of({n: Exponential(c) for n, c in self.ctau.items()})
        first = self.stages(source, chain, PILOT, 12)
        enough = EFFECTIVE * PILOT / max(first[-1][-1], 1e-9)  # blocks that leave just enough
        if PILOT == MOST or enough > MOST or enough * 100.0 < PILOT:
            return first
        # (a sample of its own: one that goes on where a first look was good would be biased)
        return self.stages(source, chain, min(MOST, math.ceil(100.0 * enough)), 15)

    def inside(self, source: EventSource, blocks: int, seed: int) -> Stages:
        """What is accepted of a sample for every lifetime, at that of the others; nothing where it cannot be."""
        if len({*self.ctau.values()}) != 1 or not all(particle(n, mass=1.0).dark for n in self.ctau):
            return []
        (ctau,) = {*self.ctau.values()}
        law = ScanInside(region=self.detector.region, shortest=0.1 * ctau, longest=1e2 * ctau)
        chain = self.of(dict.fromkeys(self.ctau, law))
        made = Pipeline(source=source, chain=chain, detector=self.detector, seed=seed)
        n = blocks * BLOCK
        events = made.chunk(0, blocks, n).events
        weight = events.weight.copy()
        for part in events.parts:
            for name, i in part.topology.roles.items():
                if part.topology.names[i] in self.ctau:
                    weight[part.rows] *= law.weight(part.proper_length[name], ctau)
        total, square = float(weight.sum()), float(weight @ weight)
        return [("accepted", total / n, math.sqrt(square) / n, total**2 / square if square else 0.0)]


def hold(case: Case) -> int:
    """Compare the laws where the last stage of both has events enough; the number of comparisons."""
    good = 0
    for how, source in case.sources().items():
        forced = case.stages(source, case.forced, BLOCKS, 11)
        scan = case.of({n: Scan(ctau=c, shortest=0.1 * c, longest=10.0 * c) for n, c in case.ctau.items()})
        others = {
            "exponential": case.analog(source),
            "scan": case.stages(source, scan, SCANS, 13),
            "scan inside": case.inside(source, SCANS, 14),
        }
        for name, other in others.items():
            pairs = list(zip(forced[-len(other) :], other, strict=True)) if other else []
            told = [(a, b) for a, b in pairs if min(a[-1], b[-1]) >= EFFECTIVE]
            for a, b in pairs:  # what one law has a hundred of, the other does not lose
                assert b[-1] < 4.0 * EFFECTIVE or a[-1] > 0.0, f"{case.what}{how}: {b} by {name}, {a} forced"
            # the deepest stage that has enough, and the first: there one decay in sight is enough most often
            for ours, theirs in dict.fromkeys([*told[-1:], *told[: int(name == "exponential")]]):
                good += 1
                difference, error = ours[1] - theirs[1], math.hypot(ours[2], theirs[2])
                compared(difference, error)
                assert abs(difference) < SIGMAS * error, (
                    f"{case.what}{how}, {ours[0]}: forced {ours[1]:.4e} ± {ours[2]:.1e}, "
                    f"{name} {theirs[1]:.4e} ± {theirs[2]:.1e}"
                )
    return good


@pytest.mark.parametrize("chain", [*CHAINS, *MORE])
def test_who_decays_in_a_chain_is_read_from_its_words(chain: str) -> None:
    """Those dark particles of the chain itself that decay: no pair is left out, no law forgotten."""
    pair = Pair(detector="koto", settings={}, chain=chain)
    if pair.parent not in MASSES:
        pytest.skip("a parent that no source of these makes")
    decaying = pair.made(0.0).decay.decaying
    assert pair.unstable == tuple(sorted(name for name, own in decaying.items() if own.dark))


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_every_chain_in_every_detector(pair: Pair) -> None:
    ctau = CTAU[pair.detector]
    source = pair.source()
    assert source is not None
    muons = {"selection": "muons"} if "mumu" in pair.chain and isinstance(source, DumpMesons) else {}
    case = Case(
        what=str(pair),
        chain=pair.made(ctau),
        source=source,
        detector=pair.apparatus(**muons),
        ctau=dict.fromkeys(pair.unstable, ctau),
        needs=PAIRS.index(pair) % 2 == 0,  # what a job tells the law, and what it assumes without
    )
    hold(case)


@pytest.mark.parametrize("name", MODELS)
def test_every_model_by_the_names_of_its_states(name: str) -> None:
    model, parameters, parent, production, mode = MODELS[name]
    chain = build_model(model, parameters).chain(parent, production, modes=[mode])
    dark = [n for n, p in chain.decay.decaying.items() if p.dark]
    assert sorted(dark) == ["psi2", "psi2~"]
    case = Case(
        what=model,
        chain=chain,
        source=source_of(name, parent),
        detector=detector_of(name),
        ctau=dict.fromkeys(dark, CTAU[name]),
    )
    assert hold(case) > 0


@pytest.mark.parametrize(("name", "text", "ctau"), FORCED_PARENTS)
def test_a_parent_is_forced_where_its_daughters_matter(name: str, text: str, ctau: dict[str, float]) -> None:
    own = {"X2": CTAU[name], "S": CTAU[name]} | ctau
    words = text.replace("(", " ").replace(")", " ").split()
    chain = build(
        text,
        mass={word: value for word, value in {"X1": 0.02, "X2": 0.2, "S": 0.1}.items() if word in words},
        ctau={word: value for word, value in own.items() if f"{word} ->" in text},
    )
    case = Case(
        what=text,
        chain=chain,
        source=source_of(name, chain.parent.name),
        detector=detector_of(name),
        ctau=ctau,
        needs=False,
    )
    assert hold(case) > 0


@dataclass(frozen=True)
class Alone:
    """A forced law that takes no part in a joint one: the weights of several multiply."""

    law: Forced
    max_weight: float = 1.0

    def sample(
        self, rng: np.random.Generator, momentum: Vector3, mass: Real, origin: Vector3
    ) -> tuple[Array, dict[str, Array]]:
        return self.law.sample(rng, momentum, mass, origin)


class Product(Case):
    """A case in which the forced law has lost the events with one decay inside."""

    @property
    def forced(self) -> Chain:
        laws = super().forced.lifetimes
        return self.of({n: Alone(law) for n, law in laws.items() if isinstance(law, Forced)})


@pytest.mark.parametrize("name", ["nucal", "ship"])
def test_the_law_can_fail(name: str) -> None:
    chain = build(
        "eta -> (X2 -> X1 gamma) (X2 -> X1 gamma)", mass={"X1": 0.02, "X2": 0.2}, ctau={"X2": CTAU[name]}
    )
    case = Product(
        what=name,
        chain=chain,
        source=source_of(name, chain.parent.name),
        detector=detector_of(name),
        ctau={"X2": CTAU[name]},
    )
    with pytest.raises(AssertionError, match="forced .* exponential"):
        hold(case)
    taken()  # (what a broken law differs by is no figure of the table)


def detector_of(name: str) -> Any:
    """A detector of the registry."""
    return REGISTRIES["detectors"][name]()


def source_of(name: str, parent: str) -> EventSource:
    """Parents of a kind before a detector; a pencil where its source has none of them."""
    detector = detector_of(name)
    if detector.source == "koto_kl":
        return KotoKL()
    if detector.source == "upsilon4s":
        return Upsilon4S(parent=parent)
    if parent == "K_S0":
        return Gun(parent=parent, momentum=(20.0, 60.0), cone=0.01)
    return DumpMesons(meson=parent, beam_energy=detector.beam_energy)
