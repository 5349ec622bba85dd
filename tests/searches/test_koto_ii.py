"""KOTO II: its beam and geometry a second way, the factors of its sensitivity, and what its line rests on.

The failure rate of a bound of 4.89 standard errors is 1e-6.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from scipy import integrate, optimize, stats

import darkpair.limits.samples
from darkpair import Streams, build
from darkpair.chains.models import Dipole, ZPrimeDirac, ZPrimeScalar, combine
from darkpair.cli import main
from darkpair.gen.errors import InputError
from darkpair.gen.kinematics import Array
from darkpair.gen.particles import particle
from darkpair.gen.sources.koto_kl import KotoKL, momentum_spectrum
from darkpair.limits import Size, limit_rows
from darkpair.limits.choice import choose
from darkpair.limits.koto_boxes import upstream_of
from darkpair.limits.koto_samples import SM, EfficiencyAgainstCtau, parts, summed
from darkpair.limits.samples import data_of, efficiency_curves
from darkpair.searches import SEARCHES
from darkpair.searches.koto_ii import KOTO_II, KotoProjection, koto_ii_beam, koto_ii_detector, koto_ii_run
from tests.shared.koto_samples import PERFECT, Pencil

EXAMPLES = Path(__file__).parents[2] / "examples"

#: The box and the calorimeter [m] by the proposal's z, which counts from 44 m behind the target, and ours from 1 m further.
BOX, FACE, SHIFT = (3.0, 15.0), 20.0, 1.0

#: Proper decay length of the K_L [m], its mass and the pi0's [GeV].
CTAU, KAON, PION = 1e-3 * particle("K_L0").ctau, particle("K_L0").mass, particle("pi0").mass

TINY = Size(kaons=40_000, etas=2_000, spectra="central", cells=(8, 6, 4), throws=(4,))


def spectrum(p: float) -> float:
    """K_L of KOTO II's simulation at 44 m, the numbers once more."""
    sigma = 1.72179 * (1.0 - (-0.201089 + 0.00561485 * p) * (p - 2.90893))
    return math.exp(-0.5 * ((p - 2.90893) / sigma) ** 2)


def in_box() -> KotoKL:
    """K_L that decay between the ends of the box."""
    return replace(koto_ii_beam(), z_min=1e3 * (BOX[0] - SHIFT), z_max=1e3 * (BOX[1] - SHIFT))


def test_decays_in_the_box_by_another_integral() -> None:
    """And within 5 % of the proposal's 9.9 %."""

    def decaying(p: float) -> float:
        flight = p / KAON * CTAU
        return spectrum(p) * (math.exp(-BOX[0] / flight) - math.exp(-BOX[1] / flight))

    share = integrate.quad(decaying, 0.05, 20.0)[0] / integrate.quad(spectrum, 0.05, 20.0)[0]
    assert in_box().decay_probability == pytest.approx(share, rel=1e-6)
    assert share == pytest.approx(koto_ii_run()["decay_in_box"].value, rel=0.05)
    assert koto_ii_detector().vertex_range == pytest.approx((in_box().z_min, in_box().z_max))


def test_decays_in_the_beam_line_by_another_integral() -> None:
    """More K_L than at its end, by the decay law, on lines from the target that fill the square at the end."""
    upstream = upstream_of(KOTO_II)
    assert (upstream.z_min, upstream.z_max) == (-45e3, -1e3)

    def decaying(p: float) -> float:
        return spectrum(p) * math.expm1(44.0 * KAON / p / CTAU)

    share = integrate.quad(decaying, 0.4, 20.0)[0] / integrate.quad(spectrum, 0.05, 20.0)[0]
    assert upstream.decay_probability == pytest.approx(share, rel=1e-6)
    made = upstream.sample(100_000, Streams(3).rng("source"))
    assert made.decay_vertex is not None
    assert np.all(made.vertex[:3] == np.array([[0.0], [0.0], [-45e3]]))
    assert made.decay_vertex[2].min() > -45e3
    assert made.decay_vertex[2].max() < -1e3
    for i in (0, 1):
        slope = made.decay_vertex[i] / (made.decay_vertex[2] + 45e3)
        half = 0.5 * math.sqrt(4.8e-6)
        assert stats.kstest(slope, "uniform", args=(-half, 2.0 * half)).pvalue > 1e-6
    with pytest.raises(InputError, match="from the target at -45000"):
        replace(koto_ii_beam(), z_min=-46e3)


