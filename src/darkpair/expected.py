"""Expected events of a file, a run or its provenance: one way from an acceptance to a number, with its errors apart.

What the sample is of says how it is normalised: K_L of KOTO by the published single-event sensitivity, with the kinematic way
by the number of K_L beside it; mesons of a target by protons; B mesons by pairs; an event file by its parents per event.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from numbers import Real
from typing import TYPE_CHECKING, Any

from darkpair.chains.daughter_ratios import DaughterRatios, daughter_ratios, pi0_to_photons
from darkpair.chains.models.rates import build_model
from darkpair.detectors.data_file import Number, data_files, read_data
from darkpair.detectors.expected_events import ExpectedEvents, Simulated
from darkpair.detectors.koto import Koto
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
from darkpair.detectors.smearing import Calorimeter
from darkpair.gen.data_files import altered
from darkpair.gen.errors import DarkpairError, InputError, UnknownNameError
from darkpair.gen.output.reader import read_provenance
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.sources.meson_files import COLLIDER
from darkpair.gen.sources.meson_spectra import stated
from darkpair.result import completed
from darkpair.scan import cache_folder
from darkpair.standard_acceptance import standard_acceptance

if TYPE_CHECKING:
    from darkpair.job import Job

__all__ = ["expected_events", "expected_rows", "job_ratio", "normalisations"]


@dataclass(frozen=True, kw_only=True)
class _Rate:
    """Branching ratios that a sample's events have in common.

    Parameters
    ----------
    value : float or None
        Of the first decay; None where nobody said it.
    of : str
        Who says it.
    daughters : DaughterRatios
        Of everything below.
    """

    value: float | None
    of: str
    daughters: DaughterRatios


def job_ratio(job: Job) -> dict[str, Any] | None:
    """Branching ratio of the chain's first decay as a job knows it, and who says it; None where nobody does.

    Parameters
    ----------
    job : Job
        With ``normalisation.branching_ratio``, or a model.
    """
    given = job.normalisation.branching_ratio
    if given is not None:
        return {"value": given, "of": "given"}
    if job.chain.model is None:
        return None
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
        Of the chain's first decay, K_L -> X1 X2; what the job, its model or its descriptor says unless given. Where none
        does, the result is per unit branching ratio. Those of the decays below are in the chain; pi0 -> gamma gamma is the
        measured one where the chain forces it.
    exposure : float, optional
        Protons on target, K_L at the beam exit, pairs, or events of an event file's kind; the experiment's own unless given,
        and 1 where it has none.
    way : str, optional
        Of `normalisations`; the first unless given.

    Raises
    ------
    InputError
        For a sample that nothing normalises, or without a result.
    UnknownNameError
        For another way.
    """
    _check(branching_ratio, exposure)
    provenance = _provenance(sample)
    ways = normalisations(provenance, exposure=exposure)
    if not ways:
        raise InputError(
            f"a sample of {_source(provenance).get('type', 'no source')} has no normalisation: nothing says how many parents there "
            "are; take koto_kl, dump_mesons, upsilon4s, or an event_file whose weights add up"
        )
    chosen = next(iter(ways)) if way is None else str(way)
    if chosen not in ways:
        raise UnknownNameError("way of counting parents", chosen, ways)
    rate = _rate(provenance, branching_ratio)
    return ways[chosen].expected(_simulated(provenance), rate.value, daughters=rate.daughters.below)


