"""How the parents of a sample are counted: by what its source and its detector say in the provenance."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from numbers import Real
from typing import Any

from darkpair.chains.daughter_ratios import pi0_to_photons
from darkpair.detectors.data_file import Number, data_files, read_data
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
from darkpair.gen.errors import InputError
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.sources.meson_files import COLLIDER
from darkpair.run.standard_acceptance import standard_acceptance
from darkpair.scan.points import cache_folder

__all__ = ["normalisations", "of_job", "require_numbers", "source_of"]


def normalisations(
    provenance: Mapping[str, Any], *, exposure: float | None = None
) -> dict[str, Normalisation]:
    """Every way in which a sample is normalised, the one to take first; none for parents of a gun.

    Parameters
    ----------
    provenance : mapping
        Provenance of the file whose parents are counted.
    exposure : float, optional
        Protons on target, K_L, pairs or events, as in `darkpair.run.expected.expected_events`.
    """
    exposure = exposure if exposure is not None else of_job(provenance, "exposure")
    require_numbers(None, exposure)
    source, detector = source_of(provenance), provenance.get("detector") or {}
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


def of_job(provenance: Mapping[str, Any], key: str) -> Any:
    """What the job's ``[normalisation]`` says; None where it says nothing."""
    return ((provenance.get("job") or {}).get("normalisation") or {}).get(key)


def require_numbers(branching_ratio: float | None, exposure: float | None) -> None:
    """Refuse numbers that nothing can have, and what is no number."""
    given: dict[str, Any] = {"branching ratio": branching_ratio, "exposure": exposure}
    for name, value in given.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, Real)):
            raise InputError(f"{name} = {value!r}; allowed: one number, without a unit")
    if branching_ratio is not None and not 0.0 < branching_ratio <= 1.0:
        raise InputError(f"branching ratio = {branching_ratio}; allowed: above 0, up to 1")
    if exposure is not None and not 0.0 < exposure <= sys.float_info.max:
        raise InputError(f"exposure = {exposure}; allowed: a finite number above 0")


def source_of(provenance: Mapping[str, Any]) -> Mapping[str, Any]:
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
    rows = data.get("factors", {})
    if source["multiplicity"] is None:
        raise InputError(
            f"nothing says how many {source.get('meson', 'mesons')} of {source.get('table')} an interaction makes; give "
            "source.multiplicity"
        )
    return by_protons(
        pot if exposure is None else _given(exposure, pot.unit),
        source["multiplicity"],
        source.get("multiplicity_error"),
        factors={name: _with_error(value, rows.get(name)) for name, value in factors.items()},
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
    rows = (own or read_data("koto")).get("factors", {})
    flat = {name: _with_error(value, rows.get(name)) for name, value in factors.items()}
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
    machine, belle2 = source["machine"], read_data("belle2")["normalisation"]
    own = detector.get("data")  # of a user's file: its own pairs, or one of them
    if own is None:
        data = read_data(machine)["normalisation"] if machine in data_files() else belle2
    else:
        data = {name: belle2[name] for name in ("charged", "neutral")} | own.get("normalisation", {})
    counted = "pairs" in data and (own is not None or machine in data_files())
    pairs = Number(**data["pairs"]) if counted else _given(1.0, belle2["pairs"]["unit"])
    fraction = Number(**data["charged" if source["parent"] in ("B+", "B-") else "neutral"])
    published = data.get("efficiency", {}).get(detector.get("selection"))
    return by_pairs(
        pairs if exposure is None else _given(exposure, pairs.unit),
        fraction,
        efficiency=None if published is None else published["value"],
    )
