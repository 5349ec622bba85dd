"""Events of one decay topology: what they have in common (who is there, from whom, in which state), and their columns.

Units: GeV, mm, mm/c.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.kinematics import Array, Real
from darkpair.gen.listed import taken

__all__ = ["BEAM", "DECAYED", "FINAL", "Columns", "Topology"]

#: Status codes of particles, HepMC's meaning.
FINAL, DECAYED, BEAM = 1, 2, 4


@dataclass(frozen=True, kw_only=True)
class Topology:
    """What the events of one decay topology have in common, a particle a position.

    Parameters
    ----------
    names, paths : tuple of str
        Name of each particle, and the names from the first particle down to it: ``"X2"`` and ``"K_L0/X2"``.
    pdgid, status, mother : tuple of int
        PDG id, status code and mother's position of each particle; -1 for the first.
    mass : tuple of float [GeV]
        Mass of each particle.
    vertex : tuple of int
        Which of the topology's vertices each particle comes from.
    """

    names: tuple[str, ...]
    paths: tuple[str, ...]
    pdgid: tuple[int, ...]
    status: tuple[int, ...]
    mother: tuple[int, ...]
    mass: tuple[float, ...]
    vertex: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.names)

    def final(self, pdgids: Collection[int]) -> list[int]:
        """Positions of the final particles of those kinds (signed PDG ids)."""
        return [
            position
            for position, (pdgid, status) in enumerate(zip(self.pdgid, self.status, strict=True))
            if status == FINAL and pdgid in pdgids
        ]

    @cached_property
    def roles(self) -> dict[str, int]:
        """Name of each position: the particle's own, numbered from 1 in the order of the list where it repeats."""
        seen: Counter[str] = Counter()
        total = Counter(self.names)
        roles = {}
        for position, name in enumerate(self.names):
            seen[name] += 1
            roles[name if total[name] == 1 else f"{name}_{seen[name]}"] = position
        return roles


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Events of one topology.

    Parameters
    ----------
    topology : Topology
        What the events have in common.
    rows : ndarray, (n,)
        Index of each event in the batch.
    momentum : ndarray, (4, particles, n) [GeV]
        Momentum and energy of each particle: px, py, pz, E.
    vertices : ndarray, (4, vertices, n) [mm]
        Place and time of each vertex: x, y, z, t.
    weights : dict of ndarrays, (n,)
        Factors of each event's weight, by name.
    proper_length : dict of ndarrays, (n,) [mm]
        Proper length that each decaying particle flies, by role.
    masses : dict of ndarrays, (n,) [GeV]
        Masses, by position, of the particles whose mass differs from event to event; all others have the
        topology's.
    """

    topology: Topology
    rows: NDArray[np.int64]
    momentum: Array
    vertices: Array
    weights: dict[str, Array] = field(default_factory=dict)
    proper_length: dict[str, Array] = field(default_factory=dict)
    masses: dict[int, Array] = field(default_factory=dict)

    def __len__(self) -> int:
        return int(self.momentum.shape[2])

    def mass(self, position: int) -> Real:
        """Mass of the particle there [GeV]: a number, or (n,) where it differs from event to event."""
        return self.masses.get(position, self.topology.mass[position])

    def take(self, keep: NDArray[np.integer], rows: NDArray[np.int64]) -> Columns:
        """The events at positions `keep`, which become `rows` of a new batch."""
        return Columns(
            topology=self.topology,
            rows=rows,
            momentum=taken(self.momentum, keep),
            vertices=taken(self.vertices, keep),
            weights={name: w[keep] for name, w in self.weights.items()},
            proper_length={role: length[keep] for role, length in self.proper_length.items()},
            masses={position: mass[keep] for position, mass in self.masses.items()},
        )
