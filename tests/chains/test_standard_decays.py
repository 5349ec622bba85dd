"""Laws that every known matrix element obeys: order, charge, sign, integral, and the events that follow it.

Statistical tests: fixed seeds, 1e5 events and a failure rate of 1e-6 each.
"""

from __future__ import annotations

from functools import cache
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import stats

from darkpair.chains.descriptor import build
from darkpair.chains.standard_model import known_law, known_laws
from darkpair.gen.dalitz import dalitz_point
from darkpair.gen.decay import Decay, ManyBodyThrow
from darkpair.gen.particles import conjugate, particle
from darkpair.gen.phase_space import ThreeBody
from darkpair.gen.streams import Streams

if TYPE_CHECKING:
    from darkpair.chains.standard_model import Law
    from darkpair.gen.kinematics import Array
    from darkpair.gen.particles import Particle

N = 10**5
LAWS = {law.decay: law for law in known_laws()}
DARK = {"Y": 0.05}
X, W = np.polynomial.legendre.leggauss(48)


def decay_of(parent: str, daughters: list[str]) -> Decay:
    text = f"{parent} -> {' '.join(daughters)}"
    ctau = {parent: 0.0} if parent in {"K0", "anti-K0"} else {}
    mass = {name: m for name, m in DARK.items() if name in daughters}
    return build(text, mass=mass, ctau=ctau).decay


def names(law: Law, *, anti: bool = False) -> tuple[str, list[str]]:
    def name(p: Particle) -> str:
        return conjugate(p).name if anti else p.name

    parent, daughters = law.particles
    return name(parent), [name(d) for d in daughters]


def thrown(decay: Decay, seed: str, n: int) -> list[Array]:
    (throw,) = decay.generators
    assert isinstance(throw, ManyBodyThrow)
    mass = decay.parent.mass
    still = (np.zeros(n), np.zeros(n), np.zeros(n), np.full(n, mass))
    return [np.asarray(p) for p in throw.throw(Streams(901).rng(seed), still, None)[0]]


@cache
def reference(name: str) -> Decay:
    return decay_of(*names(LAWS[name]))


@pytest.mark.parametrize("name", LAWS)
def test_order_and_charge_do_not_matter(name: str) -> None:
    """The same element, of the same particles, in every order and for the conjugate."""
    law = LAWS[name]
    element = reference(name).modes[0].matrix_element
    assert element is not None
    q2, cosine = dalitz_point(thrown(reference(name), name, 100))
    expected = element(q2, cosine)
    for anti in (False, True):
        mother, listed = names(law, anti=anti)
        for order in permutations(listed):
            particles = [particle(word, mass=DARK.get(word)) for word in order]
            found = known_law(particle(mother), particles)
            assert found is not None
            assert [particles[place].name for place in found.order] in (
                listed,
                [listed[0], listed[2], listed[1]],
            )
            own = found.matrix_element(particle(mother).mass, [p.mass for p in particles])
            # where two daughters are of one kind, or each other's antiparticles, they may change places
            turned = [particles[place].name for place in found.order] != listed
            np.testing.assert_allclose(own(q2, -cosine if turned else cosine), expected, rtol=1e-9)


@pytest.mark.parametrize("name", LAWS)
def test_the_same_events_in_another_order(name: str) -> None:
    """The conjugate with its daughters turned round in a circle: each particle flies as in the reference."""
    law = LAWS[name]
    mother, listed = names(law, anti=True)
    # a circle of three is not its own inverse: what confuses the two is seen
    circles = [words for words in permutations(listed) if place_of(mother, words) in ((1, 2, 0), (2, 0, 1))]
    circle = circles[0] if circles else tuple(listed)  # three of a kind have none
    decay = decay_of(mother, list(circle))
    mode = decay.modes[0]
    assert mode.recipe == f"matrix element: {law.summary}"
    one, other = thrown(reference(name), name, 500), thrown(decay, name, 500)
    for i, place in enumerate(mode.order):
        assert mode.particles[place].mass == reference_mass(law, i)
        np.testing.assert_array_equal(other[place], one[i])


def place_of(mother: str, words: tuple[str, ...]) -> tuple[int, ...]:
    law = known_law(particle(mother), [particle(word, mass=DARK.get(word)) for word in words])
    assert law is not None
    return law.order


def reference_mass(law: Law, i: int) -> float:
    p = law.particles[1][i]
    return DARK.get(p.name, p.mass)


def sampler(law: Law) -> ThreeBody:
    (throw,) = reference(law.decay).generators
    assert isinstance(throw, ManyBodyThrow)
    three = throw.sampler
    assert isinstance(three, ThreeBody)
    return three


def momenta_product(law: Law, q: Array) -> Array:
    mass, (m0, m1, m2) = law.particles[0].mass, (reference_mass(law, i) for i in range(3))
    outer = (mass**2 - (m0 + q) ** 2) * (mass**2 - (m0 - q) ** 2)
    inner = (q**2 - (m1 + m2) ** 2) * (q**2 - (m1 - m2) ** 2)
    return np.asarray(np.sqrt(np.maximum(outer, 0.0) * np.maximum(inner, 0.0)) / q)


