"""Efficiencies with their uncertainty: sums of the accepted weights over the number of generated events.

Few weighted events do not know their own spread: the heaviest kind may be missing among them.  So the upper end
of an interval asks what one event more would do, and takes its weight from what was generated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import scipy

from darkpair.gen.cutflow import Cutflow, MaybeNone, Stage
from darkpair.gen.errors import InputError

__all__ = ["LIMIT_LEVEL", "ONE_SIGMA", "Efficiency", "efficiency", "efficiency_of", "estimate"]

#: Probability within one standard deviation of a normal law.
ONE_SIGMA: Final = math.erf(math.sqrt(0.5))

#: Confidence level of upper limits.
LIMIT_LEVEL: Final = 0.90

#: Accepted events below which their own weights say nothing of the next one's.
_FEW: Final = 3

#: Weights that are not zero below which the largest of them is no guide: of so many the next one exceeds it once in 11.
_LOOKED_AT: Final = 10

#: Events over effective events above which the few that carry the sum of weights are too rare to say how well they are
#: accepted. Measured: of jobs forced at a dump, 2 to 12 cover 65 % or more with the bound that rests on it, 29 and more do not.
_UNEVEN: Final = 20.0


@dataclass(frozen=True, kw_only=True)
class Efficiency:
    """Efficiency of a selection.

    Parameters
    ----------
    value : float
        Accepted weight over the number of generated events.
    error : float or None
        Standard error. None where the sample has none, as with no accepted event: state `upper_limit`.
    low, high : float
        Ends of the central interval of the confidence level.
    confidence_level : float
        Probability that the central interval holds the true efficiency.
    effective : float
        Effective number of accepted events, (sum w)² / sum w²; of parents where each is used several times.
    generated : int
        Number of generated events.
    upper_limit : float
        One-sided upper limit at `LIMIT_LEVEL`: what may be said where nothing was accepted.
    largest : float
        Weight that one event more is taken to have at most, or the events of one parent more.
    """

    value: float
    error: float | MaybeNone
    low: float
    high: float
    confidence_level: float
    effective: float
    generated: int
    upper_limit: float
    largest: float


def efficiency(cutflow: Cutflow, *, confidence_level: float = ONE_SIGMA) -> Efficiency:
    """Efficiency of a cut flow, with a central interval that is Clopper and Pearson's where all weights are one.

    Their ends are quantiles of the beta law of the sample with one event more, rejected for the lower end and
    accepted for the upper one.  With weights this event needs one: for less than three accepted events the
    largest among all generated ones (Fay and Feuer's choice, which never covers too little, and is too long where
    such events are hardly ever accepted).  For more, the accepted events' own mean in proportion to weight,
    sum w² / sum w (which makes it the scaled Poisson interval of Bohm and Zech), unless that of the generated
    events is larger: then that one, but not beyond what so many events of the generated events' mean weight allow,
    if that mean is known.
    Coverage and length: docs/analysis.md.

    Parameters
    ----------
    cutflow : Cutflow
        Cut flow whose first stage holds the generated events and whose last the accepted ones.
    confidence_level : float
        Probability of the central interval; that of one standard deviation unless given.

    Raises
    ------
    InputError
        For a confidence level out of (0, 1), and for weights whose sum exceeds the generated events or is negative.

    References
    ----------
    Clopper and Pearson, Biometrika 26 (1934) 404; Fay and Feuer, Statist. Med. 16 (1997) 791; Bohm and Zech,
    NIM A 748 (2014) 1, arXiv:1309.1287.
    """
    accepted, generated = cutflow.stages[-1], cutflow.generated
    value = accepted.sum_w / generated
    if not 0.0 <= value <= 1.0 + 1e-12:
        raise InputError(
            f"accepted weights add up to {accepted.sum_w:g} for {generated} generated events; "
            "an efficiency needs weights of mean one or less"
        )
    return estimate(cutflow, confidence_level=confidence_level)


def efficiency_of(
    accepted: Stage, generated: int | Stage, *, confidence_level: float = ONE_SIGMA
) -> Efficiency:
    """Efficiency of accepted events among generated ones; see `efficiency`.

    Parameters
    ----------
    accepted : Stage
        Number and sums of weights of the accepted events.
    generated : int or Stage
        Number of the generated events, or all that is known of them; of a number alone weights of one are assumed, or
        as large as those accepted.
    confidence_level : float
        Probability of the central interval.
    """
    if not isinstance(generated, Stage):
        generated = Stage("generated", generated, float(generated), float(generated))
    return efficiency(Cutflow((generated, accepted)), confidence_level=confidence_level)


def estimate(cutflow: Cutflow, *, confidence_level: float = ONE_SIGMA) -> Efficiency:
    """As `efficiency`, for any weights: cross sections and negative ones of event files too.

    Where the generated weights are larger than one in the mean the number is no efficiency and may exceed one:
    its interval is that of the compound Poisson law, gamma in place of beta quantiles. Of a negative sum it is
    normal, with the largest weight once more in its variance.

    Where parents are used several times, all of it is of parents, each with the mean weight of its uses: they are what
    is drawn.

    Parameters
    ----------
    cutflow : Cutflow
        Cut flow whose first stage holds the generated events and whose last the accepted ones.
    confidence_level : float
        Probability of the central interval.

    Raises
    ------
    InputError
        For a confidence level out of (0, 1).
    """
    if not 0.0 < confidence_level < 1.0:
        raise InputError(f"confidence level = {confidence_level}; allowed: between 0 and 1")
    parents = cutflow.by_parent
    accepted, generated = parents.stages[-1], parents.stages[0]
    error, tail = cutflow.acceptance_error, 0.5 * (1.0 - confidence_level)
    if error == 0.0:  # nothing was asked of events without weights
        low = high = limit = 1.0
    else:
        low, high = _low(accepted, generated, tail), _high(accepted, generated, tail)
        limit = _high(accepted, generated, 1.0 - LIMIT_LEVEL)
    return Efficiency(
        value=cutflow.acceptance,
        error=error,
        low=low,
        high=high,
        confidence_level=confidence_level,
        effective=accepted.effective,
        generated=cutflow.generated,
        upper_limit=limit,
        largest=_largest(accepted, generated) * cutflow.uses,
    )


def _scale(stage: Stage) -> float:
    """Mean weight of a stage's events in proportion to their weight; never above the largest."""
    return stage.sum_w2 / stage.sum_w if stage.sum_w > 0.0 else 0.0


