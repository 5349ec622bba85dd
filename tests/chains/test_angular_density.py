"""The angular density of events against whole chains of spinors, at random couplings and masses, for both charges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from darkpair import Batch, Chain, InputError, Parents, Streams, angular_density
from darkpair.chains.chain_set import ChainSet
from darkpair.chains.form_factors import FormFactor, KstarForm, form_factor
from darkpair.chains.models import Dipole, HiggsPortalFermion, Model, ZPrimeDirac, ZPrimeMajorana, combine
from darkpair.gen.kinematics import two_body_momentum
from tests.shared.spinors import dot, random_couplings, squared
from tests.shared.whole_chain import Couplings, WholeChain

FORMS = {
    "B+ K+": "B -> K",
    "B0 K0": "B -> K",
    "B+ pi+": "B -> pi",
    "B0 pi0": "B -> pi",
    "K+ pi+": "K -> pi",
    "K_L0 pi0": "K -> pi",
}


def form_of(parent: str, production: str) -> FormFactor | KstarForm | None:
    daughter = production.split(maxsplit=1)[0]
    if daughter.startswith("K*"):
        return KstarForm(parent=parent)
    name = FORMS.get(f"{parent} {daughter}")
    return None if name is None else form_factor(name)


#: Parent, production, least and greatest m2 [GeV].
PRODUCTIONS = [
    ("K_L0", "X1 X2", 0.2, 0.35),
    ("eta", "X1 X2", 0.2, 0.4),
    ("pi0", "X1 X2", 0.04, 0.09),
    ("B0", "X1 X2", 0.9, 3.0),
    ("K_L0", "pi0 X1 X2", 0.15, 0.25),
    ("K+", "pi+ X1 X2", 0.15, 0.25),
    ("B+", "K+ X1 X2", 0.8, 3.0),
    ("B0", "K0 X1 X2", 0.8, 3.0),
    ("B+", "pi+ X1 X2", 0.8, 3.0),
    ("B0", "pi0 X1 X2", 0.8, 3.0),
    ("B+", "K*+ X1 X2", 0.8, 3.0),
    ("B0", "K*0 X1 X2", 0.8, 3.0),
    ("K_L0", "X2 X2", 0.15, 0.24),
    ("eta", "X2 X2", 0.15, 0.27),
]
#: Modes of X2 and the mass that they make [GeV].
MODES = {
    "X1 pi0": 0.135,
    "X1 eta": 0.548,
    "X1 nu nubar": 0.0,
    "X1 e+ e-": 0.002,
    "X1 mu+ mu-": 0.212,
    "X1 pi+ pi-": 0.28,
}


def events(chain: Chain, n: int = 60, seed: int = 1) -> Batch:
    """Decays of parents that fly askew."""
    mass = chain.parent.mass
    momentum = np.empty((4, n))
    momentum[:3] = mass * np.random.default_rng(seed).normal(size=(3, n))
    momentum[3] = np.sqrt((momentum[:3] ** 2).sum(axis=0) + mass**2)
    still = np.zeros((4, n))
    parents = Parents(pdgid=chain.parent.pdgid, momentum=momentum, vertex=still, decay_vertex=still)
    return chain.batch(parents, Streams(seed))


def check(chain: Chain, couplings: Couplings, *, polarised: bool | None = True, seed: int = 1) -> None:
    """Densities to 1e-10 of the mean, of every topology."""
    batch = events(chain, seed=seed)
    ours = angular_density(chain, batch)
    largest = 0.0
    for part in batch.parts:
        if not len(part):
            continue
        expected = WholeChain(part, couplings).density()
        np.testing.assert_allclose(ours[part.rows], expected, rtol=0, atol=1e-10)
        largest = max(largest, float(np.abs(expected - 1.0).max()))
    if polarised is not None:
        assert largest > 1e-5 if polarised else largest < 1e-12


def random_point(rng: np.random.Generator, low: float, high: float, gap: float) -> tuple[float, float]:
    m2 = rng.uniform(max(low, gap + 0.01), high)
    return float(rng.uniform(0.0, min(m2 - gap, 0.3 * low))), float(m2)


def cases() -> list[tuple[str, str, float, float, str]]:
    """Every mode after every two-body production, and a third of them after each three-body one, which takes longer."""
    return [
        (*production, mode)
        for i, production in enumerate(PRODUCTIONS)
        for k, (mode, gap) in enumerate(MODES.items())
        if gap + 0.01 < production[3] and (len(production[1].split()) == 2 or k % 3 == i % 3)
    ]


@pytest.mark.parametrize(("parent", "production", "low", "high", "mode"), cases())
def test_the_z_prime_whatever_the_couplings(
    parent: str, production: str, low: float, high: float, mode: str
) -> None:
    seed = [*f"{parent} {production} {mode}".encode()]
    rng = np.random.default_rng(seed)
    c_v, c_a = random_couplings(rng)
    m1, m2 = random_point(rng, low, high, MODES[mode])
    mediator = (rng.uniform(5.5, 12.0) if "B" in parent else rng.uniform(0.6, 2.0)) if sum(seed) % 2 else None
    model = ZPrimeDirac(m1=m1, m2=m2, G_X=1e-5, c_V=c_v, c_A=c_a, c_A22=1.0, m_Zprime=mediator)
    couplings = Couplings(c_v=c_v, c_a=c_a, mediator=mediator, form=form_of(parent, production))
    check(model.chain(parent, production, modes=[mode]), couplings)


@pytest.mark.parametrize("mode", ["X1 nu nubar", "X1 e+ e-", "X1 mu+ mu-", "X1 pi0"])
def test_a_majorana_pair_is_correlated_by_its_fermion_pairs(mode: str) -> None:
    rng = np.random.default_rng(3)
    c_v, c_a = rng.normal(size=2)
    model = ZPrimeMajorana(m1=0.01, m2=0.24, G_X=1e-5, c_V=c_v, c_A=c_a, c_A22=0.7)
    chain = model.chain("K_L0", "X2 X2", modes=[mode])
    check(chain, Couplings(c_v=1j * c_v, c_a=c_a), polarised=mode != "X1 pi0")
    chain = model.chain("K_L0", "X1 X2", modes=[mode])
    check(chain, Couplings(c_v=1j * c_v, c_a=c_a), polarised=False)


@pytest.mark.parametrize(
    ("parent", "production"), [("K_L0", "X2 X2"), ("B+", "K+ X1 X2"), ("K+", "pi+ X1 X2"), ("eta", "X1 X2")]
)
@pytest.mark.parametrize(("majorana", "turned"), [(False, False), (False, True), (True, True)])
def test_a_dipole_after_the_z_prime(parent: str, production: str, majorana: bool, turned: bool) -> None:
    rng = np.random.default_rng(4)
    c_v, c_a = rng.normal(size=2) if majorana else random_couplings(rng)
    mu, d = 1e-7 * np.asarray(rng.normal(size=2) if majorana else random_couplings(rng))
    point: dict[str, Any] = {"m1": 0.02, "m2": 0.2}
    kind = ZPrimeMajorana if majorana else ZPrimeDirac
    parts: list[Model] = [
        kind(**point, G_X=1e-5, c_V=c_v, c_A=c_a, c_A22=1.0),
        Dipole(**point, mu=mu, d=d, majorana=majorana),
    ]
    model = combine(*(reversed(parts) if turned else parts))
    phase = 1j if majorana else 1.0
    couplings = Couplings(c_v=phase * c_v, c_a=c_a, mu=phase * mu, d=d, form=form_of(parent, production))
    chain = model.chain(parent, production, modes=["X1 gamma"])
    check(chain, couplings, polarised=not majorana)
    if production == "X2 X2":  # different decays of one pair
        check(
            model.chain(parent, production, modes=["X1 gamma", "X1 e+ e-", "X1 pi0"]),
            couplings,
            polarised=None,
        )


@pytest.mark.parametrize(
    ("parent", "production"), [("K_L0", "X2 X2"), ("B+", "K+ X2 X2"), ("K+", "pi+ X2 X2")]
)
def test_a_dipole_after_a_scalar(parent: str, production: str) -> None:
    mu, d = random_couplings(np.random.default_rng(5))
    point: dict[str, Any] = {"m1": 0.02, "m2": 0.15}
    model = combine(Dipole(**point, mu=mu, d=d), HiggsPortalFermion(**point, A_3=1e-3, y_X=1.0, m_S3=10.0))
    chain = model.chain(parent, production, modes=["X1 gamma"])
    check(chain, Couplings(mu=mu, d=d, yukawa=True))


def test_the_kstar_polarises_without_interference() -> None:
    """Its helicities are not balanced, so that an axial current alone polarises: a dipole shows it."""
    point: dict[str, Any] = {"m1": 0.2, "m2": 0.9}
    for c_v, c_a in ((0.0, 1.0), (1.0, 0.0)):
        model = combine(ZPrimeDirac(**point, G_X=1e-5, c_V=c_v, c_A=c_a), Dipole(**point, mu=1.0, d=0.8))
        chain = model.chain("B+", "K*+ X1 X2", modes=["X1 gamma"])
        check(chain, Couplings(c_v=c_v, c_a=c_a, mu=1.0, d=0.8, form=KstarForm(parent="B+")))
    with pytest.raises(
        InputError, match=r"aligns K\*\+ with the spin of X2, and how its own decay shows that"
    ):
        model.chain("B+", "K*+ X1 X2", modes=["X1 gamma"], decays={"K*+": "K*+ -> K+ pi0"})


@pytest.mark.parametrize("parent", ["B+", "B0"])
def test_the_charge_channels_beside_a_kstar(parent: str) -> None:
    """Squared amplitudes of psi1~ psi2 and psi1 psi2~, which differ; their mean is the model's."""
    daughter = "K*+" if parent == "B+" else "K*0"
    production = f"{daughter} X1 X2"
    c_v, c_a = random_couplings(np.random.default_rng(8))
    model = ZPrimeDirac(m1=0.3, m2=1.0, G_X=1e-5, c_V=c_v, c_A=c_a)
    chain = model.chain(parent, production, modes=["X1 pi0"])
    couplings = Couplings(c_v=c_v, c_a=c_a, form=KstarForm(parent=parent))
    ratios = []
    for part, mode in zip(events(chain).parts, chain.decay.modes, strict=True):
        whole = WholeChain(part, couplings)
        top = whole.children(0)
        heavy = [i for i in top if whole.name(i).startswith("psi2")]
        spinors = squared(whole.production(top, heavy)).sum(axis=(0, 1))
        q = whole.p(top[1]) + whole.p(top[2])
        q2 = dot(q, q)
        # p.p2 = E E2 - p k2 cos, of the K* and X2 in the pair's rest frame
        root, m1, m2 = np.sqrt(q2), 0.3, 1.0
        k = two_body_momentum(root, m1, m2)
        mass, light = part.topology.mass[0], np.sqrt(dot(whole.p(top[0]), whole.p(top[0])))
        e = (mass**2 - light**2 - q2) / (2 * root)
        cos = (e * np.hypot(k, m2) - dot(whole.p(top[0]), whole.p(heavy[0]))) / (np.sqrt(e**2 - light**2) * k)
        assert mode.matrix_element is not None
        masses = [light, np.full(len(q2), m1), np.full(len(q2), m2)]  # those of the event
        ours: Any = mode.matrix_element
        mean: Any = model.matrix_element(parent, production)
        ratios.append(spinors / ours.at_masses(mass, masses)(q2, cos))
        both_channels = spinors / mean.at_masses(mass, masses)(q2, cos)
        assert np.abs(both_channels / ratios[-1][0] - 1).max() > 0.02
    both = np.concatenate(ratios)
    np.testing.assert_allclose(both, both[0], rtol=1e-9)


