"""A published number beside ours: what a row is, and the one rule by which its verdict is found."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from darkpair.chains.models.inputs import Inputs
from darkpair.detectors.data_file import Number
from darkpair.gen.errors import InputError

__all__ = [
    "AGREES",
    "CONSISTENCY",
    "DIFFERS",
    "RULE",
    "SKIPPED",
    "WITHIN",
    "Ours",
    "Published",
    "Result",
    "Row",
    "Size",
    "of_number",
    "propagated",
    "reference_folder",
]

AGREES: Final = "agrees"
WITHIN: Final = "within stated spread"
DIFFERS: Final = "does not agree"
SKIPPED: Final = "skipped"

#: Theme of rows that predict nothing: what the package takes, against the source, or the fit, that it takes it from.
CONSISTENCY: Final = "consistency"

#: Most standard errors between two numbers that agree.
_PULL: Final = 2.0

#: Relative error of a point of a published curve that has none of its own: of drawing, digitising and joining points.
_CURVE: Final = 0.03

RULE: Final = f"""The pull is (ours - published) / the root of the sum of both errors' squares. The error of ours is
statistical, or that of the inputs, never a guess. The published one's is the source's own; a number that is printed
without one has half a unit of its last digit; a point of a curve has {_CURVE:.0%}, and so has a mean over one. A row "{AGREES}" where the pull is at most
{_PULL:g}. Where it is more, but the numbers differ by no more than a spread that the package or the source states for this
very quantity (of the generators of a spectrum, of form factors), the row is "{WITHIN}". Otherwise it "{DIFFERS}"."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much work a row may take, and the inputs of its rates.

    Parameters
    ----------
    quick : bool
        A tenth of the events.
    inputs : Inputs
    """

    quick: bool = False
    inputs: Inputs = field(default_factory=Inputs)

    def events(self, full: int) -> int:
        """Of a sample that has `full` at full size."""
        return full // 10 if self.quick else full


@dataclass(frozen=True, kw_only=True)
class Published:
    """A number as its source prints it.

    Parameters
    ----------
    text : str
        The number in the source's digits.
    error : float, optional
        The source's standard error; None where it gives none.
    curve : bool
        Whether it is a point of a curve, or a mean over one.
    source, place : str
        What was published, and where in it the number stands.
    confidence : {"read", "derived", "memory"}
    """

    text: str
    error: float | None = None
    curve: bool = False
    source: str
    place: str
    confidence: str = "read"

    def __post_init__(self) -> None:
        if not math.isfinite(self.value) or self.sigma <= 0.0 or not self.source or not self.place:
            raise InputError(
                f"published {self.text!r}, error {self.error}, source {self.source!r}, place {self.place!r}; "
                "allowed: a finite number, an error above 0, and words; complete the row"
            )

    @property
    def value(self) -> float:
        """The number."""
        return float(self.text)

    @property
    def sigma(self) -> float:
        """Its standard error: the source's, of reading a curve, or half a unit of the last digit."""
        if self.error is not None:
            return self.error
        if self.curve:
            return _CURVE * abs(self.value)
        mantissa, _, exponent = self.text.lower().partition("e")
        return 0.5 * 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))


@dataclass(frozen=True, kw_only=True)
class Ours:
    """What the package gives.

    Parameters
    ----------
    value : float
    statistical : float
        Standard error of the sample that this run drew; 0 where nothing is drawn.
    inputs : float
        Standard error by what enters: couplings, form factors, tables.
    spread : float
        Half the distance between equally good models of the same quantity, where they are stated.
    """

    value: float
    statistical: float = 0.0
    inputs: float = 0.0
    spread: float = 0.0

    @property
    def error(self) -> float:
        """Standard error."""
        return math.hypot(self.statistical, self.inputs)

    @property
    def text(self) -> str:
        """The number with four digits, its error and its spread where there are any."""
        error = f" ± {self.error:.2g}" if self.error > 0.0 else ""
        return f"{self.value:.4g}{error}" + (f" (spread {self.spread:.2g})" if self.spread > 0.0 else "")