def test_k_l_of_the_beam_line_add_to_a_long_lived_x2() -> None:
    """As at KOTO: nothing at 1 mm, half as many at a metre."""
    near, far = parts({"m1": 0.0, "m2": 0.43}, events=80_000, seed=9, selection=KOTO_II)
    for ctau, low, high in ((1.0, 0.0, 1e-3), (1e3, 0.3, 0.7)):
        ratio = summed([far], ctau)[0] / summed([near], ctau)[0]
        assert low <= ratio < high


def test_the_spectrum_by_name_is_that_of_the_file() -> None:
    p, density = np.loadtxt(EXAMPLES / "koto2_kl.csv", delimiter=",", comments="#", skiprows=5).T
    np.testing.assert_allclose(momentum_spectrum(p, "koto2"), density, rtol=1e-5, atol=1e-12)
    assert (koto_ii_beam().p_max, KotoKL().p_max) == (20.0, 10.0)
    of_file = replace(koto_ii_beam(), spectrum=str(EXAMPLES / "koto2_kl.csv"))
    assert of_file.decay_probability == pytest.approx(koto_ii_beam().decay_probability, rel=1e-3)
    with pytest.raises(InputError, match="spectrum_unit"):
        KotoKL(spectrum="koto2", spectrum_unit="GeV")


def momenta_of_pi0(rng: np.random.Generator, n: int) -> Array:
    """Momenta of the pi0 in the K_L's frame [GeV], (n,): lambda^(3/2) f+², in bins that are drawn from."""
    q2 = np.linspace(0.0, (KAON - PION) ** 2, 20_001)
    p2 = ((KAON**2 - PION**2 - q2) ** 2 - 4.0 * PION**2 * q2) / (4.0 * KAON**2)
    form = 1.0 + 0.0249 * q2 / 0.13957**2 + 0.5 * 0.0016 * (q2 / 0.13957**2) ** 2
    weight = np.maximum(p2, 0.0) ** 1.5 * form**2
    total = np.cumsum(weight)
    at = np.interp(rng.random(n), total / total[-1], q2)
    return np.sqrt(np.maximum((KAON**2 - PION**2 - at) ** 2 - 4.0 * PION**2 * at, 0.0)) / (2.0 * KAON)


def boosted(momentum: Array, energy: Array, along: Array, mass: Array | float) -> tuple[Array, Array]:
    """Momentum (3, n) and energy [GeV] in the frame in which the parent has the momentum `along` (3, n)."""
    parent = np.sqrt((along**2).sum(axis=0) + mass**2)
    dot = (momentum * along).sum(axis=0)
    return (
        momentum + along * (energy / mass + dot / (mass * (parent + mass))),
        (parent * energy + dot) / mass,
    )


def directions(rng: np.random.Generator, n: int) -> Array:
    cosine, phi = 2.0 * rng.random(n) - 1.0, 2.0 * math.pi * rng.random(n)
    sine = np.sqrt(1.0 - cosine**2)
    return np.stack([sine * np.cos(phi), sine * np.sin(phi), cosine])


