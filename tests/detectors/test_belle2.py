"""Belle II and Belle: acceptance, resolution, vetoes, the tag's efficiency, reconstructed q2, escape of X2.

Statistical tests: fixed seeds, failure rate 1e-6 each.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from darkpair import Batch, InputError, Pipeline, Streams, UnknownNameError, build
from darkpair.chains.models import ZPrimeScalar
from darkpair.detectors.b_factory import Crystals, Tracker, tracked_part
from darkpair.detectors.belle2 import Belle2
from darkpair.detectors.data_file import read_data
from darkpair.detectors.selection import CONFIDENCES
from darkpair.gen.events import FinalState
from darkpair.gen.lifetime import Exponential
from darkpair.gen.particles import particle
from darkpair.gen.region import covers
from darkpair.gen.sources.upsilon4s import MACHINES, Upsilon4S
from darkpair.gen.streams import BLOCK
from darkpair.testing import check_detector
from tests.shared.b_reference import energies

B, K = particle("B+").mass, particle("K+").mass


def events(
    descriptor: str, *, parent: str = "B+", machine: str = "belle2", block: int = 0, **settings: Any
) -> Batch:
    streams = Streams(31, block)
    source = Upsilon4S(parent=parent, machine=machine)
    return build(descriptor, **settings).batch(source.sample(BLOCK, streams.rng("source")), streams)


def particles(
    theta: float, energy: float, vertex: tuple[float, float, float] = (0.0, 0.0, 0.0)
) -> FinalState:
    """One massless particle in the plane y = 0 at a polar angle in degrees."""
    a = math.radians(theta)
    return FinalState(
        counts=np.array([1]),
        event=np.array([0]),
        index=np.array([0]),
        momentum=energy * np.array([[math.sin(a)], [0.0], [math.cos(a)], [1.0]]),
        vertex=np.array([[vertex[0]], [vertex[1]], [vertex[2]], [0.0]]),
    )


@pytest.mark.parametrize("name", ["belle2", "belle"])
def test_every_number_has_a_source(name: str) -> None:
    data = read_data(name)
    tables = [
        data[t] for t in ("tracker", "tracker_resolution", "calorimeter", "calorimeter_resolution", "kaon")
    ]
    entries = [entry for table in tables for entry in table.values()]
    entries += [x for result in data["results"].values() for x in result.values() if isinstance(x, dict)]
    entries += [*data["standard_model"].values(), *data["cuts"], *data.get("tags", {}).values()]
    for entry in entries:
        assert entry["source"]
        assert entry["confidence"] in CONFIDENCES
    for selection in data["selections"]:
        assert Belle2(experiment=name, selection=selection).cuts.name == selection


@pytest.mark.parametrize("name", ["belle2", "belle"])
def test_the_tracker_ends_before_the_crystals(name: str) -> None:
    data = read_data(name)
    tracker, crystals = Tracker.of(data).volume, Crystals.of(data).inside
    assert covers(crystals, tracker)
    gaps = tracker.z_min - crystals.z_min, crystals.z_max - tracker.z_max, crystals.radius - tracker.radius
    assert min(gaps) > 100.0  # (particle identification stands between them)


@pytest.mark.parametrize(
    ("theta", "vertex", "seen"),
    [
        (60.0, (0.0, 0.0, 0.0), True),
        (10.0, (0.0, 0.0, 0.0), False),  # beside the beam pipe
        (157.0, (0.0, 0.0, 0.0), False),
        (31.8, (0.0, 0.0, 0.0), False),  # the gap between endcap and barrel
        (33.0, (0.0, 0.0, 0.0), True),
        (129.7, (0.0, 0.0, 0.0), False),
        (31.8, (0.0, 0.0, 800.0), True),  # the same direction from elsewhere meets another crystal
        (60.0, (1400.0, 0.0, 500.0), True),  # made inside a crystal
        (60.0, (1600.0, 0.0, 500.0), False),  # behind it
        (5.0, (0.0, 0.0, 2300.0), False),
    ],
)
def test_photons(theta: float, vertex: tuple[float, float, float], seen: bool) -> None:
    crystals = Crystals.of(read_data("belle2"))
    assert crystals.sees(particles(theta, 1.0, vertex), np.zeros(1))[0] == seen
    assert not crystals.sees(particles(theta, 0.09, vertex), np.zeros(1))[0]
    if seen:  # 7.7 % at the threshold of 0.1 GeV
        assert crystals.sees(particles(theta, 0.095, vertex), np.ones(1))[0]


def test_impact_of_photons_is_on_the_faces() -> None:
    crystals = Crystals.of(read_data("belle2"))
    photons = events("B+ -> K+ (pi0 -> gamma gamma)").final_state(22)
    x, y, z = crystals.impact(photons)
    r = np.hypot(x, y)
    barrel, forward, backward = (np.abs(v) < 1e-6 for v in (r - 1250.0, z - 1960.0, z + 1020.0))
    assert (barrel | forward | backward).all()
    assert (r < 1250.0 + 1e-6).all()
    assert min(barrel.mean(), forward.mean(), backward.mean()) > 0.02
    lever = np.stack([x, y, z]) - photons.vertex[:3]
    cross = np.cross(lever, photons.momentum[:3], axis=0)
    assert np.abs(cross).max() < 1e-9


def test_tracks() -> None:
    tracker = Tracker.of(read_data("belle2"))
    assert tracker.sees(particles(90.0, 0.11))[0]
    assert not tracker.sees(particles(90.0, 0.09))[0]
    assert not tracker.sees(particles(16.0, 2.0))[0]
    assert not tracker.sees(particles(151.0, 2.0))[0]
    assert not tracker.sees(particles(90.0, 2.0, (1140.0, 0.0, 0.0)))[0]


def test_resolutions() -> None:
    """At one GeV: tracks sqrt(.1² + .3²) %, photons 2.2 %; at .1 GeV 7.7 %; Belle's 1.57 % at 1 GeV."""
    tracker, n = Tracker.of(read_data("belle2")), 200_000
    noise = Streams(1).rng("noise").standard_normal(n)
    many = particles(90.0, 1.0)
    px, _, _ = tracker.smear(many, noise)
    assert px.std() == pytest.approx(math.hypot(0.001, 0.003), rel=5 / math.sqrt(2 * n))
    crystals = Crystals.of(read_data("belle2"))
    # basf2, ECLCovarianceMatrixModule.cc, barrel with full beam background, at 1 and 0.1 GeV, a + b E^-1/4 + c E^-1/2 + d/E
    coefficients = np.array([5.9203, -11.0341, 7.6176, -0.267069]) / 100.0
    basf2 = np.power.outer(np.array([1.0, 0.1]), [0.0, -0.25, -0.5, -1.0]) @ coefficients
    np.testing.assert_allclose(crystals.sigma(np.array([1.0, 0.1])), basf2, rtol=3e-3)
    expected = math.sqrt(0.00066**2 + 0.0081**2 + 0.0134**2)
    assert Crystals.of(read_data("belle")).sigma(np.array([1.0]))[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("experiment", ["belle2", "belle"])
def test_part_of_kaons_with_a_track(experiment: str) -> None:
    """The integral on a grid against events at three q2."""
    tracker, beams = Tracker.of(read_data(experiment)), MACHINES[experiment]
    for i, mass in enumerate((0.3, 3.0, 4.5)):
        kaons = events("B+ -> K+ S", machine=experiment, mass={"S": mass}, block=i).final_state(321)
        found = int(tracker.in_acceptance(*kaons.momentum[:3]).sum())
        expected = float(tracked_part(np.array([mass**2]), tracker, beams, B, K)[0])
        # .003 for the corners of the grid
        assert abs(found / BLOCK - expected) < 0.003 + 5.0 * math.sqrt(0.08 / BLOCK)


def test_mass_of_a_two_body_recoil() -> None:
    """B+ -> K+ S: q2 of a B known exactly is m_S² within the resolution; that of a B at rest has the B's motion."""
    detector, columns = Belle2(selection="acceptance"), []
    for block in range(8):
        truth = events("B+ -> K+ S", mass={"S": 2.0}, block=block)
        columns.append(detector.observe(truth, Streams(1, block).rng("d")).lists["Kaon"][1])
    kaon = {name: np.concatenate([c[name] for c in columns]) for name in columns[0]}
    n = len(kaon["pt"])
    assert kaon["q2_hadronic"].mean() == pytest.approx(
        4.0, abs=5.0 * kaon["q2_hadronic"].std() / math.sqrt(n)
    )
    assert kaon["q2_hadronic"].std() == pytest.approx(0.083, abs=0.002)
    # flat in the kaon's energy: mean gamma_B E, half width gamma_B beta_B k
    sqrt_s = MACHINES["belle2"].nominal_sqrt_s
    k = math.sqrt((B**2 - (K + 2.0) ** 2) * (B**2 - (K - 2.0) ** 2)) / (2.0 * B)
    mean = 0.25 * sqrt_s**2 + K**2 - sqrt_s * (0.5 * sqrt_s / B) * math.hypot(k, K)
    half = sqrt_s * math.sqrt(0.25 * sqrt_s**2 - B**2) / B * k
    assert kaon["q2_inclusive"].mean() == pytest.approx(mean, abs=5.0 * half / math.sqrt(3.0 * n))
    # 1.5 % more since kaons along the beam, which the B's avoid, are lost, .4 % of the resolution
    assert kaon["q2_inclusive"].std() == pytest.approx(1.019 * half / math.sqrt(3.0), rel=0.01)
    assert kaon["e_missing"] == pytest.approx(0.5 * sqrt_s - kaon["e_cms"])
    assert np.sign(kaon["m_missing"]) * kaon["m_missing"] ** 2 == pytest.approx(kaon["q2_rec"])


def test_short_kaons() -> None:
    truth = events("B0 -> (K_S0 -> pi+ pi-) nu nubar", parent="B0")
    detector = Belle2(selection="acceptance")
    reco = detector.observe(truth, Streams(1).rng("d"))
    counts, kaon = reco.lists["Kaon"]
    assert 0.7 < counts.mean() < 0.95
    assert (kaon["charged"] == 0).all()
    assert (kaon["n_extra_tracks"] == 0).all()
    assert (
        abs(np.median(kaon["q2_hadronic"] - _pair_mass2(truth)[np.repeat(np.arange(BLOCK), counts)])) < 0.02
    )
    assert Belle2().select(Belle2().observe(truth, Streams(1).rng("d")), np.ones(BLOCK)).mask.sum() == 0
    neutral = events("B0 -> (K_S0 -> (pi0 -> gamma gamma) (pi0 -> gamma gamma)) nu nubar", parent="B0")
    seen = detector.observe(neutral, Streams(1).rng("d"))
    assert seen.lists["Kaon"][0].sum() == 0
    assert (seen.flat["n_photons"] > 0).mean() > 0.99


def _pair_mass2(truth: Batch) -> Any:
    (part,) = truth.parts
    x, y, z, e = part.momentum[:, 0] - part.momentum[:, 1]
    return e * e - x * x - y * y - z * z


def test_vetoes() -> None:
    masses = {"X1": 0.04, "X2": 0.4}
    prompt = events("B+ -> K+ X1 (X2 -> X1 (pi0 -> gamma gamma))", mass=masses)
    tracks = events("B+ -> K+ X1 (X2 -> X1 mu+ mu-)", mass=masses)
    for truth, name in ((prompt, "no_extra_photon"), (tracks, "no_extra_track")):
        with_cut, without = Belle2(selection="acceptance"), Belle2(selection="acceptance", without=[name])
        reco = with_cut.observe(truth, Streams(1).rng("d"))
        kept, all_of_them = (d.select(reco, np.ones(BLOCK)).mask for d in (with_cut, without))
        assert kept.sum() < 0.06 * all_of_them.sum()
        assert (all_of_them | ~kept).all()
    far = events("B+ -> K+ X1 (X2 -> X1 (pi0 -> gamma gamma))", mass=masses, ctau={"X2": 1e7})
    reco = Belle2(selection="acceptance").observe(far, Streams(1).rng("d"))
    assert Belle2(selection="acceptance").select(reco, np.ones(BLOCK)).mask.mean() > 0.9


@pytest.mark.parametrize("tag", ["inclusive", "inclusive_b", "hadronic"])
def test_standard_model_through_the_tag(tag: str) -> None:
    """Events against the integral of the published efficiency over dGamma/dq2; region A: 6.2 ± .3 %, B: 2 % by construction."""
    from darkpair.studies.experiments.belle2_recast import mean_efficiency, neutrino_spectrum

    detector = Belle2(experiment="belle2", selection=tag)
    expected = mean_efficiency(neutrino_spectrum(), detector.published_efficiency)
    flow = Pipeline(source=Upsilon4S(), chain=build("B+ -> K+ nu nubar"), detector=detector, seed=62)
    found = flow.chunk(0, 16, 16 * BLOCK).cutflow
    # .003 of the grid of the kaon's acceptance
    assert abs(found.acceptance - expected) < 5.0 * found.acceptance_error + 0.003 * expected
    if tag == "inclusive":
        assert found.acceptance == pytest.approx(0.062, abs=0.003)
        assert expected == pytest.approx(0.062, abs=0.003)
    if tag == "inclusive_b":
        assert expected == pytest.approx(0.02, abs=0.0005)


@pytest.mark.parametrize("tag", ["inclusive", "inclusive_b"])
def test_ranges_of_reconstructed_q2_add_up(tag: str) -> None:
    """Each true q2's efficiency is the sum over the ranges, to the digits of the file."""
    table = read_data("belle2")["tags"][tag]
    parts = np.array(table["by_q2_rec"]["efficiency"])
    assert len(table["by_q2_rec"]["edges"]) == len(parts) + 1
    np.testing.assert_allclose(parts.sum(axis=0), table["efficiency"], atol=2e-5)


def test_the_tag_touches_no_weight() -> None:
    truth = events("B+ -> K+ nu nubar")
    detector = Belle2()
    reco = detector.observe(truth, Streams(1).rng("d"))
    counts, kaon = reco.lists["Kaon"]
    assert (counts <= 1).all()
    weight = 0.5 + Streams(2).rng("w").random(BLOCK)
    verdict = detector.select(reco, weight)
    assert verdict.cutflow.stages[-1].sum_w == pytest.approx(weight[verdict.mask].sum())
    assert set(np.unique(kaon["tagged"])) == {0.0, 1.0}
    np.testing.assert_allclose(
        kaon["tag_efficiency"], detector.tag_efficiency(_pair_mass2(truth)[counts == 1]), rtol=1e-9
    )
    mean = kaon["tag_efficiency"].sum() / BLOCK
    assert abs(kaon["tagged"].sum() / BLOCK - mean) < 5.0 * math.sqrt(mean / BLOCK)


def test_reconstructed_q2_moves_as_published() -> None:
    """Parts of the inclusive tag's yield below 4, in 4 to 8 and above 8 GeV² of q2_rec, against the true q2.

    Published: yields of arXiv:2507.12393 by q2_rec.  Nothing is fitted; the tag's choice of kaons by their direction,
    which is not simulated, is what the tolerance of .05 is for; seen: .038 at 8.7 GeV², .02 elsewhere.
    """
    table = read_data("belle2")["tags"]["inclusive"]
    published = np.array(table["by_q2_rec"]["efficiency"])
    edges = np.array(table["by_q2_rec"]["edges"])
    centre, half = np.array(table["q2"]), 0.5 * (table["q2"][1] - table["q2"][0])
    detector, chain, source = Belle2(selection="acceptance"), build("B+ -> K+ nu nubar"), Upsilon4S()
    counts = np.zeros((3, 14))
    for block in range(10):
        streams = Streams(8, block)
        truth = chain.batch(source.sample(BLOCK, streams.rng("source")), streams)
        found, kaon = detector.observe(truth, streams.rng("detector")).lists["Kaon"]
        q2 = _pair_mass2(truth)[found == 1]
        counts += np.histogram2d(
            kaon["q2_inclusive"], q2, (edges, np.append(centre[:14] - half, centre[13] + half))
        )[0]
    ours = counts / counts.sum(axis=0)
    theirs = published[:, :14] / published[:, :14].sum(axis=0)
    assert np.abs(ours - theirs).max() < 0.05
    assert np.abs(ours - theirs).mean() < 0.01


def test_simple_escape_against_an_integral() -> None:
    """P(X2 flies 2 m) of S2 of (400, 40) MeV: exp(-L m/(c tau p)) over q2, the angle, the B's motion, X2's direction."""
    m1, m2, length = 0.04, 0.4, 2000.0
    momentum, share = _x2_momenta(m1, m2)
    for ctau in (100.0, 600.0):
        model = ZPrimeScalar(m1=m1, m2=m2, G_X=1.17e-5)
        chain = model.chain("B+", "K+ X1 X2", modes=["X1 pi0"], lifetimes={"X2": Exponential(ctau)})
        detector, source = Belle2(selection="acceptance", escape_length=length), Upsilon4S()
        missing = 0
        for block in range(12):
            streams = Streams(17, block)
            truth = chain.batch(source.sample(BLOCK, streams.rng("source")), streams)
            missing += int((detector.observe(truth, streams.rng("detector")).flat["n_photons"] == 0).sum())
        expected = float(np.sum(share * np.exp(-length * m2 / (ctau * momentum))))
        assert stats.binomtest(missing, 12 * BLOCK, expected).pvalue > 1e-6, (
            ctau,
            missing / 12 / BLOCK,
            expected,
        )


def _x2_momenta(m1: float, m2: float) -> tuple[Any, Any]:
    """Momenta of X2 in the lab [GeV] with weights that add up to 1: nodes of an integral."""
    amplitude = ZPrimeScalar(m1=m1, m2=m2, G_X=1.17e-5).matrix_element("B+", "K+ X1 X2")
    t, w = np.polynomial.legendre.leggauss(48)
    x, dx = np.sin(0.25 * np.pi * (1 + t)) ** 2, np.sin(0.5 * np.pi * (1 + t)) * w
    low, high = (m1 + m2) ** 2, (B - K) ** 2
    c, wc = np.polynomial.legendre.leggauss(24)
    q2, c = (a.ravel() for a in np.meshgrid(low + (high - low) * x, c, indexing="ij"))
    weight = np.outer(dx, wc).ravel()
    lam_b = ((B - K) ** 2 - q2) * ((B + K) ** 2 - q2)
    k = np.sqrt((q2 - low) * (q2 - (m2 - m1) ** 2)) / (2.0 * np.sqrt(q2))
    weight = weight * np.sqrt(lam_b) * k / np.sqrt(q2) * amplitude(q2, c)
    p = np.sqrt(lam_b) / (2.0 * B)
    # c is the angle to the kaon, opposite to the pair's flight
    energy = (np.hypot(p, np.sqrt(q2)) * np.hypot(k, m2) - p * k * c) / np.sqrt(q2)
    b, wb = energies("belle2", 16)
    d, wd = np.polynomial.legendre.leggauss(24)
    gamma, beta_gamma = b / B, np.sqrt(b**2 - B**2) / B
    inner = np.sqrt(energy**2 - m2**2)
    lab = gamma[:, None, None] * energy + beta_gamma[:, None, None] * inner * d[:, None]
    share = weight * wb[:, None, None] * wd[:, None]
    return np.sqrt(lab**2 - m2**2).ravel(), (share / share.sum()).ravel()


def test_contract() -> None:
    for descriptor, parent in (
        ("B+ -> K+ X1 (X2 -> X1 e+ e-)", "B+"),
        ("anti-B0 -> (K_S0 -> pi+ pi- [.69] | pi0 pi0 [.31]) X1 (X2 -> X1 (pi0 -> gamma gamma))", "anti-B0"),
    ):
        truth = events(descriptor, parent=parent, mass={"X1": 0.04, "X2": 0.4}, ctau={"X2": 100.0})
        for detector in (
            Belle2(),
            Belle2(selection="hadronic"),
            Belle2(experiment="belle"),
            Belle2(escape_length=2000.0),
        ):
            check_detector(detector, truth)


def test_bad_input() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'belle2'"):
        Belle2(experiment="bele2")
    with pytest.raises(UnknownNameError, match="acceptance"):
        Belle2(experiment="belle", selection="inclusive")
    with pytest.raises(UnknownNameError, match="tag"):
        Belle2(without=["tags"])
    with pytest.raises(InputError, match="escape_length"):
        Belle2(escape_length=-1.0)
