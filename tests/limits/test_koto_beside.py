"""What is made beside X2 at KOTO: against the Standard Model's decay, one job of all, and plain jobs of exponential lifetimes.

The failure rate of a bound of 4.89 standard errors is 1e-6.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from darkpair.chains.chain import Chain
from darkpair.chains.models.beside import (
    channels_beside,
    decays_inside,
    flying_channels,
    photons_of,
    productions_beside,
)
from darkpair.chains.models.channels import OUTSIDE, UNSEEN, Channel, visible_modes
from darkpair.chains.models.decays import model_chain
from darkpair.chains.models.stated import stated_chain
from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_one_photon import KotoOnePhoton
from darkpair.detectors.koto_results import run
from darkpair.gen.lifetime import Exponential
from darkpair.gen.particles import particle, spoken
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.limits import excluded_ratios
from darkpair.limits.flown_out import FAR, FlownOut, OnePhotonFlownOut, _Accepted
from darkpair.limits.koto_beside import koto_beside
from darkpair.limits.koto_nested import FROM_EXIT
from darkpair.limits.samples import Size
from darkpair.scan.acceptance import Acceptance
from darkpair.searches.koto_photons import HEAVIEST, least_unseen
from tests.shared.made_up import MadeUp

PION = "K_L0 -> pi0 X1 X2"
SIGMAS = 4.89


def accepted(chain: Chain, detector: Any, source: KotoKL, *, n: int, seed: int) -> tuple[float, float]:
    """Accepted events for each K_L at the beam exit, and the error, of a job."""
    flows = [c.cutflow for c in chunks(Pipeline(source=source, chain=chain, detector=detector, seed=seed), n)]
    flow, scale = flows[0].total(flows), source.decay_probability
    return scale * flow.acceptance, scale * float(flow.acceptance_error or math.inf)


def test_a_pair_of_the_shape_of_neutrinos_has_their_efficiency() -> None:
    """Vector current, no masses, nothing decays: that of K_L -> pi0 nu nubar, which the data file has from twenty million events."""
    model = stated_chain(PION, m2=1e-6, matrix_elements={PION: "vector_current"})
    (unseen,) = (c for c in flying_channels("K_L0", "pi0 X1 X2") if c.modes == (UNSEEN,))
    table = FlownOut(events=800_000, selection="2016-18")({"chain": unseen.chain(model)})["0"]
    standard = run("2016-18").standard_acceptance
    (value,), (error,) = table["efficiency"], table["error"]
    error = math.hypot(error, standard.error or 0.0)
    assert error < 0.02 * value
    assert abs(value - standard.value) < SIGMAS * error
    flat = FlownOut(events=100_000, selection="2016-18")({"chain": unseen.chain(stated_chain(PION, m2=1e-6))})
    assert flat["0"]["efficiency"][0] < 0.9 * value  # (its pT is smaller)


def test_and_their_published_limit(tmp_path: Path) -> None:
    model = stated_chain(PION, m2=1e-6, matrix_elements={PION: "vector_current"})
    size = Size(kaons=300_000, etas=1)
    (rows,) = excluded_ratios([model], only=["koto-2021", "koto-2015"], size=size, folder=tmp_path, workers=1)
    for row in rows:
        assert row.row.limit == {"koto-2021": 2.2e-9, "koto-2015": 3.0e-9}[row.row.constraint]
        assert 0.0 < row.error < 0.03
        assert abs(row.branching_ratio / row.row.limit - 1.0) < SIGMAS * row.error


@pytest.mark.parametrize("production", ["pi0 X1 X2", "pi0 X2 X2"])
def test_channels_add_up_to_one_job(production: str, tmp_path: Path) -> None:
    """Of the K_L that decay from z = 2 m on, where alone a pi0 counts: X2 -> X1 gamma in flight, or nothing that is seen."""
    model = MadeUp(
        m1=0.02,
        m2=0.12,
        made={f"K_L0 -> {production}": 1.0},
        decays={"X1 gamma": 0.6, "X1 X1": 0.4},
        length=500.0,
        power=1,
    )
    chain = model_chain(model, "K_L0", production, modes=["X1 gamma", "X1 X1"])
    chain = replace(chain, lifetimes=spoken({"X2": Exponential(500.0)}, chain.decay.decaying))
    detector = Koto(experiment="koto", selection="2016-18")
    together, error = accepted(chain, detector, KotoKL(), n=700_000, seed=91)
    together, error = (chain.generated_branching_ratio * part for part in (together, error))
    (made,) = koto_beside([(model, model)], ("2016-18",), 300_000, tmp_path, workers=1)
    standard = 0.98823 * run("2016-18").standard_acceptance.value
    shares = [part.share(model, visible_modes(model))[0] * standard for part in made["2016-18"]]
    errors = [float(part.error(model, share)) for part, share in zip(made["2016-18"], shares, strict=True)]
    both = math.hypot(error, *errors)
    assert len(shares) == (2 if production == "pi0 X1 X2" else 3)
    assert all(share > 0.01 * together for share in shares)
    assert both < 0.08 * together
    assert abs(float(sum(shares)) - together) < SIGMAS * both


def test_one_photon_beside_x2_is_that_of_a_job() -> None:
    model = MadeUp(m1=0.02, m2=0.12, made={"K_L0 -> gamma X1 X2": 1.0}, decays={"X1 gamma": 1.0}, length=1e3)
    (channel,) = (c for c in flying_channels("K_L0", "gamma X1 X2") if c.modes == (OUTSIDE,))
    tables = OnePhotonFlownOut(events=150_000, least=(1.0, 1.5))({"chain": channel.chain(model)})
    chain = model_chain(model, "K_L0", "gamma X1 X2", modes=["X1 gamma"])
    chain = replace(chain, lifetimes=spoken({"X2": Exponential(1e3)}, chain.decay.decaying))
    for least in (1.0, 1.5):
        ours = Acceptance.of(tables[f"{least:g}"]["1"])
        value, error = accepted(chain, KotoOnePhoton(least=(least,)), FROM_EXIT, n=250_000, seed=92)
        error = math.hypot(error, float(ours.at(1e3) * ours.relative_error(1e3)))
        assert error < 0.1 * value
        assert abs(float(ours.at(1e3)) - value) < SIGMAS * error


def test_short_flights_are_few_and_not_nothing() -> None:
    """Below what the sample can tell the error is the larger, so that it hides nothing beside what is known, and allows nothing alone."""
    model = stated_chain("K_L0 -> pi0 X1 (X2 -> X1 gamma)", m2=0.1, ctau="1 m")
    (channel,) = (c for c in flying_channels("K_L0", "pi0 X1 X2") if c.modes == (OUTSIDE,))
    table = FlownOut(events=50_000, selection="2016-18")({"chain": channel.chain(model)})
    flown, far = (Acceptance.of(table[key], prompt=FAR, power=0.0) for key in ("1", "0"))
    assert list(flown.value) == sorted(flown.value)
    assert flown.value[0] < 1e-3 * float(far.at(1.0))
    poor = _Accepted(length=np.array([[1e3, 2e3, 3e3]]), number=np.arange(3), weight=np.ones(3))
    rows = poor.table(np.ones(3, dtype=bool), 1, 3000, 1.0)
    relative = np.divide(rows["error"], rows["efficiency"])
    assert rows["efficiency"][0] < 1e-3 * rows["efficiency"][-1]
    assert np.all(relative >= 0.5)
    assert relative[0] == pytest.approx(3.0)
    assert table["1"]["most"] < 1e-4 * float(far.at(1.0))
    assert float(flown.at(1e9)) == pytest.approx(float(far.at(math.inf)), rel=0.2)
    assert float(far.at(math.inf)) == float(far.at(1e-3)) > 0.0


def test_how_many_have_to_decay_inside() -> None:
    def inside(production: str, *modes: str) -> int | None:
        return decays_inside(Channel(parent="K_L0", production=production, modes=modes))

    assert inside("X1 X2", "gamma gamma") == inside("X2 X2", "X1 gamma gamma", "X1 pi0") == 1
    assert inside("X2 X2", "X1 gamma", "X1 gamma") == 2
    assert inside("X2 X2", "X1 e+ e-", "X1 pi0") == 1  # (the electrons outside)
    assert inside("X2 X2", "X1 e+ e-", "X1 gamma") is None
    assert inside("pi0 X1 X2", "X1 pi0") == inside("pi0 X2 X2", OUTSIDE, UNSEEN) == 0
    assert inside("gamma X1 X2", "X1 gamma") == inside("gamma X2 X2", "X1 gamma", "X1 e+ e-") == 1
    assert inside("gamma X1 X2", "X1 pi0") is None
    assert inside("pi+ pi- X1 X2", UNSEEN) is None
    assert [photons_of(mode) for mode in ("pi0 X1 X2", "gamma pi0 X2", "X1 X2", "X1 e+ e-")] == [
        2,
        3,
        0,
        None,
    ]


def test_which_productions_there_are() -> None:
    names = (
        "pi0 X1 X2",
        "pi0 X2",
        "gamma X2",
        "gamma X2 X2",
        "pi0 pi0 X2",
        "gamma gamma X1 X2",
        "pi0 nu nubar",
    )
    model = MadeUp(m1=0.0, m2=0.06, made={f"K_L0 -> {name}": 1.0 for name in names}, decays={"X1 gamma": 1.0})
    assert productions_beside(model, "K_L0", 2) == ("pi0 X1 X2", "pi0 X2", "gamma gamma X1 X2")
    assert productions_beside(model, "K_L0", 1) == ("gamma X2 X2",)
    assert [channel.modes for channel in channels_beside(model)] == [
        ("X1 gamma", "X1 gamma"),
        ("X1 gamma", UNSEEN),
    ]
    heavier = replace(model, m1=0.1, m2=0.21)
    hardest = Channel(parent="K_L0", production="gamma X2 X2", modes=(OUTSIDE, OUTSIDE))
    assert float(least_unseen(heavier, hardest)) == pytest.approx(0.42)
    assert HEAVIEST < 0.42 < particle("K_L0").mass
