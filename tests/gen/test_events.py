"""The event record: what stands where, for one topology and for several, whole, cut and joined."""

from __future__ import annotations

from functools import cache

import awkward as ak
import numpy as np
import pytest

from darkpair.chains.descriptor import build
from darkpair.gen.errors import InputError
from darkpair.gen.events import Batch, Parents, total_weight
from darkpair.gen.lifetime import Scan
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.streams import Streams
from darkpair.gen.topology import BEAM, DECAYED, FINAL

N = 2000
ONE = "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma))"
MIXED = "K_L0 -> X1 (X2 -> X1 (pi0 -> gamma gamma [0.7] | e+ e- gamma [0.2]) [0.6] | gamma gamma [0.3])"


@cache
def batch(descriptor: str, block: int = 0) -> Batch:
    streams = Streams(71, block)
    chain = build(descriptor, mass={"X1": 0.05, "X2": 0.4}, lifetimes={"X2": Scan(ctau=20.0)})
    return chain.batch(KotoKL().sample(N, streams.rng("source")), streams)


def test_record_of_the_main_chain() -> None:
    events = batch(ONE).record()
    particles = events.particles
    assert len(events) == N
    assert particles[0].pdgid.to_list() == [130, 51, 901, 51, 111, 22, 22]
    assert particles[0].status.to_list() == [BEAM, FINAL, DECAYED, FINAL, DECAYED, FINAL, FINAL]
    assert particles[0].mother.to_list() == [-1, 0, 0, 2, 2, 4, 4]
    assert (ak.to_numpy(particles.pdgid) == np.array(particles.pdgid[0])).all()
    # vectors behave: the pi0 is its photons
    pair = particles[:, 5] + particles[:, 6]
    np.testing.assert_allclose(pair.mass, 0.1349768, rtol=1e-6)
    np.testing.assert_allclose(events.pi0.pt, particles[:, 4].pt, rtol=0)


@pytest.mark.parametrize("descriptor", [ONE, MIXED])
def test_momentum_closes_and_vertices_follow_mothers(descriptor: str) -> None:
    particles = batch(descriptor).record().particles
    mother, decayed = particles.mother, particles.status != FINAL
    for name in ("px", "py", "pz", "E"):
        for i in range(int(ak.max(ak.num(particles)))):
            has = (ak.num(particles) > i) & ak.fill_none(ak.pad_none(decayed, i + 1)[:, i], value=False)
            daughters = ak.sum(particles[name][mother == i], axis=1)
            parent = ak.pad_none(particles, i + 1)[:, i]
            assert ak.all(abs(daughters - parent[name])[has] <= 1e-9 * parent.E[has])
    # a displaced particle comes from where its mother went: along the mother's momentum, forwards
    first = particles[particles.mother >= 0]
    its = particles[first.mother]
    dz, dt = first.vz - its.vz, first.vt - its.vt
    assert ak.all(dt >= 0.0)
    assert ak.all(abs(dz * its.E - dt * its.pz) <= 1e-12 * (1.0 + first.vt * its.E))
    # sisters share their vertex
    sisters = first.vz[first.mother == 0]
    assert ak.all(sisters == sisters[:, 0])


def test_proper_length_is_the_flight() -> None:
    events = batch(ONE).record()
    x2, daughter = events.particles[:, 2], events.particles[:, 3]
    flight = np.asarray(daughter.vt - x2.vt)
    np.testing.assert_allclose(flight, events.proper_length.X2 * events.X2.E / 0.4, rtol=1e-6, atol=1e-6)


def test_a_mixture_is_the_union_of_its_parts() -> None:
    mixed = batch(MIXED)
    assert len(mixed.parts) == 3
    events = mixed.record()
    rows = np.sort(np.concatenate([part.rows for part in mixed.parts]))
    assert (rows == np.arange(N)).all()
    for part in mixed.parts:
        alone = Batch((part.take(np.arange(len(part)), np.arange(len(part))),)).record()
        here = events[part.rows]
        for name in alone.particles.fields:
            assert ak.array_equal(here.particles[name], alone.particles[name])
        for name in alone.weights.fields:
            assert ak.array_equal(here.weights[name], alone.weights[name])
    assert set(events.proper_length.fields) == {"X2"}
    assert np.isfinite(np.asarray(events.proper_length.X2)).all()


