"""Every built-in chain, source and detector passes the conformance kit."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair import Batch, Pipeline, Streams, UnknownNameError, build
from darkpair.chains.catalogue import CHAINS
from darkpair.detectors.fixed_target import experiments
from darkpair.detectors.koto import Koto
from darkpair.gen.lifetime import Forced
from darkpair.gen.observed import Observed
from darkpair.gen.provenance import describe
from darkpair.plugins import REGISTRIES
from darkpair.testing import (
    check_chain,
    check_detector,
    check_long_lived,
    check_source,
    parents_of,
    undecayed,
)
from tests.shared.event_files import b_event, write_nano
from tests.shared.file_sources import FILE_SOURCES

MASSES = {"X1": 0.02, "X2": 0.2, "S": 0.1, "Y": 0.05}
ETA = {"X2": 0.3}


@pytest.mark.parametrize("name", sorted(CHAINS))
def test_chain(name: str) -> None:
    masses = MASSES | (ETA if "_pi0" in name and "x2" in name else {})
    if name == "kl_x2x2_pi0":
        masses["X2"] = 0.2
    if name.startswith("kplus"):
        masses["X2"] = 0.17
    factory = CHAINS[name]
    chain = factory(
        mass={k: v for k, v in masses.items() if k in factory.descriptor.replace("(", " ").split()}
    )
    check_chain(chain)


@pytest.mark.parametrize("name", sorted(REGISTRIES["sources"]))
def test_source(name: str, tmp_path: Path) -> None:
    settings: dict[str, Any] = {}
    if name == "event_file":
        settings = {"path": str(write_nano(tmp_path / "e.root", [b_event()] * 5)), "parents": "B+"}
    check_source(REGISTRIES["sources"][name](**settings))


@pytest.mark.parametrize("name", FILE_SOURCES)
def test_source_of_a_file(name: str, tmp_path: Path) -> None:
    source = FILE_SOURCES[name](tmp_path)
    check_source(source)
    again = FILE_SOURCES[name](tmp_path)
    assert source == again
    assert hash(source) == hash(again)
    json.dumps(describe(source), allow_nan=False)


@pytest.mark.parametrize("name", sorted(REGISTRIES["detectors"]))
@pytest.mark.parametrize(
    "descriptor",
    [
        "K_L0 -> (pi0 -> gamma gamma) (pi0 -> gamma gamma)",
        "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))",
        "K_L0 -> pi+ pi- (pi0 -> gamma gamma [.99] | e+ e- gamma [.01])",
    ],
)
def test_detector(name: str, descriptor: str) -> None:
    masses = {"X1": 0.0, "X2": 0.4} if "X2" in descriptor else {}
    chain = build(descriptor, mass=masses)
    source = REGISTRIES["sources"]["koto_kl"]()
    truth = chain.batch(source.sample(16384, Streams(5).rng("source")), Streams(5))
    settings = {"experiment": "ship"} if name == "fixed_target" else {}
    check_detector(REGISTRIES["detectors"][name](**settings), truth)


@pytest.mark.parametrize("name", sorted(experiments()))
@pytest.mark.parametrize(
    "descriptor",
    [
        "eta -> X1 (X2 -> X1 (pi0 -> gamma gamma))",
        "eta -> X1 (X2 -> X1 gamma [.5] | gamma gamma [.2] | X1 e+ e- [.2] | X1 mu+ mu- [.1])",
    ],
)
@pytest.mark.parametrize("selection", ["showers", "muons"])
def test_fixed_target(name: str, descriptor: str, selection: str) -> None:
    """With decays where the detector sees them."""
    detector = REGISTRIES["detectors"][name](selection=selection)
    law = Forced(region=detector.region, ctau=1e4)
    chain = build(descriptor, mass={"X1": 0.04, "X2": 0.4}, ctau={"X2": 1e4}, lifetimes={"X2": law})
    source = REGISTRIES["sources"]["gun"](parent="eta", momentum=(10.0, 200.0), cone=0.02)
    truth = chain.batch(source.sample(16384, Streams(5).rng("source")), Streams(5))
    check_detector(detector, truth)
    seen = detector.observe(truth, Streams(5).rng("detector"))
    assert seen.lists["Visible"][0].any()


def test_the_kit_can_fail() -> None:
    chain = build("K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))", mass={"X1": 0.0, "X2": 0.4})
    batch = chain.batch(parents_of(chain), Streams(1))
    batch.parts[0].momentum[3, 4] *= 1.0 + 1e-6
    from darkpair.testing import check_closure, check_on_shell

    with pytest.raises(AssertionError, match="closes to"):
        check_closure(batch.parts[0])
    with pytest.raises(AssertionError, match="off its mass shell"):
        check_on_shell(batch.parts[0])
    skewed = build(
        "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))",
        mass={"X1": 0.0, "X2": 0.4},
        modes={("X2", ("X1", "pi0")): {"slope": 0.9}},
    )
    with pytest.raises(AssertionError, match="isotropically"):
        check_chain(skewed)
    assert math.isfinite(batch.weight.sum())


class _VetoesEverywhere(Koto):
    """A detector that counts what is made kilometres away."""

    def observe(self, truth: Batch, rng: Any) -> Observed:
        seen = super().observe(truth, rng)
        missed = truth.final_state(22).counts - seen.lists["Cluster"][0]
        counts, values = seen.lists["Pi0"]
        owner = np.repeat(np.arange(seen.n), counts)
        lists = {**seen.lists, "Pi0": (counts, {**values, "n_missed": missed[owner].astype(float)})}
        return Observed(n=seen.n, flat={**seen.flat, "n_missed": missed}, lists=lists)


def test_the_kit_finds_a_veto_without_geometry() -> None:
    chain = build("K_L0 -> (pi0 -> gamma gamma) (S -> gamma gamma)", mass={"S": 0.1})
    source = REGISTRIES["sources"]["koto_kl"]()
    check_long_lived(Pipeline(source=source, chain=chain, detector=Koto()), "S")
    with pytest.raises(AssertionError, match="no_missed_photon: .* of stable S, 0 of a c tau of 1e"):
        check_long_lived(Pipeline(source=source, chain=chain, detector=_VetoesEverywhere()), "S")
    assert undecayed(chain, "S").topologies[0].names == ("K_L0", "pi0", "S", "gamma", "gamma")
    with pytest.raises(UnknownNameError, match="'X2'.*S"):
        undecayed(chain, "X2")
