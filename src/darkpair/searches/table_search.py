"""A search for M' -> M X, or for M' -> M and a pair, whose limits a published table has against the mass of X."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Final, Literal

import numpy as np

from darkpair.chains.widths import three_body_window
from darkpair.gen.digits import apart
from darkpair.gen.errors import InputError
from darkpair.gen.parameters import Gt, Lt, checked
from darkpair.gen.particles import particle
from darkpair.searches.limit_table import LimitTable
from darkpair.searches.measurements import Measurement
from darkpair.searches.rate import Escape, Stated
from darkpair.searches.search import Search
from darkpair.searches.unseen import operator_note, unseen_part

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array

__all__ = ["TableSearch"]

#: What may stand beside the meson: a state, or a pair.
_STATES: Final = ("X1", "X2")
_PAIRS: Final = ("X1 X1", "X1 X2", "X2 X2")


@checked
@dataclass(frozen=True, kw_only=True)
class TableSearch(Search):
    """Limits on M' -> M X against the mass of X, and perhaps its lifetime, from a table of the user's.

    A model with M' -> M X1 or M X2 is held against the limit at that mass.  A pair has a spectrum of masses, of which nothing is
    published: within the resolution of each mass of the table the part of the pairs there counts as an X of that mass, and the strongest
    of these limits is the value.  Events outside of that window, which would make the limit stronger, do not count, and pairs that widen the
    peak are taken for one; so it is an estimate.

    Parameters
    ----------
    parent : str
        Name of M'.
    mode : str
        M and a state, "pi+ X2", or M and a pair, "pi+ X1 X2".
    table : LimitTable
        The table.
    resolution : Stated [GeV^2], optional
        Half width of the window in the squared missing mass, for a pair.
    escape : Escape, optional
        Flight that leaves the detector, for an X2 whose limits have no lifetime; without it X2 is unseen by its decays alone.
    confidence_level : float
        Confidence level of the limits [1].
    status : {"measurement", "projection", "estimate"}, optional
        What it is. A measurement excludes, unless a number is from memory; a pair's is an estimate or projection. Unless given
        "measurement" for a state and "estimate" for a pair.
    held_against : str
        What it was compared with.
    data : sequence of {"2020", "today"}
        Sets of data that it belongs to.
    summary : str
        What it is, in a line.
    at_limit : float, optional
        Limit that value and limit are stated at [1]: that of a point, which `at_point` fills in; the table's smallest unless given.
    """

    parent: str
    mode: str
    table: LimitTable
    resolution: Stated | None = None
    escape: Escape | None = None
    confidence_level: Annotated[float, Gt(0.0), Lt(1.0)] = 0.90
    status: Literal["measurement", "projection", "estimate"] | None = None
    held_against: str = "nothing"
    data: Sequence[Literal["2020", "today"]] = ("today",)
    summary: str = "A published table of limits, of a data file."
    at_limit: Annotated[float, Gt(0.0)] | None = None

    def __post_init__(self) -> None:
        particle(self.parent)
        daughter, _, dark = self.mode.partition(" ")
        if dark not in (*_STATES, *_PAIRS):
            raise InputError(
                f"mode = {self.mode!r}; allowed: a meson and one of {', '.join((*_STATES, *_PAIRS))}"
            )
        particle(daughter)
        if self._pair and self.status == "measurement":
            raise InputError(
                f"status = 'measurement' with mode = {self.mode!r}; allowed: 'estimate', because the table has limits on one X"
            )
        if self._pair != (self.resolution is not None):
            raise InputError(
                f"mode = {self.mode!r} {'needs a' if self._pair else 'has no'} resolution, the half width of the "
                "window in the squared missing mass [GeV^2], which belongs to a pair"
            )
        if self.escape is not None and self.table.lifetime is not None:
            raise InputError("escape beside a table with lifetimes, which knows the flight; leave escape out")
        if self._pair and self.table.lifetime is not None:
            raise InputError("a pair and a table with lifetimes; give the limits for an X that is stable")
        if self.resolution is not None:
            _ = self._window
        least, most = float(self.table.grid[0][0]), particle(self.parent).mass - particle(daughter).mass
        if least > most:
            given, left = apart(least, most, digits=4)
            raise InputError(
                f"{self.table.file}: the least mass is {given} GeV, and {self.parent} -> {daughter} leaves {left} GeV; allowed: "
                "a table with masses below; look at mass_unit"
            )

    @property
    def _pair(self) -> bool:
        return self.mode.partition(" ")[2] in _PAIRS

    @property
    def _window(self) -> float:
        """Half width of the window [GeV^2]."""
        assert self.resolution is not None
        width = self.resolution.measurement("GeV^2", "resolution").value
        if not width > 0.0:
            raise InputError(f"resolution.value = {width:g} GeV^2; allowed: above 0")
        return width

    @property
    def kind(self) -> str:
        """What an excess means: only a measurement of which no number is from memory excludes."""
        given = self.table, self.resolution, self.escape
        recalled = any(own is not None and own.confidence == "memory" for own in given)
        measured = self.status in (None, "measurement") and not self._pair
        return "excluded" if measured and not recalled else "line"

    @property
    def sets(self) -> tuple[str, ...]:
        """Sets of data that it belongs to."""
        return tuple(self.data)

    @property
    def decays(self) -> tuple[tuple[str, str], ...]:
        """(parent, mode) pair that it needs."""
        return ((self.parent, self.mode),)

    def applies(self, model: Model) -> bool:
        """Whether the model has the decay."""
        return (self.parent, self.mode) in model.modes()

    def value(self, model: Model) -> Array:
        """Branching ratio with nothing seen, at the limit of a point or the smallest one [1]; NaN where no limit is known."""
        ratio = model.branching_ratio(self.parent, self.mode)
        if self.table.lifetime is None:
            ratio = ratio * unseen_part(model, self.parent, self.mode, self.escape)
        return np.asarray(ratio * self._over_limit(model) * self.limit)

    def _over_limit(self, model: Model) -> Array:
        """One over the limit at each point [1]; NaN where none is known."""
        daughter, _, dark = self.mode.partition(" ")
        if not self._pair:
            mass = model.m1 if dark == "X1" else model.m2
            return np.asarray(1.0 / self.table.at(mass, model.ctau(dark)))
        heavy, light = particle(self.parent).mass, particle(daughter).mass
        first, second = (model.m1 if name == "X1" else model.m2 for name in dark.split())
        averaged = model.matrix_element(self.parent, self.mode).averaged
        whole = model.partial_width(self.parent, self.mode)
        strongest = np.full(np.shape(whole), np.nan)
        for mass in self.table.grid[0]:
            ends = mass**2 - self._window, mass**2 + self._window
            inside = three_body_window(heavy, light, first, second, averaged, *ends)
            part = np.divide(inside, np.where(whole > 0.0, whole, 1.0)) / self.table.at(mass, np.inf)
            strongest = np.fmax(strongest, part)
        return strongest

    def at_point(self, model: Model) -> TableSearch:
        """The search with the limit of a point, where the table has it."""
        inverse = self._over_limit(model)
        if inverse.ndim or not inverse > 0.0:
            return self
        return replace(self, at_limit=float(1.0 / inverse))

    def note(self, model: Model) -> str:
        """How a pair is compared with a table for one X, and what is taken for granted of another operator."""
        if not self._pair:
            return ""
        estimate = f"{self.mode}: pairs within the resolution of each mass count as an X of that mass, the strongest is shown"
        other = operator_note(model, self.parent, (self.mode,))
        return f"{estimate}; {other}" if other else estimate

    @property
    def limit(self) -> float:
        """The limit of a point, or the smallest one of the table [1]."""
        return self.table.smallest() if self.at_limit is None else self.at_limit

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """The limit, and the resolution."""
        limit = Measurement(
            value=self.limit, unit="1", source=self.table.source, confidence=self.table.confidence,
            confidence_level=self.confidence_level,
        )  # fmt: skip
        own = self.resolution
        return (limit, *(() if own is None else (own.measurement("GeV^2", "resolution"),)))
