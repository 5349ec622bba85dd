"""A published table of limits against a mass, and perhaps a lifetime: HEPData's CSV or YAML, columns by their names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import numpy as np

from darkpair.gen.constants import C_MM_PER_NS
from darkpair.gen.errors import InputError, shown
from darkpair.gen.parameters import Energy, Gt, checked
from darkpair.gen.units import ENERGY
from darkpair.searches.table_columns import columns_of, unit_of

if TYPE_CHECKING:
    from darkpair.gen.kinematics import Array

__all__ = ["LimitTable", "columns_of"]

#: c tau [mm] of one unit of a lifetime.
_CTAU: Final = {"ps": 1e-3 * C_MM_PER_NS, "ns": C_MM_PER_NS, "mm": 1.0, "m": 1e3}

#: Confidence of a number, as `darkpair.searches.rate.Stated` has it.
Confidence = Literal["read", "derived", "print", "choice", "memory"]


@checked
@dataclass(frozen=True, kw_only=True)
class LimitTable:
    """Upper limits on a branching ratio against the mass of X, and against its lifetime where they depend on it.

    Logarithms of limits are linear in the mass and in the logarithm of the lifetime. Between masses that are further apart than `step`,
    beside cells without a number and outside of the table nothing is known (NaN); beyond the longest lifetime that one's limit
    holds, because longer ones are seen no less.

    Parameters
    ----------
    file : str
        The table's file, from the folder of the search's file.
    mass, limit : str
        Names of the columns with the mass of X and with the limit.
    lifetime : str, optional
        Name of the column with the lifetime of X; none where X leaves unseen.
    mass_unit : {"eV", "keV", "MeV", "GeV", "TeV"}
        Unit of the masses.
    lifetime_unit : {"ps", "ns", "mm", "m"}
        Unit of the lifetimes; a length is c times them.
    limit_unit : float
        What the limits are multiples of [1].
    step : float [GeV]
        Largest distance of two masses between which limits are known.
    source, confidence : str
        Where the table is published, and how sure it is, a word of `darkpair.searches.rate.Stated`.
    """

    file: str
    mass: str
    limit: str
    source: str
    confidence: Confidence = "read"
    lifetime: str | None = None
    mass_unit: Literal["eV", "keV", "MeV", "GeV", "TeV"] = "MeV"
    lifetime_unit: Literal["ps", "ns", "mm", "m"] = "ps"
    limit_unit: Annotated[float, Gt(0.0)] = 1.0
    step: Annotated[float, Energy, Gt(0.0)] = 0.01

    @cached_property
    def grid(self) -> tuple[Array, Array, Array]:
        """Masses [GeV], (n,); c tau [mm], (k,), infinity alone without lifetimes; logarithms of the limits, (n, k)."""
        names = [self.mass, self.limit, *([] if self.lifetime is None else [self.lifetime])]
        mass, limit, *lifetime = columns_of(Path(self.file), names)
        self._require_units()
        mass, limit = mass * ENERGY[self.mass_unit], limit * self.limit_unit
        limit = np.where(np.isinf(limit), np.nan, limit)  # (no limit)
        ctau = lifetime[0] * _CTAU[self.lifetime_unit] if lifetime else np.full(len(mass), np.inf)
        if not np.all(np.isfinite(mass) & (mass >= 0.0) & (ctau > 0.0)):
            raise InputError(f"{self.file}: a mass or lifetime is no number, or below 0; correct it")
        if not np.any(limit > 0.0) or np.any(limit <= 0.0):
            raise InputError(f"{self.file}: limits in {self.limit!r} have to be above 0; name another column")
        if not np.any(limit <= 1.0):
            raise InputError(
                f"{self.file}: every limit in {self.limit!r} is above 1, the smallest {np.nanmin(limit):g}; allowed: branching ratios; "
                "give limit_unit, what they are multiples of, or name another column"
            )
        masses, row = np.unique(mass, return_inverse=True)
        ctaus, column = np.unique(ctau, return_inverse=True)
        if len(set(zip(row, column, strict=True))) < len(mass):
            raise InputError(
                f"{self.file}: two limits of one mass"
                + (" and lifetime" if lifetime else "; name its lifetime")
            )
        table = np.full((len(masses), len(ctaus)), np.nan)
        table[row, column] = np.log(limit)
        return masses, ctaus, table

    def _require_units(self) -> None:
        """Refuse a column whose name says another unit than the one that its numbers are read in."""
        given = (
            ("mass_unit", self.mass, self.mass_unit, ENERGY),
            ("lifetime_unit", self.lifetime or "", self.lifetime_unit, _CTAU),
        )
        for key, column, unit, units in given:
            said = unit_of(column)
            if said in units and said != unit:
                raise InputError(
                    f"{self.file}: the column {shown(column)} is in {said}, and {key} = {unit!r}; give {key} = {said!r}"
                )
        if unit_of(self.limit) == "%" and self.limit_unit == 1.0:
            raise InputError(f"{self.file}: the column {shown(self.limit)} is in %; give limit_unit = 0.01")

    def at(self, mass: Any, ctau: Any) -> Array:
        """Limit at masses [GeV] and c tau [mm] of X, which broadcast [1]; NaN where it is not known."""
        masses, ctaus, table = self.grid
        mass, ctau = np.broadcast_arrays(np.asarray(mass, dtype=float), np.asarray(ctau, dtype=float))
        row, up = _cells(masses, mass, widest=self.step * (1.0 + 1e-9))
        if len(ctaus) == 1:
            return np.exp(_between(table[row, 0], table[row + (up > 0.0), 0], up))
        with np.errstate(divide="ignore"):
            column, on = _cells(np.log(ctaus), np.log(np.minimum(ctau, ctaus[-1])))
        low, high = (
            _between(table[row, k], table[row + (up > 0.0), k], up) for k in (column, column + (on > 0.0))
        )
        return np.exp(_between(low, high, on))

    def smallest(self) -> float:
        """The smallest limit [1]."""
        return float(np.exp(np.nanmin(self.grid[2])))


def _cells(points: Array, at: Array, widest: float = np.inf) -> tuple[Any, Array]:
    """Point below each value, and how far it is to the next one [1]; NaN outside, and in cells that are wider."""
    above = np.clip(np.searchsorted(points, at), 0, len(points) - 1)
    for near in (points[above], points[np.maximum(above - 1, 0)]):  # (the rounding of units)
        at = np.where(np.isclose(near, at, rtol=1e-9, atol=0.0), near, at)
    below = np.clip(np.searchsorted(points, at, side="right") - 1, 0, len(points) - 1)
    above = np.minimum(below + 1, len(points) - 1)
    width = points[above] - points[below]
    part = np.divide(at - points[below], width, out=np.zeros(np.shape(at)), where=width > 0.0)
    outside = (at < points[0]) | (at > points[-1]) | np.isnan(at)
    return below, np.where(outside | ((part > 0.0) & (width > widest)), np.nan, part)


def _between(low: Array, high: Array, part: Array) -> Array:
    """Linear between two values; one of them alone counts at it."""
    inside = low + np.where(np.isnan(part), np.nan, part) * (high - low)
    return np.where(part == 0.0, low, inside)
