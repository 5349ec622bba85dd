"""What is accepted does not depend on the aim, for every chain before KOTO, and an aimed sample is worth more.

The weighted acceptance after every cut is that of the beam as it is, weights have the mean 1 and no more than the inverse of
the share.  Small samples of fixed seed: each comparison of stages fails by chance once in 16 000 (4 standard errors), all of
them once in 100 changes of the random numbers, because cuts of one sample go together.
"""

from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import pytest

from darkpair import Chain, InputError, build
from darkpair.chains.aimed import AimedChain
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.detectors.koto import Koto
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.importance import DEFENSIVE_SHARE, aim
from darkpair.gen.lifetime import Forced
from darkpair.gen.pipeline import Pipeline
from darkpair.gen.sources.aimed_kaons import AimedKaons
from darkpair.gen.sources.dump_mesons import DumpMesons
from darkpair.gen.sources.kaon_pilot import aim_kaons
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.steering import FACTOR
from darkpair.gen.streams import BLOCK
from tests.laws.pairs import PAIRS, Pair
from tests.laws.size import FULL

#: Blocks of the pilot's rounds, of the aimed sample and of the other one.
ROUNDS, BLOCKS, PLAIN = ((4, 8, 12), 16, 32) if FULL else ((1, 1, 2), 2, 4)

SIGMAS, EFFECTIVE = 4.0, 30.0

#: Chains of which so few events are accepted that neither sample has any, or none: at 1 m these.
RARE = {"kl_x1x2_gamma", "kl_2pi0s_ee", "kl_x2x2_ee", "kl_x1x2_modes"}

KAONS = [pair for pair in PAIRS if pair.detector == "koto" and pair.chain not in RARE]


def flow(source: Any, chain: Any, detector: Any, blocks: int, seed: int) -> Cutflow:
    made = Pipeline(source=source, chain=chain, detector=detector, seed=seed)
    return made.chunk(0, blocks, blocks * BLOCK).cutflow


def hold(aimed: Cutflow, plain: Cutflow, what: str) -> int:
    """Both cut flows agree where they have events enough; how many stages had."""
    compared = 0
    for ours, theirs in zip(aimed.stages, plain.stages, strict=True):
        if min(ours.effective, theirs.effective) < EFFECTIVE:
            continue
        compared += 1
        values = [stage.sum_w / stage_of.generated for stage, stage_of in ((ours, aimed), (theirs, plain))]
        errors = [
            math.sqrt(
                max(stage.sum_w2 / of.generated - (stage.sum_w / of.generated) ** 2, 0.0) / of.generated
            )
            for stage, of in ((ours, aimed), (theirs, plain))
        ]
        assert abs(values[0] - values[1]) <= SIGMAS * math.hypot(*errors) + 1e-12, (
            what,
            ours.name,
            values,
            errors,
        )
    return compared


def gain(aimed: Cutflow, plain: Cutflow) -> tuple[float, float]:
    """Effective accepted events for each generated one over those of the other sample, and its standard error."""
    ours, theirs = (f.stages[-1].effective / f.generated for f in (aimed, plain))
    error = math.hypot(*(1.0 / math.sqrt(f.stages[-1].effective) for f in (aimed, plain)))
    return ours / theirs, ours / theirs * error


@pytest.mark.parametrize(("pair", "ctau"), [(pair, 1e3) for pair in KAONS] + [(KAONS[0], 0.0)], ids=str)
def test_every_chain_before_koto(pair: Pair, ctau: float) -> None:
    chain, detector = pair.made(ctau), pair.apparatus()
    # (decays upstream are most of them, and half a second of `followed` for each chain)
    source = KotoKL(z_min=-4000.0, p_min=0.4, share=0.5) if ctau else KotoKL()
    aimed = aim_kaons(source, AimedChain.of(chain), detector, seed=1, rounds=ROUNDS)
    made, plain = flow(*aimed, detector, BLOCKS, 2), flow(source, chain, detector, PLAIN, 3)
    assert hold(made, plain, str(pair)) > 2
    assert made.stages[0].largest is not None
    assert made.stages[0].largest <= (1.0 + 1e-9) / DEFENSIVE_SHARE
    value, error = gain(made, plain)
    assert value > 1.0 - DEFENSIVE_SHARE - SIGMAS * error


