"""Kinetic mixing: amplitudes against explicit traces, widths against limits, closed forms and an adaptive quadrature, and events.

The KS test fails by chance once in a million; seeds are fixed.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from scipy.integrate import quad

from darkpair import Parents, Streams
from darkpair.chains.dark_currents import FermionCurrent
from darkpair.chains.dark_photon import MediatedDecay
from darkpair.chains.models.channels import channels_of
from darkpair.chains.models.electroweak import total_width
from darkpair.chains.models.kinetic_mixing import TWO_PHOTONS, KineticMixing
from darkpair.chains.resonant import breit_wigner, resonant_width
from darkpair.chains.widths import three_body_width, two_body_width
from darkpair.gen.constants import HBAR_C
from darkpair.gen.particles import particle
from darkpair.gen.polarisation import at_rest
from darkpair.testing import check_model

METRIC = np.diag([1.0, -1.0, -1.0, -1.0])
N = 40_000
ALPHA = 7.2973525693e-3

Matrix = NDArray[np.complex128]


def gammas() -> list[Matrix]:
    """Upper Dirac matrices."""
    one, zero = np.eye(2), np.zeros((2, 2))
    pauli = (np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.array([[1, 0], [0, -1]]))
    time = np.block([[one, zero], [zero, -one]]).astype(np.complex128)
    return [time, *(np.block([[zero, s], [-s, zero]]).astype(np.complex128) for s in pauli)]


GAMMA = gammas()
SIGNS = {p: round(np.linalg.det(np.eye(4)[list(p)])) for p in itertools.permutations(range(4))}


def slash(p: Any, mass: float = 0.0) -> Matrix:
    """p-slash + m of p = (E, x, y, z)."""
    down = METRIC @ p
    return np.asarray(sum(down[i] * GAMMA[i] for i in range(4)) + mass * np.eye(4))


def trace(*matrices: Matrix) -> complex:
    return complex(np.trace(np.linalg.multi_dot(matrices)))


def dark(p1: Any, m1: float, p2: Any, m2: float) -> Matrix:
    """Spin sum of psi2-bar gamma psi1 with a psi1-bar of momentum p1, upper indices."""
    pairs = itertools.product(range(4), repeat=2)
    values = [trace(slash(p2, m2), GAMMA[i], slash(p1, -m1), GAMMA[j]) for i, j in pairs]
    return np.array(values).reshape(4, 4)


def momenta(mass: float, spectator: float, m1: float, m2: float, q2: float, cosine: float) -> list[Any]:
    """Spectator, first and second member of the pair in the pair's rest frame, the spectator along z."""
    q = math.sqrt(q2)
    along = math.sqrt((mass**2 - (q + spectator) ** 2) * (mass**2 - (q - spectator) ** 2)) / (2.0 * q)
    inside = math.sqrt((q2 - (m1 + m2) ** 2) * (q2 - (m1 - m2) ** 2)) / (2.0 * q)
    sine = math.sqrt(1.0 - cosine**2)
    p = inside * np.array([sine, 0.0, cosine])
    return [
        np.array([math.hypot(spectator, along), 0.0, 0.0, along]),
        np.array([math.hypot(m1, inside), *(-p)]),
        np.array([math.hypot(m2, inside), *p]),
    ]


POINTS: list[dict[str, Any]] = [
    {"m1": 0.02, "m2": 0.022, "m_Aprime": 0.06},
    {"m1": 0.01, "m2": 0.05, "m_Aprime": 0.2, "dirac": True},
    {"m1": 0.005, "m2": 0.1, "m_Aprime": 0.03},
]


def model(point: dict[str, Any], **more: Any) -> KineticMixing:
    return KineticMixing(**({"eps": 1e-3, "alpha_D": 0.1} | point | more))


