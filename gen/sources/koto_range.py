"""Which K_L decays a chain and a selection of KOTO ask for: the range of the source, found by a pilot run.

A K_L that decays upstream of the decay volume sends a dark particle into it through whatever matter there is, and
photons whose vertex is not that of a pi0 are reconstructed elsewhere.  A prompt pi0 is not: there the range stays,
whatever cut is left out, and no pilot runs.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

import numpy as np

from darkpair.gen.kinematics import Array
from darkpair.gen.particles import particle
from darkpair.gen.pipeline import EventChain, EventDetector
from darkpair.gen.sources.koto_kl import P_RANGE, Z_EXIT, Z_NEAR, Z_TARGET, KotoKL
from darkpair.gen.streams import BLOCK, Streams
from darkpair.gen.topology import FINAL

if TYPE_CHECKING:
    from darkpair.gen.events import Batch

__all__ = ["LEFT_OUT", "SeesUpstream", "followed"]

_LOG: Final = logging.getLogger(__name__)

#: Part of the accepted events that a range may leave out.
LEFT_OUT: Final = 1e-3

#: Where a range may begin [mm], going upstream.
_EDGES: Final = (
    Z_NEAR, 1500.0, 1000.0, 500.0, 0.0, Z_EXIT, -2000.0, -3000.0, -5000.0, -7000.0, -10000.0, -14000.0, Z_TARGET,
)  # fmt: skip

#: The pilot's own seed: a range is a property of chain and detector, the same for every seed of a job.
_SEED: Final = 20260

#: Blocks of each cell in the first round, and of cells that may be the first ones without accepted events.
_FEW, _MANY = 1, 6

#: Accepted events below which the pilot is repeated with four times as many.
_ENOUGH: Final = 200

#: Flight [mm] in a thousand events below which a decay is prompt: its mean is then less than 20 mm.
_PROMPT: Final = 100.0

#: Part of the least momentum of enough accepted K_L from which on they are generated.
_BELOW: Final = 0.8

#: Ends of the share of events that decay from z = 2000 mm on.
_SHARES: Final = (0.5, 0.95)


@runtime_checkable
class SeesUpstream(EventDetector, Protocol):
    """A detector of decays of K_L to pi0, that knows what stops photons upstream."""

    @property
    def pions(self) -> int:
        """Number of pi0, and no other photon, that its candidates are."""
        ...

    @property
    def least_energy(self) -> float:
        """Least energy of the K_L of an event that the selection may accept [GeV]."""
        ...


def followed(source: KotoKL, chain: EventChain, detector: EventDetector | None) -> KotoKL:
    """The source with the range of decays that chain and detector accept, to less than 1e-3 of the events.

    A source of free decays, and a detector that knows nothing of what is upstream, keep the source as it is; and so
    does a chain of which nothing upstream is accepted, as every prompt pi0: its events are those of the source.  Otherwise
    the range begins upstream, the slowest K_L are left out, and a share of the events decays in the range as it
    was, with exact weights.

    Parameters
    ----------
    source : KotoKL
        The beam. Its `z_min` bounds the range from above, its `profile` from below: a fitted one begins at the
        exit.
    chain : EventChain
        What the K_L decay to.
    detector : EventDetector
        What accepts the events; decays are followed upstream where it is a `SeesUpstream`.

    Returns
    -------
    KotoKL
        With `z_min`, `p_min` and `share`; they are in its provenance.
    """
    if source.decay == "free" or source.z_min != Z_NEAR or not isinstance(detector, SeesUpstream):
        return source
    few = chain.batch(source.sample(1024, _streams(0).rng("source")), _streams(0))
    if _prompt_pions(few) == detector.pions:
        return source
    pilot = _Pilot(source, chain, detector)
    pilot.throw(range(len(pilot.cells)), _FEW)
    if not pilot.accepted:
        return source
    if pilot.accepted < _ENOUGH:
        pilot.throw(range(len(pilot.cells)), 4 * _FEW)
    pilot.settle(_MANY)
    ranged = pilot.range(detector.least_energy)
    _LOG.info(
        "pilot of the range of K_L decays: %d accepted events, z from %g mm on", pilot.accepted, ranged.z_min
    )
    return ranged


@dataclass
class _Sums:
    """Of a cell's accepted events: per K_L at the exit, once their blocks are divided out."""

    blocks: int = 0
    n: int = 0
    w: float = 0.0
    w2: float = 0.0
    wp: float = 0.0
    slowest: float = math.inf

    @property
    def value(self) -> float:
        return self.w / max(self.blocks, 1)

    @property
    def variance(self) -> float:
        return self.w2 / max(self.blocks, 1) ** 2


