"""Expected events and their errors: formulas by hand, toys, and laws for every way of counting parents."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from darkpair.detectors.data_file import Number
from darkpair.detectors.expected_events import ERRORS, ExpectedEvents, Simulated
from darkpair.detectors.koto_results import kaons, run
from darkpair.detectors.normalisation import (
    WAYS,
    Normalisation,
    by_events,
    by_kaons,
    by_pairs,
    by_protons,
    by_sensitivity,
)
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.streams import Streams


def number(value: float, error: float | None = None) -> Number:
    return Number(value=value, error=error, unit="", source="this test", confidence="derived")


def every_way() -> dict[str, Normalisation]:
    """One of each, with the experiments' own numbers where they are at hand."""
    of = run("2016-18")
    return {
        "sensitivity": by_sensitivity(
            of.single_event_sensitivity, of.standard_acceptance, decays=0.0785, daughters=0.98823
        ),
        "kaons": by_kaons(kaons("2016-18"), decays=0.0785, factors={"cluster_shape": number(0.52)}),
        "protons": by_protons(
            number(2.4e18, 0.12e18),
            0.30,
            0.10,
            factors={"photons": number(0.51, 0.0204), "halo": number(0.9, 0.027), "known": number(1.0)},
        ),
        "pairs": by_pairs(number(387e6, 6e6), number(0.516, 0.012), efficiency=0.01),
        "events": by_events(1e9, 0.7, 0.014),
    }


WAY = pytest.mark.parametrize("way", every_way())
SAMPLE = Simulated(value=2e-5, error=3e-7, upper_limit=2.1e-5, spectra={"a": 2e-5, "b": 1e-5, "c": 1.5e-5})


def test_every_way_is_here() -> None:
    assert set(every_way()) == set(WAYS)


@WAY
def test_positive_and_linear_in_the_branching_ratio(way: str) -> None:
    one = every_way()[way]
    per_unit = one.expected(SAMPLE)
    for ratio in (1e-12, 1e-6, 1.0):
        found = one.expected(SAMPLE, ratio)
        assert found.branching_ratio == ratio
        for name in ("value", "upper_limit", *ERRORS):
            value, unit = getattr(found, name), getattr(per_unit, name)
            assert (value is None) == (unit is None)
            assert value is None or (value > 0.0 and value == pytest.approx(ratio * unit, rel=1e-12))
        assert found.value == pytest.approx(float(one.events(branching_ratio=ratio, acceptance=SAMPLE.value)))
        assert found.spectra == pytest.approx({k: ratio * v for k, v in per_unit.spectra.items()})


@WAY
def test_linear_in_exposure_and_daughters(way: str) -> None:
    one = every_way()[way]
    twice = replace(one, exposure=2.0 * one.exposure, parents=2.0 * one.parents)
    found, doubled = one.expected(SAMPLE, 1e-9), twice.expected(SAMPLE, 1e-9)
    assert doubled == found * 2.0
    assert one.expected(SAMPLE, 1e-9, daughters=0.5).value == pytest.approx(0.5 * found.value)


@WAY
def test_errors_apart_add_up_in_squares(way: str) -> None:
    found = every_way()[way].expected(SAMPLE, 1e-9)
    assert found.total == pytest.approx(math.sqrt(sum(e * e for e in found.errors.values())))
    assert found.total is not None
    assert found.total >= max(found.errors.values())
    assert found.spectrum == pytest.approx(0.25 * found.value)  # half the way from a to b


@WAY
def test_statistical_error_falls_with_the_sample(way: str) -> None:
    """As the root of the sample where no simulated reference stands below, else not beneath its error."""
    one = every_way()[way]
    small = one.expected(SAMPLE, 1e-9)
    large = one.expected(replace(SAMPLE, error=0.1 * (SAMPLE.error or 0.0)), 1e-9)
    floor = (one.reference or 0.0) * small.value
    assert small.statistical is not None
    assert large.statistical is not None
    assert math.sqrt(large.statistical**2 - floor**2) == pytest.approx(
        0.1 * math.sqrt(small.statistical**2 - floor**2), rel=1e-9
    )
    for name in ("multiplicity", "spectrum", "efficiency"):
        assert getattr(large, name) == getattr(small, name)


@WAY
def test_nothing_accepted_is_a_limit(way: str) -> None:
    found = every_way()[way].expected(Simulated(value=0.0, error=None, upper_limit=2.3e-6), 1e-9)
    assert (found.value, found.errors, found.total) == (0.0, {}, None)
    assert found.upper_limit > 0.0


