"""Importance sampling of parents: where in rapidity, transverse momentum and azimuth an experiment's events come from.

A deterministic pilot gives parents of every cell to the real chain, whose lifetimes are forced into a region,
and reads the importance of the cell from the weights that come back, for one lifetime or for several at once.  The source then draws cells by their
importance and carries the exact ratio of the physical density to the density of the draw as the weight
``source``, evaluated at each point: the cells decide how fast an acceptance converges, never what it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np
import scipy
from numpy.typing import NDArray

from darkpair.gen.cells import in_cell, mixture_weight, of_cell
from darkpair.gen.compiled.columnwise import Table
from darkpair.gen.errors import InputError
from darkpair.gen.events import Batch, Parents
from darkpair.gen.frozen import ByValue
from darkpair.gen.identity import identity_digest
from darkpair.gen.intervals import Intervals
from darkpair.gen.kinematics import Array
from darkpair.gen.pipeline import EventChain
from darkpair.gen.streams import BLOCK, Streams
from darkpair.gen.uniforms import uniforms

__all__ = ["DEFENSIVE_SHARE", "Aimable", "Aimed", "Bias", "aim"]

#: Share of the draws that keep the physical density: no weight exceeds its inverse, and nothing is lost.
DEFENSIVE_SHARE = 0.05

_CELLS = (48, 32, 32)  # in rapidity, transverse momentum and azimuth
_THROWS = (4, 4, 4, 8)  # parents of a cell in each round of the pilot
_EVEN = 0.25  # share of an axis that keeps even cells when its edges are redone

Point: TypeAlias = "tuple[Array, Array, Array]"


@runtime_checkable
class Aimable(Protocol):
    """A source that can be aimed: its mesons are made with a known density and uniform azimuth."""

    @property
    def pdgid(self) -> int:
        """PDG id of the parents."""
        ...

    @property
    def y_range(self) -> tuple[float, float]:
        """Rapidities in the laboratory between which all mesons are."""
        ...

    @property
    def pt_range(self) -> tuple[float, float]:
        """Transverse momenta between which all mesons are [GeV]."""
        ...

    def density(self, y: Array, pt: Array) -> Array:
        """Density in rapidity and transverse momentum [1/GeV], its integral 1."""
        ...

    def draw(self, rng: np.random.Generator, n: int) -> Point:
        """Rapidity, transverse momentum [GeV] and azimuth [-pi, pi) of n mesons by that density."""
        ...

    def parents(self, y: Array, pt: Array, phi: Array) -> Parents:
        """Mesons of those rapidities, transverse momenta and azimuths."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Bias(ByValue):
    """A density in (y, pT, azimuth), constant in each cell.

    Parameters
    ----------
    edges : three ndarrays
        Edges of the cells, growing: in rapidity, in transverse momentum [GeV], in azimuth [rad].
    probability : ndarray, (cells in y, in pT, in azimuth)
        Probability of each cell; their sum is 1.
    """

    edges: Point
    probability: Array
    #: Digest of what a pilot made it of; empty where nobody says.
    _pilot: str = field(default="", init=False, repr=False, compare=False)

    def sample_identity(self) -> Any:
        """The pilot that made it, whose last digits depend on the processor; the numbers where there was none."""
        return self._pilot or (self.edges, self.probability)

    @cached_property
    def volume(self) -> Array:
        """Of each cell [GeV]."""
        dy, dpt, dphi = (np.diff(e) for e in self.edges)
        return np.asarray(dy[:, None, None] * dpt[:, None] * dphi)

    @cached_property
    def _cumulative(self) -> Array:
        total = np.cumsum(self.probability.ravel())
        return np.asarray(total / total[-1])

    @cached_property
    def _by_part(self) -> Intervals:
        return Intervals(self._cumulative)

    @cached_property
    def _places(self) -> tuple[Intervals, ...]:
        return tuple(map(Intervals, self.edges))

    @cached_property
    def _per_volume(self) -> Array:
        return np.asarray(self.probability / self.volume)

    def central(self, axis: int) -> tuple[float, float]:
        """Ends of the cells of an axis (0, 1, 2) between which 90 % of the draws are, 5 % on each side."""
        along = np.cumsum(self.probability.sum(axis=tuple(i for i in range(3) if i != axis)))
        low, high = np.searchsorted(along, [0.05, 0.95])
        return float(self.edges[axis][low]), float(self.edges[axis][high + 1])

    def sample(self, rng: np.random.Generator, n: int) -> Point:
        """Points drawn from the density, uniform inside their cell."""
        cell = self._by_part(uniforms(rng, n))
        return self.inside(np.minimum(cell, self.probability.size - 1), rng)

    def inside(self, cell: NDArray[np.intp], rng: np.random.Generator) -> Point:
        """Points (n,), uniform in the cells of those flat indices (n,)."""
        parts = [uniforms(rng, len(cell)) for _ in self.edges]
        point: Point = in_cell(cell, *parts, *map(Table, self.edges), *self.probability.shape[1:])
        return point

    def density(self, y: Array, pt: Array, phi: Array) -> Array:
        """Density at points (n,) [1/GeV]; 0 outside the cells."""
        index = [places(x) - 1 for places, x in zip(self._places, (y, pt, phi), strict=True)]
        out: Array = of_cell(*index, Table(self._per_volume.ravel()), *self.probability.shape)
        return out


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
    share: float = DEFENSIVE_SHARE,
    cells: tuple[int, int, int] = _CELLS,
    throws: tuple[int, ...] = _THROWS,
    weights: Callable[[Batch], Array] | None = None,
) -> Aimed:
    """Source aimed by a pilot run of the chain.

    The importance of a cell is its volume times the root of the mean of (density times weight)² there: the
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
    ranges = (source.y_range, source.pt_range, (-math.pi, math.pi))
    edges = tuple(np.linspace(low, high, size + 1) for (low, high), size in zip(ranges, cells, strict=True))
    first = 0
    for turn, count in enumerate(throws):
        flat = Bias(edges=(edges[0], edges[1], edges[2]), probability=np.full(cells, 1.0 / math.prod(cells)))
        importance = _pilot(source, chain, flat, count, own, first, weights or _own)
        first += -(-math.prod(cells) * count // BLOCK)
        if not importance.sum() > 0.0:
            raise InputError(
                f"none of the pilot's {math.prod(cells) * count} parents sends anything into the region; "
                "the region is out of reach: check the detector, the masses and c tau, or drop the aim"
            )
        if turn + 1 < len(throws):
            edges = tuple(_regrouped(e, importance, axis) for axis, e in enumerate(edges))
    bias = Bias(edges=flat.edges, probability=importance / importance.sum())
    pilot = {
        "source": source,
        "chain": chain,
        "seed": seed,
        "cells": cells,
        "throws": throws,
        "weights": weights,
    }
    object.__setattr__(bias, "_pilot", identity_digest(pilot))
    return Aimed(source=source, bias=bias, share=share)


def _own(batch: Batch) -> Array:
    """Weights of the events as they are, one case."""
    return batch.weight[None, :]


def _pilot(
    source: Aimable,
    chain: EventChain,
    flat: Bias,
    count: int,
    seed: int,
    first: int,
    weights: Callable[[Batch], Array],
) -> Array:
    """Importance of each cell from `count` parents in it, block by block."""
    shape = flat.probability.shape
    order = np.tile(np.arange(flat.probability.size), count)
    squares: list[Array] = []
    density2 = np.zeros(flat.probability.size)
    for block, start in enumerate(range(0, len(order), BLOCK), start=first):
        streams, cell = Streams(seed, block), order[start : start + BLOCK]
        y, pt, phi = flat.inside(cell, streams.rng("cells"))
        weighted = weights(chain.batch(source.parents(y, pt, phi), streams))
        squares = squares or [np.zeros(flat.probability.size) for _ in weighted]
        for i, weight in enumerate(weighted):
            squares[i] += np.bincount(cell, weight * weight, minlength=flat.probability.size)
        density2 += np.bincount(cell, source.density(y, pt) ** 2, minlength=len(density2))
    total: Array = np.zeros(shape)
    for square in squares:
        importance = flat.volume * np.sqrt(_smooth(square.reshape(shape)) * density2.reshape(shape))
        if importance.sum() > 0.0:
            total += np.square(importance / importance.sum())
    return np.asarray(np.sqrt(total))


def _smooth(square: Array) -> Array:
    """Squared weights shared with the neighbours: few parents of a cell hit, and none must not mean never."""
    modes: list[Literal["nearest", "wrap"]] = ["nearest", "nearest", "wrap"]
    near = scipy.ndimage.uniform_filter(square, 3, mode=modes)
    far = scipy.ndimage.uniform_filter(square, 7, mode=modes)
    return np.asarray(np.maximum(0.5 * square + 0.4 * near + 0.1 * far, 0.0))


def _regrouped(edges: Array, importance: Array, axis: int) -> Array:
    """Edges of as many cells that share the importance along an axis equally, but for an even part."""
    along = importance.sum(axis=tuple(i for i in range(3) if i != axis))
    along = (1.0 - _EVEN) * along / along.sum() + _EVEN * np.diff(edges) / (edges[-1] - edges[0])
    total = np.concatenate([[0.0], np.cumsum(along)])
    new = np.interp(np.linspace(0.0, total[-1], len(edges)), total, edges)
    new[0], new[-1] = edges[0], edges[-1]
    return np.asarray(new)
