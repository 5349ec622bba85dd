"""Events with rho, omega, K*, phi: their line shapes against densities written out here, whatever stands beside them.

Statistical tests: fixed seeds, failure rate 1e-6 each.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy import stats

from darkpair import Streams, build, particle
from darkpair.chains.chain import Chain
from darkpair.chains.models import ZPrimeDirac
from darkpair.gen.events import Batch
from darkpair.gen.kinematics import Array, boost, invariant_mass, two_body_momentum
from darkpair.gen.resonances import line_shape
from darkpair.testing import check_chain, parents_of

R = 3.0  # 1/GeV
PION, KAON = particle("pi+").mass, particle("K+").mass


def generate(chain: Chain, blocks: int = 12, momentum: float = 2.0) -> Batch:
    parents = parents_of(chain, momentum=momentum)
    return Batch.concatenate([chain.batch(parents, Streams(31, i)) for i in range(blocks)])


def mass_of(batch: Batch, *roles: str) -> Array:
    (part,) = batch.parts
    x, y, z, e = np.sum([part.momentum[:, part.topology.roles[r]] for r in roles], axis=0)
    return np.asarray(invariant_mass(x, y, z, e))


def barrier(q: Array) -> Array:
    return 1.0 / (1.0 + (R * q) ** 2)


def rho_line(m: Array) -> Array:
    """q³ B² / |D|² of rho0 -> pi+ pi-, dN/dm apart from the production's factor."""
    rho = particle("rho0")
    q, q0 = np.sqrt(m * m / 4 - PION**2), np.sqrt(rho.mass**2 / 4 - PION**2)
    width = rho.width * (q / q0) ** 3 * (rho.mass / m) * barrier(q) / barrier(q0)
    return np.asarray(q**3 * barrier(q) / ((rho.mass**2 - m * m) ** 2 + rho.mass**2 * width**2))


def kstar_line(m: Array) -> Array:
    """The same of K*0 -> K+ pi-; its width is 2/3 of K+ pi- and 1/3 of K0 pi0."""
    kstar = particle("K*0")
    width = np.zeros_like(m)
    for share, a, b in ((2 / 3, KAON, PION), (1 / 3, particle("K0").mass, particle("pi0").mass)):
        q, q0 = momentum(m, a, b), momentum(kstar.mass, a, b)
        width += share * kstar.width * (q / q0) ** 3 * (kstar.mass / m) * barrier(q) / barrier(q0)
    q = momentum(m, KAON, PION)
    return np.asarray(q**3 * barrier(q) / ((kstar.mass**2 - m * m) ** 2 + kstar.mass**2 * width**2))


def momentum(m: Any, a: Any, b: Any) -> Array:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.nan_to_num(two_body_momentum(m, a, b)))


def phase_space(mass: float, m: Array, a: float, b: float) -> Array:
    """Three-body phase space of mass -> m a b, as a function of m."""
    x, w = np.polynomial.legendre.leggauss(400)
    low, high = a + b, mass - m[:, None]
    # q = low + (high - low) sin² leaves no root to the quadrature
    t = np.pi / 4 * (x + 1)
    q = low + (high - low) * np.sin(t) ** 2
    steps = (high - low) * np.sin(2 * t) * np.pi / 4 * w
    return np.asarray((momentum(mass, m[:, None], q) * momentum(q, a, b) * steps).sum(axis=1))


def compare(sample: Array, density: Any, low: float, high: float, bins: int = 60) -> None:
    """Chi-square of a sample in cells of equal probability."""
    grid = np.linspace(low, high, 200_001)[1:-1]
    cumulative = np.cumsum(density(grid))
    edges = np.interp(
        np.arange(1, bins) / bins, cumulative / cumulative[-1], grid + 0.5 * (grid[1] - grid[0])
    )
    assert sample.min() >= low - 1e-9
    assert sample.max() <= high + 1e-9
    counts = np.bincount(np.searchsorted(edges, sample), minlength=bins)
    assert stats.chisquare(counts).pvalue > 1e-6


def test_eta_prime_to_rho_gamma() -> None:
    """k³ of the photon, q³ B² of the pions, from 2 m_pi to the edge."""
    mother = particle("eta'").mass
    batch = generate(build("eta' -> (rho0 -> pi+ pi-) gamma"))

    def density(m: Array) -> Array:
        return ((mother**2 - m * m) / (2 * mother)) ** 3 * rho_line(m)

    compare(mass_of(batch, "pi+", "pi-"), density, 2 * PION, mother)


