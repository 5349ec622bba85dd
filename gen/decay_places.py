"""Histogram of what decays where: the parents and the dark particles of a sample, before any detector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from darkpair.gen.events import Batch
from darkpair.gen.filling import fill
from darkpair.gen.particles import Particle, conjugate

if TYPE_CHECKING:
    import hist

__all__ = ["decay_places"]


def decay_places(batch: Batch) -> hist.Hist[Any]:
    """Sum of weights by decaying particle, its momentum [GeV], and the distance of its decay from the parent's origin [mm].

    Parents and dark particles that decay are filled in, an antiparticle under the name of its particle.  A prompt
    decay of a parent is at distance 0, in the underflow.
    """
    import hist

    filled: hist.Hist[Any] = hist.Hist(
        hist.axis.StrCategory([], growth=True, name="particle"),
        hist.axis.Regular(80, 1e-3, 1e5, transform=hist.axis.transform.log, label="momentum [GeV]"),
        hist.axis.Regular(
            150,
            1e-6,
            1e9,
            transform=hist.axis.transform.log,
            label="distance of the decay from the origin [mm]",
        ),
        storage=hist.storage.Weight(),
    )
    for part in batch.parts:
        topology = part.topology
        for position in sorted(set(topology.mother) - {-1}):
            own = Particle(name=topology.names[position], pdgid=topology.pdgid[position], mass=0.0)
            if position > 0 and not own.dark:
                continue
            at = topology.vertex[topology.mother.index(position)]
            away = part.vertices[:3, at] - part.vertices[:3, 0]
            momentum = part.momentum[:3, position]
            fill(
                filled,
                conjugate(own).name if own.pdgid < 0 else own.name,
                np.sqrt((momentum * momentum).sum(axis=0)),
                np.sqrt((away * away).sum(axis=0)),
                weight=batch.weight[part.rows],
                event=part.rows,
            )
    return filled
