"""K_L -> 2 pi0 and 3 pi0 with full momentum: exact where it should be, and as wide as the calorimeter where not.

arXiv:2005.07102, section IV.A and Fig. 7.  Fixed seeds; five standard errors fail once in two million.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import pytest

from darkpair import InputError, Parents, Pipeline, Streams, UnknownNameError, build, chunks, particle
from darkpair.detectors.efficiency import efficiency
from darkpair.detectors.kaon_vertex import pairings, reconstruct_kaon, vertex_error
from darkpair.detectors.koto import Koto
from darkpair.detectors.koto_kaon import KotoKaon
from darkpair.detectors.pi0_vertex import reconstruct_pi0
from darkpair.detectors.smearing import Calorimeter
from darkpair.gen.kinematics import Array
from darkpair.gen.pipeline import EventSource
from darkpair.gen.sources.koto_kl import Z_TARGET, KotoKL
from tests.shared.koto_samples import PERFECT, Pencil

M_K, M_PI = particle("K_L0").mass, particle("pi0").mass
FACE = 6148.0
DECAYS = {k: "K_L0 -> " + " ".join(["(pi0 -> gamma gamma)"] * k) for k in (2, 3)}
BOTH = pytest.mark.parametrize("pions", [2, 3])
NAMES = ("x", "y", "z_vtx", "z_error", "chi_square", "pairing", "pt", "px", "py", "energy", "mass")


@dataclass(frozen=True)
class Line:
    """K_L that leave the middle of the target in the plane y = 0, and decay at the beam's z or at one."""

    slope: float = 0.0
    z: float | None = None
    beam: KotoKL = field(default_factory=KotoKL)
    pdgid: int = 130

    def sample(self, n: int, rng: np.random.Generator) -> Parents:
        parents = Pencil(beam=self.beam).sample(n, rng)
        assert parents.decay_vertex is not None
        momentum, made, decays = parents.momentum.copy(), parents.vertex.copy(), parents.decay_vertex.copy()
        momentum[2] /= np.hypot(1.0, self.slope)
        momentum[0] = self.slope * momentum[2]
        if self.z is not None:
            decays[2] = self.z
        for where in (made, decays):
            where[0] = self.slope * (where[2] - Z_TARGET)
        return replace(parents, momentum=momentum, vertex=made, decay_vertex=decays)


def found(detector: KotoKaon, source: EventSource, n: int, *, cuts: bool) -> dict[str, Array]:
    """Candidates with the true vertex and K_L, and whether the true pairing was taken."""
    made = Pipeline(source=source, chain=build(DECAYS[detector.pions]), detector=detector, seed=9, keep="all")
    parts = []
    for chunk in chunks(made, n):
        assert chunk.reco is not None
        counts, values = chunk.reco.lists["Kaon"]
        event = np.repeat(np.arange(len(counts)), counts)
        passed = np.arange(len(event))
        if cuts:
            passed, _, _ = detector.cuts.apply(values, event, np.ones(len(counts)), [])
        columns, row = chunk.events.parts[0], event[passed]
        px, py, _, energy = columns.momentum[:, 0, row]
        x, y, z, _ = columns.vertices[:, 1, row]
        parts.append(
            {name: values[name][passed] for name in NAMES}
            | {"true_x": x, "true_y": y, "true_z": z, "true_pt": np.hypot(px, py), "true_energy": energy}
            | {"right": values["pairing"][passed] == true_pairing(detector.pions)}
        )
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def true_pairing(pions: int) -> int:
    """Row of the pairing of neighbours: photons of one pi0 stand side by side."""
    wanted = np.arange(2 * pions).reshape(pions, 2)
    return int(np.flatnonzero((pairings(2 * pions) == wanted).all(axis=(1, 2)))[0])