@pytest.mark.parametrize("majorana", [False, True])
def test_three_dark_daughters(majorana: bool) -> None:
    rng = np.random.default_rng(7)
    c_v, c_a = rng.normal(size=2) if majorana else random_couplings(rng)
    kind: type[ZPrimeDirac | ZPrimeMajorana] = ZPrimeMajorana if majorana else ZPrimeDirac
    model = kind(m1=0.05, m2=0.24, G_X=1e-5, c_V=c_v, c_A=c_a, c_A11=1.0, c_A22=1.0, g_X_over_eps_Z=100.0)
    couplings = Couplings(c_v=c_v * (1j if majorana else 1.0), c_a=c_a)
    check(model.chain("K_L0", "X2 X2", modes=["X1 X1 X1"]), couplings, polarised=not majorana)
    check(model.chain("K_L0", "X1 X2", modes=["X1 X1 X1"]), couplings, polarised=not majorana)


def test_the_chain_of_antiparticles() -> None:
    """At tree level CPT leaves the density where it is; CP, its mirror image, only without a relative phase."""
    mirror = np.array([-1.0, -1.0, -1.0, 1.0])[:, None, None]
    for phase in (1.0, np.exp(0.7j)):
        model = ZPrimeDirac(m1=0.02, m2=0.3, G_X=1e-5, c_V=0.8, c_A=0.5 * phase)
        chain = model.chain("K_L0", "X1 X2", modes=["X1 mu+ mu-"])
        other = chain.conjugate()
        for part, topology in zip(events(chain).parts, other.topologies, strict=True):
            here = chain.density(part.topology, part.momentum)
            np.testing.assert_allclose(other.density(topology, part.momentum), here, atol=1e-12)
            off = np.abs(chain.density(part.topology, mirror * part.momentum) - here).max()
            assert (off < 1e-12) == (phase == 1.0)


