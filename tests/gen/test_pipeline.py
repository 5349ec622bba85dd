"""The pipeline: the same seed gives the same bits, whatever the chunks, the workers and the length."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from darkpair.chains.descriptor import build
from darkpair.gen.cutflow import Cutflow
from darkpair.gen.errors import InputError
from darkpair.gen.events import Batch
from darkpair.gen.lifetime import Scan
from darkpair.gen.observed import Observed
from darkpair.gen.pipeline import Pipeline, Selected, chunks
from darkpair.gen.sources.gun import Gun
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.streams import BLOCK

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from darkpair.gen.kinematics import Array

N = 10**5
CHAINS: dict[str, dict[str, Any]] = {
    "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))": {
        "mass": {"X1": 0.0, "X2": 0.43},
        "lifetimes": {"X2": Scan()},
    },
    "K_L0 -> (pi0 -> gamma gamma [0.9] | e+ e- gamma [0.1]) nu nubar": {},
}


@cache
def pipeline(descriptor: str) -> Pipeline:
    return Pipeline(source=KotoKL(), chain=build(descriptor, **CHAINS[descriptor]), seed=81)


def everything(batch: Batch) -> dict[str, NDArray[Any]]:
    """Every array of a batch, the parts' rows included."""
    out: dict[str, NDArray[Any]] = {}
    for i, part in enumerate(batch.parts):
        out |= {f"{i} rows": part.rows, f"{i} momentum": part.momentum, f"{i} vertices": part.vertices}
        out |= {f"{i} weight {name}": w for name, w in part.weights.items()}
        out |= {f"{i} length {role}": length for role, length in part.proper_length.items()}
    return out


def assert_same(one: Batch, two: Batch) -> None:
    a, b = everything(one), everything(two)
    assert a.keys() == b.keys()
    for name in a:
        assert a[name].tobytes() == b[name].tobytes(), name


@cache
def whole(descriptor: str) -> Batch:
    (chunk,) = chunks(pipeline(descriptor), N, size=N)
    return chunk.events


@pytest.mark.parametrize("descriptor", CHAINS)
@pytest.mark.parametrize("size", [10**4, 5 * 10**4])
def test_chunks_do_not_change_events(descriptor: str, size: int) -> None:
    parts = [chunk.events for chunk in chunks(pipeline(descriptor), N, size=size)]
    assert len(parts) > 1
    assert_same(Batch.concatenate(parts), whole(descriptor))


@pytest.mark.parametrize("descriptor", CHAINS)
def test_a_longer_run_begins_with_the_shorter(descriptor: str) -> None:
    longer = Batch.concatenate([c.events for c in chunks(pipeline(descriptor), 2 * N, size=N)])
    assert len(longer) == 2 * N
    assert_same(longer.take(np.arange(2 * N) < N), whole(descriptor))


def test_workers_do_not_change_events() -> None:
    spawn = multiprocessing.get_context("spawn")
    for workers in (1, 2):
        with ProcessPoolExecutor(workers, mp_context=spawn) as pool:
            for descriptor in CHAINS:
                run = chunks(pipeline(descriptor), N, size=2 * BLOCK, executor=pool, workers=workers)
                assert_same(Batch.concatenate([c.events for c in run]), whole(descriptor))


def test_seeds_change_events() -> None:
    chain = pipeline(next(iter(CHAINS))).chain
    one, two = (
        next(chunks(Pipeline(source=KotoKL(), chain=chain, seed=s), 100)).events.parts[0].momentum
        for s in (1, 2)
    )
    assert not np.isin(one[0], two[0]).any()


class Coin:
    """A detector that accepts one event in four."""

    def observe(self, truth: Batch, rng: np.random.Generator) -> Observed:
        return Observed(n=len(truth), flat={"coin": rng.random(len(truth))})

    def select(self, reco: Observed, weight: Array) -> Selected:
        mask = np.asarray(reco.flat["coin"] < 0.25)
        return Selected(mask=mask, cutflow=Cutflow.of(weight, [("coin", mask)]))


def test_a_detector_changes_no_event_and_its_cut_flow_counts_all() -> None:
    plain = pipeline(next(iter(CHAINS)))
    cut = Pipeline(source=plain.source, chain=plain.chain, detector=Coin(), seed=81)
    seen = list(chunks(cut, N, size=3 * BLOCK))
    kept = Pipeline(source=plain.source, chain=plain.chain, detector=Coin(), seed=81, keep="all")
    (everyone,) = chunks(kept, N, size=N)
    assert_same(everyone.events, whole(next(iter(CHAINS))))
    assert everyone.reco is not None
    coin = everyone.reco.flat["coin"]
    assert_same(Batch.concatenate([c.events for c in seen]), everyone.events.take(np.asarray(coin < 0.25)))
    total = seen[0].cutflow
    for chunk in seen[1:]:
        total = total + chunk.cutflow
    assert total.stages == everyone.cutflow.stages
    assert total.generated == N
    assert total.stages[-1].n == int((coin < 0.25).sum())
    # 4.89 sigma of a binomial: failure rate 1e-6
    assert abs(total.acceptance - 0.25) < 4.89 * np.sqrt(0.25 * 0.75 / N)
    assert total.acceptance_error == pytest.approx(np.sqrt(0.25 * 0.75 / N), rel=0.02)


def test_cut_flows_of_different_cuts_do_not_add() -> None:
    one = np.ones(3)
    flow = Cutflow.of(one, [("a", one > 0)])
    with pytest.raises(InputError, match="two cut flows with different cuts do not add up"):
        flow + Cutflow.of(one, [("b", one > 0)])
    assert flow.stages[-1].effective == 3.0
    assert Cutflow.of(one, [("none", one < 0)]).stages[-1].effective == 0.0


@pytest.mark.parametrize("n", [0, -1, 1e30, 10**30, 1.5, float("nan")])
def test_bad_number_of_events(n: int) -> None:
    with pytest.raises(
        InputError, match=r"^n = .* events; allowed: a whole number from 1 to 70368744161280$"
    ):
        chunks(pipeline(next(iter(CHAINS))), n)


def test_bad_chunk() -> None:
    with pytest.raises(InputError, match="a chunk of 0 events; allowed: a whole number, 1 or more"):
        chunks(pipeline(next(iter(CHAINS))), 10, size=0)


def test_a_source_of_another_particle() -> None:
    chain = pipeline(next(iter(CHAINS))).chain
    with pytest.raises(InputError, match="the source supplies PDG id 221, the chain starts with K_L0"):
        Pipeline(source=Gun(parent="eta"), chain=chain)
