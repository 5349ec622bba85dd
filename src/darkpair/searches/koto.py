"""KOTO's searches as constraints: 90 % limits of each run, and the band that explains three events."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from darkpair.chains.models.channels import Channel
from darkpair.chains.models.remembered import once_a_model
from darkpair.detectors.efficiency import ONE_SIGMA
from darkpair.detectors.koto_results import koto_decay_probability
from darkpair.detectors.koto_results import run as run_of_koto
from darkpair.detectors.normalisation import sensitivity_events
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.scan.acceptance import Acceptance
from darkpair.searches.measurements import Measurement, measurement
from darkpair.searches.search import Search
from darkpair.statistics import poisson_interval

if TYPE_CHECKING:
    import numpy.typing as npt

    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array, Real

__all__ = [
    "OF_PION",
    "TWO_SIGMA",
    "AddsChannels",
    "EfficiencyRatio",
    "KotoBand",
    "KotoChannel",
    "KotoLimit",
    "sum_of",
]

#: Probability within two standard deviations of a normal law, as the paper rounds it.
TWO_SIGMA: Final = 0.95

#: Efficiency of a model's events over that of K_L -> pi0 nu nubar: a number, a table against c tau, or a function of the
#: model [1].
EfficiencyRatio = float | Acceptance | Callable[["Model"], "Array"]

#: The channel of the paper's scenario with one pi0.
OF_PION: Final = Channel(parent="K_L0", production="X1 X2", modes=("X1 pi0",))

#: What the efficiency leaves out of the flight of X2.
_DECAYS: Final = ("estimate", "included")


#: Share of the events that channels may have of which nothing is known at a lifetime, and their statistical error.
_UNKNOWN: Final = 0.1


@dataclass(frozen=True, kw_only=True)
class KotoChannel:
    """What KOTO accepts of a channel beside K_L -> X1 X2, X2 -> X1 pi0.

    Parameters
    ----------
    channel : Channel
        Production and decays.
    ratio : Acceptance
        Efficiency over that of K_L -> pi0 nu nubar with both photons, against c tau [1].
    daughters : float
        Branching ratio of what the sample has beyond X2, over that of pi0 -> gamma gamma [1].
    most : float
        What the ratio does not exceed where it is not known [1]; infinite for a channel whose events nobody can make.
    """

    channel: Channel
    ratio: Acceptance
    daughters: float = 1.0
    most: float = math.inf

    def unknown(self) -> KotoChannel:
        """The channel with events of which nothing is known: of another shape than the sample's."""
        return replace(self, ratio=Acceptance(ctau=(), value=(), error=()), most=math.inf)

    def share(self, model: Model, seen: tuple[str, ...]) -> tuple[Array, Array]:
        """Its rate times the ratio [1], NaN where that is not known, and what it does not exceed there.

        Parameters
        ----------
        model : Model
            Its points; arrays broadcast.
        seen : tuple of str
            Modes of X2 that leave anything in the detector.
        """
        rate = self.channel.rate(model, seen) * self.daughters
        bound = np.where(rate > 0.0, np.maximum(rate, 1e-300) * self.most, 0.0)
        return np.where(rate > 0.0, rate * self.ratio.at(model.ctau("X2")), 0.0), bound

    def error(self, model: Model, share: Array) -> Array:
        """Statistical error of a share [1], 0 where that is not known.

        Parameters
        ----------
        model : Model
            Its points; arrays broadcast.
        share : ndarray
            Of `share`.
        """
        return np.nan_to_num(share * self.ratio.relative_error(model.ctau("X2")))


def sum_of(shares: Iterable[tuple[Array, Array]], error: Array, limit: float) -> Array:
    """What is known of channels together [1]; NaN where what is not known, or the error, is more than a tenth of it.

    Parameters
    ----------
    shares : iterable of (ndarray, ndarray)
        Of each channel its value, and what it does not exceed where that is NaN.
    error : ndarray
        Statistical error of them together.
    limit : float
        Largest allowed value: what is known is stated where two errors below it that is exceeded.
    """
    both = list(shares)
    counted = np.sum([np.nan_to_num(share) for share, _ in both], axis=0)
    unknown = np.sum([np.where(np.isnan(share), most, 0.0) for share, most in both], axis=0)
    # (what is not known adds to what is, and cannot allow what that excludes)
    poor = (np.maximum(unknown, error) > _UNKNOWN * counted) & (counted - 2.0 * error <= limit)
    return np.asarray(np.where(poor, np.nan, counted))


