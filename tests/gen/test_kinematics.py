"""Kinematics: conservation, invariance, limits, endpoints, and the same source under numba."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkpair.gen import endpoints
from darkpair.gen import kinematics as kin

if TYPE_CHECKING:
    from collections.abc import Callable

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")

K_L, PI0, PI_PLUS = 0.497611, 0.1349768, 0.13957039

masses = st.floats(0.0, 5.0)
components = st.floats(-400.0, 400.0)
vectors = st.tuples(components, components, components)


def on_shell(p: tuple[float, float, float], mass: float) -> tuple[float, float, float, float]:
    return (*p, math.sqrt(sum(c * c for c in p) + mass * mass))


def dot(a: tuple[Any, ...], b: tuple[Any, ...]) -> Any:
    return a[3] * b[3] - a[0] * b[0] - a[1] * b[1] - a[2] * b[2]


@given(masses, masses, st.floats(1e-6, 10.0))
def test_two_body_momentum_conserves_energy_and_treats_daughters_alike(
    m1: float, m2: float, spare: float
) -> None:
    mass = m1 + m2 + spare
    p = kin.two_body_momentum(mass, m1, m2)
    assert math.hypot(p, m1) + math.hypot(p, m2) == pytest.approx(mass, rel=1e-12)
    # mass - m1 - m2 is rounded to the masses, and the momentum has half of its relative error
    rounding = 1e-14 + 4.0 * np.finfo(float).eps * mass / spare
    assert kin.two_body_momentum(mass, m2, m1) == pytest.approx(p, rel=rounding)
    assert 4.0 * mass**2 * p**2 == pytest.approx(
        kin.kallen(mass**2, m1**2, m2**2), rel=1e-6, abs=1e-10 * mass**4
    )


@given(st.floats(0.01, 100.0), st.floats(0.0, 1.0))
def test_two_body_momentum_at_threshold_and_without_masses(mass: float, share: float) -> None:
    assert kin.two_body_momentum(mass, 0.0, 0.0) == pytest.approx(mass / 2.0, rel=1e-14)
    assert kin.two_body_momentum(mass, share * mass, 0.0) == pytest.approx(
        mass * (1.0 - share) * (1.0 + share) / 2.0, rel=1e-12, abs=4.0 * np.finfo(float).eps * mass
    )
    # just above threshold p² = 2 mu T; the root of a difference of squares would have lost this
    tiny = 1e-9 * mass
    reduced = 0.25 * mass
    assert kin.two_body_momentum(mass + tiny, mass / 2.0, mass / 2.0) == pytest.approx(
        math.sqrt(2.0 * reduced * tiny), rel=1e-6
    )


@given(st.permutations([1.0, 2.0, 0.3]))
def test_kallen_is_symmetric(abc: list[float]) -> None:
    assert kin.kallen(*abc) == pytest.approx(kin.kallen(1.0, 2.0, 0.3), rel=1e-14)


@given(vectors, st.floats(0.1, 5.0), vectors, masses)
def test_boost_keeps_scalar_products_and_is_undone_by_the_opposite_one(
    p: tuple[float, float, float], mass: float, q: tuple[float, float, float], m: float
) -> None:
    parent, inner = on_shell(p, mass), on_shell(q, m)
    out = kin.boost(*parent, mass, *inner)
    # the energy out is a difference of terms of size `term`, so some roundings of it are all that may be wrong
    term = parent[3] * inner[3] / mass
    rounding = (
        32.0 * np.finfo(float).eps * term + np.finfo(float).tiny
    )  # (or products of small numbers have lost digits)
    # the parent at rest is (0, 0, 0, mass): the product with it is mass times the energy there
    assert dot(out, parent) == pytest.approx(mass * inner[3], abs=rounding * parent[3])
    assert dot(out, out) == pytest.approx(m * m, abs=rounding * (out[3] + rounding))
    back = kin.boost(-parent[0], -parent[1], -parent[2], parent[3], mass, *out)
    assert back == pytest.approx(inner, abs=rounding * parent[3] / mass)
    assert kin.boost(*parent, mass, 0.0, 0.0, 0.0, mass) == pytest.approx(parent, rel=1e-12, abs=1e-12)


@given(vectors, st.floats(0.1, 5.0), st.floats(0.0, 0.45), st.floats(0.0, 0.45), st.floats(-1.0, 1.0))
def test_boost_pair_is_two_boosts_and_conserves_momentum(
    p: tuple[float, float, float], mass: float, share1: float, share2: float, cosine: float
) -> None:
    parent = on_shell(p, mass)
    k = kin.two_body_momentum(mass, share1 * mass, share2 * mass)
    qx, qy, qz = k * math.sqrt(1.0 - cosine**2), 0.0, k * cosine
    e1, e2 = math.hypot(k, share1 * mass), math.hypot(k, share2 * mass)
    pair = kin.boost_pair(*parent, mass, qx, qy, qz, e1, e2)
    tolerance = 1e-13 * parent[3]
    assert pair[:4] == pytest.approx(kin.boost(*parent, mass, qx, qy, qz, e1), abs=tolerance)
    assert pair[4:] == pytest.approx(kin.boost(*parent, mass, -qx, -qy, -qz, e2), abs=tolerance)
    assert [a + b for a, b in zip(pair[:4], pair[4:], strict=True)] == pytest.approx(
        parent, abs=10.0 * tolerance
    )


def test_invariant_mass_of_a_slow_and_of_a_fast_pair() -> None:
    assert kin.invariant_mass(3.0, 4.0, 12.0, 13.0) == 0.0
    assert kin.invariant_mass(0.0, 0.0, 0.0, 2.0) == 2.0
    assert (
        kin.invariant_mass(np.array([1.0]), np.array([0.0]), np.array([0.0]), np.array([1.0 - 1e-16]))[0]
        == 0.0
    )


@pytest.mark.parametrize(
    ("m_rest", "mev"),
    [(0.0, 230.50), (2 * PI_PLUS, 132.04), (PI0, 209.01), (2 * PI0, 139.19)],
    ids=["pi0 nu nubar", "pi0 pi+ pi-", "pi0 pi0", "pi0 pi0 pi0"],
)
def test_pt_endpoint(m_rest: float, mev: float) -> None:
    assert 1e3 * endpoints.max_pt(K_L, PI0, m_rest) == pytest.approx(mev, abs=0.01)


@pytest.mark.parametrize(("m2", "m1", "mev"), [(0.43, 0.0, 230.50), (0.43, 0.06, 204.76), (0.3, 0.15, 97.63)])
def test_pt_endpoint_in_two_steps(m2: float, m1: float, mev: float) -> None:
    assert 1e3 * endpoints.max_pt_in_two_steps(K_L, m1, m2, m1, PI0) == pytest.approx(mev, abs=0.01)


@given(st.floats(0.136, 0.497))
def test_pt_endpoint_of_massless_invisibles_does_not_know_the_step(m2: float) -> None:
    assert endpoints.max_pt_in_two_steps(K_L, 0.0, m2, 0.0, PI0) == pytest.approx(
        endpoints.max_pt(K_L, PI0, 0.0), rel=1e-9
    )


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (kin.kallen, 3),
        (kin.two_body_momentum, 3),
        (kin.boost, 9),
        (kin.boost_pair, 10),
        (kin.invariant_mass, 4),
    ],
    ids=["kallen", "two_body_momentum", "boost", "boost_pair", "invariant_mass"],
)
def test_compiles_with_numba(function: Callable[..., Any], arguments: int) -> None:
    numba = pytest.importorskip("numba", reason="numba is not installed (extra: fast)")
    rng = np.random.default_rng(1)
    # decreasing sizes keep every root real: parents heavier than daughters, energies larger than momenta
    values = [scale * (1.0 + 0.1 * rng.random(1000)) for scale in np.geomspace(8.0, 0.1, arguments)]
    if function is kin.invariant_mass:
        values.reverse()
    plain, compiled = function(*values), numba.njit(function)(*values)
    np.testing.assert_allclose(np.asarray(compiled), np.asarray(plain), rtol=1e-12)
