"""From blocks to chunks, in order and in bounded memory: source, chain, detector, what is kept.

Everything that defines an event happens inside a block; a chunk is some whole blocks that travel together,
and workers only decide who makes a chunk.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

import numpy as np

from darkpair.gen.agreement import require_agreement
from darkpair.gen.border import check_batch, check_observed, check_parents, check_selected, observed
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.errors import InputError
from darkpair.gen.events import Batch, Parents
from darkpair.gen.executors import TheirExecutor
from darkpair.gen.kinematics import Array
from darkpair.gen.observed import Observed
from darkpair.gen.selected import Selected
from darkpair.gen.streams import BLOCK, Streams

if TYPE_CHECKING:
    import awkward as ak
    import hist

__all__ = [
    "Chunk",
    "EventChain",
    "EventDetector",
    "EventSource",
    "Pipeline",
    "ReadSource",
    "Selected",
    "chunks",
]

#: Most events that a run may ask for: block indices stay exact, and a job of this size takes a century.
MOST_EVENTS = 10**15


class EventSource(Protocol):
    """What makes parents."""

    @property
    def pdgid(self) -> int:
        """PDG id of the parents."""
        ...

    def sample(self, n: int, rng: np.random.Generator) -> Parents:
        """Parents, n of them."""
        ...


@runtime_checkable
class ReadSource(EventSource, Protocol):
    """What reads parents from somewhere instead of drawing them: there is a last one.

    Its `sample` gives the first n.
    """

    @property
    def masses(self) -> Mapping[int, float]:
        """Mass [GeV] of each kind of parent, by PDG id."""
        ...

    @property
    def n_parents(self) -> int:
        """How many there are."""
        ...

    def block(self, index: int) -> Parents:
        """Those of a block: 16384 of them, or what is left."""
        ...


class EventChain(Protocol):
    """What makes events of parents; `darkpair.chains.Chain` is one."""

    def batch(self, parents: Parents, streams: Streams) -> Batch:
        """Events of those parents."""
        ...


class EventDetector(Protocol):
    """What an apparatus does to events: it adds numbers, and never edits the truth.

    What else it may have, `darkpair.gen.detector_members.WholeDetector` says.
    """

    def observe(self, truth: Batch, rng: np.random.Generator) -> Observed:
        """Reconstructed quantities of each event.

        `truth` gives plain columns by ``final_state(*pdgids)`` and the event record by ``record()``.
        """
        ...

    def select(self, reco: Observed, weight: Array) -> Selected:
        """Which events are accepted."""
        ...


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Some blocks' kept events.

    Parameters
    ----------
    events : Batch
        The kept events.
    reco : Observed or None
        The detector's quantities of the kept events.
    cutflow : Cutflow
        Cut flow of all generated events of the blocks.
    histograms : dict
        What the detector's selection looked at, by name.
    """

    events: Batch
    reco: Observed | None
    cutflow: Cutflow
    histograms: dict[str, hist.Hist[Any]] = field(default_factory=dict)

    @staticmethod
    def concatenate(parts: Sequence[Chunk]) -> Chunk:
        """One chunk of several of the same pipeline, in order."""
        first = parts[0]
        if len(parts) == 1:
            return first
        cutflow, histograms = first.cutflow, {name: h.copy() for name, h in first.histograms.items()}
        for part in parts[1:]:
            cutflow = cutflow + part.cutflow
            for name, histogram in part.histograms.items():
                histograms[name] += histogram
        seen = [part.reco for part in parts if part.reco is not None]
        return Chunk(
            events=Batch.concatenate([part.events for part in parts]),
            reco=Observed.concatenate(seen) if seen else None,
            cutflow=cutflow,
            histograms=histograms,
        )

    def tally(self) -> Chunk:
        """The chunk without its events: the cut flow and the histograms."""
        none = np.zeros(len(self.events), dtype=bool)
        return replace(self, events=self.events.take(none), reco=None)

    def record(self) -> ak.Array:
        """Kept events with the detector's record as the field ``reco``."""
        events = self.events.record()
        if self.reco is None:
            return events
        import awkward as ak

        return ak.with_field(events, self.reco.record(), "reco")


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """A source, a chain and perhaps a detector, run block by block.

    Parameters
    ----------
    source : EventSource
        What makes the parents; a `ReadSource` is read block by block.
    chain : EventChain
        What the parents decay to.
    detector : EventDetector, optional
        What observes the events and selects them.
    seed : int
        Random seed, 0 to 2**64 - 1.
    keep : {"accepted", "all"}
        Which events come out; without a detector all are accepted, and with one the record has ``accepted`` where
        all come out.

    Raises
    ------
    InputError
        For a source, a chain and a detector that do not fit, as `darkpair.gen.agreement` says; when it runs, for what
        one of them returns and should not, as `darkpair.gen.border` says.
    """

    source: EventSource
    chain: EventChain
    detector: EventDetector | None = None
    seed: int = 0
    keep: Literal["accepted", "all"] = "accepted"

    def __post_init__(self) -> None:
        require_agreement(self.source, self.chain, self.detector)

    def chunk(self, first: int, last: int, n: int) -> Chunk:
        """Events of the blocks first to last - 1 of a sample of n events."""
        return Chunk.concatenate(
            [self._block(index, min(BLOCK, n - index * BLOCK)) for index in range(first, last)]
        )

    def events(self, n: int | None) -> int:
        """Number of events of a run that asks for n: all that the source has, where None.

        Raises
        ------
        InputError
            For n out of range.
        """
        most = self.source.n_parents if isinstance(self.source, ReadSource) else None
        if n is None and most is None:
            raise InputError("run.n is missing; give it a value")
        wanted = most if n is None else n
        assert wanted is not None
        if not (1 <= wanted <= MOST_EVENTS and wanted == int(wanted)):
            raise InputError(f"n = {n} events; allowed: a whole number from 1 to {MOST_EVENTS:.0e}")
        if most is not None and wanted > most:
            raise InputError(
                f"n = {wanted} events; allowed: at most {most}, which is all that the source has; leave n out"
            )
        return int(wanted)

    @cached_property
    def _masses(self) -> dict[int, float]:
        """Masses of parents [GeV] by PDG id, as the source says or else the chain."""
        starts = getattr(self.chain, "parents", None) or {}
        said = getattr(self.source, "masses", None) or {}
        return {kind: start.mass for kind, start in starts.items()} | {**said}

    def _parents(self, index: int, streams: Streams) -> Parents:
        if isinstance(self.source, ReadSource):
            parents, n = self.source.block(index), min(BLOCK, self.source.n_parents - index * BLOCK)
        else:
            parents, n = self.source.sample(BLOCK, streams.rng("source")), BLOCK
        check_parents(self.source, parents, n, self._masses)
        return parents

    def _block(self, index: int, size: int) -> Chunk:
        """One block, generated and observed whole, then cut to `size` events."""
        streams = Streams(self.seed, index)
        parents = self._parents(index, streams)
        events = self.chain.batch(parents, streams)
        check_batch(self.chain, events, len(parents))
        head = np.arange(len(events)) < size
        if self.detector is None:
            kept = events if size == len(events) else events.take(head)
            return Chunk(events=kept, reco=None, cutflow=Cutflow.of(kept.weight, []))
        reco = observed(self.detector, events, streams.rng("detector"))
        check_observed(self.detector, reco, len(events))
        weight = events.weight[:size]
        weight.flags.writeable = False  # a detector that changes them would change what it is compared with
        if size < len(events):
            reco = reco.take(head)
        verdict = self.detector.select(reco, weight)
        check_selected(self.detector, verdict, reco, weight)
        everything = self.keep == "all"
        mask = np.ones(size, dtype=bool) if everything else verdict.mask
        reco = reco.marked(verdict.passed, verdict.mask if everything else None)
        padded = np.zeros(len(events), dtype=bool)
        padded[:size] = mask
        return Chunk(
            events=events.take(padded),
            reco=reco.take(mask),
            cutflow=verdict.cutflow,
            histograms=verdict.histograms,
        )


