"""Sources that can be aimed, and probabilities of cells in rapidity, transverse momentum and azimuth."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.cell_formulas import in_cell, of_cell
from darkpair.gen.compiled.columnwise import Table
from darkpair.gen.events import Parents
from darkpair.gen.frozen import ByValue
from darkpair.gen.intervals import Intervals
from darkpair.gen.kinematics import Array
from darkpair.gen.uniforms import uniforms

__all__ = ["Aimable", "Bias", "Point"]

#: Rapidities, transverse momenta [GeV] and azimuths.
Point: TypeAlias = "tuple[Array, Array, Array]"


@runtime_checkable
class Aimable(Protocol):
    """A source that can be aimed: its mesons are made with a known density and uniform azimuth."""

    @property
    def pdgid(self) -> int:
        """PDG id of the parents."""
        ...

    @property
    def y_range(self) -> tuple[float, float]:
        """Rapidities in the laboratory between which all mesons are."""
        ...

    @property
    def pt_range(self) -> tuple[float, float]:
        """Transverse momenta between which all mesons are [GeV]."""
        ...

    def density(self, y: Array, pt: Array) -> Array:
        """Density in rapidity and transverse momentum [1/GeV], its integral 1."""
        ...

    def draw(self, rng: np.random.Generator, n: int) -> Point:
        """Rapidity, transverse momentum [GeV] and azimuth [-pi, pi) of n mesons by that density."""
        ...

    def parents(self, y: Array, pt: Array, phi: Array) -> Parents:
        """Mesons of those rapidities, transverse momenta and azimuths."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Bias(ByValue):
    """A density in (y, pT, azimuth), constant in each cell.

    Parameters
    ----------
    edges : three ndarrays
        Edges of the cells, growing: in rapidity, in transverse momentum [GeV], in azimuth [rad].
    probability : ndarray, (cells in y, in pT, in azimuth)
        Probability of each cell; their sum is 1.
    """

    edges: Point
    probability: Array
    #: Digest of what a pilot made it of; empty where nobody says.
    _pilot: str = field(default="", init=False, repr=False, compare=False)

    def sample_identity(self) -> Any:
        """The pilot that made it, whose last digits depend on the processor; the numbers where there was none."""
        return self._pilot or (self.edges, self.probability)

    @cached_property
    def volume(self) -> Array:
        """Of each cell [GeV]."""
        dy, dpt, dphi = (np.diff(e) for e in self.edges)
        return np.asarray(dy[:, None, None] * dpt[:, None] * dphi)

    @cached_property
    def _cumulative(self) -> Array:
        total = np.cumsum(self.probability.ravel())
        return np.asarray(total / total[-1])

    @cached_property
    def _by_part(self) -> Intervals:
        return Intervals(self._cumulative)

    @cached_property
    def _places(self) -> tuple[Intervals, ...]:
        return tuple(map(Intervals, self.edges))

    @cached_property
    def _per_volume(self) -> Array:
        return np.asarray(self.probability / self.volume)

    def central(self, axis: int) -> tuple[float, float]:
        """Ends of the cells of an axis (0, 1, 2) between which 90 % of the draws are, 5 % on each side."""
        along = np.cumsum(self.probability.sum(axis=tuple(i for i in range(3) if i != axis)))
        low, high = np.searchsorted(along, [0.05, 0.95])
        return float(self.edges[axis][low]), float(self.edges[axis][high + 1])

    def sample(self, rng: np.random.Generator, n: int) -> Point:
        """Points drawn from the density, uniform inside their cell."""
        cell = self._by_part(uniforms(rng, n))
        return self.inside(np.minimum(cell, self.probability.size - 1), rng)

    def inside(self, cell: NDArray[np.intp], rng: np.random.Generator) -> Point:
        """Points (n,), uniform in the cells of those flat indices (n,)."""
        parts = [uniforms(rng, len(cell)) for _ in self.edges]
        point: Point = in_cell(cell, *parts, *map(Table, self.edges), *self.probability.shape[1:])
        return point

    def index(self, y: Array, pt: Array, phi: Array) -> tuple[NDArray[np.intp], ...]:
        """Numbers of the cells of points (n,) along each axis; beyond the first or the last outside the cells."""
        return tuple(places(x) - 1 for places, x in zip(self._places, (y, pt, phi), strict=True))

    def density(self, y: Array, pt: Array, phi: Array) -> Array:
        """Density at points (n,) [1/GeV]; 0 outside the cells."""
        values = Table(self._per_volume.ravel())
        out: Array = of_cell(*self.index(y, pt, phi), values, *self.probability.shape)
        return out
