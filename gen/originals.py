"""The events of a file that parents were taken from, whole; `darkpair.gen.merged` puts what the parents decay to beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.compiled.columnwise import columnwise
from darkpair.gen.cylindrical import cartesian
from darkpair.gen.kinematics import Array

__all__ = ["VERTEX", "Originals", "four_momentum", "gathered"]

VERTEX = ("vx", "vy", "vz", "vt")

Index = NDArray[np.int64]

#: Particles whose momenta are turned at once, so that what is between stays near the processor.
_SPAN: Final = 8192


@dataclass(frozen=True, kw_only=True)
class Originals:
    """Events of a file, each as often as one of its particles is a parent.

    Parameters
    ----------
    offsets : ndarray, (m + 1,)
        Where each event's list begins in the columns.
    particles : dict of ndarrays, (k,)
        Quantities of the particles by name, in the file's types: ``pdgid, status, mother, mass`` and ``px, py, pz,
        E`` or ``pt, eta, phi``, perhaps ``vx, vy, vz, vt``, ``has_vertex`` and ``statusFlags`` [GeV, mm].
    events : dict of ndarrays, (m,)
        Numbers of each event by name: ``entry``, and its identifiers.
    rows : ndarray, (n,)
        Which of the m events each parent is in.
    parent : ndarray, (n,)
        Index of each parent in its event's list.
    further : ndarray, (2, j)
        Rows of particles in the columns, and of a mother of each beyond its first.
    """

    offsets: Index
    particles: dict[str, NDArray[Any]]
    events: dict[str, NDArray[Any]]
    rows: Index
    parent: Index
    further: Index = field(default_factory=lambda: np.empty((2, 0), dtype=np.int64))

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, keep: NDArray[np.integer]) -> Originals:
        """Those of the parents at positions `keep`; where few are left, so are their events only."""
        kept = replace(self, rows=self.rows[keep], parent=self.parent[keep])
        return kept if 2 * len(kept) > len(self.offsets) else kept.compact()

    def compact(self) -> Originals:
        """The same without the events that hold none of the parents."""
        needed = np.zeros(len(self.offsets) - 1, dtype=bool)
        needed[self.rows] = True
        if needed.all():
            return self
        counts = np.diff(self.offsets)
        kept = np.repeat(needed, counts)
        further = self.further[:, kept[self.further[0]]]
        return Originals(
            offsets=np.concatenate([[0], np.cumsum(counts[needed])]),
            particles={name: column[kept] for name, column in self.particles.items()},
            events={name: column[needed] for name, column in self.events.items()},
            rows=(np.cumsum(needed) - 1)[self.rows],
            parent=self.parent,
            further=(np.cumsum(kept) - 1)[further] if further.size else further,
        )

    def apart(self) -> Originals:
        """The same, with an event of its own for each parent."""
        offsets, source = gathered(self.offsets, self.rows)
        event = np.searchsorted(self.offsets, self.further[0], side="right") - 1
        order = np.argsort(event, kind="stable")
        lists = np.concatenate([[0], np.cumsum(np.bincount(event, minlength=len(self.offsets) - 1))])
        ends, rows = gathered(lists, self.rows)
        shift = np.repeat(offsets[:-1] - self.offsets[self.rows], np.diff(ends))
        return Originals(
            offsets=offsets,
            particles={name: column[source] for name, column in self.particles.items()},
            events={name: column[self.rows] for name, column in self.events.items()},
            rows=np.arange(len(self), dtype=np.int64),
            parent=self.parent,
            further=self.further[:, order[rows]] + shift,
        )

    def span(self, first: int, last: int) -> Originals:
        """The parents first to last - 1 and the events that they are in, as views of the same columns.

        The events have to stand in the order of the parents, as those of a file do.
        """
        rows = self.rows[first:last]
        begin, end = (int(rows[0]), int(rows[-1]) + 1) if len(rows) else (0, 0)
        low, high = int(self.offsets[begin]), int(self.offsets[end])
        inside = (self.further[0] >= low) & (self.further[0] < high)
        return Originals(
            offsets=self.offsets[begin : end + 1] - low,
            particles={name: column[low:high] for name, column in self.particles.items()},
            events={name: column[begin:end] for name, column in self.events.items()},
            rows=rows - begin,
            parent=self.parent[first:last],
            further=self.further[:, inside] - low,
        )

    @staticmethod
    def concatenate(parts: Sequence[Originals]) -> Originals:
        """Those of several, in order, from one file."""
        first = parts[0]
        if len(parts) == 1:
            return first
        particles = np.cumsum([0, *(p.offsets[-1] for p in parts)])
        events = np.cumsum([0, *(len(p.offsets) - 1 for p in parts)])
        return Originals(
            offsets=np.concatenate(
                [[0], *(p.offsets[1:] + s for p, s in zip(parts, particles[:-1], strict=True))]
            ),
            particles={k: np.concatenate([p.particles[k] for p in parts]) for k in first.particles},
            events={k: np.concatenate([p.events[k] for p in parts]) for k in first.events},
            rows=np.concatenate([p.rows + s for p, s in zip(parts, events[:-1], strict=True)]),
            parent=np.concatenate([p.parent for p in parts]),
            further=np.concatenate(
                [p.further + s for p, s in zip(parts, particles[:-1], strict=True)], axis=1
            ),
        )


def four_momentum(particles: dict[str, NDArray[Any]], rows: Index | None = None) -> list[Array]:
    """Columns px, py, pz, E [GeV] of those of a file's particles, of all unless told."""
    names = ("px", "py", "pz", "E") if "px" in particles else ("pt", "eta", "phi", "mass")
    columns = [particles[name] if rows is None else particles[name][rows] for name in names]
    if "px" in particles:
        return [column.astype(np.float64) for column in columns]
    out = np.empty((4, len(columns[0])))
    for start in range(0, len(columns[0]), _SPAN):
        span = slice(start, start + _SPAN)
        own = out[:, span]
        pt, eta, phi, mass = (column[span] for column in columns)
        cartesian(pt, eta, phi, out=own[:3])
        _energy.into((own[3],), *own[:3], mass.astype(np.float64))
    return list(out)


@columnwise
def _energy(px: Array, py: Array, pz: Array, mass: Array) -> tuple[Array]:
    """Energy [GeV] of momenta and a mass, (k,).

    Generators give what is exchanged a negative mass, for a negative square; float32 may round it past p².
    """
    return (np.sqrt(np.maximum(px * px + py * py + pz * pz + mass * np.abs(mass), 0.0)),)


def gathered(offsets: Index, rows: Index) -> tuple[Index, Index]:
    """Offsets of the lists of those rows, one after the other, and where their entries stand."""
    counts = offsets[rows + 1] - offsets[rows]
    ends = np.cumsum(counts)
    source = np.repeat(offsets[rows] - ends + counts, counts) + np.arange(int(counts.sum()))
    return np.concatenate([[0], ends]), source
