"""Chains of several parents, and of antiparticles."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from darkpair.chains.chain import Chain
from darkpair.chains.chain_set import ChainSet, build_chains
from darkpair.chains.descriptor import build
from darkpair.chains.models import ZPrimeDirac
from darkpair.gen.errors import InputError, UnknownNameError
from darkpair.gen.events import Parents
from darkpair.gen.lifetime import Scan
from darkpair.gen.particles import Particle, conjugate, particle
from darkpair.gen.streams import BLOCK, Streams
from darkpair.testing import check_chain, check_closure, check_on_shell

MASSES = {"X1": 0.1, "X2": 0.4}


def ids(chain: Chain) -> list[tuple[int, ...]]:
    return [topology.pdgid for topology in chain.topologies]


@pytest.mark.parametrize(
    ("name", "partner"),
    [
        ("B0", "anti-B0"),
        ("B+", "B-"),
        ("K0", "anti-K0"),
        ("K_L0", "K_L0"),
        ("KL", "K_L0"),
        ("pi0", "pi0"),
        ("e-", "e+"),
        ("nu", "anti-nu_e"),
        ("gamma", "gamma"),
    ],
)
def test_antiparticles(name: str, partner: str) -> None:
    one, other = particle(name), conjugate(particle(name))
    assert other.name == partner
    assert (other.mass, other.ctau) == (one.mass, one.ctau)
    assert other.pdgid == particle(partner).pdgid
    assert conjugate(other).pdgid == one.pdgid


@pytest.mark.parametrize("name", ["psi1", "psi2", "psiY", "X1", "X2", "S", "S3", "Zprime"])
def test_dark_dirac_states_have_antiparticles(name: str) -> None:
    one = particle(name, mass=0.3, ctau=7.0)
    other = conjugate(one)
    assert other.pdgid == (-one.pdgid if name.startswith("psi") else one.pdgid)
    assert (other.mass, other.ctau) == (0.3, 7.0)
    assert conjugate(other) == one


def test_a_strangers_particle_is_its_own_antiparticle() -> None:
    own = Particle(name="glueball", pdgid=9999999, mass=1.5)
    assert conjugate(own) == own


def test_conjugate_chain() -> None:
    text = "B0 -> K*0 (psi2 -> psi1 (pi0 -> gamma gamma) [.6] | psi1 mu+ mu- [.4]) psi1~"
    mass = {"psi1": 0.1, "psi1~": 0.1, "psi2": 0.4}
    chain = build(text, mass=mass, lifetimes={"psi2": Scan(ctau=3.0)})
    other = chain.conjugate()
    own = {22, 111}
    for one, two in zip(ids(chain), ids(other), strict=True):
        assert [k if k in own else -k for k in one] == list(two)
    assert dict(other.lifetimes) == {"psi2~": Scan(ctau=3.0)}
    assert ids(other.conjugate()) == ids(chain)
    assert other.generated_branching_ratio == chain.generated_branching_ratio
    check_chain(other)


def mixture(n: int = BLOCK) -> tuple[Parents, ChainSet]:
    chains = build_chains(
        [
            "B0 -> K0 X1 (X2 -> X1 gamma [.5] | gamma gamma [.5])",
            "B+ -> K+ (X2 -> X1 (pi0 -> gamma gamma) [.5] | gamma gamma [.5]) X1",
        ],
        mass=MASSES,
        ctau={"X2": 20.0},
    )
    kinds = np.array([511, -521, 521, -511], dtype=np.int32)[np.arange(n) % 4]
    masses = {511: particle("B0").mass, 521: particle("B+").mass}
    momentum = np.zeros((4, n))
    momentum[2] = 10.0
    momentum[3] = np.hypot(10.0, [masses[abs(int(k))] for k in kinds])
    parents = Parents(pdgid=0, momentum=momentum, vertex=np.zeros((4, n)), pdgids=kinds)
    return parents, ChainSet.covering(chains, {int(k): masses[abs(int(k))] for k in kinds[:4]})


def test_each_parent_takes_its_chain() -> None:
    parents, chains = mixture()
    batch = chains.batch(parents, Streams(1))
    assert len(batch) == len(parents)
    rows = np.sort(np.concatenate([part.rows for part in batch.parts]))
    assert np.array_equal(rows, np.arange(len(parents)))
    assert parents.pdgids is not None
    for part in batch.parts:
        assert np.all(parents.pdgids[part.rows] == part.topology.pdgid[0])
        assert abs(part.topology.pdgid[1]) == (311 if abs(part.topology.pdgid[0]) == 511 else 321)
        assert np.sign(part.topology.pdgid[1]) == np.sign(part.topology.pdgid[0])
        assert np.array_equal(part.momentum[:, 0], parents.momentum[:, part.rows])
        check_closure(part)
        check_on_shell(part)
    particles = batch.record().particles
    assert particles.pdgid[:, 0].to_list() == parents.pdgids.tolist()


def test_chains_draw_apart() -> None:
    """The modes of the first B0, B-, ... would be the same ones if the chains shared their random numbers."""
    parents, chains = mixture()
    batch = chains.batch(parents, Streams(1))
    gammas = np.zeros(len(parents), dtype=bool)
    for part in batch.parts:
        gammas[part.rows] = 51 not in part.topology.pdgid[4:]
    by_kind = gammas.reshape(-1, 4)
    n = len(by_kind)
    for one in range(4):
        assert stats.binomtest(int(by_kind[:, one].sum()), n, 0.5).pvalue > 1e-6
        for other in range(one):
            equal = int((by_kind[:, one] == by_kind[:, other]).sum())
            assert stats.binomtest(equal, n, 0.5).pvalue > 1e-6, (one, other)


def test_a_set_of_one_is_refused_nothing_and_a_stranger_is() -> None:
    parents, chains = mixture(8)
    with pytest.raises(InputError, match=r"PDG ids \[-521, -511, 511\], the chains start with B\+"):
        ChainSet(chains=chains.chains[2:3]).batch(parents, Streams(1))
    only = ChainSet(chains=tuple(c for c in chains.chains if c.parent.name == "B-"))
    one = Parents(pdgid=-521, momentum=parents.momentum[:, 1:2], vertex=np.zeros((4, 1)))
    assert len(only.batch(one, Streams(1))) == 1


def test_what_is_refused() -> None:
    b = particle("B+").mass
    chain = build("B+ -> K+ X1 X2", mass=MASSES)
    with pytest.raises(InputError, match=r"supplies PDG id 511, the chains start with B\+ \(521\)"):
        ChainSet.covering([chain], {521: b, 511: 5.28})
    with pytest.raises(InputError, match="which the source does not supply"):
        ChainSet.covering([chain, build("B0 -> K0 X1 X2", mass=MASSES)], {521: b, -521: b})
    with pytest.raises(InputError, match="two chains start with B"):
        ChainSet.covering([chain, chain], {521: b})
    heavier = build("B+ -> K+ X1 X2", mass=MASSES | {"B+": 5.3})
    with pytest.raises(InputError, match=r"the mass 5.3 GeV, the source 5.279"):
        ChainSet.covering([heavier], {521: b})
    with pytest.raises(UnknownNameError, match="did you mean 'X2'"):
        build_chains(["B+ -> K+ X1 X2", "B0 -> K0 X1 X2"], mass=MASSES | {"X22": 0.1})
    model = ZPrimeDirac(m1=0.05, m2=0.35, G_X=1.17e-5, c_V=0.0, c_A=1.0).chain(
        "B+", "K+ X1 X2", modes=["X1 pi0"]
    )
    with pytest.raises(InputError, match="matrix element"):
        ChainSet.covering([model], {521: 5.28125})


def test_a_models_chain_has_its_conjugate() -> None:
    model = ZPrimeDirac(m1=0.05, m2=0.35, G_X=1.17e-5, c_V=0.0, c_A=1.0)
    chain = model.chain("B+", "K+ X1 X2", modes=["X1 pi0"])
    b = particle("B+").mass
    plus, minus = ChainSet.covering([chain], {521: b, -521: b}).chains
    assert plus is chain
    check_chain(minus, isotropic=False)
    for one, two in zip(ids(plus), ids(minus), strict=True):
        assert [k if k in (22, 111) else -k for k in one] == list(two)
    elements = [[mode.matrix_element for mode in c.decay.modes] for c in (plus, minus)]
    assert elements[0] == elements[1] != [None, None]
