"""Intervals and limits against closed forms, against pyhf, against KOTO's published limits, and their coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special, stats

from darkpair import Streams
from darkpair.detectors.efficiency import efficiency_of
from darkpair.detectors.koto_results import run
from darkpair.export.profile import profile_limit
from darkpair.export.workspace import counting_workspace, koto_counting
from darkpair.gen.cutflow import Stage
from darkpair.gen.errors import InputError
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

#: pyhf 0.7 validates with a class that jsonschema has deprecated.
PYHF = pytest.mark.filterwarnings("ignore:jsonschema.RefResolver:DeprecationWarning")


@pytest.mark.parametrize("level", [0.68, 0.90, 0.95])
@pytest.mark.parametrize("n", [0, 1, 3, 20])
def test_interval_solves_the_tails(n: int, level: float) -> None:
    """Garwood's definition: half of what is left beyond each end."""
    low, high = poisson_interval(n, level)
    tail = 0.5 * (1.0 - level)
    assert math.fsum(math.exp(-high) * high**k / math.factorial(k) for k in range(n + 1)) == pytest.approx(
        tail, rel=1e-9
    )
    if n == 0:
        assert low == 0.0
    else:
        below = math.fsum(math.exp(-low) * low**k / math.factorial(k) for k in range(n))
        assert 1.0 - below == pytest.approx(tail, rel=1e-9)


def test_intervals_of_three_events() -> None:
    """2.07 (+2.01 -1.13), 95 %: (+3.98 -1.64) e-9; arXiv:2005.07102, eq. 9, prints +4.1 -1.7 without a level."""
    one, two = poisson_interval(3), poisson_interval(3, 0.95)
    scale = 6.9e-10
    assert [scale * one[1] - 3 * scale, 3 * scale - scale * one[0]] == pytest.approx(
        [2.01e-9, 1.13e-9], rel=0.02
    )
    assert [scale * two[1] - 3 * scale, 3 * scale - scale * two[0]] == pytest.approx(
        [3.98e-9, 1.64e-9], rel=0.02
    )


@pytest.mark.parametrize("background", [0.0, 0.3, 1.22, 8.0])
def test_no_event(background: float) -> None:
    """CLs of no event is -ln(1 - level), whatever the background."""
    limit = upper_limit(Counting(observed=0, background=background), 0.90)
    assert limit == pytest.approx(math.log(10.0), rel=1e-9)


@pytest.mark.parametrize(("n", "background"), [(1, 0.5), (3, 1.22), (12, 9.0)])
@pytest.mark.parametrize("method", ["cls", "classical"])
def test_known_background(n: int, background: float, method: str) -> None:
    """The equations that define both limits, with scipy's own tails."""
    limit = upper_limit(Counting(observed=n, background=background), 0.95, method=method)
    ratio = stats.poisson.cdf(n, limit + background)
    if method == "cls":
        ratio /= stats.poisson.cdf(n, background)
    assert ratio == pytest.approx(0.05, rel=1e-8)


def test_uncertain_means_are_averages_over_gamma_laws() -> None:
    """Negative binomial sums against a numerical average of the Poisson law."""
    experiment = Counting(observed=3, background=1.22, background_error=0.6, efficiency_error=0.3)
    b_shape, s_shape, s = (1.22 / 0.6) ** 2, 1.0 / 0.09, 4.0
    x, wx = special.roots_genlaguerre(60, b_shape - 1.0)
    y, wy = special.roots_genlaguerre(60, s_shape - 1.0)
    mean = 1.22 / b_shape * x[:, None] + s / s_shape * y
    expected = np.sum(np.outer(wx / wx.sum(), wy / wy.sum()) * stats.poisson.cdf(3, mean))
    assert experiment.at_most(s) == pytest.approx(expected, abs=1e-9)


def test_errors_raise_the_limit() -> None:
    """An uncertain efficiency by the second order of Cousins and Highland; an uncertain background as well."""
    plain = upper_limit(Counting(observed=0))
    worse = upper_limit(Counting(observed=0, efficiency_error=0.1))
    assert worse / plain == pytest.approx(1.0 + 0.5 * plain * 0.01, rel=1e-3)
    known = upper_limit(Counting(observed=3, background=1.22), method="classical")
    fuzzy = upper_limit(Counting(observed=3, background=1.22, background_error=0.8), method="classical")
    assert fuzzy > 1.005 * known


