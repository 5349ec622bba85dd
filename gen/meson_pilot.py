"""The pilot that aims mesons: parents of every cell go through the chain and the selection, and leave what the cell is worth.

A selection may accept few of the events that have decays in the region. So each round throws some parents where the round
before had accepted events, and the accepted part is taken over more cells than what flies into the region.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from typing import Final, Literal, TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

from darkpair.gen.bias import Aimable, Bias, Point
from darkpair.gen.errors import InputError
from darkpair.gen.events import Batch
from darkpair.gen.kinematics import Array
from darkpair.gen.pilot import accepts
from darkpair.gen.pipeline import EventChain, EventDetector
from darkpair.gen.streams import BLOCK, Streams

__all__ = ["pilot_bias"]

_LOG: Final = logging.getLogger(__name__)

_MODES: Final[list[Literal["nearest", "wrap"]]] = [
    "nearest",
    "nearest",
    "wrap",
]  # beyond the ends of each axis
_NEAR: Final = {1: 0.5, 3: 0.4, 7: 0.1}  # cells over which sums are taken, with their parts
_WIDE: Final = {3: 0.5, 9: 0.5}  # the same of the accepted part
_INSIDE: Final = 0.1  # of the importance that is of what flies into the region, accepted or not
_EVEN: Final = 0.25  # share of an axis that keeps even cells when its edges are redone
_AGAIN: Final = 0.5  # of the parents of a round that are drawn where those before were accepted

Weights: TypeAlias = Callable[[Batch], Array]


def pilot_bias(
    source: Aimable,
    chain: EventChain,
    detector: EventDetector | None,
    *,
    seed: int,
    cells: tuple[int, int, int],
    throws: tuple[int, ...],
    weights: Weights | None,
) -> Bias:
    """Density that a pilot makes; parameters as of `darkpair.gen.importance.aim`, the seed that of the pilot.

    Raises
    ------
    InputError
        If no parent of the pilot sends anything into the region.
    """
    pilot = _Pilot(source, chain, detector, seed, weights or _own)
    ranges = (source.y_range, source.pt_range, (-math.pi, math.pi))
    y, pt, phi = (np.linspace(low, high, size + 1) for (low, high), size in zip(ranges, cells, strict=True))
    last: Bias | None = None
    for turn, count in enumerate(throws):
        if last is not None:
            y, pt, phi = (_regrouped(e, last.probability, axis) for axis, e in enumerate(last.edges))
        flat = Bias(edges=(y, pt, phi), probability=np.full(cells, 1.0 / math.prod(cells)))
        importance = pilot.importance(flat, last, count)
        if importance is None:
            raise InputError(
                f"none of the pilot's {math.prod(cells) * sum(throws[: turn + 1])} parents sends anything into the region; "
                "the region is out of reach: check the detector, the masses and c tau, or drop the aim"
            )
        last = Bias(edges=flat.edges, probability=importance)
        _LOG.info("pilot of aimed mesons: round %d, %s parents", turn + 1, f"{math.prod(cells) * count:,}")
    assert last is not None
    return last


def _own(batch: Batch) -> Array:
    """Weights of the events as they are, one case."""
    return batch.weight[None, :]


class _Pilot:
    """Rounds of parents of every cell."""

    def __init__(
        self,
        source: Aimable,
        chain: EventChain,
        detector: EventDetector | None,
        seed: int,
        weights: Weights,
    ) -> None:
        self.source, self.chain, self.detector, self.weights = source, chain, detector, weights
        self.seed, self.block = seed, 0

    def importance(self, flat: Bias, last: Bias | None, count: int) -> Array | None:
        """Importance of the cells of a flat bias, its sum 1, from `count` parents for each; None where nothing arrives.

        Parameters
        ----------
        flat : Bias
            The cells.
        last : Bias or None
            What the round before came to: a part of the parents is drawn by it, where somebody accepts events.
        count : int
            Parents for each cell, on the average.
        """
        shape = flat.probability.shape
        size = math.prod(shape)
        again = 0 if last is None or self.detector is None else int(_AGAIN * count)
        order = np.tile(np.arange(size), count)
        order[(count - again) * size :] = -1
        number: Array = np.zeros(size)
        density2: Array = np.zeros(size)
        squares: list[list[Array]] = []
        for start in range(0, len(order), BLOCK):
            streams, cell = Streams(self.seed, self.block), order[start : start + BLOCK].copy()
            self.block += 1
            points = _points(flat, last, cell, streams.rng("cells"))
            cases = self._squares(points, streams)
            squares = squares or [[np.zeros(size), np.zeros(size)] for _ in cases]
            for sums, case in zip(squares, cases, strict=True):
                for i, square in enumerate(case):
                    sums[i] += np.bincount(cell, square, size)
            number += np.bincount(cell, minlength=size)
            density2 += np.bincount(cell, self.source.density(*points[:2]) ** 2, size)
        density2 = (density2 / np.maximum(number, 1.0)).reshape(shape)
        number = number.reshape(shape)
        inside, accepted = [], []
        for sums in squares:
            whole, kept = (total.reshape(shape) for total in sums)
            inside.append(flat.volume * np.sqrt(density2 * _ratio(whole, number, _NEAR)))
            part = _ratio(kept, whole, _WIDE) if self.detector is not None else np.ones(shape)
            accepted.append(inside[-1] * np.sqrt(np.clip(part, 0.0, 1.0)))
        return _mixed(_together(inside), _together(accepted))

    def _squares(self, points: Point, streams: Streams) -> list[tuple[Array, Array]]:
        """Squared weights for each case, of all parents and of those whose events are accepted, (n,) each."""
        batch = self.chain.batch(self.source.parents(*points), streams)
        cases = np.square(self.weights(batch))
        mask: NDArray[np.bool_] = np.asarray((cases > 0.0).any(axis=0))
        if self.detector is not None and mask.any():
            mask[mask] = accepts(self.detector, batch.take(mask), streams)
        return [(square, square * mask) for square in cases]


def _points(flat: Bias, last: Bias | None, cell: NDArray[np.intp], rng: np.random.Generator) -> Point:
    """Points in the cells of those numbers; drawn by the bias before for those of -1, which get their cells' numbers."""
    drawn = np.flatnonzero(cell < 0)
    points = flat.inside(np.maximum(cell, 0), rng)
    if last is not None and len(drawn):
        for values, new in zip(points, last.sample(rng, len(drawn)), strict=True):
            values[drawn] = new
        y, pt, phi = (values[drawn] for values in points)
        index = [
            np.clip(i, 0, size - 1)
            for i, size in zip(flat.index(y, pt, phi), flat.probability.shape, strict=True)
        ]
        cell[drawn] = np.ravel_multi_index(index, flat.probability.shape)
    return points


