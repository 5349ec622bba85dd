"""Acceptance against the mean proper length: what a scan of lifetimes leaves of a sample, and its one interpolation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array, Real

__all__ = ["Acceptance", "AgainstCtau"]


class AgainstCtau(Protocol):
    """A number that a mean proper length decides: an `Acceptance`, or what is made of several."""

    def at(self, ctau: Array) -> Array:
        """Value at c tau [mm]; NaN where it is not known."""
        ...


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """An acceptance, or a ratio of two, at mean proper lengths that a sample could tell.

    Parameters
    ----------
    ctau : tuple of float [mm]
        Mean proper lengths, growing, (n,); empty where the sample could tell none.
    value, error : tuple of float [1]
        Acceptance at each c tau, above 0, and its standard error, (n,).
    prompt : float [mm]
        Mean proper length below which nothing changes any more; a table that begins above it says nothing below its
        first entry.
    power : float
        With which power of c tau it falls beyond the table: 1 where one decay has to be inside, 2 where two have to.
    """

    ctau: tuple[float, ...]
    value: tuple[float, ...]
    error: tuple[float, ...]
    prompt: float = 0.0
    power: float = 1.0

    @classmethod
    def of(cls, table: Mapping[str, Sequence[float]], column: str = "efficiency", **more: Any) -> Acceptance:
        """From the columns of a scan's result: ``ctau``, ``efficiency`` (or another column), ``error``."""
        return cls(ctau=tuple(table["ctau"]), value=tuple(table[column]), error=tuple(table["error"]), **more)

    def over(self, value: float, error: float) -> Acceptance:
        """The ratio to a number above 0 with an independent error."""
        return replace(
            self,
            value=tuple(mine / value for mine in self.value),
            error=tuple(
                mine / value * float(np.hypot(own / mine, error / value))
                for mine, own in zip(self.value, self.error, strict=True)
            ),
        )

    @property
    def at_prompt(self) -> float:
        """Acceptance of prompt decays [1]; NaN where the table does not begin prompt."""
        return float(self.at(self.prompt))

    def at(self, ctau: Real) -> Array:
        """Acceptance at a c tau [1]: its logarithm is linear in that of c tau.

        Beyond the table it falls as 1 / c tau to the `power`, because decays there are as rare as the flight is long.  Below the
        table it is NaN, unless the table begins prompt.

        Parameters
        ----------
        ctau : float or ndarray [mm]
            Mean proper length, of any shape.
        """
        length = np.maximum(np.asarray(ctau, dtype=np.float64), 1e-300)
        if not self.ctau:
            return np.full(length.shape, np.nan)
        lengths, values, _ = self._columns
        value = np.exp(np.interp(np.log(length), lengths, values))
        beyond = np.minimum(1.0, self.ctau[-1] / length) ** self.power
        return np.where(self._tells(length), value * beyond, np.nan)

    def relative_error(self, ctau: Real) -> Array:
        """Standard error over the acceptance at a c tau [1]: linear in the logarithm, that of the end beyond the table.

        Parameters
        ----------
        ctau : float or ndarray [mm]
            Mean proper length, of any shape.
        """
        length = np.maximum(np.asarray(ctau, dtype=np.float64), 1e-300)
        if not self.ctau:
            return np.full(length.shape, np.nan)
        lengths, _, relative = self._columns
        return np.where(self._tells(length), np.interp(np.log(length), lengths, relative), np.nan)

    @cached_property
    def _columns(self) -> tuple[Array, Array, Array]:
        """Logarithms of c tau and of the value, and the relative error; searches ask a table for a lifetime thousands of times."""
        return np.log(self.ctau), np.log(self.value), np.divide(self.error, self.value)

    def _tells(self, length: Array) -> Array:
        """Whether the table says anything at a c tau [mm]."""
        return np.asarray((length >= self.ctau[0]) | (self.ctau[0] <= self.prompt))
