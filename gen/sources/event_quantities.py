"""What a file says of its events, in our units and by our names: `Originals` of those that hold parents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError
from darkpair.gen.originals import VERTEX, Index, Originals
from darkpair.gen.remote import said_of
from darkpair.gen.sample_name import NAME
from darkpair.gen.units import ENERGY, LENGTH

if TYPE_CHECKING:
    from darkpair.gen.sources.event_listing import Reader
    from darkpair.gen.sources.event_piece import Piece

__all__ = ["Quantities", "unit_of"]

_ENERGIES = ("px", "py", "pz", "energy", "pt", "mass")


@dataclass(frozen=True, kw_only=True)
class Quantities:
    """How a file's numbers are taken.

    Parameters
    ----------
    path : str
        The file, for messages.
    momentum_unit, length_unit : str, optional
        Units of a file that does not say them itself.
    number : int, optional
        Which of several files it is, from 0.
    types : mapping of str to str
        Types that the numbers get where several files differ, by name.
    """

    path: str
    momentum_unit: str | None
    length_unit: str | None
    number: int | None = None
    types: Mapping[str, str] = field(default_factory=dict)

    def originals(self, piece: Piece, at: Index) -> Originals:
        """The events of parents [GeV, mm].

        Parameters
        ----------
        piece : Piece
            Events of the file.
        at : ndarray
            Rows of the parents in it.
        """
        reader, start, stop, offsets = piece.reader, piece.start, piece.stop, piece.offsets
        with said_of(self.path):
            _, particles, events = reader.read(start, stop, sorted(reader.names - set(piece.columns)))
            further = np.stack(reader.more_mothers(start, stop))
        row = np.searchsorted(offsets, at, side="right") - 1
        numbers = {name: events[name] for name in NAME if name in events}
        numbers["entry"] = np.arange(start, stop, dtype=np.uint64)
        if self.number is not None:
            numbers["file"] = np.full(stop - start, self.number, dtype=np.int32)
        numbers["weight"] = events.get("weight", np.ones(stop - start)).astype(np.float64)
        quantities = self._particles(reader, {**particles, **piece.columns}, int(offsets[-1]))
        whole = Originals(
            offsets=offsets,
            particles=self._typed(quantities),
            events=self._typed(numbers),
            rows=row,
            parent=at - offsets[row],
            further=further,
        )
        return whole.compact()

    def _particles(
        self, reader: Reader, quantities: dict[str, NDArray[Any]], n: int
    ) -> dict[str, NDArray[Any]]:
        """Quantities of all particles [GeV, mm]."""
        energy = unit_of(self.momentum_unit, ENERGY, ours=reader.ours)
        length = (
            LENGTH[reader.length_unit] if reader.ours else unit_of(self.length_unit, LENGTH, ours=reader.ours)
        )
        for names, unit in ((_ENERGIES, energy), (VERTEX, length)):
            quantities |= {name: _scaled(quantities[name], unit) for name in names if name in quantities}
        if "energy" in quantities:
            quantities["E"] = quantities.pop("energy")
        if "mass" not in quantities or ("px" in quantities and "E" not in quantities):
            quantities |= self._completed(quantities)
        quantities.setdefault("mother", np.full(n, -1, dtype=np.int32))
        quantities.setdefault("status", np.zeros(n, dtype=np.int32))
        return quantities

    def _typed(self, columns: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        return {
            name: column.astype(self.types.get(name, column.dtype), copy=False)
            for name, column in columns.items()
        }

    def _completed(self, columns: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Energy or mass from the other [GeV]."""
        if "px" in columns:
            p2 = sum(columns[name].astype(np.float64) ** 2 for name in ("px", "py", "pz"))
            if "E" in columns:
                return {"mass": np.sqrt(np.maximum(columns["E"].astype(np.float64) ** 2 - p2, 0.0))}
            if "mass" in columns:
                return {"E": np.sqrt(columns["mass"].astype(np.float64) ** 2 + p2)}
        raise InputError(
            f"{self.path!r} tells neither energy nor mass; name branches.mass"
            + (" or branches.energy" if "px" in columns else "")
        )


def unit_of(given: str | None, table: Mapping[str, float], *, ours: bool) -> float:
    """What one in a file is in GeV or mm; `ours` says its units itself."""
    return 1.0 if ours or given is None else table[given]


def _scaled(column: NDArray[Any], unit: float) -> NDArray[Any]:
    """Column in GeV or mm; the file's own numbers where that is its unit."""
    return column if unit == 1.0 else column.astype(np.float64) * unit
