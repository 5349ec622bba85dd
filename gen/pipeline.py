"""From blocks to chunks, in order and in bounded memory: source, chain, detector, what is kept.

Everything that defines an event happens inside a block; a chunk is some whole blocks that travel together,
and workers only decide who makes a chunk.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np

from darkpair.gen.agreement import require_agreement
from darkpair.gen.border import check_batch, check_observed, check_parents, check_selected, observed
from darkpair.gen.chunk import Chunk
from darkpair.gen.collecting import collect_as_usual
from darkpair.gen.compiled.mode import OF_A_FILE, wanted
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.errors import InputError
from darkpair.gen.events import Batch, Parents
from darkpair.gen.executors import TheirExecutor
from darkpair.gen.kinematics import Array
from darkpair.gen.observed import Observed
from darkpair.gen.required import require_events
from darkpair.gen.sample_name import MOST_BLOCKS, MOST_RUN, run_number, sample_digest
from darkpair.gen.selected import Selected
from darkpair.gen.shared_parents import require_uses, shared
from darkpair.gen.space import Space, expected, filled
from darkpair.gen.streams import BLOCK, Streams, require_seed
from darkpair.gen.topology import Topology

__all__ = [
    "Chunk",
    "EventChain",
    "EventDetector",
    "EventSource",
    "Pipeline",
    "ReadSource",
    "ReusedSource",
    "Selected",
    "blocks_of",
    "chunks",
]

#: Most events that a run may ask for: the names of events have room for so many blocks, and it would take ten years.
MOST_EVENTS = MOST_BLOCKS * BLOCK

_PACKAGE = __name__.partition(".")[0]


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


@runtime_checkable
class ReusedSource(ReadSource, Protocol):
    """What may give each parent several times, one after the other, and turn each about the beam.

    A block holds all uses of each of its parents, so that 16384 is a multiple of their number.
    """

    @property
    def uses(self) -> int:
        """How many successive parents are one."""
        ...

    def turned(self, parents: Parents, rng: np.random.Generator) -> Parents:
        """A block's parents, each at an azimuth of its own; these themselves where theirs is kept."""
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
    number : int, optional
        Number of the run in the names of the events, 1 to 2**32 - 1; one that follows from the sample's digest unless
        given.
    compiled : bool, optional
        Whether formulas are compiled, which changes no event; by the number of events unless given
        (`darkpair.gen.compiled.mode`).

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
    number: int | None = None
    compiled: bool | None = None

    def __post_init__(self) -> None:
        require_seed(self.seed)
        require_agreement(self.source, self.chain, self.detector)
        require_uses(self._uses)
        if self.number is not None and not (1 <= self.number <= MOST_RUN and self.number == int(self.number)):
            raise InputError(
                f"number = {self.number} of a run; allowed: a whole number from 1 to {MOST_RUN}, or none"
            )

    @cached_property
    def digest(self) -> str:
        """Digest of the sample: of all that decides about its events (`darkpair.gen.sample_name`)."""
        return sample_digest(self.source, self.chain, self.seed)

    @property
    def run_number(self) -> int:
        """Number of the run in the names of the events."""
        return run_number(self.digest) if self.number is None else int(self.number)

    def chunk(self, first: int, last: int, n: int) -> Chunk:
        """Events of the blocks first to last - 1 of a sample of n events."""
        with wanted(self.compiled, n if self._reader is None else n * OF_A_FILE):
            with filled(self._space((last - first) * BLOCK)):
                blocks = (self._block(index, min(BLOCK, n - index * BLOCK)) for index in range(first, last))
                made = list(blocks) if self._own else [block.copied() for block in blocks]
            return Chunk.concatenate(made)

    @cached_property
    def _own(self) -> bool:
        """Whether chain and detector are of this package: a stranger's may fill the same memory for the next block."""
        return _ours(self.chain) and (self.detector is None or _ours(self.detector))

    def _space(self, n: int) -> Space | None:
        """Memory for n events that are all kept, where they are of one topology and made by ours."""
        everything = self.detector is None or self.keep == "all"
        return Space(self._topology, n) if everything and self._topology is not None else None

    @cached_property
    def _topology(self) -> Topology | None:
        """That of all events, made by ours."""
        topologies: Any = getattr(self.chain, "topologies", ())
        return topologies[0] if self._own and self._reader is None and len(topologies) == 1 else None

    @cached_property
    def _reader(self) -> ReadSource | None:
        """The source, where parents are read (to ask what a protocol wants takes longer than to make a few hundred events)."""
        return self.source if isinstance(self.source, ReadSource) else None

    def nothing(self) -> Chunk:
        """A chunk without events, which tells what events have."""
        return self._block(0, 0)

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
        require_events(wanted, MOST_EVENTS)
        if most is not None and wanted > most:
            raise InputError(
                f"n = {wanted} events; allowed: at most {most}, which is all that the source has; leave n out"
            )
        if wanted % self._uses:
            low = wanted - wanted % self._uses
            raise InputError(
                f"n = {wanted} events of parents that are used {self._uses} times; allowed: whole parents, n = "
                f"{f'{low} or ' if low else ''}{low + self._uses}"
            )
        return int(wanted)

    @cached_property
    def _uses(self) -> int:
        """How many successive events have one parent."""
        return 1 if self._reused is None else self._reused.uses

    @cached_property
    def _reused(self) -> ReusedSource | None:
        """The source, where it gives its parents several times."""
        return self.source if isinstance(self.source, ReusedSource) else None

    @cached_property
    def _masses(self) -> dict[int, float]:
        """Masses of parents [GeV] by PDG id, as the source says or else the chain."""
        starts = getattr(self.chain, "parents", None) or {}
        said = getattr(self.source, "masses", None) or {}
        return {kind: start.mass for kind, start in starts.items()} | {**said}

    def _parents(self, index: int, streams: Streams) -> Parents:
        if (reader := self._reader) is not None:
            parents, n = reader.block(index), min(BLOCK, reader.n_parents - index * BLOCK)
        else:
            parents, n = self.source.sample(BLOCK, streams.rng("source")), BLOCK
        check_parents(self.source, parents, n, self._masses)
        if self._reused is not None:
            parents = self._reused.turned(parents, streams.rng("azimuth"))
        if _ours(self.source):
            return parents
        # (a stranger may fill the same memory for the next block; of all else a chain makes columns of its own)
        return replace(parents, weights={name: weight.copy() for name, weight in parents.weights.items()})

    def _block(self, index: int, size: int) -> Chunk:
        """One block, generated and observed whole, then cut to `size` events."""
        streams = Streams(self.seed, index)
        with expected(self._topology, BLOCK):
            parents = self._parents(index, streams)
            events = self.chain.batch(parents, streams)
        check_batch(self.chain, events, len(parents))
        head, first = np.arange(len(events)) < size, index * BLOCK
        if self.detector is None:
            kept = events if size == len(events) else events.take(head)
            with shared(self._uses):
                flow = Cutflow.of(kept.weight, [])
            numbers = np.arange(first, first + len(kept), dtype=np.int64)
            return Chunk(events=kept, reco=None, cutflow=flow, numbers=numbers, run=self.run_number)
        reco = observed(self.detector, events, streams.rng("detector"))
        check_observed(self.detector, reco, len(events))
        weight = events.weight[:size]
        weight.flags.writeable = False  # a detector that changes them would change what it is compared with
        if size < len(events):
            reco = reco.take(head)
        with shared(self._uses):
            verdict = self.detector.select(reco, weight)
            check_selected(self.detector, verdict, reco, weight)
        everything = self.keep == "all"
        mask = np.ones(size, dtype=bool) if everything else verdict.mask
        reco = reco.marked(verdict.passed, verdict.mask if everything else None)
        padded = np.concatenate([mask, np.zeros(len(events) - size, dtype=bool)])
        return Chunk(
            events=events.take(padded),
            reco=reco.take(mask),
            cutflow=verdict.cutflow,
            numbers=first + np.flatnonzero(mask),
            run=self.run_number,
            histograms=verdict.histograms,
        )