def test_the_chain_of_antiparticles_beside_a_kstar() -> None:
    """CPT turns the helicities of the K* as it turns the couplings."""
    model = ZPrimeDirac(m1=0.3, m2=1.0, G_X=1e-5, c_V=0.8, c_A=0.5 + 0.4j)
    chain = model.chain("B+", "K*+ X1 X2", modes=["X1 e+ e-"])
    other = chain.conjugate()
    for part, topology in zip(events(chain).parts, other.topologies, strict=True):
        here = chain.density(part.topology, part.momentum)
        np.testing.assert_allclose(other.density(topology, part.momentum), here, atol=1e-12)


def test_density_of_records_and_of_other_couplings() -> None:
    point: dict[str, Any] = {"m1": 0.05, "m2": 0.35, "G_X": 1e-5}
    chain = ZPrimeDirac(**point, c_V=1.0, c_A=1.0).chain("K_L0", "X1 X2", modes=["X1 pi0", "X1 e+ e-"])
    batch = events(chain)
    density = angular_density(chain, batch)
    np.testing.assert_array_equal(density, angular_density(chain, batch.record()))
    both = ChainSet(chains=(chain,))
    np.testing.assert_array_equal(density, angular_density(both, batch))
    flat = ZPrimeDirac(**point, c_V=0.0, c_A=1.0).chain("K_L0", "X1 X2", modes=["X1 pi0", "X1 e+ e-"])
    np.testing.assert_array_equal(angular_density(flat, batch), 1.0)
    other = ZPrimeDirac(**point, c_V=1.0, c_A=1.0).chain("K_L0", "X1 X2", modes=["X1 nu nubar"])
    for some in (batch, batch.record()):
        with pytest.raises(InputError, match="60 of 60 events are of no topology of the chain of K_L0"):
            angular_density(other, some)
