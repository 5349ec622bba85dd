"""Counting experiments: Poisson intervals, upper limits with uncertain backgrounds and efficiencies, coverage.

Uncertain means follow gamma laws, so counts are negative binomial and every tail is a finite sum: nothing here
is sampled or fitted; `darkpair.export.profile` asks pyhf.
"""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import scipy
from scipy.special import betainc, gammaincc, gammaincinv, ndtr, ndtri

from darkpair.detectors.efficiency import LIMIT_LEVEL, ONE_SIGMA, Efficiency
from darkpair.gen.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array, Real

__all__ = [
    "METHODS",
    "Counting",
    "ExpectedLimit",
    "coverage",
    "expected_limit",
    "gaussian_upper_limit",
    "poisson_interval",
    "rate_limit",
    "toy_coverage",
    "upper_limit",
]

#: "cls": P(N <= n | s + b) / P(N <= n | b); "classical": the numerator alone, which may exclude no signal at all.
METHODS: Final = ("cls", "classical")

#: Relative error below which a mean counts as known; its gamma law could not be told from a point.
_KNOWN: Final = 1e-6

#: Least probability of what was observed without signal, and most observed events: each has a term of its own in a sum.
_LEAST: Final = 1e-280
_MOST: Final = 10_000_000


@dataclass(frozen=True, kw_only=True)
class Counting:
    """A counting experiment.

    Parameters
    ----------
    observed : int
        Events seen.
    background, background_error : float
        Expected background events and their standard error.
    efficiency_error : float
        Relative standard error of the signal that one unit of rate gives: Monte Carlo, sensitivity and the like.

    Raises
    ------
    InputError
        For a negative or infinite number, and for a background of zero with an error.
    """

    observed: int
    background: float = 0.0
    background_error: float = 0.0
    efficiency_error: float = 0.0

    def __post_init__(self) -> None:
        seen: Any = self.observed
        number = isinstance(seen, numbers.Real) and math.isfinite(seen)
        if not number or seen < 0 or seen != int(seen):
            raise InputError(f"observed = {self.observed} events; allowed: 0, 1, 2, ...")
        for name in ("background", "background_error", "efficiency_error"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0.0):
                raise InputError(f"{name} = {value}; allowed: a finite number, 0 or more")
        if self.background_error > 0.0 and self.background == 0.0:
            raise InputError(
                f"background_error = {self.background_error} with no background; allowed: an error of a background "
                "above 0; give its expectation"
            )

    def without_signal(self) -> float:
        """Probability of at most the observed events without signal [1]; InputError where the arithmetic does not carry it."""
        without = self.at_most(0.0)
        if not without > _LEAST:
            raise InputError(
                f"{self.observed} events with an expected background of {self.background:g} are less likely than {_LEAST:g}, which is no "
                "fluctuation; allowed: a background that describes what was observed"
            )
        return without

    def at_most(self, signal: float, observed: int | None = None) -> float:
        """Probability of at most the observed events when a mean signal is there [1].

        Parameters
        ----------
        signal : float
            Expected signal events.
        observed : int, optional
            Events seen, in place of the experiment's own count.
        """
        return float(self.at_most_of(np.asarray(signal), observed))

    def at_most_of(self, signal: Array, observed: int | None = None) -> Array:
        """The same for each mean signal of an array [1].

        Parameters
        ----------
        signal : ndarray
            Expected signal events, of any shape.
        observed : int, optional
            Events seen, in place of the experiment's own count.
        """
        seen = self.observed if observed is None else observed
        if seen > _MOST:
            raise InputError(f"{seen} events; allowed: up to {_MOST}; take gaussian_upper_limit for more")
        n = np.arange(seen + 1.0)
        from_background = _exactly(n, self.background, self.background_error)
        means = np.asarray(signal, dtype=np.float64)[..., None]
        from_signal = _at_most(n, means, self.efficiency_error * means)
        return np.asarray(np.sum(from_background * from_signal[..., ::-1], axis=-1))


@dataclass(frozen=True, kw_only=True)
class ExpectedLimit:
    """Upper limits that an experiment without signal would give.

    Parameters
    ----------
    median : float
        Median of the limit, in its unit.
    one_sigma, two_sigma : tuple of float
        Ends of the central bands of the limit, of one and of two standard deviations.
    """

    median: float
    one_sigma: tuple[float, float]
    two_sigma: tuple[float, float]


