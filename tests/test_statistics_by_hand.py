"""Counting experiments from their definitions: sums written here, the default levels, the ends of what is allowed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from darkpair import Streams
from darkpair.detectors.efficiency import efficiency_of
from darkpair.gen.cutflow import Stage
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.statistics import (
    Counting,
    coverage,
    expected_limit,
    gaussian_upper_limit,
    poisson_interval,
    rate_limit,
    toy_coverage,
    upper_limit,
)

PLAIN, UNCERTAIN = (
    Counting(observed=0),
    Counting(observed=2, background=1.5, background_error=0.6, efficiency_error=0.3),
)


def law(mean: float, error: float) -> Any:
    """Poisson counts, or the negative binomial ones of a mean by a gamma law."""
    if error == 0.0:
        return stats.poisson(mean)
    shape = (mean / error) ** 2
    return stats.nbinom(shape, shape / (shape + mean))


@pytest.mark.parametrize("error", [0.0, 0.25])
@pytest.mark.parametrize("background", [(0.0, 0.0), (1.5, 0.0), (1.5, 0.6)])
@pytest.mark.parametrize("signal", [0.0, 0.4, 3.0])
def test_at_most_is_a_double_sum(background: tuple[float, float], error: float, signal: float) -> None:
    experiment = Counting(
        observed=3, background=background[0], background_error=background[1], efficiency_error=error
    )
    behind, above = law(*background), law(signal, error * signal)
    for n in (0, 1, 3, 6):
        expected = math.fsum(behind.pmf(i) * above.pmf(j) for i in range(n + 1) for j in range(n + 1 - i))
        assert experiment.at_most(signal, n) == pytest.approx(expected, rel=1e-10)
    assert experiment.at_most(signal) == experiment.at_most(signal, 3)
    assert type(experiment.at_most(signal)) is float


def test_an_error_that_nobody_could_tell_is_none() -> None:
    """Below a millionth of the mean, whatever the mean; a thousandth is told."""
    for mean in (0.02, 1.5, 400.0):
        n = int(mean)
        known, barely, told = (
            Counting(observed=n, background=mean, background_error=part * mean) for part in (0.0, 1e-7, 0.05)
        )
        assert (
            barely.at_most(0.0) == known.at_most(0.0) == pytest.approx(stats.poisson.cdf(n, mean), rel=1e-12)
        )
        assert told.at_most(0.0) == pytest.approx(law(mean, 0.05 * mean).cdf(n), rel=1e-9)


def test_levels_that_are_meant_unless_given() -> None:
    """68.27 % of an interval, 90 % and CLs of a limit, a hundred thousand toys."""
    for n in (0, 1, 4):
        assert poisson_interval(n) == pytest.approx(poisson_interval(n, 0.682689492), rel=1e-8)
        low = 0.5 * stats.chi2.ppf(0.5 - 0.3413447461, 2 * n) if n else 0.0
        high = 0.5 * stats.chi2.ppf(0.5 + 0.3413447461, 2 * n + 2)
        assert poisson_interval(n) == pytest.approx((low, high), rel=1e-8)
    assert upper_limit(UNCERTAIN) == upper_limit(UNCERTAIN, 0.90, method="cls")
    assert upper_limit(UNCERTAIN) != upper_limit(UNCERTAIN, 0.90, method="classical")
    assert gaussian_upper_limit(-1.0, 3.0) == pytest.approx(-1.0 + 3.0 * 1.2815515655)
    assert expected_limit(UNCERTAIN) == expected_limit(UNCERTAIN, 0.90, method="cls")
    assert expected_limit(UNCERTAIN) != expected_limit(UNCERTAIN, 0.90, method="classical")
    efficiency = efficiency_of(Stage.of("all", np.ones(10)), 1000)
    of = {"parents": 1e9, "efficiency": efficiency}
    assert rate_limit(UNCERTAIN, **of) == rate_limit(UNCERTAIN, confidence_level=0.90, method="cls", **of)  # type: ignore[arg-type]
    assert rate_limit(UNCERTAIN, **of) != rate_limit(UNCERTAIN, method="classical", **of)  # type: ignore[arg-type]
    # a signal between the two limits of one count
    signal = 0.5 * (upper_limit(UNCERTAIN) + upper_limit(UNCERTAIN, method="classical"))
    assert coverage(signal, UNCERTAIN) == coverage(signal, UNCERTAIN, 0.90, method="cls")
    assert coverage(signal, UNCERTAIN) != coverage(signal, UNCERTAIN, 0.90, method="classical")
    fraction, error = toy_coverage(signal, UNCERTAIN, Streams(1).rng("toys"))
    assert error == math.sqrt(fraction * (1.0 - fraction) / 100_000)
    given = {"toys": 100_000, "confidence_level": 0.90, "method": "cls"}
    assert (fraction, error) == toy_coverage(signal, UNCERTAIN, Streams(1).rng("toys"), **given)  # type: ignore[arg-type]
    assert fraction != toy_coverage(signal, UNCERTAIN, Streams(1).rng("toys"), method="classical")[0]


@pytest.mark.parametrize("method", ["cls", "classical"])
@pytest.mark.parametrize("level", [0.68, 0.95])
def test_a_limit_is_where_its_probability_ends(method: str, level: float) -> None:
    for experiment in (
        PLAIN,
        UNCERTAIN,
        Counting(observed=7, background=4.0),
        Counting(observed=300, efficiency_error=0.2),
    ):
        limit = upper_limit(experiment, level, method=method)
        norm = experiment.at_most(0.0) if method == "cls" else 1.0
        assert experiment.at_most(limit) / norm == pytest.approx(1.0 - level, rel=1e-9)


def test_a_long_tail_is_followed_and_given_up() -> None:
    """An efficiency known within 1.2 of itself: P(0) = (1 + e^2 s)^(-1/e^2) falls like a power, to .1 at s = 28.6 / e^2."""
    e2 = 1.2**2
    expected = (0.1 ** (-e2) - 1.0) / e2
    assert upper_limit(Counting(observed=0, efficiency_error=1.2)) == pytest.approx(expected, rel=1e-9)
    e2 = 2.0**2
    assert upper_limit(Counting(observed=0, efficiency_error=2.0)) == pytest.approx(
        (1e4 - 1.0) / e2, rel=1e-9
    )
    said = r"^no upper limit at 0.9 confidence with a relative error of the efficiency of 5; allowed: a smaller error$"
    with pytest.raises(InputError, match=said):
        upper_limit(Counting(observed=0, efficiency_error=5.0))


def test_an_empty_interval_begins_where_it_says() -> None:
    """exp(-b) = 1 - level is the last that is not empty: its limit is zero."""
    for b, empty in ((-math.log(0.1) - 1e-9, False), (-math.log(0.1) + 1e-9, True)):
        experiment = Counting(observed=0, background=b)
        if not empty:
            assert upper_limit(experiment, method="classical") == pytest.approx(0.0, abs=2e-9)
            continue
        said = r"^0 events with an expected background of 2.30259: less than 1 in 10 even without signal, so the classical interval is empty; use method = 'cls'$"
        with pytest.raises(InputError, match=said):
            upper_limit(experiment, method="classical")
        assert upper_limit(experiment) == pytest.approx(math.log(10.0), rel=1e-9)


def test_expected_limits_without_a_background_and_with_much() -> None:
    """The counts at the normal law's levels, each the smallest that reaches it."""
    none = expected_limit(Counting(observed=5))
    assert [none.median, *none.one_sigma, *none.two_sigma] == pytest.approx([math.log(10.0)] * 5)
    for background, error in ((9.5, 0.0), (4.0, 2.0)):
        experiment = Counting(observed=0, background=background, background_error=error)
        found = expected_limit(experiment, 0.95)
        counts = [int(law(background, error).ppf(stats.norm.cdf(z))) for z in (-2, -1, 0, 1, 2)]
        limits = [
            upper_limit(Counting(observed=n, background=background, background_error=error), 0.95)
            for n in counts
        ]
        assert [*found.two_sigma, *found.one_sigma, found.median] == [limits[i] for i in (0, 4, 1, 3, 2)]


