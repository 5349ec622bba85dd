"""The topologies of a chain: every choice of modes, with its probability and its particles."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from darkpair.gen.decay import Decay, Mode
from darkpair.gen.errors import InputError
from darkpair.gen.particles import Particle

__all__ = ["Entry", "combinations"]

_MOST_TOPOLOGIES = 4096


@dataclass(frozen=True)
class Entry:
    """A particle of a topology: its mode is chosen, its daughters follow further down the list."""

    particle: Particle
    path: str
    mother: int
    decay: Decay | None
    mode: int = 0

    @property
    def taken(self) -> Mode:
        """The mode chosen, of a particle that decays."""
        assert self.decay is not None
        return self.decay.modes[self.mode]


def combinations(root: Decay) -> Iterator[tuple[float, list[Entry]]]:
    """Every choice of modes: its probability and its particles, mothers before daughters, sisters together."""
    trees = list(_choices(root))
    if len(trees) > _MOST_TOPOLOGIES:
        raise InputError(
            f"the modes combine to {len(trees)} topologies; allowed: {_MOST_TOPOLOGIES}; list fewer modes"
        )
    for probability, tree in trees:
        entries = [Entry(root.parent, root.parent.name, -1, root, tree.mode)]
        below: list[_Tree | None] = [tree]
        position = 0
        while position < len(entries):
            here = below[position]
            if here is not None:
                mode = here.decay.modes[here.mode]
                labels = _sister_labels(mode)
                for label, particle, child in zip(labels, mode.particles, here.children, strict=True):
                    path = f"{entries[position].path}/{label}"
                    entries.append(
                        Entry(
                            particle,
                            path,
                            position,
                            child.decay if child else None,
                            child.mode if child else 0,
                        )
                    )
                    below.append(child)
            position += 1
        yield probability, entries


@dataclass(frozen=True)
class _Tree:
    """A decay with its mode chosen, and the same for each daughter that decays."""

    decay: Decay
    mode: int
    children: tuple[_Tree | None, ...]


def _choices(decay: Decay) -> Iterator[tuple[float, _Tree]]:
    for index, mode in enumerate(decay.modes):
        options = [list(_choices(d)) if isinstance(d, Decay) else [(1.0, None)] for d in mode.daughters]
        for combination in product(*options):
            probability = mode.branching_ratio * math.prod(p for p, _ in combination)
            yield probability, _Tree(decay, index, tuple(t for _, t in combination))


def _sister_labels(mode: Mode) -> list[str]:
    """Names of the daughters, numbered where sisters share one, so that every path is its own stream."""
    names = [p.name for p in mode.particles]
    seen: Counter[str] = Counter()
    labels = []
    for name in names:
        seen[name] += 1
        labels.append(name if names.count(name) == 1 else f"{name}_{seen[name]}")
    return labels
