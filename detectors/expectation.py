"""The number of events that a rate and an acceptance come to."""

from __future__ import annotations

import math
from collections.abc import Mapping

from darkpair.gen.errors import InputError

__all__ = ["expected_events"]


def expected_events(
    *,
    parents: float,
    branching_ratio: float,
    acceptance: float,
    factors: Mapping[str, float] | None = None,
) -> float:
    """Expected events: parents times branching ratio times acceptance times efficiencies that are not simulated.

    Parameters
    ----------
    parents : float
        Of the chain's first particle; behind a target, protons on target times multiplicity.
    branching_ratio : float
        Of everything that the sample was generated with.
    acceptance : float
        Sum of the accepted weights over the number of generated events.
    factors : mapping of str to float, optional
        By name.

    Raises
    ------
    InputError
        For a number that is negative or not finite, or a branching ratio above 1.
    """
    numbers = {"parents": parents, "branching ratio": branching_ratio, "acceptance": acceptance} | dict(
        factors or {}
    )
    for name, value in numbers.items():
        if not (math.isfinite(value) and value >= 0.0):
            raise InputError(f"{name} = {value}; allowed: a finite number, 0 or more")
    if branching_ratio > 1.0:
        raise InputError(f"branching ratio = {branching_ratio}; allowed: 0 to 1")
    return math.prod(numbers.values())