def test_rate_limits() -> None:
    """Events over parents and efficiency; errors added in squares; an efficiency of one has its lower end for an error."""
    experiment = Counting(observed=1, efficiency_error=0.2)
    few = efficiency_of(Stage.of("all", np.ones(10)), 40)
    spread = math.sqrt(0.25 * 0.75 / 40) / 0.25
    for parents in (0.5, 1.0, 1e9):
        for level, method in ((0.90, "cls"), (0.68, "classical")):
            wanted = upper_limit(
                Counting(observed=1, efficiency_error=math.hypot(0.2, spread)), level, method=method
            )
            ours = rate_limit(
                experiment, parents=parents, efficiency=few, confidence_level=level, method=method
            )
            assert ours == pytest.approx(wanted / (parents * 0.25), rel=1e-9)
    every = efficiency_of(Stage.of("all", np.ones(40)), 40)
    assert (every.value, every.high, every.error) == (1.0, 1.0, None)
    wanted = upper_limit(Counting(observed=1, efficiency_error=math.hypot(0.2, 1.0 - every.low)))
    assert rate_limit(experiment, parents=3.0, efficiency=every) == pytest.approx(wanted / 3.0, rel=1e-9)
    for parents in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(InputError, match=f"^parents = {parents}; allowed: a finite number above 0$"):
            rate_limit(experiment, parents=parents, efficiency=few)
    none = efficiency_of(Stage.of("all", np.zeros(0)), 5000)
    said = rf"^none of 5000 simulated events was accepted \(efficiency below {none.upper_limit:.3g} at 0.9 confidence\): no rate can be excluded; generate more events$"
    with pytest.raises(InputError, match=said):
        rate_limit(experiment, parents=1.0, efficiency=none)


