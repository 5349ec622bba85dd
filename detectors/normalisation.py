"""How many parents an experiment had, and the events that they come to, with their errors apart.

N = parents x branching ratio x acceptance x efficiencies that are not simulated, whatever the experiment counts: K_L of a
beam, protons on a target, pairs of B mesons, events of a file; or its own single-event sensitivity. Four errors stay apart,
because they have different cures: the sample's size (statistical), the number of parents (multiplicity), the shape of their
spectrum (spectrum), and published efficiencies and sensitivities (efficiency).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from darkpair.detectors.data_file import Number
from darkpair.detectors.efficiency import LIMIT_LEVEL
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.sources.meson_multiplicity import half_spread

__all__ = [
    "ERRORS",
    "WAYS",
    "ExpectedEvents",
    "Normalisation",
    "Simulated",
    "by_events",
    "by_kaons",
    "by_pairs",
    "by_protons",
    "by_sensitivity",
    "relative_error",
    "sensitivity_events",
]

#: What may be counted, and what its number is of.
WAYS: Final = {
    "sensitivity": "the published single-event sensitivity",
    "kaons": "K_L at the beam exit",
    "protons": "protons on target",
    "pairs": "pairs of B mesons",
    "events": "events of the file's kind",
}

#: The errors that stay apart.
ERRORS: Final = ("statistical", "multiplicity", "spectrum", "efficiency")


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """An acceptance as a sample has it, per parent.

    Parameters
    ----------
    value : float
    error : float or None
        Standard error; None where the sample has none, as with no accepted event: `upper_limit` counts.
    upper_limit : float
        At `LIMIT_LEVEL`.
    spectra : mapping of str to float
        The same with each spectrum of the parents that there is, the sample's own first; empty where the source has but one.
    untold : mapping of str to str
        Spectra of which the sample cannot tell, and why.
    """

    value: float
    error: float | None
    upper_limit: float
    spectra: Mapping[str, float] = field(default_factory=dict)
    untold: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("value", "upper_limit"):
            if not math.isfinite(getattr(self, name)):
                raise InputError(f"{name} of an acceptance = {getattr(self, name)}; allowed: a finite number")
        if self.error is not None and not (math.isfinite(self.error) and self.error >= 0.0):
            raise InputError(f"error of an acceptance = {self.error}; allowed: 0 or more, or None")


@dataclass(frozen=True, kw_only=True)
class ExpectedEvents:
    """A number of events, or of events per unit branching ratio, with its errors apart.

    Parameters
    ----------
    value : float
        0 where nothing was accepted: state `upper_limit`.
    branching_ratio : float or None
        What the number is for; None for a branching ratio of one, which nothing has: multiply.
    statistical, multiplicity, spectrum, efficiency : float or None
        Absolute standard errors; None where there is none to be had: of no accepted event, of a number that the experiment's
        own sensitivity holds, of spectra that nobody re-weighted.
    upper_limit : float
        At `LIMIT_LEVEL`, of the sample's size alone.
    spectra : mapping of str to float
        The number with each spectrum of the parents.
    """

    value: float
    branching_ratio: float | None
    statistical: float | None
    multiplicity: float | None
    spectrum: float | None
    efficiency: float | None
    upper_limit: float
    spectra: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "spectra", MappingProxyType(dict(self.spectra)))

    @property
    def errors(self) -> dict[str, float]:
        """The errors that there are, by name."""
        found = {name: getattr(self, name) for name in ERRORS}
        return {name: error for name, error in found.items() if error is not None}

    @property
    def total(self) -> float | None:
        """All errors that there are, added in squares; None where nothing was accepted."""
        return math.hypot(*self.errors.values()) if self.errors else None

    def __mul__(self, factor: float) -> ExpectedEvents:
        """The same for another exposure."""
        scaled: dict[str, Any] = {
            name: None if getattr(self, name) is None else factor * getattr(self, name)
            for name in ("value", *ERRORS, "upper_limit")
        }
        spectra = {name: factor * value for name, value in self.spectra.items()}
        return ExpectedEvents(branching_ratio=self.branching_ratio, spectra=spectra, **scaled)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        rows = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return rows | {"spectra": dict(self.spectra), "total": self.total, "upper_limit_level": LIMIT_LEVEL}


@dataclass(frozen=True, kw_only=True)
class Normalisation:
    """What an acceptance is multiplied with, and how surely.

    Parameters
    ----------
    way : str
        Of `WAYS`.
    exposure : float
        Number of what the way counts.
    parents : float
        Parents of the chain that the exposure makes, as the acceptance counts them.
    multiplicity, efficiency, reference : float or None
        Relative errors: of the number of parents, of published efficiencies or sensitivities, and of a simulated reference
        that the acceptance is held against, which counts as statistical; None where there is none to be had.
    factors : mapping of str to float
        Efficiencies that nothing here simulates, by name.

    Raises
    ------
    UnknownNameError
        For another way.
    InputError
        For numbers that are negative or not finite.
    """

    way: str
    exposure: float
    parents: float
    multiplicity: float | None = None
    efficiency: float | None = None
    reference: float | None = None
    factors: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.way not in WAYS:
            raise UnknownNameError("way of counting parents", self.way, WAYS)
        object.__setattr__(self, "factors", MappingProxyType(dict(self.factors)))
        numbers = {name: getattr(self, name) for name in ("exposure", "parents")}
        numbers |= {name: getattr(self, name) or 0.0 for name in ("multiplicity", "efficiency", "reference")}
        for name, value in (numbers | dict(self.factors)).items():
            _require(name, value)
        if not self.exposure > 0.0 or not self.parents > 0.0:
            raise InputError(
                f"exposure = {self.exposure:g}, parents = {self.parents:g} ({WAYS[self.way]}); allowed: above 0"
            )

    @property
    def scale(self) -> float:
        """Events per unit branching ratio and acceptance."""
        return self.parents * math.prod(self.factors.values())

    def events(self, *, branching_ratio: Real, acceptance: Real) -> Array:
        """Expected events; arrays broadcast.

        Parameters
        ----------
        branching_ratio : float or ndarray
            Of everything that the sample was generated with.
        acceptance : float or ndarray
            Accepted weights over generated events; with no accepted event its upper limit, and the result is one.

        Raises
        ------
        InputError
            For what is negative or not finite, or a branching ratio above 1.
        """
        _require("branching ratio", branching_ratio, most=1.0)
        _require("acceptance", acceptance)
        return np.asarray(self.scale * np.asarray(branching_ratio) * np.asarray(acceptance))

    def expected(
        self, simulated: Simulated, branching_ratio: float | None = None, *, daughters: float = 1.0
    ) -> ExpectedEvents:
        """Expected events with their errors.

        Parameters
        ----------
        simulated : Simulated
        branching_ratio : float, optional
            Of what the parent decays to; the result is per unit branching ratio unless given.
        daughters : float
            Branching ratio of the decays below, as far as the sample holds them alone.

        Raises
        ------
        InputError
            As `events`.
        """
        rate = (1.0 if branching_ratio is None else branching_ratio) * daughters
        _require("branching ratio", 1.0 if branching_ratio is None else branching_ratio, most=1.0)
        _require("branching ratio of the daughters", daughters, most=1.0)
        one = self.scale * rate
        value = one * simulated.value
        if simulated.value > 0.0:
            statistical = (
                None
                if simulated.error is None
                else math.hypot(one * simulated.error, value * (self.reference or 0.0))
            )
            multiplicity, efficiency = (
                None if relative is None else value * relative
                for relative in (self.multiplicity, self.efficiency)
            )
        else:
            statistical = multiplicity = efficiency = None
        spectra = {name: one * acceptance for name, acceptance in simulated.spectra.items()}
        return ExpectedEvents(
            value=value,
            branching_ratio=branching_ratio,
            statistical=statistical,
            multiplicity=multiplicity,
            spectrum=half_spread(spectra.values()) if len(spectra) > 1 else None,
            efficiency=efficiency,
            upper_limit=one * simulated.upper_limit,
            spectra=spectra,
        )

    def provenance(self) -> dict[str, Any]:
        """The numbers, for JSON."""
        return {entry.name: getattr(self, entry.name) for entry in fields(self)} | {
            "factors": dict(self.factors)
        }


def sensitivity_events(branching_ratio: Real, sensitivity: float) -> Array:
    """Events of a branching ratio of the search's own mode, or of what is taken for it: one for each sensitivity."""
    return np.asarray(np.asarray(branching_ratio) / sensitivity)