def expected_rows(
    provenance: Mapping[str, Any], *, branching_ratio: float | None = None, exposure: float | None = None
) -> dict[str, Any] | None:
    """The same as plain values: the first way, and each other one beside it with its factor; None where nothing normalises.

    Where the sample holds no such number, the only key is ``reason``: a run's events are worth more than this.

    Parameters
    ----------
    provenance : mapping
        Provenance with its ``result``.
    branching_ratio, exposure : float, optional
        See `expected_events`.
    """
    _check(branching_ratio, exposure)
    try:
        ways = normalisations(provenance, exposure=exposure)
        rate, simulated = _rate(provenance, branching_ratio), _simulated(provenance)
    except DarkpairError as error:
        return {"reason": str(error)}
    if not ways:
        return None
    found = {
        name: one.expected(simulated, rate.value, daughters=rate.daughters.below)
        for name, one in ways.items()
    }
    first, *others = ways
    return {
        **found[first].to_dict(),
        "normalisation": ways[first].provenance(),
        "branching_ratio_of": rate.of,
        "exposure_given": exposure is not None or _of_job(provenance, "exposure") is not None,
        "daughters": rate.daughters.below,
        "measured": dict(rate.daughters.measured),
        "taken_as_one": list(rate.daughters.unknown),
        "untold_spectra": dict(simulated.untold),
        "beside": {
            name: {
                **found[name].to_dict(),
                "normalisation": ways[name].provenance(),
                "ratio": ways[name].scale / ways[first].scale,
            }
            for name in others
        },
    }


def normalisations(
    provenance: Mapping[str, Any], *, exposure: float | None = None
) -> dict[str, Normalisation]:
    """Every way in which a sample is normalised, the one to take first; none for parents of a gun.

    Parameters
    ----------
    provenance : mapping
        Provenance of a file.
    exposure : float, optional
        See `expected_events`.
    """
    exposure = exposure if exposure is not None else _of_job(provenance, "exposure")
    _check(None, exposure)
    source, detector = _source(provenance), provenance.get("detector") or {}
    factors = (provenance.get("result") or {}).get("flat_factors") or {}
    with altered(provenance.get("changes") or {}):  # the data files that the sample was made with
        if "multiplicity" in source:
            return {"protons": _of_target(source, detector, factors, exposure)}
        if source.get("type") == "KotoKL":
            return _of_koto(source, detector, factors, exposure)
        if "machine" in source:
            return {"pairs": _of_pairs(source, detector, exposure)}
        if source.get("parents_per_event") is not None:
            parents = (source["parents_per_event"], source.get("parents_per_event_error"))
            return {"events": by_events(exposure or 1.0, *parents)}
    return {}


def _of_job(provenance: Mapping[str, Any], key: str) -> Any:
    """What the job's ``[normalisation]`` says; None where it says nothing."""
    return ((provenance.get("job") or {}).get("normalisation") or {}).get(key)


def _check(branching_ratio: float | None, exposure: float | None) -> None:
    """Refuse numbers that nothing can have, and what is no number."""
    given: dict[str, Any] = {"branching ratio": branching_ratio, "exposure": exposure}
    for name, value in given.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, Real)):
            raise InputError(f"{name} = {value!r}; allowed: one number, without a unit")
    if branching_ratio is not None and not 0.0 < branching_ratio <= 1.0:
        raise InputError(f"branching ratio = {branching_ratio}; allowed: above 0, up to 1")
    if exposure is not None and not 0.0 < exposure <= sys.float_info.max:
        raise InputError(f"exposure = {exposure}; allowed: a finite number above 0")


def _source(provenance: Mapping[str, Any]) -> Mapping[str, Any]:
    """Description of the source, or of the one that is aimed."""
    source: Mapping[str, Any] = provenance.get("source") or {}
    inner = source.get("source")
    return inner if isinstance(inner, Mapping) else source


def _of_target(
    source: Mapping[str, Any],
    detector: Mapping[str, Any],
    factors: Mapping[str, float],
    exposure: float | None,
) -> Normalisation:
    name = detector.get("experiment")
    data = detector.get("data") or (read_data(name) if name in data_files() else {})
    unit = "inelastic collisions" if source.get("target") == COLLIDER else "protons on target"
    pot = _number(data.get("run", {}).get("pot"), f"run.pot of {name}", unit)
    known = data.get("factors", {})
    if source["multiplicity"] is None:
        raise InputError(
            f"nothing says how many {source.get('meson', 'mesons')} of {source.get('table')} an interaction makes; give "
            "source.multiplicity"
        )
    return by_protons(
        pot if exposure is None else _given(exposure, pot.unit),
        source["multiplicity"],
        source.get("multiplicity_error"),
        factors={name: _with_error(value, known.get(name)) for name, value in factors.items()},
    )


