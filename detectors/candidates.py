"""Candidates of particles of one event: pairs of them, and where they were made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.events import FinalState

__all__ = ["counted", "pairs", "places"]


def pairs(first: FinalState, second: FinalState) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every particle of the first with every one of the second of the same event: their positions, (k,) each."""
    each = second.counts[first.event]
    owner = np.repeat(np.arange(len(first.event)), each)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(each) - each, each)
    start = np.cumsum(second.counts) - second.counts
    return owner, start[first.event[owner]] + within


def counted(particles: FinalState, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many of some particles each of n events has where the mask (k,) holds, (n,)."""
    return np.bincount(particles.event[np.flatnonzero(mask)], minlength=len(particles.counts))


def places(
    groups: Sequence[FinalState], seen: Sequence[NDArray[np.bool_]], n: int
) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
    """Where particles were made, and whether they are seen, as a collection of n events."""
    some = [i for i, group in enumerate(groups) if len(group.event)]
    if len(some) == 1:  # (a chain has photons, and mostly nothing else)
        (i,) = some
        return groups[i].counts, {
            "r": np.hypot(groups[i].vertex[0], groups[i].vertex[1]),
            "z": groups[i].vertex[2],
            "seen": seen[i],
            "genPartIdx": groups[i].index,
        }
    event = np.concatenate([group.event for group in groups])
    order = np.argsort(event, kind="stable")
    vertex = np.concatenate([group.vertex for group in groups], axis=1)[:, order]
    return np.bincount(event, minlength=n), {
        "r": np.hypot(vertex[0], vertex[1]),
        "z": vertex[2],
        "seen": np.concatenate(list(seen))[order],
        "genPartIdx": np.concatenate([group.index for group in groups])[order],
    }
