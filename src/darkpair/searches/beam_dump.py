"""Beam dumps as constraints: expected events of eta -> X1 X2, X2 -> X1 pi0 behind a target against those excluded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.errors import InputError
from darkpair.searches.measurements import Measurement
from darkpair.searches.search import Search

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array
    from darkpair.scan.acceptance import AgainstCtau

__all__ = ["BeamDump"]


@dataclass(frozen=True, kw_only=True)
class BeamDump(Search):
    """Expected events at an experiment behind a target, from eta and X2 -> X1 pi0 alone [events].

    Other final states of X2 (a tenth of its decays) and other parents are left out, so the region excluded is
    too small rather than too large. Where the acceptance is not known the value is NaN, and nothing is excluded.

    Parameters
    ----------
    experiment : str
        Name of its data file: charm, nucal, ...
    multiplicity : float
        Mean number of eta per proton on target [1].
    acceptance : AgainstCtau
        Acceptance of eta -> X1 X2, X2 -> X1 pi0, pi0 -> gamma gamma, against c tau of X2: an `Acceptance`, for
        example.
    daughters : float
        Branching ratio of what the acceptance's sample has beyond eta and X2, as ``chain.generated_branching_ratio``
        states it [1]: pi0 -> gamma gamma.
    protons : float, optional
        Protons on target; the experiment's own number unless given.
    signal_limit : Measurement, optional
        Signal excluded at 90 % [events]; the experiment's own unless given.
    """

    NEEDS: ClassVar = (("eta", "X1 X2"),)
    UNIT: ClassVar = "events"
    SAMPLED: ClassVar = True

    experiment: str
    multiplicity: float
    acceptance: AgainstCtau
    daughters: float
    protons: float | None = None
    signal_limit: Measurement | None = None

    def __post_init__(self) -> None:
        if not self.multiplicity > 0.0 or not 0.0 < self.daughters <= 1.0:
            raise InputError(
                f"multiplicity = {self.multiplicity}, daughters = {self.daughters}; allowed: above 0, and above 0 "
                "up to 1"
            )
        _ = self.detector

    @property
    def detector(self) -> FixedTarget:
        """The experiment."""
        return FixedTarget(experiment=self.experiment)

    @staticmethod
    def serves(model: Model) -> bool:
        """Whether eta gives the pair and X2 a pi0: what is asked before a sample is made."""
        return {("eta", "X1 X2"), ("X2", "X1 pi0")} <= set(model.modes())

    def applies(self, model: Model) -> bool:
        """Whether eta gives the pair and X2 a pi0."""
        return self.serves(model)

    def value(self, model: Model) -> Array:
        """Expected events [1].

        References
        ----------
        arXiv:2005.07102, section IV.C.
        """
        total = model.width("X2")
        visible = np.divide(model.partial_width("X2", "X1 pi0"), np.where(total > 0.0, total, 1.0))
        all_accepted = self.detector.normalisation(self.multiplicity).events(
            branching_ratio=self.daughters, acceptance=1.0
        )
        rate = model.branching_ratio("eta", "X1 X2") * visible
        more = 1.0 if self.protons is None else self.protons / self.detector.run["pot"].value
        return np.asarray(all_accepted * rate * self.acceptance.at(model.ctau("X2")) * more)

    def events(self, value: Array) -> Array:
        """Expected events: the observable itself [1]."""
        return value

    @property
    def limit(self) -> float:
        """Signal excluded at 90 % [events]."""
        return self.measurements[0].value

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """The signal excluded, from the experiment's data file unless given."""
        if self.signal_limit is not None:
            return (self.signal_limit,)
        excluded = self.detector.run["n_90"]
        return (
            Measurement(
                value=excluded.value,
                unit="events",
                source=excluded.source,
                confidence=excluded.confidence,
                confidence_level=0.90,
            ),
        )