def poisson_interval(observed: int, confidence_level: float = ONE_SIGMA) -> tuple[float, float]:
    """Central interval of a Poisson mean; the lower end is 0 where nothing was seen [events].

    Parameters
    ----------
    observed : int
        Events seen.
    confidence_level : float
        Confidence level [1]; one standard deviation's unless given. The errors of arXiv:2005.07102, eq. 9, are those
        of 0.95.

    Raises
    ------
    InputError
        For a negative count or a level out of (0, 1).

    References
    ----------
    Garwood, Biometrika 28 (1936) 437.
    """
    tail = 0.5 * (1.0 - _level(confidence_level))
    n = Counting(observed=observed).observed
    return float(gammaincinv(n, tail)) if n else 0.0, float(gammaincinv(n + 1, 1.0 - tail))


def upper_limit(experiment: Counting, confidence_level: float = 0.90, *, method: str = "cls") -> float:
    """Upper limit on the mean signal [events].

    Parameters
    ----------
    experiment : Counting
        Counts, background and errors.
    confidence_level : float
        Confidence level of the limit [1].
    method : {"cls", "classical"}
        CL_s, or the classical limit (CL_{s+b}).

    Raises
    ------
    InputError
        For a level out of (0, 1), and where the classical interval is empty: fewer events than the background
        alone allows.

    References
    ----------
    CLs: Read, J. Phys. G28 (2002) 2693. Uncertain means averaged over: Cousins and Highland, NIM A320 (1992) 331.
    """
    alpha = 1.0 - _level(confidence_level)
    if method not in METHODS:
        raise UnknownNameError("method of a limit", method, METHODS)
    without = experiment.without_signal() if method == "cls" else experiment.at_most(0.0)
    target = alpha * (without if method == "cls" else 1.0)
    if without < target:
        raise InputError(
            f"{experiment.observed} events with an expected background of {experiment.background:g}: less than 1 in "
            f"{1.0 / alpha:g} even without signal, so the classical interval is empty; use method = 'cls'"
        )
    high = 10.0 * (experiment.observed + 2.0)
    while experiment.at_most(high) > target:  # an uncertain efficiency has a long tail
        high *= 4.0
        if high > 1e12:
            raise InputError(
                f"no upper limit at {confidence_level:g} confidence with a relative error of the efficiency of "
                f"{experiment.efficiency_error:g}; allowed: a smaller error"
            )
    return float(
        scipy.optimize.brentq(lambda s: experiment.at_most(s) - target, 0.0, high, xtol=1e-12, rtol=1e-12)
    )


def expected_limit(
    experiment: Counting, confidence_level: float = 0.90, *, method: str = "cls"
) -> ExpectedLimit:
    """Limits on the mean signal that the experiment would set if there were none; its observed events do not enter.

    Parameters
    ----------
    experiment : Counting
        Background and errors; the counts are those that may be seen.
    confidence_level : float
        Confidence level of the limits [1].
    method : {"cls", "classical"}
        CL_s, or the classical limit (CL_{s+b}).
    """
    counts, n, total = [], -1, 0.0
    for level in (float(ndtr(z)) for z in (-2.0, -1.0, 0.0, 1.0, 2.0)):
        while total < level:  # smallest count whose cumulative probability reaches the level
            n += 1
            total = experiment.at_most(0.0, n)
        counts.append(n)
    limits = [upper_limit(replace(experiment, observed=k), confidence_level, method=method) for k in counts]
    return ExpectedLimit(median=limits[2], one_sigma=(limits[1], limits[3]), two_sigma=(limits[0], limits[4]))


def rate_limit(
    experiment: Counting,
    *,
    parents: float,
    efficiency: Efficiency,
    confidence_level: float = 0.90,
    method: str = "cls",
) -> float:
    """Upper limit on a branching ratio from an efficiency that was simulated [1].

    The Monte Carlo error of the efficiency is added in squares to the experiment's.

    Parameters
    ----------
    experiment : Counting
        Counts, background and errors.
    parents : float
        Number of parents that decay.
    efficiency : Efficiency
        Part of the signal's decays that is seen, with its errors.
    confidence_level : float
        Confidence level of the limit [1].
    method : {"cls", "classical"}
        CL_s, or the classical limit (CL_{s+b}).

    Raises
    ------
    InputError
        Where no simulated event was accepted: an efficiency with an upper bound only excludes nothing.
    """
    if efficiency.value <= 0.0:
        raise InputError(
            f"none of {efficiency.generated} simulated events was accepted (efficiency below "
            f"{efficiency.upper_limit:.3g} at {LIMIT_LEVEL:g} confidence): no rate can be excluded; generate more events"
        )
    if not (math.isfinite(parents) and parents > 0.0):
        raise InputError(f"parents = {parents}; allowed: a finite number above 0")
    spread = efficiency.error
    if spread is None:  # every event accepted: no variance, but a lower end
        spread = max(efficiency.high - efficiency.value, efficiency.value - efficiency.low)
    relative = math.hypot(experiment.efficiency_error, spread / efficiency.value)
    events = upper_limit(replace(experiment, efficiency_error=relative), confidence_level, method=method)
    return events / (parents * efficiency.value)


