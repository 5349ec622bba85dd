"""K+ -> pi+ X without a table of limits: an estimate from the published rates of K+ -> pi+ nu nubar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from darkpair.gen.errors import UnknownNameError
from darkpair.gen.particles import particle
from darkpair.searches.escape import two_body_invisible
from darkpair.searches.measurements import Measurement, measurement, regions
from darkpair.searches.missing_energy import neutrinos_inside
from darkpair.searches.search import Search
from darkpair.statistics import gaussian_upper_limit

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array

__all__ = ["KPlusToPiX"]


@dataclass(frozen=True, kw_only=True)
class KPlusToPiX(Search):
    """Estimate of limits on K+ -> pi+ X, X a dark particle that is not seen, from a rate of K+ -> pi+ nu nubar [1].

    An X whose mass lies in the search's regions is taken for neutrinos there: all that the measured rate leaves beside the
    Standard Model's may be X, wherever in the regions.  A search for a peak does better where few events lie beneath it, and worse where
    the efficiency for neutrinos of that mass is below the mean; outside of the regions nothing is known.

    Parameters
    ----------
    experiment : {"na62", "na62-2018", "e949"}
        Whose rate and regions: NA62 of 2016 to 2024 or to 2018, and E949.
    """

    NEEDS: ClassVar = (("K+", "pi+ X1"), ("K+", "pi+ X2"))
    KIND: ClassVar = "line"
    LINE: ClassVar = "estimate"
    EXPERIMENTS: ClassVar = ("na62", "na62-2018", "e949")

    experiment: str = "na62"

    def __post_init__(self) -> None:
        if self.experiment not in self.EXPERIMENTS:
            raise UnknownNameError("experiment of K+ -> pi+ X", self.experiment, self.EXPERIMENTS)

    @property
    def _base(self) -> str:
        return self.experiment.partition("-")[0]

    def value(self, model: Model) -> Array:
        """Branching ratio that the search takes for neutrinos [1]; NaN for a mass outside of its regions."""
        total: Array = np.zeros(())
        for parent, mode in self.NEEDS:
            if (parent, mode) in model.modes():
                ratio = model.branching_ratio(parent, mode)
                mass = model.m1 if mode.endswith("X1") else model.m2
                unseen = self._unseen(model) if mode.endswith("X2") else 1.0
                total = total + np.where(ratio > 0.0, ratio * unseen / self._inside(mass), 0.0)
        return np.asarray(total)

    def _unseen(self, model: Model) -> Array:
        """Part of the X2 that are not seen [1]."""
        length, boost = (measurement("k_to_pi_nunu", f"{word}_{self._base}") for word in ("escape", "boost"))
        kaon, pion = particle("K+").mass, particle("pi+").mass
        return two_body_invisible(model, kaon, pion, model.m2, length=length.value, boost=boost.value)

    def _inside(self, mass: object) -> Array:
        """Part of the neutrinos in the regions where a mass [GeV] lies in them [1], NaN elsewhere."""
        squared = np.square(np.asarray(mass, dtype=float))
        ranges = regions("k_to_pi_nunu", self._base)
        inside = np.any([(low <= squared) & (squared <= high) for low, high in ranges], axis=0)
        return np.where(inside, neutrinos_inside(self._base), np.nan)

    def limit_at(self, mass: object) -> Array:
        """Limit on the branching ratio for an X of a mass [GeV] that is not seen [1]; NaN outside of the regions."""
        return np.asarray(self._inside(mass) * self.limit)

    @property
    def limit(self) -> float:
        """Largest branching ratio beside neutrinos, for their shape [1]."""
        measured, standard = self.measurements
        assert measured.error is not None
        return gaussian_upper_limit(measured.value, measured.error, self.confidence_level) - standard.value

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """The measured rate and the Standard Model's."""
        standard = "standard_model_paper" if self._base == "e949" else "standard_model"
        names = self.experiment.replace("-", "_"), standard
        return tuple(measurement("k_to_pi_nunu", name) for name in names)