@dataclass(frozen=True, kw_only=True)
class AddsChannels(Search):
    """A base: a search of KOTO that adds up channels.

    Parameters
    ----------
    more : tuple of KotoChannel
        The channels, beside what the search has of its own.
    seen : tuple of str
        Modes of X2 that leave anything in the detector, a veto or a photon; the others are "unseen" in a channel.
    """

    more: tuple[KotoChannel, ...] = ()
    seen: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Koto(AddsChannels):
    """A base: K_L -> X1 X2, X2 -> X1 pi0 as the branching ratio of K_L -> pi0 nu nubar that KOTO takes it for.

    Parameters
    ----------
    efficiency_ratio : float or callable
        Efficiency of the model's events over that of K_L -> pi0 nu nubar [1], as `EfficiencyRatio` says; its values
        belong to the run's selection.
    decay : {"estimate", "included"}
        How decays inside are counted. "estimate": the ratio is one of prompt decays, and the probability to decay
        inside is that of arXiv:2005.07102, eq. 66, which overestimates. "included": the ratio is one at the lifetime
        itself.
    branching_ratio : float, optional
        Branching ratio of X2 -> X1 pi0 instead of the model's [1].
    """

    NEEDS: ClassVar = (("K_L0", "X1 X2"),)
    SAMPLED: ClassVar = True

    efficiency_ratio: EfficiencyRatio
    decay: str = "estimate"
    branching_ratio: float | None = None

    def __post_init__(self) -> None:
        if self.decay not in _DECAYS:
            raise UnknownNameError("treatment of the flight", self.decay, _DECAYS)
        ratio = self.efficiency_ratio
        if isinstance(ratio, int | float) and not ratio > 0.0:
            raise InputError(
                f"efficiency_ratio = {self.efficiency_ratio}; allowed: above 0; without accepted events there is "
                "no limit"
            )

    @staticmethod
    def serves(model: Model) -> bool:
        """Whether K_L gives the pair and X2 a pi0: what is asked before a sample is made."""
        return {("K_L0", "X1 X2"), ("X2", "X1 pi0")} <= set(model.modes())

    def applies(self, model: Model) -> bool:
        """Whether K_L gives the pair and X2 a pi0, or another channel is there."""
        return bool(self.more) or self.serves(model)

    def isotropic(self, model: Model) -> bool:
        """Whether the channel is there whose sample was made so; others have the model's spin."""
        return self.serves(model) and all(part.channel != OF_PION for part in self.more)

    def value(self, model: Model) -> Array:
        """Branching ratio of K_L -> pi0 nu nubar that would give as many events [1].

        References
        ----------
        arXiv:2005.07102, eq. 66.
        """
        if not self.more:
            return self._main(model)
        shares = self._shares(model)
        return sum_of(shares.values(), self._statistical(model, shares), self.limit)

    def statistical_error(self, model: Model) -> Array:
        """Standard error of the value by the samples [1]."""
        added = self._statistical(model, self._shares(model)) if self.more else np.zeros(())
        if not self.isotropic(model) or not isinstance(self.efficiency_ratio, Acceptance):
            return added
        own = self._main(model) * self.efficiency_ratio.relative_error(model.ctau("X2"))
        return np.hypot(np.nan_to_num(own), added)

    def _statistical(self, model: Model, shares: Mapping[str, tuple[Array, Array]]) -> Array:
        """Statistical error of the channels that are added [1]."""
        errors = [part.error(model, shares[str(part.channel)][0]) for part in self.more]
        return np.asarray(np.sqrt(np.sum(np.square(errors), axis=0)))

    def channels(self, model: Model) -> dict[str, Array]:
        """Expected events of each channel by its name [1]; NaN where its sample cannot tell."""
        events = {name: self.events(share) for name, (share, _) in self._shares(model).items()}
        return {name: number for name, number in events.items() if number is not None}

    @once_a_model()
    def _shares(self, model: Model) -> dict[str, tuple[Array, Array]]:
        """Value of each channel, and what it does not exceed where it is not known."""
        shares: dict[str, tuple[Array, Array]] = {}
        if self.isotropic(model):
            own = self._main(model)
            there = model.branching_ratio("K_L0", "X1 X2") * model.partial_width("X2", "X1 pi0") > 0.0
            shares[str(OF_PION)] = np.where(there, own, 0.0), np.where(there, np.inf, 0.0)
        return shares | {str(part.channel): part.share(model, self.seen) for part in self.more}

    def _main(self, model: Model) -> Array:
        """Value of K_L -> X1 X2, X2 -> X1 pi0."""
        produced = model.branching_ratio("K_L0", "X1 X2") * self._ratio(model)
        if self.decay == "estimate":
            produced = produced * koto_decay_probability(model.m2, model.ctau("X2"))
        if self.branching_ratio is not None:
            return np.asarray(produced * self.branching_ratio)
        total = model.width("X2")
        visible = model.partial_width("X2", "X1 pi0")
        return np.asarray(produced * np.divide(visible, np.where(total > 0.0, total, 1.0)))

    def _ratio(self, model: Model) -> Real:
        """Efficiency ratio of the model's events, without what `decay` leaves out [1]."""
        ratio = self.efficiency_ratio
        if isinstance(ratio, Acceptance):
            ctau = model.ctau("X2")
            return np.full(np.shape(ctau), ratio.at_prompt) if self.decay == "estimate" else ratio.at(ctau)
        return ratio(model) if callable(ratio) else ratio