@dataclass(frozen=True, kw_only=True)
class Row:
    """A published number that the package predicts.

    Parameters
    ----------
    key : str
        Unique, in small letters.
    theme, quantity, unit : str
    published : Published
    ours : callable
        Size -> what the package gives, in the same unit.
    why : str
        Of a row that does not agree: the reason as far as it is known.
    needs : tuple of str
        Files of the reference folder without which the row is skipped.
    """

    key: str
    theme: str
    quantity: str
    unit: str = "1"
    published: Published
    ours: Callable[[Size], Ours]
    why: str = ""
    needs: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """Files that it needs and that are not there."""
        return tuple(name for name in self.needs if not (reference_folder() / name).is_file())

    def result(self, size: Size) -> Result:
        """The row with what the package gives, or without it where a file is missing."""
        return Result(row=self, ours=None if self.missing else self.ours(size))


@dataclass(frozen=True, kw_only=True)
class Result:
    """A row that was run."""

    row: Row
    ours: Ours | None

    @property
    def pull(self) -> float | None:
        """Difference over the error of both."""
        if self.ours is None:
            return None
        theirs = self.row.published
        return (self.ours.value - theirs.value) / math.hypot(self.ours.error, theirs.sigma)

    @property
    def ratio(self) -> float | None:
        """Ours over the published number."""
        return None if self.ours is None else self.ours.value / self.row.published.value

    @property
    def verdict(self) -> str:
        """By `RULE`, never typed."""
        if self.ours is None or self.pull is None:
            return SKIPPED
        if abs(self.pull) <= _PULL:
            return AGREES
        near = abs(self.ours.value - self.row.published.value) <= self.ours.spread
        return WITHIN if near else DIFFERS

    @property
    def note(self) -> str:
        """Why it does not agree, or was not run."""
        if self.row.missing:
            return f"no {', '.join(self.row.missing)} in the folder that DARKPAIR_REFERENCE names"
        return "" if self.verdict == AGREES else self.row.why

    def columns(self) -> dict[str, Any]:
        """As a row of a table: numbers, and both numbers as a page writes them."""
        row, theirs, ours = self.row, self.row.published, self.ours
        return {
            "key": row.key,
            "theme": row.theme,
            "quantity": row.quantity,
            "unit": row.unit,
            "published number": f"{theirs.text} ± {theirs.sigma:.2g}",
            "our number": "" if ours is None else ours.text,
            "pull": self.pull,
            "ratio": self.ratio,
            "verdict": self.verdict,
            "why": self.note,
            "source": f"{theirs.source}; {theirs.place}",
            "confidence": theirs.confidence,
            "published": theirs.value,
            "published error": theirs.sigma,
            "ours": None if ours is None else ours.value,
            "ours error": None if ours is None else ours.error,
            "ours statistical": None if ours is None else ours.statistical,
            "ours spread": None if ours is None else ours.spread,
        }


def reference_folder() -> Path:
    """Folder of files that others published and the package does not hold: DARKPAIR_REFERENCE, or where one works."""
    return Path(os.environ.get("DARKPAIR_REFERENCE") or ".")


def of_number(number: Number, place: str, text: str | None = None) -> Published:
    """A published number that a data file of the package holds.

    Parameters
    ----------
    number : Number
    place : str
    text : str, optional
        Its digits as the source prints them, where they stand for its error.
    """
    if text is not None and not math.isclose(float(text), number.value, rel_tol=1e-12):
        raise InputError(f"published {text} and the data file's {number.value:g} of {number.source} differ")
    return Published(
        text=text or f"{number.value:g}",
        error=number.error,
        source=number.source,
        place=place,
        confidence=number.confidence,
    )


def propagated(rate: Callable[[Inputs], float], inputs: Inputs, spread: float = 0.0) -> Ours:
    """A rate with the error of its inputs, each moved up by its uncertainty in turn.

    Parameters
    ----------
    rate : callable
    inputs : Inputs
    spread : float
    """
    value = rate(inputs)
    moved = {
        name: line.value + line.uncertainty for name, line in inputs.lines().items() if line.uncertainty > 0.0
    }
    error = math.hypot(*(rate(inputs.replace(**{name: to})) - value for name, to in moved.items()))
    return Ours(value=value, inputs=error, spread=spread)