@pytest.mark.parametrize("year", ["2015", "2016-18", "2021"])
def test_published_limits(year: str) -> None:
    """KOTO's limits follow from its events and sensitivity, the background not subtracted, to their last digit."""
    of = run(year)
    sensitivity = of.single_event_sensitivity
    experiment = koto_counting(year, subtract=False)
    limit = upper_limit(experiment) * sensitivity.value
    assert limit == pytest.approx(of.upper_limit.value, abs=0.5e-10)


@PYHF
@pytest.mark.parametrize(("n", "background"), [(3, 1.22), (0, 0.42), (7, 2.5)])
def test_exact_cls_with_pyhf(n: int, background: float) -> None:
    """pyhf's likelihood ratio of every possible count gives CLs = 0.1 at our limit, to 1e-3."""
    pyhf = pytest.importorskip("pyhf")
    limit = upper_limit(Counting(observed=n, background=background), 0.90)
    workspace = pyhf.Workspace(counting_workspace(Counting(observed=n, background=background)))
    model = workspace.model()

    def statistic(k: int) -> float:
        bounds, inits = model.config.suggested_bounds(), model.config.suggested_init()
        fixed = model.config.suggested_fixed()
        return float(pyhf.infer.test_statistics.qmu_tilde(limit, [float(k)], model, inits, bounds, fixed))

    # counts no more signal-like than the observed: q at least as large
    seen, counts = statistic(n), range(40)
    as_large = [k for k in counts if statistic(k) >= seen - 1e-7]

    def chance(strength: float) -> float:
        return sum(math.exp(float(model.logpdf([strength], [float(k)])[0])) for k in as_large)

    assert chance(limit) / chance(0.0) == pytest.approx(0.1, abs=1e-4)


@PYHF
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_profile_limit_that_pyhf_cannot_fit() -> None:
    """Counted events, no background, and an efficiency that floats: nothing is expected without a signal."""
    assert profile_limit(Counting(observed=3)) == pytest.approx(5.8236, rel=1e-3)
    with pytest.raises(InputError, match="background of 0 events.*upper_limit"):
        profile_limit(Counting(observed=3, efficiency_error=0.1))


@PYHF
def test_profile_limit() -> None:
    """pyhf's asymptotic limit is the closed form of arXiv:1007.1727 for one bin, and ours for many events."""
    pytest.importorskip("pyhf")
    n, background = 5, 3.2

    def cls(s: float) -> float:
        def root_q(count: float) -> float:
            best = max(count - background, 0.0)
            if best >= s:
                return 0.0
            ratio = s - best + (count * math.log((best + background) / (s + background)) if count else 0.0)
            return math.sqrt(2.0 * ratio)

        q, asimov = root_q(n), root_q(background)
        if q > asimov:
            shift = (q**2 - asimov**2) / (2.0 * asimov)
            return float(stats.norm.sf(shift + asimov) / stats.norm.sf(shift))
        return float(stats.norm.sf(q) / stats.norm.sf(q - asimov))

    expected = optimize.brentq(lambda s: cls(s) - 0.1, n - background + 0.01, 30.0)
    assert profile_limit(Counting(observed=n, background=background)) == pytest.approx(expected, rel=1e-3)
    many = Counting(observed=200_000, background=200_000.0)
    assert profile_limit(many) == pytest.approx(upper_limit(many), rel=1e-3)


@pytest.mark.parametrize("signal", [0.5, 1.0, 2.0, 3.0, 5.0, 10.0])
@pytest.mark.parametrize(
    "experiment",
    [
        Counting(observed=0),
        Counting(observed=0, background=1.22),
        Counting(observed=0, background=1.22, background_error=0.5, efficiency_error=0.15),
    ],
    ids=["none", "known", "uncertain"],
)
@pytest.mark.parametrize("method", ["cls", "classical"])
def test_coverage(signal: float, experiment: Counting, method: str) -> None:
    """Toys agree with the exact sum within three standard errors (fixed seeds) and never fall below 90 %."""
    toys = 200_000
    rng = Streams(seed=20_051).rng(f"{method} {signal} {experiment}")
    fraction, _ = toy_coverage(signal, experiment, rng, toys=toys, method=method)
    exact = coverage(signal, experiment, method=method)
    error = math.sqrt(exact * (1.0 - exact) / toys)
    assert fraction == pytest.approx(exact, abs=3.0 * error + 1e-9)
    assert fraction >= 0.90 - 3.0 * math.sqrt(0.09 / toys)