def _number(entry: Any, what: str, unit: str) -> Number:
    """An entry of a data file; one of it where there is none."""
    if entry is None:
        return _given(1.0, unit)
    try:
        return Number(**entry)
    except TypeError:
        raise InputError(
            f'{what} is bare; write it as {{ value = ..., unit = "{unit}", source = "...", confidence = "read" }}'
        ) from None


def _given(value: float, unit: str) -> Number:
    return Number(value=value, unit=unit, source="given", confidence="read")


def _with_error(value: float, entry: Mapping[str, Any] | None) -> Number:
    """An efficiency of a sample, with the relative error that its data file has."""
    if entry is None or not entry["value"]:
        return _given(value, "")
    return Number(**entry).scaled(value / entry["value"])


def _of_koto(
    source: Mapping[str, Any],
    detector: Mapping[str, Any],
    factors: Mapping[str, float],
    exposure: float | None,
) -> dict[str, Normalisation]:
    decays = source["decay_probability"]
    own = detector.get("data")  # of a user's file: no run of KOTO's is its
    known = (own or read_data("koto")).get("factors", {})
    flat = {name: _with_error(value, known.get(name)) for name, value in factors.items()}
    if detector.get("type") != "Koto":
        return {"kaons": by_kaons(_given(exposure or 1.0, WAYS["kaons"]), decays=decays, factors=flat)}
    if own is not None:
        return _of_own(own, detector, decays, flat, exposure)
    of, kl = run(detector["selection"]), kaons(detector["selection"])
    sensitivity = of.single_event_sensitivity
    if exposure is not None:  # a run of as many K_L
        sensitivity = sensitivity.scaled(kl.value / exposure)
        kl = _given(exposure, kl.unit)
    ways = {"kaons": by_kaons(kl, decays=decays, factors=flat)}
    smearing = detector.get("resolution")
    if not isinstance(smearing, Mapping) or smearing.get("type") != "Calorimeter":
        return (
            ways  # a stranger's smearing, with which no acceptance of the search's own mode can be made again
        )
    resolution = Calorimeter(**{name: value for name, value in smearing.items() if name != "type"})
    beam = _beam(source)
    whole = Koto(selection=detector["selection"], resolution=resolution)
    standard = standard_acceptance(whole, beam, folder=cache_folder())
    first = by_sensitivity(sensitivity, standard, decays=decays, daughters=pi0_to_photons())
    return {"sensitivity": first} | ways


def _beam(source: Mapping[str, Any]) -> KotoKL:
    """Beam of a sample of KOTO's: with a spectrum of a file, the one that the sample was made with."""
    names = ("profile", "solid_angle", "z_target", "image", "spectrum", "spectrum_unit")
    beam = KotoKL(**{name: source[name] for name in names if name in source})
    then = (source.get("spectrum_file") or {}).get("digest")
    if beam.own is not None and beam.own.digest != then:
        raise InputError(
            f"{beam.spectrum} is not what the sample was made with (digest {beam.own.digest}, then {then}); the sensitivity needs "
            "its acceptance of K_L -> pi0 nu nubar: put the file back, or make the sample again"
        )
    return beam


def _of_own(
    data: Mapping[str, Any],
    detector: Mapping[str, Any],
    decays: float,
    flat: Mapping[str, Number],
    exposure: float | None,
) -> dict[str, Normalisation]:
    """A detector of a user's file: by its run's sensitivity, where it gives the acceptance of the search's own mode, and K_L."""
    made = data.get("runs", {}).get(detector["selection"], {})
    name = f"runs.{detector['selection']} of {detector['experiment']}"
    kl = _number(made.get("kl"), f"{name}, kl", WAYS["kaons"])
    ways = {
        "kaons": by_kaons(kl if exposure is None else _given(exposure, kl.unit), decays=decays, factors=flat)
    }
    if {"single_event_sensitivity", "standard_acceptance"} <= set(made):
        sensitivity, standard = (
            _number(made[key], f"{name}, {key}", "")
            for key in ("single_event_sensitivity", "standard_acceptance")
        )
        if exposure is not None:
            sensitivity = sensitivity.scaled(kl.value / exposure)
        first = by_sensitivity(sensitivity, standard, decays=decays, daughters=pi0_to_photons())
        return {"sensitivity": first} | ways
    return ways


