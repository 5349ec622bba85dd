"""Laws of decay on a few flights, number by number against closed forms; which lengths each of them allows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from darkpair.gen.errors import InputError
from darkpair.gen.flight import Flight, truncated_exponential
from darkpair.gen.kinematics import Array
from darkpair.gen.lifetime import Exponential, Forced, Scan, ScanInside
from darkpair.gen.region import Slab
from darkpair.gen.streams import Streams

REGION = Slab(z_min=60.0, z_max=150.0)
#: Slow, fast and past the region; p/m = 2, .5 and 3.
FLIGHTS = Flight(
    d_in=np.array([60.0, 20.0, 0.0]), d_out=np.array([150.0, 25.0, 0.0]), boost=np.array([2.0, 0.5, 3.0])
)
THROUGH = Flight(d_in=FLIGHTS.d_in[:2], d_out=FLIGHTS.d_out[:2], boost=FLIGHTS.boost[:2])


def same(ours: Any, expected: Any) -> None:
    np.testing.assert_allclose(ours, expected, rtol=1e-13, atol=0.0)


def rng() -> np.random.Generator:
    return Streams(3).rng("lengths")


def along_z(p_over_m: Array) -> tuple[tuple[Array, Array, Array], float, tuple[Array, Array, Array]]:
    """Particles of mass .3 GeV from the origin along z."""
    zero = np.zeros(len(p_over_m))
    return (zero, zero, 0.3 * p_over_m), 0.3, (zero, zero, zero)


@pytest.mark.parametrize("ctau", [0.0, 0.5, 1.0])
def test_exponential(ctau: float) -> None:
    length, weights = Exponential(ctau).sample(rng(), *along_z(np.ones(4)))
    same(length, ctau * rng().standard_exponential(4))
    assert weights == {}


def test_forced_law_flight_by_flight() -> None:
    """Survival to the entry less survival to the exit; densities inside and free differ by that factor alone."""
    law = Forced(region=REGION, ctau=70.0)
    survival = [np.exp(-d / (FLIGHTS.boost * 70.0)) for d in (FLIGHTS.d_in, FLIGHTS.d_out)]
    same(law.chance(FLIGHTS), survival[0] - survival[1])
    length = law.inside(rng(), THROUGH)
    depth = truncated_exponential(rng(), THROUGH.d_out - THROUGH.d_in, THROUGH.boost * 70.0)
    same(length * THROUGH.boost, THROUGH.d_in + depth)
    same(law.gain(THROUGH, length) * law.chance(THROUGH), 1.0)
    same(law.free(rng(), 5), 70.0 * rng().standard_exponential(5))
    base: Any = law.base  # (typed as what returns nothing)
    assert base(length) is None


def test_forced_sample_is_the_law_of_its_flights() -> None:
    boosts = np.array([2.0, 5.0])
    law = Forced(region=REGION, ctau=7.0)
    length, weights = law.sample(rng(), *along_z(boosts))
    same(weights["decay_region"], np.exp(-60.0 / (7.0 * boosts)) - np.exp(-150.0 / (7.0 * boosts)))
    same(length, law.inside(rng(), Flight.through(REGION, *along_z(boosts))))
    assert list(weights) == [law.factor]


def test_grid_of_a_scan() -> None:
    """Both ends, equal steps of the logarithm, so many in a factor of ten, the number rounded."""
    same(Scan(shortest=1.0, longest=1e3, per_decade=2).grid, 10.0 ** (0.5 * np.arange(7)))
    same(Scan(shortest=1.0, longest=90.0, per_decade=1).grid, [1.0, math.sqrt(90.0), 90.0])
    same(
        ScanInside(region=REGION, shortest=5.0, longest=50.0, per_decade=3).grid,
        5.0 * 10.0 ** (np.arange(4) / 3),
    )


SCAN = Scan(shortest=1.0, longest=100.0, per_decade=1)
LENGTHS = np.array([0.0, 0.3, 7.0, 400.0])
DENSITY = np.mean([np.exp(-LENGTHS / mean) / mean for mean in (1.0, 10.0, 100.0)], axis=0)


def test_density_and_weight_of_a_scan() -> None:
    same(SCAN.density(LENGTHS), DENSITY)
    for ctau in (1.0, 3.0, 100.0):
        same(SCAN.weight(LENGTHS, ctau) * DENSITY, np.exp(-LENGTHS / ctau) / ctau)
    for ctau in (0.999, 100.1):
        with pytest.raises(InputError, match="outside the scan sample, 1.0 to 100.0 mm"):
            SCAN.weight(LENGTHS, ctau)


def test_draws_of_a_scan() -> None:
    """A component for each, then its exponential."""
    stream = rng()
    mean = np.array([1.0, 10.0, 100.0])[stream.integers(3, size=12)]
    same(SCAN.draw(rng(), 12), mean * stream.standard_exponential(12))
    assert len(set(mean)) == 3
    length, weights = SCAN.sample(rng(), *along_z(np.ones(6)))
    same(length, SCAN.draw(rng(), 6))
    assert weights == {}


@pytest.mark.parametrize("ctau", [0.5, 3.0])
def test_a_scan_with_a_lifetime_below_and_above_a_millimetre(ctau: float) -> None:
    scan = Scan(ctau=ctau, shortest=0.1, longest=10.0)
    length, weights = scan.sample(rng(), *along_z(np.ones(6)))
    same(weights["lifetime"], scan.weight(length, ctau))
    assert list(weights) == ["lifetime"]
    assert scan.max_weight == scan.bound(ctau)


def test_bound_of_a_scan() -> None:
    """Components times the next mean above over c tau; at least all of them; no weight reaches it."""
    for ctau, bound in ((1.0, 3.0), (5.0, 6.0), (10.0, 3.0), (25.0, 12.0), (100.0, 3.0), (300.0, 3.0)):
        assert SCAN.bound(ctau) == pytest.approx(bound, rel=1e-12)
        assert isinstance(SCAN.bound(ctau), float)
    for ctau in (1.0, 2.0, 5.0, 9.9, 40.0, 100.0):
        assert SCAN.weight(np.geomspace(1e-3, 3e3, 200), ctau).max() <= SCAN.bound(ctau)
    assert SCAN.max_weight == 1.0


INSIDE = ScanInside(region=REGION, shortest=1.0, longest=100.0, per_decade=1)


def test_scan_inside_flight_by_flight() -> None:
    """Uniform between entry and exit: densities 1/path inside, the mixture's in the open, the exponential wanted."""
    assert (INSIDE.chance(FLIGHTS) == [1.0, 1.0, 0.0]).all()
    assert INSIDE.chance(FLIGHTS).dtype == np.float64
    length = INSIDE.inside(rng(), THROUGH)
    same((length * THROUGH.boost - THROUGH.d_in) / (THROUGH.d_out - THROUGH.d_in), rng().random(2))
    path = np.array([90.0 / 2.0, 5.0 / 0.5])
    same(INSIDE.gain(THROUGH, LENGTHS[1:3]), 1.0 / (path * DENSITY[1:3]))
    same(INSIDE.base(LENGTHS) * DENSITY, 1.0)
    same(INSIDE.free(rng(), 6), SCAN.draw(rng(), 6))
    for ctau in (0.5, 3.0):
        same(INSIDE.weight(LENGTHS, ctau), np.exp(-LENGTHS / ctau) / ctau)
        assert INSIDE.weight(LENGTHS, ctau)[0] == INSIDE.bound(ctau) == 1.0 / ctau