@pytest.mark.parametrize(("ctau", "least"), [(0.0, 4.0), (300.0, 3.0)])
def test_it_pays(ctau: float, least: float) -> None:
    """At (430, 0) MeV; with a pilot of half the usual size."""
    chain = build(
        "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))", mass={"X1": 0.0, "X2": 0.43}, ctau={"X2": ctau}
    )
    source = KotoKL(z_min=-9000.0, p_min=0.6, share=0.5) if ctau else KotoKL()
    aimed = aim_kaons(source, AimedChain.of(chain), Koto(), seed=4, rounds=(2, 4, 6))
    made, plain = flow(*aimed, Koto(), 4, 5), flow(source, chain, Koto(), 8, 6)
    assert hold(made, plain, "KOTO") > 15
    value, error = gain(made, plain)
    assert value > least - SIGMAS * error
    assert value > 0.9 * least


PION = "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"


@pytest.mark.parametrize(("ctau", "m2", "seed"), [(1e5, 0.43, 101), (3e4, 0.15, 303)])
def test_it_pays_where_the_pilot_meets_few(ctau: float, m2: float, seed: int) -> None:
    """Acceptances of 2e-4 and 6e-5: tables of some ten events left .07 to 1.3 times the effective events, these 1.3 to 2.7."""
    chain = build(PION, mass={"X1": 0.0, "X2": m2}, ctau={"X2": ctau})
    source = KotoKL(z_min=-9000.0, p_min=0.6, share=0.5)
    aimed = aim_kaons(source, AimedChain.of(chain), Koto(), seed=seed)
    made, plain = flow(*aimed, Koto(), 12, 5), flow(source, chain, Koto(), 30, 6)
    assert aimed[0].max_weight <= 4.0
    value, error = gain(made, plain)
    assert value > 1.0
    assert value > 1.5 - 2.0 * error
    hold(made, plain, str(ctau))


@pytest.mark.parametrize(
    "modes",
    [
        "X1 (pi0 -> gamma gamma) [.5] | X1 gamma [.5]",
        "X1 (pi0 -> gamma gamma) [.5] | nu_e anti-nu_e [.5]",
        "X1 (pi0 -> gamma gamma) [.9999999999] | X1 gamma [1e-10]",
    ],
    ids=["one photon", "invisible", "never met"],
)
def test_modes_of_which_no_event_is_accepted(modes: str) -> None:
    """They stay isotropic: nothing says where they should go."""
    chain = build(f"K_L0 -> X1 (X2 -> {modes})", mass={"X1": 0.0, "X2": 0.43}, ctau={"X2": 0.0})
    aimed = aim_kaons(KotoKL(), AimedChain.of(chain), Koto(), seed=1, rounds=(1, 1))
    assert hold(flow(*aimed, Koto(), 2, 2), flow(KotoKL(), chain, Koto(), 4, 3), modes) > 15


def test_a_spectrum_with_a_gap(tmp_path: Any) -> None:
    """Cells reach into it, and events there have the weight 0."""
    path = tmp_path / "gap.csv"
    path.write_text("p [GeV],density\n0.5,1\n1.0,1\n1.001,0\n1.8,0\n1.803,1\n3,0.5\n4,0\n")
    source = KotoKL(spectrum=str(path))
    chain = build(PION, mass={"X1": 0.0, "X2": 0.43}, ctau={"X2": 0.0})
    aimed = aim_kaons(source, AimedChain.of(chain), Koto(), seed=1, rounds=(1, 1))
    assert hold(flow(*aimed, Koto(), 2, 2), flow(source, chain, Koto(), 4, 3), "gap") > 15


def test_the_law_can_fail() -> None:
    """Without the weight of the directions, or with that of another share."""
    chain = build(
        "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))", mass={"X1": 0.0, "X2": 0.43}, ctau={"X2": 0.0}
    )
    source, steered = aim_kaons(KotoKL(), AimedChain.of(chain), Koto(), seed=1, rounds=(1, 1))
    plain = flow(KotoKL(), chain, Koto(), 4, 3)
    for wrong in (1.0, 0.5):
        made = Pipeline(source=source, chain=steered, detector=Koto(), seed=2, keep="all").chunk(
            0, 2, 2 * BLOCK
        )
        factor = made.events.parts[0].weights[FACTOR]
        factor **= 1.0 - wrong
        kept = made.reco.flat["accepted"] if made.reco is not None else None
        weight = np.prod([*made.events.parts[0].weights.values()], axis=0)
        value, theirs = float((weight * kept).mean()), plain.acceptance
        error = math.hypot(
            float((weight * kept).std()) / math.sqrt(len(weight)), plain.acceptance_error or 0.0
        )
        assert abs(value - theirs) > SIGMAS * error


