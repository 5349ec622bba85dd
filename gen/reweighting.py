"""Weights of one sample for other lifetimes: proper lengths of a particle, and what a law makes of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import numpy as np

from darkpair.gen.errors import InputError
from darkpair.gen.events import Batch
from darkpair.gen.kinematics import Array
from darkpair.gen.particles import spoken
from darkpair.gen.topology import Columns

__all__ = ["Reweightable", "proper_lengths", "weights_at"]


class Reweightable(Protocol):
    """A law whose sample serves every lifetime: `darkpair.gen.lifetime.Scan` and ``ScanInside``."""

    def weight(self, length: Array, ctau: float) -> Array:
        """Weight (n,) of proper lengths (n,) [mm] for a mean proper length [mm]."""
        ...

    def bound(self, ctau: float) -> float:
        """Number that no such weight exceeds."""
        ...


def proper_lengths(part: Columns, particle: str) -> Array:
    """Proper lengths of every particle of that name, (particles, n) [mm].

    Parameters
    ----------
    part : Columns
        The events.
    particle : str
        Name of the particle: X2 is the heavier dark state whatever it is called, psi2 also its antiparticle.

    Raises
    ------
    InputError
        If it has none in these events.
    """
    topology = part.topology
    names = spoken({particle: None}, topology.names)
    roles = [role for role, i in topology.roles.items() if topology.names[i] in names]
    lengths = [part.proper_length[role] for role in roles if role in part.proper_length]
    if not lengths:
        raise InputError(f"{particle!r} has no proper length in the sample; name a decaying dark state")
    return np.stack(lengths)


def weights_at(batch: Batch, *, law: Reweightable, ctau: Iterable[float], particle: str = "X2") -> Array:
    """Weights of a batch's events for each of several lifetimes, (lifetimes, n).

    Parameters
    ----------
    batch : Batch
        Events made with `law` for the particle.
    law : Reweightable
        Law of lifetime that the sample was made with.
    ctau : iterable of float [mm]
        Mean proper lengths.
    particle : str
        Name of the particle whose lifetime it is.

    Raises
    ------
    InputError
        If the particle has no proper length in the batch.
    """
    means = [float(mean) for mean in ctau]
    out = np.tile(batch.weight, (len(means), 1))
    for part in batch.parts:
        lengths = proper_lengths(part, particle)
        for row, mean in zip(out, means, strict=True):
            for length in lengths:
                row[part.rows] *= law.weight(length, mean)
    return out