def test_scan_inside_sample_is_the_law_of_its_flights() -> None:
    boosts = np.array([2.0, 5.0])
    length, weights = INSIDE.sample(rng(), *along_z(boosts))
    same(weights["path"], 90.0 / boosts)
    same(length, INSIDE.inside(rng(), Flight.through(REGION, *along_z(boosts))))
    assert list(weights) == [INSIDE.factor]


@pytest.mark.parametrize(
    "make",
    [
        lambda length: Exponential(length).ctau,
        lambda length: Forced(region=REGION, ctau=length).ctau,
        lambda length: Scan(ctau=length).ctau,
        lambda length: Scan(shortest=length).shortest,
        lambda length: ScanInside(region=REGION, shortest=length).shortest,
    ],
    ids=["exponential", "forced", "scan", "scan's end", "scan inside"],
)
def test_lengths_are_read_with_their_units_and_kept_within_the_arithmetic(make: Any) -> None:
    assert make("3 cm") == 30.0
    with pytest.raises(
        InputError, match=r"(c tau of a decaying particle|shortest c tau of a scan) = 1e-60 mm"
    ):
        make(1e-60)


@pytest.mark.parametrize(
    "law", [Scan, lambda **ends: ScanInside(region=REGION, **ends)], ids=["scan", "inside"]
)
def test_ends_of_a_scan(law: Any) -> None:
    with pytest.raises(
        InputError, match="longest c tau of a scan = 1e\\+60 mm; allowed: sizes from 1e-50 to 1e\\+50 mm"
    ):
        law(longest=1e60)
    for shortest in (20.0, 20.1):  # one length is no scan
        with pytest.raises(InputError, match="0 < shortest < longest"):
            law(shortest=shortest, longest=20.0)


@pytest.mark.parametrize("ctau", [0.0, -1.0, math.inf, math.nan, 1e60])
def test_no_weight_to_what_is_no_lifetime(ctau: float) -> None:
    with pytest.raises(
        InputError, match="of a decaying particle = |mm of a decaying particle; allowed: more than 0, finite"
    ):
        INSIDE.weight(LENGTHS, ctau)


def test_a_path_without_end_says_what_is_allowed() -> None:
    endless = Flight(d_in=np.zeros(2), d_out=np.array([1.0, math.inf]), boost=np.ones(2))
    with pytest.raises(InputError, match="a bounded region and moving particles$"):
        INSIDE.inside(rng(), endless)
