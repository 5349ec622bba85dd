"""KOTO's efficiencies for four photons and for one: against plain NumPy, and their limits in c tau.

The failure rate of a bound of 4.89 standard errors is 1e-6.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from darkpair.chains.models import Dipole, ZPrimeDirac, combine
from darkpair.detectors.koto_one_photon import KotoOnePhoton
from darkpair.detectors.koto_pairs import TIGHTNESS, KotoPairs
from darkpair.gen.lifetime import Exponential
from darkpair.limits.four_photons import PROMPT, FourPhotonsAgainstCtau, pair_chain
from darkpair.limits.koto_nested import FROM_EXIT, prompt
from darkpair.limits.one_photon import ONE_PHOTON, OnePhotonAgainstCtau
from darkpair.scan.acceptance import Acceptance
from tests.shared.plain_photons import four_photons, one_photon

DECAYS = FROM_EXIT.decay_probability


@pytest.fixture(scope="module")
def tables() -> dict[str, Any]:
    return FourPhotonsAgainstCtau(events=200_000)({"m2": 0.06})


@pytest.mark.parametrize("mass", [0.045, 0.225])
def test_prompt_pairs_in_plain_numpy(mass: float) -> None:
    n = 120_000
    plain = four_photons(n, mass, seed=21)
    made = prompt(pair_chain(mass), KotoPairs(mass=mass, selection="loose"), events=n, seed=22)
    for name in TIGHTNESS:
        value, error = made[name][0] / DECAYS, made[name][1] / DECAYS
        other = plain[name] / n
        assert plain[name] > 300
        assert abs(value - other) < 4.89 * math.hypot(error, math.sqrt(plain[name]) / n), (name, value, other)


@pytest.mark.parametrize("mass", [0.0, 0.3])
def test_one_photon_in_plain_numpy(mass: float) -> None:
    n = 120_000
    plain = one_photon(n, mass, 23, (1.0, 1.25, 1.5))
    made = OnePhotonAgainstCtau(events=n)({"mass": mass})
    for (name, own), other in zip(made.items(), plain, strict=True):
        value, error = own["efficiency"] / DECAYS, own["error"] / DECAYS
        assert other > 300
        assert abs(value - other / n) < 4.89 * math.hypot(error, math.sqrt(other) / n), name


def test_prompt_is_one_and_two_decays_inside_fall_with_the_square(tables: dict[str, Any]) -> None:
    for name in TIGHTNESS:
        table = tables[name]
        assert (table["ctau"][0], table["efficiency"][0], table["error"][0]) == (PROMPT, 1.0, 0.0)
        ratio = Acceptance.of(table, prompt=PROMPT, power=2.0)
        assert ratio.at_prompt == float(ratio.at(0.0)) == 1.0
        assert table["ctau"][-1] == pytest.approx(1e4)
        at = dict(zip(table["ctau"], table["efficiency"], strict=True))
        # (one sample for all of them: exp(-length / c tau) is all that differs)
        before, *_, last = sorted(at)[-5:]
        assert at[last] / at[before] == pytest.approx((before / last) ** 2, rel=0.05)
        assert float(ratio.at(1e6) / ratio.at(1e5)) == pytest.approx(1e-2)
    # what is short is prompt within the error of the sample
    loose = Acceptance.of(tables["loose"], prompt=PROMPT)
    assert abs(float(loose.at(1.0)) - 1.0) < 4.89 * float(loose.relative_error(1.0) * loose.at(1.0))


def test_the_scan_is_a_job_of_one_lifetime(tables: dict[str, Any]) -> None:
    """At 10 mm, drawn from the exponential law itself, over the prompt efficiency of the table."""
    chain = pair_chain(0.06, Exponential(ctau=10.0))
    flying = prompt(chain, KotoPairs(mass=0.06, selection="loose"), events=200_000, seed=31)
    for name, (value, error) in flying.items():
        own = Acceptance.of(tables[name], prompt=PROMPT)
        ratio, spread = float(own.at(10.0)), float(own.at(10.0) * own.relative_error(10.0))
        below = tables[name]["prompt"]
        assert math.hypot(spread, error / below) < 0.1 * ratio
        assert abs(ratio - value / below) < 4.89 * math.hypot(spread, error / below), name


def test_a_narrower_window_loses_more_of_what_flies(tables: dict[str, Any]) -> None:
    at = {name: Acceptance.of(table, prompt=PROMPT) for name, table in tables.items()}
    for ctau in (30.0, 300.0):
        low, middle, high = (float(at[name].at(ctau)) for name in ("tight", "middle", "loose"))
        assert low < middle < high


def test_a_harder_photon_of_both_topologies_is_that_of_its_own_sample() -> None:
    """Dirac pairs are psi1~ psi2 and psi1 psi2~: the same events, cut at once or afterwards, to the last bit."""
    model = combine(ZPrimeDirac(m1=0.0, m2=0.2, G_X=1e-5, c_A=1.0), Dipole(m1=0.0, m2=0.2, mu=1e-5))
    chain = ONE_PHOTON[0].chain(model)
    assert len(chain.topologies) == 2
    both = OnePhotonAgainstCtau(events=40_000)({"chain": chain})["1.5"]
    alone = OnePhotonAgainstCtau(events=40_000, least=(1.5,))({"chain": chain})["1.5"]
    assert len(both["ctau"]) > 10
    assert both == alone


def test_one_of_two_photons_needs_a_flight() -> None:
    """K_L -> X2 X2 with one photon seen: nothing if both decay at once, 1 / c tau if both fly far."""
    model = combine(
        ZPrimeDirac(m1=0.0, m2=0.2, G_X=1e-5, c_A=0.0, c_A22=1.0), Dipole(m1=0.0, m2=0.2, mu=1e-5)
    )
    table = OnePhotonAgainstCtau(events=40_000)({"chain": ONE_PHOTON[1].chain(model)})["1"]
    assert table["ctau"][0] > 10.0
    at = dict(zip(table["ctau"], table["efficiency"], strict=True))
    assert at[1e5] / at[table["ctau"][-3]] == pytest.approx(table["ctau"][-3] / 1e5, rel=0.1)
    assert set(KotoOnePhoton(least=(1.0, 1.5)).selections) == {"1", "1.5"}
    assert np.isfinite(table["most"])
