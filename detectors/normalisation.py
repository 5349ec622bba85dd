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
from typing import Any, Final

import numpy as np

from darkpair.detectors.data_file import Number
from darkpair.detectors.expected_events import ExpectedEvents, Simulated
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.frozen import freeze
from darkpair.gen.kinematics import Array, Real
from darkpair.gen.sources.meson_multiplicity import half_spread

__all__ = [
    "WAYS",
    "Normalisation",
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
    "sensitivity": "events per unit branching ratio of the search's own mode",
    "kaons": "K_L at the beam exit",
    "protons": "protons on target",
    "pairs": "pairs of B mesons",
    "events": "events of the file's kind",
}


@dataclass(frozen=True, kw_only=True)
class Normalisation:
    """What an acceptance is multiplied with, and how surely.

    Parameters
    ----------
    way : str
        Name of what is counted, of `WAYS`.
    exposure : float
        Number of protons, kaons, pairs or events: what the way counts.
    parents : float
        Number of parents of the chain that the exposure makes, as the acceptance counts them.
    unit : str, optional
        What the exposure is a number of, in words; that of the way unless given.
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
    unit: str = ""
    multiplicity: float | None = None
    efficiency: float | None = None
    reference: float | None = None
    factors: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.way not in WAYS:
            raise UnknownNameError("way of counting parents", self.way, WAYS)
        object.__setattr__(self, "unit", self.unit or WAYS[self.way])
        freeze(self)
        numbers = {name: getattr(self, name) for name in ("exposure", "parents")}
        numbers |= {name: getattr(self, name) or 0.0 for name in ("multiplicity", "efficiency", "reference")}
        for name, value in (numbers | dict(self.factors)).items():
            _require(name, value)
        if not self.exposure > 0.0 or not self.scale > 0.0:
            named = "".join(f", {name} = {value:g}" for name, value in self.factors.items())
            raise InputError(
                f"exposure = {self.exposure:g}, parents = {self.parents:g} ({self.unit}){named}; allowed: above 0"
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
            Branching ratio of everything that the sample was generated with.
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
            Acceptance of the sample.
        branching_ratio : float, optional
            Branching ratio of what the parent decays to; the result is per unit branching ratio unless given.
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
        per_acceptance = self.scale * rate
        value = per_acceptance * simulated.value
        if simulated.value > 0.0:
            statistical = (
                None
                if simulated.error is None
                else math.hypot(per_acceptance * simulated.error, value * (self.reference or 0.0))
            )
            multiplicity, efficiency = (
                None if relative is None else value * relative
                for relative in (self.multiplicity, self.efficiency)
            )
        else:
            statistical = multiplicity = efficiency = None
        spectra = {name: per_acceptance * acceptance for name, acceptance in simulated.spectra.items()}
        return ExpectedEvents(
            value=value,
            branching_ratio=branching_ratio,
            statistical=statistical,
            multiplicity=multiplicity,
            spectrum=half_spread(spectra.values()) if len(spectra) > 1 else None,
            efficiency=efficiency,
            upper_limit=per_acceptance * simulated.upper_limit,
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
    exposure = float(sensitivity_events(1.0, sensitivity.value))
    return Normalisation(
        way="sensitivity",
        exposure=exposure,
        parents=exposure * decays / (standard.value * daughters),
        efficiency=relative_error(sensitivity),
        reference=relative_error(standard),
    )


def by_kaons(kl: Number, *, decays: float, factors: Mapping[str, Number] | None = None) -> Normalisation:
    """By the number of K_L at the beam exit: the kinematic way, an upper end where efficiencies are not among the factors.

    Parameters
    ----------
    kl : Number
        Number of K_L at the beam exit.
    decays : float
        Generated events of the sample for each K_L at the beam exit.
    factors : mapping of str to Number, optional
        Efficiencies that nothing here simulates.
    """
    return Normalisation(
        way="kaons",
        exposure=kl.value,
        parents=kl.value * decays,
        multiplicity=relative_error(kl),
        **_flat(factors),
    )


def by_protons(
    protons: Number,
    multiplicity: float,
    multiplicity_error: float | None = None,
    *,
    factors: Mapping[str, Number] | None = None,
) -> Normalisation:
    """By protons on a target, or collisions.

    Parameters
    ----------
    protons : Number
        Number of protons or collisions; its error counts with the multiplicity's.
    multiplicity, multiplicity_error : float
        Mesons per inelastic interaction, and the absolute error.
    factors : mapping of str to Number, optional
        Efficiencies that nothing here simulates.
    """
    if not (math.isfinite(multiplicity) and multiplicity > 0.0):
        raise InputError(f"multiplicity = {multiplicity}; allowed: a finite number above 0")
    _require("exposure", protons.value)
    return Normalisation(
        way="protons",
        exposure=protons.value,
        parents=protons.value * multiplicity,
        unit=protons.unit,
        multiplicity=_together(
            relative_error(protons), None if multiplicity_error is None else multiplicity_error / multiplicity
        ),
        **_flat(factors),
    )


def by_pairs(pairs: Number, fraction: Number, *, efficiency: float | None = None) -> Normalisation:
    """By pairs of B mesons: two parents each, in the fraction of the pairs that are of the parent's kind.

    Parameters
    ----------
    pairs, fraction : Number
        Number of B B-bar pairs, and the part of the Upsilon's decays that gives this kind: f+- or f00.
    efficiency : float, optional
        Relative error of the published efficiency.
    """
    return Normalisation(
        way="pairs",
        exposure=pairs.value,
        parents=2.0 * pairs.value * fraction.value,
        multiplicity=_together(relative_error(pairs), relative_error(fraction)),
        efficiency=efficiency,
    )


def by_events(
    events: float, parents_per_event: float, parents_per_event_error: float | None = None
) -> Normalisation:
    """By events of the kind that an event file holds: cross-section times luminosity, or as many as there were.

    Parameters
    ----------
    events : float
        Number of events of the file's kind; 1 gives a number per event.
    parents_per_event, parents_per_event_error : float
        Number of parents in an event of the file, by its weights, and the absolute standard error that the file's
        size leaves.
    """
    return Normalisation(
        way="events",
        exposure=events,
        parents=events * parents_per_event,
        multiplicity=None if parents_per_event_error is None else parents_per_event_error / parents_per_event,
    )


def relative_error(number: Number) -> float | None:
    """Error over value; None where the source has no error, or the number is nothing."""
    return None if number.error is None or number.value == 0.0 else number.error / number.value


def _together(*errors: float | None) -> float | None:
    """Relative errors that there are, added in squares; None where there is none."""
    relative = [error for error in errors if error is not None]
    return math.hypot(*relative) if relative else None


def _flat(factors: Mapping[str, Number] | None) -> dict[str, Any]:
    """Efficiencies that are not simulated, and the relative error of their product."""
    numbers = factors or {}
    return {
        "factors": {name: number.value for name, number in numbers.items()},
        "efficiency": _together(*map(relative_error, numbers.values())),
    }


def _require(name: str, value: Any, most: float = math.inf) -> None:
    array = np.asarray(value, dtype=np.float64)
    if not np.all(np.isfinite(array) & (array >= 0.0) & (array <= most)):
        end = "0 or more" if most == math.inf else f"0 to {most:g}"
        raise InputError(f"{name} = {value}; allowed: a finite number, {end}")
