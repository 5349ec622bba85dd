"""Displaced X2 at Belle II: acceptance against another program, against integrals, and with plain exponential flights.

Each comparison allows 4.5 of its standard errors, which a right program exceeds once in 150000.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from darkpair.chains.chain import Chain
from darkpair.chains.descriptor import build
from darkpair.detectors.belle2 import Belle2
from darkpair.detectors.belle2_displaced import LEAST_RADIUS, Belle2Displaced
from darkpair.gen.errors import InputError
from darkpair.gen.lifetime import Exponential
from darkpair.gen.particles import spoken
from darkpair.gen.pipeline import Pipeline, chunks
from darkpair.gen.sources.upsilon4s import Upsilon4S
from darkpair.limits.belle2_samples import CTAU, DisplacedAgainstCtau
from tests.shared import plain_belle2 as plain

M1, M2 = 0.04, 0.43
N = 60_000
ALLOWED = 4.5

#: A detector that sees everything within the crystals' faces, but the gaps.
OPEN = {
    "tracker.theta_min": "0.01 deg",
    "tracker.theta_max": "179.99 deg",
    "tracker.pt_min": "1e-6 GeV",
    "tracker.radius": "1.25 m",
    "tracker.z_min": "-1.02 m",
    "tracker.z_max": "1.96 m",
    "calorimeter.theta_min": "0.01 deg",
    "calorimeter.theta_max": "179.99 deg",
    "calorimeter.energy_min": "1e-6 GeV",
    "calorimeter.gap_forward_max": "31.4 deg",
    "calorimeter.gap_backward_max": "128.7 deg",
}


def chain_of(text: str, ctau: float = 1.0) -> Chain:
    masses = {name: mass for name, mass in (("X1", M1), ("X2", M2)) if name in text}
    return build(text, mass=masses, ctau={"X2": ctau})


def by_exponentials(chain: Chain, ctau: float, detector: Belle2Displaced, n: int = N) -> tuple[float, float]:
    """Acceptance and error of a sample whose X2 decay by the exponential law."""
    made = replace(chain, lifetimes=spoken({"X2": Exponential(ctau)}, chain.decay.decaying))
    run = Pipeline(source=Upsilon4S(), chain=made, detector=detector, seed=77)
    accepted = sum(chunk.cutflow.stages[-1].n for chunk in chunks(run, n)) / n
    return accepted, math.sqrt(accepted * (1.0 - accepted) / n)


@cache
def table_of(text: str, *, whole: bool = False) -> dict[str, Any]:
    """Acceptances by one scan sample; of a detector that sees everything if asked for."""
    detector = Belle2Displaced()
    if whole:
        detector = Belle2Displaced(detector=Belle2(selection="acceptance", numbers=OPEN))
    evaluate = DisplacedAgainstCtau(events=N, detector=detector)
    return evaluate({"parent": "B+", "chain": chain_of(text)})


def at(table: dict[str, Any], ctau: float) -> tuple[float, float]:
    i = table["ctau"].index(ctau)
    return table["efficiency"][i], table["error"][i]


def agree(first: tuple[float, float], second: tuple[float, float]) -> None:
    assert abs(first[0] - second[0]) < ALLOWED * math.hypot(first[1], second[1])
    assert max(first[1], second[1]) < 0.05 * second[0]  # (the comparison says something)


PION = "B+ -> K+ X1 (X2 -> X1 (pi0 -> gamma gamma))"
ELECTRONS = "B+ -> K+ X1 (X2 -> X1 e+ e-)"
PHOTON = "B+ -> K+ X1 (X2 -> X1 gamma)"
BOTH = "B+ -> K+ (X2 -> gamma gamma) (X2 -> gamma gamma)"

LENGTHS = {"10 mm": CTAU[16], "10 cm": CTAU[24], "1 m": CTAU[32]}


def made(rng: np.random.Generator) -> tuple[Any, Any, Any]:
    """Kaons, X2, and where the B decay."""
    b, origin = plain.b_mesons(rng, N)
    kaon, _, x2 = plain.three_body(rng, b, plain.M_B, (plain.M_K, M1, M2))
    return kaon, x2, origin


@pytest.mark.parametrize("ctau", LENGTHS.values(), ids=LENGTHS)
@pytest.mark.parametrize("text", [PION, ELECTRONS])
def test_acceptance_by_another_program(text: str, ctau: float) -> None:
    rng = np.random.default_rng(5)
    kaon, x2, origin = made(rng)
    place = origin + x2[:3] / M2 * ctau * rng.standard_exponential(N)
    if text == PION:
        seen = [plain.hits(rng, photon, place) for photon in plain.to_pion(rng, x2, M2, M1)]
    else:
        _, *tracks = plain.three_body(rng, x2, M2, (M1, plain.M_E, plain.M_E))
        seen = [plain.tracked(track, place) for track in tracks]
    accepted = plain.tracked(kaon, origin) & (np.hypot(*place[:2]) > 10.0) & seen[0] & seen[1]
    part = float(accepted.mean())
    agree(at(table_of(text), ctau), (part, math.sqrt(part * (1.0 - part) / N)))


@pytest.mark.parametrize("ctau", LENGTHS.values(), ids=LENGTHS)
def test_where_everything_is_seen_it_is_the_probability_to_decay_there(ctau: float) -> None:
    """The mean of exp(-in / lambda) - exp(-out / lambda) between the least distance from the axis and the faces."""
    _, x2, origin = made(np.random.default_rng(6))
    size = np.linalg.norm(x2[:3], axis=0)
    flight, unit = size / M2 * ctau, x2[:3] / size
    square, dot = (unit[:2] ** 2).sum(axis=0), (unit[:2] * origin[:2]).sum(axis=0)
    rest = LEAST_RADIUS**2 - (origin[:2] ** 2).sum(axis=0)
    first = (-dot + np.sqrt(np.maximum(dot**2 + square * rest, 0.0))) / square
    last = np.maximum(plain.path(x2, origin), first)
    chance = np.exp(-first / flight) - np.exp(-last / flight)
    agree(at(table_of(PHOTON, whole=True), ctau), (float(chance.mean()), float(chance.std()) / math.sqrt(N)))


def test_plain_exponential_flights() -> None:
    ctau = CTAU[24]
    agree(
        at(table_of(PION), ctau),
        by_exponentials(chain_of(PION), ctau, Belle2Displaced()),
    )


def test_both_of_a_pair_count_once() -> None:
    """Where everything is seen each X2 is by itself, and an event with two is one."""
    ctau = CTAU[22]
    whole = Belle2Displaced(detector=Belle2(selection="acceptance", numbers=OPEN))
    chain = chain_of(BOTH)
    once = by_exponentials(chain, ctau, whole)
    agree(at(table_of(BOTH, whole=True), ctau), once)
    flying = replace(chain, lifetimes={"X2": Exponential(ctau)})
    run = Pipeline(source=Upsilon4S(), chain=flying, detector=whole, seed=77, keep="all")
    seen = [np.asarray(chunk.reco.flat["n_displaced"]) for chunk in chunks(run, N) if chunk.reco is not None]
    each = np.concatenate(seen)
    assert once[0] == pytest.approx(float((each > 0).mean()), abs=1e-12)
    assert each.max() == 2
    assert float((each == 2).mean()) > 0.2  # (counted twice it would be that much more)


def test_long_and_short_lifetimes() -> None:
    table = table_of(PION)
    last, before = (at(table, ctau)[0] for ctau in (CTAU[-1], CTAU[-9]))
    assert before / last == pytest.approx(CTAU[-1] / CTAU[-9], rel=0.05)
    values = [value for ctau, value in zip(table["ctau"], table["efficiency"], strict=True) if ctau <= 10.0]
    assert values == sorted(values)  # (prompt decays are within the least distance)
    assert values[0] < 1e-3
    assert table["most"] > values[0]
    assert by_exponentials(chain_of(PION), 1e-3, Belle2Displaced())[0] == 0.0
    everywhere = Belle2Displaced(least_radius=0.0)
    assert by_exponentials(chain_of(PION), 1e-3, everywhere, 10_000)[0] > 0.3


@pytest.mark.parametrize(
    ("text", "few"),
    [
        ("B0 -> K_L0 X1 (X2 -> X1 gamma)", True),
        ("B0 -> (pi0 -> gamma gamma) X1 (X2 -> X1 gamma)", True),
        ("B0 -> (K_S0 -> pi+ pi-) X1 (X2 -> X1 gamma)", False),
        ("B0 -> (K*0 -> K+ pi-) X1 (X2 -> X1 gamma)", False),
        ("B0 -> (K*0 -> K_L0 (pi0 -> gamma gamma)) X1 (X2 -> X1 gamma)", True),
        ("B+ -> (K*+ -> K_L0 pi+) X1 (X2 -> X1 gamma)", True),
    ],
)
def test_the_meson_leaves_a_track_and_all_of_it_is_seen(text: str, few: bool) -> None:
    chain = replace(chain_of(text), lifetimes={"X2": Exponential(100.0)})
    run = Pipeline(
        source=Upsilon4S(parent=text.partition(" ")[0]), chain=chain, detector=Belle2Displaced(), seed=1
    )
    flow = [chunk.cutflow for chunk in chunks(run, 4000)]
    accepted = sum(own.stages[-1].n for own in flow)
    assert (accepted == 0) == few
    assert [stage.name for stage in flow[0].stages] == ["generated", "meson", "displaced"]


def test_refused() -> None:
    with pytest.raises(InputError, match="least_radius"):
        Belle2Displaced(least_radius=-1.0)
