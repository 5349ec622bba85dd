"""Branching ratios that searches for what is not seen exclude: short and long flights, two X2, neutrinos however they are spelt."""

from __future__ import annotations

import math

import numpy as np
import pytest

from darkpair.chains.models.stated import stated_chain
from darkpair.limits import excluded_ratios

#: Mass of X2 and limit of each search, for its decay to two X2.
PAIRS = {
    "B0 -> (X2 -> X1 pi0) (X2 -> X1 pi0)": ("1 GeV", "b0-invisible"),
    "eta -> (X2 -> X1 gamma) (X2 -> X1 gamma)": ("100 MeV", "eta-invisible"),
}


def excluded(descriptor: str, m2: str, ctau: str | None, name: str) -> float:
    (rows,) = excluded_ratios([stated_chain(descriptor, m2=m2, ctau=ctau)], only=[name])
    return rows[0].branching_ratio


@pytest.mark.parametrize(
    ("descriptor", "m2", "name"),
    [
        ("B+ -> K+ X1 (X2 -> X1 pi0)", "430 MeV", "b-to-k-belle"),
        ("K+ -> pi+ X1 (X2 -> X1 gamma)", "200 MeV", "k-to-pi-na62"),
    ],
)
def test_a_short_flight_excludes_nothing(descriptor: str, m2: str, name: str) -> None:
    """Flights of hundreds of decay lengths: a tiny number, and no error."""
    assert excluded(descriptor, m2, "1 mm", name) == math.inf
    assert 0.0 < excluded(descriptor, m2, "10 km", name) < 1.0


@pytest.mark.parametrize("descriptor", PAIRS)
def test_two_that_fly_are_as_two_that_do_not_decay(descriptor: str) -> None:
    m2, name = PAIRS[descriptor]
    parent = descriptor.split(maxsplit=1)[0]
    stable = excluded(f"{parent} -> X2 X2", m2, None, name)
    flown = [excluded(descriptor, m2, ctau, name) for ctau in ("10 m", "100 m", "1e7 m")]
    assert flown[0] > flown[1] > flown[2]
    assert flown[2] == pytest.approx(stable, rel=1e-4)
    assert flown[1] / stable == pytest.approx((flown[0] / stable) ** 0.1, rel=0.02)


def test_two_that_fly_by_hand() -> None:
    """B0 -> X2 X2 of 1 GeV by random directions of the boost; five standard errors, a chance of less than one in a million."""
    rng, ctau, boost, length = np.random.default_rng(3), 10.0, 0.559, 1.25
    mass, own = 5.27972, 1.0
    p, energy = math.sqrt(mass**2 / 4 - own**2), mass / 2
    cos = rng.uniform(-1.0, 1.0, 200_000)
    lab = [np.sqrt((math.hypot(1.0, boost) * energy + s * boost * p * cos) ** 2 - own**2) for s in (1, -1)]
    flown = np.exp(-length * own / ctau * (1.0 / lab[0] + 1.0 / lab[1]))
    from darkpair.searches import SEARCHES
    from darkpair.searches.escape import both_invisible

    search = SEARCHES.factory("b0-invisible")()
    chain = stated_chain("B0 -> (X2 -> X1 pi0) (X2 -> X1 pi0)", m2="1 GeV", ctau=f"{ctau} m")
    ours = float(both_invisible(chain.at(1e-5), mass, length=1e3 * length, boost=boost))
    assert abs(ours - flown.mean()) < 5.0 * flown.std() / math.sqrt(flown.size)
    assert search.escape is not None


@pytest.mark.parametrize(
    "unseen", ["nu nubar", "X1 nu nubar", "nu_mu anti-nu_mu", "X1 nu_mu anti-nu_mu", "X1 X1"]
)
def test_neutrinos_are_not_seen(unseen: str) -> None:
    ratios = {
        excluded(f"B+ -> K+ X1 (X2 -> {unseen})", "1 GeV", ctau, "b-to-k-belle-sl")
        for ctau in ("1 mm", "1 m")
    }
    assert max(ratios) == pytest.approx(min(ratios), rel=1e-6)
    assert max(ratios) == pytest.approx(1.9e-5, rel=1e-3)


def test_two_beside_a_meson_are_unknown() -> None:
    assert math.isnan(excluded("B+ -> K+ (X2 -> X1 pi0) (X2 -> X1 pi0)", "1 GeV", "10 km", "b-to-k-belle-sl"))


def test_one_photon_and_nothing_is_unknown() -> None:
    assert math.isnan(excluded("K_L0 -> gamma X2", "100 MeV", None, "koto-gamma-x"))
