"""Events in HepMC3's ROOT trees (WriterRootTree), a tree of ``GenEventData``.

github.com/hep-mirrors/hepmc3, include/HepMC3/Data/GenEventData.h and GenEvent::read_data in src/GenEvent.cc: particles and
vertices are lists; a pair of links (p, -v) is particle p going into vertex v, and (-v, p) one coming out, both counted
from 1; units are numbers of each event.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.errors import InputError
from darkpair.gen.sources.tree_columns import TreeColumns
from darkpair.gen.sources.tree_mothers import Mothers, from_lists

__all__ = ["HepMCTree"]

Index = NDArray[np.int64]
Real = NDArray[np.float64]

_FOUR = {"px": 1, "py": 2, "pz": 3, "energy": 4}
_PLACE = {"vx": 1, "vy": 2, "vz": 3, "vt": 4}
_ENERGY, _LENGTH = np.array([1e-3, 1.0]), np.array([1.0, 10.0])  # of MEV and GEV; of MM and CM


class HepMCTree:
    """Quantities of the particles of HepMC3's tree, in GeV and mm.

    Parameters
    ----------
    columns : TreeColumns
        The tree.
    """

    def __init__(self, columns: TreeColumns) -> None:
        self.columns, self.what = columns, f"the tree of {columns.path!r}"

    def listed(self, name: str, first: int, last: int) -> tuple[Index, NDArray[Any]]:
        """Offsets and numbers of a quantity of the particles of those events: momenta, energies, masses and places."""
        offsets, _ = self._list("particles.pid", first, last)
        if name in _PLACE or name == "has_vertex":
            return offsets, self._places(offsets, name, first, last)
        scale = np.repeat(self._unit("momentum_unit", _ENERGY, first, last), np.diff(offsets))
        if name in _FOUR:
            return offsets, self._list(f"particles.momentum.m_v{_FOUR[name]}", first, last)[1] * scale
        px, py, pz, energy = (self._list(f"particles.momentum.m_v{i}", first, last)[1] for i in (1, 2, 3, 4))
        square = energy * energy - px * px - py * py - pz * pz
        own = np.sign(square) * np.sqrt(np.abs(square))
        stored = self._list("particles.is_mass_set", first, last)[1].astype(bool)
        return offsets, np.where(stored, self._list("particles.mass", first, last)[1], own) * scale

    def weight(self, first: int, last: int) -> Real:
        """First weight of each event; 1 where it has none."""
        offsets, weights = self._list("weights", first, last)
        return np.append(weights, 1.0)[np.where(np.diff(offsets) > 0, offsets[:-1], len(weights))]

    def mothers(self, first: int, last: int) -> tuple[Index, Mothers]:
        """Offsets of the particles; what goes into the vertex that each comes from."""
        offsets, _ = self._list("particles.pid", first, last)
        origin, particle, vertex = self._graph(offsets, first, last)
        order = np.argsort(vertex, kind="stable")
        particle, vertex = particle[order], vertex[order]
        begin = np.searchsorted(vertex, origin, side="left")
        counts = np.where(origin >= 0, np.searchsorted(vertex, origin, side="right") - begin, 0)
        inner = np.concatenate([[0], np.cumsum(counts)])
        rows = np.repeat(begin - inner[:-1], counts) + np.arange(int(inner[-1]))
        event = np.repeat(np.arange(last - first), np.diff(offsets))
        mothers = particle[rows] - np.repeat(offsets[event], counts)
        return offsets, from_lists(offsets, inner, mothers, self.what, first)

    def _graph(self, offsets: Index, first: int, last: int) -> tuple[Index, Index, Index]:
        """Row of the vertex that each particle comes from, or -1; rows of particles and of the vertices that they go into."""
        vertices, _ = self._list("vertices.status", first, last)
        links, left = self._list("links1", first, last)
        _, right = self._list("links2", first, last)
        if len(left) != len(right):
            raise InputError(
                f"{self.what} has {len(left)} and {len(right)} ends of links; the file is damaged"
            )
        left, right = left.astype(np.int64), right.astype(np.int64)
        event = np.repeat(np.arange(last - first), np.diff(links))
        number, place = np.maximum(left, right), -np.minimum(left, right)
        linking = (left > 0) != (right > 0)  # (HepMC3 passes over other pairs)
        wrong = linking & (
            (number > np.diff(offsets)[event]) | (place > np.diff(vertices)[event]) | (place < 1)
        )
        if wrong.any():
            at = int(np.flatnonzero(wrong)[0])
            raise InputError(
                f"{self.what} links particle {number[at]} to vertex {place[at]} in event {first + event[at]}, which has "
                f"{np.diff(offsets)[event[at]]} particles and {np.diff(vertices)[event[at]]} vertices; the file is damaged"
            )
        rows, spots = offsets[event] + number - 1, vertices[event] + place - 1
        origin = np.full(int(offsets[-1]), -1, dtype=np.int64)
        out = linking & (left < 0)
        origin[rows[out]] = spots[out]
        into = linking & (left > 0)
        return origin, rows[into], spots[into]

    def _places(self, offsets: Index, name: str, first: int, last: int) -> NDArray[Any]:
        """Where particles were made; that of the event for those which come from no vertex."""
        origin, _, _ = self._graph(offsets, first, last)
        event = np.repeat(np.arange(last - first), np.diff(offsets))

        def four(i: int) -> Real:
            own = self._list(f"vertices.position.m_v{i}", first, last)[1]
            _, start = self.columns.levels(f"event_pos.m_v{i}", first, last)
            place: Real = np.where(origin >= 0, np.append(own, 0.0)[origin], start[event])
            return place

        if name == "has_vertex":
            there: NDArray[np.bool_] = np.any([four(i) != 0.0 for i in _PLACE.values()], axis=0)
            return there
        return four(_PLACE[name]) * self._unit("length_unit", _LENGTH, first, last)[event]

    def _unit(self, name: str, sizes: Real, first: int, last: int) -> Real:
        """Size of each event's unit."""
        _, number = self.columns.levels(name, first, last)
        if number.dtype.kind not in "iu" or np.any((number < 0) | (number > 1)):
            raise InputError(f"{self.what} has a {name} that is not 0 or 1; the file is damaged")
        size: Real = sizes[number]
        return size

    def _list(self, name: str, first: int, last: int) -> tuple[Index, NDArray[Any]]:
        levels, numbers = self.columns.levels(name, first, last)
        if len(levels) != 1 or numbers.dtype.kind not in "iufb":
            raise InputError(
                f"branch {name!r} of {self.columns.path!r} is no list of numbers; the file is something else"
            )
        return levels[0], numbers
