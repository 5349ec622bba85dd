"""Vetoes know where a thing is made: how many particles of each event are made inside a volume."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darkpair.gen.events import FinalState
from darkpair.gen.region import Region

__all__ = ["made_inside"]


def made_inside(particles: FinalState, volume: Region) -> NDArray[np.int64]:
    """Particles of each event that are made inside a volume, (n,).

    Parameters
    ----------
    particles : FinalState
        Final particles of n events, with their vertices.
    volume : Region
        Region that counts.
    """
    if not len(particles.event):
        return particles.counts
    inside = volume.contains(*particles.vertex[:3])
    if inside.all():  # prompt decays: nothing to count anew
        return particles.counts
    return np.bincount(particles.event[inside], minlength=len(particles.counts))
