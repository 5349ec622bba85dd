"""Generated decays of polarised particles follow their angular density: every production, every kind of decay.

Isotropic events of the same chain, weighted by `angular_density`, are the density's own integral.  Cosines of the last
daughter of X2, in its rest frame as reached from its mother's: along its flight there; in the production plane across it,
towards the spectator; normal to both; and, of two, to each other.  Small samples of fixed seed, each comparison of which
fails by chance once in 150 000; `nox -s laws` runs a million events.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from darkpair import Chain, Decay, Parents, Streams, angular_density
from darkpair.chains.models import Dipole, HiggsPortalFermion, Model, ZPrimeDirac, combine
from darkpair.gen.kinematics import Array
from darkpair.gen.polarisation import FourVector, at_rest
from darkpair.gen.topology import Columns
from tests.laws.figures import compared
from tests.laws.size import FULL

N = 1_000_000 if FULL else 20_000
SIGMAS = 4.5

MIXED: dict[str, Any] = {"G_X": 1e-5, "c_V": 0.8, "c_A": 0.7 + 0.5j, "c_A22": 1.0}
MOMENTS: dict[str, Any] = {"mu": 1e-6, "d": 0.7e-6 - 0.3e-6j}
MODES = ["X1 pi0", "X1 gamma", "X1 e+ e-", "X1 pi+ pi-"]
PRODUCTIONS = [
    ("K_L0", "X1 X2", 0.05, 0.35),
    ("eta", "X1 X2", 0.05, 0.4),
    ("B0", "X1 X2", 0.1, 2.0),
    ("K_L0", "X2 X2", 0.02, 0.22),
    ("eta", "X2 X2", 0.02, 0.22),
    ("K_L0", "pi0 X1 X2", 0.01, 0.25),
    ("K+", "pi+ X1 X2", 0.01, 0.25),
    ("B+", "K+ X1 X2", 0.1, 1.0),
    ("B0", "K0 X1 X2", 0.1, 1.0),
    ("B+", "pi+ X1 X2", 0.1, 3.0),
    ("B+", "K*+ X1 X2", 0.3, 1.0),
]


def of(decay: Decay, *, isotropic: bool) -> Decay:
    """The same decays with the modes of X2 in equal parts, and without spin if so wished."""
    modes = []
    for mode in decay.modes:
        daughters = tuple(of(d, isotropic=isotropic) if isinstance(d, Decay) else d for d in mode.daughters)
        changes: dict[str, Any] = {"daughters": daughters}
        if decay.parent.dark:
            changes["branching_ratio"] = 1.0 / len(decay.modes)
        if isotropic:
            changes |= {"slope": 0.0, "polariser": None, "analyser": None}
        modes.append(replace(mode, **changes))
    return Decay(decay.parent, tuple(modes))


def events(chain: Chain, n: int, seed: int) -> tuple[Columns, ...]:
    """Decays of parents that fly askew."""
    mass = chain.parent.mass
    momentum = np.empty((4, n))
    momentum[:3] = mass * np.array([0.4, -0.2, 1.5])[:, None]
    momentum[3] = np.sqrt((momentum[:3] ** 2).sum(axis=0) + mass**2)
    still = np.zeros((4, n))
    parents = Parents(pdgid=chain.parent.pdgid, momentum=momentum, vertex=still, decay_vertex=still)
    return chain.batch(parents, Streams(seed)).parts


def unit(vector: FourVector) -> Array:
    v = np.stack(vector[:3])
    return np.asarray(v / np.sqrt((v * v).sum(axis=0)))


def cosines(part: Columns) -> dict[str, Array]:
    """By the name of the axis, of each X2."""
    mass, names, mothers = part.topology.mass, part.topology.names, part.topology.mother
    at = [tuple(part.momentum[:, i]) for i in range(len(names))]
    top = [i for i, mother in enumerate(mothers) if mother == 0]
    inside = {i: at_rest(at[0], mass[0], at[i]) for i in range(1, len(names))}
    heavy = [i for i in top if names[i].startswith("psi2")]
    spectators = [i for i in top if not names[i].startswith("psi")]
    out, looks = {}, []
    for turn, i in enumerate(heavy):
        last = max(j for j, mother in enumerate(mothers) if mother == i)
        look = unit(at_rest(inside[i], mass[i], inside[last]))
        looks.append(look)
        flight = unit(inside[i])
        out[f"along {turn}"] = (look * flight).sum(axis=0)
        for spectator in spectators:
            there = unit(at_rest(inside[i], mass[i], inside[spectator]))
            across = there - flight * (there * flight).sum(axis=0)
            across /= np.sqrt((across * across).sum(axis=0))
            out[f"across {turn}"] = (look * across).sum(axis=0)
            out[f"normal {turn}"] = (look * np.cross(flight, across, axis=0)).sum(axis=0)
    if len(looks) == 2:
        out["each other"] = (looks[0] * looks[1]).sum(axis=0)
    return out


def slope(cosine: Array, weight: Any = 1.0) -> tuple[float, float]:
    """s of (1 + s c)/2 from its mean s/3, and the standard error."""
    product = 3.0 * weight * cosine
    return float(product.mean()), float(product.std() / np.sqrt(len(product)))


def model_of(m1: float, m2: float) -> Model:
    point: dict[str, Any] = {"m1": m1, "m2": m2}
    return combine(ZPrimeDirac(**point, **MIXED), Dipole(**point, **MOMENTS))


@cache
def chain_of(parent: str, production: str, m1: float, m2: float) -> Chain:
    model = model_of(m1, m2)
    open_modes = [mode for mode in MODES if model.partial_width("X2", mode) > 0.0]
    return model.chain(parent, production, modes=open_modes, decays={"pi0": "pi0 -> gamma gamma"})


def compare(chain: Chain, *, seed: int = 1) -> None:
    """Every cosine of every topology."""
    thrown = events(Chain(decay=of(chain.decay, isotropic=False)), N, seed)
    flat = events(Chain(decay=of(chain.decay, isotropic=True)), N, seed + 1)
    largest = 0.0
    for one, two in zip(thrown, flat, strict=True):
        if len(one) < 100:
            continue
        weight = chain.density(two.topology, two.momentum)
        assert weight.min() >= 0.0
        ours, wanted = cosines(one), cosines(two)
        for name, cosine in ours.items():
            (got, error), (integral, own) = slope(cosine), slope(wanted[name], weight)
            compared(got - integral, float(np.hypot(error, own)))
            assert abs(got - integral) < SIGMAS * np.hypot(error, own), f"{one.topology.paths} {name}"
            largest = max(largest, abs(integral) / np.hypot(error, own))
    assert largest > SIGMAS  # there is something to see


@pytest.mark.parametrize(("parent", "production", "m1", "m2"), PRODUCTIONS)
def test_events_follow_the_density(parent: str, production: str, m1: float, m2: float) -> None:
    compare(chain_of(parent, production, m1, m2))


def test_events_of_a_pair_by_a_scalar_follow_the_density() -> None:
    point: dict[str, Any] = {"m1": 0.02, "m2": 0.2}
    portal = HiggsPortalFermion(**point, A_3=1e-3, y_X=1.0, m_S3=10.0)
    model = combine(portal, Dipole(**point, mu=1.0, d=0.8))
    compare(model.chain("K_L0", "X2 X2", modes=["X1 gamma"]))


def test_the_mean_density_is_one() -> None:
    chain = chain_of("B+", "K+ X1 X2", 0.1, 1.0)
    for part in events(Chain(decay=of(chain.decay, isotropic=True)), N, 3):
        density = chain.density(part.topology, part.momentum)
        error = float(density.std() / np.sqrt(len(part)))
        compared(density.mean() - 1.0, error)
        assert abs(density.mean() - 1.0) < SIGMAS * error


def mean_slopes(chain: Chain, n: int, seed: int) -> dict[str, tuple[float, float]]:
    parts = [cosines(part) for part in events(chain, n, seed)]
    return {name: slope(np.concatenate([part[name] for part in parts])) for name in parts[0]}


def test_b0_to_k0_at_the_point_of_the_page() -> None:
    """-.821(1) along the flight, +.431(1) across it, in docs/spin.md; within 4 standard errors (6e-5 each)."""
    model = ZPrimeDirac(m1=0.1, m2=1.0, G_X=1e-5, c_V=1.0, c_A=1.0)
    chain = model.chain("B0", "K0 X1 X2", modes=["X1 pi0"], decays={"pi0": "pi0 -> gamma gamma"})
    found = mean_slopes(chain, N if FULL else 200_000, 5)
    for name, expected in (("along 0", -0.821), ("across 0", 0.431), ("normal 0", 0.0)):
        got, error = found[name]
        assert error < 0.005
        error = math.hypot(error, 0.001)  # the page's own
        compared(got - expected, error)
        assert abs(got - expected) < 4.0 * error


def test_a_singlet_has_no_slopes_but_a_correlation() -> None:
    """K_L -> X2 X2 at (220, 20) MeV, both to X1 pi0: s = .987 of 1 + s n.n', within 3 standard errors (.3 %)."""
    model = ZPrimeDirac(m1=0.02, m2=0.22, G_X=1e-5, c_V=1.0, c_A=1.0, c_A22=1.0)
    found = mean_slopes(model.chain("K_L0", "X2 X2", modes=["X1 pi0"]), N if FULL else 200_000, 6)
    for name, expected in (("along 0", 0.0), ("along 1", 0.0), ("each other", 0.9873)):
        got, error = found[name]
        compared(got - expected, error)
        assert abs(got - expected) < 3.0 * error


