"""Squared amplitudes against explicit spinors, gamma matrices and polarisation vectors at random momenta."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from darkpair.chains.dark_currents import FermionCurrent, ScalarCurrent
from darkpair.chains.form_factors import form_factor
from darkpair.chains.matrix_elements import (
    CurrentDecay,
    KstarTransition,
    PowerAmplitude,
    ScalarTransition,
    TripleDecay,
    VectorTransition,
    pair_from_meson,
)
from darkpair.chains.rate_polynomials import fermion_rate_polynomial, scalar_rate_polynomial
from darkpair.chains.widths import three_body_width
from tests.shared.spinors import (
    GAMMA,
    METRIC,
    Complex,
    N,
    Real,
    bar,
    chiral,
    current,
    dot,
    polarisations,
    random_couplings,
    slash,
    spinors,
    squared,
    three_body,
    two_body,
)


def test_the_dirac_algebra_itself() -> None:
    for m, n in product(range(4), range(4)):
        anti = GAMMA[m] @ GAMMA[n] + GAMMA[n] @ GAMMA[m]
        np.testing.assert_allclose(anti, 2 * METRIC[m, n] * np.eye(4), atol=1e-14)
    rng = np.random.default_rng(1)
    _, p, _ = two_body(rng, 1.0, 0.3, 0.2)
    total = sum(np.einsum("na,nb->nab", u, bar(u)) for u in spinors(p, 0.3))
    np.testing.assert_allclose(total, slash(p) + 0.3 * np.eye(4), atol=1e-12)
    total = sum(np.einsum("na,nb->nab", v, bar(v)) for v in spinors(p, 0.3, anti=True))
    np.testing.assert_allclose(total, slash(p) - 0.3 * np.eye(4), atol=1e-12)


# -- two bodies ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_meson_to_fermion_pair_and_its_crossing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    m1, m2, meson = 0.05 * seed, 0.3, 0.5
    c_v, c_a = random_couplings(rng)
    dark = FermionCurrent(m1=m1, m2=m2, c_V=c_v, c_A=c_a)
    parent, one, two = two_body(rng, meson, m1, m2)
    total = sum(
        squared(dot(current(u, chiral(c_v, c_a), v), parent))
        for u in spinors(two, m2)
        for v in spinors(one, m1, anti=True)
    )
    np.testing.assert_allclose(total, pair_from_meson(dark, 1.0, meson**2), rtol=1e-10)
    pion = 0.05
    parent, one, meson_p = two_body(rng, m2, m1, pion)
    total = sum(
        squared(dot(current(u1, chiral(c_v, c_a), u2), meson_p))
        for u1 in spinors(one, m1)
        for u2 in spinors(parent, m2)
    )
    np.testing.assert_allclose(0.5 * total, pair_from_meson(dark, 1.0, pion**2) / 2, rtol=1e-10)


def test_meson_to_scalar_pair() -> None:
    rng = np.random.default_rng(7)
    parent, one, two = two_body(rng, 0.5, 0.1, 0.3)
    dark = ScalarCurrent(m1=0.1, m2=0.3)
    np.testing.assert_allclose(dot(one - two, parent) ** 2, pair_from_meson(dark, 1.0, 0.25), rtol=1e-10)


@pytest.mark.parametrize("m1", [0.0, 0.07])
def test_dipole(m1: float) -> None:
    from darkpair.chains.models import Dipole
    from darkpair.chains.widths import momentum

    rng = np.random.default_rng(3)
    mu, d = random_couplings(rng)
    m2 = 0.2
    parent, one, photon = two_body(rng, m2, m1, 0.0)
    # sigma_mn F^mn / 2 with F = i (k e - e k): sigma_mn k^m e^n up to a phase = i/2 [k-slash, e-slash]
    total = np.zeros(N)
    for eps in polarisations(photon):
        sigma = 0.5 * (slash(photon) @ slash(eps) - slash(eps) @ slash(photon))
        for u1, u2 in product(spinors(one, m1), spinors(parent, m2)):
            total += squared(np.einsum("na,nab,bc,nc->n", bar(u1), sigma, chiral(mu, d), u2))
    width = 0.5 * total * momentum(m2, m1, 0.0) / (8 * np.pi * m2**2)
    model = Dipole(m1=m1, m2=m2, mu=mu, d=d)
    np.testing.assert_allclose(width, np.full(N, model.partial_width("X2", "X1 gamma")), rtol=1e-10)


def test_two_photons_from_the_impostor_and_the_higgs() -> None:
    from darkpair.chains.models import Impostor

    rng = np.random.default_rng(4)
    m2 = 0.15
    _, k1, k2 = two_body(rng, m2, 0.0, 0.0)
    epsilon = np.zeros((4, 4, 4, 4))
    for perm in np.array(np.meshgrid(*[range(4)] * 4)).T.reshape(-1, 4):
        if len(set(perm)) == 4:
            epsilon[tuple(perm)] = np.linalg.det(np.eye(4)[perm])
    model = Impostor(m1=0.0, m2=m2)
    pseudo, scalar = np.zeros(N), np.zeros(N)
    for e1, e2 in product(polarisations(k1), polarisations(k2)):
        f1 = np.einsum("nm,nk->nmk", k1, e1) - np.einsum("nm,nk->nmk", e1, k1)
        f2 = np.einsum("nm,nk->nmk", k2, e2) - np.einsum("nm,nk->nmk", e2, k2)
        # (g/4) F F-dual with F-dual = epsilon F / 2, two ways to attach the photons
        pseudo += squared(model.photon_coupling() / 4 * 2 * np.einsum("mkrs,nmk,nrs->n", epsilon, f1, f2) / 2)
        low = np.einsum("ma,kb,nmk->nab", METRIC, METRIC, f1)
        scalar += squared(2 * np.einsum("nab,nab->n", low, f2))
    width = 0.5 * pseudo / (16 * np.pi * m2)
    np.testing.assert_allclose(width, np.full(N, model.partial_width("X2", "gamma gamma")), rtol=1e-10)
    np.testing.assert_allclose(
        scalar, PowerAmplitude(strength=8.0, power=2)(m2**2, 0.0) * np.ones(N), rtol=1e-10
    )


# -- three bodies ----------------------------------------------------------------------------------------


def contracted(a: Complex, b: Complex, q: Real, mediator: float | None) -> Complex:
    """a.b with the propagator of a massive vector, normalised to its contact form."""
    if mediator is None:
        return np.asarray(dot(a, b))
    m2 = mediator**2
    return np.asarray((dot(a, b) - dot(a, q) * dot(b, q) / m2) / (1 - dot(q, q) / m2))


@pytest.mark.parametrize("mediator", [None, 0.6])
@pytest.mark.parametrize(("m1", "mf"), [(0.0, 0.0), (0.1, 0.03), (0.02, 0.1)])
def test_x2_to_fermions(m1: float, mf: float, mediator: float | None) -> None:
    rng = np.random.default_rng(11)
    m2, g_v, g_a = 0.4, 0.3, -0.7
    c_v, c_a = random_couplings(rng)
    q2, cos, (p2, p1, f, fbar) = three_body(rng, m2, m1, mf, mf)
    q = f + fbar
    pairs = [current(u, chiral(g_v, -g_a), v) for u in spinors(f, mf) for v in spinors(fbar, mf, anti=True)]
    darks = [current(u1, chiral(c_v, c_a), u2) for u1 in spinors(p1, m1) for u2 in spinors(p2, m2)]
    total = 0.5 * sum(squared(contracted(h, light, q, mediator)) for h, light in product(darks, pairs))
    ours = CurrentDecay(
        current=FermionCurrent(m1=m1, m2=m2, c_V=c_v, c_A=c_a),
        strength=1.0, mf=mf, g_v=g_v, g_a=g_a, mediator_mass=mediator,
    )  # fmt: skip
    np.testing.assert_allclose(ours(q2, cos), total, rtol=1e-10, atol=1e-10 * np.max(total))
    total = sum(squared(contracted((p1 + p2).astype(complex), light, q, mediator)) for light in pairs)
    scalar = CurrentDecay(
        current=ScalarCurrent(m1=m1, m2=m2), strength=1.0, mf=mf, g_v=g_v, g_a=g_a, mediator_mass=mediator
    )
    np.testing.assert_allclose(scalar(q2, cos), total, rtol=1e-10, atol=1e-10 * np.max(total))


def test_x2_to_pions() -> None:
    rng = np.random.default_rng(12)
    m1, m2, pion = 0.05, 0.45, 0.14
    c_v, c_a = random_couplings(rng)
    q2, cos, (p2, p1, k1, k2) = three_body(rng, m2, m1, pion, pion)
    darks = [current(u1, chiral(c_v, c_a), u2) for u1 in spinors(p1, m1) for u2 in spinors(p2, m2)]
    total = 0.5 * sum(squared(dot(h, k1 - k2)) for h in darks)
    fermion = FermionCurrent(m1=m1, m2=m2, c_V=c_v, c_A=c_a)
    ours = CurrentDecay(current=fermion, strength=1.0, mf=pion, scalar=True)
    np.testing.assert_allclose(ours(q2, cos), total, rtol=1e-10, atol=1e-12)
    ours = CurrentDecay(current=ScalarCurrent(m1=m1, m2=m2), strength=1.0, mf=pion, scalar=True)
    np.testing.assert_allclose(ours(q2, cos), dot(p1 + p2, k1 - k2) ** 2, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("mediator", [None, 10.0])
def test_meson_to_meson_and_pair(mediator: float | None) -> None:
    rng = np.random.default_rng(13)
    heavy, light, m1, m2 = 5.28, 0.49, 0.1, 0.7
    c_v, c_a = random_couplings(rng)
    form = form_factor("B -> K")
    q2, cos, (p_h, p_l, p1, p2) = three_body(rng, heavy, light, m1, m2)
    q = p_h - p_l
    plus, zero = form.plus(q2)[:, None], form.zero(q2)[:, None]
    hadron = (p_h + p_l) * plus + (heavy**2 - light**2) / q2[:, None] * q * (zero - plus)  # eq. B1
    vector = {"mass": heavy, "daughter_mass": light, "form": form, "strength": 1.0, "mediator_mass": mediator}
    total = sum(
        squared(contracted(current(u, chiral(c_v, c_a), v), hadron.astype(complex), q, mediator))
        for u in spinors(p2, m2)
        for v in spinors(p1, m1, anti=True)
    )
    ours = VectorTransition(current=FermionCurrent(m1=m1, m2=m2, c_V=c_v, c_A=c_a), **vector)  # type: ignore[arg-type]
    np.testing.assert_allclose(ours(q2, cos), total, rtol=1e-10)
    total = squared(contracted((p1 - p2).astype(complex), hadron.astype(complex), q, mediator))
    ours = VectorTransition(current=ScalarCurrent(m1=m1, m2=m2), **vector)  # type: ignore[arg-type]
    np.testing.assert_allclose(ours(q2, cos), total, rtol=1e-9, atol=1e-10 * np.max(total))


@pytest.mark.parametrize("mediator", [None, 10.0])
def test_b_to_kstar_and_pair(mediator: float | None) -> None:
    """The covariant decomposition of <K*| V - A |B>, K* polarisations summed, both charge channels averaged."""
    from darkpair.chains.form_factors import KstarForm
    from darkpair.gen.particles import particle

    rng = np.random.default_rng(16)
    heavy, light, m1, m2 = particle("B+").mass, 0.89, 0.1, 0.7
    c_v, c_a = random_couplings(rng)
    form = KstarForm(parent="B+")
    q2, cos, (p, k, p1, p2) = three_body(rng, heavy, light, m1, m2)
    q, s = p - k, q2 / heavy**2
    v, a0, a1, a2 = (f[0] * np.exp(f[1] * s + f[2] * s**2) for f in (form.v, form.a0, form.a1, form.a2))
    a3 = (heavy + light) / (2 * light) * a1 - (heavy - light) / (2 * light) * a2
    epsilon = np.zeros((4, 4, 4, 4))
    for perm in np.array(np.meshgrid(*[range(4)] * 4)).T.reshape(-1, 4):
        if len(set(perm)) == 4:
            epsilon[tuple(perm)] = np.linalg.det(np.eye(4)[perm])
    # three real polarisation vectors orthogonal to k: the rest frame's axes, boosted
    polarisations_k = []
    for axis in range(3):
        e = np.zeros((N, 4))
        e[:, 0] = k[:, 1 + axis] / light
        e[:, 1:] = k[:, 1:] * (k[:, 1 + axis] / (light * (k[:, 0] + light)))[:, None]
        e[:, 1 + axis] += 1.0
        polarisations_k.append(e)
    conjugate = chiral(np.conj(c_v), np.conj(c_a))
    channels = [
        [current(u, chiral(c_v, c_a), w) for u in spinors(p2, m2) for w in spinors(p1, m1, anti=True)],
        [current(u, conjugate, w) for u in spinors(p1, m1) for w in spinors(p2, m2, anti=True)],
    ]
    fermions, scalars = np.zeros(N), np.zeros(N)
    for e in polarisations_k:
        ep = dot(e, p)[:, None]
        hadron = (
            -1j * e * ((heavy + light) * a1)[:, None] + 1j * (p + k) * ep * (a2 / (heavy + light))[:, None]
        )
        hadron = hadron + 1j * q * ep * (2 * light / q2 * (a3 - a0))[:, None]
        covector = np.einsum("mvrs,nv,nr,ns->nm", epsilon, e, p, k)
        hadron = hadron + np.einsum("mn,kn->km", METRIC, covector) * (2 * v / (heavy + light))[:, None]
        for channel in channels:
            fermions += 0.5 * sum(squared(contracted(h, hadron, q, mediator)) for h in channel)
        scalars += squared(contracted((p1 - p2).astype(complex), hadron, q, mediator))
    common: dict[str, Any] = {"mass": heavy, "daughter_mass": light, "form": form, "strength": 1.0}
    fermion = FermionCurrent(m1=m1, m2=m2, c_V=c_v, c_A=c_a)
    ours = KstarTransition(current=fermion, mediator_mass=mediator, **common)
    np.testing.assert_allclose(ours(q2, cos), fermions, rtol=1e-9)
    ours = KstarTransition(current=ScalarCurrent(m1=m1, m2=m2), mediator_mass=mediator, **common)
    np.testing.assert_allclose(ours(q2, cos), scalars, rtol=1e-9, atol=1e-10 * np.max(scalars))


def test_scalar_operator_and_its_fermions() -> None:
    rng = np.random.default_rng(14)
    heavy, light, m = 5.28, 0.49, 0.6
    q2, cos, (_, _, p1, p2) = three_body(rng, heavy, light, m, m)
    total = sum(
        squared(np.einsum("na,na->n", bar(u), v)) for u in spinors(p2, m) for v in spinors(p1, m, anti=True)
    )
    form = form_factor("B -> K")
    ours = ScalarTransition(form=form, strength=1.0, pole=10.0, fermion_mass=m)
    np.testing.assert_allclose(ours(q2, cos), total * form.zero(q2) ** 2 / (100.0 - q2) ** 2, rtol=1e-10)


@pytest.mark.parametrize("majorana", [True, False])
@pytest.mark.parametrize("m1", [0.0, 0.05])
def test_psi2_to_three_psi1(m1: float, majorana: bool) -> None:
    rng = np.random.default_rng(15)
    m2 = 0.4
    c_v, c_a = 1j * rng.normal(), complex(rng.normal())
    if not majorana:
        c_v, c_a = random_couplings(rng)
    q2, cos, (p, a, b, c) = three_body(rng, m2, m1, m1, m1)
    off, axial = chiral(c_v, c_a), chiral(0.0, 1.0)
    flip = 1j * GAMMA[2] @ GAMMA[0]  # charge conjugation: u(p, s) of the spinor v(p, s)
    us = {name: spinors(k, m1) for name, k in (("a", a), ("b", b))}
    vs = {"c": spinors(c, m1, anti=True)}
    vs |= {name: [np.asarray((flip @ bar(u)[..., None])[..., 0]) for u in us[name]] for name in us}
    us["c"] = [np.asarray((flip @ bar(v)[..., None])[..., 0]) for v in vs["c"]]
    total: Any = np.zeros(N)
    for (i, j, k), u2 in product(product(range(2), repeat=3), spinors(p, m2)):
        ua, ub, uc = us["a"][i], us["b"][j], us["c"][k]
        va, vc = vs["a"][i], vs["c"][k]
        amplitude = dot(current(ua, off, u2), current(ub, axial, vc))
        amplitude = amplitude - dot(current(ub, off, u2), current(ua, axial, vc))
        if majorana:
            amplitude = amplitude - dot(current(uc, off, u2), current(ub, axial, va))
        total += squared(amplitude)
    dark = FermionCurrent(m1=m1, m2=m2, c_V=c_v, c_A=c_a)
    ours = TripleDecay(current=dark, strength=1.0, majorana=majorana)
    np.testing.assert_allclose(ours(q2, cos), 0.5 * total, rtol=1e-10, atol=1e-12)
    nodes, weights = np.polynomial.legendre.leggauss(8)
    mean = sum(w * ours(q2, np.full(N, x)) for x, w in zip(nodes, weights, strict=True)) / 2
    np.testing.assert_allclose(ours.averaged(q2), mean, rtol=1e-12)


# -- averages and limits -----------------------------------------------------------------------------------


def test_averages_over_the_angle() -> None:
    nodes, weights = np.polynomial.legendre.leggauss(6)
    fermion = FermionCurrent(m1=0.05, m2=0.4, c_V=0.3 + 0.4j, c_A=0.8)
    for dark in (fermion, ScalarCurrent(m1=0.05, m2=0.4)):
        decays = [
            CurrentDecay(current=dark, strength=1.3, mf=0.1, g_v=0.2, g_a=0.5, mediator_mass=0.9),
            CurrentDecay(current=dark, strength=1.3, mf=0.0, g_v=0.2, g_a=0.5),
            CurrentDecay(current=dark, strength=1.3, mf=0.14, scalar=True),
        ]
        form = form_factor("B -> K")
        transition = VectorTransition(
            mass=5.28, daughter_mass=0.49, form=form, current=dark, strength=2.0, mediator_mass=9.0
        )
        cases: list[tuple[Any, Real]] = [
            *((d, np.linspace(0.09, 0.12, 7)) for d in decays),
            (transition, np.linspace(0.3, 20, 7)),
        ]
        for amplitude, q2 in cases:
            mean = sum(w * amplitude(q2, x) for x, w in zip(nodes, weights, strict=True)) / 2
            np.testing.assert_allclose(amplitude.averaged(q2), mean, rtol=1e-10)


def massless(dark: FermionCurrent | ScalarCurrent) -> float:
    amplitude = CurrentDecay(current=dark, strength=2.0, mf=0.0, g_v=0.6, g_a=0.8)
    return float(three_body_width(1.0, dark.m1, 0.0, 0.0, amplitude.averaged))


@pytest.mark.parametrize("y1", [0.0, 0.1, 0.5, 0.8])
def test_massless_fermions_give_the_polynomials(y1: float) -> None:
    axial = massless(FermionCurrent(m1=y1, m2=1.0, c_V=0.0, c_A=1.0)) * 192 * np.pi**3
    vector = massless(FermionCurrent(m1=y1, m2=1.0, c_V=1.0, c_A=0.0)) * 192 * np.pi**3
    scalar = massless(ScalarCurrent(m1=y1, m2=1.0)) * 384 * np.pi**3
    assert axial == pytest.approx(float(fermion_rate_polynomial(y1)), rel=1e-6)
    assert vector == pytest.approx(float(fermion_rate_polynomial(-y1)), rel=1e-6)
    assert scalar == pytest.approx(float(scalar_rate_polynomial(y1)), rel=1e-6)


def test_rates_near_the_end_of_phase_space() -> None:
    y1 = 1.0 - 1e-4
    axial = massless(FermionCurrent(m1=y1, m2=1.0, c_V=0.0, c_A=1.0)) * 192 * np.pi**3
    vector = massless(FermionCurrent(m1=y1, m2=1.0, c_V=1.0, c_A=0.0)) * 192 * np.pi**3
    scalar = massless(ScalarCurrent(m1=y1, m2=1.0)) * 384 * np.pi**3
    assert axial == pytest.approx(96 / 5 * (1 - y1) ** 5, rel=1e-3)
    assert vector == pytest.approx(32 / 5 * (1 - y1) ** 5, rel=1e-3)
    assert scalar == pytest.approx(64 / 5 * (1 - y1) ** 5, rel=1e-3)
    assert axial / vector == pytest.approx(3.0, rel=1e-3)