@pytest.mark.parametrize("heavy", [2.3, 2.89, 2.95], ids=["open", "at the edge", "peak closed"])
def test_kstar_beside_a_dark_pair(heavy: float) -> None:
    """Phase space of B0 -> K*0 X1 X2 as a function of the K*'s mass; the last leaves masses below the peak only."""
    mother, light = particle("B0").mass, 1.5
    batch = generate(build("B0 -> (K*0 -> K+ pi-) X1 X2", mass={"X1": light, "X2": heavy}))
    edge = mother - light - heavy
    assert (edge > particle("K*0").mass) == (heavy < 2.88)

    def density(m: Array) -> Array:
        coarse = np.linspace(KAON + PION, edge, 4001)
        return np.interp(m, coarse, phase_space(mother, coarse, light, heavy)) * kstar_line(m)

    compare(mass_of(batch, "K+", "pi-"), density, KAON + PION, edge)


def test_phi_to_kaons() -> None:
    mother, phi = particle("D_s+").mass, particle("phi")
    batch = generate(build("D_s+ -> (phi -> K+ K-) pi+"))
    total = line_shape(phi).total

    def density(m: Array) -> Array:
        q = momentum(m, KAON, KAON)
        k3 = momentum(mother, m, PION) ** 3
        return k3 * q**3 * barrier(q) / ((phi.mass**2 - m * m) ** 2 + total(m) ** 2)

    compare(mass_of(batch, "K+", "K-"), density, 2 * KAON, mother - PION)


def plane(x: Array, y: Array, density: Any, x_edges: Array, y_edges: Array) -> None:
    """Chi-square of a sample in cells of two variables against a density that is integrated over each."""
    counts, _, _ = np.histogram2d(x, y, (x_edges, y_edges))
    assert counts.sum() > 0.97 * len(x)
    u, w = np.polynomial.legendre.leggauss(24)

    def points(edges: Array) -> tuple[Array, Array]:
        half = 0.5 * np.diff(edges)[:, None]
        return edges[:-1, None] + half * (u + 1), half * w

    (px, wx), (py, wy) = points(x_edges), points(y_edges)
    values = density(px.ravel()[:, None], py.ravel()[None, :]) * wx.ravel()[:, None] * wy.ravel()[None, :]
    expected = values.reshape(len(px), 24, len(py), 24).sum(axis=(1, 3))
    expected *= counts.sum() / expected.sum()
    keep = expected > 20
    chi2 = ((counts - expected) ** 2 / np.maximum(expected, 1e-9))[keep].sum()
    assert stats.chi2.sf(chi2, keep.sum() - 1) > 1e-6


def test_two_resonances_share_the_energy() -> None:
    """B -> K* rho in an S wave; a mother so light that the two masses know of each other."""
    mother = 1.75
    batch = generate(build("B0 -> (K*0 -> K+ pi-) (rho0 -> pi+ pi-)", mass={"B0": mother}))

    def density(a: Array, b: Array) -> Array:
        return np.where(a + b < mother, momentum(mother, a, b), 0.0) * kstar_line(a) * rho_line(b)

    one, two = mass_of(batch, "K+", "pi-_1"), mass_of(batch, "pi+", "pi-_2")
    assert (one + two < mother).all()
    assert abs(np.corrcoef(one, two)[0, 1]) > 0.1
    # cells away from the diagonal edge, where the density has a root
    inside = (one < 1.0) & (two < 0.7)
    plane(one[inside], two[inside], density, np.linspace(0.64, 1.0, 19), np.linspace(0.29, 0.7, 12))


def test_a_resonance_inside_another() -> None:
    """B+ -> K+ phi, phi -> rho0 pi0, rho0 -> pi+ pi-: k³ at each of the two, and W of phi with its barrier factor."""
    mother, phi, pi0 = particle("B+").mass, particle("phi"), particle("pi0").mass
    batch = generate(build("B+ -> K+ (phi -> (rho0 -> pi+ pi-) pi0)"))
    total = line_shape(phi).total

    def density(m: Array, r: Array) -> Array:
        k = momentum(m, r, pi0)
        inner = k**3 * barrier(k) * rho_line(r)  # W times m
        return momentum(mother, m, KAON) ** 3 * inner / ((phi.mass**2 - m * m) ** 2 + total(m) ** 2)

    big, small = mass_of(batch, "pi+", "pi-", "pi0"), mass_of(batch, "pi+", "pi-")
    inside = (np.abs(big - phi.mass) < 0.03) & (small < 0.84)
    edges = phi.mass + 0.03 * np.linspace(-1.0, 1.0, 13) ** 3
    plane(big[inside], small[inside], density, edges, np.linspace(0.3, 0.84, 10))


