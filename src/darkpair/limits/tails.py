"""Where the mesons of accepted events lie in their spectrum: what another spectrum would give, and how sure each spectrum is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from darkpair.detectors.lifetime_scan import ScanSample
from darkpair.gen.kinematics import Array

if TYPE_CHECKING:
    from darkpair.gen.pipeline import Chunk
    from darkpair.gen.sources.dump_mesons import DumpMesons

__all__ = ["Places"]


@dataclass(kw_only=True)
class Places:
    """Rapidities and transverse momenta of the mesons of accepted events, in the order of their `ScanSample`.

    Parameters
    ----------
    source : DumpMesons
        Of the sample.
    """

    source: DumpMesons
    _parts: list[tuple[Array, Array]] = field(default_factory=list)
    _cells: dict[str, NDArray[np.int64]] = field(default_factory=dict)

    def of(self, made: Iterable[Chunk]) -> Iterator[Chunk]:
        """The chunks, looked at one after the other."""
        for chunk in made:
            for part in chunk.events.parts:
                px, py, pz, _ = part.momentum[:, 0]
                pt = np.hypot(px, py)
                mass = self.source.masses[self.source.pdgid]
                self._parts.append((np.arcsinh(pz / np.hypot(pt, mass)), pt))
            yield chunk

    @property
    def y_pt(self) -> tuple[Array, Array]:
        """Rapidity and transverse momentum [GeV] of each accepted event, (k,)."""
        if not self._parts:
            return np.empty(0), np.empty(0)
        y, pt = (np.concatenate(columns) for columns in zip(*self._parts, strict=True))
        return y, pt

    def ratio(self, other: DumpMesons) -> Array:
        """Density of another spectrum over the sample's at each accepted event, (k,); 0 where the sample has none."""
        y, pt = self.y_pt
        own = self.source.density(y, pt)
        return np.divide(other.density(y, pt), own, out=np.zeros(len(own)), where=own > 0.0)

    def ends_beside(self) -> NDArray[np.bool_]:
        """Whether the sample's own spectrum ends beside each accepted event, (k,)."""
        return self.source.table.ends_beside(*self.y_pt)

    def tail(self, sample: ScanSample, ctau: float, other: DumpMesons | None = None) -> float:
        """Relative error of the accepted weights by the mesons that were counted for the spectrum [1].

        Parameters
        ----------
        sample : ScanSample
            The sample, weighted to the spectrum.
        ctau : float [mm]
            Mean proper length.
        other : DumpMesons, optional
            The spectrum it is weighted to; the sample's own unless given.
        """
        table = (other or self.source).table
        if table.counts is None:  # (a formula)
            return 0.0
        if table.generator not in self._cells:
            self._cells[table.generator] = table.cells(*self.y_pt)
        return table.tail_error(self._cells[table.generator], sample.weights(ctau))
