"""A search for a meson and nothing else, or for nothing at all: pairs of dark particles of which none is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np

from darkpair.chains.matrix_elements import KstarTransition, VectorTransition
from darkpair.chains.models.model import NotDerivedError
from darkpair.gen.errors import InputError
from darkpair.gen.parameters import Gt, Lt, checked
from darkpair.gen.particles import particle
from darkpair.searches.escape import (
    PAIRS,
    both_invisible,
    invisible_branching_ratio,
    invisible_fraction,
    pairs_of,
    two_body_invisible,
)
from darkpair.searches.rate import Escape, Stated
from darkpair.searches.search import Search

if TYPE_CHECKING:
    from darkpair.chains.models.model import Model
    from darkpair.gen.kinematics import Array
    from darkpair.searches.measurements import Measurement

__all__ = [
    "PAIRS",
    "UnseenSearch",
    "operator_note",
    "pairs_of",
    "unseen_modes",
    "unseen_part",
    "unseen_rate",
]


def unseen_modes(model: Model, parent: str, daughter: str, pairs: str) -> tuple[str, ...]:
    """Modes of a model that are a meson and a pair, every one or that which is named.

    Parameters
    ----------
    model : Model
        The model.
    parent, daughter : str
        Names of the meson that decays and of the one beside the pair.
    pairs : str
        "every", or a pair: "X1 X2".
    """
    own = pairs_of(model, parent, daughter)
    return own if pairs == "every" else tuple(mode for mode in own if mode == f"{daughter} {pairs}")


def unseen_part(model: Model, parent: str, mode: str, escape: Escape | None = None) -> Array:
    """Part of a mode's events in which no dark particle is seen [1].

    An X1 is never seen.  An X2 is not by its decays, or by its flight: of two daughters, or beside a meson and X1.  Of two X2 beside a meson
    only what decays unseen counts, which is too few: where that is nothing, the part is not known (NaN).

    Parameters
    ----------
    model : Model
        The model.
    parent, mode : str
        The decay.
    escape : Escape, optional
        Flight that leaves the detector.
    """
    *others, last = mode.split()
    number = mode.split().count("X2")
    unseen = invisible_branching_ratio(model)
    if number == 0 or escape is None:
        return np.asarray(unseen**number)
    where = {"length": escape.length, "boost": escape.boost}
    if number == 2 and len(others) == 1:
        return both_invisible(model, _mass(model, parent), **where)
    if number != 1:
        return np.asarray(np.where(unseen > 0.0, unseen**number, np.nan))
    if len(others) == 2:
        return invisible_fraction(model, parent, others[0], **where)
    other = others[0] if last == "X2" else last
    heavy = _mass(model, parent)
    return two_body_invisible(model, heavy, _mass(model, other), model.m2, **where)


def _mass(model: Model, name: str) -> Any:
    """Mass of a daughter or of what decays [GeV]."""
    own: dict[str, Any] = {"X1": model.m1, "X2": model.m2, "h": model.inputs["m_h"]}
    return own[name] if name in own else particle(name).mass


def unseen_rate(model: Model, parent: str, daughter: str | None, escape: Escape | None = None) -> Array:
    """Branching ratio into a daughter, or nothing, and dark particles that are not seen [1].

    That of a Higgs boson, whose width in a model is the Standard Model's, is with the dark pairs in the width.

    Parameters
    ----------
    model : Model
        The model.
    parent : str
        Name of what decays.
    daughter : str, optional
        Name of what is seen.
    escape : Escape, optional
        Flight that leaves the detector.
    """
    total: Array = np.zeros(())
    dark: Array = np.zeros(())
    unknown = np.zeros((), dtype=bool)
    for mode in pairs_of(model, parent, daughter):
        ratio = model.branching_ratio(parent, mode)
        part = unseen_part(model, parent, mode, escape)
        total = total + ratio * np.nan_to_num(part)
        unknown = unknown | (np.isnan(part) & (ratio > 0.0))
        dark = dark + ratio
    total = np.where(unknown & (total == 0.0), np.nan, total)  # (beside what is known it adds to it)
    return np.asarray(total / (1.0 + dark)) if parent == "h" else total


def operator_note(model: Model, parent: str, modes: Sequence[str]) -> str:
    """What is taken for granted where the efficiency is that for neutrinos and the model's operator is another; empty for theirs.

    Parameters
    ----------
    model : Model
        The model.
    parent : str
        Name of what decays.
    modes : sequence of str
        Its decays to a meson and a pair.
    """
    for mode in modes:
        try:
            amplitude = model.matrix_element(parent, mode)
        except (InputError, NotDerivedError):
            amplitude = None
        if not isinstance(amplitude, VectorTransition | KstarTransition):
            return "the efficiency is that of the vector operator of neutrinos, this model's is another"
    return ""


@checked
@dataclass(frozen=True, kw_only=True)
class UnseenSearch(Search):
    """A limit on parent -> daughter and nothing else that is seen, for every pair of dark particles of a model.

    The efficiency is that of the decay that the limit is of; what neutrinos of the Standard Model take of the limit is
    not subtracted.

    Parameters
    ----------
    parent : str
        Name of what decays.
    daughter : str, optional
        Name of what is seen; nothing unless given.
    upper_limit : Stated [1]
        Largest branching ratio.
    escape : Escape, optional
        Flight that leaves the detector; without it an X2 is unseen by its decays alone.
    confidence_level : float
        Confidence level of the limit [1].
    status : {"measurement", "projection", "estimate"}
        What it is. A measurement excludes, unless its limit is from memory; the others are lines.
    held_against : str
        What it was compared with.
    data : sequence of {"2020", "today"}
        Sets of data that it belongs to.
    summary : str
        What it is, in a line.
    """

    parent: str
    upper_limit: Stated
    daughter: str | None = None
    escape: Escape | None = None
    confidence_level: Annotated[float, Gt(0.0), Lt(1.0)] = 0.90
    status: Literal["measurement", "projection", "estimate"] = "measurement"
    held_against: str = "nothing"
    data: Sequence[Literal["2020", "today"]] = ("today",)
    summary: str = "A search for what is not seen, of a data file."

    def __post_init__(self) -> None:
        for name in (self.parent, self.daughter):
            if name is not None and name != "h":
                particle(name)
        if not self.limit > 0.0:
            raise InputError(f"upper_limit.value = {self.limit:g}; allowed: above 0")

    @property
    def kind(self) -> str:
        """What an excess means: only a measurement whose limit is not from memory excludes."""
        return "excluded" if self.status == "measurement" and not self.from_memory else "line"

    @property
    def from_memory(self) -> tuple[str, ...]:
        """Names of the numbers that its result rests on and nobody has read."""
        numbers = {"upper_limit": self.upper_limit, "escape": self.escape}
        return tuple(name for name, own in numbers.items() if own is not None and own.confidence == "memory")

    @property
    def sets(self) -> tuple[str, ...]:
        """Sets of data that it belongs to."""
        return tuple(self.data)

    @property
    def decays(self) -> tuple[tuple[str, str], ...]:
        """(parent, mode) pair that it needs, with any pair in place of X1 X2."""
        return ((self.parent, "X1 X2" if self.daughter is None else f"{self.daughter} X1 X2"),)

    def applies(self, model: Model) -> bool:
        """Whether the model has a pair of that parent, beside the daughter."""
        return bool(pairs_of(model, self.parent, self.daughter))

    def value(self, model: Model) -> Array:
        """Branching ratio into what is not seen [1]."""
        return unseen_rate(model, self.parent, self.daughter, self.escape)

    def note(self, model: Model) -> str:
        """What is taken for granted of a model whose operator is not that of neutrinos."""
        modes = pairs_of(model, self.parent, self.daughter)
        return "" if self.daughter is None else operator_note(model, self.parent, modes)

    @property
    def limit(self) -> float:
        """The published limit [1]."""
        return self.measurements[0].value

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """The published limit."""
        return (self.upper_limit.measurement("1", "upper_limit", self.confidence_level),)
