"""Productions with a photon or a pi0 beside X2 behind a target: what is made in the target is not seen, the sum is one job's.

The failure rate of a bound of 4.89 standard errors is 1e-6.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from darkpair.chains.chain import Chain
from darkpair.chains.matrix_elements import PowerAmplitude
from darkpair.chains.models.channels import UNSEEN, Channel, channels_of, visible_modes
from darkpair.chains.models.decays import model_chain
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.decay import Decay
from darkpair.gen.importance import aim
from darkpair.gen.lifetime import Exponential
from darkpair.gen.particles import spoken
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.limits import limit_rows
from darkpair.limits.channels import ChannelAgainstCtau, Sight, channel_samples
from darkpair.limits.dump_samples import mesons
from darkpair.limits.samples import Size
from darkpair.searches.dump_search import SHOWERS
from tests.shared.channel_sums import near_file
from tests.shared.made_up import MadeUp

CELLS, THROWS = (16, 12, 8), (6, 6)
SIGMAS = 4.89
CTAU = 1e3


@pytest.fixture(scope="module")
def near() -> Iterator[str]:
    """A detector that begins a metre behind the target: what is made there is at hand."""
    with near_file() as path:
        yield path


def made(parent: str, productions: dict[str, float]) -> MadeUp:
    ratios = {f"{parent} -> {name}": rate for name, rate in productions.items()}
    decays = {"X1 gamma": 0.5, "X1 e+ e-": 0.2, "X1 X1": 0.3}
    return MadeUp(m1=0.01, m2=0.06, made=ratios, decays=decays, length=CTAU, power=1)


def job(model: MadeUp, parent: str, productions: dict[str, float]) -> Chain:
    """All productions and modes together; every pi0 has two photons."""
    modes, decays = [mode for _, mode in model.modes("X2")], {"pi0": "pi0 -> gamma gamma"}
    decay = model_chain(model, parent, next(iter(productions)), modes=modes, decays=decays).decay
    ways = [
        replace(way, branching_ratio=way.branching_ratio * rate)
        for name, rate in productions.items()
        for way in model_chain(model, parent, name, modes=modes, decays=decays).decay.modes
    ]
    whole = Decay(decay.parent, tuple(ways))
    return Chain(decay=whole, lifetimes=spoken({"X2": Exponential(CTAU)}, whole.decaying))


@pytest.mark.parametrize(
    ("parent", "productions"),
    [
        ("eta", {"X1 X2": 0.2, "pi0 X1 X2": 0.5, "gamma X2 X2": 0.3}),
        ("pi0", {"gamma X1 X2": 0.7, "gamma X2 X2": 0.3}),
    ],
)
def test_channels_add_up_to_one_job(parent: str, productions: dict[str, float], near: str) -> None:
    """With the prompt pi0 decayed and the prompt photon there in the job, and left in the target in the channels."""
    model = made(parent, productions)
    chain = job(model, parent, productions)
    detector = FixedTarget(experiment=near, selection="showers", resolution="none")
    source = mesons(parent, detector.beam_energy, "pythia6")
    aimed = aim(source, chain, seed=83, detector=detector, cells=CELLS, throws=THROWS)
    flows = [
        c.cutflow for c in chunks(Pipeline(source=aimed, chain=chain, detector=detector, seed=83), 12_000)
    ]
    flow = flows[0].total(flows)
    together, errors = flow.acceptance, [float(flow.acceptance_error or math.inf)]
    evaluate = ChannelAgainstCtau(
        experiment=near, selection="showers", spectra=("pythia6",), events=3_000, cells=CELLS, throws=THROWS
    )
    added = 0.0
    for channel in channels_of(model, (parent,), SHOWERS):
        own = channel.chain(model, absorbed=True)
        assert own.generated_branching_ratio == 1.0
        accepted = evaluate.sample(parent, own)[0].efficiency(CTAU, effective_min=1.0)
        scale = float(channel.rate(model, visible_modes(model)))
        added += scale * accepted.value
        errors.append(scale * float(accepted.error or 0.0))
    assert math.hypot(*errors) < 0.1 * together
    assert abs(added - together) < SIGMAS * math.hypot(*errors)


def test_nothing_of_the_target_is_seen(near: str) -> None:
    """X2 that flies away beside a pi0 of two photons, a metre before the volume: not an event; in the volume: some."""
    model = made("eta", {"pi0 X1 X2": 1.0})
    chain = model_chain(model, "eta", "pi0 X1 X2", modes=["X1 gamma"])
    detector = FixedTarget(experiment=near, selection="showers", resolution="none")
    source = mesons("eta", detector.beam_energy, "pythia6")
    seen = []
    for length in (1e-3, CTAU):
        flying = replace(chain, lifetimes=spoken({"X2": Exponential(length)}, chain.decay.decaying))
        flows = [
            c.cutflow
            for c in chunks(Pipeline(source=source, chain=flying, detector=detector, seed=84), 4_000)
        ]
        seen.append(flows[0].total(flows).acceptance)
    assert seen[0] == 0.0
    assert seen[1] > 0.01


def test_what_stays_in_the_target_does_not_decay_and_has_its_shape() -> None:
    model = made("eta", {"pi0 X1 X2": 1.0})
    channel = Channel(parent="eta", production="pi0 X1 X2", modes=("X1 e+ e-",))
    inside, beside = channel.chain(model, absorbed=True), channel.chain(model)
    assert inside.generated_branching_ratio == 1.0
    assert beside.generated_branching_ratio == pytest.approx(0.98823)
    (way,) = inside.decay.modes
    assert [getattr(d, "name", "X2") for d in way.daughters] == ["pi0", "X1", "X2"]
    assert way.matrix_element == beside.decay.modes[0].matrix_element
    assert isinstance(way.matrix_element, PowerAmplitude)
    assert way.matrix_element.power == 1
    assert Channel(parent="eta", production="pi0 X2 X2", modes=("X1 gamma", UNSEEN)).modes[1] == UNSEEN


def test_a_pi0_in_the_target_need_not_be_two_photons() -> None:
    sight = Sight(experiment="nucal", parents=("eta",), selections=(("showers", ("X1 gamma",)),))
    size = Size(kaons=1, etas=200, spectra="central", cells=(4, 3, 2), throws=(1,))
    model = made("eta", {"pi0 X1 X2": 1e-9})
    (parts,) = channel_samples(sight, [(model, model)], size, None, workers=1)
    assert [(str(part.channel), part.daughters) for part in parts] == [
        ("eta -> pi0 X1 X2, X2 -> X1 gamma", 1.0)
    ]


def test_limits_have_them(tmp_path: Path) -> None:
    """At a dump's search, by name, with the branching ratio: twice as many pi0 -> gamma X1 X2 are twice as many events."""
    size = Size(kaons=1_000, etas=8_000, spectra="central", cells=CELLS, throws=(4,))
    models = [made("pi0", {"gamma X1 X2": rate, "gamma X2 X2": 1e-12}) for rate in (1e-8, 2e-8)]
    rows = limit_rows(models, only=["nucal"], size=size, folder=tmp_path, workers=1)
    events = [row.channels for of_model in rows for row in of_model if row.constraint == "nucal"]
    name = "pi0 -> gamma X1 X2, X2 -> X1 e+ e-"
    assert events[0][name] > 0.0
    assert events[1][name] == pytest.approx(2.0 * events[0][name], rel=1e-9)
    assert {key.split(",")[0] for key in events[0]} == {"pi0 -> gamma X1 X2"}  # (the others are too few)
    assert np.isfinite(sum(events[0].values()))
