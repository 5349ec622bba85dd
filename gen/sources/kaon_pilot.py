"""The pilot that aims KOTO's beam, and the decays of a chain with it, at what a detector accepts.

Rounds of events, each drawn where those before were accepted, are all weighed to the physical density. From the mean square
of what is accepted in each cell follows the density that leaves the least variance: of the K_L in momentum and place of
decay, and of each isotropic decay in the cosine of its daughter, given place and energy.  The last decay comes first, so
that each is aimed for what those below it will be.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias, runtime_checkable

import numpy as np
import scipy
from numpy.typing import NDArray

from darkpair.gen.cells import Axis
from darkpair.gen.errors import InputError
from darkpair.gen.events import Batch
from darkpair.gen.identity import identity_digest
from darkpair.gen.importance import DEFENSIVE_SHARE
from darkpair.gen.kinematics import Array
from darkpair.gen.pilot import accepts
from darkpair.gen.pipeline import EventChain, EventDetector
from darkpair.gen.sources.aimed_kaons import AimedKaons, KaonBias
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.steering import FACTOR, CosineTable, Directions, FreeDecay
from darkpair.gen.streams import BLOCK, Streams

__all__ = ["Steerable", "aim_kaons"]

_LOG: Final = logging.getLogger(__name__)

#: Blocks of events of each round unless given, and the part of them that keeps the physical density.
_ROUNDS: Final = (4, 8, 12)
_PHYSICAL: Final = 0.25

#: Cells: in momentum, that are drawn from; of the importance in momentum and place; of a decay in place, energy, cosine.
_FINE: Final = 512
_KAONS: Final = (20, 24)
_DECAYS: Final = (10, 14, 16)

_ISOTROPIC: Final = 0.1  # part of each table of a decay

#: Effective accepted events that fill the cells; with fewer there are fewer cells, and `_PHYSICAL` is the least share:
#: what so few say of where the others are is not much, and a table that misses them would leave less than no aim.
_ENOUGH: Final = 150.0

Weights: TypeAlias = Callable[[Batch], Array]


@runtime_checkable
class Steerable(EventChain, Protocol):
    """A chain whose isotropic decays can be steered."""

    @property
    def free_decays(self) -> tuple[FreeDecay, ...]:
        """The decays that can be."""
        ...

    def steered(self, directions: Directions) -> Steerable:
        """The chain with those directions."""
        ...


def aim_kaons(
    source: KotoKL,
    chain: EventChain,
    detector: EventDetector,
    *,
    seed: int,
    share: float = DEFENSIVE_SHARE,
    rounds: tuple[int, ...] = _ROUNDS,
    weights: Weights | None = None,
) -> tuple[AimedKaons, EventChain]:
    """KOTO's beam and a chain, aimed together at what a detector accepts.

    Every draw of the pilot comes from its own streams, derived from the seed.

    Parameters
    ----------
    source : KotoKL
        The beam, whose K_L decay in a region.
    chain : EventChain
        The chain; its isotropic decays are aimed too where it is `Steerable` (`darkpair.chains.aimed.AimedChain`).
    detector : EventDetector
        What accepts the events.
    seed : int
        Random seed of the job.
    share : float
        Part of the draws that keep the physical density: no product of the weights ``source`` and ``directions``
        exceeds its inverse.  A quarter at least where the pilot's accepted events are worth less than 150.
    rounds : tuple of int
        How many blocks of 16384 events are thrown in each round.
    weights : callable, optional
        Function of a `Batch` of n events that gives their weights for each case, (cases, n), as
        `darkpair.gen.reweighting.weights_at`, where one sample serves several cases; the events' own unless given.

    Returns
    -------
    AimedKaons, EventChain
        The source, and the chain that belongs to it; neither is wrong without the other.

    Raises
    ------
    InputError
        If no event of the pilot is accepted, or for a beam of free decays.

    References
    ----------
    Importance sampling with a defensive mixture: T. Hesterberg, Technometrics 37 (1995) 185; cells made of the
    importance, in rounds: G. P. Lepage, J. Comput. Phys. 27 (1978) 192.
    """
    pilot = _Pilot(source, chain, detector, seed, weights or _own)
    aimed, with_it = AimedKaons(source=source, bias=pilot.flat(), share=_PHYSICAL), chain
    for turn, blocks in enumerate(rounds, start=1):
        pilot.throw(aimed, with_it, blocks)
        _LOG.info(
            "pilot of aimed kaons: round %d, %d blocks, effective events %.0f",
            turn,
            blocks,
            pilot.effective if pilot.accepted else 0.0,
        )
        if pilot.accepted:  # (until then the next round looks everywhere, too)
            last = turn == len(rounds) and pilot.effective >= _ENOUGH
            aimed, with_it = pilot.aimed(share if last else max(share, _PHYSICAL))
    if not pilot.accepted:
        raise InputError(
            f"none of the pilot's {BLOCK * len(pilot.events)} events is accepted: nothing to aim at; check the detector, the masses "
            "and c tau, or leave aim out"
        )
    made_of = {"source": source, "chain": chain, "detector": detector, "seed": seed, "share": share}
    digest = identity_digest(made_of | {"rounds": rounds, "weights": weights})
    for table in (aimed.bias, getattr(with_it, "directions", None)):
        if table is not None:
            object.__setattr__(table, "_pilot", digest)
    return aimed, with_it


def _own(batch: Batch) -> Array:
    """Weights of the events as they are, one case."""
    return batch.weight[None, :]


@dataclass(frozen=True)
class _Events:
    """Events of the pilot.

    Parameters
    ----------
    kaon : ndarray, (2, n)
        Momentum of the K_L [GeV], and where it decays [mm].
    states : ndarray, (decays, 3, n)
        Place, energy and cosine of each decay; NaN where the event does not have it.
    density : ndarray, (n,)
        Physical density over that of the draw.
    accepted : ndarray, (cases, n)
        Weights of accepted events, 0 of the others.
    """

    kaon: Array
    states: Array
    density: Array
    accepted: Array

    @staticmethod
    def joined(parts: Sequence[_Events]) -> _Events:
        names = ("kaon", "states", "density", "accepted")
        return _Events(*(np.concatenate([getattr(part, name) for part in parts], axis=-1) for name in names))


class _Pilot:
    """Rounds of events, and what follows from them."""

    def __init__(
        self, source: KotoKL, chain: EventChain, detector: EventDetector, seed: int, weights: Weights
    ) -> None:
        self.source, self.chain, self.detector, self.weights = source, chain, detector, weights
        self.seed = int(
            Streams(seed).rng("importance pilot").integers(0, 2**64, dtype=np.uint64, endpoint=False)
        )
        self.decays = chain.free_decays if isinstance(chain, Steerable) else ()
        self.events: list[_Events] = []
        self.p = Axis.even(source.decaying.low, source.decaying.high, _FINE)
        self.middle = 0.5 * (self.p.edges[1:] + self.p.edges[:-1])

    @property
    def accepted(self) -> bool:
        """Whether any event was."""
        return any(events.accepted.any() for events in self.events)

    @property
    def effective(self) -> float:
        """How many events of equal weight the accepted ones are worth, each case brought to the sum 1."""
        return _effective(_cases(_Events.joined(self.events)).sum(axis=0))

    def flat(self) -> KaonBias:
        """Even in place, with the momenta of the K_L at the exit."""
        z = Axis.even(self.source.z_min, self.source.z_max, _KAONS[1])
        return self.bias(z, np.ones((_FINE, len(z))))

    def bias(self, z: Axis, density: Array) -> KaonBias:
        """That density over the momentum spectrum at the exit."""
        density = density * self.source.kept_spectrum(self.middle)[:, None]
        return KaonBias(p=self.p, z=z, probability=density / density.sum())

    def throw(self, source: AimedKaons, chain: EventChain, blocks: int) -> None:
        """Blocks of events, drawn by an aimed source and its chain."""
        for block in range(len(self.events), len(self.events) + blocks):
            streams = Streams(self.seed, block)
            parents = source.sample(BLOCK, streams.rng("source"))
            batch = chain.batch(parents, streams)
            mask = accepts(self.detector, batch, streams)
            density = parents.weights["source"].copy()
            for part in batch.parts:
                density[part.rows] *= part.weights.get(FACTOR, 1.0)
            states = np.full((len(self.decays), 3, BLOCK), np.nan)
            for state, decay in zip(states, self.decays, strict=True):
                state[:, batch.parts[decay.part].rows] = decay.state(batch)
            assert parents.decay_vertex is not None
            momentum = np.sqrt(np.square(parents.momentum[:3]).sum(axis=0))
            kaon = np.stack([momentum, parents.decay_vertex[2]])
            self.events.append(_Events(kaon, states, density, self.weights(batch) * mask))

    def aimed(self, share: float) -> tuple[AimedKaons, EventChain]:
        """Source and chain that draw where the events so far were accepted."""
        events = _Events.joined(self.events)
        cases = _cases(events)
        where, squares = cases.sum(axis=0), _over(np.square(cases).sum(axis=0), events.density)
        ratio, tables = np.ones(len(where)), {}
        for decay, state in zip(self.decays[::-1], events.states[::-1], strict=True):
            has = np.flatnonzero(np.isfinite(state[0]))
            if not where[has].any():  # (of a mode that is never accepted; others are aimed)
                continue
            rest = squares[has] / (share + (1.0 - share) * ratio[has])
            table = _table(state[:, has], where[has], rest, events.density[has])
            ratio[has] *= table.ratio(table.row(*state[:2, has]), state[2, has])
            tables[decay.stage] = table
        bias = self._of_kaons(events, where, squares / (share + (1.0 - share) * ratio))
        aimed = AimedKaons(source=self.source, bias=bias, share=share)
        if not isinstance(self.chain, Steerable) or not tables:
            return aimed, self.chain
        return aimed, self.chain.steered(Directions(tables=tables, share=share))

    def _of_kaons(self, events: _Events, where: Array, squares: Array) -> KaonBias:
        p, z = (
            Axis.sharing(x, where, cells, ends)
            for x, cells, ends in zip(
                events.kaon,
                _cells(_KAONS, where),
                ((self.p.low, self.p.high), (self.source.z_min, self.source.z_max)),
                strict=True,
            )
        )
        index = p.index(events.kaon[0]), z.index(events.kaon[1])
        importance = _importance(index, (len(p), len(z)), squares, events.density)
        ends = zip(z.edges[:-1], z.edges[1:], strict=True)
        decays = np.stack([self.source.decays(self.middle, low, high) for low, high in ends], axis=1)
        return self.bias(z, importance[p.index(self.middle)] * decays)


def _table(state: Array, where: Array, squares: Array, density: Array) -> CosineTable:
    """Table of a decay from events' states (3, n), where they are accepted, squares of weights, and densities, (n,) each."""
    sizes = _cells(_DECAYS, where)
    axes = [
        Axis.sharing(x, where, cells, (float(x.min()), float(x.max())))
        for x, cells in zip(state[:2], sizes[:2], strict=True)
    ]
    cosine = Axis.even(-1.0, 1.0, sizes[2])
    index = tuple(axis.index(x) for axis, x in zip((*axes, cosine), state, strict=True))
    shape = (len(axes[0]), len(axes[1]), len(cosine))
    importance = _importance(index, shape, squares, density)
    total = importance.sum(axis=2, keepdims=True)
    even = 1.0 / len(cosine)
    own = np.divide(importance, total, out=np.full(shape, even), where=total > 0.0)
    return CosineTable(z=axes[0], energy=axes[1], probability=(1.0 - _ISOTROPIC) * own + _ISOTROPIC * even)


