"""Belle II's displaced decays as an estimate: a meson of a B, and an X2 that decays away from the beams to photons or tracks.

Nobody has made or published this search.  Its number of B mesons is the planned luminosity times the pairs of the data of 2019 to
2022 for theirs; its acceptance is that of `darkpair.detectors.belle2_displaced`, everything beyond that 1, its background none: an
estimate of what there is to be seen, whose line excludes nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from darkpair.chains.models.remembered import once_a_model
from darkpair.detectors.belle2_displaced import Belle2Displaced
from darkpair.detectors.data_file import Number, read_data
from darkpair.detectors.normalisation import by_pairs
from darkpair.gen.data_files import forgotten_with_changes, load
from darkpair.gen.errors import InputError
from darkpair.gen.particles import particle
from darkpair.gen.references import cited_in
from darkpair.searches.koto import AddsChannels, sum_of
from darkpair.searches.measurements import Measurement

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array
    from darkpair.searches.koto import KotoChannel

__all__ = ["PARENTS", "SEEN", "DisplacedAtBelle2", "b_mesons", "has_tracks", "makes"]

#: Modes of X2 of which everything that is not dark can be seen, with two photons of each pi0.
SEEN: Final = (
    "X1 pi0",
    "X1 gamma",
    "gamma gamma",
    "X1 gamma gamma",
    "X1 e+ e-",
    "X1 mu+ mu-",
    "X1 pi+ pi-",
)

#: Part of the Upsilon(4S)'s decays that gives each parent, in Belle II's data file; one of them stands for its antiparticle too.
_FRACTIONS: Final = {"B+": "charged", "B0": "neutral"}

#: Mesons of a production that leave tracks, or may; what has none (pi0, nothing at all) has no vertex of its B either.
_TRACKS: Final = frozenset(("K+", "K0", "K_S0", "pi+", "K*+", "K*0"))


#: What the Upsilon(4S) gives.
PARENTS: Final = tuple(_FRACTIONS)

#: Events below which a channel of which nothing else is known has none.
_NONE: Final = 1e-3


def _numbers() -> tuple[Measurement, ...]:
    """The planned luminosity, that of the data so far, and the pairs of B mesons in these."""
    table = load("darkpair.searches", "measurements.toml")["belle2_displaced"]
    return tuple(Measurement(**table[name]) for name in ("luminosity", "data", "pairs"))


@forgotten_with_changes
def b_mesons(parent: str, luminosity: float | None = None) -> float:
    """Number of B mesons of a kind and of its antiparticles.

    Parameters
    ----------
    parent : {"B+", "B0"}
        The kind.
    luminosity : float, optional [1/fb]
        Integrated luminosity at the Upsilon(4S); the planned one unless given.
    """
    planned, data, pairs = _numbers()
    whole = planned.value if luminosity is None else luminosity
    scaled = replace(pairs, value=pairs.value / data.value * whole)
    fraction = Number(**read_data("belle2")["normalisation"][_FRACTIONS[parent]])
    return float(by_pairs(scaled, fraction).parents)


def has_tracks(production: str) -> bool:
    """Whether a meson is made that leaves tracks, or may: neither of B -> X1 X2 nor beside a pi0.

    Parameters
    ----------
    production : str
        As in ``model.modes()``.
    """
    return not _TRACKS.isdisjoint(production.split())


def makes(model: Model) -> bool:
    """Whether a B gives X2 beside a meson, and X2 decays to what can be seen.

    Parameters
    ----------
    model : Model
        Any model.
    """
    own = set(model.modes())
    made = any(
        "X2" in mode.split() and has_tracks(mode) for parent in PARENTS for _, mode in model.modes(parent)
    )
    return made and any(("X2", mode) in own for mode in SEEN)


@dataclass(frozen=True, kw_only=True)
class DisplacedAtBelle2(AddsChannels):
    """Estimate: X2 of B -> K X1 X2 and the like that decays displaced in Belle II, at 50 per attobarn [events].

    Every production of B+ and B0 with a meson of which tracks are seen counts, with every mode of X2 that leaves photons or
    tracks alone.  Neither background nor an efficiency beyond acceptance is in it: both are unknown.

    Parameters
    ----------
    more : tuple of KotoChannel
        Channels with their acceptance against c tau; each has its own sample.
    seen : tuple of str
        Modes of X2 that leave anything in the detector.
    luminosity : float, optional [1/fb]
        Integrated luminosity at the Upsilon(4S); the planned one unless given.
    efficiency : float
        Efficiencies that are not simulated [1].

    Raises
    ------
    InputError
        For a luminosity that is not positive, and an efficiency that is not above 0, up to 1.
    """

    NEEDS: ClassVar = (("B+", "K+ X1 X2"), ("B+", "K+ X2 X2"), ("B0", "K0 X1 X2"), ("B0", "K0 X2 X2"))
    UNIT: ClassVar = "events"
    KIND: ClassVar = "line"
    LINE: ClassVar = "estimate"
    SETS: ClassVar = ()
    #: What it is, and what it was compared with, as `darkpair.searches.dump_search.DumpSearch` says it.
    status: ClassVar[str] = "estimate"
    held_against: ClassVar[str] = "nothing: no search or study of pairs with one displaced decay was found"

    luminosity: float | None = None
    efficiency: float = 1.0

    def __post_init__(self) -> None:
        if self.luminosity is not None and not (math.isfinite(self.luminosity) and self.luminosity > 0.0):
            raise InputError(f"luminosity = {self.luminosity} /fb; allowed: above 0")
        if not 0.0 < self.efficiency <= 1.0:
            raise InputError(f"efficiency = {self.efficiency}; allowed: above 0, up to 1")

    def applies(self, model: Model) -> bool:
        """Whether a B gives X2 beside a meson, and X2 decays to what can be seen."""
        return makes(model)

    def value(self, model: Model) -> Array:
        """Expected events of all channels [events].

        NaN where a channel of which nothing is known, or the error of the samples, is more than a tenth of what is known.
        """
        shares = self._shares(model)
        return sum_of(shares.values(), self._statistical(model, shares), self.limit)

    def statistical_error(self, model: Model) -> Array:
        """Standard error of the value by the samples [events]."""
        return self._statistical(model, self._shares(model))

    def channels(self, model: Model) -> dict[str, Array]:
        """Expected events of each channel by its name [1]; NaN where its sample cannot tell."""
        return {name: events for name, (events, _) in self._shares(model).items()}

    @once_a_model()
    def _shares(self, model: Model) -> dict[str, tuple[Array, Array]]:
        """Events of each channel, and what they do not exceed where that is NaN."""
        shares = {}
        for part in self.more:
            mesons = b_mesons(part.channel.parent, self.luminosity) * self.efficiency
            share, most = part.share(model, self.seen)
            bound = mesons * most * _flying(part, model)
            none = np.isnan(share) & (bound < _NONE)
            shares[str(part.channel)] = np.where(none, 0.0, mesons * share), bound
        return shares

    def _statistical(self, model: Model, shares: dict[str, tuple[Array, Array]]) -> Array:
        errors = [part.error(model, shares[str(part.channel)][0]) for part in self.more]
        return np.asarray(np.sqrt(np.sum(np.square(errors), axis=0)))

    def events(self, value: Array) -> Array:
        """Expected events: the observable itself [1]."""
        return value

    @property
    def limit(self) -> float:
        """Signal that no event would exclude at 90 % [events]."""
        return self.measurements[0].value

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """The signal, the luminosity, and pairs for that of the data so far with the part of them that is charged."""
        luminosity, data, pairs = _numbers()
        if self.luminosity is not None:
            luminosity = replace(
                luminosity, value=self.luminosity, source="given", place="", confidence="choice"
            )
        nothing = Measurement(
            value=-math.log(0.1),
            unit="events",
            source="no event on no background, an assumption: an estimate",
            confidence="derived",
            confidence_level=0.90,
        )
        charged = Measurement(**read_data("belle2")["normalisation"]["charged"])
        return nothing, luminosity, data, pairs, charged

    @property
    def references(self) -> tuple[str, ...]:
        """What its numbers rest on, and the detector's (`darkpair.gen.references`)."""
        own = cited_in(number.source for number in self.measurements)
        return tuple(dict.fromkeys([*own, *Belle2Displaced().detector.references]))


def _flying(part: KotoChannel, model: Model) -> Array:
    """What the bound at the table's least c tau falls by at a shorter one [1].

    Every accepted X2 flies a proper length of at least ``x = r m2 / p``, r the least distance from the axis and p the largest
    momentum, so that exp(-x / c tau) falls by at least ``exp(-x (1 / c tau - 1 / least))``. No daughter has more momentum than its
    mother has energy, and of that the other B takes its mass at least. The B's own flight, a tenth of a millimetre, is left out.
    """
    ctau = np.maximum(np.asarray(model.ctau("X2"), dtype=np.float64), 1e-300)
    if not part.ratio.ctau:
        return np.ones(ctau.shape)
    radius, energy = _least_flight()
    length = radius * np.asarray(model.m2) / (energy - particle(part.channel.parent).mass)
    with np.errstate(over="ignore"):
        return np.asarray(np.exp(-length * np.maximum(1.0 / ctau - 1.0 / part.ratio.ctau[0], 0.0)))


@forgotten_with_changes
def _least_flight() -> tuple[float, float]:
    """Least distance of a decay from the axis [mm], and the energy of both beams [GeV]."""
    detector = Belle2Displaced()
    return detector.least_radius, float(detector.detector.beams.nominal[3])
