"""What the events of one decay topology have in common: who is there, from whom, in which state."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

__all__ = ["BEAM", "DECAYED", "FINAL", "Topology"]

#: Status codes of particles, HepMC's meaning.
FINAL, DECAYED, BEAM = 1, 2, 4


@dataclass(frozen=True, kw_only=True)
class Topology:
    """What the events of one decay topology have in common, a particle a position.

    Parameters
    ----------
    names, paths : tuple of str
        ``"X2"`` and ``"K_L0/X2"``.
    pdgid, status, mother : tuple of int
    mass : tuple of float [GeV]
    vertex : tuple of int
        Which of the topology's vertices the particle comes from.
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