def _importance(
    index: tuple[NDArray[np.intp], ...], shape: tuple[int, ...], squares: Array, density: Array
) -> Array:
    """Root of the mean of squares in cells, shared with the neighbours: none accepted of a few must not mean never."""
    flat, size = np.ravel_multi_index(index, shape), math.prod(shape)
    above, below = (
        _smooth(np.bincount(flat, x, size).astype(np.float64).reshape(shape)) for x in (squares, density)
    )
    return np.sqrt(_over(above, below))


def _cases(events: _Events) -> Array:
    """Weights of accepted events of each case that has some, their sum 1, (cases, n)."""
    sums = events.accepted.sum(axis=1)
    return np.asarray(events.accepted[sums > 0.0] / sums[sums > 0.0, None])


def _effective(weight: Array) -> float:
    return float(weight.sum() ** 2 / np.square(weight).sum()) if weight.any() else 0.0


def _cells(most: Sequence[int], where: Array) -> list[int]:
    """Numbers of cells along axes, two or more, for weights (n,) of accepted events."""
    part = min(1.0, math.sqrt(_effective(where) / _ENOUGH))
    return [max(2, round(part * cells)) for cells in most]


def _over(above: Array, below: Array) -> Array:
    """Quotient, 0 where nothing is below: of events that the physical density does not have."""
    return np.divide(above, below, out=np.zeros(above.shape), where=below > 0.0)


def _smooth(sums: Array) -> Array:
    near, far = (scipy.ndimage.uniform_filter(sums, size, mode="nearest") for size in (3, 5))
    return np.asarray(np.maximum(0.5 * sums + 0.4 * near + 0.1 * far, 0.0))