def cosines(low: float, high: float) -> list[tuple[float, float]]:
    rng = np.random.default_rng(7)
    return [(low + (high - low) * rng.random(), 2.0 * rng.random() - 1.0) for _ in range(20)]


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("meson", ["pi0", "eta"])
def test_anomaly_is_the_explicit_trace(point: dict[str, Any], meson: str) -> None:
    """epsilon_{mu alpha rho sigma} k^rho q^sigma of both indices, photon's spins by -g, and the trace over psi1 and psi2."""
    made, mass = model(point), particle(meson).mass
    amplitude: Any = made.matrix_element(meson, "gamma X1 X2")
    vertex = 64.0 * math.pi * TWO_PHOTONS[meson] * total_width(meson) / mass**3
    channels = 2.0 if made.dirac else 1.0
    for q2, cosine in cosines((float(made.m1) + float(made.m2)) ** 2, mass**2):
        k, p1, p2 = momenta(mass, 0.0, float(made.m1), float(made.m2), q2, cosine)
        q = p1 + p2
        tensor = np.zeros((4, 4))
        for (a, b, c, d), sign in SIGNS.items():  # lower indices
            tensor[a, b] += sign * k[c] * q[d]
        hadron = -tensor @ METRIC @ tensor.T
        whole = np.einsum("ij,ij->", hadron, dark(p1, float(made.m1), p2, float(made.m2))).real
        coupling = vertex * 4.0 * math.pi * 0.1 * 1e-6 * channels
        shape = float(breit_wigner(q2, made.m_Aprime, amplitude.width))
        factor = amplitude.strength / coupling  # a narrow peak is drawn as a wider one
        assert float(amplitude(q2, cosine)) == pytest.approx(coupling * factor * shape * whole, rel=1e-10)


@pytest.mark.parametrize("point", POINTS)
def test_decay_is_the_explicit_trace(point: dict[str, Any]) -> None:
    """X2 -> X1 l l: half the trace over psi1 and psi2 with that of two leptons."""
    made = model(point)
    m1, m2, mf = float(made.m1), float(made.m2), particle("e-").mass
    amplitude: Any = made.matrix_element("X2", "X1 e+ e-")
    for q2, cosine in cosines(4.0 * mf**2, (m2 - m1) ** 2):
        p1, k1, k2 = momenta(m2, m1, mf, mf, q2, cosine)
        p2 = p1 + k1 + k2
        pairs = list(itertools.product(range(4), repeat=2))
        up = np.array([trace(slash(p1, m1), GAMMA[i], slash(p2, m2), GAMMA[j]) for i, j in pairs]).reshape(
            4, 4
        )
        light = dark(k1, mf, k2, mf)
        whole = 0.5 * np.einsum("ij,ik,jl,kl->", up, METRIC, METRIC, light).real
        assert float(amplitude(q2, cosine)) == pytest.approx(
            float(amplitude.strength * breit_wigner(q2, made.m_Aprime, amplitude.width)) * whole, rel=1e-9
        )


def test_kaon_is_the_explicit_trace_and_conserved() -> None:
    """z (k + p) - (1 - r^2) q, of both indices; its contraction with q is zero."""
    made = model(POINTS[1])
    kaon, pion = particle("K+").mass, particle("pi+").mass
    amplitude: Any = made.matrix_element("K+", "pi+ X1 X2")
    w0, w1 = amplitude.shape
    for q2, cosine in cosines(0.06**2, (kaon - pion) ** 2):
        p, p1, p2 = momenta(kaon, pion, float(made.m1), float(made.m2), q2, cosine)
        q, z = p1 + p2, q2 / kaon**2
        current = (w0 + w1 * z) * (z * (2.0 * p + q) - (1.0 - (pion / kaon) ** 2) * q)
        assert abs(current @ METRIC @ q) < 1e-12 * np.abs(current).max() * q[0]
        lower = METRIC @ current
        whole = (lower @ dark(p1, float(made.m1), p2, float(made.m2)) @ lower).real
        size = float(amplitude.strength * breit_wigner(q2, made.m_Aprime, amplitude.width))
        assert float(amplitude(q2, cosine)) == pytest.approx(size * whole, rel=1e-9)


@pytest.mark.parametrize("meson", list(TWO_PHOTONS))
def test_narrow_is_a_photon_and_a_dark_photon(meson: str) -> None:
    """2 eps^2 (1 - m^2/M^2)^3 BR(gamma gamma) times the branching ratio of A' -> X1 X2."""
    narrow = model(POINTS[0], alpha_D=1e-9)
    widths = narrow.mediator_widths()
    seen = float(widths["X1 X2"] / narrow.mediator_width())
    assert 0.01 < 1.0 - seen < 0.99  # both kinds of decays count
    wanted = 2e-6 * (1.0 - (0.06 / particle(meson).mass) ** 2) ** 3 * TWO_PHOTONS[meson] * seen
    assert float(narrow.branching_ratio(meson, "gamma X1 X2")) == pytest.approx(wanted, rel=1e-6)