def _together(importances: Sequence[Array]) -> Array:
    """Importance for several cases: the root of the sum of squares, each brought to the sum 1."""
    total = np.zeros(importances[0].shape)
    for importance in importances:
        if importance.sum() > 0.0:
            total += np.square(importance / importance.sum())
    return np.sqrt(total)


def _mixed(inside: Array, accepted: Array) -> Array | None:
    """What is accepted, and a part of what flies into the region: the pilot may have met few of the first."""
    if not inside.sum() > 0.0:
        return None
    if not accepted.sum() > 0.0:
        return np.asarray(inside / inside.sum())
    return np.asarray(_INSIDE * inside / inside.sum() + (1.0 - _INSIDE) * accepted / accepted.sum())


def _ratio(sums: Array, number: Array, sizes: dict[int, float]) -> Array:
    """Ratio of sums over cells and their neighbours: few parents of a cell hit, and none must not mean never."""
    out = np.zeros(sums.shape)
    for size, part in sizes.items():
        above, below = (scipy.ndimage.uniform_filter(a, size, mode=_MODES) for a in (sums, number))
        out += part * np.divide(above, below, out=np.zeros(out.shape), where=below > 1e-12 * below.max())
    return np.asarray(np.maximum(out, 0.0))


def _regrouped(edges: Array, importance: Array, axis: int) -> Array:
    """Edges of as many cells that share the importance along an axis equally, but for an even part."""
    along = importance.sum(axis=tuple(i for i in range(3) if i != axis))
    along = (1.0 - _EVEN) * along / along.sum() + _EVEN * np.diff(edges) / (edges[-1] - edges[0])
    total = np.concatenate([[0.0], np.cumsum(along)])
    new = np.interp(np.linspace(0.0, total[-1], len(edges)), total, edges)
    new[0], new[-1] = edges[0], edges[-1]
    return np.asarray(new)