def chunks(
    pipeline: Pipeline,
    n: int | None,
    *,
    size: int = 16 * BLOCK,
    executor: Executor | None = None,
    workers: int = 1,
) -> Iterator[Chunk]:
    """Chunks of a sample of n events, in order.

    Parameters
    ----------
    pipeline : Pipeline
        What makes the events.
    n : int or None
        Number of generated events; None is all that the source has.
    size : int
        Number of events of a chunk, rounded up to whole blocks; the events do not depend on it.
    executor : concurrent.futures.Executor, optional
        Threads, processes, or a cluster's, that make the blocks; None works in this process.
    workers : int
        How many work at once, where the executor is not of `darkpair.workers.on_executor`, which knows. Chunks under
        way at once are twice as many, which bounds the memory.

    Raises
    ------
    InputError
        For n out of range.
    """
    n = pipeline.events(n)
    if not (size >= 1 and size == int(size)):
        raise InputError(f"a chunk of {size} events; allowed: a whole number, 1 or more")
    return _ordered(pipeline, n, int(size), executor, workers)


def _ordered(
    pipeline: Pipeline, n: int, size: int, executor: Executor | None, workers: int
) -> Iterator[Chunk]:
    blocks, step = -(-n // BLOCK), -(-size // BLOCK)
    spans = ((first, min(first + step, blocks)) for first in range(0, blocks, step))
    if executor is None:
        for first, last in spans:
            yield pipeline.chunk(first, last, n)
        return
    waiting: deque[Future[Any]] = deque()
    try:
        for first, last in spans:
            waiting.append(executor.submit(pipeline.chunk, first, last, n))
            if len(waiting) >= 2 * (executor.workers if isinstance(executor, TheirExecutor) else workers):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