def test_a_whole_kstar_of_a_model() -> None:
    """The model's matrix element at each event's mass of a K*0 that does not decay here: its total width."""
    model = ZPrimeDirac(m1=0.5, m2=1.5, G_X=1e-5, c_V=1.0, c_A=0.4)
    chain = model.chain("B0", "K*0 X1 X2", modes=())
    part = generate(chain).parts[0]
    kstar, mother = particle("K*0"), particle("B0").mass
    mass = part.masses[part.topology.names.index("K*0")]
    pair = part.momentum[:, 0] - part.momentum[:, part.topology.names.index("K*0")]
    q2 = invariant_mass(*pair) ** 2
    element: Any = model.matrix_element("B0", "K*0 X1 X2")

    def density(m: Array, s: Array) -> Array:
        q = np.sqrt(s)
        open_ = (q < mother - m) & (q > 2.0)
        m, q = np.broadcast_arrays(np.minimum(m, mother - 2.0), q)
        flat = momentum(mother, m, q) * momentum(q, 0.5, 1.5) / q  # dq = dq²/2q
        squared = element.at_masses(mother, (m, 0.5, 1.5)).averaged(np.maximum(q * q, 4.0))
        line = line_shape(kstar)
        return np.where(open_, flat * squared * 2 * m * line.total(m) * line.propagator(m), 0.0)

    inside = (mass < 1.2) & (q2 < 15.5)
    edges = kstar.mass + np.array([-0.2, -0.1, -0.06, -0.03, -0.01, 0.01, 0.03, 0.06, 0.1, 0.2, 0.3])
    plane(mass[inside], q2[inside], density, edges, np.linspace(4.0, 15.5, 13))


def helicity_cosine(batch: Batch, mother: str, vector: str, daughter: str) -> Array:
    """Between a daughter, in the vector's frame, and the vector's flight in its mother's."""
    (part,) = batch.parts
    roles = part.topology.roles
    top, mid, low = (part.momentum[:, roles[r]] for r in (mother, vector, daughter))

    def rest(frame: Array, p: Array) -> Array:
        return np.stack(boost(-frame[0], -frame[1], -frame[2], frame[3], invariant_mass(*frame), *p))

    up, out = rest(mid, top)[:3], rest(mid, low)[:3]
    return np.asarray(-(up * out).sum(axis=0) / np.sqrt((up**2).sum(axis=0) * (out**2).sum(axis=0)))


@pytest.mark.parametrize(
    ("descriptor", "roles", "law"),
    [
        ("eta' -> (rho0 -> pi+ pi-) gamma", ("eta'", "rho0", "pi+"), (1, -1)),
        ("B0 -> (K*0 -> K+ pi-) pi0", ("B0", "K*0", "K+"), (0, 1)),
        ("eta' -> (omega -> pi0 gamma) gamma", ("eta'", "omega", "pi0"), (1, 1)),
        ("B0 -> (omega -> pi0 gamma) K0", ("B0", "omega", "pi0"), (1, -1)),
        ("eta' -> (rho0 -> e+ e-) gamma", ("eta'", "rho0", "e+"), (1, 1)),
        ("B0 -> (phi -> e+ e-) K0", ("B0", "phi", "e+"), (1, -1)),
    ],
)
def test_a_vector_of_a_spinless_mother_is_aligned(
    descriptor: str, roles: tuple[str, str, str], law: tuple[float, float]
) -> None:
    a, b = law
    cosine = helicity_cosine(generate(build(descriptor), 4), *roles)
    norm = 2 * a + 2 * b / 3
    assert stats.kstest(cosine, lambda c: (a * (c + 1) + b * (c**3 + 1) / 3) / norm).pvalue > 1e-6


def test_no_width_is_a_line() -> None:
    """As the width goes to 0 all numbers go to those of the line, which is another code."""
    text, dark = "B0 -> (K*0 -> K+ pi-) X1 X2", {"X1": 0.5, "X2": 1.5}
    line = generate(build(text, mass=dark, width={"K*0": 0.0}), 6)
    thin = generate(build(text, mass=dark, width={"K*0": 1e-9}), 6)
    assert line.parts[0].masses == {}
    mass = mass_of(thin, "K+", "pi-")
    assert np.quantile(np.abs(mass - particle("K*0").mass), 0.99) < 1e-7
    for roles in (("X1", "X2"), ("X1", "K+")):
        assert stats.ks_2samp(mass_of(line, *roles), mass_of(thin, *roles)).pvalue > 1e-6
    energy = [b.parts[0].momentum[3, b.parts[0].topology.roles["K+"]] for b in (line, thin)]
    assert stats.ks_2samp(*energy).pvalue > 1e-6


