"""Importance sampling of parents: where in rapidity, transverse momentum and azimuth an experiment's events come from.

A deterministic pilot gives parents of every cell to the real chain, whose lifetimes are forced into a region,
and reads the importance of the cell from the weights that come back, for one lifetime or for several at once.  The source then draws cells by their
importance and carries the exact ratio of the physical density to the density of the draw as the weight
``source``, evaluated at each point: the cells decide how fast an acceptance converges, never what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, ClassVar

import numpy as np

from darkpair.gen.bias import Aimable, Bias
from darkpair.gen.cell_formulas import mixture_weight
from darkpair.gen.errors import InputError
from darkpair.gen.events import Batch, Parents
from darkpair.gen.identity import identity_digest
from darkpair.gen.kinematics import Array
from darkpair.gen.meson_pilot import pilot_bias
from darkpair.gen.pipeline import EventChain, EventDetector
from darkpair.gen.streams import Streams, asked
from darkpair.gen.uniforms import uniforms

__all__ = ["DEFENSIVE_SHARE", "Aimable", "Aimed", "Bias", "aim"]

#: Share of the draws that keep the physical density: no weight exceeds its inverse, and nothing is lost.
DEFENSIVE_SHARE = 0.05

_CELLS = (48, 32, 32)  # in rapidity, transverse momentum and azimuth
_THROWS = (4, 4, 4, 8)  # parents of a cell in each round of the pilot


@dataclass(frozen=True, kw_only=True)
class Aimed:
    """A source whose mesons are drawn where they matter, with exact weights.

    Parameters
    ----------
    source : Aimable
        The source, with the physical density.
    bias : Bias
        The density that the other draws have.
    share : float
        Part of the draws that keep the physical density, more than 0 and at most 1.

    Raises
    ------
    InputError
        For a share out of range.
    """

    #: That it is drawn where events come from: nobody is advised to aim it.
    aimed: ClassVar[bool] = True

    source: Aimable
    bias: Bias
    share: float = DEFENSIVE_SHARE

    def __post_init__(self) -> None:
        if not 0.0 < self.share <= 1.0:
            raise InputError(f"defensive share = {self.share}; allowed: more than 0, at most 1")

    @property
    def pdgid(self) -> int:
        """PDG id of the parents."""
        return self.source.pdgid

    @property
    def name(self) -> str | None:
        """Name of the source, where it is one machine's."""
        return getattr(self.source, "name", None)

    @property
    def masses(self) -> Mapping[int, float] | None:
        """Mass of the parents [GeV] by PDG id, where the source tells it."""
        return getattr(self.source, "masses", None)

    @property
    def max_weight(self) -> float:
        """Greatest weight ``source``."""
        return 1.0 / self.share

    def provenance(self) -> dict[str, Any]:
        """The source, and the bias in short: how concentrated it is, where, and a digest of its table."""
        p = np.sort(self.bias.probability, axis=None)[::-1]
        table = b"".join(np.ascontiguousarray(a).tobytes() for a in (*self.bias.edges, self.bias.probability))
        return {
            "source": self.source,
            "defensive_share": self.share,
            "cells": list(self.bias.probability.shape),
            "cells_with_half_of_the_draws": int(np.searchsorted(np.cumsum(p), 0.5)) + 1,
            "most_draws_within": {
                name: self.bias.central(axis) for axis, name in enumerate(("y", "pt", "phi"))
            },
            "digest": blake2b(table, digest_size=8).hexdigest(),
        }

    def sample(self, n: int, rng: np.random.Generator) -> Parents:
        """Mesons with the weight ``source``, the physical density over that of the draw."""
        n = asked(n)
        y, pt, phi = self.bias.sample(rng, n)
        physical = np.flatnonzero(uniforms(rng, n) < self.share)
        y[physical], pt[physical], phi[physical] = self.source.draw(rng, len(physical))
        weight = mixture_weight(self.source.density(y, pt), self.bias.density(y, pt, phi), float(self.share))
        made = self.source.parents(y, pt, phi)
        return Parents(
            pdgid=made.pdgid,
            momentum=made.momentum,
            vertex=made.vertex,
            decay_vertex=made.decay_vertex,
            weights={**made.weights, "source": weight},
        )


def aim(
    source: Aimable,
    chain: EventChain,
    *,
    seed: int,
    detector: EventDetector | None = None,
    share: float = DEFENSIVE_SHARE,
    cells: tuple[int, int, int] = _CELLS,
    throws: tuple[int, ...] = _THROWS,
    weights: Callable[[Batch], Array] | None = None,
) -> Aimed:
    """Source aimed by a pilot run of the chain, at what a detector accepts.

    The importance of a cell is its volume times the root of the mean of (density times weight)² there, of accepted events: the
    choice that leaves the least variance.  One sample that serves several cases, as the lifetimes of a scan,
    has several weights: the importances of each case, brought to the sum 1, are added in squares, which leaves
    the least sum of their relative variances.  Rounds after the first redo the edges, so that each axis has
    cells where the importance is.  Every draw of the pilot comes from its own streams, derived from the seed.

    Parameters
    ----------
    source : Aimable
        The source, with the physical density.
    chain : EventChain
        The chain, with its lifetimes forced into a region (`darkpair.gen.lifetime.Forced` or ``ScanInside``): of
        several such particles those events count in which one of them decays there (`darkpair.gen.joint_lifetime`).
    seed : int
        Random seed of the job.
    detector : EventDetector, optional
        Whose selection accepts events; without one, all count that have decays in the region.
    share : float
        Part of the draws that keep the physical density, as of `Aimed`.
    cells : three int
        How many cells in rapidity, in transverse momentum and in azimuth.
    throws : tuple of int
        How many parents are thrown in each cell, a number a round.
    weights : callable, optional
        Function of a `Batch` of n events that gives their weights for each case, (cases, n), as
        `darkpair.gen.reweighting.weights_at`; the events' own unless given.

    Raises
    ------
    InputError
        If no parent of the pilot sends anything into the region.

    References
    ----------
    Importance sampling with a defensive mixture: T. Hesterberg, Technometrics 37 (1995) 185; edges made of
    the importance: G. P. Lepage, J. Comput. Phys. 27 (1978) 192.
    """
    own = int(Streams(seed).rng("importance pilot").integers(0, 2**64, dtype=np.uint64, endpoint=False))
    bias = pilot_bias(source, chain, detector, seed=own, cells=cells, throws=throws, weights=weights)
    pilot = {
        "source": source,
        "chain": chain,
        "detector": detector,
        "seed": seed,
        "cells": cells,
        "throws": throws,
        "weights": weights,
    }
    object.__setattr__(bias, "_pilot", identity_digest(pilot))
    return Aimed(source=source, bias=bias, share=share)