def by_sensitivity(
    sensitivity: Number, standard: Number, *, decays: float, daughters: float
) -> Normalisation:
    """By a published single-event sensitivity: N = BR/SES x acceptance over that of the search's own mode.

    Everything that no simulation here has (vetoes, shapes of clusters, triggers, the number of K_L) is in the sensitivity.

    Parameters
    ----------
    sensitivity : Number
        Branching ratio of the search's own mode that gives one event.
    standard : Number
        Accepted events of that mode for each K_L at the beam exit, of a sample through the same detector.
    decays : float
        Generated events of the sample for each K_L at the beam exit.
    daughters : float
        Branching ratio of the decays that the sample of the mode forces, which its acceptance does not hold: pi0 -> gamma
        gamma.

    References
    ----------
    arXiv:2012.07571, the definition of the single-event sensitivity.
    """
    _require("sensitivity", sensitivity.value)
    _require("standard acceptance", standard.value)
    if not (sensitivity.value > 0.0 and standard.value > 0.0 and daughters > 0.0):
        raise InputError(
            f"sensitivity = {sensitivity.value:g}, acceptance of its own mode = {standard.value:g}, branching ratio of its "
            f"daughters = {daughters:g}; allowed: above 0"
        )
    one = float(sensitivity_events(1.0, sensitivity.value))
    return Normalisation(
        way="sensitivity",
        exposure=one,
        parents=one * decays / (standard.value * daughters),
        efficiency=relative_error(sensitivity),
        reference=relative_error(standard),
    )