@WAY
def test_toys(way: str) -> None:
    """Acceptance, number of parents and efficiency drawn by their errors: their events spread as the errors say.

    20 000 toys know a standard deviation to .5 %, and errors of 10 % bend a product by less than 2 %.
    """
    one, toys = every_way()[way], 20_000
    one = replace(one, multiplicity=one.multiplicity and 0.1)
    sample = replace(SAMPLE, spectra={})
    found = one.expected(sample, 1e-9)
    rng = Streams(12).rng("toys of expected events")
    drawn = found.value * np.ones(toys)
    for relative in (0.015, one.reference, one.multiplicity, one.efficiency):
        if relative is not None:
            drawn *= 1.0 + relative * rng.standard_normal(toys)
    assert drawn.std() == pytest.approx(found.total, rel=0.03)
    assert drawn.mean() == pytest.approx(
        found.value, rel=5.0 * (found.total or 0.0) / found.value / math.sqrt(toys)
    )


def test_by_hand() -> None:
    """Each way's number, from its formula."""
    ways, a, ratio = every_way(), SAMPLE.value, 1e-9
    of = run("2016-18")
    expected = {
        "sensitivity": ratio / (0.98823 * 7.20e-10) * 0.0785 * a / of.standard_acceptance.value,
        "kaons": 6.83e12 * 0.0785 * ratio * a * 0.52,
        "protons": 2.4e18 * 0.30 * ratio * a * 0.51 * 0.9,
        "pairs": 2.0 * 387e6 * 0.516 * ratio * a,
        "events": 1e9 * 0.7 * ratio * a,
    }
    found = {name: one.expected(SAMPLE, ratio) for name, one in ways.items()}
    assert {name: one.value for name, one in found.items()} == pytest.approx(expected, rel=1e-12)
    relative = {
        name: {kind: error / one.value for kind, error in one.errors.items() if kind != "spectrum"}
        for name, one in found.items()
    }
    assert relative["sensitivity"]["efficiency"] == pytest.approx(0.66 / 7.20)
    assert relative["kaons"]["multiplicity"] == pytest.approx(0.061 / 4.183)
    assert relative["protons"] == pytest.approx(
        {"statistical": 0.015, "multiplicity": math.hypot(0.05, 1 / 3), "efficiency": 0.05}
    )
    assert relative["pairs"]["multiplicity"] == pytest.approx(math.hypot(6 / 387, 0.012 / 0.516))
    assert "multiplicity" not in relative["sensitivity"]
    assert relative["events"]["multiplicity"] == pytest.approx(0.02)
    assert by_events(1.0, 0.7).multiplicity is None
    assert "efficiency" not in relative["kaons"]


@pytest.mark.parametrize("name", ["2015", "2016-18", "2021"])
def test_the_standard_sample_gives_the_sensitivity(name: str) -> None:
    """Of the sample that the acceptance is of: exactly BR over SES, whatever the range of decays."""
    of = run(name)
    for decays in (0.0785, 0.4):
        one = by_sensitivity(
            of.single_event_sensitivity, of.standard_acceptance, decays=decays, daughters=0.98823
        )
        sample = Simulated(
            value=of.standard_acceptance.value / decays,
            error=0.0,
            upper_limit=of.standard_acceptance.value / decays,
        )
        found = one.expected(sample, 2.94e-11, daughters=0.98823)
        assert found.value == pytest.approx(2.94e-11 / of.single_event_sensitivity.value, rel=1e-12)


def test_what_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="protons"):
        Normalisation(way="proton", exposure=1.0, parents=1.0)
    for wrong in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(InputError, match="allowed"):
            by_protons(number(wrong), 0.3)
        with pytest.raises(InputError, match="allowed"):
            by_protons(number(1.0), wrong)
        with pytest.raises(InputError, match="allowed"):
            by_protons(number(1e18), 0.3, factors={"photons": number(wrong, 0.1)})
        with pytest.raises(InputError, match="allowed"):
            by_pairs(number(wrong, 0.1), number(0.5, 0.1))
    with pytest.raises(InputError, match="branching ratio = 1.5"):
        by_events(1.0, 1.0).expected(SAMPLE, 1.5)
    with pytest.raises(InputError, match="acceptance"):
        Simulated(value=math.nan, error=None, upper_limit=1.0)


def test_plain_values() -> None:
    found = every_way()["protons"].expected(SAMPLE, 1e-9)
    rows = found.to_dict()
    assert rows["total"] == found.total
    assert (
        ExpectedEvents(**{k: v for k, v in rows.items() if k not in ("total", "upper_limit_level")}) == found
    )