def _ours(maker: object) -> bool:
    """Whether a source, a chain or a detector is of this package."""
    return type(maker).__module__.partition(".")[0] == _PACKAGE


def chunks(
    pipeline: Pipeline,
    n: int | None,
    *,
    size: int = 16 * BLOCK,
    executor: Executor | None = None,
    workers: int = 1,
    blocks: tuple[int, int] | None = None,
) -> Iterator[Chunk]:
    """Chunks of a sample of n events, or of a part of it, in order.

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
    blocks : tuple of int, optional
        First block, and the one after the last, of the part that is wanted; every block of the sample unless given.
        The part of no block is one chunk without events.

    Raises
    ------
    InputError
        For n or blocks out of range.
    """
    n = pipeline.events(n)
    if not (size >= 1 and size == int(size)):
        raise InputError(f"a chunk of {size} events; allowed: a whole number, 1 or more")
    _ = pipeline.digest  # (once, before it travels to workers)
    collect_as_usual()
    whole = blocks_of(n)
    span = (0, whole) if blocks is None else blocks
    if not 0 <= span[0] <= span[1] <= whole:
        raise InputError(f"blocks = {span[0]} to {span[1]}; allowed: 0 to {whole}, those of {n} events")
    return _ordered(pipeline, n, int(size), executor, workers, span)


def blocks_of(n: int) -> int:
    """Number of blocks of a sample of n events; the last one may be cut."""
    return -(-n // BLOCK)


def _ordered(
    pipeline: Pipeline, n: int, size: int, executor: Executor | None, workers: int, blocks: tuple[int, int]
) -> Iterator[Chunk]:
    start, stop = blocks
    if start == stop:
        yield pipeline.nothing()
        return
    step = -(-size // BLOCK)
    spans = ((first, min(first + step, stop)) for first in range(start, stop, step))
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
