"""Efficiencies with their uncertainty: sums of the accepted weights over the number of generated events."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import betaincinv

from darkpair.gen.cutflow import Cutflow, Stage
from darkpair.gen.errors import InputError

__all__ = ["ONE_SIGMA", "Efficiency", "efficiency", "efficiency_of"]

#: Probability within one standard deviation of a normal law.
ONE_SIGMA = math.erf(math.sqrt(0.5))


@dataclass(frozen=True, kw_only=True)
class Efficiency:
    """Efficiency of a selection.

    Parameters
    ----------
    value, error : float
        Estimate and standard error.
    low, high : float
        Central interval of the confidence level.
    confidence_level : float
    effective : float
        Effective number of accepted events, (sum w)² / sum w².
    generated : int
    """

    value: float
    error: float
    low: float
    high: float
    confidence_level: float
    effective: float
    generated: int


def efficiency(cutflow: Cutflow, *, confidence_level: float = ONE_SIGMA) -> Efficiency:
    """Efficiency of a cut flow, with the central interval of Clopper and Pearson.

    Weighted events get the interval of the binomial sample that has the same mean and variance, which is
    the exact one where all weights are one.  Nothing accepted: the interval assumes weights of at most one.

    Parameters
    ----------
    cutflow : Cutflow
    confidence_level : float
        One standard deviation's unless given.

    Raises
    ------
    InputError
        For a confidence level out of (0, 1), and for weights whose sum exceeds the generated events.

    References
    ----------
    Clopper and Pearson, Biometrika 26 (1934) 404.
    """
    return efficiency_of(cutflow.stages[-1], cutflow.generated, confidence_level=confidence_level)


def efficiency_of(accepted: Stage, generated: int, *, confidence_level: float = ONE_SIGMA) -> Efficiency:
    """Efficiency of accepted events among so many generated ones; see `efficiency`."""
    if not 0.0 < confidence_level < 1.0:
        raise InputError(f"confidence level = {confidence_level}; allowed: between 0 and 1")
    value = accepted.sum_w / generated
    if not 0.0 <= value <= 1.0:
        raise InputError(
            f"accepted weights add up to {accepted.sum_w:g} for {generated} generated events; "
            "an efficiency needs weights of mean one or less"
        )
    variance = max(accepted.sum_w2 / generated - value**2, 0.0) / generated
    size = value * (1.0 - value) / variance if variance > 0.0 else float(generated)
    count, tail = value * size, 0.5 * (1.0 - confidence_level)
    low = float(betaincinv(count, size - count + 1.0, tail)) if value > 0.0 else 0.0
    high = float(betaincinv(count + 1.0, size - count, 1.0 - tail)) if value < 1.0 else 1.0
    return Efficiency(
        value=value,
        error=math.sqrt(variance),
        low=low,
        high=high,
        confidence_level=confidence_level,
        effective=accepted.effective,
        generated=generated,
    )