def test_two_photons_by_plain_numpy() -> None:
    """K_L, pi0 and photons thrown once more, in metres: on the calorimeter's disc, outside the hole; and within 5 % of 24 %."""
    rng, n = np.random.default_rng(2110), 200_000
    grid = np.linspace(0.05, 20.0, 40_001)
    flights = grid / KAON * CTAU
    decaying = np.array([spectrum(p) for p in grid]) * (np.exp(-BOX[0] / flights) - np.exp(-BOX[1] / flights))
    total = np.cumsum(decaying)
    p = np.interp(rng.random(n), total / total[-1], grid)
    flight = p / KAON * CTAU
    z = BOX[0] - flight * np.log1p(rng.random(n) * np.expm1(-(BOX[1] - BOX[0]) / flight))
    slopes = math.sqrt(4.8e-6) * (rng.random((2, n)) - 0.5)
    axis = np.stack([*slopes, np.ones(n)]) / np.sqrt(1.0 + (slopes**2).sum(axis=0))
    pion = momenta_of_pi0(rng, n) * directions(rng, n)
    energy = np.sqrt((pion**2).sum(axis=0) + PION**2)
    pion, _ = boosted(pion, energy, p * axis, KAON)
    back, sides = directions(rng, n), []
    for sign in (1.0, -1.0):
        photon, _ = boosted(sign * 0.5 * PION * back, np.full(n, 0.5 * PION), pion, PION)
        x, y = (slopes * (44.0 + z)) + photon[:2] / photon[2] * (FACE - z)
        hole = np.maximum(abs(x), abs(y)) <= 0.1
        sides.append((photon[2] > 0.0) & (np.hypot(x, y) < 1.5) & ~hole)
    mine = float((sides[0] & sides[1]).mean())
    beam, streams = in_box(), Streams(1)
    events = build(SM).batch(beam.sample(n, streams.rng("source")), streams)
    ours = float(
        (koto_ii_detector().observe(events, streams.rng("detector")).lists["Cluster"][0] == 2).mean()
    )
    error = math.sqrt(2.0 * mine * (1.0 - mine) / n)
    assert error < 0.01 * mine
    assert abs(ours - mine) < 4.89 * error
    assert ours == pytest.approx(koto_ii_run()["two_photons"].value, rel=0.05)


def test_vertices_come_back() -> None:
    """Without resolution and without the beam's size one of the candidates is the true one; with both 80 % are within 25 cm."""
    chain, n = build(SM), 40_000
    for source, detector, wanted, least in (
        (Pencil(beam=in_box()), replace(koto_ii_detector(), resolution=PERFECT), 0.1, 1.0),
        (in_box(), koto_ii_detector(), 250.0, 0.8),
    ):
        streams = Streams(2)
        events = chain.batch(source.sample(n, streams.rng("source")), streams)
        counts, values = detector.observe(events, streams.rng("detector")).lists["Pi0"]
        owner = np.repeat(np.arange(n), counts)
        true = events.parts[0].vertices[2, events.parts[0].topology.vertex[1]]
        off = np.full(n, np.inf)
        np.minimum.at(off, owner, abs(values["z_vtx"] - true[owner]))
        seen = off[counts > 0]
        assert len(seen) > 0.2 * n
        assert (seen <= wanted).mean() >= least


def test_what_the_line_rests_on() -> None:
    """The expected limit by scipy alone; the background by its words; 35 events of the Standard Model."""
    run, search = koto_ii_run(), KotoProjection(efficiency_ratio=1.0)
    sensitivity, background = run["single_event_sensitivity"].value, run["background"].value
    standard = 3e-11 / sensitivity
    assert standard == pytest.approx(35.0, abs=0.5)
    assert background == pytest.approx((0.4 * standard / stats.norm.ppf(0.95)) ** 2, rel=0.01)
    median = int(stats.poisson.ppf(0.5, background))

    def ratio(signal: float) -> float:
        with_signal, without = (stats.poisson.cdf(median, mean) for mean in (signal + background, background))
        return float(with_signal / without) - 0.1

    assert search.limit == pytest.approx(sensitivity * optimize.brentq(ratio, 1.0, 100.0), rel=1e-6)
    assert [m.confidence for m in search.measurements] == ["derived", "read", "derived"]
    assert (search.kind, search.SETS) == ("line", ())
    assert float(search.events(np.array(3e-11))) == pytest.approx(standard)
    assert "arXiv:2501.14827" in search.references