def test_other_couplings_by_weight() -> None:
    """Events of c_V = c_A = 1 weighted to c_A alone have its slopes, and its spectrum."""
    point: dict[str, Any] = {"m1": 0.1, "m2": 1.0, "G_X": 1e-5}
    made = ZPrimeDirac(**point, c_V=1.0, c_A=1.0)
    wanted = ZPrimeDirac(**point, c_V=0.3, c_A=-1.0)
    chains = [m.chain("B+", "K+ X1 X2", modes=["X1 pi0"]) for m in (made, wanted)]
    batches = [chain.batch(_parents(chain, N), Streams(7 + i)) for i, chain in enumerate(chains)]
    weight = angular_density(chains[1], batches[0]) / angular_density(chains[0], batches[0])
    elements = [m.matrix_element("B+", "K+ X1 X2") for m in (wanted, made)]
    own = angular_density(chains[1], batches[1])
    assert own.min() > 0.0
    for part in batches[0].parts:
        weight[part.rows] *= np.divide(*(element(*_dalitz(part)) for element in elements))
    for one, two in zip(*(batch.parts for batch in batches), strict=True):
        w = weight[one.rows] / weight[one.rows].mean()
        ours, theirs = cosines(one), cosines(two)
        for name, cosine in ours.items():
            (got, error), (integral, other) = slope(cosine, w), slope(theirs[name])
            compared(got - integral, float(np.hypot(error, other)))
            assert abs(got - integral) < SIGMAS * np.hypot(error, other)


def _parents(chain: Chain, n: int) -> Parents:
    mass = chain.parent.mass
    momentum = np.tile([[0.1], [0.3], [1.0], [float(np.sqrt(1.1 + mass**2))]], n)
    still = np.zeros((4, n))
    return Parents(pdgid=chain.parent.pdgid, momentum=momentum, vertex=still, decay_vertex=still)


def _dalitz(part: Columns) -> tuple[Array, Array]:
    """q^2 of the dark pair, and the cosine of X2 to the meson in the pair's rest frame."""
    meson, one, two = (tuple(part.momentum[:, i]) for i in (1, 2, 3))
    pair: Any = tuple(a + b for a, b in zip(one, two, strict=True))
    q2 = pair[3] ** 2 - pair[0] ** 2 - pair[1] ** 2 - pair[2] ** 2
    here = [unit(at_rest(pair, np.sqrt(q2), vector)) for vector in (meson, two)]
    return q2, (here[0] * here[1]).sum(axis=0)