def gaussian_upper_limit(value: float, error: float, confidence_level: float = 0.90) -> float:
    """One-sided upper limit on a quantity measured with a normal error [unit of the value].

    Parameters
    ----------
    value, error : float
        Measured value and its standard error, the upper one where they differ.
    confidence_level : float
        Confidence level of the limit [1].
    """
    if not (math.isfinite(value) and math.isfinite(error) and error >= 0.0):
        raise InputError(
            f"value = {value} with error = {error}; allowed: finite numbers, the error 0 or more"
        )
    return value + float(ndtri(_level(confidence_level))) * error


def coverage(
    signal: float, experiment: Counting, confidence_level: float = 0.90, *, method: str = "cls"
) -> float:
    """Probability that the limit lies above a true mean signal, by the exact sum over counts [1].

    Parameters
    ----------
    signal : float
        Expected signal events.
    experiment : Counting
        Background and errors; the counts are summed over.
    confidence_level : float
        Confidence level of the limits [1].
    method : {"cls", "classical"}
        CL_s, or the classical limit (CL_{s+b}).
    """
    n, missed = 0, 0.0
    signal = _finite(signal)
    while True:  # limits rise with the count: only small counts miss
        seen = replace(experiment, observed=n)
        least = max(_LEAST, 1.0 - confidence_level if method == "classical" else 0.0)
        empty = not seen.at_most(0.0) >= least  # (which covers nothing)
        if not empty and upper_limit(seen, confidence_level, method=method) >= signal:
            return 1.0 - missed
        missed = experiment.at_most(signal, n)
        n += 1


def toy_coverage(
    signal: float,
    experiment: Counting,
    rng: np.random.Generator,
    *,
    toys: int = 100_000,
    confidence_level: float = 0.90,
    method: str = "cls",
) -> tuple[float, float]:
    """Fraction of simulated experiments whose limit lies above the true mean signal, and its standard error [1].

    Parameters
    ----------
    signal : float
        Expected signal events.
    experiment : Counting
        Background and errors; the counts are drawn.
    rng : numpy.random.Generator
        Random numbers of the experiments.
    toys : int
        Number of experiments.
    confidence_level : float
        Confidence level of the limits [1].
    method : {"cls", "classical"}
        CL_s, or the classical limit (CL_{s+b}).
    """
    mean, signal = np.zeros(toys), _finite(signal)
    for value, error in (
        (experiment.background, experiment.background_error),
        (signal, experiment.efficiency_error * signal),
    ):
        if error > _KNOWN * value:
            mean += rng.gamma((value / error) ** 2, error**2 / value, toys)
        else:
            mean += value
    counts, times = np.unique(rng.poisson(mean), return_counts=True)
    limits = [
        upper_limit(replace(experiment, observed=int(n)), confidence_level, method=method) for n in counts
    ]
    fraction = float(times[np.asarray(limits) >= signal].sum()) / toys
    return fraction, math.sqrt(fraction * (1.0 - fraction) / toys)


def _level(confidence_level: float) -> float:
    if not 0.0 < confidence_level < 1.0:
        raise InputError(f"confidence level = {confidence_level}; allowed: between 0 and 1")
    return confidence_level


def _finite(signal: float) -> float:
    if not (math.isfinite(signal) and signal >= 0.0):
        raise InputError(f"signal = {signal} events; allowed: a finite number, 0 or more")
    return signal


def _at_most(n: Array, mean: Real, error: Real) -> Array:
    """Cumulative probabilities of counts of a Poisson law whose mean follows a gamma law, each of an array by itself."""
    uncertain = np.asarray(error) > _KNOWN * np.asarray(mean)  # (a mean of zero is known, beside others)
    if not np.any(uncertain):
        return np.asarray(gammaincc(n + 1.0, mean))
    shape = np.square(np.divide(mean, np.where(uncertain, error, 1.0)))
    binomial = betainc(shape, n + 1.0, shape / np.where(uncertain, shape + mean, 1.0))
    return np.asarray(np.where(uncertain, binomial, gammaincc(n + 1.0, mean)))


def _exactly(n: Array, mean: Real, error: Real) -> Array:
    """Probabilities of the counts 0, 1, ... of the same law."""
    return np.diff(_at_most(n, mean, error), prepend=0.0)
