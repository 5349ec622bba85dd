"""Beam dumps as constraints: expected events behind a target, of one channel or of all, against those excluded."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Final, Protocol

import numpy as np

from darkpair.chains.models.channels import Channel
from darkpair.chains.models.remembered import once_a_model
from darkpair.detectors.data_file import detector_data
from darkpair.detectors.fixed_target import FixedTarget
from darkpair.gen.data_files import forgotten_with_changes
from darkpair.gen.errors import InputError
from darkpair.searches.measurements import Measurement
from darkpair.searches.search import Search

if TYPE_CHECKING:
    from collections.abc import Mapping

    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array
    from darkpair.scan.acceptance import AgainstCtau

__all__ = ["MAIN", "BeamDump", "ChannelYield"]

#: The channel of arXiv:2005.07102, section IV.C.
MAIN: Final = Channel(parent="eta", production="X1 X2", modes=("X1 pi0",))

#: Share of the events that channels may have of which nothing is known at a lifetime, and their statistical error.
_UNKNOWN: Final = 0.1


class Yield(Protocol):
    """Mesons per proton times acceptance against c tau."""

    @property
    def most(self) -> float:
        """What it does not exceed where it is not known [1]."""

    def at(self, ctau: Array) -> Array:
        """Yield at c tau [mm]; NaN where it is not known."""

    def relative_error(self, ctau: Array) -> Array:
        """Statistical error over the yield [1]."""


@dataclass(frozen=True, kw_only=True)
class ChannelYield:
    """What a beam dump accepts of a channel.

    Parameters
    ----------
    channel : Channel
        Production and decays.
    acceptance : Yield
        Mesons per proton on target times the acceptance of each, against c tau of X2; None for a channel whose events nobody
        can make.
    daughters : float
        Branching ratio of what the sample has beyond X2 [1]: pi0 -> gamma gamma.
    selection : str, optional
        Of the detector; its first unless given.
    """

    channel: Channel
    acceptance: Yield | None
    daughters: float = 1.0
    selection: str | None = None

    def unknown(self) -> ChannelYield:
        """The channel with events of which nothing is known: of another shape than the sample's."""
        return replace(self, acceptance=None)