def test_three_and_more_bodies_at_no_width() -> None:
    """The samplers of varying masses are those of fixed ones: flat phase space of three and four bodies."""
    for text, roles in (
        ("B0 -> K*0 pi+ pi-", ("pi+", "pi-")),
        ("B0 -> pi+ K*0 pi-", ("pi+", "pi-")),
        ("B0 -> K*0 pi+ pi- pi0", ("pi-", "pi0")),
        ("B0 -> (omega -> pi0 pi+ pi-) K0", ("pi+", "pi-")),
    ):
        name = "omega" if "omega" in text else "K*0"
        line, thin = (generate(build(text, width={name: w}), 4) for w in (0.0, 1e-9))
        assert stats.ks_2samp(mass_of(line, *roles), mass_of(thin, *roles)).pvalue > 1e-6


MODES = {
    "rho0": ["pi+ pi-", "e+ e-", "mu+ mu-", "pi0 gamma", "eta gamma", "pi+ pi- gamma", "pi+ pi- pi+ pi-"],
    "rho+": ["pi+ pi0", "pi+ gamma"],
    "omega": ["pi+ pi- pi0", "pi0 gamma", "pi+ pi-", "pi0 e+ e-", "pi0 mu+ mu-", "e+ e-", "eta gamma"],
    "K*0": ["K+ pi-", "K0 pi0", "K0 gamma", "(K_S0 -> pi+ pi-) pi0"],
    "K*+": ["K+ pi0", "K0 pi+", "K+ gamma"],
    "phi": [
        "K+ K-",
        "K_L0 K_S0",
        "(rho0 -> pi+ pi-) pi0",
        "pi+ pi- pi0",
        "eta gamma",
        "mu+ mu-",
        "K+ K- gamma",
    ],
}
MOTHERS = {
    "rho0": ["eta' -> {} gamma", "B0 -> {} K0", "B0 -> {} X1 X2", "X2 -> {} X1"],
    "rho+": ["B0 -> {} pi-", "tau+ -> {} anti-nu_tau", "B+ -> {} X1 X2"],
    "omega": ["eta' -> {} gamma", "B0 -> {} K0", "B0 -> {} {}"],
    "K*0": [
        "B0 -> {} X1 X2",
        "B0 -> {} gamma",
        "B0 -> {} nu nubar",
        "B0 -> {} (rho0 -> pi+ pi-)",
        "B0 -> {} pi+ pi- pi0",
    ],
    "K*+": ["B+ -> {} X1 X2", "D0 -> {} K-", "B+ -> (phi -> K+ K-) {}"],
    "phi": ["B0 -> {} K0", "D_s+ -> {} pi+", "B_s0 -> {} {}", "B+ -> K+ X1 {}"],
}
DARK = {"X1": 0.4, "X2": 2.0}
CASES = [
    (name, mother, mode) for name in MODES for mother, mode in product(MOTHERS[name], [None, *MODES[name]])
]


@pytest.mark.parametrize("name", MODES)
def test_every_decay_of_every_resonance(name: str) -> None:
    """Closure, mass shells, same seed same bits, and the mass that the record says, in every mode that can be spelled."""
    for mother, mode in ((m, d) for n, m, d in CASES if n == name):
        text = mother.replace("{}", name if mode is None else f"({name} -> {mode})")
        chain = build(text, mass={k: v for k, v in DARK.items() if k in text.replace("(", " ").split()})
        check_chain(chain, isotropic=False, n=4000)
        part = chain.batch(parents_of(chain, n=2000), Streams(3)).parts[0]
        shaped = [i for i, n in enumerate(part.topology.names) if particle_width(n) > 0]
        assert set(part.masses) == set(shaped), text
        for i in shaped:
            np.testing.assert_allclose(
                part.masses[i], invariant_mass(*part.momentum[:, i]), 1e-7, err_msg=text
            )
            assert len(np.unique(part.masses[i])) > 1990, text
        assert set(chain.line_shapes) == {part.topology.names[i] for i in shaped}
        assert chain.provenance()["line_shapes"][name]["radius"] == R


def particle_width(name: str) -> float:
    return 0.0 if name in DARK else particle(name).width