def test_what_an_event_lacks_has_no_proper_length() -> None:
    chain = build("K_L0 -> X1 (X2 -> X1 gamma) [0.5] | gamma gamma [0.3]", mass={"X1": 0.05, "X2": 0.4})
    streams = Streams(72)
    events = chain.generate(KotoKL().sample(N, streams.rng("source")), streams)
    there = np.asarray(ak.any(events.particles.pdgid == 901, axis=1))
    assert 0 < there.sum() < N
    assert (np.asarray(events.proper_length.X2)[there] == 0.0).all()  # prompt
    assert np.isnan(np.asarray(events.proper_length.X2)[~there]).all()


@pytest.mark.parametrize("descriptor", [ONE, MIXED])
@pytest.mark.parametrize("pdgids", [(22,), (11, -11), (51, 22), (999,)])
def test_final_state_is_what_the_record_says(descriptor: str, pdgids: tuple[int, ...]) -> None:
    whole = batch(descriptor)
    rng = np.random.Generator(np.random.PCG64(1))
    for mask in (np.ones(N, bool), rng.random(N) < 0.3, np.arange(N) < 7, np.zeros(N, bool)):
        cut = whole.take(mask)
        found, particles = cut.final_state(*pdgids), cut.record().particles
        wanted = (particles.status == FINAL) & (sum(particles.pdgid == i for i in pdgids) > 0)
        event, _ = ak.broadcast_arrays(np.arange(len(cut)), particles.px)
        assert found.event.tolist() == ak.flatten(event[wanted]).to_list()
        assert found.index.tolist() == ak.flatten(ak.local_index(particles)[wanted]).to_list()
        for row, name in zip(
            (*found.momentum, *found.vertex), ("px", "py", "pz", "E", "vx", "vy", "vz", "vt"), strict=True
        ):
            assert row.tolist() == ak.flatten(particles[name][wanted]).to_list()


@pytest.mark.parametrize("descriptor", [ONE, MIXED])
def test_take_is_a_mask_on_the_record(descriptor: str) -> None:
    whole = batch(descriptor)
    mask = np.arange(N) % 3 == 1
    cut, expected = whole.take(mask).record(), whole.record()[mask]
    assert ak.array_equal(ak.without_parameters(cut), ak.without_parameters(expected))
    np.testing.assert_array_equal(whole.take(mask).weight, whole.weight[mask])


@pytest.mark.parametrize("descriptor", [ONE, MIXED])
def test_concatenate_is_one_record_after_the_other(descriptor: str) -> None:
    first, second = batch(descriptor), batch(descriptor, 1)
    third = first.take(np.zeros(N, bool))
    joined = Batch.concatenate([first, third, second])
    expected = ak.concatenate([first.record(), second.record()])
    assert len(joined) == 2 * N
    assert ak.array_equal(ak.without_parameters(joined.record()), ak.without_parameters(expected))
    np.testing.assert_array_equal(joined.weight, np.concatenate([first.weight, second.weight]))


def test_nothing_to_concatenate() -> None:
    with pytest.raises(InputError, match="no batches to concatenate"):
        Batch.concatenate([])


@pytest.mark.parametrize("descriptor", [ONE, MIXED])
def test_weights_multiply(descriptor: str) -> None:
    whole = batch(descriptor)
    events = whole.record()
    np.testing.assert_array_equal(total_weight(events), whole.weight)
    assert events.weights.fields == ["lifetime"]


def test_a_source_s_weights_are_kept() -> None:
    parents = KotoKL().sample(N, Streams(72).rng("source"))
    weight = np.linspace(0.0, 1.0, N)
    weighted = Parents(
        pdgid=parents.pdgid,
        momentum=parents.momentum,
        vertex=parents.vertex,
        decay_vertex=parents.decay_vertex,
        weights={"source": weight},
    )
    made = build(MIXED, mass={"X1": 0.05, "X2": 0.4}).batch(weighted, Streams(72))
    np.testing.assert_array_equal(made.weight, weight)
    assert made.record().weights.source.to_list() == weight.tolist()