@dataclass(frozen=True, kw_only=True)
class BeamDump(Search):
    """Expected events at an experiment behind a target [events].

    Unless other channels are given they are those of eta and X2 -> X1 pi0 alone, as arXiv:2005.07102 counts them; what is left
    out makes the region excluded too small rather than too large. Where the acceptance is not known the value is NaN, and
    nothing is excluded; so it is where other channels of which nothing is known may have more than a tenth of the events, or their
    statistical error is as large, unless the known ones are excluded already.

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
    more : tuple of ChannelYield
        Other channels, which are added.
    seen : tuple of str
        Modes of X2 that leave anything, `visible_modes`; all that X2 does beside them is "unseen" in a channel.
    alone : bool
        Whether the channel of eta and X2 -> X1 pi0, of `acceptance`, counts.
    efficiency : float
        Efficiencies that are not simulated, beside the detector's factors [1].
    excludes : bool
        Whether it is a measurement that excludes, and no line.
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
    more: tuple[ChannelYield, ...] = ()
    seen: tuple[str, ...] = ()
    alone: bool = True
    efficiency: float = 1.0
    excludes: bool = True

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
        return _detector(self.experiment)

    @property
    def kind(self) -> str:
        """What an excess means."""
        return "excluded" if self.excludes else "line"

    @staticmethod
    def serves(model: Model) -> bool:
        """Whether eta gives the pair and X2 a pi0: what is asked before a sample is made."""
        return {("eta", "X1 X2"), ("X2", "X1 pi0")} <= set(model.modes())

    def applies(self, model: Model) -> bool:
        """Whether eta gives the pair and X2 a pi0, or another channel is there."""
        return bool(self.more) or self.serves(model)

    def isotropic(self, model: Model) -> bool:
        """Whether the channel counts whose sample was made so; others have the model's spin."""
        return self.alone and self.serves(model)

    def value(self, model: Model) -> Array:
        """Expected events [1].

        References
        ----------
        arXiv:2005.07102, section IV.C.
        """
        events = self.channels(model)
        if not self.more:
            return np.asarray(next(iter(events.values())))
        counted = np.sum([np.nan_to_num(number) for number in events.values()], axis=0)
        unknown = np.sum(
            [
                np.where(np.isnan(number), most * self._more_protons, 0.0)
                for number, most in zip(events.values(), self._most(model), strict=True)
            ],
            axis=0,
        )
        error = self._statistical(model, events)
        poor = np.maximum(unknown, error) > _UNKNOWN * counted
        # (what is not known adds to what is, and cannot allow what that excludes)
        return np.asarray(np.where(poor & (counted - 2.0 * error <= self.limit), np.nan, counted))

    @once_a_model()
    def channels(self, model: Model) -> dict[str, Array]:
        """Expected events of each channel by its name [1]; NaN where its sample cannot tell.

        Parameters
        ----------
        model : Model
            Its points; arrays broadcast.
        """
        events: dict[str, Array] = {}
        if self.alone and (self.serves(model) or not self.more):
            own = self._main(model)
            main = own * self.acceptance.at(model.ctau("X2")) * self._more_protons
            events[str(MAIN)] = np.where(np.equal(own, 0.0), 0.0, main)
        for part in self.more:
            per_yield = self._per_yield(model, part)
            unknown = np.full(np.shape(per_yield), np.nan)
            there = unknown if part.acceptance is None else part.acceptance.at(model.ctau("X2"))
            events[str(part.channel)] = np.where(per_yield > 0.0, per_yield * there * self._more_protons, 0.0)
        return events

    def statistical_error(self, model: Model) -> Array:
        """Standard error of the value by the samples [events]."""
        events = self.channels(model)
        added = self._statistical(model, events)
        main = self.alone and str(MAIN) in events
        if not main or not hasattr(self.acceptance, "relative_error"):
            return added
        own = events[str(MAIN)] * self.acceptance.relative_error(model.ctau("X2"))
        return np.asarray(np.hypot(np.nan_to_num(own), added))

    def _statistical(self, model: Model, events: Mapping[str, Array]) -> Array:
        """Statistical error of the channels that are added [events]."""
        ctau = model.ctau("X2")
        errors = [
            np.nan_to_num(events[str(part.channel)] * part.acceptance.relative_error(ctau))
            for part in self.more
            if part.acceptance is not None
        ]
        return np.sqrt(np.sum(np.square(errors), axis=0)) if errors else np.zeros(())

    def _most(self, model: Model) -> list[Array]:
        """What the channels do not exceed where they are not known, in the order of `channels`."""
        most = []
        if self.alone and self.serves(model):
            own = self._main(model)
            most.append(
                np.where(own > 0.0, np.maximum(own, 1e-300) * getattr(self.acceptance, "most", np.inf), 0.0)
            )
        for part in self.more:
            bound = np.inf if part.acceptance is None else part.acceptance.most
            rate = self._per_yield(model, part)
            most.append(np.where(rate > 0.0, np.maximum(rate, 1e-300) * bound, 0.0))
        return most

    @once_a_model()
    def _main(self, model: Model) -> Array:
        """Events of the paper's channel per unit yield and the detector's own protons [1]."""
        total = model.width("X2")
        visible = np.divide(model.partial_width("X2", "X1 pi0"), np.where(total > 0.0, total, 1.0))
        rate = model.branching_ratio("eta", "X1 X2") * visible
        return np.asarray(self._all_accepted(None, self.daughters) * rate)

    @once_a_model()
    def _per_yield(self, model: Model, part: ChannelYield) -> Array:
        """Events of a channel per unit yield and the detector's own protons [1]."""
        rate = part.channel.rate(model, self.seen)
        return np.asarray(self._all_accepted(part.selection, part.daughters) * rate)

    def _all_accepted(self, selection: str | None, daughters: float) -> Array:
        """Events per unit branching ratio and yield; of the detector's own protons, where it has any."""
        if self._own_protons is None:
            factors = _detector(self.experiment, selection).flat_factors
            return np.asarray(math.prod(factors.values()) * daughters * self.efficiency)
        return _events(self.experiment, selection, self.multiplicity, daughters) * self.efficiency

    @property
    def _own_protons(self) -> float | None:
        """Protons of the detector's data file, None where it has no run."""
        run = detector_data(self.experiment).get("run", {})
        return float(run["pot"]["value"]) if "pot" in run else None

    @property
    def _more_protons(self) -> float:
        """Protons over the detector's own, or all of them times the multiplicity where it has none [1]."""
        if self.protons is None:
            return 1.0
        own = self._own_protons
        return self.protons * self.multiplicity if own is None else self.protons / own

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


def _detector(experiment: str, selection: str | None = None) -> FixedTarget:
    """The detector; it is made once, as long as its file is the same."""
    return _made_of(experiment, selection)[1]


def _events(experiment: str, selection: str | None, multiplicity: float, daughters: float) -> Array:
    """Events of its own protons per unit branching ratio and acceptance; worked out once, as long as its file is the same."""
    _, detector, kept = _made_of(experiment, selection)
    key = multiplicity, daughters
    if key not in kept:
        kept[key] = detector.normalisation(multiplicity).events(branching_ratio=daughters, acceptance=1.0)
    return kept[key]


#: Contents of a detector's file, the detector that was made of them, and its events by multiplicity and daughters.
_Made = tuple[object, FixedTarget, "dict[tuple[float, float], Array]"]


def _made_of(experiment: str, selection: str | None) -> _Made:
    data, key = detector_data(experiment), (experiment, selection)
    made = _made().get(key)
    if made is None or made[0] is not data:
        made = data, FixedTarget(experiment=experiment, selection=selection, resolution="none"), {}
        _made()[key] = made
    return made


@forgotten_with_changes
def _made() -> dict[tuple[str, str | None], _Made]:
    """Detectors by experiment and selection."""
    return {}