@pytest.mark.parametrize("experiment", ["charm", "ship"])
def test_a_dump_s_pilot_knows_the_selection(experiment: str) -> None:
    detector = FixedTarget(experiment=experiment)
    chain = forced("eta -> X1 (X2 -> X1 gamma gamma)", detector, 1e4, {"X1": 0.05, "X2": 0.055})
    eta = DumpMesons(beam_energy=detector.beam_energy)
    size: dict[str, Any] = {"seed": 1} | ({} if FULL else {"cells": (24, 16, 12), "throws": (8, 8, 16)})
    aimed, blind = aim(eta, chain, detector=detector, **size), aim(eta, chain, **size)
    made, other = (flow(s, chain, detector, 4 * BLOCKS, seed) for s, seed in ((aimed, 2), (blind, 3)))
    hold(made, other, experiment)
    assert made.stages[-1].effective > 2.0 * other.stages[-1].effective or experiment != "charm"


def test_charm_at_a_small_mass_difference() -> None:
    """Soft photons, of which the selection takes few: the pilot that knew the region only left some ten of 200 000."""
    detector = FixedTarget(experiment="charm")
    chain = forced("eta -> X1 (X2 -> X1 gamma)", detector, 1e5, {"X1": 0.05, "X2": 0.055})
    aimed = aim(DumpMesons(beam_energy=400.0), chain, seed=2, detector=detector)
    assert flow(aimed, chain, detector, 12, 2).stages[-1].effective > 300.0


def forced(text: str, detector: FixedTarget, ctau: float, mass: dict[str, float]) -> Chain:
    law = Forced(region=detector.region, ctau=ctau, needs=detector.needs)
    return build(text, mass=mass, ctau={"X2": ctau}, lifetimes={"X2": law})


def test_events_do_not_depend_on_who_makes_them() -> None:
    chain = build(
        "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))", mass={"X1": 0.0, "X2": 0.43}, ctau={"X2": 300.0}
    )
    pairs = [aim_kaons(KotoKL(), AimedChain.of(chain), Koto(), seed=1, rounds=(1, 1)) for _ in range(2)]
    first, again = (Pipeline(source=s, chain=c, detector=Koto(), seed=1) for s, c in pairs)
    there = pickle.loads(pickle.dumps(again))
    assert first.digest == again.digest == there.digest
    n = 2 * BLOCK + 100
    whole = first.chunk(0, 3, n)
    parts = [pipeline.chunk(i, i + 1, n) for i, pipeline in enumerate((again, there, first))]
    at = 0
    for part in parts:
        own = slice(at, at + len(part.events))
        at = own.stop
        for name in ("momentum", "vertices"):
            whole_columns, columns = (getattr(c.events.parts[0], name) for c in (whole, part))
            assert np.array_equal(whole_columns[..., own], columns)
        assert np.array_equal(whole.events.weight[own], part.events.weight)
    assert at == len(whole.events)


def test_what_cannot_be_aimed() -> None:
    chain = build("K_L0 -> gamma gamma")
    with pytest.raises(InputError, match="none of the pilot's 16384 events is accepted"):
        aim_kaons(KotoKL(), AimedChain.of(build("K_L0 -> nu nubar")), Koto(), seed=1, rounds=(1,))
    with pytest.raises(InputError, match="decay = 'region'"):
        aim_kaons(KotoKL(decay="free"), chain, Koto(), seed=1, rounds=(1,))
    source, _ = aim_kaons(
        KotoKL(), build("K_L0 -> (pi0 -> gamma gamma) nu nubar"), Koto(), seed=1, rounds=(1,)
    )
    with pytest.raises(InputError, match="defensive share"):
        AimedKaons(source=KotoKL(), bias=source.bias, share=0.0)


def test_an_aimed_sample_is_what_its_pilot_was_made_of() -> None:
    """The detector's selection with it, whose cuts decide where the events come from; without the aim it does not count."""
    text = "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"
    chain = build(text, mass={"X1": 0.0, "X2": 0.43}, ctau={"X2": 0.0})

    def digest(detector: Koto, seed: int = 1, aimed: bool = True) -> str:
        source: Any = KotoKL()
        steered: Any = AimedChain.of(chain)
        if aimed:
            source, steered = aim_kaons(source, steered, detector, seed=seed, rounds=(1,))
        return Pipeline(source=source, chain=steered, detector=detector, seed=1).digest

    kinds = [Koto(), Koto(selection="2015"), Koto(without=("pt",)), Koto(cuts={"pt": {"min": "120 MeV"}})]
    digests = [*map(digest, kinds), digest(Koto(), seed=2), digest(Koto(), aimed=False)]
    assert len({*digests}) == len(digests)
    assert digest(Koto()) == digests[0]
    assert digest(kinds[1], aimed=False) == digests[-1]