def _of_pairs(
    source: Mapping[str, Any], detector: Mapping[str, Any], exposure: float | None
) -> Normalisation:
    """Pairs of the experiment, or one of them; an Upsilon(4S) decays alike at every machine."""
    machine, known = source["machine"], read_data("belle2")["normalisation"]
    own = detector.get("data")  # of a user's file: its own pairs, or one of them
    if own is None:
        data = read_data(machine)["normalisation"] if machine in data_files() else known
    else:
        data = {name: known[name] for name in ("charged", "neutral")} | own.get("normalisation", {})
    counted = "pairs" in data and (own is not None or machine in data_files())
    pairs = Number(**data["pairs"]) if counted else _given(1.0, known["pairs"]["unit"])
    fraction = Number(**data["charged" if source["parent"] in ("B+", "B-") else "neutral"])
    published = data.get("efficiency", {}).get(detector.get("selection"))
    return by_pairs(
        pairs if exposure is None else _given(exposure, pairs.unit),
        fraction,
        efficiency=None if published is None else published["value"],
    )


def _simulated(provenance: Mapping[str, Any]) -> Simulated:
    result = provenance.get("result")
    if not isinstance(result, Mapping) or not {"acceptance_upper_limit", "cutflow"} & set(result):
        raise InputError(
            "the sample has no result: expected events need its acceptance; run it through darkpair"
        )
    result = completed(result)
    chain = provenance.get("chain") or {}
    for one in chain.get("chains", [chain]):
        for name, law in (one.get("lifetimes") or {}).items():
            if law.get("type") == "Scan" and law.get("ctau") == 0.0:
                raise InputError(
                    f"c tau of {name} is scanned: the sample is of no lifetime until its events are weighted to one; give "
                    f"chain.ctau.{name}, or weight them (docs/analysis.md)"
                )
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
    every = [daughter_ratios(str(one["decay"])) for one in chain.get("chains", [chain]) if one.get("decay")]
    daughters = every[0] if every else DaughterRatios(first=1.0, below=1.0)
    known = provenance.get("branching_ratio")
    for where, ratios in (
        ("below the first decay", [one.below for one in every]),
        ("of the first decay", [one.first for one in every] if given is None and known is None else []),
    ):
        if any(not math.isclose(ratio, ratios[0], rel_tol=1e-9) for ratio in ratios):
            raise InputError(
                f"the chains of this sample have different branching ratios {where}: no number holds for all of their "
                "parents; run each chain for itself"
            )
    if every:
        daughters = replace(daughters, unknown=tuple(sorted({name for one in every for name in one.unknown})))
    if given is not None:
        return _Rate(value=given, of="given", daughters=daughters)
    if known is not None:
        return _Rate(value=known["value"], of=known["of"], daughters=daughters)
    if every and not math.isclose(daughters.first, 1.0, rel_tol=1e-9):
        return _Rate(value=daughters.first, of="the descriptor", daughters=daughters)
    return _Rate(value=None, of="", daughters=daughters)


def _provenance(sample: Any) -> Mapping[str, Any]:
    if isinstance(sample, Mapping):
        return sample
    found = getattr(sample, "provenance", None)
    if isinstance(found, Mapping):
        return found
    if not isinstance(sample, str | os.PathLike):
        raise InputError(
            f"a sample of type {type(sample).__name__}; allowed: a file, its provenance, or what run_job returns"
        )
    return read_provenance(sample)