def by_kaons(kl: Number, *, decays: float, factors: Mapping[str, float] | None = None) -> Normalisation:
    """By the number of K_L at the beam exit: the kinematic way, an upper end where efficiencies are not among the factors.

    Parameters
    ----------
    kl : Number
    decays : float
        Generated events of the sample for each K_L at the beam exit.
    factors : mapping of str to float, optional
        Efficiencies that nothing here simulates.
    """
    return Normalisation(
        way="kaons",
        exposure=kl.value,
        parents=kl.value * decays,
        multiplicity=relative_error(kl),
        factors=factors or {},
    )


def by_protons(
    protons: float,
    multiplicity: float,
    multiplicity_error: float | None = None,
    *,
    factors: Mapping[str, float] | None = None,
    efficiency: float | None = None,
) -> Normalisation:
    """By protons on a target, or collisions.

    Parameters
    ----------
    protons : float
    multiplicity, multiplicity_error : float
        Mesons per inelastic interaction, and the absolute error.
    factors : mapping of str to float, optional
        Efficiencies that nothing here simulates.
    efficiency : float, optional
        Their relative error.
    """
    if not (math.isfinite(multiplicity) and multiplicity > 0.0):
        raise InputError(f"multiplicity = {multiplicity}; allowed: a finite number above 0")
    return Normalisation(
        way="protons",
        exposure=protons,
        parents=protons * multiplicity,
        multiplicity=None if multiplicity_error is None else multiplicity_error / multiplicity,
        efficiency=efficiency,
        factors=factors or {},
    )


def by_pairs(pairs: Number, fraction: Number, *, efficiency: float | None = None) -> Normalisation:
    """By pairs of B mesons: two parents each, in the fraction of the pairs that are of the parent's kind.

    Parameters
    ----------
    pairs, fraction : Number
        B B-bar pairs, and the part of the Upsilon's decays that gives this kind: f+- or f00.
    efficiency : float, optional
        Relative error of the published efficiency.
    """
    parts = [error for error in map(relative_error, (pairs, fraction)) if error is not None]
    return Normalisation(
        way="pairs",
        exposure=pairs.value,
        parents=2.0 * pairs.value * fraction.value,
        multiplicity=math.hypot(*parts) if parts else None,
        efficiency=efficiency,
    )


def by_events(events: float, parents_per_event: float) -> Normalisation:
    """By events of the kind that an event file holds: cross-section times luminosity, or as many as there were.

    Parameters
    ----------
    events : float
        1 gives a number per event.
    parents_per_event : float
        Of the file, by its weights.
    """
    return Normalisation(way="events", exposure=events, parents=events * parents_per_event)


def relative_error(number: Number) -> float | None:
    """Error over value; None where the source has no error."""
    return None if number.error is None else number.error / number.value


def _require(name: str, value: Any, most: float = math.inf) -> None:
    array = np.asarray(value, dtype=np.float64)
    if not np.all(np.isfinite(array) & (array >= 0.0) & (array <= most)):
        end = "0 or more" if most == math.inf else f"0 to {most:g}"
        raise InputError(f"{name} = {value}; allowed: a finite number, {end}")