def test_coverage_by_hand() -> None:
    """A signal of 3 is above the limit 2.30 of no event and below 3.89 of one: 1 - exp(-3)."""
    assert coverage(3.0, Counting(observed=0)) == pytest.approx(1.0 - math.exp(-3.0), rel=1e-9)


def test_expected_limits() -> None:
    """With a background of 1.22 the median experiment sees one event; the bands follow the counts."""
    found = expected_limit(Counting(observed=99, background=1.22))
    limits = [upper_limit(Counting(observed=n, background=1.22)) for n in range(6)]
    counts = [int(stats.poisson.ppf(stats.norm.cdf(z), 1.22)) for z in (-2, -1, 0, 1, 2)]
    assert (*found.two_sigma, *found.one_sigma, found.median) == pytest.approx(
        [limits[counts[i]] for i in (0, 4, 1, 3, 2)]
    )


def test_rate_limit_carries_the_simulation() -> None:
    """The error of ten accepted events enters; many events tend to the plain quotient."""
    few = efficiency_of(Stage.of("all", np.ones(10)), 1000)
    many = efficiency_of(Stage.of("all", np.ones(1_000_000)), 100_000_000)
    plain = math.log(10.0) / (1e9 * 0.01)
    assert rate_limit(Counting(observed=0), parents=1e9, efficiency=many) == pytest.approx(plain, rel=1e-5)
    expected = upper_limit(Counting(observed=0, efficiency_error=math.sqrt(0.99 / 10))) / (1e9 * 0.01)
    assert rate_limit(Counting(observed=0), parents=1e9, efficiency=few) == pytest.approx(expected, rel=1e-9)
    assert expected > 1.1 * plain


def test_gaussian_limit() -> None:
    assert gaussian_upper_limit(1.0, 2.0, 0.90) == pytest.approx(1.0 + 2.0 * 1.2815516)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 30), st.floats(0.01, 3e3), st.floats(0.0, 2.0), st.floats(0.3, 0.99))
def test_a_limit_is_above_0_or_refused(n: int, background: float, error: float, level: float) -> None:
    """CLs without an event is that of no background; of a background that cannot be, 0/0 was a limit of 0."""
    made = Counting(observed=n, background=background, background_error=error * background)
    try:
        limit = upper_limit(made, level)
    except InputError:
        limit = math.nan
    if math.isnan(limit):
        assert stats.poisson.logcdf(n, background) < math.log(1e-279)
        return
    least = -math.log(1.0 - level)
    assert limit >= least * (1.0 - 1e-9)
    if n == 0:
        assert limit == pytest.approx(least, rel=1e-6)


def test_counts_that_are_none_or_too_many() -> None:
    for wrong in (math.nan, math.inf, "3", None, 3.5):
        with pytest.raises(InputError, match=r"observed = .*; allowed: 0, 1, 2"):
            Counting(observed=wrong)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="gaussian_upper_limit"):
        upper_limit(Counting(observed=10**9))
    low, high = poisson_interval(10**9)
    assert high - low == pytest.approx(2.0 * math.sqrt(1e9), rel=1e-3)
    for value, error in ((1.0, -1.0), (math.nan, 1.0), (1.0, math.nan), (math.inf, 1.0)):
        with pytest.raises(InputError, match="the error 0 or more"):
            gaussian_upper_limit(value, error)
    assert 0.0 <= coverage(30.0, Counting(observed=0, background=700.0)) <= 1.0


def test_refusals() -> None:
    none = efficiency_of(Stage.of("all", np.zeros(0)), 5000)
    with pytest.raises(InputError, match="none of 5000 simulated events"):
        rate_limit(Counting(observed=0), parents=1e9, efficiency=none)
    with pytest.raises(InputError, match="classical interval is empty"):
        upper_limit(Counting(observed=0, background=3.0), method="classical")
    with pytest.raises(InputError, match="between 0 and 1"):
        upper_limit(Counting(observed=0), 90.0)
    with pytest.raises(InputError, match="observed = -1"):
        Counting(observed=-1)
    with pytest.raises(InputError, match="background = nan"):
        Counting(observed=1, background=math.nan)
    with pytest.raises(InputError, match="no background"):
        Counting(observed=1, background_error=0.3)
