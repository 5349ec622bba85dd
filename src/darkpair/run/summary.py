"""What a file says that a run came to: counts, sums of weights, the acceptance with its interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from darkpair.detectors.efficiency import LIMIT_LEVEL, estimate
from darkpair.detectors.lifetime_scan import EFFECTIVE_MIN
from darkpair.gen.compiled.loops import compiler_at_hand
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.digits import apart
from darkpair.gen.lifetime import Forced
from darkpair.gen.pipeline import Pipeline

__all__ = ["completed", "few_effective", "not_compiled", "summary"]

#: Part of the accepted events below which weights, and not their number, are what an error comes from.
_UNEVEN: Final = 0.5


def summary(cutflow: Cutflow, factors: Mapping[str, float] | None = None) -> dict[str, Any]:
    """Counts, sums of weights and the acceptance, for JSON; beside it, its product with flat factors.

    The error is null where the sample has none, as with no accepted event: read the upper limit.  The key
    ``largest_weight_assumed`` is there where the largest weight of one event more is not that of the generated ones:
    nobody looked, or too few are there to look at.  Where parents are used several times ``parents`` says how many there
    are; errors, effective numbers and weights are theirs.
    """
    if not cutflow.generated:  # a part of a sample that has fewer blocks than parts
        return {"generated": 0, "accepted": 0, "cutflow": cutflow.to_dict()}
    acceptance, first = estimate(cutflow), cutflow.stages[0]
    rows: dict[str, Any] = {
        "generated": cutflow.generated,
        "accepted": cutflow.stages[-1].n,
        "acceptance": acceptance.value,
        "acceptance_error": acceptance.error,
        "acceptance_low": acceptance.low,
        "acceptance_high": acceptance.high,
        "acceptance_interval_level": acceptance.confidence_level,
        "acceptance_upper_limit": acceptance.upper_limit,
        "acceptance_upper_limit_level": LIMIT_LEVEL,
        "effective_sample_size": acceptance.effective,
        "largest_weight": first.largest,
        "nonzero_weights": first.nonzero,
        "cutflow": cutflow.to_dict(),
    }
    if first.parents is not None:
        rows["parents"] = first.parents
    if acceptance.largest != first.largest:
        rows["largest_weight_assumed"] = acceptance.largest
    if factors:
        product = math.prod(factors.values())
        rows |= {
            "flat_factors": dict(factors),
            "acceptance_with_factors": acceptance.value * product,
            "upper_limit_with_factors": acceptance.upper_limit * product,
        }
    return rows


def completed(result: Mapping[str, Any]) -> dict[str, Any]:
    """The summary in a file as `summary` writes it today, whatever version of this package wrote it."""
    if "acceptance_upper_limit" in result:
        return dict(result)
    flow = Cutflow.from_dict(result["cutflow"], result.get("largest_weight"), result.get("nonzero_weights"))
    return {**result, **summary(flow, result.get("flat_factors"))}


def few_effective(cutflow: Cutflow, pipeline: Pipeline | None = None) -> str | None:
    """What to say of accepted events of uneven weights that are worth too few; None where there is nothing to say.

    Nothing is advised that a pipeline, where it is given, has already or cannot have.
    """
    last, uses = cutflow.stages[-1], cutflow.uses
    if not 0.0 < last.effective < min(EFFECTIVE_MIN, _UNEVEN * last.n):
        return None
    worth, least = apart(last.effective, EFFECTIVE_MIN, digits=3)
    if uses > 1:
        return (
            f"the {last.n:,} accepted events of parents used {uses} times are worth {worth} parents of equal weight, "
            f"less than {least}; {_cure('raise source.uses', *_of_lifetimes(pipeline), 'take a larger file')}"
        )
    return (
        f"the {last.n:,} accepted events are worth {worth} of equal weight, less than {least}: a few carry "
        f"the sum, and its error is not to be trusted; {_cure('raise run.n', *_of_lifetimes(pipeline), *_of_aim(pipeline))}"
    )


def _of_lifetimes(pipeline: Pipeline | None) -> list[str]:
    """The advice to force lifetimes, unless those that could be are forced: of dark particles that fly."""
    if pipeline is None:
        return ["force lifetimes"]
    for chain in getattr(pipeline.chain, "chains", (pipeline.chain,)):
        decay, laws = getattr(chain, "decay", None), getattr(chain, "lifetimes", {})
        for name, particle in ({} if decay is None else decay.decaying).items():
            if particle.dark and particle.ctau > 0.0 and not isinstance(laws.get(name), Forced):
                return ["force lifetimes"]
    return []


def _of_aim(pipeline: Pipeline | None) -> list[str]:
    """The advice to aim the source, unless it is."""
    return [] if pipeline is not None and getattr(pipeline.source, "aimed", False) else ["aim the source"]


def _cure(*words: str) -> str:
    *first, last = words
    return f"{', '.join(first)}, or {last}" if len(first) > 1 else " or ".join(words)


def not_compiled(compiled: bool | None) -> str | None:
    """What to say to somebody who wants formulas compiled where nothing compiles; None where there is nothing to say."""
    if not compiled or compiler_at_hand():
        return None
    return (
        "run.compiled = true, and numba is not installed: formulas run in NumPy, which makes the same events; install "
        'it by pip install "darkpair[fast]", or leave run.compiled out'
    )