def test_pseudo_dirac_pairs_are_half_the_dirac_ones() -> None:
    """A' -> X1 X2 of massless ones is alpha_D m / 3, as of one Dirac fermion."""
    light = {"m1": 1e-9, "m2": 1e-9, "m_Aprime": 0.1}
    one, two = (float(model(light, dirac=d).mediator_widths()["X1 X2"]) for d in (False, True))
    assert one == pytest.approx(0.1 * 0.1 / 3.0, rel=1e-9)
    assert two == pytest.approx(2.0 * one, rel=1e-12)


def test_dark_photon_to_leptons_and_pions() -> None:
    """alpha eps^2 m / 3 far above the threshold, and hadrons over muons at the rho as measured: R is about 8."""
    widths = model(POINTS[0], m_Aprime=0.775).mediator_widths()
    assert float(widths["e+ e-"]) == pytest.approx(ALPHA * 1e-6 * 0.775 / 3.0, rel=1e-6)
    assert 7.0 < widths["pi+ pi-"] / widths["mu+ mu-"] < 10.0


def test_small_difference_of_the_masses() -> None:
    """4 alpha alpha_D eps^2 D^5 / (15 pi m^4), up to D / m2 and the electrons' mass."""
    made = model({"m1": 90.0, "m2": 90.2, "m_Aprime": 900.0})
    closed = 4.0 * ALPHA * 0.1 * 1e-6 * 0.2**5 / (15.0 * math.pi * 900.0**4)
    ratio = float(made.partial_width("X2", "X1 e+ e-")) / closed
    assert ratio == pytest.approx(1.0 - 1.5 * 0.2 / 90.2, abs=2e-4)


def test_a_light_dark_photon_is_on_its_mass_shell() -> None:
    """X2 -> X1 A', then A' -> e e: g^2 T(m^2) / m^2 of two bodies; and nothing else is open."""
    made = model(POINTS[2], alpha_D=1e-3)
    current = FermionCurrent(m1=made.m1, m2=made.m2, c_V=1.0, c_A=0.0)
    squared = 4.0 * math.pi * 1e-3 * current.transverse(0.03**2) / 0.03**2
    on_shell = float(two_body_width(made.m2, made.m1, 0.03, squared))
    assert float(made.width("X2")) == pytest.approx(on_shell, rel=1e-5)


def test_off_its_mass_shell_it_is_the_fixed_quadrature() -> None:
    """A heavy A', where the other quadrature is good; and contact is its limit."""
    made = model(POINTS[1], m_Aprime=5.0)
    decay: Any = made.matrix_element("X2", "X1 e+ e-")
    other = three_body_width(0.05, 0.01, decay.mf, decay.mf, decay.averaged)
    assert float(made.partial_width("X2", "X1 e+ e-")) == pytest.approx(float(other), rel=1e-5)


@pytest.mark.parametrize("alpha_D", [0.1, 1e-4])
def test_a_peak_is_integrated(alpha_D: float) -> None:
    """By an adaptive quadrature, in pieces about the peak."""
    made = model(POINTS[0], alpha_D=alpha_D)
    pion, width = particle("pi0").mass, float(made.mediator_width())
    amplitude: Any = made.matrix_element("pi0", "gamma X1 X2")
    exact = replace(amplitude, width=width, strength=amplitude.strength * width / amplitude.width)
    low, unit = 0.042**2, 0.06 * width

    def rate(t: float) -> float:
        q2 = low + t * t  # without the root at the threshold
        inner = math.sqrt(q2 - 0.002**2) * t / q2
        return float(2.0 * t * (pion**2 - q2) * inner * exact.averaged(q2)) / (256.0 * math.pi**3 * pion**3)

    places = [0.06**2 + s * unit * 10.0**n for n in range(4) for s in (-1, 1)] + [0.06**2]
    edges = sorted(
        {0.0, math.sqrt(pion**2 - low), *(math.sqrt(p - low) for p in places if low < p < pion**2)}
    )
    whole = sum(quad(rate, a, b, epsrel=1e-10)[0] for a, b in itertools.pairwise(edges))
    assert float(made.partial_width("pi0", "gamma X1 X2")) == pytest.approx(whole, rel=1e-7)


