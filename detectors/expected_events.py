"""A number of expected events with its errors apart, and the acceptance that it comes from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from darkpair.detectors.efficiency import LIMIT_LEVEL
from darkpair.gen.errors import InputError
from darkpair.gen.frozen import freeze

__all__ = ["ERRORS", "ExpectedEvents", "Simulated"]

#: The errors that stay apart.
ERRORS: Final = ("statistical", "multiplicity", "spectrum", "efficiency")


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """An acceptance as a sample has it, per parent.

    Parameters
    ----------
    value : float
        Accepted weight for each parent.
    error : float or None
        Standard error; None where the sample has none, as with no accepted event: `upper_limit` counts.
    upper_limit : float
        Upper limit on the acceptance at `LIMIT_LEVEL`.
    spectra : mapping of str to float
        Acceptance with each spectrum of the parents that there is, the sample's own first; empty where the source has
        but one.
    untold : mapping of str to str
        Reasons by the spectra of which the sample cannot tell.
    """

    value: float
    error: float | None
    upper_limit: float
    spectra: Mapping[str, float] = field(default_factory=dict)
    untold: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        freeze(self)
        for name in ("value", "upper_limit"):
            if not math.isfinite(getattr(self, name)):
                raise InputError(f"{name} of an acceptance = {getattr(self, name)}; allowed: a finite number")
        if self.error is not None and not (math.isfinite(self.error) and self.error >= 0.0):
            raise InputError(f"error of an acceptance = {self.error}; allowed: 0 or more, or None")


@dataclass(frozen=True, kw_only=True)
class ExpectedEvents:
    """A number of events, or of events per unit branching ratio, with its errors apart.

    Parameters
    ----------
    value : float
        Expected number; 0 where nothing was accepted: state `upper_limit`.
    branching_ratio : float or None
        Branching ratio that the number is for; None where it is for a branching ratio of one, which nothing has:
        multiply.
    statistical, multiplicity, spectrum, efficiency : float or None
        Absolute standard errors; None where there is none to be had: of no accepted event, of a number that the experiment's
        own sensitivity holds, of spectra that nobody re-weighted.
    upper_limit : float
        Upper limit on the number at `LIMIT_LEVEL`, of the sample's size alone.
    spectra : mapping of str to float
        Expected number with each spectrum of the parents, by the spectrum's name.
    """

    value: float
    branching_ratio: float | None
    statistical: float | None
    multiplicity: float | None
    spectrum: float | None
    efficiency: float | None
    upper_limit: float
    spectra: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def errors(self) -> dict[str, float]:
        """The errors that there are, by name."""
        errors = {name: getattr(self, name) for name in ERRORS}
        return {name: error for name, error in errors.items() if error is not None}

    @property
    def total(self) -> float | None:
        """All errors that there are, added in squares; None where nothing was accepted."""
        return math.hypot(*self.errors.values()) if self.errors else None

    def __mul__(self, factor: float) -> ExpectedEvents:
        """The same for another exposure."""
        scaled: dict[str, Any] = {
            name: None if getattr(self, name) is None else factor * getattr(self, name)
            for name in ("value", *ERRORS, "upper_limit")
        }
        spectra = {name: factor * value for name, value in self.spectra.items()}
        return ExpectedEvents(branching_ratio=self.branching_ratio, spectra=spectra, **scaled)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        rows = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return rows | {"spectra": dict(self.spectra), "total": self.total, "upper_limit_level": LIMIT_LEVEL}
