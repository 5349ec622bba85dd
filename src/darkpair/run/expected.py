"""Expected events of a file, a run or its provenance: one way from an acceptance to a number, with its errors apart.

What the sample is of says how it is normalised: K_L of KOTO by the published single-event sensitivity, with the kinematic way
by the number of K_L beside it; mesons of a target by protons; B mesons by pairs; an event file by its parents per event.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from darkpair.chains.daughter_ratios import DaughterRatios, daughter_ratios
from darkpair.detectors.expected_events import ExpectedEvents, Simulated
from darkpair.gen.errors import DarkpairError, InputError, UnknownNameError
from darkpair.gen.output.reader import read_provenance
from darkpair.gen.sources.meson_spectra import stated
from darkpair.run.normalisation import normalisations, of_job, require_numbers, source_of
from darkpair.run.summary import completed

if TYPE_CHECKING:
    from darkpair.job.job import Job

__all__ = ["expected_events", "expected_rows", "job_ratio"]


@dataclass(frozen=True, kw_only=True)
class _Rate:
    """Branching ratios that a sample's events have in common.

    Parameters
    ----------
    value : float or None
        Branching ratio of the chain's first decay [1]; None where nobody said it.
    of : str
        Who says it: "given", the job, its model, the descriptor.
    daughters : DaughterRatios
        Branching ratios of everything below the first decay.
    """

    value: float | None
    of: str
    daughters: DaughterRatios


def job_ratio(job: Job) -> dict[str, Any] | None:
    """Branching ratio of the chain's first decay as a job knows it, and who says it; None where nobody does.

    Parameters
    ----------
    job : Job
        A job with ``normalisation.branching_ratio``, or with a model.
    """
    given = job.normalisation.branching_ratio
    if given is not None:
        return {"value": given, "of": "given"}
    if job.chain.model is None:
        return None
    from darkpair.chains.models.rates import build_model  # (only a model needs rates)

    point = build_model(job.chain.model, job.chain.parameters, job.chain.inputs)
    value = float(point.branching_ratio(job.chain.parent, job.chain.production))
    return {"value": value, "of": f"{job.chain.parent} -> {job.chain.production}, {job.chain.model}"}


def expected_events(
    sample: str | os.PathLike[str] | Mapping[str, Any] | Any,
    *,
    branching_ratio: float | None = None,
    exposure: float | None = None,
    way: str | None = None,
) -> ExpectedEvents:
    """Expected events of a sample, with the statistical, multiplicity, spectrum and efficiency errors apart.

    Parameters
    ----------
    sample : path, mapping or Result
        A file that a job wrote, its provenance, or what `darkpair.run.run_job` returns.
    branching_ratio : float, optional
        Branching ratio of the chain's first decay, K_L -> X1 X2 [1]; what the job, its model or its descriptor says
        unless given. Where none does, the result is per unit branching ratio. Those of the decays below are in the
        chain; pi0 -> gamma gamma is the measured one where the chain forces it.
    exposure : float, optional
        Protons on target, K_L at the beam exit, pairs, or events of an event file's kind; the experiment's own unless given,
        and 1 where it has none.
    way : str, optional
        Way of counting parents, a key of what `darkpair.run.normalisation.normalisations` gives; the first unless
        given.

    Raises
    ------
    InputError
        For a sample that nothing normalises, or without a result.
    UnknownNameError
        For another way.
    """
    require_numbers(branching_ratio, exposure)
    provenance = _provenance(sample)
    ways = normalisations(provenance, exposure=exposure)
    if not ways:
        raise _uncounted(provenance)
    name = next(iter(ways)) if way is None else str(way)
    if name not in ways:
        raise UnknownNameError("way of counting parents", name, ways)
    rate = _rate(provenance, branching_ratio)
    return ways[name].expected(_simulated(provenance), rate.value, daughters=rate.daughters.below)


def _uncounted(provenance: Mapping[str, Any]) -> InputError:
    """That nothing tells how many parents there are."""
    return InputError(
        f"a sample of {source_of(provenance).get('type', 'no source')} has no normalisation: nothing says how many parents there "
        "are; take koto_kl, dump_mesons, upsilon4s, or an event_file whose weights add up, or multiply the acceptance by your own parents"
    )


def expected_rows(
    provenance: Mapping[str, Any], *, branching_ratio: float | None = None, exposure: float | None = None
) -> dict[str, Any] | None:
    """The same as plain values: the first way, and each other one beside it with its factor; None where nothing normalises.

    Where the sample holds no such number, or nothing normalises it though somebody gave a number for that, the only key is
    ``reason``: a run's events are worth more than this.

    Parameters
    ----------
    provenance : mapping
        Provenance of a file with its ``result``.
    branching_ratio, exposure : float, optional
        Branching ratio of the first decay [1], and parents, protons or pairs, as in `expected_events`.
    """
    require_numbers(branching_ratio, exposure)
    try:
        ways = normalisations(provenance, exposure=exposure)
        rate, simulated = _rate(provenance, branching_ratio), _simulated(provenance)
    except DarkpairError as error:
        return {"reason": str(error)}
    if not ways:
        numbers = (
            branching_ratio,
            exposure,
            *(of_job(provenance, key) for key in ("branching_ratio", "exposure")),
        )
        return None if all(number is None for number in numbers) else {"reason": str(_uncounted(provenance))}
    events = {
        name: normalisation.expected(simulated, rate.value, daughters=rate.daughters.below)
        for name, normalisation in ways.items()
    }
    first, *others = ways
    return {
        **events[first].to_dict(),
        "normalisation": ways[first].provenance(),
        "branching_ratio_of": rate.of,
        "exposure_given": exposure is not None or of_job(provenance, "exposure") is not None,
        "daughters": rate.daughters.below,
        "measured": dict(rate.daughters.measured),
        "taken_as_one": list(rate.daughters.unknown),
        "untold_spectra": dict(simulated.untold),
        "beside": {
            name: {
                **events[name].to_dict(),
                "normalisation": ways[name].provenance(),
                "ratio": ways[name].scale / ways[first].scale,
            }
            for name in others
        },
    }


def _simulated(provenance: Mapping[str, Any]) -> Simulated:
    result = provenance.get("result")
    if not isinstance(result, Mapping) or not {"acceptance_upper_limit", "cutflow"} & set(result):
        raise InputError(
            "the sample has no result: expected events need its acceptance; run it through darkpair"
        )
    result = completed(result)
    if not result["generated"]:
        raise InputError(
            "the part holds no event of its sample, which has fewer blocks than parts; merge the parts"
        )
    chain = provenance.get("chain") or {}
    for table in chain.get("chains", [chain]):
        for name, law in (table.get("lifetimes") or {}).items():
            if law.get("type") == "Scan" and law.get("ctau") == 0.0:
                raise InputError(
                    f"c tau of {name} is scanned: the sample is of no lifetime until its events are weighted to one; give "
                    f"chain.ctau.{name}, or weight them (docs/analysis.md)"
                )
    if not result["generated"]:
        raise InputError("a part without events has no acceptance; join the parts")
    value, error = result["acceptance"], result["acceptance_error"]
    if error is None and value > 0.0:  # of few or equal events the interval stands for it
        error = max(result["acceptance_high"] - value, value - result["acceptance_low"])
    spectra = result.get("spectra") or {}
    return Simulated(
        value=value,
        error=error if value > 0.0 else None,
        upper_limit=result["acceptance_upper_limit"],
        spectra=stated(spectra) if value > 0.0 else {},
        untold={name: row["reason"] for name, row in spectra.items() if "reason" in row},
    )


def _rate(provenance: Mapping[str, Any], given: float | None) -> _Rate:
    chain = provenance.get("chain") or {}
    every = [
        daughter_ratios(str(table["decay"])) for table in chain.get("chains", [chain]) if table.get("decay")
    ]
    daughters = every[0] if every else DaughterRatios(first=1.0, below=1.0)
    recorded = provenance.get("branching_ratio")
    for where, values in (
        ("below the first decay", [ratios.below for ratios in every]),
        (
            "of the first decay",
            [ratios.first for ratios in every] if given is None and recorded is None else [],
        ),
    ):
        if any(not math.isclose(value, values[0], rel_tol=1e-9) for value in values):
            raise InputError(
                f"the chains of this sample have different branching ratios {where}: no number holds for all of their "
                "parents; run each chain for itself"
            )
    if every:
        daughters = replace(
            daughters, unknown=tuple(sorted({name for ratios in every for name in ratios.unknown}))
        )
    if given is not None:
        return _Rate(value=given, of="given", daughters=daughters)
    if recorded is not None:
        return _Rate(value=recorded["value"], of=recorded["of"], daughters=daughters)
    if every and not math.isclose(daughters.first, 1.0, rel_tol=1e-9):
        return _Rate(value=daughters.first, of="the descriptor", daughters=daughters)
    return _Rate(value=None, of="", daughters=daughters)


def _provenance(sample: Any) -> Mapping[str, Any]:
    if isinstance(sample, Mapping):
        return sample
    own = getattr(sample, "provenance", None)
    if isinstance(own, Mapping):
        return own
    if not isinstance(sample, str | os.PathLike):
        raise InputError(
            f"a sample of type {type(sample).__name__}; allowed: a file, its provenance, or what run_job returns"
        )
    return read_provenance(sample)
