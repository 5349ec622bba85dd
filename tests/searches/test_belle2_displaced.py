"""The estimate of displaced decays at Belle II: numbers of B by hand, sums of channels, and what is said where little is known."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from darkpair.chains.models import Dipole, Impostor, ZPrimeScalar
from darkpair.chains.models.channels import Channel, visible_modes
from darkpair.chains.models.stated import StatedChain, stated_chain
from darkpair.gen.errors import InputError
from darkpair.scan.acceptance import Acceptance
from darkpair.searches.belle2_displaced import DisplacedAtBelle2, b_mesons, has_tracks
from darkpair.searches.koto import KotoChannel
from darkpair.searches.standing import search_by_name, sources_of, status_of

TEXT = "B+ -> K+ X1 (X2 -> X1 gamma [0.25] | X1 e+ e- [0.5])"
CTAU = 100.0


def chain_of(ratio: float, ctau: float = CTAU) -> StatedChain:
    return stated_chain(TEXT, m2="0.1 GeV", ctau=f"{ctau} mm").at(ratio)


def part_of(mode: str, value: float, relative: float = 0.0, **more: float) -> KotoChannel:
    channel = Channel(parent="B+", production="K+ X1 X2", modes=(mode,))
    ratio = Acceptance(ctau=(1.0, 1e4), value=(value, value), error=(relative * value,) * 2)
    return KotoChannel(channel=channel, ratio=ratio, **more)


def search_of(*parts: KotoChannel, **more: float) -> DisplacedAtBelle2:
    return DisplacedAtBelle2(more=parts, seen=visible_modes(chain_of(1.0)), **more)


def test_numbers_of_b_mesons() -> None:
    """50 per attobarn at the 1.07 nb of the data so far; the proceedings of experts say 1.1 nb."""
    pairs = 50_000.0 * 387e6 / 362.0
    assert b_mesons("B+") == pytest.approx(2.0 * 0.516 * pairs, rel=1e-12)
    assert b_mesons("B0") == pytest.approx(2.0 * 0.484 * pairs, rel=1e-12)
    assert b_mesons("B+", 362.0) == pytest.approx(2.0 * 0.516 * 387e6, rel=1e-12)
    assert pairs == pytest.approx(50e18 * 1e-24 * 1.1e-9 * 1e24, rel=0.04)  # (1/ab = 1e18 / b, nb = 1e-9 b)


def test_events_by_hand() -> None:
    search = search_of(part_of("X1 gamma", 0.3), part_of("X1 e+ e-", 0.1, daughters=0.9))
    chain = chain_of(1e-9)
    mesons = 2.0 * 0.516 * 50_000.0 * 387e6 / 362.0
    by_hand = {"X1 gamma": 1e-9 * 0.25 * 0.3, "X1 e+ e-": 1e-9 * 0.5 * 0.1 * 0.9}
    assert float(search.value(chain)) == pytest.approx(mesons * sum(by_hand.values()), rel=1e-9)
    for name, events in search.channels(chain).items():
        assert float(events) == pytest.approx(mesons * by_hand[name.split("X2 -> ")[1]], rel=1e-9)
    assert search.limit == pytest.approx(2.302585, rel=1e-6)
    assert search.unit == "events"
    weaker = replace(search, luminosity=500.0, efficiency=0.1)
    assert float(weaker.value(chain)) == pytest.approx(0.001 * float(search.value(chain)), rel=1e-9)
    assert weaker.measurements[1].value == 500.0


def test_errors_of_the_samples_add_in_squares() -> None:
    search = search_of(part_of("X1 gamma", 0.4, 0.03), part_of("X1 e+ e-", 0.2, 0.04))
    chain = chain_of(1e-12)
    value = float(search.value(chain))
    assert float(search.statistical_error(chain)) == pytest.approx(value * math.hypot(0.015, 0.02), rel=1e-9)
    poor = search_of(part_of("X1 gamma", 0.4, 0.3), part_of("X1 e+ e-", 0.2, 0.3))
    assert math.isnan(float(poor.value(chain)))


def test_what_is_not_known() -> None:
    unknown = part_of("X1 e+ e-", 0.1).unknown()
    both = search_of(part_of("X1 gamma", 0.4), unknown)
    assert math.isnan(float(both.value(chain_of(1e-12))))
    assert float(both.value(chain_of(1e-6))) > both.limit  # (more cannot make it less)
    assert float(search_of(part_of("X1 gamma", 0.4)).value(chain_of(1e-12))) > 0.0


def test_short_lifetimes() -> None:
    """Below the table an acceptance falls at least with the shortest way: r m2 / p of the fastest X2."""
    search = search_of(part_of("X1 gamma", 0.4, most=0.5))
    fastest = 7.004 + 4.002 - 5.27934
    shortest = 10.0 * 0.1 / fastest
    rate, mesons = 1e-7 * 0.25, 2.0 * 0.516 * 50_000.0 * 387e6 / 362.0
    # the c tau at which the bound is a thousandth of an event
    falls = math.log(1e3 * mesons * rate * 0.5)
    edge = 1.0 / (1.0 + falls / shortest)
    assert math.isnan(float(search.value(chain_of(1e-7, 1.01 * edge))))
    assert float(search.value(chain_of(1e-7, 0.99 * edge))) == 0.0
    assert math.isnan(float(search.value(chain_of(1e-7, 0.5))))


def test_where_it_applies() -> None:
    search = DisplacedAtBelle2()
    assert search.applies(ZPrimeScalar(m1=0.0, m2=0.4, G_X=1e-5))
    assert not search.applies(Dipole(m1=0.0, m2=0.4, mu=1e-3))
    assert not search.applies(Impostor(m1=0.0, m2=0.1))
    assert not search.applies(stated_chain("B+ -> K+ X1 X2", m2=0.1))
    assert not search.applies(stated_chain("B0 -> X1 (X2 -> X1 gamma)", m2=0.1, ctau="1 m"))
    assert [has_tracks(name) for name in ("K*0 X1 X2", "pi+ X2 X2", "pi0 X1 X2", "X1 X2")] == [
        True,
        True,
        False,
        False,
    ]


def test_what_it_stands_for() -> None:
    search = search_by_name("belle2-displaced")
    assert status_of(search) == "estimate"
    assert search.kind == "line"
    assert [number.confidence for number in search.measurements] == [
        "derived",
        "read",
        "read",
        "read",
        "memory",
    ]
    assert any("assumption" in source for source in sources_of(search))
    assert {"arXiv:2302.01566", "arXiv:2311.14647", "arXiv:2307.02802"} <= set(search.references)


@pytest.mark.parametrize(
    "wrong", [{"luminosity": 0.0}, {"luminosity": np.inf}, {"efficiency": 0.0}, {"efficiency": 1.1}]
)
def test_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(wrong))):
        DisplacedAtBelle2(**wrong)
