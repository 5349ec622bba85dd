"""Chains: topologies and their frequencies, roles, closure, independence, spin, refusals.

Statistical tests: fixed seeds, failure rate 1e-6 each.
"""

from __future__ import annotations

import math
import pickle
from dataclasses import replace
from typing import Any

import awkward as ak
import numpy as np
import pytest
from scipy import stats

from darkpair.chains.chain import Chain
from darkpair.chains.descriptor import ModeSettings, build
from darkpair.gen.decay import Decay, Mode
from darkpair.gen.errors import ClosedChannelError, InputError, UnknownNameError
from darkpair.gen.events import Batch
from darkpair.gen.kinematics import Array, boost
from darkpair.gen.lifetime import Exponential, Forced, Scan
from darkpair.gen.particles import particle
from darkpair.gen.region import Slab
from darkpair.gen.sources.gun import Gun
from darkpair.gen.sources.koto_kl import KotoKL
from darkpair.gen.streams import BLOCK, Streams

N = 10**6
MASS = {"X1": 0.05, "X2": 0.4}
PI0 = "(pi0 -> gamma gamma)"


def generate(chain: Chain, n: int = N, **gun: Any) -> Batch:
    settings: dict[str, Any] = {"parent": chain.parent.name, "momentum": (0.5, 5.0), "cone": 0.1} | gun
    source = Gun(**settings)
    blocks = (Streams(101, i) for i in range(-(-n // BLOCK)))
    return Batch.concatenate([chain.batch(source.sample(BLOCK, s.rng("source")), s) for s in blocks])


def rest_direction(batch: Batch, role: str, parent: str) -> Array:
    """Unit vectors of a role in the rest frame of another, (3, n)."""
    (part,) = batch.parts
    roles = part.topology.roles
    mother = tuple(part.momentum[:, roles[parent]])
    mass = part.topology.mass[roles[parent]]
    x, y, z, _ = boost(-mother[0], -mother[1], -mother[2], mother[3], mass, *part.momentum[:, roles[role]])
    out: Array = np.stack([x, y, z]) / np.sqrt(x * x + y * y + z * z)
    return out


@pytest.mark.parametrize(
    ("role", "parent"), [("X2", "K_L0"), ("pi0", "X2"), ("gamma_1", "pi0")], ids=["X2", "pi0", "photon"]
)
def test_every_step_of_the_main_chain_is_isotropic(role: str, parent: str) -> None:
    x, y, z = rest_direction(generate(build(f"K_L0 -> X1 (X2 -> X1 {PI0})", mass=MASS)), role, parent)
    counts, _, _ = np.histogram2d(
        z, np.arctan2(y, x), (np.linspace(-1, 1, 21), np.linspace(-np.pi, np.pi, 21))
    )
    assert stats.chisquare(counts.ravel()).pvalue > 1e-6


@pytest.mark.parametrize("slope", [0.85, -0.85])
def test_spin_tilts_the_pi0_about_the_flight_of_its_mother(slope: float) -> None:
    settings: ModeSettings = {("psi2", ("psi1", "pi0")): {"slope": slope}}
    chain = build("K_L0 -> psi1 (psi2 -> psi1 pi0)", mass={"psi1": 0.05, "psi2": 0.35}, modes=settings)
    batch = generate(chain, momentum=0.0, cone=0.0)  # at rest: the flight in the kaon's frame is the one seen
    flight = rest_direction(batch, "psi2", "K_L0")
    cosine = (flight * rest_direction(batch, "pi0", "psi2")).sum(axis=0).clip(-1, 1)
    assert stats.kstest(cosine, lambda c: (1 + c) / 2 + slope * (c * c - 1) / 4).pvalue > 1e-6
    # a fast pi0 is one thrown forwards: the sign is what an experiment sees
    (part,) = batch.parts
    assert np.corrcoef(cosine, part.momentum[3, part.topology.roles["pi0"]])[0, 1] > 0.9


@pytest.mark.parametrize(
    "descriptor",
    [
        f"K_L0 -> X1 (X2 -> X1 {PI0})",
        f"K_L0 -> {PI0} {PI0} {PI0}",
        "K_L0 -> (X2 -> X1 gamma gamma) X1",
        "K_L0 -> pi0 nu nubar",
        f"eta -> X1 (X2 -> X1 {PI0})",
        "eta -> pi+ pi- e+ e-",
        "Upsilon(4S) -> (B+ -> K+ X1 (X2 -> X1 mu+ mu-)) B-",
    ],
)
@pytest.mark.parametrize("momentum", [1.0, 400.0], ids=["1 GeV", "400 GeV"])
def test_four_momentum_closes_at_every_vertex(descriptor: str, momentum: float) -> None:
    used = {name: m for name, m in MASS.items() if name in descriptor}
    batch = generate(build(descriptor, mass=used), BLOCK, momentum=momentum)
    (part,) = batch.parts
    topology, p = part.topology, part.momentum
    for i, status in enumerate(topology.status):
        children = [j for j, mother in enumerate(topology.mother) if mother == i]
        assert bool(children) == (status != 1)
        if children:
            assert (np.abs(p[:, children].sum(axis=1) - p[:, i]) <= 1e-12 * p[3, i]).all()
        square = p[3, i] ** 2 - (p[:3, i] ** 2).sum(axis=0)
        assert (np.abs(square - topology.mass[i] ** 2) <= 1e-11 * p[3, i] * momentum + 1e-15).all()


def test_modes_are_taken_by_their_branching_ratios() -> None:
    chain = build(f"K_L0 -> X1 (X2 -> X1 {PI0} [0.5] | X1 gamma [0.2]) [0.4] | gamma gamma [0.3]", mass=MASS)
    assert chain.generated_branching_ratio == pytest.approx(0.4 * 0.7 + 0.3)
    batch = generate(chain)
    probability = np.array([0.4 * 0.5, 0.4 * 0.2, 0.3])
    counts = np.array([len(part) for part in batch.parts])
    assert stats.chisquare(counts, counts.sum() * probability / probability.sum()).pvalue > 1e-6
    # which mode is taken says nothing about the parent
    energy = [part.momentum[3, 0] for part in batch.parts]
    assert stats.ks_2samp(energy[0], energy[2]).pvalue > 1e-6


def test_topologies_do_not_share_their_random_numbers() -> None:
    parents = Gun(momentum=0.0).sample(BLOCK, Streams(104).rng("source"))
    parents = replace(parents, decay_vertex=parents.vertex)  # no flight: directions are the first draws
    parts = build("K_L0 -> pi0 pi0 [0.5] | gamma gamma [0.5]").batch(parents, Streams(104)).parts
    one, two = (part.momentum[2, 1, :1000] for part in parts)
    assert abs(np.corrcoef(one, two)[0, 1]) < 4.89 / math.sqrt(1000)


def test_roles_and_mothers_of_a_mixture() -> None:
    chain = build(
        f"K_L0 -> (X2 -> X1 {PI0} [0.5] | gamma gamma [0.5]) (X2 -> X1 gamma)", mass={"X1": 0.05, "X2": 0.2}
    )
    first, second = chain.topologies
    assert first.roles == {
        "K_L0": 0, "X2_1": 1, "X2_2": 2, "X1_1": 3, "pi0": 4, "X1_2": 5, "gamma_1": 6, "gamma_2": 7, "gamma_3": 8
    }  # fmt: skip
    assert first.mother == (-1, 0, 0, 1, 1, 2, 2, 4, 4)
    assert second.names == ("K_L0", "X2", "X2", "gamma", "gamma", "X1", "gamma")
    assert second.mother == (-1, 0, 0, 1, 1, 2, 2)
    for topology in chain.topologies:
        for i, mother in enumerate(topology.mother):
            assert mother < i
            assert mother < 0 or topology.paths[i].startswith(topology.paths[mother] + "/")
        assert len(set(topology.paths)) == len(topology)


def test_sisters_of_one_name_are_independent() -> None:
    batch = generate(build(f"K_L0 -> {PI0} {PI0}"))
    one, two = (rest_direction(batch, f"gamma_{2 * i + 1}", f"pi0_{i + 1}") for i in range(2))
    # 4.89 sigma of the correlation of two independent samples
    limit = 4.89 / math.sqrt(len(batch))
    for i in range(3):
        for j in range(3):
            assert abs(np.corrcoef(one[i], two[j])[0, 1]) < limit


def test_three_pi0_make_six_photons() -> None:
    events = generate(build(f"K_L0 -> {PI0} {PI0} {PI0}"), BLOCK).record()
    photons = events.particles[events.particles.pdgid == 22]
    assert ak.all(ak.num(photons) == 6)
    assert ak.all(photons.mother == np.array([[1, 1, 2, 2, 3, 3]]))
    assert ak.all(photons.status == 1)


def test_particles_of_a_chain_decay_by_their_own_law() -> None:
    chain = build(f"K_L0 -> X1 (X2 -> X1 {PI0})", mass=MASS, ctau={"X2": 70.0})
    batch = generate(chain)
    (part,) = batch.parts
    assert stats.kstest(part.proper_length["X2"], "expon", args=(0.0, 70.0)).pvalue > 1e-6
    # where it decays is that length along its flight
    roles, vertex = part.topology.roles, part.vertices
    born, gone = (vertex[:, part.topology.vertex[roles[r]]] for r in ("X2", "pi0"))
    np.testing.assert_allclose(
        gone - born,
        part.momentum[:, roles["X2"]] * part.proper_length["X2"] / MASS["X2"],
        rtol=1e-6,
        atol=1e-6,
    )


def test_two_forced_particles_cover_one_inside_and_both() -> None:
    """Two particles decay inside, or one of them: the analog probabilities; failure rate 1e-6 each."""
    region = Slab(z_min=10.0, z_max=500.0)
    laws = {"X1": Forced(region=region, ctau=100.0), "X2": Forced(region=region, ctau=300.0)}
    chain = build("K_L0 -> (X1 -> gamma gamma) (X2 -> gamma gamma)", mass=MASS, lifetimes=laws)
    free = build(
        "K_L0 -> (X1 -> gamma gamma) (X2 -> gamma gamma)", mass=MASS, ctau={"X1": 100.0, "X2": 300.0}
    )
    source = Gun(momentum=(0.5, 5.0))
    weights: list[Array] = []
    forced: list[Array] = []
    analog: list[Array] = []
    for i in range(20):
        streams = Streams(102, i)
        parents = source.sample(BLOCK, streams.rng("source"))
        parents = replace(parents, decay_vertex=parents.vertex)
        batch = chain.batch(parents, streams)
        weights.append(batch.weight)
        for made, hits in ((batch, forced), (free.batch(parents, Streams(103, i)), analog)):
            z = made.parts[0].vertices[2, 2:]
            hits.append(((z >= 10.0) & (z <= 500.0)).sum(axis=0))
    w, ours, theirs = (np.concatenate(x) for x in (weights, forced, analog))
    assert w.max() <= chain.max_weight == 4.0
    for number in (1, 2):
        one, other = w * (ours == number), (theirs == number).astype(float)
        error = math.sqrt((one.var() + other.var()) / len(w))
        assert abs(one.mean() - other.mean()) < 4.89 * error, number


@pytest.mark.parametrize("n", [1, 100])
def test_chains_pickle(n: int) -> None:
    chain = build("K_L0 -> pi0 nu nubar [0.5] | pi0 pi0 [0.5]")
    again = pickle.loads(pickle.dumps(chain))
    parents = Gun().sample(n, Streams(1).rng("source"))
    one, two = (c.batch(parents, Streams(1)).parts for c in (chain, again))
    for a, b in zip(one, two, strict=True):
        assert a.momentum.tobytes() == b.momentum.tobytes()


def test_what_a_chain_refuses() -> None:
    text = f"K_L0 -> X1 (X2 -> X1 {PI0})"
    with pytest.raises(
        ClosedChannelError, match=r"^K_L0 -> X1 X2 is closed: the daughters weigh 0.2 \+ 0.4 = 0.6 GeV"
    ):
        build(text, mass={"X1": 0.2, "X2": 0.4})
    with pytest.raises(UnknownNameError, match=r"unknown decaying particle 'X3' \(did you mean 'X2'\?\)"):
        build(text, mass=MASS, lifetimes={"X3": Exponential(1.0)})
    with pytest.raises(UnknownNameError, match="unknown decaying particle 'X1'"):
        build(text, mass=MASS, lifetimes={"X1": Exponential(1.0)})
    gamma = particle("gamma")
    with pytest.raises(InputError, match="X2 decays in the chain, but is stable; give it a c tau"):
        Chain(decay=Decay(particle("X2", mass=0.4), (Mode((gamma, gamma)),)))
    many = Decay(particle("pi0"), tuple(Mode((gamma, gamma), branching_ratio=0.01) for _ in range(65)))
    with pytest.raises(
        InputError, match="the modes combine to 4225 topologies; allowed: 4096; list fewer modes"
    ):
        Chain(decay=Decay(particle("K_L0"), (Mode((many, many)),)))


def test_who_decides_where_the_parent_decays() -> None:
    chain = build("K_L0 -> pi0 pi0", lifetimes={"K_L0": Scan()})
    parents = KotoKL().sample(10, Streams(1).rng("source"))
    with pytest.raises(InputError, match="the source decides where K_L0 decays, and so does the chain"):
        chain.batch(parents, Streams(1))