class _Pilot:
    """Accepted events by where the K_L decays: cell 0 is the range as it is, the others follow upstream."""

    def __init__(self, source: KotoKL, chain: EventChain, detector: EventDetector) -> None:
        self.given, self.chain, self.detector = source, chain, detector
        end = Z_TARGET if source.profile == "collimator" else Z_EXIT
        edges = [z for z in _EDGES if z >= end]
        self.cells = [(source.z_min, source.z_max), *((low, high) for high, low in pairwise(edges))]
        self.sums = [_Sums() for _ in self.cells]
        # made at the target, where the range may begin
        self.beam = replace(source, z_min=end)
        self.next, self.needed = 1, 0

    @property
    def accepted(self) -> int:
        return sum(sums.n for sums in self.sums)

    def throw(self, cells: range, blocks: int) -> None:
        """Blocks of decays in each of those cells, each weighted with the decays for a K_L of its momentum."""
        for cell in cells:
            low, high = self.cells[cell]
            for _ in range(blocks):
                streams = _streams(self.next)
                self.next += 1
                rng = streams.rng("source")
                p = self.beam.kept_spectrum.sample(rng, BLOCK)
                weight = self.beam.decays(p, low, high) / BLOCK
                events = self.chain.batch(self.beam.parents(p, low, high, rng), streams)
                weight *= events.weight
                mask = self.detector.select(
                    self.detector.observe(events, streams.rng("detector")), weight
                ).mask
                self.add(cell, p[mask], weight[mask])

    def add(self, cell: int, p: Array, weight: Array) -> None:
        own = self.sums[cell]
        own.blocks += 1
        seen = weight > 0.0
        own.n += int(np.count_nonzero(seen))
        own.w += float(weight.sum())
        own.w2 += float((weight * weight).sum())
        own.wp += float((weight * p).sum())
        own.slowest = min(own.slowest, float(p[seen].min(initial=math.inf)))

    def settle(self, blocks: int) -> None:
        """Throw more blocks in the first cells without accepted events, until two of them are known to be empty.

        Acceptance falls going upstream, so nothing is looked for beyond.  A cell is not known to be empty where
        three accepted events would have been more than may be left out: then it is needed.
        """
        cell = max((i for i, sums in enumerate(self.sums) if sums.n), default=0) + 1
        empty = 0
        while cell < len(self.cells) and empty < 2:
            self.throw(range(cell, cell + 1), blocks)
            negligible = 3.0 * self.weight(cell) < LEFT_OUT * self.total
            self.needed = self.needed if negligible else cell
            empty = empty + 1 if negligible and not self.sums[cell].n else 0
            cell += 1

    def weight(self, cell: int) -> float:
        """Of an event of a cell, at the mean momentum of the accepted K_L."""
        momentum = sum(sums.wp for sums in self.sums) / sum(sums.w for sums in self.sums)
        mean = self.beam.decays(np.array([momentum]), *self.cells[cell])
        return float(mean[0]) / BLOCK / self.sums[cell].blocks

    @property
    def total(self) -> float:
        """Accepted events for each K_L at the exit."""
        return sum(sums.value for sums in self.sums)

    @property
    def last(self) -> int:
        """The most upstream cell that is needed: beyond it there is less than may be left out, two errors included."""
        beyond, variance = 0.0, 0.0
        for cell in range(len(self.cells) - 1, 0, -1):
            beyond += self.sums[cell].value
            variance += self.sums[cell].variance
            if cell == self.needed or beyond + 2.0 * math.sqrt(variance) > LEFT_OUT * self.total:
                return cell
        return 0

    def range(self, energy: float) -> KotoKL:
        """The source with the range that was found, and without the K_L that have less energy than that [GeV]."""
        last = self.last
        if last == 0:
            return self.given
        slowest = math.sqrt(max(energy**2 - particle("K_L0").mass ** 2, 0.0))
        if self.accepted >= _ENOUGH:
            slowest = max(slowest, _BELOW * min(sums.slowest for sums in self.sums[: last + 1]))
        p_min = max(P_RANGE[0], math.floor(20.0 * slowest) / 20.0)
        near, far = (
            math.sqrt(sum(self.decays(i, p_min) for i in cells) * sum(self.sums[i].value for i in cells))
            for cells in (range(1), range(1, last + 1))
        )
        share = float(np.clip(round(20.0 * near / (near + far)) / 20.0, *_SHARES))
        return replace(self.given, z_min=self.cells[last][0], p_min=p_min, share=share)

    def decays(self, cell: int, p_min: float) -> float:
        """Decays in a cell for each K_L at the exit."""
        low, high = self.cells[cell]
        return replace(self.beam, z_min=low, z_max=high, p_min=p_min).decay_probability


def _streams(block: int) -> Streams:
    return Streams(_SEED, block)


def _prompt_pions(batch: Batch) -> int:
    """How many pi0 all photons come from, where each event has the same number and they decay with the K_L; or 0."""
    pion = particle("pi0").pdgid
    numbers = set()
    for part in batch.parts:
        topology = part.topology
        photons = [
            i
            for i, (pdgid, status) in enumerate(zip(topology.pdgid, topology.status, strict=True))
            if pdgid == particle("gamma").pdgid and status == FINAL
        ]
        mothers = [topology.mother[i] for i in photons]
        if not len(part) or any(topology.pdgid[i] != pion or mothers.count(i) != 2 for i in mothers):
            return 0
        decay = part.vertices[:3, topology.vertex[topology.mother.index(0)]]
        for i in photons:
            flight = part.vertices[:3, topology.vertex[i]] - decay
            if not np.abs(flight).max() <= _PROMPT:
                return 0
        numbers.add(len(set(mothers)))
    return numbers.pop() if len(numbers) == 1 else 0
