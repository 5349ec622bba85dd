"""Blocks that fill one space are put together without a copy; others as ever."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from darkpair import Batch, Chain, Parents, Pipeline, build, chunks
from darkpair.gen import memory
from darkpair.gen.chunk import Chunk
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.observed import Observed
from darkpair.gen.selected import Selected
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.space import Space, joined
from darkpair.gen.streams import BLOCK, Streams

CHAIN = build("K_L0 -> X1 (X2 -> X1 pi0)", mass={"X1": 0.0, "X2": 0.43})
TOPOLOGY = CHAIN.topologies[0]


def test_neighbours_are_put_together_as_they_lie() -> None:
    space = Space(TOPOLOGY, 7)
    parts = [space.columns(n) for n in (3, 0, 4)]
    for i in (0, 1):
        arrays = [part[i] for part in parts]
        for k, array in enumerate(arrays):
            array[:] = k
        whole = joined(arrays)
        assert np.shares_memory(whole, arrays[0])
        assert np.array_equal(whole, np.concatenate(arrays, axis=2))


@pytest.mark.parametrize("order", [[0, 1], [1, 0], [1, 2], [0, 2], [0, 1, 1], [0]])
def test_what_are_no_neighbours_is_copied(order: list[int]) -> None:
    space = Space(TOPOLOGY, 9)
    arrays = [space.columns(3)[0] for _ in range(3)]
    for k, array in enumerate(arrays):
        array[:] = k
    some = [arrays[k] for k in order]
    assert np.array_equal(joined(some), np.concatenate(some, axis=2))


def test_a_chunk_is_its_blocks() -> None:
    pipeline = Pipeline(source=KotoKL(), chain=CHAIN, seed=3)
    n = 2 * BLOCK + 5
    blocks = [pipeline.chunk(i, i + 1, n).events.parts[0] for i in range(3)]
    for last, same in ((2, True), (3, False)):  # (the third block is cut)
        part = pipeline.chunk(0, last, n).events.parts[0]
        for name in ("momentum", "vertices"):
            assert np.array_equal(getattr(part, name), joined([getattr(b, name) for b in blocks[:last]]))
        assert (part.momentum.base is not None) == same
    part = pickle.loads(pickle.dumps(pipeline.chunk(0, 2, n))).events.parts[0]
    assert np.array_equal(part.momentum, joined([b.momentum for b in blocks[:2]]))


def test_large_memory_is_used_again_when_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_large", [])
    monkeypatch.setattr(memory, "_LARGE", 80)
    monkeypatch.setattr(memory, "_MOST", 400)
    monkeypatch.setattr(memory, "_keeping", [])
    assert memory.floats(20) is not memory.floats(20)
    assert memory._large == []
    monkeypatch.setattr(memory, "_keeping", [True])
    first = memory.floats(20)
    view, place = first.reshape(4, 5)[1:], first.__array_interface__["data"][0]
    del first
    second = memory.floats(20)
    assert not np.shares_memory(view, second)
    del view
    assert memory.floats(20).__array_interface__["data"][0] == place
    assert memory.floats(21).size == 21
    assert sum(a.nbytes for a in memory._large) <= 400
    assert memory.floats(5) is not memory.floats(5)
    assert memory.floats(51).nbytes > 400
    assert sum(a.nbytes for a in memory._large) <= 400


@pytest.mark.parametrize(
    "hold",
    [memoryview, lambda a: a[3:4], lambda a: a.reshape(2, 10)[:, ::2].T, lambda a: [a]],
    ids=["buffer", "slice", "view of a view", "itself"],
)
def test_memory_that_somebody_holds_is_not_used_again(
    hold: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "_large", [])
    monkeypatch.setattr(memory, "_LARGE", 80)
    monkeypatch.setattr(memory, "_keeping", [True])
    held = hold(memory.floats(20))
    (kept,) = memory._large
    place = kept.__array_interface__["data"][0]
    del kept
    assert memory.floats(20).__array_interface__["data"][0] != place
    del held
    memory._large.pop()
    assert memory.floats(20).__array_interface__["data"][0] == place


class _Own(Chain):
    """A stranger's chain that stands on ours, with a `batch` as the protocol has it."""

    def batch(self, parents: Parents, streams: Streams) -> Batch:
        return super().batch(parents, streams)


