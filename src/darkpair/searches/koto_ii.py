"""KOTO II as a projection: its beam and detector, and the branching ratio of K_L -> pi0 nu nubar that it could exclude.

Both stand in the examples that a user copies, ``koto2.toml`` and the job ``koto2_pi0.toml``: what `darkpair limits` simulates is what
`darkpair run` does.  A plan excludes nothing: its limit is a line.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, ClassVar

from darkpair.detectors.data_file import Number, detector_data
from darkpair.detectors.koto_ii import KOTO_II, koto_ii_beam, koto_ii_detector, koto_ii_digest
from darkpair.detectors.normalisation import sensitivity_events
from darkpair.gen.references import cited_in
from darkpair.searches.koto import _Koto
from darkpair.searches.measurements import Measurement

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array

__all__ = [
    "KOTO_II",
    "KotoProjection",
    "koto_ii_beam",
    "koto_ii_detector",
    "koto_ii_digest",
    "koto_ii_factors",
    "koto_ii_run",
]


@cache
def koto_ii_run() -> dict[str, Number]:
    """Numbers of the planned run by name, as ``kl``, ``single_event_sensitivity``, ``background``, ``two_photons``."""
    detector = koto_ii_detector()
    run = detector_data(detector.experiment)["runs"][detector.selection]
    return {name: Number(**entry) for name, entry in run.items()}


@cache
def koto_ii_factors() -> dict[str, Number]:
    """Efficiencies that nothing here simulates by name: ``cluster_shape``, ``accidental_veto``, ``backsplash_veto``."""
    factors = detector_data(koto_ii_detector().experiment)["factors"]
    return {name: Number(**factors[name]) for name in ("cluster_shape", "accidental_veto", "backsplash_veto")}


@cache
def _excluded() -> float:
    """Median of CLs's limits at 90 % without a signal [events]."""
    from darkpair.statistics import Counting, expected_limit  # (with scipy)

    background = koto_ii_run()["background"].value
    return expected_limit(Counting(observed=0, background=background), 0.90).median


@dataclass(frozen=True, kw_only=True)
class KotoProjection(_Koto):
    """What KOTO II could exclude of K_L -> pi0 nu nubar beyond the Standard Model's, for a pair [1].

    The events of its proposal's Standard Model and backgrounds are known in number, and the limit is the median of CLs's at 90 % where
    there is nothing else.

    Parameters
    ----------
    run : {"proposal"}
        Name of the planned run.
    """

    KIND: ClassVar = "line"
    SETS: ClassVar = ()

    run: str = "proposal"

    def events(self, value: Array) -> Array:
        """Expected events, from the proposal's single-event sensitivity [1]."""
        return sensitivity_events(value, koto_ii_run()["single_event_sensitivity"].value)

    @property
    def limit(self) -> float:
        """Median of the limits that would be set [1]."""
        return self.measurements[0].value

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """The expected limit, and what it is made of: sensitivity and background."""
        sensitivity, background = (
            _measured(koto_ii_run()[name], unit)
            for name, unit in (("single_event_sensitivity", "1"), ("background", "events"))
        )
        events = _excluded()
        expected = Measurement(
            value=events * sensitivity.value,
            unit="1",
            source=f"{events:.3g} events, the median of CLs on {background.value:.3g}, times the sensitivity: {sensitivity.source}",
            confidence="derived",
            confidence_level=0.90,
        )
        return expected, sensitivity, background

    @property
    def references(self) -> tuple[str, ...]:
        """What its numbers rest on, and the detector's (`darkpair.gen.references`)."""
        own = cited_in(number.source for number in self.measurements)
        return tuple(dict.fromkeys([*own, *koto_ii_detector().references]))


def _measured(number: Number, unit: str) -> Measurement:
    return Measurement(
        value=number.value,
        error=number.error,
        unit=unit,
        source=number.source,
        confidence=number.confidence,
        place=number.place,
        searched=number.searched,
    )