@dataclass(frozen=True, kw_only=True)
class KotoLimit(_Koto):
    """KOTO's 90 % limit on K_L -> pi0 nu nubar, for a pair [1].

    Parameters
    ----------
    run : {"2015", "2016-18", "2021"}
        Run of KOTO whose published limit it is.
    """

    run: str = "2021"

    def __post_init__(self) -> None:
        super().__post_init__()
        run_of_koto(self.run)

    def events(self, value: Array) -> Array:
        """Expected events, from the run's single-event sensitivity [1]."""
        return sensitivity_events(value, run_of_koto(self.run).single_event_sensitivity.value)

    @property
    def limit(self) -> float:
        """Published limit [1]."""
        return run_of_koto(self.run).upper_limit.value

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """The run's limit."""
        limit = run_of_koto(self.run).upper_limit
        return (
            Measurement(
                value=limit.value,
                unit="1",
                source=limit.source,
                confidence=limit.confidence,
                confidence_level=0.90,
            ),
        )


@dataclass(frozen=True, kw_only=True)
class KotoBand(_Koto):
    """The branching ratio that explains the candidates of 2016-18 as unblinded, and what exceeds it [1].

    The limit is the upper end of the interval, the lower end bounds from below: `inside` asks for both.

    Parameters
    ----------
    candidates : int
        Events seen in the signal box.
    single_event_sensitivity : float
        Branching ratio of K_L -> pi0 nu nubar at which one event is expected [1].
    """

    KIND: ClassVar = "band"

    confidence_level: float = ONE_SIGMA
    candidates: int = field(default_factory=lambda: int(measurement("koto", "candidates").value))
    single_event_sensitivity: float = field(default_factory=lambda: measurement("koto", "sensitivity").value)

    @property
    def central(self) -> float:
        """Branching ratio that gives the candidates on average [1]."""
        return self.candidates * self.single_event_sensitivity

    def interval(self, confidence_level: float | None = None) -> tuple[float, float]:
        """Central interval of the branching ratio, at the band's own level unless given [1].

        References
        ----------
        arXiv:2005.07102, eq. 9, whose errors are those of 95 %.
        """
        low, high = poisson_interval(self.candidates, confidence_level or self.confidence_level)
        return low * self.single_event_sensitivity, high * self.single_event_sensitivity

    def inside(self, model: Model, confidence_level: float | None = None) -> npt.NDArray[np.bool_]:
        """Whether each model point explains the candidates."""
        low, high = self.interval(confidence_level)
        value = self.value(model)
        return np.asarray((value >= low) & (value <= high))

    def events(self, value: Array) -> Array:
        """Expected events [1]."""
        return sensitivity_events(value, self.single_event_sensitivity)

    def curves(self, value: Array) -> dict[str, Array]:
        """What exceeds 1 inside the bands of one and two sigma."""
        ends = {", 1 sigma": self.interval(ONE_SIGMA), ", 2 sigma": self.interval(TWO_SIGMA)}
        return {name: np.minimum(value / low, high / value) for name, (low, high) in ends.items()}

    @property
    def least(self) -> float:
        """Lower end of the interval [1]."""
        return self.interval()[0]

    @property
    def limit(self) -> float:
        """Upper end of the interval [1]."""
        return self.interval()[1]

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """Candidates and single-event sensitivity."""
        return measurement("koto", "candidates"), measurement("koto", "sensitivity")