class _Twice(Chain):
    """One that makes all events twice, and hands on whatever it is given."""

    def batch(self, *args: Any, **more: Any) -> Batch:
        super().batch(*args, **more)
        return super().batch(*args, **more)


class _Around:
    """One that has everything of ours but `batch`."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["chain"], name)

    def batch(self, parents: Parents, streams: Streams) -> Batch:
        return self.chain.batch(parents, streams)


class _Reused:
    """A chain, a source or a detector that fills the same memory again and again."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.memory: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["inner"], name)

    def _into(self, name: str, array: Any) -> Any:
        memory = self.memory.setdefault(name, array.copy())
        memory[...] = array
        return memory

    def sample(self, n: int, rng: Any) -> Parents:
        made = self.inner.sample(n, rng)
        columns = {
            name: self._into(name, getattr(made, name)) for name in ("momentum", "vertex", "decay_vertex")
        }
        out: Parents = replace(made, **columns, weights={"own": self._into("weight", made.momentum[2])})
        return out

    def batch(self, parents: Parents, streams: Streams) -> Batch:
        (part,) = self.inner.batch(parents, streams).parts
        memory = self.memory
        for name in ("momentum", "vertices"):
            memory.setdefault(name, np.empty_like(getattr(part, name))).flags.writeable = True
        columns = {name: self._into(name, getattr(part, name)) for name in ("momentum", "vertices")}
        return Batch((replace(part, **columns),))

    def observe(self, truth: Batch, rng: Any) -> Observed:
        return Observed(n=len(truth), flat={"E": self._into("E", truth.parts[0].momentum[3, 1])})

    def select(self, reco: Observed, weight: Any) -> Selected:
        return Selected(mask=np.ones(reco.n, dtype=bool), cutflow=Cutflow.of(weight, []))


@pytest.mark.parametrize("keep", ["accepted", "all"])
@pytest.mark.parametrize("reused", ["source", "chain", "detector", "source and chain"])
def test_a_stranger_may_fill_the_same_memory(reused: str, keep: Any) -> None:
    parts: dict[str, Any] = {"source": KotoKL(), "chain": CHAIN}
    seen = replace(Pipeline(**parts, seed=3), keep=keep)
    blocks = [seen.chunk(i, i + 1, 3 * BLOCK).events.parts[0] for i in range(3)]
    parts = {name: _Reused(part) if name in reused else part for name, part in parts.items()}
    detector = _Reused(None) if reused == "detector" else None
    pipeline = Pipeline(**parts, detector=detector, seed=3, keep=keep)
    for size in (1, 3):
        made = list(chunks(pipeline, 3 * BLOCK, size=size * BLOCK))
        part = Chunk.concatenate(made).events.parts[0]
        for name in ("momentum", "vertices"):
            assert np.array_equal(getattr(part, name), joined([getattr(b, name) for b in blocks]))
        if "source" in reused:
            assert np.array_equal(part.weights["own"], part.momentum[2, 0])
        if detector is not None:
            seen_energy = np.concatenate([chunk.reco.flat["E"] for chunk in made if chunk.reco is not None])
            assert np.array_equal(seen_energy, part.momentum[3, 1])


@pytest.mark.parametrize("other", [_Own(decay=CHAIN.decay), _Twice(decay=CHAIN.decay), _Around(CHAIN)])
def test_chains_of_strangers_on_one_of_ours(other: Any) -> None:
    n = 2 * BLOCK
    ours, theirs = (
        Pipeline(source=KotoKL(), chain=chain, seed=3).chunk(0, 2, n).events.parts[0]
        for chain in (CHAIN, other)
    )
    assert np.array_equal(ours.momentum, theirs.momentum)
    assert np.array_equal(ours.vertices, theirs.vertices)