def _largest(accepted: Stage, generated: Stage) -> float:
    """Weight of one event more.

    Where nobody looked, or too few weights are there to look at (a forced decay that misses its region has none),
    one, which bounds every probability; or what the sums need at least.
    """
    weights = [stage.largest for stage in (generated, accepted) if stage.largest is not None]
    if generated.largest is not None and (generated.nonzero is None or generated.nonzero >= _LOOKED_AT):
        return max(weights)
    return max([1.0, _scale(generated), _scale(accepted), *weights])


def _even(generated: Stage) -> bool:
    """Whether the mean weight of generated events says anything of accepted ones: no few of them carry the sum."""
    uneven = (generated.nonzero or 0) / generated.effective if generated.effective > 0.0 else math.inf
    return generated.effective >= _LOOKED_AT and uneven <= _UNEVEN


def _low(accepted: Stage, generated: Stage, tail: float) -> float:
    return 0.0 if accepted.sum_w2 == 0.0 else _quantile(accepted, generated, 0.0, tail)


def _high(accepted: Stage, generated: Stage, tail: float) -> float:
    """Upper end with that probability beyond it."""
    count = accepted.n if accepted.nonzero is None else accepted.nonzero
    largest = _largest(accepted, generated)
    if count < _FEW or accepted.sum_w <= 0.0:
        return _quantile(accepted, generated, largest, 1.0 - tail)
    own, all_ = _scale(accepted), min(_scale(generated), largest)
    high = _quantile(accepted, generated, own, 1.0 - tail)
    if generated.largest is None or all_ <= own:
        return high
    wider = _quantile(accepted, generated, all_, 1.0 - tail)
    if generated.nonzero and _even(generated):  # as many events as the count allows, of the mean weight
        plain = Stage("", count, count, count)
        most = _quantile(plain, Stage("", generated.n, generated.n, generated.n), 1.0, 1.0 - tail)
        wider = min(wider, most * generated.sum_w / generated.nonzero)
    return max(high, wider)


def _quantile(accepted: Stage, generated: Stage, weight: float, probability: float) -> float:
    """Quantile of the efficiency, by the mean and the variance of the sample with one event more of that weight.

    Unit weights make it the beta law of Clopper and Pearson; few accepted of many, Garwood's gamma law.
    """
    total, total2 = accepted.sum_w + weight, accepted.sum_w2 + weight * weight
    if total <= 0.0 or accepted.sum_w < 0.0:  # negative weights
        return float(accepted.sum_w + scipy.special.ndtri(probability) * math.sqrt(total2)) / generated.n
    # aimed weights have the mean one but for chance: four of its standard errors
    chance = 4.0 * math.sqrt(max(generated.sum_w2 - generated.sum_w**2 / generated.n, 0.0))
    if generated.sum_w > (1.0 + 1e-9) * generated.n + chance:
        return float(scipy.special.gammaincinv(total**2 / total2, probability)) * total2 / total / generated.n
    trials = generated.n + 1
    mean = total / trials
    spread = total2 / trials - mean * mean
    if mean >= 1.0:
        return 1.0
    if spread <= 1e-12 * mean * mean:  # every event accepted, with one weight
        return mean
    size = trials * mean * (1.0 - mean) / spread
    return _beta_quantile(mean * size, (1.0 - mean) * size, probability)


def _beta_quantile(a: float, b: float, probability: float) -> float:
    """Quantile of the beta law; of a hundred-millionth of b and less that of a gamma law, which is the same to (a / b)^2.

    SciPy 1.17's beta law is off by a factor of two at some b near 1e17: efficiencies of forced decays of rare particles.
    """
    if a <= 1e-8 * b:
        return float(scipy.special.gammaincinv(a, probability)) / (b + 0.5 * (a - 1.0))
    return float(scipy.special.betaincinv(a, b, probability))