def test_kaon_with_a_photon_in_place_is_the_measured_rate() -> None:
    """K+ -> pi+ e+ e- by the same amplitude with a photon: 3.00(9)e-7 (PDG)."""
    made = model(POINTS[1])
    electron = particle("e-").mass
    kaon: Any = made.matrix_element("K+", "pi+ X1 X2")
    photon = replace(
        kaon,
        current=FermionCurrent(m1=electron, m2=electron, c_V=1.0, c_A=0.0),
        strength=(4.0 * math.pi * ALPHA / (16.0 * math.pi**2)) ** 2,
    )
    width = resonant_width((kaon.mass, kaon.daughter_mass, electron, electron), photon.bare, (1e-9, 1e-9))
    ratio = float(width) * particle("K+").ctau / HBAR_C
    assert ratio == pytest.approx(3.00e-7, abs=2.0 * 0.09e-7)


def test_rates_and_chains_of_the_model() -> None:
    """The kit for models: thresholds, arrays, sums, amplitudes and chains; and the form factor on the mass shell."""
    check_model(model({"m1": 0.02, "m2": 0.03, "m_Aprime": 0.5}, transition_form="slope"))
    form, flat = (
        model(POINTS[0], alpha_D=1e-4, transition_form=f).partial_width("eta", "gamma X1 X2")
        for f in ("slope", "constant")
    )
    assert float(form / flat) == pytest.approx((1.0 + 1.95 * 0.06**2) ** 2, rel=1e-4)


def test_channels_of_a_dump() -> None:
    """One X2 of gamma X1 X2, which is seen by its electrons."""
    shares = channels_of(model(POINTS[0]), ["pi0", "eta"], ["X1 e+ e-"])
    assert [(c.parent, c.production, c.modes) for c in shares] == [
        (meson, "gamma X1 X2", ("X1 e+ e-",)) for meson in ("pi0", "eta")
    ]


def test_events_have_the_angle_of_a_transverse_dark_photon() -> None:
    """On its mass shell, e1 e2 + k^2 + m1 m2 - k^2 sin^2 of the angle to the photon in the frame of the A'."""
    made = model({"m1": 0.002, "m2": 0.004, "m_Aprime": 0.08}, alpha_D=1e-3)
    chain = made.chain("pi0", "gamma X1 X2")
    still = np.array([0.0, 0.0, 0.0, chain.parent.mass])[:, None] * np.ones(N)
    batch = chain.batch(Parents(pdgid=111, momentum=still, vertex=np.zeros((4, N))), Streams(11))
    (part,) = batch.parts
    names = part.topology.names
    photon, light, heavy = (part.momentum[:, names.index(name)] for name in ("gamma", "psi1", "psi2"))
    pair = light + heavy
    mass = np.sqrt(pair[3] ** 2 - (pair[:3] ** 2).sum(axis=0))
    k, p = (np.stack(at_rest(tuple(pair), mass, tuple(x))) for x in (photon, heavy))
    cosine = (k[:3] * p[:3]).sum(axis=0) / np.sqrt((k[:3] ** 2).sum(axis=0) * (p[:3] ** 2).sum(axis=0))
    momentum = float(math.sqrt((0.08**2 - 0.006**2) * (0.08**2 - 0.002**2)) / 0.16)
    level = 0.5 * (0.08**2 - 0.002**2 - 0.004**2) + 8e-6 - momentum**2

    def below(c: NDArray[np.float64]) -> NDArray[np.float64]:
        area = 2.0 * (level + momentum**2 / 3.0)
        return np.asarray((level * (c + 1.0) + momentum**2 * (c**3 + 1.0) / 3.0) / area)

    assert stats.kstest(cosine, below).pvalue > 1e-6
    assert float(np.median(mass)) == pytest.approx(0.08, rel=1e-3)


def test_pions_have_their_form_factor() -> None:
    """Its square beside a scalar current."""
    made = model({"m1": 0.01, "m2": 0.9, "m_Aprime": 3.0})
    pions: Any = made.matrix_element("X2", "X1 pi+ pi-")
    assert isinstance(pions, MediatedDecay)
    assert float(pions.averaged(0.6)) / float(replace(pions, pions=False).averaged(0.6)) > 5.0
