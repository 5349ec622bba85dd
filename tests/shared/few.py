"""Events of a few particles that a test places by hand: all that a detector asks of a truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from darkpair.gen.events import FinalState
from darkpair.gen.kinematics import Array

__all__ = ["Few", "Placed"]


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A massless particle of an event, made somewhere, flying somewhere: pdgid, event, place [mm], momentum [GeV]."""

    pdgid: int
    at: Sequence[float]
    momentum: Sequence[float]
    event: int = 0


@dataclass(frozen=True)
class Few:
    """Events of placed particles, which are in the order of their events."""

    particles: Sequence[Placed]
    n: int = 1
    parts: Sequence[Any] = ()

    def __len__(self) -> int:
        return self.n

    @property
    def weight(self) -> Array:
        return np.ones(self.n)

    def final_state(self, *pdgids: int) -> FinalState:
        kept = [(i, p) for i, p in enumerate(self.particles) if p.pdgid in pdgids]
        event = np.array([p.event for _, p in kept], dtype=np.int64)
        momentum = np.array([p.momentum for _, p in kept], dtype=float).reshape(-1, 3).T
        vertex = np.array([p.at for _, p in kept], dtype=float).reshape(-1, 3).T
        zero: Any = np.zeros((1, len(kept)))
        return FinalState(
            counts=np.bincount(event, minlength=self.n),
            event=event,
            index=np.array([i for i, _ in kept], dtype=np.int64),
            momentum=np.concatenate([momentum, np.sqrt((momentum**2).sum(axis=0, keepdims=True))]),
            vertex=np.concatenate([vertex, zero]),
        )
