"""K_L of KOTO's beam drawn where an experiment's events come from: in momentum and place of decay, with exact weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from typing import Any, ClassVar

import numpy as np

from darkpair.gen.cells import Alias, Axis
from darkpair.gen.errors import InputError
from darkpair.gen.events import Parents
from darkpair.gen.flight import decay_probability
from darkpair.gen.frozen import ByValue
from darkpair.gen.importance import DEFENSIVE_SHARE
from darkpair.gen.kinematics import Array
from darkpair.gen.particles import particle
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.streams import asked

__all__ = ["AimedKaons", "KaonBias"]


@dataclass(frozen=True, kw_only=True, eq=False)
class KaonBias(ByValue):
    """Probabilities of cells in momentum and place of decay; inside them, uniform in momentum, and the decay law.

    Parameters
    ----------
    p : Axis
        Cells in momentum, of one step each [GeV].
    z : Axis
        Cells in place of decay [mm].
    probability : ndarray, (k, m)
        Probability of each cell; their sum is 1.
    """

    p: Axis
    z: Axis
    probability: Array
    #: Digest of what a pilot made it of; empty where nobody says.
    _pilot: str = field(default="", init=False, repr=False, compare=False)

    def sample_identity(self) -> Any:
        """The pilot that made it, whose last digits depend on the processor; the numbers where there was none."""
        return self._pilot or (self.p, self.z, self.probability)

    @cached_property
    def _draw(self) -> Alias:
        return Alias(probability=self.probability.reshape(1, -1))

    def sample(self, rng: np.random.Generator, n: int) -> tuple[Array, Array, Array]:
        """Momenta [GeV], and the ends of the cells in which they decay [mm]; (n,) each."""
        u, v, within = rng.random((3, n))
        i, k = np.divmod(self._draw.draw(0, u, v), len(self.z))
        low, high = self.p.edges[i], self.p.edges[i + 1]
        return low + (high - low) * within, self.z.edges[k], self.z.edges[k + 1]

    def central(self, axis: int) -> tuple[float, float]:
        """Ends of the cells of an axis (0, 1) between which 90 % of the draws are, 5 % on each side."""
        along, edges = np.cumsum(self.probability.sum(axis=1 - axis)), (self.p, self.z)[axis].edges
        low, high = np.searchsorted(along, [0.05, 0.95])
        return float(edges[low]), float(edges[min(high + 1, len(edges) - 1)])


@dataclass(frozen=True, kw_only=True)
class AimedKaons:
    """KOTO's beam, drawn where events come from, with the weight ``source``.

    Parameters
    ----------
    source : KotoKL
        The beam, whose K_L decay in a region; a `share` of it plays no part.
    bias : KaonBias
        Cells of its momenta and of that region.
    share : float
        Part of the draws that keep the physical density, more than 0 and at most 1.

    Raises
    ------
    InputError
        For a share out of range, or a beam of free decays.
    """

    #: As of `darkpair.gen.importance.Aimed`.
    aimed: ClassVar[bool] = True

    source: KotoKL
    bias: KaonBias
    share: float = DEFENSIVE_SHARE

    def __post_init__(self) -> None:
        if not 0.0 < self.share <= 1.0:
            raise InputError(f"defensive share = {self.share}; allowed: more than 0, at most 1")
        if self.source.decay != "region":
            raise InputError(
                f"aim = true with K_L whose decay is {self.source.decay!r}; allowed: decay = 'region', between z_min and z_max; "
                "or leave aim out"
            )

    @property
    def pdgid(self) -> int:
        """PDG id of the parents."""
        return self.source.pdgid

    @property
    def name(self) -> str:
        """Name of the source."""
        return self.source.name

    @property
    def masses(self) -> Mapping[int, float]:
        """Mass of the parents [GeV], by PDG id."""
        return self.source.masses

    @property
    def decay(self) -> str:
        """Where the K_L decay, as of the beam."""
        return self.source.decay

    @property
    def z_min(self) -> float:
        """Where decays begin [mm]."""
        return self.source.z_min

    @property
    def z_max(self) -> float:
        """Where decays end [mm]."""
        return self.source.z_max

    @property
    def decay_probability(self) -> float:
        """Decays between z_min and z_max for each K_L at the beam exit."""
        return self.source.decay_probability

    @property
    def max_weight(self) -> float:
        """Greatest weight ``source``; and of its product with ``directions`` where the chain is aimed with it."""
        return 1.0 / self.share

    def provenance(self) -> dict[str, Any]:
        """The beam, and the bias in short: where the draws are, and a digest of its table."""
        bias = self.bias
        table = b"".join(
            np.ascontiguousarray(a).tobytes() for a in (bias.p.edges, bias.z.edges, bias.probability)
        )
        return {
            "source": self.source,
            "defensive_share": self.share,
            "cells": list(bias.probability.shape),
            "most_draws_within": {"p": bias.central(0), "z": bias.central(1)},
            "digest": blake2b(table, digest_size=8).hexdigest(),
        }

    @cached_property
    def _beam(self) -> KotoKL:
        return replace(self.source, share=None)

    def sample(self, n: int, rng: np.random.Generator) -> Parents:
        """K_L with the weight ``source``, the physical density over that of the draw."""
        n = asked(n)
        p, low, high = self.bias.sample(rng, n)
        physical = np.flatnonzero(rng.random(n) < self.share)
        p[physical] = self._beam.decaying.sample(rng, len(physical))
        low[physical], high[physical] = self.source.z_min, self.source.z_max
        made = self._beam.parents(p, low, high, rng)
        density, drawn = self.densities(p, made)
        weight = density / (self.share * density + (1.0 - self.share) * drawn)
        return replace(made, weights={"source": weight})

    def densities(self, p: Array, made: Parents) -> tuple[Array, Array]:
        """Physical density of K_L in momentum and cell of the decay [1/GeV], and that of the bias, (n,) each."""
        assert made.decay_vertex is not None
        i, k = self.bias.p.index(p), self.bias.z.index(made.decay_vertex[2])
        kaon, slope = particle("K_L0"), p / made.momentum[2]  # path over z
        flight, z = p / kaon.mass * kaon.ctau, self.bias.z.edges
        ends = [
            (end - self.source.z_min) * slope
            for end in (z[k], z[k + 1], self.source.z_min, self.source.z_max)
        ]
        within = decay_probability(ends[0], ends[1], flight) / decay_probability(ends[2], ends[3], flight)
        drawn = self.bias.probability[i, k] / (self.bias.p.edges[i + 1] - self.bias.p.edges[i])
        return self._beam.decaying(p) * within, np.asarray(drawn)