def clusters(pions: int, source: EventSource, n: int = 50_000) -> tuple[Array, Array, Array]:
    """Noiseless energies and positions (photons, k) of the events with all photons on the calorimeter; the pi0 do not
    fly (25 nm times p/m would move z by up to 1e-3 mm)."""
    streams = Streams(4)
    truth = build(DECAYS[pions], ctau={"pi0": 0.0}).batch(source.sample(n, streams.rng("source")), streams)
    counts, seen = Koto(resolution=PERFECT).observe(truth, streams.rng("detector")).lists["Cluster"]
    rows = np.flatnonzero(np.repeat(counts == 2 * pions, counts))
    energy, x, y = (seen[name][rows].reshape(-1, 2 * pions).T for name in ("energy", "x", "y"))
    return energy, x, y


@cache
def smeared(pions: int) -> dict[str, Array]:
    """The real beam and calorimeter, every cut but that on p_T."""
    return found(KotoKaon(pions=pions, without=["pt"]), KotoKL(), 600_000, cuts=True)


def test_pairings() -> None:
    for photons, ways in ((4, 3), (6, 15)):
        table = pairings(photons)
        assert table.shape == (ways, photons // 2, 2)
        assert (np.sort(table.reshape(ways, -1), axis=1) == np.arange(photons)).all()
        assert len({frozenset(map(tuple, way)) for way in table.tolist()}) == ways
    for odd in (2, 5):
        with pytest.raises(InputError, match="even numbers from 4"):
            pairings(odd)


@BOTH
def test_exact_without_noise_where_the_vertex_is_right(pions: int) -> None:
    """A target at the K_L's decay puts the vertex there.  Then z comes back to 1e-6 mm, p_T = 0 and the masses of
    the K_L and of each pi0 to 1e-9 GeV, wherever the true pairing is taken and its pi0 are the farther roots."""
    energy, x, y = clusters(pions, Line(z=3500.0))
    found = reconstruct_kaon(energy, x, y, Koto().resolution, z_face=FACE, z_target=3500.0)
    right = found.pairing == true_pairing(pions)
    far = right & (found.chi_square < 1e-12)
    print(
        f"\n  {pions} pi0: true pairing {right.mean():.3%}, and true roots {far.mean():.3%} of {len(right)}"
    )
    assert far.mean() > 0.995
    assert np.abs(found.z - 3500.0)[far].max() < 1e-6
    assert np.hypot(found.px, found.py)[far].max() < 1e-9
    assert np.abs(found.mass - M_K)[far].max() < 1e-9
    assert np.abs(found.pi0_mass - M_PI)[:, far].max() < 1e-9
    assert np.allclose(found.energy, energy.sum(axis=0)[found.event], rtol=1e-12)


@BOTH
def test_how_often_the_true_pairing_is_taken(pions: int) -> None:
    """Without cuts 2 pi0 are paired rightly more often than 3 pi0, which have five times the ways; the cuts on the
    chi-square and on the second pairing leave one wrong in a hundred or fewer."""
    loose = found(KotoKaon(pions=pions), KotoKL(), 100_000, cuts=False)["right"]
    tight = smeared(pions)["right"]
    print(
        f"\n  {pions} pi0: {loose.mean():.2%} of {len(loose)}, after the cuts {tight.mean():.3%} of {len(tight)}"
    )
    assert 0.6 < loose.mean() < 0.99
    assert tight.mean() > 0.99
    assert tight.mean() > loose.mean()


@BOTH
def test_line_from_the_target_gives_the_vertex(pions: int) -> None:
    """A K_L that leaves the target's middle and passes 4 cm beside the axis at z = 4 m is found there, to 1 mm in
    the median; nine of ten within 8 mm, because the centre of energy weighs with E where the line needs p_z."""
    detector = KotoKaon(pions=pions, detector=Koto(resolution=PERFECT), without=["pt"])
    event = found(detector, Line(slope=1.6e-3), 400_000, cuts=True)
    assert len(event["x"]) > 1000
    assert np.median(event["true_x"]) == pytest.approx(40.0, abs=1.0)
    for name in ("x", "y"):
        off = event[name] - event[f"true_{name}"]
        assert abs(np.median(off)) < 1.0
        assert np.quantile(np.abs(off), 0.9) < 8.0
    # the vertices of the pi0 are still sought on the axis: z moves by millimetres, the mass by per mille
    assert np.quantile(np.abs(event["z_vtx"] - event["true_z"]), 0.9) < 8.0
    assert np.quantile(np.abs(event["mass"] / M_K - 1.0), 0.9) < 5e-3


def test_vertex_error_is_the_derivative() -> None:
    """The error of a pi0's vertex against finite differences of `reconstruct_pi0` in each of its six inputs."""
    energy, x, y = (v[:2, :500] for v in clusters(2, Line()))
    resolution = Calorimeter(constant=0.01, stochastic=0.02, position=5.0)

    def far(e: Array, hit_x: Array, hit_y: Array) -> Array:
        made = reconstruct_pi0(e, hit_x, hit_y, M_PI)
        out = np.zeros(e.shape[1])
        np.maximum.at(out, made.pair, made.distance)
        return out

    spread = resolution.sigma_position(energy)
    variance = np.zeros(energy.shape[1])
    for i in (0, 1):
        for which, sigma in enumerate((resolution.sigma_energy(energy)[i], spread[i], spread[i])):
            up, down = ([energy.copy(), x.copy(), y.copy()] for _ in range(2))
            up[which][i] += 1e-4 * sigma
            down[which][i] -= 1e-4 * sigma
            variance += ((far(*up) - far(*down)) / 2e-4) ** 2
    error = vertex_error(energy, x, y, far(energy, x, y), M_PI, resolution)
    assert np.median(error) > 10.0
    assert np.quantile(np.abs(np.sqrt(variance) / error - 1.0), 0.99) < 1e-3


@BOTH
def test_error_of_the_kaon_s_vertex_is_that_of_the_weighted_mean(pions: int) -> None:
    """1/sqrt(sum of 1/error²) of the pi0's own vertices, each error the derivative of the test above: to 1e-9."""
    energy, x, y = (v[:, :2000] for v in clusters(pions, Line(z=3500.0)))
    resolution = Koto().resolution
    kaon = reconstruct_kaon(energy, x, y, resolution, z_face=FACE, z_target=3500.0)
    right = np.flatnonzero((kaon.pairing == true_pairing(pions)) & (kaon.chi_square < 1e-12))
    event = kaon.event[right]
    information = np.zeros(len(event))
    for first in range(0, 2 * pions, 2):
        e, at_x, at_y = (v[first : first + 2, event] for v in (energy, x, y))
        error = vertex_error(e, at_x, at_y, FACE - kaon.z[right], M_PI, resolution)
        information += error**-2.0
    assert len(right) > 500
    assert kaon.z_error[right] == pytest.approx(information**-0.5, rel=1e-9)


@BOTH
def test_resolution(pions: int) -> None:
    """z has the error that it is given.  The K_L's mass is unbiased to .5 MeV and 3 to 7 MeV wide, which is the
    calorimeter's doing; p_T is more than the K_L's own, which is not: it is that of the line through the centre of
    energy, and a perfect calorimeter leaves it the same within 10 %."""
    event = smeared(pions)
    assert len(event["z_vtx"]) > 800
    pull = (event["z_vtx"] - event["true_z"]) / event["z_error"]
    low, middle, high = np.quantile(pull, [0.16, 0.5, 0.84])
    assert abs(middle) < 5.0 * 1.25 / np.sqrt(len(pull))
    assert 0.8 < 0.5 * (high - low) < 1.1
    low, middle, high = np.quantile(event["mass"], [0.16, 0.5, 0.84])
    print(f"\n  {pions} pi0: mass {1e3 * middle:.2f} MeV, half width {500 * (high - low):.2f} MeV")
    assert abs(middle - M_K) < 5e-4
    assert 0.003 < 0.5 * (high - low) < 0.007
    sharp = found(
        KotoKaon(pions=pions, detector=Koto(resolution=PERFECT), without=["pt"]), KotoKL(), 200_000, cuts=True
    )
    assert np.ptp(np.quantile(sharp["mass"], [0.16, 0.84])) < 0.2 * (high - low)
    assert np.median(event["pt"]) > 1.3 * np.median(event["true_pt"])
    assert np.median(sharp["pt"]) == pytest.approx(np.median(event["pt"]), rel=0.1)


def test_pull_of_the_vertices_is_normal() -> None:
    """On the axis, with the true pairing and no cut on it: chi-square of one degree of freedom for two vertices."""
    event = found(KotoKaon(pions=2), Pencil(), 100_000, cuts=False)
    some = (event["right"] > 0.0) & (event["z_error"] < 60.0)
    below = [float(np.mean(event["chi_square"][some] < cut)) for cut in (0.455, 1.0, 2.706)]
    print(f"\n  chi-square below its quantiles of .5, .683, .9: {below} of {some.sum()}")
    assert below == pytest.approx([0.5, 0.683, 0.9], abs=0.04)


@pytest.mark.parametrize(("pions", "lost"), [(2, 2), (3, 4)])
def test_lost_photons_look_like_a_pi0(pions: int, lost: int) -> None:
    """Without the photon vetoes, 2 pi0 pass the signal selection with two photons lost, 3 pi0 with four; those of one
    pi0 alone leave a true one, and every one of them is vetoed."""
    detector = Koto(without=["no_missed_photon"])
    made = Pipeline(source=KotoKL(), chain=build(DECAYS[pions]), detector=detector, seed=3)
    chunk = made.chunk(0, 10, 163_840)
    assert chunk.reco is not None
    assert chunk.cutflow.stages[-1].n > 100
    assert (chunk.reco.flat["n_missed"] == lost).all()
    counts, _ = chunk.reco.lists["Cluster"]
    assert (counts == 2).all()
    assert replace(made, detector=Koto()).chunk(0, 10, 163_840).cutflow.stages[-1].n == 0


def test_three_pi0_with_two_lost_photons_are_no_kaon() -> None:
    """Four of six photons: vetoed; where they are not, one in a hundred or fewer has the K_L's mass within 10 MeV."""
    loose = KotoKaon(pions=2, without=["pt", "no_missed_photon", "kaon_mass"])
    made = Pipeline(source=KotoKL(), chain=build(DECAYS[3]), detector=loose, seed=3)
    chunk = made.chunk(0, 25, 25 * 16_384)
    assert chunk.reco is not None
    assert (chunk.reco.flat["n_missed"] == 2).all()
    passed = chunk.cutflow.stages[-1].n
    masses = chunk.histograms["mass"].values()
    edges = chunk.histograms["mass"].axes[0].edges
    assert passed > 1000
    assert masses[(edges[:-1] >= 488.0) & (edges[1:] <= 507.0)].sum() < 0.01 * passed
    strict = replace(made, detector=replace(loose, without=["pt", "kaon_mass"]))
    assert strict.chunk(0, 10, 163_840).cutflow.stages[-1].n == 0


def test_each_cut_only_removes() -> None:
    streams = Streams(2)
    truth = build(DECAYS[2]).batch(KotoKL().sample(16_384, streams.rng("source")), streams)
    weight = np.ones(len(truth))
    everything = KotoKaon().select(KotoKaon().observe(truth, Streams(1).rng("d")), weight)
    for cut in KotoKaon().cuts.cuts:
        loose = KotoKaon(without=[cut.name])
        verdict = loose.select(loose.observe(truth, Streams(1).rng("d")), weight)
        assert (verdict.mask >= everything.mask).all()
    assert efficiency(everything.cutflow).value > 3e-3
    assert all(cut.source for cut in KotoKaon().cuts.cuts)


def test_refusals() -> None:
    with pytest.raises(InputError, match="allowed: 2 and 3"):
        KotoKaon(pions=4)
    with pytest.raises(UnknownNameError, match="did you mean 'kaon_mass'"):
        KotoKaon(without=["kaon_mas"])
    one = np.ones((4, 1))
    with pytest.raises(InputError, match="give one above 0"):
        reconstruct_kaon(one, one, one, PERFECT, z_face=FACE, z_target=Z_TARGET)