def test_it_is_asked_for_and_excludes_nothing(tmp_path: Path) -> None:
    """A coupling far above its limit is above a line; KOTO's rows are those without it."""
    assert "koto-ii" in SEARCHES.ours
    assert "koto-ii" not in choose().ours
    assert choose(planned=True).ours.count("koto-ii") == 1
    assert "koto-ii" not in choose(planned=True, without=["koto-ii"]).ours
    point = ZPrimeScalar(m1=0.0, m2=0.43, G_X=1e-5)
    only: dict[str, Any] = {"size": TINY, "folder": tmp_path, "workers": 1}
    (rows,) = limit_rows([point], only=["koto-ii", "koto-2021"], along="G_X", **only)
    (alone,) = limit_rows([point], only=["koto-2021"], along="G_X", **only)
    named = {row.constraint: row for row in rows}
    assert alone == [named["koto-2021"]]
    (then,) = limit_rows([point], only=["koto-ii"], data="2020", along="G_X", **only)
    assert then == [named["koto-ii"]]  # (the paper's estimate of decays inside is KOTO's alone)
    line = named["koto-ii"]
    assert (line.kind, line.verdict, line.confidence_level) == ("line", "above", 0.90)
    assert line.events == pytest.approx(line.value / 8.5e-13)
    assert line.ranges[0].low < named["koto-2021"].ranges[0].low


def test_its_value_is_rate_times_ratio(tmp_path: Path) -> None:
    """Both efficiencies of samples of other seeds, per K_L at the end of the beam line."""
    point = ZPrimeScalar(m1=0.0, m2=0.43, G_X=1e-5)
    ctau = float(point.ctau("X2"))
    (rows,) = limit_rows([point], only=["koto-ii"], size=TINY, folder=tmp_path, workers=1)
    assert {path.suffix for path in tmp_path.rglob("*.*")} == {".json"}
    value, error = summed(parts({"m1": 0.0, "m2": 0.43}, events=60_000, seed=7, selection=KOTO_II), ctau)
    below = EfficiencyAgainstCtau(events=60_000, selection=KOTO_II, seed=8)({})
    ratio = value / below["efficiency"][0]
    rate = float(point.branching_ratio("K_L0", "X1 X2") * point.branching_ratio("X2", "X1 pi0"))
    relative = 1.5 * math.hypot(
        error / value, below["error"][0] / below["efficiency"][0]
    )  # (and of the rows)
    assert relative < 0.05
    assert abs(rows[0].value / (rate * ratio) - 1.0) < 4.89 * relative


def test_it_counts_other_channels(tmp_path: Path) -> None:
    """Two photons of K_L -> X2 X2, X2 -> X1 gamma, as KOTO does."""
    model = combine(
        ZPrimeDirac(m1=0.0, m2=0.2, G_X=1e-5, c_A=0.0, c_A22=1.0), Dipole(m1=0.0, m2=0.2, mu=1e-3)
    )
    more = replace(TINY, kaons=300_000)
    (rows,) = limit_rows([model], only=["koto-ii"], size=more, folder=tmp_path, workers=1)
    counted = {name: events for name, events in rows[0].channels.items() if events}
    assert list(counted) == ["K_L0 -> X2 X2, X2 -> X1 gamma, X2 -> X1 gamma"]
    assert rows[0].events == pytest.approx(sum(counted.values()))
    assert (rows[0].events or 0.0) > 0.0


def test_kept_samples_go_with_the_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The examples are no lines of the package: their content stands in the key of what is kept."""
    assert [data_of(box) for box in ("2015", "2016-18")] == ["", ""]
    assert len(data_of(KOTO_II)) == 16
    size: dict[str, Any] = {"events": 2_000, "folder": tmp_path, "workers": 1, "refuse": False}
    for number in (2, 2, 4):  # a mass and the Standard Model; the same again; both anew
        if number == 4:
            monkeypatch.setattr(darkpair.limits.samples, "koto_ii_digest", lambda: "another")
        efficiency_curves([(0.0, 0.43)], selection=KOTO_II, **size)
        assert len(list(tmp_path.rglob("*.json"))) == number


def test_the_job_of_the_examples(tmp_path: Path) -> None:
    """A stranger's run of the same detector, from another folder."""
    job = EXAMPLES / "koto2_pi0.toml"
    words = ["run", str(job), "-n", "20000", "-o", str(tmp_path / "out.root"), "--set"]
    words.append(f"detector.experiment={EXAMPLES / 'koto2.toml'}")
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert "pt" in result.output
