"""B+ -> K+ and nothing seen by a published likelihood of the user's, whose signal is re-weighted in q2."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np

from darkpair.chains.form_factors import form_factor
from darkpair.chains.standard_model_rates import neutrino_transition
from darkpair.chains.widths import three_body_width, three_body_window
from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError
from darkpair.gen.parameters import Ge, Gt, Lt, checked
from darkpair.gen.particles import particle
from darkpair.searches.likelihood_workspace import Likelihood, read_json, read_numbers
from darkpair.searches.measurements import Measurement
from darkpair.searches.rate import Escape, Stated
from darkpair.searches.search import Search
from darkpair.searches.unseen import pairs_of, unseen_part

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array

__all__ = ["Density", "LikelihoodSearch"]


@checked
@dataclass(frozen=True, kw_only=True)
class Density:
    """Where the events of a channel's simulated signal lie in q2.

    Parameters
    ----------
    file : str
        Numbers without a header, a row for each bin of the channel and a column for each bin of q2, before them one for events whose
        q2 is not known; from the folder of the search's file.
    sample : str
        Sample of the simulated signal.
    """

    file: str
    sample: str = "signal"


@checked
@dataclass(frozen=True, kw_only=True)
class Squares:
    """Equal bins of the generated q2.

    Parameters
    ----------
    low, high : float [GeV^2]
        Their ends.
    bins : int
        Their number.
    """

    high: Annotated[float, Gt(0.0)]
    bins: Annotated[int, Ge(1)]
    low: Annotated[float, Ge(0.0)] = 0.0

    @property
    def edges(self) -> Array:
        """Edges of the bins [GeV^2], (bins + 1,)."""
        if not self.high > self.low:
            low, high = apart(self.low, self.high)
            raise InputError(f"q2.low = {low}, q2.high = {high} GeV^2; allowed: low below high")
        return np.linspace(self.low, self.high, self.bins + 1)


@checked
@dataclass(frozen=True, kw_only=True)
class LikelihoodSearch(Search):
    """A pyhf workspace of M' -> M nu nubar, with a model's own spectrum in q2 beside the Standard Model's.

    The simulated signal stays at its rate.  Another one is added, whose events in each bin are those of the simulated one, weighted by
    the ratio of the model's and the simulation's branching ratio in each bin of q2; the limit on its branching ratio is
    CLs's by the asymptotic law.  For an X of two bodies the spectrum is one bin.

    Parameters
    ----------
    workspace : str
        The workspace's file, from the folder of this one.
    densities : mapping of str to Density
        Of each channel that has signal, by the channel's name.
    q2 : Squares
        Bins of q2 that the densities have.
    rate : Stated [1]
        Branching ratio of the simulated signal at a strength of 1, all of it within these bins.
    parent, daughter : str
        M' and M.
    form_factors : str
        Form factors that the simulation has, by which its spectrum is known: "bcl" or "ali-ball".
    strength : str
        Strength of the simulated signal in the workspace.
    drop : sequence of str
        Modifiers of the simulated signal that belong to its form factors.
    escape : Escape, optional
        Flight that leaves the detector; without it X2 is unseen by its decays alone.
    confidence_level : float
        Confidence level of the limit [1].
    status : {"measurement", "projection", "estimate"}
        What it is. A measurement excludes, unless its rate is from memory; the others are lines.
    held_against : str
        What it was compared with.
    data : sequence of {"2020", "today"}
        Sets of data that it belongs to.
    summary : str
        What it is, in a line.
    at_limit : float, optional
        Limit that value and limit are stated at [1]: that of a point, which `at_point` fills in; that of neutrinos' shape
        unless given.
    """

    workspace: str
    densities: Mapping[str, Density]
    q2: Squares
    rate: Stated
    parent: str = "B+"
    daughter: str = "K+"
    form_factors: Literal["bcl", "ali-ball"] = "bcl"
    strength: str = "mu"
    drop: Sequence[str] = ()
    escape: Escape | None = None
    confidence_level: Annotated[float, Gt(0.0), Lt(1.0)] = 0.90
    status: Literal["measurement", "projection", "estimate"] = "measurement"
    held_against: str = "nothing"
    data: Sequence[Literal["2020", "today"]] = ("today",)
    summary: str = "A published likelihood, of a data file."
    at_limit: Annotated[float, Gt(0.0)] | None = None

    def __post_init__(self) -> None:
        if not self.densities or not self.rate.value > 0.0:
            raise InputError(
                f"{len(self.densities)} densities, rate.value = {self.rate.value:g}; allowed: one or more, and above 0"
            )
        for name in (self.parent, self.daughter):
            particle(name)
        _ = self.likelihood

    @cached_property
    def likelihood(self) -> Likelihood:
        """The workspace with its densities."""
        specification = read_json(self.workspace)
        if not isinstance(specification, dict) or not {"channels", "observations", "measurements"} <= set(
            specification
        ):
            raise InputError(
                f"{self.workspace}: no workspace with channels, observations and measurements; give one"
            )
        densities = {name: (own.sample, read_numbers(own.file)) for name, own in self.densities.items()}
        simulated = self.rate.measurement("1", "rate").value * self.neutrinos
        return Likelihood(
            specification=specification,
            densities=densities,
            simulated=simulated,
            strength=self.strength,
            drop=tuple(self.drop),
        )

    @cached_property
    def neutrinos(self) -> Array:
        """Part of the simulated signal in each bin of q2 [1], (bins,)."""
        form: Any = (
            form_factor("B -> K", self.form_factors) if self.parent[0] == "B" else form_factor("K -> pi")
        )
        averaged = neutrino_transition(self.parent, self.daughter, form).averaged
        parts = self._parts(0.0, 0.0, averaged)
        return parts / np.sum(parts)

    def _parts(self, m1: Any, m2: Any, averaged: Any) -> Array:
        """Width of M' -> M and a pair in each bin of q2 [GeV], (bins, ...)."""
        heavy, light = particle(self.parent).mass, particle(self.daughter).mass
        edges = self.q2.edges
        return np.stack(
            [
                three_body_window(heavy, light, m1, m2, averaged, low, high)
                for low, high in itertools.pairwise(edges)
            ]
        )

    @property
    def kind(self) -> str:
        """What an excess means: only a measurement whose rate is not from memory excludes."""
        return "excluded" if self.status == "measurement" and self.rate.confidence != "memory" else "line"

    @property
    def sets(self) -> tuple[str, ...]:
        """Sets of data that it belongs to."""
        return tuple(self.data)

    @property
    def decays(self) -> tuple[tuple[str, str], ...]:
        """(parent, mode) pair that it needs, with any pair, X1 or X2 in place of X1 X2."""
        return ((self.parent, f"{self.daughter} X1 X2"),)

    def _modes(self, model: Model) -> tuple[str, ...]:
        narrow = [f"{self.daughter} {name}" for name in ("X1", "X2")]
        own = [mode for mode in narrow if (self.parent, mode) in model.modes()]
        return (*own, *pairs_of(model, self.parent, self.daughter))

    def applies(self, model: Model) -> bool:
        """Whether the model has M' -> M and X1, X2 or a pair."""
        return bool(self._modes(model))

    def spectrum(self, model: Model) -> Array:
        """Branching ratio with nothing seen in each bin of q2 [1], (bins, ...); what flies out does at each q2 alike."""
        total: Array = np.zeros(self.q2.bins)
        for mode in self._modes(model):
            own = self._spectrum(model, mode) * unseen_part(model, self.parent, mode, self.escape)
            total = total.reshape(total.shape + (1,) * (own.ndim - total.ndim)) + own
        return total

    def _spectrum(self, model: Model, mode: str) -> Array:
        ratio = model.branching_ratio(self.parent, mode)
        _, *dark = mode.split()
        masses = [np.asarray(model.m1 if name == "X1" else model.m2) for name in dark]
        if len(dark) == 1:
            return np.asarray(ratio * self.narrow(masses[0]))
        averaged = model.matrix_element(self.parent, mode).averaged
        heavy, light = particle(self.parent).mass, particle(self.daughter).mass
        first, second = masses
        whole = three_body_width(heavy, light, first, second, averaged)
        return np.asarray(self._parts(first, second, averaged) * ratio / np.where(whole > 0.0, whole, 1.0))

    def narrow(self, mass: Any) -> Array:
        """Spectrum of an X of two bodies and a branching ratio of 1, (bins, ...); nothing outside of the bins.

        Parameters
        ----------
        mass : float or ndarray [GeV]
            Mass of X.
        """
        edges = self.q2.edges
        squared = np.square(np.asarray(mass, dtype=float))
        low = edges[:-1].reshape(-1, *(1,) * squared.ndim)
        high = edges[1:].reshape(-1, *(1,) * squared.ndim)
        return np.asarray((low <= squared) & (squared < high), dtype=np.float64)

    def fit_narrow(self, masses: Sequence[float]) -> list[tuple[float, float, float]]:
        """For each mass of an X of two bodies [GeV] the branching ratio that fits best, and twice the negative log-likelihood.

        Parameters
        ----------
        masses : sequence of float [GeV]
            Masses to try.
        """
        return [(mass, *self.likelihood.fit(self.narrow(mass))) for mass in masses]

    def value(self, model: Model) -> Array:
        """Branching ratio with nothing seen, at the limit of a point or of neutrinos' shape [1]."""
        spectrum = self.spectrum(model)
        total = spectrum.sum(axis=0)
        columns = spectrum.reshape(len(spectrum), -1)
        over = [float(np.sum(c)) / self._limit_of(c) if np.any(c > 0.0) else 0.0 for c in columns.T]
        return np.asarray(np.reshape(over, np.shape(total)) * self.limit)

    def _limit_of(self, spectrum: Array) -> float:
        return self.likelihood.limit(spectrum, self.confidence_level)

    def at_point(self, model: Model) -> LikelihoodSearch:
        """The search with the limit for a point's spectrum."""
        spectrum = self.spectrum(model)
        if spectrum.ndim > 1 or not np.any(spectrum > 0.0):
            return self
        made = replace(self, at_limit=self._limit_of(spectrum))
        made.__dict__["likelihood"] = self.likelihood  # (with the limits that it has found)
        return made

    def note(self, model: Model) -> str:
        """What is taken for granted of the efficiency: nothing but q2 decides about it."""
        return ""

    @property
    def limit(self) -> float:
        """The limit for a point's spectrum, or for that of neutrinos [1]."""
        return self._limit_of(self.neutrinos) if self.at_limit is None else self.at_limit

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """The limit, and the simulated rate."""
        own = self.rate.measurement("1", "rate")
        limit = Measurement(
            value=self.limit, unit="1", source=f"CLs of {self.workspace}; {own.source}", confidence="derived",
            confidence_level=self.confidence_level,
        )  # fmt: skip
        return limit, own