@pytest.mark.parametrize("name", LAWS)
def test_it_is_a_density(name: str) -> None:
    """Not negative anywhere, and its integral is finite and that of the sampler, by another quadrature."""
    law = LAWS[name]
    three = sampler(law)
    low, high = three.pair_mass.low, three.pair_mass.high
    # x = sin² in the logarithm: the peak of 1/q² above 2 m_e, and the square roots at both ends
    t = 0.5 * (1.0 + np.polynomial.legendre.leggauss(600)[0])
    weight = 0.5 * np.polynomial.legendre.leggauss(600)[1]
    low = max(low, 1e-6 * high)
    span = np.log(high / low)
    q = low * np.exp(span * np.sin(0.5 * np.pi * t) ** 2)
    dq = q * span * 0.5 * np.pi * np.sin(np.pi * t) * weight
    assert three.matrix_element is not None
    values = three.matrix_element(np.repeat(q**2, len(X)), np.tile(X, len(q))).reshape(len(q), len(X))
    assert np.isfinite(values).all()
    assert values.min() >= -1e-12 * values.max()
    integral = float(np.einsum("q,qc,c", dq * momenta_product(law, q), values, W))
    assert 0.0 < integral < np.inf
    ours = three.pair_mass.integral * 4.0 * three.mass  # p k = product / (4 M)
    assert ours == pytest.approx(integral, rel=2e-5)


@pytest.mark.parametrize("name", LAWS)
def test_events_follow_it(name: str) -> None:
    """The Dalitz plot in 20 x 10 bins of equal probability in q, against the integral of the element in each."""
    law = LAWS[name]
    three = sampler(law)
    vectors = three.sample(Streams(902).rng(name), N)
    q2, cosine = dalitz_point(vectors)
    own = three.sample(Streams(903).rng(name), 20_000)
    edges = np.quantile(np.sqrt(dalitz_point(own)[0]), np.linspace(0.0, 1.0, 21))
    edges[0], edges[-1] = three.pair_mass.low, three.pair_mass.high
    c_edges = np.linspace(-1.0, 1.0, 11)
    counts, _, _ = np.histogram2d(np.sqrt(q2), cosine, (edges, c_edges))
    half_q, half_c = np.diff(edges)[:, None] / 2, np.diff(c_edges)[:, None] / 2
    # sin² in each bin of q: roots at the ends of the range
    t = np.sin(0.25 * np.pi * (1.0 + X)) ** 2
    dt = 0.25 * np.pi * np.sin(0.5 * np.pi * (1.0 + X)) * W
    q = edges[:-1, None] + 2.0 * half_q * t
    c = c_edges[:-1, None] + half_c * (1.0 + X)
    shape = (20, 10, len(X), len(X))
    assert three.matrix_element is not None
    grid_q, grid_c = (np.broadcast_to(a, shape).ravel() for a in (q[:, None, :, None], c[None, :, None, :]))
    values = (three.matrix_element(grid_q**2, grid_c) * momenta_product(law, grid_q)).reshape(shape)
    theory = np.einsum("abqc,q,c->ab", values, dt, W) * 2.0 * half_q * half_c.T
    theory *= N / theory.sum()
    dense = theory > 10.0
    rest = (counts[~dense].sum() + 1.0, theory[~dense].sum() + 1.0)
    result = stats.chisquare(np.append(counts[dense], rest[0]), np.append(theory[dense], rest[1]))
    assert result.pvalue > 1e-6


@pytest.mark.parametrize("name", LAWS)
def test_another_mass_of_the_parent(name: str) -> None:
    law = LAWS[name]
    decay = reference(name)
    element = decay.modes[0].matrix_element
    heavier = law.matrix_element(1.01 * decay.parent.mass, [p.mass for p in decay.modes[0].particles])
    assert element is not None
    q2, cosine = dalitz_point(thrown(decay, name, 100))
    np.testing.assert_array_equal(element.at_mass(1.01 * decay.parent.mass)(q2, cosine), heavier(q2, cosine))  # type: ignore[attr-defined]


def test_what_has_no_matrix_element_is_phase_space() -> None:
    for text in (
        "K_L0 -> pi0 pi0 pi0",
        "tau- -> mu- anti-nu_mu nu_tau",
        "tau- -> pi- pi0 nu_tau",
        "pi0 -> e+ e- e+ e-",
        "K_L0 -> pi0 e+ e-",
        "K_L0 -> pi0 gamma gamma",
    ):
        mode = build(text).decay.modes[0]
        assert (mode.matrix_element, mode.recipe) == (None, "phase space")
    two = build("pi0 -> gamma gamma").decay
    assert known_law(two.parent, two.modes[0].particles) is None
    assert two.modes[0].recipe == "two-body, isotropic"
