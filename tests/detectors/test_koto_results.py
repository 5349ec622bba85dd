"""KOTO's published numbers: sources, and what follows from them."""

from __future__ import annotations

import math

import pytest

from darkpair import UnknownNameError
from darkpair.detectors.data_file import read_data
from darkpair.detectors.koto_results import Number, factors, koto_decay_probability, run
from darkpair.detectors.selection import CONFIDENCES

RUNS = ("2015", "2016-18", "2021")


@pytest.mark.parametrize("name", RUNS)
def test_every_number_has_a_source(name: str) -> None:
    result = run(name)
    numbers = [v for v in vars(result).values() if isinstance(v, Number)] + [
        n for _, n in result.pi0_x_limits
    ]
    numbers += factors(*read_data("koto")["factors"]).values()
    assert len(numbers) >= 6 + len(result.pi0_x_limits)
    for number in numbers:
        assert number.source
        assert number.confidence in CONFIDENCES
        assert number.value >= 0.0


@pytest.mark.parametrize(("name", "candidates"), [("2015", 0), ("2021", 0)])
def test_limit_without_candidates_is_2_303_sensitivities(name: str, candidates: int) -> None:
    result = run(name)
    assert result.candidates.value == candidates
    expected = math.log(10.0) * result.single_event_sensitivity.value
    assert result.upper_limit.value == pytest.approx(expected, rel=0.03)  # (rounded to two digits)


def test_three_candidates_of_2016_18() -> None:
    assert run("2016-18").candidates.value == 3


@pytest.mark.parametrize("name", RUNS)
def test_kaons_are_the_yield_times_the_protons(name: str) -> None:
    """Within 8 %: the recalled number of 2016-18 exceeds the product by 7 %."""
    produced = read_data("koto")["yield"]
    per_proton = produced["kl"]["value"] / produced["pot"]["value"]
    assert run(name).kl.value == pytest.approx(run(name).pot.value * per_proton, rel=0.08)
    assert run(name).acceptance == pytest.approx(1.7e-4, rel=0.25)


def test_decay_probability_is_eq_66() -> None:
    assert koto_decay_probability(0.430, 300.0) == pytest.approx(0.9076, abs=1e-4)
    assert koto_decay_probability(0.2, 300.0, particles=2) == koto_decay_probability(0.2, 300.0) ** 2


def test_unknown_names() -> None:
    with pytest.raises(UnknownNameError, match="did you mean '2021'"):
        run("2022")
    with pytest.raises(UnknownNameError, match="cluster_shape"):
        factors("cluster_shapes")
