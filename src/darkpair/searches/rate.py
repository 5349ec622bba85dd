"""A search for one decay of a meson as a data file says it: a published limit on its rate, or counts and an exposure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import numpy as np

from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError
from darkpair.gen.parameters import Energy, Ge, Gt, Length, Lt, checked
from darkpair.gen.particles import DARK_IDS, particle
from darkpair.searches.escape import invisible_branching_ratio, pairs_of, unseen_fraction
from darkpair.searches.measurements import Measurement
from darkpair.searches.search import Search

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array
    from darkpair.statistics import Counting

__all__ = ["Counts", "Efficiency", "Escape", "RateSearch", "Stated"]

#: How surely a number is known; `darkpair.detectors.data_file.Number` says what the words mean.
Confidence = Literal["read", "derived", "print", "choice", "memory"]

#: X2 decays, or flies, so that nothing of it is seen.
_INVISIBLE: Final = "invisible"

#: Particles of a meson and a pair.
_BESIDE: Final = 3


@checked
@dataclass(frozen=True, kw_only=True)
class Stated:
    """A number with its source.

    Parameters
    ----------
    value : float
        The number, in its unit.
    unit, source : str
        Unit of value and error, and where they are published.
    confidence : {"read", "derived", "print", "choice", "memory"}
        How sure the number is: read in the source, derived from it, read off a print, a choice, or from memory.
    error : float
        Standard error, in the same unit.
    place : str
        Page, table or figure of the source.
    """

    value: Annotated[float, Ge(0.0)]
    unit: str
    source: str
    confidence: Confidence
    error: Annotated[float, Ge(0.0)] = 0.0
    place: str | None = None

    def measurement(self, unit: str, what: str, confidence_level: float | None = None) -> Measurement:
        """The same as a measurement, in the unit that it has to have."""
        if self.unit != unit:
            raise InputError(f"{what}.unit = {self.unit!r}; allowed: {unit!r}")
        return Measurement(
            value=self.value,
            error=self.error or None,
            unit=unit,
            source=self.source,
            confidence=self.confidence,
            place=self.place or "",
            confidence_level=confidence_level,
        )


@checked
@dataclass(frozen=True, kw_only=True)
class Counts:
    """Events of a search, and what they were seen in.

    Parameters
    ----------
    parents : Stated [1]
        Parents that the efficiency is a part of.
    observed, background : Stated [events]
        Events seen, and expected background.
    sensitivity_error : float
        Relative standard error of the expected events [1].
    """

    parents: Stated
    observed: Stated
    background: Stated
    sensitivity_error: Annotated[float, Ge(0.0), Lt(1.0)] = 0.0

    @property
    def measurements(self) -> tuple[Measurement, Measurement, Measurement]:
        """Parents, observed and background events."""
        return (
            self.parents.measurement("1", "counts.parents"),
            self.observed.measurement("events", "counts.observed"),
            self.background.measurement("events", "counts.background"),
        )

    def limit(self, confidence_level: float) -> float:
        """CLs limit on the signal [events]."""
        from darkpair.statistics import upper_limit  # (with scipy)

        return upper_limit(self.counting, confidence_level)

    @property
    def counting(self) -> Counting:
        """The counting experiment; InputError for numbers that it cannot have."""
        from darkpair.statistics import Counting  # (with scipy)

        parents, observed, background = self.measurements
        if not parents.value > 0.0 or observed.value != int(observed.value):
            seen, _ = apart(observed.value, round(observed.value))
            raise InputError(
                f"counts.parents = {parents.value:g}, counts.observed = {seen} events; allowed: above 0, and 0, 1, 2, ..."
            )
        return Counting(
            observed=int(observed.value),
            background=background.value,
            background_error=background.error or 0.0,
            efficiency_error=self.sensitivity_error,
        )


@checked
@dataclass(frozen=True, kw_only=True)
class Escape:
    """The flight that leaves a detector.

    Parameters
    ----------
    length : float [mm]
        Flight path that leaves the detector.
    boost : float
        beta gamma of the parent [1].
    source : str
        Where both are published.
    confidence : str
        How sure they are, a word of `Stated`.
    """

    length: Annotated[float, Length, Gt(0.0)]
    boost: Annotated[float, Ge(0.0)]
    source: str
    confidence: Confidence


@checked
@dataclass(frozen=True, kw_only=True)
class Efficiency:
    """Efficiency against masses and c tau of X2: a number, or a table with an axis for each that is given.

    Linear between the points, in c tau in its logarithm; outside of them it is not known (NaN).

    Parameters
    ----------
    value : float, optional
        Efficiency at every model point [1].
    m1, m2 : sequence of float, optional [GeV]
        Masses of X1 and X2 at which a table has values, growing, (n,).
    ctau : sequence of float, optional [mm]
        c tau of X2 at which a table has values, growing, (n,).
    values : nested sequence of float, optional
        Efficiencies along the axes in the order m1, m2, ctau [1].
    source : str
        Where they are published.
    confidence : str
        How sure they are, a word of `Stated`.
    """

    source: str
    confidence: Confidence
    value: Annotated[float, Ge(0.0)] | None = None
    m1: Sequence[Annotated[float, Energy, Ge(0.0)]] | None = None
    m2: Sequence[Annotated[float, Energy, Ge(0.0)]] | None = None
    ctau: Sequence[Annotated[float, Length, Gt(0.0)]] | None = None
    values: Any = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", _tuples(self.values))
        if (self.value is None) == (self.values is None):
            raise InputError(
                "efficiency needs a value, or values with their axes m1, m2 or ctau, and not both"
            )
        if self.value is not None and self.axes:
            raise InputError(
                f"efficiency.value with {', '.join(self.axes)}; give values along them, or leave them out"
            )
        for name, points in self.axes.items():
            if len(points) < 2 or np.any(np.diff(points) <= 0.0):
                raise InputError(
                    f"efficiency.{name} = {list(points)}; allowed: two points or more, each above the last"
                )
        if self.values is not None:
            _ = self.table

    @property
    def axes(self) -> dict[str, tuple[float, ...]]:
        """Points of each axis that the table has."""
        given = {name: getattr(self, name) for name in ("m1", "m2", "ctau")}
        return {name: tuple(points) for name, points in given.items() if points is not None}

    @property
    def table(self) -> Array:
        """The values as an array."""
        shape = tuple(len(points) for points in self.axes.values())
        along = ", ".join(f"{len(points)} along {name}" for name, points in self.axes.items())
        try:
            table = np.array(self.values, dtype=np.float64)
        except (TypeError, ValueError):
            table = np.zeros(())
        if not shape or table.shape != shape:
            raise InputError(
                f"efficiency.values has to be a list of numbers, {along or 'along m1, m2 or ctau'}; correct it"
            )
        if not np.all(np.isfinite(table) & (table >= 0.0)):
            raise InputError(
                "efficiency.values has a number that is negative or not finite; allowed: 0 or more"
            )
        return table

    def largest(self) -> float:
        """The largest value [1]."""
        return float(np.max(self.table)) if self.value is None else self.value

    def at(self, model: Model) -> Array:
        """Efficiency at each model point [1]; NaN where it is not known."""
        if self.value is not None:
            return np.asarray(self.value)
        from scipy.interpolate import RegularGridInterpolator  # (nothing else here needs it)

        with np.errstate(divide="ignore"):
            where = {"m1": model.m1, "m2": model.m2, "ctau": np.log(model.ctau("X2"))}
        grid = [np.log(points) if name == "ctau" else np.array(points) for name, points in self.axes.items()]
        efficiency = RegularGridInterpolator(grid, self.table, bounds_error=False, fill_value=np.nan)
        at = np.stack(
            np.broadcast_arrays(*(np.asarray(where[name], dtype=np.float64) for name in self.axes)), axis=-1
        )
        return np.asarray(efficiency(at)).reshape(at.shape[:-1])


def _tuples(values: Any) -> Any:
    """Nested lists as nested tuples."""
    return tuple(map(_tuples, values)) if isinstance(values, list | tuple | np.ndarray) else values


@checked
@dataclass(frozen=True, kw_only=True)
class RateSearch(Search):
    """A search for parent -> mode, perhaps with a decay of X2: a limit on the rate, or counted events.

    Parameters
    ----------
    parent, mode : str
        Decay that is looked for, as `darkpair rates` shows it: "K_L0" and "X1 X2".
    then : str, optional
        What X2 has to decay to, "X1 pi0"; "invisible": it decays or flies away unseen.
    pairs : {"every", "named"}
        For "invisible", of X1 X2 beside one meson or alone: whether every pair that a model makes there counts (X1 X1 and X2 X2
        too, which nobody can tell from it), or that of the mode alone.
    escape : Escape, optional
        Flight that leaves the detector, for "invisible" beside one meson; without it by its decays alone.
    upper_limit : Stated [1], optional
        Largest branching ratio of everything that is looked for.
    counts : Counts, optional
        In its place: the limit is the CLs limit of these counts [events].
    efficiency : Efficiency, optional
        Efficiency for the model's events: beside `upper_limit` over that of the decay that the limit is of; 1 unless
        given.
    confidence_level : float
        Confidence level of either limit [1].
    data : sequence of {"2020", "today"}
        Sets of data that it belongs to.
    summary : str
        What it is, in a line.
    """

    parent: str
    mode: str
    then: str | None = None
    pairs: Literal["every", "named"] = "every"
    escape: Escape | None = None
    upper_limit: Stated | None = None
    counts: Counts | None = None
    efficiency: Efficiency = field(
        default_factory=lambda: Efficiency(
            value=1.0, source="as the search states its limit", confidence="derived"
        )
    )
    confidence_level: Annotated[float, Gt(0.0), Lt(1.0)] = 0.90
    data: Sequence[Literal["2020", "today"]] = ("today",)
    summary: str = "A search of a data file."

    def __post_init__(self) -> None:
        for name in (self.parent, *self.mode.split()):
            if name not in DARK_IDS:
                particle(name)
        if (self.upper_limit is None) == (self.counts is None):
            raise InputError("a search needs upper_limit or counts, and not both; give one of them")
        if self.then is not None and self.mode.split().count("X2") != 1:
            raise InputError(
                f"then = {self.then!r} with mode = {self.mode!r}; allowed: beside a mode with one X2"
            )
        if self.escape is not None and not (self.then == _INVISIBLE and self._daughter):
            raise InputError(
                f"escape with mode = {self.mode!r} and then = {self.then!r}; allowed: beside mode = 'K+ X1 X2', one meson and "
                "the pair, and then = 'invisible'"
            )
        if self.counts is not None and self.efficiency.largest() > 1.0:
            raise InputError(
                f"efficiency of {apart(self.efficiency.largest(), 1.0)[0]} beside counts; allowed: 0 to 1"
            )
        if not self.limit > 0.0:
            raise InputError(f"upper_limit.value = {self.limit:g}; allowed: above 0")

    @property
    def sets(self) -> tuple[str, ...]:
        """Sets of data that it belongs to."""
        return tuple(self.data)

    @property
    def _daughter(self) -> str:
        """The meson beside the pair; empty where there is none."""
        first, *pair = self.mode.split()
        return first if pair == ["X1", "X2"] else ""

    @property
    def decays(self) -> tuple[tuple[str, str], ...]:
        """(parent, mode) pairs that it needs, all of them."""
        own = ((self.parent, self.mode),)
        return own if self.then in (None, _INVISIBLE) else (*own, ("X2", str(self.then)))

    def applies(self, model: Model) -> bool:
        """Whether the model has every decay, or any pair that counts."""
        own = set(model.modes())
        return bool(self._modes(model)) and set(self.decays[1:]) <= own

    def _modes(self, model: Model) -> tuple[str, ...]:
        """Modes of the parent that count."""
        pair = self.mode.split()[-2:] == ["X1", "X2"] and len(self.mode.split()) <= _BESIDE
        if self.then == _INVISIBLE and self.pairs == "every" and pair:
            return pairs_of(model, self.parent, self._daughter or None)
        return (self.mode,) if (self.parent, self.mode) in model.modes() else ()

    def value(self, model: Model) -> Array:
        """Branching ratio times efficiency [1], or expected events."""
        rates = [
            model.branching_ratio(self.parent, mode) * self._seen(model, mode) for mode in self._modes(model)
        ]
        product = sum(rates, start=np.zeros(())) * self.efficiency.at(model)
        return np.asarray(product if self.counts is None else self.counts.parents.value * product)

    def _seen(self, model: Model, mode: str) -> Array:
        """Part of the X2 of a mode that do what the search looks for [1]."""
        if self.then is None:
            return np.ones(())
        if self.then == _INVISIBLE and self.escape is not None:
            where = {"length": self.escape.length, "boost": self.escape.boost}
            return unseen_fraction(model, self.parent, mode, **where)
        if self.then == _INVISIBLE:
            return np.asarray(invisible_branching_ratio(model) ** mode.split().count("X2"))
        total = model.width("X2")
        return np.asarray(np.divide(model.partial_width("X2", self.then), np.where(total > 0.0, total, 1.0)))

    def events(self, value: Array) -> Array | None:
        """Expected events: the observable itself, where events are counted."""
        return None if self.counts is None else value

    @property
    def unit(self) -> str:
        """Of the observable and its limit."""
        return "1" if self.counts is None else "events"

    @property
    def limit(self) -> float:
        """The published limit, or that of the counts."""
        if self.counts is None:
            return self.measurements[0].value
        return self.counts.limit(self.confidence_level)

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """The limit; or parents, observed and background events."""
        if self.upper_limit is not None:
            return (self.upper_limit.measurement("1", "upper_limit", self.confidence_level),)
        assert self.counts is not None
        return self.counts.measurements