@pytest.mark.parametrize("method", ["cls", "classical"])
@pytest.mark.parametrize("experiment", [PLAIN, UNCERTAIN, Counting(observed=0, background=3.0)])
def test_coverage_sums_what_misses(experiment: Counting, method: str) -> None:
    """1 less the probability of every count whose limit lies below the signal; an empty interval misses too."""

    def limit(n: int) -> float:
        try:
            of = Counting(
                observed=n,
                background=experiment.background,
                background_error=experiment.background_error,
                efficiency_error=experiment.efficiency_error,
            )
            return upper_limit(of, 0.8, method=method)
        except InputError:
            return -1.0

    limits = [limit(n) for n in range(12)]
    behind = law(experiment.background, experiment.background_error)
    for signal in (0.05, 1.0, 3.0, 5.0):
        above = law(signal, experiment.efficiency_error * signal)
        chance = [math.fsum(behind.pmf(i) * above.pmf(n - i) for i in range(n + 1)) for n in range(12)]
        missed = math.fsum(p for p, top in zip(chance, limits, strict=True) if top < signal)
        assert coverage(signal, experiment, 0.8, method=method) == pytest.approx(1.0 - missed, abs=1e-12)
    assert coverage(limits[3], experiment, 0.8, method=method) == pytest.approx(  # a limit covers itself
        1.0 - experiment.at_most(limits[3], 2), abs=1e-12
    )


@pytest.mark.parametrize(
    ("signal", "efficiency_error", "level", "method", "said"),
    [
        (1.0, 0.0, 90.0, "cls", "confidence level = 90.0; allowed"),
        (1.0, 0.0, math.nan, "classical", "confidence level = nan; allowed"),
        (1.0, 0.0, 0.9, "bayes", "method of a limit 'bayes'"),
        (1.0, 5.0, 0.9, "cls", "no upper limit at 0.9 confidence"),
        (math.nan, 0.0, 0.9, "cls", "signal = nan events; allowed: a finite number, 0 or more"),
        (math.inf, 0.0, 0.9, "cls", "signal = inf events; allowed"),
        (-1.0, 0.0, 0.9, "cls", "signal = -1.0 events; allowed"),
    ],
)
def test_coverage_of_what_has_no_limit_ends(
    signal: float, efficiency_error: float, level: float, method: str, said: str
) -> None:
    """Only an empty interval covers nothing; any other refusal is one."""
    of = Counting(observed=0, background=3.0, efficiency_error=efficiency_error)
    with pytest.raises((InputError, UnknownNameError), match=said):
        coverage(signal, of, level, method=method)
    with pytest.raises((InputError, UnknownNameError), match=said):
        toy_coverage(signal, of, Streams(1).rng("toys"), toys=10, confidence_level=level, method=method)


@pytest.mark.parametrize("method", ["cls", "classical"])
@pytest.mark.parametrize("experiment", [PLAIN, UNCERTAIN, Counting(observed=0, background=3.0)])
def test_toys_are_the_experiment_s(experiment: Counting, method: str) -> None:
    """The same random numbers: a gamma law of mean and error where there is an error, then Poisson's, then each limit."""
    toys, signal = 400, 2.5
    rng = Streams(4).rng("toys")
    mean = np.zeros(toys)
    for value, error in (
        (experiment.background, experiment.background_error),
        (signal, experiment.efficiency_error * signal),
    ):
        mean += (
            stats.gamma((value / error) ** 2, scale=error**2 / value).rvs(toys, random_state=rng)
            if error
            else value
        )
    counts = rng.poisson(mean)

    def covered(n: int) -> bool:
        try:
            of = Counting(observed=n, background=experiment.background, background_error=experiment.background_error, efficiency_error=experiment.efficiency_error)  # fmt: skip
            return upper_limit(of, 0.8, method=method) >= signal
        except InputError:
            return False

    settings: dict[str, Any] = {"toys": toys, "confidence_level": 0.8, "method": method}
    if method == "classical" and experiment.background == 3.0:
        with pytest.raises(InputError, match="empty"):
            toy_coverage(signal, experiment, Streams(4).rng("toys"), **settings)
        return
    fraction, error = toy_coverage(signal, experiment, Streams(4).rng("toys"), **settings)
    assert fraction == pytest.approx(np.mean([covered(int(n)) for n in counts]), abs=1e-12)
    assert 0.5 < fraction < 1.0
    assert error == pytest.approx(math.sqrt(fraction * (1.0 - fraction) / toys), rel=1e-12)


def test_no_signal_is_covered() -> None:
    assert coverage(0.0, UNCERTAIN) == 1.0
    assert toy_coverage(0.0, UNCERTAIN, Streams(4).rng("toys"), toys=20) == (1.0, 0.0)


def test_a_toy_whose_limit_is_the_signal_is_covered() -> None:
    signal = upper_limit(Counting(observed=1))
    counts = Streams(4).rng("toys").poisson(np.full(50, signal))
    assert (counts == 1).any()
    fraction, _ = toy_coverage(signal, PLAIN, Streams(4).rng("toys"), toys=50)
    assert fraction == np.mean(counts >= 1)


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({"observed": -1}, r"observed = -1 events; allowed: 0, 1, 2, \.\.\."),
        ({"observed": 1.5}, r"observed = 1.5 events; allowed: 0, 1, 2, \.\.\."),
        ({"observed": 0, "background": -0.1}, "background = -0.1; allowed: a finite number, 0 or more"),
        ({"observed": 0, "background": math.inf}, "background = inf; allowed: a finite number, 0 or more"),
        (
            {"observed": 0, "background": 1.0, "background_error": -1.0},
            "background_error = -1.0; allowed: a finite",
        ),
        (
            {"observed": 0, "efficiency_error": math.nan},
            "efficiency_error = nan; allowed: a finite number, 0 or more",
        ),
        (
            {"observed": 0, "background_error": 0.3},
            "background_error = 0.3 with no background; allowed: an error of a background above 0; give its expectation$",
        ),
    ],
)
def test_numbers_that_no_experiment_has(numbers: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=f"^{said}"):
        Counting(**numbers)


def test_what_is_allowed_to_the_last() -> None:
    assert Counting(observed=0, background=0.5, background_error=0.7).background_error == 0.7
    assert Counting(observed=2.0).observed == 2  # type: ignore[arg-type]
    for level in (0.0, 1.0, 90.0, -0.5, math.nan):
        for ask in (
            upper_limit,
            lambda _, cl: poisson_interval(1, cl),
            lambda _, cl: gaussian_upper_limit(1.0, 1.0, cl),
        ):
            with pytest.raises(InputError, match=f"^confidence level = {level}; allowed: between 0 and 1$"):
                ask(PLAIN, level)
    assert upper_limit(PLAIN, 1e-3) == pytest.approx(1e-3, rel=1e-3)
    with pytest.raises(UnknownNameError, match="method of a limit 'bayes'.*cls, classical"):
        upper_limit(PLAIN, method="bayes")
    with pytest.raises(InputError, match="observed = -2"):
        poisson_interval(-2)
